-- What the store of feedback is made of. Never change a version that was released: add the next one
-- below it. A database is brought from its own version (PRAGMA user_version) to the last one, in one
-- step. The functions result_id, content_hash and feedback_id are given by bridge/feedback/database.py.
-- A semicolon ends a statement here, also within a comment.

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

-- version 2
-- A log of what people said (feedback), each entry a rating of one result or a preference between
-- two, and what was learned from it (taste). Whoever thinks again, says so again: the later entry
-- counts. A taste is nothing but what follows from the log, so that it can always be made anew.

ALTER TABLE rating RENAME TO rating_1;

-- Something that was made: a melody, a take, a file.
CREATE TABLE result (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),     -- SHA-256 of all below but made_at
    content_hash TEXT NOT NULL CHECK (length(content_hash) = 64),  -- of domain and noun alone
    domain TEXT NOT NULL CHECK (domain <> ''),           -- music
    subject TEXT NOT NULL CHECK (subject <> ''),         -- music.vary, live.call, file
    made_at TEXT NOT NULL,                               -- ISO 8601, UTC
    noun_json TEXT NOT NULL,                             -- as bridge.schema.codec gives it
    request_json TEXT NOT NULL,                          -- what was asked for, or what was set
    take_number INTEGER CHECK (take_number >= 1)         -- NULL: it is no take
) STRICT;
CREATE INDEX result_by_content ON result (content_hash);

-- One line for all that is said: the number tells the order, the id is the same in every store.
CREATE TABLE feedback (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    said_at TEXT NOT NULL,                               -- ISO 8601, UTC
    person TEXT NOT NULL CHECK (person <> ''),
    project TEXT NOT NULL CHECK (project <> ''),
    domain TEXT NOT NULL CHECK (domain <> ''),           -- that of its results
    door TEXT NOT NULL                                   -- cli, http, osc, live, or empty
) STRICT;
CREATE INDEX feedback_by_who ON feedback (person, project, domain, number);

-- A thumb (-1, 0, 1), stars (1..5), or that something was kept (1) or deleted (-1).
CREATE TABLE rating (
    number INTEGER PRIMARY KEY REFERENCES feedback (number) ON DELETE CASCADE,
    result INTEGER NOT NULL REFERENCES result (number),
    scale TEXT NOT NULL CHECK (scale IN ('thumb', 'stars', 'implicit')),
    score INTEGER NOT NULL CHECK (
        CASE scale WHEN 'stars' THEN score BETWEEN 1 AND 5 ELSE score BETWEEN -1 AND 1 END
    )
) STRICT;
CREATE INDEX rating_by_result ON rating (result);

-- One result is liked better than another.
CREATE TABLE preference (
    number INTEGER PRIMARY KEY REFERENCES feedback (number) ON DELETE CASCADE,
    better INTEGER NOT NULL REFERENCES result (number),
    worse INTEGER NOT NULL REFERENCES result (number) CHECK (worse <> better),
    origin TEXT NOT NULL CHECK (origin IN ('choice', 'edit', 'kept', 'deleted'))
) STRICT;
CREATE INDEX preference_by_better ON preference (better);
CREATE INDEX preference_by_worse ON preference (worse);

-- What is known of somebody's taste, so that not all of the log need be read again.
CREATE TABLE taste (
    person TEXT NOT NULL CHECK (person <> ''),
    project TEXT NOT NULL CHECK (project <> ''),
    domain TEXT NOT NULL CHECK (domain <> ''),
    since INTEGER NOT NULL CHECK (since >= 0),           -- what was said up to here is forgotten
    base_json TEXT,                                      -- what was known then, NULL: nothing
    epoch INTEGER NOT NULL,                              -- drawn when it is begun anew, 0: never
    features TEXT NOT NULL,                              -- version of the features that it is about
    upto INTEGER NOT NULL CHECK (upto >= since),         -- state_json knows all up to here
    state_json TEXT NOT NULL,                            -- as bridge.preference gives it
    PRIMARY KEY (person, project, domain)
) STRICT;

-- What was measured on a result, so that a taste is made anew in no time.
CREATE TABLE measured (
    result INTEGER NOT NULL REFERENCES result (number) ON DELETE CASCADE,
    features TEXT NOT NULL,                              -- version of the features
    values_json TEXT NOT NULL,                           -- a list of numbers
    PRIMARY KEY (result, features)
) STRICT;

INSERT OR IGNORE INTO result
    (id, content_hash, domain, subject, made_at, noun_json, request_json, take_number)
    SELECT result_id(subject, noun_json, request_json, take_number), content_hash(noun_json),
        'music', subject, rated_at, noun_json, request_json, take_number
    FROM rating_1 ORDER BY number;
INSERT INTO feedback (number, id, said_at, person, project, domain, door)
    SELECT number, feedback_id(number, subject, score, rated_at, noun_json), rated_at,
        'me', 'default', 'music', 'live'
    FROM rating_1 ORDER BY number;
INSERT INTO rating (number, result, scale, score)
    SELECT rating_1.number, result.number, 'thumb', rating_1.score
    FROM rating_1 JOIN result ON result.id = result_id(
        rating_1.subject, rating_1.noun_json, rating_1.request_json, rating_1.take_number)
    ORDER BY rating_1.number;
DROP TABLE rating_1
