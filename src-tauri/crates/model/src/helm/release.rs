//! One revision of a release, decoded from its Secret or `ConfigMap`.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

use crate::kind::Resource;
use crate::text;

/// Type of the Secrets that Helm keeps releases in.
pub const SECRET_TYPE: &str = "helm.sh/release.v1";
/// Largest payload once inflated. Helm itself cannot store a release that is larger than a Secret (1 MiB) when compressed.
pub const LIMIT: usize = 32 << 20;

/// Where Helm keeps revisions: its storage driver. (Its SQL driver keeps them outside the cluster.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Driver {
    /// The default.
    Secrets,
    /// `HELM_DRIVER=configmap`.
    ConfigMaps,
}

impl Driver {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Secrets, Self::ConfigMaps];

    /// The objects it keeps revisions in.
    pub fn resource(self) -> Resource {
        let (plural, kind) = match self {
            Self::Secrets => ("secrets", "Secret"),
            Self::ConfigMaps => ("configmaps", "ConfigMap"),
        };
        Resource {
            group: String::new(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
            kind: kind.to_owned(),
            namespaced: true,
        }
    }
}

/// Name and revision in the name of a release's Secret or `ConfigMap`: `sh.helm.release.v1.web.v3` (helm/pkg/storage/storage.go, `makeKey`).
pub fn of_secret_name(secret: &str) -> Option<(&str, u32)> {
    let (name, revision) = secret
        .strip_prefix("sh.helm.release.v1.")?
        .rsplit_once(".v")?;
    Some((name, revision.parse().ok()?)).filter(|_| !name.is_empty())
}

/// The name of the Secret or `ConfigMap` that holds a revision.
pub fn secret_name(name: &str, revision: u32) -> String {
    format!("sh.helm.release.v1.{name}.v{revision}")
}

/// What makes a payload unreadable; asking again does not help before it is written anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// There is no `data.release`.
    #[error("it holds no release")]
    Absent,
    /// Not base64 where that is to be, or cut short in it.
    #[error("its payload is damaged: it is not base64 twice over")]
    Base64,
    /// Not gzip, or cut short in it.
    #[error("its payload is damaged: it does not inflate")]
    Gzip,
    /// Inflates to more than [`LIMIT`].
    #[error("its payload inflates to more than 32 MiB and was refused")]
    TooLarge,
    /// Not the JSON of a release.
    #[error("its payload is damaged: it is not the JSON of a release")]
    Json,
}

/// One revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Release {
    /// Name.
    pub name: String,
    /// Namespace it is installed in.
    pub namespace: String,
    /// Counts from 1.
    pub revision: u32,
    /// `deployed`, `failed`, `pending-upgrade`, `superseded`, `uninstalled`.
    pub status: String,
    /// Of the status: `Upgrade complete`, or why it failed.
    pub description: String,
    /// Name of the chart.
    pub chart: String,
    /// Version of the chart.
    pub chart_version: String,
    /// Version of what the chart installs.
    pub app_version: String,
    /// When the release was first deployed, Unix ms.
    pub first_ms: Option<i64>,
    /// When this revision was, Unix ms.
    pub updated_ms: Option<i64>,
    /// The chart's notes, rendered.
    pub notes: String,
    /// What the user supplied.
    pub values: Value,
    /// The chart's defaults.
    pub defaults: Value,
    /// Everything that was rendered, as several YAML documents.
    pub manifest: String,
    /// Hooks, rendered, each with a comment on its source.
    pub hooks: Vec<String>,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    version: u32,
    info: Option<Info>,
    chart: Option<Chart>,
    config: Option<Value>,
    #[serde(default)]
    manifest: Option<String>,
    hooks: Option<Vec<Hook>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    first_deployed: Option<String>,
    last_deployed: Option<String>,
    description: Option<String>,
    status: Option<String>,
    notes: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chart {
    metadata: Option<ChartMetadata>,
    values: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ChartMetadata {
    name: Option<String>,
    version: Option<String>,
    app_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Hook {
    path: Option<String>,
    manifest: Option<String>,
}

/// The release in a Secret (or in a `ConfigMap` of Helm's other driver): helm/pkg/storage/driver/util.go, `decodeRelease`.
pub fn decode(object: &Value) -> Result<Release, ReleaseError> {
    let data = object
        .pointer("/data/release")
        .and_then(Value::as_str)
        .ok_or(ReleaseError::Absent)?;
    let encoded = if object.get("kind").and_then(Value::as_str) == Some("ConfigMap") {
        data.as_bytes().to_vec()
    } else {
        unbased(data.as_bytes())?
    };
    let payload = unbased(&encoded)?;
    // Helm 2 and the first of Helm 3 did not compress.
    let json = if payload.starts_with(&[0x1f, 0x8b]) {
        inflated(&payload)?
    } else {
        payload
    };
    let payload: Payload = serde_json::from_slice(&json).map_err(|_| ReleaseError::Json)?;
    if payload.name.is_empty() {
        return Err(ReleaseError::Json);
    }
    Ok(payload.into())
}

fn unbased(bytes: &[u8]) -> Result<Vec<u8>, ReleaseError> {
    STANDARD
        .decode(bytes.trim_ascii())
        .map_err(|_| ReleaseError::Base64)
}

fn inflated(gzip: &[u8]) -> Result<Vec<u8>, ReleaseError> {
    let mut json = Vec::new();
    let most = u64::try_from(LIMIT).unwrap_or(u64::MAX);
    GzDecoder::new(gzip)
        .take(most + 1)
        .read_to_end(&mut json)
        .map_err(|_| ReleaseError::Gzip)?;
    if json.len() > LIMIT {
        return Err(ReleaseError::TooLarge);
    }
    Ok(json)
}

impl From<Payload> for Release {
    fn from(payload: Payload) -> Self {
        let (info, chart) = (
            payload.info.unwrap_or_default(),
            payload.chart.unwrap_or_default(),
        );
        let about = chart.metadata.unwrap_or_default();
        let line = |text: Option<String>| text::visible(&text.unwrap_or_default()).into_owned();
        let lines = |text: &str| text::visible_lines(text).into_owned();
        let ms = |time: Option<String>| -> Option<i64> {
            let at = time?.parse::<jiff::Timestamp>().ok()?.as_millisecond();
            // Go's zero time means "never".
            (at > 0).then_some(at)
        };
        let hooks = payload.hooks.unwrap_or_default().into_iter().map(|hook| {
            let source = hook.path.unwrap_or_default();
            lines(&format!(
                "# Source: {source}\n{}",
                hook.manifest.unwrap_or_default()
            ))
        });
        Self {
            name: line(Some(payload.name)),
            namespace: line(Some(payload.namespace)),
            revision: payload.version,
            status: line(info.status),
            description: line(info.description),
            chart: line(about.name),
            chart_version: line(about.version),
            app_version: line(about.app_version),
            first_ms: ms(info.first_deployed),
            updated_ms: ms(info.last_deployed),
            notes: lines(&info.notes.unwrap_or_default()),
            values: payload.config.unwrap_or_default(),
            defaults: chart.values.unwrap_or_default(),
            manifest: payload.manifest.unwrap_or_default(),
            hooks: hooks.collect(),
        }
    }
}

impl Release {
    /// What templates saw: the chart's defaults with the user's values over them (helm/pkg/chart/common/util,
    /// `CoalesceValues`, as `helm get values --all` prints them).
    pub fn computed(&self) -> Value {
        coalesced(&self.values, &self.defaults)
    }
}

/// `null` takes a default away; maps are joined, all else is replaced.
fn coalesced(over: &Value, defaults: &Value) -> Value {
    let (Value::Object(over), Value::Object(defaults)) = (over, defaults) else {
        return if over.is_null() {
            defaults.clone()
        } else {
            over.clone()
        };
    };
    let mut all = over.clone();
    all.retain(|key, value| !value.is_null() || !defaults.contains_key(key));
    for (key, default) in defaults {
        match over.get(key) {
            None => {
                all.insert(key.clone(), default.clone());
            }
            Some(Value::Null) => {}
            Some(value) => {
                all.insert(key.clone(), coalesced(value, default));
            }
        }
    }
    Value::Object(all)
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::json;

    use super::*;

    pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    /// A Secret as the API server gives it.
    pub(crate) fn secret(payload: &[u8]) -> Value {
        json!({"kind": "Secret", "data": {"release": STANDARD.encode(STANDARD.encode(payload))}})
    }

    fn release(status: &str) -> Value {
        json!({
            "name": "web", "namespace": "shop", "version": 3,
            "info": {"first_deployed": "2026-01-01T10:00:00.123456789+01:00", "last_deployed": "2026-02-01T10:00:00Z", "deleted": "", "description": "Upgrade complete", "status": status, "notes": "Open\nthe door\u{202e}"},
            "chart": {"metadata": {"name": "web", "version": "1.2.3", "appVersion": "9"}, "values": {"a": 1, "deep": {"b": 2, "gone": 3}, "list": [1, 2]}, "templates": [{"name": "t", "data": "AAAA"}]},
            "config": {"deep": {"b": 7, "gone": null}, "list": [3]},
            "manifest": "---\nkind: Service\n", "hooks": [{"path": "h.yaml", "manifest": "kind: Job"}],
        })
    }

    #[test]
    fn a_release_is_read_with_and_without_gzip_and_from_a_config_map() {
        let json = serde_json::to_vec(&release("deployed")).unwrap();
        let read = decode(&secret(&gzipped(&json))).unwrap();
        assert_eq!(
            (&*read.name, read.revision, &*read.status),
            ("web", 3, "deployed")
        );
        assert_eq!(
            (&*read.chart, &*read.chart_version, &*read.app_version),
            ("web", "1.2.3", "9")
        );
        assert_eq!(read.first_ms, Some(1_767_258_000_123));
        assert_eq!(read.notes, "Open\nthe door⟨U+202E⟩");
        assert_eq!(read.hooks, ["# Source: h.yaml\nkind: Job"]);
        assert_eq!(
            read.computed(),
            json!({"a": 1, "deep": {"b": 7}, "list": [3]})
        );
        assert_eq!(decode(&secret(&json)).unwrap(), read);
        let map =
            json!({"kind": "ConfigMap", "data": {"release": STANDARD.encode(gzipped(&json))}});
        assert_eq!(decode(&map).unwrap(), read);
    }

    #[test]
    fn a_payload_of_a_megabyte_is_read() {
        let mut big = release("superseded");
        // Noise, so that it stays large when compressed.
        let mut noise = 1_u64;
        let text: String = (0..1_100_000)
            .map(|_| {
                noise = noise
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                char::from(b'a' + u8::try_from((noise >> 59) % 26).unwrap())
            })
            .collect();
        big["manifest"] = json!(text);
        let payload = gzipped(&serde_json::to_vec(&big).unwrap());
        assert!(payload.len() > 600_000);
        assert_eq!(decode(&secret(&payload)).unwrap().manifest.len(), 1_100_000);
    }

    #[test]
    fn what_is_damaged_is_refused_in_words() {
        let json = serde_json::to_vec(&release("failed")).unwrap();
        let gzip = gzipped(&json);
        let bomb = gzipped(&vec![b' '; LIMIT + 2]);
        assert!(bomb.len() < 2_000_000);
        for (object, wanted) in [
            (json!({"kind": "Secret"}), ReleaseError::Absent),
            (
                json!({"kind": "Secret", "data": {"release": 7}}),
                ReleaseError::Absent,
            ),
            (
                json!({"kind": "Secret", "data": {"release": "%"}}),
                ReleaseError::Base64,
            ),
            (
                json!({"kind": "Secret", "data": {"release": STANDARD.encode("%")}}),
                ReleaseError::Base64,
            ),
            (secret(&gzip[..gzip.len() / 2]), ReleaseError::Gzip),
            (secret(&bomb), ReleaseError::TooLarge),
            (secret(b"{}"), ReleaseError::Json),
            (
                secret(b"{\"name\": \"a\", \"chart\": 7}"),
                ReleaseError::Json,
            ),
            (secret(&gzipped(b"not json")), ReleaseError::Json),
        ] {
            assert_eq!(decode(&object).unwrap_err(), wanted);
        }
        assert_eq!(decode(&secret(b"{\"name\": \"a\"}")).unwrap().revision, 0);
    }

    #[test]
    fn names_of_secrets() {
        for (name, wanted) in [
            ("sh.helm.release.v1.web.v3", Some(("web", 3))),
            ("sh.helm.release.v1.a.v1.b.v12", Some(("a.v1.b", 12))),
            ("sh.helm.release.v1..v1", None),
            ("sh.helm.release.v1.web.vx", None),
            ("web-token", None),
        ] {
            assert_eq!(of_secret_name(name), wanted, "{name}");
        }
        assert_eq!(of_secret_name(&secret_name("web", 4)), Some(("web", 4)));
    }
}
