//! Reading the original's tables: one snapshot, nothing changed, everything as our columns have it.

use sqlx::{Connection, PgConnection};

use super::{CopyError, Sums};
use crate::{
    domain::{Tier, Timestamp, UserId},
    settings::PostgresUrl,
    store::{StoreError, postgres, rows::from_row},
};

/// Accounts that are read and written together.
pub(super) const BATCH: i64 = 200;
/// Usage events that are in memory at the same time.
const PAGE: i64 = 2_000;

/// An account, and what has no column here.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) user_id: UserId,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) password_hash: String,
    pub(super) remaining_chars: i64,
    pub(super) engine: String,
    pub(super) voice_id: String,
    pub(super) is_active: bool,
    pub(super) email_verified: bool,
    pub(super) tier: Tier,
    pub(super) monthly_usage: i64,
    pub(super) usage_month_start: Timestamp,
    pub(super) signup_source: Option<String>,
    pub(super) utm_source: Option<String>,
    pub(super) utm_medium: Option<String>,
    pub(super) utm_campaign: Option<String>,
    pub(super) total_chars_synthesized: i64,
    pub(super) total_chars_extracted: i64,
    pub(super) created_at: Timestamp,
    pub(super) last_login: Option<Timestamp>,
    pub(super) last_active_at: Option<Timestamp>,
    pub(super) rest: String,
}

from_row!(Person {
    user_id,
    username,
    email,
    first_name,
    last_name,
    password_hash,
    remaining_chars,
    engine,
    voice_id,
    is_active,
    email_verified,
    tier,
    monthly_usage,
    usage_month_start,
    signup_source,
    utm_source,
    utm_medium,
    utm_campaign,
    total_chars_synthesized,
    total_chars_extracted,
    created_at,
    last_login,
    last_active_at,
    rest
});

#[derive(Debug)]
pub(super) struct Purchase {
    pub(super) credits_purchased: i64,
    pub(super) credits_remaining: i64,
    pub(super) purchase_price: Option<i64>,
    pub(super) tier_at_purchase: Option<String>,
    pub(super) purchased_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) status: String,
    pub(super) stripe_payment_id: Option<String>,
    pub(super) stripe_session_id: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Option<Timestamp>,
}

from_row!(Purchase {
    credits_purchased,
    credits_remaining,
    purchase_price,
    tier_at_purchase,
    purchased_at,
    expires_at,
    status,
    stripe_payment_id,
    stripe_session_id,
    created_at,
    updated_at
});

#[derive(Debug)]
pub(super) struct Event {
    id: i64,
    pub(super) event_type: String,
    pub(super) char_count: i64,
    pub(super) credits_consumed: i64,
    pub(super) voice_id: Option<String>,
    pub(super) engine: Option<String>,
    pub(super) source_domain: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) extraction_method: Option<String>,
    pub(super) duration_ms: Option<i64>,
    pub(super) created_at: Timestamp,
}

from_row!(Event {
    id,
    event_type,
    char_count,
    credits_consumed,
    voice_id,
    engine,
    source_domain,
    content_type,
    extraction_method,
    duration_ms,
    created_at
});

// Most of the original's times are without a zone and mean UTC; so does `epoch` of those.
const PEOPLE: &str = "
    SELECT user_id::text, username::text, email::text, first_name::text, last_name::text,
        password_hash::text, remaining_chars::bigint,
        COALESCE(engine::text, 'standard') AS engine,
        COALESCE(voice_id::text, 'Joanna') AS voice_id,
        COALESCE(is_active, TRUE) AS is_active,
        COALESCE(email_verified, FALSE) AS email_verified,
        COALESCE(tier::text, 'FREE') AS tier,
        COALESCE(monthly_usage, 0)::bigint AS monthly_usage,
        (extract(epoch FROM date_trunc('month', COALESCE(usage_reset_date, 'epoch')))
            * 1000000)::bigint AS usage_month_start,
        signup_source::text, utm_source::text, utm_medium::text, utm_campaign::text,
        COALESCE(total_chars_synthesized, 0)::bigint AS total_chars_synthesized,
        COALESCE(total_chars_extracted, 0)::bigint AS total_chars_extracted,
        (extract(epoch FROM COALESCE(created_at, 'epoch')) * 1000000)::bigint AS created_at,
        (extract(epoch FROM last_login) * 1000000)::bigint AS last_login,
        (extract(epoch FROM last_active_at) * 1000000)::bigint AS last_active_at,
        ((to_jsonb(u) - ARRAY['user_id', 'username', 'email', 'first_name', 'last_name',
            'password_hash', 'remaining_chars', 'engine', 'voice_id', 'is_active',
            'email_verified', 'tier', 'monthly_usage', 'signup_source', 'utm_source',
            'utm_medium', 'utm_campaign', 'total_chars_synthesized', 'total_chars_extracted',
            'created_at', 'last_login', 'last_active_at'])
         || jsonb_build_object('lifecycle_events',
            (SELECT COALESCE(jsonb_agg(to_jsonb(l) - 'user_id' ORDER BY l.id), '[]')
             FROM lifecycle_events l WHERE l.user_id = u.user_id)))::text AS rest
    FROM users u WHERE user_id > $1::text::uuid ORDER BY user_id LIMIT $2";

const PURCHASES: &str = "
    SELECT credits_purchased::bigint, credits_remaining::bigint, purchase_price::bigint,
        tier_at_purchase::text,
        (extract(epoch FROM purchased_at) * 1000000)::bigint AS purchased_at,
        (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at,
        status::text, stripe_payment_id::text, stripe_session_id::text,
        (extract(epoch FROM COALESCE(created_at, purchased_at)) * 1000000)::bigint AS created_at,
        (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at
    FROM credit_transactions WHERE user_id = $1::text::uuid ORDER BY id";

const EVENTS: &str = "
    SELECT id::bigint, event_type::text, COALESCE(char_count, 0)::bigint AS char_count,
        COALESCE(credits_consumed, 0)::bigint AS credits_consumed, voice_id::text, engine::text,
        source_domain::text, content_type::text, extraction_method::text, duration_ms::bigint,
        (extract(epoch FROM COALESCE(created_at, 'epoch')) * 1000000)::bigint AS created_at
    FROM usage_events WHERE user_id = $1::text::uuid AND id > $2 ORDER BY id LIMIT $3";

const SUMS: &str = "
    SELECT accounts, transactions, credits_bought, credits_left, events, characters, credits_spent
    FROM (SELECT count(*) AS accounts FROM users) AS a,
        (SELECT count(*) AS transactions,
            COALESCE(sum(credits_purchased), 0)::bigint AS credits_bought,
            COALESCE(sum(credits_remaining), 0)::bigint AS credits_left
         FROM credit_transactions) AS t,
        (SELECT count(*) AS events, COALESCE(sum(char_count), 0)::bigint AS characters,
            COALESCE(sum(credits_consumed), 0)::bigint AS credits_spent
         FROM usage_events) AS e";

/// Rows that the ledger's own rules would refuse in the middle of the work.
const IMPOSSIBLE: &str = "
    SELECT count(*), COALESCE(min(id), 0)::bigint FROM credit_transactions
    WHERE credits_purchased <= 0 OR credits_remaining < 0 OR credits_remaining > credits_purchased";

/// The tables of the original, as they were in one moment.
pub(crate) struct Original {
    connection: PgConnection,
    pub(super) address: String,
}

impl Original {
    /// # Errors
    /// When it cannot be reached, or is not the original's, or has rows that cannot be true.
    pub(crate) async fn open(url: &PostgresUrl) -> Result<Self, CopyError> {
        let address = url.to_string();
        let mut connection = postgres::connect(url).await?;
        let ours: bool = sqlx::query_scalar(
            "SELECT to_regtype('usertier') IS NOT NULL AND to_regclass('credit_transactions') IS NOT
                 NULL AND to_regclass('lifecycle_events') IS NOT NULL",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(StoreError::from)?;
        if !ours {
            return Err(CopyError::NotOriginal { url: address });
        }
        for statement in
            ["SET statement_timeout = 0", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"]
        {
            sqlx::raw_sql(statement).execute(&mut connection).await.map_err(StoreError::from)?;
        }
        let (count, first): (i64, i64) = sqlx::query_as(IMPOSSIBLE)
            .fetch_one(&mut connection)
            .await
            .map_err(StoreError::from)?;
        if count > 0 {
            return Err(CopyError::Impossible { count, first });
        }
        Ok(Self { connection, address })
    }

    pub(crate) async fn sums(&mut self) -> Result<Sums, StoreError> {
        Ok(sqlx::query_as(SUMS).fetch_one(&mut self.connection).await?)
    }

    /// The next accounts after that id, by id.
    pub(super) async fn people(&mut self, after: &str) -> Result<Vec<Person>, StoreError> {
        let query = sqlx::query_as(PEOPLE).bind(after).bind(BATCH);
        Ok(query.fetch_all(&mut self.connection).await?)
    }

    pub(super) async fn purchases(&mut self, user: &UserId) -> Result<Vec<Purchase>, StoreError> {
        Ok(sqlx::query_as(PURCHASES).bind(user).fetch_all(&mut self.connection).await?)
    }

    /// The next events of an account; `after` is moved on.
    pub(super) async fn events(
        &mut self,
        user: &UserId,
        after: &mut i64,
    ) -> Result<Vec<Event>, StoreError> {
        let query = sqlx::query_as(EVENTS).bind(user).bind(*after).bind(PAGE);
        let events: Vec<Event> = query.fetch_all(&mut self.connection).await?;
        *after = events.last().map_or(*after, |event| event.id);
        Ok(events)
    }

    /// The platform's counters but that of the users, who are counted as they come.
    pub(super) async fn counters(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT stat_key::text, stat_value::bigint FROM platform_stats
             WHERE stat_key <> 'total_users' ORDER BY stat_key",
        )
        .fetch_all(&mut self.connection)
        .await?)
    }

    pub(crate) async fn close(self) {
        // Read-only: whatever becomes of the connection changes nothing.
        let _ = self.connection.close().await;
    }
}
