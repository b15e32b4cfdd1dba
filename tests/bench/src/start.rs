//! How long a start takes until something is painted, and how large the program is.

use std::time::Duration;

use desktop::Window;

use crate::figures::{bytes, median, time};
use crate::options::Options;
use crate::processes;
use crate::report::{Line, Report};

const LIMIT: f64 = 1.0;

/// Seconds from the process's beginning to the page's first contentful paint, as the webview tells.
pub(crate) fn first_paint(window: &Window) -> Result<f64, String> {
    let painted = window.until(
        "the first paint",
        "const paint = performance.getEntriesByName('first-contentful-paint')[0];
         return paint && performance.timeOrigin + paint.startTime",
        &[],
    );
    let painted = painted.as_f64().ok_or("the first paint has no time")? / 1e3;
    let began = processes::began(window.process()).ok_or("the program is gone")?;
    Ok(painted - began.as_secs_f64())
}

/// Tells the times of all starts.
pub(crate) fn tell(starts: &[f64], report: &mut Report) {
    let start = median(starts);
    report.line(Line {
        what: "start to first contentful paint".to_owned(),
        ours: time(start),
        target: "≤ 1 s".to_owned(),
        met: Some(start <= LIMIT),
        ..Line::default()
    });
}

/// Tells the size of the program's file.
pub(crate) fn size(options: &Options, report: &mut Report) -> Result<(), String> {
    let file = std::fs::metadata(&options.program).map_err(|error| error.to_string())?;
    report.line(Line {
        what: "size of the program".to_owned(),
        ours: bytes(file.len() as f64),
        ..Line::default()
    });
    Ok(())
}

/// How long a window is left alone before it is measured.
pub(crate) const SETTLED: Duration = Duration::from_secs(20);
