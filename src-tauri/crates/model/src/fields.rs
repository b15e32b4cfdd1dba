//! Which words before `=` are field selectors, for the server to answer.

/// Whether a key of the filter of `kind` (`Pod`) names a field. What of these a server supports is
/// its own to say; see `AddFieldLabelConversionFunc` in kubernetes/pkg/apis.
pub fn is_field(kind: &str) -> fn(&str) -> bool {
    match kind {
        "Event" => {
            |key| path(key) || matches!(key, "type" | "reason" | "source" | "reportingComponent")
        }
        "Secret" => |key| path(key) || key == "type",
        _ => path,
    }
}

fn path(key: &str) -> bool {
    ["metadata.", "spec.", "status.", "involvedObject."]
        .iter()
        .any(|start| key.starts_with(start))
}

/// One term as the server reads it; see `EscapeValue` in apimachinery/pkg/fields.
pub fn term(key: &str, equal: bool, value: &str) -> String {
    let value = value
        .replace('\\', "\\\\")
        .replace(',', "\\,")
        .replace('=', "\\=");
    format!("{key}{}{value}", if equal { "=" } else { "!=" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_terms() {
        for (kind, key, field) in [
            ("Pod", "status.phase", true),
            ("Pod", "metadata.name", true),
            ("Pod", "type", false),
            ("Pod", "app.kubernetes.io/name", false),
            ("Event", "type", true),
            ("Event", "involvedObject.kind", true),
            ("Secret", "type", true),
            ("Secret", "reason", false),
        ] {
            assert_eq!(is_field(kind)(key), field, "{kind} {key}");
        }
        assert_eq!(term("a", true, "x"), "a=x");
        assert_eq!(term("a", false, "x,y=\\"), "a!=x\\,y\\=\\\\");
    }
}
