//! One pass run again on what was seen of it.

use jiff::Timestamp;
use scaling::hpa::situation::{Answered, Memory, Metrics, Situation};
use scaling::hpa::spec::MetricSpec;
use scaling::hpa::status::Status;
use scaling::{Certain, Certainty, hpa};

use crate::facts::Facts;
use crate::outcome::Told;
use crate::{Asked, inputs, readings};

/// Why what a pass asked for is a guess.
pub(crate) const UNREAD: &str = "what metrics asked for in a pass whose samples were not read";

/// One pass run again.
pub(crate) struct Replay<'a> {
    pub(crate) situation: Situation,
    pub(crate) status: &'a Status,
    pub(crate) told: &'a Told,
}

/// What running a pass again came to.
pub(crate) enum Found {
    /// The very status came out.
    Exactly { memory: Memory, wanted: i32 },
    /// What metrics asked for; what came of it differs.
    Asked { wanted: Option<i32>, is_sure: bool },
}

impl Found {
    pub(crate) fn wanted(&self) -> Option<i32> {
        match self {
            Self::Exactly { wanted, .. } => Some(*wanted),
            Self::Asked { wanted, .. } => *wanted,
        }
    }

    pub(crate) fn is_sure(&self) -> bool {
        match self {
            Self::Exactly { .. } => true,
            Self::Asked { is_sure, .. } => *is_sure,
        }
    }

    /// The same as a guess.
    pub(crate) fn unsure(&self) -> Self {
        Self::Asked {
            wanted: self.wanted(),
            is_sure: false,
        }
    }
}

/// One way in which a pass may have come to its status.
struct Way {
    wanted: i32,
    memory: Memory,
    /// Whether all that the status tells came of it.
    fits: bool,
}

impl Replay<'_> {
    pub(crate) fn find(&mut self, facts: &Facts, at: Timestamp) -> Found {
        let situation = &self.situation;
        let Answered::Value(scale) = &situation.scale.result else {
            return Found::Asked {
                wanted: None,
                is_sure: false,
            };
        };
        let (spec, pods) = (&situation.spec, &situation.pods);
        let told = inputs::told_by(facts, self.status, spec, pods, scale, situation.now);
        // Where the status leaves nothing open there is no need of what we read ourselves. Read shortly before and after the pass, it
        // must be one of the two that the pass read.
        let around = if told.len() == 1 {
            Vec::new()
        } else {
            readings::around(facts, spec, at)
        };
        let mut ways = self.ways(around);
        if ways.is_empty() {
            ways = self.ways(told);
        }
        let Some(first) = ways.first() else {
            return Found::Asked {
                wanted: None,
                is_sure: false,
            };
        };
        let is_sure = ways.iter().all(|way| way.wanted == first.wanted)
            && self.situation.pods_certainty.rank() < 2;
        let found = ways.iter().position(|way| way.fits);
        let way = ways.swap_remove(found.unwrap_or(0));
        if is_sure && way.fits {
            return Found::Exactly {
                memory: way.memory,
                wanted: way.wanted,
            };
        }
        Found::Asked {
            wanted: Some(way.wanted),
            is_sure,
        }
    }

    /// Runs the pass on each of these.
    fn ways(&mut self, answers: Vec<Metrics>) -> Vec<Way> {
        let mut ways = Vec::new();
        for metrics in answers {
            self.situation.metrics = metrics;
            ways.extend(self.way());
        }
        ways
    }

    /// Runs the pass; `None` if other values come out than the status tells.
    fn way(&self) -> Option<Way> {
        let situation = &self.situation;
        let decision = hpa::pass(situation);
        if decision.status.current_metrics != self.status.current_metrics {
            return None;
        }
        Some(Way {
            wanted: recorded(&decision, situation.now)?,
            fits: self.told.fits(&decision.status, self.status),
            memory: decision.memory,
        })
    }

    /// What each metric asked for by itself.
    pub(crate) fn asks(&self, facts: &Facts, wanted: Option<(i32, bool)>) -> Vec<Asked> {
        let metrics = &self.situation.spec.metrics;
        if let [only] = metrics.as_slice() {
            return vec![Asked {
                metric: name(only),
                replicas: wanted.map(|(value, is_sure)| certain(value, is_sure)),
            }];
        }
        let Answered::Value(scale) = &self.situation.scale.result else {
            return Vec::new();
        };
        let mut situation = self.situation.clone();
        let (spec, pods, now) = (&situation.spec, &situation.pods, situation.now);
        let mut answers = inputs::told_by(facts, self.status, spec, pods, scale, now);
        if answers.is_empty() {
            return Vec::new();
        }
        let is_sure = answers.len() == 1;
        situation.metrics = answers.swap_remove(0);
        let each = metrics.iter().map(|metric| {
            situation.spec.metrics = vec![metric.clone()];
            let decision = hpa::pass(&situation);
            Asked {
                metric: name(metric),
                replicas: recorded(&decision, now).map(|value| certain(value, is_sure)),
            }
        });
        each.collect()
    }
}

pub(crate) fn certain(value: i32, is_sure: bool) -> Certain<i32> {
    Certain {
        value,
        certainty: if is_sure {
            Certainty::Derived
        } else {
            Certainty::Estimated {
                guess: UNREAD.to_owned(),
            }
        },
    }
}

/// The metric's own name.
fn name(metric: &MetricSpec) -> String {
    let resource = metric.resource.as_ref().map(|source| &source.name);
    let container = metric
        .container_resource
        .as_ref()
        .map(|source| &source.name);
    let pods = metric.pods.as_ref().map(|source| &source.metric.name);
    let object = metric.object.as_ref().map(|source| &source.metric.name);
    let external = metric.external.as_ref().map(|source| &source.metric.name);
    let first = resource.or(container).or(pods).or(object).or(external);
    first.cloned().unwrap_or_default()
}

/// What a pass recorded.
pub(crate) fn recorded(decision: &hpa::Decision, now: Timestamp) -> Option<i32> {
    match decision.path {
        hpa::decision::Path::Metrics { .. } => {}
        hpa::decision::Path::NoScale { .. }
        | hpa::decision::Path::Disabled
        | hpa::decision::Path::AboveMax
        | hpa::decision::Path::BelowMin
        | hpa::decision::Path::NoMetrics { .. } => return None,
    }
    let mut slots = decision.memory.recommendations.iter().rev();
    slots.find(|slot| slot.at == now).map(|slot| slot.replicas)
}
