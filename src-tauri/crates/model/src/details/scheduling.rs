//! Where a pod may run, in words.

use serde_json::Value;

use super::look::Look;
use super::read::{equals, expression, line, list, members, scalar, selector, words};
use super::shape::{Fact, FactValue};

/// Node selector, affinities, spread, tolerations and gates of a pod spec.
pub(super) fn facts(look: &Look<'_>) -> Vec<Fact> {
    let spec = look.pod_spec();
    let affinity = &spec["affinity"];
    let groups = [
        ("Node Selector", members_of(&spec["nodeSelector"])),
        ("Node Affinity", node_affinity(&affinity["nodeAffinity"])),
        (
            "Pod Affinity",
            pod_affinity(&affinity["podAffinity"], "near"),
        ),
        (
            "Pod Anti-Affinity",
            pod_affinity(&affinity["podAntiAffinity"], "away from"),
        ),
        (
            "Topology Spread",
            list(&spec["topologySpreadConstraints"])
                .map(spread)
                .collect(),
        ),
        (
            "Tolerations",
            list(&spec["tolerations"]).map(toleration).collect(),
        ),
        (
            "Scheduling Gates",
            list(&spec["schedulingGates"])
                .map(|gate| line(&gate["name"]))
                .collect(),
        ),
    ];
    let facts = groups.into_iter().filter(|(_, values)| !values.is_empty());
    facts
        .map(|(label, values)| Fact {
            label: label.to_owned(),
            values: values.into_iter().map(words).collect::<Vec<FactValue>>(),
        })
        .collect()
}

fn members_of(map: &Value) -> Vec<String> {
    members(map)
        .map(|(key, value)| format!("{key}={}", scalar(value)))
        .collect()
}

/// As describe prints tolerations (`printTolerationsInDescribe`): `key=value:NoExecute op=Exists for 300s`.
pub(super) fn toleration(toleration: &Value) -> String {
    let key = line(&toleration["key"]);
    let value = line(&toleration["value"]);
    let effect = line(&toleration["effect"]);
    let operator = line(&toleration["operator"]);
    let mut text = key.clone();
    if !value.is_empty() {
        text = format!("{text}={value}");
    }
    if !effect.is_empty() {
        text = format!("{text}:{effect}");
    }
    if operator == "Exists" && value.is_empty() {
        if key.is_empty() && effect.is_empty() {
            "every taint".clone_into(&mut text);
        } else {
            text.push_str(" op=Exists");
        }
    } else if !matches!(&*operator, "" | "Equal" | "Exists") {
        text = format!("{text} op={operator}");
    }
    match toleration["tolerationSeconds"].as_i64() {
        Some(seconds) => format!("{text} for {seconds}s"),
        None => text,
    }
}

fn node_affinity(affinity: &Value) -> Vec<String> {
    let required =
        list(&affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"])
            .map(|term| format!("must: {}", node_term(term)));
    let preferred = list(&affinity["preferredDuringSchedulingIgnoredDuringExecution"]).map(|p| {
        format!(
            "prefers (weight {}): {}",
            scalar(&p["weight"]),
            node_term(&p["preference"])
        )
    });
    required.chain(preferred).collect()
}

/// One term of a node selector; its requirements hold together.
pub(super) fn node_term(term: &Value) -> String {
    let all = list(&term["matchExpressions"]).chain(list(&term["matchFields"]));
    all.map(expression).collect::<Vec<_>>().join(" and ")
}

fn pod_affinity(affinity: &Value, how: &str) -> Vec<String> {
    let term = |term: &Value| {
        let chosen = match selector(&term["labelSelector"]) {
            none if none.is_empty() => "any".to_owned(),
            some => some,
        };
        let namespaces = super::read::joined(&term["namespaces"], ", ");
        let namespaces = if namespaces.is_empty() {
            String::new()
        } else {
            format!(" of {namespaces}")
        };
        let topology = line(&term["topologyKey"]);
        format!("{how} pods with {chosen}{namespaces} (per {topology})")
    };
    let required = list(&affinity["requiredDuringSchedulingIgnoredDuringExecution"])
        .map(|t| format!("must be {}", term(t)));
    let preferred = list(&affinity["preferredDuringSchedulingIgnoredDuringExecution"]).map(|p| {
        format!(
            "prefers (weight {}) {}",
            scalar(&p["weight"]),
            term(&p["podAffinityTerm"])
        )
    });
    required.chain(preferred).collect()
}

fn spread(constraint: &Value) -> String {
    let key = line(&constraint["topologyKey"]);
    let skew = scalar(&constraint["maxSkew"]);
    let otherwise = match &*line(&constraint["whenUnsatisfiable"]) {
        "DoNotSchedule" => "else does not run".to_owned(),
        "ScheduleAnyway" => "if possible".to_owned(),
        other => other.to_owned(),
    };
    let chosen = selector(&constraint["labelSelector"]);
    format!("at most {skew} apart per {key}, {otherwise} ({chosen})")
}

/// Labels of a map as one line, for describing selectors; `none` if there are none.
pub(super) fn labels_or_none(map: &Value) -> String {
    match equals(map) {
        none if none.is_empty() => "none".to_owned(),
        labels => labels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tolerations_as_describe_prints_them() {
        for (given, words) in [
            (
                json!({"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}),
                "node.kubernetes.io/not-ready:NoExecute op=Exists for 300s",
            ),
            (json!({"operator": "Exists"}), "every taint"),
            (
                json!({"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}),
                "gpu=yes:NoSchedule",
            ),
            (json!({"key": "a"}), "a"),
        ] {
            assert_eq!(toleration(&given), words);
        }
    }

    #[test]
    fn affinities_in_words() {
        let node = json!({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}, {"key": "gpu", "operator": "Exists"}]}]}});
        assert_eq!(
            node_affinity(&node),
            ["must: zone in (a, b) and gpu exists"]
        );
        let pods = json!({"requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}]});
        assert_eq!(
            pod_affinity(&pods, "away from"),
            ["must be away from pods with app=db (per kubernetes.io/hostname)"]
        );
        let constraint = json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "x"}}});
        assert_eq!(
            spread(&constraint),
            "at most 1 apart per zone, else does not run (app=x)"
        );
    }
}
