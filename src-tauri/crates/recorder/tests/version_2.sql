PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1399021932;
PRAGMA user_version = 2;
CREATE TABLE clusters (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE
);
CREATE TABLE subjects (
    id INTEGER PRIMARY KEY,
    cluster INTEGER NOT NULL REFERENCES clusters (id),
    kind INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    watched INTEGER NOT NULL DEFAULT 0,
    UNIQUE (cluster, kind, namespace, name)
);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    facts INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    keyed INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX runs_of_subject ON runs (subject, seq, upto, facts, first, last, keyed);
INSERT INTO clusters (id, uid) VALUES (1, '0f4e7c1a-5f43-4d0c-9e0e-4a2b7a6f1c11');
