//! When a workload's need of attention is told by the desktop.

/// A need must last so long before it is told, ms: what mends itself is nobody's errand.
pub(super) const SETTLE_MS: i64 = 10_000;
/// What is found so soon after the first look was so before, ms: a pass or two must have been seen to know.
pub(super) const FIRST_MS: i64 = 60_000;
/// The same workload is told of at most once in this time, ms.
pub(super) const PAUSE_MS: i64 = 5 * 60_000;

/// What a workload needs attention for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// One of another sort is news; other figures of the same are not.
    pub(super) sort: String,
    /// A sentence.
    pub(super) words: String,
}

/// What is known of one workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bell {
    state: State,
    /// When it was told of last, by this computer's time.
    told_ms: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing was seen of it since the cluster was opened.
    #[default]
    Unseen,
    /// Nothing that it needs was found since the first look, which was shortly before.
    First { since_ms: i64 },
    /// It needs nobody.
    Well,
    /// It needs attention for something of this sort, since then.
    Needs {
        sort: String,
        since_ms: i64,
        is_told: bool,
    },
}

/// What follows from how a workload is now; the words to tell, if any. What was so already when it was first seen is not told.
pub(super) fn step(bell: Bell, need: Option<&Need>, now_ms: i64) -> (Bell, Option<String>) {
    let Bell { state, told_ms } = bell;
    let state = match (state, need) {
        (State::Unseen, None) => State::First { since_ms: now_ms },
        (State::First { since_ms }, None) if is_first(since_ms, now_ms) => {
            State::First { since_ms }
        }
        (State::Unseen, Some(need)) => known(need, now_ms),
        (State::First { since_ms }, Some(need)) if is_first(since_ms, now_ms) => {
            known(need, now_ms)
        }
        (State::First { .. } | State::Well | State::Needs { .. }, None) => State::Well,
        (
            State::Needs {
                sort,
                since_ms,
                is_told,
            },
            Some(need),
        ) if sort == need.sort => State::Needs {
            sort,
            // A clock that was put back begins anew.
            since_ms: since_ms.min(now_ms),
            is_told,
        },
        (State::First { .. } | State::Well | State::Needs { .. }, Some(need)) => State::Needs {
            sort: need.sort.clone(),
            since_ms: now_ms,
            is_told: false,
        },
    };
    let may_tell = told_ms.is_none_or(|told| !(0..PAUSE_MS).contains(&(now_ms - told)));
    match (state, need) {
        (
            State::Needs {
                sort,
                since_ms,
                is_told: false,
            },
            Some(need),
        ) if may_tell && now_ms - since_ms >= SETTLE_MS => {
            let state = State::Needs {
                sort,
                since_ms,
                is_told: true,
            };
            let told_ms = Some(now_ms);
            (Bell { state, told_ms }, Some(need.words.clone()))
        }
        (state, _) => (Bell { state, told_ms }, None),
    }
}

/// A clock that was put back ends it.
fn is_first(since_ms: i64, now_ms: i64) -> bool {
    (0..FIRST_MS).contains(&(now_ms - since_ms))
}

/// It was so before anybody looked.
fn known(need: &Need, now_ms: i64) -> State {
    State::Needs {
        sort: need.sort.clone(),
        since_ms: now_ms,
        is_told: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens at a second, and what is told then.
    type Moment = (
        i64,
        Option<(&'static str, &'static str)>,
        Option<&'static str>,
    );

    const MAX: Option<(&str, &str)> = Some(("at-max", "asks 14"));
    const MORE: Option<(&str, &str)> = Some(("at-max", "asks 20"));
    const FAIL: Option<(&str, &str)> = Some(("metrics", "failing"));

    const CASES: &[(&str, &[Moment])] = &[
        (
            "already so when the cluster was opened",
            &[(0, MAX, None), (20, MAX, None), (400, MORE, None)],
        ),
        (
            "already so, and known only when some passes were seen",
            &[
                (0, None, None),
                (20, MAX, None),
                (40, MAX, None),
                (400, MORE, None),
            ],
        ),
        (
            "news that lasts",
            &[
                (-60, None, None),
                (0, None, None),
                (1, MAX, None),
                (10, MAX, None),
                (11, MORE, Some("asks 20")),
                (12, MAX, None),
                (900, MAX, None),
            ],
        ),
        (
            "news that mends itself",
            &[
                (-60, None, None),
                (0, None, None),
                (1, MAX, None),
                (9, None, None),
                (30, None, None),
            ],
        ),
        (
            "the same again waits for the pause",
            &[
                (-60, None, None),
                (0, None, None),
                (1, MAX, None),
                (11, MAX, Some("asks 14")),
                (20, None, None),
                (30, MAX, None),
                (60, MAX, None),
                (310, MAX, None),
                (311, MAX, Some("asks 14")),
            ],
        ),
        (
            "what is over when the pause is over is not told",
            &[
                (-60, None, None),
                (0, None, None),
                (1, MAX, None),
                (11, MAX, Some("asks 14")),
                (20, FAIL, None),
                (200, None, None),
                (400, None, None),
            ],
        ),
        (
            "another need is news",
            &[
                (0, MAX, None),
                (100, FAIL, None),
                (110, FAIL, Some("failing")),
            ],
        ),
        (
            "first seen as it is, then well, then not",
            &[
                (0, FAIL, None),
                (50, None, None),
                (60, FAIL, None),
                (70, FAIL, Some("failing")),
            ],
        ),
        (
            "a clock that is put back keeps nothing waiting for long",
            &[
                (900, None, None),
                (1_000, None, None),
                (1_001, MAX, None),
                (1_011, MAX, Some("asks 14")),
                (5, None, None),
                (6, FAIL, None),
                (16, FAIL, Some("failing")),
            ],
        ),
    ];

    #[test]
    fn what_is_news_is_told_once_it_lasts_and_not_too_often() {
        for (name, moments) in CASES {
            let mut bell = Bell::default();
            for (second, need, told) in *moments {
                let need = need.map(|(sort, words)| Need {
                    sort: sort.to_owned(),
                    words: words.to_owned(),
                });
                let (next, said) = step(bell, need.as_ref(), second * 1_000);
                assert_eq!(said.as_deref(), *told, "{name}, second {second}");
                bell = next;
            }
        }
    }
}
