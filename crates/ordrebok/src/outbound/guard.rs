//! The address guard: a call must not reach into the operator's own network, whatever a client writes into a
//! callback address.
//!
//! Only globally routable addresses pass, and the networks that the operator allows. Names are resolved here and
//! the call connects to exactly the addresses that were checked, so that a name can't answer twice differently.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Everything of IPv4 that is no address of a public server (IANA's special-purpose registry, RFC 6890).
const NOT_PUBLIC_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this host, unspecified
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays, withdrawn
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// What is not public within 2000::/3, the only part of IPv6 that is public at all.
const NOT_PUBLIC_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, benchmarking, ORCHID
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Why a call may not go where it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Not an address that calls go to at all.
    #[error("only http and https addresses are called")]
    Scheme,
    /// It leads into a network that is not public and not allowed.
    #[error("{0} is not a public address, and callbacks.allowed_networks does not allow it")]
    NotPublic(String),
    /// The name has no address.
    #[error("{0} has no address")]
    Unknown(String),
}

/// Decides which addresses calls may reach.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    allowed: Arc<[IpNet]>,
}

impl Guard {
    /// A guard that lets these networks pass, and in the sandbox the loopback addresses.
    pub(crate) fn new(allowed_networks: &[IpNet], sandbox: bool) -> Self {
        let mut allowed = allowed_networks.to_vec();
        if sandbox {
            allowed.push(IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8));
            allowed.push(IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128));
        }
        Self {
            allowed: allowed.into(),
        }
    }

    /// Checks what can be checked of an address before its name is resolved: its scheme, and its host when that is
    /// an IP address (which no resolver ever sees).
    pub(crate) fn check_url(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme);
        }
        let literal = match url.host() {
            None => return Err(Refused::Scheme),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
        };
        if self.allows(literal) {
            Ok(())
        } else {
            Err(Refused::NotPublic(literal.to_string()))
        }
    }

    /// Whether a call may connect to this address.
    fn allows(&self, address: IpAddr) -> bool {
        // What a v6 address really leads to must be allowed, and so must the way there.
        let inner = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => embedded_v4(address).map(IpAddr::V4),
        };
        let allowed = |address: IpAddr| self.allowed.iter().any(|net| net.contains(&address));
        match inner {
            Some(inner) => allowed(inner) || allowed(address) || is_public(inner),
            None => allowed(address) || is_public(address),
        }
    }

    /// The addresses of a name that calls may connect to.
    async fn resolve_name(&self, name: &str) -> Result<Vec<SocketAddr>, Refused> {
        let found = tokio::net::lookup_host((name, 0))
            .await
            .map_err(|_| Refused::Unknown(name.to_owned()))?;
        let (passed, refused): (Vec<_>, Vec<_>) = found.partition(|address| self.allows(address.ip()));
        match refused.first() {
            Some(_) if passed.is_empty() => Err(Refused::NotPublic(name.to_owned())),
            None if passed.is_empty() => Err(Refused::Unknown(name.to_owned())),
            _ => Ok(passed),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = guard.resolve_name(name.as_str()).await?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    let within = |network: IpAddr, bits: u8| IpNet::new_assert(network, bits).contains(&address);
    match address {
        IpAddr::V4(_) => !NOT_PUBLIC_V4
            .iter()
            .any(|(network, bits)| within(IpAddr::V4(*network), *bits)),
        IpAddr::V6(_) => {
            within(IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0)), 3)
                && !NOT_PUBLIC_V6
                    .iter()
                    .any(|(network, bits)| within(IpAddr::V6(*network), *bits))
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 or 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = address.octets();
    let at = |index: usize| {
        let part: [u8; 4] = bytes.get(index..index.saturating_add(4))?.try_into().ok()?;
        Some(Ipv4Addr::from(part))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None, // unspecified and loopback are v6's own
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => at(12),
        [0x2002, ..] => at(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(guard: &Guard, host: &str) -> bool {
        guard
            .check_url(&Url::parse(&format!("http://{host}/")).unwrap())
            .is_ok()
    }

    const PUBLIC: [&str; 8] = [
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "[2606:4700::1]",
        "[2a02::1]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "[2002:808:808::1]",
    ];

    const LOCAL: [&str; 39] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "127.1", // other spellings of 127.0.0.1
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::10.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::8.8.8.8]",
        "[2002:a00:1::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ];

    #[test]
    fn only_public_addresses_pass() {
        let guard = Guard::new(&[], false);
        for host in PUBLIC {
            assert!(passes(&guard, host), "{host} is public");
        }
        for host in LOCAL {
            assert!(!passes(&guard, host), "{host} is not public");
        }
        for url in ["ftp://example.com/", "file:///etc/passwd", "gopher://8.8.8.8/"] {
            assert_eq!(
                guard.check_url(&Url::parse(url).unwrap()),
                Err(Refused::Scheme),
                "for {url}"
            );
        }
    }

    #[test]
    fn the_sandbox_adds_loopback_and_nothing_else() {
        let guard = Guard::new(&[], true);
        let passing: Vec<_> = LOCAL.into_iter().filter(|host| passes(&guard, host)).collect();
        let loopback = [
            "127.0.0.1",
            "127.255.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ];
        assert_eq!(passing, loopback);
    }

    #[test]
    fn the_operator_allows_networks() {
        let guard = Guard::new(&["10.20.0.0/16".parse().unwrap()], false);
        assert!(passes(&guard, "10.20.1.1") && passes(&guard, "[::ffff:10.20.1.1]"));
        assert!(!passes(&guard, "10.21.1.1") && !passes(&guard, "127.0.0.1"));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused() {
        let refused = Guard::new(&[], false).resolve_name("localhost").await;
        assert_eq!(refused, Err(Refused::NotPublic("localhost".to_owned())));
        assert!(
            !Guard::new(&[], true)
                .resolve_name("localhost")
                .await
                .unwrap()
                .is_empty()
        );
    }
}
