//! What people call a metric: by what its trigger measures, not by the name that KEDA made for it.

use scaling::hpa::spec::{MetricSpec, SourceKind};
use scaling::keda::ScaledObject;
use scaling::keda::triggers::TriggerSpec;

/// Letters of a query that are shown.
const QUERY: usize = 40;
/// What names the source of a trigger of any other type, the most telling first.
const TELLING: [&str; 16] = [
    "topic",
    "queueName",
    "queueURL",
    "queue",
    "subject",
    "stream",
    "streamName",
    "listName",
    "subscriptionName",
    "topicName",
    "consumerGroup",
    "metricName",
    "query",
    "url",
    "scalerAddress",
    "host",
];

/// A metric's name in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    /// `kubernetes-workload`
    pub(super) name: String,
    /// `app=nginx`; may be empty.
    pub(super) note: String,
}

impl Title {
    /// `kubernetes-workload app=nginx`
    pub(super) fn whole(&self) -> String {
        match &*self.note {
            "" => self.name.clone(),
            note => format!("{} {note}", self.name),
        }
    }
}

/// The title of a trigger.
pub(super) fn of_trigger(trigger: &TriggerSpec) -> Title {
    let read = |name: &str| {
        let text = trigger.metadata.get(name).map_or("", |text| text.trim());
        text.to_owned()
    };
    let note = match &*trigger.kind {
        "cron" => cron(&read("start"), &read("end"), &read("timezone")),
        "kubernetes-workload" => read("podSelector"),
        "prometheus" => shortened(&read("query")),
        "cpu" | "memory" => read("containerName"),
        _ => {
            let told = TELLING.iter().map(|name| read(name));
            let told = told.into_iter().find(|text| !text.is_empty());
            shortened(&told.unwrap_or_default())
        }
    };
    let name = match &*trigger.name {
        "" => trigger.kind.clone(),
        own => format!("{} {own}", trigger.kind),
    };
    Title { name, note }
}

/// The title of a metric of an HPA, which may be a trigger's of this `ScaledObject`.
pub(super) fn of_metric(metric: &MetricSpec, object: Option<&ScaledObject>) -> Title {
    let plain = |name: &str, note: String| Title {
        name: name.to_owned(),
        note,
    };
    match &metric.kind {
        SourceKind::Resource => {
            let name = metric.resource.as_ref().map_or("", |source| &source.name);
            plain(name, String::new())
        }
        SourceKind::ContainerResource => {
            let source = metric.container_resource.as_ref();
            source.map_or_else(Title::default, |source| {
                plain(&source.name, format!("of container {}", source.container))
            })
        }
        SourceKind::Pods => {
            let source = metric.pods.as_ref();
            plain(
                source.map_or("", |source| &source.metric.name),
                "of the pods".to_owned(),
            )
        }
        SourceKind::Object => metric
            .object
            .as_ref()
            .map_or_else(Title::default, |source| {
                let object = &source.described_object;
                plain(
                    &source.metric.name,
                    format!("of {} {}", object.kind, object.name),
                )
            }),
        SourceKind::External => {
            let name = metric
                .external
                .as_ref()
                .map_or("", |source| &*source.metric.name);
            of_external(name, object).unwrap_or_else(|| plain(name, String::new()))
        }
        SourceKind::Other(kind) => plain(kind, String::new()),
    }
}

/// The title of an external metric, if it is a trigger's of this `ScaledObject`.
pub(super) fn of_external(metric: &str, object: Option<&ScaledObject>) -> Option<Title> {
    let object = object?;
    if metric == scaling::keda::scaled_object::COMPOSITE_METRIC {
        let modifiers = object.modifiers()?;
        return Some(Title {
            name: "formula".to_owned(),
            note: shortened(&modifiers.formula),
        });
    }
    of_position(metric, &object.spec.triggers)
}

/// The title of the trigger by whose position KEDA named a metric.
pub(super) fn of_position(metric: &str, triggers: &[TriggerSpec]) -> Option<Title> {
    // KEDA puts the position before the trigger's own name (`GenerateMetricNameWithIndex`).
    let index = metric.strip_prefix('s')?.split_once('-')?.0;
    let trigger = triggers.get(index.parse::<usize>().ok()?)?;
    Some(of_trigger(trigger))
}

/// A text in which the names that KEDA made for metrics are titles.
pub(super) fn retitled(text: &str, object: Option<&ScaledObject>) -> String {
    let names = object.map_or(&[][..], |object| &object.status.external_metric_names[..]);
    let mut told = text.to_owned();
    for name in names {
        if let Some(title) = of_external(name, object) {
            let title = title.whole();
            told = told
                .replace(&format!("{name} (external)"), &title)
                .replace(name.as_str(), &title);
        }
    }
    told
}

fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= QUERY {
        return text;
    }
    let start: String = text.chars().take(QUERY - 1).collect();
    format!("{}…", start.trim_end())
}

/// `21:00–24:00 Europe/Oslo`, `08:00–18:00 Mon–Fri Europe/Oslo`; what is no time of day stays as it is written.
fn cron(start: &str, end: &str, zone: &str) -> String {
    let window = match (Daily::read(start), Daily::read(end)) {
        (Some(from), Some(until)) if from.days == until.days => {
            let days = match &*from.days {
                "" => String::new(),
                days => format!(" {days}"),
            };
            let until = match &*until.time {
                "00:00" => "24:00",
                time => time,
            };
            format!("{}–{until}{days}", from.time)
        }
        _ => format!("from {start} to {end}"),
    };
    format!("{window} {zone}").trim().to_owned()
}

/// A schedule of one time a day.
struct Daily {
    /// `21:00`
    time: String,
    /// `Mon–Fri`; empty for all.
    days: String,
}

impl Daily {
    fn read(schedule: &str) -> Option<Self> {
        let fields: Vec<&str> = schedule.split_whitespace().collect();
        let [minute, hour, "*", "*", days] = fields[..] else {
            return None;
        };
        let (minute, hour): (u8, u8) = (minute.parse().ok()?, hour.parse().ok()?);
        Some(Self {
            time: format!("{hour:02}:{minute:02}"),
            days: match days {
                "*" => String::new(),
                days => self::days(days)?,
            },
        })
    }
}

/// `1-5` as `Mon–Fri`, `6,0` as `Sat, Sun`.
fn days(text: &str) -> Option<String> {
    let day = |text: &str| {
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let by_name = names.iter().find(|name| name.eq_ignore_ascii_case(text));
        by_name.copied().or_else(|| {
            let index: usize = text.parse().ok()?;
            names.get(index).copied()
        })
    };
    let parts = text.split(',').map(|part| match part.split_once('-') {
        Some((from, to)) => Some(format!("{}–{}", day(from)?, day(to)?)),
        None => day(part).map(str::to_owned),
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn triggers_are_called_by_what_they_measure() {
        for (kind, metadata, title) in [
            (
                "cron",
                json!({"start": "0 21 * * *", "end": "0 0 * * *", "timezone": "Europe/Oslo"}),
                "cron 21:00–24:00 Europe/Oslo",
            ),
            (
                "cron",
                json!({"start": "30 8 * * 1-5", "end": "0 18 * * MON-FRI", "timezone": "UTC"}),
                "cron 08:30–18:00 Mon–Fri UTC",
            ),
            (
                "cron",
                json!({"start": "*/5 8 * * *", "end": "0 18 1 * *", "timezone": "UTC"}),
                "cron from */5 8 * * * to 0 18 1 * * UTC",
            ),
            (
                "kubernetes-workload",
                json!({"podSelector": "app=nginx", "value": "2"}),
                "kubernetes-workload app=nginx",
            ),
            (
                "prometheus",
                json!({"query": "sum(rate(\n  http_requests_total{job=\"web\"}[2m]))"}),
                "prometheus sum(rate( http_requests_total{job=\"web\"…",
            ),
            ("kafka", json!({"topic": "orders"}), "kafka orders"),
            ("cpu", json!({"value": "80"}), "cpu"),
        ] {
            let trigger: TriggerSpec =
                serde_json::from_value(json!({"type": kind, "metadata": metadata})).unwrap();
            assert_eq!(of_trigger(&trigger).whole(), title);
        }
    }

    #[test]
    fn an_external_metric_is_found_by_its_position() {
        let object: ScaledObject = serde_json::from_value(json!({"spec": {"triggers": [
            {"type": "cpu", "metadata": {}},
            {"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx"}}]}}))
        .unwrap();
        let of = |metric: &str| of_external(metric, Some(&object)).map(|title| title.whole());
        assert_eq!(
            of("s1-workload-web").as_deref(),
            Some("kubernetes-workload app=nginx")
        );
        assert_eq!(of("s9-cron-x"), None);
        assert_eq!(of("queue_length"), None);
    }
}
