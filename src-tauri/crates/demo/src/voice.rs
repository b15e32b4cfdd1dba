//! What programs print: pure functions of container, run and time, so that nothing is kept and nothing is spent until somebody reads.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Of a log that is longer only so many lines are there still.
const KEPT: u64 = 2_000;
/// Between two of the first lines.
const APART: SignedDuration = SignedDuration::from_millis(80);

/// What a program prints. In its lines `{time}`, `{date}`, `{app}`, `{id}`, `{ms}`, `{n}`, `{ip}` are filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    /// When it begins.
    pub first: &'static [&'static str],
    /// While it runs: one of these in each `every` seconds.
    pub then: &'static [&'static str],
    /// Seconds; nothing is printed while it runs if they are 0.
    pub every: u32,
    /// Right before it ends by itself.
    pub last: &'static [&'static str],
}

/// One line of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// Rising from 0.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) text: String,
}

/// A container's run: since when, until when if it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    started: Timestamp,
    ended: Option<Timestamp>,
}

impl Run {
    /// The present run of a container by its status, which is the last one while it waits; or the one before.
    pub(crate) fn of(status: &Value, previous: bool) -> Option<Self> {
        let time = |value: &Value| value.as_str()?.parse().ok();
        let ended = |state: &Value| {
            let terminated = &state["terminated"];
            Some(Self {
                started: time(&terminated["startedAt"])?,
                ended: Some(time(&terminated["finishedAt"])?),
            })
        };
        if previous {
            return ended(&status["lastState"]);
        }
        let running = time(&status["state"]["running"]["startedAt"]).map(|started| Self {
            started,
            ended: None,
        });
        running
            .or_else(|| ended(&status["state"]))
            .or_else(|| ended(&status["lastState"]))
    }
}

impl Voice {
    /// Lines of a run up to `now`, from a number on, of those that are kept.
    pub(crate) fn lines(
        &self,
        app: &str,
        seed: &str,
        run: Run,
        from: u64,
        now: Timestamp,
    ) -> Vec<Spoken> {
        let until = run.ended.unwrap_or(now).min(now);
        let first = self.first.len() as u64;
        let slots = self.slots(run, until);
        let has_ended = run.ended.is_some_and(|ended| ended <= now);
        let last = if has_ended { self.last.len() as u64 } else { 0 };
        let total = first + slots + last;
        let from = from.max(total.saturating_sub(KEPT));
        let mut lines = Vec::new();
        for number in from..total {
            let dice = Dice::of(seed, run.started, number);
            let (template, at) = if number < first {
                let at = run.started + APART * i32::try_from(number).unwrap_or(0);
                (self.first[index(number)], at)
            } else if number < first + slots {
                let pick = dice.roll(0, self.then.len() as u64);
                (self.then[index(pick)], self.at(run, dice, number - first))
            } else {
                (self.last[index(number - first - slots)], until)
            };
            if at > until {
                break;
            }
            let text = filled(template, app, dice, at);
            lines.push(Spoken { number, at, text });
        }
        lines
    }

    /// So many times it was its turn to print something.
    fn slots(&self, run: Run, until: Timestamp) -> u64 {
        if self.every == 0 || self.then.is_empty() {
            return 0;
        }
        let passed = until.duration_since(self.begin(run)).as_secs();
        u64::try_from(passed).unwrap_or(0) / u64::from(self.every)
    }

    /// When its first lines are out.
    fn begin(&self, run: Run) -> Timestamp {
        run.started + APART * i32::try_from(self.first.len()).unwrap_or(0)
    }

    /// Somewhere in the slot.
    fn at(&self, run: Run, dice: Dice, slot: u64) -> Timestamp {
        let every = u64::from(self.every) * 1000;
        let millis = slot * every + dice.roll(1, every);
        let millis = i64::try_from(millis).unwrap_or(i64::MAX);
        self.begin(run) + SignedDuration::from_millis(millis)
    }
}

/// Chance that is the same whenever one looks.
#[derive(Clone, Copy)]
struct Dice(u64);

impl Dice {
    fn of(seed: &str, started: Timestamp, number: u64) -> Self {
        let mut mixed = started.as_second().unsigned_abs() ^ number.wrapping_mul(0x9e37_79b9);
        for byte in seed.bytes() {
            mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(mixed)
    }

    /// The throw of a purpose: below `sides`.
    fn roll(self, purpose: u64, sides: u64) -> u64 {
        let mut mixed = self.0 ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn filled(template: &str, app: &str, dice: Dice, at: Timestamp) -> String {
    let mut text = String::with_capacity(template.len() + 24);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let name = after.split_once('}').map_or("", |(name, _)| name);
        let word = match name {
            "time" => format!("{at:.3}"),
            "date" => at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "app" => app.to_owned(),
            "id" => format!("{:08x}", dice.roll(2, 1 << 32)),
            "ms" => (3 + dice.roll(3, 90) * dice.roll(4, 5)).to_string(),
            "n" => (1_000 + dice.roll(5, 9_000)).to_string(),
            "ip" => format!("10.244.{}.{}", dice.roll(6, 3), 2 + dice.roll(7, 60)),
            _ => {
                // A brace of the line's own.
                text.push('{');
                rest = after;
                continue;
            }
        };
        text.push_str(&word);
        rest = &after[name.len() + 1..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    const VOICE: Voice = Voice {
        first: &["{time} starting {app}", "ready"],
        then: &["GET /{n} {ms}ms", "id={id} from {ip}"],
        every: 5,
        last: &["bye"],
    };

    fn at(text: &str) -> Timestamp {
        format!("2026-11-28T{text}Z").parse().unwrap()
    }

    fn run(ended: Option<&str>) -> Run {
        Run {
            started: at("12:00:00"),
            ended: ended.map(at),
        }
    }

    fn lines(run: Run, from: u64, now: &str) -> Vec<Spoken> {
        VOICE.lines("web", "uid", run, from, at(now))
    }

    #[test]
    fn lines_come_with_time_and_stay_what_they_were() {
        let minute = lines(run(None), 0, "12:01:01");
        assert_eq!(minute[0].text, "2026-11-28T12:00:00.000Z starting web");
        assert_eq!(minute.len(), 2 + 12);
        assert!(minute.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let later = lines(run(None), 0, "12:02:01");
        assert_eq!(later[..14], minute[..]);
        assert_eq!(lines(run(None), 14, "12:02:01"), later[14..]);
        assert!(minute.iter().all(|line| !line.text.contains('{')));
    }

    #[test]
    fn braces_of_their_own_stay() {
        let dice = Dice::of("uid", at("12:00:00"), 1);
        let text = filled("{\"a\": {\"b\": \"{app}\"}} {", "web", dice, at("12:00:00"));
        assert_eq!(text, "{\"a\": {\"b\": \"web\"}} {");
    }

    #[test]
    fn an_end_is_told_last() {
        let all = lines(run(Some("12:00:30")), 0, "12:05:00");
        let last = all.last().unwrap();
        assert_eq!((last.text.as_str(), last.at), ("bye", at("12:00:30")));
        assert!(all.iter().all(|line| line.at <= at("12:00:30")));
    }

    #[test]
    fn a_long_log_is_cut_at_its_begin() {
        let mut long = run(None);
        long.started = "2026-10-01T00:00:00Z".parse().unwrap();
        let all = lines(long, 0, "12:00:00");
        assert_eq!(all.len(), 2_000);
        assert!(all[0].number > 900_000);
    }

    #[test]
    fn the_run_is_read_from_the_status() {
        let ended = json!({"terminated": {"startedAt": "2026-11-28T12:00:00Z", "finishedAt": "2026-11-28T12:00:30Z"}});
        let running = json!({"running": {"startedAt": "2026-11-28T12:00:00Z"}});
        let waiting = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let (whole, open) = (Some(run(Some("12:00:30"))), Some(run(None)));
        for (state, last, previous, expected) in [
            (&running, &Value::Null, false, open),
            (&running, &Value::Null, true, None),
            (&running, &ended, true, whole),
            (&waiting, &ended, false, whole),
            (&ended, &Value::Null, false, whole),
            (&waiting, &Value::Null, false, None),
        ] {
            let status = json!({"state": state, "lastState": last});
            assert_eq!(Run::of(&status, previous), expected, "{status}");
        }
    }
}
