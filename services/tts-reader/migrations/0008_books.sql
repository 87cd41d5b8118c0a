-- Books outlive the accounts they are about. What an account paid stays when it is deleted, under a
-- pseudonym that leads back to nobody here; a deletion that forgot to see to that is refused.
CREATE TABLE kept_payments (
    payment_id TEXT PRIMARY KEY,
    user_id TEXT REFERENCES users (user_id),
    -- In the place of an account that was deleted.
    pseudonym TEXT,
    session_id TEXT,
    -- The ledger's row that it bought.
    transaction_id BIGINT,
    amount_cents BIGINT NOT NULL CHECK (amount_cents >= 0),
    refunded_cents BIGINT NOT NULL DEFAULT 0 CHECK (refunded_cents >= 0),
    created_at BIGINT NOT NULL,
    CHECK (user_id IS NULL OR pseudonym IS NULL)
);
INSERT INTO kept_payments (payment_id, user_id, session_id, transaction_id, amount_cents,
    refunded_cents, created_at)
SELECT payment_id, user_id, session_id, transaction_id, amount_cents, refunded_cents, created_at
FROM payments;
DROP TABLE payments;
ALTER TABLE kept_payments RENAME TO payments;
CREATE INDEX payments_by_account ON payments (user_id);

CREATE TABLE kept_subscriptions (
    id TEXT PRIMARY KEY,
    -- Unknown when its end is told before its beginning.
    user_id TEXT REFERENCES users (user_id),
    pseudonym TEXT,
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
    event_rank BIGINT NOT NULL DEFAULT 0,
    CHECK (user_id IS NULL OR pseudonym IS NULL)
);
INSERT INTO kept_subscriptions (id, user_id, customer_id, price_id, tier, status, active, ended,
    event_at, event_rank)
SELECT id, user_id, customer_id, price_id, tier, status, active, ended, event_at, event_rank
FROM subscriptions;
DROP TABLE subscriptions;
ALTER TABLE kept_subscriptions RENAME TO subscriptions;
CREATE INDEX subscriptions_by_account ON subscriptions (user_id);

-- What had been bought on accounts that were deleted, and what had become of it by then.
CREATE TABLE closed_purchases (
    id @number,
    pseudonym TEXT NOT NULL,
    transaction_id BIGINT NOT NULL,
    payment_id TEXT,
    -- Cents.
    purchase_price BIGINT,
    credits_purchased BIGINT NOT NULL,
    credits_spent BIGINT NOT NULL CHECK (credits_spent >= 0),
    -- Ended with the account, or before.
    credits_lapsed BIGINT NOT NULL CHECK (credits_lapsed >= 0),
    credits_refunded BIGINT NOT NULL CHECK (credits_refunded >= 0),
    credits_written_off BIGINT NOT NULL CHECK (credits_written_off >= 0),
    purchased_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL,
    CHECK (credits_purchased = credits_spent + credits_lapsed + credits_refunded)
);
CREATE INDEX closed_purchases_by_pseudonym ON closed_purchases (pseudonym);
