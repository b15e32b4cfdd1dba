//! What the HPA controller saw of its metrics, as its status tells of its last pass.
//!
//! A pass whose status would not differ writes none, so a status holds for all passes until the next one.

use jiff::{SignedDuration, Timestamp};
use scaling::Certainty;
use scaling::hpa::amount::Amount;
use scaling::hpa::situation::{
    Amounts, Answer, Answered, ContainerUsage, ExternalAnswer, Metrics, ObjectAnswer, Phase, Pod,
    PodUsage, PodValue, PodsAnswer, Scale, Span,
};
use scaling::hpa::spec::{MetricSpec, SourceKind, Spec};
use scaling::hpa::status::{ConditionStatus, CurrentValue, MetricStatus, Status};
use scaling::quantity::{Format, Quantity};
use smol_str::SmolStr;

use crate::facts::Facts;
use crate::readings::FRESH;

/// What a pod that became ready since then counts as hangs on its sample, which the status does not tell.
const UNSETTLED: SignedDuration = SignedDuration::from_secs(75);

/// Answers that give a status; more than one where it does not tell which of them it was. The likeliest comes first.
pub(crate) fn told_by(
    facts: &Facts,
    status: &Status,
    spec: &Spec,
    pods: &[Pod],
    scale: &Scale,
    at: Timestamp,
) -> Vec<Metrics> {
    if status.current_metrics.is_empty() || status.current_metrics.len() != spec.metrics.len() {
        return Vec::new();
    }
    let counts = |pod: &&Pod| {
        pod.deletion_timestamp.is_none() && !matches!(pod.phase, Phase::Failed | Phase::Pending)
    };
    let counted: Vec<&Pod> = pods.iter().filter(counts).collect();
    let unsettled = counted.iter().any(|pod| !is_settled(pod, at));
    let has_pods = spec.metrics.iter().any(|metric| match metric.kind {
        SourceKind::Resource | SourceKind::ContainerResource | SourceKind::Pods => true,
        SourceKind::Object | SourceKind::External | SourceKind::Other(_) => false,
    });
    let pairs = || spec.metrics.iter().zip(&status.current_metrics);
    let has_average = pairs().any(|(metric, current)| {
        is_average_of_total(metric) && known_total(facts, metric, current, scale, at).is_none()
    });
    let mut guesses = vec![Guess::default()];
    if unsettled && has_pods {
        guesses.push(Guess {
            young: Young::Unready,
            ..Guess::default()
        });
        guesses.push(Guess {
            young: Young::Missing,
            ..Guess::default()
        });
    }
    if has_average && scale.status_replicas > 1 {
        for total in [Total::Least, Total::Most] {
            guesses.push(Guess {
                total,
                ..Guess::default()
            });
        }
    }
    guesses
        .into_iter()
        .map(|guess| {
            let mut answers = Answers {
                facts,
                counted: &counted,
                scale,
                at,
                guess,
                metrics: Metrics::default(),
            };
            for (metric, current) in spec.metrics.iter().zip(&status.current_metrics) {
                answers.add(metric, current);
            }
            answers.metrics
        })
        .collect()
}

/// Whether pods count as they do for as long as they do not change: none is young, or not ready though it runs.
pub(crate) fn count_the_same(pods: &[Pod], at: Timestamp) -> bool {
    pods.iter().all(|pod| {
        let runs = pod.deletion_timestamp.is_none()
            && !matches!(pod.phase, Phase::Failed | Phase::Pending);
        let ready = pod.ready.as_ref();
        let is_ready = ready.is_some_and(|ready| ready.status == ConditionStatus::True);
        !runs || (is_ready && is_settled(pod, at))
    })
}

/// Whether what a pod counts as does not hang on its sample.
fn is_settled(pod: &Pod, at: Timestamp) -> bool {
    match &pod.ready {
        Some(ready) if ready.status == ConditionStatus::True => ready
            .last_transition_time
            .is_some_and(|since| at.duration_since(since) >= UNSETTLED),
        // Not ready: with or without a sample, unless it was ready before.
        Some(_) | None => pod
            .start_time
            .is_some_and(|start| at.duration_since(start) >= UNSETTLED),
    }
}

fn is_average_of_total(metric: &MetricSpec) -> bool {
    let object = metric.object.as_ref().map(|source| &source.target);
    let external = metric.external.as_ref().map(|source| &source.target);
    object
        .into_iter()
        .chain(external)
        .any(|target| target.average_value.is_some())
}

/// A total that is known though the status tells only its mean: what was read lately and fits it, or what is a whole number by its
/// nature.
fn known_total(
    facts: &Facts,
    metric: &MetricSpec,
    current: &MetricStatus,
    scale: &Scale,
    at: Timestamp,
) -> Option<i64> {
    let name = &metric.external.as_ref()?.metric;
    let mean = current
        .external
        .as_ref()?
        .current
        .average_value
        .as_ref()?
        .milli();
    let replicas = scale.status_replicas;
    let least = total(mean, replicas, Total::Least)?;
    let most = total(mean, replicas, Total::Most)?;
    let is_whole = is_counted(&name.name);
    if is_whole || least == most {
        return total(mean, replicas, Total::Whole);
    }
    let mut lines = facts.external_metrics.iter();
    let (_, line) = lines.find(|(known, _)| known == name)?;
    let around = [line.at(at), line.within(at, later(at)).first()];
    let values =
        around
            .into_iter()
            .flatten()
            .filter_map(|(_, answer)| match &answer.answer.result {
                Answered::Value(values) => Some(values.iter().map(Amount::milli).sum::<i64>()),
                Answered::Error(_) => None,
            });
    let mut fitting = values.filter(|value| (least..=most).contains(value));
    fitting.next()
}

fn later(at: Timestamp) -> Timestamp {
    at.saturating_add(FRESH).unwrap_or(at)
}

/// Whether a metric of KEDA counts whole things: `s0-cron-…`, `s1-workload-…`.
fn is_counted(name: &str) -> bool {
    let kind = name.split('-').nth(1);
    name.starts_with('s') && matches!(kind, Some("cron" | "workload"))
}

/// What a status leaves open.
#[derive(Clone, Copy, Debug, Default)]
struct Guess {
    young: Young,
    total: Total,
}

/// What pods count as that became ready a short while ago.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Young {
    #[default]
    Counted,
    Unready,
    Missing,
}

/// A total of which the status tells the mean, rounded up.
#[derive(Clone, Copy, Debug, Default)]
enum Total {
    #[default]
    Whole,
    Least,
    Most,
}

struct Answers<'a> {
    facts: &'a Facts,
    counted: &'a [&'a Pod],
    scale: &'a Scale,
    at: Timestamp,
    guess: Guess,
    metrics: Metrics,
}

const FAILED: &str = "the controller could not read it";

impl<'a> Answers<'a> {
    fn add(&mut self, metric: &MetricSpec, current: &MetricStatus) {
        match metric.kind {
            SourceKind::Resource => {
                let Some(source) = &metric.resource else {
                    return;
                };
                match &current.resource {
                    Some(status) => self.usage(&source.name, None, &status.current),
                    None => self.no_usage(),
                }
            }
            SourceKind::ContainerResource => {
                let Some(source) = &metric.container_resource else {
                    return;
                };
                match &current.container_resource {
                    Some(status) => {
                        self.usage(&source.name, Some(&source.container), &status.current);
                    }
                    None => self.no_usage(),
                }
            }
            SourceKind::Pods => {
                let Some(source) = &metric.pods else { return };
                let answer = match current.pods.as_ref().and_then(|of| milli(&of.current)) {
                    Some(mean) => Answer::observed(self.values(mean)),
                    None => Answer::failed(FAILED),
                };
                self.metrics.pods.push(PodsAnswer {
                    metric: source.metric.clone(),
                    answer,
                });
            }
            SourceKind::Object => {
                let Some(source) = &metric.object else { return };
                let answer = match current
                    .object
                    .as_ref()
                    .and_then(|of| self.total(&of.current))
                {
                    Some(total) => Answer::observed(amount(total)),
                    None => Answer::failed(FAILED),
                };
                self.metrics.object.push(ObjectAnswer {
                    metric: source.metric.clone(),
                    object: source.described_object.clone(),
                    answer,
                });
            }
            SourceKind::External => {
                let Some(source) = &metric.external else {
                    return;
                };
                let of = current.external.as_ref();
                let known = known_total(self.facts, metric, current, self.scale, self.at);
                let answer = match known.or_else(|| self.total(&of?.current)) {
                    Some(total) => Answer::observed(vec![amount(total)]),
                    None => Answer::failed(FAILED),
                };
                self.metrics.external.push(ExternalAnswer {
                    metric: source.metric.clone(),
                    answer,
                });
            }
            SourceKind::Other(_) => {}
        }
    }

    fn no_usage(&mut self) {
        if self.metrics.resource.is_none() {
            self.metrics.resource = Some(Answer::failed(FAILED));
        }
    }

    fn total(&self, current: &CurrentValue) -> Option<i64> {
        if let Some(value) = &current.value {
            return Some(value.milli());
        }
        let mean = current.average_value.as_ref()?.milli();
        total(mean, self.scale.status_replicas, self.guess.total)
    }

    /// The pods that have a sample.
    fn sampled(&self) -> impl Iterator<Item = &'a Pod> + use<'a> {
        let missing = self.guess.young == Young::Missing;
        let (pods, at) = (self.counted.iter().copied(), self.at);
        pods.filter(move |pod| !missing || is_settled(pod, at))
    }

    /// When a pod's sample was taken.
    fn sampled_at(&self, pod: &Pod) -> Timestamp {
        let since = pod
            .ready
            .as_ref()
            .and_then(|ready| ready.last_transition_time);
        match (self.guess.young, since) {
            (Young::Unready, Some(since)) if !is_settled(pod, self.at) => since
                .saturating_sub(SignedDuration::from_secs(1))
                .unwrap_or(since),
            _ => self.at,
        }
    }

    fn values(&self, mean: i64) -> Vec<PodValue> {
        let value = |pod: &Pod| PodValue {
            name: pod.name.clone(),
            timestamp: self.sampled_at(pod),
            window: Some(Span::default()),
            value: amount(mean),
        };
        self.sampled().map(value).collect()
    }

    /// Gives each pod the mean, and what the mean has lost, so that the per cent come out.
    fn usage(&mut self, resource: &str, container: Option<&str>, current: &CurrentValue) {
        let Some(mean) = current.average_value.as_ref().map(Amount::milli) else {
            return;
        };
        let pods: Vec<&Pod> = self.sampled().collect();
        let is_counted = |pod: &&&Pod| resource != "cpu" || !self.is_unready(pod);
        let counted: Vec<&Pod> = pods.iter().filter(is_counted).copied().collect();
        let count = i64::try_from(counted.len()).unwrap_or(0);
        let request: i64 = counted
            .iter()
            .map(|pod| requested(pod, resource, container))
            .sum();
        let mut lost = 0;
        if let Some(percent) = current.average_utilization
            && count > 0
        {
            let wanted = i64::from(percent) * request;
            let least = wanted / 100 + i64::from(wanted % 100 != 0);
            lost = (least - mean * count).clamp(0, count - 1);
        }
        let mut usages = match self.metrics.resource.take() {
            Some(Answer {
                result: Answered::Value(usages),
                ..
            }) => usages,
            Some(_) | None => Vec::new(),
        };
        for pod in pods {
            let mut used = mean;
            if lost > 0 && counted.iter().any(|other| other.name == pod.name) {
                used += 1;
                lost -= 1;
            }
            let index = usages.iter().position(|usage| usage.name == pod.name);
            let index = index.unwrap_or_else(|| {
                usages.push(PodUsage {
                    name: pod.name.clone(),
                    timestamp: self.sampled_at(pod),
                    window: Span::default(),
                    containers: pod
                        .containers
                        .iter()
                        .map(|container| ContainerUsage {
                            name: container.name.clone(),
                            usage: Amounts::new(),
                        })
                        .collect(),
                });
                usages.len() - 1
            });
            for (index, one) in usages[index].containers.iter_mut().enumerate() {
                let is_it = container.map_or(index == 0, |name| one.name == name);
                let used = if is_it { used } else { 0 };
                one.usage.insert(SmolStr::from(resource), amount(used));
            }
        }
        self.metrics.resource = Some(Answer::observed(usages));
    }

    /// Whether the cpu sample of a pod is dropped.
    fn is_unready(&self, pod: &Pod) -> bool {
        let is_ready = pod
            .ready
            .as_ref()
            .is_some_and(|ready| ready.status != ConditionStatus::False);
        !is_ready || (self.guess.young == Young::Unready && !is_settled(pod, self.at))
    }
}

/// A total from its mean over pods, rounded up: a whole number if one fits.
fn total(mean: i64, count: i32, guess: Total) -> Option<i64> {
    if mean == i64::MIN || count <= 0 {
        return None;
    }
    let count = i64::from(count);
    let most = mean.checked_mul(count)?;
    let least = most - count + 1;
    Some(match guess {
        Total::Least => least,
        Total::Most => most,
        Total::Whole => {
            let whole = most.div_euclid(1000) * 1000;
            if whole >= least { whole } else { most }
        }
    })
}

/// The total of a metric that goes by its mean, as a status tells it, with how sure that is.
pub(crate) fn external_total(
    status: &Status,
    name: &str,
    replicas: i32,
) -> Option<(i64, Certainty)> {
    let mut external = status
        .current_metrics
        .iter()
        .filter_map(|of| of.external.as_ref());
    let current = &external.find(|of| of.metric.name == name)?.current;
    if let Some(value) = &current.value {
        return Some((value.milli(), Certainty::Derived));
    }
    let mean = current.average_value.as_ref()?.milli();
    let certainty = if replicas == 1 {
        Certainty::Derived
    } else {
        Certainty::Estimated {
            guess: "the total of which the status tells the mean".to_owned(),
        }
    };
    Some((total(mean, replicas, Total::Whole)?, certainty))
}

fn milli(current: &CurrentValue) -> Option<i64> {
    current.average_value.as_ref().map(Amount::milli)
}

/// From thousandths.
pub(crate) fn amount(milli: i64) -> Amount {
    Quantity::from_nano(i128::from(milli) * 1_000_000, Format::DecimalSi).into()
}

fn requested(pod: &Pod, resource: &str, container: Option<&str>) -> i64 {
    let of = |amounts: &Amounts| amounts.get(resource).map_or(0, Amount::milli);
    if let Some(name) = container {
        let mut all = pod.containers.iter().chain(&pod.init_containers);
        return all
            .find(|one| one.name == name)
            .map_or(0, |one| of(&one.requests));
    }
    let sidecars = pod.init_containers.iter().filter(|one| one.restart_always);
    let containers = pod.containers.iter().chain(sidecars);
    containers.map(|one| of(&one.requests)).sum()
}

/// Makes answers no surer than this.
pub(crate) fn sure(metrics: &mut Metrics, certainty: &Certainty) {
    let make = |own: &mut Certainty| {
        *own = std::mem::replace(own, Certainty::Derived).and(certainty.clone());
    };
    if let Some(answer) = &mut metrics.resource {
        make(&mut answer.certainty);
    }
    for of in &mut metrics.pods {
        make(&mut of.answer.certainty);
    }
    for of in &mut metrics.object {
        make(&mut of.answer.certainty);
    }
    for of in &mut metrics.external {
        make(&mut of.answer.certainty);
    }
}
