//! HPAs and pods: what seldom changes of them is a pattern, as JSON that stands once in a run; the rest are numbers.

use std::collections::HashMap;

use jiff::Timestamp;
use model::fact::{HpaState, PodState, What};
use scaling::hpa::status::{Condition, CurrentValue, MetricStatus};
use serde::de::DeserializeOwned;

use super::{Reader, Writer, times};

/// Patterns that were read, by the places of their texts.
#[derive(Default)]
pub(super) struct Patterns {
    hpas: HashMap<usize, HpaState>,
    pods: HashMap<usize, PodState>,
    metrics: HashMap<usize, MetricStatus>,
    conditions: HashMap<usize, Condition>,
}

/// What a metric's status tells of its value, whatever its kind.
fn values(metric: &mut MetricStatus) -> impl Iterator<Item = &mut CurrentValue> {
    let MetricStatus {
        kind: _,
        object,
        pods,
        resource,
        container_resource,
        external,
    } = metric;
    let object = object.iter_mut().map(|of| &mut of.current);
    let pods = pods.iter_mut().map(|of| &mut of.current);
    let resource = resource.iter_mut().map(|of| &mut of.current);
    let container = container_resource.iter_mut().map(|of| &mut of.current);
    let external = external.iter_mut().map(|of| &mut of.current);
    object
        .chain(pods)
        .chain(resource)
        .chain(container)
        .chain(external)
}

/// As a number, if no other text means the same.
fn version_number(version: &str) -> Option<i64> {
    let number: i64 = version.parse().ok()?;
    (number >= 0 && number.to_string() == version).then_some(number)
}

impl Writer {
    /// Writes an HPA; `false`, and nothing is written: JSON must do.
    pub(super) fn hpa(&mut self, hpa: &HpaState) -> bool {
        let scaled = hpa.status.last_scale_time.map(times::ns);
        let (Some(version), false) = (version_number(&hpa.resource_version), scaled == Some(None))
        else {
            return false;
        };
        let mut pattern = hpa.clone();
        pattern.resource_version.clear();
        let status = &mut pattern.status;
        status.last_scale_time = None;
        (status.current_replicas, status.desired_replicas) = (0, 0);
        let metrics = std::mem::take(&mut status.current_metrics);
        let conditions = std::mem::take(&mut status.conditions);
        let place = self.json(&pattern);
        self.numbers.count(place);
        self.numbers.signed(version.wrapping_sub(self.version));
        self.version = version;
        self.times.put_some(scaled.flatten());
        self.numbers.signed(hpa.status.current_replicas.into());
        self.numbers.signed(hpa.status.desired_replicas.into());
        self.numbers.count(metrics.len());
        for mut metric in metrics {
            let told: Vec<CurrentValue> = values(&mut metric).map(std::mem::take).collect();
            let place = self.json(&metric);
            self.numbers.count(place);
            for value in &told {
                self.value(value);
            }
        }
        self.numbers.count(conditions.len());
        for condition in &conditions {
            let place = self.json(condition);
            self.numbers.count(place);
        }
        true
    }

    fn value(&mut self, value: &CurrentValue) {
        let CurrentValue {
            value,
            average_value,
            average_utilization,
        } = value;
        let bit = |is_there: bool, bit: u64| if is_there { bit } else { 0 };
        self.numbers.number(
            bit(value.is_some(), 1)
                | bit(average_value.is_some(), 2)
                | bit(average_utilization.is_some(), 4),
        );
        for amount in value.iter().chain(average_value) {
            self.amounts.put(amount, &mut self.texts);
        }
        if let Some(percent) = average_utilization {
            self.numbers.signed((*percent).into());
        }
    }

    /// Writes a pod; `false`, and nothing is written: JSON must do.
    pub(super) fn pod(&mut self, pod: &PodState) -> bool {
        let mut pattern = pod.clone();
        let mut moments = [None; MOMENTS];
        for (moment, at) in moments.iter_mut().zip(times_of(&mut pattern)) {
            match at.take().map(times::ns) {
                Some(None) => return false,
                ns => *moment = ns.flatten(),
            }
        }
        let texts = [
            std::mem::take(&mut pattern.uid),
            std::mem::take(&mut pattern.node),
            std::mem::take(&mut pattern.pod.name).to_string(),
        ];
        let place = self.json(&pattern);
        self.numbers.count(place);
        for text in texts {
            let place = self.texts.place(&text);
            self.numbers.count(place);
        }
        for moment in moments {
            self.times.put_some(moment);
        }
        true
    }
}

/// Times of a pod that its pattern has not.
const MOMENTS: usize = 6;

fn times_of(pod: &mut PodState) -> impl Iterator<Item = &mut Option<Timestamp>> {
    let ready = pod.pod.ready.iter_mut();
    let always = [
        &mut pod.created,
        &mut pod.scheduled,
        &mut pod.started,
        &mut pod.pod.deletion_timestamp,
        &mut pod.pod.start_time,
    ];
    always
        .into_iter()
        .chain(ready.map(|ready| &mut ready.last_transition_time))
}

impl Reader<'_> {
    pub(super) fn hpa(&mut self) -> Option<What> {
        let place = self.numbers.count()?;
        let mut hpa = self.pattern(place, |patterns| &mut patterns.hpas)?;
        self.version = self.version.wrapping_add(self.numbers.signed()?);
        hpa.resource_version = self.version.to_string();
        hpa.status.last_scale_time = self.times.take_some()?;
        hpa.status.current_replicas = i32::try_from(self.numbers.signed()?).ok()?;
        hpa.status.desired_replicas = i32::try_from(self.numbers.signed()?).ok()?;
        for _ in 0..self.numbers.many(self.room)? {
            let place = self.numbers.count()?;
            let mut metric = self.pattern(place, |patterns| &mut patterns.metrics)?;
            for value in values(&mut metric) {
                *value = self.value()?;
            }
            hpa.status.current_metrics.push(metric);
        }
        for _ in 0..self.numbers.many(self.room)? {
            let place = self.numbers.count()?;
            let condition = self.pattern(place, |patterns| &mut patterns.conditions)?;
            hpa.status.conditions.push(condition);
        }
        Some(What::Hpa(Some(Box::new(hpa))))
    }

    fn value(&mut self) -> Option<CurrentValue> {
        let told = self.numbers.number()?;
        let mut value = CurrentValue::default();
        if told & 1 != 0 {
            value.value = Some(self.amounts.take(&self.texts)?);
        }
        if told & 2 != 0 {
            value.average_value = Some(self.amounts.take(&self.texts)?);
        }
        if told & 4 != 0 {
            let percent = i32::try_from(self.numbers.signed()?).ok()?;
            value.average_utilization = Some(percent);
        }
        Some(value)
    }

    pub(super) fn pod(&mut self) -> Option<What> {
        let place = self.numbers.count()?;
        let mut pod = self.pattern(place, |patterns| &mut patterns.pods)?;
        let mut text = || {
            let place = self.numbers.count()?;
            self.texts.text(place).map(str::to_owned)
        };
        (pod.uid, pod.node) = (text()?, text()?);
        let place = self.numbers.count()?;
        pod.pod.name = self.texts.name(place)?;
        let mut moments = [None; MOMENTS];
        for moment in &mut moments {
            *moment = self.times.take_some()?;
        }
        for (at, moment) in times_of(&mut pod).zip(moments) {
            *at = moment;
        }
        Some(What::Pod(Box::new(pod)))
    }

    /// The pattern at a place, of which each is parsed once.
    fn pattern<T: DeserializeOwned + Clone>(
        &mut self,
        place: usize,
        of: impl Fn(&mut Patterns) -> &mut HashMap<usize, T>,
    ) -> Option<T> {
        if let Some(known) = of(&mut self.patterns).get(&place) {
            return Some(known.clone());
        }
        let parsed: T = self.parsed(place)?;
        of(&mut self.patterns).insert(place, parsed.clone());
        Some(parsed)
    }
}
