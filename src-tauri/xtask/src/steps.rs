//! A run of steps, each with its time, that goes on after a failure and ends with a sum.

use std::process::Command;
use std::time::Instant;

use crate::children;
use crate::count::Count;

/// What has been done so far.
#[derive(Default)]
pub(crate) struct Steps {
    count: Count,
    failed: Vec<String>,
}

impl Steps {
    /// Runs a step; `true` if it passed. A step that printed test results counts as those, any other as one.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) -> bool {
        self.step(name, |count| {
            match children::run_reading(command, |line| count.add_line(line)) {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("ended with {status}")),
                Err(message) => Err(message),
            }
        })
    }

    /// Runs a step that is a function.
    pub(crate) fn call(&mut self, name: &str, step: impl FnOnce() -> Result<(), String>) -> bool {
        self.step(name, |_| step())
    }

    /// A step that cannot be tried, because of an earlier one.
    pub(crate) fn impossible(&mut self, name: &str, reason: &str) {
        self.step(name, |_| Err(reason.to_owned()));
    }

    fn step(&mut self, name: &str, step: impl FnOnce(&mut Count) -> Result<(), String>) -> bool {
        println!("\n=== {name}");
        let start = Instant::now();
        let mut count = Count::default();
        let result = step(&mut count);
        let seconds = start.elapsed().as_secs_f64();
        let passed = result.is_ok() && count.failed == 0;
        match result {
            Ok(()) if passed => println!("=== {name}: passed in {seconds:.1} s"),
            Ok(()) => println!("=== {name}: FAILED in {seconds:.1} s"),
            Err(message) => println!("=== {name}: FAILED in {seconds:.1} s: {message}"),
        }
        // A failure without a failed test (it did not compile, say) is one.
        if !passed && count.failed == 0 {
            count.failed = 1;
        }
        if passed && count.passed == 0 {
            count.passed = 1;
        }
        self.count.passed += count.passed;
        self.count.failed += count.failed;
        if !passed {
            self.failed.push(name.to_owned());
        }
        passed
    }

    /// Prints which steps failed, and the sum on a line of its own, the last. An error if anything failed.
    pub(crate) fn finish(self) -> Result<(), String> {
        println!();
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", self.count.passed, self.count.failed);
        if self.count.failed == 0 {
            Ok(())
        } else {
            Err(String::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn steps_are_summed() {
        let mut steps = Steps::default();
        assert!(steps.command("plain", &mut sh("echo hello")));
        assert!(steps.command(
            "tests",
            &mut sh("echo 'test result: ok. 4 passed; 0 failed; 0 ignored'")
        ));
        assert_eq!(
            steps.count,
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
            steps.count,
            Count {
                passed: 9,
                failed: 5
            }
        );
        assert_eq!(steps.failed, ["tests", "compiler", "missing", "function"]);
        assert!(steps.finish().is_err());
    }

    #[test]
    fn a_failed_test_fails_the_step_whatever_the_exit_status() {
        let mut steps = Steps::default();
        assert!(!steps.command("lenient", &mut sh("echo 'Tests  1 failed | 2 passed (3)'")));
        assert_eq!(
            steps.count,
            Count {
                passed: 2,
                failed: 1
            }
        );
    }
}
