//! What follows what while one resource is kept live: list, watch, wait, list again.
//!
//! Pure. [`crate::follow`] does what [`Output`] says and reports back as [`Input`]. The rules that
//! keep it truthful:
//! - 410 always ends in a fresh list, wherever it comes from: as an event, as the answer to the
//!   watch, in the middle of a paged list. Pages that expire [`PAGED_TRIES`] times are followed by
//!   one list without pages; if that expires too, it is a stated failure.
//! - A cut link is no reason to list: the watch goes on from the last version seen.
//! - A watch is never asked for without a version.
//! - Nothing is repeated without a pause, however politely the server ends it; no pause is longer
//!   than [`backoff::CAP`] (what is refused again and again is asked for once in [`REFUSED`]).

use std::time::Duration;

use crate::backoff;

/// Paged lists that may expire under way before one is asked for in a single piece.
pub(crate) const PAGED_TRIES: u8 = 3;
/// Pause after a refusal (401, 403, 404, …): rights and CRDs do come back.
pub(crate) const REFUSED: Duration = Duration::from_secs(30);
/// Spread of watches coming back together after a gap.
const SPREAD: Duration = Duration::from_millis(800);

/// How a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// In pages, as the plan has it.
    Paged,
    /// In one piece.
    Whole,
}

/// What went wrong, as far as the next step depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 410: the version is gone.
    Expired,
    /// 429, or 503 with a time to come back.
    Throttled {
        /// As the server asked; not capped.
        retry_after: Option<Duration>,
    },
    /// 5xx.
    Server,
    /// Another 4xx, or a link that no retry mends.
    Refused,
    /// Not reached, silent, or cut in the middle.
    Link,
    /// What came cannot be understood or is too large.
    Unreadable,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// The list is complete, as of this version (may be empty, then there is nothing to watch from).
    Listed {
        /// `metadata.resourceVersion` of the list.
        version: String,
    },
    /// The server accepted the watch.
    Opened,
    /// An event or a bookmark was taken in.
    Advanced {
        /// Its version.
        version: String,
    },
    /// The server ended the watch in order.
    Ended {
        /// The watch had lasted a while or brought something.
        settled: bool,
    },
    /// What was being done failed.
    Failed {
        /// How.
        fault: Fault,
        /// As with [`Input::Ended`]; false for lists.
        settled: bool,
    },
    /// It was to say something, or to end, by now.
    Silent,
    /// The server was proved alive over a new link after a gap: older links are suspect.
    Renewed,
    /// The pause is over.
    Waited,
}

/// What is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// A list is on its way.
    Listing {
        /// How it was asked for.
        paging: Paging,
        /// Lists that expired since the last complete one.
        expired: u8,
        /// Failures since a watch last settled.
        failures: u32,
    },
    /// A watch was asked for.
    Opening {
        /// From this version.
        from: String,
        /// A watch since the last list was of use: if its version is gone now, time passed.
        proved: bool,
        /// As above.
        failures: u32,
    },
    /// A watch is open.
    Watching {
        /// Last version seen.
        from: String,
        /// As above.
        proved: bool,
        /// As above.
        failures: u32,
    },
    /// A pause.
    Waiting {
        /// Then this.
        next: Next,
        /// Whether a proof of life ends it early.
        early: bool,
        /// As above.
        failures: u32,
    },
}

/// What comes after a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A list.
    List {
        /// How.
        paging: Paging,
        /// Lists that expired since the last complete one.
        expired: u8,
    },
    /// The watch, from this version.
    Watch {
        /// Last version seen.
        from: String,
        /// As above.
        proved: bool,
    },
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Go on with what is being done.
    Continue,
    /// Ask for a list.
    List(Paging),
    /// Ask for the watch; never with an empty version.
    Watch {
        /// Last version seen.
        from: String,
    },
    /// Do nothing for this long.
    Wait {
        /// At most [`backoff::CAP`], refusals apart.
        pause: Duration,
        /// What it is for.
        why: Why,
    },
}

/// What a pause is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The first failure in a row: quickly mended mostly, not worth a badge.
    Hiccup,
    /// Further failures in a row.
    Trouble,
    /// The server asked for it.
    Throttled,
    /// The server refused; asking again seldom helps.
    Refused,
    /// The list has no version to watch from: it is listed again and again.
    Unwatchable,
    /// Not to come back at the same moment as everybody else.
    Spread,
}

/// How everything begins.
pub(crate) fn begin() -> (State, Output) {
    list(Paging::Paged, 0, 0)
}

/// What to do after `input`. `random` (0 to 1) spreads pauses.
pub(crate) fn step(state: State, input: Input, random: f64) -> (State, Output) {
    match state {
        State::Listing {
            paging,
            expired,
            failures,
        } => while_listing(paging, expired, failures, input, random),
        State::Opening {
            from,
            proved,
            failures,
        }
        | State::Watching {
            from,
            proved,
            failures,
        } => while_watching(from, proved, failures, input, random),
        State::Waiting {
            next,
            early,
            failures,
        } => match input {
            Input::Waited => go(next, failures),
            Input::Renewed if early => wait(next, failures, SPREAD.mul_f64(random), Why::Spread),
            // Late news of something already given up.
            Input::Renewed
            | Input::Listed { .. }
            | Input::Opened
            | Input::Advanced { .. }
            | Input::Ended { .. }
            | Input::Failed { .. }
            | Input::Silent => {
                let state = State::Waiting {
                    next,
                    early,
                    failures,
                };
                (state, Output::Continue)
            }
        },
    }
}

fn while_listing(
    paging: Paging,
    expired: u8,
    failures: u32,
    input: Input,
    random: f64,
) -> (State, Output) {
    match input {
        Input::Listed { version } if version.is_empty() => {
            let next = Next::List {
                paging: Paging::Paged,
                expired: 0,
            };
            wait(next, failures, REFUSED, Why::Unwatchable)
        }
        Input::Listed { version } => watch(version, false, failures),
        Input::Failed { fault, .. } => list_failed(paging, expired, failures + 1, fault, random),
        // The link it hung on was dead, the server is not.
        Input::Renewed => wait(
            Next::List { paging, expired },
            failures,
            SPREAD.mul_f64(random),
            Why::Spread,
        ),
        Input::Opened
        | Input::Advanced { .. }
        | Input::Ended { .. }
        | Input::Silent
        | Input::Waited => {
            let state = State::Listing {
                paging,
                expired,
                failures,
            };
            (state, Output::Continue)
        }
    }
}

/// Also while the watch is being opened.
fn while_watching(
    from: String,
    proved: bool,
    failures: u32,
    input: Input,
    random: f64,
) -> (State, Output) {
    let watching = |from, proved| State::Watching {
        from,
        proved,
        failures,
    };
    match input {
        Input::Opened | Input::Listed { .. } | Input::Waited => {
            (watching(from, proved), Output::Continue)
        }
        Input::Advanced { version } => (watching(later(from, version), true), Output::Continue),
        Input::Ended { settled: true } => watch(from, true, 0),
        Input::Ended { settled: false } => {
            let failures = failures + 1;
            let pause = backoff::delay(failures, random);
            let next = Next::Watch { from, proved };
            wait(next, failures, pause, hiccup(failures))
        }
        Input::Failed { fault, settled } => {
            let proved = proved || settled;
            // Whoever says that a version is gone is there: failures to reach it are over.
            let over = settled || (proved && fault == Fault::Expired);
            let failures = if over { 1 } else { failures + 1 };
            watch_failed(Next::Watch { from, proved }, failures, fault, random)
        }
        Input::Silent => watch(from, proved, failures),
        Input::Renewed => {
            let pause = SPREAD.mul_f64(random);
            wait(Next::Watch { from, proved }, failures, pause, Why::Spread)
        }
    }
}

fn list_failed(
    paging: Paging,
    expired: u8,
    failures: u32,
    fault: Fault,
    random: f64,
) -> (State, Output) {
    match fault {
        Fault::Expired => match paging {
            Paging::Paged if expired + 1 >= PAGED_TRIES => {
                list(Paging::Whole, expired + 1, failures)
            }
            Paging::Paged if expired == 0 => list(Paging::Paged, 1, failures),
            Paging::Paged => wait(
                Next::List {
                    paging,
                    expired: expired + 1,
                },
                failures,
                backoff::delay(u32::from(expired), random),
                Why::Hiccup,
            ),
            Paging::Whole => wait(
                Next::List {
                    paging: Paging::Paged,
                    expired: 0,
                },
                failures,
                spread(REFUSED, random),
                Why::Refused,
            ),
        },
        Fault::Throttled { .. }
        | Fault::Server
        | Fault::Refused
        | Fault::Link
        | Fault::Unreadable => pause(Next::List { paging, expired }, failures, fault, random),
    }
}

fn watch_failed(again: Next, failures: u32, fault: Fault, random: f64) -> (State, Output) {
    let fresh = Next::List {
        paging: Paging::Paged,
        expired: 0,
    };
    match fault {
        Fault::Expired if failures == 1 => list(Paging::Paged, 0, failures),
        Fault::Expired => wait(
            fresh,
            failures,
            backoff::delay(failures - 1, random),
            hiccup(failures),
        ),
        // What was not understood is missing now: only a list brings it back.
        Fault::Unreadable => wait(
            fresh,
            failures,
            backoff::delay(failures, random),
            hiccup(failures),
        ),
        // The kind or the right to it may be gone, and with them what is on screen; or the server has
        // only just begun and does not know its own rules yet. A list tells.
        Fault::Refused if failures <= 2 => wait(
            fresh,
            failures,
            backoff::delay(failures, random),
            hiccup(failures),
        ),
        Fault::Refused => pause(fresh, failures, fault, random),
        Fault::Throttled { .. } | Fault::Server | Fault::Link => {
            pause(again, failures, fault, random)
        }
    }
}

fn pause(next: Next, failures: u32, fault: Fault, random: f64) -> (State, Output) {
    match fault {
        Fault::Throttled { retry_after } => wait(
            next,
            failures,
            backoff::throttled(retry_after, failures, random),
            Why::Throttled,
        ),
        // Once more soon: something on the way may have spoilt it.
        Fault::Unreadable if failures <= 2 => wait(
            next,
            failures,
            backoff::delay(failures, random),
            hiccup(failures),
        ),
        Fault::Refused | Fault::Unreadable => {
            wait(next, failures, spread(REFUSED, random), Why::Refused)
        }
        Fault::Expired | Fault::Server | Fault::Link => wait(
            next,
            failures,
            backoff::delay(failures, random),
            hiccup(failures),
        ),
    }
}

fn list(paging: Paging, expired: u8, failures: u32) -> (State, Output) {
    (
        State::Listing {
            paging,
            expired,
            failures,
        },
        Output::List(paging),
    )
}

fn watch(from: String, proved: bool, failures: u32) -> (State, Output) {
    (
        State::Opening {
            from: from.clone(),
            proved,
            failures,
        },
        Output::Watch { from },
    )
}

fn wait(next: Next, failures: u32, pause: Duration, why: Why) -> (State, Output) {
    let early = matches!(why, Why::Hiccup | Why::Trouble);
    (
        State::Waiting {
            next,
            early,
            failures,
        },
        Output::Wait { pause, why },
    )
}

fn go(next: Next, failures: u32) -> (State, Output) {
    match next {
        Next::List { paging, expired } => list(paging, expired, failures),
        Next::Watch { from, proved } => watch(from, proved, failures),
    }
}

fn hiccup(failures: u32) -> Why {
    if failures <= 1 {
        Why::Hiccup
    } else {
        Why::Trouble
    }
}

fn spread(pause: Duration, random: f64) -> Duration {
    pause.mul_f64(1.0 + 0.1 * random)
}

/// The later of two versions. One that is empty or lower than what was seen is ignored; of two
/// that are not numbers the new one counts.
pub(crate) fn later(seen: String, new: String) -> String {
    match (seen.parse::<u128>(), new.parse::<u128>()) {
        _ if new.is_empty() => seen,
        (Ok(old), Ok(next)) if next < old => seen,
        (Ok(_), Err(_)) => seen,
        _ => new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(fault: Fault) -> Input {
        Input::Failed {
            fault,
            settled: false,
        }
    }

    fn broke(fault: Fault) -> Input {
        Input::Failed {
            fault,
            settled: true,
        }
    }

    fn listed(version: &str) -> Input {
        Input::Listed {
            version: version.to_owned(),
        }
    }

    fn advanced(version: &str) -> Input {
        Input::Advanced {
            version: version.to_owned(),
        }
    }

    /// `L` list, `W` whole list, `w7` watch from 7, `-` go on, `p500H` pause of 500 ms as a hiccup.
    fn word(output: &Output) -> String {
        match output {
            Output::Continue => "-".to_owned(),
            Output::List(Paging::Paged) => "L".to_owned(),
            Output::List(Paging::Whole) => "W".to_owned(),
            Output::Watch { from } => format!("w{from}"),
            Output::Wait { pause, why } => {
                let why = match why {
                    Why::Hiccup => "H",
                    Why::Trouble => "T",
                    Why::Throttled => "R",
                    Why::Refused => "F",
                    Why::Unwatchable => "U",
                    Why::Spread => "S",
                };
                format!("p{}{why}", pause.as_millis())
            }
        }
    }

    fn run(inputs: impl IntoIterator<Item = Input>) -> String {
        let (mut state, first) = begin();
        let mut words = vec![word(&first)];
        for input in inputs {
            let (next, output) = step(state, input, 1.0);
            state = next;
            words.push(word(&output));
        }
        words.join(" ")
    }

    fn live() -> Vec<Input> {
        vec![listed("7"), Input::Opened]
    }

    fn after(inputs: &[Input]) -> String {
        let all = run(live().into_iter().chain(inputs.iter().cloned()));
        all.strip_prefix("L w7 - ").unwrap_or(&all).to_owned()
    }

    #[test]
    fn a_quiet_life() {
        let inputs = [
            advanced("9"),
            advanced("12"),
            Input::Ended { settled: true },
            Input::Opened,
            Input::Silent,
            Input::Opened,
            Input::Ended { settled: true },
        ];
        assert_eq!(after(&inputs), "- - w12 - w12 - w12");
    }

    #[test]
    fn bookmarks_never_lead_back() {
        for (seen, bookmark, want) in [
            ("7", "5", "w7"),
            ("7", "", "w7"),
            ("7", "8", "w8"),
            ("9", "10", "w10"),
            ("7", "odd", "w7"),
        ] {
            let inputs = [
                listed(seen),
                Input::Opened,
                advanced(bookmark),
                Input::Ended { settled: true },
            ];
            assert!(run(inputs).ends_with(want), "{seen} then {bookmark:?}");
        }
        let opaque = [
            listed("aa"),
            Input::Opened,
            advanced("ab"),
            Input::Ended { settled: true },
        ];
        assert!(run(opaque).ends_with("wab"));
    }

    #[test]
    fn a_cut_watch_goes_on_from_where_it_was() {
        assert_eq!(
            after(&[advanced("9"), broke(Fault::Link), Input::Waited]),
            "- p500H w9"
        );
        let outage = [
            broke(Fault::Link),
            Input::Waited,
            failed(Fault::Link),
            Input::Waited,
            failed(Fault::Server),
            Input::Waited,
        ];
        assert_eq!(after(&outage), "p500H w7 p1000T w7 p2000T w7");
    }

    #[test]
    fn expiry_always_ends_in_a_list() {
        assert_eq!(after(&[broke(Fault::Expired)]), "L");
        assert_eq!(run([listed("7"), failed(Fault::Expired)]), "L w7 L");
        // A server that expires every watch at once is not hammered with full lists.
        let stubborn = [
            listed("7"),
            failed(Fault::Expired),
            listed("8"),
            failed(Fault::Expired),
            Input::Waited,
            listed("9"),
            failed(Fault::Expired),
            Input::Waited,
        ];
        assert_eq!(run(stubborn), "L w7 L w8 p500T L w9 p1000T L");
    }

    #[test]
    fn expiry_after_a_long_outage_is_followed_by_a_list_at_once() {
        let mut inputs = vec![advanced("9")];
        for _ in 0..8 {
            inputs.extend([failed(Fault::Link), Input::Waited]);
        }
        for gone in [
            vec![failed(Fault::Expired)],
            vec![Input::Opened, failed(Fault::Expired)],
        ] {
            let words = after(&[inputs.clone(), gone, vec![listed("90")]].concat());
            assert!(
                words.ends_with("w9 L w90") || words.ends_with("w9 - L w90"),
                "{words}"
            );
        }
        // Not so if no watch since the list was of any use.
        let useless = run(inputs
            .into_iter()
            .skip(1)
            .fold(vec![listed("7")], |mut all, input| {
                all.push(input);
                all
            })
            .into_iter()
            .chain([failed(Fault::Expired)]));
        assert!(useless.ends_with("w7 p30000T"), "{useless}");
    }

    #[test]
    fn pages_that_expire_end_in_one_list_or_a_stated_failure() {
        let expired = failed(Fault::Expired);
        let inputs = [
            expired.clone(),
            expired.clone(),
            Input::Waited,
            expired.clone(),
            listed("3"),
        ];
        assert_eq!(run(inputs), "L L p500H L W w3");
        let hopeless = [
            expired.clone(),
            expired.clone(),
            Input::Waited,
            expired.clone(),
            expired,
            Input::Waited,
        ];
        assert_eq!(run(hopeless), "L L p500H L W p33000F L");
    }

    #[test]
    fn an_empty_version_is_never_watched() {
        assert_eq!(
            run([listed(""), Input::Waited, listed("4")]),
            "L p30000U L w4"
        );
    }

    #[test]
    fn throttling_is_obeyed_within_bounds() {
        for (asked, want) in [
            (Some(1), "p1100R"),
            (Some(3600), "p30000R"),
            (None, "p1000R"),
        ] {
            let fault = Fault::Throttled {
                retry_after: asked.map(Duration::from_secs),
            };
            assert_eq!(after(&[broke(fault), Input::Waited]), format!("{want} w7"));
            assert_eq!(run([failed(fault), Input::Waited]), format!("L {want} L"));
        }
    }

    #[test]
    fn what_is_refused_again_is_asked_for_slowly() {
        let slowly = "p33000F L";
        assert_eq!(
            run([failed(Fault::Refused), Input::Waited]),
            format!("L {slowly}")
        );
        let once = [broke(Fault::Refused), Input::Waited];
        assert_eq!(after(&once), "p500H L");
        let twice = [&once[..], &[failed(Fault::Refused), Input::Waited]].concat();
        assert_eq!(after(&twice), format!("p500H L {slowly}"));
        let unreadable = [failed(Fault::Unreadable), Input::Waited];
        assert_eq!(
            run([&unreadable[..]; 3].concat()),
            format!("L p500H L p1000T L {slowly}")
        );
        assert_eq!(after(&[broke(Fault::Unreadable), Input::Waited]), "p500H L");
    }

    #[test]
    fn no_loop_is_without_pause() {
        let mut inputs = live();
        for _ in 0..8 {
            inputs.extend([
                Input::Ended { settled: false },
                Input::Waited,
                Input::Opened,
            ]);
        }
        let words = run(inputs);
        assert!(words.contains("p30000T w7"), "{words}");
    }

    #[test]
    fn proof_of_life_ends_waiting_for_the_link_alone() {
        assert_eq!(after(&[Input::Renewed, Input::Waited]), "p800S w7");
        assert_eq!(
            after(&[broke(Fault::Link), Input::Renewed, Input::Waited]),
            "p500H p800S w7"
        );
        let throttled = broke(Fault::Throttled {
            retry_after: Some(Duration::from_secs(20)),
        });
        assert_eq!(
            after(&[throttled, Input::Renewed, Input::Waited]),
            "p22000R - w7"
        );
        assert_eq!(run([Input::Renewed, Input::Waited]), "L p800S L");
    }

    #[test]
    fn a_watch_that_settled_forgets_failures() {
        let inputs = [
            failed(Fault::Link),
            Input::Waited,
            Input::Opened,
            broke(Fault::Link),
            Input::Waited,
            Input::Opened,
            Input::Ended { settled: true },
        ];
        assert_eq!(after(&inputs), "p500H w7 - p500H w7 - w7");
    }
}
