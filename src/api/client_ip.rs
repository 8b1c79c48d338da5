//! The address a request came from. A forwarded address counts only when the connection itself
//! comes from a configured proxy; anyone else could write what they like into the header.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::http::header::HeaderMap;
use thiserror::Error;

/// A proxy, or a network of them: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not an address or a network such as 10.0.0.0/8")]
pub struct InvalidNetwork(String);

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidNetwork(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| invalid())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(text) => text.trim().parse().map_err(|_| invalid())?,
            None => widest,
        };
        if prefix > widest {
            return Err(invalid());
        }
        Ok(Self { address, prefix })
    }
}

impl Network {
    #[must_use]
    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.prefix);
                let bits = |ip: std::net::Ipv4Addr| u32::from(ip).checked_shr(shift).unwrap_or(0);
                bits(own) == bits(other)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.prefix);
                let bits = |ip: std::net::Ipv6Addr| u128::from(ip).checked_shr(shift).unwrap_or(0);
                bits(own) == bits(other)
            }
            _ => false,
        }
    }
}

/// The client's address: the peer, or behind trusted proxies the last forwarded address that is
/// not itself one of them. An unreadable header leaves it at the proxy.
pub fn client_ip(peer: SocketAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let peer = peer.ip().to_canonical();
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(ip));
    if trusted.is_empty() || !is_trusted(peer) {
        return peer;
    }
    let mut client = peer;
    let values: Vec<_> = headers.get_all("x-forwarded-for").collect();
    let hops = values
        .iter()
        .rev()
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    for hop in hops {
        let text = std::str::from_utf8(hop).map(str::trim);
        let Some(ip) = text.ok().and_then(|text| text.parse::<IpAddr>().ok()) else {
            // What stands before an unreadable hop was not written by a proxy we know.
            break;
        };
        client = ip.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn seen(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        seen_in_lines(peer, &[forwarded.as_bytes()], trusted)
    }

    fn seen_in_lines(peer: &str, lines: &[&[u8]], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_bytes(line).unwrap(),
            );
        }
        let trusted: Vec<Network> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        client_ip(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        assert_eq!(seen("203.0.113.9:1", "192.0.2.1", &[]), "203.0.113.9");
        assert_eq!(
            seen("203.0.113.9:1", "192.0.2.1", &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            seen("10.1.2.3:1", "192.0.2.1", &["10.0.0.0/8"]),
            "192.0.2.1"
        );
        let forged = "6.6.6.6, 192.0.2.1, 10.9.9.9";
        assert_eq!(seen("10.1.2.3:1", forged, &["10.0.0.0/8"]), "192.0.2.1");
        assert_eq!(seen("10.1.2.3:1", "nonsense", &["10.0.0.0/8"]), "10.1.2.3");
        assert_eq!(
            seen("[fd00::1]:1", "2001:db8::7", &["fd00::/8"]),
            "2001:db8::7"
        );
    }

    #[test]
    fn nothing_before_an_unreadable_hop_counts() {
        let seen = |lines: &[&[u8]]| seen_in_lines("10.1.2.3:1", lines, &["10.0.0.0/8"]);
        assert_eq!(seen(&[b"6.6.6.6", b"\xff"]), "10.1.2.3");
        assert_eq!(seen(&[b"6.6.6.6, \xff, 10.9.9.9"]), "10.9.9.9");
        assert_eq!(seen(&[b"6.6.6.6, \xff, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen(&[b"6.6.6.6", b"192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn networks_are_checked() {
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "x"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .contains([1, 2, 3, 4].into())
        );
        assert!(
            !"10.0.0.1"
                .parse::<Network>()
                .unwrap()
                .contains([10, 0, 0, 2].into())
        );
    }
}
