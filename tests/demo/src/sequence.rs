//! Sequences of requests, as their files hold them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// One conversation with a server, in a namespace of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// What is shown, in words. Unique; the namespace is named after it.
    pub name: String,
    /// What is asked, in order.
    pub steps: Vec<Step>,
    /// Stem of the file that holds it.
    #[serde(skip)]
    pub file: String,
}

/// One request, or the reading of a watch that is open.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Method and path. `core/pods` stands for the collection in the sequence's namespace ([`Sequence::path`]);
    /// `${2.metadata.name}` for what the second step answered.
    #[serde(rename = "do")]
    pub request: String,
    /// `Accept`; `table` and `metadata` stand for the forms of kubectl and of controllers.
    pub accept: Option<String>,
    /// `Content-Type`; `json`, `merge`, `strategic` and `apply` stand for patches of that kind. Merge if absent.
    #[serde(rename = "type")]
    pub content_type: Option<String>,
    /// `User-Agent`, what field managers are named after.
    pub agent: Option<String>,
    /// The body.
    pub body: Option<Value>,
    /// A JSON merge patch on `body`.
    pub with: Option<Value>,
    /// The body as text, where it is no JSON.
    pub raw: Option<String>,
    /// The request is a watch, of which so many events are read.
    pub events: Option<Events>,
    /// The watch of this name is opened and left open.
    pub open: Option<String>,
    /// Events are read from the open watch of this name; no request is made.
    pub read: Option<String>,
    /// The request is made again until this code is answered: for what a real server does by and by.
    pub until: Option<u16>,
    /// Whether the answer is of no interest.
    pub silent: bool,
    /// Of lists in the answer, by the list's field, only items of these names are of interest.
    pub keep: Option<Value>,
    /// History up to this revision is forgotten; no request is made.
    pub compact: Option<String>,
}

/// How much of a watch is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Events {
    /// So many events, whether more would come or not.
    Count(usize),
    /// `all`: until the server ends it.
    All(All),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum All {
    /// `all`.
    All,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Objects that sequences of the file name by YAML anchors.
    #[serde(default)]
    #[allow(dead_code, reason = "only anchors are taken from it")]
    objects: Value,
    sequences: Vec<Sequence>,
}

impl Sequence {
    /// All sequences of all files, in order of the files' names. Panics where a file is wrong, as it is part of a test.
    pub fn all() -> Vec<Self> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder("sequences"))
            .expect("the folder of sequences is there")
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
            .collect();
        paths.sort();
        let mut all = Vec::new();
        let mut namespaces = BTreeSet::new();
        for path in paths {
            let text = fs::read_to_string(&path).expect("a file of sequences can be read");
            let mut options = serde_saphyr::Options::default();
            options.strict_booleans = true;
            let file: File = serde_saphyr::from_str_with_options(&text, options)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            for mut sequence in file.sequences {
                sequence.file = stem.clone().into_owned();
                assert!(
                    sequence.namespace().matches('-').count() > 1,
                    "{:?} is too short: its namespace must be found in texts",
                    sequence.name
                );
                assert!(
                    namespaces.insert(sequence.namespace()),
                    "two sequences are named {:?}, or nearly so",
                    sequence.name
                );
                all.push(sequence);
            }
        }
        all
    }

    /// Name of its namespace.
    pub fn namespace(&self) -> String {
        let words = self
            .name
            .to_lowercase()
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        words
            .chars()
            .take(63)
            .collect::<String>()
            .trim_end_matches('-')
            .to_owned()
    }

    /// Whether history is forgotten in it, which others must not meet.
    pub fn is_alone(&self) -> bool {
        self.steps.iter().any(|step| step.compact.is_some())
    }

    /// The whole path of what a step names: `core/pods`, `apps/deployments/web`, or anything from `/` on.
    pub fn path(&self, written: &str) -> String {
        if written.starts_with('/') {
            return written.to_owned();
        }
        let (group, rest) = written.split_once('/').unwrap_or((written, ""));
        let group = match group {
            "core" => "/api/v1",
            "apps" => "/apis/apps/v1",
            "batch" => "/apis/batch/v1",
            "autoscaling" => "/apis/autoscaling/v2",
            "policy" => "/apis/policy/v1",
            "networking" => "/apis/networking.k8s.io/v1",
            "discovery" => "/apis/discovery.k8s.io/v1",
            "rbac" => "/apis/rbac.authorization.k8s.io/v1",
            "coordination" => "/apis/coordination.k8s.io/v1",
            other => panic!("no group is named {other}"),
        };
        format!("{group}/namespaces/{}/{rest}", self.namespace())
    }
}

/// A folder of this crate.
pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}
