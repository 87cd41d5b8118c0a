-- What became of a purchase whose money went back: credits that were taken out of the ledger again,
-- and credits that had been spent already, which nobody can take back. So for each transaction
-- purchased = remaining + reserved + spent + refunded.
ALTER TABLE credit_transactions ADD COLUMN credits_refunded BIGINT NOT NULL DEFAULT 0
    CHECK (credits_refunded >= 0);
ALTER TABLE credit_transactions ADD COLUMN credits_written_off BIGINT NOT NULL DEFAULT 0
    CHECK (credits_written_off >= 0);

ALTER TABLE users ADD COLUMN stripe_customer_id TEXT;
CREATE INDEX users_by_customer ON users (stripe_customer_id);

-- Money by its payment intent. A refund may be told before its purchase: then there is no account
-- and no transaction yet.
CREATE TABLE payments (
    payment_id TEXT PRIMARY KEY,
    user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE,
    session_id TEXT,
    -- The ledger's row that it bought.
    transaction_id BIGINT,
    amount_cents BIGINT NOT NULL CHECK (amount_cents >= 0),
    refunded_cents BIGINT NOT NULL DEFAULT 0 CHECK (refunded_cents >= 0),
    created_at BIGINT NOT NULL
);
CREATE INDEX payments_by_account ON payments (user_id);

-- Every event that came with a genuine signature, once, however often it was delivered.
CREATE TABLE payment_events (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- When it happened, as its sender says.
    created_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    deliveries BIGINT NOT NULL DEFAULT 1,
    verdict TEXT NOT NULL DEFAULT '',
    -- Whether another delivery can change anything.
    handled BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX payment_events_by_time ON payment_events (received_at);

CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    -- Unknown when its end is told before its beginning.
    user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE,
    customer_id TEXT,
    price_id TEXT,
    tier TEXT CHECK (tier IN ('FREE', 'LIGHT', 'PREMIUM', 'PRO')),
    status TEXT NOT NULL,
    -- Whether its tier is the account's now.
    active BOOLEAN NOT NULL DEFAULT FALSE,
    -- It will never be active again.
    ended BOOLEAN NOT NULL DEFAULT FALSE,
    -- The newest that is known of it: its second, and of several in one second the later kind.
    event_at BIGINT NOT NULL DEFAULT 0,
    event_rank BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX subscriptions_by_account ON subscriptions (user_id);

-- Answers by the key that the caller gave its request (Idempotency-Key): the same request again is
-- answered from here and neither done nor charged again. Without an answer: the work goes on.
CREATE TABLE idempotent_answers (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    claim TEXT NOT NULL,
    -- The service that works on it.
    owner TEXT NOT NULL,
    -- Hash of what was asked for.
    request TEXT NOT NULL,
    answer TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX idempotent_answers_by_age ON idempotent_answers (created_at);
