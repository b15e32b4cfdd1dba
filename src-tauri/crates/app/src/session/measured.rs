//! CPU and memory of a drawer's object over time: measured when its graph asks, and kept while the drawer is open.

use std::collections::{BTreeSet, VecDeque};

use cluster::measure::{Whose, measure, reason};
use model::details::{Bound, bounds};
use model::links::Selector;
use model::measured::Part;
use model::quantity::{cpu_text, memory_text};
use serde_json::Value;
use tokio::sync::oneshot;
use wire::{UsageHistory, UsageLine, WireError};

use super::{Session, gone};

/// metrics-server measures no oftener than each 15 s; asked a little early is early enough.
const EVERY_MS: i64 = 14_000;
/// How long a missing metrics API is left alone.
const ABSENT_MS: i64 = 60_000;
/// Measurements kept: two hours.
const MOST: usize = 480;

/// What was measured of one object so far.
#[derive(Default)]
pub(crate) struct Measured {
    ask_again_ms: i64,
    /// Why there is nothing to show; empty if there is.
    note: String,
    times: VecDeque<i64>,
    /// All together first, then each container of a pod.
    lines: Vec<Line>,
    pods: usize,
}

#[derive(Default)]
struct Line {
    name: String,
    cpu: VecDeque<Option<f64>>,
    memory: VecDeque<Option<f64>>,
}

impl Measured {
    /// Takes one answer; the same measurement twice is no harm.
    fn take(&mut self, parts: &[Part], now_ms: i64, by_container: bool) {
        if parts.is_empty() {
            "Not measured yet. A new pod's first figures take up to half a minute."
                .clone_into(&mut self.note);
            return;
        }
        self.note.clear();
        self.pods = parts
            .iter()
            .map(|p| &p.object)
            .collect::<BTreeSet<_>>()
            .len();
        let sum = |of: fn(&Part) -> f64| parts.iter().map(of).sum::<f64>();
        let mut figures = vec![(String::new(), sum(|p| p.cpu), sum(|p| p.memory))];
        if by_container {
            figures.extend(parts.iter().map(|p| (p.container.clone(), p.cpu, p.memory)));
        }
        // A time that was moved back: what was measured later is not known yet.
        if self.times.back().is_some_and(|last| *last > now_ms) {
            self.times.clear();
            self.lines.clear();
        }
        for (name, _, _) in &figures {
            if !self.lines.iter().any(|line| line.name == *name) {
                let before: VecDeque<_> = self.times.iter().map(|_| None).collect();
                self.lines.push(Line {
                    name: name.clone(),
                    cpu: before.clone(),
                    memory: before,
                });
            }
        }
        self.times.push_back(now_ms);
        for line in &mut self.lines {
            let found = figures.iter().find(|(name, _, _)| *name == line.name);
            line.cpu.push_back(found.map(|(_, cpu, _)| *cpu));
            line.memory.push_back(found.map(|(_, _, memory)| *memory));
        }
        while self.times.len() > MOST {
            self.times.pop_front();
            for line in &mut self.lines {
                line.cpu.pop_front();
                line.memory.pop_front();
            }
        }
    }

    /// Whether anything was measured.
    pub(crate) fn has_lines(&self) -> bool {
        !self.lines.is_empty()
    }

    /// The most memory measured of each container, in bytes.
    pub(crate) fn peaks(&self) -> Vec<(String, f64)> {
        let peak = |line: &Line| {
            let known = line.memory.iter().flatten().copied();
            known.reduce(f64::max).map(|most| (line.name.clone(), most))
        };
        self.lines.iter().filter_map(peak).collect()
    }

    /// The latest CPU or memory of a container, in words; empty if not measured.
    pub(crate) fn latest(&self, container: &str, resource: &str) -> String {
        let line = self.lines.iter().find(|line| line.name == container);
        let last =
            |of: fn(&Line) -> &VecDeque<Option<f64>>| line.and_then(|line| *of(line).back()?);
        match resource {
            "cpu" => last(|line| &line.cpu).map(cores),
            "memory" => last(|line| &line.memory).map(bytes),
            _ => None,
        }
        .unwrap_or_default()
    }

    fn told(&self, object: Option<&Value>) -> UsageHistory {
        let known = object.map(bounds).unwrap_or_default();
        let template = object.is_some_and(|object| {
            object["spec"]["template"].is_object() || object["spec"]["jobTemplate"].is_object()
        });
        #[allow(clippy::cast_precision_loss)] // A count of pods.
        let pods = if template { self.pods as f64 } else { 1.0 };
        let line = |line: &Line| {
            let bounds = known.iter().find(|bounds| bounds.name == line.name);
            let times = |bound: Bound| Bound {
                request: bound.request.map(|request| request * pods),
                limit: bound.limit.map(|limit| limit * pods),
            };
            let cpu = times(bounds.map(|b| b.cpu).unwrap_or_default());
            let memory = times(bounds.map(|b| b.memory).unwrap_or_default());
            UsageLine {
                name: line.name.clone(),
                cpu_words: words(*line.cpu.back().unwrap_or(&None), cpu, cores),
                memory_words: words(*line.memory.back().unwrap_or(&None), memory, bytes),
                cpu: line.cpu.iter().map(|cpu| cpu.map(milli)).collect(),
                memory: line.memory.iter().copied().collect(),
                cpu_request: cpu.request.map(milli),
                cpu_limit: cpu.limit.map(milli),
                memory_request: memory.request,
                memory_limit: memory.limit,
            }
        };
        #[allow(clippy::cast_precision_loss)] // Times in ms are whole far beyond this century.
        let times = self.times.iter().map(|at| *at as f64).collect();
        UsageHistory {
            note: self.note.clone(),
            times,
            lines: self.lines.iter().map(line).collect(),
            pods: u32::try_from(self.pods).unwrap_or(u32::MAX),
        }
    }
}

/// `38m · request 250m · limit 1000m`.
fn words(now: Option<f64>, bound: Bound, how: fn(f64) -> String) -> String {
    let mut told = vec![now.map_or_else(|| "not measured".to_owned(), how)];
    told.extend(
        bound
            .request
            .map(|request| format!("request {}", how(request))),
    );
    told.extend(bound.limit.map(|limit| format!("limit {}", how(limit))));
    told.join(" · ")
}

fn milli(cores: f64) -> f64 {
    cores * 1000.0
}

#[allow(clippy::cast_possible_truncation)] // As `kubectl top` prints them; nobody has 2^63 of either.
fn cores(cpu: f64) -> String {
    cpu_text((cpu * 1e9) as i64)
}

#[allow(clippy::cast_possible_truncation)]
fn bytes(memory: f64) -> String {
    memory_text(memory as i64)
}

/// Whom to measure for an object, if its kind uses anything.
pub(crate) fn whose(kind: &str, namespace: &str, name: &str, object: &Value) -> Option<Whose> {
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    let selector = match kind {
        "Pod" => return Some(Whose::Pod { namespace, name }),
        "Node" => return Some(Whose::Node { name }),
        "Job" => {
            let runs = object["status"]["active"].as_i64().is_some_and(|n| n > 0);
            Selector::of_object(&object["spec"]["selector"]).filter(|_| runs)?
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => {
            Selector::of_object(&object["spec"]["selector"])?
        }
        _ => return None,
    };
    let labels = selector.query();
    (!labels.is_empty()).then_some(Whose::Pods { namespace, labels })
}

/// The pods of Jobs, by the Jobs' uids; `None` without any.
pub(crate) fn pods_of_jobs(namespace: &str, uids: &[String]) -> Option<Whose> {
    (!uids.is_empty()).then(|| Whose::Pods {
        namespace: namespace.to_owned(),
        labels: format!("batch.kubernetes.io/controller-uid in ({})", uids.join(",")),
    })
}

impl Session {
    /// What was measured of the drawer's object, measured again if that is due. Nothing is asked unless somebody looks.
    ///
    /// # Errors
    /// When the drawer is closed.
    pub(crate) fn usage_history(
        &mut self,
        id: u32,
    ) -> Result<oneshot::Receiver<UsageHistory>, WireError> {
        let now = self.wall_ms();
        let drawer = self
            .drawers
            .get_mut(&id)
            .ok_or_else(|| gone("This object"))?;
        let (answer, answered) = oneshot::channel();
        let asked = drawer
            .object()
            .and_then(|object| drawer.measured_now(object));
        if asked.is_none() && drawer.measured.has_lines() {
            "It runs no more. This is what was measured of it."
                .clone_into(&mut drawer.measured.note);
        }
        let due = now >= drawer.measured.ask_again_ms;
        let Some(whose) = asked.filter(|_| due) else {
            // The asker may be gone; then nobody misses it.
            let _ = answer.send(drawer.measured.told(drawer.object()));
            return Ok(answered);
        };
        drawer.measured.ask_again_ms = now + EVERY_MS;
        let by_container = matches!(whose, Whose::Pod { .. });
        let connection = self.connection.clone();
        self.later(
            async move { measure(&connection, &whose).await },
            move |session, measured| {
                let (wall, now) = (session.wall_ms(), session.now_ms());
                let Some(drawer) = session.drawers.get_mut(&id) else {
                    return;
                };
                match measured {
                    Ok(parts) => drawer.measured.take(&parts, now, by_container),
                    Err(error) => {
                        drawer.measured.note = reason(&error);
                        drawer.measured.ask_again_ms = wall + ABSENT_MS;
                    }
                }
                let told = drawer.measured.told(drawer.object());
                drawer.touch();
                let _ = answer.send(told);
            },
        );
        Ok(answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(container: &str, cpu: f64, memory: f64) -> Part {
        Part {
            object: "web".to_owned(),
            container: container.to_owned(),
            cpu,
            memory,
        }
    }

    #[test]
    fn a_history_is_bounded_and_has_gaps() {
        let mut measured = Measured::default();
        measured.take(&[], 0, true);
        assert!(measured.told(None).note.starts_with("Not measured yet"));
        measured.take(&[part("a", 0.1, 100.0)], 1, true);
        measured.take(&[part("a", 0.2, 300.0), part("b", 0.3, 1.0)], 2, true);
        let told = measured.told(None);
        assert_eq!(told.times, [1.0, 2.0]);
        let cpu: Vec<_> = told
            .lines
            .iter()
            .map(|l| (&*l.name, l.cpu.clone()))
            .collect();
        assert_eq!(
            cpu,
            [
                ("", vec![Some(100.0), Some(500.0)]),
                ("a", vec![Some(100.0), Some(200.0)]),
                ("b", vec![None, Some(300.0)]),
            ]
        );
        assert_eq!(measured.peaks()[1], ("a".to_owned(), 300.0));
        assert_eq!(measured.latest("b", "cpu"), "300m");
        for at in 0..1000 {
            measured.take(&[part("a", 0.1, 1.0)], at, true);
        }
        assert_eq!(measured.told(None).lines[0].cpu.len(), MOST);
    }

    #[test]
    fn jobs_are_measured_while_they_run() {
        let job = |active: i64| json!({"spec": {"selector": {"matchLabels": {"uid": "1"}}}, "status": {"active": active}});
        assert_eq!(whose("Job", "shop", "bill", &job(0)), None);
        let pods = |labels: &str| {
            Some(Whose::Pods {
                namespace: "shop".to_owned(),
                labels: labels.to_owned(),
            })
        };
        assert_eq!(whose("Job", "shop", "bill", &job(1)), pods("uid=1"));
        assert_eq!(pods_of_jobs("shop", &[]), None);
        assert_eq!(
            pods_of_jobs("shop", &["a".to_owned(), "b".to_owned()]),
            pods("batch.kubernetes.io/controller-uid in (a,b)")
        );
    }

    #[test]
    fn bounds_of_a_workload_are_those_of_its_pods() {
        let object = json!({"kind": "Deployment", "spec": {"template": {"spec": {"containers": [
            {"name": "a", "resources": {"requests": {"cpu": "250m"}, "limits": {"memory": "1Mi"}}}]}}}});
        let mut measured = Measured::default();
        let other = Part {
            object: "web-2".to_owned(),
            ..part("a", 0.1, 0.0)
        };
        measured.take(&[part("a", 0.1, 2_097_152.0), other], 1, false);
        let told = measured.told(Some(&object));
        assert_eq!(told.pods, 2);
        assert_eq!(told.lines.len(), 1);
        assert_eq!(told.lines[0].cpu_words, "200m · request 500m");
        assert_eq!(told.lines[0].memory_words, "2Mi · request 2Mi · limit 2Mi");
    }
}
