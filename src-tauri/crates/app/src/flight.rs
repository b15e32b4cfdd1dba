//! The program's flight recorder: opened once, when the first cluster has something to record.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use recorder::{Limits, Opened, Recorder, Recording, Setup};
use wire::{ErrorCode, RecordingInfo, RecordingLimits, RecordingState, WireError};

use crate::host::Host;
use crate::session::size;
use crate::settings;

const DAY: Duration = Duration::from_hours(24);
const MEGABYTE: u64 = 1_000_000;

/// The recorder and what became of it.
pub(crate) struct Flight {
    host: Arc<dyn Host>,
    state: Mutex<State>,
}

enum State {
    Closed,
    /// A file of two hundred megabytes takes half a second.
    Opening,
    Open {
        recorder: Arc<Recorder>,
        /// What the person shall know of how it was found; empty if nothing.
        words: String,
    },
    /// This host keeps nothing.
    Nowhere,
}

impl Flight {
    pub(crate) fn new(host: Arc<dyn Host>) -> Arc<Self> {
        let state = Mutex::new(State::Closed);
        Arc::new(Self { host, state })
    }

    /// The recorder, once it is open. The first call begins to open it, on a thread of its own.
    pub(crate) fn recorder(self: &Arc<Self>) -> Option<Arc<Recorder>> {
        let mut state = self.state();
        match &*state {
            State::Open { recorder, .. } => return Some(recorder.clone()),
            State::Opening | State::Nowhere => return None,
            State::Closed => {}
        }
        let Some(folder) = self.host.data_folder() else {
            *state = State::Nowhere;
            return None;
        };
        let (flight, clock) = (self.clone(), self.host.clone());
        let opening = std::thread::Builder::new()
            .name("recorder-opening".to_owned())
            .spawn(move || {
                let setup = Setup {
                    folder,
                    limits: flight.kept_limits(),
                    now: Box::new(move || {
                        Timestamp::from_millisecond(clock.now_ms()).unwrap_or_default()
                    }),
                    told: Box::new(|recording| match recording {
                        Recording::On => tracing::info!("facts reach the disk"),
                        Recording::Paused { why }
                        | Recording::Recovered { words: why }
                        | Recording::Off { why } => tracing::warn!("{why}"),
                    }),
                };
                let (recorder, opened) = Recorder::open(setup);
                let words = words(&opened);
                if !words.is_empty() {
                    tracing::warn!("{words}");
                }
                // They may have been changed meanwhile.
                recorder.set_limits(flight.kept_limits());
                let recorder = Arc::new(recorder);
                *flight.state() = State::Open { recorder, words };
            });
        *state = match opening {
            Ok(_) => State::Opening,
            Err(_) => State::Closed,
        };
        None
    }

    /// What the person shall know: a sentence; empty if everything is recorded.
    pub(crate) fn problem(&self) -> String {
        match &*self.state() {
            State::Open { recorder, words } => match recorder.recording() {
                Recording::On => words.clone(),
                Recording::Paused { why } | Recording::Off { why } => why,
                Recording::Recovered { words } => words,
            },
            State::Closed | State::Opening | State::Nowhere => String::new(),
        }
    }

    /// Takes over how much is kept; what is beyond goes little by little.
    pub(crate) fn limit(&self, chosen: RecordingLimits) {
        if let State::Open { recorder, .. } = &*self.state() {
            recorder.set_limits(limits(chosen));
        }
    }

    fn kept_limits(&self) -> Limits {
        limits(settings::load(&self.host.config_folder()).recording)
    }

    /// Whether it is recorded, and what that costs now.
    pub(crate) fn info(&self) -> RecordingInfo {
        let folder = self.host.data_folder();
        let (state, words) = self.in_words(folder.as_deref());
        let bytes = folder.as_deref().map_or(0, recorder::size_on_disk);
        RecordingInfo {
            state,
            words,
            size: if bytes == 0 {
                String::new()
            } else {
                size(bytes)
            },
            file: folder.map_or_else(String::new, |folder| {
                folder.join(recorder::FILE).display().to_string()
            }),
            least: RecordingLimits::LEAST,
            most: RecordingLimits::MOST,
        }
    }

    fn in_words(&self, folder: Option<&Path>) -> (RecordingState, String) {
        const ON: &str = "What is seen of scaling in open clusters is recorded.";
        let waiting =
            "Recording begins when a cluster is opened; the demo cluster’s day is not recorded.";
        match &*self.state() {
            State::Open { recorder, words } => match recorder.recording() {
                Recording::On if words.is_empty() => (RecordingState::On, ON.to_owned()),
                Recording::On => (RecordingState::Warned, format!("{ON} {words}")),
                Recording::Recovered { words } => (RecordingState::Warned, format!("{ON} {words}")),
                Recording::Paused { why } | Recording::Off { why } => (RecordingState::Off, why),
            },
            State::Opening => (
                RecordingState::Waiting,
                "The recorder's file is being opened.".to_owned(),
            ),
            State::Closed if folder.is_some() => (RecordingState::Waiting, waiting.to_owned()),
            State::Closed | State::Nowhere => (
                RecordingState::Off,
                "Nothing is recorded: this computer tells no folder for data.".to_owned(),
            ),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses what cannot be chosen.
///
/// # Errors
/// [`ErrorCode::Malformed`] with what can.
pub(crate) fn check(chosen: RecordingLimits) -> Result<(), WireError> {
    let (least, most) = (RecordingLimits::LEAST, RecordingLimits::MOST);
    let problem = if !(least.days..=most.days).contains(&chosen.days) {
        format!(
            "A recording can be kept for {} to {} days.",
            least.days, most.days
        )
    } else if !(least.megabytes..=most.megabytes).contains(&chosen.megabytes) {
        format!(
            "A recording can have {} to {} MB.",
            least.megabytes, most.megabytes
        )
    } else {
        return Ok(());
    };
    Err(WireError::new(
        ErrorCode::Malformed,
        problem,
        "Nothing was changed.",
    ))
}

/// What was chosen, as the recorder takes it. A file that was written by hand may say anything.
fn limits(chosen: RecordingLimits) -> Limits {
    let (least, most) = (RecordingLimits::LEAST, RecordingLimits::MOST);
    let megabytes = chosen.megabytes.clamp(least.megabytes, most.megabytes);
    Limits {
        age: DAY * chosen.days.clamp(least.days, most.days),
        size: u64::from(megabytes) * MEGABYTE,
    }
}

fn words(opened: &Opened) -> String {
    match opened {
        Opened::Fresh | Opened::Found | Opened::Migrated { .. } => String::new(),
        Opened::Recovered { words, .. } => words.clone(),
        Opened::Off { reason } => reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use std::path::PathBuf;

    use wire::{Notice, Settings};

    use super::*;

    struct Computer {
        config: tempfile::TempDir,
        data: Option<tempfile::TempDir>,
    }

    impl Host for Computer {
        fn notify(&self, _: Notice) {}
        fn now_ms(&self) -> i64 {
            1_800_000_000_000
        }
        fn config_folder(&self) -> PathBuf {
            self.config.path().to_owned()
        }
        fn data_folder(&self) -> Option<PathBuf> {
            self.data.as_ref().map(|data| data.path().to_owned())
        }
    }

    fn chosen(days: u32, megabytes: u32) -> RecordingLimits {
        RecordingLimits { days, megabytes }
    }

    #[test]
    fn the_defaults_of_both_sides_are_one() {
        let (ours, theirs) = (limits(RecordingLimits::default()), Limits::default());
        assert_eq!(ours, theirs);
        assert!(limits(RecordingLimits::LEAST).size >= Limits::LEAST_SIZE);
    }

    #[test]
    fn what_cannot_be_chosen_is_refused_with_what_can() {
        for (days, megabytes, problem) in [
            (7, 200, None),
            (1, 10, None),
            (366, 10_000, None),
            (0, 200, Some("1 to 366 days")),
            (367, 200, Some("1 to 366 days")),
            (7, 9, Some("10 to 10000 MB")),
            (7, 10_001, Some("10 to 10000 MB")),
            (u32::MAX, 0, Some("days")),
        ] {
            let checked = check(chosen(days, megabytes));
            match problem {
                None => assert!(checked.is_ok()),
                Some(problem) => {
                    let error = checked.unwrap_err();
                    assert_eq!(error.code, ErrorCode::Malformed);
                    assert!(error.message.contains(problem), "{}", error.message);
                }
            }
        }
        // By hand.
        assert_eq!(limits(chosen(0, 0)), limits(RecordingLimits::LEAST));
        assert_eq!(
            limits(chosen(u32::MAX, u32::MAX)),
            limits(RecordingLimits::MOST)
        );
    }

    #[test]
    fn it_is_told_whether_it_is_recorded_and_what_lies_on_disk() {
        let data = Some(tempfile::tempdir().unwrap());
        let config = tempfile::tempdir().unwrap();
        let settings = Settings {
            recording: chosen(2, 50),
            ..Settings::default()
        };
        settings::save(config.path(), &settings).unwrap();
        let flight = Flight::new(Arc::new(Computer { config, data }));
        let before = flight.info();
        assert_eq!(before.state, RecordingState::Waiting);
        assert_eq!(before.size, "");
        assert_eq!(flight.kept_limits(), limits(chosen(2, 50)));
        for _ in 0..200 {
            if flight.recorder().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let open = flight.info();
        assert_eq!(open.state, RecordingState::On, "{}", open.words);
        assert!(open.size.ends_with("kB"), "{}", open.size);
        assert!(open.file.ends_with(recorder::FILE), "{}", open.file);
    }

    #[test]
    fn who_keeps_nothing_says_so() {
        let config = tempfile::tempdir().unwrap();
        let flight = Flight::new(Arc::new(Computer { config, data: None }));
        assert_eq!(flight.info().state, RecordingState::Off);
        assert!(flight.recorder().is_none());
        assert_eq!(flight.info().file, "");
    }
}
