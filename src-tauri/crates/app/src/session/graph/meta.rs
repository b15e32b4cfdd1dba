//! Everything of a graph but its series: what scales what, figures, conditions, flags, how fresh it is.

use cluster::health::Health;
use jiff::Timestamp;
use model::ScalingRow;
use model::fact::SubjectKind;
use scaling::keda::scaled_job::ScaledJob;
use table::{Cell, Tone};
use wire::{Fact, Flag, GraphMeta, Phase, SeenSpan, ViewState, WireError};

use super::super::{Session, gone, history};
use super::edits;
use super::lanes::condition;
use super::role::Role;
use super::state::Graph;
use super::titles;
use super::told::stamp;

impl Session {
    /// Everything of a graph but its series.
    pub(crate) fn graph(&mut self, id: u32) -> Result<GraphMeta, WireError> {
        self.see_until_now(id);
        let graph = self.graphs.get(&id).ok_or_else(|| gone("This graph"))?;
        let now = self.now_ms();
        let row = ScalingRow::join(graph.hpa.as_ref(), graph.object.as_ref());
        let target = graph.reference().map_or_else(
            || self.object_ref("", "", &graph.namespace, ""),
            |target| {
                self.object_ref(
                    &target.api_version,
                    &target.kind,
                    &graph.namespace,
                    &target.name,
                )
            },
        );
        let conditions = graph
            .object
            .iter()
            .flat_map(|object| object.conditions.iter())
            .chain(graph.hpa.iter().flat_map(|hpa| hpa.conditions.iter()))
            .map(|c| condition(c, now))
            .chain(graph.job_conditions())
            .collect();
        let mut flags: Vec<Flag> = graph
            .events
            .values()
            .filter_map(|event| history::flag(event, |at| self.status.clock(at)))
            .chain(
                graph
                    .replica_sets
                    .values()
                    .filter(|set| {
                        set.meta
                            .owner
                            .as_ref()
                            .is_some_and(|owner| *owner.name == *target.name)
                    })
                    .filter_map(|set| history::rollout(set, |at| self.status.clock(at))),
            )
            .collect();
        let begin = graph.past.known_from().unwrap_or(Timestamp::UNIX_EPOCH);
        let edits = edits::said(&graph.past, begin, stamp(now)).into_iter();
        flags.extend(edits.map(|edit| edit.flag(|at| self.status.clock(at))));
        flags.sort_by(|a, b| (a.at_ms, &a.label).cmp(&(b.at_ms, &b.label)));
        let seen: Vec<SeenSpan> = graph
            .series
            .seen()
            .map(|(from_ms, to_ms)| SeenSpan { from_ms, to_ms })
            .collect();
        let known_from_ms = flags
            .iter()
            .map(|flag| flag.at_ms)
            .chain(seen.first().map(|span| span.from_ms))
            .chain(graph.hpa.as_ref().and_then(|hpa| hpa.last_scale_ms))
            .min()
            .unwrap_or(now);
        Ok(GraphMeta {
            version: graph.version,
            loaded: graph.loaded(),
            deleted: graph.deleted,
            recalling: graph.awaited.is_some(),
            now_ms: now,
            rate: self.time.rate(),
            known_from_ms,
            partner: (graph.kind == SubjectKind::ScaledObject)
                .then(|| graph.hpa_name())
                .flatten()
                .map(|name| {
                    self.object_ref(
                        "autoscaling/v2",
                        "HorizontalPodAutoscaler",
                        &graph.namespace,
                        &name,
                    )
                }),
            facts: self.graph_facts(graph, row.as_ref(), now),
            status: row.map_or_else(Cell::default, |row| {
                Cell::toned(capital(&row.status), row.tone)
            }),
            target,
            conditions,
            lanes: graph.lanes(),
            flags,
            seen,
            state: self.graph_state(graph),
        })
    }

    fn graph_facts(&self, graph: &Graph, row: Option<&ScalingRow>, now_ms: i64) -> Vec<Fact> {
        if let Some((_, job)) = &graph.job {
            return job_facts(graph, job, now_ms);
        }
        let Some(row) = row else { return Vec::new() };
        let number = |n: Option<i32>| n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
        let mut facts = vec![
            fact(
                "Current",
                number(
                    row.current
                        .or_else(|| graph.target.as_ref().map(|t| t.existing)),
                ),
            ),
            fact(
                "Desired",
                number(
                    row.desired
                        .or_else(|| graph.target.as_ref().and_then(|t| t.replicas)),
                ),
            ),
            fact("Bounds", format!("{} to {}", row.min, row.max)),
            fact(
                "Last change",
                row.last_change_ms.map_or_else(
                    || "none recorded".to_owned(),
                    |at| {
                        format!(
                            "{} ago, at {}",
                            model::duration::human(now_ms - at),
                            self.status.clock(at)
                        )
                    },
                ),
            ),
        ];
        match &graph.target {
            Some(target) => facts.push(fact(
                "Ready",
                format!("{} of {}", target.ready, target.existing),
            )),
            None if graph.target_resource.is_none() => {
                facts.push(fact(
                    "Ready",
                    format!("the cluster is not known to serve {}", row.target.kind),
                ));
            }
            None => {}
        }
        if let Some(object) = &graph.object {
            let whole = graph.scaled_object();
            let triggers = whole.map_or(&[][..], |whole| &whole.spec.triggers[..]);
            let triggers = triggers
                .iter()
                .map(|trigger| titles::of_trigger(trigger).whole());
            facts.push(fact("Triggers", triggers.collect::<Vec<_>>().join("; ")));
            if let Some(at) = object.last_active_ms {
                facts.push(fact(
                    "Last active",
                    format!("{} ago", model::duration::human(now_ms - at)),
                ));
            }
        }
        facts.extend(missing(graph));
        facts
    }

    fn graph_state(&self, graph: &Graph) -> ViewState {
        let mut state = ViewState {
            phase: Phase::Live,
            why: String::new(),
            received: 0,
            expected: None,
            code: None,
            lack: None,
            limited_to: Vec::new(),
        };
        let own = graph.watches.iter().filter(|watch| {
            graph.is_own(&watch.role)
                || (graph.kind == SubjectKind::ScaledObject && watch.role == Role::Hpa)
        });
        for watch in own {
            match &watch.health {
                Health::Failed { error, .. } => {
                    let error = graph.refusal(watch, error);
                    state.phase = Phase::Failed;
                    state.why = error.message;
                    state.code = Some(error.code);
                    state.lack = error.lack;
                    return state;
                }
                Health::Stale { why, .. } if !watch.listed => {
                    state.phase = Phase::Listing;
                    state.why.clone_from(why);
                }
                Health::Stale { as_of_ms, why, .. } => {
                    state.phase = Phase::Stale;
                    state.why = self.status.stale_words(*as_of_ms, why);
                }
                Health::Listing => state.phase = Phase::Listing,
                Health::Live { .. } if !watch.listed => state.phase = Phase::Listing,
                Health::Live { .. } => {}
            }
        }
        if let Some(why) = self.status.doubt() {
            if state.phase != Phase::Listing {
                state.phase = Phase::Stale;
            }
            state.why = why;
        }
        state
    }
}

/// With its first letter large: a status begins a line here.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Figures of a `ScaledJob`.
fn job_facts(graph: &Graph, job: &ScaledJob, now_ms: i64) -> Vec<Fact> {
    let jobs = graph.jobs();
    let running = jobs.iter().filter(|job| job.job.end().is_none()).count();
    let (least, most) = (job.min_jobs(), job.min_jobs() + job.max_jobs());
    let mut facts = vec![
        fact("Running", running.to_string()),
        fact("Finished", (jobs.len() - running).to_string()),
        fact("Bounds", format!("{least} to {most}")),
    ];
    let triggers = job.spec.triggers.iter().map(|trigger| {
        let title = titles::of_trigger(trigger);
        title.whole()
    });
    facts.push(fact("Triggers", triggers.collect::<Vec<_>>().join("; ")));
    if let Some(at) = job.status.last_active_time {
        let ago = model::duration::human(now_ms - at.as_millisecond());
        facts.push(fact("Last active", format!("{ago} ago")));
    }
    facts.extend(missing(graph));
    facts
}

fn fact(label: &str, value: String) -> Fact {
    Fact {
        label: label.to_owned(),
        value: Cell::plain(value),
        links: Vec::new(),
    }
}

/// What is not shown, because a watch failed.
fn missing(graph: &Graph) -> Vec<Fact> {
    let failed = graph
        .watches
        .iter()
        .filter_map(|watch| match &watch.health {
            Health::Failed { error, .. } => Some(graph.refusal(watch, error).message),
            Health::Listing | Health::Live { .. } | Health::Stale { .. } => None,
        });
    let mut missing: Vec<String> = failed.collect();
    missing.sort_unstable();
    missing.dedup();
    let told = missing.into_iter().map(|why| Fact {
        value: Cell::toned(why, Tone::Warn),
        ..fact("Not shown", String::new())
    });
    told.collect()
}
