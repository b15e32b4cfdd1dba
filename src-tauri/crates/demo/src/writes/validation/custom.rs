//! What a custom object may not say (apiextensions, `registry/customresource`).

use serde_json::Value;

use super::Problems;
use crate::writes::scale::find;
use crate::writes::structural::{self, ScalePaths, Shape};

pub(super) fn check(
    shape: &Shape,
    before: Option<&Value>,
    object: &Value,
    problems: &mut Problems,
) {
    for wrong in structural::check(&shape.structural, before, object) {
        problems.add(wrong.field, wrong.reason, wrong.message);
    }
    if let Some(paths) = &shape.scale {
        scale(paths, object, problems);
    }
}

/// (`validateScaleSpec`, `validateScaleStatus`)
fn scale(paths: &ScalePaths, object: &Value, problems: &mut Problems) {
    for path in [&paths.spec, &paths.status] {
        let Some(value) = find(object, path).filter(|value| value.is_i64()) else {
            continue;
        };
        let number = value.as_i64().unwrap_or_default();
        if number < 0 {
            problems.invalid(
                format!(".{}", path.join(".")),
                value,
                "should be a non-negative integer",
            );
        } else if number > i64::from(i32::MAX) {
            let why = format!("should be less than or equal to {}", i32::MAX);
            problems.invalid(format!(".{}", path.join(".")), value, &why);
        }
    }
}
