//! One struct of the table, walked field by field.

use std::collections::HashMap;

use super::Types;

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// `true` or `false`.
    Bool,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// A number.
    Float,
    /// Bytes in base64.
    Bytes,
    /// `500m`, `1Gi`.
    Quantity,
    /// A number, or text such as `25%`.
    IntOrString,
    /// A moment in whole seconds.
    Time,
    /// A moment in microseconds.
    MicroTime,
    /// `1h30m`.
    Duration,
    /// Whatever JSON holds, one whole.
    Any,
    /// Whatever JSON holds, field by field.
    Open,
    /// A struct of the table.
    Struct(usize),
    /// A list.
    List(Box<Kind>),
    /// Values by names that are data.
    Map(Box<Kind>),
}

/// How a strategic merge patch changes a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// As a whole; maps and structs field by field.
    Replace,
    /// A list of scalars to which is added.
    Scalars,
    /// A list whose elements are told apart by this field.
    Keyed(String),
}

/// A field of a struct.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is a mark in the table
pub struct Field {
    /// As JSON has it.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether none and empty differ.
    pub pointer: bool,
    /// Whether it is written even when empty.
    pub always: bool,
    /// List type `set`.
    pub set: bool,
    /// Keys of list type `map`.
    pub keys: Vec<String>,
    /// One whole to server-side apply.
    pub atomic: bool,
    /// Not one whole, though its struct is.
    pub granular: bool,
    /// How a strategic merge patch changes it.
    pub merge: Merge,
    /// Whether a strategic merge patch may say which of its keys stay.
    pub retain: bool,
    /// What a missing key counts as.
    pub default: Option<String>,
}

impl Field {
    /// A field without marks.
    pub fn plain(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            pointer: true,
            always: false,
            set: false,
            keys: Vec::new(),
            atomic: false,
            granular: false,
            merge: Merge::Replace,
            retain: false,
            default: None,
        }
    }

    fn parse(text: &str, names: &HashMap<String, usize>) -> Self {
        let mut parts = text.split('|');
        let (name, kind) = parts
            .next()
            .and_then(|part| part.split_once(':'))
            .expect("a field of the table has a type");
        let mut field = Self::plain(name, kind_of(kind.trim_end_matches(['?', '!']), names));
        field.pointer = kind.contains('?');
        field.always = kind.ends_with('!');
        for mark in parts {
            let (mark, value) = mark.split_once('=').unwrap_or((mark, ""));
            match mark {
                "set" => field.set = true,
                "map" => field.keys = value.split(',').map(str::to_owned).collect(),
                "atomic" => field.atomic = true,
                "granular" => field.granular = true,
                "merge" if value.is_empty() => field.merge = Merge::Scalars,
                "merge" => field.merge = Merge::Keyed(value.to_owned()),
                "retain" => field.retain = true,
                "default" => field.default = Some(value.to_owned()),
                other => unreachable!("the table has no mark {other}"),
            }
        }
        field.keys.sort();
        field
    }
}

fn kind_of(text: &str, names: &HashMap<String, usize>) -> Kind {
    let inner = |open: char, close: char| {
        text.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
    };
    if let Some(element) = inner('[', ']') {
        return Kind::List(Box::new(kind_of(element, names)));
    }
    if let Some(value) = inner('{', '}') {
        return Kind::Map(Box::new(kind_of(value, names)));
    }
    match text {
        "string" => Kind::String,
        "bool" => Kind::Bool,
        "int32" => Kind::Int32,
        "int64" => Kind::Int64,
        "float" => Kind::Float,
        "bytes" => Kind::Bytes,
        "quantity" => Kind::Quantity,
        "intorstring" => Kind::IntOrString,
        "time" => Kind::Time,
        "micro" => Kind::MicroTime,
        "duration" => Kind::Duration,
        "any" => Kind::Any,
        name => Kind::Struct(
            *names
                .get(name)
                .expect("the table has every struct it names"),
        ),
    }
}

/// A struct.
#[derive(Clone, Debug)]
pub struct Structure {
    /// `core.Container`.
    pub name: String,
    /// In the order of the Go type.
    pub fields: Vec<Field>,
    /// One whole to server-side apply.
    pub atomic: bool,
    /// Of a custom kind: what is empty is kept, and types are nobody's to check here.
    pub custom: bool,
    /// Whether fields without a definition are kept.
    pub open: bool,
    index: HashMap<String, usize>,
}

impl Structure {
    /// A struct of these fields.
    pub fn new(name: &str, fields: Vec<Field>) -> Self {
        let index = fields
            .iter()
            .enumerate()
            .map(|(index, field)| (field.name.clone(), index))
            .collect();
        Self {
            name: name.to_owned(),
            fields,
            atomic: false,
            custom: false,
            open: false,
            index,
        }
    }

    pub(super) fn parse(name: &str, fields: &str, names: &HashMap<String, usize>) -> Self {
        let fields = fields
            .split_whitespace()
            .map(|field| Field::parse(field, names))
            .collect();
        let mut structure = Self::new(name.trim_end_matches('@'), fields);
        structure.atomic = name.ends_with('@');
        structure
    }

    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.index.get(name).map(|index| &self.fields[*index])
    }
}

/// A place in a schema: what stands there, and how.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    types: &'a Types,
    kind: &'a Kind,
    field: Option<&'a Field>,
    custom: bool,
}

/// How server-side apply sees a value (structured-merge-diff, `schema.Atom`).
#[derive(Clone, Copy, Debug)]
pub enum Relation<'a> {
    /// A scalar, or an atomic list or map.
    Whole,
    /// A list of scalars, each there once.
    Set,
    /// A list whose elements are told apart by keys.
    Keyed(&'a [String], Spot<'a>),
    /// Named fields.
    Named(&'a Structure),
    /// Values by names that are data; a spot for each.
    Mapped(Spot<'a>),
}

const REPLACE: Merge = Merge::Replace;

impl<'a> Spot<'a> {
    /// Where a value of `kind` stands by itself.
    pub fn new(types: &'a Types, kind: &'a Kind) -> Self {
        Self {
            types,
            kind,
            field: None,
            custom: false,
        }
    }

    /// What stands here.
    pub fn kind(self) -> &'a Kind {
        self.kind
    }

    /// The struct that stands here.
    pub fn structure(self) -> Option<&'a Structure> {
        match self.kind {
            Kind::Struct(index) => Some(self.types.at(*index)),
            _ => None,
        }
    }

    /// A field's place: of a struct, of a map, of what is open.
    pub fn field(self, name: &str) -> Option<Self> {
        match self.kind {
            Kind::Struct(index) => {
                let structure = self.types.at(*index);
                match structure.field(name) {
                    Some(field) => Some(self.of(field)),
                    None if structure.open => Some(self.inner(&Kind::Open)),
                    None => None,
                }
            }
            Kind::Map(value) => Some(self.inner(value)),
            Kind::Open => Some(Self {
                field: None,
                ..self
            }),
            _ => None,
        }
    }

    /// The place of a known field.
    #[must_use]
    pub fn of(self, field: &'a Field) -> Self {
        let custom = self.structure().is_some_and(|structure| structure.custom);
        Self {
            types: self.types,
            kind: &field.kind,
            field: Some(field),
            custom,
        }
    }

    fn inner(self, kind: &'a Kind) -> Self {
        Self {
            kind,
            field: None,
            ..self
        }
    }

    /// The place of a list's elements.
    pub fn element(self) -> Option<Self> {
        match self.kind {
            Kind::List(element) => Some(self.inner(element)),
            _ => None,
        }
    }

    /// Whether none and empty differ here.
    pub fn pointer(self) -> bool {
        self.field.is_some_and(|field| field.pointer)
    }

    /// Whether it belongs to a custom kind, which keeps what is empty.
    pub fn custom(self) -> bool {
        self.custom
    }

    /// How a strategic merge patch changes what stands here.
    pub fn merge(self) -> &'a Merge {
        self.field.map_or(&REPLACE, |field| &field.merge)
    }

    /// Whether a strategic merge patch may say which keys stay.
    pub fn retains(self) -> bool {
        self.field.is_some_and(|field| field.retain)
    }

    /// How server-side apply sees what stands here.
    pub fn relation(self) -> Relation<'a> {
        let atomic = self.field.is_some_and(|field| field.atomic);
        match self.kind {
            Kind::List(element) => match self.field {
                Some(field) if field.set => Relation::Set,
                Some(field) if !field.keys.is_empty() => {
                    Relation::Keyed(&field.keys, self.inner(element))
                }
                _ => Relation::Whole,
            },
            Kind::Map(value) if !atomic => Relation::Mapped(self.inner(value)),
            Kind::Open => Relation::Mapped(self),
            Kind::Struct(index) => {
                let structure = self.types.at(*index);
                let granular = self.field.is_some_and(|field| field.granular);
                if atomic || structure.atomic && !granular {
                    Relation::Whole
                } else {
                    Relation::Named(structure)
                }
            }
            _ => Relation::Whole,
        }
    }
}
