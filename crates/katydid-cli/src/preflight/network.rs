//! Look-up, connection and certificate of a host.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use katydid_engine::{Certificate, HttpSettings, Probe, TlsProbe, probe};

use super::check::Check;
use super::ms;

/// A certificate that ends sooner is named.
const SOON: Duration = Duration::from_hours(14 * 24);

/// Looks at a host until something fails.
pub(super) fn checks(host: &str, http: &HttpSettings) -> Vec<Check> {
    match probe(host, http) {
        Ok(found) => told(&found, SystemTime::now()),
        Err(fault) => vec![Check::failed("DNS", fault.to_string(), "name a host with -H URL")],
    }
}

fn told(found: &Probe, now: SystemTime) -> Vec<Check> {
    let mut checks = vec![dns(found)];
    match &found.connection {
        None => {}
        Some(Ok((address, took))) => {
            checks.push(Check::passed("TCP", format!("{address} accepts ({})", ms(*took))));
        }
        Some(Err(why)) => checks.push(Check::failed(
            "TCP",
            why.clone(),
            "start the target, or look at its port and at firewalls on the way",
        )),
    }
    checks.extend(found.tls.as_ref().map(|tls| self::tls(&found.host, tls, now)));
    checks
}

fn dns(found: &Probe) -> Check {
    match &found.addresses {
        Ok((addresses, took)) => {
            let list: Vec<String> = addresses.iter().map(|it| it.ip().to_string()).collect();
            let list = list.join(", ");
            if list == found.host {
                return Check::passed("DNS", format!("{list} is an address, nothing to look up"));
            }
            Check::passed("DNS", format!("{} is {list} ({})", found.host, ms(*took)))
        }
        Err(why) => Check::failed(
            "DNS",
            format!("{}: {why}", found.host),
            "look at the spelling of the host and at the name server of this machine",
        ),
    }
}

fn tls(host: &str, tls: &TlsProbe, now: SystemTime) -> Check {
    let shown = tls.certificate.as_ref().map(|shown| describe(shown, now)).unwrap_or_default();
    let over = tls.certificate.as_ref().is_some_and(|shown| shown.not_after < now);
    match &tls.handshake {
        Err(why) if over => Check::failed(
            "TLS",
            format!("{why}{shown}"),
            "renew the certificate: every user is refused (--insecure only for a test system)",
        ),
        Err(why) => Check::failed("TLS", format!("{why}{shown}"), next_step(host, why)),
        Ok(_) if !tls.verified => Check::suspicious(
            "TLS",
            format!("the certificate was not verified (--insecure){shown}"),
            "for an authority of your own use --cacert FILE instead",
        ),
        Ok(took) => {
            let seen = format!("chain verified ({}){shown}", ms(*took));
            match &tls.certificate {
                Some(shown) if shown.not_after < now + SOON => {
                    Check::suspicious("TLS", seen, "renew the certificate before it ends")
                }
                _ => Check::passed("TLS", seen),
            }
        }
    }
}

fn next_step(host: &str, why: &str) -> String {
    if why.contains("UnknownIssuer") {
        "for an authority of your own give its certificate with --cacert FILE".to_owned()
    } else if why.contains("not valid for name") {
        format!("name the host as the certificate does, or get one for {host}")
    } else {
        "look whether TLS is spoken on this port (http:// or https://) and at its log".to_owned()
    }
}

fn describe(shown: &Certificate, now: SystemTime) -> String {
    let subject = shown.subject.as_deref().unwrap_or("without a name");
    let day = |time: SystemTime| {
        Timestamp::try_from(time)
            .map_or_else(|_| "?".to_owned(), |it| it.strftime("%F").to_string())
    };
    let days = |time: Duration| time.as_secs() / 86_400;
    let left = match shown.not_after.duration_since(now) {
        Ok(left) => format!("in {} days", days(left)),
        Err(ago) => format!("{} days ago", days(ago.duration())),
    };
    let ends = if left.starts_with("in ") { "ends" } else { "ended" };
    format!("; certificate of {subject}, {ends} {} ({left})", day(shown.not_after))
}
