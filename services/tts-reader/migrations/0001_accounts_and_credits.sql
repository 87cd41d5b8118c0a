-- Instants are microseconds since 1970 (UTC); ids of people are hyphenated UUIDs as text.
CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    first_name TEXT,
    last_name TEXT,
    password_hash TEXT NOT NULL,
    remaining_chars BIGINT NOT NULL DEFAULT 100000 CHECK (remaining_chars >= 0),
    engine TEXT NOT NULL DEFAULT 'standard' CHECK (engine IN ('standard', 'neural')),
    voice_id TEXT NOT NULL DEFAULT 'Joanna',
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    email_verified BOOLEAN NOT NULL DEFAULT FALSE,
    tier TEXT NOT NULL DEFAULT 'FREE' CHECK (tier IN ('FREE', 'LIGHT', 'PREMIUM', 'PRO')),
    monthly_usage BIGINT NOT NULL DEFAULT 0,
    usage_month_start BIGINT NOT NULL,
    signup_source TEXT,
    utm_source TEXT,
    utm_medium TEXT,
    utm_campaign TEXT,
    total_chars_synthesized BIGINT NOT NULL DEFAULT 0,
    total_chars_extracted BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    last_login BIGINT,
    last_active_at BIGINT
);

-- One row per purchase or grant. What an account may spend is the sum of credits_remaining over
-- its rows that are ACTIVE and not past expires_at; there is no second, cached balance.
CREATE TABLE credit_transactions (
    id @number,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    credits_purchased BIGINT NOT NULL CHECK (credits_purchased > 0),
    credits_remaining BIGINT NOT NULL
        CHECK (credits_remaining >= 0 AND credits_remaining <= credits_purchased),
    purchase_price BIGINT,
    tier_at_purchase TEXT,
    purchased_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'EXPIRED', 'CONSUMED')),
    stripe_payment_id TEXT,
    stripe_session_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX credit_transactions_spendable ON credit_transactions (user_id, status, expires_at);
CREATE INDEX credit_transactions_expiry ON credit_transactions (status, expires_at);

-- Credits taken out of the ledger for work that has not ended yet. A reservation either becomes a
-- usage event (spent) or goes back, line by line, to the transactions it came from (refunded).
CREATE TABLE credit_reservations (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    credits BIGINT NOT NULL CHECK (credits > 0),
    created_at BIGINT NOT NULL
);
CREATE INDEX credit_reservations_age ON credit_reservations (created_at);
CREATE INDEX credit_reservations_owner ON credit_reservations (user_id);

CREATE TABLE credit_reservation_lines (
    reservation_id TEXT NOT NULL REFERENCES credit_reservations (id) ON DELETE CASCADE,
    transaction_id BIGINT NOT NULL REFERENCES credit_transactions (id) ON DELETE CASCADE,
    credits BIGINT NOT NULL CHECK (credits > 0),
    PRIMARY KEY (reservation_id, transaction_id)
);
CREATE INDEX credit_reservation_lines_source ON credit_reservation_lines (transaction_id);

CREATE TABLE usage_events (
    id @number,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    event_type TEXT NOT NULL
        CHECK (event_type IN ('SYNTHESIZE', 'EXTRACT', 'PREVIEW', 'DOWNLOAD')),
    char_count BIGINT NOT NULL DEFAULT 0,
    credits_consumed BIGINT NOT NULL DEFAULT 0,
    speech_marks BIGINT NOT NULL DEFAULT 0,
    voice_id TEXT,
    engine TEXT,
    source_domain TEXT,
    extraction_method TEXT,
    duration_ms BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX usage_events_by_account ON usage_events (user_id, created_at);

CREATE TABLE platform_stats (
    stat_key TEXT PRIMARY KEY,
    stat_value BIGINT NOT NULL DEFAULT 0
);
INSERT INTO platform_stats (stat_key) VALUES
    ('total_characters_synthesized'),
    ('total_characters_extracted'),
    ('total_extractions'),
    ('total_syntheses'),
    ('total_users'),
    ('total_listening_hours_seconds');
