//! CPU while nothing changes: ages tick, usage is polled.

use std::thread;
use std::time::{Duration, Instant};

use desktop::Window;

use crate::figures::median;
use crate::options::FEW;
use crate::processes::CpuClock;
use crate::report::{Line, Report};

const LIMIT: f64 = 0.01;

/// Shares of a core used by the program and by its webview over `span`.
pub(crate) fn watch(window: &Window, span: Duration) -> (f64, f64) {
    let clock = CpuClock::start(window.process());
    let start = Instant::now();
    thread::sleep(span);
    let (program, webview) = clock.seconds();
    let took = start.elapsed().as_secs_f64();
    (program / took, webview / took)
}

/// Tells the shares with many pods and with few. The limit is held against the whole, not against the difference.
pub(crate) fn tell(shares: &[(f64, f64)], few: &[(f64, f64)], pods: usize, report: &mut Report) {
    let of = |part: fn(&(f64, f64)) -> f64| median(&shares.iter().map(part).collect::<Vec<_>>());
    let whole = of(|(program, webview)| program + webview);
    let with_few = median(
        &few.iter()
            .map(|(program, webview)| program + webview)
            .collect::<Vec<_>>(),
    );
    report.line(Line {
        what: format!("CPU of all processes, idle with {pods} pods shown"),
        ours: format!(
            "{:.2} % of a core (program {:.2}, webview {:.2})",
            whole * 100.0,
            of(|share| share.0) * 100.0,
            of(|share| share.1) * 100.0
        ),
        peer: format!("with {FEW} pods {:.2} %", with_few * 100.0),
        target: "< 1 %".to_owned(),
        met: Some(whole < LIMIT),
        ..Line::default()
    });
}
