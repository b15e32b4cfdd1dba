//! When a `CronJob`'s Jobs are due.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/cronjob/utils.go:mostRecentScheduleTime`.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};
use scaling::keda::cron::{Schedule, Zone};
use serde_json::Value;

use crate::controllers::fields::Scalar;

/// Starts that were missed are told as too many above this.
const MANY: usize = 100;

/// Why there is no schedule: the event's reason and message.
pub(super) struct Bad {
    pub(super) reason: &'static str,
    pub(super) message: String,
}

/// A schedule in its time zone.
pub(super) struct Times {
    schedule: Schedule,
    zone: Zone,
    clock: TimeZone,
}

/// The start that is due.
pub(super) struct Due {
    pub(super) at: Timestamp,
    /// Whether more than a hundred were missed.
    pub(super) has_missed_many: bool,
}

impl Times {
    pub(super) fn of(cron_job: &Value) -> Result<Self, Bad> {
        let spec = &cron_job["spec"];
        let named = spec["timeZone"].as_str().unwrap_or("UTC");
        let bad_zone = || Bad {
            reason: "UnknownTimeZone",
            message: format!("invalid timeZone: {named:?}: unknown time zone {named}"),
        };
        let text = spec["schedule"].text();
        let schedule = Schedule::parse(spelled_out(text)).map_err(|error| Bad {
            reason: "UnparseableSchedule",
            message: format!("unparseable schedule: {text:?} : {error}"),
        });
        Ok(Self {
            zone: Zone::named(named).map_err(|_| bad_zone())?,
            clock: TimeZoneDatabase::bundled()
                .get(named)
                .map_err(|_| bad_zone())?,
            schedule: schedule?,
        })
    }

    /// The first start after a moment.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.schedule.next(after, &self.zone)
    }

    /// The most recent start that was not taken yet, within the starting deadline.
    pub(super) fn due(&self, cron_job: &Value, now: Timestamp) -> Option<Due> {
        let last = cron_job["status"]["lastScheduleTime"].time();
        let created = || cron_job["metadata"]["creationTimestamp"].time();
        let mut from = last.or_else(created)?;
        if let Some(seconds) = cron_job["spec"]["startingDeadlineSeconds"].as_i64() {
            let bound = now.checked_sub(SignedDuration::from_secs(seconds));
            from = bound.map_or(from, |bound| bound.max(from));
        }
        let starts = std::iter::successors(self.next(from), |at| self.next(*at));
        let missed = starts.take_while(|at| *at <= now);
        let (count, at) = missed.fold((0, None), |(count, _), at| (count + 1, Some(at)));
        Some(Due {
            at: at?,
            has_missed_many: count > MANY,
        })
    }

    /// A time as the annotation of a Job has it: RFC 3339 in the schedule's zone.
    pub(super) fn print(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.clock.clone());
        if local.offset().seconds() == 0 {
            return local.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        }
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// The fields that a descriptor stands for; `@every` is not known here.
fn spelled_out(text: &str) -> &str {
    match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        text => text,
    }
}
