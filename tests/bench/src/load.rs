//! Control planes with many pods.

use std::time::Duration;

use control_plane::{ControlPlane, Options, load};

use crate::options::NAMESPACES;

/// metrics-server has seen every pod twice by then, or it never will.
const METRICS: Duration = Duration::from_mins(3);

/// A control plane with so many running pods, in namespaces `bench-0` onwards; with usage, if asked for, when it returns.
pub(crate) fn plane(pods: usize, nodes: usize, metrics: bool) -> Result<ControlPlane, String> {
    let options = Options {
        nodes,
        metrics,
        ..Options::default()
    };
    let plane = ControlPlane::start(&options).map_err(|error| error.to_string())?;
    let names: Vec<String> = (0..NAMESPACES).map(namespace).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let made = load::pods(&plane, &names, pods / NAMESPACES).map_err(|error| error.to_string())?;
    eprintln!(
        "{} pods run after {:.0} s",
        made.objects,
        made.settled.as_secs_f64()
    );
    if metrics {
        measured(&plane, pods)?;
    }
    Ok(plane)
}

/// Name of a namespace.
pub(crate) fn namespace(number: usize) -> String {
    format!("bench-{number}")
}

/// Waits until most pods have a usage.
fn measured(plane: &ControlPlane, pods: usize) -> Result<(), String> {
    plane
        .wait("usage of the pods", METRICS, || {
            let list = plane
                .client()
                .get("/apis/metrics.k8s.io/v1beta1/pods")
                .map_err(|error| error.to_string())?;
            let known = list["items"].as_array().map_or(0, Vec::len);
            if known * 10 >= pods * 9 {
                Ok(())
            } else {
                Err(format!("{known} of {pods}"))
            }
        })
        .map_err(|error| error.to_string())
}
