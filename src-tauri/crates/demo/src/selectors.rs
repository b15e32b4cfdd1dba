//! Which objects a `metav1.LabelSelector` selects.

use serde_json::Value;

/// Whether `selector` selects an object with these labels; one that is not there selects nothing, an empty one everything
/// (apimachinery, `LabelSelectorAsSelector`).
pub(crate) fn selects(selector: &Value, labels: &Value) -> bool {
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    let mut by_label = wanted.map(|(name, value)| labels[name.as_str()] == *value);
    let expressions = selector["matchExpressions"].as_array();
    let mut by_expression = expressions
        .into_iter()
        .flatten()
        .map(|one| is_met(one, labels));
    selector.is_object() && by_label.all(|is_met| is_met) && by_expression.all(|is_met| is_met)
}

/// Whether the selector of a Service or its like, a plain map, selects an object with these labels; an empty one selects nothing.
pub(crate) fn matches(selector: &Value, labels: &Value) -> bool {
    let wanted = selector.as_object().filter(|wanted| !wanted.is_empty());
    wanted.is_some_and(|wanted| {
        let mut each = wanted.iter();
        each.all(|(name, value)| labels[name.as_str()] == *value)
    })
}

fn is_met(expression: &Value, labels: &Value) -> bool {
    let own = &labels[expression["key"].as_str().unwrap_or_default()];
    let has = || {
        let values = expression["values"].as_array();
        values.is_some_and(|values| values.contains(own))
    };
    match expression["operator"].as_str().unwrap_or_default() {
        "In" => has(),
        "NotIn" => !has(),
        "Exists" => !own.is_null(),
        "DoesNotExist" => own.is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_and_expressions_select() {
        let labels = json!({"app": "web", "tier": "front"});
        let expression = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        for (selector, is_selected) in [
            (json!(null), false),
            (json!({}), true),
            (json!({"matchLabels": {"app": "web"}}), true),
            (
                json!({"matchLabels": {"app": "web", "tier": "back"}}),
                false,
            ),
            (expression("app", "In", &["web", "db"]), true),
            (expression("app", "NotIn", &["web"]), false),
            (expression("none", "NotIn", &["web"]), true),
            (expression("none", "Exists", &[]), false),
            (expression("none", "DoesNotExist", &[]), true),
            (expression("app", "Like", &[]), false),
        ] {
            assert_eq!(selects(&selector, &labels), is_selected, "{selector}");
        }
        assert!(matches(&json!({"app": "web"}), &labels));
        assert!(!matches(&json!({}), &labels) && !matches(&json!(null), &labels));
    }
}
