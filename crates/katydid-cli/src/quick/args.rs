//! Words of `katydid URL`, and what they mean.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use katydid_core::is_loopback;
use katydid_engine::RunSettings;

use super::shown::{View, ViewArgs};
use super::visitor::Request;
use crate::args::{
    ArrivalArgs, ExportArgs, HttpArgs, ReportArgs, parse_count, parse_rate, parse_requests,
    parse_time,
};
use crate::error::CliError;
use crate::guards::label;
use crate::heading::AT_ONCE;
use crate::settings::{ExportSettings, ReportFiles, check_url, seed, threads};

/// Users when nobody says how many: oha's number.
const USERS: u32 = 50;
/// Length of a run when nobody says how long.
const RUN_TIME: Duration = Duration::from_secs(10);

/// Load on one address, with a summary on stdout.
#[derive(Clone, Debug, Parser)]
#[command(name = "katydid", version, infer_long_args = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 pass, 1 requests failed, 2 wrong use, 3 the run is invalid, \
 70 a report could not be written, 130 interrupted."
)]
pub(crate) struct QuickArgs {
    /// Address to load, e.g. http://localhost:8080/items?page=2
    url: String,
    /// Users, each with a connection of its own
    #[arg(short, long, value_name = "N", default_value_t = USERS, value_parser = parse_count, allow_negative_numbers = true)]
    users: u32,
    /// Users started per second [default: all at once]
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate, allow_negative_numbers = true)]
    spawn_rate: Option<f64>,
    /// End after this time (90, 20s, 3m) [default: 10s, without limit when -n is given]
    #[arg(short = 't', long, value_name = "SPAN", value_parser = parse_time, allow_negative_numbers = true)]
    run_time: Option<Duration>,
    /// End after this many requests, shared evenly by the users
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_requests, allow_negative_numbers = true)]
    requests: Option<u64>,
    /// Method [default: GET, or POST with a body]
    #[arg(short, long, value_name = "METHOD")]
    method: Option<Method>,
    /// Body of each request; a form unless a Content-Type header says otherwise
    #[arg(short = 'd', long, value_name = "TEXT")]
    body: Option<String>,
    /// Header of each request, as often as needed
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Write PREFIX_stats.csv, _stats_history.csv, _failures.csv and _exceptions.csv
    #[arg(long, value_name = "PREFIX")]
    csv: Option<String>,
    /// Write the report: a page with charts that opens offline
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Do not keep the run in load_test_runs
    #[arg(long)]
    no_save: bool,
    /// Threads that make the load [default: one per core, at most one per user]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    threads: Option<u32>,
    /// Number that fixes the engine's random choices
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    view: ViewArgs,
    /// Exit with 3 when the run says DISTURBED of itself, not only when INVALID
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    arrivals: ArrivalArgs,
    #[command(flatten)]
    http: HttpArgs,
    #[command(flatten)]
    reports: ReportArgs,
    #[command(flatten)]
    exports: ExportArgs,
}

impl QuickArgs {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// The parser's text.
    pub(crate) fn read(
        words: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, CliError> {
        let command = ArrivalArgs::exclude(Self::command(), &["users", "spawn_rate", "requests"]);
        let read = command.try_get_matches_from(words);
        read.and_then(|matches| Self::from_arg_matches(&matches)).map_err(CliError::Words)
    }
}

/// What runs.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The address as given.
    pub(crate) url: String,
    /// What each user sends.
    pub(crate) request: Request,
    /// How much, how long.
    pub(crate) run: RunSettings,
    /// Prefix of the CSV files.
    pub(crate) csv: Option<String>,
    /// Where the page goes.
    pub(crate) html: Option<PathBuf>,
    /// Reports for machines.
    pub(crate) reports: ReportFiles,
    /// Time series of other programs.
    pub(crate) exports: ExportSettings,
    /// DISTURBED counts as INVALID for the exit code.
    pub(crate) strict: bool,
    /// The run leaves no folder.
    pub(crate) no_save: bool,
    /// Whether it is shown on the whole screen.
    pub(crate) view: View,
}

impl Plan {
    /// Decides what the words mean.
    ///
    /// # Errors
    /// The first thing that cannot be meant, with the next step.
    pub(crate) fn resolve(args: &QuickArgs) -> Result<Self, CliError> {
        let url = check_url(&args.url)?;
        let arrivals = args.arrivals.resolve()?;
        let most = arrivals.as_ref().map_or(args.users, |arrivals| arrivals.max_in_flight);
        let users = args
            .requests
            .map_or(most, |requests| most.min(u32::try_from(requests).unwrap_or(u32::MAX)));
        let threads = threads(args.threads, users);
        let stages = arrivals.as_ref().and_then(|arrivals| arrivals.rate.length());
        let endless = args.requests.is_none() && stages.is_none();
        let run_time = args.run_time.or(endless.then_some(RUN_TIME));
        let request = request(args, &url, users)?;
        let mut http = args.http.settings()?;
        if !is_loopback(url.as_str()) {
            http.label = Some(label("katydid", None));
        }
        let run = RunSettings {
            users,
            spawn_rate: args.spawn_rate.unwrap_or(AT_ONCE),
            arrivals,
            run_time,
            until_done: args.requests.is_some(),
            threads,
            seed: seed(args.seed),
            host: Some(url[..url::Position::BeforePath].to_owned()),
            http,
            calibrate: true,
            ..RunSettings::default()
        };
        Ok(Self {
            url: args.url.clone(),
            request,
            run,
            csv: args.csv.clone(),
            reports: ReportFiles::resolve(&args.reports, args.html.as_ref())?,
            html: args.html.clone(),
            exports: ExportSettings::resolve(&args.exports, |long| format!("--{long}"))?,
            strict: args.strict,
            no_save: args.no_save,
            view: args.view.meant(),
        })
    }
}

fn request(args: &QuickArgs, url: &url::Url, users: u32) -> Result<Request, CliError> {
    let mut seen = BTreeSet::new();
    for (name, _) in &args.headers {
        if !seen.insert(name.as_str()) {
            return Err(CliError::Usage(format!("-H {name} is given twice; join the values")));
        }
    }
    let mut headers = args.headers.clone();
    let own = headers.iter().position(|(name, _)| name == CONTENT_TYPE);
    let content_type = match (own, &args.body) {
        (Some(at), Some(_)) => text(&headers.remove(at).1)?,
        _ => "application/x-www-form-urlencoded".to_owned(),
    };
    let default = if args.body.is_some() { Method::POST } else { Method::GET };
    let headers: Result<Vec<(String, String)>, CliError> =
        headers.iter().map(|(name, value)| Ok((name.to_string(), text(value)?))).collect();
    Ok(Request {
        method: args.method.clone().unwrap_or(default).to_string(),
        path: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        headers: headers?,
        body: args.body.clone().map(|body| (body.into_bytes(), content_type)),
        requests: args.requests,
        users,
    })
}

fn text(value: &HeaderValue) -> Result<String, CliError> {
    let text = value.to_str().map(str::to_owned);
    text.map_err(|_| CliError::usage("header values must be plain ASCII"))
}

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let wrong = || "write it as 'Name: value'".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let name = name.trim().parse().map_err(|_| wrong())?;
    let value = HeaderValue::from_str(value.trim()).map_err(|_| wrong())?;
    Ok((name, value))
}

#[cfg(test)]
mod tests;
