//! CPU for a burst: a thousand pods relabelled at once.
//!
//! The status of each changes with its label, by the same request, so that the arrival of every single change can be seen
//! in the table: labels are no column.

use std::thread;
use std::time::Duration;

use control_plane::{ControlPlane, load};
use desktop::Window;
use serde_json::json;

use crate::desk;
use crate::figures::{median, time};
use crate::processes::CpuClock;
use crate::report::{Line, Report};

/// Pods relabelled.
pub(crate) const PODS: usize = 1_000;
const LIMIT: f64 = 1.0;
/// From the last request to the end of the measurement: everything is long on screen.
const REST: Duration = Duration::from_secs(2);

/// Relabels the first pods of `names`; CPU seconds of all processes until every change has arrived.
pub(crate) fn relabel(
    plane: &ControlPlane,
    window: &Window,
    names: &[(String, String)],
    run: usize,
) -> Result<f64, String> {
    let changed = &names[..PODS.min(names.len())];
    let word = format!("Relabelled{run}");
    let clock = CpuClock::start(window.process());
    patch_all(plane, changed, Some(&word))?;
    thread::sleep(REST);
    let (program, webview) = clock.seconds();
    desk::filter(window, &word);
    desk::until_rows(window, Duration::from_secs(5), changed.len());
    desk::filter(window, "");
    patch_all(plane, changed, None)?;
    desk::until_rows(window, Duration::from_secs(5), names.len());
    Ok(program + webview)
}

fn patch_all(
    plane: &ControlPlane,
    pods: &[(String, String)],
    word: Option<&str>,
) -> Result<(), String> {
    let change = json!({"metadata": {"labels": {"relabelled": word}}, "status": {"reason": word}});
    load::each(pods.len(), |index| {
        let (namespace, name) = &pods[index];
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/status");
        plane.client().merge_patch(&path, &change).map(drop)
    })
    .map_err(|error| error.to_string())
}

/// Tells the CPU times.
pub(crate) fn tell(times: &[f64], report: &mut Report) {
    let spent = median(times);
    report.line(Line {
        what: format!(
            "CPU of all processes for {PODS} pods relabelled at once; every change arrived"
        ),
        ours: time(spent),
        target: "< 1 s".to_owned(),
        met: Some(spent < LIMIT),
        ..Line::default()
    });
}
