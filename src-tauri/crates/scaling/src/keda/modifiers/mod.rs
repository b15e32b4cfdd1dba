//! Scaling modifiers: a formula makes one metric of all.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/modifiers/formula.go` with `apis/keda/v1alpha1/scaledobject_webhook.go`, and the expression
//! language expr-lang/expr v1.17.8 for the part of it that is about numbers.

mod check;
mod evaluate;
mod lexer;
mod parser;
mod tree;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::active::TriggerActivityDecision;
use super::amount::Amount;
use super::fallback::Served;
use super::go;
use super::scaled_object::{COMPOSITE_METRIC, ScaledObject, ScaledObjectStatus, ScalingModifiers};
use super::triggers::TriggerSpec;
use crate::certainty::Certainty;
use value::Value;

/// A formula that KEDA accepts, or whose acceptance cannot be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Program(Result<tree::Node, Unsupported>);

/// A part of the language that is not computed here: the result is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// Upstream refuses it as well.
    Refused(String),
    /// It is not known what upstream makes of it.
    Unsupported(Unsupported),
}

impl Rejected {
    fn unsupported(what: &str) -> Self {
        Self::Unsupported(Unsupported(format!(
            "{what} in formulas: not computed here"
        )))
    }
}

/// What a formula comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaFormulaResult"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum FormulaResult {
    /// A number; not always finite.
    Number {
        /// The number.
        #[serde(with = "any_float")]
        #[cfg_attr(feature = "wire", ts(type = "number | string"))]
        number: f64,
    },
    /// Nil, for which `fallback.replicas` times the target stands.
    Nil,
    /// An error: there is no metric.
    Failed {
        /// Its text.
        error: String,
    },
    /// It cannot be told.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// What the modifiers make of the triggers' metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaComposite"))]
#[serde(rename_all = "camelCase")]
pub struct Composite {
    /// The formula's values by trigger name; a failing trigger has none, one on a `scalingModifiers` fallback has `null`.
    pub inputs: BTreeMap<String, Option<f64>>,
    /// What the formula comes to; `None` without a formula, and while a fallback stands in for it.
    pub result: Option<FormulaResult>,
    /// What the HPA is given.
    pub metrics: Vec<CompositeMetric>,
    /// How sure the formula's part of it is.
    pub certainty: Certainty,
}

/// A metric after the modifiers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaCompositeMetric"))]
#[serde(rename_all = "camelCase")]
pub struct CompositeMetric {
    /// `composite-metric`, or a trigger's own without a formula.
    pub metric: String,
    /// Its value.
    pub amount: Amount,
}

/// Prepares the formula (`ValidateAndCompileScalingModifiers`); the error of one that KEDA refuses.
pub fn compile(modifiers: &ScalingModifiers, triggers: &[TriggerSpec]) -> Result<Program, String> {
    if modifiers.target.is_empty() {
        return Err("formula is given but target is empty".into());
    }
    let names: Vec<&str> = triggers
        .iter()
        .filter(|trigger| !trigger.is_resource() && !trigger.name.is_empty())
        .map(|trigger| trigger.name.as_str())
        .collect();
    let program = compile_formula(&modifiers.formula, &names)?;
    if go::parse_float(&modifiers.target).is_none_or(|target| target <= 0.0) {
        return Err("the target is no number above 0".into());
    }
    if modifiers.metric_type == "Utilization" {
        return Err("the metric type must be AverageValue or Value".into());
    }
    Ok(program)
}

/// Compiles a formula over triggers of these names and tries it with −1 for each, as KEDA does.
pub fn compile_formula(formula: &str, names: &[&str]) -> Result<Program, String> {
    let compiled =
        parser::parse(&wrapped(formula), names).and_then(|node| check::check(node, names));
    let program = match compiled {
        Ok(node) => Program(Ok(node)),
        Err(Rejected::Refused(why)) => return Err(why),
        Err(Rejected::Unsupported(what)) => return Ok(Program(Err(what))),
    };
    let dummies = names.iter().map(|&name| (name.to_owned(), Some(-1.0)));
    match program.tried(&dummies.collect()) {
        Ok(_) => Ok(program),
        Err(Rejected::Refused(error)) => Err(error),
        Err(Rejected::Unsupported(what)) => Ok(Program(Err(what))),
    }
}

/// `castToFloatIfNecessary`
fn wrapped(formula: &str) -> String {
    if formula.contains("??") {
        if formula.starts_with("let _kedaCompositeResult = ") {
            formula.to_owned()
        } else {
            format!(
                "let _kedaCompositeResult = ({formula}); _kedaCompositeResult == nil ? nil : float(_kedaCompositeResult)"
            )
        }
    } else if formula.starts_with("float(") {
        formula.to_owned()
    } else {
        format!("float({formula})")
    }
}

impl Program {
    /// Whether what it comes to cannot be told.
    pub fn is_unknown(&self) -> bool {
        self.0.is_err()
    }

    fn tried(&self, inputs: &BTreeMap<String, Option<f64>>) -> Result<Value, Rejected> {
        match &self.0 {
            Ok(node) => evaluate::evaluate(node, inputs),
            Err(what) => Err(Rejected::Unsupported(what.clone())),
        }
    }

    /// What it comes to for these values of the triggers.
    pub fn run(&self, inputs: &BTreeMap<String, Option<f64>>) -> FormulaResult {
        match self.tried(inputs) {
            Ok(Value::Float(number)) => FormulaResult::Number { number },
            Ok(Value::Nil) => FormulaResult::Nil,
            Ok(other) => FormulaResult::Failed {
                error: format!("formula returned non-float result {}", other.type_name()),
            },
            Err(Rejected::Refused(error)) => FormulaResult::Failed { error },
            Err(Rejected::Unsupported(Unsupported(why))) => FormulaResult::Unknown { why },
        }
    }
}

/// `HandleScalingModifiers`
pub(crate) fn composite(
    object: &ScaledObject,
    status: &ScaledObjectStatus,
    program: Option<&Program>,
    triggers: &[TriggerActivityDecision],
    fallback_active: bool,
) -> Composite {
    let served = || triggers.iter().flat_map(|trigger| &trigger.metrics);
    let mut made = Composite {
        inputs: inputs(object, status, triggers),
        result: None,
        metrics: Vec::new(),
        certainty: Certainty::Derived,
    };
    if fallback_active {
        // All fallbacks have the same value: it depends on the modifiers alone.
        let fallback = served().find_map(|metric| match metric.served {
            Served::Fallback { amount, .. } => Some(amount),
            Served::Measured { .. } | Served::Nil | Served::Failed { .. } => None,
        });
        made.metrics.extend(fallback.map(composite_metric));
        return made;
    }
    let Some(program) = program else {
        made.metrics = served()
            .filter_map(|metric| {
                Some(CompositeMetric {
                    metric: metric.reading.metric.clone(),
                    amount: metric.amount()?,
                })
            })
            .collect();
        return made;
    };
    let result = program.run(&made.inputs);
    let number = match &result {
        FormulaResult::Number { number } => Some(*number),
        FormulaResult::Nil => fallback_number(object),
        FormulaResult::Failed { .. } => None,
        FormulaResult::Unknown { why } => {
            made.certainty = Certainty::Unknown { why: why.clone() };
            None
        }
    };
    made.metrics
        .extend(number.map(|number| composite_metric(Amount::truncated(number))));
    made.result = Some(result);
    made
}

fn composite_metric(amount: Amount) -> CompositeMetric {
    CompositeMetric {
        metric: COMPOSITE_METRIC.into(),
        amount,
    }
}

/// `scalingModifiersFallbackTarget`
fn fallback_number(object: &ScaledObject) -> Option<f64> {
    let fallback = object.spec.fallback.as_ref()?;
    let target = go::parse_float(&object.modifiers()?.target)?;
    Some(f64::from(fallback.replicas) * target)
}

/// The formula's environment (`scalingModifierTriggerValue`).
fn inputs(
    object: &ScaledObject,
    status: &ScaledObjectStatus,
    triggers: &[TriggerActivityDecision],
) -> BTreeMap<String, Option<f64>> {
    let nil_over = object
        .spec
        .fallback
        .as_ref()
        .filter(|fallback| fallback.behavior == "scalingModifiers")
        .map(|fallback| fallback.failure_threshold);
    let mut inputs = BTreeMap::new();
    for trigger in triggers.iter().filter(|trigger| !trigger.name.is_empty()) {
        // Of several metrics only the last goes by the trigger's name.
        let Some(metric) = trigger.metrics.last() else {
            continue;
        };
        let Some(amount) = metric.amount().filter(|_| !metric.is_anonymous) else {
            continue;
        };
        let failures = status
            .health
            .get(&metric.reading.metric)
            .and_then(|health| health.number_of_failures);
        let is_nil = failures.is_some_and(|failures| nil_over.is_some_and(|most| failures > most));
        inputs.insert(trigger.name.clone(), (!is_nil).then(|| amount.as_f64()));
    }
    inputs
}

/// JSON has no word for what is not finite: texts stand for it.
mod any_float {
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if number.is_finite() {
            serializer.serialize_f64(*number)
        } else {
            serializer.collect_str(number)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Number(number) => number,
            Written::Text(text) => text.parse().unwrap_or(f64::NAN),
        })
    }
}
