//! What would happen if a context were connected, as data to show, agree to and compare.

use serde::{Deserialize, Serialize};

/// Everything connecting a context would contact, run, read and send, one fact an item.
///
/// Holds no credential: a secret is told by its kind only. All text is safe to show. It is kept in the list of
/// consents as it is, so fields and variants are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// In the order it would happen.
    pub facts: Vec<Fact>,
}

/// One thing that would happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// What kind of thing.
    pub what: What,
    /// Where the kubeconfig says so, without its entry's name: `cluster.server`, `user.exec.args[1]`,
    /// `user.exec.env[AWS_PROFILE]`; `environment.HTTPS_PROXY` for what this computer says. Unique in a plan.
    pub field: String,
    /// The value as it would be used: an address, the program's whole path, an argument.
    pub value: String,
    /// SHA-256 of what is read or run, in lower-case hexadecimal. None for what has no content, and for a plan
    /// made without looking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// What kind of thing a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// Address that is contacted.
    Server,
    /// Name the server's certificate is checked for instead of the address.
    TlsServerName,
    /// The server's certificate is not checked.
    SkipVerify,
    /// Authorities that vouch for the server: inline (digest known without looking), a file, or the system's.
    Authority,
    /// Proxy all traffic goes through; without its password.
    Proxy,
    /// How it logs in, in words: `a bearer token`, `user name and password`.
    Login,
    /// Program that is run, resolved.
    Program,
    /// One of its arguments.
    Argument,
    /// One variable it is given.
    Environment,
    /// Cluster data it is given (provideClusterInfo).
    ClusterInfo,
    /// File whose content is a credential for the server.
    CredentialFile,
    /// OIDC issuer that is contacted.
    Issuer,
    /// What the issuer is told who asks: client id, whether a client secret and a refresh token go there.
    IssuerClient,
    /// Authorities that vouch for the issuer.
    IssuerAuthority,
    /// User, uid, group or extra it acts as.
    Impersonate,
}

/// One way in which a plan is not what was agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// This would happen now and would not have then.
    Added(Fact),
    /// This has another value or content.
    Changed {
        /// What was agreed to.
        before: Fact,
        /// What would happen now.
        now: Fact,
    },
    /// This would no longer happen.
    Removed(Fact),
}

/// A plan with what a person must know to judge it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What would happen.
    pub plan: Plan,
    /// Unusual things in it, each to be confirmed by itself.
    pub dangers: Vec<Danger>,
    /// Why it must not be done at all: a sentence that says who forbids it and what to do.
    pub refused: Option<String>,
}

/// One unusual thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Danger {
    /// What it is about; with `field` it is the danger's identity.
    pub kind: DangerKind,
    /// The [`Fact::field`] it is about.
    pub field: String,
    /// What it means, in a sentence or two with the value in question.
    pub why: String,
}

/// Kinds of unusual things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DangerKind {
    /// `insecure-skip-tls-verify`.
    NotVerified,
    /// `http://`.
    NotEncrypted,
    /// A cloud metadata or link-local address as server, proxy or issuer.
    Metadata,
    /// A variable that puts code into the program (`LD_PRELOAD`, `DYLD_*`, `NODE_OPTIONS`, …), or changes what it finds (`PATH`).
    CodeInjection,
    /// A variable that leads the program's traffic elsewhere.
    Redirection,
    /// The program stands beside the kubeconfig, or where anyone may write.
    ProgramBeside,
    /// The program is a shell or interpreter given code to run.
    Shell,
    /// A credential file that looks like another program's secret (`~/.ssh`, a browser's profile, …).
    ForeignSecret,
    /// Names that look like others: characters of several scripts, punycode.
    Lookalike,
    /// Server and credentials come from different files.
    MixedFiles,
    /// A public host name vouched for by an authority of the file.
    OwnAuthority,
}

impl Plan {
    /// How `now` differs from `self`, which was agreed to, in ways that ask again. A digest that either lacks is not
    /// compared; nor is that of a [`What::CredentialFile`], whose content tools replace and which goes to the same
    /// server from the same place.
    pub fn differences(&self, now: &Self) -> Vec<Difference> {
        let find =
            |plan: &Self, field: &str| plan.facts.iter().find(|fact| fact.field == field).cloned();
        let mut all: Vec<Difference> = Vec::new();
        for fact in &now.facts {
            match find(self, &fact.field) {
                None => all.push(Difference::Added(fact.clone())),
                Some(before) if !before.same(fact) => all.push(Difference::Changed {
                    before,
                    now: fact.clone(),
                }),
                Some(_) => {}
            }
        }
        let gone = self
            .facts
            .iter()
            .filter(|fact| find(now, &fact.field).is_none());
        all.extend(gone.cloned().map(Difference::Removed));
        all
    }
}

impl Fact {
    fn same(&self, now: &Self) -> bool {
        let content = match (&self.digest, &now.digest) {
            (Some(before), Some(now)) if self.what != What::CredentialFile => before == now,
            _ => true,
        };
        self.what == now.what && self.value == now.value && content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(what: What, field: &str, value: &str, digest: &str) -> Fact {
        Fact {
            what,
            field: field.to_owned(),
            value: value.to_owned(),
            digest: (!digest.is_empty()).then(|| digest.to_owned()),
        }
    }

    fn plan(facts: &[Fact]) -> Plan {
        Plan {
            facts: facts.to_vec(),
        }
    }

    #[test]
    fn what_asks_again_and_what_does_not() {
        let server = fact(What::Server, "cluster.server", "https://a", "");
        let program = |digest: &str| fact(What::Program, "user.exec.command", "/bin/a", digest);
        let file = |digest: &str| fact(What::CredentialFile, "user.tokenFile", "/t", digest);
        let agreed = plan(&[server.clone(), program("1"), file("1")]);
        for same in [
            agreed.clone(),
            plan(&[server.clone(), program(""), file("1")]),
            // Tools put a new token there every hour.
            plan(&[server.clone(), program("1"), file("2")]),
            // The order is how it is shown, not what happens.
            plan(&[file("1"), server.clone(), program("1")]),
        ] {
            assert_eq!(agreed.differences(&same), [], "{same:?}");
        }
        let elsewhere = fact(What::Server, "cluster.server", "https://b", "");
        let argument = fact(What::Argument, "user.exec.args[0]", "x", "");
        assert_eq!(
            agreed.differences(&plan(&[elsewhere.clone(), program("2"), argument.clone()])),
            [
                Difference::Changed {
                    before: server,
                    now: elsewhere
                },
                Difference::Changed {
                    before: program("1"),
                    now: program("2")
                },
                Difference::Added(argument),
                Difference::Removed(file("1")),
            ]
        );
    }

    #[test]
    fn what_was_agreed_to_without_looking_takes_any_content() {
        let program = |digest: &str| fact(What::Program, "user.exec.command", "/bin/a", digest);
        assert_eq!(plan(&[program("")]).differences(&plan(&[program("1")])), []);
    }

    #[test]
    fn another_meaning_of_a_field_is_a_change() {
        let before = plan(&[fact(What::Login, "user", "a", "")]);
        let now = plan(&[fact(What::Impersonate, "user", "a", "")]);
        assert_eq!(before.differences(&now).len(), 1);
        assert_eq!(Plan::default().differences(&before).len(), 1);
    }
}
