//! The story as facts: what somebody would have seen who watched its autoscalers all along.
//!
//! It is played once more in a world of its own, from before the stretch that is told, so that the memory of its controllers is whole.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ObjectRow;
use model::fact::{Fact, Part, SeenRow, Subject, SubjectKind, What, decode_seen};
use model::rows::Reference;
use scaling::keda::scaled_job::jobs::JobPod;
use serde_json::Value;

use super::Day;
use crate::World;
use crate::store::{Change, What as Done};

/// What is watched of each subject; the metrics APIs are asked by nobody.
const PARTS: [Part; 5] = [
    Part::Autoscaler,
    Part::Target,
    Part::Pods,
    Part::Jobs,
    Part::Events,
];

/// The story as facts, as far as it was told.
#[derive(Debug)]
pub struct Telling {
    day: Day,
    /// Up to here the store was read.
    revision: u64,
    subjects: BTreeMap<Subject, Followed>,
    /// HPAs by their path, with whose they are.
    hpas: BTreeMap<String, Subject>,
    told: Vec<(Subject, Fact)>,
}

/// What is known of a subject.
#[derive(Debug, Default)]
struct Followed {
    /// Kind and name of what is scaled.
    target: Option<(String, String)>,
    /// Labels by which the target's pods are known.
    selector: Option<Vec<(String, String)>>,
}

impl Telling {
    /// Beginning with all that is there at an instant.
    pub fn new(seed: u64, begin: Timestamp) -> Self {
        let day = super::at(seed, begin);
        let revision = day.world.store.revision();
        let mut telling = Self {
            day,
            revision,
            subjects: BTreeMap::new(),
            hpas: BTreeMap::new(),
            told: Vec::new(),
        };
        telling.tell_all();
        telling
    }

    /// Up to when it was told.
    pub fn now(&self) -> Timestamp {
        self.day.world.now()
    }

    /// The cluster as it stands there.
    pub fn world(&self) -> &World {
        &self.day.world
    }

    /// Goes on up to a moment; what was seen since the last time, each with whose it is, in order of time.
    pub fn until(&mut self, moment: Timestamp) -> Vec<(Subject, Fact)> {
        while self.now() < moment {
            // Controllers do all that is due by then; facts shall have the moment at which it was.
            let Day {
                world, controllers, ..
            } = &mut self.day;
            let next = controllers.step(world, world.now());
            let next = next.filter(|next| *next < moment).unwrap_or(moment);
            controllers.step(world, next);
            self.notice();
        }
        std::mem::take(&mut self.told)
    }

    /// All that is there: autoscalers before what they scale, that before its pods.
    fn tell_all(&mut self) {
        for resource in RESOURCES {
            let world = &self.day.world;
            let found = world.store.list(resource, "", None);
            let all: Vec<_> = found
                .map(|(key, object)| (key.path.to_string(), std::sync::Arc::clone(object)))
                .collect();
            for (path, object) in all {
                self.put(resource, &path, &object);
            }
        }
    }

    fn notice(&mut self) {
        let changes = self.day.world.store.since(self.revision);
        let changes: Vec<Change> = changes.into_iter().flatten().cloned().collect();
        self.revision = self.day.world.store.revision();
        for change in changes {
            let (resource, path) = (&*change.key.resource, &*change.key.path);
            match change.what {
                Done::Added | Done::Modified => self.put(resource, path, &change.object),
                Done::Deleted => self.gone(resource, path, &change.object),
            }
        }
    }

    fn put(&mut self, resource: &str, path: &str, object: &Value) {
        match resource {
            HPAS | SCALED_OBJECTS | SCALED_JOBS => self.autoscaler(resource, path, object),
            "pods" => {
                for subject in self.of_pod(object) {
                    self.see(&subject, "", "Pod", object);
                }
                // What a Job is changes with its pods.
                let job = object["metadata"]["labels"]["batch.kubernetes.io/job-name"].as_str();
                let (namespace, _) = names(object);
                let job = job.and_then(|job| self.day.world.get("jobs.batch", namespace, job));
                if let Some(job) = job {
                    self.job(&job);
                }
            }
            "jobs.batch" => self.job(object),
            "events" => {
                if let Some(subject) = self.of_event(object) {
                    self.see(&subject, "", "Event", object);
                }
            }
            _ => {
                let Some(kind) = workload(resource) else {
                    return;
                };
                let (namespace, name) = names(object);
                for subject in self.scaling(namespace, kind, name) {
                    let Some(row) = self.see(&subject, "apps", kind, object) else {
                        continue;
                    };
                    if let What::Target(Some(target)) = row.what
                        && let Some(followed) = self.subjects.get_mut(&subject)
                    {
                        followed.selector = labels(&target.selector);
                    }
                }
            }
        }
    }

    /// A Job with its pods.
    fn job(&mut self, object: &Value) {
        let Some(subject) = self.of_job(object) else {
            return;
        };
        let Some(row) = decode("batch", "Job", object) else {
            return;
        };
        let What::Job(mut state) = row.what else {
            return;
        };
        let (namespace, name) = names(object);
        let prefix = format!("{namespace}/");
        let pods = self.day.world.store.list("pods", &prefix, None);
        let pods = pods
            .filter(|(_, pod)| pod["metadata"]["labels"]["batch.kubernetes.io/job-name"] == *name);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pods = pods.map(|(_, pod)| JobPod {
            phase: text(&pod["status"]["phase"]),
            conditions: Vec::new(),
        });
        state.job.pods = pods.collect();
        self.tell(&subject, row.source, What::Job(state));
    }

    fn autoscaler(&mut self, resource: &str, path: &str, object: &Value) {
        let (group, kind) = match resource {
            HPAS => ("autoscaling", "HorizontalPodAutoscaler"),
            SCALED_OBJECTS => ("keda.sh", "ScaledObject"),
            _ => ("keda.sh", "ScaledJob"),
        };
        let Some(row) = decode(group, kind, object) else {
            return;
        };
        let own = |kind, name: &str| Subject {
            kind,
            namespace: row.meta.namespace.to_string(),
            name: name.to_owned(),
        };
        let (subject, reference) = match &row.row {
            ObjectRow::Hpa(hpa) => {
                let subject = match hpa.scaled_object.as_deref() {
                    Some(object) => own(SubjectKind::ScaledObject, object),
                    None => own(SubjectKind::Hpa, &row.meta.name),
                };
                self.hpas.insert(path.to_owned(), subject.clone());
                (subject, Some(&hpa.target))
            }
            ObjectRow::ScaledObject(object) => {
                let subject = own(SubjectKind::ScaledObject, &row.meta.name);
                (subject, Some(&object.target))
            }
            ObjectRow::ScaledJob(_)
            | ObjectRow::Deployment(_)
            | ObjectRow::ReplicaSet(_)
            | ObjectRow::Pod(_)
            | ObjectRow::Node(_)
            | ObjectRow::Namespace(_)
            | ObjectRow::Event(_)
            | ObjectRow::Generic(_)
            | ObjectRow::Linked(_)
            | ObjectRow::Seen(_) => (own(SubjectKind::ScaledJob, &row.meta.name), None),
        };
        let is_new = !self.subjects.contains_key(&subject);
        if is_new {
            for part in PARTS {
                self.tell(&subject, None, What::Watched(part));
            }
        }
        let target = reference.map(target);
        let followed = self.subjects.entry(subject.clone()).or_default();
        let is_other = target.is_some() && followed.target != target;
        if is_other {
            followed.target.clone_from(&target);
        }
        self.tell(&subject, row.source, row.what.clone());
        if let Some((kind, name)) = target.filter(|_| is_other) {
            self.tell_target(&subject, &kind, &name);
        }
    }

    /// What it scales with its pods, which were there before it.
    fn tell_target(&mut self, subject: &Subject, kind: &str, name: &str) {
        let Some(resource) = WORKLOADS.iter().find(|(_, own)| *own == kind) else {
            return;
        };
        let world = &self.day.world;
        let Some(object) = world.get(resource.0, &subject.namespace, name) else {
            return;
        };
        self.put(
            resource.0,
            &format!("{}/{name}", subject.namespace),
            &object,
        );
        let prefix = format!("{}/", subject.namespace);
        let pods = self.day.world.store.list("pods", &prefix, None);
        let pods: Vec<_> = pods.map(|(_, pod)| std::sync::Arc::clone(pod)).collect();
        for pod in pods {
            if self.of_pod(&pod).contains(subject) {
                self.see(subject, "", "Pod", &pod);
            }
        }
    }

    fn gone(&mut self, resource: &str, path: &str, object: &Value) {
        let name = names(object).1.to_owned();
        match resource {
            "pods" => {
                for subject in self.of_pod(object) {
                    self.tell(&subject, None, What::PodGone(name.clone()));
                }
            }
            "jobs.batch" => {
                if let Some(subject) = self.of_job(object) {
                    self.tell(&subject, None, What::JobGone(name));
                }
            }
            HPAS => {
                if let Some(subject) = self.hpas.remove(path) {
                    self.tell(&subject, None, What::Hpa(None));
                }
            }
            // The story never deletes these; a watch of what stands would say the same.
            _ => {}
        }
    }

    fn see(
        &mut self,
        subject: &Subject,
        group: &str,
        kind: &str,
        object: &Value,
    ) -> Option<SeenRow> {
        let row = decode(group, kind, object)?;
        self.tell(subject, row.source, row.what.clone());
        Some(row)
    }

    fn tell(&mut self, subject: &Subject, source: Option<Timestamp>, what: What) {
        let fact = Fact {
            received: self.now(),
            source,
            what,
        };
        self.told.push((subject.clone(), fact));
    }

    fn scaling(&self, namespace: &str, kind: &str, name: &str) -> Vec<Subject> {
        let all = self.subjects.iter().filter(|(subject, followed)| {
            let target = followed.target.as_ref();
            subject.namespace == namespace
                && target.is_some_and(|(own, target)| own == kind && target == name)
        });
        all.map(|(subject, _)| subject.clone()).collect()
    }

    fn of_pod(&self, pod: &Value) -> Vec<Subject> {
        let (namespace, _) = names(pod);
        let own = &pod["metadata"]["labels"];
        let all = self.subjects.iter().filter(|(subject, followed)| {
            let is_selected = followed
                .selector
                .as_ref()
                .is_some_and(|selector| selector.iter().all(|(key, value)| own[key] == **value));
            let is_of_job = subject.kind == SubjectKind::ScaledJob
                && own["scaledjob.keda.sh/name"] == *subject.name;
            subject.namespace == namespace && (is_selected || is_of_job)
        });
        all.map(|(subject, _)| subject.clone()).collect()
    }

    fn of_job(&self, job: &Value) -> Option<Subject> {
        let subject = Subject {
            kind: SubjectKind::ScaledJob,
            namespace: names(job).0.to_owned(),
            name: job["metadata"]["labels"]["scaledjob.keda.sh/name"]
                .as_str()?
                .to_owned(),
        };
        self.subjects.contains_key(&subject).then_some(subject)
    }

    fn of_event(&self, event: &Value) -> Option<Subject> {
        let about = &event["involvedObject"];
        let (namespace, name) = (about["namespace"].as_str()?, about["name"].as_str()?);
        let kind = match about["kind"].as_str()? {
            "HorizontalPodAutoscaler" => {
                return self.hpas.get(&format!("{namespace}/{name}")).cloned();
            }
            "ScaledObject" => SubjectKind::ScaledObject,
            "ScaledJob" => SubjectKind::ScaledJob,
            _ => return None,
        };
        let subject = Subject {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        self.subjects.contains_key(&subject).then_some(subject)
    }
}

const HPAS: &str = super::HPAS;
const SCALED_OBJECTS: &str = "scaledobjects.keda.sh";
const SCALED_JOBS: &str = "scaledjobs.keda.sh";
/// Workloads that the story scales.
const WORKLOADS: [(&str, &str); 2] = [
    ("deployments.apps", "Deployment"),
    ("statefulsets.apps", "StatefulSet"),
];
/// What is told, in the order in which it is told first. Workloads and pods come with the autoscalers.
const RESOURCES: [&str; 5] = [SCALED_OBJECTS, HPAS, SCALED_JOBS, "jobs.batch", "events"];

fn workload(resource: &str) -> Option<&'static str> {
    let found = WORKLOADS.iter().find(|(own, _)| *own == resource);
    found.map(|(_, kind)| *kind)
}

fn names(object: &Value) -> (&str, &str) {
    let metadata = &object["metadata"];
    let text = |field: &str| metadata[field].as_str().unwrap_or_default();
    (text("namespace"), text("name"))
}

fn decode(group: &str, kind: &str, object: &Value) -> Option<SeenRow> {
    match decode_seen(group, kind, object.to_string().as_bytes()).ok()? {
        ObjectRow::Seen(row) => Some(*row),
        _ => None,
    }
}

fn target(reference: &Reference) -> (String, String) {
    let kind = match &*reference.kind {
        "" => "Deployment",
        kind => kind,
    };
    (kind.to_owned(), reference.name.to_string())
}

/// `app=cart,tier=web`; other selectors the story has none of.
fn labels(selector: &str) -> Option<Vec<(String, String)>> {
    let pairs = selector.split(',').map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((key.to_owned(), value.to_owned()))
    });
    pairs.collect()
}
