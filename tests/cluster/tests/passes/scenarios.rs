//! What happens in each scenario's namespace.

use cluster_tests::Random;
use control_plane::{ControlPlane, Error};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::objects::{
    cpu, deployment, hpa, named_deployment, prometheus, scaled_job, scaled_object, series,
};
use crate::pace::Pace;
use crate::recorder::Recorder;

/// Where scenarios play.
pub(crate) struct Stage<'a> {
    pub(crate) plane: &'a ControlPlane,
    pub(crate) pace: Pace,
    /// Before Prometheus.
    pub(crate) prometheus: &'a Recorder,
    /// Before the metrics APIs.
    pub(crate) metrics: [&'a Recorder; 2],
}

/// One scenario: its namespace has its name.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    make: fn(&Stage<'_>, &'static str) -> Vec<Value>,
    drive: fn(&Stage<'_>, &'static str, u32),
}

/// All of them.
pub(crate) const ALL: [Scenario; 19] = [
    Scenario {
        name: "cpu-up-and-down",
        make: |_, name| {
            let metrics = json!([cpu(50)]);
            vec![
                deployment(name, 2, Some("100m")),
                hpa(name, [1, 8], &metrics, &Value::Null),
            ]
        },
        drive: |stage, name, at| stage.cpu(name, at, 24, &[20, 130, 60, 15, 95]),
    },
    Scenario {
        name: "cpu-behavior",
        make: |stage, name| {
            let metrics = json!([cpu(60)]);
            let behavior = json!({
                "scaleDown": {"stabilizationWindowSeconds": stage.pace.seconds(9), "policies": [
                    {"type": "Pods", "value": 1, "periodSeconds": stage.pace.seconds(3)}]},
                "scaleUp": {"policies": [{"type": "Percent", "value": 50, "periodSeconds": stage.pace.seconds(5)}]},
            });
            vec![
                deployment(name, 2, Some("100m")),
                hpa(name, [2, 10], &metrics, &behavior),
            ]
        },
        drive: |stage, name, at| stage.cpu(name, at, 27, &[150, 20, 110, 30]),
    },
    Scenario {
        name: "legacy-window",
        make: |stage, name| stage.scaled(name, [1, 10], 1, &Value::Null),
        drive: |stage, name, at| stage.waves(name, at, 6),
    },
    Scenario {
        name: "window-down",
        make: |stage, name| {
            stage.scaled(
                name,
                [1, 10],
                1,
                &json!({"scaleDown": {"stabilizationWindowSeconds": stage.pace.seconds(9)}}),
            )
        },
        drive: |stage, name, at| stage.waves(name, at, 5),
    },
    Scenario {
        name: "window-up",
        make: |stage, name| {
            stage.scaled(
                name,
                [1, 10],
                1,
                &json!({
                    "scaleUp": {"stabilizationWindowSeconds": stage.pace.seconds(6)},
                    "scaleDown": {"stabilizationWindowSeconds": stage.pace.seconds(3)},
                }),
            )
        },
        drive: |stage, name, at| stage.waves(name, at, 4),
    },
    Scenario {
        name: "policies-pods",
        make: |stage, name| {
            let period = |seconds| stage.pace.seconds(seconds);
            stage.scaled(name, [1, 12], 1, &json!({
                "scaleUp": {"policies": [{"type": "Pods", "value": 2, "periodSeconds": period(5)}]},
                "scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 1, "periodSeconds": period(3)}]},
            }))
        },
        drive: |stage, name, at| stage.waves(name, at, 14),
    },
    Scenario {
        name: "policies-min",
        make: |stage, name| {
            let both = json!([
                {"type": "Percent", "value": 60, "periodSeconds": stage.pace.seconds(5)},
                {"type": "Pods", "value": 3, "periodSeconds": stage.pace.seconds(6)},
            ]);
            stage.scaled(name, [1, 12], 1, &json!({
                "scaleUp": {"selectPolicy": "Min", "policies": both},
                "scaleDown": {"selectPolicy": "Min", "stabilizationWindowSeconds": 0, "policies": both},
            }))
        },
        drive: |stage, name, at| stage.waves(name, at, 13),
    },
    Scenario {
        name: "policies-max",
        make: |stage, name| {
            let both = json!([
                {"type": "Percent", "value": 30, "periodSeconds": stage.pace.seconds(6)},
                {"type": "Pods", "value": 2, "periodSeconds": stage.pace.seconds(5)},
            ]);
            stage.scaled(name, [1, 12], 1, &json!({
                "scaleUp": {"selectPolicy": "Max", "policies": both},
                "scaleDown": {"stabilizationWindowSeconds": stage.pace.seconds(3), "policies": both},
            }))
        },
        drive: |stage, name, at| stage.waves(name, at, 12),
    },
    Scenario {
        name: "policies-disabled",
        make: |stage, name| {
            stage.scaled(
                name,
                [1, 10],
                1,
                &json!({"scaleDown": {"selectPolicy": "Disabled"}}),
            )
        },
        drive: |stage, name, at| {
            stage.waves(name, at, 8);
            // Growth alone would end soon.
            if at % 30 == 29 {
                let size = json!({"spec": {"replicas": 2}});
                let path = format!("/apis/apps/v1/namespaces/{name}/deployments/{name}");
                stage.patch(&path, &size);
            }
        },
    },
    Scenario {
        name: "two-metrics-one-fails",
        make: |stage, name| stage.scaled(name, [1, 10], 2, &Value::Null),
        drive: |stage, name, at| {
            stage.waves(name, at, 6);
            if at % 20 < 9 {
                stage.plane.exporter().remove(&series(name, 1));
            } else {
                stage
                    .plane
                    .exporter()
                    .set(&series(name, 1), f64::from(at % 50));
            }
        },
    },
    Scenario {
        name: "missing-request",
        make: |_, name| {
            let metrics = json!([cpu(50)]);
            vec![
                deployment(name, 2, None),
                hpa(name, [1, 5], &metrics, &Value::Null),
            ]
        },
        drive: |stage, name, at| {
            // Outside of its limits it is sized without any metric.
            if at % 25 == 12 {
                let path = format!(
                    "/apis/autoscaling/v2/namespaces/{name}/horizontalpodautoscalers/{name}"
                );
                let (min, max) = if at % 50 < 25 { (3, 5) } else { (1, 2) };
                stage.patch(
                    &path,
                    &json!({"spec": {"minReplicas": min, "maxReplicas": max}}),
                );
            }
        },
    },
    Scenario {
        name: "metrics-lost-and-back",
        make: |_, name| {
            let metrics = json!([cpu(50)]);
            vec![
                deployment(name, 2, Some("100m")),
                hpa(name, [1, 6], &metrics, &Value::Null),
            ]
        },
        drive: |stage, name, at| {
            stage.cpu(name, at, 31, &[120, 30, 80]);
            for recorder in stage.metrics {
                recorder.set_refused(name, at > 30 && at % 16 < 6);
            }
        },
    },
    Scenario {
        name: "external-lost-and-back",
        make: |stage, name| stage.scaled(name, [1, 8], 1, &Value::Null),
        drive: |stage, name, at| {
            stage.waves(name, at, 7);
            for recorder in stage.metrics {
                recorder.set_refused(name, at % 19 < 6);
            }
        },
    },
    Scenario {
        name: "cron-window",
        make: |stage, name| {
            let [start, end] = [1, 2].map(|minutes| stage.minute_after(minutes));
            let trigger = json!({"type": "cron", "metadata": {
                "timezone": "Etc/UTC", "start": format!("{start} * * * *"), "end": format!("{end} * * * *"), "desiredReplicas": "4"}});
            vec![
                deployment(name, 1, None),
                scaled_object(name, [1, 6], &json!([trigger]), stage.polling(3)),
            ]
        },
        drive: |_, _, _| {},
    },
    Scenario {
        name: "workload",
        make: |stage, name| {
            let trigger = json!({"type": "kubernetes-workload", "metadata": {"podSelector": "app=front", "value": "0.5"}});
            vec![
                named_deployment(name, "front", 1, None),
                deployment(name, 1, None),
                scaled_object(name, [1, 9], &json!([trigger]), stage.polling(3)),
            ]
        },
        drive: |stage, name, at| {
            if at % 9 == 0 {
                let sizes = [1, 3, 2, 4, 0];
                let size = json!({"spec": {"replicas": sizes[at as usize / 9 % sizes.len()]}});
                stage.patch(
                    &format!("/apis/apps/v1/namespaces/{name}/deployments/front"),
                    &size,
                );
            }
        },
    },
    Scenario {
        name: "prometheus-from-zero",
        make: |stage, name| stage.scaled(name, [0, 6], 1, &Value::Null),
        drive: |stage, name, at| {
            let value = if at % 30 < 16 {
                12.0 + 8.0 * f64::from(at % 5)
            } else {
                0.0
            };
            stage.plane.exporter().set(&series(name, 0), value);
        },
    },
    Scenario {
        name: "fallback",
        make: |stage, name| {
            let mut further = stage.polling(3);
            further["fallback"] = json!({"failureThreshold": 2, "replicas": 5});
            vec![
                deployment(name, 2, None),
                scaled_object(
                    name,
                    [1, 8],
                    &json!([prometheus(&stage.server(), name, 0)]),
                    further,
                ),
            ]
        },
        drive: |stage, name, at| {
            if at % 24 < 10 {
                stage.waves(name, at, 5);
            } else {
                stage.plane.exporter().remove(&series(name, 0));
            }
        },
    },
    Scenario {
        name: "pause",
        make: |stage, name| stage.scaled(name, [1, 8], 1, &Value::Null),
        drive: |stage, name, at| {
            stage.waves(name, at, 6);
            let paused = at % 40 >= 25;
            if at % 40 == 0 || at % 40 == 25 {
                let value = if paused { json!("3") } else { Value::Null };
                let path = format!("/apis/keda.sh/v1alpha1/namespaces/{name}/scaledobjects/{name}");
                let annotations = json!({"autoscaling.keda.sh/paused-replicas": value});
                stage.patch(&path, &json!({"metadata": {"annotations": annotations}}));
            }
        },
    },
    Scenario {
        name: "tolerance-and-limits",
        make: |stage, name| {
            stage.scaled(name, [3, 5], 1, &json!({"scaleDown": {"stabilizationWindowSeconds": 0}, "scaleUp": {"tolerance": "0.3"}}))
        },
        drive: |stage, name, at| stage.waves(name, at, 4),
    },
];

/// Scenarios of Jobs, which have no HPA.
pub(crate) const JOBS: [Scenario; 2] = [
    Scenario {
        name: "jobs-default",
        make: |stage, name| {
            let triggers = json!([prometheus(&stage.server(), name, 0)]);
            vec![scaled_job(name, "default", &triggers)]
        },
        drive: |stage, name, at| stage.waves(name, at, 8),
    },
    Scenario {
        name: "jobs-accurate",
        make: |stage, name| {
            let triggers = json!([prometheus(&stage.server(), name, 0)]);
            vec![scaled_job(name, "accurate", &triggers)]
        },
        drive: |stage, name, at| stage.waves(name, at, 7),
    },
];

impl Scenario {
    /// Makes its objects.
    pub(crate) fn set(&self, stage: &Stage<'_>) {
        stage.plane.create_namespace(self.name).unwrap();
        stage.plane.exporter().set(&series(self.name, 0), 5.0);
        stage.plane.exporter().set(&series(self.name, 1), 5.0);
        for object in (self.make)(stage, self.name) {
            stage.plane.apply(&object.to_string()).unwrap();
        }
    }

    /// What happens at a second of its own time.
    pub(crate) fn step(&self, stage: &Stage<'_>, at: u32) {
        (self.drive)(stage, self.name, at);
    }
}

impl Stage<'_> {
    /// Where KEDA's triggers find Prometheus.
    fn server(&self) -> String {
        format!("http://127.0.0.1:{}", self.prometheus.port())
    }

    /// How often KEDA polls and how long it waits.
    fn polling(&self, cooldown: u32) -> Value {
        if self.pace.is_quick {
            json!({"pollingInterval": 2, "cooldownPeriod": cooldown})
        } else {
            json!({})
        }
    }

    /// A Deployment that KEDA scales by so many series of its own.
    fn scaled(&self, name: &str, limits: [u32; 2], triggers: u32, behavior: &Value) -> Vec<Value> {
        let triggers: Vec<Value> = (0..triggers)
            .map(|number| prometheus(&self.server(), name, number))
            .collect();
        let mut further = self.polling(4);
        if !behavior.is_null() {
            further["advanced"] = json!({"horizontalPodAutoscalerConfig": {"behavior": behavior}});
        }
        vec![
            deployment(name, 1, None),
            scaled_object(name, limits, &json!(triggers), further),
        ]
    }

    /// The minute of the hour, so many minutes from now at least.
    fn minute_after(&self, minutes: u32) -> i64 {
        let ahead = i64::from(self.pace.seconds(60 * minutes));
        let then = Timestamp::now() + SignedDuration::from_secs(ahead);
        then.as_second() / 60 % 60
    }

    /// Lets the load jump every so many seconds.
    fn waves(&self, name: &str, at: u32, every: u32) {
        if at.is_multiple_of(every) {
            let seed = name.bytes().map(u64::from).sum::<u64>() * 1_000 + u64::from(at / every);
            let value = Random::new(seed).one(&[4.0, 18.0, 31.0, 55.0, 77.0, 92.0, 125.0, 0.0]);
            self.plane.exporter().set(&series(name, 0), value);
        }
    }

    /// Lets each pod use one of `loads` millicores, by turns.
    fn cpu(&self, name: &str, at: u32, every: u32, loads: &[u32]) {
        // New pods come with little to do: they are told what they use.
        if at.is_multiple_of(3) {
            let load = loads[(at / every) as usize % loads.len()];
            let label = format!("app={name}");
            self.plane
                .set_cpu_usage(name, &label, &format!("{load}m"))
                .unwrap();
        }
    }

    fn patch(&self, path: &str, change: &Value) {
        match self.plane.client().merge_patch(path, change) {
            Ok(_) | Err(Error::Api { status: 409, .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
