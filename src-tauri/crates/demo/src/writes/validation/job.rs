//! What Jobs may not say (kubernetes, `batch/validation`).

use scaling::keda::cron::{Schedule, Zone};
use serde_json::Value;

use super::place::Place;
use super::{Problems, selector, text, workload};

const SPEC: Place<'_> = Place::root("spec");
/// Letters of a `CronJob`'s name at most: its Jobs add eleven.
const NAME: usize = 52;

/// A Job, whose selector the server makes unless it says otherwise.
pub(super) fn check(object: &Value, problems: &mut Problems) {
    let spec = &object["spec"];
    if spec["manualSelector"] != true {
        generated(object, problems);
    }
    self::spec(SPEC, spec, problems);
    let labels = &spec["template"]["metadata"]["labels"];
    let own = &spec["selector"];
    if own.is_object() && !selector::matches(own, labels) {
        unmatched(labels, problems);
    }
}

fn unmatched(labels: &Value, problems: &mut Problems) {
    let template = SPEC.field("template");
    let metadata = template.field("metadata");
    let why = "`selector` does not match template `labels`";
    problems.invalid(metadata.field("labels"), labels, why);
}

/// (`ValidateGeneratedSelector`) A new Job has no uid yet; then the server makes the selector.
fn generated(object: &Value, problems: &mut Problems) {
    let uid = &object["metadata"]["uid"];
    let (own, labels) = (
        &object["spec"]["selector"],
        &object["spec"]["template"]["metadata"]["labels"],
    );
    if uid.is_null() || !own.is_object() {
        return;
    }
    let plain = own["matchLabels"].as_object();
    let named = |key: &str| own["matchLabels"][key] == *uid;
    let right = plain.is_some_and(|all| all.len() == 1)
        && (named("batch.kubernetes.io/controller-uid") || named("controller-uid"))
        && own["matchExpressions"].is_null();
    if !right {
        let why = "`selector` not auto-generated";
        problems.quoted(SPEC.field("selector"), &selector::quoted(own), why);
    }
    if !selector::matches(own, labels) {
        unmatched(labels, problems);
    }
}

pub(super) fn spec(place: Place<'_>, spec: &Value, problems: &mut Problems) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        problems.not_below_zero(place.field(field), &spec[field]);
    }
    problems.one_of(
        place.field("completionMode"),
        &spec["completionMode"],
        &["NonIndexed", "Indexed"],
    );
    let indexed = spec["completionMode"] == "Indexed";
    if indexed && spec["completions"].is_null() {
        let why = "when completion mode is Indexed";
        problems.required(place.field("completions"), why);
    }
    for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
        if !indexed && !spec[field].is_null() {
            let why = "requires indexed completion mode";
            problems.invalid(place.field(field), &spec[field], why);
        }
    }
    let template = place.field("template");
    workload::template(template, spec, problems);
    let restart = &spec["template"]["spec"]["restartPolicy"];
    let at = template.field("spec");
    match text(restart) {
        "" | "Always" => {
            let why = "valid values: \"OnFailure\", \"Never\"";
            problems.required(at.field("restartPolicy"), why);
        }
        "OnFailure" if spec["podFailurePolicy"].is_object() => {
            let why = "only \"Never\" is supported when podFailurePolicy is specified";
            problems.invalid(at.field("restartPolicy"), restart, why);
        }
        "OnFailure" | "Never" => {}
        _ => {
            problems.one_of(at.field("restartPolicy"), restart, &["OnFailure", "Never"]);
        }
    }
}

/// (`ValidateCronJobSpec`)
pub(super) fn cron(object: &Value, problems: &mut Problems) {
    let spec = &object["spec"];
    let name = &object["metadata"]["name"];
    if text(name).len() > NAME {
        let metadata = Place::root("metadata");
        let why = "must be no more than 52 characters";
        problems.invalid(metadata.field("name"), name, why);
    }
    let (at, schedule) = (SPEC.field("schedule"), text(&spec["schedule"]));
    if schedule.is_empty() {
        problems.required(at, "");
    } else if schedule.contains("TZ") {
        let why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        problems.invalid(at, &spec["schedule"], why);
    } else if let Some(why) = wrong(schedule) {
        problems.invalid(at, &spec["schedule"], &why);
    }
    let zone = &spec["timeZone"];
    if let Some(name) = zone.as_str() {
        let at = SPEC.field("timeZone");
        if name.is_empty() {
            problems.invalid(at, zone, "timeZone must be nil or non-empty string");
        } else if name.eq_ignore_ascii_case("Local") {
            let why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
            problems.invalid(at, zone, why);
        } else if let Err(unknown) = Zone::named(name) {
            problems.invalid(at, zone, &unknown.to_string());
        }
    }
    problems.not_below_zero(
        SPEC.field("startingDeadlineSeconds"),
        &spec["startingDeadlineSeconds"],
    );
    problems.one_of(
        SPEC.field("concurrencyPolicy"),
        &spec["concurrencyPolicy"],
        &["Allow", "Forbid", "Replace"],
    );
    let template = SPEC.field("jobTemplate");
    self::spec(
        template.field("spec"),
        &spec["jobTemplate"]["spec"],
        problems,
    );
    for field in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        problems.not_below_zero(SPEC.field(field), &spec[field]);
    }
}

/// Why a text is no schedule of `robfig/cron`, whose words for a few are taken here.
fn wrong(schedule: &str) -> Option<String> {
    if let Some(word) = schedule.strip_prefix('@') {
        let known = [
            "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly",
        ];
        let known = known.contains(&word) || word.starts_with("every ");
        return (!known).then(|| format!("unrecognized descriptor: {schedule}"));
    }
    let why = Schedule::parse(schedule).err()?.to_string();
    // Go's own words come after it.
    Some(match why.strip_prefix("failed to parse int from ") {
        Some(word) => format!("{why}: strconv.Atoi: parsing {word:?}: invalid syntax"),
        None => why,
    })
}
