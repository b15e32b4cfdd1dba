//! How the objects of a kind fare, read from the cells that kubectl prints.

use table::Tone;

/// What one object counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `available`, `CrashLoopBackOff`: objects are counted by it.
    pub word: String,
    /// How good that is.
    pub tone: Tone,
    /// What to say of the object where that is not good: `1/3 ready`.
    pub words: String,
}

/// The kinds that are counted, in the order of the page, by kind id.
pub const KINDS: [&str; 7] = [
    "pods",
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
    "persistentvolumeclaims",
];

/// The verdict on an object of `kind_id`, whose cells `cell` gives by kubectl's heading (any case).
pub fn verdict(kind_id: &str, cell: impl Fn(&str) -> String) -> Verdict {
    match kind_id {
        "deployments" | "statefulsets" => {
            let ready = cell("Ready");
            match of(&ready) {
                Some((ready, wanted)) => replicas(ready, wanted),
                None => unknown(&ready),
            }
        }
        "daemonsets" => match (cell("Ready").parse(), cell("Desired").parse()) {
            (Ok(ready), Ok(wanted)) => replicas(ready, wanted),
            (ready, _) => unknown(&ready.map_or_else(|_| String::new(), |n: u64| n.to_string())),
        },
        "jobs" => match &*cell("Status") {
            "Complete" | "SuccessCriteriaMet" => good("complete", Tone::Quiet),
            "Running" => good("running", Tone::Good),
            "Suspended" => good("suspended", Tone::Quiet),
            "Failed" | "FailureTarget" => bad("failed", Tone::Bad, "failed"),
            // Servers before 1.31 print no status.
            "" => match of(&cell("Completions")) {
                Some((done, wanted)) if done >= wanted => good("complete", Tone::Quiet),
                _ => good("not complete", Tone::Plain),
            },
            other => unknown(other),
        },
        "cronjobs" => match &*cell("Suspend") {
            "True" | "true" => good("suspended", Tone::Quiet),
            _ => good("scheduled", Tone::Good),
        },
        "persistentvolumeclaims" => match &*cell("Status") {
            "Bound" => good("bound", Tone::Good),
            "Pending" => bad("pending", Tone::Warn, "pending"),
            "Lost" => bad("lost", Tone::Bad, "lost"),
            other => unknown(other),
        },
        _ => unknown(&cell("Status")),
    }
}

fn replicas(ready: u64, wanted: u64) -> Verdict {
    match (ready, wanted) {
        (_, 0) => good("scaled to zero", Tone::Quiet),
        (ready, wanted) if ready >= wanted => good("ready", Tone::Good),
        (0, wanted) => bad("none ready", Tone::Bad, &format!("0/{wanted} ready")),
        (ready, wanted) => bad(
            "not all ready",
            Tone::Warn,
            &format!("{ready}/{wanted} ready"),
        ),
    }
}

fn of(cell: &str) -> Option<(u64, u64)> {
    let (part, whole) = cell.split_once('/')?;
    // `0/1 of 3`: completions of a Job that works in parallel.
    let whole = whole.split_whitespace().next()?;
    Some((part.trim().parse().ok()?, whole.parse().ok()?))
}

fn good(word: &str, tone: Tone) -> Verdict {
    bad(word, tone, "")
}

fn bad(word: &str, tone: Tone, words: &str) -> Verdict {
    Verdict {
        word: word.to_owned(),
        tone,
        words: words.to_owned(),
    }
}

fn unknown(said: &str) -> Verdict {
    let word = if said.is_empty() { "unknown" } else { said };
    bad(word, Tone::Plain, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
        Tone,
        &'static str,
    );

    #[rustfmt::skip]
    const CASES: &[Case] = &[
        ("deployments", &[("Ready", "3/3")], "ready", Tone::Good, ""),
        ("deployments", &[("Ready", "1/3")], "not all ready", Tone::Warn, "1/3 ready"),
        ("statefulsets", &[("Ready", "0/2")], "none ready", Tone::Bad, "0/2 ready"),
        ("deployments", &[("Ready", "0/0")], "scaled to zero", Tone::Quiet, ""),
        ("deployments", &[("Ready", "?")], "?", Tone::Plain, ""),
        ("daemonsets", &[("Desired", "5"), ("Ready", "4")], "not all ready", Tone::Warn, "4/5 ready"),
        ("daemonsets", &[], "unknown", Tone::Plain, ""),
        ("jobs", &[("Status", "Complete")], "complete", Tone::Quiet, ""),
        ("jobs", &[("Status", "Failed")], "failed", Tone::Bad, "failed"),
        ("jobs", &[("Completions", "1/1")], "complete", Tone::Quiet, ""),
        ("jobs", &[("Completions", "0/1 of 3")], "not complete", Tone::Plain, ""),
        ("cronjobs", &[("Suspend", "True")], "suspended", Tone::Quiet, ""),
        ("cronjobs", &[("Suspend", "False")], "scheduled", Tone::Good, ""),
        ("persistentvolumeclaims", &[("Status", "Pending")], "pending", Tone::Warn, "pending"),
        ("persistentvolumeclaims", &[("Status", "Terminating")], "Terminating", Tone::Plain, ""),
    ];

    #[test]
    fn verdicts() {
        for (kind, cells, word, tone, words) in CASES {
            let cell = |heading: &str| {
                let found = cells.iter().find(|(name, _)| *name == heading);
                found
                    .map(|(_, text)| (*text).to_owned())
                    .unwrap_or_default()
            };
            let told = verdict(kind, cell);
            assert_eq!(
                (&*told.word, told.tone, &*told.words),
                (*word, *tone, *words),
                "{kind} {cells:?}"
            );
        }
    }
}
