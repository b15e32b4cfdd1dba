//! The windows of the story's cron triggers.

use jiff::Timestamp;

use crate::Pace;

/// Start and end of each window as cron writes them, in UTC. At a quick pace the first begins one to two minutes from `now`, each lasts
/// three minutes and comes every six; else each half past the hour ends one.
pub(super) fn windows(pace: Pace, now: Timestamp) -> [String; 2] {
    match pace {
        Pace::Quick => {
            let minute = now.as_second() / 60 + 2;
            [every_six(minute), every_six(minute + 3)]
        }
        Pace::Upstream => ["0 * * * *".to_owned(), "30 * * * *".to_owned()],
    }
}

/// A cron line for each sixth minute, of which `minute` (since 1970) is one.
fn every_six(minute: i64) -> String {
    let first = minute.rem_euclid(6);
    let minutes: Vec<String> = (0..10).map(|turn| (first + 6 * turn).to_string()).collect();
    format!("{} * * * *", minutes.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_within_two_minutes() {
        let now: Timestamp = "2026-03-01T12:57:30Z".parse().expect("a time");
        let [start, end] = windows(Pace::Quick, now);
        assert_eq!(start, "5,11,17,23,29,35,41,47,53,59 * * * *");
        assert_eq!(end, "2,8,14,20,26,32,38,44,50,56 * * * *");
    }
}
