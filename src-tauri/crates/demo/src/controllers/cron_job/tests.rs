//! `CronJob`s on a small cluster, from noon UTC on.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::RESOURCE;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::tests::Cluster;
use crate::controllers::{job, write};

fn begun(schedule: &str, seconds: u32, further: &Value) -> Cluster {
    let mut cluster = Cluster::new(51);
    let mut spec = json!({"schedule": schedule, "jobTemplate": {
        "metadata": {"labels": {"app": "backup"}},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [
            {"name": "main", "image": "busybox:1.37", "command": ["sleep", seconds.to_string()]}]}}}}});
    for (field, value) in further.as_object().unwrap() {
        spec[field] = value.clone();
    }
    cluster.create(
        RESOURCE,
        json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "backup", "namespace": "shop"}, "spec": spec}),
    );
    cluster
}

/// Jobs in all, those that run among them, events of a reason.
fn seen(cluster: &Cluster, reason: &str) -> [usize; 3] {
    let jobs = write::list(&cluster.world, job::RESOURCE, "shop");
    let running = jobs.iter().filter(|one| !job::is_finished(one)).count();
    [jobs.len(), running, cluster.told(reason).len()]
}

/// What, schedule, seconds a Job runs, spec, seconds, a reason, and what [`seen`] is then.
const CASES: &str = include_str!("cases.txt");

#[test]
fn jobs_come_at_their_times() {
    for case in CASES.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        let runs = u32::try_from(case[2].number()).unwrap();
        let mut cluster = begun(case[1].text(), runs, &case[3]);
        cluster.after(case[4].number());
        assert_eq!(
            json!(seen(&cluster, case[5].text())),
            case[6],
            "{}",
            case[0]
        );
    }
}

#[test]
fn its_status_names_what_runs_and_when() {
    let mut cluster = begun("*/5 * * * *", 30, &json!({"timeZone": "Europe/Oslo"}));
    cluster.after(310);
    let object = cluster.get(RESOURCE, "shop/backup");
    let name = object["status"]["active"][0]["name"].text().to_owned();
    assert_eq!(object["status"]["lastScheduleTime"], "2026-11-28T12:05:00Z");
    let job = cluster.get(job::RESOURCE, &format!("shop/{name}"));
    let scheduled = job.annotation("batch.kubernetes.io/cronjob-scheduled-timestamp");
    assert_eq!(scheduled, "2026-11-28T13:05:00+01:00");
    assert_eq!(job.label("app"), "backup");
    let minutes = "2026-11-28T12:05:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_second()
        / 60;
    assert_eq!(name, format!("backup-{minutes}"));
    let created = cluster.told("SuccessfulCreate");
    assert!(
        created.contains(&format!("Created job {name}")),
        "{created:?}"
    );
    cluster.after(60);
    let object = cluster.get(RESOURCE, "shop/backup");
    assert!(object["status"]["active"].is_null());
    assert_eq!(
        object["status"]["lastSuccessfulTime"],
        cluster.get(job::RESOURCE, &format!("shop/{name}"))["status"]["completionTime"]
    );
}

#[test]
fn a_start_that_was_missed_by_too_much_is_not_made_up_for() {
    let spec = json!({"suspend": true, "startingDeadlineSeconds": 30});
    for (deadline, expected) in [(json!(30), 0), (json!(null), 1)] {
        let mut cluster = begun("0 * * * *", 10, &spec);
        cluster.after(3_600 + 120);
        let mut object = Value::clone(&cluster.get(RESOURCE, "shop/backup"));
        object["spec"]["suspend"] = json!(false);
        if deadline.is_null() {
            object["spec"]
                .as_object_mut()
                .unwrap()
                .remove("startingDeadlineSeconds");
        }
        write::update(&mut cluster.world, RESOURCE, object, "kubectl").unwrap();
        cluster.after(60);
        assert_eq!(seen(&cluster, "SawCompletedJob")[0], expected, "{deadline}");
    }
}
