//! Which local process listens on an address: `/proc/net/tcp` has the socket, `/proc/PID/fd` whose
//! it is.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::error::WatchError;
use crate::look::Stat;
use crate::process::Process;
use crate::tree::all;

/// Programs that pass a port on to another machine, container or namespace: their memory says
/// nothing of the target's.
const FORWARDERS: [&str; 8] =
    ["docker-proxy", "rootlessport", "slirp4netns", "pasta", "ssh", "kubectl", "socat", "conmon"];

/// The process that listens on one of `addresses`. Of several that hold the socket it is the one
/// from which the others descend.
///
/// Needs no privileges for processes of this user; those of others are [`WatchError::Hidden`].
///
/// # Errors
/// Nobody can be named without guessing.
pub fn listener(addresses: &[SocketAddr]) -> Result<Process, WatchError> {
    if !cfg!(target_os = "linux") {
        return Err(WatchError::Unsupported);
    }
    let sockets = sockets(addresses);
    if sockets.is_empty() {
        return Err(WatchError::Hidden);
    }
    let own = std::process::id();
    let holders: Vec<Stat> =
        all().into_iter().filter(|stat| stat.runs() && holds(stat.pid, &sockets)).collect();
    let among = |pid: u32| holders.iter().any(|stat| stat.pid == pid);
    let heads: Vec<&Stat> = holders.iter().filter(|stat| !among(stat.parent)).collect();
    match heads.as_slice() {
        [] => Err(WatchError::Hidden),
        [one] if one.pid == own => Err(WatchError::Own(own)),
        [one] if FORWARDERS.contains(&&*one.name) => {
            Err(WatchError::Forwarder { pid: one.pid, name: one.name.clone() })
        }
        [one] => Ok(Process { pid: one.pid, name: one.name.clone(), started: one.started }),
        several => {
            let named = several.iter().map(|stat| format!("{} {}", stat.pid, stat.name));
            Err(WatchError::Several(named.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// The inodes of sockets that accept connections to these addresses.
fn sockets(addresses: &[SocketAddr]) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(path).unwrap_or_default();
        for (local, inode) in text.lines().skip(1).filter_map(listening) {
            if addresses.iter().any(|wanted| accepts(local, *wanted)) {
                found.insert(inode);
            }
        }
    }
    found
}

/// Local address and inode of a line whose socket listens (state 0A).
fn listening(line: &str) -> Option<(SocketAddr, u64)> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    if *words.get(3)? != "0A" {
        return None;
    }
    let (address, port) = words.get(1)?.split_once(':')?;
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(u32::from_str_radix(address, 16).ok()?.to_ne_bytes())),
        32 => {
            let mut bytes = [0; 16];
            for (index, part) in bytes.chunks_mut(4).enumerate() {
                let word = address.get(index * 8..index * 8 + 8)?;
                part.copy_from_slice(&u32::from_str_radix(word, 16).ok()?.to_ne_bytes());
            }
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    let inode = words.get(9)?.parse().ok().filter(|inode| *inode > 0)?;
    Some((SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?), inode))
}

/// Whether a socket bound to `local` gets what is sent to `wanted`: the same address, or all of
/// its kind. `[::]` has the older kind too unless it was told otherwise.
fn accepts(local: SocketAddr, wanted: SocketAddr) -> bool {
    let (ours, theirs) = (local.ip().to_canonical(), wanted.ip().to_canonical());
    let any = ours.is_unspecified() && (ours.is_ipv6() || theirs.is_ipv4());
    local.port() == wanted.port() && (ours == theirs || any)
}

fn holds(pid: u32, sockets: &BTreeSet<u64>) -> bool {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let inode = |link: fs::DirEntry| {
        let target = fs::read_link(link.path()).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
    };
    links.filter_map(inode).any(|inode| sockets.contains(&inode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let line = "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  \
                    1000        0 123456 1 ffff 100 0 0 10 0";
        let (address, inode) = listening(line).unwrap();
        if cfg!(target_endian = "little") {
            assert_eq!(address, "127.0.0.1:5000".parse().unwrap());
        }
        assert_eq!(inode, 123_456);
        assert_eq!(listening(&line.replace(" 0A ", " 01 ")), None);
        assert_eq!(listening("nonsense"), None);
    }

    #[test]
    fn a_socket_for_all_addresses_accepts_each() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let local = at("127.0.0.1:80");
        assert!(accepts(at("127.0.0.1:80"), local) && accepts(at("0.0.0.0:80"), local));
        assert!(accepts(at("[::]:80"), local) && accepts(at("[::ffff:127.0.0.1]:80"), local));
        assert!(!accepts(at("127.0.0.1:81"), local) && !accepts(at("10.0.0.1:80"), local));
        assert!(
            !accepts(at("0.0.0.0:80"), at("[::1]:80")) && accepts(at("[::]:80"), at("[::1]:80"))
        );
    }
}
