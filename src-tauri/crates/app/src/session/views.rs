//! Live tables as the window asks for them.

use std::sync::Arc;

use cluster::discovery::Discovery;
use model::{Kind, Resource, ScalingRow};
use table::{Cell, Column, FilterError, Row, Sort};
use wire::{
    ErrorCode, FilterProblem, OpenView, Phase, PlaceAsk, RowOut, Rows, RowsAsk, SortBy, UpdateView,
    ViewOpened, WireError,
};

use super::collection::{Collection, CollectionId};
use super::derived::Derived;
use super::{Session, gone};
use crate::live_table::LiveView;
use crate::typed::Typed;

/// The kind id of the table of all autoscalers.
pub(crate) const SCALING: &str = "scaling";
/// Most rows given at once.
pub(crate) const MOST_ROWS: u32 = 500;
/// How long a field selector must stand before the server is asked.
const SETTLE: std::time::Duration = std::time::Duration::from_millis(400);

/// Which table a view is on.
pub(super) enum Place {
    Collection(CollectionId),
    Scaling,
    Derived(Derived),
}

impl Session {
    /// Opens a live table.
    ///
    /// # Errors
    /// [`ErrorCode::Gone`] for a kind id that the cluster does not serve.
    pub(crate) fn open_view(&mut self, ask: &OpenView) -> Result<ViewOpened, WireError> {
        self.review_namespaces(&ask.namespaces);
        let view = self.new_id();
        let mut filter = Typed::default();
        if let Some(derived) = Derived::from_id(&ask.kind) {
            return Ok(self.open_derived(derived, ask));
        }
        if ask.kind == SCALING {
            let columns = self.open_scaling();
            let sort = scaling_order(&ask.sort, &columns);
            filter.read(&ask.filter, &columns, "");
            let live = LiveView::new(columns.len(), sort, filter, ask);
            self.scaling.table.open(view, live);
            self.follow_scaling_namespaces();
            return Ok(ViewOpened {
                view,
                columns: columns.to_vec(),
            });
        }
        let (resource, kind) = self.resource(&ask.kind)?;
        let kind_id = kind.map_or(ask.kind.as_str(), |kind| kind.spec().id);
        let kind_name = resource.kind.clone();
        let id = self.collection(kind_id, resource, kind);
        let collection = self.collections.get_mut(&id).expect("just found or made");
        let columns = collection.columns.clone();
        let sort = order(&ask.sort, &collection.resource, &columns);
        filter.read(&ask.filter, &columns, &kind_name);
        let live = LiveView::new(columns.len(), sort, filter, ask);
        collection.table.open(view, live);
        self.follow_fields(view);
        self.update_usage_polls();
        Ok(ViewOpened {
            view,
            columns: columns.to_vec(),
        })
    }

    /// Filters or sorts a table otherwise.
    pub(crate) fn update_view(&mut self, ask: UpdateView) -> Result<(), WireError> {
        self.review_namespaces(ask.namespaces.iter().flatten());
        let place = self.place(ask.view)?;
        let (columns, kind, sort) = match place {
            Place::Collection(id) => {
                let Collection {
                    columns, resource, ..
                } = &self.collections[&id];
                let by = ask.sort.as_deref();
                let sort = by.map(|by| order(by, resource, columns));
                (columns.clone(), resource.kind.clone(), sort)
            }
            Place::Scaling => {
                let columns = self.scaling.columns();
                let sort = ask.sort.as_deref().map(|by| scaling_order(by, &columns));
                (columns, String::new(), sort)
            }
            Place::Derived(derived) => {
                let columns = self.derived.columns(derived);
                let by = ask.sort.as_deref();
                let sort = by.map(|by| derived.order(by, &columns));
                (columns, String::new(), sort)
            }
        };
        macro_rules! apply {
            ($table:expr) => {{
                let table = $table;
                if let Some((by, sort)) = ask.sort.zip(sort) {
                    table.set_sort(ask.view, by, sort);
                }
                if let Some(text) = &ask.filter {
                    table.set_filter(ask.view, text, &columns, &kind);
                }
                if let Some(namespaces) = ask.namespaces {
                    table.set_namespaces(ask.view, namespaces);
                }
            }};
        }
        match place {
            Place::Collection(id) => {
                apply!(
                    &mut self
                        .collections
                        .get_mut(&id)
                        .expect("place checked it")
                        .table
                );
                self.follow_fields(ask.view);
            }
            Place::Scaling => {
                apply!(&mut self.scaling.table);
                self.follow_scaling_namespaces();
            }
            Place::Derived(derived) => {
                apply!(self.derived.table(derived));
                self.follow_derived_namespaces(derived);
            }
        }
        Ok(())
    }

    /// Brings a view to the collection with the field selector that its filter asks for: to all objects at once,
    /// to others when nothing more was typed for a moment.
    fn follow_fields(&mut self, view: u32) {
        let Ok(Place::Collection(id)) = self.place(view) else {
            return;
        };
        let collection = &self.collections[&id];
        let fields = collection.table.views()[&view].filter().fields();
        if fields == collection.fields {
            self.ensure_feeds(id);
        } else if fields.is_empty() {
            self.move_view(view, "");
        } else {
            self.later(tokio::time::sleep(SETTLE), move |session, ()| {
                session.move_view(view, &fields);
            });
        }
    }

    /// Moves a view to the collection with these fields, if its filter still asks for them.
    fn move_view(&mut self, view: u32, fields: &str) {
        let Ok(Place::Collection(from)) = self.place(view) else {
            return;
        };
        let collection = &self.collections[&from];
        if collection.fields == fields
            || collection.table.views()[&view].filter().fields() != fields
        {
            return;
        }
        let (kind_id, resource, kind) = (
            collection.kind_id.clone(),
            collection.resource.clone(),
            collection.kind,
        );
        let to = self.collection_of(&kind_id, resource, kind, fields);
        let live = self
            .collections
            .get_mut(&from)
            .and_then(|collection| collection.table.take(view));
        if let (Some(live), Some(collection)) = (live, self.collections.get_mut(&to)) {
            collection.table.open(view, live);
        }
        self.ensure_feeds(to);
        self.ensure_feeds(from);
        self.update_usage_polls();
        self.schedule_flush();
    }

    /// Says whether a table is on screen.
    pub(crate) fn set_visible(&mut self, view: u32, visible: bool) -> Result<(), WireError> {
        let live = match self.place(view)? {
            Place::Collection(id) => self
                .collections
                .get_mut(&id)
                .and_then(|collection| collection.table.view_mut(view)),
            Place::Scaling => self.scaling.table.view_mut(view),
            Place::Derived(derived) => self.derived.table(derived).view_mut(view),
        };
        if let Some(live) = live {
            live.visible = visible;
        }
        self.update_usage_polls();
        Ok(())
    }

    /// Where a table shows an object.
    pub(crate) fn place_of(&mut self, ask: &PlaceAsk) -> Result<Option<u32>, WireError> {
        let now = self.now_ms();
        macro_rules! position {
            ($table:expr) => {
                $table.position(ask.view, &ask.namespace, &ask.name, now)
            };
        }
        let place = match self.place(ask.view)? {
            Place::Collection(id) => self
                .collections
                .get_mut(&id)
                .and_then(|collection| position!(collection.table)),
            Place::Scaling => position!(self.scaling.table),
            Place::Derived(derived) => position!(self.derived.table(derived)),
        };
        Ok(place.and_then(|place| u32::try_from(place).ok()))
    }

    /// Closes a table; closing twice is no error.
    pub(crate) fn close_view(&mut self, view: u32) {
        if self.scaling.table.close(view) {
            self.close_scaling();
        }
        self.close_derived(view);
        for collection in self.collections.values_mut() {
            collection.table.close(view);
        }
        self.update_usage_polls();
    }

    /// Rows of a table.
    pub(crate) fn rows(&mut self, ask: &RowsAsk) -> Result<Rows, WireError> {
        let now = self.now_ms();
        let time = self.time.clone();
        let tick = |until: Option<i64>| until.and_then(|until| time.wait_ms(until - now));
        let (from, count) = (ask.from as usize, ask.count.min(MOST_ROWS) as usize);
        let (mut answer, columns) = match self.place(ask.view)? {
            Place::Collection(id) => {
                let collection = self.collections.get_mut(&id).expect("place checked it");
                let (columns, columns_version) =
                    (collection.columns.clone(), collection.columns_version);
                let kind = collection.kind_id.clone();
                let (from, rows) = collection
                    .table
                    .window(ask.view, from, count, now)
                    .ok_or_else(|| gone("This table"))?;
                let (rows, until) = shown(&rows, columns.len(), now, |row| {
                    (kind.clone(), row.identity().1.to_owned())
                });
                let view = &collection.table.views()[&ask.view];
                let mut state = collection.state(&view.namespaces, &self.status);
                if state.phase == Phase::Live
                    && let Some(why) = self.usage.withheld(collection.kind)
                {
                    let words = [state.why.as_str(), why];
                    words.join(" ").trim_start().clone_into(&mut state.why);
                }
                (
                    answer(from, rows, tick(until), view, state, columns_version),
                    columns,
                )
            }
            Place::Derived(derived) => return self.derived_rows(derived, ask),
            Place::Scaling => {
                self.rebuild_scaling();
                let columns = self.scaling.columns();
                let state = {
                    let namespaces = &self.scaling.table.views()[&ask.view].namespaces;
                    super::scaling::ScalingTable::state(&self.collections, namespaces, &self.status)
                };
                let (from, rows) = self
                    .scaling
                    .table
                    .window(ask.view, from, count, now)
                    .ok_or_else(|| gone("This table"))?;
                let (rows, until) = shown(&rows, columns.len(), now, |row| {
                    (
                        super::scaling::kind_id(row).to_owned(),
                        row.key.name.to_string(),
                    )
                });
                let view = &self.scaling.table.views()[&ask.view];
                (answer(from, rows, tick(until), view, state, 1), columns)
            }
        };
        if answer.columns_version != ask.columns_version {
            answer.columns = Some(columns.to_vec());
        }
        Ok(answer)
    }

    /// Every ten seconds, as older ages tick: rows are judged again by filters on age.
    pub(crate) fn age_filters(&mut self, now_ms: i64) {
        if now_ms.div_euclid(1000) % 10 == 0 {
            for collection in self.collections.values_mut() {
                collection.table.age();
            }
            self.scaling.table.age();
            self.derived.age();
        }
    }

    pub(super) fn place(&self, view: u32) -> Result<Place, WireError> {
        if self.scaling.table.views().contains_key(&view) {
            return Ok(Place::Scaling);
        }
        if let Some(derived) = self.derived.place(view) {
            return Ok(Place::Derived(derived));
        }
        self.collections
            .iter()
            .find(|(_, collection)| collection.table.views().contains_key(&view))
            .map(|(id, _)| Place::Collection(*id))
            .ok_or_else(|| gone("This table"))
    }

    /// Where a kind id is served.
    pub(crate) fn resource(&self, kind_id: &str) -> Result<(Resource, Option<Kind>), WireError> {
        if let Some(kind) = Kind::from_id(kind_id) {
            return Ok((kind.spec().resource.clone(), Some(kind)));
        }
        served(self.kinds.discovery(), kind_id)
            .map(|resource| {
                let kind = Kind::ALL
                    .into_iter()
                    .find(|kind| kind.spec().resource == resource);
                (resource, kind)
            })
            .ok_or_else(|| {
                WireError::new(
                    ErrorCode::Gone,
                    format!("This cluster serves no kind {kind_id}."),
                    "It may have been removed, or its API group does not answer at the moment.",
                )
            })
    }
}

/// Where `group/version/plural` is served, in exactly that version.
fn served(discovery: Option<&Discovery>, kind_id: &str) -> Option<Resource> {
    let mut parts = kind_id.splitn(3, '/');
    let (group, version, plural) = (parts.next()?, parts.next()?, parts.next()?);
    let group = if group == "core" { "" } else { group };
    discovery?.resources.iter().find_map(|found| {
        let resource = Resource {
            version: version.to_owned(),
            ..found.resource.clone()
        };
        let same = resource.group == group && resource.plural == plural;
        (same && found.serves(&resource)).then_some(resource)
    })
}

/// The order asked for; none is the kind's own.
pub(super) fn order(sort: &[SortBy], resource: &Resource, columns: &[Column]) -> Vec<Sort> {
    if sort.is_empty() {
        own_order(resource, columns)
    } else {
        resolve(sort, columns)
    }
}

/// The order of the table of autoscalers: what needs to be looked at first, until the user chooses.
fn scaling_order(sort: &[SortBy], columns: &[Column]) -> Vec<Sort> {
    let by_attention = [SortBy {
        column: ScalingRow::STATUS.to_owned(),
        descending: false,
    }];
    resolve(if sort.is_empty() { &by_attention } else { sort }, columns)
}

pub(crate) fn resolve(sort: &[SortBy], columns: &[Column]) -> Vec<Sort> {
    // A column that is not there (yet) sorts nothing.
    sort.iter()
        .filter_map(|by| {
            let column = columns.iter().position(|column| column.id == by.column)?;
            Some(Sort {
                column,
                descending: by.descending,
            })
        })
        .collect()
}

/// The order a kind is shown in until the user chooses.
fn own_order(resource: &Resource, columns: &[Column]) -> Vec<Sort> {
    let known = model::catalog::known(&resource.group, &resource.plural);
    let order = known.map_or(&[][..], |known| known.definition.order);
    let by = |(column, descending): &(&str, bool)| SortBy {
        column: (*column).to_owned(),
        descending: *descending,
    };
    resolve(&order.iter().map(by).collect::<Vec<_>>(), columns)
}

/// Rows as cells, and when the first of them changes by time alone (Unix ms).
pub(crate) fn shown<R: Row>(
    rows: &[(&R, bool)],
    columns: usize,
    now_ms: i64,
    kind_and_name: impl Fn(&R) -> (String, String),
) -> (Vec<RowOut>, Option<i64>) {
    let mut until: Option<i64> = None;
    let rows = rows
        .iter()
        .map(|(row, selected)| {
            let cells: Vec<Cell> = (0..columns)
                .map(|column| row.cell(column, now_ms))
                .collect();
            for at in cells.iter().filter_map(|cell| cell.until_ms) {
                until = Some(until.map_or(at, |until| until.min(at)));
            }
            let namespace = row.identity().0.to_owned();
            let (kind, name) = kind_and_name(*row);
            RowOut {
                key: format!("{kind}/{namespace}/{name}"),
                namespace,
                name,
                kind,
                cells,
                selected: *selected,
            }
        })
        .collect();
    (rows, until)
}

pub(crate) fn answer(
    from: usize,
    rows: Vec<RowOut>,
    next_tick_ms: Option<u32>,
    view: &crate::live_table::LiveView,
    state: wire::ViewState,
    columns_version: u32,
) -> Rows {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Rows {
        version: view.version,
        matched: number(view.len()),
        total: number(view.total),
        selected: number(view.selected()),
        from: number(from),
        rows,
        next_tick_ms,
        state,
        columns_version,
        columns: None,
        filter_problem: view.filter().problem.as_ref().map(problem),
    }
}

fn problem(error: &FilterError) -> FilterProblem {
    FilterProblem {
        message: error.message.clone(),
        at: u32::try_from(error.at).unwrap_or(u32::MAX),
        piece: error.piece.clone(),
    }
}

/// Columns that never change, shared by every view on them.
pub(crate) type Columns = Arc<Vec<Column>>;
