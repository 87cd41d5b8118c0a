//! The text of a fault: `[PATH:] [SHARE%] EFFECT [beyond N …] [from TIME to TIME]`.

use std::str::{FromStr, SplitWhitespace};
use std::time::Duration;

use super::fault::{Effect, ProxyFault, Trigger, Unit};

const EFFECTS: &str = "a status such as 500, reset, close, garbage, half, wrong-length, \
                       delay 200ms, slow-body 200ms, 2 servers of 25ms, freeze, accept-stall";

/// A text that is no fault: what is wrong with it, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{fault}` is no fault: {problem}")]
pub struct FaultError {
    /// The text.
    pub fault: String,
    /// What is wrong, with the next step.
    pub problem: String,
}

type Parsed<T> = Result<T, String>;

impl FromStr for ProxyFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        let error = |problem| FaultError { fault: text.to_owned(), problem };
        let fault = parse(text).map_err(error)?;
        sensible(&fault).map_err(error)?;
        Ok(fault)
    }
}

/// The words that are not read yet, and the one that was looked at.
struct Words<'a> {
    rest: SplitWhitespace<'a>,
    next: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let mut rest = text.split_whitespace();
        Self { next: rest.next(), rest }
    }

    fn take(&mut self) -> Option<&'a str> {
        std::mem::replace(&mut self.next, self.rest.next())
    }

    /// Takes this word, if it is the next.
    fn takes(&mut self, word: &str) -> bool {
        let is = self.next == Some(word);
        if is {
            self.take();
        }
        is
    }

    fn time(&mut self, after: &str) -> Parsed<Duration> {
        let word = self.take().ok_or_else(|| format!("`{after}` needs a time such as 200ms"))?;
        time(word).ok_or_else(|| format!("`{word}` after `{after}` is no time such as 200ms"))
    }
}

fn parse(text: &str) -> Parsed<ProxyFault> {
    let (path, rest) = match text.split_once(": ") {
        Some((path, rest)) => (Some(path.trim().to_owned()), rest),
        None => (None, text),
    };
    let mut words = Words::of(rest);
    let share = share(&mut words)?;
    let effect = effect(&mut words)?;
    let mut fault = ProxyFault {
        text: text.to_owned(),
        path,
        share,
        effect,
        trigger: None,
        from: Duration::ZERO,
        to: None,
    };
    while let Some(word) = words.take() {
        match word {
            "beyond" if fault.trigger.is_none() => fault.trigger = Some(trigger(&mut words)?),
            "from" if fault.from.is_zero() => fault.from = words.time("from")?,
            "to" if fault.to.is_none() => fault.to = Some(words.time("to")?),
            _ => {
                return Err(format!(
                    "`{word}` cannot follow; after the effect comes `beyond 60 requests`, \
                     `from 2s` or `to 5s`, each once"
                ));
            }
        }
    }
    Ok(fault)
}

fn share(words: &mut Words<'_>) -> Parsed<f64> {
    let Some(percent) = words.next.and_then(|word| word.strip_suffix('%')) else { return Ok(1.0) };
    words.take();
    match percent.parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent / 100.0),
        _ => Err(format!("`{percent}%` is not above 0% and up to 100%")),
    }
}

fn effect(words: &mut Words<'_>) -> Parsed<Effect> {
    let word = words.take().ok_or_else(|| format!("it does nothing; there are {EFFECTS}"))?;
    Ok(match word {
        "reset" => Effect::Reset,
        "close" => Effect::Close,
        "garbage" => Effect::Garbage,
        "half" => Effect::Half,
        "wrong-length" => Effect::WrongLength,
        "freeze" => Effect::Freeze,
        "accept-stall" => Effect::AcceptStall,
        "delay" => Effect::Delay(words.time("delay")?),
        "slow-body" => Effect::SlowBody(words.time("slow-body")?),
        number => match number.parse::<usize>() {
            Ok(servers) if words.takes("servers") || words.takes("server") => {
                words.takes("of");
                Effect::Servers(servers, words.time("servers of")?)
            }
            Ok(status) => Effect::Status(
                u16::try_from(status).map_err(|_| format!("`{number}` is no status"))?,
            ),
            Err(_) => return Err(format!("`{word}` is no effect; there are {EFFECTS}")),
        },
    })
}

fn trigger(words: &mut Words<'_>) -> Parsed<Trigger> {
    let form = "write `beyond 60 requests` or `beyond 60 connections`";
    let beyond = words.take().and_then(|word| word.parse().ok()).ok_or(form)?;
    let unit = match words.take() {
        Some("requests") => Unit::Requests,
        Some("connections") => Unit::Connections,
        _ => return Err(form.to_owned()),
    };
    let lasts = if !words.takes("for") {
        Some(Duration::ZERO)
    } else if words.takes("ever") {
        None
    } else {
        Some(words.time("for")?)
    };
    Ok(Trigger { beyond, unit, lasts })
}

/// What can be written and means nothing is refused: it would look like a fault and be none.
fn sensible(fault: &ProxyFault) -> Parsed<()> {
    let plain = fault.share >= 1.0 && fault.trigger.is_none();
    match fault.effect {
        Effect::Status(status) if !(200..600).contains(&status) => {
            Err(format!("{status} is no status from 200 to 599"))
        }
        Effect::Servers(0, _) => Err("without a server nothing is ever answered; say `freeze`, \
                                      or at least 1 server"
            .to_owned()),
        Effect::Freeze if !plain => {
            Err("a freeze strikes every request; leave `%` and `beyond` out".to_owned())
        }
        Effect::AcceptStall if !plain || fault.path.is_some() => {
            Err("connections have no path yet; leave path, `%` and `beyond` out".to_owned())
        }
        _ if fault.path.as_deref() == Some("") => {
            Err("the path before `:` is empty; leave it out with its colon".to_owned())
        }
        _ if fault.to.is_some_and(|to| to <= fault.from) => {
            Err("it ends before it begins; `from` must be earlier than `to`".to_owned())
        }
        _ => Ok(()),
    }
}

/// `200ms`, `1.5s`, `2m`.
fn time(word: &str) -> Option<Duration> {
    let unit = word.find(|c: char| c.is_ascii_alphabetic())?;
    let seconds = match &word[unit..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(word[..unit].parse::<f64>().ok()? * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> ProxyFault {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_part_of_a_fault_is_read() {
        let one = fault("login: 1% 500");
        assert_eq!(
            (one.path.as_deref(), one.share, one.effect),
            (Some("login"), 0.01, Effect::Status(500))
        );
        let knee = fault("2 servers of 12.5ms");
        assert_eq!(knee.effect, Effect::Servers(2, Duration::from_micros(12_500)));
        assert_eq!((knee.path, knee.share, knee.trigger), (None, 1.0, None));
        let scar = fault("delay 2s beyond 60 connections for ever").trigger.unwrap();
        assert_eq!((scar.beyond, scar.unit, scar.lasts), (60, Unit::Connections, None));
        let brief = fault("/api: 503 beyond 8 requests for 2m from 1s").trigger.unwrap();
        assert_eq!((brief.unit, brief.lasts), (Unit::Requests, Some(Duration::from_mins(2))));
        let frozen = fault("freeze from 5s to 10s");
        assert_eq!((frozen.from.as_secs(), frozen.to), (5, Some(Duration::from_secs(10))));
    }

    #[test]
    fn what_is_no_fault_says_what_would_be_one() {
        for (text, words) in [
            ("", "it does nothing; there are a status such as 500, reset"),
            ("login: rest", "`rest` is no effect; there are a status"),
            ("login:500", "`login:500` is no effect"),
            (": 500", "the path before `:` is empty"),
            ("0% 500", "`0%` is not above 0%"),
            ("700", "700 is no status from 200 to 599"),
            ("delay", "`delay` needs a time such as 200ms"),
            ("delay 5", "`5` after `delay` is no time such as 200ms"),
            ("0 servers of 5ms", "at least 1 server"),
            ("reset beyond 6 users", "write `beyond 60 requests` or"),
            ("500 for 2s", "`for` cannot follow; after the effect comes `beyond 60 requests`"),
            ("reset from 5s to 2s", "`from` must be earlier than `to`"),
            ("1% freeze", "a freeze strikes every request"),
            ("login: accept-stall", "connections have no path yet"),
        ] {
            let error = text.parse::<ProxyFault>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
