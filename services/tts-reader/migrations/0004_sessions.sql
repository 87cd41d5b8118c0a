-- A login and the tokens that came of it. Every authenticated request reads its session together
-- with its account, so deleting the row ends the tokens at once, for every process.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    -- The one refresh token, by its `jti`, that is still good. An older one that shows up was
    -- copied by somebody.
    refresh_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (user_id);
CREATE INDEX sessions_by_age ON sessions (expires_at);
