//! What the drawer shows of one object.
