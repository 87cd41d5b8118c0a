//! Writing what the original has.

use super::{
    CopyError, Original, Sums,
    source::{Event, Person, Purchase},
};
use crate::{
    domain::Timestamp,
    store::{Store, StoreError, connection::Writer, retry::again, stats},
};

/// Before the first.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

const ACCOUNT: &str = "
    INSERT INTO users (user_id, username, email, first_name, last_name, password_hash,
        remaining_chars, engine, voice_id, is_active, email_verified, tier, monthly_usage,
        usage_month_start, signup_source, utm_source, utm_medium, utm_campaign,
        total_chars_synthesized, total_chars_extracted, created_at, last_login, last_active_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21, $22, $23)";

const PURCHASE: &str = "
    INSERT INTO credit_transactions (user_id, credits_purchased, credits_remaining, purchase_price,
        tier_at_purchase, purchased_at, expires_at, status, stripe_payment_id, stripe_session_id,
        created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const EVENT: &str = "
    INSERT INTO usage_events (user_id, event_type, char_count, credits_consumed, voice_id, engine,
        source_domain, content_type, extraction_method, duration_ms, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Of the accounts that were copied.
const SUMS: &str = "
    SELECT accounts, transactions, credits_bought, credits_left, events, characters, credits_spent
    FROM (SELECT count(*) AS accounts FROM original_accounts) AS a,
        (SELECT count(*) AS transactions,
            CAST(COALESCE(sum(credits_purchased), 0) AS BIGINT) AS credits_bought,
            CAST(COALESCE(sum(credits_remaining), 0) AS BIGINT) AS credits_left
         FROM credit_transactions WHERE user_id IN (SELECT user_id FROM original_accounts)) AS t,
        (SELECT count(*) AS events, CAST(COALESCE(sum(char_count), 0) AS BIGINT) AS characters,
            CAST(COALESCE(sum(credits_consumed), 0) AS BIGINT) AS credits_spent
         FROM usage_events WHERE user_id IN (SELECT user_id FROM original_accounts)) AS e";

impl Store {
    /// Copies the next accounts after `after` that are not here yet, all or none, and moves `after`
    /// on; `None` when there were none left, else how many were copied.
    pub(crate) async fn copy_accounts(
        &self,
        original: &mut Original,
        after: &mut Option<String>,
        now: Timestamp,
    ) -> Result<Option<usize>, CopyError> {
        let people = original.people(after.as_deref().unwrap_or(NOBODY)).await?;
        let Some(last) = people.last() else { return Ok(None) };
        let mut tx = self.write().await?;
        let mut copied = 0;
        for person in &people {
            if !is_here(&mut tx, person).await? {
                account(&mut tx, person, now).await?;
                ledger_and_usage(&mut tx, original, person).await?;
                copied += 1;
            }
        }
        stats::add(&mut tx, "total_users", copied as i64).await?;
        tx.commit().await?;
        *after = Some(last.user_id.to_string());
        Ok(Some(copied))
    }

    /// Adds the original's counters to ours, the first time it is called for that original.
    pub(crate) async fn copy_counters(
        &self,
        original: &mut Original,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (counters, address) = (original.counters().await?, original.address.as_str());
        let counters = &counters;
        again(|| async move {
            let mut tx = self.write().await?;
            let first = tx
                .sql(
                    "INSERT INTO original_databases (address, counted_at) VALUES ($1, $2)
                     ON CONFLICT (address) DO NOTHING",
                )
                .bind(address)
                .bind(now)
                .execute()
                .await?;
            if first == 0 {
                return Ok(());
            }
            for (key, value) in counters {
                stats::add(&mut tx, key, *value).await?;
            }
            tx.commit().await
        })
        .await
    }

    /// What was copied, as it is here now.
    pub(crate) async fn copied_sums(&self) -> Result<Sums, StoreError> {
        again(|| async move { self.read().await?.sql(SUMS).fetch_one().await }).await
    }
}

async fn is_here(tx: &mut Writer, person: &Person) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = tx
        .sql("SELECT copied_at FROM original_accounts WHERE user_id = $1")
        .bind(&person.user_id)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

async fn account(tx: &mut Writer, person: &Person, now: Timestamp) -> Result<(), CopyError> {
    let written = tx
        .sql(ACCOUNT)
        .bind(&person.user_id)
        .bind(&person.username)
        .bind(&person.email)
        .bind(person.first_name.as_deref())
        .bind(person.last_name.as_deref())
        .bind(&person.password_hash)
        .bind(person.remaining_chars)
        .bind(&person.engine)
        .bind(&person.voice_id)
        .bind(person.is_active)
        .bind(person.email_verified)
        .bind(person.tier)
        .bind(person.monthly_usage)
        .bind(person.usage_month_start)
        .bind(person.signup_source.as_deref())
        .bind(person.utm_source.as_deref())
        .bind(person.utm_medium.as_deref())
        .bind(person.utm_campaign.as_deref())
        .bind(person.total_chars_synthesized)
        .bind(person.total_chars_extracted)
        .bind(person.created_at)
        .bind(person.last_login)
        .bind(person.last_active_at)
        .execute()
        .await;
    written.map_err(|error| match error {
        StoreError::Taken(column) => CopyError::Taken { username: person.username.clone(), column },
        other => other.into(),
    })?;
    tx.sql("INSERT INTO original_accounts (user_id, rest, copied_at) VALUES ($1, $2, $3)")
        .bind(&person.user_id)
        .bind(&person.rest)
        .bind(now)
        .execute()
        .await?;
    Ok(())
}

async fn ledger_and_usage(
    tx: &mut Writer,
    original: &mut Original,
    person: &Person,
) -> Result<(), StoreError> {
    for row in original.purchases(&person.user_id).await? {
        purchase(tx, person, &row).await?;
    }
    let mut after = 0;
    loop {
        let events = original.events(&person.user_id, &mut after).await?;
        if events.is_empty() {
            return Ok(());
        }
        for row in &events {
            event(tx, person, row).await?;
        }
    }
}

async fn purchase(tx: &mut Writer, person: &Person, row: &Purchase) -> Result<(), StoreError> {
    tx.sql(PURCHASE)
        .bind(&person.user_id)
        .bind(row.credits_purchased)
        .bind(row.credits_remaining)
        .bind(row.purchase_price)
        .bind(row.tier_at_purchase.as_deref())
        .bind(row.purchased_at)
        .bind(row.expires_at)
        .bind(&row.status)
        .bind(row.stripe_payment_id.as_deref())
        .bind(row.stripe_session_id.as_deref())
        .bind(row.created_at)
        .bind(row.updated_at)
        .execute()
        .await?;
    Ok(())
}

async fn event(tx: &mut Writer, person: &Person, row: &Event) -> Result<(), StoreError> {
    tx.sql(EVENT)
        .bind(&person.user_id)
        .bind(&row.event_type)
        .bind(row.char_count)
        .bind(row.credits_consumed)
        .bind(row.voice_id.as_deref())
        .bind(row.engine.as_deref())
        .bind(row.source_domain.as_deref())
        .bind(row.content_type.as_deref())
        .bind(row.extraction_method.as_deref())
        .bind(row.duration_ms)
        .bind(row.created_at)
        .execute()
        .await?;
    Ok(())
}
