//! The scaling engine beside upstream's controller: processor time of a decision on the same situations.

use std::hint::black_box;

use oracle::hpa::{self, Timed};
use oracle::run::Batch;
use rustix::time::{ClockId, clock_gettime};
use scaling::hpa::situation::Situation;
use scaling::hpa::{decide, pass};

use crate::figures::median;
use crate::options::Options;
use crate::report::{Line, Report};

/// Situations of each run; each run has its own.
const SITUATIONS: u64 = 20_000;
/// So many are made before they are decided, here and in upstream's test (`together` in `oracle_test.go`): as many as a cluster has.
const TOGETHER: usize = 100;
const LIMIT: f64 = 0.1;

/// Processor seconds of a decision.
struct Times {
    upstream: f64,
    /// The same as upstream: size, status, events, memory.
    pass: f64,
    /// With everything that explains it.
    reasons: f64,
}

/// Decides random situations with upstream's code and with ours.
pub(crate) fn measure(options: &Options, report: &mut Report) -> Result<(), String> {
    let times: Vec<Times> = (1..)
        .take(options.runs)
        .map(run)
        .collect::<Result<_, _>>()?;
    let of = |part: fn(&Times) -> f64| median(&times.iter().map(part).collect::<Vec<_>>());
    let upstream = of(|times| times.upstream);
    let mut tell = |what: &str, ours: f64, ratio: f64, is_aim: bool| {
        report.line(Line {
            what: what.to_owned(),
            ours: micro(ours),
            peer: format!("upstream's controller {}", micro(upstream)),
            ratio: format!("{ratio:.2}"),
            target: if is_aim {
                format!("≤ {LIMIT} ×")
            } else {
                String::new()
            },
            met: is_aim.then_some(ratio <= LIMIT),
        });
    };
    tell(
        "processor time of an HPA decision, as upstream makes it",
        of(|times| times.pass),
        of(|times| times.pass / times.upstream),
        true,
    );
    tell(
        "the same with reasons, holds, next change and findings",
        of(|times| times.reasons),
        of(|times| times.reasons / times.upstream),
        false,
    );
    Ok(())
}

/// `12.3 µs`
fn micro(seconds: f64) -> String {
    format!("{:.1} µs", seconds * 1e6)
}

fn run(seed: u64) -> Result<Times, String> {
    let batch = Batch {
        test: "TestSpeed",
        seed,
        first: 0,
        count: SITUATIONS,
    };
    let program = hpa::fast_program().map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    batch
        .run(&program, None, |text| lines.push(text.to_owned()))
        .map_err(|error| error.to_string())?;
    // Only now, so that neither is measured while the other works.
    let mut sums = Times {
        upstream: 0.0,
        pass: 0.0,
        reasons: 0.0,
    };
    let mut all = 0usize;
    for lines in lines.chunks(TOGETHER) {
        let mut situations = Vec::with_capacity(TOGETHER);
        for text in lines {
            if let Ok(line) = serde_json::from_str::<Timed>(text) {
                situations.push(line.situation);
                sums.upstream = line.nanoseconds as f64 / 1e9;
            }
        }
        sums.add(&situations);
        all += situations.len();
    }
    if all as u64 != SITUATIONS {
        return Err(format!("{all} of {SITUATIONS} situations were made"));
    }
    let all = all as f64;
    Ok(Times {
        upstream: sums.upstream / all,
        pass: sums.pass / all,
        reasons: sums.reasons / all,
    })
}

impl Times {
    /// Decides some situations soon after they were made, as upstream does: neither finds them all in the processor's caches.
    fn add(&mut self, situations: &[Situation]) {
        let start = spent();
        for situation in situations {
            drop(black_box(pass(situation)));
        }
        let passed = spent();
        for situation in situations {
            drop(black_box(decide(situation)));
        }
        self.pass += passed - start;
        self.reasons += spent() - passed;
    }
}

/// Processor time of this thread in seconds: other programs do not count.
fn spent() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
