//! Controllers at work on small clusters.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::{Controllers, write};
use crate::World;
use crate::programs::{Exit, Program, Pull, not_found};

pub(super) const BEGIN: &str = "2026-11-28T12:00:00Z";

pub(super) struct Cluster {
    pub(super) world: World,
    pub(super) controllers: Controllers,
}

impl Cluster {
    pub(super) fn new(seed: u64) -> Self {
        let world = World::new(seed, BEGIN.parse().unwrap());
        let mut cluster = Self {
            world,
            controllers: Controllers::default(),
        };
        for name in ["node-1", "node-2"] {
            cluster.node(name, "4");
        }
        cluster
    }

    pub(super) fn node(&mut self, name: &str, cpu: &str) {
        self.create(
            "nodes",
            json!({"metadata": {"name": name}, "status": {
                "allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"},
                "addresses": [{"type": "InternalIP", "address": format!("192.168.0.{}", name.len())}]}}),
        );
    }

    pub(super) fn create(&mut self, resource: &str, object: Value) {
        write::create(&mut self.world, resource, object, "kubectl").unwrap();
    }

    /// Serves KEDA's kinds.
    pub(super) fn define_keda(&mut self) {
        for definition in crate::story::definition::keda() {
            self.create("customresourcedefinitions.apiextensions.k8s.io", definition);
        }
        crate::definitions::settle(&mut self.world);
    }

    pub(super) fn deployment(&mut self, replicas: i64, image: &str, further: &Value) {
        let mut spec = json!({
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "progressDeadlineSeconds": 600,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"restartPolicy": "Always", "containers": [{
                "name": "web", "image": image, "resources": {"requests": {"cpu": "100m"}},
                "readinessProbe": {"httpGet": {"port": 80}, "periodSeconds": 10},
            }]}},
        });
        for (field, value) in further.as_object().unwrap() {
            spec[field] = value.clone();
        }
        let object = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec});
        self.create("deployments.apps", object);
    }

    /// Changes a Deployment's spec.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut object = Value::clone(&self.get("deployments.apps", "shop/web"));
        change(&mut object["spec"]);
        write::update(&mut self.world, "deployments.apps", object, "kubectl").unwrap();
    }

    pub(super) fn get(&self, resource: &str, path: &str) -> std::sync::Arc<Value> {
        write::get(&self.world, resource, path).unwrap()
    }

    pub(super) fn pods(&self) -> Vec<std::sync::Arc<Value>> {
        write::list(&self.world, "pods", "shop")
    }

    pub(super) fn after(&mut self, seconds: i64) -> Option<Timestamp> {
        let to = self.world.now() + SignedDuration::from_secs(seconds);
        self.controllers.step(&mut self.world, to)
    }

    pub(super) fn employ(&mut self, acts: Vec<super::Act>) {
        self.controllers.employ(acts);
    }

    pub(super) fn told(&self, reason: &str) -> Vec<String> {
        let events = write::list(&self.world, "events", "");
        let of = events.iter().filter(|event| event["reason"] == reason);
        of.map(|event| event["message"].text().to_owned()).collect()
    }
}

fn print(world: &World) -> String {
    let all = world.resources().iter().flat_map(|resource| {
        let key = resource.key();
        let found = world.store.list(&key, "", None);
        let lines: Vec<String> = found.map(|(_, object)| object.to_string()).collect();
        lines
    });
    all.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_deployment_becomes_available() {
    let mut cluster = Cluster::new(1);
    cluster.deployment(3, "nginx:1.29", &json!({}));
    cluster.after(60);
    let deployment = cluster.get("deployments.apps", "shop/web");
    assert_eq!(deployment["status"]["availableReplicas"], 3, "{deployment}");
    assert_eq!(
        deployment["status"]["observedGeneration"],
        deployment["metadata"]["generation"]
    );
    assert_eq!(
        deployment.annotation("deployment.kubernetes.io/revision"),
        "1"
    );
    assert_eq!(
        deployment.condition("Progressing").unwrap()["reason"],
        "NewReplicaSetAvailable"
    );
    assert!(deployment.holds("Available"));
    let pods = cluster.pods();
    assert_eq!(pods.len(), 3);
    for pod in &pods {
        assert_eq!(pod["status"]["phase"], "Running");
        assert!(pod.holds("Ready") && pod.holds("PodScheduled"), "{pod}");
        assert!(pod["status"]["podIP"].text().starts_with("10.244."));
    }
    let addresses: std::collections::BTreeSet<&str> = pods
        .iter()
        .map(|pod| pod["status"]["podIP"].text())
        .collect();
    assert_eq!(addresses.len(), 3);
    assert_eq!(cluster.told("Scheduled").len(), 3);
    assert_eq!(cluster.told("SuccessfulCreate").len(), 3);
    let sets = write::list(&cluster.world, "replicasets.apps", "shop");
    assert_eq!(
        cluster.told("ScalingReplicaSet"),
        [format!(
            "Scaled up replica set {} from 0 to 3",
            sets[0].name()
        )]
    );
}

#[test]
fn a_rolling_update_keeps_within_its_fenceposts() {
    let mut cluster = Cluster::new(2);
    cluster.deployment(3, "nginx:1.28", &json!({}));
    cluster.after(60);
    cluster.edit(|spec| spec["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.29"));
    for _ in 0..120 {
        cluster.after(1);
        // Pods that are on their way out count no more.
        let mut pods = cluster.pods();
        pods.retain(|pod| !pod.is_deleted());
        let ready = pods.iter().filter(|pod| pod.holds("Ready")).count();
        assert!(ready >= 3 && pods.len() <= 4, "{ready} of {}", pods.len());
    }
    let pods = cluster.pods();
    assert_eq!(pods.len(), 3);
    assert!(
        pods.iter()
            .all(|pod| pod["spec"]["containers"][0]["image"] == "nginx:1.29")
    );
    let deployment = cluster.get("deployments.apps", "shop/web");
    assert_eq!(
        deployment.annotation("deployment.kubernetes.io/revision"),
        "2"
    );
    let mut sizes: Vec<i64> = write::list(&cluster.world, "replicasets.apps", "shop")
        .iter()
        .map(|set| set["spec"]["replicas"].number())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 3]);
    // Back again: the old ReplicaSet is used once more, as revision 3.
    cluster.edit(|spec| spec["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.28"));
    cluster.after(120);
    assert_eq!(
        write::list(&cluster.world, "replicasets.apps", "shop").len(),
        2
    );
    let deployment = cluster.get("deployments.apps", "shop/web");
    assert_eq!(
        deployment.annotation("deployment.kubernetes.io/revision"),
        "3"
    );
}

#[test]
fn a_rollout_that_gets_no_image_times_out() {
    let mut cluster = Cluster::new(3);
    cluster.deployment(2, "nginx:1.28", &json!({}));
    cluster.after(60);
    let image = "registry.example/nginx:typo";
    let program = Program {
        pull: Pull::Fails(not_found(image)),
        ..Program::default()
    };
    cluster.world.programs.set(image, program);
    cluster.edit(|spec| spec["template"]["spec"]["containers"][0]["image"] = json!(image));
    cluster.after(599);
    let deployment = cluster.get("deployments.apps", "shop/web");
    assert_eq!(
        deployment.condition("Progressing").unwrap()["reason"],
        "ReplicaSetUpdated"
    );
    cluster.after(10);
    let deployment = cluster.get("deployments.apps", "shop/web");
    let progressing = deployment.condition("Progressing").unwrap();
    assert_eq!(
        progressing["reason"], "ProgressDeadlineExceeded",
        "{progressing}"
    );
    assert_eq!(
        deployment["status"]["readyReplicas"], 2,
        "the old pods stay"
    );
    let waiting = cluster
        .pods()
        .iter()
        .map(|pod| {
            pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"]
                .text()
                .to_owned()
        })
        .filter(|reason| !reason.is_empty())
        .collect::<Vec<_>>();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert!(
        ["ImagePullBackOff", "ErrImagePull", "ContainerCreating"].contains(&waiting[0].as_str())
    );
    assert!(!cluster.told("BackOff").is_empty());
}

#[test]
fn a_container_that_fails_is_started_less_and_less_often() {
    let mut cluster = Cluster::new(4);
    let program = Program {
        ends: Some((5, 5, Exit::Code(1))),
        ready_after: None,
        ..Program::default()
    };
    cluster.world.programs.set("crash:1", program);
    cluster.deployment(1, "crash:1", &json!({}));
    let mut restarts = Vec::new();
    for _ in 0..6 {
        cluster.after(600);
        let pods = cluster.pods();
        restarts.push(pods[0]["status"]["containerStatuses"][0]["restartCount"].number());
    }
    // At once, then after 10, 20, 40, 80, 160 and from there on every 300 s.
    assert!(restarts[0] >= 6 && restarts[0] <= 7, "{restarts:?}");
    for pair in restarts.windows(2) {
        assert!((1..=2).contains(&(pair[1] - pair[0])), "{restarts:?}");
    }
    let pod = &cluster.pods()[0];
    let last = &pod["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!(last["exitCode"], 1, "{pod}");
    assert!(!pod.holds("Ready"));
    assert!(
        cluster.told("BackOff")[0]
            .starts_with("Back-off restarting failed container web in pod web-")
    );
}

#[test]
fn a_pod_that_fits_no_node_waits_for_one() {
    let mut cluster = Cluster::new(5);
    let pod = json!({"metadata": {"name": "large", "namespace": "shop"}, "spec": {"containers": [
        {"name": "large", "image": "train:1", "resources": {"requests": {"cpu": "6"}}}]}});
    cluster.create("pods", pod);
    cluster.after(30);
    let pod = cluster.get("pods", "shop/large");
    let scheduled = pod.condition("PodScheduled").unwrap();
    assert_eq!(scheduled["reason"], "Unschedulable");
    assert!(
        scheduled["message"]
            .text()
            .starts_with("0/2 nodes are available: 2 Insufficient cpu."),
        "{scheduled}"
    );
    assert_eq!(cluster.told("FailedScheduling").len(), 1);
    cluster.node("node-3", "8");
    cluster.after(30);
    assert_eq!(
        cluster.get("pods", "shop/large")["spec"]["nodeName"],
        "node-3"
    );
    assert_eq!(
        cluster.get("pods", "shop/large")["status"]["phase"],
        "Running"
    );
}

#[test]
fn capacity_is_shared_and_given_back() {
    let mut cluster = Cluster::new(6);
    cluster.deployment(
        9,
        "nginx:1.29",
        &json!({"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
        {"name": "web", "image": "nginx:1.29", "resources": {"requests": {"cpu": "1"}}}]}}}),
    );
    cluster.after(60);
    let on = |cluster: &Cluster, node: &str| {
        cluster
            .pods()
            .iter()
            .filter(|pod| pod["spec"]["nodeName"] == node)
            .count()
    };
    assert_eq!((on(&cluster, "node-1"), on(&cluster, "node-2")), (4, 4));
    cluster.edit(|spec| spec["replicas"] = json!(8));
    cluster.after(60);
    // The one that waited is the one that goes.
    assert_eq!(cluster.pods().len(), 8);
    assert_eq!((on(&cluster, "node-1"), on(&cluster, "node-2")), (4, 4));
}

#[test]
fn what_is_owned_goes_with_its_owner() {
    let mut cluster = Cluster::new(7);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    write::delete(
        &mut cluster.world,
        "deployments.apps",
        "shop/web",
        "kubectl",
    )
    .unwrap();
    cluster.after(60);
    assert!(cluster.pods().is_empty());
    assert!(write::list(&cluster.world, "replicasets.apps", "").is_empty());
}

#[test]
fn the_same_seed_makes_the_same_history() {
    let run = |seed, parts: i64| {
        let mut cluster = Cluster::new(seed);
        cluster.deployment(3, "nginx:1.28", &json!({}));
        cluster.after(60);
        cluster
            .edit(|spec| spec["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.29"));
        for _ in 0..parts {
            cluster.after(600 / parts);
        }
        print(&cluster.world)
    };
    assert_eq!(run(8, 1), run(8, 1));
    assert_eq!(
        run(8, 1),
        run(8, 100),
        "how often somebody looks changes nothing"
    );
    assert_ne!(run(8, 1), run(9, 1));
}

#[test]
fn where_nothing_is_due_nothing_is_done() {
    let mut cluster = Cluster::new(10);
    cluster.deployment(3, "nginx:1.29", &json!({}));
    let next = cluster.after(120);
    let revision = cluster.world.store.revision();
    assert!(
        next.unwrap() > cluster.world.now() + SignedDuration::from_mins(30),
        "only events expire"
    );
    cluster.after(1200);
    assert_eq!(cluster.world.store.revision(), revision);
    cluster.after(7200);
    assert!(
        write::list(&cluster.world, "events", "").is_empty(),
        "events live for an hour"
    );
    assert_eq!(cluster.after(1), None);
}

#[test]
fn nodes_beat_only_when_asked_to() {
    const LEASES: &str = "leases.coordination.k8s.io";
    let mut cluster = Cluster::new(11);
    cluster.after(60);
    assert!(write::list(&cluster.world, LEASES, "").is_empty());
    cluster.controllers.set_heartbeats(true);
    cluster.after(60);
    let lease = cluster.get(LEASES, "kube-node-lease/node-1");
    assert_eq!(lease["spec"]["renewTime"], "2026-11-28T12:02:00.000000Z");
    assert_eq!(lease["metadata"]["ownerReferences"][0]["kind"], "Node");
    let before = cluster.world.store.revision();
    cluster.after(10);
    assert_eq!(
        cluster.world.store.revision(),
        before + 2,
        "one write a node"
    );
    cluster.controllers.set_heartbeats(false);
    cluster.after(60);
    assert_eq!(cluster.world.store.revision(), before + 2);
    write::delete(&mut cluster.world, "nodes", "node-1", "kubectl").unwrap();
    cluster.after(1);
    assert_eq!(
        write::list(&cluster.world, LEASES, "").len(),
        1,
        "a lease goes with its node"
    );
}
