//! Measures the release build against what people use today, and prints the README's table.
//!
//! `cargo xtask bench` builds everything and runs this. Arguments name the parts to measure (`engine`, `listing`, `window`, `scale`);
//! none is all but `scale`, which takes a quarter of an hour by itself. Environment: `BENCH_PODS` (10000), `BENCH_RUNS` (5), `BENCH_IDLE_SECONDS` (60), `BENCH_DIVISOR` (1: `scale` whole), `SCALESCOPE_BINARY` (the
//! release build of the program, else the one in `target/release`).
#![allow(clippy::print_stdout)] // its output is its purpose

mod backend;
mod bare_list;
mod churn;
mod commands;
mod demo_list;
mod desk;
mod engine;
mod figures;
mod forecast;
mod idle;
mod k9s;
mod listing;
mod load;
mod memory;
mod options;
mod processes;
mod relabel;
mod report;
mod scale;
mod start;
mod window_runs;

use std::process::ExitCode;

use control_plane::ControlPlane;
use options::{Options, Part};
use report::Report;

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<(), String> {
    let options = Options::from_environment()?;
    let asked = |part| options.parts.contains(&part);
    let mut report = Report::begin(&options);
    if asked(Part::Engine) {
        engine::measure(&options, &mut report)?;
        forecast::measure(&mut report)?;
    }
    if asked(Part::Listing) {
        // Scraping 10,000 pods would take from every client's time what nobody measures.
        let plane = full_plane(&options, false)?;
        listing::measure(&plane, &options, &mut report)?;
        demo_list::measure(&plane, &options, &mut report)?;
    }
    if asked(Part::Window) {
        start::size(&options, &mut report)?;
        let plane = full_plane(&options, true)?;
        window_runs::measure(&plane, &options, &mut report)?;
    }
    if asked(Part::Scale) {
        scale::measure(&options, &mut report)?;
    }
    report.end()
}

/// A control plane with all the pods.
fn full_plane(options: &Options, metrics: bool) -> Result<ControlPlane, String> {
    load::plane(options.pods, options.nodes(), metrics)
}
