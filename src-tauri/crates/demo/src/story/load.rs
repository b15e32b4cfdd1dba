//! What the story's pods use and what Prometheus measures, as functions of the time of day.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::load::{Coupling, Demand, Shape};

/// What `storefront` is scaled by.
pub(super) const VISITORS: &str =
    "sum(rate(http_requests_total{namespace=\"shop\",app=\"storefront\"}[1m]))";
/// What `orders` is scaled by.
pub(super) const ORDERS: &str = "sum(rate(orders_total[1m]))";
/// What `invoices` makes Jobs by: its Jobs do not bring it down.
pub(super) const INVOICES: &str = "sum(invoices_pending{state=\"retry\"})";

/// Waves go by the clock, so that any instant shows the same.
const FROM: Timestamp = Timestamp::UNIX_EPOCH;

/// What workloads use; those that autoscalers look at come first.
pub(super) fn demands() -> Vec<Demand> {
    // Comes fast and ebbs away slowly: most of the time the window holds what the last surge asked for.
    let surge = Shape::Surge {
        low: 80.0,
        high: 640.0,
        period: 3600,
        rise: 420,
        from: FROM,
    };
    let mut all = vec![
        demand("shop", "cart", surge, 92, None),
        demand("shop", "search", Shape::Flat(520.0), 118, None),
        // Fewer retries where the stock answers fast; more questions where prices are asked for by many.
        demand(
            "shop",
            "pricing",
            Shape::Flat(400.0),
            74,
            Some(("stock", -130.0)),
        ),
        demand(
            "shop",
            "stock",
            Shape::Flat(10.0),
            81,
            Some(("pricing", 35.0)),
        ),
        demand("billing", "reports", Shape::Flat(45.0), 88, None),
        demand("shop", "storefront", wave(160.0, 90.0, 0), 102, None),
        demand("shop", "orders", wave(120.0, 80.0, 1800), 77, None),
        demand("shop", "checkout", Shape::Flat(70.0), 95, None),
        demand("web", "nginx", wave(14.0, 8.0, 900), 22, None),
        demand("web", "cosci", wave(38.0, 12.0, 900), 48, None),
        demand("media", "thumbnails", Shape::Flat(180.0), 243, None),
        demand("billing", "ledger", Shape::Flat(20.0), 31, None),
    ];
    for (namespace, app, milli, mebibytes) in [
        ("monitoring", "prometheus", 140.0, 486),
        ("monitoring", "grafana", 9.0, 104),
        ("monitoring", "kube-state-metrics", 3.0, 38),
        ("kube-system", "coredns", 6.0, 24),
        ("kube-system", "metrics-server", 5.0, 61),
        ("keda", "keda-operator", 11.0, 72),
        ("keda", "keda-operator-metrics-apiserver", 6.0, 58),
        ("keda", "keda-admission-webhooks", 2.0, 33),
    ] {
        all.push(demand(namespace, app, Shape::Flat(milli), mebibytes, None));
    }
    all
}

fn demand(
    namespace: &str,
    app: &str,
    cpu: Shape,
    mebibytes: u64,
    by: Option<(&str, f64)>,
) -> Demand {
    let label = |app: &str| ("app".to_owned(), app.to_owned());
    Demand {
        namespace: namespace.to_owned(),
        label: label(app),
        cpu,
        by: by.map(|(other, each)| Coupling {
            label: label(other),
            each,
        }),
        memory: mebibytes << 20,
        noise: 0.05,
    }
}

/// A wave an hour long that is in the middle so many seconds after the full hour.
fn wave(mean: f64, height: f64, after: i64) -> Shape {
    Shape::Wave {
        mean,
        height,
        period: 3600,
        from: Timestamp::from_second(after).unwrap_or(FROM),
    }
}

/// What Prometheus knows.
pub(super) fn queries() -> BTreeMap<String, Shape> {
    let all = [
        (VISITORS, wave(270.0, 250.0, 0)),
        // Half of the time there is nothing to do.
        (ORDERS, wave(80.0, 400.0, 1800)),
        (INVOICES, Shape::Flat(3.0)),
    ];
    all.map(|(query, shape)| (query.to_owned(), shape)).into()
}
