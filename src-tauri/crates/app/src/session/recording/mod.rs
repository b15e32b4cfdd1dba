//! What is seen of the scaling of all workloads while the cluster is open.
//!
//! The collections of each kind of autoscaler, and of the kinds of workload that any of them scales, are read whole and held for it: one
//! watch of a kind feeds tables and this. Events about autoscalers come by watches of their own; pods and metrics are looked at only where
//! somebody looks (the graph does). Each fact goes to the past of the autoscaler that it is about. A part is told as watched once its
//! source shows all there is, with all that is there; then what changes. What comes otherwise is known, and told when that begins.

mod asked;
mod feeding;
mod followed;
mod identity;
mod kept;
mod known;
mod saying;
mod source;
mod spark;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use cluster::follow::follow;
use cluster::update::{Change, Reading, Scope, Update};
use jiff::Timestamp;
use model::fact::{Fact, Part, Subject, SubjectKind, What};
use model::scaling::{ScalingKind, Told};
use model::{Kind, ObjectRow, ScalingKey};
use recorder::Recorder;
use replay::Settings;
use scaling::hpa::situation::Version;

use super::Session;
use super::collection::{CollectionId, Complete};
use super::feeds::{FeedId, Message, Owner};
use crate::flight::Flight;
pub(super) use feeding::Feeding;
use feeding::{Feeds, Sources};
use followed::Followed;
use kept::{Flushed, Kept};
use known::{About, Known, Seen};
pub(super) use source::Source;
pub(crate) use spark::Spark;

/// How often old facts are forgotten.
const FORGET_MS: i64 = 60_000;

/// All of it.
#[derive(Default)]
pub(crate) struct Recording {
    /// Collections that are held for it.
    held: Vec<CollectionId>,
    /// Watches of events about the autoscalers of a source.
    events: Vec<(Source, FeedId)>,
    sources: Sources,
    known: Known,
    followed: BTreeMap<Subject, Followed>,
    forgot_ms: i64,
    /// How the controllers are set up; a guess until it was asked.
    settings: Option<Settings>,
    kept: Kept,
}

impl Session {
    /// What a resource brings, where that is followed.
    pub(super) fn recorded(&self, resource: &model::Resource) -> Option<Source> {
        // More is asked of a server only for what is kept; the demo cluster's costs nothing.
        let is_wanted = self.recording.is_kept() || self.info.demo;
        is_wanted.then(|| Source::of(resource)).flatten()
    }

    /// Begins to follow what is served and not followed yet: once kinds are known, and as autoscalers come.
    pub(crate) fn follow_scaling(&mut self) {
        let settings = || super::graph::settings(&self.info.version, self.info.demo);
        self.recording.settings.get_or_insert_with(settings);
        let workloads = Source::WORKLOADS.into_iter();
        let scaled =
            workloads.filter(|source| self.recording.known.is_scaled(&source.resource().kind));
        let sources: Vec<Source> = Source::AUTOSCALERS.into_iter().chain(scaled).collect();
        for source in sources {
            let resource = source.resource();
            if self.recorded(&resource).is_some() && self.kinds.serves(&resource) == Some(true) {
                self.hold_source(source);
            }
        }
    }

    fn hold_source(&mut self, source: Source) {
        let resource = source.resource();
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.spec().resource == resource);
        let id = self.collection(&super::kinds::kind_id(&resource), resource, kind);
        if self.recording.held.contains(&id) {
            return;
        }
        self.recording.held.push(id);
        if let Some(collection) = self.collections.get_mut(&id) {
            collection.holds += 1;
        }
        self.ensure_feeds(id);
    }

    /// Events about the autoscalers of a source, once these are known.
    fn follow_events(&mut self, about: Source) {
        let mut events = self.recording.events.iter();
        if about.part() != Part::Autoscaler || events.any(|(source, _)| *source == about) {
            return;
        }
        let scope = Scope {
            fields: format!("involvedObject.kind={}", about.resource().kind),
            reading: Reading::Scaling,
            ..Scope::of(Kind::Events.spec().resource.clone(), None, None)
        };
        let connection = self.connection.clone();
        let feed = self.feeds.open(Owner::Recording, Message::Update, |sink| {
            follow(connection, scope, sink)
        });
        self.recording.events.push((about, feed));
    }

    /// What events tell.
    pub(crate) fn recording_update(&mut self, feed: FeedId, update: &Update) {
        let mut events = self.recording.events.iter();
        if events.any(|(_, own)| *own == feed) {
            let about = self.recording.put_rows(update);
            let now = timestamp(self.now_ms());
            self.recording.tell(about, now);
        }
    }

    /// What a recorded collection brought, how far it is now.
    pub(super) fn record_source(&mut self, id: CollectionId, about: Vec<About>) {
        let Some(collection) = self.collections.get(&id) else {
            return;
        };
        let Some(source) = collection.source else {
            return;
        };
        let feeds = collection.feeding();
        let now = timestamp(self.now_ms());
        if self.recording.take(source, feeds, about, now) {
            if self.recording.sources.is_whole_somewhere(source) {
                self.follow_events(source);
            }
            self.scaling.retell();
            self.follow_scaling();
            self.follow_made_jobs();
        }
    }

    /// Each second: what is told of some changes by time alone, and what is old is forgotten.
    pub(crate) fn keep_recording(&mut self, wall_ms: i64, now_ms: i64) {
        let now = timestamp(now_ms);
        self.identify(wall_ms);
        self.review_sources();
        self.record_graphs();
        if self.recording.kept.flush(now) == Flushed::Lost {
            // What was lost is a gap, and what is there is told anew.
            self.recording.end(now);
            self.recording.settle(now);
        }
        if self.recording.tick(wall_ms, now_ms) {
            self.scaling.retell();
        }
    }

    /// What is followed no more, or elsewhere, is a gap there.
    fn review_sources(&mut self) {
        let mut differs = false;
        for source in Source::AUTOSCALERS.into_iter().chain(Source::WORKLOADS) {
            let mut all = self.collections.values();
            let own = all.find(|one| one.source == Some(source));
            let feeds = own.map_or_else(Vec::new, super::Collection::feeding);
            differs |= self.recording.sources.set(source, feeds);
        }
        if differs {
            self.recording.settle(timestamp(self.now_ms()));
        }
    }

    /// Its time was moved: what was seen of another time tells nothing of this one.
    pub(crate) fn begin_recording_again(&mut self) {
        let now = timestamp(self.now_ms());
        self.recording.end(now);
        for (_, feed) in self.recording.begin_again() {
            self.feeds.close(feed);
        }
        for collection in self.collections.values_mut() {
            if collection.source.is_some() {
                collection.read_again(&mut self.feeds, &self.connection);
            }
        }
        self.review_sources();
        self.follow_scaling();
    }

    /// The cluster is closed: from here on nothing is seen.
    pub(crate) fn end_recording(&mut self) {
        let now = timestamp(self.now_ms());
        let ids: Vec<u32> = self.graphs.keys().copied().collect();
        for id in ids {
            self.close_graph(id);
        }
        self.recording.end(now);
        self.recording.kept.flush(now);
    }

    /// Why not everything is recorded; empty if it is.
    pub(crate) fn recording_problem(&self) -> String {
        self.recording.kept.problem()
    }
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

impl Recording {
    /// Whose facts go to `flight`, if they are kept.
    pub(crate) fn new(flight: Option<Arc<Flight>>) -> Self {
        Self {
            kept: Kept::to(flight),
            ..Self::default()
        }
    }

    /// Whether facts of this cluster are kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept.is_wanted()
    }

    /// The recorder and the cluster's name in it, once both are known.
    pub(crate) fn recorder(&self) -> Option<(Arc<Recorder>, String)> {
        let recorder = self.kept.recorder()?;
        let cluster = self.kept.identity.known()?;
        Some((recorder, cluster.to_owned()))
    }

    /// Whose facts an autoscaler's are, as far as that is known.
    pub(crate) fn whose(&self, of: Subject) -> Subject {
        self.known.whose(of)
    }

    /// What somebody else saw of a subject.
    pub(crate) fn keep(&mut self, subject: &Subject, fact: Fact) {
        self.kept.put(subject, fact);
    }

    /// Takes what a collection brings into what is known; whom it concerns, where that is to be told.
    pub(super) fn learn(
        &mut self,
        source: Source,
        update: &Update,
        complete: Option<&Complete>,
    ) -> Vec<About> {
        let mut about = Vec::new();
        if let Some(Complete { namespace, names }) = complete {
            about = self.known.lacking(source, namespace.as_deref(), names);
        }
        about.extend(self.put_rows(update));
        if let Update::Changed(changes) = update {
            for change in changes {
                if let Change::Gone { namespace, name } = change {
                    about.extend(self.known.gone(source, namespace, name));
                }
            }
        }
        // Of what may only be listed each list tells how it is then; else what is told begins with what there is.
        about.retain(
            |(subject, _)| match self.sources.feeding(source, &subject.namespace) {
                Some(Feeding::Whole) => true,
                Some(Feeding::Refused) => complete.is_some(),
                Some(Feeding::Coming) | None => false,
            },
        );
        about
    }

    /// What was learned of a source that is this far now; whether anything was told.
    fn take(&mut self, source: Source, feeds: Feeds, about: Vec<About>, now: Timestamp) -> bool {
        let differs = self.sources.set(source, feeds);
        if differs {
            self.settle(now);
        }
        let told = differs || !about.is_empty();
        self.tell(about, now);
        told
    }

    /// What the rows of an update tell.
    fn put_rows(&mut self, update: &Update) -> Vec<About> {
        let seen = |row: &ObjectRow, known: &mut Known| match row {
            ObjectRow::Seen(seen) => known.put(seen),
            _ => Vec::new(),
        };
        match update {
            Update::Rows(rows)
            | Update::Listed {
                rows: Some(rows), ..
            } => {
                let rows = rows.iter();
                rows.flat_map(|row| seen(row, &mut self.known)).collect()
            }
            Update::Changed(changes) => changes
                .iter()
                .flat_map(|change| match change {
                    Change::Put(row) => seen(row, &mut self.known),
                    Change::Gone { .. } => Vec::new(),
                })
                .collect(),
            Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. }
            | Update::Listed { rows: None, .. }
            | Update::Health(_) => Vec::new(),
        }
    }

    /// Tells what was seen, each after what is watched of whom it is about.
    fn tell(&mut self, about: Vec<About>, now: Timestamp) {
        for (subject, seen) in about {
            let part = part(&seen.what);
            let begun = self.settle_one(&subject, now);
            // What begins to be watched was told with all there is.
            if part.is_none_or(|part| !begun.contains(&part)) {
                self.add(&subject, seen, now);
            }
        }
    }

    /// Tells of everybody what is watched and what is not, where that is news.
    fn settle(&mut self, now: Timestamp) {
        let mut subjects = self.known.subjects();
        subjects.extend(self.followed.keys().cloned());
        for subject in subjects {
            // Of whom nothing is seen yet nothing is told.
            let mut parts = source::parts(subject.kind).iter();
            if self.followed.contains_key(&subject)
                || parts.any(|part| self.is_watched(&subject, *part))
            {
                self.settle_one(&subject, now);
            }
        }
    }

    /// Tells of one what is watched and what is not, where that is news, and of what begins to be all there is; the parts that begin.
    fn settle_one(&mut self, subject: &Subject, now: Timestamp) -> Vec<Part> {
        let mut begun = Vec::new();
        for &part in source::parts(subject.kind) {
            let is_watched = self.is_watched(subject, part);
            let followed = self.followed.get(subject);
            let told = followed.and_then(|followed| followed.is_watched(part));
            if told == Some(is_watched) {
                continue;
            }
            let kept = &mut self.kept;
            let followed = followed_of(&mut self.followed, subject, self.settings.as_ref());
            kept.put(subject, followed.mark(part, is_watched, now));
            if is_watched {
                begun.push(part);
                let has_hpas = self.sources.is_whole(Source::Hpas, &subject.namespace);
                for seen in self.known.all(subject, part) {
                    // Where HPAs are refused, nobody knows.
                    if seen.what != What::Hpa(None) || has_hpas {
                        kept.put(subject, followed.add(seen, now));
                    }
                }
            }
        }
        begun
    }

    fn is_watched(&self, subject: &Subject, part: Part) -> bool {
        let whole = |source| self.sources.is_whole(source, &subject.namespace);
        match (part, subject.kind) {
            (Part::Autoscaler, SubjectKind::Hpa) => whole(Source::Hpas),
            (Part::Autoscaler, SubjectKind::ScaledObject) => {
                // What is refused beside it leaves the rest watched.
                let hpas = self.sources.feeding(Source::Hpas, &subject.namespace);
                whole(Source::ScaledObjects) && hpas != Some(Feeding::Coming)
            }
            (Part::Autoscaler, SubjectKind::ScaledJob) => whole(Source::ScaledJobs),
            (Part::Target, _) => self.known.target_source(subject).is_some_and(whole),
            (Part::Pods | Part::Jobs | Part::Events | Part::Metrics, _) => false,
        }
    }

    fn add(&mut self, subject: &Subject, seen: Seen, now: Timestamp) {
        let followed = followed_of(&mut self.followed, subject, self.settings.as_ref());
        self.kept.put(subject, followed.add(seen, now));
    }

    /// Gives up what is known, for it to be told anew; the watches that are to be closed.
    fn begin_again(&mut self) -> Vec<(Source, FeedId)> {
        self.known = Known::default();
        self.sources = Sources::default();
        self.followed.clear();
        std::mem::take(&mut self.events)
    }

    /// Nothing is seen any more of what was watched.
    fn end(&mut self, now: Timestamp) {
        for (subject, followed) in &mut self.followed {
            for &part in source::parts(subject.kind) {
                if followed.is_watched(part) == Some(true) {
                    self.kept.put(subject, followed.mark(part, false, now));
                }
            }
        }
    }

    /// Whether something is told otherwise by now.
    fn tick(&mut self, wall_ms: i64, now_ms: i64) -> bool {
        let now = timestamp(now_ms);
        if !(0..FORGET_MS).contains(&(wall_ms - self.forgot_ms)) {
            self.forgot_ms = wall_ms;
            let there = self.known.subjects();
            self.followed
                .retain(|subject, followed| followed.forget(now) || there.contains(subject));
        }
        let mut differs = false;
        for followed in self.followed.values_mut() {
            differs |= followed.tick(now);
        }
        differs
    }

    /// What is told of an autoscaler beyond its conditions; `clock` tells a moment in Unix ms.
    pub(crate) fn told(
        &mut self,
        key: &ScalingKey,
        now_ms: i64,
        clock: impl Fn(i64) -> String,
    ) -> Told {
        let subject = Subject {
            kind: match key.kind {
                ScalingKind::Hpa => SubjectKind::Hpa,
                ScalingKind::ScaledObject => SubjectKind::ScaledObject,
                ScalingKind::ScaledJob => SubjectKind::ScaledJob,
            },
            namespace: key.namespace.to_string(),
            name: key.name.to_string(),
        };
        match self.followed.get_mut(&subject) {
            Some(followed) => followed.told(timestamp(now_ms), clock),
            None => Told::default(),
        }
    }
}

fn followed_of<'a>(
    all: &'a mut BTreeMap<Subject, Followed>,
    subject: &Subject,
    settings: Option<&Settings>,
) -> &'a mut Followed {
    all.entry(subject.clone()).or_insert_with(|| {
        let settings = settings.cloned();
        let settings = settings.unwrap_or_else(|| Settings::of(Version::default()));
        Followed::new(subject.clone(), settings)
    })
}

/// The part that is told with all there is where it begins to be watched.
fn part(what: &What) -> Option<Part> {
    match what {
        What::Hpa(_) | What::ScaledObject(_) | What::ScaledJob(_) => Some(Part::Autoscaler),
        What::Target(_) => Some(Part::Target),
        What::Watched(_)
        | What::Unwatched(_)
        | What::Pod(_)
        | What::PodGone(_)
        | What::Job(_)
        | What::JobGone(_)
        | What::Usage(_)
        | What::PodsMetric(_)
        | What::ObjectMetric(_)
        | What::ExternalMetric(_)
        | What::Event(_) => None,
    }
}
