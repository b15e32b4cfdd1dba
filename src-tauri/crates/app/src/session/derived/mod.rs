//! Tables whose rows are made from rows of other tables.

mod releases;
mod row;

use std::collections::HashMap;
use std::sync::Arc;

use model::events::group::{Changed, EventGroups};
use model::events::row::EventGroupRow;
use model::helm::release::secret_name;
use model::helm::row::ReleaseRow;
use model::overview::capacity::{CapacityRow, held};
use model::scaling::FindingRow;
use model::{EventRow, Kind, ObjectRow};
use table::{Column, RowId, Rows as TableRows, Sort};
use wire::{ObjectRef, OpenView, RowOut, Rows, RowsAsk, SortBy, ViewOpened, ViewState, WireError};

use super::collection::{Collection, CollectionId};
use super::kinds::KindsState;
use super::views::{Columns, MOST_ROWS, answer, resolve, shown};
use super::{Session, gone};
use crate::live_table::{Announcement, Followed, LiveTable, LiveView};
use crate::typed::Typed;
pub(crate) use releases::{Releases, sentence};
pub(crate) use row::{DerivedRow, place_of};

/// A table of this sort. (The table of autoscalers, older, is `scaling`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derived {
    /// What nodes offer and pods hold: from nodes and pods.
    Capacity,
    /// What repeats among events: from events.
    EventGroups,
    /// Helm releases: from the Secrets and `ConfigMaps` that hold them.
    Releases,
    /// What is wrong with how workloads are scaled: of their autoscalers, by `session::findings`.
    Findings,
}

impl Derived {
    pub(crate) const ALL: [Self; 4] = [
        Self::Capacity,
        Self::EventGroups,
        Self::Releases,
        Self::Findings,
    ];

    /// Its name in commands.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Capacity => "nodecapacity",
            Self::EventGroups => "eventgroups",
            Self::Releases => "helmreleases",
            Self::Findings => "findings",
        }
    }

    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }

    /// The kind that its rows' keys begin with.
    pub(crate) fn row_kind(self) -> &'static str {
        match self {
            Self::Capacity => Kind::Nodes.spec().id,
            Self::EventGroups => "",
            Self::Releases => "helmreleases",
            Self::Findings => "findings",
        }
    }

    /// The kinds it is made from; the state of the first stands for its own.
    fn sources(self) -> &'static [Kind] {
        match self {
            Self::Capacity => &[Kind::Nodes, Kind::Pods],
            Self::EventGroups => &[Kind::Events],
            // Of their own sort: see `releases`.
            Self::Releases => &[],
            Self::Findings => &super::scaling::SOURCES,
        }
    }

    /// No more often than this is it made anew.
    fn pause_ms(self) -> i64 {
        match self {
            // Each time all pods are summed up, or all autoscalers looked at.
            Self::Capacity | Self::Findings => 1_000,
            Self::EventGroups => 250,
            Self::Releases => 0,
        }
    }

    /// The order asked for; none is its own.
    pub(crate) fn order(self, sort: &[SortBy], columns: &[Column]) -> Vec<Sort> {
        if !sort.is_empty() {
            return resolve(sort, columns);
        }
        let (column, descending) = match self {
            Self::Capacity => ("cpu-requests", true),
            Self::EventGroups => ("last-seen", false),
            Self::Releases => ("name", false),
            Self::Findings => (FindingRow::SEVERITY, false),
        };
        let by = SortBy {
            column: column.to_owned(),
            descending,
        };
        resolve(&[by], columns)
    }
}

/// One table.
struct DerivedTable {
    table: LiveTable<DerivedRow>,
    columns: Columns,
    stale: bool,
    /// When it was made, by this computer's time.
    made_ms: i64,
    /// As of which time of the cluster.
    as_of_ms: i64,
    held: bool,
}

impl DerivedTable {
    /// Whether it may be made anew.
    fn is_due(&self, derived: Derived, wall_ms: i64) -> bool {
        // A clock set back is no reason to wait.
        wall_ms - self.made_ms >= derived.pause_ms() || wall_ms < self.made_ms
    }
}

/// All of them.
pub(crate) struct DerivedTables {
    tables: [DerivedTable; 4],
    groups: EventGroups,
    releases: Releases,
}

impl Default for DerivedTables {
    fn default() -> Self {
        let tables = Derived::ALL.map(|derived| DerivedTable {
            table: LiveTable::default(),
            columns: Arc::new(match derived {
                Derived::Capacity => CapacityRow::columns(),
                Derived::EventGroups => EventGroupRow::columns(),
                Derived::Releases => ReleaseRow::columns(),
                Derived::Findings => FindingRow::columns(),
            }),
            stale: false,
            made_ms: 0,
            as_of_ms: 0,
            held: false,
        });
        Self {
            tables,
            groups: EventGroups::default(),
            releases: Releases::default(),
        }
    }
}

impl DerivedTables {
    fn of(&mut self, derived: Derived) -> &mut DerivedTable {
        &mut self.tables[derived as usize]
    }

    /// Which of them a view is on.
    pub(crate) fn place(&self, view: u32) -> Option<Derived> {
        let shows = |derived: &Derived| {
            let table = &self.tables[*derived as usize].table;
            table.views().contains_key(&view)
        };
        Derived::ALL.into_iter().find(shows)
    }

    pub(crate) fn columns(&self, derived: Derived) -> Columns {
        self.tables[derived as usize].columns.clone()
    }

    pub(crate) fn table(&mut self, derived: Derived) -> &mut LiveTable<DerivedRow> {
        &mut self.of(derived).table
    }

    pub(crate) fn rows(&self, derived: Derived) -> &TableRows<DerivedRow> {
        self.tables[derived as usize].table.rows()
    }

    /// Events of a group, by their index among the events that are held.
    pub(crate) fn events_of(&self, namespace: &str, name: &str) -> Vec<usize> {
        self.groups.events_of(namespace, name)
    }

    /// Whether somebody looks at one.
    pub(crate) fn is_visible(&self, derived: Derived) -> bool {
        let table = &self.tables[derived as usize].table;
        table.views().values().any(|view| view.visible)
    }

    /// Rows of a kind changed, or only how fresh they are.
    pub(crate) fn mark(&mut self, kind: Kind, rows_differ: bool, wall_ms: i64) {
        for derived in Derived::ALL {
            if derived.sources().contains(&kind) {
                let is_due = self.of(derived).is_due(derived, wall_ms);
                let table = self.of(derived);
                table.stale |= rows_differ;
                // What is not due yet is told with the next second.
                if is_due || !rows_differ {
                    table.table.touch();
                }
            }
        }
    }

    /// One is to be made anew.
    fn renew(&mut self, derived: Derived) {
        let table = self.of(derived);
        table.stale = true;
        table.table.touch();
    }

    /// A collection that is of no kind with rows of its own changed.
    pub(crate) fn mark_other(&mut self, collection: CollectionId) {
        if self.releases.collections().any(|id| id == collection) {
            self.renew(Derived::Releases);
        }
    }

    pub(crate) fn touch(&mut self) {
        for table in &mut self.tables {
            table.table.touch();
        }
    }

    /// Time passed, which filters by age tell.
    pub(crate) fn age(&mut self) {
        for table in &mut self.tables {
            table.table.age();
        }
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.tables.iter().any(|table| table.table.is_dirty())
    }

    /// Each second: what was put off for being made too often is due; with each minute rates move on.
    pub(crate) fn tick(&mut self, now_ms: i64) {
        for derived in Derived::ALL {
            let table = self.of(derived);
            let minute = |ms: i64| ms.div_euclid(60_000);
            table.stale |=
                derived == Derived::EventGroups && minute(table.as_of_ms) != minute(now_ms);
            if table.stale {
                table.table.touch();
            }
        }
    }

    /// Makes those anew whose sources changed and that somebody looks at.
    pub(crate) fn rebuild(&mut self, collections: &mut Collections, wall_ms: i64, now_ms: i64) {
        for derived in Derived::ALL {
            let visible = self.is_visible(derived);
            let table = self.of(derived);
            if !(table.stale && visible && table.is_due(derived, wall_ms)) {
                continue;
            }
            table.stale = false;
            table.made_ms = wall_ms;
            let turned_back = now_ms < std::mem::replace(&mut table.as_of_ms, now_ms);
            match derived {
                Derived::Capacity => rebuild_capacity(&mut table.table, collections),
                Derived::EventGroups => {
                    let Self { tables, groups, .. } = self;
                    let table = &mut tables[derived as usize].table;
                    if turned_back {
                        // Rates only go forward.
                        *groups = EventGroups::default();
                        table.retain(|_| false);
                    }
                    regroup(groups, table, collections, now_ms, turned_back);
                }
                Derived::Releases => {
                    let Self {
                        tables, releases, ..
                    } = self;
                    releases.rebuild(&mut tables[derived as usize].table, collections);
                }
                // Autoscaler by autoscaler.
                Derived::Findings => {}
            }
        }
    }

    pub(crate) fn flush(&mut self, now_ms: i64) -> Vec<Announcement> {
        let each = self.tables.iter_mut();
        each.flat_map(|table| table.table.flush(now_ms)).collect()
    }
}

type Collections = std::collections::BTreeMap<CollectionId, Collection>;

/// What each node offers and its pods hold.
pub(crate) fn capacity(collections: &Collections) -> Vec<CapacityRow> {
    let mut held = held(super::overview::pods(collections));
    let nodes = super::overview::nodes(collections);
    nodes
        .map(|node| CapacityRow::new(node, held.remove(&*node.meta.name).unwrap_or_default()))
        .collect()
}

fn rebuild_capacity(table: &mut LiveTable<DerivedRow>, collections: &Collections) {
    let new: HashMap<Box<str>, CapacityRow> = capacity(collections)
        .into_iter()
        .map(|row| (row.name.clone(), row))
        .collect();
    table.retain(|row| new.contains_key(table::Row::identity(row).1));
    for (name, row) in new {
        let row = DerivedRow::Capacity(Box::new(row));
        if table
            .rows()
            .find("", &name)
            .is_none_or(|(_, old)| *old != row)
        {
            table.put(row);
        }
    }
}

/// Brings groups up to date with the events that changed.
fn regroup(
    groups: &mut EventGroups,
    table: &mut LiveTable<DerivedRow>,
    collections: &mut Collections,
    now_ms: i64,
    all: bool,
) {
    let events = collections.values_mut().find(|c| c.is_of(Kind::Events));
    let Some(events) = events else {
        return;
    };
    events.table.follow();
    let followed = events.table.take_followed();
    let rows = events.table.rows();
    let event = |id: RowId| match rows.get(id) {
        Some(ObjectRow::Event(event)) => Some(&**event),
        _ => None,
    };
    match followed {
        Some(Followed::Some(ids)) if !all => {
            for id in ids {
                groups.put(id.0 as usize, event(id), now_ms);
            }
        }
        Some(Followed::Some(_) | Followed::All) | None => {
            groups.clear();
            for (id, _) in rows.iter() {
                groups.put(id.0 as usize, event(id), now_ms);
            }
        }
    }
    groups.advance(now_ms);
    let at = |index: usize| event(RowId(u32::try_from(index).ok()?));
    for change in groups.take_changed(at) {
        match change {
            Changed::Put(row) => table.put(DerivedRow::EventGroup(row)),
            Changed::Gone(namespace, name) => table.remove(&namespace, &name),
        }
    }
}

impl Session {
    /// What a row of a derived table leads to.
    pub(crate) fn led_to(&self, row: &DerivedRow) -> ObjectRef {
        led_to(&self.kinds, row)
    }

    /// Opens a view on a derived table and holds what it is made from.
    pub(crate) fn open_derived(&mut self, derived: Derived, ask: &OpenView) -> ViewOpened {
        let view = self.new_id();
        let held = std::mem::replace(&mut self.derived.of(derived).held, true);
        for kind in derived.sources() {
            let id = self.typed_collection(*kind);
            if let Some(collection) = self.collections.get_mut(&id).filter(|_| !held) {
                collection.holds += 1;
            }
            self.ensure_feeds(id);
        }
        if derived == Derived::Releases {
            self.hold_releases();
        }
        let columns = self.derived.columns(derived);
        let sort = derived.order(&ask.sort, &columns);
        let mut filter = Typed::default();
        filter.read(&ask.filter, &columns, "");
        let live = LiveView::new(columns.len(), sort, filter, ask);
        let table = self.derived.of(derived);
        table.stale = true;
        table.made_ms = 0;
        table.table.open(view, live);
        self.follow_derived_namespaces(derived);
        self.update_usage_polls();
        if derived == Derived::Findings {
            self.open_findings();
        }
        ViewOpened {
            view,
            columns: columns.to_vec(),
        }
    }

    /// Where all namespaces may not be listed, those that its views show are.
    pub(crate) fn follow_derived_namespaces(&mut self, derived: Derived) {
        let mut namespaces: Vec<String> = Vec::new();
        for view in self.derived.of(derived).table.views().values() {
            if view.namespaces.is_empty() {
                namespaces.push(String::new());
            }
            namespaces.extend(view.namespaces.iter().cloned());
        }
        namespaces.sort_unstable();
        namespaces.dedup();
        self.hold_namespaces(derived.sources(), &namespaces);
        if derived == Derived::Releases {
            for id in self.derived.releases.collections().collect::<Vec<_>>() {
                self.hold_namespaces_in(id, &namespaces);
            }
        }
    }

    /// Closes a view; lets go of what the table is made from when it was the last.
    pub(crate) fn close_derived(&mut self, view: u32) {
        for derived in Derived::ALL {
            let table = self.derived.of(derived);
            if !table.table.close(view) || !table.table.views().is_empty() {
                continue;
            }
            table.held = false;
            table.table.retain(|_| false);
            if derived == Derived::EventGroups {
                self.derived.groups = EventGroups::default();
            }
            if derived == Derived::Releases {
                self.release_releases();
            }
            if derived == Derived::Findings {
                self.close_findings();
            }
            for collection in self.collections.values_mut() {
                if derived.sources().iter().any(|kind| collection.is_of(*kind)) {
                    collection.holds = collection.holds.saturating_sub(1);
                    if derived == Derived::EventGroups {
                        collection.table.unfollow();
                    }
                }
            }
        }
    }

    /// Rows of a view on a derived table.
    pub(crate) fn derived_rows(
        &mut self,
        derived: Derived,
        ask: &RowsAsk,
    ) -> Result<Rows, WireError> {
        let (wall, now) = (self.wall_ms(), self.now_ms());
        self.derived.rebuild(&mut self.collections, wall, now);
        self.read_releases();
        let columns = self.derived.columns(derived);
        let namespaces = self.derived.of(derived).table.views()[&ask.view]
            .namespaces
            .clone();
        let state = self.derived_state(derived, &namespaces);
        let (from, count) = (ask.from as usize, ask.count.min(MOST_ROWS) as usize);
        let (from, rows) = self.derived.tables[derived as usize]
            .table
            .window(ask.view, from, count, now)
            .ok_or_else(|| gone("This table"))?;
        let (mut out, until) = shown(&rows, columns.len(), now, |row| match row {
            DerivedRow::Capacity(row) => (derived.row_kind().to_owned(), row.name.to_string()),
            DerivedRow::EventGroup(row) => (derived.row_kind().to_owned(), row.name.to_string()),
            DerivedRow::Release(row) => (derived.row_kind().to_owned(), row.name.to_string()),
            DerivedRow::Finding(row) => {
                let name = table::Row::identity(&**row).1;
                (derived.row_kind().to_owned(), name.to_owned())
            }
        });
        let leads: Vec<Option<ObjectRef>> = rows
            .iter()
            .map(|(row, _)| match row {
                DerivedRow::Capacity(_) | DerivedRow::Release(_) => None,
                // A group opens the object that it was last seen on, a finding what it is about.
                DerivedRow::EventGroup(_) | DerivedRow::Finding(_) => {
                    Some(led_to(&self.kinds, row))
                }
            })
            .collect();
        for (out, lead) in out.iter_mut().zip(leads) {
            if let Some(lead) = lead {
                point(out, lead);
            }
        }
        let view = &self.derived.tables[derived as usize].table.views()[&ask.view];
        let tick = until.and_then(|until| self.time.wait_ms(until - now));
        let mut answer = answer(from, out, tick, view, state, 1);
        if answer.columns_version != ask.columns_version {
            answer.columns = Some(columns.to_vec());
        }
        Ok(answer)
    }

    /// The worst state of what it is made from.
    fn derived_state(&self, derived: Derived, namespaces: &[String]) -> ViewState {
        if derived == Derived::Releases {
            return self.releases_state(namespaces);
        }
        if derived == Derived::Findings {
            return self.findings_state(namespaces);
        }
        let mut state = self.state_of(derived.sources(), namespaces);
        if derived == Derived::Capacity
            && state.phase == wire::Phase::Live
            && let Some(why) = self.usage.withheld(Some(Kind::Nodes))
        {
            let words = [state.why.as_str(), why];
            words.join(" ").trim_start().clone_into(&mut state.why);
        }
        state
    }

    /// Events a minute over the last hour, of the events that are held.
    pub(crate) fn event_rate(&self, namespaces: &[String]) -> wire::EventRate {
        let now = self.now_ms();
        let within = |event: &&EventRow| {
            namespaces.is_empty() || namespaces.iter().any(|n| **n == *event.meta.namespace)
        };
        let events = super::overview::events(&self.collections).filter(within);
        let rates = model::events::rate::rates(events, now);
        let this_minute = now - now.rem_euclid(60_000);
        let minutes =
            (0..60).map(|ago| self.status.clock_minute(this_minute - (59 - ago) * 60_000));
        wire::EventRate {
            state: self.state_of(&[Kind::Events], namespaces),
            warnings: rates.warnings.to_vec(),
            normal: rates.normal.to_vec(),
            minutes: minutes.collect(),
        }
    }
}

fn led_to(kinds: &KindsState, row: &DerivedRow) -> ObjectRef {
    match row {
        DerivedRow::Capacity(row) => {
            let spec = Kind::Nodes.spec();
            kinds.reference("v1", &spec.resource.kind, "", &row.name)
        }
        DerivedRow::EventGroup(row) => kinds.reference(
            &row.latest_api,
            &row.object_kind,
            &row.latest_namespace,
            &row.latest_name,
        ),
        DerivedRow::Release(row) => {
            let name = secret_name(&row.name, row.revision);
            let kind = row.driver.resource().kind;
            kinds.reference("v1", &kind, &row.namespace, &name)
        }
        DerivedRow::Finding(row) => finding_about(row),
    }
}

/// The autoscaler that a finding is about.
fn finding_about(row: &FindingRow) -> ObjectRef {
    ObjectRef {
        kind_id: super::scaling::key_kind_id(&row.key).to_owned(),
        kind: row.key.object_kind().to_owned(),
        namespace: row.key.namespace.to_string(),
        name: row.key.name.to_string(),
    }
}

/// The row leads to this object.
fn point(row: &mut RowOut, to: ObjectRef) {
    row.kind = to.kind_id;
    row.namespace = to.namespace;
    row.name = to.name;
}
