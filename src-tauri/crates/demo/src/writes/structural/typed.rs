//! A structural schema as server-side apply sees it (apiextensions, `controller/openapi/builder`; kube-openapi, `schemaconv`).

use super::{List, Structural};
use crate::writes::schema::{Field, Kind, Schema, Structure, Types};

/// The fields of a whole object of `kind`.
pub(super) fn schema(structural: &Structural, kind: &str) -> Schema {
    let mut types = Types::metadata();
    let root = structure(structural, kind, true, &mut types);
    let index = types.add(root);
    Schema::of(types, index)
}

fn structure(own: &Structural, name: &str, whole: bool, types: &mut Types) -> Structure {
    let mut fields = Vec::new();
    if whole {
        let metadata = types
            .named("meta.ObjectMeta")
            .expect("the table has metadata");
        for (name, kind) in [
            ("apiVersion", Kind::String),
            ("kind", Kind::String),
            ("metadata", metadata),
        ] {
            fields.push(Field::plain(name, kind));
        }
    }
    for (name, property) in &own.properties {
        if !(whole && matches!(&**name, "apiVersion" | "kind" | "metadata")) {
            fields.push(field(name, property, types));
        }
    }
    let mut structure = Structure::new(name, fields);
    structure.custom = true;
    structure.open = own.preserve;
    structure
}

fn field(name: &str, own: &Structural, types: &mut Types) -> Field {
    let mut field = Field::plain(name, kind(own, types));
    match &own.list {
        List::Atomic => {}
        List::Set => field.set = true,
        List::Map(keys) => {
            field.keys.clone_from(keys);
            field.keys.sort();
        }
    }
    field.atomic = own.atomic;
    let default = own.default.as_ref();
    field.default = default.and_then(|own| own.as_str()).map(str::to_owned);
    field
}

fn kind(own: &Structural, types: &mut Types) -> Kind {
    if own.types.len() > 1 {
        return Kind::IntOrString;
    }
    match own.types.first().map(String::as_str) {
        Some("string") => Kind::String,
        Some("boolean") => Kind::Bool,
        Some("integer") => Kind::Int64,
        Some("number") => Kind::Float,
        Some("array") => {
            let items = own.items.as_deref();
            Kind::List(Box::new(items.map_or(Kind::Open, |own| kind(own, types))))
        }
        Some("object") => match &own.additional {
            Some(values) => Kind::Map(Box::new(kind(values, types))),
            None if own.preserve && own.properties.is_empty() && !own.embedded => Kind::Open,
            None => {
                let structure = structure(own, "", own.embedded, types);
                Kind::Struct(types.add(structure))
            }
        },
        _ if own.preserve => Kind::Open,
        _ => Kind::Any,
    }
}
