//! What an API server does between a request and its store.

mod admission;
mod create;
mod defaults;
mod deletion;
mod limits;
mod names;
pub mod ownership;
mod patches;
mod pods;
mod resize;
mod scale;
pub mod schema;
mod services;
mod shape;
pub mod structural;
#[cfg(test)]
mod tests;
mod update;
mod validation;
mod writer;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::World;
use crate::kinds::Resource;
use crate::store::Key;

pub use create::create;
pub(crate) use deletion::CLEANUP;
pub use deletion::{delete, delete_with};
pub use patches::patch;
pub use pods::{bind, evict};
pub use scale::scale;
pub use shape::{decode, read};
pub use update::{check_conditional, creates, update};
pub use writer::{
    DeleteOptions, Deleted, Part, Patch, Propagation, Validation, Warnings, Writer, Written,
};

fn key_of(resource: &Resource, object: &Value) -> Key {
    let of = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    let namespace = if resource.namespaced {
        of("namespace")
    } else {
        ""
    };
    Key::new(&resource.key(), namespace, of("name"))
}

fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// Sets a field, or takes it away if the value is null.
fn set(object: &mut Value, field: &str, value: Value) {
    if !value.is_null() {
        object[field] = value;
    } else if let Some(fields) = object.as_object_mut() {
        fields.remove(field);
    }
}

/// A time as objects hold it: RFC 3339 in whole seconds.
pub fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn uid(world: &mut World) -> Value {
    let (high, low) = (world.random(), world.random());
    json!(format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    ))
}
