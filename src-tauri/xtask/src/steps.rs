//! A run of steps, each with its time, that goes on after a failure and ends with a sum.

use std::process::{Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::children;
use crate::count::Count;

/// What has been done so far, on any lane.
#[derive(Debug, Default)]
struct Done {
    count: Count,
    failed: Vec<String>,
}

/// The run, or one of its lanes.
pub(crate) struct Steps<'a> {
    done: Shared<'a>,
    /// How long one command may take: one that hangs must not take the others' results with it.
    limit: Duration,
    /// Whether what a step prints is held until its end, so that the lanes' words do not mix.
    holds: bool,
}

enum Shared<'a> {
    Own(Mutex<Done>),
    Lent(&'a Mutex<Done>),
}

/// Steps that run one after the other, beside those of other lanes.
pub(crate) type Lane<'a> = Box<dyn FnOnce(&Steps) + Send + 'a>;

impl Steps<'_> {
    /// A run each of whose commands is ended after `limit`.
    pub(crate) fn with_limit(limit: Duration) -> Self {
        Self {
            done: Shared::Own(Mutex::default()),
            limit,
            holds: false,
        }
    }

    /// Runs a step; `true` if it passed. A step that printed test results counts as those, any other as one.
    pub(crate) fn command(&self, name: &str, command: &mut Command) -> bool {
        self.commands(name, std::slice::from_mut(command))
    }

    /// Runs a step of several commands, each whatever became of those before.
    pub(crate) fn commands(&self, name: &str, commands: &mut [Command]) -> bool {
        self.step(name, |count, held| {
            let mut wrong = Vec::new();
            let several = commands.len() > 1;
            for command in commands {
                if several {
                    self.say(&format!("     Running {}", shown(command)), held);
                }
                match self.run(command, count, held) {
                    Ok(status) if status.success() => {}
                    Ok(status) => wrong.push(format!("{} {status}", shown(command))),
                    Err(message) => wrong.push(message),
                }
            }
            if wrong.is_empty() {
                Ok(())
            } else {
                Err(format!("ended with {}", wrong.join(", ")))
            }
        })
    }

    fn run(
        &self,
        command: &mut Command,
        count: &mut Count,
        held: &mut String,
    ) -> Result<ExitStatus, String> {
        if !self.holds {
            return children::run_reading(command, self.limit, |line| count.add_line(line));
        }
        children::run_holding(command, self.limit, |line| {
            count.add_line(line);
            self.say(line, held);
        })
    }

    fn say(&self, line: &str, held: &mut String) {
        if self.holds {
            held.push_str(line);
            held.push('\n');
        } else {
            println!("{line}");
        }
    }

    /// Runs a step that is a function. What it prints is not held.
    pub(crate) fn call(&self, name: &str, step: impl FnOnce() -> Result<(), String>) -> bool {
        self.step(name, |_, _| step())
    }

    /// A step that cannot be tried, because of an earlier one.
    pub(crate) fn impossible(&self, name: &str, reason: &str) {
        self.step(name, |_, _| Err(reason.to_owned()));
    }

    /// Runs the lanes beside each other. The first prints as it goes, of the others each step is printed at its end.
    pub(crate) fn side_by_side(&self, first: impl FnOnce(&Steps), others: Vec<Lane>) {
        let (lent, limit) = (self.done(), self.limit);
        thread::scope(|scope| {
            for lane in others {
                scope.spawn(move || {
                    lane(&Steps {
                        done: Shared::Lent(lent),
                        limit,
                        holds: true,
                    });
                });
            }
            first(self);
        });
    }

    fn step(
        &self,
        name: &str,
        step: impl FnOnce(&mut Count, &mut String) -> Result<(), String>,
    ) -> bool {
        if !self.holds {
            println!("\n=== {name}");
        }
        let start = Instant::now();
        let mut count = Count::default();
        let mut held = String::new();
        let result = step(&mut count, &mut held);
        let seconds = start.elapsed().as_secs_f64();
        let passed = result.is_ok() && count.failed == 0;
        let end = match result {
            Ok(()) if passed => format!("=== {name}: passed in {seconds:.1} s"),
            Ok(()) => format!("=== {name}: FAILED in {seconds:.1} s"),
            Err(message) => format!("=== {name}: FAILED in {seconds:.1} s: {message}"),
        };
        if self.holds {
            // As one piece.
            println!("\n=== {name}\n{held}{end}");
        } else {
            println!("{end}");
        }
        // A failure without a failed test (it did not compile, say) is one.
        if !passed && count.failed == 0 {
            count.failed = 1;
        }
        if passed && count.passed == 0 {
            count.passed = 1;
        }
        let mut done = lock(self.done());
        done.count.passed += count.passed;
        done.count.failed += count.failed;
        if !passed {
            done.failed.push(name.to_owned());
        }
        passed
    }

    fn done(&self) -> &Mutex<Done> {
        match &self.done {
            Shared::Own(done) => done,
            Shared::Lent(done) => done,
        }
    }

    /// Prints which steps failed, and the sum on a line of its own, the last. An error if anything failed.
    pub(crate) fn finish(self) -> Result<(), String> {
        let done = lock(self.done());
        println!();
        for name in &done.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", done.count.passed, done.count.failed);
        if done.count.failed == 0 {
            Ok(())
        } else {
            Err(String::new())
        }
    }
}

/// A panic in another lane leaves the sum whole: it is written in one go.
fn lock(done: &Mutex<Done>) -> MutexGuard<'_, Done> {
    done.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a command is called where one of several is meant.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_mins(1);

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn steps_are_summed() {
        let steps = Steps::with_limit(LIMIT);
        assert!(steps.command("plain", &mut sh("echo hello")));
        assert!(steps.command(
            "tests",
            &mut sh("echo 'test result: ok. 4 passed; 0 failed; 0 ignored'")
        ));
        assert_eq!(
            lock(steps.done()).count,
            Count {
                passed: 5,
                failed: 0
            }
        );
        assert!(!steps.command(
            "tests",
            &mut sh("echo 'test result: FAILED. 4 passed; 2 failed; 0 ignored'; exit 1")
        ));
        assert!(!steps.command("compiler", &mut sh("exit 3")));
        assert!(!steps.command("missing", &mut Command::new("/no/such/program")));
        assert!(!steps.call("function", || Err("no".to_owned())));
        assert_eq!(
            lock(steps.done()).count,
            Count {
                passed: 9,
                failed: 5
            }
        );
        assert_eq!(
            lock(steps.done()).failed,
            ["tests", "compiler", "missing", "function"]
        );
        assert!(steps.finish().is_err());
    }

    #[test]
    fn a_failed_test_fails_the_step_whatever_the_exit_status() {
        let steps = Steps::with_limit(LIMIT);
        assert!(!steps.command("lenient", &mut sh("echo 'Tests  1 failed | 2 passed (3)'")));
        assert_eq!(
            lock(steps.done()).count,
            Count {
                passed: 2,
                failed: 1
            }
        );
    }

    #[test]
    fn each_of_several_commands_is_run() {
        let steps = Steps::with_limit(LIMIT);
        let tests = |passed: u32, failed: u32, code: u32| {
            sh(&format!(
                "echo 'test result: x. {passed} passed; {failed} failed'; exit {code}"
            ))
        };
        assert!(!steps.commands("tests", &mut [tests(1, 1, 1), sh("exit 2"), tests(3, 0, 0)]));
        assert_eq!(
            lock(steps.done()).count,
            Count {
                passed: 4,
                failed: 1
            }
        );
    }

    #[test]
    fn lanes_run_beside_each_other_and_are_summed() {
        let steps = Steps::with_limit(LIMIT);
        let folder = tempfile::tempdir().expect("a folder");
        // Each waits for what the other makes.
        let meeting = |mine: &str, other: &str, code: u32| {
            let mut command = sh(&format!(
                "touch {mine}; until [ -e {other} ]; do sleep 0.01; done; echo 'test result: x. 2 passed; 0 failed' >&{}; exit {code}",
                if mine == "a" { 1 } else { 2 }
            ));
            command.current_dir(folder.path());
            command
        };
        let mut beside = meeting("b", "a", 1);
        steps.side_by_side(
            |steps| {
                assert!(steps.command("first", &mut meeting("a", "b", 0)));
            },
            vec![Box::new(move |steps| {
                assert!(!steps.command("beside", &mut beside));
                assert!(steps.command("after it", &mut sh("echo hello")));
            })],
        );
        assert_eq!(
            lock(steps.done()).count,
            Count {
                passed: 5,
                failed: 1
            }
        );
        assert_eq!(lock(steps.done()).failed, ["beside"]);
        assert!(steps.finish().is_err());
    }
}
