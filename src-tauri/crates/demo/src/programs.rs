//! What the images of the demo do once they run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::voice::Voice;

/// How a container ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With a code; 0 is success.
    Code(i32),
    /// Its memory limit was passed: code 137.
    OutOfMemory,
}

/// How long an image takes to come, or that it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// It comes after so many milliseconds, and is so many bytes large.
    Takes {
        /// Milliseconds.
        millis: u32,
        /// Bytes.
        bytes: u64,
    },
    /// The registry's error.
    Fails(String),
}

/// What a program does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its image.
    pub pull: Pull,
    /// Seconds after its start until a readiness probe succeeds; `None` if it never does.
    pub ready_after: Option<u32>,
    /// How a failing readiness probe is told.
    pub unready: String,
    /// After how many seconds, at least and at most, and how it ends; `None` if it runs on.
    pub ends: Option<(u32, u32, Exit)>,
    /// Seconds it takes to stop when asked to.
    pub stops_in: u32,
    /// What it prints.
    pub voice: Voice,
}

impl Default for Program {
    fn default() -> Self {
        Self {
            pull: Pull::Takes {
                millis: 2_400,
                bytes: 41_327_104,
            },
            ready_after: Some(2),
            unready: "HTTP probe failed with statuscode: 503".to_owned(),
            ends: None,
            stops_in: 2,
            voice: Voice::default(),
        }
    }
}

/// Programs by image.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    by_image: BTreeMap<String, Program>,
}

impl Programs {
    /// What an image does from now on.
    pub fn set(&mut self, image: &str, program: Program) {
        self.by_image.insert(image.to_owned(), program);
    }

    /// What a container of a pod does. `sleep` and `exit` in its command are obeyed; an image that nobody knows runs on, unless its tag
    /// says that it is missing.
    pub fn of(&self, container: &Value) -> Program {
        let image = container["image"].as_str().unwrap_or_default();
        let mut program = self
            .by_image
            .get(image)
            .cloned()
            .unwrap_or_else(|| unknown(image));
        if let Some(ends) = ends(container) {
            program.ends = Some(ends);
        }
        program
    }
}

fn unknown(image: &str) -> Program {
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    if [
        "missing",
        "nope",
        "not-there",
        "doesnotexist",
        "does-not-exist",
    ]
    .contains(&tag)
    {
        return Program {
            pull: Pull::Fails(not_found(image)),
            ..Program::default()
        };
    }
    Program::default()
}

/// What containerd says of an image that a registry does not have.
pub fn not_found(image: &str) -> String {
    let full = if image
        .split('/')
        .next()
        .is_some_and(|host| host.contains('.'))
    {
        image.to_owned()
    } else if image.contains('/') {
        format!("docker.io/{image}")
    } else {
        format!("docker.io/library/{image}")
    };
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": {full}: not found"
    )
}

/// `sleep 30`, `exit 1` or both in a shell's command.
fn ends(container: &Value) -> Option<(u32, u32, Exit)> {
    let words = ["command", "args"]
        .into_iter()
        .filter_map(|field| container[field].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ';' || c == '&'))
        .filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        Some(words.get(at + 1).and_then(|word| word.parse::<i32>().ok()))
    };
    let sleeps = after("sleep");
    let exits = after("exit");
    if sleeps.is_none() && exits.is_none() {
        return None;
    }
    let seconds = match sleeps {
        // `sleep infinity`
        Some(None) => return None,
        Some(Some(seconds)) => u32::try_from(seconds).unwrap_or(0),
        None => 0,
    };
    Some((seconds, seconds, Exit::Code(exits.flatten().unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn commands_are_obeyed() {
        let programs = Programs::default();
        for (command, ends) in [
            (
                json!(["sh", "-c", "sleep 30; exit 3"]),
                Some((30, 30, Exit::Code(3))),
            ),
            (json!(["sleep", "5"]), Some((5, 5, Exit::Code(0)))),
            (json!(["sh", "-c", "exit 1"]), Some((0, 0, Exit::Code(1)))),
            (json!(["sleep", "infinity"]), None),
            (json!(["nginx"]), None),
        ] {
            let container = json!({"image": "busybox:1.37", "command": command});
            assert_eq!(programs.of(&container).ends, ends, "{container}");
        }
    }

    #[test]
    fn an_image_can_be_missing() {
        let programs = Programs::default();
        let Pull::Fails(error) = programs.of(&json!({"image": "nginx:nope"})).pull else {
            unreachable!("the tag says so");
        };
        assert!(
            error.ends_with("docker.io/library/nginx:nope: not found"),
            "{error}"
        );
    }
}
