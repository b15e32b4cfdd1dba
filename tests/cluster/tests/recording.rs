//! What is seen of scaling while a cluster is open is on disk afterwards, under the cluster's own identity.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use cluster_tests::{Plane, Window, halves, until};
use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, Part, Subject, SubjectKind, What};
use recorder::{Limits, Opened, Recorder, Setup};
use serde_json::json;

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: what_is_seen_is_kept;
}

const NAMESPACE: &str = "recording";
const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/recording/deployments/web";
const WORKLOAD: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: recording}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {kwok.x-k8s.io/usage-cpu: 50m}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        resources: {requests: {cpu: 100m}}
";
const AUTOSCALER: &str = r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: recording}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 6
  metrics:
  - type: Resource
    resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
";

fn subject() -> Subject {
    Subject {
        kind: SubjectKind::Hpa,
        namespace: NAMESPACE.to_owned(),
        name: "web".to_owned(),
    }
}

fn open(folder: &Path) -> Recorder {
    let (recorder, opened) = Recorder::open(Setup {
        folder: folder.to_owned(),
        limits: Limits::default(),
        now: Box::new(Timestamp::now),
        told: Box::new(|_| ()),
    });
    assert_eq!(opened, Opened::Found);
    recorder
}

/// What the file in `folder` has of the autoscaler.
async fn read(folder: &Path, cluster: &str) -> Vec<Fact> {
    let recorder = open(folder);
    let now = Timestamp::now();
    let from = now - SignedDuration::from_hours(1);
    let reading = recorder.read(cluster, &subject(), from, now).await;
    let reading = reading.unwrap().unwrap();
    reading.held.into_iter().chain(reading.facts).collect()
}

fn replicas(facts: &[Fact]) -> Vec<(i32, String)> {
    let targets = facts.iter().filter_map(|fact| match &fact.what {
        What::Target(Some(target)) => Some(target),
        _ => None,
    });
    let mut steps: Vec<(i32, String)> = targets
        .map(|target| {
            let author = target.replicas_by.as_ref();
            let manager = author.map(|author| author.manager.clone());
            (target.replicas.unwrap(), manager.unwrap_or_default())
        })
        .collect();
    steps.dedup();
    steps
}

async fn what_is_seen_is_kept(plane: Plane) {
    plane
        .blocking(|plane| {
            plane.create_namespace(NAMESPACE);
            plane.apply(WORKLOAD).unwrap();
            plane.apply(AUTOSCALER).unwrap();
        })
        .await;
    let uid = plane
        .blocking(|plane| {
            let namespace = plane.client().get("/api/v1/namespaces/kube-system");
            namespace.unwrap()["metadata"]["uid"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .await;
    let folder = tempfile::tempdir().unwrap();
    let (window, cluster) = Window::recording(&plane.kubeconfig(), folder.path()).await;
    // The table tells of it once it is followed.
    let view = window.view_in(&cluster, "scaling", &[NAMESPACE]).await;
    until("the hour's replicas", Duration::from_mins(1), async || {
        let rows = window.snapshot(view).await.rows;
        let row = rows.values().next();
        let hour = row.and_then(|row| row.get("LAST HOUR"));
        match hour {
            Some(hour) if hour.ends_with('▂') => Ok(()),
            _ => Err(format!("{rows:?}")),
        }
    })
    .await;
    // A person changes the size; the autoscaler answers later.
    plane
        .blocking(|plane| {
            let patch = json!({"spec": {"replicas": 4}});
            plane.client().merge_patch(DEPLOYMENT, &patch).unwrap();
        })
        .await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let later = Timestamp::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    window
        .ask::<()>("disconnect", json!({"cluster": cluster}))
        .await
        .unwrap();
    drop(window);
    tokio::time::sleep(Duration::from_secs(1)).await;

    // What did not change any more is there at the left edge of a reading that begins then.
    let recorder = open(folder.path());
    let reading = recorder.read(&uid, &subject(), later, Timestamp::now());
    let held = reading.await.unwrap().unwrap().held;
    drop(recorder);
    let holds = |is: fn(&What) -> bool| held.iter().any(|fact| is(&fact.what));
    assert!(holds(|what| matches!(what, What::Hpa(Some(_)))), "{held:?}");
    assert!(
        holds(|what| matches!(what, What::Target(Some(target)) if target.replicas.is_some())),
        "{held:?}"
    );
    let facts = read(folder.path(), &uid).await;
    let has = |wanted: &What| facts.iter().any(|fact| fact.what == *wanted);
    for part in [Part::Autoscaler, Part::Target] {
        assert!(has(&What::Watched(part)), "{part:?}: {facts:?}");
        assert!(has(&What::Unwatched(part)), "{part:?}: {facts:?}");
    }
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact.what, What::Hpa(Some(_))))
    );
    let steps = replicas(&facts);
    assert!(
        steps.iter().any(|(size, by)| *size == 4 && !by.is_empty()),
        "{steps:?}"
    );
    // Nothing of another cluster is under this name.
    assert!(read(folder.path(), "another").await.is_empty());
    let mode = std::fs::metadata(folder.path().join(recorder::FILE))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
