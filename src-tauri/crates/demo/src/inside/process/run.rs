//! A pipeline is carried out.

use jiff::{SignedDuration, Timestamp};

use super::super::commands::{self, Call};
use super::super::environment;
use super::super::files::{Files, absolute};
use super::super::place::View;
use super::super::script::{Command, Pipeline, Redirection};
use super::expand::{self, assignment};
use super::{Doing, Process};

impl Pipeline {
    /// Whether it is one command of that name.
    pub(super) fn is_only(&self, name: &str) -> bool {
        use super::super::script::Piece;
        let [command] = self.commands.as_slice() else {
            return false;
        };
        let first = command.words.first().map(Vec::as_slice);
        matches!(first, Some([Piece::Text(text)]) if commands::base(text) == Some(name))
    }
}

impl Process {
    /// Starts a pipeline; what takes time becomes what is being done.
    pub(super) fn begin(&mut self, view: &View<'_>, pipeline: Pipeline) {
        let Some(first) = pipeline.commands.first() else {
            return;
        };
        let words = expand::words(&first.words, &self.variables, self.code);
        if pipeline.commands.len() == 1 && self.builtin(view, &words) {
            return;
        }
        let Some((name, operands)) = words.split_first() else {
            self.code = 0;
            return;
        };
        let is_fed = first
            .redirections
            .iter()
            .any(|one| matches!(one, Redirection::In(_)));
        if commands::reads(name, operands) && !is_fed {
            self.doing = Doing::Reading(pipeline, Vec::new());
        } else if self.tty && pipeline.is_only("top") && operands.is_empty() {
            self.doing = Doing::Showing(pipeline, view.world.now());
        } else {
            self.carry_out(view, &pipeline, &[]);
        }
    }

    /// Runs all commands of a pipeline, one after another.
    pub(super) fn carry_out(&mut self, view: &View<'_>, pipeline: &Pipeline, input: &[u8]) {
        let mut passed = input.to_vec();
        for command in &pipeline.commands {
            let (out, err, code) = self.command(view, command, &passed);
            self.write(b"", &err);
            self.code = code;
            passed = out;
        }
        self.write(&passed, b"");
    }

    fn command(&self, view: &View<'_>, command: &Command, input: &[u8]) -> (Vec<u8>, Vec<u8>, i32) {
        let failed = |text: String, code| (Vec::new(), format!("sh: {text}\n").into_bytes(), code);
        let mut variables = self.variables.clone();
        let words = expand::words(&command.words, &variables, self.code);
        let set = words.iter().map_while(|word| assignment(word)).count();
        for word in &words[..set] {
            if let Some((name, value)) = assignment(word) {
                environment::set(&mut variables, name, value);
            }
        }
        let Some((name, words)) = words[set..].split_first() else {
            return (Vec::new(), Vec::new(), 0);
        };
        let mut read = None;
        for redirection in &command.redirections {
            let (Redirection::Out(file) | Redirection::Error(file) | Redirection::In(file)) =
                redirection
            else {
                continue;
            };
            let file = expand::word(file, &self.variables, self.code).concat();
            let at = absolute(&self.directory, &file);
            if matches!(redirection, Redirection::In(_)) {
                match Files::of(view).read(&at) {
                    Some(bytes) => read = Some(bytes.to_vec()),
                    None => return failed(format!("can't open {file}: no such file"), 1),
                }
            } else if at != "/dev/null" {
                return failed(format!("can't create {file}: Read-only file system"), 1);
            }
        }
        let Some(run) = commands::find(name) else {
            return failed(format!("{name}: not found"), 127);
        };
        let mut call = Call {
            view,
            words,
            input: read.as_deref().unwrap_or(input),
            directory: &self.directory,
            variables: &variables,
            tty: self.tty,
            out: Vec::new(),
            err: Vec::new(),
        };
        let code = run(&mut call);
        let (mut out, mut err) = (call.out, call.err);
        for redirection in &command.redirections {
            match redirection {
                Redirection::Out(_) => out.clear(),
                Redirection::Error(_) => err.clear(),
                Redirection::ErrorToOut => out.append(&mut err),
                Redirection::In(_) => {}
            }
        }
        (out, err, code)
    }

    /// What changes the shell itself, or takes time. Whether it was such a command.
    fn builtin(&mut self, view: &View<'_>, words: &[String]) -> bool {
        let all_set = words.iter().all(|word| assignment(word).is_some());
        let (name, operands) = match words.split_first() {
            Some(_) if all_set => ("export", words),
            Some((name, operands)) => (commands::base(name).unwrap_or_default(), operands),
            None => return false,
        };
        let first = operands.first().map(String::as_str);
        match name {
            "cd" => self.change_directory(view, first),
            "exit" => {
                let code = first.and_then(|code| code.parse::<i32>().ok());
                self.code = code.map_or(self.code, |code| code & 0xff);
                self.exit();
            }
            "export" => {
                for (name, value) in operands.iter().filter_map(|word| assignment(word)) {
                    environment::set(&mut self.variables, name, value);
                }
                self.code = 0;
            }
            "unset" => {
                self.variables.retain(|(own, _)| !operands.contains(own));
                self.code = 0;
            }
            "sleep" => match first.map(duration) {
                Some(Some(wait)) => self.doing = Doing::Sleeping(until(view.world.now(), wait)),
                Some(None) => {
                    self.code = 1;
                    let text = format!("sleep: invalid number '{}'\n", first.unwrap_or_default());
                    self.write(b"", text.as_bytes());
                }
                None => {
                    self.code = 1;
                    self.write(b"", b"sleep: missing operand\n");
                }
            },
            "sh" | "bash" | "ash" => self.shell(operands),
            _ => return false,
        }
        true
    }

    fn change_directory(&mut self, view: &View<'_>, to: Option<&str>) {
        let home = environment::get(&self.variables, "HOME");
        let to = match to {
            None | Some("~") => home,
            Some(to) => to,
        };
        let at = absolute(&self.directory, to);
        if Files::of(view).is_directory(&at) {
            self.directory = at;
            self.code = 0;
        } else {
            let text = format!("sh: cd: can't cd to {to}: No such file or directory\n");
            self.code = 1;
            self.write(b"", text.as_bytes());
        }
    }
}

/// None for ever.
fn until(now: Timestamp, wait: SignedDuration) -> Option<Timestamp> {
    now.checked_add(wait).ok()
}

/// `5`, `0.5`, `2m`, `infinity`.
fn duration(text: &str) -> Option<SignedDuration> {
    if matches!(text, "inf" | "infinity") {
        return Some(SignedDuration::MAX);
    }
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    SignedDuration::try_from_secs_f64(number * seconds)
        .ok()
        .filter(|wait| !wait.is_negative())
}
