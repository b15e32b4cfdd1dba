//! Rows of any kind from the server's own Table output (meta.k8s.io/v1).

mod decode;
mod row;
mod state;

use std::collections::BTreeSet;

use table::{Column, Measure};

use crate::catalog::{self, Extra};
use crate::cells::{figure_column, measure, text_column, wide};
use crate::fact::seen_as;
use crate::kind::Resource;
use crate::row::{DecodeError, ObjectRow};

pub use decode::{plain, preview, row, rows};
pub(crate) use row::GenericCell;
pub use row::GenericRow;
pub use state::tone;

/// The columns of a kind's Table, and where each takes its cells from.
#[derive(Clone, Debug)]
pub struct TableHeader {
    /// Columns; a namespaced kind has `Namespace` first.
    pub columns: Vec<Column>,
    fields: Vec<Field>,
    /// Rows also tell what their objects, of this group and kind, tell of scaling.
    facts_of: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Namespace,
    /// The object's name, whatever the server says.
    Name,
    /// The server's cell at this index.
    Server(usize),
    /// The same, where it tells the object's state.
    State(usize),
    /// The object's age, ticking; the server's cell at this index if its creation is unknown.
    Age(Option<usize>),
    /// The server's cell at this index: how long ago something was when the server wrote it.
    Elapsed(usize),
    /// Its controller.
    Owner,
    Labels,
    /// Taken from the object itself.
    Extra(&'static Extra),
    /// No cell of the server's fits.
    Nothing,
}

impl TableHeader {
    /// Whether cells are taken from whole objects.
    fn reads_objects(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field, Field::Extra(_)))
    }

    /// For rows that come with whole objects: each is an [`ObjectRow::Seen`] around the table's own row.
    #[must_use]
    pub fn with_facts(mut self, resource: &Resource) -> Self {
        self.facts_of = Some((resource.group.clone(), resource.kind.clone()));
        self
    }

    /// The row with what its object tells; as it is where that is not wanted, or cannot be read.
    fn with_fact(&self, object: &[u8], row: ObjectRow) -> ObjectRow {
        match &self.facts_of {
            Some((group, kind)) => seen_as(group, kind, object, row),
            None => row,
        }
    }
}

/// Whether the rows of a resource are asked for with their objects, for columns that the server's Table lacks.
pub fn reads_objects(resource: &Resource) -> bool {
    extras(resource).next().is_some()
}

fn extras(resource: &Resource) -> impl Iterator<Item = &'static Extra> {
    catalog::known(&resource.group, &resource.plural)
        .into_iter()
        .flat_map(|known| known.definition.extras.iter())
}

/// The header of a Table of `resource` from its column definitions: the Table itself, or the array of
/// them. `objects`: whether its rows carry whole objects.
pub fn header(json: &[u8], resource: &Resource, objects: bool) -> Result<TableHeader, DecodeError> {
    let definitions = decode::definitions(json)?;
    let mut header = Headings::new(resource.namespaced);
    let mut extras: Vec<&'static Extra> = if objects {
        extras(resource).collect()
    } else {
        Vec::new()
    };
    let (mut aged, mut created) = (false, None);
    for (index, (title, definition)) in definitions.iter().enumerate() {
        let kind = definition.r#type.as_slice();
        let is_age = title.eq_ignore_ascii_case("age") && matches!(kind, b"date" | b"string");
        let is_state = state::is_told_by(title);
        let is_figure = is_age || matches!(kind, b"integer" | b"number" | b"date");
        let (column, field) = if let Some(at) = extras
            .iter()
            .position(|own| own.title.eq_ignore_ascii_case(title))
        {
            let own = extras.remove(at);
            (own.column(), Field::Extra(own))
        } else {
            let column = if is_figure {
                Column {
                    measure: if is_age || kind == b"date" {
                        Measure::Age
                    } else {
                        Measure::Ones
                    },
                    ..figure_column("", title, 84)
                }
            } else {
                text_column("", title, catalog::width(title, index == 0))
            };
            let field = if is_age {
                Field::Age(Some(index))
            } else if kind == b"date" {
                Field::Elapsed(index)
            } else if is_state {
                Field::State(index)
            } else {
                Field::Server(index)
            };
            (column, field)
        };
        aged |= is_age;
        if title.eq_ignore_ascii_case("created at") {
            created = Some(header.columns.len());
        }
        let wide = definition.priority > 0 || column.wide;
        header.push(Column { wide, ..column }, field);
    }
    let last_shown = |header: &Headings| {
        let shown = header.columns.iter().rposition(|column| !column.wide);
        shown.map_or(0, |at| at + 1)
    };
    // Where the server tells the moment only, an age is easier to read.
    if !aged && let Some(created) = created {
        header.columns[created].wide = true;
        let at = last_shown(&header);
        header.insert(at, figure_column("age", "Age", 72), Field::Age(None));
    }
    for own in extras {
        // Before the age, which people look for at the end.
        let at = if own.wide {
            header.columns.len()
        } else {
            let shown = last_shown(&header);
            shown - usize::from(shown > 0 && matches!(header.fields[shown - 1], Field::Age(_)))
        };
        header.insert(at, own.column(), Field::Extra(own));
    }
    Ok(header.done(resource))
}

/// The header of a kind whose server offers no Table: names and ages, as kubectl prints them.
pub fn plain_header(resource: &Resource) -> TableHeader {
    let mut header = Headings::new(resource.namespaced);
    header.push(
        text_column("", "Name", catalog::width("Name", true)),
        Field::Name,
    );
    header.push(figure_column("", "Age", 72), Field::Age(None));
    header.done(resource)
}

/// Columns in the making.
struct Headings {
    columns: Vec<Column>,
    fields: Vec<Field>,
}

impl Headings {
    fn new(namespaced: bool) -> Self {
        let mut new = Self {
            columns: Vec::new(),
            fields: Vec::new(),
        };
        if namespaced {
            new.push(text_column("", "Namespace", 140), Field::Namespace);
        }
        new
    }

    fn push(&mut self, column: Column, field: Field) {
        self.insert(self.columns.len(), column, field);
    }

    fn insert(&mut self, at: usize, column: Column, field: Field) {
        self.columns.insert(at, column);
        self.fields.insert(at, field);
    }

    /// With what every object has; each column by a name of its own.
    fn done(mut self, resource: &Resource) -> TableHeader {
        self.push(wide(text_column("", "Controlled By", 220)), Field::Owner);
        self.push(wide(text_column("", "Labels", 240)), Field::Labels);
        let known = catalog::known(&resource.group, &resource.plural);
        let mut ids = BTreeSet::new();
        for column in &mut self.columns {
            let stem = column.title.to_lowercase().replace(' ', "-");
            let mut id = stem.clone();
            let mut count = 1;
            while !ids.insert(id.clone()) {
                count += 1;
                id = format!("{stem}-{count}");
            }
            if known.is_some_and(|known| known.definition.figures.contains(&id.as_str())) {
                column.align = table::Align::End;
                column.width = column.width.min(110);
            }
            if column.measure == Measure::Ones {
                column.measure = measure(&id);
            }
            column.id = id;
        }
        TableHeader {
            columns: self.columns,
            fields: self.fields,
            facts_of: None,
        }
    }
}
