-- Accounts that were copied from the original service, with those of its columns that have none here
-- and its lifecycle events, whole, as JSON: nothing is lost.
CREATE TABLE original_accounts (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    rest TEXT NOT NULL,
    copied_at BIGINT NOT NULL
);
-- Original databases whose counters were added to platform_stats, each once.
CREATE TABLE original_databases (
    address TEXT PRIMARY KEY,
    counted_at BIGINT NOT NULL
);
ALTER TABLE usage_events ADD COLUMN content_type TEXT;
