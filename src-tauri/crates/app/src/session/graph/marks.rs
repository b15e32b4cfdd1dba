//! What is drawn besides series: what held the size, cron windows, pods, what is to come, how long growths took.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use replay::{BandKind as Rule, PolicyUse, Split, Window};
use scaling::When;
use scaling::forecast::Cause;
use scaling::hold::HoldRule;
use scaling::hpa::spec::{PolicyKind, Spec};
use scaling::keda::ScaledObject;
use scaling::words::{Clock, hold};
use wire::{
    Band, BandKind, CronWindow, ForecastStep, Growth, Marks, MarksAsk, PodBar, PodPhase, PodSpan,
    WireError,
};

use super::super::{Session, gone};
use super::explain::sure;
use super::lanes::lane_id;
use super::state::Graph;
use super::titles;
use super::told::stamp;

/// Bars of pods that are drawn.
const PODS: usize = 60;
/// So far ahead the size is foreseen.
pub(super) const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// `at 21:24:10`, `between 21:24:10 and 21:24:25`
pub(super) fn clock_of(clock: &Clock, when: When) -> String {
    let (earliest, latest) = (clock.time(when.earliest), clock.time(when.latest));
    if earliest == latest {
        format!("at {earliest}")
    } else {
        format!("between {earliest} and {latest}")
    }
}

/// Whether a band is that of a rule.
pub(super) fn band_rule(kind: &Rule, rule: HoldRule) -> bool {
    match kind {
        Rule::ScaleDownStabilization { .. } => rule == HoldRule::ScaleDownStabilization,
        Rule::ScaleUpStabilization { .. } => rule == HoldRule::ScaleUpStabilization,
        Rule::Rate { is_up: true, .. } => {
            matches!(rule, HoldRule::ScaleUpRate | HoldRule::ScaleUpDisabled)
        }
        Rule::Rate { is_up: false, .. } => {
            matches!(rule, HoldRule::ScaleDownRate | HoldRule::ScaleDownDisabled)
        }
        Rule::Cooldown => rule == HoldRule::Cooldown,
        Rule::Paused | Rule::PausedOneWay { .. } => rule == HoldRule::Paused,
        Rule::Fallback => rule == HoldRule::Fallback,
        Rule::Cap => rule == HoldRule::MaxReplicas,
        Rule::NoMetrics { .. } => rule == HoldRule::FailedMetrics,
    }
}

impl Session {
    /// What is drawn besides series.
    pub(crate) fn graph_marks(&mut self, ask: &MarksAsk) -> Result<Marks, WireError> {
        self.see_until_now(ask.graph);
        let now = stamp(self.now_ms());
        let graph = self
            .graphs
            .get(&ask.graph)
            .ok_or_else(|| gone("This graph"))?;
        let zone = self.status.zone();
        let drawing = Drawing {
            graph,
            now,
            from: stamp(ask.from_ms),
            to: stamp(ask.to_ms),
            clock: self.status.reader(now),
            zone,
        };
        Ok(drawing.marks())
    }
}

struct Drawing<'a> {
    graph: &'a Graph,
    now: Timestamp,
    from: Timestamp,
    to: Timestamp,
    clock: Clock,
    zone: &'a TimeZone,
}

impl Drawing<'_> {
    fn marks(&self) -> Marks {
        let past = &self.graph.past;
        let mut pods = self.bars();
        let left_out = pods.len().saturating_sub(PODS);
        pods.drain(..left_out);
        let growths = past.growths(self.from, self.to);
        Marks {
            bands: past
                .bands(self.from, self.to)
                .iter()
                .map(|band| self.band(band))
                .collect(),
            windows: past
                .windows(self.from, self.to)
                .iter()
                .map(|window| self.window(window))
                .collect(),
            pods,
            pods_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
            forecast: self.forecast(),
            median: (!growths.is_empty())
                .then(|| growth(&Split::median(&growths), 0, String::new())),
            growths: growths
                .iter()
                .map(|one| {
                    let label = format!("{} → {}", one.from, one.to);
                    growth(&one.split(), one.begin().as_millisecond(), label)
                })
                .collect(),
        }
    }

    /// The pods, or the Jobs of a `ScaledJob`.
    fn bars(&self) -> Vec<PodBar> {
        let end = self.to.min(self.now);
        if self.graph.job.is_some() {
            return self.graph.job_bars(self.from, end);
        }
        let mut pods = self.graph.past.pods(self.from, end);
        for bar in &mut pods {
            // What is watched and did not change is so until now, not until the last fact.
            if self.graph.is_there(&bar.uid)
                && let Some(last) = bar.spans.last_mut()
            {
                last.until = last.until.max(end);
            }
        }
        pods.into_iter().map(bar).collect()
    }

    fn band(&self, band: &replay::Band) -> Band {
        let end = band.until.map_or(self.to, |until| until.latest);
        let until = band
            .until
            .filter(|_| band.holds)
            .map(|until| self.clock.time(until.earliest));
        let length = || length(end.min(self.now).duration_since(band.from));
        let held = |what: &str| match &until {
            Some(until) => format!("{what} until {until}"),
            None if band.holds => format!("{what} for {}", length()),
            None => format!("{what} {}", length()),
        };
        let (kind, label) = match &band.kind {
            Rule::ScaleDownStabilization { .. } | Rule::ScaleUpStabilization { .. } => {
                (BandKind::Stabilization, held("held"))
            }
            Rule::Rate { policies, .. } => (
                BandKind::Rate,
                match policies
                    .iter()
                    .map(|one| self.policy(one))
                    .collect::<Vec<_>>()
                {
                    told if told.is_empty() => held("rate limit"),
                    told => told.join("; "),
                },
            ),
            Rule::Cooldown => (BandKind::Cooldown, held("cooldown")),
            Rule::Paused => (BandKind::Paused, held("paused")),
            Rule::PausedOneWay { is_out: true } => (BandKind::Paused, held("scaling out paused")),
            Rule::PausedOneWay { is_out: false } => (BandKind::Paused, held("scaling in paused")),
            Rule::Fallback => (BandKind::Fallback, held("fallback")),
            Rule::Cap => (
                BandKind::Cap,
                match (band.held, band.asked) {
                    (Some(held), Some(asked)) => format!("at max {held}, load asks {asked}"),
                    (Some(held), None) => format!("at max {held}"),
                    (None, _) => "at max".to_owned(),
                },
            ),
            Rule::NoMetrics { reason } => (BandKind::NoMetrics, format!("no metrics: {reason}")),
        };
        Band {
            kind,
            from_ms: band.from.as_millisecond(),
            to_ms: end.as_millisecond(),
            is_open: band.until.is_none(),
            label,
            sure: sure(&band.certainty),
        }
    }

    /// `2 of 4 pods per 60 s used, room again at 14:31:05`
    fn policy(&self, policy: &PolicyUse) -> String {
        let limit = match policy.kind {
            PolicyKind::Percent => format!(" ({} %)", policy.value),
            PolicyKind::Pods | PolicyKind::Other(_) => String::new(),
        };
        let room = policy
            .room_at
            .map(|at| format!(", room again at {}", self.clock.time(at)));
        format!(
            "{} of {} pods{limit} per {} s used{}",
            policy.used,
            policy.allowed,
            policy.period,
            room.unwrap_or_default()
        )
    }

    fn window(&self, window: &Window) -> CronWindow {
        let minute = |at: Timestamp, zone: &TimeZone| {
            at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
        };
        let asks = window.replicas;
        let label = if window.ends {
            format!(
                "asks {asks} until {}",
                midnight(&minute(window.until, self.zone))
            )
        } else {
            format!("asks {asks}")
        };
        let span = |zone: &TimeZone| {
            let from = minute(window.from, zone);
            let until = midnight(&minute(window.until, zone));
            match (window.begins, window.ends) {
                (true, true) => format!("{from}–{until}"),
                (true, false) => format!("from {from}"),
                (false, true) => format!("until {until}"),
                (false, false) => "all the time".to_owned(),
            }
        };
        let detail = match TimeZone::get(&window.zone) {
            Ok(theirs) => {
                let (there, here) = (span(&theirs), span(self.zone));
                if there == here {
                    format!("{there} {}", window.zone)
                } else {
                    format!("{there} {}, {here} here", window.zone)
                }
            }
            Err(_) => format!(
                "{} here; the zone {} is not known",
                span(self.zone),
                window.zone
            ),
        };
        CronWindow {
            lane: self.lane_of(&window.metric),
            from_ms: window.from.as_millisecond(),
            to_ms: window.until.as_millisecond(),
            label,
            detail,
        }
    }

    /// The lane of an external metric; empty if it has none.
    fn lane_of(&self, metric: &str) -> String {
        let index = self.graph.hpa_spec().and_then(|spec| place(spec, metric));
        index.map_or_else(String::new, |index| lane_id("metric", index))
    }

    fn forecast(&self) -> Vec<ForecastStep> {
        if self.to <= self.now || self.graph.deleted {
            return Vec::new();
        }
        let horizon = self.to.duration_since(self.now).min(AHEAD);
        let object = self.graph.scaled_object();
        let forecast = self.graph.past.forecast(self.now, horizon);
        let steps = forecast.steps.iter().map(|step| ForecastStep {
            earliest_ms: step.at.earliest.as_millisecond(),
            latest_ms: step.at.latest.as_millisecond(),
            replicas: step.to,
            cause: cause(&step.cause, object),
            sure: sure(&step.certainty),
        });
        steps.collect()
    }
}

/// Where in a spec's metrics an external one stands.
fn place(spec: &Spec, metric: &str) -> Option<usize> {
    spec.metrics.iter().position(|own| {
        let external = own.external.as_ref();
        external.is_some_and(|source| source.metric.name == metric)
    })
}

/// The end of a day, not the beginning of the next.
fn midnight(time: &str) -> String {
    match time {
        "00:00" => "24:00".to_owned(),
        time => time.to_owned(),
    }
}

fn cause(cause: &Cause, object: Option<&ScaledObject>) -> String {
    let title = |metric: &str| {
        titles::of_external(metric, object).map_or_else(|| metric.to_owned(), |title| title.whole())
    };
    match cause {
        Cause::Metric { metric } => format!("{} asks for it", title(metric)),
        Cause::Released { rule } => hold::release(*rule).to_owned(),
        Cause::CronWindow => "a cron window begins or ends".to_owned(),
        Cause::Activation { metrics } if metrics.is_empty() => "it is activated".to_owned(),
        Cause::Activation { metrics } => {
            let titles: Vec<String> = metrics.iter().map(|metric| title(metric)).collect();
            format!("active: {}", titles.join(", "))
        }
        Cause::Cooldown => "no trigger is active, and the cooldown is over".to_owned(),
        Cause::Bound { rule } => match rule {
            HoldRule::MaxReplicas => "more than the upper limit".to_owned(),
            _ => "fewer than the lower limit".to_owned(),
        },
        Cause::Pause => "a pause".to_owned(),
        Cause::Input => "it is set".to_owned(),
    }
}

fn bar(pod: replay::PodBar) -> PodBar {
    let spans = pod.spans.into_iter().map(|span| PodSpan {
        phase: match span.phase {
            replay::PodPhase::Pending => PodPhase::Pending,
            replay::PodPhase::Starting => PodPhase::Starting,
            replay::PodPhase::Ready => PodPhase::Ready,
            replay::PodPhase::Unready => PodPhase::Unready,
            replay::PodPhase::Terminating => PodPhase::Terminating,
            replay::PodPhase::Succeeded => PodPhase::Succeeded,
            replay::PodPhase::Failed => PodPhase::Failed,
        },
        from_ms: span.from.as_millisecond(),
        to_ms: span.until.as_millisecond(),
        why: span.why,
    });
    PodBar {
        name: pod.name,
        spans: spans.collect(),
    }
}

fn growth(split: &Split, crossed_ms: i64, label: String) -> Growth {
    let ms = |time: Option<SignedDuration>| u32::try_from(time?.as_millis().max(0)).ok();
    Growth {
        crossed_ms,
        label,
        seen_ms: ms(split.seen),
        written_ms: ms(split.written),
        scheduled_ms: ms(split.scheduled),
        started_ms: ms(split.started),
        ready_ms: ms(split.ready),
    }
}

/// `5:00`, `1:05:00`
fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes}:{rest:02}")
    }
}
