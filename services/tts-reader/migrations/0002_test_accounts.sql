-- The mark of accounts that were made for load tests. Commands that change or remove test accounts
-- touch no account without it.
CREATE TABLE test_accounts (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    -- Accounts made together; the first part of their names.
    batch TEXT NOT NULL,
    -- The credits the account was made with, to which they can be set back.
    credits BIGINT NOT NULL CHECK (credits >= 0),
    created_at BIGINT NOT NULL
);
-- With the id, by which long batches are read page by page.
CREATE INDEX test_accounts_by_batch ON test_accounts (batch, user_id);
