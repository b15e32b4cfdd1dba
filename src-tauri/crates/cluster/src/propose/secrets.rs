//! Values that are shown, with the secrets among them told by their length and digest only.

use serde_json::Value;

use crate::gate::digest;

/// Words in a name that say its value is a secret.
const SECRET: [&str; 9] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "KEY",
    "CREDENTIAL",
    "CREDENTIALS",
];
/// Last words that say it is something about a secret.
const ABOUT: [&str; 10] = [
    "FILE", "PATH", "DIR", "URL", "URI", "ENDPOINT", "ID", "NAME", "TYPE", "CACHE",
];
/// Longest JSON that is shown, in characters.
const JSON_LIMIT: usize = 2_000;

/// Whether the value of what has this name is a secret: a variable, an argument without its dashes, a JSON key.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let mut words = name.split(['_', '-', '.']);
    let last = words.clone().next_back().unwrap_or_default();
    !ABOUT.contains(&last)
        && words.any(|word| {
            SECRET.contains(&word) || word.ends_with("TOKEN") || word.ends_with("SECRET")
        })
}

fn masked(value: &str) -> (String, Option<String>) {
    (
        format!("(a secret of {} characters)", value.chars().count()),
        Some(digest::of_bytes(value.as_bytes())),
    )
}

/// What is shown of a variable, and the digest of what is not. A variable that is pointed out for what it does to a program is
/// always shown.
pub(super) fn variable(name: &str, value: &str) -> (String, Option<String>) {
    let telling = super::variables::effect(name).is_some();
    if is_secret(name) && !telling && !value.is_empty() {
        masked(value)
    } else {
        (value.to_owned(), None)
    }
}

/// The same of an argument; `secret` says that the one before announced a secret. Gives whether this one does.
pub(super) fn argument(argument: &str, secret: bool) -> (String, Option<String>, bool) {
    if secret && !argument.starts_with('-') {
        let (value, digest) = masked(argument);
        return (value, digest, false);
    }
    let Some(option) = argument
        .strip_prefix("--")
        .or_else(|| argument.strip_prefix('-'))
    else {
        return (argument.to_owned(), None, false);
    };
    match option.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => {
            let (words, digest) = masked(value);
            let option = &argument[..argument.len() - value.len()];
            (format!("{option}{words}"), digest, false)
        }
        Some(_) => (argument.to_owned(), None, false),
        None => (argument.to_owned(), None, is_secret(option)),
    }
}

/// JSON in one line with its secrets masked.
pub(super) fn json(value: &Value) -> String {
    let text = without_secrets(value).to_string();
    if text.chars().count() > JSON_LIMIT {
        let start: String = text.chars().take(JSON_LIMIT).collect();
        format!("{start}… ({} characters)", text.chars().count())
    } else {
        text
    }
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| match value {
                    Value::String(text) if is_secret(key) => (key.clone(), masked(text).0.into()),
                    value => (key.clone(), without_secrets(value)),
                })
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.iter().map(without_secrets).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_their_surroundings_are_not() {
        for (name, secret) in [
            ("AWS_SECRET_ACCESS_KEY", true),
            ("AWS_SESSION_TOKEN", true),
            ("AZURE_CLIENT_SECRET", true),
            ("OS_PASSWORD", true),
            ("accessToken", true),
            ("AWS_PROFILE", false),
            ("AWS_ACCESS_KEY_ID", false),
            ("GOOGLE_CREDENTIALS_FILE", false),
            ("KEYBOARD", false),
        ] {
            assert_eq!(is_secret(name), secret, "{name}");
        }
        let masked = "(a secret of 6 characters)";
        assert_eq!(variable("X_TOKEN", "abcdef").0, masked);
        assert!(variable("X_TOKEN", "abcdef").1.is_some());
        let shown = |argument: &str| super::argument(argument, false).0;
        assert_eq!(
            shown("--oidc-client-secret=abcdef"),
            format!("--oidc-client-secret={masked}")
        );
        assert_eq!(shown("--token-cache-dir=/x"), "--token-cache-dir=/x");
        assert!(argument("--client-secret", false).2);
        assert_eq!(argument("abcdef", true).0, masked);
        assert_eq!(argument("--next", true).0, "--next");
        let value = serde_json::json!({"audience": "a", "deep": [{"password": "abcdef"}]});
        let text = json(&value);
        assert!(text.contains(masked) && text.contains("audience") && !text.contains("abcdef"));
    }
}
