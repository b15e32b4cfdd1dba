//! Which proxy the environment names for a server, as Go's `golang.org/x/net/http/httpproxy` decides.

use std::net::IpAddr;

use http::Uri;

use crate::surroundings::Surroundings;
use crate::target::Proxy;
use crate::vet::proxy;

/// The variable that decides and what it says; None connects directly.
pub(crate) fn proxy(
    url: &Uri,
    around: &Surroundings,
) -> Option<(&'static str, Result<Proxy, String>)> {
    let (variable, text, port) = if url.scheme_str() == Some("http") {
        ("HTTP_PROXY", around.http_proxy.as_deref()?, 80)
    } else {
        ("HTTPS_PROXY", around.https_proxy.as_deref()?, 443)
    };
    let host = url.host()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let port = url.port_u16().unwrap_or(port);
    let text = text.trim();
    let excepted = || excepts(around.no_proxy.as_deref().unwrap_or_default(), &host, port);
    if text.is_empty() || is_local(&host) || excepted() {
        return None;
    }
    // Without a scheme it is http's.
    let text = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let field = format!("The proxy in the variable {variable}");
    Some((variable, proxy::proxy(&field, &text)))
}

/// Never through a proxy.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether one of `NO_PROXY`'s items means this host: `*`, an address, a range, a name with all below it, a name that
/// begins with a dot for all below it; each but the first two may end in a port.
fn excepts(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.');
    let ip = host.parse::<IpAddr>().ok();
    list.split(',')
        .map(|item| item.trim().to_ascii_lowercase())
        .filter(|item| !item.is_empty())
        .any(|item| {
            if item == "*" {
                return true;
            }
            if let Some((network, length)) = item.split_once('/')
                && let (Ok(network), Ok(length)) = (network.parse(), length.parse())
            {
                return ip.is_some_and(|ip| inside(ip, network, length));
            }
            let (name, own_port) = split_port(&item);
            if own_port.is_some_and(|own| own != port) {
                return false;
            }
            if let Ok(own) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
                return ip == Some(own);
            }
            let name = name.strip_prefix('*').unwrap_or(name);
            match name.strip_prefix('.') {
                Some(parent) => !parent.is_empty() && below(host, parent),
                None => ip.is_none() && (host == name || below(host, name)),
            }
        })
}

fn split_port(item: &str) -> (&str, Option<u16>) {
    // An IPv6 address has colons of its own.
    if item.parse::<IpAddr>().is_ok() {
        return (item, None);
    }
    match item.rsplit_once(':') {
        Some((name, port)) => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (item, None),
        },
        None => (item, None),
    }
}

fn below(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent)
        .is_some_and(|rest| rest.ends_with('.'))
}

fn inside(ip: IpAddr, network: IpAddr, length: u32) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            let mask = u32::MAX
                .checked_shl(32_u32.saturating_sub(length))
                .unwrap_or(0);
            length <= 32 && ip.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            let mask = u128::MAX
                .checked_shl(128_u32.saturating_sub(length))
                .unwrap_or(0);
            length <= 128 && ip.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_proxy() {
        let around = |no_proxy: &str| Surroundings {
            https_proxy: Some("proxy.corp:3128".to_owned()),
            http_proxy: Some("http://plain:1".to_owned()),
            no_proxy: Some(no_proxy.to_owned()),
            ..Surroundings::default()
        };
        for (server, no_proxy, expected) in [
            ("https://k8s.example", "", Some("http://proxy.corp:3128/")),
            ("http://k8s.example", "", Some("http://plain:1/")),
            ("https://localhost:6443", "", None),
            ("https://127.8.0.1:6443", "", None),
            ("https://[::1]:6443", "", None),
            ("https://k8s.example", "*", None),
            ("https://k8s.example", "a, EXAMPLE ,b", None),
            ("https://k8s.example", ".example", None),
            ("https://k8s.example", "*.example", None),
            (
                "https://example",
                ".example",
                Some("http://proxy.corp:3128/"),
            ),
            (
                "https://k8sexample",
                "example",
                Some("http://proxy.corp:3128/"),
            ),
            ("https://k8s.example:6443", "k8s.example:6443", None),
            (
                "https://k8s.example:6443",
                "k8s.example:443",
                Some("http://proxy.corp:3128/"),
            ),
            ("https://10.1.2.3", "10.0.0.0/8", None),
            ("https://10.1.2.3", "10.1.2.3", None),
            (
                "https://10.1.2.3",
                "11.0.0.0/8",
                Some("http://proxy.corp:3128/"),
            ),
            ("https://[fd00::1]", "fd00::/8", None),
            ("https://[fd00::1]", "fd00::1", None),
        ] {
            let found = proxy(&server.parse().unwrap(), &around(no_proxy))
                .map(|(_, proxy)| proxy.unwrap_or_else(|why| panic!("{why}")).url.to_string());
            assert_eq!(found.as_deref(), expected, "{server} with {no_proxy}");
        }
        let broken = Surroundings {
            https_proxy: Some("ftp://x".to_owned()),
            ..Surroundings::default()
        };
        let (variable, proxy) = proxy(&"https://a".parse().unwrap(), &broken).unwrap();
        assert_eq!(variable, "HTTPS_PROXY");
        assert!(proxy.err().unwrap().contains("variable HTTPS_PROXY"));
    }
}
