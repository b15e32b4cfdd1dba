//! An object as YAML to read.
