//! What a container answers over HTTP: a small page that tells where one is.

use serde_json::Value;

use super::place::{View, ports, text};
use crate::World;
use crate::writes::seconds;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) code: u16,
    pub(crate) body: String,
}

impl Page {
    /// What a pod answers on a port; None if nothing listens there (any more).
    pub(crate) fn at(
        world: &World,
        namespace: &str,
        pod: &str,
        port: u16,
        path: &str,
    ) -> Option<Self> {
        let pod = world.get("pods", namespace, pod)?;
        let container = listener(&pod, port)?;
        let place = super::Place::running(&pod, container)?;
        let view = place.look(world)?;
        Some(Self::of(&view, port, path))
    }

    pub(super) fn of(view: &View<'_>, port: u16, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        if matches!(path, "/healthz" | "/readyz" | "/livez") {
            return Self {
                code: 200,
                body: "ok\n".to_owned(),
            };
        }
        let place = view.place;
        let node = text(&view.pod["spec"]["nodeName"]);
        let rows = [
            ("pod", place.pod.as_str()),
            ("namespace", &place.namespace),
            ("container", &place.container),
            ("node", node),
            ("port", &port.to_string()),
            ("path", path),
            ("time", &seconds(view.world.now())),
        ];
        let rows = rows.map(|(name, value)| {
            let value = escaped(value);
            format!("<tr><th>{name}</th><td>{value}</td></tr>\n")
        });
        let rows = rows.concat();
        Self {
            code: 200,
            body: format!(
                "<!doctype html>\n<title>{0}</title>\n<h1>{0}</h1>\n<table>\n{rows}</table>\n",
                escaped(&place.pod)
            ),
        }
    }
}

/// Whether anything in a pod listens on a port.
pub(crate) fn listens(world: &World, namespace: &str, pod: &str, port: u16) -> bool {
    let pod = world.get("pods", namespace, pod);
    pod.is_some_and(|pod| listener(&pod, port).is_some())
}

/// The running container that listens on a port.
fn listener(pod: &Value, port: u16) -> Option<&str> {
    let containers = pod["spec"]["containers"].as_array()?.iter();
    let mut own = containers.filter(|container| ports(container).contains(&port));
    own.find_map(|container| {
        let name = text(&container["name"]);
        super::Place::running(pod, name).map(|_| name)
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
