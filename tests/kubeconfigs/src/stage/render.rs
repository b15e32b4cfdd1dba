//! Fills in what only a run knows: `{{server}}`, `{{token:NAME}}`, …

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ODD_PASSWORD, PASSWORD, PROXY_LOGIN, Stage, token};
use crate::credentials::{CLIENT, CLIENT_SECRET};

impl Stage {
    /// `text` with every placeholder filled in.
    ///
    /// # Panics
    /// At a placeholder that is none.
    pub(crate) fn render(&self, text: &str) -> String {
        fill(text, |name| self.value(name))
    }

    fn value(&self, name: &str) -> String {
        let port = self.plane.port();
        let ca = || self.plane.ca_pem().unwrap();
        let corpus_ca = || self.authority.pem();
        if let Some((kind, name)) = name.split_once(':') {
            return match kind {
                "token" => token(name),
                "certificate" => STANDARD.encode(&self.users[name].certificate),
                "key" => STANDARD.encode(&self.users[name].key),
                "proxy" => self.proxies[name].address(),
                "id-token" => self.issuer.id_token(name, false),
                "expired-id-token" => self.issuer.id_token(name, true),
                "refresh-token" => self.issuer.refresh_token(name),
                other => panic!("{other}: is no kind of placeholder"),
            };
        }
        match name {
            "server" => self.plane.url(),
            "server-by-name" => format!("https://localhost:{port}"),
            "server-upper-case" => format!("HTTPS://LOCALHOST:{port}"),
            "port" => port.to_string(),
            "prefixed" => format!("https://127.0.0.1:{}", self.fronts.prefixed),
            "front" => format!("127.0.0.1:{}", self.fronts.basic),
            "odd-front" => format!("127.0.0.1:{}", self.fronts.odd),
            "plain-front" => format!("127.0.0.1:{}", self.fronts.plain),
            "ca" => STANDARD.encode(ca()),
            "ca-folded" => folded(&STANDARD.encode(ca())),
            "corpus-ca" => STANDARD.encode(corpus_ca()),
            "both-cas" => STANDARD.encode(corpus_ca() + &ca()),
            "folder" => self.folder.display().to_string(),
            "plugins" => self.folder.join("plugins").display().to_string(),
            "calls" => self.folder.join("calls").display().to_string(),
            "issuer" => self.issuer.url(),
            "client" => CLIENT.to_owned(),
            "client-secret" => CLIENT_SECRET.to_owned(),
            "proxy-user" => PROXY_LOGIN.0.to_owned(),
            "proxy-password" => PROXY_LOGIN.1.to_owned(),
            "password" => PASSWORD.to_owned(),
            "odd-password" => ODD_PASSWORD.to_owned(),
            other => panic!("{other} is no placeholder"),
        }
    }
}

/// As a kubeconfig has PEM.
pub(super) fn base64(pem: &str) -> String {
    STANDARD.encode(pem)
}

/// Lines of 64 characters, indented as far as the corpus needs it.
fn folded(text: &str) -> String {
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|from| &text[from..text.len().min(from + 64)])
        .collect();
    lines.join("\n      ")
}

/// `text` with each `{{name}}` replaced by its `value`.
pub(crate) fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = text.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("}}") {
            Some((name, rest)) => filled = filled + &value(name) + rest,
            None => filled = filled + "{{" + part,
        }
    }
    filled
}

/// Names in the placeholders of these kinds.
pub(super) fn names(text: &str, kinds: &[&str]) -> Vec<String> {
    let parts = text.split("{{").skip(1);
    let inside = parts
        .filter_map(|part| part.split_once("}}"))
        .map(|(name, _)| name);
    let named = |name: &str| {
        kinds
            .iter()
            .find_map(|kind| Some(name.strip_prefix(kind)?.to_owned()))
    };
    inside.filter_map(named).collect()
}
