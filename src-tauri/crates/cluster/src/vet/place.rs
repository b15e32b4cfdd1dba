//! Judges a cluster entry: where its server is, and how that is made sure of.

use http::Uri;
use rustls::pki_types::ServerName;

use super::{Authority, Place, given, proxy};
use crate::document::{Cluster, Filed};

pub(super) fn place(filed: &Filed<Cluster>) -> Result<Place, String> {
    let cluster = &filed.entry;
    let url = server_url(cluster.server.as_deref().unwrap_or_default())?;
    let tls_server_name = given(cluster.tls_server_name.as_deref());
    if tls_server_name.is_some_and(|name| ServerName::try_from(name).is_err()) {
        return Err(
            "The tls-server-name of its cluster is not a host name or IP address.".to_owned(),
        );
    }
    Ok(Place {
        url,
        tls_server_name: tls_server_name.map(str::to_owned),
        authority: authority(filed)?,
        proxy: given(cluster.proxy_url.as_deref())
            .map(|url| proxy::proxy("The proxy-url of its cluster", url))
            .transpose()?,
    })
}

fn authority(filed: &Filed<Cluster>) -> Result<Authority, String> {
    let cluster = &filed.entry;
    if cluster.insecure_skip_tls_verify == Some(true) {
        return Ok(Authority::Skipped);
    }
    let field = "certificate-authority";
    super::authority(
        field,
        given(cluster.certificate_authority_data.as_deref()),
        given(cluster.certificate_authority.as_deref()),
        &filed.origin,
    )
}

fn server_url(server: &str) -> Result<Uri, String> {
    if server.is_empty() {
        return Err("Its cluster has no server address.".to_owned());
    }
    let scheme = server.split_once("://").map(|(scheme, _)| scheme);
    if !scheme.is_some_and(|own| {
        ["https", "http"]
            .iter()
            .any(|known| own.eq_ignore_ascii_case(known))
    }) {
        return Err("The server address of its cluster does not start with https://.".to_owned());
    }
    let url: Uri = server.parse().map_err(|_| {
        if server.is_ascii() {
            "The server address of its cluster is not a URL.".to_owned()
        } else {
            "The server address of its cluster is not a URL: it holds letters beyond ASCII. Write such a host name in its ASCII form (xn--…).".to_owned()
        }
    })?;
    if url
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err("The server address of its cluster carries a user name or password; put credentials into the user entry.".to_owned());
    }
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    // Without TLS the name is only ever resolved.
    if host.is_empty() || (url.scheme_str() == Some("https") && ServerName::try_from(host).is_err())
    {
        return Err(
            "The server address of its cluster has no valid host name or IP address.".to_owned(),
        );
    }
    let port = url.authority().and_then(|authority| {
        let rest = authority.as_str().strip_prefix(url.host()?)?;
        rest.strip_prefix(':')
    });
    if port.is_some_and(|port| !port.is_empty() && !matches!(port.parse::<u16>(), Ok(1..))) {
        return Err("The server address of its cluster has no valid port.".to_owned());
    }
    if url.query().is_some() {
        return Err(
            "The server address of its cluster has a query (?…), which a server address cannot."
                .to_owned(),
        );
    }
    Ok(url)
}
