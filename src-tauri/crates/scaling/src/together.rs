//! One answer for a workload: who decides about its size now, what each controller asks for, what comes of it.
//!
//! A ScaledObject has two that write one `spec.replicas`: KEDA's scale loop between 0, or the idle count, and `minReplicaCount`
//! (KEDA v2.21.0 `pkg/scaling/executor/scale_scaledobjects.go:RequestScale`), the HPA that it produced above that
//! (Kubernetes v1.36.3 `horizontal.go:reconcileAutoscaler`). A pause ends both.

use serde::{Deserialize, Serialize};

use crate::certainty::{Certain, Certainty};
use crate::finding::Finding;
use crate::forecast;
use crate::hold::{Hold, NextCause, NextChange};
use crate::keda::serving;
use crate::{hpa, keda};

/// What both controllers have. A plain HPA has no `keda`; a ScaledObject without its HPA's situation has no `hpa`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "WorkloadSituation"))]
#[serde(rename_all = "camelCase")]
pub struct Situation {
    /// The scale loop's.
    pub keda: Option<keda::Situation>,
    /// The HPA's; answers for metrics that KEDA serves are made from `keda`.
    pub hpa: Option<hpa::Situation>,
}

/// What is decided about a workload now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "WorkloadDecision"))]
#[serde(rename_all = "camelCase")]
pub struct Together {
    /// Who decides.
    pub decider: Decider,
    /// The count before; `None` if nobody could read it.
    pub current: Option<i32>,
    /// What KEDA's loop, or its pause, asks for.
    pub keda_asks: Option<Certain<i32>>,
    /// What the HPA asks for; `None` if it asks for nothing.
    pub hpa_asks: Option<Certain<i32>>,
    /// The count that comes of it.
    pub replicas: Certain<i32>,
    /// What keeps it there, KEDA's first.
    pub holds: Vec<HeldBy>,
    /// The earliest change with inputs unchanged. Cron windows that change what the HPA asks for are looked for within eight days.
    pub next_change: Option<ChangeBy>,
    /// KEDA's decision with its reasons.
    pub keda: Option<keda::Decision>,
    /// The HPA's decision with its reasons; `None` too where a pause has removed the HPA.
    pub hpa: Option<hpa::Decision>,
}

/// Who decides about the size now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(tag = "kind", content = "because", rename_all = "camelCase")]
pub enum Decider {
    /// KEDA's scale loop: between 0, or the idle count, and `minReplicaCount`.
    ScaleLoop,
    /// The HPA that KEDA produced.
    Hpa,
    /// An HPA of its own; there is no KEDA.
    HpaAlone,
    /// A pause annotation of KEDA.
    Pause,
    /// Nobody.
    Nobody(Nobody),
}

/// Why nobody decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Nobody {
    /// There is neither a ScaledObject nor an HPA.
    Nothing,
    /// At zero, where no trigger is active.
    NotActive,
    /// At zero, and KEDA's loop cannot go on: its triggers fail, scaling out is paused, or its write failed.
    LoopStopped,
    /// At zero, which an HPA does not leave.
    ScalingDisabled,
    /// The HPA has no usable metric.
    NoMetrics,
    /// The target cannot be read.
    NoTarget,
    /// The HPA's situation is not given.
    HpaUnknown,
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Controller {
    /// KEDA.
    Keda,
    /// The HPA controller.
    Hpa,
}

/// A hold with the controller that it binds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HeldBy {
    /// Whose.
    pub by: Controller,
    /// The hold.
    pub hold: Hold,
}

/// A change with the controller that makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChangeBy {
    /// Whose.
    pub by: Controller,
    /// The change.
    pub change: NextChange,
}

/// What is decided now, with what is wrong in either spec.
pub fn decide(situation: &Situation) -> (Together, Vec<Finding>) {
    let mut findings = Vec::new();
    let keda = situation.keda.as_ref().map(|keda| {
        let (decision, mut found) = keda::decide(keda);
        findings.append(&mut found);
        decision
    });
    let is_paused = keda.as_ref().is_some_and(is_paused);
    let hpa = situation.hpa.as_ref().filter(|_| !is_paused).map(|hpa| {
        let (decision, mut found) = match &situation.keda {
            Some(keda) => {
                let mut served = hpa.clone();
                serving::serve(keda, &mut served);
                hpa::decide(&served)
            }
            None => hpa::decide(hpa),
        };
        findings.append(&mut found);
        decision
    });
    let mut together = join(keda, hpa);
    if together.hpa.is_some() && has_cron(situation) {
        together.next_change = together
            .next_change
            .into_iter()
            .chain(cron_change(situation))
            .min_by_key(|one| one.change.at.earliest);
    }
    (together, findings)
}

fn has_cron(situation: &Situation) -> bool {
    let triggers = situation
        .keda
        .iter()
        .flat_map(|keda| &keda.scaled_object.spec.triggers);
    triggers.into_iter().any(|trigger| trigger.kind == "cron")
}

/// What a cron window makes of the HPA's count.
fn cron_change(situation: &Situation) -> Option<ChangeBy> {
    let step = forecast::next_cron_step(situation)?;
    Some(ChangeBy {
        by: Controller::Hpa,
        change: NextChange {
            at: step.at,
            replicas: step.to,
            cause: NextCause::CronWindow,
        },
    })
}

fn is_paused(decision: &keda::Decision) -> bool {
    match decision.path {
        keda::decision::Path::Paused { .. } => true,
        keda::decision::Path::Decided
        | keda::decision::Path::Stopped { .. }
        | keda::decision::Path::NoTarget { .. } => false,
    }
}

fn join(keda: Option<keda::Decision>, hpa: Option<hpa::Decision>) -> Together {
    let decider = decider(keda.as_ref(), hpa.as_ref());
    let keda_current = keda.as_ref().and_then(|decision| decision.current);
    let hpa_current = hpa.as_ref().and_then(|decision| decision.current);
    let current = keda_current.or(hpa_current);
    let keda_asks = keda.as_ref().map(|decision| decision.replicas.clone());
    let hpa_asks = hpa.as_ref().and_then(|decision| {
        let value = decision.desired?;
        let certainty = decision.certainty.clone();
        Some(Certain { value, certainty })
    });
    let of_hpa = hpa.as_ref().and_then(|decision| {
        let value = decision.replicas?;
        let certainty = decision.certainty.clone();
        Some(Certain { value, certainty })
    });
    let replicas = match decider {
        Decider::ScaleLoop | Decider::Pause => keda_asks.clone(),
        Decider::Hpa | Decider::HpaAlone => match (of_hpa, &keda_asks) {
            // The HPA's turn comes only where KEDA's loop leaves the count alone.
            (Some(own), Some(asks)) => Some(Certain {
                certainty: own.certainty.and(asks.certainty.clone()),
                ..own
            }),
            (own, _) => own,
        },
        Decider::Nobody(Nobody::HpaUnknown) => {
            let why = "the HPA's situation is not given".to_owned();
            current.map(|value| Certain {
                value,
                certainty: Certainty::Unknown { why },
            })
        }
        Decider::Nobody(_) => keda_asks
            .clone()
            .filter(|_| keda_current.is_some())
            .or(of_hpa),
    };
    let replicas = replicas.unwrap_or_else(|| {
        let why = "the target cannot be read".to_owned();
        Certain {
            value: 0,
            certainty: Certainty::Unknown { why },
        }
    });
    let of = |by, holds: &[Hold]| {
        holds
            .iter()
            .map(|hold| HeldBy {
                by,
                hold: hold.clone(),
            })
            .collect::<Vec<_>>()
    };
    let mut holds = keda
        .as_ref()
        .map_or_else(Vec::new, |decision| of(Controller::Keda, &decision.holds));
    holds.extend(
        hpa.iter()
            .flat_map(|decision| of(Controller::Hpa, &decision.holds)),
    );
    let next = |by, change: Option<&NextChange>| {
        change.map(|change| ChangeBy {
            by,
            change: change.clone(),
        })
    };
    let of_keda = next(
        Controller::Keda,
        keda.as_ref()
            .and_then(|decision| decision.next_change.as_ref()),
    );
    let of_hpa = next(
        Controller::Hpa,
        hpa.as_ref()
            .and_then(|decision| decision.next_change.as_ref()),
    );
    let next_change = of_keda
        .into_iter()
        .chain(of_hpa)
        .min_by_key(|one| one.change.at.earliest);
    Together {
        decider,
        current,
        keda_asks,
        hpa_asks,
        replicas,
        holds,
        next_change,
        keda,
        hpa,
    }
}

fn decider(keda: Option<&keda::Decision>, hpa: Option<&hpa::Decision>) -> Decider {
    use keda::decision::Path;
    let Some(keda) = keda else {
        return hpa.map_or(Decider::Nobody(Nobody::Nothing), |hpa| {
            of_hpa(hpa, Decider::HpaAlone, Nobody::ScalingDisabled)
        });
    };
    let at_zero = match &keda.path {
        Path::Paused { .. } => return Decider::Pause,
        Path::NoTarget { .. } => return Decider::Nobody(Nobody::NoTarget),
        Path::Stopped { .. } => Nobody::LoopStopped,
        Path::Decided => of_loop(keda),
    };
    if keda
        .current
        .is_some_and(|current| current != keda.replicas.value)
    {
        return Decider::ScaleLoop;
    }
    if keda.current == Some(0) {
        return Decider::Nobody(at_zero);
    }
    hpa.map_or(Decider::Nobody(Nobody::HpaUnknown), |hpa| {
        of_hpa(hpa, Decider::Hpa, at_zero)
    })
}

/// Why the loop leaves a target at zero.
fn of_loop(keda: &keda::Decision) -> Nobody {
    use keda::decision::Rule;
    match keda
        .rules
        .iter()
        .find(|step| step.fits)
        .map(|step| step.rule)
    {
        Some(
            Rule::Activate
            | Rule::ActivateIsPaused
            | Rule::ActiveWithError
            | Rule::StayActive
            | Rule::WaitForFallback
            | Rule::TriggerError,
        ) => Nobody::LoopStopped,
        Some(
            Rule::Deactivate
            | Rule::DeactivateIsPaused
            | Rule::Cooldown
            | Rule::RaiseToMin
            | Rule::StayInactive,
        )
        | None => Nobody::NotActive,
    }
}

fn of_hpa(hpa: &hpa::Decision, decides: Decider, at_zero: Nobody) -> Decider {
    use hpa::decision::Path;
    match &hpa.path {
        Path::NoScale { .. } => Decider::Nobody(Nobody::NoTarget),
        Path::Disabled => Decider::Nobody(at_zero),
        Path::NoMetrics { .. } => Decider::Nobody(Nobody::NoMetrics),
        Path::AboveMax | Path::BelowMin | Path::Metrics { .. } => decides,
    }
}
