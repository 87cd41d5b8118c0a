-- @postgres
-- How often somebody did what is limited by the hour, for all services on this database. SQLite has one
-- service, which counts in memory. Unlogged: a count is not worth a write to disk, and a *server* that
-- crashes begins the hour anew.
CREATE UNLOGGED TABLE hourly_counts (
    -- A hash of what is limited and whose it is: short, whatever was typed.
    key BYTEA PRIMARY KEY,
    -- Stretches of time in which something was let pass, by the second they began, oldest first, at most
    -- 121 of them; and how much had passed by the end of each, counted from a beginning long ago, …
    starts BIGINT[] NOT NULL,
    sums BIGINT[] NOT NULL,
    -- … and before the first of them.
    base BIGINT NOT NULL,
    -- The second of the last try, and whether it passed.
    seen BIGINT NOT NULL,
    passed BOOLEAN NOT NULL
    -- No index on what changes, and room in each page: then a change stays in its page.
) WITH (fillfactor = 50);
