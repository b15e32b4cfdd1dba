//! Forms of names (apimachinery, `util/validation`).

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

fn small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn bounded(part: &str) -> bool {
    let bytes = part.as_bytes();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| small(*byte));
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| small(*byte) || *byte == b'-')
}

/// Whether it is a label of RFC 1123.
pub(super) fn is_label(name: &str) -> bool {
    name.len() <= 63 && bounded(name)
}

/// Why a name is no label of RFC 1123, if it is none.
pub(in crate::writes) fn label(name: &str) -> Option<String> {
    if name.len() > 63 {
        Some("must be no more than 63 bytes".to_owned())
    } else {
        (!bounded(name)).then(|| LABEL.to_owned())
    }
}

/// Whether it is a subdomain of RFC 1123.
pub(super) fn is_subdomain(name: &str) -> bool {
    subdomain(name).is_none()
}

/// Why a name is no subdomain of RFC 1123, if it is none.
pub(in crate::writes) fn subdomain(name: &str) -> Option<String> {
    if name.len() > 253 {
        Some("must be no more than 253 bytes".to_owned())
    } else {
        (!name.split('.').all(bounded)).then(|| SUBDOMAIN.to_owned())
    }
}

/// Whether it is a label of RFC 1035.
pub(super) fn is_1035(name: &str) -> bool {
    is_label(name) && name.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// Why a name is no label of RFC 1035.
pub(super) fn why_1035() -> &'static str {
    LABEL_1035
}

fn is_word(text: &str) -> bool {
    let ends = |letter: char| letter.is_ascii_alphanumeric();
    text.starts_with(ends)
        && text.ends_with(ends)
        && text
            .chars()
            .all(|letter| ends(letter) || matches!(letter, '-' | '_' | '.'))
}

/// Why a name with an optional prefix, such as a label's key, is none (`IsQualifiedName`).
pub(super) fn qualified(name: &str) -> Vec<String> {
    let mut why = Vec::new();
    let part = match name.split_once('/') {
        None => name,
        Some((_, rest)) if rest.contains('/') => {
            why.push("a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')".to_owned());
            return why;
        }
        Some((prefix, rest)) => {
            if prefix.is_empty() {
                why.push("prefix part must be non-empty".to_owned());
            } else if !is_subdomain(prefix) {
                why.push(format!("prefix part {SUBDOMAIN}"));
            }
            rest
        }
    };
    if part.is_empty() {
        why.push("name part must be non-empty".to_owned());
    } else if part.len() > 63 {
        why.push("name part must be no more than 63 bytes".to_owned());
    }
    if !is_word(part) {
        why.push(QUALIFIED.to_owned());
    }
    why
}

/// Why a text is no value of a label.
pub(super) fn label_value(text: &str) -> Vec<String> {
    let mut why = Vec::new();
    if text.len() > 63 {
        why.push("must be no more than 63 bytes".to_owned());
    }
    if !text.is_empty() && !is_word(text) {
        why.push(VALUE.to_owned());
    }
    why
}

/// What keys of `ConfigMap`s and Secrets must be.
pub(super) const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// Whether it is a key of a `ConfigMap` (`IsConfigMapKey`).
pub(super) fn is_config_key(key: &str) -> bool {
    let allowed =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    !key.is_empty() && key.chars().all(allowed) && !matches!(key, "." | "..")
}

/// Why a name is no service's.
pub(super) fn service(name: &str) -> Option<String> {
    if name.len() > 63 {
        Some("must be no more than 63 bytes".to_owned())
    } else {
        (!is_1035(name)).then(|| LABEL_1035.to_owned())
    }
}

/// Why a name is no port's (`IsValidPortName`).
pub(super) fn port(name: &str) -> Vec<String> {
    let mut why = Vec::new();
    if name.len() > 15 {
        why.push("must be no more than 15 characters");
    }
    let known =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.is_empty() || !name.chars().all(known) {
        why.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !name.chars().any(|letter| letter.is_ascii_lowercase()) {
        why.push("must contain at least one letter (a-z)");
    }
    if name.contains("--") {
        why.push("must not contain consecutive hyphens");
    }
    if name.starts_with('-') || name.ends_with('-') {
        why.push("must not begin or end with a hyphen");
    }
    why.into_iter().map(str::to_owned).collect()
}
