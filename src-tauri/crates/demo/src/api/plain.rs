//! Paths that are no resources.

use std::fmt::Write as _;

use serde_json::json;

use super::{Answer, Request, health, path};
use crate::World;
use crate::kinds::Verbs;

/// The Kubernetes whose behaviour is followed.
const VERSION: (&str, &str, &str) = ("1", "36", "v1.36.3");

/// None if the path is a resource's.
pub(crate) fn answer(world: &World, request: &Request) -> Option<Answer> {
    let answer = match request.path.trim_end_matches('/') {
        "/version" => version(),
        "/metrics" => metrics(world),
        _ => health::answer(request)?,
    };
    Some(if request.method == "GET" {
        answer
    } else {
        Answer::refusal(&path::not_allowed())
    })
}

fn version() -> Answer {
    let (major, minor, version) = VERSION;
    Answer::json(
        200,
        &json!({
            "major": major, "minor": minor,
            "emulationMajor": major, "emulationMinor": minor,
            "minCompatibilityMajor": major, "minCompatibilityMinor": "35",
            "gitVersion": version, "gitCommit": "", "gitTreeState": "",
            "buildDate": "1970-01-01T00:00:00Z",
            "goVersion": "", "compiler": "", "platform": "",
        }),
    )
}

/// What Prometheus would scrape: how many objects there are of each resource.
fn metrics(world: &World) -> Answer {
    const NAME: &str = "apiserver_resource_objects";
    let mut text = format!(
        "# HELP {NAME} [ALPHA] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.\n# TYPE {NAME} gauge\n"
    );
    let stored = world.resources().iter();
    for resource in stored.filter(|one| one.verbs == Verbs::Stored) {
        let count = world.store.list(&resource.key(), "", None).count();
        let (group, plural) = (&resource.group, &resource.plural);
        let _ = writeln!(
            text,
            "{NAME}{{group=\"{group}\",resource=\"{plural}\"}} {count}"
        );
    }
    let mut answer = Answer::text(200, &text);
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
    answer
}
