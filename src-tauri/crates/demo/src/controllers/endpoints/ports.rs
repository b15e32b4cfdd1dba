//! The ports behind a Service's (endpointslice, `getEndpointPorts`, `FindPort`).

use serde_json::{Value, json};

use crate::controllers::fields::Scalar;

/// A Service's ports as one pod serves them; those that it has no port for are left out.
pub(super) fn of(service: &Value, pod: &Value) -> Vec<Value> {
    let ports = service["spec"]["ports"].items().iter();
    ports
        .filter_map(|port| {
            let mut own = json!({
                "name": port["name"].text(), "port": number(port, pod)?, "protocol": port["protocol"],
            });
            if let Some(protocol) = port.get("appProtocol") {
                own["appProtocol"] = protocol.clone();
            }
            Some(own)
        })
        .collect()
}

fn number(port: &Value, pod: &Value) -> Option<i64> {
    let name = match &port["targetPort"] {
        Value::String(name) => name,
        number => return number.as_i64(),
    };
    let sidecars = pod["spec"]["initContainers"].items().iter();
    let sidecars = sidecars.filter(|container| container["restartPolicy"] == "Always");
    let containers = pod["spec"]["containers"].items().iter().chain(sidecars);
    let mut ports = containers.flat_map(|container| container["ports"].items());
    let found = ports.find(|own| own["name"] == *name && own["protocol"] == port["protocol"]);
    found.and_then(|own| own["containerPort"].as_i64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_found_by_number_and_name() {
        let service = json!({"spec": {"ports": [
            {"name": "web", "port": 80, "targetPort": "http", "protocol": "TCP"},
            {"port": 53, "targetPort": 5353, "protocol": "UDP", "appProtocol": "dns"},
            {"name": "none", "port": 1, "targetPort": "none", "protocol": "TCP"},
        ]}});
        let pod = json!({"spec": {"containers": [{"ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]}]}});
        assert_eq!(
            of(&service, &pod),
            [
                json!({"name": "web", "port": 8080, "protocol": "TCP"}),
                json!({"name": "", "port": 5353, "protocol": "UDP", "appProtocol": "dns"}),
            ]
        );
    }
}
