-- @postgres
-- What requests are at, for whoever follows one of them at another service on this database. SQLite has
-- one service, which keeps it in memory. Unlogged: progress is of the moment, and not worth a write to disk.
CREATE UNLOGGED TABLE progress (
    -- A hash of an account and the name that it gave to a request.
    key TEXT PRIMARY KEY,
    -- Which of the requests that had the name one after the other, and the service that is at work on it.
    run TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- The number of the newest record.
    last BIGINT NOT NULL,
    ended BOOLEAN NOT NULL,
    -- The second at which the service last said that it is at work on it.
    seen BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE UNLOGGED TABLE progress_records (
    key TEXT NOT NULL REFERENCES progress (key) ON DELETE CASCADE,
    sequence BIGINT NOT NULL,
    -- JSON, as subscribers are sent it.
    record TEXT NOT NULL,
    PRIMARY KEY (key, sequence)
);
