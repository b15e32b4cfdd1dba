//! The bytes of a kubeconfig as YAML, with limits, with errors that quote nothing of it.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::{Budget, Error as YamlError, Options};

use crate::error::KubeconfigError;

/// kubeconfigs nest five levels; extensions may nest a few more.
const DEPTH: usize = 64;
/// Mappings, sequences and scalars in all.
const NODES: usize = 500_000;
/// Nodes that aliases may repeat in all.
const REPEATED: usize = 50_000;

/// Fields that an error may name: what stands in the file is named only if it is one of these.
const FIELDS: [&str; 43] = [
    "apiVersion",
    "kind",
    "preferences",
    "extensions",
    "extension",
    "current-context",
    "contexts",
    "context",
    "clusters",
    "cluster",
    "users",
    "user",
    "name",
    "namespace",
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority",
    "certificate-authority-data",
    "proxy-url",
    "disable-compression",
    "token",
    "tokenFile",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "username",
    "password",
    "exec",
    "command",
    "args",
    "env",
    "value",
    "interactiveMode",
    "provideClusterInfo",
    "installHint",
    "auth-provider",
    "config",
    "as",
    "as-uid",
    "as-groups",
    "as-user-extra",
];

/// UTF-8, with or without a byte order mark.
pub(crate) fn utf8<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, KubeconfigError> {
    let not_text = |what| KubeconfigError::NotText {
        path: path.to_owned(),
        what,
    };
    let bytes = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(not_text("it is UTF-16")),
        _ => bytes,
    };
    if bytes.contains(&0) {
        return Err(not_text(
            "it holds zero bytes, as programs and UTF-16 text do",
        ));
    }
    std::str::from_utf8(bytes).map_err(|_| not_text("it holds bytes of another encoding"))
}

/// The only document in `text`; None where it holds nothing but comments.
pub(crate) fn parse<T: for<'de> Deserialize<'de>>(
    path: &Path,
    text: &str,
) -> Result<Option<T>, KubeconfigError> {
    serde_saphyr::from_str_with_options(text, limits())
        .map_err(|error| malformed(path, text, &error))
}

fn limits() -> Options {
    let mut budget = Budget::default();
    budget.max_depth = DEPTH;
    // The scanner looks ahead by a kilobyte: let the depth be what is noticed first.
    budget.flow_nesting_limit = 2_048;
    budget.max_nodes = NODES;
    budget.max_documents = 2;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.alias_limits.max_total_replayed_events = REPEATED;
    options.with_snippet = false;
    options
}

/// The library's error in fixed words: its own may quote the file.
fn malformed(path: &Path, text: &str, error: &YamlError) -> KubeconfigError {
    let error = innermost(error);
    let location = error.location().filter(|location| location.line() > 0);
    let line = location.map(|location| location.line());
    let what = match error {
        YamlError::DuplicateMappingKey { .. } => "a key is given twice".to_owned(),
        YamlError::MultipleDocuments { .. } => "it holds several YAML documents".to_owned(),
        YamlError::Budget { .. } => "it is nested too deeply, or far too large".to_owned(),
        YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. }
        | YamlError::AliasReplayCounterOverflow { .. } => "its aliases repeat too much".to_owned(),
        YamlError::UnknownAnchor { .. } => "an alias names nothing".to_owned(),
        YamlError::SerdeMissingField { field, .. } => format!("an entry has no {field}"),
        YamlError::SerdeInvalidType { .. }
        | YamlError::SerdeInvalidValue { .. }
        | YamlError::Unexpected { .. }
        | YamlError::NullIntoString { .. }
        | YamlError::InvalidScalar { .. }
        | YamlError::InvalidBooleanStrict { .. } => {
            let field = location
                .and_then(|location| field_at(text, location.line(), location.column()))
                .map_or_else(
                    || "a value".to_owned(),
                    |field| format!("the value of {field}"),
                );
            format!("{field} is of the wrong kind (a text, list or mapping where another belongs)")
        }
        _ => "it is not valid YAML".to_owned(),
    };
    KubeconfigError::Malformed {
        path: path.to_owned(),
        line,
        what,
    }
}

/// Name of the field whose value begins at this place (both one-based), if it is a kubeconfig's.
fn field_at(text: &str, line: u64, column: u64) -> Option<&'static str> {
    let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
    let upto = text.split_inclusive('\n').take(line.checked_sub(1)?);
    let start: usize = upto.map(str::len).sum();
    let rest = text.get(start..)?;
    let inside = rest
        .char_indices()
        .nth(column.checked_sub(1)?)
        .map_or(rest.len(), |(at, _)| at);
    // What stands between a key and its value: blanks, the marks of a list or mapping, an anchor.
    let before = text[..start + inside]
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '[' | '{' | '"' | '\''));
    let key = before.strip_suffix(':')?.trim_end_matches(['"', '\'']);
    let begin = key
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .map_or(0, |at| at + 1);
    let key = key[begin..].trim_start_matches('-');
    FIELDS.into_iter().find(|field| *field == key)
}

/// Without the snippet, and for an alias the error in what it stands for.
fn innermost(error: &YamlError) -> &YamlError {
    match error.without_snippet() {
        YamlError::AliasError { error, .. } => innermost(error),
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_fields_are_named() {
        for (text, line, column, expected) in [
            ("contexts: 7", 1, 11, Some("contexts")),
            ("a:\n  token: [x]", 2, 10, Some("token")),
            ("- user: {\"server\": [1]}", 1, 20, Some("server")),
            ("args:\n  - {a: b}", 2, 5, Some("args")),
            ("s3cret: [x]", 1, 9, None),
            ("nothing", 1, 1, None),
            ("x", 9, 9, None),
        ] {
            assert_eq!(field_at(text, line, column), expected, "{text}");
        }
    }
}
