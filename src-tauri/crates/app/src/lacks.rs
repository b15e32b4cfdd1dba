//! Words for a right that the account lacks.

use cluster::{Deed, RequestError};
use model::Resource;
use wire::{Lack, WireError};

/// Where a right is lacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where<'a> {
    /// In this namespace.
    Namespace(&'a str),
    /// In all namespaces at once.
    Everywhere,
    /// On what lies in no namespace.
    Cluster,
}

impl<'a> Where<'a> {
    /// Of a request for objects of `resource`, in one namespace or all.
    pub(crate) fn of(resource: &Resource, namespace: Option<&'a str>) -> Self {
        match namespace {
            _ if !resource.namespaced => Self::Cluster,
            Some(namespace) => Self::Namespace(namespace),
            None => Self::Everywhere,
        }
    }
}

/// The lack of the right to do `deed` there.
pub(crate) fn lack(deed: Deed<'_>, place: Where<'_>) -> Lack {
    let (plural, subresource) = deed.resource.split_once('/').unwrap_or((deed.resource, ""));
    let typed = if deed.group.is_empty() {
        plural.to_owned()
    } else {
        format!("{plural}.{}", deed.group)
    };
    let named = if subresource.is_empty() {
        typed.clone()
    } else {
        format!("{typed}/{subresource}")
    };
    let (place_words, flag) = match place {
        Where::Namespace(name) => (
            format!(" in namespace {name}"),
            format!(" -n {}", quoted(name)),
        ),
        Where::Everywhere => (
            " in all namespaces".to_owned(),
            " --all-namespaces".to_owned(),
        ),
        Where::Cluster => (String::new(), String::new()),
    };
    let group_words = match deed.group {
        "" => "the core API group".to_owned(),
        group => format!("API group {group}"),
    };
    let subresource_flag = match subresource {
        "" => String::new(),
        sub => format!(" --subresource={}", quoted(sub)),
    };
    Lack {
        verb: deed.verb.to_owned(),
        resource: deed.resource.to_owned(),
        group: deed.group.to_owned(),
        namespace: match place {
            Where::Namespace(name) => name.to_owned(),
            Where::Everywhere | Where::Cluster => String::new(),
        },
        sentence: format!(
            "Your account lacks the verb {} on {named}{place_words}.",
            deed.verb
        ),
        advice: format!(
            "Ask the cluster's administrator for a role that allows {} on {} of {group_words}{place_words}.",
            deed.verb, deed.resource
        ),
        command: format!(
            "kubectl auth can-i {} {}{subresource_flag}{flag}",
            deed.verb,
            quoted(&typed)
        ),
    }
}

/// What a refused request lacked: `fallback`, unless the server names another verb.
pub(crate) fn refusal<'a>(error: &'a RequestError, fallback: Deed<'a>) -> Option<Deed<'a>> {
    let RequestError::Status {
        code: 403, message, ..
    } = error
    else {
        return None;
    };
    Some(Deed {
        verb: refused_verb(message).unwrap_or(fallback.verb),
        ..fallback
    })
}

/// The verb in `User "x" cannot list resource "pods" in API group "" at the cluster scope`.
fn refused_verb(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" cannot ")?;
    let (verb, rest) = rest.split_once(' ')?;
    let is_verb = !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_verb && rest.starts_with("resource ")).then_some(verb)
}

/// A failed request for `deed`; of a refusal the missing right.
pub(crate) fn request(error: &RequestError, deed: Deed<'_>, place: Where<'_>) -> WireError {
    match refusal(error, deed) {
        Some(deed) => {
            let words = match error {
                RequestError::Status { message, .. } => message.as_str(),
                _ => "",
            };
            let detail = if words.is_empty() {
                String::new()
            } else {
                format!("The server said: {words}")
            };
            WireError::forbidden(lack(deed, place), detail)
        }
        None => crate::errors::request(error),
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte));
    if is_plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Deed<'static> = Deed {
        verb: "list",
        group: "",
        resource: "pods",
    };

    #[test]
    fn a_lack_names_verb_resource_group_and_namespace() {
        let logs = Deed {
            verb: "get",
            group: "",
            resource: "pods/log",
        };
        let sets = Deed {
            verb: "watch",
            group: "apps",
            resource: "statefulsets",
        };
        for (deed, place, sentence, command) in [
            (
                LIST,
                Where::Everywhere,
                "Your account lacks the verb list on pods in all namespaces.",
                "kubectl auth can-i list pods --all-namespaces",
            ),
            (
                logs,
                Where::Namespace("shop"),
                "Your account lacks the verb get on pods/log in namespace shop.",
                "kubectl auth can-i get pods --subresource=log -n shop",
            ),
            (
                sets,
                Where::Namespace("a'b; rm"),
                "Your account lacks the verb watch on statefulsets.apps in namespace a'b; rm.",
                r"kubectl auth can-i watch statefulsets.apps -n 'a'\''b; rm'",
            ),
            (
                Deed {
                    resource: "nodes",
                    ..LIST
                },
                Where::Cluster,
                "Your account lacks the verb list on nodes.",
                "kubectl auth can-i list nodes",
            ),
        ] {
            let lack = lack(deed, place);
            assert_eq!(lack.sentence, sentence);
            assert_eq!(lack.command, command);
        }
        assert_eq!(
            lack(sets, Where::Namespace("shop")).advice,
            "Ask the cluster's administrator for a role that allows watch on statefulsets of API group apps in namespace shop."
        );
    }

    #[test]
    fn the_servers_verb_counts() {
        let refused = |message: &str| RequestError::Status {
            code: 403,
            reason: "Forbidden".to_owned(),
            message: message.to_owned(),
            retry_after: None,
        };
        for (message, verb) in [
            (
                r#"pods is forbidden: User "x" cannot watch resource "pods" in API group "" at the cluster scope"#,
                "watch",
            ),
            ("no", "list"),
            ("one cannot win resources", "list"),
            ("", "list"),
        ] {
            let error = refused(message);
            assert_eq!(
                refusal(&error, LIST).map(|deed| deed.verb),
                Some(verb),
                "{message}"
            );
        }
        assert_eq!(refusal(&RequestError::Cut, LIST), None);
        let error = request(&refused("no"), LIST, Where::Namespace("shop"));
        assert_eq!(
            error.message,
            "Your account lacks the verb list on pods in namespace shop."
        );
        assert_eq!(error.detail, "The server said: no");
        assert!(error.lack.is_some());
        assert_eq!(
            request(&RequestError::Cut, LIST, Where::Everywhere).lack,
            None
        );
    }
}
