//! Passes of the HPA controller, put together from what it asked, what it was given and what it wrote.

use jiff::{SignedDuration, Timestamp};
use model::fact::{HpaState, What, external_values, pod_usages};
use scaling::Certainty;
use scaling::hpa::Situation;
use scaling::hpa::situation::{
    Answer, Answered, ExternalAnswer, Memory, Metrics, Pod, Scale, Writes,
};
use scaling::hpa::spec::{SourceKind, Spec};
use serde_json::Value;

use crate::audit::{Entry, is_hpa_controller};
use crate::pace::Pace;
use crate::recorder::Exchange;
use crate::watched::{self, Change, Watched};

/// How long what the controller heard may differ from what this client had heard.
pub(crate) const ABOUT: SignedDuration = SignedDuration::from_millis(400);

/// How much sooner or later the controller may have looked at its clock than the answer came that it had waited for, now or in the passes
/// that it remembers: a window's edge this near may lie on either side.
const EDGE: SignedDuration = SignedDuration::from_millis(60);

/// One pass.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// When it read the target's size.
    pub(crate) began: Timestamp,
    scale: Entry,
    exchanges: Vec<Exchange>,
    /// The write of the target's size.
    pub(crate) resized: Option<Entry>,
    /// The write of the status.
    pub(crate) status: Option<Entry>,
}

/// What one namespace's passes had.
pub(crate) struct Scene {
    namespace: String,
    pace: Pace,
    hpas: Vec<Change>,
    pods: Vec<Change>,
}

impl Scene {
    pub(crate) fn of(namespace: &str, pace: Pace, watched: &Watched) -> Self {
        Self {
            namespace: namespace.to_owned(),
            pace,
            hpas: watched.changes(namespace, "HorizontalPodAutoscaler"),
            pods: watched.changes(namespace, "Pod"),
        }
    }

    /// The situations that the controller can have had: the first is what this client saw, in the others something came sooner or later.
    /// With them, the uid of the HPA.
    pub(crate) fn situations(&self, pass: &Pass) -> Vec<(String, Situation)> {
        let given = pass.given();
        let mut moments = vec![given];
        moments.extend(pass.wrote());
        moments.extend([given + EDGE, given - EDGE]);
        let near = |change: &&Change| {
            change.received > pass.began - ABOUT && change.received < given + ABOUT
        };
        let mut seen = vec![given];
        seen.extend(self.pods.iter().filter(near).flat_map(|change| {
            [
                change.received,
                change.received - SignedDuration::from_nanos(1),
            ]
        }));
        let mut all = Vec::new();
        for hpa in self.hpas_at(pass) {
            for pods in &seen {
                for now in &moments {
                    all.push((hpa.1.clone(), self.situation(pass, hpa.0, *pods, *now)));
                }
            }
        }
        // Which pod an error names hangs on the order of a Go map.
        if let Some((uid, first)) = all.first().cloned() {
            for turned in 1..first.pods.len() {
                let mut other = first.clone();
                other.pods.rotate_left(turned);
                all.push((uid.clone(), other));
            }
        }
        all
    }

    /// The HPA as the controller had it: of the version that it wrote over, else the latest and the one before.
    fn hpas_at(&self, pass: &Pass) -> Vec<(&HpaState, String)> {
        let written = pass.status.as_ref().and_then(|entry| {
            let version = entry.request_object["metadata"]["resourceVersion"].as_str()?;
            self.hpas.iter().find(|change| change.version == version)
        });
        let latest = self
            .hpas
            .iter()
            .rev()
            .filter(|change| change.received < pass.began + ABOUT);
        let changes: Vec<&Change> = match written {
            Some(change) => vec![change],
            None => latest.take(3).collect(),
        };
        let mut states: Vec<(&HpaState, String)> = changes
            .into_iter()
            .filter_map(|change| match &change.what {
                Some(What::Hpa(Some(hpa))) => Some((&**hpa, change.uid.clone())),
                _ => None,
            })
            .collect();
        // What this client had by then comes first.
        states.sort_by_key(|state| {
            let found = self
                .hpas
                .iter()
                .find(|change| change.version == state.0.resource_version);
            found.is_none_or(|change| change.received > pass.began)
        });
        states
    }

    fn situation(
        &self,
        pass: &Pass,
        hpa: &HpaState,
        pods_at: Timestamp,
        now: Timestamp,
    ) -> Situation {
        let pods = watched::at(&self.pods, pods_at);
        let pods = pods.into_iter().filter_map(|change| match &change.what {
            Some(What::Pod(pod)) => Some(pod.pod.clone()),
            _ => None,
        });
        let error = |entry: &Entry| {
            let told = entry.response_status.message.clone();
            (entry.response_status.code >= 300).then_some(told)
        };
        Situation {
            now,
            namespace: self.namespace.clone(),
            name: hpa.name.clone(),
            spec: hpa.spec.clone(),
            status: hpa.status.clone(),
            scale: pass.scale(),
            pods: pods.collect::<Vec<Pod>>(),
            pods_certainty: Certainty::Observed,
            metrics: pass.metrics(&hpa.spec),
            other_autoscalers: Vec::new(),
            memory: Memory::default(),
            config: self.pace.config(),
            passes: self.pace.passes(),
            writes: Writes {
                scale_error: pass.resized.as_ref().and_then(error),
                scale_at: pass.remembered(),
                // As where the HPA goes while its pass runs: pausing takes KEDA's away.
                status_error: pass.status.as_ref().and_then(error),
            },
        }
    }
}

impl Pass {
    /// When it had all that it asked for.
    pub(crate) fn given(&self) -> Timestamp {
        let last = self.exchanges.iter().map(|one| one.answered).max();
        last.unwrap_or(self.scale.stage_timestamp)
    }

    /// When the controller remembered the size that it wrote: between the answer to that and the write of the status.
    fn remembered(&self) -> Option<Timestamp> {
        let answered = self.resized.as_ref()?.stage_timestamp;
        let told = self
            .status
            .as_ref()
            .map(|entry| entry.request_received_timestamp);
        let after = told.map_or(SignedDuration::ZERO, |told| told.duration_since(answered));
        Some(answered + after / 2)
    }

    /// Whether its write of the size was refused, and nothing followed yet.
    fn is_refused(&self) -> bool {
        let code = self
            .resized
            .as_ref()
            .map(|entry| entry.response_status.code);
        code.is_some_and(|code| code >= 300) && self.status.is_none()
    }

    /// The size that it wrote.
    pub(crate) fn size_written(&self) -> Option<i32> {
        let written = self.resized.as_ref()?;
        let size = written.request_object["spec"]["replicas"].as_i64();
        i32::try_from(size.unwrap_or(0)).ok()
    }

    /// The size that it found.
    pub(crate) fn size_found(&self) -> Option<i32> {
        match self.scale().result {
            Answered::Value(scale) => Some(scale.spec_replicas),
            Answered::Error(_) => None,
        }
    }

    /// What the metrics APIs told, without times.
    pub(crate) fn told(&self) -> Vec<String> {
        let without_times = |one: &Exchange| {
            let mut body: Value = serde_json::from_str(&one.body).unwrap_or_default();
            for item in body["items"].as_array_mut().into_iter().flatten() {
                item["timestamp"].take();
                item["window"].take();
                item["metadata"].take();
            }
            format!("{} {}", one.status, body["items"])
        };
        self.exchanges.iter().map(without_times).collect()
    }

    /// When it first wrote, if it did.
    fn wrote(&self) -> Option<Timestamp> {
        let writes = self.resized.iter().chain(&self.status);
        writes.map(|entry| entry.request_received_timestamp).min()
    }

    fn scale(&self) -> Answer<Scale> {
        if self.scale.response_status.code >= 300 {
            return Answer::failed(self.scale.response_status.message.clone());
        }
        let object = &self.scale.response_object;
        let count = |value: &Value| i32::try_from(value.as_i64().unwrap_or(0)).unwrap();
        Answer::observed(Scale {
            spec_replicas: count(&object["spec"]["replicas"]),
            status_replicas: count(&object["status"]["replicas"]),
            selector: object["status"]["selector"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        })
    }

    /// What the metrics APIs told about this spec.
    pub(crate) fn metrics(&self, spec: &Spec) -> Metrics {
        let resource = self
            .exchanges
            .iter()
            .find(|one| one.path.starts_with("/apis/metrics.k8s.io/"))
            .map(|one| answer(one, |body| pod_usages(body).unwrap()));
        let wanted = spec
            .metrics
            .iter()
            .filter(|metric| metric.kind == SourceKind::External)
            .filter_map(|metric| metric.external.as_ref());
        let external = wanted.filter_map(|source| {
            // client-go takes the metric's name for a resource's (`rest.Request.URL`).
            let path = format!("/{}?", source.metric.name.to_lowercase());
            let exchange = self.exchanges.iter().find(|one| {
                one.path.starts_with("/apis/external.metrics.k8s.io/")
                    && format!("{}?", one.path).contains(&path)
            })?;
            Some(ExternalAnswer {
                metric: source.metric.clone(),
                answer: answer(exchange, |body| external_values(body).unwrap()),
            })
        });
        Metrics {
            resource,
            external: external.collect(),
            ..Metrics::default()
        }
    }
}

fn answer<T>(exchange: &Exchange, read: impl Fn(&[u8]) -> T) -> Answer<T> {
    answered(exchange.status, &exchange.body, read)
}

/// A value, or the words that client-go makes of a Status.
pub(crate) fn answered<T>(status: u16, body: &str, read: impl Fn(&[u8]) -> T) -> Answer<T> {
    if status < 300 {
        return Answer::observed(read(body.as_bytes()));
    }
    let status: Value = serde_json::from_str(body).unwrap_or_default();
    Answer::failed(status["message"].as_str().unwrap_or(body))
}

/// The passes over one namespace's autoscaler.
pub(crate) fn passes(namespace: &str, entries: &[Entry], exchanges: &[Exchange]) -> Vec<Pass> {
    let mut passes: Vec<Pass> = Vec::new();
    let own = entries
        .iter()
        .filter(|entry| entry.is_of_hpa_controller() && entry.object_ref.namespace == namespace);
    for entry in own {
        let current = passes.last_mut();
        match (entry.is_about("scale"), entry.verb.as_str(), current) {
            // Read again to be written again (`RetryOnConflict`).
            (true, "get", Some(pass)) if pass.is_refused() => {}
            (true, "get", _) => passes.push(Pass {
                began: entry.request_received_timestamp,
                scale: entry.clone(),
                exchanges: Vec::new(),
                resized: None,
                status: None,
            }),
            (true, _, Some(pass)) => pass.resized = Some(entry.clone()),
            (false, _, Some(pass)) if entry.is_about("status") => {
                pass.status = Some(entry.clone());
            }
            _ => {}
        }
    }
    let asked = exchanges
        .iter()
        .filter(|one| is_hpa_controller(&one.agent) && one.namespace() == namespace);
    for exchange in asked {
        let after = passes.partition_point(|pass| pass.began <= exchange.asked);
        if let Some(pass) = after.checked_sub(1).and_then(|at| passes.get_mut(at)) {
            pass.exchanges.push(exchange.clone());
        }
    }
    // The last may not be over.
    passes.pop();
    passes
}
