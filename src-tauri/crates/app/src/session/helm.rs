//! One Helm release: a revision in full, its history, and what differs between two.

use std::collections::BTreeMap;

use cluster::{Connection, Deed, RequestError, fetch};
use model::Resource;
use model::helm::manifest;
use model::helm::release::{Driver, Release, ReleaseError, decode, secret_name};
use model::helm::row::{chart, tone};
use model::yaml;
use table::Cell;
use tokio::sync::oneshot;
use wire::{
    ErrorCode, HelmAsk, HelmDiff, HelmDiffAsk, HelmPart, HelmRelease, HelmRevision, ObjectRef,
    WireError,
};

use super::Session;
use super::derived::sentence;
use super::rights::list_of;
use crate::diff;
use crate::lacks::{self, Where};

/// Longest text that crosses to the window.
const LONGEST: usize = 8 << 20;

/// A revision as the labels of what holds it tell it.
#[derive(Clone)]
struct Known {
    driver: Driver,
    revision: u32,
    status: String,
    modified_ms: Option<i64>,
}

impl Session {
    /// One revision of a release, the newest where none is named.
    pub(crate) fn helm_release(
        &mut self,
        ask: HelmAsk,
    ) -> oneshot::Receiver<Result<HelmRelease, WireError>> {
        let (answer, answered) = oneshot::channel();
        let connection = self.connection.clone();
        let asked = ask.clone();
        self.later(
            async move {
                let history = history(&connection, &asked.namespace, &asked.name).await?;
                let newest = history
                    .iter()
                    .map(|known| known.revision)
                    .max()
                    .unwrap_or(0);
                let revision = asked.revision.unwrap_or(newest);
                let driver = driver_of(&history, revision);
                let release =
                    read(&connection, driver, &asked.namespace, &asked.name, revision).await?;
                Ok((history, release))
            },
            move |session, read| {
                let told = read.map(|(history, release)| session.told(&ask, &history, &release));
                // Who asked may have gone on.
                let _ = answer.send(told);
            },
        );
        answered
    }

    /// What differs between two revisions.
    pub(crate) fn helm_diff(
        &mut self,
        ask: HelmDiffAsk,
    ) -> oneshot::Receiver<Result<HelmDiff, WireError>> {
        let (answer, answered) = oneshot::channel();
        let connection = self.connection.clone();
        self.later(
            async move {
                let history = history(&connection, &ask.namespace, &ask.name).await?;
                let (space, name) = (&ask.namespace, &ask.name);
                let from = driver_of(&history, ask.from);
                let from = read(&connection, from, space, name, ask.from).await?;
                let to = driver_of(&history, ask.to);
                let to = read(&connection, to, space, name, ask.to).await?;
                let part = |release: &Release| match ask.part {
                    HelmPart::Values => yaml::value(&release.values),
                    HelmPart::Computed => yaml::value(&release.computed()),
                    HelmPart::Manifest => manifest::shown(&release.manifest).text,
                    HelmPart::Notes => release.notes.clone(),
                };
                Ok(diff::lines(&part(&from), &part(&to)))
            },
            move |_, diff| {
                let _ = answer.send(diff);
            },
        );
        answered
    }

    fn told(&self, ask: &HelmAsk, history: &[Known], release: &Release) -> HelmRelease {
        let now = self.now_ms();
        let time = |ms: Option<i64>| match ms {
            Some(ms) => format!(
                "{} ago, {}",
                model::duration::human(now - ms),
                self.status.date_and_clock(ms)
            ),
            None => "unknown".to_owned(),
        };
        let shown = manifest::shown(&release.manifest);
        let hooks = manifest::shown(&release.hooks.join("\n---\n"));
        let resources = shown.made.iter().map(|made| {
            let namespace = match made.namespace.as_str() {
                "" => &ask.namespace,
                own => own,
            };
            self.object_ref(&made.api_version, &made.kind, namespace, &made.name)
        });
        let resources: Vec<ObjectRef> = resources.collect();
        let mut note = Vec::new();
        if shown.unreadable > 0 {
            note.push(format!(
                "{} documents of the manifest are no YAML.",
                shown.unreadable
            ));
        }
        let mut cut = |text: String, what: &str| {
            if text.len() <= LONGEST {
                return text;
            }
            note.push(format!("Of {what} only the first 8 MiB are shown."));
            let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end));
            text[..end.unwrap_or(0)].to_owned()
        };
        HelmRelease {
            name: ask.name.clone(),
            namespace: ask.namespace.clone(),
            revision: release.revision,
            newest: history
                .iter()
                .map(|known| known.revision)
                .max()
                .unwrap_or(release.revision),
            status: Cell::toned(release.status.clone(), tone(&release.status)),
            description: release.description.clone(),
            chart: chart(release),
            app_version: release.app_version.clone(),
            updated: time(release.updated_ms),
            first: time(release.first_ms),
            notes: cut(release.notes.clone(), "the notes"),
            values: cut(yaml::value(&release.values), "the values"),
            computed: cut(yaml::value(&release.computed()), "the computed values"),
            manifest: cut(shown.text, "the manifest"),
            hooks: cut(hooks.text, "the hooks"),
            masked: shown.masked + hooks.masked,
            resources,
            history: history
                .iter()
                .map(|known| HelmRevision {
                    revision: known.revision,
                    status: Cell::toned(known.status.clone(), tone(&known.status)),
                    updated: time(known.modified_ms),
                })
                .collect(),
            note: note.join(" "),
        }
    }
}

/// All revisions that are kept, the newest first. Where one driver may not be read, the other's are told.
async fn history(
    connection: &Connection,
    namespace: &str,
    name: &str,
) -> Result<Vec<Known>, WireError> {
    let (secrets, maps) = tokio::join!(
        kept(connection, Driver::Secrets, namespace, name),
        kept(connection, Driver::ConfigMaps, namespace, name),
    );
    let mut history = match (secrets, maps) {
        (Ok(secrets), Ok(maps)) => [secrets, maps].concat(),
        (Ok(kept), Err(error)) | (Err(error), Ok(kept)) => {
            if kept.is_empty() {
                return Err(error);
            }
            kept
        }
        (Err(error), Err(_)) => return Err(error),
    };
    // Stable: of one revision in both, the default driver's counts.
    history.sort_by_key(|known| std::cmp::Reverse(known.revision));
    history.dedup_by_key(|known| known.revision);
    if history.is_empty() {
        return Err(WireError::new(
            ErrorCode::Gone,
            format!("There is no Helm release {name} in {namespace}."),
            "It may have been uninstalled meanwhile, or keep its revisions outside the cluster (Helm's SQL driver).",
        ));
    }
    Ok(history)
}

/// Where a revision is kept; of one that is not known the default driver tells best what is wrong.
fn driver_of(history: &[Known], revision: u32) -> Driver {
    let kept = history.iter().find(|known| known.revision == revision);
    kept.map_or(Driver::Secrets, |known| known.driver)
}

/// The revisions that one driver keeps.
async fn kept(
    connection: &Connection,
    driver: Driver,
    namespace: &str,
    name: &str,
) -> Result<Vec<Known>, WireError> {
    let resource = driver.resource();
    let selector = selector(name);
    let listed = fetch::labels_of(connection, &resource, namespace, &selector)
        .await
        .map_err(|error| refused(&error, "list", &resource, namespace))?;
    let known = |labels: BTreeMap<String, String>| {
        let label = |key: &str| {
            labels
                .get(key)
                .map(|value| model::text::visible(value).into_owned())
        };
        let seconds = label("modifiedAt").or_else(|| label("createdAt"));
        Some(Known {
            driver,
            revision: label("version")?.parse().ok()?,
            status: label("status").unwrap_or_default(),
            modified_ms: seconds.and_then(|s| s.parse::<i64>().ok()?.checked_mul(1000)),
        })
    };
    Ok(listed.into_iter().filter_map(known).collect())
}

/// What selects the revisions of a release, in either driver.
pub(super) fn selector(name: &str) -> String {
    format!("owner=helm,name={name}")
}

async fn read(
    connection: &Connection,
    driver: Driver,
    namespace: &str,
    name: &str,
    revision: u32,
) -> Result<Release, WireError> {
    let (resource, key) = (driver.resource(), secret_name(name, revision));
    let object = fetch::object(connection, &resource, namespace, &key)
        .await
        .map_err(|error| refused(&error, "get", &resource, namespace))?;
    decode(&object).map_err(|damage| damaged(&damage, revision))
}

fn refused(error: &RequestError, verb: &str, resource: &Resource, namespace: &str) -> WireError {
    let deed = Deed {
        verb,
        ..list_of(resource)
    };
    lacks::request(error, deed, Where::Namespace(namespace))
}

fn damaged(damage: &ReleaseError, revision: u32) -> WireError {
    WireError::new(
        ErrorCode::Other,
        format!("Revision {revision} cannot be read."),
        sentence(&damage.to_string()),
    )
}
