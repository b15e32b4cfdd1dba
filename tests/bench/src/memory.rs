//! What many pods cost in memory, beside few.

use crate::figures::{bytes, median};
use crate::options::FEW;
use crate::processes::Memory;
use crate::report::{Line, Report};

const PROGRAM: f64 = 15e6;
const WEBVIEW: f64 = 5e6;

/// One part of a memory.
type Part = fn(&Memory) -> f64;

/// Tells the differences.
pub(crate) fn tell(many: &[Memory], few: &[Memory], pods: usize, report: &mut Report) {
    let parts: [(&str, Part, f64); 2] = [
        ("the program itself", |one| one.program, PROGRAM),
        ("the webview's processes", |one| one.webview, WEBVIEW),
    ];
    for (what, part, limit) in parts {
        let of = |memories: &[Memory]| median(&memories.iter().map(part).collect::<Vec<_>>());
        let (with, without) = (of(many), of(few));
        let more = with - without;
        report.line(Line {
            what: format!("memory (PSS) of {what}, {pods} pods above {FEW}"),
            ours: format!("{} ({} − {})", bytes(more), bytes(with), bytes(without)),
            target: format!("≤ {}", bytes(limit)),
            met: Some(more <= limit),
            ..Line::default()
        });
    }
}
