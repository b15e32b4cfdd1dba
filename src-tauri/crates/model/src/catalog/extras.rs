//! The columns beside those of the server's Tables, one small definition each.

use serde_json::Value;

use super::extra::{
    Extra, at, conditions, count, figures, items, joined, pairs, since, text, words,
};
use crate::duration;
use crate::generic::GenericCell;

/// Conditions that are true.
pub(super) const CONDITIONS: Extra = words("Conditions", 170, conditions).wide();
/// Label selector of a policy or budget.
pub(super) const SELECTOR: Extra =
    words("Selector", 220, |o| pairs(o, "/spec/selector/matchLabels")).wide();
/// The service account of a pod template.
pub(super) const SERVICE_ACCOUNT: Extra = words("Service Account", 150, |o| {
    at(o, "/spec/template/spec/serviceAccountName")
})
.wide();
/// How a new template is rolled out.
pub(super) const UPDATE_STRATEGY: Extra = words("Update Strategy", 130, |o| {
    at(o, "/spec/updateStrategy/type")
})
.wide();

/// The Service that names the pods.
pub(super) const SERVICE_NAME: Extra = words("Service", 150, |o| at(o, "/spec/serviceName"));

/// Job: pods at work.
pub(super) const JOB_ACTIVE: Extra = figures("Active", 72, |o| or_zero(o, "/status/active")).wide();
/// Job: pods that failed.
pub(super) const JOB_FAILED: Extra = figures("Failed", 72, |o| or_zero(o, "/status/failed"));

/// Job: how long it takes, or took; upstream's `printJob` in `pkg/printers/internalversion/printers.go`.
pub(super) const DURATION: Extra = figures("Duration", 88, |o| {
    let moment = |pointer| match since(o, pointer, "") {
        GenericCell::Since(ms) => Some(ms),
        _ => None,
    };
    match (
        moment("/status/startTime"),
        moment("/status/completionTime"),
    ) {
        (None, _) => GenericCell::Null,
        (Some(start), None) => GenericCell::Since(start),
        (Some(start), Some(end)) => GenericCell::text(&duration::human(end.saturating_sub(start))),
    }
});

/// `CronJob`: how long ago it last began a Job, ticking.
pub(super) const LAST_SCHEDULE: Extra = figures("Last Schedule", 104, |o| {
    since(o, "/status/lastScheduleTime", "<none>")
});
/// `CronJob`: how long ago one last succeeded.
pub(super) const LAST_SUCCESS: Extra = figures("Last Success", 104, |o| {
    since(o, "/status/lastSuccessfulTime", "<none>")
});
/// `CronJob`: what happens when the last Job still runs.
pub(super) const CONCURRENCY: Extra =
    words("Concurrency", 110, |o| at(o, "/spec/concurrencyPolicy")).wide();

/// Event of events.k8s.io: how long ago it last happened; upstream's `printEvent`.
pub(super) const LAST_SEEN: Extra = figures("Last Seen", 88, |o| {
    first_time(
        o,
        &[
            "/series/lastObservedTime",
            "/deprecatedLastTimestamp",
            "/deprecatedFirstTimestamp",
            "/eventTime",
        ],
    )
});
/// Event of events.k8s.io: how long ago it first happened.
pub(super) const FIRST_SEEN: Extra = figures("First Seen", 88, |o| {
    first_time(o, &["/deprecatedFirstTimestamp", "/eventTime"])
})
.wide();

/// `LimitRange`: what it limits.
pub(super) const LIMITS: Extra = words("Limits", 220, |o| {
    joined(
        items(o, "/spec/limits")
            .iter()
            .map(|one| text(one, "/type").to_owned()),
    )
});
/// `ResourceQuota`: what it counts only.
pub(super) const SCOPES: Extra = words("Scopes", 160, |o| {
    joined(items(o, "/spec/scopes").iter().map(plain)).or_null()
})
.wide();

/// `PodDisruptionBudget`: healthy pods.
pub(super) const HEALTHY: Extra = figures("Healthy", 80, |o| {
    ratio(o, "/status/currentHealthy", "/status/desiredHealthy")
});
/// `PriorityClass`: what it is for.
pub(super) const DESCRIPTION: Extra = words("Description", 300, |o| at(o, "/description")).wide();
/// Lease: how long ago it was renewed.
pub(super) const RENEWED: Extra = figures("Renewed", 80, |o| since(o, "/spec/renewTime", "<none>"));

/// Webhooks: what happens to a request when they do not answer.
pub(super) const FAILURE_POLICY: Extra = words("Failure Policy", 120, |o| {
    distinct(o, |hook| text(hook, "/failurePolicy").to_owned())
});
/// Webhooks: who answers.
pub(super) const WEBHOOK_SERVICE: Extra = words("Answered By", 220, |o| {
    distinct(o, |hook| match text(hook, "/clientConfig/url") {
        "" => format!(
            "{}/{}",
            text(hook, "/clientConfig/service/namespace"),
            text(hook, "/clientConfig/service/name")
        ),
        url => url.to_owned(),
    })
})
.wide();

/// Service: whether a client keeps its pod.
pub(super) const AFFINITY: Extra =
    words("Session Affinity", 120, |o| at(o, "/spec/sessionAffinity")).wide();
/// Service: where traffic from outside may go.
pub(super) const TRAFFIC_POLICY: Extra = words("External Traffic", 120, |o| {
    at(o, "/spec/externalTrafficPolicy")
})
.wide();
/// Ingress: which path of which host leads where.
pub(super) const RULES: Extra = words("Rules", 320, |o| {
    let rules = items(o, "/spec/rules").iter().flat_map(|rule| {
        let host = text(rule, "/host");
        let host = if host.is_empty() { "*" } else { host };
        items(rule, "/http/paths").iter().map(move |path| {
            format!(
                "{host}{} → {}",
                text(path, "/path"),
                backend(&path["backend"])
            )
        })
    });
    let default = o
        .pointer("/spec/defaultBackend")
        .map(|to| format!("else → {}", backend(to)));
    joined(rules.chain(default))
});
/// `IngressClass` and `StorageClass`: whether it is taken where none is named.
pub(super) const DEFAULT_CLASS: Extra = words("Default", 80, |o| {
    let annotations = &o["metadata"]["annotations"];
    let is_default = [
        "ingressclass.kubernetes.io/is-default-class",
        "storageclass.kubernetes.io/is-default-class",
    ]
    .iter()
    .any(|key| annotations[key] == "true");
    GenericCell::text(if is_default { "default" } else { "" })
});
/// `NetworkPolicy`: whether it is about what comes in, goes out, or both.
pub(super) const POLICY_TYPES: Extra = words("Policy Types", 130, |o| {
    joined(items(o, "/spec/policyTypes").iter().map(plain))
});

/// `PersistentVolumeClaim`: how much was asked for.
pub(super) const REQUESTED: Extra = figures("Requested", 88, |o| {
    at(o, "/spec/resources/requests/storage")
})
.wide();
/// `StorageClass`: what its provisioner is told.
pub(super) const PARAMETERS: Extra = words("Parameters", 220, |o| pairs(o, "/parameters")).wide();

/// `ServiceAccount`: Secrets to pull images with.
pub(super) const PULL_SECRETS: Extra = words("Image Pull Secrets", 160, |o| {
    joined(
        items(o, "/imagePullSecrets")
            .iter()
            .map(|one| text(one, "/name").to_owned()),
    )
})
.wide();
/// Role, `ClusterRole`: how many rules.
pub(super) const RULE_COUNT: Extra = figures("Rules", 72, |o| count(o, "/rules"));
/// `ClusterRole`: whether its rules are those of others.
pub(super) const AGGREGATED: Extra = words("Aggregated", 96, |o| {
    GenericCell::text(if o.get("aggregationRule").is_some_and(Value::is_object) {
        "aggregated"
    } else {
        ""
    })
})
.wide();

/// `CustomResourceDefinition`: its kind.
pub(super) const CRD_KIND: Extra = words("Kind", 200, |o| at(o, "/spec/names/kind"));
/// `CustomResourceDefinition`: its API group.
pub(super) const CRD_GROUP: Extra = words("Group", 200, |o| at(o, "/spec/group"));
/// `CustomResourceDefinition`: served versions; the stored one first.
pub(super) const CRD_VERSIONS: Extra = words("Versions", 110, |o| {
    let served = || {
        items(o, "/spec/versions")
            .iter()
            .filter(|one| one["served"] == true)
    };
    let name = |one: &Value| text(one, "/name").to_owned();
    let stored = served().filter(|one| one["storage"] == true).map(name);
    joined(stored.chain(served().filter(|one| one["storage"] != true).map(name)))
});
/// `CustomResourceDefinition`: whether its objects live in namespaces.
pub(super) const CRD_SCOPE: Extra = words("Scope", 100, |o| at(o, "/spec/scope"));
/// `CustomResourceDefinition`: short names.
pub(super) const CRD_SHORT_NAMES: Extra = words("Short Names", 110, |o| {
    joined(items(o, "/spec/names/shortNames").iter().map(plain))
})
.wide();

impl GenericCell {
    /// Nothing in place of `<none>`, where that says nothing.
    fn or_null(self) -> Self {
        match self {
            Self::Text(text) if &*text == "<none>" => Self::Null,
            other => other,
        }
    }
}

/// The first of these times that is set.
fn first_time(object: &Value, pointers: &[&str]) -> GenericCell {
    let mut times = pointers.iter().map(|pointer| since(object, pointer, ""));
    times
        .find(|time| *time != GenericCell::Null)
        .unwrap_or_else(|| GenericCell::text("<unknown>"))
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn or_zero(object: &Value, pointer: &str) -> GenericCell {
    match at(object, pointer) {
        GenericCell::Null => GenericCell::Integer(0),
        cell => cell,
    }
}

fn ratio(object: &Value, part: &str, whole: &str) -> GenericCell {
    let figure = |pointer| object.pointer(pointer).and_then(Value::as_i64);
    match (figure(part), figure(whole)) {
        (None, None) => GenericCell::Null,
        (part, whole) => {
            let ratio = format!("{}/{}", part.unwrap_or(0), whole.unwrap_or(0));
            GenericCell::State(ratio.into())
        }
    }
}

fn backend(to: &Value) -> String {
    let port = match &to["service"]["port"] {
        Value::Object(port) => port
            .values()
            .next()
            .map_or_else(String::new, |port| match port {
                Value::String(name) => format!(":{name}"),
                number => format!(":{number}"),
            }),
        _ => String::new(),
    };
    match text(to, "/service/name") {
        "" => format!(
            "{}/{}",
            text(to, "/resource/kind"),
            text(to, "/resource/name")
        ),
        service => format!("{service}{port}"),
    }
}

/// What the webhooks of a configuration say, each once.
fn distinct(object: &Value, what: fn(&Value) -> String) -> GenericCell {
    let mut all: Vec<String> = items(object, "/webhooks").iter().map(what).collect();
    all.sort_unstable();
    all.dedup();
    joined(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_of_awkward_objects() {
        let ingress = json!({"spec": {"rules": [
            {"host": "a.example", "http": {"paths": [{"path": "/x", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}},
            {"http": {"paths": [{"backend": {"service": {"name": "api", "port": {"name": "http"}}}}]}},
            {"http": null}, 5],
            "defaultBackend": {"resource": {"kind": "Bucket", "name": "b"}}}});
        assert_eq!(
            (RULES.value)(&ingress),
            GenericCell::text("a.example/x → web:80, * → api:http, else → Bucket/b")
        );
        let crd = json!({"spec": {"versions": [
            {"name": "v1beta1", "served": true}, {"name": "v1", "served": true, "storage": true}, {"name": "v0", "served": false}]}});
        assert_eq!((CRD_VERSIONS.value)(&crd), GenericCell::text("v1, v1beta1"));
        let hooks = json!({"webhooks": [{"failurePolicy": "Fail"}, {"failurePolicy": "Fail"}, {}]});
        assert_eq!((FAILURE_POLICY.value)(&hooks), GenericCell::text("Fail"));
        assert_eq!(
            (CONDITIONS.value)(
                &json!({"status": {"conditions": [{"type": "Ready\u{202e}", "status": "True"}, {"type": "Odd", "status": "False"}]}})
            ),
            GenericCell::State("Ready⟨U+202E⟩".into())
        );
        assert_eq!(
            (LAST_SCHEDULE.value)(&json!({"status": {"lastScheduleTime": "no date"}})),
            GenericCell::text("<none>")
        );
    }

    /// Whatever an object holds, a cell of it is found or left empty.
    #[test]
    fn nothing_is_too_strange() {
        let strange = [
            json!(null),
            json!([]),
            json!("x"),
            json!({"spec": 5, "status": [], "rules": {}, "webhooks": [null]}),
            json!({"spec": {"rules": [{"http": {"paths": [null]}}], "limits": [7], "selector": []}}),
        ];
        for known in crate::catalog::all() {
            for extra in known.definition.extras {
                for object in &strange {
                    let _ = (extra.value)(object);
                }
            }
        }
    }
}
