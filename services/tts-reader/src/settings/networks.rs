//! Addresses whose word is taken for whom they speak for.

use std::{fmt, net::IpAddr, str::FromStr};

/// The proxies before the service; empty: it is reached directly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// Bits of it that all its addresses share.
    bits: u8,
}

impl Networks {
    /// Whether an address is in one of them.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address.to_canonical()))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        let (own, other, length) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (u128::from(own.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        // The bits that may differ; all of them when none is shared.
        (own ^ other).checked_shr(length - u32::from(self.bits)).unwrap_or(0) == 0
    }
}

/// Addresses and networks (`10.0.0.0/8`), with commas between.
impl FromStr for Networks {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.split(',').map(|one| one.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| ()))?;
        (bits <= most).then_some(Self { address, bits }).ok_or(())
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> =
            self.0.iter().map(|it| format!("{}/{}", it.address, it.bits)).collect();
        f.write_str(if all.is_empty() { "none" } else { "" })?;
        f.write_str(&all.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::Networks;

    #[test]
    fn addresses_are_told_from_others_bit_by_bit() {
        let networks: Networks = "10.0.0.0/8, 192.0.2.7,2001:db8::/33, ::1".parse().unwrap();
        let text = "10.0.0.0/8,192.0.2.7/32,2001:db8::/33,::1/128";
        assert_eq!(networks.to_string(), text);
        for (address, within) in [
            ("10.255.1.2", true),
            ("11.0.0.1", false),
            ("::ffff:10.1.1.1", true),
            ("192.0.2.7", true),
            ("192.0.2.6", false),
            ("2001:db8:7fff::1", true),
            ("2001:db8:8000::1", false),
            ("::1", true),
            ("::2", false),
        ] {
            assert_eq!(networks.contain(address.parse().unwrap()), within, "{address}");
        }
        let all: Networks = "0.0.0.0/0".parse().unwrap();
        assert!(all.contain("203.0.113.9".parse().unwrap()));
        assert!(!all.contain("2001:db8::1".parse().unwrap()));
        assert_eq!(Networks::default().to_string(), "none");
        for wrong in ["", "10.0.0.0/33", "proxy", "10.0.0.1/-1", "10.0.0.1,,10.0.0.2", "::/129"] {
            assert!(wrong.parse::<Networks>().is_err(), "{wrong}");
        }
    }
}
