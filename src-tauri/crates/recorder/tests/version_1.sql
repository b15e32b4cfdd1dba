-- The file of version 1, as its program made it.
PRAGMA application_id = 1399021932;
PRAGMA user_version = 1;
CREATE TABLE facts (
    seq INTEGER PRIMARY KEY,
    cluster TEXT NOT NULL,
    kind INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    received INTEGER NOT NULL,
    source INTEGER,
    what TEXT NOT NULL
);
