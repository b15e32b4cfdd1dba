//! What the metrics APIs answer, asked as the controllers ask, while somebody looks.

use std::time::Duration;

use cluster::fetch::escape;
use cluster::{Ask, Connection, RequestError};
use model::fact::{Part, SeenRow, What, external_values, object_value, pod_usages, pod_values};
use model::links::Selector;
use model::{DecodeError, ObjectRow, Resource};
use scaling::Certainty;
use scaling::hpa::situation::{Answer, Answered, ExternalAnswer, ObjectAnswer, PodsAnswer};
use scaling::hpa::spec::{MetricIdentifier, ObjectRef, SourceKind, Spec};
use scaling::keda::ScaledObject;
use scaling::keda::produced_hpa::OWNER_LABEL;
use scaling::keda::scaled_object::POLLING_INTERVAL;

use super::super::Session;
use super::role::Role;
use super::state::Graph;

/// metrics-server measures no oftener, the HPA controller asks no oftener.
const EVERY: Duration = Duration::from_secs(15);
/// How long an API that is not there, or is withheld, is left alone.
const ABSENT_MS: i64 = 60_000;
/// Where the cluster's time runs faster, what is asked in memory is asked no oftener than this.
const LEAST_MS: i64 = 1_000;
/// Who has not looked for so long looks no more.
const LOOKING_MS: i64 = 10_000;

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    /// `metrics.k8s.io`: the pods of this selector.
    Usage { selector: String },
    /// `custom.metrics.k8s.io` for the pods of this selector.
    Pods {
        metric: MetricIdentifier,
        selector: String,
    },
    /// `custom.metrics.k8s.io` for an object, of this plural and group.
    Object {
        metric: MetricIdentifier,
        object: ObjectRef,
        resource: String,
    },
    /// `external.metrics.k8s.io`; behind it KEDA asks the source.
    External { metric: MetricIdentifier },
}

/// The questions of a graph and when each is asked again.
#[derive(Debug, Default)]
pub(super) struct Measures {
    /// When somebody last looked, on this computer's clock.
    looked_ms: i64,
    /// When each is asked again, on this computer's clock.
    due: Vec<(Question, i64)>,
    /// The part was told as watched.
    told: bool,
}

impl Measures {
    /// Somebody looks.
    pub(super) fn look(&mut self, wall_ms: i64) {
        self.looked_ms = wall_ms;
    }

    fn is_looked_at(&self, wall_ms: i64) -> bool {
        (0..LOOKING_MS).contains(&(wall_ms - self.looked_ms))
    }

    /// Those that are due; each is asked again after its period.
    fn take_due(&mut self, all: Vec<(Question, i64)>, wall_ms: i64) -> Vec<Question> {
        self.due
            .retain(|(question, _)| all.iter().any(|(wanted, _)| wanted == question));
        let mut due = Vec::new();
        for (question, every_ms) in all {
            let again_ms = wall_ms + every_ms;
            match self.due.iter_mut().find(|(known, _)| *known == question) {
                // A clock that was set back waits no longer than a period.
                Some((_, at)) if *at > wall_ms && *at <= again_ms.max(wall_ms + ABSENT_MS) => {
                    continue;
                }
                Some((_, at)) => *at = again_ms,
                None => self.due.push((question.clone(), again_ms)),
            }
            due.push(question);
        }
        due
    }

    fn leave_alone(&mut self, question: &Question, wall_ms: i64) {
        let known = self.due.iter_mut().find(|(known, _)| known == question);
        if let Some((_, at)) = known {
            *at = (*at).max(wall_ms + ABSENT_MS);
        }
    }
}

/// How often a question is asked on this computer, where so many of the cluster's seconds pass in one of its.
fn every_ms(question: &Question, object: Option<&ScaledObject>, rate: u32) -> i64 {
    let passes = i64::try_from(EVERY.as_millis()).unwrap_or(15_000);
    let period = match question {
        Question::Usage { .. } | Question::Pods { .. } | Question::Object { .. } => passes,
        Question::External { metric } => {
            let polls = match object {
                Some(object) => object.polling_interval(),
                None if of_metric(metric).starts_with(OWNER_LABEL) => POLLING_INTERVAL,
                None => 0,
            };
            passes.max(i64::from(polls) * 1_000)
        }
    };
    (period / i64::from(rate.max(1))).max(LEAST_MS)
}

/// What the controller asks for a spec.
fn questions(
    spec: &Spec,
    selector: &str,
    resource_of: impl Fn(&ObjectRef) -> Option<Resource>,
) -> Vec<Question> {
    let mut all = Vec::new();
    for metric in &spec.metrics {
        let question = match &metric.kind {
            SourceKind::Resource | SourceKind::ContainerResource => Some(Question::Usage {
                selector: selector.to_owned(),
            }),
            SourceKind::Pods => metric.pods.as_ref().map(|source| Question::Pods {
                metric: source.metric.clone(),
                selector: selector.to_owned(),
            }),
            SourceKind::Object => metric.object.as_ref().and_then(|source| {
                let resource = resource_of(&source.described_object)?;
                Some(Question::Object {
                    metric: source.metric.clone(),
                    object: source.described_object.clone(),
                    resource: match &*resource.group {
                        "" => resource.plural,
                        group => format!("{}.{group}", resource.plural),
                    },
                })
            }),
            SourceKind::External => metric.external.as_ref().map(|source| Question::External {
                metric: source.metric.clone(),
            }),
            SourceKind::Other(_) => None,
        };
        if let Some(question) = question
            && !all.contains(&question)
            // An empty selector would measure the whole namespace.
            && !(selector.is_empty() && matches!(question, Question::Usage { .. } | Question::Pods { .. }))
        {
            all.push(question);
        }
    }
    all
}

impl Question {
    /// Its path in these namespaces, with the version of the custom metrics API.
    fn path(&self, namespace: &str, custom: &str) -> String {
        let namespace = escape(namespace);
        let labels = |name: &str, text: &str| match text {
            "" => Vec::new(),
            text => vec![format!("{name}={}", escape(text))],
        };
        let with = |path: String, query: Vec<String>| match query.join("&") {
            query if query.is_empty() => path,
            query => format!("{path}?{query}"),
        };
        let custom = format!("/apis/custom.metrics.k8s.io/{custom}/namespaces/{namespace}");
        match self {
            Self::Usage { selector } => with(
                format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"),
                labels("labelSelector", selector),
            ),
            Self::Pods { metric, selector } => {
                let mut query = labels("labelSelector", selector);
                query.extend(labels("metricLabelSelector", &of_metric(metric)));
                with(format!("{custom}/pods/*/{}", escape(&metric.name)), query)
            }
            Self::Object {
                metric,
                object,
                resource,
            } => {
                let query = labels("metricLabelSelector", &of_metric(metric));
                let (metric, name) = (escape(&metric.name), escape(&object.name));
                if resource == "namespaces" {
                    let root = custom.rsplit_once('/').map_or("", |(root, _)| root);
                    return with(format!("{root}/{name}/metrics/{metric}"), query);
                }
                with(
                    format!("{custom}/{}/{name}/{metric}", escape(resource)),
                    query,
                )
            }
            Self::External { metric } => with(
                format!(
                    "/apis/external.metrics.k8s.io/v1beta1/namespaces/{namespace}/{}",
                    escape(&metric.name)
                ),
                labels("labelSelector", &of_metric(metric)),
            ),
        }
    }

    /// The fact that an answer is.
    fn fact(&self, body: Result<&[u8], &RequestError>) -> What {
        match self {
            Self::Usage { .. } => What::Usage(answer(body, pod_usages)),
            Self::Pods { metric, .. } => What::PodsMetric(PodsAnswer {
                metric: metric.clone(),
                answer: answer(body, pod_values),
            }),
            Self::Object { metric, object, .. } => What::ObjectMetric(ObjectAnswer {
                metric: metric.clone(),
                object: object.clone(),
                answer: match answer(body, object_value) {
                    Answer {
                        result: Answered::Value(Some(value)),
                        certainty,
                    } => Answer {
                        result: Answered::Value(value),
                        certainty,
                    },
                    Answer {
                        result: Answered::Value(None),
                        ..
                    } => Answer::failed("the custom metrics API has no value of it"),
                    Answer {
                        result: Answered::Error(error),
                        certainty,
                    } => Answer {
                        result: Answered::Error(error),
                        certainty,
                    },
                },
            }),
            Self::External { metric } => What::ExternalMetric(ExternalAnswer {
                metric: metric.clone(),
                answer: answer(body, external_values),
            }),
        }
    }
}

/// Labels of a metric as a query has them.
fn of_metric(metric: &MetricIdentifier) -> String {
    let selector = metric.selector.as_ref();
    let value = selector.and_then(|selector| serde_json::to_value(selector).ok());
    let read = value.as_ref().and_then(Selector::of_object);
    read.map(|selector| selector.query()).unwrap_or_default()
}

/// A failure of the API is what the controller has, too; one between here and there says nothing of it.
fn answer<T>(
    body: Result<&[u8], &RequestError>,
    read: fn(&[u8]) -> Result<T, DecodeError>,
) -> Answer<T> {
    let unknown = |why: String| Answer {
        result: Answered::Error(why.clone()),
        certainty: Certainty::Unknown { why },
    };
    match body {
        Ok(body) => match read(body) {
            Ok(value) => Answer::observed(value),
            Err(error) => Answer::failed(error.to_string()),
        },
        Err(RequestError::Status {
            code: code @ (404 | 500..),
            message,
            reason,
            ..
        }) => Answer::failed(match &**message {
            "" => format!("{reason} ({code})"),
            message => message.to_owned(),
        }),
        Err(error) => unknown(format!("the metrics API could not be asked: {error}")),
    }
}

async fn ask(
    connection: &Connection,
    namespace: &str,
    question: &Question,
) -> Result<Vec<u8>, RequestError> {
    let path = question.path(namespace, "v1beta2");
    let mut body = connection.bytes(Ask::json(&path)).await;
    let is_custom = matches!(question, Question::Pods { .. } | Question::Object { .. });
    if is_custom && matches!(body, Err(RequestError::Status { code: 404, .. })) {
        let path = question.path(namespace, "v1beta1");
        body = connection.bytes(Ask::json(&path)).await;
    }
    body.map(|body| body.to_vec())
}

impl Graph {
    /// What the watch of this role brought first.
    fn first_seen(&self, is_it: impl Fn(&Role) -> bool) -> Option<&SeenRow> {
        let watch = self.watches.iter().find(|watch| is_it(&watch.role))?;
        match watch.rows.values().next()? {
            ObjectRow::Seen(seen) => Some(seen),
            _ => None,
        }
    }

    /// The HPA's spec as stored.
    pub(super) fn hpa_spec(&self) -> Option<&Spec> {
        match &self.first_seen(|role| *role == Role::Hpa)?.what {
            What::Hpa(Some(hpa)) => Some(&hpa.spec),
            _ => None,
        }
    }

    /// The `ScaledObject` whole.
    pub(super) fn scaled_object(&self) -> Option<&ScaledObject> {
        match &self.first_seen(|role| *role == Role::ScaledObject)?.what {
            What::ScaledObject(Some(object)) => Some(object),
            _ => None,
        }
    }
}

impl Session {
    /// Asks what is due of the graphs that somebody looks at.
    pub(super) fn measure_graphs(&mut self, wall_ms: i64) {
        let doubt = self.status.doubt().is_some();
        let (now_ms, rate) = (self.now_ms(), self.time.rate());
        let mut asks = Vec::new();
        for (id, graph) in &mut self.graphs {
            if doubt || graph.deleted || !graph.measures.is_looked_at(wall_ms) {
                if std::mem::take(&mut graph.measures.told) {
                    graph.tell(now_ms, What::Unwatched(Part::Metrics));
                }
                continue;
            }
            let Some(spec) = graph.hpa_spec() else {
                continue;
            };
            let selector = graph.target.as_ref().map_or("", |target| &target.selector);
            let kinds = &self.kinds;
            let all = questions(spec, selector, |object| {
                kinds.resource(&object.api_version, &object.kind)
            });
            let object = graph.scaled_object();
            let all = all.into_iter().map(|question| {
                let every = every_ms(&question, object, rate);
                (question, every)
            });
            let all = all.collect();
            let due = graph.measures.take_due(all, wall_ms);
            asks.extend(
                due.into_iter()
                    .map(|question| (*id, graph.namespace.clone(), question)),
            );
        }
        for (id, namespace, question) in asks {
            let connection = self.connection.clone();
            self.later(
                async move {
                    let body = ask(&connection, &namespace, &question).await;
                    (question, body)
                },
                move |session, (question, body)| session.measured(id, &question, &body),
            );
        }
    }

    fn measured(&mut self, id: u32, question: &Question, body: &Result<Vec<u8>, RequestError>) {
        let (wall_ms, now_ms) = (self.wall_ms(), self.now_ms());
        let Some(graph) = self.graphs.get_mut(&id) else {
            return;
        };
        if let Err(error) = body
            && matches!(error.code(), Some(403 | 404))
        {
            graph.measures.leave_alone(question, wall_ms);
        }
        if !std::mem::replace(&mut graph.measures.told, true) {
            graph.tell(now_ms, What::Watched(Part::Metrics));
        }
        graph.tell(now_ms, question.fact(body.as_deref()));
        graph.asks.is_due = true;
        graph.touch();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metric(name: &str) -> MetricIdentifier {
        serde_json::from_value(
            json!({"name": name, "selector": {"matchLabels": {"scaledobject.keda.sh/name": "cosci"}}}),
        )
        .unwrap()
    }

    #[test]
    fn paths_are_the_controllers() {
        let usage = Question::Usage {
            selector: "app=web,tier in (a,b)".to_owned(),
        };
        assert_eq!(
            usage.path("shop", "v1beta2"),
            "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods?labelSelector=app%3Dweb%2Ctier%20in%20%28a%2Cb%29"
        );
        let external = Question::External {
            metric: metric("s0-cron"),
        };
        assert_eq!(
            external.path("web", "v1beta2"),
            "/apis/external.metrics.k8s.io/v1beta1/namespaces/web/s0-cron?labelSelector=scaledobject.keda.sh%2Fname%3Dcosci"
        );
        let bare = MetricIdentifier {
            name: "packets".to_owned(),
            selector: None,
        };
        let pods = Question::Pods {
            metric: bare.clone(),
            selector: "app=web".to_owned(),
        };
        assert_eq!(
            pods.path("shop", "v1beta1"),
            "/apis/custom.metrics.k8s.io/v1beta1/namespaces/shop/pods/*/packets?labelSelector=app%3Dweb"
        );
        let of = |kind: &str, resource: &str| Question::Object {
            metric: bare.clone(),
            object: serde_json::from_value(json!({"kind": kind, "name": "main"})).unwrap(),
            resource: resource.to_owned(),
        };
        assert_eq!(
            of("Ingress", "ingresses.networking.k8s.io").path("shop", "v1beta2"),
            "/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/ingresses.networking.k8s.io/main/packets"
        );
        assert_eq!(
            of("Namespace", "namespaces").path("main", "v1beta2"),
            "/apis/custom.metrics.k8s.io/v1beta2/namespaces/main/metrics/packets"
        );
    }

    #[test]
    fn each_question_has_its_pace_and_goes_with_the_spec() {
        let external = Question::External {
            metric: metric("s0-cron"),
        };
        let usage = Question::Usage {
            selector: "app=web".to_owned(),
        };
        let object: ScaledObject =
            serde_json::from_value(json!({"spec": {"pollingInterval": 40}})).unwrap();
        assert_eq!(every_ms(&usage, Some(&object), 1), 15_000);
        assert_eq!(every_ms(&external, Some(&object), 1), 40_000);
        assert_eq!(every_ms(&external, None, 0), 30_000, "KEDA serves it");
        assert_eq!(every_ms(&external, Some(&object), 60), 1_000);
        let mut measures = Measures::default();
        let all = || vec![(usage.clone(), 15_000), (external.clone(), 40_000)];
        assert_eq!(measures.take_due(all(), 1_000).len(), 2);
        assert_eq!(measures.take_due(all(), 15_999), []);
        assert_eq!(
            measures.take_due(all(), 16_000),
            std::slice::from_ref(&usage)
        );
        measures.leave_alone(&usage, 16_000);
        assert_eq!(
            measures.take_due(all(), 41_000),
            std::slice::from_ref(&external)
        );
        assert_eq!(measures.take_due(all(), 76_000).len(), 1);
        // What the spec no longer has is forgotten, and asked at once when it is back.
        assert_eq!(measures.take_due(Vec::new(), 76_001), []);
        assert_eq!(measures.take_due(all(), 76_002).len(), 2);
    }

    #[test]
    fn what_this_account_lacks_is_not_what_the_controller_has() {
        let status = |code: u16| RequestError::Status {
            code,
            reason: "Forbidden".to_owned(),
            message: "no".to_owned(),
            retry_after: None,
        };
        let question = Question::Usage {
            selector: "app=web".to_owned(),
        };
        let certainty = |error: &RequestError| match question.fact(Err(error)) {
            What::Usage(answer) => answer.certainty,
            other => panic!("{other:?}"),
        };
        assert_eq!(certainty(&status(503)), Certainty::Observed);
        for error in [status(403), RequestError::Cut] {
            assert!(
                matches!(certainty(&error), Certainty::Unknown { .. }),
                "{error}"
            );
        }
    }
}
