//! CPU and memory of single containers, from metrics.k8s.io.

use serde_json::Value;

use crate::quantity::Quantity;
use crate::row::DecodeError;
use crate::text;

/// What one container of a pod, or one node, uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name of the pod or node.
    pub object: String,
    /// Name of the container; empty for a node.
    pub container: String,
    /// Cores.
    pub cpu: f64,
    /// Working set in bytes.
    pub memory: f64,
}

/// Every container of a `PodMetrics` or `PodMetricsList`, or the node of a `NodeMetrics`. What does not read counts as 0.
///
/// # Errors
/// For what is not JSON.
pub fn parts(json: &[u8]) -> Result<Vec<Part>, DecodeError> {
    let answer: Value = serde_json::from_slice(json)?;
    let one = std::slice::from_ref(&answer);
    let items = answer["items"].as_array().map_or(one, Vec::as_slice);
    let each = items.iter().flat_map(|item| {
        let object = name(&item["metadata"]["name"]);
        let part = |container: String, usage: &Value| Part {
            object: object.clone(),
            container,
            cpu: amount(&usage["cpu"]),
            memory: amount(&usage["memory"]),
        };
        match item["containers"].as_array() {
            Some(containers) => containers
                .iter()
                .map(|c| part(name(&c["name"]), &c["usage"]))
                .collect(),
            None if item["usage"].is_object() => vec![part(String::new(), &item["usage"])],
            None => Vec::new(),
        }
    });
    Ok(each.collect())
}

fn name(value: &Value) -> String {
    text::visible(value.as_str().unwrap_or_default()).into_owned()
}

/// A quantity in its unit; 0 for what is none.
pub fn amount(value: &Value) -> f64 {
    quantity(value).unwrap_or(0.0)
}

/// A quantity in its unit, if it is one.
pub fn quantity(value: &Value) -> Option<f64> {
    let number;
    let text = match value {
        Value::String(text) => text,
        Value::Number(given) => {
            number = given.to_string();
            &number
        }
        _ => return None,
    };
    #[allow(clippy::cast_precision_loss)] // Sizes and shares are shown to three figures.
    Quantity::parse(text).map(|quantity| quantity.nano() as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn pods_lists_and_nodes() {
        let pod = json!({"kind": "PodMetrics", "metadata": {"name": "web"}, "containers": [
            {"name": "a", "usage": {"cpu": "250m", "memory": "1Ki"}}, {"name": "b", "usage": {"cpu": "x"}}]});
        let node = json!({"kind": "NodeMetrics", "metadata": {"name": "n"}, "usage": {"cpu": "1500000000n", "memory": "2"}});
        let told = |value: Value| -> Vec<(String, String, f64, f64)> {
            parts(value.to_string().as_bytes())
                .unwrap()
                .into_iter()
                .map(|p| (p.object, p.container, p.cpu, p.memory))
                .collect()
        };
        let web =
            |container: &str, cpu, memory| ("web".to_owned(), container.to_owned(), cpu, memory);
        assert_eq!(
            told(pod.clone()),
            [web("a", 0.25, 1024.0), web("b", 0.0, 0.0)]
        );
        assert_eq!(told(json!({"items": [pod]})).len(), 2);
        assert_eq!(told(node), [("n".to_owned(), String::new(), 1.5, 2.0)]);
        assert_eq!(told(json!({"items": []})), []);
        assert!(parts(b"<html>").is_err());
    }
}
