//! What a client reads of the metrics APIs while it looks at a workload.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use control_plane::Client;
use jiff::Timestamp;
use model::fact::{Fact, What, external_values, pod_usages};
use scaling::hpa::situation::ExternalAnswer;
use scaling::hpa::spec::{SourceKind, Spec};

use crate::passes::answered;
use crate::watched::Watched;

/// The answers about one namespace's workload, as they came.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    facts: Arc<Mutex<Vec<Fact>>>,
    ended: Arc<AtomicBool>,
}

impl Asked {
    /// Asks every `period` for what the namespace's HPA asks for.
    pub(crate) fn start(
        client: &Client,
        watched: &Watched,
        namespace: &'static str,
        period: Duration,
    ) -> Self {
        let asked = Self::default();
        let (own, client, watched) = (asked.clone(), client.clone(), watched.clone());
        thread::spawn(move || {
            while !own.ended.load(Ordering::SeqCst) {
                if let Some(spec) = spec(&watched, namespace) {
                    own.ask(&client, namespace, &spec);
                }
                thread::sleep(period);
            }
        });
        asked
    }

    /// Asks no more, and tells what was answered.
    pub(crate) fn end(&self) -> Vec<Fact> {
        self.ended.store(true, Ordering::SeqCst);
        std::mem::take(&mut self.facts.lock().unwrap())
    }

    fn ask(&self, client: &Client, namespace: &str, spec: &Spec) {
        let read = |path: String| {
            let reply = client.send("GET", &path, &[("Accept", "application/json")], Vec::new());
            let reply = reply.ok()?;
            let status = reply.status();
            let body = std::io::read_to_string(reply.into_reader()).ok()?;
            Some((status, body))
        };
        let note = |what: What| {
            self.facts.lock().unwrap().push(Fact {
                received: Timestamp::now(),
                source: None,
                what,
            });
        };
        let of_pods = |kind: &SourceKind| *kind == SourceKind::Resource;
        if spec.metrics.iter().any(|metric| of_pods(&metric.kind)) {
            let selector = format!("labelSelector=app%3D{namespace}");
            let path =
                format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods?{selector}");
            if let Some((status, body)) = read(path) {
                let answer = answered(status, &body, |body| pod_usages(body).unwrap());
                note(What::Usage(answer));
            }
        }
        for source in spec.metrics.iter().filter_map(|one| one.external.as_ref()) {
            let name = source.metric.name.to_lowercase();
            let selector = format!("labelSelector=scaledobject.keda.sh%2Fname%3D{namespace}");
            let path = format!(
                "/apis/external.metrics.k8s.io/v1beta1/namespaces/{namespace}/{name}?{selector}"
            );
            if let Some((status, body)) = read(path) {
                let answer = answered(status, &body, |body| external_values(body).unwrap());
                let metric = source.metric.clone();
                note(What::ExternalMetric(ExternalAnswer { metric, answer }));
            }
        }
    }
}

/// The spec of the namespace's HPA, as last seen.
fn spec(watched: &Watched, namespace: &str) -> Option<Spec> {
    let changes = watched.changes(namespace, "HorizontalPodAutoscaler");
    match &changes.last()?.what {
        Some(What::Hpa(Some(hpa))) => Some(hpa.spec.clone()),
        _ => None,
    }
}
