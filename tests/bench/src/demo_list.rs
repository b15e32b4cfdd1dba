//! How long the demo cluster takes to list the pods that a real API server lists, in the same run.

use std::net::SocketAddr;
use std::time::Duration;

use cluster_tests::Plane;
use control_plane::ControlPlane;
use demo::store::Key;
use tokio::runtime::Runtime;

use crate::backend::open_pods;
use crate::bare_list;
use crate::figures::{bytes, median, seconds, time};
use crate::options::Options;
use crate::report::{Line, Report};

/// Times of one of the two.
#[derive(Default)]
struct Times {
    /// All pods as JSON, read and thrown away.
    bare: Vec<Duration>,
    bytes: u64,
    /// Until every record is there and the watch is proven live.
    live: Vec<Duration>,
}

/// Measures both in turn, as often as asked for.
pub(crate) fn measure(
    real: &ControlPlane,
    options: &Options,
    report: &mut Report,
) -> Result<(), String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let plane = Plane::demo_bare();
    let Plane::Demo(demo) = &plane else {
        return Err("that is a demo cluster".to_owned());
    };
    plane.halt_simulation();
    let listed = real.client().get(bare_list::PODS);
    let mut listed = listed.map_err(|error| error.to_string())?;
    let pods = listed["items"].take();
    let pods = pods.as_array().cloned().unwrap_or_default();
    demo.served().with(|world| {
        for pod in pods {
            let text = |field: &str| pod["metadata"][field].as_str().unwrap_or_default();
            let key = Key::new("pods", text("namespace"), text("name"));
            // As an API server keeps them: the kind is the list's.
            world.store.put(key, pod);
        }
    });
    let direct = SocketAddr::from(([127, 0, 0, 1], real.port()));
    let (mut theirs, mut ours) = (Times::default(), Times::default());
    for _ in 0..options.runs {
        let (took, size) = runtime.block_on(bare_list::time(real, direct))?;
        theirs.bare.push(took);
        theirs.bytes = size;
        let stream = demo.served().connect();
        let (took, size) = runtime.block_on(bare_list::time_in_memory(stream))?;
        ours.bare.push(took);
        ours.bytes = size;
        for (times, file) in [
            (&mut theirs, real.kubeconfig()),
            (&mut ours, plane.kubeconfig()),
        ] {
            let opening = runtime.block_on(open_pods(&file, options.pods))?;
            times.live.push(opening.live);
        }
    }
    tell(report, &ours, &theirs);
    Ok(())
}

fn tell(report: &mut Report, ours: &Times, theirs: &Times) {
    type Part = fn(&Times) -> &[Duration];
    let parts: [(&str, Part); 2] = [
        ("bare list", |times| &times.bare),
        ("records and live watch", |times| &times.live),
    ];
    for (what, part) in parts {
        let [own, peer] = [ours, theirs].map(|times| median(&seconds(part(times))));
        report.line(Line {
            what: format!("demo cluster: {what}"),
            ours: time(own),
            peer: format!("real API server {}", time(peer)),
            ratio: format!("{:.2}", own / peer),
            target: "≤ 2 ×".to_owned(),
            met: Some(own <= 2.0 * peer),
        });
    }
    report.line(Line {
        what: "demo cluster: bytes of the bare list".to_owned(),
        ours: bytes(ours.bytes as f64),
        peer: format!("real API server {}", bytes(theirs.bytes as f64)),
        ratio: format!("{:.2}", ours.bytes as f64 / theirs.bytes.max(1) as f64),
        ..Line::default()
    });
}
