//! Which facts of the cluster are about which autoscaler's workload.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ObjectRow;
use model::fact::{EventState, Part, SeenRow, Subject, SubjectKind, What};
use scaling::findings::workload::{AutoscalerKind, AutoscalerRef};

use super::source::Source;
use crate::session::collection::Names;

/// Namespace and name.
type Key = (String, String);

/// What an autoscaler scales: its kind and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    kind: String,
    name: String,
}

/// What was seen of an object last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(super) what: What,
    /// When that happened, as the object says.
    pub(super) source: Option<Timestamp>,
}

/// An HPA, with whose it is.
#[derive(Debug)]
struct Hpa {
    /// The `ScaledObject` that it was made for.
    made_for: Option<String>,
    target: Target,
    seen: Seen,
}

/// The cluster's autoscalers and what they scale, as they were seen last.
#[derive(Debug, Default)]
pub(super) struct Known {
    hpas: BTreeMap<Key, Hpa>,
    objects: BTreeMap<Key, (Target, Seen)>,
    jobs: BTreeMap<Key, Seen>,
    targets: BTreeMap<Source, BTreeMap<Key, Seen>>,
}

/// Something that was seen, with whom it is about.
pub(crate) type About = (Subject, Seen);

impl Known {
    /// What an object that was seen tells, of whom; nothing if it is as it was.
    pub(super) fn put(&mut self, row: &SeenRow) -> Vec<About> {
        let key = (row.meta.namespace.to_string(), row.meta.name.to_string());
        let seen = Seen {
            what: row.what.clone(),
            source: row.source,
        };
        match (&row.what, &row.row) {
            (What::Hpa(_), ObjectRow::Hpa(hpa)) => {
                let hpa = Hpa {
                    made_for: hpa.scaled_object.as_deref().map(str::to_owned),
                    target: target(&hpa.target),
                    seen: seen.clone(),
                };
                let subject = of_hpa(&key, &hpa);
                let place = hpa.target.clone();
                let before = self.hpas.insert(key, hpa);
                if before
                    .as_ref()
                    .is_some_and(|old| old.seen.what == seen.what)
                {
                    return Vec::new();
                }
                let is_new = before.is_none_or(|old| old.target != place);
                self.with_target(&subject, seen, is_new.then_some(&place))
            }
            (What::ScaledObject(_), ObjectRow::ScaledObject(object)) => {
                let place = target(&object.target);
                let subject = subject(SubjectKind::ScaledObject, &key);
                let before = self.objects.insert(key, (place.clone(), seen.clone()));
                if before
                    .as_ref()
                    .is_some_and(|(_, old)| old.what == seen.what)
                {
                    return Vec::new();
                }
                let is_new = before.is_none_or(|(old, _)| old != place);
                self.with_target(&subject, seen, is_new.then_some(&place))
            }
            (What::ScaledJob(_), _) => {
                let subject = subject(SubjectKind::ScaledJob, &key);
                let before = self.jobs.insert(key, seen.clone());
                if before.is_some_and(|old| old.what == seen.what) {
                    return Vec::new();
                }
                vec![(subject, seen)]
            }
            (What::Target(Some(state)), _) => {
                let Some(source) = Source::of_workload(&state.kind) else {
                    return Vec::new();
                };
                let (namespace, name) = key.clone();
                let of_kind = self.targets.entry(source).or_default();
                if of_kind
                    .insert(key, seen.clone())
                    .is_some_and(|old| old.what == seen.what)
                {
                    return Vec::new();
                }
                let on = self.on(&namespace, &state.kind, &name);
                on.map(|subject| (subject, seen.clone())).collect()
            }
            (What::Event(event), _) => {
                let about = self.about(&key.0, event);
                about.map(|subject| (subject, seen)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// What was seen itself, after what is scaled where that is news.
    fn with_target(&self, subject: &Subject, seen: Seen, target: Option<&Target>) -> Vec<About> {
        let state = target.and_then(|target| self.state(&subject.namespace, target));
        let all = state.cloned().into_iter().chain([seen]);
        all.map(|seen| (subject.clone(), seen)).collect()
    }

    fn state(&self, namespace: &str, target: &Target) -> Option<&Seen> {
        let of_kind = self.targets.get(&Source::of_workload(&target.kind)?)?;
        of_kind.get(&(namespace.to_owned(), target.name.clone()))
    }

    /// What the end of an object tells.
    pub(super) fn gone(&mut self, source: Source, namespace: &str, name: &str) -> Vec<About> {
        let key = (namespace.to_owned(), name.to_owned());
        let told = |subject: Subject, what: What| {
            let seen = Seen { what, source: None };
            vec![(subject, seen)]
        };
        match source {
            Source::Hpas => match self.hpas.remove(&key) {
                Some(hpa) => told(of_hpa(&key, &hpa), What::Hpa(None)),
                None => Vec::new(),
            },
            Source::ScaledObjects => match self.objects.remove(&key) {
                Some(_) => told(
                    subject(SubjectKind::ScaledObject, &key),
                    What::ScaledObject(None),
                ),
                None => Vec::new(),
            },
            Source::ScaledJobs => match self.jobs.remove(&key) {
                Some(_) => told(subject(SubjectKind::ScaledJob, &key), What::ScaledJob(None)),
                None => Vec::new(),
            },
            Source::Deployments | Source::StatefulSets => {
                let removed = self.targets.get_mut(&source);
                if removed.and_then(|of_kind| of_kind.remove(&key)).is_none() {
                    return Vec::new();
                }
                let kind = source.resource().kind;
                let on = self.on(namespace, &kind, name);
                on.flat_map(|subject| told(subject, What::Target(None)))
                    .collect()
            }
        }
    }

    /// Ends of all objects of a source in a namespace, or in all of them, but for those that are `there`.
    pub(super) fn lacking(
        &mut self,
        source: Source,
        namespace: Option<&str>,
        there: &Names,
    ) -> Vec<About> {
        let names: Vec<Key> = match source {
            Source::Hpas => self.hpas.keys().cloned().collect(),
            Source::ScaledObjects => self.objects.keys().cloned().collect(),
            Source::ScaledJobs => self.jobs.keys().cloned().collect(),
            Source::Deployments | Source::StatefulSets => {
                let of_kind = self.targets.get(&source).into_iter();
                of_kind.flat_map(BTreeMap::keys).cloned().collect()
            }
        };
        let lacks = |(own, name): &&Key| {
            namespace.is_none_or(|namespace| namespace == own)
                && !there.contains(&(own.as_str().into(), name.as_str().into()))
        };
        let lacking: Vec<Key> = names.iter().filter(lacks).cloned().collect();
        let ends = lacking.into_iter();
        ends.flat_map(|(namespace, name)| self.gone(source, &namespace, &name))
            .collect()
    }

    /// Everything there is of a part of a subject, and that what is not there is not.
    pub(super) fn all(&self, subject: &Subject, part: Part) -> Vec<Seen> {
        let key = (subject.namespace.clone(), subject.name.clone());
        let or_gone = |seen: Option<&Seen>, gone: What| {
            let absent = || Seen {
                what: gone,
                source: None,
            };
            seen.cloned().unwrap_or_else(absent)
        };
        match (part, subject.kind) {
            (Part::Autoscaler, SubjectKind::Hpa) => {
                let hpa = self.hpas.get(&key).map(|hpa| &hpa.seen);
                vec![or_gone(hpa, What::Hpa(None))]
            }
            (Part::Autoscaler, SubjectKind::ScaledObject) => {
                let object = self.objects.get(&key).map(|(_, seen)| seen);
                let hpa = self.made_for(subject).map(|hpa| &hpa.seen);
                vec![
                    or_gone(object, What::ScaledObject(None)),
                    or_gone(hpa, What::Hpa(None)),
                ]
            }
            (Part::Autoscaler, SubjectKind::ScaledJob) => {
                vec![or_gone(self.jobs.get(&key), What::ScaledJob(None))]
            }
            (Part::Target, _) => {
                let target = self.target(subject);
                let state = target.and_then(|target| self.state(&subject.namespace, target));
                vec![or_gone(state, What::Target(None))]
            }
            (Part::Pods | Part::Jobs | Part::Events | Part::Metrics, _) => Vec::new(),
        }
    }

    /// The kind of what a subject scales, where that is known and followed.
    pub(super) fn target_source(&self, subject: &Subject) -> Option<Source> {
        Source::of_workload(&self.target(subject)?.kind)
    }

    fn target(&self, subject: &Subject) -> Option<&Target> {
        let key = (subject.namespace.clone(), subject.name.clone());
        match subject.kind {
            SubjectKind::Hpa => self.hpas.get(&key).map(|hpa| &hpa.target),
            SubjectKind::ScaledObject => {
                let object = self.objects.get(&key).map(|(target, _)| target);
                object.or_else(|| self.made_for(subject).map(|hpa| &hpa.target))
            }
            SubjectKind::ScaledJob => None,
        }
    }

    /// Whose facts an autoscaler's are: an HPA that was made for a `ScaledObject` is told as part of that.
    pub(super) fn whose(&self, of: Subject) -> Subject {
        if of.kind != SubjectKind::Hpa {
            return of;
        }
        let key = (of.namespace.clone(), of.name.clone());
        self.hpas.get(&key).map_or(of, |hpa| of_hpa(&key, hpa))
    }

    /// The HPA that was made for a `ScaledObject`.
    fn made_for(&self, object: &Subject) -> Option<&Hpa> {
        let begin = (object.namespace.clone(), String::new());
        let near = self.hpas.range(begin..);
        let mut near = near.take_while(|((namespace, _), _)| *namespace == object.namespace);
        near.find(|(_, hpa)| hpa.made_for.as_deref() == Some(&object.name))
            .map(|(_, hpa)| hpa)
    }

    /// Everybody there is.
    pub(super) fn subjects(&self) -> BTreeSet<Subject> {
        let hpas = self.hpas.iter().map(|(key, hpa)| of_hpa(key, hpa));
        let objects = self.objects.keys();
        let objects = objects.map(|key| subject(SubjectKind::ScaledObject, key));
        let jobs = self.jobs.keys();
        let jobs = jobs.map(|key| subject(SubjectKind::ScaledJob, key));
        hpas.chain(objects).chain(jobs).collect()
    }

    /// All autoscalers on a workload.
    pub(super) fn autoscalers_on(
        &self,
        namespace: &str,
        kind: &str,
        name: &str,
    ) -> Vec<AutoscalerRef> {
        let is_it = |own: &str, target: &Target| {
            own == namespace && target.kind == kind && target.name == name
        };
        let hpas = self.hpas.iter();
        let hpas =
            hpas.filter(|((own, _), hpa)| is_it(own, &hpa.target))
                .map(|((_, name), hpa)| AutoscalerRef {
                    kind: AutoscalerKind::HorizontalPodAutoscaler,
                    name: name.clone(),
                    made_for: hpa.made_for.clone(),
                });
        let objects = self.objects.iter();
        let objects = objects
            .filter(|((own, _), (target, _))| is_it(own, target))
            .map(|((_, name), _)| AutoscalerRef {
                kind: AutoscalerKind::ScaledObject,
                name: name.clone(),
                made_for: None,
            });
        hpas.chain(objects).collect()
    }

    /// Whether anything of this kind is scaled.
    pub(super) fn is_scaled(&self, kind: &str) -> bool {
        let of_hpas = self.hpas.values().map(|hpa| &hpa.target);
        of_hpas
            .chain(self.objects.values().map(|(target, _)| target))
            .any(|target| target.kind == kind)
    }

    /// Whom a workload concerns.
    fn on<'a>(
        &'a self,
        namespace: &'a str,
        kind: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = Subject> {
        let is_it = move |key: &Key, target: &Target| {
            key.0 == namespace && target.kind == kind && target.name == name
        };
        let hpas = self.hpas.iter();
        let hpas = hpas
            .filter(move |(key, hpa)| is_it(key, &hpa.target))
            .map(|(key, hpa)| of_hpa(key, hpa));
        let objects = self.objects.iter();
        let objects = objects
            .filter(move |(key, (target, _))| is_it(key, target))
            .map(|(key, _)| subject(SubjectKind::ScaledObject, key));
        hpas.chain(objects).collect::<BTreeSet<_>>().into_iter()
    }

    /// Whom an event is about, of those that are known.
    fn about(&self, namespace: &str, event: &EventState) -> Option<Subject> {
        let key = (namespace.to_owned(), event.about.clone());
        match event.about_kind.as_str() {
            "HorizontalPodAutoscaler" => self.hpas.get(&key).map(|hpa| of_hpa(&key, hpa)),
            "ScaledObject" if self.objects.contains_key(&key) => {
                Some(subject(SubjectKind::ScaledObject, &key))
            }
            "ScaledJob" if self.jobs.contains_key(&key) => {
                Some(subject(SubjectKind::ScaledJob, &key))
            }
            _ => None,
        }
    }
}

fn target(reference: &model::rows::Reference) -> Target {
    let kind = match &*reference.kind {
        "" => "Deployment",
        kind => kind,
    };
    Target {
        kind: kind.to_owned(),
        name: reference.name.to_string(),
    }
}

fn subject(kind: SubjectKind, (namespace, name): &Key) -> Subject {
    Subject {
        kind,
        namespace: namespace.clone(),
        name: name.clone(),
    }
}

fn of_hpa(key: &Key, hpa: &Hpa) -> Subject {
    match &hpa.made_for {
        Some(object) => subject(SubjectKind::ScaledObject, &(key.0.clone(), object.clone())),
        None => subject(SubjectKind::Hpa, key),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::fact::decode_seen;
    use serde_json::{Value, json};

    use super::*;

    fn seen(group: &str, kind: &str, object: &Value) -> SeenRow {
        let row = decode_seen(group, kind, object.to_string().as_bytes()).unwrap();
        match row {
            ObjectRow::Seen(seen) => *seen,
            other => panic!("{other:?}"),
        }
    }

    fn hpa(name: &str, target: &str, owner: Option<&str>) -> SeenRow {
        let owners = owner.map(|name| {
            json!([{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": name, "uid": "o", "controller": true}])
        });
        let object = json!({
            "metadata": {"namespace": "shop", "name": name, "uid": name, "resourceVersion": "1", "ownerReferences": owners.unwrap_or(json!([]))},
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}, "maxReplicas": 5},
        });
        seen("autoscaling", "HorizontalPodAutoscaler", &object)
    }

    fn deployment(name: &str, replicas: i32) -> SeenRow {
        let object = json!({
            "metadata": {"namespace": "shop", "name": name, "uid": name, "resourceVersion": "1"},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}},
            "status": {"replicas": 2},
        });
        seen("apps", "Deployment", &object)
    }

    fn told(about: &[About]) -> Vec<(SubjectKind, &str, bool)> {
        about
            .iter()
            .map(|(subject, seen)| {
                let is_target = matches!(seen.what, What::Target(_));
                (subject.kind, subject.name.as_str(), is_target)
            })
            .collect()
    }

    #[test]
    fn a_workload_is_told_to_all_that_scale_it_whichever_comes_first() {
        let mut known = Known::default();
        assert!(known.put(&deployment("cart", 2)).is_empty());
        let first = known.put(&hpa("cart", "cart", None));
        assert_eq!(
            told(&first),
            [
                (SubjectKind::Hpa, "cart", true),
                (SubjectKind::Hpa, "cart", false)
            ]
        );
        // Told once.
        assert!(known.put(&hpa("cart", "cart", None)).is_empty());
        assert!(known.put(&deployment("cart", 2)).is_empty());
        let made = known.put(&hpa("keda-hpa-cart", "cart", Some("queue")));
        assert_eq!(made.last().unwrap().0.kind, SubjectKind::ScaledObject);
        let both = known.put(&deployment("cart", 3));
        assert_eq!(
            told(&both),
            [
                (SubjectKind::Hpa, "cart", true),
                (SubjectKind::ScaledObject, "queue", true)
            ]
        );
        assert_eq!(known.subjects().len(), 2);
        let whose = |name: &str| {
            known.whose(subject(
                SubjectKind::Hpa,
                &("shop".to_owned(), name.to_owned()),
            ))
        };
        assert_eq!(whose("keda-hpa-cart"), made[0].0);
        assert_eq!(whose("cart"), first[0].0);
        assert_eq!(whose("unknown").name, "unknown");
        assert!(known.is_scaled("Deployment") && !known.is_scaled("StatefulSet"));
    }

    #[test]
    fn ends_are_told_once() {
        let mut known = Known::default();
        known.put(&hpa("cart", "cart", None));
        assert_eq!(known.gone(Source::Hpas, "shop", "cart").len(), 1);
        assert!(known.gone(Source::Hpas, "shop", "cart").is_empty());
        assert!(known.gone(Source::Deployments, "shop", "cart").is_empty());
        assert!(known.subjects().is_empty());
    }

    #[test]
    fn what_a_list_of_its_namespace_lacks_is_gone() {
        let mut known = Known::default();
        known.put(&hpa("cart", "cart", None));
        known.put(&hpa("mail", "mail", None));
        let there: Names = [("shop".into(), "mail".into())].into();
        assert!(
            known
                .lacking(Source::Hpas, Some("other"), &there)
                .is_empty()
        );
        let gone = known.lacking(Source::Hpas, Some("shop"), &there);
        assert_eq!(told(&gone), [(SubjectKind::Hpa, "cart", false)]);
        assert_eq!(known.lacking(Source::Hpas, None, &Names::new()).len(), 1);
    }

    #[test]
    fn all_of_a_part_tells_also_what_is_not_there() {
        let mut known = Known::default();
        known.put(&hpa("cart", "cart", None));
        let cart = subject(SubjectKind::Hpa, &("shop".to_owned(), "cart".to_owned()));
        let what = |seen: Vec<Seen>| seen.into_iter().map(|seen| seen.what).collect::<Vec<_>>();
        assert_eq!(what(known.all(&cart, Part::Target)), [What::Target(None)]);
        known.put(&deployment("cart", 2));
        assert!(matches!(
            what(known.all(&cart, Part::Target))[..],
            [What::Target(Some(_))]
        ));
        assert!(matches!(
            what(known.all(&cart, Part::Autoscaler))[..],
            [What::Hpa(Some(_))]
        ));
        let queue = subject(
            SubjectKind::ScaledObject,
            &("shop".to_owned(), "queue".to_owned()),
        );
        assert_eq!(
            what(known.all(&queue, Part::Autoscaler)),
            [What::ScaledObject(None), What::Hpa(None)]
        );
    }
}
