//! Puts what connecting a context would do into facts, from its text and the surroundings alone.

mod addresses;
mod commands;
mod dangers;
pub(crate) mod environment_proxy;
mod gather;
mod look;
mod names;
mod places;
mod policy;
mod secrets;
mod variables;

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::text::visible;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::gate::{digest, path};
use crate::plan::{Fact, Plan, Proposal, What};
use crate::surroundings::Surroundings;
use crate::target::{Certificate, Piece, Proxy};
use crate::vet::{Authority, Issuer, Login, Parts, Program, address};

pub(crate) use gather::target;
pub(crate) use look::look;

/// A proposal with what its facts were made of.
pub(crate) struct Draft {
    pub(crate) proposal: Proposal,
    /// The proxy to the server.
    proxy: Option<Proxy>,
    /// The proxy to the issuer.
    issuer_proxy: Option<Proxy>,
    /// The program with its whole path.
    program: Option<PathBuf>,
    /// What a look reads, in the facts' order.
    readings: Vec<Reading>,
}

/// A file that a fact names.
struct Reading {
    /// Index of the fact.
    fact: usize,
    path: PathBuf,
    of: ReadingOf,
}

/// What a file is read for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReadingOf {
    Authority,
    IssuerAuthority,
    Credential,
    Program,
}

/// Looks at nothing but names in the folders of the search path.
pub(crate) fn draft(parts: &Parts<'_>, around: &Surroundings) -> Draft {
    let mut facts = Facts::default();
    facts.server(parts);
    let proxy = facts.proxy(parts, around);
    facts.login(parts);
    facts.certificate(&parts.account.certificate);
    let mut program = None;
    let mut issuer_proxy = None;
    match &parts.account.login {
        Login::TokenFile(path) => facts.file(
            What::CredentialFile,
            ReadingOf::Credential,
            "user.tokenFile",
            path,
        ),
        Login::Program(exec) => program = facts.program(parts, exec, around),
        Login::Issuer(issuer) => issuer_proxy = facts.issuer(issuer, around),
        Login::None | Login::Token(_) | Login::Basic { .. } => {}
    }
    facts.impersonation(parts);
    let Facts {
        all,
        readings,
        refused,
    } = facts;
    let mut draft = Draft {
        proposal: Proposal {
            plan: Plan { facts: all },
            dangers: Vec::new(),
            refused,
        },
        proxy,
        issuer_proxy,
        program,
        readings,
    };
    draft.proposal.dangers = dangers::dangers(parts, around, &draft);
    draft
}

#[derive(Default)]
struct Facts {
    all: Vec<Fact>,
    readings: Vec<Reading>,
    refused: Option<String>,
}

impl Facts {
    fn add(&mut self, what: What, field: impl Into<String>, value: impl AsRef<str>) -> &mut Fact {
        let at = self.all.len();
        self.all.push(Fact {
            what,
            field: field.into(),
            value: visible(value.as_ref()).into_owned(),
            digest: None,
        });
        &mut self.all[at]
    }

    fn file(&mut self, what: What, of: ReadingOf, field: &str, path: &Path) {
        self.readings.push(Reading {
            fact: self.all.len(),
            path: path.to_owned(),
            of,
        });
        self.add(what, field, path.to_string_lossy());
    }

    fn refuse(&mut self, why: impl Into<String>) {
        self.refused.get_or_insert_with(|| why.into());
    }

    fn server(&mut self, parts: &Parts<'_>) {
        let place = &parts.place;
        self.add(What::Server, "cluster.server", address(&place.url));
        if let Some(name) = &place.tls_server_name {
            self.add(What::TlsServerName, "cluster.tls-server-name", name);
        }
        // Without TLS nobody vouches for anything.
        if place.url.scheme_str() == Some("https") {
            self.authority(
                What::Authority,
                ReadingOf::Authority,
                "cluster.certificate-authority",
                &place.authority,
            );
        }
    }

    fn authority(&mut self, what: What, of: ReadingOf, field: &str, authority: &Authority) {
        match authority {
            Authority::System => {
                self.add(what, field, "the authorities this computer trusts");
            }
            Authority::Skipped => {
                self.add(
                    What::SkipVerify,
                    "cluster.insecure-skip-tls-verify",
                    "the server's certificate is not checked",
                );
            }
            Authority::Data(pem) => {
                let fact = self.add(
                    what,
                    format!("{field}-data"),
                    "an authority in the kubeconfig itself",
                );
                fact.digest = Some(digest::of_bytes(pem));
            }
            Authority::File(path) => self.file(what, of, field, path),
        }
    }

    fn proxy(&mut self, parts: &Parts<'_>, around: &Surroundings) -> Option<Proxy> {
        if let Some(proxy) = &parts.place.proxy {
            self.add(What::Proxy, "cluster.proxy-url", proxy_words(proxy));
            return Some(proxy.clone());
        }
        self.proxy_of_environment(&parts.place.url, around)
    }

    /// Where the cluster names none (client-go 0.36 `rest/transport.go` leaves it to `http.ProxyFromEnvironment`).
    fn proxy_of_environment(&mut self, url: &http::Uri, around: &Surroundings) -> Option<Proxy> {
        let (variable, proxy) = environment_proxy::proxy(url, around)?;
        let field = format!("environment.{variable}");
        match proxy {
            Ok(proxy) => {
                if self.all.iter().all(|fact| fact.field != field) {
                    self.add(What::Proxy, field, proxy_words(&proxy));
                }
                Some(proxy)
            }
            Err(why) => {
                self.refuse(format!(
                    "{why} Correct it where your environment is set, then start Scalescope again."
                ));
                None
            }
        }
    }

    fn login(&mut self, parts: &Parts<'_>) {
        let certificate = !matches!(parts.account.certificate, Certificate::None);
        let with = match &parts.account.login {
            Login::None if certificate => None,
            Login::None => Some("nothing: it has no credentials".to_owned()),
            Login::Token(_) => Some("a bearer token of the kubeconfig".to_owned()),
            Login::TokenFile(_) => {
                Some("a bearer token, read from a file again and again".to_owned())
            }
            Login::Basic { username, .. } => {
                Some(format!("the user name {username} and a password"))
            }
            Login::Program(_) => {
                Some("what a program prints: a bearer token or a client certificate".to_owned())
            }
            Login::Issuer(_) => Some("an ID token of an OIDC issuer".to_owned()),
        };
        let words = match (
            certificate.then_some("a client certificate with its key"),
            with,
        ) {
            (Some(certificate), Some(with)) => format!("{certificate}, and {with}"),
            (Some(certificate), None) => certificate.to_owned(),
            (None, with) => with.unwrap_or_default(),
        };
        self.add(What::Login, "user", words);
    }

    fn certificate(&mut self, certificate: &Certificate) {
        let Certificate::Files { certificate, key } = certificate else {
            return;
        };
        for (field, piece) in [
            ("user.client-certificate", certificate),
            ("user.client-key", key),
        ] {
            if let Piece::File(path) = piece {
                self.file(What::CredentialFile, ReadingOf::Credential, field, path);
            }
        }
    }

    fn program(
        &mut self,
        parts: &Parts<'_>,
        program: &Program,
        around: &Surroundings,
    ) -> Option<PathBuf> {
        let found = match &program.path {
            Some(path) => Some(path.clone()),
            None => path::find(&program.command, &around.path),
        };
        let shown = found
            .clone()
            .unwrap_or_else(|| PathBuf::from(&program.command));
        match &found {
            Some(path) => {
                if let Some(why) = policy::forbids(&around.kuberc, path, &around.path) {
                    self.refuse(why);
                }
                self.file(What::Program, ReadingOf::Program, "user.exec.command", path);
            }
            None => {
                self.refuse(not_found(program));
                self.add(What::Program, "user.exec.command", shown.to_string_lossy());
            }
        }
        let mut masked = false;
        for (index, argument) in program.arguments.iter().enumerate() {
            let (value, digest, next) = secrets::argument(argument, masked);
            masked = next;
            let field = format!("user.exec.args[{index}]");
            self.add(What::Argument, field, value).digest = digest;
        }
        for (name, value) in &program.environment {
            let (value, digest) = secrets::variable(name, value);
            let field = format!("user.exec.env[{}]", visible(name));
            self.add(What::Environment, field, value).digest = digest;
        }
        if program.wants_cluster {
            self.cluster_info(parts);
        }
        found
    }

    fn cluster_info(&mut self, parts: &Parts<'_>) {
        let config = parts.cluster.entry.exec_config();
        let mut words = "the server's address, its authority and proxy".to_owned();
        if let Some(config) = config {
            words.push_str(", and ");
            words.push_str(&secrets::json(config));
        }
        // The rest of it are facts of their own.
        let digest = config.map(|config| digest::of_bytes(config.to_string().as_bytes()));
        self.add(What::ClusterInfo, "user.exec.provideClusterInfo", words)
            .digest = digest;
    }

    fn issuer(&mut self, issuer: &Issuer, around: &Surroundings) -> Option<Proxy> {
        const CONFIG: &str = "user.auth-provider.config";
        self.add(
            What::Issuer,
            format!("{CONFIG}.idp-issuer-url"),
            address(&issuer.url),
        );
        let mut client = issuer.client_id.clone();
        for (secret, words) in [
            (issuer.client_secret.is_some(), ", with a client secret"),
            (issuer.refresh_token.is_some(), ", with a refresh token"),
        ] {
            if secret {
                client.push_str(words);
            }
        }
        self.add(What::IssuerClient, format!("{CONFIG}.client-id"), client);
        self.authority(
            What::IssuerAuthority,
            ReadingOf::IssuerAuthority,
            &format!("{CONFIG}.idp-certificate-authority"),
            &issuer.authority,
        );
        self.proxy_of_environment(&issuer.url, around)
    }

    fn impersonation(&mut self, parts: &Parts<'_>) {
        let Some(other) = &parts.account.impersonate else {
            return;
        };
        self.add(What::Impersonate, "user.as", &other.user);
        if let Some(uid) = &other.uid {
            self.add(What::Impersonate, "user.as-uid", uid);
        }
        for (index, group) in other.groups.iter().enumerate() {
            self.add(What::Impersonate, format!("user.as-groups[{index}]"), group);
        }
        for (key, values) in &other.extra {
            let field = format!("user.as-user-extra[{}]", visible(key));
            self.add(What::Impersonate, field, values.join(", "));
        }
    }
}

fn not_found(program: &Program) -> String {
    let mut words = format!(
        "Its program {} is not installed, or not in the search path of your login shell. Install it, then open the context again.",
        visible(&program.command)
    );
    if let Some(hint) = &program.install_hint {
        words.push_str(" The kubeconfig says about that: ");
        words.push_str(hint);
    }
    words
}

/// Without its password.
fn proxy_words(proxy: &Proxy) -> String {
    let address = address(&proxy.url);
    match &proxy.login {
        None => address,
        Some((user, password)) if password.expose_secret().is_empty() => {
            format!("{address}, as {user}")
        }
        Some((user, _)) => format!("{address}, as {user} with a password"),
    }
}

/// `spec.cluster` of `KUBERNETES_EXEC_INFO` (client-go 0.36 `pkg/apis/clientauthentication/types.go:Cluster`), given the
/// authority's bytes.
fn exec_cluster(parts: &Parts<'_>, authority: Option<&[u8]>) -> Value {
    let entry = &parts.cluster.entry;
    let mut cluster = Map::new();
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            cluster.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| {
        text.as_deref()
            .filter(|text| !text.is_empty())
            .map(Value::from)
    };
    let flag = |flag: Option<bool>| flag.filter(|flag| *flag).map(Value::from);
    add("server", text(&entry.server));
    add("tls-server-name", text(&entry.tls_server_name));
    add(
        "insecure-skip-tls-verify",
        flag(entry.insecure_skip_tls_verify),
    );
    add(
        "certificate-authority-data",
        authority.map(|pem| BASE64_STANDARD.encode(pem).into()),
    );
    add("proxy-url", text(&entry.proxy_url));
    add("disable-compression", flag(entry.disable_compression));
    add("config", entry.exec_config().cloned());
    Value::Object(cluster)
}
