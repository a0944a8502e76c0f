-- What the store of ratings is made of. Never change a version that was released: add the next one
-- below it. A database is brought from its own version (PRAGMA user_version) to the last one.

-- version 1
CREATE TABLE rating (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL CHECK (subject <> ''),
    score INTEGER NOT NULL CHECK (score BETWEEN -1 AND 1),
    rated_at TEXT NOT NULL,
    request_json TEXT NOT NULL,
    noun_json TEXT NOT NULL,
    take_number INTEGER CHECK (take_number >= 1)
) STRICT;
CREATE INDEX rating_by_subject ON rating (subject, number);
