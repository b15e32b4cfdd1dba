//! How far the policies of a behavior let the count go.
//!
//! Follows `horizontal.go` (`calculateScaleUpLimitWithScalingRules`, `calculateScaleDownLimitWithBehaviors`).

use super::decision::{PolicyLimit, Rule};
use super::normalize::Bounds;
use super::spec::{Behavior, PolicyKind, PolicySelect};
use super::{go, history};

/// Which way the count moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// What the policies allow.
pub(crate) struct Allowance {
    direction: Direction,
    /// The count; the present one if the direction is disabled.
    pub(crate) limit: i32,
    /// Each policy, if rules are noted; `None` if the direction is disabled.
    policies: Option<Vec<PolicyLimit>>,
    smallest_change: bool,
}

impl Allowance {
    /// As a rule with the limit that results.
    pub(crate) fn rule(self, limit: i32) -> Rule {
        let smallest_change = self.smallest_change;
        match (self.direction, self.policies) {
            (Direction::Up, None) => Rule::ScaleUpDisabled,
            (Direction::Down, None) => Rule::ScaleDownDisabled,
            (Direction::Up, Some(policies)) => Rule::ScaleUpPolicies {
                limit,
                policies,
                smallest_change,
            },
            (Direction::Down, Some(policies)) => Rule::ScaleDownPolicies {
                limit,
                policies,
                smallest_change,
            },
        }
    }
}

/// What the policies of a direction allow now.
pub(crate) fn allowance(
    bounds: &Bounds<'_>,
    behavior: &Behavior,
    direction: Direction,
) -> Allowance {
    let rules = match direction {
        Direction::Up => behavior.scale_up.as_ref(),
        Direction::Down => behavior.scale_down.as_ref(),
    };
    let select = rules.and_then(|rules| rules.select_policy.as_ref());
    let smallest_change = match select {
        Some(PolicySelect::Disabled) => {
            return Allowance {
                direction,
                limit: bounds.current,
                policies: None,
                smallest_change: false,
            };
        }
        Some(PolicySelect::Min) => true,
        Some(PolicySelect::Max | PolicySelect::Other(_)) | None => false,
    };
    // The smallest change upwards is the lowest limit, downwards the highest.
    let lowest = match direction {
        Direction::Up => smallest_change,
        Direction::Down => !smallest_change,
    };
    let mut limit = if lowest { i32::MAX } else { i32::MIN };
    // A policy of unknown type repeats the one before it.
    let mut proposed = 0;
    let mut limits = Vec::new();
    let policies = rules.and_then(|rules| rules.policies.as_deref());
    for (policy, index) in policies.unwrap_or_default().iter().zip(0..) {
        let period = policy.period_seconds;
        let memory = bounds.memory;
        let added = history::change_within(&memory.scale_up_events, period, bounds.now);
        let removed = history::change_within(&memory.scale_down_events, period, bounds.now);
        let start = bounds.current.wrapping_sub(added).wrapping_add(removed);
        let share = f64::from(policy.value) / 100.0;
        proposed = match (&policy.kind, direction) {
            (PolicyKind::Pods, Direction::Up) => start.wrapping_add(policy.value),
            (PolicyKind::Pods, Direction::Down) => start.wrapping_sub(policy.value),
            (PolicyKind::Percent, Direction::Up) => {
                go::int32((f64::from(start) * (1.0 + share)).ceil())
            }
            (PolicyKind::Percent, Direction::Down) => go::int32(f64::from(start) * (1.0 - share)),
            (PolicyKind::Other(_), _) => proposed,
        };
        if bounds.explains {
            limits.push(PolicyLimit {
                policy: index,
                period_start: start,
                added,
                removed,
                limit: proposed,
            });
        }
        limit = if lowest {
            limit.min(proposed)
        } else {
            limit.max(proposed)
        };
    }
    Allowance {
        direction,
        limit,
        policies: Some(limits),
        smallest_change,
    }
}
