//! What the metrics APIs answered for pods: most of what is recorded, a few bytes a pod.

use std::collections::HashMap;

use model::fact::What;
use scaling::Certainty;
use scaling::hpa::amount::Amount;
use scaling::hpa::situation::{
    Answer, Answered, ContainerUsage, PodUsage, PodValue, PodsAnswer, Span,
};
use scaling::quantity::{Format, Quantity};

use super::{Reader, Writer, times};

/// A kind of pod: its containers, each with what is measured of it, by the places of their texts.
type Shape = Vec<(usize, Vec<usize>)>;

/// The kinds of pods that were written.
#[derive(Default)]
pub(super) struct Shapes(HashMap<Shape, usize>);

/// Length of a window in ns; `None` for what 64 bits do not hold.
fn window_ns(window: Span) -> Option<i64> {
    i64::try_from(window.duration().as_nanos()).ok()
}

fn window_of(ns: i64) -> Span {
    jiff::SignedDuration::from_nanos(ns).into()
}

/// The values of an answer that is as most are.
fn plain<T>(answer: &Answer<T>) -> Option<&T> {
    let Answer { result, certainty } = answer;
    match (result, certainty) {
        (Answered::Value(value), Certainty::Observed) => Some(value),
        (Answered::Value(_) | Answered::Error(_), _) => None,
    }
}

impl Writer {
    /// Writes an answer of `metrics.k8s.io`; `false`, and nothing is written: JSON must do.
    pub(super) fn usage(&mut self, answer: &Answer<Vec<PodUsage>>) -> bool {
        let Some(pods) = plain(answer) else {
            return false;
        };
        let is_short =
            |pod: &PodUsage| times::ns(pod.timestamp).is_some() && window_ns(pod.window).is_some();
        if !pods.iter().all(is_short) {
            return false;
        }
        self.numbers.count(pods.len());
        for pod in pods {
            let PodUsage {
                name,
                timestamp,
                window,
                containers,
            } = pod;
            self.name_and_time(name, *timestamp);
            self.numbers.signed(window_ns(*window).unwrap_or_default());
            let shape = self.shape(containers);
            self.numbers.count(shape);
            for container in containers {
                let ContainerUsage { name: _, usage } = container;
                for (_, amount) in usage.iter() {
                    self.amounts.put(amount, &mut self.texts);
                }
            }
        }
        true
    }

    /// Writes an answer of `custom.metrics.k8s.io` for pods; `false`, and nothing is written: JSON must do.
    pub(super) fn pods_metric(&mut self, answer: &PodsAnswer) -> bool {
        let PodsAnswer { metric, answer } = answer;
        let Some(pods) = plain(answer) else {
            return false;
        };
        let is_short = |pod: &PodValue| {
            times::ns(pod.timestamp).is_some()
                && pod.window.is_none_or(|window| window_ns(window).is_some())
        };
        if !pods.iter().all(is_short) {
            return false;
        }
        let metric = self.json(metric);
        self.numbers.count(metric);
        self.numbers.count(pods.len());
        for pod in pods {
            let PodValue {
                name,
                timestamp,
                window,
                value,
            } = pod;
            self.name_and_time(name, *timestamp);
            match window.and_then(window_ns) {
                Some(window) => {
                    self.numbers.count(1);
                    self.numbers.signed(window);
                }
                None => self.numbers.count(0),
            }
            self.amounts.put(value, &mut self.texts);
        }
        true
    }

    fn name_and_time(&mut self, name: &str, at: jiff::Timestamp) {
        let place = self.texts.place(name);
        self.numbers.count(place);
        self.samples.put(times::ns(at).unwrap_or_default());
    }

    /// The number of a kind of pod, which is told where it first comes.
    fn shape(&mut self, containers: &[ContainerUsage]) -> usize {
        let texts = &mut self.texts;
        let shape: Shape = containers
            .iter()
            .map(|container| {
                let keys = container.usage.iter().map(|(key, _)| texts.place(key));
                let keys = keys.collect();
                (texts.place(&container.name), keys)
            })
            .collect();
        if let Some(known) = self.shapes.0.get(&shape) {
            return *known;
        }
        let number = self.shapes.0.len();
        self.layouts.count(shape.len());
        for (name, keys) in &shape {
            self.layouts.count(*name);
            self.layouts.count(keys.len());
            for key in keys {
                self.layouts.count(*key);
            }
        }
        self.shapes.0.insert(shape, number);
        number
    }
}

impl Reader<'_> {
    pub(super) fn usage(&mut self) -> Option<What> {
        let count = self.numbers.many(self.room)?;
        let mut pods = Vec::with_capacity(count);
        for _ in 0..count {
            let place = self.numbers.count()?;
            let name = self.texts.name(place)?;
            let timestamp = self.samples.take()?;
            let window = window_of(self.numbers.signed()?);
            let shape = self.numbers.count()?;
            let mut containers = self.shape(shape)?.clone();
            for container in &mut containers {
                for (_, amount) in container.usage.iter_mut() {
                    *amount = self.amounts.take(&self.texts)?;
                }
            }
            pods.push(PodUsage {
                name,
                timestamp,
                window,
                containers,
            });
        }
        Some(What::Usage(Answer::observed(pods)))
    }

    pub(super) fn pods_metric(&mut self) -> Option<What> {
        let place = self.numbers.count()?;
        let metric = self.parsed(place)?;
        let count = self.numbers.many(self.room)?;
        let mut pods = Vec::with_capacity(count);
        for _ in 0..count {
            let place = self.numbers.count()?;
            let name = self.texts.name(place)?;
            let timestamp = self.samples.take()?;
            let window = match self.numbers.count()? {
                0 => None,
                _ => Some(window_of(self.numbers.signed()?)),
            };
            pods.push(PodValue {
                name,
                timestamp,
                window,
                value: self.amounts.take(&self.texts)?,
            });
        }
        Some(What::PodsMetric(PodsAnswer {
            metric,
            answer: Answer::observed(pods),
        }))
    }

    /// A kind of pod, without amounts; a new one is read where it first comes.
    fn shape(&mut self, number: usize) -> Option<&Vec<ContainerUsage>> {
        if number == self.shapes.len() {
            let count = self.layouts.many(self.room)?;
            let mut containers = Vec::with_capacity(count);
            for _ in 0..count {
                let place = self.layouts.count()?;
                let name = self.texts.name(place)?;
                let mut usage = scaling::hpa::situation::Amounts::new();
                for _ in 0..self.layouts.many(self.room)? {
                    let place = self.layouts.count()?;
                    let nothing = Quantity::from_nano(0, Format::DecimalSi);
                    usage.insert(self.texts.name(place)?, Amount::Read(nothing));
                }
                containers.push(ContainerUsage { name, usage });
            }
            self.shapes.push(containers);
        }
        self.shapes.get(number)
    }
}
