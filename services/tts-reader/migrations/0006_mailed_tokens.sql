-- What was mailed to somebody to prove that the address is theirs. Only a hash of it is kept: who
-- reads the database cannot use it. One per account and purpose, the newest.
CREATE TABLE mailed_tokens (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    expires_at BIGINT NOT NULL,
    UNIQUE (user_id, purpose)
);
CREATE INDEX mailed_tokens_by_age ON mailed_tokens (expires_at);
