//! Labels or annotations, of which an object may have ten thousand.

use serde_json::Value;

use super::shape::Pair;
use crate::{text, yaml};

/// Which pairs of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairKind {
    /// `metadata.labels`
    Labels,
    /// `metadata.annotations`
    Annotations,
}

/// Characters of a value that are shown.
const LONGEST: usize = 4_000;

/// How many pairs contain `needle` in key or value (case ignored), and `count` of them from `from` on. What a Secret's
/// applied configuration holds is masked.
pub fn pairs(
    object: &Value,
    kind: PairKind,
    needle: &str,
    from: usize,
    count: usize,
) -> (usize, Vec<Pair>) {
    let member = match kind {
        PairKind::Labels => "labels",
        PairKind::Annotations => "annotations",
    };
    let applied = object["kind"] != "Secret";
    let needle = needle.to_lowercase();
    let mut total = 0;
    let mut shown = Vec::new();
    for (key, value) in object["metadata"][member].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let value = if applied || key != yaml::LAST_APPLIED {
            value
        } else {
            yaml::MASK
        };
        let found = needle.is_empty()
            || key.to_lowercase().contains(&needle)
            || value.to_lowercase().contains(&needle);
        if !found {
            continue;
        }
        if total >= from && shown.len() < count {
            shown.push(Pair {
                key: text::visible(key).into_owned(),
                value: text::visible_lines(&cut(value)).into_owned(),
            });
        }
        total += 1;
    }
    (total, shown)
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        None => value.to_owned(),
        Some((end, _)) => format!(
            "{} … {} more characters, see the YAML",
            &value[..end],
            value[end..].chars().count()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_window_of_those_that_match() {
        let object = json!({"kind": "Secret", "metadata": {
            "labels": {"a": "1", "b": "Two", "c": "two"},
            "annotations": {yaml::LAST_APPLIED: "hunter2", "long": "x".repeat(LONGEST + 3)}}});
        let keys = |needle: &str, from, count| {
            let (total, pairs) = pairs(&object, PairKind::Labels, needle, from, count);
            (total, pairs.into_iter().map(|p| p.key).collect::<String>())
        };
        assert_eq!(keys("", 0, 10), (3, "abc".to_owned()));
        assert_eq!(keys("TWO", 0, 10), (2, "bc".to_owned()));
        assert_eq!(keys("", 1, 1), (3, "b".to_owned()));
        let (_, annotations) = pairs(&object, PairKind::Annotations, "", 0, 10);
        assert_eq!(annotations[0].value, yaml::MASK);
        assert!(
            annotations[1]
                .value
                .ends_with("3 more characters, see the YAML")
        );
        assert_eq!(pairs(&object, PairKind::Annotations, "hunter", 0, 10).0, 0);
    }
}
