//! Network policies, each rule as a sentence.

use serde_json::Value;

use super::super::look::Look;
use super::super::read::{joined, line, list, scalar, selector};
use super::super::shape::Section;
use super::Known;
use super::build::Facts;

pub(super) fn policy(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let spec = look.spec();
    facts.text(
        "Applies To",
        match selector(&spec["podSelector"]) {
            none if none.is_empty() => "all pods of the namespace".to_owned(),
            chosen => format!("pods with {chosen}"),
        },
    );
    let kinds = joined(&spec["policyTypes"], ", ");
    // As the API server defaults: ingress always, egress where it has rules.
    let egress = kinds.contains("Egress") || (kinds.is_empty() && spec["egress"].is_array());
    let ingress = kinds.contains("Ingress") || kinds.is_empty();
    if ingress {
        facts.each("Lets In", rules(&spec["ingress"], "from", "nothing"));
    }
    if egress {
        facts.each("Lets Out", rules(&spec["egress"], "to", "nothing"));
    }
    facts.text(
        "Leaves Alone",
        match (ingress, egress) {
            (true, false) => "all that goes out",
            (false, true) => "all that comes in",
            (true, true) | (false, false) => "",
        },
    );
    Known::Yes
}

fn rules(rules: &Value, direction: &str, none: &str) -> Vec<String> {
    let said: Vec<String> = list(rules).map(|rule| sentence(rule, direction)).collect();
    if said.is_empty() {
        vec![none.to_owned()]
    } else {
        said
    }
}

/// `TCP 80, 443 from pods with app=web in namespaces with team=shop; or from 10.0.0.0/8 but not 10.1.0.0/16`.
fn sentence(rule: &Value, direction: &str) -> String {
    let ports: Vec<String> = list(&rule["ports"]).map(port).collect();
    let ports = if ports.is_empty() {
        "all ports".to_owned()
    } else {
        ports.join(", ")
    };
    let peers: Vec<String> = list(&rule[direction]).map(peer).collect();
    let peers = if peers.is_empty() {
        format!("{direction} anywhere")
    } else {
        let each: Vec<String> = peers.iter().map(|p| format!("{direction} {p}")).collect();
        each.join("; or ")
    };
    format!("{ports} {peers}")
}

fn port(port: &Value) -> String {
    let protocol = match line(&port["protocol"]) {
        none if none.is_empty() => "TCP".to_owned(),
        protocol => protocol,
    };
    let first = scalar(&port["port"]);
    let last = scalar(&port["endPort"]);
    match (first.is_empty(), last.is_empty()) {
        (true, _) => format!("all {protocol}"),
        (false, true) => format!("{protocol} {first}"),
        (false, false) => format!("{protocol} {first}–{last}"),
    }
}

fn peer(peer: &Value) -> String {
    let block = &peer["ipBlock"];
    if block.is_object() {
        let cidr = line(&block["cidr"]);
        let except = joined(&block["except"], ", ");
        return if except.is_empty() {
            cidr
        } else {
            format!("{cidr} but not {except}")
        };
    }
    let pods = match selector(&peer["podSelector"]) {
        none if none.is_empty() => "all pods".to_owned(),
        chosen => format!("pods with {chosen}"),
    };
    if !peer["namespaceSelector"].is_object() {
        return format!("{pods} of this namespace");
    }
    match selector(&peer["namespaceSelector"]) {
        none if none.is_empty() => format!("{pods} of all namespaces"),
        chosen => format!("{pods} in namespaces with {chosen}"),
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use serde_json::json;

    #[test]
    fn rules_as_sentences() {
        for (rule, words) in [
            (json!({}), "all ports from anywhere"),
            (
                json!({"ports": [{"port": 80}, {"protocol": "UDP", "port": 5000, "endPort": 5010}, {"protocol": "SCTP"}],
                    "from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}),
                "TCP 80, UDP 5000–5010, all SCTP from pods with app=web of this namespace",
            ),
            (
                json!({"from": [{"namespaceSelector": {}}, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}),
                "all ports from all pods of all namespaces; or from 10.0.0.0/8 but not 10.1.0.0/16",
            ),
            (
                json!({"from": [{"namespaceSelector": {"matchLabels": {"team": "shop"}}, "podSelector": {"matchLabels": {"app": "web"}}}]}),
                "all ports from pods with app=web in namespaces with team=shop",
            ),
        ] {
            assert_eq!(sentence(&rule, "from"), words);
        }
    }
}
