-- @postgres
-- One statement counts many tries: how many of one key's passed in the last one.
ALTER TABLE hourly_counts ADD COLUMN passes BIGINT NOT NULL DEFAULT 0;
