//! Which cluster this is: facts belong to it, by whatever name it is opened.

use cluster::{RequestError, fetch};
use model::Kind;

use crate::session::Session;

/// How long is waited before it is asked again without an answer: twice as long each time, up to a minute.
const PAUSE_MS: i64 = 1_000;
const LONGEST_MS: i64 = 60_000;

/// The cluster, by the uid of its `kube-system`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// It is asked for at this moment of this computer's clock, Unix ms, which is so many ms after the last time.
    Due {
        at_ms: i64,
        pause_ms: i64,
    },
    Asked {
        pause_ms: i64,
    },
    Known(String),
    /// It cannot be read: a sentence says why nothing is recorded.
    Unknown(String),
}

impl Default for Identity {
    fn default() -> Self {
        Self::Due {
            at_ms: i64::MIN,
            pause_ms: 0,
        }
    }
}

impl Identity {
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(uid) => Some(uid),
            Self::Due { .. } | Self::Asked { .. } | Self::Unknown(_) => None,
        }
    }

    /// Whether it is to be asked for now: then it was.
    fn ask(&mut self, wall_ms: i64) -> bool {
        match *self {
            // A clock that was put back does not make it wait for longer than a pause.
            Self::Due { at_ms, pause_ms } if at_ms <= wall_ms || at_ms - wall_ms > pause_ms => {
                *self = Self::Asked { pause_ms };
                true
            }
            Self::Due { .. } | Self::Asked { .. } | Self::Known(_) | Self::Unknown(_) => false,
        }
    }

    /// What the server said: the uid, or why there is none.
    fn answered(&mut self, answer: Result<String, RequestError>, wall_ms: i64) {
        let Self::Asked { pause_ms } = *self else {
            return;
        };
        *self = match answer {
            Ok(uid) => Self::Known(uid),
            Err(error) => match error.code() {
                Some(403) => Self::Unknown(
                    "Scaling is not recorded: this account may not read the namespace kube-system, whose uid tells clusters apart."
                        .to_owned(),
                ),
                Some(404) => Self::Unknown(
                    "Scaling is not recorded: the cluster has no namespace kube-system, whose uid tells clusters apart.".to_owned(),
                ),
                // No link, a server that is ill, credentials that are renewed: it may answer later.
                Some(_) | None => {
                    let pause_ms = (pause_ms * 2).clamp(PAUSE_MS, LONGEST_MS);
                    Self::Due {
                        at_ms: wall_ms + pause_ms,
                        pause_ms,
                    }
                }
            },
        };
    }
}

impl Session {
    /// Asks which cluster this is, if that is wanted and not known.
    pub(super) fn identify(&mut self, wall_ms: i64) {
        let kept = &mut self.recording.kept;
        if !kept.is_wanted() || !kept.identity.ask(wall_ms) {
            return;
        }
        let connection = self.connection.clone();
        let namespaces = Kind::Namespaces.spec().resource.clone();
        self.later(
            async move {
                let object = fetch::object(&connection, &namespaces, "", "kube-system").await?;
                let uid = object["metadata"]["uid"].as_str();
                uid.map(str::to_owned)
                    .ok_or_else(|| RequestError::Malformed {
                        what: "a namespace without a uid".to_owned(),
                    })
            },
            |session, answer| {
                let wall_ms = session.wall_ms();
                session.recording.kept.identity.answered(answer, wall_ms);
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16) -> RequestError {
        RequestError::Status {
            code,
            reason: String::new(),
            message: String::new(),
            retry_after: None,
        }
    }

    #[test]
    fn without_an_answer_it_is_asked_more_and_more_slowly() {
        let mut identity = Identity::default();
        let mut asked = Vec::new();
        for second in 0..200 {
            let wall_ms = second * 1_000;
            if identity.ask(wall_ms) {
                asked.push(second);
                identity.answered(Err(status(503)), wall_ms);
            }
        }
        assert_eq!(asked, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
        // The clock was put back by a day.
        assert!(identity.ask(-86_400_000));
        assert!(!identity.ask(0), "asked twice at once");
        identity.answered(Ok("a".to_owned()), 0);
        assert_eq!(identity.known(), Some("a"));
        assert!(!identity.ask(i64::MAX));
    }

    #[test]
    fn who_may_not_read_it_is_told_and_not_bothered() {
        for code in [403, 404] {
            let mut identity = Identity::default();
            assert!(identity.ask(0));
            identity.answered(Err(status(code)), 0);
            assert!(matches!(identity, Identity::Unknown(_)), "{code}");
            assert!(!identity.ask(i64::MAX));
        }
    }
}
