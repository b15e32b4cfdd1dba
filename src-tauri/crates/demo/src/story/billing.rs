//! Billing: Jobs on time, Jobs without end, an autoscaler that finds no request, a crash loop, a pod that grows too large.

use serde_json::json;

use super::load::INVOICES;
use super::parts::{App, Made, SCALING, hpa, job, namespace, prometheus};

/// What was there before the story.
pub(super) fn settled() -> Vec<Made> {
    let reports = App {
        namespace: "billing",
        name: "reports",
        image: "billing/reports:1.0.7",
        cpu: None,
        settings: &[
            ("TEMPLATE_DIR", "/var/lib/reports/templates"),
            ("LOCALE", "nb_NO"),
        ],
        secrets: &[("SMTP_PASSWORD", "demo")],
        ..App::ORDINARY
    };
    let mut all = vec![namespace("billing", 28), namespace("media", 25)];
    all.extend(reports.all());
    all
}

/// What the story begins with.
pub(super) fn begins() -> Vec<Made> {
    let ledger = App {
        namespace: "billing",
        name: "ledger",
        image: "billing/ledger:3.2.0",
        cpu: Some("50m"),
        settings: &[("DATABASE_HOST", "ledger-db"), ("DATABASE_PORT", "5432")],
        ..App::ORDINARY
    };
    let thumbnails = App {
        namespace: "media",
        name: "thumbnails",
        image: "media/thumbnails:0.9.4",
        memory: "128Mi",
        memory_limit: Some("256Mi"),
        settings: &[("CONCURRENCY", "8"), ("MAX_PIXELS", "80000000")],
        ..App::ORDINARY
    };
    let training = App {
        namespace: "media",
        name: "training",
        image: "media/training:0.4.0",
        cpu: Some("12"),
        memory: "8Gi",
        memory_limit: None,
        ..App::ORDINARY
    };
    let mut all: Vec<Made> = [ledger, thumbnails, training]
        .iter()
        .flat_map(App::all)
        .collect();
    all.push(hpa("billing", "reports", [1, 3, 70], None));
    let invoices = json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob",
        "metadata": {"name": "invoices", "namespace": "billing"},
        "spec": {"pollingInterval": 60, "minReplicaCount": 0, "maxReplicaCount": 3,
            "successfulJobsHistoryLimit": 4, "failedJobsHistoryLimit": 2,
            "triggers": [prometheus(INVOICES, "5", "0")],
            "jobTargetRef": job("billing/invoice-worker:1.7.1", &[], json!({"backoffLimit": 2}))}});
    all.push(("scaledjobs.keda.sh", SCALING, invoices));
    let statements = json!({"schedule": "*/10 * * * *", "timeZone": "Europe/Oslo", "concurrencyPolicy": "Forbid",
        "jobTemplate": {"spec": job("billing/statements:2.0.3", &[], json!({"backoffLimit": 2}))}});
    let reconcile = json!({"schedule": "5-59/15 * * * *", "timeZone": "Europe/Oslo", "concurrencyPolicy": "Replace",
        "successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 2,
        "jobTemplate": {"spec": job("billing/reconcile:0.3.0", &[], json!({"backoffLimit": 1, "activeDeadlineSeconds": 300}))}});
    for (name, spec) in [("statements", statements), ("reconcile", reconcile)] {
        let object = json!({"apiVersion": "batch/v1", "kind": "CronJob",
            "metadata": {"name": name, "namespace": "billing"}, "spec": spec});
        all.push(("cronjobs.batch", SCALING, object));
    }
    all
}
