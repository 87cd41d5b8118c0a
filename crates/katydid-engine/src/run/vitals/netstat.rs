//! The kernel's network counters, which count for every program of the machine.

/// Counters since the machine's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Netstat {
    pub(super) syn_retransmits: u64,
    pub(super) listen_drops: u64,
}

/// Now; `None` where there is no such thing.
#[cfg(target_os = "linux")]
pub(super) fn read() -> Option<Netstat> {
    parse(&std::fs::read_to_string("/proc/net/netstat").ok()?)
}

/// Now; `None` where there is no such thing.
#[cfg(not(target_os = "linux"))]
pub(super) fn read() -> Option<Netstat> {
    None
}

/// A line with names is followed by one with numbers.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux alone has the file"))]
fn parse(text: &str) -> Option<Netstat> {
    let mut lines = text.lines();
    let names = lines.find(|line| line.starts_with("TcpExt:"))?;
    let numbers = lines.next()?;
    let number = |wanted: &str| {
        let mut pairs = names.split(' ').zip(numbers.split(' '));
        pairs.find(|(name, _)| *name == wanted)?.1.parse().ok()
    };
    Some(Netstat {
        syn_retransmits: number("TCPSynRetrans")?,
        listen_drops: number("ListenDrops")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_their_names() {
        let text = "TcpExt: SyncookiesSent ListenDrops Other TCPSynRetrans\nTcpExt: 1 2 3 4\n\
                    IpExt: InNoRoutes\nIpExt: 0\n";
        let counters = parse(text).unwrap();
        assert_eq!(counters, Netstat { syn_retransmits: 4, listen_drops: 2 });
        assert_eq!(parse("TcpExt: ListenDrops\nTcpExt: 2\n"), None);
    }
}
