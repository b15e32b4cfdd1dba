//! The samples of a metric, each beside its pod.

use smallvec::{SmallVec, smallvec};

use super::names::ByName;
use super::pods::Sample;
use super::situation::Pod;

/// What is kept of so many pods needs no memory of its own.
pub(crate) const FEW: usize = 16;

/// How far the next pod with a sample is looked for before the names of all pods are listed.
const AHEAD: usize = 4;

/// Samples of the selected pods in the order of these, and of pods that are not selected.
#[derive(Clone, Debug)]
pub(crate) struct Samples<'a> {
    of_pods: SmallVec<[Option<Sample>; FEW]>,
    of_others: ByName<'a, Sample>,
}

impl<'a> Samples<'a> {
    /// From names with samples; of two with one name the last counts.
    pub(crate) fn new(
        pods: &'a [&'a Pod],
        samples: impl Iterator<Item = (&'a str, Sample)>,
    ) -> Self {
        let mut all = Self {
            of_pods: smallvec![None; pods.len()],
            of_others: ByName::default(),
        };
        let mut places = Places {
            pods,
            next: 0,
            by_name: None,
        };
        for (name, sample) in samples {
            match places.find(name) {
                Some(index) => all.of_pods[index] = Some(sample),
                None => {
                    all.of_others.insert(name, sample);
                }
            }
        }
        all
    }

    pub(crate) fn get(&self, pod: usize) -> Option<&Sample> {
        self.of_pods.get(pod)?.as_ref()
    }

    pub(crate) fn set(&mut self, pod: usize, sample: Sample) {
        if let Some(place) = self.of_pods.get_mut(pod) {
            *place = Some(sample);
        }
    }

    pub(crate) fn remove(&mut self, pod: usize) {
        if let Some(place) = self.of_pods.get_mut(pod) {
            *place = None;
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.of_pods.iter().flatten().count() + self.of_others.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.of_others.is_empty() && self.of_pods.iter().all(Option::is_none)
    }

    /// All of them.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Sample> {
        self.of_pods.iter().flatten().chain(self.of_others.values())
    }

    /// Those of selected pods, with the pod's index.
    pub(crate) fn of_pods(&self) -> impl Iterator<Item = (usize, &Sample)> {
        let samples = self.of_pods.iter().enumerate();
        samples.filter_map(|(index, sample)| Some((index, sample.as_ref()?)))
    }

    /// Those of pods that are not selected, by name.
    pub(crate) fn of_others(&self) -> impl Iterator<Item = (&'a str, &Sample)> {
        self.of_others.iter().map(|(name, sample)| (*name, sample))
    }
}

/// Where pods are, found quickly if they are asked for in their order.
struct Places<'a> {
    pods: &'a [&'a Pod],
    next: usize,
    by_name: Option<ByName<'a, usize>>,
}

impl Places<'_> {
    fn find(&mut self, name: &str) -> Option<usize> {
        let coming = self.pods.iter().enumerate().skip(self.next).take(AHEAD);
        let found = coming
            .filter(|(_, pod)| pod.name == name)
            .map(|(index, _)| index)
            .next();
        if let Some(index) = found {
            self.next = index + 1;
            return found;
        }
        let names = self.pods.iter().enumerate();
        let by_name = self.by_name.get_or_insert_with(|| {
            names
                .map(|(index, pod)| (pod.name.as_str(), index))
                .collect()
        });
        let index = by_name.get(name).copied()?;
        self.next = index + 1;
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpa::time;
    use jiff::SignedDuration;

    fn sample(value: i64) -> Sample {
        Sample {
            timestamp: time::zero(),
            window: SignedDuration::ZERO,
            value,
        }
    }

    #[test]
    fn samples_find_their_pods_in_any_order() {
        let pods: Vec<Pod> = (0..9)
            .map(|number| Pod {
                name: format!("web-{number}").into(),
                ..Pod::default()
            })
            .collect();
        let pods: Vec<&Pod> = pods.iter().collect();
        for given in [
            vec!["web-0", "web-1", "web-8", "gone"],
            vec!["web-8", "gone", "web-1", "web-0"],
            vec!["gone", "web-1", "web-0", "web-8", "web-0"],
        ] {
            let entries = given
                .iter()
                .zip(0i64..)
                .map(|(name, value)| (*name, sample(value)));
            let samples = Samples::new(&pods, entries);
            assert_eq!(samples.len(), 4, "{given:?}");
            for (index, pod) in pods.iter().enumerate() {
                let last = given.iter().rposition(|name| *name == pod.name);
                let value = samples.get(index).map(|sample| sample.value);
                assert_eq!(
                    value,
                    last.and_then(|at| i64::try_from(at).ok()),
                    "{given:?}"
                );
            }
            let others: Vec<&str> = samples.of_others().map(|(name, _)| name).collect();
            assert_eq!(others, ["gone"]);
        }
    }
}
