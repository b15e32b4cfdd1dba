//! An object's details as the drawer shows them.

use model::details::{
    ContainerDetail, ContainerStateDetail, ObjectDetails, ObjectLink, Pair, Words,
};
use model::rows::{ContainerPhase, ContainerRole};
use table::Cell;
use wire::{Condition, Container, Fact, ObjectEvent, ObjectRef};

use super::Session;

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

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let Some(details) = self.details else {
            return Vec::new();
        };
        let created = details.created.as_ref().map(|created| Fact {
            label: "Created".to_owned(),
            value: Cell::plain(format!(
                "{} ago, {}",
                created.text,
                self.session.status.date_and_clock(created.at_ms)
            )),
            links: Vec::new(),
        });
        let others = details.facts.iter().map(|fact| Fact {
            label: fact.label.clone(),
            value: cell(&fact.value),
            links: fact.link.iter().map(|link| self.reference(link)).collect(),
        });
        created.into_iter().chain(others).collect()
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

    pub(crate) fn containers(&self) -> Vec<Container> {
        self.each(|details| &details.containers, container)
    }

    pub(crate) fn labels(&self) -> Vec<(String, String)> {
        self.each(|details| &details.labels, pair)
    }

    pub(crate) fn annotations(&self) -> Vec<(String, String)> {
        self.each(|details| &details.annotations, pair)
    }

    pub(crate) fn owners(&self) -> Vec<ObjectRef> {
        self.each(|details| &details.owners, |link| self.reference(link))
    }

    pub(crate) fn events(&self) -> Vec<ObjectEvent> {
        self.each(
            |details| &details.events,
            |event| ObjectEvent {
                age: event
                    .last
                    .as_ref()
                    .map(|last| last.text.clone())
                    .unwrap_or_default(),
                reason: event.reason.clone(),
                message: event.message.clone(),
                count: u32::try_from(event.count).unwrap_or_default(),
                tone: event.tone,
            },
        )
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

    fn reference(&self, link: &ObjectLink) -> ObjectRef {
        let namespace = link.namespace.as_deref().unwrap_or_default();
        self.session
            .object_ref(&link.api_version, &link.kind, namespace, &link.name)
    }
}

fn cell(words: &Words) -> Cell {
    Cell::toned(words.text.clone(), words.tone)
}

fn pair(pair: &Pair) -> (String, String) {
    (pair.key.clone(), pair.value.clone())
}

fn container(container: &ContainerDetail) -> Container {
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
        resources: container.resources.clone(),
    }
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
