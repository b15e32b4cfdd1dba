//! Prints what sorting, filtering and flushing 50,000 rows of 12 columns costs:
//! `cargo run --release -p table --example timing`.

#![allow(clippy::disallowed_methods)] // a stopwatch needs a clock

use std::time::{Duration, Instant};
use table::{Cell, Filter, Row, RowId, Rows, Sort, SortKey, View};

const ROWS: u32 = 50_000;
const COLUMNS: usize = 12;
const NOW_MS: i64 = 1_800_000_000_000;

/// About what a pod's row keeps.
struct Pod {
    namespace: Box<str>,
    name: Box<str>,
    node: Box<str>,
    status: Box<str>,
    restarts: u32,
    created_ms: i64,
    cpu: f64,
}

fn pod(n: u32) -> Pod {
    // A fixed scramble, so that no column arrives sorted.
    let noise = n.wrapping_mul(2_654_435_761);
    Pod {
        namespace: format!("team-{}", noise % 40).into(),
        name: format!("checkout-{:08x}-{:05x}", noise % 900, noise >> 12).into(),
        node: format!("worker-{}.eu-central-1.compute.internal", noise % 200).into(),
        status: if noise.is_multiple_of(20) {
            "CrashLoopBackOff"
        } else {
            "Running"
        }
        .into(),
        restarts: noise % 7,
        created_ms: NOW_MS - i64::from(noise % 10_000_000) * 1000,
        cpu: f64::from(noise % 4000) / 1000.0,
    }
}

impl Row for Pod {
    fn identity(&self) -> (&str, &str) {
        (&self.namespace, &self.name)
    }
    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        match column {
            0 => Cell::plain(&*self.namespace),
            1 => Cell::plain(&*self.name),
            2 => Cell::plain("1/1"),
            3 => Cell::plain(&*self.status),
            4 => Cell::plain(self.restarts.to_string()),
            5 => Cell::plain(format!("{}d", (now_ms - self.created_ms) / 86_400_000)),
            6 => Cell::plain("10.0.12.34"),
            7 => Cell::plain(&*self.node),
            8 => Cell::plain(format!("{:.0}m", self.cpu * 1000.0)),
            9 => Cell::plain("213Mi"),
            _ => Cell::plain("<none>"),
        }
    }
    fn text(&self, column: usize, now_ms: i64, out: &mut String) {
        use std::fmt::Write;
        let written = match column {
            0 => out.write_str(&self.namespace),
            1 => out.write_str(&self.name),
            2 => out.write_str("1/1"),
            3 => out.write_str(&self.status),
            4 => write!(out, "{}", self.restarts),
            5 => write!(out, "{}d", (now_ms - self.created_ms) / 86_400_000),
            6 => out.write_str("10.0.12.34"),
            7 => out.write_str(&self.node),
            8 => write!(out, "{:.0}m", self.cpu * 1000.0),
            9 => out.write_str("213Mi"),
            _ => out.write_str("<none>"),
        };
        written.expect("a String takes all text");
    }
    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => SortKey::Text((&*self.namespace).into()),
            1 => SortKey::Text((&*self.name).into()),
            3 => SortKey::Text((&*self.status).into()),
            4 => SortKey::Int(self.restarts.into()),
            5 => SortKey::Int(self.created_ms),
            7 => SortKey::Text((&*self.node).into()),
            8 => SortKey::Float(self.cpu),
            _ => SortKey::Absent,
        }
    }
}

/// The best of fifteen runs: what it costs when nothing else wants the processor.
fn best(mut run: impl FnMut() -> Duration) -> Duration {
    (0..15).map(|_| run()).min().unwrap_or_default()
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn main() {
    let mut rows = Rows::default();
    let put = timed(|| {
        for n in 0..ROWS {
            rows.put(pod(n));
        }
    });
    println!("{:<44}{put:>12.2?}  ({} distinct)", "put all", rows.len());

    let by = |column| {
        vec![Sort {
            column,
            descending: false,
        }]
    };
    for (what, sort) in [
        ("sort: namespace, name", Vec::new()),
        ("sort: name", by(1)),
        ("sort: status (2 values)", by(3)),
        ("sort: age", by(5)),
        ("sort: node (200 values)", by(7)),
        ("sort: status, then cpu", [by(3), by(8)].concat()),
    ] {
        let mut view = View::new(COLUMNS, sort, Filter::default());
        let time = best(|| {
            view.mark_all();
            timed(|| assert!(view.flush(&rows, NOW_MS) || view.is_empty()))
        });
        println!("{what:<44}{time:>12.2?}");
    }
    for text in [
        "check",
        "zzz",
        "crash worker-7.",
        "!running",
        "!zzz !yyy 213mi",
    ] {
        let mut view = View::new(COLUMNS, Vec::new(), words(text));
        let time = best(|| {
            view.mark_all();
            timed(|| assert!(view.flush(&rows, NOW_MS) || view.is_empty()))
        });
        println!(
            "{:<44}{time:>12.2?}  ({} rows)",
            format!("filter and sort: {text}"),
            view.len()
        );
        let filter = words(text);
        let mut matcher = table::Matcher::new(&filter, COLUMNS, NOW_MS);
        let time = best(|| {
            timed(|| {
                std::hint::black_box(rows.iter().filter(|(_, row)| matcher.matches(*row)).count());
            })
        });
        println!("{:<44}{time:>12.2?}", format!("filter alone: {text}"));
    }
    for (what, sort, dirty) in [
        ("flush of 200 dirty, by name", by(1), 200),
        ("flush of 200 dirty, by cpu", by(8), 200),
        ("flush of 1,000 dirty, by cpu", by(8), 1000),
        ("flush of 10,000 dirty, by cpu", by(8), 10_000),
        ("flush of 1 dirty, by cpu", by(8), 1),
    ] {
        let mut view = View::new(COLUMNS, sort, Filter::default());
        view.flush(&rows, NOW_MS);
        let mut step = 0;
        let time = best(|| {
            for n in 0..dirty {
                step += 1;
                let id = RowId((n * 241 + step) % u32::try_from(rows.len()).expect("few rows"));
                if let Some(row) = rows.get_mut(id) {
                    row.cpu = f64::from((step * 7919) % 4000) / 1000.0;
                }
                view.mark(id);
            }
            timed(|| assert!(view.flush(&rows, NOW_MS) || view.is_empty()))
        });
        println!("{what:<44}{time:>12.2?}");
    }
}

/// A filter of plain words.
fn words(text: &str) -> Filter {
    Filter::parse(text, &table::Vocabulary::default()).expect("words are always a filter")
}
