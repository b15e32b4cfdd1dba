//! The real window, opened again and again: with many pods and with few, in turn.

use std::thread;

use control_plane::ControlPlane;
use desktop::Window;
use tokio::runtime::Runtime;

use crate::options::{FEW, Options};
use crate::report::Report;
use crate::start::SETTLED;
use crate::{bare_list, churn, desk, idle, load, memory, processes, relabel, start};

/// Opens the windows, measures each, tells the medians.
pub(crate) fn measure(
    plane: &ControlPlane,
    options: &Options,
    report: &mut Report,
) -> Result<(), String> {
    let small = load::plane(FEW, options.nodes(), true)?;
    let names = Runtime::new()
        .map_err(|error| error.to_string())?
        .block_on(bare_list::names(plane))?;
    let (mut starts, mut many, mut few) = (Vec::new(), Vec::new(), Vec::new());
    let (mut shares, mut shares_of_few) = (Vec::new(), Vec::new());
    let (mut relabelled, mut churned) = (Vec::new(), Vec::new());
    for run in 1..=options.runs {
        let window = Window::open(&small.kubeconfig());
        starts.push(start::first_paint(&window)?);
        desk::connect(&window, FEW);
        thread::sleep(SETTLED);
        few.push(processes::memory(window.process()));
        shares_of_few.push(idle::watch(&window, options.idle));
        drop(window);

        let window = desk::with_pods(&plane.kubeconfig(), options.pods);
        thread::sleep(SETTLED);
        many.push(processes::memory(window.process()));
        shares.push(idle::watch(&window, options.idle));
        relabelled.push(relabel::relabel(plane, &window, &names, run)?);
        churned.push(churn::churn(plane, &window, &names)?);
        eprintln!(
            "run {run}: start {:?}, {:?} above {:?}, idle {:?}, relabelling {:?}",
            starts.last(),
            many.last(),
            few.last(),
            shares.last(),
            relabelled.last()
        );
    }
    start::tell(&starts, report);
    memory::tell(&many, &few, options.pods, report);
    idle::tell(&shares, &shares_of_few, options.pods, report);
    relabel::tell(&relabelled, report);
    churn::tell(&churned, report);
    Ok(())
}
