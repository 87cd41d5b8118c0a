CREATE TYPE usertier AS ENUM ('FREE', 'LIGHT', 'PREMIUM', 'PRO');
CREATE TYPE transactionstatus AS ENUM ('ACTIVE', 'EXPIRED', 'CONSUMED');
CREATE TYPE usageeventtype AS ENUM ('SYNTHESIZE', 'EXTRACT', 'PREVIEW', 'DOWNLOAD');
CREATE TYPE lifecycleeventname AS ENUM ('REGISTERED', 'EMAIL_VERIFIED', 'FIRST_PURCHASE');
CREATE TABLE users (
    user_id UUID PRIMARY KEY,
    username VARCHAR(50) NOT NULL UNIQUE,
    email VARCHAR(128) NOT NULL UNIQUE,
    first_name VARCHAR(128),
    last_name VARCHAR(128),
    password_hash VARCHAR(255) NOT NULL,
    remaining_chars INTEGER NOT NULL DEFAULT 100000 CHECK (remaining_chars >= 0),
    engine VARCHAR(20) NOT NULL DEFAULT 'standard' CHECK (engine IN ('standard', 'neural')),
    voice_id VARCHAR(50) NOT NULL DEFAULT 'Joanna',
    stripe_subscription_id VARCHAR(128),
    stripe_price_id VARCHAR(128),
    stripe_customer_id VARCHAR(128),
    is_active BOOLEAN DEFAULT TRUE,
    created_at TIMESTAMPTZ DEFAULT now(),
    last_login TIMESTAMPTZ,
    updated_at TIMESTAMPTZ DEFAULT now(),
    email_verified BOOLEAN DEFAULT FALSE,
    email_verification_token VARCHAR(255),
    email_verification_token_expires TIMESTAMP,
    tier usertier DEFAULT 'FREE',
    monthly_usage INTEGER DEFAULT 0,
    usage_reset_date TIMESTAMP DEFAULT now(),
    credit_balance INTEGER DEFAULT 0,
    signup_source VARCHAR(128),
    utm_source VARCHAR(128),
    utm_medium VARCHAR(128),
    utm_campaign VARCHAR(128),
    referred_by_user_id UUID REFERENCES users (user_id),
    first_purchase_at TIMESTAMP,
    total_lifetime_spend INTEGER DEFAULT 0,
    purchase_count INTEGER DEFAULT 0,
    last_active_at TIMESTAMP,
    total_chars_synthesized BIGINT DEFAULT 0,
    total_chars_extracted BIGINT DEFAULT 0
);
CREATE TABLE credit_transactions (
    id SERIAL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    credits_purchased INTEGER NOT NULL,
    credits_remaining INTEGER NOT NULL,
    purchase_price INTEGER,
    tier_at_purchase VARCHAR(20),
    purchased_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    status transactionstatus NOT NULL,
    stripe_payment_id VARCHAR(128),
    stripe_session_id VARCHAR(128),
    created_at TIMESTAMP,
    updated_at TIMESTAMP
);
CREATE TABLE usage_events (
    id SERIAL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    event_type usageeventtype NOT NULL,
    char_count INTEGER DEFAULT 0,
    credits_consumed INTEGER DEFAULT 0,
    voice_id VARCHAR(50),
    engine VARCHAR(20),
    source_domain VARCHAR(256),
    content_type VARCHAR(64),
    extraction_method VARCHAR(64),
    duration_ms INTEGER,
    created_at TIMESTAMP DEFAULT now()
);
CREATE INDEX ON usage_events (user_id);
CREATE INDEX ON credit_transactions (user_id);
CREATE TABLE lifecycle_events (
    id SERIAL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    event_name lifecycleeventname NOT NULL,
    metadata_json JSON,
    created_at TIMESTAMP DEFAULT now()
);
CREATE TABLE platform_stats (
    id SERIAL PRIMARY KEY,
    stat_key VARCHAR(128) UNIQUE NOT NULL,
    stat_value BIGINT DEFAULT 0,
    updated_at TIMESTAMP
);
INSERT INTO platform_stats (stat_key, stat_value)
    VALUES ('total_syntheses', 41), ('total_users', 2000), ('total_extractions', 7);
INSERT INTO users (user_id, username, email, first_name, password_hash, tier, monthly_usage,
        usage_reset_date, stripe_customer_id, created_at, last_active_at)
    SELECT gen_random_uuid(), 'user_' || n, 'user+' || n || '@example.com', 'Ann',
        '@hash', (enum_range(NULL::usertier))[1 + n % 4], n, '2026-11-01', 'cus_' || n,
        '2025-02-03 04:05:06.789012+00', '2026-11-20 10:00:00'
    FROM generate_series(1, 2000) AS n;
INSERT INTO credit_transactions (user_id, credits_purchased, credits_remaining, purchase_price,
        tier_at_purchase, purchased_at, expires_at, status, stripe_payment_id, created_at)
    SELECT user_id, 500, 500 - n, 999, 'light', now() at time zone 'utc',
        (now() at time zone 'utc') + interval '90 days', 'ACTIVE', 'pi_' || n, now()
    FROM users, generate_series(1, 2) AS n;
INSERT INTO usage_events (user_id, event_type, char_count, credits_consumed, voice_id, content_type)
    SELECT user_id, 'SYNTHESIZE', 1000 * n, n, 'Amy', 'text/html'
    FROM users, generate_series(1, 5) AS n;
INSERT INTO lifecycle_events (user_id, event_name, metadata_json)
    SELECT user_id, 'REGISTERED', '{"from": "here"}' FROM users;
