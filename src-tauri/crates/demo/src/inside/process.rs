//! A program that runs in a container, step by step: a shell, or one command.

mod expand;
mod run;

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::commands;
use super::environment::{self, Variables};
use super::line::{Lines, Typed};
use super::place::{Place, View, text};
use super::script::{self, Join, Pipeline};
use crate::World;

/// Seconds between two pictures of `top`.
const PICTURES: SignedDuration = SignedDuration::from_secs(3);
/// Code of what was ended by `^C`, and of what ended with its container.
const INTERRUPTED: i32 = 130;
const KILLED: i32 = 137;

/// A program. It does nothing by itself: [`Process::go_on`] lets it.
#[derive(Debug)]
pub(crate) struct Process {
    place: Place,
    tty: bool,
    lines: Lines,
    /// Whether it reads commands, and from how many shells one must exit.
    shells: u32,
    directory: String,
    variables: Variables,
    code: i32,
    todo: VecDeque<Pipeline>,
    doing: Doing,
    prompted: bool,
    ended: bool,
    written: Output,
}

#[derive(Debug, Default)]
enum Doing {
    #[default]
    Nothing,
    Sleeping(Option<Timestamp>),
    /// `top`, and when its next picture comes.
    Showing(Pipeline, Timestamp),
    /// What reads its input to the end.
    Reading(Pipeline, Vec<u8>),
}

/// What was written. In a terminal all of it is `out`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) out: Vec<u8>,
    pub(crate) err: Vec<u8>,
}

/// What a program waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Input.
    Reads,
    /// A time of the demo, or input.
    Sleeps,
    /// Nothing any more; its code.
    Ended(i32),
}

impl Process {
    /// Starts a command in a container. An error is what the runtime says of a command that cannot be started.
    pub(crate) fn start(
        world: &World,
        place: &Place,
        command: &[String],
        tty: bool,
    ) -> Result<Self, String> {
        let Some(view) = place.look(world) else {
            return Err("container is not running".to_owned());
        };
        let mut variables = environment::of(&view);
        if tty {
            environment::set(&mut variables, "TERM", "xterm");
        }
        let directory = match text(&view.spec()["workingDir"]) {
            "" => "/",
            own => own,
        };
        let mut process = Self {
            place: place.clone(),
            tty,
            lines: Lines::new(tty),
            shells: 0,
            directory: directory.to_owned(),
            variables,
            code: 0,
            todo: VecDeque::new(),
            doing: Doing::Nothing,
            prompted: false,
            ended: false,
            written: Output::default(),
        };
        let (name, words) = command
            .split_first()
            .ok_or_else(|| "exec failed: args must not be empty".to_owned())?;
        match commands::base(name) {
            Some("sh" | "bash" | "ash") => process.shell(words),
            Some("sleep") => process.todo = script::plain(command).into(),
            _ if commands::find(name).is_some() => process.todo = script::plain(command).into(),
            _ => return Err(not_startable(name, &place.hex(name))),
        }
        Ok(process)
    }

    /// Takes what is typed or piped in.
    pub(crate) fn input(&mut self, bytes: &[u8]) {
        let quits = matches!(self.doing, Doing::Showing(..)) && bytes.contains(&b'q');
        let interrupted = self.lines.feed(bytes, &mut self.written.out);
        if interrupted {
            self.code = INTERRUPTED;
            self.todo.clear();
        }
        if quits || interrupted {
            self.doing = Doing::Nothing;
            self.prompted = false;
        }
    }

    /// No more input will come.
    pub(crate) fn close(&mut self) {
        self.lines.close();
    }

    /// The terminal is so large from now on, in characters.
    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        environment::set(&mut self.variables, "COLUMNS", &width.to_string());
        environment::set(&mut self.variables, "LINES", &height.to_string());
    }

    /// Lets it do what it can now.
    pub(crate) fn go_on(&mut self, world: &World) -> (Output, State) {
        let place = self.place.clone();
        let state = match place.look(world) {
            Some(view) => loop {
                if let Some(state) = self.step(&view) {
                    break state;
                }
            },
            None => State::Ended(KILLED),
        };
        (std::mem::take(&mut self.written), state)
    }

    /// None while there is more to do.
    fn step(&mut self, view: &View<'_>) -> Option<State> {
        if self.ended {
            return Some(State::Ended(self.code));
        }
        let now = view.world.now();
        match std::mem::take(&mut self.doing) {
            Doing::Nothing => return self.next(view),
            Doing::Sleeping(until) => {
                if until.is_none_or(|until| until > now) {
                    self.doing = Doing::Sleeping(until);
                    return Some(State::Sleeps);
                }
                self.code = 0;
            }
            Doing::Showing(pipeline, next) => {
                if next <= now {
                    self.carry_out(view, &pipeline, &[]);
                }
                let next = if next <= now { now + PICTURES } else { next };
                self.doing = Doing::Showing(pipeline, next);
                return Some(State::Sleeps);
            }
            Doing::Reading(pipeline, mut read) => {
                let (bytes, is_over) = self.lines.all();
                read.extend_from_slice(&bytes);
                // What `cat` reads it writes at once.
                let streams = pipeline.is_only("cat");
                if is_over || (streams && !read.is_empty()) {
                    self.carry_out(view, &pipeline, &read);
                    read.clear();
                }
                if !is_over {
                    self.doing = Doing::Reading(pipeline, read);
                    return Some(State::Reads);
                }
            }
        }
        None
    }

    /// The next command of those that are known, or that are typed.
    fn next(&mut self, view: &View<'_>) -> Option<State> {
        if let Some(pipeline) = self.todo.pop_front() {
            let runs = match pipeline.join {
                Join::Always => true,
                Join::And => self.code == 0,
                Join::Or => self.code != 0,
            };
            if runs {
                self.begin(view, pipeline);
            }
            return None;
        }
        if self.shells == 0 {
            self.ended = true;
            return None;
        }
        match self.lines.line() {
            Some(Typed::Line(text)) => {
                self.prompted = false;
                self.read_script(&text);
                None
            }
            Some(Typed::End) => {
                if self.tty {
                    self.write(b"exit\n", b"");
                }
                self.exit();
                None
            }
            None => {
                if self.tty && !self.prompted {
                    self.prompted = true;
                    let prompt = self.prompt(view);
                    self.write(prompt.as_bytes(), b"");
                    let typed = self.lines.current().to_vec();
                    self.written.out.extend_from_slice(&typed);
                }
                Some(State::Reads)
            }
        }
    }

    fn prompt(&self, view: &View<'_>) -> String {
        let mark = if view.user() == 0 { '#' } else { '$' };
        let user = match view.user() {
            0 => "root",
            _ => "user",
        };
        let home = environment::get(&self.variables, "HOME");
        let directory = match self.directory.as_str() {
            own if own == home && home != "/" => "~",
            own => own,
        };
        format!("{user}@{}:{directory}{mark} ", view.hostname())
    }

    /// A shell with its words: `-c` and a script, or none, to read commands.
    fn shell(&mut self, words: &[String]) {
        if let Some(at) = words
            .iter()
            .position(|word| word.starts_with('-') && word.ends_with('c'))
        {
            let script = words.get(at + 1).cloned();
            self.read_script(&script.unwrap_or_default());
        } else if let Some(file) = words.iter().find(|word| !word.starts_with('-')) {
            self.code = 2;
            self.write(
                b"",
                format!("sh: can't open '{file}': No such file or directory\n").as_bytes(),
            );
        } else {
            self.shells += 1;
        }
    }

    fn read_script(&mut self, text: &str) {
        match script::parse(text) {
            // Before what is left of a script that runs another.
            Ok(pipelines) => {
                for pipeline in pipelines.into_iter().rev() {
                    self.todo.push_front(pipeline);
                }
            }
            Err(error) => {
                self.code = 2;
                self.write(b"", format!("sh: {error}\n").as_bytes());
            }
        }
    }

    fn exit(&mut self) {
        self.todo.clear();
        self.prompted = false;
        self.shells = self.shells.saturating_sub(1);
        self.ended = self.shells == 0;
    }

    /// A terminal has one stream, in which lines end with a return.
    fn write(&mut self, out: &[u8], err: &[u8]) {
        if !self.tty {
            self.written.out.extend_from_slice(out);
            self.written.err.extend_from_slice(err);
            return;
        }
        for byte in out.iter().chain(err) {
            if *byte == b'\n' {
                self.written.out.push(b'\r');
            }
            self.written.out.push(*byte);
        }
    }
}

/// What containerd says of a command that is not there.
fn not_startable(name: &str, id: &str) -> String {
    let why = if name.contains('/') {
        format!("stat {name}: no such file or directory")
    } else {
        "executable file not found in $PATH".to_owned()
    };
    format!(
        "failed to exec in container: failed to start exec {id:?}: OCI runtime exec failed: exec failed: unable to start container process: exec: {name:?}: {why}: unknown"
    )
}
