//! Which IP addresses a page may be fetched from: public unicast ones and nothing else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::sync::LazyLock;

/// The kind of `address` when a page must not be fetched from it, `None` when it may be.
pub(crate) fn refused(address: IpAddr, allow_loopback: bool) -> Option<&'static str> {
    let range = match address {
        IpAddr::V4(v4) => refused_v4(v4, allow_loopback),
        IpAddr::V6(v6) => refused_v6(v6, allow_loopback),
    };
    // A public address of this very machine opens what listens on it for others than the public.
    range.or_else(|| (!allow_loopback && is_this_machine(address)).then_some(THIS_MACHINE))
}

/// First and last address of each range of the IANA special-purpose registry, and the public
/// addresses at which clouds serve what is private to a machine.
const V4_RANGES: &[([u8; 4], u8, &str)] = &[
    ([0, 0, 0, 0], 8, "unspecified"),
    ([10, 0, 0, 0], 8, "private network"),
    ([100, 64, 0, 0], 10, "carrier-grade NAT"),
    ([127, 0, 0, 0], 8, LOOPBACK),
    // Azure's, reachable from its machines only.
    ([168, 63, 129, 16], 32, "cloud metadata"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private network"),
    ([192, 0, 0, 0], 24, "protocol assignments"),
    ([192, 0, 2, 0], 24, "documentation"),
    ([192, 88, 99, 0], 24, "6to4 relay"),
    ([192, 168, 0, 0], 16, "private network"),
    ([198, 18, 0, 0], 15, "benchmarking"),
    ([198, 51, 100, 0], 24, "documentation"),
    ([203, 0, 113, 0], 24, "documentation"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([240, 0, 0, 0], 4, "reserved"),
];

pub(crate) const LOOPBACK: &str = "loopback";
const THIS_MACHINE: &str = "this machine";

fn refused_v4(address: Ipv4Addr, allow_loopback: bool) -> Option<&'static str> {
    let bits = address.to_bits();
    let (.., kind) = V4_RANGES.iter().find(|(net, prefix, _)| {
        let shift = 32 - u32::from(*prefix);
        bits >> shift == Ipv4Addr::from(*net).to_bits() >> shift
    })?;
    (!(allow_loopback && *kind == LOOPBACK)).then_some(kind)
}

/// IPv6 is judged the other way round: only global unicast (2000::/3) passes, less its special
/// parts. Forms that carry an IPv4 address are judged by that address, because a gateway, a tunnel
/// or the system itself would connect there.
fn refused_v6(address: Ipv6Addr, allow_loopback: bool) -> Option<&'static str> {
    if let Some(v4) = address.to_ipv4_mapped() {
        return refused_v4(v4, allow_loopback);
    }
    let s = address.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => (!allow_loopback).then_some(LOOPBACK),
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("unspecified"),
        // NAT64 carries the address in the last 32 bits, 6to4 after its prefix, ISATAP after a
        // mark in the last 64.
        [0x64, 0xff9b, 0, 0, 0, 0, hi, lo] | [0x2002, hi, lo, ..] => {
            refused_v4(join(hi, lo), false)
        }
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Some("documentation"),
        // 2001::/23: Teredo, benchmarking, ORCHID and other protocol assignments.
        [0x2001, 0..=0x01ff, ..] => Some("protocol assignments"),
        [0x2000..=0x3fff, .., 0 | 0x0200, 0x5efe, hi, lo] => refused_v4(join(hi, lo), false),
        [0x2000..=0x3fff, ..] => None,
        [0xfc00..=0xfdff, ..] => Some("private network"),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        _ => Some("reserved"),
    }
}

fn join(hi: u16, lo: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(hi) << 16 | u32::from(lo))
}

/// Whether this machine has the address: a socket can be bound to no other. Nothing is sent.
fn is_this_machine(address: IpAddr) -> bool {
    /// Some machines let a socket have any address (`ip_nonlocal_bind`); there binding says nothing,
    /// and only the address that the system itself would speak from is known.
    static ANY: LazyLock<bool> = LazyLock::new(|| {
        let nobodys = Ipv4Addr::new(192, 0, 2, 1);
        UdpSocket::bind((nobodys, 0)).is_ok()
    });
    if !*ANY {
        return UdpSocket::bind((address, 0)).is_ok();
    }
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let from = UdpSocket::bind((any, 0)).and_then(|socket| {
        // Of a UDP socket this chooses the way and sends nothing.
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    from.is_ok_and(|from| from.ip() == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(address: &str) -> Option<&'static str> {
        refused(address.parse().unwrap(), false)
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "168.63.129.15",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
            "2606:4700::5efe:101:101",
        ] {
            assert_eq!(kind(address), None, "{address}");
        }
    }

    #[test]
    fn special_addresses_are_refused() {
        for (address, expected) in [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "unspecified"),
            ("10.255.255.255", "private network"),
            ("100.64.0.1", "carrier-grade NAT"),
            ("100.100.100.200", "carrier-grade NAT"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("168.63.129.16", "cloud metadata"),
            ("169.254.169.254", "link-local"),
            ("172.31.255.255", "private network"),
            ("192.0.0.192", "protocol assignments"),
            ("192.168.0.1", "private network"),
            ("198.19.255.255", "benchmarking"),
            ("203.0.113.9", "documentation"),
            ("239.1.1.1", "multicast"),
            ("255.255.255.255", "reserved"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::7f00:1", "reserved"),
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:169.254.169.254", "link-local"),
            ("::ffff:0:127.0.0.1", "reserved"),
            ("64:ff9b::7f00:1", "loopback"),
            ("64:ff9b::a9fe:a9fe", "link-local"),
            ("64:ff9b:1::1", "reserved"),
            ("100::1", "reserved"),
            ("2002:7f00:1::", "loopback"),
            ("2002:c0a8:1::1", "private network"),
            ("2001::1", "protocol assignments"),
            ("2001:db8::1", "documentation"),
            ("2606:4700::5efe:a00:1", "private network"),
            ("2606:4700::200:5efe:7f00:1", "loopback"),
            ("3fff:fff::1", "documentation"),
            ("5f00::1", "reserved"),
            ("fd00::1", "private network"),
            ("fd00:ec2::254", "private network"),
            ("fe80::1", "link-local"),
            ("fec0::1", "reserved"),
            ("ff02::1", "multicast"),
        ] {
            assert_eq!(kind(address), Some(expected), "{address}");
        }
    }

    #[test]
    fn development_opens_loopback_and_nothing_else() {
        let dev = |a: &str| refused(a.parse().unwrap(), true);
        assert_eq!(dev("127.0.0.1"), None);
        assert_eq!(dev("::1"), None);
        assert_eq!(dev("::ffff:127.0.0.1"), None);
        for address in ["10.0.0.1", "169.254.169.254", "0.0.0.0", "64:ff9b::7f00:1", "fd00::1"] {
            assert!(dev(address).is_some(), "{address}");
        }
    }

    #[test]
    fn this_machine_is_known_by_any_of_its_addresses() {
        // The only ones that every machine has; public ones are found the same way.
        assert!(is_this_machine("127.0.0.1".parse().unwrap()));
        assert!(is_this_machine("127.0.0.77".parse().unwrap()));
        assert!(!is_this_machine("1.1.1.1".parse().unwrap()));
    }
}
