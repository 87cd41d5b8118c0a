//! What is known of a request, without waiting for more.

use super::{
    id::{Key, ProgressId},
    record::Record,
};
use crate::{app::App, domain::UserId, errors::ApiError};

/// The records of a request that are kept, here or at another service; none: there is no such request.
pub(crate) async fn known(
    app: &App,
    user: &UserId,
    id: &ProgressId,
) -> Result<Vec<Record>, ApiError> {
    let key = Key::of(user, id);
    let here = app.progress.here(key);
    let own = here.as_ref().map(|entry| entry.after(0)).unwrap_or_default();
    // What is at work here is known here first; what is over may have begun again elsewhere.
    if app.progress.beyond.is_none() || here.is_some_and(|entry| entry.is_here()) {
        return Ok(own);
    }
    let told = app.store.progress_since(&[(key.hex(), 0)]).await?;
    // What ended here a moment ago may not have been told to others yet.
    let newest = own.last().map_or(0, |record| record.sequence);
    if told.last().is_none_or(|last| last.sequence as u64 <= newest) {
        return Ok(own);
    }
    let records = told.into_iter().map(|it| Record {
        sequence: it.sequence as u64,
        last: it.last,
        text: it.record.into(),
    });
    Ok(records.collect())
}
