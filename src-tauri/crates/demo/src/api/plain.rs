//! Paths that are no resources: version, health.

use serde_json::json;

use super::{Answer, Request, path};

/// The Kubernetes whose behaviour is followed.
const VERSION: (&str, &str, &str) = ("1", "36", "v1.36.3");

/// Checks that health consists of.
const CHECKS: [&str; 3] = ["ping", "log", "etcd"];

/// None if the path is a resource's.
pub(crate) fn answer(request: &Request) -> Option<Answer> {
    let path = request.path.trim_end_matches('/');
    let answer = match path.split('/').nth(1)? {
        "version" if path == "/version" => version(),
        "healthz" | "livez" | "readyz" => health(path, &request.query),
        _ => return None,
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

/// Apiserver, `healthz.handleRootHealth`.
fn health(path: &str, query: &str) -> Answer {
    let mut parts = path.split('/').skip(1);
    let root = parts.next().unwrap_or_default();
    match parts.next() {
        Some(check) if CHECKS.contains(&check) => Answer::text(200, "ok"),
        Some(_) => Answer::no_such_page(),
        None if super::query::Query::of(query).find("verbose").is_some() => {
            let mut text = String::new();
            for check in CHECKS {
                text.push_str("[+]");
                text.push_str(check);
                text.push_str(" ok\n");
            }
            text.push_str(root);
            text.push_str(" check passed\n");
            Answer::text(200, &text)
        }
        None => Answer::text(200, "ok"),
    }
}
