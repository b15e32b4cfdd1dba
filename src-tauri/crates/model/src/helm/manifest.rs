//! A release's manifest: what it made, and its text without the values of Secrets.

use serde_json::Value;

use crate::text;
use crate::yaml;

/// An object that a manifest makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty where the manifest leaves it to the release's.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// A manifest to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its text; values of Secrets are masked.
    pub text: String,
    /// What it makes, in its order.
    pub made: Vec<Made>,
    /// Documents whose values were masked.
    pub masked: u32,
    /// Documents that are no YAML.
    pub unreadable: u32,
}

/// Reads a manifest document by document. What cannot be read and may be a Secret is not shown.
pub fn shown(manifest: &str) -> Shown {
    let mut shown = Shown::default();
    for document in documents(manifest) {
        if document.trim().is_empty() {
            continue;
        }
        if !shown.text.is_empty() {
            shown.text.push_str("---\n");
        }
        let (comments, _) = split_comments(&document);
        match serde_saphyr::from_str::<Value>(&document) {
            Ok(Value::Null) => shown.text.push_str(&text::visible_lines(&document)),
            Ok(object) => {
                made_by(&object, &mut shown.made);
                let masked = yaml::masked(&object);
                if matches!(masked, std::borrow::Cow::Owned(_)) {
                    shown.masked += 1;
                    shown.text.push_str(&text::visible_lines(comments));
                    shown.text.push_str(&yaml::yaml(&object).text);
                } else {
                    shown.text.push_str(&text::visible_lines(&document));
                }
            }
            Err(_) => {
                shown.unreadable += 1;
                if document.to_ascii_lowercase().contains("secret") {
                    shown.masked += 1;
                    shown.text.push_str(&text::visible_lines(comments));
                    shown.text.push_str(
                        "# This document is no YAML and speaks of a Secret: it is not shown.\n",
                    );
                } else {
                    shown.text.push_str(&text::visible_lines(&document));
                }
            }
        }
        if !shown.text.ends_with('\n') {
            shown.text.push('\n');
        }
    }
    shown
}

/// Parts between lines that begin with `---`.
fn documents(manifest: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in manifest.lines() {
        let is_mark = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']));
        if is_mark {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents
}

/// The comments a document begins with, and the rest.
fn split_comments(document: &str) -> (&str, &str) {
    let mut end = 0;
    for line in document.split_inclusive('\n') {
        if !line.starts_with('#') {
            break;
        }
        end += line.len();
    }
    document.split_at(end)
}

fn made_by(object: &Value, made: &mut Vec<Made>) {
    let word = |path: &str| {
        let found = object.pointer(path).and_then(Value::as_str);
        text::visible(found.unwrap_or_default()).into_owned()
    };
    if let Some(items) = object.get("items").and_then(Value::as_array)
        && word("/kind").ends_with("List")
    {
        for item in items {
            made_by(item, made);
        }
        return;
    }
    let one = Made {
        api_version: word("/apiVersion"),
        kind: word("/kind"),
        namespace: word("/metadata/namespace"),
        name: word("/metadata/name"),
    };
    if !one.kind.is_empty() && !one.name.is_empty() {
        made.push(one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "---
# Source: web/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: web # kept as written
--- # a mark with a comment
# Source: web/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata:
  name: key
stringData:
  password: hunter2
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: two}, data: {a: aHVudGVyMg==}}
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: other}}
---
# nothing but a comment
---
kind: Secret
data: [hunter2
---
kind: ConfigMap
odd: [
";

    #[test]
    fn secrets_are_masked_and_nothing_else_is_touched() {
        let shown = shown(MANIFEST);
        assert!(
            !shown.text.contains("hunter2") && !shown.text.contains("aHVudGVyMg"),
            "{}",
            shown.text
        );
        assert!(
            shown
                .text
                .starts_with("# Source: web/templates/service.yaml\napiVersion: v1\n")
        );
        assert!(
            shown.text.contains(
                "name: web # kept as written\n---\n# Source: web/templates/secret.yaml\n"
            )
        );
        assert!(shown.text.contains("# This document is no YAML") && shown.text.contains("odd: ["));
        assert_eq!((shown.masked, shown.unreadable), (3, 2));
        let made: Vec<String> = shown
            .made
            .iter()
            .map(|m| format!("{} {} {}/{}", m.api_version, m.kind, m.namespace, m.name))
            .collect();
        assert_eq!(
            made,
            [
                "v1 Service /web",
                "v1 Secret /key",
                "v1 Secret /two",
                "apps/v1 Deployment other/web"
            ]
        );
    }

    #[test]
    fn an_empty_manifest_is_empty() {
        assert_eq!(shown(""), Shown::default());
        assert_eq!(shown("---\n---\n"), Shown::default());
    }
}
