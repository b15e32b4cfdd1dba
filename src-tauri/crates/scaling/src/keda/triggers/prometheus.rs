//! The prometheus trigger (KEDA v2.21.0 `pkg/scalers/prometheus_scaler.go`): the one number a query gives.

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::{
    BadField, MetricTarget, MetricValue, Outcome, Place, Source, TriggerSpec, metric_name,
};
use crate::certainty::Certainty;
use crate::keda::amount::Amount;
use crate::keda::go;

/// A prometheus trigger understood.
#[derive(Clone, Debug, PartialEq)]
pub struct PrometheusTrigger {
    /// `s0-prometheus`
    pub metric: String,
    /// Where it asks.
    pub server_address: String,
    /// What it asks.
    pub query: String,
    /// The threshold.
    pub target: MetricTarget,
    /// Active above this.
    pub activation_threshold: f64,
    /// Whether no number counts as 0; else it is an error.
    pub ignore_null_values: bool,
}

/// The answer to a query, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaPrometheusAnswer"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum PrometheusAnswer {
    /// One series with a value, as Prometheus writes it: `12.5`, `NaN`.
    Value {
        /// The text.
        text: String,
    },
    /// One series with `null` for a value, which is −1.
    Null,
    /// No series, or one without a sample.
    Empty,
    /// One series with half a sample, which is an error.
    HalfSample,
    /// Several series, which is an error.
    Many,
    /// A status that is not 2xx.
    Status {
        /// The status.
        code: u16,
    },
}

impl PrometheusTrigger {
    pub(super) fn build(spec: &TriggerSpec, place: Place<'_>) -> Result<Self, Vec<BadField>> {
        let mut parameters = Parameters::of(spec);
        let server_address = parameters.required("serverAddress");
        let query = parameters.required("query");
        let threshold = parameters.required_float("threshold");
        let activation_threshold = parameters.float("activationThreshold", 0.0);
        let ignore_null_values = parameters.bool("ignoreNullValues", true);
        parameters.bool("unsafeSsl", false);
        for map in ["queryParameters", "customHeaders"] {
            let pairs = parameters.optional(map).unwrap_or_default();
            let whole = |pair: &str| pair.split('=').count() == 2;
            if !pairs.is_empty() && !pairs.split(',').all(whole) {
                parameters.refuse(map, "it is no list of key=value");
            }
        }
        let target = MetricTarget::new(&spec.metric_type, Amount::Float(threshold));
        let target = target.unwrap_or_else(|bad| {
            parameters.add(bad);
            MetricTarget {
                kind: String::new(),
                amount: Amount::Whole(0),
            }
        });
        parameters.finish(Self {
            metric: metric_name(place.index, "prometheus"),
            server_address: server_address.to_owned(),
            query: query.to_owned(),
            target,
            activation_threshold,
            ignore_null_values,
        })
    }

    /// What the answer comes to; `Err` where none is given.
    pub(super) fn outcome(&self, source: &Source) -> Result<Outcome, Certainty> {
        match source {
            Source::Prometheus { answer } => Ok(match self.number(answer) {
                Ok(number) => Outcome::Value(MetricValue {
                    amount: Amount::Float(number),
                    number,
                    activation_threshold: Some(self.activation_threshold),
                    is_active: number > self.activation_threshold,
                }),
                Err(error) => Outcome::Failed { error },
            }),
            Source::Failed { error } => Ok(Outcome::Failed {
                error: error.clone(),
            }),
            Source::Silent | Source::Pods { .. } | Source::Metrics { .. } => {
                Err(Certainty::Unknown {
                    why: "what Prometheus answers is not known".into(),
                })
            }
        }
    }

    fn number(&self, answer: &PrometheusAnswer) -> Result<f64, String> {
        let absent = |what: &str| {
            if self.ignore_null_values {
                Ok(0.0)
            } else {
                Err(format!(
                    "prometheus metrics 'prometheus' target may be lost, {what}"
                ))
            }
        };
        match answer {
            PrometheusAnswer::Value { text } => {
                let number = go::parse_float(text)
                    .ok_or_else(|| format!("Prometheus answers no number: {text}"))?;
                if number.is_finite() {
                    Ok(number)
                } else {
                    absent("the value is no finite number")
                }
            }
            PrometheusAnswer::Null => Ok(-1.0),
            PrometheusAnswer::Empty => absent("the result is empty"),
            PrometheusAnswer::HalfSample => Err(format!(
                "prometheus query {} didn't return enough values",
                self.query
            )),
            PrometheusAnswer::Many => Err(format!(
                "prometheus query {} returned multiple elements",
                self.query
            )),
            PrometheusAnswer::Status { code } if (200..300).contains(code) => {
                Err("the answer is no JSON".into())
            }
            PrometheusAnswer::Status { code } => Err(format!(
                "prometheus query api returned error. status: {code}"
            )),
        }
    }
}
