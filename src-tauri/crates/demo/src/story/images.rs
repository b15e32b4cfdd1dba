//! What the story's images do.

use super::shop::CHECKOUT;
use super::voices;
use crate::programs::{Exit, Program, Pull, not_found};
use crate::voice::Voice;

/// Every image that the story runs.
pub(super) fn programs() -> Vec<(&'static str, Program)> {
    let mut all = ends();
    all.extend(VOICES.map(|(image, voice)| {
        let program = Program {
            voice,
            ..Program::default()
        };
        (image, program)
    }));
    let missing = Program {
        pull: Pull::Fails(not_found(CHECKOUT[1])),
        ..Program::default()
    };
    all.push((CHECKOUT[1], missing));
    all
}

/// Those that run on.
const VOICES: [(&str, Voice); 19] = [
    ("nginx:1.29", voices::NGINX),
    ("cosci:1.8.2", voices::COSCI),
    ("shop/storefront:3.4.1", voices::SERVICE),
    ("shop/orders:4.1.0", voices::ORDERS),
    ("shop/cart:7.0.2", voices::SERVICE),
    ("shop/search:2.3.0", voices::SERVICE),
    (CHECKOUT[0], voices::SERVICE),
    ("shop/pricing:1.12.0", voices::PRICING),
    ("shop/stock:1.6.4", voices::STOCK),
    ("billing/reports:1.0.7", voices::SERVICE),
    ("coredns/coredns:1.12.4", voices::COREDNS),
    ("kube-proxy/kube-proxy:v1.36.3", voices::QUIET),
    ("metrics-server/metrics-server:v0.8.0", voices::QUIET),
    ("kedacore/keda:2.21.0", voices::KEDA),
    ("kedacore/keda-metrics-apiserver:2.21.0", voices::QUIET),
    ("kedacore/keda-admission-webhooks:2.21.0", voices::QUIET),
    (
        "kube-state-metrics/kube-state-metrics:v2.17.0",
        voices::QUIET,
    ),
    ("grafana/grafana:12.2.0", voices::QUIET),
    ("prom/prometheus:v3.7.0", voices::PROMETHEUS),
];

/// Those that end, well or not.
fn ends() -> Vec<(&'static str, Program)> {
    let of = |least: u32, most: u32, exit: Exit, voice: Voice| Program {
        ends: Some((least, most, exit)),
        voice,
        ..Program::default()
    };
    let refused = "Get \"http://10.244.1.7:8080/healthz\": dial tcp 10.244.1.7:8080: connect: connection refused";
    let ledger = Program {
        ready_after: None,
        unready: refused.to_owned(),
        ..of(8, 20, Exit::Code(1), voices::LEDGER)
    };
    vec![
        ("billing/ledger:3.2.0", ledger),
        (
            "media/thumbnails:0.9.4",
            of(150, 420, Exit::OutOfMemory, voices::THUMBNAILS),
        ),
        (
            "billing/invoice-worker:1.7.1",
            of(50, 80, Exit::Code(0), voices::INVOICES),
        ),
        (
            "billing/statements:2.0.3",
            of(30, 55, Exit::Code(0), voices::STATEMENTS),
        ),
        (
            "billing/reconcile:0.3.0",
            of(12, 20, Exit::Code(2), voices::RECONCILE),
        ),
        (
            "shop/orders-migrate:4.1.0",
            of(12, 12, Exit::Code(0), voices::MIGRATE),
        ),
    ]
}
