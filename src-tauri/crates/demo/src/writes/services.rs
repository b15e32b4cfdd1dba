//! Addresses of services, ports of nodes (kubernetes, `registry/core/service/storage/alloc.go`, `registry/core/service/strategy.go`).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::names::invalid;
use super::{name_of, set};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// First two numbers of all addresses.
const NETWORK: [u8; 2] = [10, 96];
/// Ports of nodes, the last one left out.
const PORTS: std::ops::Range<u64> = 30_000..32_768;

fn kind(object: &Value) -> &str {
    object["spec"]["type"].as_str().unwrap_or_default()
}

fn has_ports(object: &Value) -> bool {
    kind(object) == "NodePort"
        || kind(object) == "LoadBalancer"
            && object["spec"]["allocateLoadBalancerNodePorts"] != false
}

/// What a changed service keeps of what it was given, and what it gives back (`patchAllocatedValues`, `dropTypeDependentFields`).
pub(super) fn carry(before: &Value, object: &mut Value) {
    let old = &before["spec"];
    if kind(object) == "ExternalName" {
        for field in [
            "clusterIP",
            "clusterIPs",
            "ipFamilies",
            "ipFamilyPolicy",
            "internalTrafficPolicy",
            "externalTrafficPolicy",
        ] {
            if object["spec"][field] == old[field] {
                set(&mut object["spec"], field, Value::Null);
            }
        }
    } else if kind(before) != "ExternalName" {
        if object["spec"]["clusterIP"]
            .as_str()
            .is_none_or(str::is_empty)
        {
            for field in ["clusterIP", "clusterIPs"] {
                set(&mut object["spec"], field, old[field].clone());
            }
        }
        for field in ["ipFamilies", "ipFamilyPolicy"] {
            if object["spec"][field].is_null() {
                set(&mut object["spec"], field, old[field].clone());
            }
        }
    }
    let (had, has) = (has_ports(before), has_ports(object));
    if had && !has && kind(object) != "LoadBalancer" {
        set(&mut object["spec"], "externalTrafficPolicy", Value::Null);
    }
    let was = old["ports"].as_array().cloned().unwrap_or_default();
    let ports = object["spec"]["ports"].as_array_mut();
    for port in ports.into_iter().flatten() {
        let same = was
            .iter()
            .find(|own| own["port"] == port["port"] && own["protocol"] == port["protocol"]);
        let node = same.map_or(Value::Null, |own| own["nodePort"].clone());
        if had && has && port["nodePort"].as_u64().unwrap_or(0) == 0 {
            set(port, "nodePort", node);
        } else if had && !has && port["nodePort"] == node {
            set(port, "nodePort", Value::Null);
        }
    }
}

/// Gives a service what it needs and has not; refuses what others have.
pub(super) fn allocate(
    world: &mut World,
    resource: &Resource,
    before: Option<&Value>,
    object: &mut Value,
) -> Result<(), Status> {
    if kind(object) == "ExternalName" {
        return Ok(());
    }
    let others: Vec<Arc<Value>> = world
        .store
        .list("services", "", None)
        .filter(|(_, other)| other["metadata"]["uid"] != object["metadata"]["uid"])
        .map(|(_, other)| Arc::clone(other))
        .collect();
    let number = world.random();
    let given = Given {
        resource,
        before,
        others: &others,
    };
    given.address(object, number)?;
    if has_ports(object) {
        given.ports(object, number >> 16)?;
    }
    Ok(())
}

/// What is given to one service.
struct Given<'a> {
    resource: &'a Resource,
    before: Option<&'a Value>,
    others: &'a [Arc<Value>],
}

impl Given<'_> {
    fn refused(&self, object: &Value, field: &str, value: &Value, why: &str) -> Status {
        let why = format!("Invalid value: {value}: {why}");
        let cause = [(field, "FieldValueInvalid", &*why)];
        invalid(self.resource, name_of(object), &cause)
    }

    fn address(&self, object: &mut Value, number: u64) -> Result<(), Status> {
        let asked = object["spec"]["clusterIP"].as_str().unwrap_or_default();
        let asked = asked.to_owned();
        let mut others = self.others.iter();
        let mut taken = |address: &str| others.any(|own| own["spec"]["clusterIP"] == *address);
        let kept = self
            .before
            .is_some_and(|own| own["spec"]["clusterIP"] == *asked);
        if asked.is_empty() {
            object["spec"]["clusterIP"] = json!(self.free_address(number));
        } else if asked != "None" && !kept {
            let inside = asked
                .parse::<Ipv4Addr>()
                .is_ok_and(|own| own.octets()[..2] == NETWORK);
            let why = if !inside {
                "the provided network does not match the current range"
            } else if taken(&asked) {
                "provided IP is already allocated"
            } else {
                ""
            };
            if !why.is_empty() {
                let why = format!("failed to allocate IP {asked}: {why}");
                return Err(self.refused(object, "spec.clusterIPs", &json!([asked]), &why));
            }
        }
        let spec = &mut object["spec"];
        let address = spec["clusterIP"].clone();
        // What selects nothing and has no address may be of every family.
        let everywhere = address == "None" && spec["selector"].is_null();
        set(spec, "clusterIPs", json!([address]));
        let (families, policy) = if everywhere {
            (json!(["IPv4", "IPv6"]), "RequireDualStack")
        } else {
            (json!(["IPv4"]), "SingleStack")
        };
        for (field, value) in [("ipFamilies", families), ("ipFamilyPolicy", json!(policy))] {
            if spec[field].is_null() {
                set(spec, field, value);
            }
        }
        Ok(())
    }

    fn free_address(&self, number: u64) -> String {
        let mut all = (0..=u64::from(u16::MAX)).map(|step| {
            let [.., high, low] = number.wrapping_add(step).to_be_bytes();
            format!("{}.{}.{high}.{low}", NETWORK[0], NETWORK[1])
        });
        let free = |address: &String| {
            let mut others = self.others.iter();
            others.all(|own| own["spec"]["clusterIP"] != **address)
        };
        all.find(free).unwrap_or_default()
    }

    fn ports(&self, object: &mut Value, number: u64) -> Result<(), Status> {
        let others = self.others.iter();
        let mut used: BTreeSet<u64> = others.flat_map(|own| node_ports(own)).collect();
        let own = self.before.map(node_ports).unwrap_or_default();
        for (index, port) in node_ports(object).into_iter().enumerate() {
            let why = if port == 0 || own.contains(&port) {
                continue;
            } else if !PORTS.contains(&port) {
                "provided port is not in the valid range. The range of valid ports is 30000-32767"
            } else if used.contains(&port) {
                "provided port is already allocated"
            } else {
                continue;
            };
            let place = format!("spec.ports[{index}].nodePort");
            return Err(self.refused(object, &place, &json!(port), why));
        }
        used.extend(node_ports(object));
        let mut next = number;
        let ports = object["spec"]["ports"].as_array_mut();
        for port in ports.into_iter().flatten() {
            if port["nodePort"].as_u64().unwrap_or(0) != 0 {
                continue;
            }
            let span = PORTS.end - PORTS.start;
            let mut all = (0..span).map(|step| PORTS.start + next.wrapping_add(step) % span);
            let Some(free) = all.find(|port| !used.contains(port)) else {
                break;
            };
            used.insert(free);
            next = free - PORTS.start + 1;
            port["nodePort"] = json!(free);
        }
        Ok(())
    }
}

fn node_ports(object: &Value) -> Vec<u64> {
    let ports = object["spec"]["ports"].as_array().into_iter().flatten();
    ports.filter_map(|port| port["nodePort"].as_u64()).collect()
}
