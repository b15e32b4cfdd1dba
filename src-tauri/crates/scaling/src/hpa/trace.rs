//! What a metric's computation looked at and did, gathered while it runs.

use super::decision::{Arithmetic, Input, PodGroups};
use super::samples::Samples;
use super::situation::Pod;
use crate::certainty::Certainty;

/// What is to be told beside what the controller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// Nothing.
    Pass,
    /// What `next_change` is found by: evaluations, rules, certainties.
    NextChange,
    /// Everything, pods and samples by name.
    Reasons,
}

/// The record of one computation; what was gathered stays when it fails.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    depth: Depth,
    pub(crate) groups: Option<PodGroups>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) arithmetic: Vec<Arithmetic>,
    /// Of everything that went in, never surer than derived.
    pub(crate) certainty: Certainty,
}

impl Trace {
    pub(crate) fn new(depth: Depth) -> Self {
        Self {
            depth,
            groups: None,
            inputs: Vec::new(),
            arithmetic: Vec::new(),
            certainty: Certainty::Derived,
        }
    }

    /// Whether pods and samples are named, which takes time.
    pub(crate) fn names_samples(&self) -> bool {
        self.depth == Depth::Reasons
    }

    /// Notes a step.
    pub(crate) fn step(&mut self, step: Arithmetic) {
        if self.depth > Depth::Pass {
            self.arithmetic.push(step);
        }
    }

    /// Notes how sure something is that went in.
    pub(crate) fn used(&mut self, certainty: &Certainty) {
        if self.depth > Depth::Pass && certainty.rank() > self.certainty.rank() {
            self.certainty = certainty.clone();
        }
    }
}

/// The samples that count, by name, with the request of each selected pod where requests matter.
pub(crate) fn inputs_of(
    pods: &[&Pod],
    samples: &Samples<'_>,
    requests: &[i64],
    certainty: &Certainty,
) -> Vec<Input> {
    let of_pods = samples.of_pods().filter_map(|(index, sample)| {
        let name = pods.get(index)?.name.as_str();
        Some((name, sample, requests.get(index).copied()))
    });
    let of_others = samples
        .of_others()
        .map(|(name, sample)| (name, sample, None));
    let mut inputs: Vec<Input> = of_pods
        .chain(of_others)
        .map(|(name, sample, request)| Input {
            of: name.into(),
            usage: Some(sample.value),
            request,
            certainty: certainty.clone(),
        })
        .collect();
    inputs.sort_unstable_by(|a, b| a.of.cmp(&b.of));
    inputs
}
