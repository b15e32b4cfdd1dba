//! Which words of a state are good, which are not: one rule for every kind without rows of its own.

use table::Tone;

/// Headings under which a kind tells its state.
const HEADINGS: &[&str] = &[
    "status",
    "phase",
    "state",
    "condition",
    "conditions",
    "health",
    "health status",
    "sync status",
    "ready",
    "available",
    "accepted",
    "programmed",
    "established",
    "healthy",
    "synced",
    "attached",
];

/// Words of states, in lower case. Those of no list are plain.
const WORDS: &[(Tone, &[&str])] = &[
    (
        Tone::Good,
        &[
            "accepted",
            "active",
            "approved",
            "available",
            "bound",
            "deployed",
            "established",
            "healthy",
            "issued",
            "programmed",
            "ready",
            "running",
            "synced",
            "true",
            "valid",
        ],
    ),
    (
        Tone::Warn,
        &[
            "creating",
            "degraded",
            "deleting",
            "false",
            "outofsync",
            "paused",
            "pending",
            "progressing",
            "released",
            "terminating",
            "unknown",
            "updating",
            "waiting",
        ],
    ),
    (
        Tone::Bad,
        &[
            "denied",
            "error",
            "failed",
            "failuretarget",
            "invalid",
            "lost",
            "missing",
            "notready",
            "unhealthy",
            "unavailable",
        ],
    ),
    (
        Tone::Quiet,
        &[
            "complete",
            "completed",
            "disabled",
            "finished",
            "inactive",
            "succeeded",
            "suspended",
        ],
    ),
];

/// Ends of words that mean something broke: `ErrImagePull` does not, `CrashLoopBackOff` does.
const BROKEN: &[&str] = &["backoff", "error", "failed", "failure"];

/// Whether a column with this heading tells the state of its object.
pub(super) fn is_told_by(title: &str) -> bool {
    HEADINGS
        .iter()
        .any(|heading| title.eq_ignore_ascii_case(heading))
}

/// The colour of a state in words: `Bound`, `Approved,Issued` (the gravest counts), `False (MissingEndpoints)`, `1/3`.
pub fn tone(state: &str) -> Tone {
    if let Some((ready, wanted)) = state.split_once('/')
        && let (Ok(ready), Ok(wanted)) = (ready.parse::<u32>(), wanted.parse::<u32>())
    {
        return if ready < wanted {
            Tone::Warn
        } else {
            Tone::Plain
        };
    }
    let words = state.split_once(" (").map_or(state, |(words, _)| words);
    words
        .split(',')
        .map(|word| of_word(word.trim()))
        .max_by_key(|tone| gravity(*tone))
        .unwrap_or_default()
}

fn of_word(word: &str) -> Tone {
    let word = word.to_lowercase();
    let listed = WORDS
        .iter()
        .find(|(_, words)| words.contains(&word.as_str()));
    match listed {
        Some((tone, _)) => *tone,
        None if BROKEN.iter().any(|end| word.ends_with(end)) => Tone::Bad,
        None => Tone::Plain,
    }
}

fn gravity(tone: Tone) -> u8 {
    match tone {
        Tone::Plain => 0,
        Tone::Quiet => 1,
        Tone::Good => 2,
        Tone::Warn => 3,
        Tone::Bad => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_their_colour() {
        for (state, expected) in [
            ("Bound", Tone::Good),
            ("active", Tone::Good),
            ("Pending", Tone::Warn),
            ("Terminating", Tone::Warn),
            ("Failed", Tone::Bad),
            ("Complete", Tone::Quiet),
            ("Approved,Issued", Tone::Good),
            ("Approved,Failed", Tone::Bad),
            ("False (MissingEndpoints)", Tone::Warn),
            ("CrashLoopBackOff", Tone::Bad),
            ("1/3", Tone::Warn),
            ("3/3", Tone::Plain),
            ("0/0", Tone::Plain),
            ("Fluttering", Tone::Plain),
            ("", Tone::Plain),
        ] {
            assert_eq!(tone(state), expected, "{state:?}");
        }
        assert!(is_told_by("STATUS") && !is_told_by("Type"));
    }

    #[test]
    fn no_word_has_two_colours() {
        let all: Vec<&str> = WORDS
            .iter()
            .flat_map(|(_, words)| words.iter().copied())
            .collect();
        let distinct: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), distinct.len());
    }
}
