//! What connecting would do, in the words that a person judges it by.

use std::path::Path;

use cluster::{DangerKind, Difference, Fact, Plan, Proposal, What};
use wire::{ConsentChange, ConsentItem, ConsentSection, Danger};

/// The sections of a question or of something agreed to, in the order it would happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    ConnectsTo,
    Runs,
    Reads,
    LogsInWith,
    ActsAs,
}

const SECTIONS: [Section; 5] = [
    Section::ConnectsTo,
    Section::Runs,
    Section::Reads,
    Section::LogsInWith,
    Section::ActsAs,
];

impl Section {
    fn title(self) -> &'static str {
        match self {
            Self::ConnectsTo => "Connects to",
            Self::Runs => "Runs",
            Self::Reads => "Reads",
            Self::LogsInWith => "Logs in with",
            Self::ActsAs => "Acts as",
        }
    }
}

/// A plan's facts by section; what `differences` says of them stands at each, and what is gone at its section's end.
pub(crate) fn sections(plan: &Plan, differences: &[Difference]) -> Vec<ConsentSection> {
    let now = plan
        .facts
        .iter()
        .map(|fact| (fact, change(fact, differences)));
    let gone = differences
        .iter()
        .filter_map(|difference| match difference {
            Difference::Removed(fact) => Some((fact, ConsentChange::Removed)),
            Difference::Added(_) | Difference::Changed { .. } => None,
        });
    let all: Vec<(&Fact, ConsentChange)> = now.chain(gone).collect();
    let server = server(plan);
    let filled = SECTIONS.map(|section| {
        let own = all.iter().filter(|(fact, _)| section_of(fact) == section);
        let items = own.map(|(fact, change)| ConsentItem {
            label: label(fact),
            value: fact.value.clone(),
            note: note(fact, &server),
            digest: fact.digest.clone().unwrap_or_default(),
            change: change.clone(),
        });
        ConsentSection {
            title: section.title().to_owned(),
            items: items.collect(),
        }
    });
    let filled = filled.into_iter();
    filled.filter(|section| !section.items.is_empty()).collect()
}

/// Address of the server a plan contacts; empty if it contacts none.
pub(crate) fn server(plan: &Plan) -> String {
    let server = plan.facts.iter().find(|fact| fact.what == What::Server);
    server.map(|fact| fact.value.clone()).unwrap_or_default()
}

/// What is unusual, each with the id it is confirmed by.
pub(crate) fn dangers(proposal: &Proposal) -> Vec<Danger> {
    let dangers = proposal.dangers.iter().map(|danger| {
        let (kind, title) = of_kind(danger.kind);
        Danger {
            id: format!("{kind} {}", danger.field),
            title: title.to_owned(),
            why: danger.why.clone(),
        }
    });
    dangers.collect()
}

/// The kind's part of a danger's id, which is kept in the list of consents and never changes, and its title.
fn of_kind(kind: DangerKind) -> (&'static str, &'static str) {
    match kind {
        DangerKind::NotVerified => ("notVerified", "The server's certificate is not checked"),
        DangerKind::NotEncrypted => ("notEncrypted", "The connection is not encrypted"),
        DangerKind::Metadata => (
            "metadata",
            "It contacts an address that hands out a cloud's credentials",
        ),
        DangerKind::CodeInjection => (
            "codeInjection",
            "A variable changes which code the program runs",
        ),
        DangerKind::Redirection => (
            "redirection",
            "A variable leads the program's traffic elsewhere",
        ),
        DangerKind::ProgramBeside => (
            "programBeside",
            "The program lies where others can replace it",
        ),
        DangerKind::Shell => (
            "shell",
            "The program runs code that the kubeconfig gives it",
        ),
        DangerKind::ForeignSecret => (
            "foreignSecret",
            "It sends a file that belongs to another program",
        ),
        DangerKind::Lookalike => ("lookalike", "A name looks like another one"),
        DangerKind::MixedFiles => (
            "mixedFiles",
            "Server and credentials come from different files",
        ),
        DangerKind::OwnAuthority => (
            "ownAuthority",
            "A public server is vouched for by the kubeconfig alone",
        ),
    }
}

fn change(fact: &Fact, differences: &[Difference]) -> ConsentChange {
    let found = differences.iter().find_map(|difference| match difference {
        Difference::Added(added) if added.field == fact.field => Some(ConsentChange::Added),
        Difference::Changed { before, now } if now.field == fact.field => {
            let other_content = before.digest != now.digest && now.digest.is_some();
            Some(ConsentChange::Changed {
                before: before.value.clone(),
                before_digest: before
                    .digest
                    .clone()
                    .filter(|_| other_content)
                    .unwrap_or_default(),
            })
        }
        Difference::Added(_) | Difference::Changed { .. } | Difference::Removed(_) => None,
    });
    found.unwrap_or(ConsentChange::None)
}

fn section_of(fact: &Fact) -> Section {
    match fact.what {
        What::Authority | What::IssuerAuthority if is_file(fact) => Section::Reads,
        What::Server
        | What::TlsServerName
        | What::SkipVerify
        | What::Authority
        | What::Proxy
        | What::Issuer
        | What::IssuerAuthority => Section::ConnectsTo,
        What::Program | What::Argument | What::Environment | What::ClusterInfo => Section::Runs,
        What::CredentialFile => Section::Reads,
        What::Login | What::IssuerClient => Section::LogsInWith,
        What::Impersonate => Section::ActsAs,
    }
}

/// Authorities come in the kubeconfig, from the system (both are told in words), or from a file (its whole path).
fn is_file(fact: &Fact) -> bool {
    Path::new(&fact.value).is_absolute()
}

/// The field's last word, without what is in brackets.
fn word(field: &str) -> &str {
    let whole = field.split_once('[').map_or(field, |(before, _)| before);
    whole.rsplit('.').next().unwrap_or(whole)
}

/// What is in the field's brackets.
fn bracketed(field: &str) -> &str {
    let inside = field.split_once('[').map_or("", |(_, after)| after);
    inside.strip_suffix(']').unwrap_or(inside)
}

/// `Argument 1`: people count from one.
fn counted(what: &str, field: &str) -> String {
    match bracketed(field).parse::<u32>() {
        Ok(index) => format!("{what} {}", index.saturating_add(1)),
        Err(_) => what.to_owned(),
    }
}

fn label(fact: &Fact) -> String {
    match fact.what {
        What::Server => "Server".to_owned(),
        What::TlsServerName => "Name in its certificate".to_owned(),
        What::SkipVerify => "Certificate".to_owned(),
        What::Authority => "Vouched for by".to_owned(),
        What::Proxy => "Proxy".to_owned(),
        What::Login => "Credentials".to_owned(),
        What::Program => "Program".to_owned(),
        What::Argument => counted("Argument", &fact.field),
        What::Environment => match bracketed(&fact.field) {
            "" => "Variable".to_owned(),
            name => format!("Variable {name}"),
        },
        What::ClusterInfo => "Told of the cluster".to_owned(),
        What::CredentialFile => match word(&fact.field) {
            "tokenFile" => "Token".to_owned(),
            "client-certificate" => "Client certificate".to_owned(),
            "client-key" => "Private key".to_owned(),
            _ => "Credential".to_owned(),
        },
        What::Issuer => "Sign-in".to_owned(),
        What::IssuerClient => "Client of the sign-in".to_owned(),
        What::IssuerAuthority => "Sign-in vouched for by".to_owned(),
        What::Impersonate => match word(&fact.field) {
            "as" => "User".to_owned(),
            "as-uid" => "Uid".to_owned(),
            "as-groups" => "Group".to_owned(),
            "as-user-extra" => match bracketed(&fact.field) {
                "" => "Attribute".to_owned(),
                name => format!("Attribute {name}"),
            },
            _ => "Identity".to_owned(),
        },
    }
}

/// Where its content goes, or what it means.
fn note(fact: &Fact, server: &str) -> String {
    match fact.what {
        What::SkipVerify => "Anyone in between can pose as the cluster.".to_owned(),
        What::Proxy => match fact.field.strip_prefix("environment.") {
            Some(variable) => format!(
                "All traffic with the server goes through it, as {variable} of this computer says."
            ),
            None => "All traffic with the server goes through it.".to_owned(),
        },
        What::TlsServerName => {
            "Its certificate is checked for this name instead of its address.".to_owned()
        }
        What::Authority if is_file(fact) => {
            format!("Proves that {server} is the cluster. It is not sent anywhere.")
        }
        What::Program => format!(
            "Runs on this computer with all your rights. What it prints is sent to {server} as credentials."
        ),
        What::Environment => "Given to the program.".to_owned(),
        What::ClusterInfo => "Given to the program in KUBERNETES_EXEC_INFO.".to_owned(),
        What::CredentialFile => match word(&fact.field) {
            "tokenFile" => format!("Sent to {server} as the bearer token."),
            "client-certificate" => format!("Sent to {server} to say who you are."),
            "client-key" => format!("Used to prove to {server} who you are. It is not sent."),
            _ => format!("Used to log in to {server}."),
        },
        What::Login if fact.value.starts_with("nothing") => String::new(),
        What::Login => format!("Used to log in to {server}."),
        What::Issuer => "Contacted to renew the sign-in; it is sent the refresh token.".to_owned(),
        What::IssuerAuthority if is_file(fact) => {
            "Proves that the sign-in's server is the right one. It is not sent anywhere.".to_owned()
        }
        What::Server
        | What::Authority
        | What::Argument
        | What::IssuerClient
        | What::IssuerAuthority
        | What::Impersonate => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fact(what: What, field: &str, value: &str) -> Fact {
        Fact {
            what,
            field: field.to_owned(),
            value: value.to_owned(),
            digest: None,
        }
    }

    const SERVER: &str = "https://10.0.0.1:6443";

    type Case = (What, &'static str, &'static str, &'static str, &'static str);

    /// What it is, its field; its section, its label, some of its note.
    const CASES: &[Case] = &[
        (What::Server, "cluster.server", "Connects to", "Server", ""),
        (
            What::TlsServerName,
            "cluster.tls-server-name",
            "Connects to",
            "Name in its certificate",
            "checked for this name",
        ),
        (
            What::SkipVerify,
            "cluster.insecure-skip-tls-verify",
            "Connects to",
            "Certificate",
            "pose as the cluster",
        ),
        (
            What::Authority,
            "cluster.certificate-authority-data",
            "Connects to",
            "Vouched for by",
            "",
        ),
        (
            What::Authority,
            "cluster.certificate-authority",
            "Reads",
            "Vouched for by",
            "not sent anywhere",
        ),
        (
            What::Proxy,
            "cluster.proxy-url",
            "Connects to",
            "Proxy",
            "All traffic",
        ),
        (
            What::Proxy,
            "environment.HTTPS_PROXY",
            "Connects to",
            "Proxy",
            "as HTTPS_PROXY of this computer says",
        ),
        (
            What::Login,
            "user.token",
            "Logs in with",
            "Credentials",
            "Used to log in to https://10.0.0.1:6443.",
        ),
        (
            What::Program,
            "user.exec.command",
            "Runs",
            "Program",
            "is sent to https://10.0.0.1:6443 as credentials",
        ),
        (
            What::Argument,
            "user.exec.args[0]",
            "Runs",
            "Argument 1",
            "",
        ),
        (
            What::Argument,
            "user.exec.args[11]",
            "Runs",
            "Argument 12",
            "",
        ),
        (
            What::Environment,
            "user.exec.env[AWS_PROFILE]",
            "Runs",
            "Variable AWS_PROFILE",
            "Given to the program.",
        ),
        (
            What::ClusterInfo,
            "user.exec.provideClusterInfo",
            "Runs",
            "Told of the cluster",
            "KUBERNETES_EXEC_INFO",
        ),
        (
            What::CredentialFile,
            "user.tokenFile",
            "Reads",
            "Token",
            "Sent to https://10.0.0.1:6443 as the bearer token.",
        ),
        (
            What::CredentialFile,
            "user.client-certificate",
            "Reads",
            "Client certificate",
            "Sent to https://10.0.0.1:6443",
        ),
        (
            What::CredentialFile,
            "user.client-key",
            "Reads",
            "Private key",
            "It is not sent.",
        ),
        (
            What::Issuer,
            "user.auth-provider.config.idp-issuer-url",
            "Connects to",
            "Sign-in",
            "refresh token",
        ),
        (
            What::IssuerClient,
            "user.auth-provider.config.client-id",
            "Logs in with",
            "Client of the sign-in",
            "",
        ),
        (
            What::IssuerAuthority,
            "user.auth-provider.config.idp-certificate-authority",
            "Reads",
            "Sign-in vouched for by",
            "not sent anywhere",
        ),
        (
            What::IssuerAuthority,
            "user.auth-provider.config.idp-certificate-authority-data",
            "Connects to",
            "Sign-in vouched for by",
            "",
        ),
        (What::Impersonate, "user.as", "Acts as", "User", ""),
        (What::Impersonate, "user.as-uid", "Acts as", "Uid", ""),
        (
            What::Impersonate,
            "user.as-groups[1]",
            "Acts as",
            "Group",
            "",
        ),
        (
            What::Impersonate,
            "user.as-user-extra[scopes]",
            "Acts as",
            "Attribute scopes",
            "",
        ),
    ];

    #[test]
    fn every_fact_has_its_section_and_its_words() {
        for (what, field, section, label, note) in CASES.iter().copied() {
            let mut plan = Plan {
                facts: vec![fact(What::Server, "cluster.server", SERVER)],
            };
            if what != What::Server {
                let value = if section == "Reads" {
                    "/a/file"
                } else {
                    "words"
                };
                plan.facts.push(fact(what, field, value));
            }
            let sections = sections(&plan, &[]);
            let found = sections.iter().find(|one| one.title == section);
            let item = found.and_then(|found| found.items.last());
            let item = item.unwrap_or_else(|| panic!("{field}: {sections:?}"));
            assert_eq!(item.label, label, "{field}");
            assert!(item.note.contains(note), "{field}: {}", item.note);
            assert_eq!(
                note.is_empty(),
                item.note.is_empty(),
                "{field}: {}",
                item.note
            );
            assert_eq!(item.change, ConsentChange::None);
        }
    }

    #[test]
    fn sections_stand_in_the_order_it_would_happen() {
        let plan = Plan {
            facts: vec![
                fact(What::Impersonate, "user.as", "jane"),
                fact(What::Login, "user.token", "a bearer token"),
                fact(What::CredentialFile, "user.client-key", "/k"),
                fact(What::Program, "user.exec.command", "/bin/x"),
                fact(What::Server, "cluster.server", SERVER),
            ],
        };
        let titles: Vec<String> = sections(&plan, &[])
            .into_iter()
            .map(|section| section.title)
            .collect();
        let wanted = ["Connects to", "Runs", "Reads", "Logs in with", "Acts as"];
        assert_eq!(titles, wanted);
    }

    #[test]
    fn each_item_says_how_it_differs() {
        let digested = |field: &str, value: &str, digest: &str| Fact {
            digest: Some(digest.to_owned()),
            ..fact(What::Program, field, value)
        };
        let before = Plan {
            facts: vec![
                fact(What::Server, "cluster.server", "https://a"),
                digested("user.exec.command", "/bin/x", "11"),
                fact(What::Argument, "user.exec.args[0]", "gone"),
            ],
        };
        let now = Plan {
            facts: vec![
                fact(What::Server, "cluster.server", "https://b"),
                digested("user.exec.command", "/bin/x", "22"),
                fact(What::Environment, "user.exec.env[A]", "new"),
            ],
        };
        let sections = sections(&now, &before.differences(&now));
        let changes: Vec<(&str, &ConsentChange)> = sections
            .iter()
            .flat_map(|section| &section.items)
            .map(|item| (item.value.as_str(), &item.change))
            .collect();
        let was = |value: &str, digest: &str| ConsentChange::Changed {
            before: value.to_owned(),
            before_digest: digest.to_owned(),
        };
        assert_eq!(
            changes,
            [
                ("https://b", &was("https://a", "")),
                ("/bin/x", &was("/bin/x", "11")),
                ("new", &ConsentChange::Added),
                ("gone", &ConsentChange::Removed),
            ]
        );
    }

    #[test]
    fn dangers_of_different_fields_are_confirmed_apart() {
        let danger = |kind, field: &str| cluster::Danger {
            kind,
            field: field.to_owned(),
            why: "why".to_owned(),
        };
        let proposal = Proposal {
            dangers: vec![
                danger(DangerKind::CodeInjection, "user.exec.env[LD_PRELOAD]"),
                danger(DangerKind::CodeInjection, "user.exec.env[PATH]"),
                danger(DangerKind::Redirection, "user.exec.env[PATH]"),
            ],
            ..Proposal::default()
        };
        let ids: std::collections::BTreeSet<String> =
            dangers(&proposal).into_iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), 3);
    }
}
