//! Which labels a selector accepts.

use serde_json::Value;

/// A label selector (apimachinery `labels.Selector`). An empty one accepts everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

impl Selector {
    /// `{"app": "web"}`, as Services and `ReplicationController`s have it. None, or none in it, selects nothing.
    pub fn of_map(map: &Value) -> Option<Self> {
        let map = map.as_object().filter(|map| !map.is_empty())?;
        let terms = map.iter().map(|(key, value)| {
            let value = value.as_str().unwrap_or_default().to_owned();
            Term::In(key.clone(), vec![value])
        });
        Some(Self {
            terms: terms.collect(),
        })
    }

    /// `{"matchLabels": …, "matchExpressions": …}`. None, or one with an operator nobody knows, selects nothing.
    pub fn of_object(selector: &Value) -> Option<Self> {
        selector.as_object()?;
        let mut terms = Self::of_map(&selector["matchLabels"])
            .unwrap_or_default()
            .terms;
        for expression in selector["matchExpressions"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let key = expression["key"].as_str()?.to_owned();
            let values = expression["values"].as_array().into_iter().flatten();
            let values: Vec<String> = values
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect();
            terms.push(match expression["operator"].as_str()? {
                "In" => Term::In(key, values),
                "NotIn" => Term::NotIn(key, values),
                "Exists" => Term::Exists(key),
                "DoesNotExist" => Term::Missing(key),
                _ => return None,
            });
        }
        Some(Self { terms })
    }

    /// Whether it accepts these labels.
    pub fn accepts(&self, labels: &[(String, String)]) -> bool {
        let value = |key: &str| {
            labels
                .iter()
                .find(|(k, _)| k == key)
                .map(|(_, value)| value)
        };
        self.terms.iter().all(|term| match term {
            Term::In(key, values) => value(key).is_some_and(|value| values.contains(value)),
            Term::NotIn(key, values) => !value(key).is_some_and(|value| values.contains(value)),
            Term::Exists(key) => value(key).is_some(),
            Term::Missing(key) => value(key).is_none(),
        })
    }

    /// As the API takes it in `labelSelector`.
    pub fn query(&self) -> String {
        let terms = self.terms.iter().map(|term| match term {
            Term::In(key, values) => match values.as_slice() {
                [value] => format!("{key}={value}"),
                values => format!("{key} in ({})", values.join(",")),
            },
            Term::NotIn(key, values) => format!("{key} notin ({})", values.join(",")),
            Term::Exists(key) => key.clone(),
            Term::Missing(key) => format!("!{key}"),
        });
        terms.collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn labels(text: &str) -> Vec<(String, String)> {
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), value.to_owned())
        };
        text.split(',')
            .filter(|one| !one.is_empty())
            .map(pair)
            .collect()
    }

    #[test]
    fn selectors_accept_as_the_api_does() {
        let web = json!({"matchLabels": {"app": "web"}});
        let not =
            json!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["db"]}]});
        let some = json!({"matchExpressions": [
            {"key": "app", "operator": "In", "values": ["a", "b"]},
            {"key": "x", "operator": "Exists"}, {"key": "y", "operator": "DoesNotExist"}]});
        for (selector, query, of, accepted) in [
            (&web, "app=web", "app=web,tier=x", true),
            (&web, "app=web", "app=db", false),
            (&web, "app=web", "", false),
            (&not, "tier notin (db)", "", true),
            (&not, "tier notin (db)", "tier=db", false),
            (&some, "app in (a,b),x,!y", "app=b,x=", true),
            (&some, "app in (a,b),x,!y", "app=b,x=,y=1", false),
            (&some, "app in (a,b),x,!y", "app=b", false),
            (&json!({}), "", "app=b", true),
        ] {
            let parsed = Selector::of_object(selector).unwrap();
            assert_eq!(parsed.query(), query);
            assert_eq!(parsed.accepts(&labels(of)), accepted, "{selector} on {of}");
        }
        assert_eq!(Selector::of_object(&Value::Null), None);
        assert_eq!(
            Selector::of_object(&json!({"matchExpressions": [{"key": "a", "operator": "Near"}]})),
            None
        );
        assert_eq!(
            Selector::of_map(&json!({})),
            None,
            "a Service without selector selects nothing"
        );
    }
}
