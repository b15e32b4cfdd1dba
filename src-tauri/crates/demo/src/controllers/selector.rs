//! Label selectors of objects, in words.

use serde_json::Value;

use super::fields::Scalar;

/// A selector in its text form, as the scale subresource tells it (apimachinery, `LabelSelectorAsSelector` and `String`).
pub(crate) fn in_words(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let mut all: Vec<String> = labels
        .map(|(name, value)| format!("{name}={}", value.text()))
        .collect();
    for expression in selector["matchExpressions"].items() {
        let key = expression["key"].text();
        let mut values: Vec<&str> = expression["values"]
            .items()
            .iter()
            .map(Value::text)
            .collect();
        values.sort_unstable();
        let values = values.join(",");
        all.push(match expression["operator"].text() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    all.sort();
    all.join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_is_told_in_words() {
        let selector = json!({"matchLabels": {"b": "2", "a": "1"},
            "matchExpressions": [{"key": "c", "operator": "In", "values": ["y", "x"]}, {"key": "d", "operator": "DoesNotExist"}]});
        assert_eq!(in_words(&selector), "!d,a=1,b=2,c in (x,y)");
    }
}
