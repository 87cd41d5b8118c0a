//! Under which names the server may be called.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header};

/// Names of the server, in lower case.
#[derive(Debug)]
pub(super) struct Hosts {
    names: Vec<String>,
    /// Other machines can reach it, so any address may be its own.
    open: bool,
}

impl Hosts {
    pub(super) fn new(bound: &str, names: &[String], address: IpAddr) -> Self {
        let open = !address.is_loopback();
        let mut all = vec!["localhost".to_owned()];
        all.extend(names.iter().map(|name| without_port(name).to_ascii_lowercase()));
        all.push(bound.to_ascii_lowercase());
        if open {
            let name = gethostname::gethostname().to_string_lossy().to_ascii_lowercase();
            all.extend(name.split_once('.').map(|(short, _)| short.to_owned()));
            all.push(name);
        }
        all.retain(|name| !name.is_empty() && name != "*");
        Self { names: all, open }
    }

    /// Whether a request is for this server.
    ///
    /// A page of somebody else's domain can have its name lead here, and then counts as of one origin
    /// with the server. It cannot have an address as its name.
    pub(super) fn accept(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let of_uri = uri.authority().is_none_or(|authority| self.is_ours(authority.as_str()));
        of_uri && host.to_str().is_ok_and(|host| self.is_ours(host))
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(ip) => self.open || ip.to_canonical().is_loopback() || self.names.contains(&name),
            Err(_) => self.names.iter().any(|known| known == name.trim_end_matches('.')),
        }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of a bare IPv6 address are none of a port.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => match name {
            _ if name.contains(':') && !name.ends_with(']') => host,
            _ => name,
        },
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(hosts: &Hosts, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header"));
        hosts.accept(&headers, &Uri::from_static("/"))
    }

    #[test]
    fn only_names_of_this_machine_are_ours() {
        let local = Hosts::new("127.0.0.1", &["load.example:80".to_owned()], [127, 0, 0, 1].into());
        for host in ["localhost", "LOCALHOST:8089", "127.0.0.1:8089", "[::1]:8089", "127.9.9.9"] {
            assert!(accepts(&local, host), "{host}");
        }
        assert!(accepts(&local, "load.example") && accepts(&local, "Load.Example.:8089"));
        let foreign =
            ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"];
        for host in foreign.into_iter().chain(["", "localhost@evil.example", "::1:x"]) {
            assert!(!accepts(&local, host), "{host}");
        }
        let open = Hosts::new("*", &[], [0, 0, 0, 0].into());
        assert!(accepts(&open, "10.0.0.1:8089") && accepts(&open, "[fe80::1]"));
        assert!(!accepts(&open, "evil.example") && !accepts(&open, "*"));
    }

    #[test]
    fn one_host_and_not_two() {
        let local = Hosts::new("127.0.0.1", &[], [127, 0, 0, 1].into());
        let mut headers = HeaderMap::new();
        assert!(!local.accept(&headers, &Uri::from_static("/")));
        headers.append(header::HOST, "localhost".parse().expect("a header"));
        let evil = Uri::from_static("http://evil.example/stop");
        assert!(!local.accept(&headers, &evil));
        headers.append(header::HOST, "localhost".parse().expect("a header"));
        assert!(!local.accept(&headers, &Uri::from_static("/")));
    }
}
