//! What the API server is asked now and then: its health, and which deprecated APIs it was asked for.

use cluster::{RequestError, server};
use model::overview::checks::Check;
use model::overview::deprecated::DeprecatedApi;
use table::{Cell, Tone};
use wire::{
    CheckOut, DeprecatedLine, DeprecatedPart, ErrorCode, HealthPart, Probe, ViewState, WireError,
};

use super::super::Session;
use super::{failed, listing, live};

/// Between two questions about its health.
const HEALTH_MS: i64 = 30_000;
/// Between two readings of its metrics, which are megabytes.
const METRICS_MS: i64 = 300_000;

const PROBES: [&str; 2] = ["livez", "readyz"];

/// One question: its last answer, and when it is asked again.
struct Question<T> {
    answer: Option<Result<T, RequestError>>,
    answered_ms: i64,
    asked_ms: Option<i64>,
    on_its_way: bool,
}

impl<T> Default for Question<T> {
    fn default() -> Self {
        Self {
            answer: None,
            answered_ms: 0,
            asked_ms: None,
            on_its_way: false,
        }
    }
}

impl<T> Question<T> {
    /// Whether it is due; then it counts as asked.
    fn due(&mut self, now_ms: i64, every_ms: i64) -> bool {
        let rested = self
            .asked_ms
            .is_none_or(|asked| now_ms - asked >= every_ms || now_ms < asked);
        let due = rested && !self.on_its_way;
        if due {
            self.asked_ms = Some(now_ms);
            self.on_its_way = true;
        }
        due
    }

    fn take(&mut self, answer: Result<T, RequestError>, now_ms: i64) {
        self.on_its_way = false;
        self.answered_ms = now_ms;
        self.answer = Some(answer);
    }
}

/// All of it.
#[derive(Default)]
pub(super) struct Asked {
    health: [Question<Vec<Check>>; 2],
    deprecated: Question<(Vec<DeprecatedApi>, u32)>,
}

impl Session {
    /// Asks what is due.
    pub(super) fn ask_server(&mut self) {
        let now = self.wall_ms();
        for (at, name) in PROBES.into_iter().enumerate() {
            if !self.overview.asked.health[at].due(now, HEALTH_MS) {
                continue;
            }
            let connection = self.connection.clone();
            self.later(
                async move { server::health(&connection, name).await },
                move |session, answer| {
                    let now = session.wall_ms();
                    session.overview.asked.health[at].take(answer, now);
                    session.overview.dirty = true;
                },
            );
        }
        if self.overview.asked.deprecated.due(now, METRICS_MS) {
            let connection = self.connection.clone();
            self.later(
                async move { server::deprecated(&connection).await },
                |session, answer| {
                    let now = session.wall_ms();
                    session.overview.asked.deprecated.take(answer, now);
                    session.overview.dirty = true;
                },
            );
        }
    }

    pub(super) fn health_part(&self) -> HealthPart {
        let asked = &self.overview.asked.health;
        let answered = asked.iter().map(|one| one.answered_ms).max();
        HealthPart {
            probes: PROBES.into_iter().zip(asked).map(probe).collect(),
            as_of: match answered {
                Some(at_ms) if at_ms > 0 => self.status.as_of(at_ms),
                _ => String::new(),
            },
        }
    }

    pub(super) fn deprecated_part(&self) -> DeprecatedPart {
        let asked = &self.overview.asked.deprecated;
        let (state, apis) = match &asked.answer {
            None => (listing(), &[][..]),
            Some(Ok((apis, unreadable))) => {
                let mut state = live();
                if *unreadable > 0 {
                    state.why = format!("{unreadable} lines about them could not be read.");
                }
                (state, &apis[..])
            }
            Some(Err(error)) => (refused(error, "/metrics"), &[][..]),
        };
        let line = |api: &DeprecatedApi| {
            let group = match api.group.as_str() {
                "" => api.version.clone(),
                group => format!("{group}/{}", api.version),
            };
            let resource = match api.subresource.as_str() {
                "" => api.resource.clone(),
                sub => format!("{}/{sub}", api.resource),
            };
            DeprecatedLine {
                removed: match api.removed_release.as_str() {
                    "" => Cell::toned("no release set that removes it", Tone::Quiet),
                    release => Cell::toned(format!("removed in {release}"), Tone::Warn),
                },
                kind_id: self
                    .kinds
                    .served_id(&api.group, &api.version, &api.resource),
                api: format!("{group} {resource}"),
            }
        };
        DeprecatedPart {
            state,
            as_of: if asked.answered_ms > 0 {
                self.status.as_of(asked.answered_ms)
            } else {
                String::new()
            },
            apis: apis.iter().map(line).collect(),
        }
    }
}

fn probe((name, asked): (&str, &Question<Vec<Check>>)) -> Probe {
    let (state, checks) = match &asked.answer {
        None => (listing(), &[][..]),
        Some(Ok(checks)) => (live(), &checks[..]),
        Some(Err(error)) => (refused(error, &format!("/{name}")), &[][..]),
    };
    let failing = checks.iter().filter(|check| !check.passed).count();
    let verdict = match (checks.len(), failing) {
        (0, _) => Cell::default(),
        (all, 0) => Cell::toned(format!("{all} checks pass"), Tone::Good),
        (all, 1) => Cell::toned(format!("1 of {all} checks fails"), Tone::Bad),
        (all, failing) => Cell::toned(format!("{failing} of {all} checks fail"), Tone::Bad),
    };
    let checks = checks.iter().map(|check| CheckOut {
        name: check.name.clone(),
        result: Cell::toned(
            check.words.clone(),
            if check.passed { Tone::Good } else { Tone::Bad },
        ),
    });
    Probe {
        name: name.to_owned(),
        state,
        verdict,
        checks: checks.collect(),
    }
}

/// Paths outside the API have rights of their own, which no verb on a resource gives.
fn refused(error: &RequestError, path: &str) -> ViewState {
    match error.code() {
        Some(403) => failed(WireError::new(
            ErrorCode::Forbidden,
            format!("Your account may not read {path}."),
            format!(
                "Ask the cluster's administrator for the verb get on the non-resource URL {path}; kubectl auth can-i get {path} asks the server the same."
            ),
        )),
        Some(404) => failed(WireError::new(
            ErrorCode::Gone,
            format!("The server does not serve {path}."),
            "A proxy before it may withhold it.",
        )),
        _ => failed(crate::errors::request(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_rests_between_two_answers() {
        let mut question = Question::<()>::default();
        assert!(question.due(1_000, 30_000));
        assert!(!question.due(90_000, 30_000), "the first is on its way");
        question.take(Ok(()), 95_000);
        assert!(question.due(95_000, 30_000), "asked 94 s ago");
        question.take(Ok(()), 96_000);
        assert!(!question.due(124_999, 30_000));
        assert!(question.due(125_000, 30_000));
        question.take(Ok(()), 126_000);
        assert!(question.due(5_000, 30_000), "the clock was set back");
    }

    #[test]
    fn verdicts_on_health() {
        let check = |passed| Check {
            name: "etcd".to_owned(),
            passed,
            words: "ok".to_owned(),
        };
        for (checks, words) in [
            (vec![check(true), check(true)], "2 checks pass"),
            (vec![check(false), check(true)], "1 of 2 checks fails"),
            (vec![check(false), check(false)], "2 of 2 checks fail"),
        ] {
            let mut asked = Question::default();
            asked.take(Ok(checks), 1);
            assert_eq!(probe(("livez", &asked)).verdict.text, words);
        }
        let forbidden = RequestError::Status {
            code: 403,
            reason: String::new(),
            message: String::new(),
            retry_after: None,
        };
        let mut asked = Question::default();
        asked.take(Err(forbidden), 1);
        let probe = probe(("readyz", &asked));
        assert!(
            probe
                .state
                .why
                .contains("get on the non-resource URL /readyz")
        );
    }
}
