//! What accounts did: spending for speech, extraction, and the figures of `/api/usage`.

use super::{
    Answering, Reservation, Store, StoreError, answers, connection::Writer, ledger, reservations,
    retry::again, rows::from_row, stats,
};
use crate::domain::{Tier, Timestamp, UserId};

/// A synthesis that succeeded.
#[derive(Debug)]
pub(crate) struct SpeechDone {
    pub(crate) characters: usize,
    pub(crate) marks: usize,
    pub(crate) voice_id: String,
    pub(crate) engine: &'static str,
    /// Length of the audio.
    pub(crate) audio_ms: i64,
    /// Time the work took.
    pub(crate) duration_ms: i64,
}

/// An extraction that succeeded.
#[derive(Debug)]
pub(crate) struct ExtractionDone {
    pub(crate) characters: usize,
    pub(crate) source_domain: Option<String>,
    pub(crate) method: String,
    /// Time the work took.
    pub(crate) duration_ms: i64,
}

/// An account right after it spent.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    pub(crate) credit_balance: i64,
    pub(crate) remaining_chars: i64,
    pub(crate) monthly_usage: i64,
    pub(crate) usage_month_start: Timestamp,
    pub(crate) tier: Tier,
}

/// What the account's own row tells of it: legacy characters left, those used in a month, and when that
/// month began.
type Counted = (i64, i64, Timestamp);

impl Spent {
    fn of(
        (remaining_chars, monthly_usage, usage_month_start): Counted,
        (credit_balance, tier): (i64, Tier),
    ) -> Self {
        Self { credit_balance, remaining_chars, monthly_usage, usage_month_start, tier }
    }
}

/// One account's day.
#[derive(Debug, Clone)]
pub(crate) struct DayFigures {
    pub(crate) extractions: i64,
    pub(crate) extraction_ms: i64,
    pub(crate) syntheses: i64,
    pub(crate) syntheses_with_marks: i64,
    pub(crate) speech_marks: i64,
}

from_row!(DayFigures { extractions, extraction_ms, syntheses, syntheses_with_marks, speech_marks });

/// Counts the characters, in the month they fall into. First in its transaction: it also keeps
/// everybody else from the account until the end.
const SPEND: &str = "
    UPDATE users SET
        monthly_usage = CASE WHEN usage_month_start < $1 THEN 0 ELSE monthly_usage END + $2,
        usage_month_start = $1,
        remaining_chars = CASE WHEN remaining_chars > $2 THEN remaining_chars - $2 ELSE 0 END,
        total_chars_synthesized = total_chars_synthesized + $2,
        last_active_at = $3
    WHERE user_id = $4
    RETURNING remaining_chars, monthly_usage, usage_month_start";

const SPENT: &str = "
    SELECT remaining_chars, monthly_usage, usage_month_start FROM users WHERE user_id = $1";

const DAY: &str = "
    SELECT
        COUNT(CASE WHEN event_type = 'EXTRACT' THEN 1 END) AS extractions,
        CAST(COALESCE(SUM(CASE WHEN event_type = 'EXTRACT' THEN duration_ms END), 0)
             AS BIGINT) AS extraction_ms,
        COUNT(CASE WHEN event_type = 'SYNTHESIZE' THEN 1 END) AS syntheses,
        COUNT(CASE WHEN event_type = 'SYNTHESIZE' AND speech_marks > 0 THEN 1 END)
            AS syntheses_with_marks,
        CAST(COALESCE(SUM(speech_marks), 0) AS BIGINT) AS speech_marks
    FROM usage_events WHERE user_id = $1 AND created_at >= $2";

impl Store {
    /// Turns a reservation into credits spent, together with the record of the synthesis and the
    /// answer to keep, if any.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the reservation (or its account, or the claim of the answer) is no
    /// longer there; [`StoreError::Unsure`] when it may have been settled or not.
    pub(crate) async fn settle(
        &self,
        user: &UserId,
        reservation: &Reservation,
        done: &SpeechDone,
        answer: Option<&Answering<'_>>,
        now: Timestamp,
    ) -> Result<Spent, StoreError> {
        let settle = || self.settle_once(user, reservation, done, answer, now);
        match again(settle).await {
            // A reservation can be settled only once, so trying again tells what became of the first
            // time: paid is paid, and must not be answered as if it were not.
            Err(unsure @ StoreError::Unsure(_)) => {
                let known = match again(settle).await {
                    Err(StoreError::Gone) => self.spent(user, now).await,
                    other => other,
                };
                known
                    .map_err(|error| if matches!(error, StoreError::Gone) { error } else { unsure })
            }
            other => other,
        }
    }

    async fn settle_once(
        &self,
        user: &UserId,
        reservation: &Reservation,
        done: &SpeechDone,
        answer: Option<&Answering<'_>>,
        now: Timestamp,
    ) -> Result<Spent, StoreError> {
        let mut tx = self.write().await?;
        let characters = done.characters as i64;
        let counted: Option<Counted> = tx
            .sql(SPEND)
            .bind(now.month_start())
            .bind(characters)
            .bind(now)
            .bind(user)
            .fetch_optional()
            .await?;
        let counted = counted.ok_or(StoreError::Gone)?;
        if !reservations::close(&mut tx, &reservation.id).await? {
            return Err(StoreError::Gone);
        }
        insert_synthesis(&mut tx, user, reservation.credits, done, now).await?;
        let spent = Spent::of(counted, ledger::means(&mut tx, user, now).await?);
        if let Some(answer) = answer {
            answers::write(&mut tx, answer.claim, &(answer.text)(&spent)).await?;
        }
        stats::add(&mut tx, "total_syntheses", 1).await?;
        stats::add(&mut tx, "total_characters_synthesized", characters).await?;
        stats::add(&mut tx, "total_listening_hours_seconds", done.audio_ms / 1_000).await?;
        tx.commit().await?;
        Ok(spent)
    }

    /// The account as it is, after a settlement whose answer was lost.
    async fn spent(&self, user: &UserId, now: Timestamp) -> Result<Spent, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let counted: Option<Counted> = tx.sql(SPENT).bind(user).fetch_optional().await?;
            let counted = counted.ok_or(StoreError::Gone)?;
            Ok(Spent::of(counted, ledger::means(&mut tx, user, now).await?))
        })
        .await
    }

    /// Records an extraction; returns the legacy characters left (which bound nothing).
    pub(crate) async fn record_extraction(
        &self,
        user: &UserId,
        done: &ExtractionDone,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let left: Option<(i64,)> = tx
                .sql(
                    "UPDATE users SET
                         remaining_chars =
                             CASE WHEN remaining_chars > $1 THEN remaining_chars - $1 ELSE 0 END,
                         last_active_at = $2
                     WHERE user_id = $3 RETURNING remaining_chars",
                )
                .bind(done.characters as i64)
                .bind(now)
                .bind(user)
                .fetch_optional()
                .await?;
            let (left,) = left.ok_or(StoreError::Gone)?;
            write_extraction(&mut tx, user, done, now).await?;
            tx.commit().await?;
            Ok(left)
        })
        .await
    }

    /// Records the extraction half of an extract-and-synthesize: the text was paid as speech, so
    /// nothing is deducted again.
    pub(crate) async fn count_extraction(
        &self,
        user: &UserId,
        done: &ExtractionDone,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            write_extraction(&mut tx, user, done, now).await?;
            tx.commit().await
        })
        .await
    }

    /// The account's events since midnight (UTC).
    pub(crate) async fn today(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<DayFigures, StoreError> {
        again(|| async move {
            self.read().await?.sql(DAY).bind(user).bind(now.day_start()).fetch_one().await
        })
        .await
    }
}

async fn insert_synthesis(
    tx: &mut Writer,
    user: &UserId,
    credits: i64,
    done: &SpeechDone,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO usage_events (user_id, event_type, char_count, credits_consumed,
             speech_marks, voice_id, engine, duration_ms, created_at)
         VALUES ($1, 'SYNTHESIZE', $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(user)
    .bind(done.characters as i64)
    .bind(credits)
    .bind(done.marks as i64)
    .bind(&done.voice_id)
    .bind(done.engine)
    .bind(done.duration_ms)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// The event, the account's total and the platform's.
async fn write_extraction(
    tx: &mut Writer,
    user: &UserId,
    done: &ExtractionDone,
    now: Timestamp,
) -> Result<(), StoreError> {
    let characters = done.characters as i64;
    tx.sql(
        "UPDATE users SET total_chars_extracted = total_chars_extracted + $1 WHERE user_id = $2",
    )
    .bind(characters)
    .bind(user)
    .execute_on_account()
    .await?;
    tx.sql(
        "INSERT INTO usage_events (user_id, event_type, char_count, source_domain,
             extraction_method, duration_ms, created_at)
         VALUES ($1, 'EXTRACT', $2, $3, $4, $5, $6)",
    )
    .bind(user)
    .bind(characters)
    .bind(done.source_domain.as_deref())
    .bind(&done.method)
    .bind(done.duration_ms)
    .bind(now)
    .execute()
    .await?;
    stats::add(tx, "total_extractions", 1).await?;
    stats::add(tx, "total_characters_extracted", characters).await
}
