//! How far connecting one context has come, as a pure machine.

use cluster::Plan;
use wire::{Consent, Question};

use crate::whose::Whose;

/// What a person is asked, with what the answer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) plan: Plan,
    pub(super) whose: Whose,
}

/// Where one context stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody connects it.
    #[default]
    Idle,
    /// This run is at it.
    Working { run: u64 },
    /// A person has to answer.
    Asking(Box<Asked>),
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input<'a> {
    /// A person wants it connected.
    Connect,
    /// A person answers the question with this id.
    Answer {
        question: &'a str,
        answer: Consent,
        confirmed: &'a [String],
    },
    /// A person no longer wants it.
    Cancel,
    /// A run has something to ask.
    Asks { run: u64, asked: Box<Asked> },
    /// A run ended: it connected, or failed.
    Ended { run: u64 },
}

/// What a run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Connects if exactly that was agreed to, else asks; the same question again where it is still the same.
    Propose { before: Option<Box<Asked>> },
    /// Reads what would be read and run, and asks again.
    Look { before: Box<Asked> },
    /// Connects if it is still what was asked.
    Trust { asked: Box<Asked> },
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// Begin this as the next run.
    Begin(Work),
    /// Wait for the run that is at it.
    Join,
    /// Ask this (again).
    Ask(Box<Asked>),
    /// Nothing was or is done; a run that was at it is stopped.
    Closed,
    /// That question is answered, void, or was never asked.
    NoSuchQuestion,
    /// The run may do what it came to: it is the one that is wanted.
    Wanted,
    /// The run was stopped meanwhile: what it came to is dropped.
    Dropped,
}

/// One step. `next` is the number of the run that would begin.
pub(super) fn step(state: State, input: Input<'_>, next: u64) -> (Output, State) {
    let begin = |work| (Output::Begin(work), State::Working { run: next });
    match (state, input) {
        (State::Idle, Input::Connect) => begin(Work::Propose { before: None }),
        // The file may have changed since it was asked.
        (State::Asking(asked), Input::Connect) => begin(Work::Propose {
            before: Some(asked),
        }),
        (State::Working { run }, Input::Connect) => (Output::Join, State::Working { run }),

        (
            State::Asking(asked),
            Input::Answer {
                question,
                answer,
                confirmed,
            },
        ) if asked.question.id == question => match answer {
            Consent::Refuse => (Output::Closed, State::Idle),
            Consent::Look => begin(Work::Look { before: asked }),
            Consent::Trust if may_trust(&asked.question, confirmed) => begin(Work::Trust { asked }),
            Consent::Trust => (Output::Ask(asked.clone()), State::Asking(asked)),
        },
        (
            state @ (State::Idle | State::Working { .. } | State::Asking(_)),
            Input::Answer { .. },
        ) => (Output::NoSuchQuestion, state),

        (State::Idle | State::Working { .. } | State::Asking(_), Input::Cancel) => {
            (Output::Closed, State::Idle)
        }

        (State::Working { run: at_it }, Input::Asks { run, asked }) if at_it == run => {
            (Output::Wanted, State::Asking(asked))
        }
        (State::Working { run: at_it }, Input::Ended { run }) if at_it == run => {
            (Output::Wanted, State::Idle)
        }
        (
            state @ (State::Idle | State::Working { .. } | State::Asking(_)),
            Input::Asks { .. } | Input::Ended { .. },
        ) => (Output::Dropped, state),
    }
}

fn may_trust(question: &Question, confirmed: &[String]) -> bool {
    let mut dangers = question.dangers.iter();
    question.refused.is_empty() && dangers.all(|danger| confirmed.contains(&danger.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whose::Place;
    use proptest::prelude::*;
    use wire::Danger;

    fn asked(id: &str, dangers: &[&str], refused: &str) -> Box<Asked> {
        let dangers = dangers.iter().map(|id| Danger {
            id: (*id).to_owned(),
            title: String::new(),
            why: String::new(),
        });
        Box::new(Asked {
            question: Question {
                id: id.to_owned(),
                context: "0".to_owned(),
                name: "a".to_owned(),
                file: String::new(),
                again: false,
                looked: false,
                sections: Vec::new(),
                dangers: dangers.collect(),
                refused: refused.to_owned(),
            },
            plan: Plan::default(),
            whose: Whose {
                place: Place::Pasted(0),
                name: "a".to_owned(),
            },
        })
    }

    fn answer<'a>(question: &'a str, answer: Consent, confirmed: &'a [String]) -> Input<'a> {
        Input::Answer {
            question,
            answer,
            confirmed,
        }
    }

    #[test]
    fn asked_once_answered_once() {
        let one = asked("q", &[], "");
        let (output, state) = step(State::Idle, Input::Connect, 1);
        assert_eq!(output, Output::Begin(Work::Propose { before: None }));
        let (output, state) = step(state, Input::Connect, 2);
        assert_eq!(output, Output::Join);
        let ask = Input::Asks {
            run: 1,
            asked: one.clone(),
        };
        let (output, state) = step(state, ask, 2);
        assert_eq!(output, Output::Wanted);
        let (output, state) = step(state, answer("guess", Consent::Trust, &[]), 2);
        assert_eq!(output, Output::NoSuchQuestion);
        let (output, state) = step(state, answer("q", Consent::Trust, &[]), 2);
        assert_eq!(output, Output::Begin(Work::Trust { asked: one }));
        let (output, state) = step(state, answer("q", Consent::Trust, &[]), 3);
        assert_eq!(output, Output::NoSuchQuestion);
        assert_eq!(state, State::Working { run: 2 });
        assert_eq!(
            step(state, Input::Ended { run: 2 }, 3),
            (Output::Wanted, State::Idle)
        );
    }

    #[test]
    fn each_danger_is_confirmed_and_what_is_refused_stays_refused() {
        let all = ["a".to_owned(), "b".to_owned()];
        for (dangers, refused, confirmed, trusted) in [
            (&["a", "b"][..], "", &all[..], true),
            (&["a", "b"], "", &all[..1], false),
            (&["a", "b"], "", &all[..0], false),
            (&[], "", &all[..], true),
            (&[], "no", &all[..], false),
            (&["a"], "no", &all[..], false),
        ] {
            let one = asked("q", dangers, refused);
            let state = State::Asking(one.clone());
            let (output, state) = step(state, answer("q", Consent::Trust, confirmed), 1);
            if trusted {
                assert_eq!(output, Output::Begin(Work::Trust { asked: one }));
            } else {
                assert_eq!(output, Output::Ask(one.clone()));
                assert_eq!(state, State::Asking(one), "nothing happened");
            }
        }
    }

    #[test]
    fn what_was_stopped_comes_to_nothing() {
        let (_, state) = step(State::Idle, Input::Connect, 1);
        let (output, state) = step(state, Input::Cancel, 2);
        assert_eq!((output, &state), (Output::Closed, &State::Idle));
        let ask = Input::Asks {
            run: 1,
            asked: asked("q", &[], ""),
        };
        assert_eq!(step(state.clone(), ask, 2), (Output::Dropped, State::Idle));
        // Another run has begun since.
        let (_, state) = step(state, Input::Connect, 2);
        let (output, state) = step(state, Input::Ended { run: 1 }, 3);
        assert_eq!(
            (output, state),
            (Output::Dropped, State::Working { run: 2 })
        );
    }

    proptest! {
        /// Whatever is said in whatever order, a connection begins only with a whole answer to the question that stands.
        #[test]
        fn nothing_is_trusted_but_by_the_answer_to_the_question_that_stands(
            said in proptest::collection::vec((0_u8..7, 0_u64..4, 0_usize..3), 0..60)
        ) {
            let ids = ["q0", "q1", "q2"];
            let confirmed = ["d".to_owned()];
            let mut state = State::Idle;
            for (next, (what, run, id)) in said.into_iter().enumerate() {
                let next = next as u64;
                let input = match what {
                    0 => Input::Connect,
                    1 => answer(ids[id], Consent::Trust, &confirmed),
                    2 => answer(ids[id], Consent::Trust, &[]),
                    3 => answer(ids[id], Consent::Look, &[]),
                    4 => Input::Cancel,
                    5 => Input::Asks { run: next.saturating_sub(run), asked: asked(ids[id], &["d"], "") },
                    _ => Input::Ended { run: next.saturating_sub(run) },
                };
                let before = state.clone();
                let (output, after) = step(state, input.clone(), next);
                if let Output::Begin(Work::Trust { asked }) = &output {
                    prop_assert_eq!(before, State::Asking(asked.clone()));
                    prop_assert_eq!(input, answer(&asked.question.id, Consent::Trust, &confirmed));
                }
                state = after;
            }
        }
    }
}
