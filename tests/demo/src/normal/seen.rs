//! What a sequence saw that no other server would show it alike.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Number, Value, json};

use super::text;
use crate::play::Exchange;
use crate::sequence::Sequence;

const UID: usize = 36;

/// All of it, in order of appearance.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The sequence as it is written: what stands there is no news.
    written: String,
    namespace: String,
    versions: BTreeSet<u64>,
    uids: Vec<String>,
    /// `generateName`, and what became of it.
    generated: Vec<(String, String)>,
    addresses: Vec<String>,
    ports: Vec<u64>,
    tokens: Vec<String>,
}

impl Seen {
    pub(super) fn of(sequence: &Sequence, exchanges: &[Exchange]) -> Self {
        let mut seen = Self {
            written: format!("{:?}", sequence.steps),
            namespace: sequence.namespace(),
            ..Self::default()
        };
        for exchange in exchanges {
            seen.look("", &exchange.body);
        }
        seen
    }

    fn look(&mut self, field: &str, value: &Value) {
        match value {
            Value::Object(fields) => self.look_at_object(fields),
            Value::Array(items) => items.iter().for_each(|item| self.look(field, item)),
            Value::String(text) => {
                for start in text::uids(text) {
                    let uid = text[start..start + UID].to_owned();
                    if !self.written.contains(&uid) {
                        push(&mut self.uids, uid);
                    }
                }
                let is_address = text.parse::<std::net::IpAddr>().is_ok();
                if matches!(field, "clusterIP" | "clusterIPs")
                    && is_address
                    && !self.written.contains(text)
                {
                    push(&mut self.addresses, text.clone());
                }
                if field == "continue" && !text.is_empty() {
                    push(&mut self.tokens, text.clone());
                }
            }
            Value::Number(number) => {
                if field == "nodePort"
                    && let Some(port) = number.as_u64()
                    && !self.written.contains(&port.to_string())
                {
                    push(&mut self.ports, port);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn look_at_object(&mut self, fields: &Map<String, Value>) {
        let is_bookmark = fields.get("type").is_some_and(|word| word == "BOOKMARK");
        if let Some(metadata) = fields.get("metadata")
            && !is_list(fields)
        {
            if let Some(version) = version(metadata) {
                self.versions.insert(version);
            }
            if let (Some(prefix), Some(name)) =
                (metadata["generateName"].as_str(), metadata["name"].as_str())
                && name.len() > prefix.len()
                && name.starts_with(prefix)
                && !self.written.contains(name)
            {
                push(&mut self.generated, (prefix.to_owned(), name.to_owned()));
            }
        }
        for (name, value) in fields {
            if name == "object" && is_bookmark {
                continue;
            }
            self.look(name, value);
        }
    }

    /// The text of a field, made comparable.
    pub(super) fn text(&self, field: &str, text: &str) -> String {
        match field {
            "resourceVersion" => return self.version(text),
            "continue" => return self.token(text),
            _ => {}
        }
        if let Some(exact) = text::time(text)
            && !self.written.contains(text)
        {
            return if exact { "microtime" } else { "time" }.to_owned();
        }
        let mut text = text.replace(&self.namespace, "NS");
        for (index, uid) in self.uids.iter().enumerate() {
            text = text.replace(uid, &format!("uid#{}", index + 1));
        }
        for (index, (prefix, name)) in self.generated.iter().enumerate() {
            text = text.replace(name, &format!("{prefix}<generated#{}>", index + 1));
        }
        for (index, address) in self.addresses.iter().enumerate() {
            if text == *address {
                text = format!("ip#{}", index + 1);
            }
        }
        for (index, port) in self.ports.iter().enumerate() {
            text = text.replace(&format!(":{port}/"), &format!(":nodePort#{}/", index + 1));
        }
        if field == "message" {
            text = text::without_quoted_objects(&text);
        }
        let tells_versions = {
            let plain = text.to_lowercase().replace(' ', "");
            field == "message" && plain.contains("resourceversion")
        };
        if tells_versions {
            text = text::with_numbers(&text, |number| self.version(number));
        }
        text
    }

    /// A request line, made comparable.
    pub(super) fn request(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for token in &self.tokens {
            line = line.replace(token, "<token>");
        }
        line = self.text("", &line);
        let Some((before, after)) = line.split_once("resourceVersion=") else {
            return line;
        };
        let length = after
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(after.len());
        format!(
            "{before}resourceVersion={}{}",
            self.version(&after[..length]),
            &after[length..]
        )
    }

    pub(super) fn port(&self, port: &Number) -> Value {
        let mut ports = self.ports.iter();
        match ports.position(|one| Some(*one) == port.as_u64()) {
            Some(index) => json!(format!("nodePort#{}", index + 1)),
            None => json!(port),
        }
    }

    /// The version of a list or a bookmark stands for all that is not newer.
    pub(super) fn at_least(&self, version: &str) -> String {
        match version.parse::<u64>() {
            Ok(number) if number > 0 => {
                format!("rv#{}+", self.versions.range(..=number).count())
            }
            _ => version.to_owned(),
        }
    }

    fn version(&self, text: &str) -> String {
        match text.parse::<u64>() {
            Ok(number) if self.versions.contains(&number) => {
                format!("rv#{}", self.versions.range(..=number).count())
            }
            Ok(number) if number > 1 && !self.written.contains(text) => "rv".to_owned(),
            _ => text.to_owned(),
        }
    }

    /// What is inside of a `continue`: base64 of JSON with the list's version and the key to start at.
    fn token(&self, text: &str) -> String {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .or_else(|_| STANDARD_NO_PAD.decode(text));
        let inside = bytes
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        match inside {
            Some(mut inside) => {
                if let Some(version) = inside["rv"].as_u64() {
                    inside["rv"] = json!(self.at_least(&version.to_string()));
                }
                inside.to_string()
            }
            None => text.to_owned(),
        }
    }
}

/// Whether it is a list of objects, or a Table of them: then its version is not an object's.
pub(super) fn is_list(fields: &Map<String, Value>) -> bool {
    fields.contains_key("items")
        || fields.contains_key("columnDefinitions")
        || fields.contains_key("rows")
}

fn version(metadata: &Value) -> Option<u64> {
    let number = metadata["resourceVersion"].as_str()?.parse().ok()?;
    (number > 0).then_some(number)
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
