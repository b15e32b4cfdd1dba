//! A cluster of the largest size: what lists, frames, memory and searching cost there.

mod world;

use std::time::{Duration, Instant};

use control_plane::ControlPlane;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use world::Sizes;

use crate::backend::{Backend, open_pods};
use crate::figures::{bytes, median, percentile, seconds, time};
use crate::options::Options;
use crate::processes::{self, Memory};
use crate::report::{Line, Report};
use crate::start::SETTLED;
use crate::{bare_list, churn, commands, desk};

/// The first measurement has this part of the pods; the last is compared with it.
const FIRST: usize = 5;
/// What is allowed for memory to grow by, of what it would at the rate of the first pods.
const LINEAR: f64 = 1.25;
/// Opening and closing of views: an hour's worth at one in ten seconds.
const VIEWS: usize = 360;
/// How long a table's watch outlives its last view, and some.
const GRACE: Duration = Duration::from_secs(34);

/// One size of the cluster, measured.
struct Size {
    pods: usize,
    memory: Memory,
    churned: churn::Churned,
}

/// Writes the cluster in two steps and measures at both.
pub(crate) fn measure(options: &Options, report: &mut Report) -> Result<(), String> {
    let sizes = Sizes::whole(options.divisor);
    let first = sizes.pods / FIRST;
    let plane = world::still()?;
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    world::namespaces(&plane, 0..sizes.pod_namespaces)?;
    world::nodes(&plane, sizes)?;
    world::pods(&plane, sizes, 0..first)?;
    let without = first_rows(&plane, &runtime, first, options.runs)?;
    world::definitions(&plane, sizes)?;
    let with = first_rows(&plane, &runtime, first, options.runs)?;
    report.line(Line {
        what: format!(
            "first rows of {first} pods, {} CRDs served",
            sizes.definitions
        ),
        ours: time(with),
        peer: format!("without them {}", time(without)),
        ratio: format!("{:.2}", with / without),
        target: "≤ 1.5 ×".to_owned(),
        met: Some(with <= 1.5 * without),
    });
    let small = size(&plane, first)?;
    world::namespaces(&plane, sizes.pod_namespaces..sizes.namespaces)?;
    world::events(&plane, sizes)?;
    world::pods(&plane, sizes, first..sizes.pods)?;
    pods(&plane, &runtime, (sizes, options.runs), report)?;
    others(&plane, &runtime, sizes, report)?;
    let large = size(&plane, sizes.pods)?;
    growth(&small, &large, report);
    runtime.block_on(searching(&plane, sizes, report))?;
    runtime.block_on(opening_and_closing(&plane, sizes, report))
}

fn first_rows(
    plane: &ControlPlane,
    runtime: &Runtime,
    pods: usize,
    runs: usize,
) -> Result<f64, String> {
    let mut taken = Vec::new();
    for _ in 0..runs {
        taken.push(
            runtime
                .block_on(open_pods(&plane.kubeconfig(), pods))?
                .first,
        );
    }
    Ok(median(&seconds(&taken)))
}

/// Memory and frames of a window on so many pods.
fn size(plane: &ControlPlane, pods: usize) -> Result<Size, String> {
    let names = Runtime::new()
        .map_err(|error| error.to_string())?
        .block_on(bare_list::names(plane))?;
    let window = desk::with_pods(&plane.kubeconfig(), pods);
    std::thread::sleep(SETTLED);
    let memory = processes::memory(window.process());
    let churned = churn::churn(plane, &window, &names)?;
    eprintln!("{pods} pods: {memory:?}");
    Ok(Size {
        pods,
        memory,
        churned,
    })
}

fn pods(
    plane: &ControlPlane,
    runtime: &Runtime,
    (sizes, runs): (Sizes, usize),
    report: &mut Report,
) -> Result<(), String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], plane.port()));
    let (mut ours, mut bare, mut kubectl) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs.min(3) {
        bare.push(runtime.block_on(bare_list::time(plane, address))?.0);
        ours.push(runtime.block_on(open_pods(&plane.kubeconfig(), sizes.pods))?);
        kubectl.push(commands::kubectl(
            plane,
            &plane.kubeconfig(),
            sizes.pods,
            home.path(),
        )?);
    }
    let (bare, kubectl) = (median(&seconds(&bare)), median(&seconds(&kubectl)));
    let of = |part: fn(&crate::backend::Opening) -> Duration| {
        median(&seconds(&ours.iter().map(part).collect::<Vec<_>>()))
    };
    for (what, ours, limit) in [
        ("first rows", of(|one| one.first), 0.1),
        ("every row with its cells", of(|one| one.every), 0.3),
        ("records and live watch", of(|one| one.live), 1.3),
    ] {
        report.line(Line {
            what: format!("{} pods: {what}", sizes.pods),
            ours: time(ours),
            peer: format!("bare list {}, kubectl {}", time(bare), time(kubectl)),
            ratio: format!("{:.2}", ours / bare),
            target: format!("≤ {limit} ×"),
            met: Some(ours <= limit * bare),
        });
    }
    Ok(())
}

/// Tables of the other kinds there are many of, beside kubectl.
fn others(
    plane: &ControlPlane,
    runtime: &Runtime,
    sizes: Sizes,
    report: &mut Report,
) -> Result<(), String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    for (kind, resource, count) in [
        ("nodes", "nodes", sizes.nodes),
        ("namespaces", "namespaces", sizes.namespaces),
        ("events", "events", sizes.events),
        (
            "apiextensions.k8s.io/v1/customresourcedefinitions",
            "customresourcedefinitions",
            sizes.definitions,
        ),
    ] {
        let (_, first, live) = runtime.block_on(async {
            let backend = Backend::connect(&plane.kubeconfig()).await?;
            // A kind that is not built in is known by discovery.
            let _: Value = backend
                .ask("kinds", &json!({"cluster": backend.cluster}))
                .await?;
            backend.table(kind, count).await
        })?;
        let theirs = commands::get(
            plane,
            &plane.kubeconfig(),
            resource,
            count_of(plane, resource, count)?,
            home.path(),
        )?;
        report.line(Line {
            what: format!(
                "{count} {resource}: live table (first rows {})",
                time(first.as_secs_f64())
            ),
            ours: time(live.as_secs_f64()),
            peer: format!("kubectl {}", time(theirs.as_secs_f64())),
            ratio: format!("{:.2}", live.as_secs_f64() / theirs.as_secs_f64()),
            target: "≤ 1 ×".to_owned(),
            met: Some(live <= theirs),
        });
    }
    Ok(())
}

/// The server has a few namespaces of its own.
fn count_of(plane: &ControlPlane, resource: &str, count: usize) -> Result<usize, String> {
    if resource != "namespaces" {
        return Ok(count);
    }
    let list = plane
        .client()
        .get("/api/v1/namespaces")
        .map_err(|error| error.to_string())?;
    Ok(list["items"].as_array().map_or(0, Vec::len))
}

fn growth(small: &Size, large: &Size, report: &mut Report) {
    let times = large.pods as f64 / small.pods as f64;
    let (few, many) = (small.memory.program, large.memory.program);
    report.line(Line {
        what: format!("memory (PSS) of the program, {} pods", large.pods),
        ours: bytes(many),
        peer: format!("{} pods {}", small.pods, bytes(few)),
        ratio: format!("{:.2} for {times:.0} × the pods", many / few),
        target: format!("≤ {:.1} ×", times * LINEAR),
        met: Some(many / few <= times * LINEAR),
    });
    let (few, many) = (small.memory.webview, large.memory.webview);
    report.line(Line {
        what: format!("memory (PSS) of the webview, {} pods", large.pods),
        ours: bytes(many),
        peer: format!("{} pods {}", small.pods, bytes(few)),
        ratio: format!("{:.2}", many / few),
        target: "≤ 1.1 ×".to_owned(),
        met: Some(many / few <= 1.1),
    });
    let script = |size: &Size| percentile(size.churned.frames(), 0.95);
    let (few, many) = (script(small), script(large));
    report.line(Line {
        what: format!("script a frame under churn at {} pods, 95 %", large.pods),
        ours: format!("{many:.1} ms"),
        peer: format!("{} pods {few:.1} ms", small.pods),
        ratio: format!("{:.2}", many / few),
        target: "≤ 8 ms".to_owned(),
        met: Some(many <= 8.0),
    });
    let seen = |size: &Size| median(size.churned.delays());
    let (few, many) = (seen(small), seen(large));
    report.line(Line {
        what: format!("change of a pod to DOM at {} pods, median", large.pods),
        ours: format!("{many:.0} ms"),
        peer: format!("{} pods {few:.0} ms", small.pods),
        ratio: format!("{:.2}", many / few),
        target: "≤ 100 ms".to_owned(),
        met: Some(many <= 100.0),
    });
}

/// The palette among all pods.
async fn searching(plane: &ControlPlane, sizes: Sizes, report: &mut Report) -> Result<(), String> {
    let backend = Backend::connect(&plane.kubeconfig()).await?;
    backend.table("pods", sizes.pods).await?;
    let mut taken = Vec::new();
    for text in [
        "check",
        "checkout-5b7",
        "pods pay",
        "srch",
        "ordrs",
        "node-49",
        "xx",
        "c",
        "catalogue-5b7d9c5",
    ] {
        for _ in 0..5 {
            let start = Instant::now();
            let argument =
                json!({"cluster": backend.cluster, "text": text, "limit": 60, "entries": []});
            let _: Value = backend.ask("find", &argument).await?;
            taken.push(start.elapsed().as_secs_f64());
        }
    }
    let slow = percentile(&taken, 0.95);
    report.line(Line {
        what: format!(
            "finding objects among {} pods and what else is held, 95 %",
            sizes.pods
        ),
        ours: format!("{} (median {})", time(slow), time(median(&taken))),
        target: "≤ 50 ms".to_owned(),
        met: Some(slow <= 0.05),
        ..Line::default()
    });
    Ok(())
}

/// Views opened and closed again and again leave neither memory nor watches.
async fn opening_and_closing(
    plane: &ControlPlane,
    sizes: Sizes,
    report: &mut Report,
) -> Result<(), String> {
    let backend = Backend::connect(&plane.kubeconfig()).await?;
    tokio::time::sleep(GRACE).await;
    let before = backend.status().await?.watches;
    let kinds = [
        "nodes",
        "namespaces",
        "deployments",
        "replicasets",
        "horizontalpodautoscalers",
    ];
    let mut memory = Vec::new();
    for round in 0..VIEWS {
        let kind = kinds[round % kinds.len()];
        let least = if kind == "nodes" { sizes.nodes } else { 0 };
        let (view, ..) = if least > 0 || kind == "namespaces" {
            backend.table(kind, least.max(1)).await?
        } else {
            let argument = json!({"cluster": backend.cluster, "kind": kind, "namespaces": [], "filter": "", "sort": []});
            let opened: wire::ViewOpened = backend.ask("open_view", &argument).await?;
            (opened.view, Duration::ZERO, Duration::ZERO)
        };
        let _: Value = backend.ask("close_view", &json!({"id": view})).await?;
        if round % (VIEWS / 12) == 0 {
            memory.push(processes::memory(std::process::id()).program);
        }
    }
    tokio::time::sleep(GRACE).await;
    let after = backend.status().await?.watches;
    let third = memory.len() / 3;
    let (early, late) = (
        median(&memory[third..2 * third]),
        median(&memory[2 * third..]),
    );
    report.line(Line {
        what: format!("memory after {VIEWS} views were opened and closed"),
        ours: bytes(late),
        peer: format!("a third earlier {}", bytes(early)),
        ratio: format!("{:.2}", late / early),
        target: "≤ 1.05 ×".to_owned(),
        met: Some(late <= 1.05 * early),
    });
    report.line(Line {
        what: "watches left by them".to_owned(),
        ours: format!("{}", after.saturating_sub(before)),
        target: "0".to_owned(),
        met: Some(after <= before),
        ..Line::default()
    });
    Ok(())
}
