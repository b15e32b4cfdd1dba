//! The table under 200 changed pods a second: how soon a change is on screen, what frames cost meanwhile.
//!
//! Each change writes a word of its own into a pod's status, which the table shows. An observer in the page notes when the
//! word stands in the document.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use control_plane::{ControlPlane, load};
use desktop::Window;
use serde_json::{Value, json};

use crate::desk;
use crate::figures::{median, percentile};
use crate::report::{Line, Report};

/// Changed pods a second.
const RATE: u32 = 200;
/// Every so many changes hit a pod on screen.
const VISIBLE: usize = 8;
/// How long each part lasts.
const PART: Duration = Duration::from_secs(12);
/// The first changes meet connections that are not open yet.
const WARM: usize = 100;

const SCRIPT: &str = include_str!("churn.js");

/// What was seen of one window, times in ms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Churned {
    /// From the server's answer to the change, to the document.
    from_answer: Vec<f64>,
    /// From asking for the change, to the document.
    from_request: Vec<f64>,
    /// From the notice in the page to the document, as the page itself tells.
    from_notice: Vec<f64>,
    /// Script of each frame while scrolling, sorting and filtering.
    frames: Vec<f64>,
    /// Between frames at that time.
    intervals: Vec<f64>,
    /// Changes a second that were really made.
    rate: f64,
}

impl Churned {
    /// Script of each frame, ms.
    pub(crate) fn frames(&self) -> &[f64] {
        &self.frames
    }

    /// From the server's answer to a change to the document, ms.
    pub(crate) fn delays(&self) -> &[f64] {
        &self.from_answer
    }
}

/// Times in ms since the epoch: asked, answered.
type Sent = BTreeMap<String, (f64, f64)>;

/// Measures one window that shows all pods in their own order.
pub(crate) fn churn(
    plane: &ControlPlane,
    window: &Window,
    names: &[(String, String)],
) -> Result<Churned, String> {
    let visible = desk::visible(window);
    if visible.is_empty() {
        return Err("no row is visible".to_owned());
    }
    let rest = |index: usize| &names[index * 7_919 % names.len()];
    let pod = |index: usize| {
        if index.is_multiple_of(VISIBLE) {
            &visible[index / VISIBLE % visible.len()]
        } else {
            rest(index)
        }
    };
    let mut churned = Churned::default();
    let (quiet, sent) = under_churn(plane, pod, || ask(window, "arrivals"))?;
    churned.from_notice = desk::numbers(&quiet["latencies"]);
    for (word, seen) in quiet["seen"].as_object().into_iter().flatten() {
        if let (Some((asked, answered)), Some(seen)) = (sent.get(word), seen.as_f64()) {
            churned.from_request.push(seen - asked);
            churned.from_answer.push(seen - answered);
        }
    }
    churned.rate = sent.len() as f64 / PART.as_secs_f64();
    let (busy, _) = under_churn(plane, pod, || ask(window, "frames"))?;
    churned.frames = desk::numbers(&busy["frames"]);
    churned.intervals = desk::numbers(&busy["intervals"]);
    Ok(churned)
}

fn ask(window: &Window, part: &str) -> Result<Value, String> {
    let script = format!("{SCRIPT}\nreturn await {part}(arguments[0]);");
    let milliseconds = u32::try_from(PART.as_millis()).unwrap_or(u32::MAX);
    window
        .promise(&script, &[json!(milliseconds)])
        .map_err(|reason| format!("in the page: {reason}"))
}

/// Changes pods at the rate for as long as `watch` takes; its answer and the changes made.
fn under_churn<'a>(
    plane: &ControlPlane,
    pod: impl Fn(usize) -> &'a (String, String) + Sync,
    watch: impl FnOnce() -> Result<Value, String>,
) -> Result<(Value, Sent), String> {
    let over = AtomicBool::new(false);
    let sent = Mutex::new(Sent::new());
    let start = Instant::now();
    let change = |index: usize| {
        let due = start + Duration::from_secs(1) / RATE * u32::try_from(index).unwrap_or(u32::MAX);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if over.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (namespace, name) = pod(index);
        let word = format!("Word{index}");
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/status");
        let asked = now_ms();
        plane
            .client()
            .merge_patch(&path, &json!({"status": {"reason": word}}))?;
        let times = (asked, now_ms());
        if index >= WARM {
            sent.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .insert(word, times);
        }
        Ok(())
    };
    // Enough for longer than it can take.
    let most = RATE as usize * 60;
    let (seen, made) = thread::scope(|scope| {
        let making = scope.spawn(|| load::each(most, change));
        let seen = watch();
        over.store(true, Ordering::Relaxed);
        (seen, making.join())
    });
    made.map_err(|_| "changing pods failed")?
        .map_err(|error| error.to_string())?;
    Ok((
        seen?,
        sent.into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner),
    ))
}

fn now_ms() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
        * 1e3
}

/// Tells the figures of all windows together.
pub(crate) fn tell(all: &[Churned], report: &mut Report) {
    let joined =
        |part: fn(&Churned) -> &Vec<f64>| all.iter().flat_map(part).copied().collect::<Vec<f64>>();
    let medians = |part: fn(&Churned) -> &Vec<f64>| {
        median(&all.iter().map(|one| median(part(one))).collect::<Vec<_>>())
    };
    let rate = median(&all.iter().map(|one| one.rate).collect::<Vec<_>>());
    let answers = joined(|one| &one.from_answer);
    let event = medians(|one| &one.from_answer);
    report.line(Line {
        what: format!("change of a pod to DOM, median at {rate:.0} changed pods/s"),
        ours: format!(
            "{event:.0} ms (95 %: {:.0} ms, {} changes seen)",
            percentile(&answers, 0.95),
            answers.len()
        ),
        target: "≤ 100 ms".to_owned(),
        met: Some(event <= 100.0 && !answers.is_empty()),
        ..Line::default()
    });
    let note = format!(
        "Change to DOM counts from the server's answer to the patch; from sending the patch the median is {:.0} ms, from the \
         notice in the page {:.0} ms.",
        medians(|one| &one.from_request),
        medians(|one| &one.from_notice)
    );
    let frames = joined(|one| &one.frames);
    let script = percentile(&frames, 0.95);
    report.line(Line {
        what: "script a frame while scrolling, sorting, filtering under that churn, 95 %"
            .to_owned(),
        ours: format!(
            "{script:.1} ms (median {:.1} ms, {} frames)",
            median(&frames),
            frames.len()
        ),
        target: "≤ 8 ms".to_owned(),
        met: Some(script <= 8.0 && !frames.is_empty()),
        ..Line::default()
    });
    let intervals = joined(|one| &one.intervals);
    report.line(Line {
        what: "interval of frames meanwhile (painting without a GPU)".to_owned(),
        ours: format!(
            "median {:.0} ms, 95 %: {:.0} ms",
            median(&intervals),
            percentile(&intervals, 0.95)
        ),
        ..Line::default()
    });
    report.note(note);
}
