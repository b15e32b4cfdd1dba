//! Decides when credentials are obtained anew.
//!
//! Times are wall-clock Unix ms, given in: a clock that stands still in suspend would take an expired token for a
//! valid one.

/// Credentials are renewed when a fifth of their life is left, or this much (ms) of a long one.
const LONGEST_MARGIN_MS: i64 = 5 * 60_000;

/// How often a source may be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Least time between the end of one run and the start of the next, in ms.
    pub(crate) gap_ms: i64,
    /// Most that runs which bring nothing new are spread to, in ms.
    pub(crate) longest_ms: i64,
}

impl Pace {
    /// Programs and issuers: at most every 10 s; every 5 min where it is of no use.
    pub(crate) const ASKED: Self = Self {
        gap_ms: 10_000,
        longest_ms: 5 * 60_000,
    };
    /// Files: reading one again costs nothing and disturbs nobody.
    pub(crate) const READ: Self = Self {
        gap_ms: 1_000,
        longest_ms: 1_000,
    };

    fn wait_ms(self, fruitless: u32) -> i64 {
        let doubled = self.gap_ms << fruitless.saturating_sub(1).min(16);
        doubled.min(self.longest_ms)
    }
}

/// What is held, and what was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    held: Option<Held>,
    running: bool,
    /// No run before this.
    not_before_ms: Option<i64>,
    /// Runs in a row that failed or brought what was held already.
    fruitless: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    /// Counts different credentials from 1.
    number: u64,
    renew_at_ms: Option<i64>,
    /// Not to be used from here on.
    until_ms: Option<i64>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A request is to be signed.
    Wanted,
    /// The server refused the credentials of this number.
    Rejected {
        /// As [`State::number`] was.
        number: u64,
    },
    /// A run brought credentials.
    Obtained {
        /// Whether they are others than those held.
        fresh: bool,
        /// When they expire, if they say so.
        until_ms: Option<i64>,
        /// When to look again whether there are others.
        look_again_ms: Option<i64>,
    },
    /// A run brought nothing.
    Failed,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Sign with what is held.
    Use,
    /// Sign with what is held, and start a run beside it.
    UseAndRun,
    /// Start a run and wait for its end.
    Run,
    /// Wait for the end of the run under way.
    Wait,
    /// No credentials now, and no run yet: tell why the last one failed.
    Fail,
    /// Others than the rejected ones cannot be had now.
    Keep,
    /// The end of a run was noted.
    Noted,
}

impl State {
    /// Number of the credentials held; 0 before the first.
    pub(crate) fn number(&self) -> u64 {
        self.held.map_or(0, |held| held.number)
    }

    /// Whether a run is under way.
    pub(crate) fn is_running(&self) -> bool {
        self.running
    }

    fn usable(&self, now_ms: i64) -> Option<Held> {
        self.held
            .filter(|held| held.until_ms.is_none_or(|until| now_ms < until))
    }

    /// A clock that was set back must not forbid runs for long.
    fn may_run(&self, now_ms: i64, pace: Pace) -> bool {
        !self.running
            && self
                .not_before_ms
                .is_none_or(|from| now_ms >= from || from - now_ms > pace.longest_ms)
    }

    fn started(self, output: Output) -> (Output, Self) {
        (
            output,
            Self {
                running: true,
                ..self
            },
        )
    }
}

/// One step at `now_ms`.
pub(crate) fn step(state: State, now_ms: i64, pace: Pace, input: Input) -> (Output, State) {
    match input {
        Input::Wanted => match state.usable(now_ms) {
            Some(held) => {
                let due = held.renew_at_ms.is_some_and(|at| now_ms >= at);
                if due && state.may_run(now_ms, pace) {
                    state.started(Output::UseAndRun)
                } else {
                    (Output::Use, state)
                }
            }
            None if state.running => (Output::Wait, state),
            None if state.may_run(now_ms, pace) => state.started(Output::Run),
            None => (Output::Fail, state),
        },
        Input::Rejected { number } => {
            if number != state.number() {
                (Output::Use, state)
            } else if state.running {
                (Output::Wait, state)
            } else if state.may_run(now_ms, pace) {
                state.started(Output::Run)
            } else {
                (Output::Keep, state)
            }
        }
        Input::Obtained {
            fresh,
            until_ms,
            look_again_ms,
        } => {
            let until_ms = until_ms.map(|until| until.max(now_ms + pace.gap_ms));
            let number = state.number() + u64::from(fresh || state.held.is_none());
            let fruitless = if number == state.number() {
                state.fruitless.saturating_add(1)
            } else {
                0
            };
            let renew_at_ms = until_ms
                .map(|until| until - ((until - now_ms) / 5).min(LONGEST_MARGIN_MS))
                .into_iter()
                .chain(look_again_ms)
                .min();
            let held = Held {
                number,
                renew_at_ms,
                until_ms,
            };
            let ended = State {
                held: Some(held),
                running: false,
                not_before_ms: None,
                fruitless,
            };
            (Output::Noted, rested(ended, now_ms, pace))
        }
        Input::Failed => {
            let ended = State {
                running: false,
                fruitless: state.fruitless.saturating_add(1),
                ..state
            };
            (Output::Noted, rested(ended, now_ms, pace))
        }
    }
}

/// When the next run may be: later each time it is of no use, but never later than what is held expires.
fn rested(state: State, now_ms: i64, pace: Pace) -> State {
    let wait_ms = pace.wait_ms(state.fruitless);
    let end_ms = state
        .usable(now_ms)
        .and_then(|held| held.until_ms)
        .map_or(i64::MAX, |until| until.max(now_ms + pace.gap_ms));
    State {
        not_before_ms: Some(now_ms.saturating_add(wait_ms).min(end_ms)),
        ..state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1000;

    fn obtained(fresh: bool, until_s: i64) -> Input {
        Input::Obtained {
            fresh,
            until_ms: (until_s > 0).then_some(until_s * SECOND),
            look_again_ms: None,
        }
    }

    /// What comes out of `inputs`, each at its second.
    fn told(pace: Pace, inputs: &[(i64, Input)]) -> String {
        let mut state = State::default();
        let mut words = Vec::new();
        for (at, input) in inputs {
            let (output, next) = step(state, at * SECOND, pace, *input);
            state = next;
            if output != Output::Noted {
                words.push(format!("{at}:{output:?}"));
            }
        }
        words.join(" ")
    }

    #[test]
    fn every_rule() {
        use Input::{Failed, Wanted};
        let rejected = |number| Input::Rejected { number };
        let forever = obtained(true, 0);
        let cases: &[(&str, &[(i64, Input)], &str)] = &[
            (
                "the first asks, the others wait for it",
                &[
                    (0, Wanted),
                    (0, Wanted),
                    (1, obtained(true, 1000)),
                    (1, Wanted),
                ],
                "0:Run 0:Wait 1:Use",
            ),
            (
                "at four fifths of its life it is renewed beside its use, once",
                &[
                    (0, Wanted),
                    (0, obtained(true, 1000)),
                    (799, Wanted),
                    (800, Wanted),
                    (801, Wanted),
                ],
                "0:Run 799:Use 800:UseAndRun 801:Use",
            ),
            (
                "of a long life the last five minutes are enough",
                &[
                    (0, Wanted),
                    (0, obtained(true, 86_400)),
                    (86_099, Wanted),
                    (86_100, Wanted),
                ],
                "0:Run 86099:Use 86100:UseAndRun",
            ),
            (
                "past its end it is not used: eight hours of sleep are noticed",
                &[
                    (0, Wanted),
                    (0, obtained(true, 3600)),
                    (28_800, Wanted),
                    (28_801, Wanted),
                ],
                "0:Run 28800:Run 28801:Wait",
            ),
            (
                "without expiry it is renewed by a rejection alone",
                &[
                    (0, Wanted),
                    (0, forever),
                    (1_000_000, Wanted),
                    (1_000_000, rejected(1)),
                ],
                "0:Run 1000000:Use 1000000:Run",
            ),
            (
                "rejections of the same share one run, a late one finds the new",
                &[
                    (0, Wanted),
                    (0, forever),
                    (20, rejected(1)),
                    (20, rejected(1)),
                    (21, forever),
                    (21, rejected(1)),
                ],
                "0:Run 20:Run 20:Wait 21:Use",
            ),
            (
                "no second run within ten seconds",
                &[
                    (0, Wanted),
                    (0, forever),
                    (9, rejected(1)),
                    (10, rejected(1)),
                ],
                "0:Run 9:Keep 10:Run",
            ),
            (
                "the same again is of no use: each time it waits longer",
                &[
                    (0, Wanted),
                    (0, forever),
                    (10, rejected(1)),
                    (10, obtained(false, 0)),
                    (19, rejected(1)),
                    (20, rejected(1)),
                    (20, obtained(false, 0)),
                    (39, rejected(1)),
                    (40, rejected(1)),
                    (40, forever),
                    (50, rejected(2)),
                ],
                "0:Run 10:Run 19:Keep 20:Run 39:Keep 40:Run 50:Run",
            ),
            (
                "failures back off and are told",
                &[
                    (0, Wanted),
                    (5, Failed),
                    (14, Wanted),
                    (15, Wanted),
                    (15, Failed),
                    (34, Wanted),
                    (35, Wanted),
                ],
                "0:Run 14:Fail 15:Run 34:Fail 35:Run",
            ),
            (
                "a failed renewal leaves what is held in use, to its end",
                &[
                    (0, Wanted),
                    (0, obtained(true, 100)),
                    (80, Wanted),
                    (80, Failed),
                    (85, Wanted),
                    (90, Wanted),
                    (90, Failed),
                    (99, Wanted),
                    (100, Wanted),
                ],
                "0:Run 80:UseAndRun 85:Use 90:UseAndRun 99:Use 100:Run",
            ),
            (
                "what is expired when it comes is used, for as long as no other may be had",
                &[
                    (100, Wanted),
                    (100, obtained(true, 50)),
                    (100, Wanted),
                    (109, Wanted),
                    (110, Wanted),
                ],
                "100:Run 100:Use 109:Use 110:Run",
            ),
            (
                "a clock set back by a day forbids nothing",
                &[(86_400, Wanted), (86_400, Failed), (0, Wanted)],
                "86400:Run 0:Run",
            ),
        ];
        for (name, inputs, expected) in cases {
            assert_eq!(told(Pace::ASKED, inputs), *expected, "{name}");
        }
    }

    #[test]
    fn files_are_looked_at_again() {
        let read = |fresh, at: i64| Input::Obtained {
            fresh,
            until_ms: None,
            look_again_ms: Some((at + 10) * SECOND),
        };
        let inputs = [
            (0, Input::Wanted),
            (0, read(true, 0)),
            (9, Input::Wanted),
            (10, Input::Wanted),
            (10, read(false, 10)),
            (11, Input::Rejected { number: 1 }),
            (11, Input::Failed),
            (12, Input::Wanted),
        ];
        assert_eq!(
            told(Pace::READ, &inputs),
            "0:Run 9:Use 10:UseAndRun 11:Run 12:Use"
        );
    }

    #[test]
    fn a_failing_source_is_asked_seldom() {
        let (mut state, mut runs) = (State::default(), 0);
        for second in 0..3600 {
            let (output, next) = step(state, second * SECOND, Pace::ASKED, Input::Wanted);
            state = next;
            if output == Output::Run {
                runs += 1;
                state = step(state, second * SECOND, Pace::ASKED, Input::Failed).1;
            }
        }
        assert!((10..=18).contains(&runs), "{runs} runs in an hour");
    }
}
