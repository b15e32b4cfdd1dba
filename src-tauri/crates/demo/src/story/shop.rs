//! The shop: waves of load, an autoscaler that holds, one at its most, two that chase each other, a rollout that goes wrong.

use serde_json::json;

use super::load::{ORDERS, VISITORS};
use super::parts::{App, Made, hpa, job, namespace, prometheus, scaled_object};

/// The image that `checkout` runs, and the one that no registry has.
pub(super) const CHECKOUT: [&str; 2] = ["shop/checkout:2.4.3", "shop/checkout:2.5.0-rc1"];

/// What was there before the story.
pub(super) fn settled() -> Vec<Made> {
    let apps = [
        App {
            name: "storefront",
            image: "shop/storefront:3.4.1",
            settings: &[
                ("CATALOG_URL", "http://search"),
                ("CART_URL", "http://cart"),
                ("LOG_LEVEL", "info"),
            ],
            secrets: &[("SESSION_KEY", "not-a-real-session-key")],
            ..App::ORDINARY
        },
        App {
            name: "orders",
            image: "shop/orders:4.1.0",
            replicas: 0,
            settings: &[("QUEUE", "orders"), ("PREFETCH", "20")],
            secrets: &[("DATABASE_URL", "postgres://orders:demo@orders-db/orders")],
            ..App::ORDINARY
        },
        App {
            name: "cart",
            image: "shop/cart:7.0.2",
            replicas: 3,
            settings: &[("CACHE_TTL", "300s"), ("LOG_LEVEL", "info")],
            ..App::ORDINARY
        },
        App {
            name: "search",
            image: "shop/search:2.3.0",
            replicas: 4,
            memory: "128Mi",
            settings: &[("INDEX", "products-v12"), ("SHARDS", "4")],
            ..App::ORDINARY
        },
        App {
            name: "checkout",
            image: CHECKOUT[0],
            replicas: 3,
            settings: &[("PAYMENT_PROVIDER", "sandbox"), ("TIMEOUT", "8s")],
            secrets: &[("PAYMENT_KEY", "sk_demo_0000")],
            ..App::ORDINARY
        },
        App {
            name: "pricing",
            image: "shop/pricing:1.12.0",
            settings: &[("STOCK_URL", "http://stock"), ("RETRIES", "5")],
            ..App::ORDINARY
        },
        App {
            name: "stock",
            image: "shop/stock:1.6.4",
            settings: &[("PRICING_URL", "http://pricing"), ("WORKERS", "2")],
            ..App::ORDINARY
        },
    ];
    let mut all = vec![namespace("shop", 30)];
    all.extend(apps.iter().flat_map(App::all));
    let migration = job("shop/orders-migrate:4.1.0", &[], json!({"backoffLimit": 2}));
    all.push(("jobs.batch", 11, json!({"apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "orders-migrate-42", "namespace": "shop", "labels": {"app": "orders"}}, "spec": migration})));
    let backend = json!({"service": {"name": "storefront", "port": {"name": "http"}}});
    let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "storefront", "namespace": "shop", "labels": {"app": "storefront"}},
        "spec": {"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]}});
    all.push(("ingresses.networking.k8s.io", 12, ingress));
    let authentication = json!({"apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication",
        "metadata": {"name": "prometheus", "namespace": "shop"},
        "spec": {"secretTargetRef": [{"parameter": "bearerToken", "name": "prometheus-reader", "key": "token"}]}});
    let reader = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "prometheus-reader", "namespace": "shop"},
        "type": "Opaque", "stringData": {"token": "demo-reader-token"}});
    all.extend([
        ("secrets", 12, reader),
        ("triggerauthentications.keda.sh", 12, authentication),
    ]);
    all
}

/// What the story begins with.
pub(super) fn begins() -> Vec<Made> {
    let mut visitors = prometheus(VISITORS, "100", "0");
    visitors["authenticationRef"] = json!({"name": "prometheus"});
    let orders = prometheus(ORDERS, "100", "5");
    vec![
        scaled_object(
            "shop",
            "storefront",
            json!({"minReplicaCount": 1, "maxReplicaCount": 5, "triggers": [visitors]}),
        ),
        scaled_object(
            "shop",
            "orders",
            json!({"minReplicaCount": 0, "maxReplicaCount": 5, "cooldownPeriod": 300, "triggers": [orders]}),
        ),
        hpa("shop", "cart", [2, 12, 60], None),
        hpa("shop", "search", [1, 4, 60], None),
        hpa("shop", "pricing", [1, 5, 50], Some(180)),
        hpa("shop", "stock", [1, 5, 50], Some(180)),
    ]
}
