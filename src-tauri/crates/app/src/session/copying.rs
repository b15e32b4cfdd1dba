//! Selected rows, and what is copied of them.

use std::sync::{Arc, Mutex, PoisonError};

use cluster::{Task, fetch};
use model::ObjectRow;
use table::{Delimiter, Row, RowId};
use wire::{
    Copied, CopyAsk, CopyForm, Pick, RowKey, SelectAsk, WireError, YamlCopy, YamlCopyAsk,
    YamlCopyOpened,
};

use super::collection::CollectionId;
use super::derived::DerivedRow;
use super::views::Place;
use super::{Session, gone};
use crate::copying::{self, Named};
use crate::live_table::{LiveTable, Picked};

/// Objects being read, and how far that is.
pub(crate) struct YamlCopying {
    progress: Arc<Mutex<YamlCopy>>,
    _task: Task,
}

/// The row of a table.
fn find<'a, R: Row>(
    table: &'a LiveTable<R>,
    place: &Place,
    row: &RowKey,
) -> Option<(RowId, &'a R)> {
    match place {
        Place::Collection(_) => table.rows().find(&row.namespace, &row.name),
        Place::Scaling => {
            let name = super::scaling::identity(&row.kind, &row.name);
            table.rows().find(&row.namespace, &name)
        }
        // A row leads elsewhere: it is known by its key alone. There are few.
        Place::Derived(derived) => table.rows().iter().find(|(_, one)| {
            let (namespace, name) = one.identity();
            row.key == format!("{}/{namespace}/{name}", derived.row_kind())
        }),
    }
}

fn picked<R: Row>(table: &LiveTable<R>, place: &Place, pick: &Pick) -> Option<Picked> {
    let find = |row: &RowKey| find(table, place, row).map(|(id, _)| id);
    Some(match pick {
        Pick::Toggle { row } => Picked::Toggle(find(row)?),
        Pick::Range { from, to } => Picked::Range(find(from)?, find(to)?),
        Pick::All => Picked::All,
        Pick::Nothing => Picked::Nothing,
    })
}

impl Session {
    /// Selects rows of a view; a row that is gone selects nothing.
    pub(crate) fn select(&mut self, ask: &SelectAsk) -> Result<(), WireError> {
        let (now, place) = (self.now_ms(), self.place(ask.view)?);
        macro_rules! select {
            ($table:expr) => {{
                let table = $table;
                if let Some(picked) = picked(table, &place, &ask.pick) {
                    table.select(ask.view, picked, now);
                }
            }};
        }
        match place {
            Place::Collection(id) => select!(self.table_of(id)),
            Place::Scaling => select!(&mut self.scaling.table),
            Place::Derived(derived) => select!(self.derived.table(derived)),
        }
        Ok(())
    }

    fn table_of(&mut self, id: CollectionId) -> &mut LiveTable<ObjectRow> {
        let collection = self.collections.get_mut(&id);
        &mut collection.expect("place checked it").table
    }

    /// The selected rows of a view, or the row that is meant where none is.
    fn meant(&mut self, view: u32, row: Option<&RowKey>) -> Result<Vec<Named>, WireError> {
        let (now, place) = (self.now_ms(), self.place(view)?);
        let mut named: Vec<Named> = match place {
            Place::Collection(id) => {
                let kind = self.collections[&id].kind_id.clone();
                let table = self.table_of(id);
                table.settle(view, now);
                let rows = table.selection(view).into_iter();
                rows.map(|row| Named::new(&kind, row.identity())).collect()
            }
            Place::Scaling => {
                let table = &mut self.scaling.table;
                table.settle(view, now);
                let name = |row: &model::ScalingRow| {
                    let kind = super::scaling::kind_id(row);
                    Named::new(kind, (&row.key.namespace, &row.key.name))
                };
                table.selection(view).into_iter().map(name).collect()
            }
            Place::Derived(derived) => {
                let table = self.derived.table(derived);
                table.settle(view, now);
                let rows: Vec<DerivedRow> = table.selection(view).into_iter().cloned().collect();
                let to = rows.iter().map(|row| self.led_to(row));
                to.map(|to| Named::new(&to.kind_id, (&to.namespace, &to.name)))
                    .collect()
            }
        };
        if named.is_empty() {
            named.extend(row.map(|row| Named::new(&row.kind, (&row.namespace, &row.name))));
        }
        Ok(named)
    }

    /// Selected rows as text. `context` is the kubeconfig's name for the cluster.
    pub(crate) fn copy_rows(&mut self, ask: &CopyAsk, context: &str) -> Result<Copied, WireError> {
        let named = self.meant(ask.view, ask.row.as_ref())?;
        let (text, what) = match ask.form {
            CopyForm::Names => (
                copying::names(&named),
                copying::counted(named.len(), "name"),
            ),
            CopyForm::Namespaces => copying::namespaces(&named),
            CopyForm::Qualified => (
                copying::qualified(&named),
                copying::counted(named.len(), "name"),
            ),
            CopyForm::Kubectl => {
                let words = |kind: &str| {
                    self.resource(kind).map_or_else(
                        |_| kind.to_owned(),
                        |(resource, _)| copying::kind_word(&resource),
                    )
                };
                (
                    copying::kubectl(&named, words, context),
                    "the kubectl command".to_owned(),
                )
            }
            CopyForm::Csv => (
                self.cells(ask, Delimiter::Comma)?,
                copying::counted(named.len(), "row") + " as CSV",
            ),
            CopyForm::Tsv => (
                self.cells(ask, Delimiter::Tab)?,
                copying::counted(named.len(), "row") + " as TSV",
            ),
        };
        Ok(Copied {
            text,
            said: format!("Copied {what}"),
        })
    }

    fn cells(&mut self, ask: &CopyAsk, delimiter: Delimiter) -> Result<String, WireError> {
        let (now, place) = (self.now_ms(), self.place(ask.view)?);
        macro_rules! cells {
            ($table:expr, $columns:expr) => {{
                let columns = $columns;
                let table = $table;
                table.settle(ask.view, now);
                let mut rows = table.selection(ask.view);
                if rows.is_empty()
                    && let Some(row) = &ask.row
                {
                    rows.extend(find(table, &place, row).map(|(_, row)| row));
                }
                copying::cells(&rows, &columns, &ask.columns, delimiter, now)
            }};
        }
        Ok(match place {
            Place::Collection(id) => {
                cells!(self.table_of(id), self.collections[&id].columns.clone())
            }
            Place::Scaling => cells!(&mut self.scaling.table, self.scaling.columns()),
            Place::Derived(derived) => {
                cells!(self.derived.table(derived), self.derived.columns(derived))
            }
        })
    }

    /// Begins to read the selected objects.
    pub(crate) fn open_yaml_copy(
        &mut self,
        ask: &YamlCopyAsk,
    ) -> Result<YamlCopyOpened, WireError> {
        let named = self.meant(ask.view, ask.row.as_ref())?;
        let total = u32::try_from(named.len()).unwrap_or(u32::MAX);
        let mut objects = Vec::with_capacity(named.len());
        for one in named {
            objects.push((self.resource(&one.kind)?.0, one));
        }
        let progress = Arc::new(Mutex::new(YamlCopy::default()));
        let connection = self.connection.clone();
        let read = move |(resource, one): (model::Resource, Named)| {
            let connection = connection.clone();
            async move {
                match fetch::object(&connection, &resource, &one.namespace, &one.name).await {
                    Ok(object) => Ok(model::yaml::yaml(&object).text),
                    Err(error) => Err(format!("{} {one}: {error}", resource.kind)),
                }
            }
        };
        let id = self.new_id();
        let failed = progress.clone();
        let copying = YamlCopying {
            progress: progress.clone(),
            _task: Task::spawn(
                "yaml copy",
                copying::read_all(objects, read, progress),
                move |words| async move {
                    let mut progress = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    progress
                        .failed
                        .push(format!("A part of Scalescope failed: {words}"));
                    progress.text = Some(String::new());
                },
            ),
        };
        self.yaml_copies.insert(id, copying);
        Ok(YamlCopyOpened { copy: id, total })
    }

    /// How far reading is; the text is given once.
    pub(crate) fn yaml_copy(&mut self, id: u32) -> Result<YamlCopy, WireError> {
        let copying = self.yaml_copies.get(&id).ok_or_else(|| gone("This copy"))?;
        let mut progress = copying
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let text = progress.text.take();
        Ok(YamlCopy {
            text,
            ..progress.clone()
        })
    }

    /// Stops reading; stopping twice is no error.
    pub(crate) fn close_yaml_copy(&mut self, id: u32) {
        self.yaml_copies.remove(&id);
    }
}
