//! Services and ingresses that lead nowhere.

use table::Tone;

use super::super::look::Look;
use super::super::read::{count, equals, line, lines, list};
use super::super::shape::Verdict;
use super::{conditions, sentence, verdict};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    if look.kind == "Ingress" {
        ingress(look, found);
    } else {
        service(look, found);
    }
}

fn service(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let spec = look.spec();
    let kind = line(&spec["type"]);
    if kind == "ExternalName" {
        return;
    }
    if let Some((0, all)) = look.around.endpoints {
        let selector = equals(&spec["selector"]);
        let told = match (all, selector.is_empty()) {
            (0, true) => {
                "It has no selector: its endpoints are written by hand or by a controller."
                    .to_owned()
            }
            (0, false) => format!("No pod matches its selector {selector}."),
            (all, _) => format!("{}, none of them ready.", count(all, "endpoint")),
        };
        found.push(verdict(Tone::Warn, "Nothing answers behind it", told));
    }
    let pending = kind == "LoadBalancer"
        && list(&look.status()["loadBalancer"]["ingress"])
            .next()
            .is_none();
    if pending {
        let why = look
            .event(&["SyncLoadBalancerFailed", "CreatingLoadBalancerFailed"])
            .map_or_else(
                || "A load balancer controller has to give it one.".to_owned(),
                |event| sentence(&event.message),
            );
        found.push(verdict(
            Tone::Warn,
            "It has no address of a load balancer yet",
            why,
        ));
    }
    conditions::check(look, found);
}

fn ingress(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let spec = look.spec();
    let old = &look.meta()["annotations"]["kubernetes.io/ingress.class"];
    let address = list(&look.status()["loadBalancer"]["ingress"]).next();
    if spec["ingressClassName"].is_string() || old.is_string() {
        if address.is_none() {
            found.push(verdict(
                Tone::Plain,
                "No controller has given it an address",
                "A controller of its class may be missing, or does not report addresses.",
            ));
        }
    } else {
        found.push(verdict(
            Tone::Warn,
            "It names no ingress class",
            "The cluster had no default class when it was made, so no controller may serve it.",
        ));
    }
    if list(&spec["rules"]).next().is_none() && !spec["defaultBackend"].is_object() {
        let message = lines(&look.status()["message"]);
        found.push(verdict(
            Tone::Warn,
            "It has neither rules nor a default backend",
            message,
        ));
    }
}
