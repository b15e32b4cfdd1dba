//! What the HPA controller keeps in its memory, as its rules read it.

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::situation::{Config, Memory, Recommendation, ScaleEvent};
use scaling::hpa::spec::{Behavior, PolicyKind, PolicySelect, ScalingRules, Spec};

use crate::PolicyUse;

/// How long recommendations count, each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windows {
    pub(crate) up: SignedDuration,
    pub(crate) down: SignedDuration,
    /// Without a behavior one that is exactly as old as the window still counts.
    pub(crate) is_legacy: bool,
}

impl Windows {
    pub(crate) fn of(spec: &Spec, config: &Config) -> Self {
        let flag = config.downscale_stabilization.duration();
        let Some(behavior) = &spec.behavior else {
            return Self {
                up: SignedDuration::ZERO,
                down: flag,
                is_legacy: true,
            };
        };
        let window = |rules: &Option<ScalingRules>, default| {
            let seconds = rules
                .as_ref()
                .and_then(|rules| rules.stabilization_window_seconds);
            seconds.map_or(default, |seconds| {
                SignedDuration::from_secs(i64::from(seconds))
            })
        };
        Self {
            up: window(&behavior.scale_up, SignedDuration::ZERO),
            down: window(&behavior.scale_down, flag),
            is_legacy: false,
        }
    }

    /// The longer one.
    pub(crate) fn longest(self) -> SignedDuration {
        self.up.max(self.down)
    }

    /// When a recommendation no longer holds a size up.
    pub(crate) fn down_until(self, at: Timestamp) -> Timestamp {
        let end = at.saturating_add(self.down).unwrap_or(Timestamp::MAX);
        if self.is_legacy {
            end.saturating_add(SignedDuration::from_nanos(1))
                .unwrap_or(end)
        } else {
            end
        }
    }

    /// When a recommendation no longer holds a size down.
    pub(crate) fn up_until(self, at: Timestamp) -> Timestamp {
        at.saturating_add(self.up).unwrap_or(Timestamp::MAX)
    }

    /// Whether its slot may be used again.
    fn is_old(self, at: Timestamp, now: Timestamp) -> bool {
        let before = |window| at < now.saturating_sub(window).unwrap_or(Timestamp::MIN);
        before(self.down) && (self.is_legacy || before(self.up))
    }
}

/// How long anything that is remembered counts: windows and periods of policies.
pub(crate) fn reach(spec: &Spec, config: &Config) -> SignedDuration {
    let period = policies(spec)
        .map(|policy| policy.period_seconds)
        .max()
        .unwrap_or(0);
    Windows::of(spec, config)
        .longest()
        .max(SignedDuration::from_secs(i64::from(period)))
}

fn policies(spec: &Spec) -> impl Iterator<Item = &scaling::hpa::spec::Policy> {
    let behavior = spec.behavior.iter();
    behavior
        .flat_map(|behavior| [&behavior.scale_up, &behavior.scale_down])
        .flatten()
        .filter_map(|rules| rules.policies.as_ref())
        .flatten()
}

/// Records what metrics asked for, where a slot is too old in its place (`horizontal.go`, `stabilizeRecommendation…`).
pub(crate) fn record(memory: &mut Memory, windows: Windows, replicas: i32, now: Timestamp) {
    let recommendation = Recommendation { replicas, at: now };
    let slots = &mut memory.recommendations;
    match slots.iter().rposition(|slot| windows.is_old(slot.at, now)) {
        Some(index) => slots[index] = recommendation,
        None => slots.push(recommendation),
    }
}

/// Stores a change of size (`horizontal.go`, `storeScaleEvent`).
pub(crate) fn store(memory: &mut Memory, spec: &Spec, before: i32, after: i32, at: Timestamp) {
    let Some(behavior) = &spec.behavior else {
        return;
    };
    let (events, rules) = if after > before {
        (&mut memory.scale_up_events, &behavior.scale_up)
    } else {
        (&mut memory.scale_down_events, &behavior.scale_down)
    };
    let periods = rules
        .iter()
        .filter_map(|rules| rules.policies.as_ref())
        .flatten();
    let longest = periods
        .map(|policy| policy.period_seconds)
        .max()
        .unwrap_or(0);
    let cutoff = at
        .saturating_sub(SignedDuration::from_secs(i64::from(longest)))
        .unwrap_or(Timestamp::MIN);
    for event in events.iter_mut() {
        event.outdated |= event.at < cutoff;
    }
    let event = ScaleEvent {
        change: (after - before).abs(),
        at,
        outdated: false,
    };
    match events.iter().rposition(|slot| slot.outdated) {
        Some(index) => events[index] = event,
        None => events.push(event),
    }
}

/// When the latest recommendation was made that keeps a size from falling below this count.
pub(crate) fn holds_up(
    memory: &Memory,
    windows: Windows,
    held: i32,
    now: Timestamp,
) -> Option<Timestamp> {
    let recommendations = memory.recommendations.iter();
    recommendations
        .filter(|one| one.replicas >= held && one.at < now && windows.down_until(one.at) > now)
        .map(|one| one.at)
        .max()
}

/// When the latest recommendation was made that keeps a size from growing above this count.
pub(crate) fn holds_down(
    memory: &Memory,
    windows: Windows,
    held: i32,
    now: Timestamp,
) -> Option<Timestamp> {
    let recommendations = memory.recommendations.iter();
    recommendations
        .filter(|one| one.replicas <= held && one.at < now && windows.up_until(one.at) > now)
        .map(|one| one.at)
        .max()
}

/// How much of each policy of a direction is used.
pub(crate) fn used(
    memory: &Memory,
    behavior: &Behavior,
    is_up: bool,
    size: i32,
    now: Timestamp,
) -> Vec<PolicyUse> {
    let rules = if is_up {
        &behavior.scale_up
    } else {
        &behavior.scale_down
    };
    let Some(rules) = rules else {
        return Vec::new();
    };
    if rules.select_policy == Some(PolicySelect::Disabled) {
        return Vec::new();
    }
    let (along, against) = if is_up {
        (&memory.scale_up_events, &memory.scale_down_events)
    } else {
        (&memory.scale_down_events, &memory.scale_up_events)
    };
    let policies = rules.policies.iter().flatten();
    policies
        .map(|policy| {
            let period = SignedDuration::from_secs(i64::from(policy.period_seconds));
            let end =
                |event: &ScaleEvent| event.at.saturating_add(period).unwrap_or(Timestamp::MAX);
            let sum = |events: &[ScaleEvent]| -> i32 {
                let counted = events.iter().filter(|event| end(event) > now);
                counted.map(|event| event.change).sum()
            };
            let used = sum(along) - sum(against);
            let start = if is_up { size - used } else { size + used };
            let allowed = match policy.kind {
                PolicyKind::Percent => {
                    let share = f64::from(start) * f64::from(policy.value) / 100.0;
                    #[allow(clippy::cast_possible_truncation)] // saturates
                    let whole = share.ceil() as i32;
                    whole
                }
                PolicyKind::Pods | PolicyKind::Other(_) => policy.value,
            };
            PolicyUse {
                kind: policy.kind.clone(),
                value: policy.value,
                period: policy.period_seconds,
                used,
                allowed,
                room_at: along.iter().map(end).filter(|end| *end > now).min(),
            }
        })
        .collect()
}
