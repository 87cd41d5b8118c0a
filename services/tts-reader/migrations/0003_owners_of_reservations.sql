-- Which service reserved: what a service left behind is given back when that service starts again,
-- while others that share the database go on with theirs. Empty: reserved before there were owners.
ALTER TABLE credit_reservations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
