//! The table as a whole.

use std::sync::LazyLock;

use super::{
    accounts, audio, aws, database, extraction, logs, mail, payments, process, progress, requests,
    setting::Setting,
};

/// By name.
pub(crate) static TABLE: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let mut all = [
        accounts::ROWS,
        audio::ROWS,
        aws::ROWS,
        database::ROWS,
        extraction::ROWS,
        logs::ROWS,
        mail::ROWS,
        payments::ROWS,
        process::ROWS,
        progress::ROWS,
        requests::ROWS,
    ]
    .concat();
    all.sort_by_key(|setting| setting.name);
    all
});
