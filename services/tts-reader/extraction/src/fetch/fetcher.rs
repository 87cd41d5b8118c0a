//! Gets a page within the limits of a [`FetchPolicy`].

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::{Client, StatusCode};
use tokio::time::{Instant, timeout};
use url::{Position, Url};

use super::{Answer, Stage, Watch, answer::TooMuch, classify};
use crate::cache::{Cache, CacheFigures, Entry, Found, Kept, Terms};
use crate::error::ExtractError;
use crate::kind::ContentKind;
use crate::page::{Extraction, Page};
use crate::policy::{FetchPolicy, Robots};
use crate::robots::{Known, MAX_BYTES, Rules};
use crate::target;
use crate::turns::{Errand, Turn, Turns};

const ACCEPTED: &str = "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.1";

/// A page as it came from the site, or its text from before.
pub(crate) enum Got {
    Known(Arc<Extraction>),
    Page(Page),
}

/// The HTTP client with its policy.
pub(crate) struct Fetcher {
    client: Client,
    policy: FetchPolicy,
    turns: Turns,
    cache: Arc<Cache>,
    robots: Known,
}

/// Where one request led.
enum Hop {
    Moved(Url),
    Got(Got),
}

/// What is left of the times of one fetch, and where it was.
struct Left {
    waiting: Duration,
    fetching: Duration,
    /// Hosts that were asked for the page.
    hosts: Vec<String>,
}

impl Fetcher {
    pub(crate) fn new(policy: FetchPolicy, client: Client) -> Self {
        Self {
            client,
            turns: Turns::new(policy.at_once, policy.politeness.clone()),
            cache: Arc::new(Cache::new(policy.cache_bytes)),
            robots: Known::new(),
            policy,
        }
    }

    /// Fetches `url`, following redirects.
    pub(crate) async fn fetch(&self, url: &str, watch: &Watch<'_>) -> Result<Got, ExtractError> {
        let mut url = target::parse(url, &self.policy)?;
        let mut left = Left {
            waiting: self.policy.longest_wait,
            fetching: self.policy.timeout,
            hosts: Vec::new(),
        };
        for _ in 0..=self.policy.max_redirects {
            match self.hop(&url, &mut left, watch).await? {
                Hop::Got(got) => return Ok(got),
                Hop::Moved(next) => {
                    target::check(&next, &self.policy)?;
                    url = next;
                }
            }
        }
        Err(ExtractError::TooManyRedirects { limit: self.policy.max_redirects })
    }

    pub(crate) fn cache_figures(&self) -> CacheFigures {
        self.cache.figures()
    }

    async fn hop(
        &self,
        url: &Url,
        left: &mut Left,
        watch: &Watch<'_>,
    ) -> Result<Hop, ExtractError> {
        if let Found::Fresh(kept) = self.cache.find(url) {
            return known(kept);
        }
        let delay = match self.policy.robots {
            Robots::Ignore => Duration::ZERO,
            Robots::Respect => self.leave(url, left, watch).await?,
        };
        let errand = left.errand(url, delay);
        let turn = self.turn(url, errand, left, watch).await?;
        // Somebody may have fetched it while this one waited.
        let stale = match self.cache.find(url) {
            Found::Fresh(kept) => return known(kept),
            Found::Stale(entry) => Some(entry),
            Found::Nothing => None,
        };
        left.fetching(self.ask(url, stale, turn, watch)).await
    }

    /// Waits for leave to ask the site of `url` once.
    async fn turn(
        &self,
        url: &Url,
        errand: Errand,
        left: &mut Left,
        watch: &Watch<'_>,
    ) -> Result<Turn<'_>, ExtractError> {
        watch(Stage::Waiting);
        let spared = self.policy.politeness.spares_loopback && target::is_loopback(url);
        let host = url.host_str().filter(|_| !spared).map(|host| host.trim_end_matches('.'));
        let start = Instant::now();
        let turn = self.turns.take(host, errand, start + left.waiting).await?;
        left.waiting = left.waiting.saturating_sub(start.elapsed());
        watch(Stage::Fetching);
        Ok(turn)
    }

    async fn ask(
        &self,
        url: &Url,
        stale: Option<Arc<Entry>>,
        turn: Turn<'_>,
        watch: &Watch<'_>,
    ) -> Result<Hop, ExtractError> {
        let answer = self.send(url, stale.as_deref()).await?;
        let (status, now) = (answer.status(), SystemTime::now());
        if let Some(entry) = stale.filter(|_| status == StatusCode::NOT_MODIFIED) {
            let terms = entry.terms.renewed(answer.headers(), now);
            return known(self.cache.renew(url, &entry, terms));
        }
        let terms = is_kept(status).then(|| Terms::of(status, answer.headers(), now));
        let ticket = terms.and_then(|terms| self.cache.ticket(url, terms));
        if let Some(next) = answer.redirect()? {
            if let Some(ticket) = ticket {
                ticket.keep(Kept::Moved(next.clone()));
            }
            return Ok(Hop::Moved(next));
        }
        if !status.is_success() {
            if let Some(ticket) = ticket.filter(|_| matches!(status.as_u16(), 404 | 410)) {
                ticket.keep(Kept::Absent(status.as_u16()));
            }
            return Err(ExtractError::HttpStatus(status.as_u16()));
        }
        let (content_type, url) = (answer.content_type(), answer.url());
        // Judged before the body is read: nobody waits for 5 MiB of video to be told no.
        ContentKind::of_header(content_type.as_deref())?;
        let body = answer.body(self.policy.max_body_bytes, TooMuch::Refuse, watch).await?;
        let ticket = ticket.map(Box::new);
        let page = Page { body, content_type, url, ticket, _place: turn.into_place() };
        Ok(Hop::Got(Got::Page(page)))
    }

    async fn send(&self, url: &Url, stale: Option<&Entry>) -> Result<Answer, ExtractError> {
        let mut request = self.client.get(url.clone()).header(ACCEPT, ACCEPTED);
        if let Some(entry) = stale {
            if let Some(tag) = &entry.terms.etag {
                request = request.header(IF_NONE_MATCH, tag);
            }
            if let Some(date) = &entry.terms.modified {
                request = request.header(IF_MODIFIED_SINCE, date);
            }
        }
        request.send().await.map(Answer::new).map_err(|e| classify(&e))
    }

    /// Whether the site lets programs read this page, and how long it then wants to be left alone.
    async fn leave(
        &self,
        url: &Url,
        left: &mut Left,
        watch: &Watch<'_>,
    ) -> Result<Duration, ExtractError> {
        let rules = match self.robots.find(url) {
            Some(rules) => rules,
            None => {
                let rules = Arc::new(self.ask_for_rules(url, left, watch).await?);
                self.robots.keep(url, &rules);
                rules
            }
        };
        let may_read = rules.allows(&url[Position::BeforePath..Position::AfterQuery]);
        may_read.then(|| rules.delay()).ok_or(ExtractError::Robots)
    }

    /// A site that cannot be reached at all fails as its page would.
    async fn ask_for_rules(
        &self,
        url: &Url,
        left: &mut Left,
        watch: &Watch<'_>,
    ) -> Result<Rules, ExtractError> {
        let mut file =
            url.join("/robots.txt").map_err(|e| ExtractError::Internal(e.to_string()))?;
        for _ in 0..=self.policy.max_redirects {
            target::check(&file, &self.policy)?;
            let _turn = self.turn(&file, Errand::Part, left, watch).await?;
            let answer = left.fetching(self.send(&file, None)).await?;
            if let Some(next) = answer.redirect()? {
                file = next;
                continue;
            }
            return match answer.status().as_u16() {
                200..300 => {
                    let body = answer.body(MAX_BYTES, TooMuch::Cut, &|_| ());
                    let body = left.fetching(body).await?;
                    Ok(Rules::parse(&body, &self.policy.user_agent))
                }
                // Asked too often, or out of order: what it would have said is not known.
                429 | 500..600 => Ok(Rules::Unknown),
                _ => Ok(Rules::none()),
            };
        }
        Ok(Rules::none())
    }
}

impl Left {
    /// One page is one errand at a host, however often it moves there.
    fn errand(&mut self, url: &Url, delay: Duration) -> Errand {
        let host = url.host_str().unwrap_or_default();
        if self.hosts.iter().any(|known| known == host) {
            return Errand::Part;
        }
        self.hosts.push(host.to_owned());
        Errand::Page(delay)
    }

    /// Runs a part of the fetch within what is left of its time.
    async fn fetching<T>(
        &mut self,
        part: impl Future<Output = Result<T, ExtractError>>,
    ) -> Result<T, ExtractError> {
        let start = Instant::now();
        let done = timeout(self.fetching, part).await.map_err(|_| ExtractError::Timeout)?;
        self.fetching = self.fetching.saturating_sub(start.elapsed());
        done
    }
}

/// The answers that can be kept: pages, redirects, absences. A failure replaces none of them.
fn is_kept(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 301 | 302 | 303 | 307 | 308 | 404 | 410)
}

fn known(kept: Kept) -> Result<Hop, ExtractError> {
    match kept {
        Kept::Page(page) => Ok(Hop::Got(Got::Known(page))),
        Kept::Moved(next) => Ok(Hop::Moved(next)),
        Kept::Unreadable(error) => Err(error),
        Kept::Absent(status) => Err(ExtractError::HttpStatus(status)),
    }
}
