//! `GET /api/extract/analytics?days=7`: what the caller extracted lately.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{app::App, auth::Caller, domain::Timestamp, errors::ApiError, validation::FieldError};

const USUAL_DAYS: i64 = 7;
/// A year.
const MOST_DAYS: i64 = 366;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    days: Option<String>,
}

pub(crate) async fn analytics(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let days = match asked {
        Ok(Query(asked)) => days(asked.days.as_deref())?,
        Err(error) => {
            let error =
                FieldError::in_query("int_parsing", "days", error.body_text(), &Value::Null);
            return Err(ApiError::Invalid(vec![error]));
        }
    };
    let since = Timestamp::now().minus(Duration::from_hours(24 * days.unsigned_abs()));
    let all = app.store.extractions(&account.user_id, since).await?;
    let methods: BTreeMap<&str, i64> =
        all.methods.iter().map(|(method, count)| (method.as_str(), *count)).collect();
    let sites: Vec<Value> = all
        .sites
        .iter()
        .map(|(domain, count)| json!({ "domain": domain, "count": count }))
        .collect();
    let share = |part: i64, whole: i64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    Ok(Json(json!({
        "period_days": days,
        "total_extractions": all.count,
        "total_characters": all.characters,
        "average_characters": share(all.characters, all.count),
        "avg_extraction_time": share(all.took_ms, all.count * 1_000),
        "methods": methods,
        "top_sites": sites,
    })))
}

fn days(text: Option<&str>) -> Result<i64, ApiError> {
    let Some(text) = text else { return Ok(USUAL_DAYS) };
    let wrong = |kind, msg: String| {
        ApiError::Invalid(vec![FieldError::in_query(kind, "days", msg, &json!(text))])
    };
    let days: i64 = text.trim().parse().map_err(|_| {
        let msg = "Input should be a valid integer, unable to parse string as an integer";
        wrong("int_parsing", msg.to_owned())
    })?;
    match days {
        ..1 => Err(wrong(
            "greater_than_equal",
            "Input should be greater than or equal to 1".to_owned(),
        )),
        1..=MOST_DAYS => Ok(days),
        _ => {
            let msg = format!("Input should be less than or equal to {MOST_DAYS}");
            Err(wrong("less_than_equal", msg))
        }
    }
}
