//! Points out what is unusual in a draft, in words for who has to judge it.

use std::path::Path;

use http::Uri;
use model::text::visible;

use super::{Draft, addresses, commands, names, places, variables};
use crate::plan::{Danger, DangerKind, Fact, Plan, What};
use crate::surroundings::Surroundings;
use crate::target::Proxy;
use crate::vet::{Authority, Login, Parts, address, warnings};

/// In the order of the facts' sections: server, proxy, program, files, issuer.
pub(super) fn dangers(parts: &Parts<'_>, around: &Surroundings, draft: &Draft) -> Vec<Danger> {
    let mut found = Found {
        plan: &draft.proposal.plan,
        all: Vec::new(),
    };
    found.server(parts);
    found.proxies(draft);
    if let Login::Program(_) = parts.account.login {
        found.program(parts, around, draft);
    }
    found.files(around, draft);
    found.issuer(parts);
    found.all
}

/// The program, or the folder it stands in, may be written by any account; told once it was looked at.
pub(super) fn replaceable(program: &Fact) -> Danger {
    Danger {
        kind: DangerKind::ProgramBeside,
        field: program.field.clone(),
        why: format!(
            "Any account on this computer may replace {}: what runs next time need not be what was looked at now.",
            program.value
        ),
    }
}

struct Found<'a> {
    plan: &'a Plan,
    all: Vec<Danger>,
}

impl Found<'_> {
    fn add(&mut self, kind: DangerKind, field: &str, why: impl Into<String>) {
        self.all.push(Danger {
            kind,
            field: field.to_owned(),
            why: why.into(),
        });
    }

    /// The facts of one kind.
    fn facts(&self, what: What) -> Vec<Fact> {
        let facts = self.plan.facts.iter();
        facts.filter(|fact| fact.what == what).cloned().collect()
    }

    fn server(&mut self, parts: &Parts<'_>) {
        const FIELD: &str = "cluster.server";
        let place = &parts.place;
        let server = address(&place.url);
        if place.url.scheme_str() == Some("http") {
            self.add(DangerKind::NotEncrypted, FIELD, format!(
                "The connection to {server} is not encrypted: everyone on the way can read and change it, credentials included."
            ));
        } else if matches!(place.authority, Authority::Skipped) {
            self.add(DangerKind::NotVerified, "cluster.insecure-skip-tls-verify", format!(
                "The certificate of {server} is not checked: anyone in between can pose as the cluster and is sent the credentials."
            ));
        }
        self.host(FIELD, &place.url);
        if let Some(name) = &place.tls_server_name
            && names::is_punycode(name)
        {
            self.add(DangerKind::Lookalike, "cluster.tls-server-name", format!(
                "The name {} stands for letters beyond ASCII, which may look like those of another name.", visible(name)
            ));
        }
        if let Some(mixed) = warnings::mixed(parts) {
            self.add(DangerKind::MixedFiles, FIELD, format!(
                "{mixed} The credentials of one file are sent to a server that another file names."
            ));
        }
        let host = place.url.host().unwrap_or_default();
        let own = match &place.authority {
            Authority::Data(_) => Some("cluster.certificate-authority-data"),
            Authority::File(_) => Some("cluster.certificate-authority"),
            Authority::System | Authority::Skipped => None,
        };
        if let Some(field) = own
            && place.url.scheme_str() == Some("https")
            && addresses::is_public_name(host)
        {
            self.add(DangerKind::OwnAuthority, field, format!(
                "{} is a public name, and an authority of the kubeconfig alone vouches for it. That is usual for clusters run by yourself or your company; elsewhere it lets whoever made the file pose as that name.",
                visible(host)
            ));
        }
    }

    /// What a host is, as far as its name says.
    fn host(&mut self, field: &str, url: &Uri) {
        let host = url.host().unwrap_or_default();
        let shown = visible(host);
        if addresses::is_metadata(host) {
            self.add(DangerKind::Metadata, field, format!(
                "{shown} is an address where a cloud gives its machines their own credentials, or one of this network segment only. No cluster is there."
            ));
        }
        if names::is_punycode(host) {
            self.add(DangerKind::Lookalike, field, format!(
                "The name {shown} stands for letters beyond ASCII, which may look like those of another name."
            ));
        }
    }

    fn proxies(&mut self, draft: &Draft) {
        // What the environment says comes from the person's own settings.
        let of_file = self
            .plan
            .facts
            .iter()
            .any(|fact| fact.field == "cluster.proxy-url");
        if let Some(Proxy { url, .. }) = draft.proxy.as_ref().filter(|_| of_file) {
            self.host("cluster.proxy-url", url);
        }
    }

    fn program(&mut self, parts: &Parts<'_>, around: &Surroundings, draft: &Draft) {
        const FIELD: &str = "user.exec.command";
        if let Some(path) = &draft.program {
            let shown = path.to_string_lossy();
            let shown = visible(&shown);
            if let Some(shell) = commands::shell(path) {
                self.add(DangerKind::Shell, FIELD, format!(
                    "{shown} runs whatever its arguments say ({shell} is a shell, an interpreter or a starter of other programs): judge the arguments, not the program."
                ));
            }
            let folder = parts.user.and_then(|user| user.origin.folder.as_deref());
            if beside(path, folder, around.home.as_deref()) {
                self.add(DangerKind::ProgramBeside, FIELD, format!(
                    "{shown} lies beside the kubeconfig: it came with the file, or whoever can write there can replace it."
                ));
            } else if places::is_open_folder(path, around.home.as_deref()) {
                self.add(
                    DangerKind::ProgramBeside,
                    FIELD,
                    format!(
                        "{shown} lies in a folder for downloads or where any account may write."
                    ),
                );
            }
            if let Some(how) = names::lookalike(&shown) {
                self.add(
                    DangerKind::Lookalike,
                    FIELD,
                    format!("The path {shown} {how}."),
                );
            }
        }
        for fact in self.facts(What::Argument) {
            if commands::redirects(&fact.value) {
                self.add(DangerKind::Redirection, &fact.field, format!(
                    "The argument {} leads the program to another server, or makes it check less.", fact.value
                ));
            }
        }
        let Login::Program(program) = &parts.account.login else {
            return;
        };
        for (name, _) in &program.environment {
            let name = visible(name);
            let field = format!("user.exec.env[{name}]");
            match variables::effect(&name) {
                Some(kind @ DangerKind::CodeInjection) if variables::finds_programs(&name) => {
                    self.add(kind, &field, format!("The variable {name} decides which other programs the program finds and runs."));
                }
                Some(kind @ DangerKind::CodeInjection) => {
                    self.add(kind, &field, format!("The variable {name} can make the program run code of somebody else's choice."));
                }
                Some(kind) => {
                    self.add(kind, &field, format!("The variable {name} can lead what the program sends, or what it trusts, elsewhere."));
                }
                None => {}
            }
        }
    }

    fn files(&mut self, around: &Surroundings, draft: &Draft) {
        let server = self.facts(What::Server);
        let server = server.first().map_or("", |fact| &fact.value);
        for reading in &draft.readings {
            let fact = &draft.proposal.plan.facts[reading.fact];
            let credential = fact.what == What::CredentialFile;
            if fact.what != What::Program
                && places::is_foreign_secret(&reading.path, around.home.as_deref())
            {
                let use_of_it = if credential {
                    format!("it would be used to log in at {server}")
                } else {
                    "it would be read".to_owned()
                };
                self.add(
                    DangerKind::ForeignSecret,
                    &fact.field,
                    format!(
                        "{} looks like a secret of another program, and {use_of_it}.",
                        fact.value
                    ),
                );
            }
            if fact.what != What::Program
                && let Some(how) = names::lookalike(&fact.value)
            {
                self.add(
                    DangerKind::Lookalike,
                    &fact.field,
                    format!("The path {} {how}.", fact.value),
                );
            }
        }
    }

    fn issuer(&mut self, parts: &Parts<'_>) {
        let Login::Issuer(issuer) = &parts.account.login else {
            return;
        };
        self.host("user.auth-provider.config.idp-issuer-url", &issuer.url);
    }
}

/// Whether a program lies in the kubeconfig's folder or below it. A home or root folder is no such folder: programs are
/// installed below it.
fn beside(program: &Path, folder: Option<&Path>, home: Option<&Path>) -> bool {
    folder.is_some_and(|folder| {
        let direct = program.parent() == Some(folder);
        let below =
            folder.parent().is_some() && Some(folder) != home && program.starts_with(folder);
        direct || below
    })
}
