//! Many objects quickly: nodes and pods written straight to the API server, without scheduler or controllers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{ControlPlane, Error, kwok};

/// Requests under way at a time: more do not make an API server on a few cores any quicker.
const CONCURRENT: usize = 16;
/// How long simulated nodes and pods may take to reach their state.
const PATIENCE: Duration = Duration::from_mins(15);

/// How long a load took to make.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Objects that were made.
    pub objects: usize,
    /// Until the last was created.
    pub created: Duration,
    /// Until the last was in its final state.
    pub settled: Duration,
}

/// Creates the nodes that are missing up to `node-<count>`, and waits until they are ready.
pub fn nodes(cluster: &ControlPlane, count: usize) -> Result<Made, Error> {
    let start = Instant::now();
    let version = cluster.binaries().kubernetes_version().to_owned();
    each(count, |index| {
        cluster
            .client()
            .ensure("/api/v1/nodes", &node(index + 1, &version))
    })?;
    let created = start.elapsed();
    cluster.wait("ready nodes", PATIENCE, || {
        let list = cluster
            .client()
            .get("/api/v1/nodes")
            .map_err(|error| error.to_string())?;
        let ready = list["items"].as_array().map_or(0, |items| {
            items.iter().filter(|node| is_ready(node)).count()
        });
        if ready >= count {
            Ok(())
        } else {
            Err(format!("{ready} of {count}"))
        }
    })?;
    Ok(Made {
        objects: count,
        created,
        settled: start.elapsed(),
    })
}

/// Creates `per_namespace` running pods of two containers in each namespace (made if missing), spread over the nodes that
/// are there; waits until all run.
/// They belong to nothing: no controller acts on them.
pub fn pods(
    cluster: &ControlPlane,
    namespaces: &[&str],
    per_namespace: usize,
) -> Result<Made, Error> {
    for namespace in namespaces {
        cluster.create_namespace(namespace)?;
    }
    let nodes = node_names(cluster)?;
    let start = Instant::now();
    let total = namespaces.len() * per_namespace;
    each(total, |index| {
        let namespace = namespaces[index % namespaces.len()];
        let pod = pod(index / namespaces.len(), &nodes[index % nodes.len()]);
        cluster
            .client()
            .ensure(&format!("/api/v1/namespaces/{namespace}/pods"), &pod)
    })?;
    let created = start.elapsed();
    for namespace in namespaces {
        let pending = format!(
            "/api/v1/namespaces/{namespace}/pods?fieldSelector=status.phase!%3DRunning&limit=1"
        );
        cluster.wait(&format!("running pods in {namespace}"), PATIENCE, || {
            let list = cluster
                .client()
                .get(&pending)
                .map_err(|error| error.to_string())?;
            let waiting = list["items"].as_array().map_or(0, Vec::len);
            if waiting == 0 {
                Ok(())
            } else {
                Err("some are pending".to_owned())
            }
        })?;
    }
    Ok(Made {
        objects: total,
        created,
        settled: start.elapsed(),
    })
}

/// Calls `make` for `0..count`, several at a time; stops at the first error.
pub fn each(count: usize, make: impl Fn(usize) -> Result<(), Error> + Sync) -> Result<(), Error> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..CONCURRENT.min(count))
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            return Ok(());
                        }
                        if let Err(error) = make(index) {
                            next.store(count, Ordering::Relaxed);
                            return Err(error);
                        }
                    }
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })
}

fn node_names(cluster: &ControlPlane) -> Result<Vec<String>, Error> {
    let list = cluster.client().get("/api/v1/nodes")?;
    let items = list["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let names: Vec<String> = items
        .iter()
        .filter_map(|node| node["metadata"]["name"].as_str())
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        let message = "pods need nodes: create some first".to_owned();
        return Err(Error::Api {
            request: "spreading pods over nodes".to_owned(),
            status: 0,
            message,
        });
    }
    Ok(names)
}

fn is_ready(node: &Value) -> bool {
    let conditions = node["status"]["conditions"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    conditions
        .iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

/// A node as a kubelet of a large machine registers it.
pub fn node(number: usize, version: &str) -> Value {
    let name = format!("node-{number}");
    let resources =
        json!({"cpu": "32", "memory": "128Gi", "ephemeral-storage": "200Gi", "pods": "1100"});
    json!({
        "metadata": {
            "name": name,
            "annotations": {kwok::METRICS_ANNOTATION: kwok::metrics_path(&name)},
            "labels": {
                "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                "node-role.kubernetes.io/worker": "", "node.kubernetes.io/instance-type": "m6i.8xlarge",
                "topology.kubernetes.io/region": "eu-central-1",
                "topology.kubernetes.io/zone": format!("eu-central-1{}", ["a", "b", "c"][number % 3]),
            },
        },
        // A range of its own, wide enough for as many pods as a load puts on it.
        "spec": {"podCIDR": format!("10.{}.0.0/16", 16 + number % 200)},
        "status": {
            "capacity": resources, "allocatable": resources,
            "nodeInfo": {
                "architecture": "amd64", "operatingSystem": "linux", "kernelVersion": "6.1.0-31-amd64",
                "osImage": "Debian GNU/Linux 12 (bookworm)", "containerRuntimeVersion": "containerd://2.1.4",
                "kubeletVersion": version, "kubeProxyVersion": "", "machineID": "", "systemUUID": "", "bootID": "",
            },
        },
    })
}

/// A pod as a Deployment with a sidecar makes it: about 5 kB when it runs.
pub fn pod(number: usize, node: &str) -> Value {
    let application = ["checkout", "catalogue", "payments", "search", "orders"][number % 5];
    let hash = format!("{:x}", 0x5b7d_9c4f_u64 + number as u64 % 7);
    let team = ["blue", "green", "red"][number % 3];
    let container = |name: &str, image: &str, port: u16| {
        json!({
        "name": name, "image": image,
        "ports": [{"containerPort": port}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                })
    };
    json!({
        "metadata": {
            "name": format!("{application}-{hash}-{}", suffix(number)),
            "labels": {
                "app.kubernetes.io/name": application, "app.kubernetes.io/instance": format!("{application}-production"),
                "team": team, "pod-template-hash": hash,
            },
            "annotations": {
                "checksum/config": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            },
        },
        "spec": {
            "nodeName": node,
            "containers": [
                container("app", &format!("registry.example.com/shop/{application}:2.14.3"), 8080),
                container("proxy", "registry.example.com/mesh/proxy:1.27.1", 15001),
            ],
        },
    })
}

/// Five letters that differ for different numbers below 20 million, as the suffixes of a Deployment's pods look.
fn suffix(number: usize) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut rest = number.wrapping_mul(7_368_787) % 14_348_907;
    (0..5)
        .map(|_| {
            let letter = char::from(LETTERS[rest % 27]);
            rest /= 27;
            letter
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn pod_names_differ() {
        let names: HashSet<String> = (0..20_000).map(suffix).collect();
        assert_eq!(names.len(), 20_000);
    }

    #[test]
    fn each_is_called_once_for_every_index_and_stops_at_an_error() {
        let calls = AtomicUsize::new(0);
        each(1_000, |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
        .expect("no call fails");
        assert_eq!(calls.load(Ordering::Relaxed), 1_000);
        let failed = each(1_000, |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            Err(Error::Kubectl {
                arguments: String::new(),
                output: String::new(),
            })
        });
        assert!(failed.is_err());
        assert!(calls.load(Ordering::Relaxed) <= 1_000 + CONCURRENT);
    }
}
