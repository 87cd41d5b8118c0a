-- @postgres
-- Services that work on this database, and what they were told that must be the same for all of them.
CREATE TABLE services (
    id TEXT PRIMARY KEY,
    -- JSON: names of settings and what shows whether two are equal; never a secret.
    settings TEXT NOT NULL,
    seen BIGINT NOT NULL
);
