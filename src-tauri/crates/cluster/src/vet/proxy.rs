//! The address of a proxy, of a kubeconfig or of the environment.

use http::Uri;
use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use crate::target::Proxy;

/// Reads an address with at most a user name, a password and a port. `field` begins the sentence of an error.
///
/// As client-go 0.36 `tools/clientcmd/helpers.go:parseProxyURL`, with `socks5h`, which means what Go does for `socks5`: the
/// proxy resolves names.
pub(crate) fn proxy(field: &str, text: &str) -> Result<Proxy, String> {
    let (scheme, rest) = text.split_once("://").ok_or_else(|| {
        format!("{field} is not an address: it must start with http://, https:// or socks5://.")
    })?;
    let (scheme, port) = match scheme.to_ascii_lowercase().as_str() {
        "http" => ("http", 80),
        "https" => ("https", 443),
        "socks5" | "socks5h" => ("socks5", 1080),
        _ => {
            return Err(format!(
                "{field} is of a kind that is not known; it must start with http://, https:// or socks5://."
            ));
        }
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if !matches!(path, "" | "/") {
        return Err(format!(
            "{field} has a path or query after its host and port, which a proxy's address cannot."
        ));
    }
    let (login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    let login = login
        .filter(|login| !login.is_empty())
        .map(|login| {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            Some((word(user)?, SecretString::from(word(password)?)))
        })
        .map(|login| {
            login.ok_or_else(|| {
                format!("{field} has a user name or password that no proxy can be sent. Write special characters as %XX.")
            })
        })
        .transpose()?;
    let invalid = || format!("{field} has no valid host and port.");
    let parsed: Uri = format!("{scheme}://{host}")
        .parse()
        .map_err(|_| invalid())?;
    let name = parsed.host().filter(|name| !name.is_empty());
    let name = name.ok_or_else(invalid)?;
    // A port that is no number is no part of what was parsed.
    let whole = match parsed.port_u16() {
        Some(port) => (host == format!("{name}:{port}"), port),
        None => (host == name || host == format!("{name}:"), port),
    };
    if !whole.0 || whole.1 == 0 {
        return Err(invalid());
    }
    Ok(Proxy {
        url: format!("{scheme}://{name}:{}", whole.1)
            .parse()
            .map_err(|_| invalid())?,
        login,
    })
}

/// Without its percent signs; None for what is no text or could end a line.
fn word(text: &str) -> Option<String> {
    let word = percent_decode_str(text).decode_utf8().ok()?;
    (!word.chars().any(char::is_control)).then(|| word.into_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn addresses_of_proxies() {
        for (text, url, login) in [
            ("http://proxy", "http://proxy:80/", None),
            ("HTTPS://proxy:3128/", "https://proxy:3128/", None),
            ("socks5://[::1]:9", "socks5://[::1]:9", None),
            ("socks5h://10.0.0.1", "socks5://10.0.0.1:1080", None),
            (
                "http://jo%40e:p%3Aw@proxy:1",
                "http://proxy:1/",
                Some(("jo@e", "p:w")),
            ),
            ("http://joe@proxy:1", "http://proxy:1/", Some(("joe", ""))),
        ] {
            let proxy = proxy("It", text).unwrap_or_else(|why| panic!("{text}: {why}"));
            let found = proxy
                .login
                .as_ref()
                .map(|(user, password)| (user.as_str(), password.expose_secret()));
            assert_eq!(
                proxy.url.to_string().trim_end_matches('/'),
                url.trim_end_matches('/')
            );
            assert_eq!(found, login, "{text}");
        }
        for (text, words) in [
            ("proxy:3128", "must start with"),
            ("ftp://proxy", "kind that is not known"),
            ("http://", "no valid host"),
            ("http://:80", "no valid host"),
            ("http://a b", "no valid host"),
            ("http://proxy:99999", "no valid host"),
            ("http://proxy/pac", "path or query"),
            ("http://proxy?x", "path or query"),
            ("http://a:%0d%0a@proxy", "special characters"),
            ("http://%ff@proxy", "special characters"),
        ] {
            let why = proxy("Its proxy-url", text).err().unwrap();
            assert!(why.contains(words), "{text}: {why}");
        }
    }
}
