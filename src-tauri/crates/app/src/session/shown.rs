//! An object's details as the drawer shows them.

use model::details::{
    ContainerDetail, ContainerStateDetail, Fact, FactValue, ObjectDetails, ObjectLink, Section,
    Words,
};
use model::rows::{ContainerPhase, ContainerRole};
use table::Cell;
use wire::{
    Condition, Container, DataEntry, DetailFact, DetailSection, DetailValue, ObjectEvent,
    ObjectRef, ResourceUse, SecretKey, Verdict,
};

use super::Session;
use super::measured::Measured;
use super::reveal::size;

/// Events and keys shown at most; how many there are is told.
const MOST_EVENTS: usize = 200;
const MOST_KEYS: usize = 500;

/// `model`'s details on their way to `wire`: links become references the window can follow.
pub(crate) struct Shown<'a> {
    session: &'a Session,
    details: Option<&'a ObjectDetails>,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(session: &'a Session, details: Option<&'a ObjectDetails>) -> Self {
        Self { session, details }
    }

    pub(crate) fn status(&self) -> Cell {
        self.details
            .and_then(|d| d.status.as_ref())
            .map(cell)
            .unwrap_or_default()
    }

    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        self.each(
            |details| &details.verdicts,
            |verdict| Verdict {
                tone: verdict.tone,
                headline: verdict.headline.clone(),
                explanation: verdict.explanation.clone(),
                cause: verdict.cause.as_ref().map(|link| self.reference(link)),
            },
        )
    }

    /// When it was made, then what is known of it.
    pub(crate) fn sections(&self) -> Vec<DetailSection> {
        let mut sections = self.each(|details| &details.sections, |s| self.section(s));
        let created = self.details.and_then(|details| details.created.as_ref());
        if let Some(created) = created {
            let text = format!(
                "{} ago, {}",
                created.text,
                self.session.status.date_and_clock(created.at_ms)
            );
            let fact = DetailFact {
                label: "Created".to_owned(),
                values: vec![DetailValue {
                    text,
                    tone: table::Tone::Plain,
                    link: None,
                    note: String::new(),
                    secret: None,
                }],
            };
            match sections.first_mut() {
                Some(first) if first.title.is_empty() => first.facts.insert(0, fact),
                _ => sections.insert(
                    0,
                    DetailSection {
                        title: String::new(),
                        facts: vec![fact],
                        columns: Vec::new(),
                        rows: Vec::new(),
                        total: 0,
                    },
                ),
            }
        }
        sections
    }

    fn section(&self, section: &Section) -> DetailSection {
        let grid = section.grid.as_ref();
        DetailSection {
            title: section.title.clone(),
            facts: self.facts(&section.facts),
            columns: grid.map(|grid| grid.columns.clone()).unwrap_or_default(),
            rows: grid
                .iter()
                .flat_map(|grid| &grid.rows)
                .map(|row| row.iter().map(|value| self.value(value)).collect())
                .collect(),
            total: grid.map_or(0, |grid| whole(grid.total)),
        }
    }

    fn facts(&self, facts: &[Fact]) -> Vec<DetailFact> {
        let fact = |fact: &Fact| DetailFact {
            label: fact.label.clone(),
            values: fact.values.iter().map(|value| self.value(value)).collect(),
        };
        facts.iter().map(fact).collect()
    }

    fn value(&self, value: &FactValue) -> DetailValue {
        DetailValue {
            text: value.text.clone(),
            tone: value.tone,
            link: value.link.as_ref().map(|link| self.reference(link)),
            note: value.note.clone(),
            secret: value.secret.as_ref().map(|of| SecretKey {
                secret: of.secret.clone(),
                key: of.key.clone(),
            }),
        }
    }

    pub(crate) fn conditions(&self) -> Vec<Condition> {
        self.each(
            |details| &details.conditions,
            |condition| Condition {
                name: condition.kind.clone(),
                status: condition.status.clone(),
                reason: condition.reason.clone(),
                message: condition.message.clone(),
                since: condition
                    .since
                    .as_ref()
                    .map(|since| since.text.clone())
                    .unwrap_or_default(),
                tone: condition.tone,
            },
        )
    }

    pub(crate) fn containers(&self, measured: &Measured) -> Vec<Container> {
        self.each(
            |details| &details.containers,
            |c| self.container(c, measured),
        )
    }

    fn container(&self, container: &ContainerDetail, measured: &Measured) -> Container {
        let state = container.state.as_ref();
        Container {
            name: container.name.clone(),
            role: match container.role {
                ContainerRole::Init => wire::ContainerRole::Init,
                ContainerRole::Sidecar => wire::ContainerRole::Sidecar,
                ContainerRole::Container => wire::ContainerRole::Main,
                ContainerRole::Ephemeral => wire::ContainerRole::Ephemeral,
            },
            image: container.image.clone(),
            state: state
                .map(|state| Cell::toned(state_words(state), state.tone))
                .unwrap_or_default(),
            message: state.map(|state| state.message.clone()).unwrap_or_default(),
            ready: container.ready,
            restarts: u32::try_from(container.restarts).unwrap_or_default(),
            last: container.last.as_ref().map(state_words).unwrap_or_default(),
            last_message: container
                .last
                .as_ref()
                .map(|last| last.message.clone())
                .unwrap_or_default(),
            resources: container
                .resources
                .iter()
                .map(|line| ResourceUse {
                    resource: line.resource.clone(),
                    used: measured.latest(&container.name, &line.resource),
                    request: line.request.clone(),
                    limit: line.limit.clone(),
                })
                .collect(),
            facts: self.facts(&container.facts),
            env: self.facts(&container.env),
            mounts: self.facts(&container.mounts),
        }
    }

    pub(crate) fn data(&self) -> (u32, Vec<DataEntry>) {
        let total = self.details.map_or(0, |details| details.data.len());
        let entries = self.details.into_iter().flat_map(|details| &details.data);
        let shown = entries.take(MOST_KEYS).map(|entry| DataEntry {
            key: entry.key.clone(),
            size: size(entry.bytes),
            binary: entry.binary,
            preview: entry.preview.clone(),
            cut: entry.cut,
            secret: entry.secret,
        });
        (whole(total), shown.collect())
    }

    pub(crate) fn events(&self) -> (u32, Vec<ObjectEvent>) {
        let total = self.details.map_or(0, |details| details.events.len());
        let events = self.details.into_iter().flat_map(|details| &details.events);
        let shown = events.take(MOST_EVENTS).map(|event| ObjectEvent {
            age: event
                .last
                .as_ref()
                .map(|last| last.text.clone())
                .unwrap_or_default(),
            reason: event.reason.clone(),
            message: event.message.clone(),
            count: u32::try_from(event.count).unwrap_or_default(),
            source: event.source.clone(),
            tone: event.tone,
            about: event.about.as_ref().map(|link| self.reference(link)),
        });
        (whole(total), shown.collect())
    }

    fn each<T, U>(
        &self,
        list: impl Fn(&'a ObjectDetails) -> &'a Vec<T>,
        how: impl FnMut(&'a T) -> U,
    ) -> Vec<U>
    where
        T: 'a,
    {
        self.details
            .map(|details| list(details).iter().map(how).collect())
            .unwrap_or_default()
    }

    pub(crate) fn reference(&self, link: &ObjectLink) -> ObjectRef {
        let namespace = link.namespace.as_deref().unwrap_or_default();
        self.session
            .object_ref(&link.api_version, &link.kind, namespace, &link.name)
    }
}

fn cell(words: &Words) -> Cell {
    Cell::toned(words.text.clone(), words.tone)
}

fn whole(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// `running 2m`, `waiting: CrashLoopBackOff`, `ended: Error, exit 1, 40s ago`.
fn state_words(state: &ContainerStateDetail) -> String {
    let phase = match state.phase {
        ContainerPhase::Waiting => "waiting",
        ContainerPhase::Running => "running",
        ContainerPhase::Terminated => "ended",
    };
    let reason = match state.reason.as_str() {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    let code = state.exit_code.map(|code| format!(", exit {code}"));
    let signal = state.signal.filter(|signal| *signal != 0);
    let signal = signal.map(|signal| format!(", signal {signal}"));
    let time = match (&state.finished, &state.started) {
        (Some(finished), _) => format!(", {} ago", finished.text),
        (None, Some(started)) => format!(" {}", started.text),
        (None, None) => String::new(),
    };
    let (code, signal) = (code.unwrap_or_default(), signal.unwrap_or_default());
    format!("{phase}{reason}{code}{signal}{time}")
}
