//! Hosts by what they are: addresses of cloud metadata services and link-local ones, public names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names under which clouds serve metadata, credentials among it.
const METADATA_NAMES: [&str; 7] = [
    "metadata.google.internal",
    "metadata.goog",
    "metadata",
    "metadata.internal",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
];

/// Their addresses outside the link-local ranges: Alibaba, Oracle's older one, Azure's.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];

/// Ends of names that exist in some network only.
const PRIVATE_ENDS: [&str; 15] = [
    "local",
    "localhost",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "svc",
    "arpa",
    "test",
    "example",
    "invalid",
    "onion",
];

/// Ends of names whose clusters' own authority is the rule, as their provider makes it so.
const OWN_BY_RULE: [&str; 12] = [
    "eks.amazonaws.com",
    "eks.amazonaws.com.cn",
    "azmk8s.io",
    "azmk8s.cn",
    "gke.goog",
    "k8s.ondigitalocean.com",
    "linodelke.net",
    "k8s.ovh.net",
    "vultr-k8s.com",
    "k8s.civo.com",
    "clusters.oci.oraclecloud.com",
    "containers.cloud.ibm.com",
];

/// Whether a host is a cloud's metadata service or link-local, however it is written.
pub(super) fn is_metadata(host: &str) -> bool {
    let host = plain(host);
    if METADATA_NAMES.contains(&host.as_str()) {
        return true;
    }
    match ip(&host) {
        Some(IpAddr::V4(ip)) => is_metadata_v4(ip),
        Some(IpAddr::V6(ip)) => is_metadata_v6(ip),
        None => false,
    }
}

fn is_metadata_v4(ip: Ipv4Addr) -> bool {
    ip.is_link_local() || METADATA_V4.contains(&ip)
}

fn is_metadata_v6(ip: Ipv6Addr) -> bool {
    let [.., high, low] = ip.segments();
    // IPv4 inside: mapped, compatible, or through NAT64.
    let holds_v4 = matches!(
        ip.segments(),
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..]
    );
    let v4 = Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    ip.is_unicast_link_local()
        || ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        || (holds_v4 && is_metadata_v4(v4))
}

/// Whether a host is a name that anyone on the Internet could resolve, of a kind whose servers are usually vouched for by public
/// authorities.
pub(super) fn is_public_name(host: &str) -> bool {
    let host = plain(host);
    let Some((_, end)) = host.rsplit_once('.') else {
        return false;
    };
    let by_rule = OWN_BY_RULE.iter().any(|rule| {
        host.strip_suffix(rule)
            .is_some_and(|rest| rest.ends_with('.'))
    });
    ip(&host).is_none() && !PRIVATE_ENDS.contains(&end) && !by_rule
}

fn plain(host: &str) -> String {
    host.trim_matches(['[', ']'])
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

/// The address a resolver would make of a host without asking anybody: also one to four numbers, decimal, octal or
/// hexadecimal, as `inet_aton` reads them.
fn ip(host: &str) -> Option<IpAddr> {
    // A zone is no part of the address.
    let host = host.split('%').next().unwrap_or(host);
    if let Ok(ip) = host.parse() {
        return Some(ip);
    }
    let parts: Vec<u64> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let left = 4_u32.checked_sub(u32::try_from(first.len()).ok()?)?;
    if first.iter().any(|part| *part > 0xff) || left == 0 || *last >= 1 << (8 * left) {
        return None;
    }
    let high = first
        .iter()
        .fold(0, |sum, part| sum << 8 | part)
        .checked_shl(8 * left)
        .unwrap_or(0);
    u32::try_from(high | last)
        .ok()
        .map(|bits| Ipv4Addr::from_bits(bits).into())
}

fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    let plain = digits.chars().all(|digit| digit.is_digit(radix));
    plain
        .then(|| u64::from_str_radix(digits, radix).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_services_however_they_are_written() {
        for host in [
            "169.254.169.254",
            "169.254.0.1",
            "2852039166",
            "0xa9fea9fe",
            "0xA9.254.169.0376",
            "169.254.43518",
            "0251.0376.0251.0376",
            "metadata.google.internal.",
            "METADATA",
            "100.100.100.200",
            "[fd00:ec2::254]",
            "fe80::1",
            "[fe80::1%25eth0]",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
        ] {
            assert!(is_metadata(host), "{host}");
        }
        for host in [
            "10.0.0.1",
            "169.253.1.1",
            "k8s.example.com",
            "metadata.example.com",
            "fd00::1",
            "::1",
            "2852039167000",
            "1.2.3.4.5",
            "",
            "0x",
        ] {
            assert!(!is_metadata(host), "{host}");
        }
    }

    #[test]
    fn public_names() {
        for host in ["k8s.example.com", "api.bank.de.", "a.EXAMPLE.org"] {
            assert!(is_public_name(host), "{host}");
        }
        for host in [
            "10.0.0.1",
            "[fd00::1]",
            "localhost",
            "kubernetes",
            "api.cluster.local",
            "nas.lan",
            "X.gr7.eu-west-1.eks.amazonaws.com",
            "a-dns-1.hcp.westeurope.azmk8s.io",
        ] {
            assert!(!is_public_name(host), "{host}");
        }
    }
}
