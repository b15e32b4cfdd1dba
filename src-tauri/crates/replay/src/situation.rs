//! What the HPA controller has at an instant.

use jiff::{SignedDuration, Timestamp};
use model::fact::{HpaState, Part, PodState};
use scaling::Certainty;
use scaling::hpa::situation::{Answer, Memory, PassPhase, Passes, Pod, Scale, Situation, Writes};
use scaling::hpa::situation::{Answered, Span};

use crate::facts::Facts;
use crate::period::Period;
use crate::{Settings, inputs, readings};

/// What is seen so close to a pass the controller may have seen sooner or later.
const ABOUT: SignedDuration = SignedDuration::from_millis(600);

/// Where an instant is looked at from.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) settings: &'a Settings,
    pub(crate) at: Timestamp,
}

impl Base<'_> {
    /// The situation of an autoscaler, without metrics, memory, phase.
    pub(crate) fn hpa(&self, state: &HpaState) -> Situation {
        self.hpa_of(state, self.pods())
    }

    /// The same, with the pods.
    pub(crate) fn hpa_of(&self, state: &HpaState, pods: Vec<Pod>) -> Situation {
        Situation {
            now: self.at,
            namespace: String::new(),
            name: state.name.clone(),
            spec: state.spec.clone(),
            status: state.status.clone(),
            scale: self.scale(state),
            pods,
            pods_certainty: self.pods_certainty(),
            metrics: scaling::hpa::situation::Metrics::default(),
            other_autoscalers: Vec::new(),
            memory: Memory::default(),
            config: self.settings.config.clone(),
            passes: Passes::default(),
            writes: Writes::default(),
        }
    }

    pub(crate) fn pods(&self) -> Vec<Pod> {
        self.facts
            .pods_at(self.at)
            .map(|pod| pod.pod.clone())
            .collect()
    }

    /// The pods as they were shortly before and after a pass, where that differs; those that the pass itself brought or ended are
    /// left as they were.
    pub(crate) fn pods_about(&self, pass: Timestamp) -> Vec<Vec<Pod>> {
        let earlier = pass.saturating_sub(ABOUT).unwrap_or(pass);
        let later = pass.saturating_add(ABOUT).unwrap_or(pass);
        if self.facts.pod_changes.within(earlier, later).is_empty() {
            return Vec::new();
        }
        let as_of = |other: Timestamp| {
            let lines = self.facts.pods.values();
            let pods = lines.filter_map(|line| {
                let known = line.at(self.at)?.1.as_ref()?;
                let other = line.at(other).and_then(|(_, pod)| pod.as_ref());
                let is_ended = |pod: &PodState| pod.pod.deletion_timestamp.is_some();
                let other = other.filter(|other| is_ended(other) == is_ended(known));
                Some(other.unwrap_or(known).pod.clone())
            });
            pods.collect()
        };
        vec![as_of(earlier), as_of(later)]
    }

    fn pods_certainty(&self) -> Certainty {
        let is_told = self.facts.pod_changes.at(self.at).is_some();
        if is_told && self.facts.is_watched(Part::Pods, self.at) {
            return Certainty::Observed;
        }
        Certainty::Estimated {
            guess: "the pods were not watched".to_owned(),
        }
    }

    fn scale(&self, state: &HpaState) -> Answer<Scale> {
        let reference = &state.spec.scale_target_ref;
        match self.facts.target.at(self.at) {
            Some((_, Some(target))) => {
                let is_watched = self.facts.is_watched(Part::Target, self.at);
                Answer {
                    result: Answered::Value(Scale {
                        spec_replicas: target.replicas.unwrap_or(state.status.desired_replicas),
                        status_replicas: target.existing,
                        selector: target.selector.clone(),
                    }),
                    certainty: if is_watched {
                        Certainty::Observed
                    } else {
                        Certainty::Estimated {
                            guess: "the workload was not watched".to_owned(),
                        }
                    },
                }
            }
            Some((_, None)) => Answer::failed(format!(
                "{} \"{}\" not found",
                reference.kind.to_lowercase(),
                reference.name
            )),
            None => Answer {
                result: Answered::Value(Scale {
                    spec_replicas: state.status.desired_replicas,
                    status_replicas: state.status.current_replicas,
                    selector: String::new(),
                }),
                certainty: Certainty::Estimated {
                    guess: "the workload's size is that of the autoscaler's status".to_owned(),
                },
            },
        }
    }

    /// Puts in what the metrics APIs answered, else what the status tells of the last pass.
    pub(crate) fn measure(&self, situation: &mut Situation) {
        if let Some(metrics) = readings::answered(self.facts, &situation.spec, self.at) {
            situation.metrics = metrics;
            return;
        }
        let Answered::Value(scale) = &situation.scale.result else {
            return;
        };
        let (status, spec, pods) = (&situation.status, &situation.spec, &situation.pods);
        let mut answers = inputs::told_by(self.facts, status, spec, pods, scale, self.at);
        if answers.is_empty() {
            return;
        }
        let certainty = if answers.len() == 1 {
            Certainty::Derived
        } else {
            Certainty::Estimated {
                guess: "the samples of which the status tells the mean".to_owned(),
            }
        };
        situation.metrics = answers.swap_remove(0);
        inputs::sure(&mut situation.metrics, &certainty);
    }
}

/// When passes run, given the last one that was seen.
pub(crate) fn passes(
    period: &Period,
    seen: Option<Timestamp>,
    at: Timestamp,
) -> (Passes, SignedDuration) {
    let typical = Span::from(period.typical());
    let next = seen.map(|seen| period.next(seen, at));
    let passes = Passes {
        shortest: typical,
        longest: typical,
        phase: next.map_or(PassPhase::Unknown, |(next, _)| PassPhase::Next(next)),
    };
    (
        passes,
        next.map_or(SignedDuration::ZERO, |(_, doubt)| doubt),
    )
}
