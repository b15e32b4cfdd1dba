//! Formulas of scaling modifiers.

use std::collections::BTreeMap;

use scaling::keda::modifiers::{self, FormulaResult};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormulaLine {
    formula: String,
    names: Vec<String>,
    runs: Option<Vec<FormulaRun>>,
    refused: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormulaRun {
    values: BTreeMap<String, Option<f64>>,
    kind: String,
    number: String,
}

/// A formula over values of triggers. What is unknown here agrees with anything.
pub fn formula(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: FormulaLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let names: Vec<&str> = line.names.iter().map(String::as_str).collect();
    let program = match modifiers::compile_formula(&line.formula, &names) {
        Err(error) => {
            if line.refused.is_none() {
                found.push(format!("refused: {error}"));
            }
            return Ok(found);
        }
        Ok(program) => program,
    };
    if program.is_unknown() {
        return Ok(found);
    }
    if let Some(refused) = line.refused {
        found.push(format!("upstream refuses: {refused}"));
    }
    for run in line.runs.unwrap_or_default() {
        let ours = match program.run(&run.values) {
            FormulaResult::Number { number } => ("number", Some(number)),
            FormulaResult::Nil => ("nil", None),
            FormulaResult::Failed { .. } => ("failed", None),
            FormulaResult::Unknown { .. } => continue,
        };
        let theirs = match run.number.as_str() {
            "" => None,
            "+Inf" => Some(f64::INFINITY),
            "-Inf" => Some(f64::NEG_INFINITY),
            number => number.parse().ok(),
        };
        #[allow(clippy::float_cmp)] // to the last bit
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        let equal = match (ours.1, theirs) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        if ours.0 != run.kind || !equal {
            let values = run.values;
            found.push(format!(
                "for {values:?}: {ours:?}, not {} {theirs:?}",
                run.kind
            ));
        }
    }
    Ok(found)
}

/// Whether a formula's line was computed here at all.
pub fn is_known(text: &str) -> bool {
    serde_json::from_str::<FormulaLine>(text).is_ok_and(|line| {
        let names: Vec<&str> = line.names.iter().map(String::as_str).collect();
        modifiers::compile_formula(&line.formula, &names)
            .map_or(true, |program| !program.is_unknown())
    })
}
