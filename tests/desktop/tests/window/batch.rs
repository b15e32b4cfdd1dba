//! The drawers of `CronJobs` and Jobs: what they own, what they use; and of definitions of kinds.

use std::time::Duration;

use desktop::{cluster, namespace};
use serde_json::{Value, json};

use crate::steps::{
    apply, connected, go_to, look, open_drawer, open_table, until_drawer_says, until_row,
};

fn cron_job(space: &str) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly", "namespace": space},
        "spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": {"template": {
            "metadata": {"annotations": {"scalescope.test/pod": "completes", "scalescope.test/runs-for": "10m", "kwok.x-k8s.io/usage-cpu": "50m", "kwok.x-k8s.io/usage-memory": "64Mi"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "registry.example.com/bill:1",
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}]},
        }}}},
    })
}

#[test]
fn a_cron_job_lists_its_jobs_and_what_they_use() {
    let space = namespace("drawer-batch");
    apply(&cron_job(space));
    for name in ["first", "second"] {
        cluster()
            .kubectl(&["create", "job", "-n", space, name, "--from=cronjob/nightly"])
            .unwrap();
    }
    // A Job of nobody's is not the CronJob's.
    cluster()
        .kubectl(&[
            "create",
            "job",
            "-n",
            space,
            "stray",
            "--image=registry.example.com/x:1",
        ])
        .unwrap();
    // The first test of all: metrics-server has only begun, and other tests can have their window meanwhile.
    cluster().wait_for_metrics().unwrap();
    let window = connected();
    open_table(&window, "CronJobs", space);
    until_row(&window, "nightly");
    open_drawer(&window, "nightly");
    for words in ["OWNS", "Job first", "Job second", "Running"] {
        until_drawer_says(&window, words);
    }
    let stray = window.eval("return drawer().innerText.includes('stray')", &[]);
    assert_eq!(stray, json!(false));
    window.until_within(
        Duration::from_secs(90),
        "what its Jobs use together",
        "return /The sum of 2 pods\\./.test(drawer().innerText) && /100m · request 200m/.test(squeezed(drawer().innerText))",
        &[],
    );
    look(&window, "drawer-cronjob");
    window.click_found("a job", "return one('button', 'Job first', drawer())", &[]);
    until_drawer_says(&window, "CronJob nightly");
    window.until_within(
        Duration::from_mins(1),
        "what the Job uses",
        "return /50m · request 100m/.test(squeezed(drawer().innerText))",
        &[],
    );
    look(&window, "drawer-job");
}

#[test]
fn a_definition_leads_to_the_table_of_its_objects() {
    let space = namespace("drawer-definition");
    apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "kettles.tea.scalescope.dev"},
        "spec": {
            "group": "tea.scalescope.dev", "scope": "Namespaced",
            "names": {"kind": "Kettle", "plural": "kettles", "singular": "kettle"},
            "versions": [{"name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "additionalPrinterColumns": [{"name": "Boiled", "type": "date", "jsonPath": ".metadata.creationTimestamp"}]}],
        },
    }));
    let kubectl = |arguments: &[&str]| cluster().kubectl(arguments).unwrap();
    kubectl(&[
        "wait",
        "--for=condition=Established",
        "crd/kettles.tea.scalescope.dev",
        "--timeout=30s",
    ]);
    for name in ["black", "green"] {
        apply(
            &json!({"apiVersion": "tea.scalescope.dev/v1", "kind": "Kettle", "metadata": {"name": name, "namespace": space},
            "spec": {}}),
        );
    }
    let window = connected();
    open_table(&window, "Kettles", space);
    until_row(&window, "green");
    // A date ticks as an age does, though nothing of the object changes.
    let seconds = "return parseInt(rowsOf(grid()).find((row) => row.name === 'green')?.boiled)";
    let before = window.eval(seconds, &[]).as_f64().unwrap();
    window.until_within(
        Duration::from_secs(15),
        "the date ticks",
        "return parseInt(rowsOf(grid()).find((row) => row.name === 'green')?.boiled) >= arguments[0] + 3",
        &[json!(before)],
    );
    go_to(&window, "CustomResourceDefinitions");
    until_row(&window, "kettles.tea.scalescope.dev");
    open_drawer(&window, "kettles.tea.scalescope.dev");
    until_drawer_says(&window, "2 kettles");
    look(&window, "drawer-definition");
    window.click_found(
        "the table",
        "return one('button', '2 kettles', drawer())",
        &[],
    );
    window.until("its table", "return one('grid', 'Kettles')", &[]);
    until_row(&window, "black");
}
