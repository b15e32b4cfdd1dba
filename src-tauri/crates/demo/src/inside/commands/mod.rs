//! Toy commands: each a function of where it runs, its words and its input.

mod files;
mod host;
mod reach;
mod text;

use super::environment::Variables;
use super::files::{Files, absolute};
use super::place::View;

/// One run of a command.
pub(super) struct Call<'a> {
    pub(super) view: &'a View<'a>,
    /// Without the command's name.
    pub(super) words: &'a [String],
    /// What it reads.
    pub(super) input: &'a [u8],
    /// Where it stands.
    pub(super) directory: &'a str,
    pub(super) variables: &'a Variables,
    /// Whether its output goes to a terminal.
    pub(super) tty: bool,
    pub(super) out: Vec<u8>,
    pub(super) err: Vec<u8>,
}

impl Call<'_> {
    fn line(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'\n');
    }

    /// Says what is wrong; the code that goes with it.
    fn complain(&mut self, text: &str) -> i32 {
        self.err.extend_from_slice(text.as_bytes());
        self.err.push(b'\n');
        1
    }

    /// Words that are no options.
    fn operands(&self) -> Vec<&str> {
        let all = self.words.iter().map(String::as_str);
        all.filter(|word| !word.starts_with('-') || *word == "-")
            .collect()
    }

    fn has_option(&self, letter: char) -> bool {
        let mut all = self.words.iter();
        all.any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    }

    /// The value of an option: `-n 5`, `-n5`.
    fn value_of(&self, option: &str) -> Option<&str> {
        let at = self
            .words
            .iter()
            .position(|word| word.starts_with(option))?;
        match self.words[at].strip_prefix(option) {
            Some("") | None => self.words.get(at + 1).map(String::as_str),
            Some(value) => Some(value),
        }
    }

    /// The whole of some files, or of the input where none is named; what is missing is told.
    fn whole(&mut self, name: &str, paths: &[&str]) -> (Vec<u8>, i32) {
        if paths.is_empty() {
            return (self.input.to_vec(), 0);
        }
        let files = Files::of(self.view);
        let (mut bytes, mut code) = (Vec::new(), 0);
        for path in paths {
            let at = absolute(self.directory, path);
            if *path == "-" {
                bytes.extend_from_slice(self.input);
            } else if let Some(text) = files.read(&at) {
                bytes.extend_from_slice(text);
            } else if files.is_directory(&at) {
                code = self.complain(&format!("{name}: read error: Is a directory"));
            } else {
                code = self.complain(&format!(
                    "{name}: can't open '{path}': No such file or directory"
                ));
            }
        }
        (bytes, code)
    }
}

type Run = fn(&mut Call<'_>) -> i32;

/// In the order of the alphabet.
const COMMANDS: [(&str, Run); 28] = [
    ("cat", files::cat),
    ("clear", text::clear),
    ("curl", reach::curl),
    ("date", host::date),
    ("echo", text::echo),
    ("env", host::env),
    ("false", |_| 1),
    ("grep", files::grep),
    ("head", files::head),
    ("hostname", host::hostname),
    ("id", host::id),
    ("ls", files::ls),
    ("nproc", host::nproc),
    ("printenv", host::env),
    ("ps", host::ps),
    ("pwd", text::pwd),
    ("seq", text::seq),
    ("sort", files::sort),
    ("tail", files::tail),
    ("top", host::top),
    ("true", |_| 0),
    ("uname", host::uname),
    ("uptime", host::uptime),
    ("wc", files::wc),
    ("wget", reach::wget),
    ("which", text::which),
    ("whoami", host::whoami),
    ("yes", text::yes),
];

/// Commands that the process itself carries out.
const OTHERS: [&str; 5] = ["sh", "bash", "ash", "sleep", "kill"];

/// Names of all that lie in `/bin`.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, _)| *name).chain(OTHERS)
}

/// A command by its name or path.
pub(super) fn find(name: &str) -> Option<Run> {
    let name = base(name)?;
    let found = COMMANDS.iter().find(|(own, _)| *own == name);
    found.map(|(_, run)| *run)
}

/// The name of what is called by name or by a path in a directory of commands.
pub(super) fn base(name: &str) -> Option<&str> {
    match name.rsplit_once('/') {
        None => Some(name),
        Some(("/bin" | "/usr/bin" | "/usr/local/bin" | "/sbin" | "/usr/sbin", base)) => Some(base),
        Some(_) => None,
    }
}

/// Whether a command waits for input that nothing is piped into.
pub(super) fn reads(name: &str, words: &[String]) -> bool {
    let operands = words.iter().filter(|word| !word.starts_with('-'));
    match base(name) {
        Some("cat" | "wc" | "sort") => operands.count() == 0,
        Some("head" | "tail") => operands.filter(|word| word.parse::<u32>().is_err()).count() == 0,
        Some("grep") => operands.count() == 1,
        _ => false,
    }
}
