-- Payments that a buyer has disputed at the bank, each with the newest that is known of it.
CREATE TABLE disputes (
    id TEXT PRIMARY KEY,
    payment_id TEXT NOT NULL,
    amount_cents BIGINT NOT NULL CHECK (amount_cents >= 0),
    status TEXT NOT NULL,
    -- The bank has taken the money: for now, or for good.
    away BOOLEAN NOT NULL,
    -- It is decided.
    closed BOOLEAN NOT NULL,
    event_at BIGINT NOT NULL,
    event_rank BIGINT NOT NULL
);
CREATE INDEX disputes_by_payment ON disputes (payment_id);
