//! The Jobs that all `ScaledJobs` made: how many run, and how many ran over the last hour.
//!
//! One watch by KEDA's label, from the first `ScaledJob` that is known on: it brings no other Jobs.

use std::collections::{BTreeMap, BTreeSet};

use cluster::follow::follow;
use cluster::health::Health;
use cluster::update::{Change, Reading, Scope, Update};
use model::fact::{JobState, SeenRow, What};
use model::scaling::{JobCounts, Told};
use model::{Kind, ObjectRow, Resource};
use scaling::keda::scaled_job::jobs::End;

use super::Session;
use super::feeds::{FeedId, Message, Owner};
use super::recording::Spark;

/// The label by which KEDA marks the Jobs it makes (KEDA v2.21.0 `pkg/scaling/executor/scale_jobs.go`).
const OF_SCALED_JOB: &str = "scaledjob.keda.sh/name";
/// How often what did not change is noted as being so still.
const STAY_MS: i64 = 60_000;

/// Namespace and name.
type Key = (Box<str>, Box<str>);

/// All of them.
#[derive(Default)]
pub(crate) struct ScaledJobs {
    feed: Option<FeedId>,
    /// All there are have come.
    is_whole: bool,
    /// Jobs by name, of each `ScaledJob`.
    jobs: BTreeMap<Key, BTreeMap<Box<str>, JobState>>,
    /// Which `ScaledJob` made a Job.
    made_by: BTreeMap<Key, Box<str>>,
    /// Running Jobs by `ScaledJob`.
    sparks: BTreeMap<Key, Spark>,
    stayed_ms: i64,
}

impl Session {
    /// Begins to follow them once there is a `ScaledJob`.
    pub(crate) fn follow_made_jobs(&mut self) {
        let listed = |kind: Kind| {
            let mut all = self.collections.values();
            all.any(|one| one.is_of(kind) && !one.table.rows().is_empty())
        };
        let is_any = self.recording.knows_scaled_jobs() || listed(Kind::ScaledJobs);
        if self.scaled_jobs.feed.is_some() || !is_any {
            return;
        }
        let jobs = Resource {
            group: "batch".to_owned(),
            version: "v1".to_owned(),
            plural: "jobs".to_owned(),
            kind: "Job".to_owned(),
            namespaced: true,
        };
        let scope = Scope {
            labels: OF_SCALED_JOB.to_owned(),
            reading: Reading::Scaling,
            ..Scope::of(jobs, None, None)
        };
        let connection = self.connection.clone();
        let open = |sink| follow(connection, scope, sink);
        let feed = self.feeds.open(Owner::ScaledJobs, Message::Update, open);
        self.scaled_jobs.feed = Some(feed);
    }

    pub(crate) fn made_jobs_update(&mut self, feed: FeedId, update: Update) {
        let now = self.now_ms();
        if self.scaled_jobs.feed == Some(feed) && self.scaled_jobs.apply(update, now) {
            self.scaling.retell();
            for drawer in self.drawers.values_mut() {
                if drawer.scalers.has_jobs() {
                    drawer.touch();
                }
            }
        }
    }

    /// Each second: the last hour moves on.
    pub(crate) fn keep_made_jobs(&mut self, wall_ms: i64, now_ms: i64) {
        if self.scaled_jobs.tick(wall_ms, now_ms) {
            self.scaling.retell();
        }
    }

    /// The cluster's time was moved: what was seen of another time tells nothing of this one.
    pub(crate) fn begin_made_jobs_again(&mut self) {
        if let Some(feed) = std::mem::take(&mut self.scaled_jobs).feed {
            self.feeds.close(feed);
        }
        self.follow_made_jobs();
    }
}

impl ScaledJobs {
    /// Applies an update; whether anything that is told differs.
    fn apply(&mut self, update: Update, now_ms: i64) -> bool {
        let touched: BTreeSet<Key> = match update {
            Update::Rows(rows) => self.put_all(rows),
            Update::Listed { rows, .. } => {
                if let Some(rows) = rows {
                    for jobs in self.jobs.values_mut() {
                        jobs.clear();
                    }
                    self.made_by.clear();
                    self.put_all(rows);
                }
                self.is_whole = true;
                self.jobs.keys().cloned().collect()
            }
            Update::Changed(changes) => changes
                .into_iter()
                .filter_map(|change| match change {
                    Change::Put(row) => self.put(row),
                    Change::Gone { namespace, name } => self.gone(namespace, &name),
                })
                .collect(),
            Update::Health(health) => {
                let failed = matches!(health, Health::Failed { .. });
                let differs = failed && self.is_whole;
                self.is_whole &= !failed;
                return differs;
            }
            Update::Header(_) | Update::Preview(_) | Update::Progress { .. } => return false,
        };
        if self.is_whole {
            for (namespace, name) in &touched {
                let counts = self.counts(namespace, name);
                let running = counts.map_or(0, |counts| counts.running);
                let spark = self.sparks.entry((namespace.clone(), name.clone()));
                let running = i32::try_from(running).unwrap_or(i32::MAX);
                spark.or_default().note(now_ms, running);
            }
        }
        !touched.is_empty()
    }

    fn put_all(&mut self, rows: Vec<ObjectRow>) -> BTreeSet<Key> {
        rows.into_iter().filter_map(|row| self.put(row)).collect()
    }

    /// Whose Job it is, if it is one.
    fn put(&mut self, row: ObjectRow) -> Option<Key> {
        let ObjectRow::Seen(seen) = row else {
            return None;
        };
        let SeenRow {
            meta, row, what, ..
        } = *seen;
        let (What::Job(job), ObjectRow::Linked(linked)) = (what, row) else {
            return None;
        };
        let mut owners = linked.owners.iter();
        let by = owners.find(|owner| owner.kind == "ScaledJob")?.name.clone();
        let key = (meta.namespace.clone(), meta.name.clone());
        self.made_by.insert(key, by.clone());
        let owner = (meta.namespace, by);
        let jobs = self.jobs.entry(owner.clone()).or_default();
        jobs.insert(meta.name, *job);
        Some(owner)
    }

    fn gone(&mut self, namespace: Box<str>, name: &str) -> Option<Key> {
        let by = self.made_by.remove(&(namespace.clone(), Box::from(name)))?;
        let owner = (namespace, by);
        if let Some(jobs) = self.jobs.get_mut(&owner) {
            jobs.remove(name);
        }
        Some(owner)
    }

    /// The Jobs of one `ScaledJob`; `None` while it is not known which there are.
    pub(crate) fn counts(&self, namespace: &str, name: &str) -> Option<JobCounts> {
        if !self.is_whole {
            return None;
        }
        let key = (Box::from(namespace), Box::from(name));
        let jobs = self.jobs.get(&key).into_iter().flat_map(BTreeMap::values);
        let mut ended = Vec::new();
        let mut counts = JobCounts::default();
        for job in jobs {
            match job.job.end() {
                None => {
                    counts.running += 1;
                    counts.pending += usize::from(job.ready == Some(0));
                }
                Some(end) => ended.push((job.ended, end)),
            }
        }
        ended.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let failed = ended.iter().take_while(|(_, end)| *end == End::Failed);
        counts.failed_last = failed.count();
        Some(counts)
    }

    /// What following one over time tells.
    pub(crate) fn told(&self, namespace: &str, name: &str, now_ms: i64) -> Told {
        let key = (Box::from(namespace), Box::from(name));
        let Some(spark) = self.sparks.get(&key) else {
            return Told::default();
        };
        Told {
            saying: None,
            hour: spark.text(now_ms).into(),
            steps: spark.steps(),
        }
    }

    /// Each minute: what ran still runs; whether that is shown otherwise.
    pub(crate) fn tick(&mut self, wall_ms: i64, now_ms: i64) -> bool {
        if (0..STAY_MS).contains(&(wall_ms - self.stayed_ms)) {
            return false;
        }
        self.stayed_ms = wall_ms;
        if self.is_whole {
            for spark in self.sparks.values_mut() {
                spark.stay(now_ms);
            }
        }
        !self.sparks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::fact::decode_seen;
    use serde_json::{Value, json};

    use super::*;

    fn job(name: &str, by: &str, status: &Value) -> ObjectRow {
        let object = json!({
            "metadata": {"namespace": "billing", "name": name, "uid": name, "ownerReferences": [
                {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob", "name": by, "uid": "s", "controller": true}]},
            "spec": {}, "status": status,
        });
        decode_seen("batch", "Job", object.to_string().as_bytes()).unwrap()
    }

    fn ended(how: &str, minute: u8) -> Value {
        let at = format!("2026-01-01T00:{minute:02}:00Z");
        json!({"conditions": [{"type": how, "status": "True", "lastTransitionTime": at}],
            "completionTime": (how == "Complete").then_some(at)})
    }

    #[test]
    fn jobs_are_counted_by_who_made_them() {
        let mut jobs = ScaledJobs::default();
        for row in [
            job("a", "invoices", &json!({"active": 1, "ready": 0})),
            job("b", "invoices", &json!({"active": 1, "ready": 1})),
            job("c", "invoices", &ended("Failed", 9)),
            job("d", "invoices", &ended("Failed", 8)),
            job("e", "invoices", &ended("Complete", 7)),
            job("f", "invoices", &ended("Failed", 6)),
            job("g", "others", &json!({"active": 1})),
        ] {
            assert!(jobs.put(row).is_some());
        }
        assert_eq!(jobs.counts("billing", "invoices"), None, "not all came yet");
        jobs.is_whole = true;
        let counts = JobCounts {
            running: 2,
            pending: 1,
            failed_last: 2,
        };
        assert_eq!(jobs.counts("billing", "invoices"), Some(counts));
        assert_eq!(jobs.counts("billing", "others").unwrap().running, 1);
        assert_eq!(jobs.counts("shop", "invoices"), Some(JobCounts::default()));
    }

    #[test]
    fn the_last_hour_is_what_ran() {
        const MINUTE: i64 = 60_000;
        let begin = 1_767_225_600_000;
        let running = || json!({"active": 1, "ready": 1});
        let mut jobs = ScaledJobs::default();
        let rows = vec![job("a", "invoices", &running())];
        assert!(jobs.apply(Update::Rows(rows), begin));
        assert_eq!(jobs.told("billing", "invoices", begin), Told::default());
        let listed = Update::Listed {
            rows: None,
            bytes: 0,
            unreadable: 0,
        };
        assert!(jobs.apply(listed, begin));
        let put = |name| Change::Put(job(name, "invoices", &running()));
        let changes = vec![put("b"), put("c")];
        assert!(jobs.apply(Update::Changed(changes), begin + 3 * MINUTE));
        let gone = |name: &str| Change::Gone {
            namespace: "billing".into(),
            name: name.into(),
        };
        let changes = vec![gone("a"), gone("b"), gone("unheard-of")];
        assert!(jobs.apply(Update::Changed(changes), begin + 6 * MINUTE));
        let told = jobs.told("billing", "invoices", begin + 6 * MINUTE);
        assert!(told.hour.ends_with("▁█▁"), "{told:?}");
        assert_eq!((told.steps, told.saying), (2, None));
    }

    #[test]
    fn what_may_not_be_listed_is_not_counted() {
        let mut jobs = ScaledJobs::default();
        let listed = || Update::Listed {
            rows: Some(vec![job("a", "invoices", &json!({"active": 1}))]),
            bytes: 0,
            unreadable: 0,
        };
        jobs.apply(listed(), 0);
        assert!(jobs.counts("billing", "invoices").is_some());
        let failed = Update::Health(Health::Failed {
            error: cluster::RequestError::Cut,
            retry: true,
        });
        assert!(jobs.apply(failed, 0));
        assert_eq!(jobs.counts("billing", "invoices"), None);
        jobs.apply(listed(), 0);
        assert!(jobs.counts("billing", "invoices").is_some());
    }
}
