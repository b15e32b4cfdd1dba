//! What every row keeps of its object's metadata.

use std::borrow::Cow;
use std::sync::Arc;

use crate::labels::Labels;
use crate::share;
use crate::slim;
use crate::text;

/// A word that mostly repeats from object to object: borrowed where it is a known one.
pub type Word = Cow<'static, str>;

/// Identity, version and age of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Unique over time; empty in rows made from a Table without objects.
    pub uid: Box<str>,
    /// Empty if cluster-scoped.
    pub namespace: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// Opaque version of the object.
    pub resource_version: Box<str>,
    /// When it was created, Unix ms.
    pub created_ms: Option<i64>,
    /// When its deletion was asked for (plus grace), Unix ms.
    pub deleted_ms: Option<i64>,
    /// Counts changes of the spec.
    pub generation: i64,
    /// Its controller, shared with the others it owns.
    pub owner: Option<Arc<OwnerRef>>,
    /// Its labels, shared with others that have the same.
    pub labels: Labels,
}

/// The controller that owns an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerRef {
    /// `apps/v1`.
    pub api_version: Word,
    /// `ReplicaSet`.
    pub kind: Word,
    /// Name, in the object's own namespace.
    pub name: Box<str>,
    /// Its uid.
    pub uid: Box<str>,
}

impl Meta {
    /// The namespace and name: a row's identity in its table.
    pub fn identity(&self) -> (&str, &str) {
        (&self.namespace, &self.name)
    }

    /// Its controller as `ReplicaSet/web-7d9`; empty if none.
    pub fn owner_text(&self) -> String {
        let owner = self.owner.as_ref();
        owner.map_or_else(String::new, |owner| {
            format!("{}/{}", owner.kind, owner.name)
        })
    }
}

macro_rules! meta_from {
    ($slim:ty) => {
        impl From<&$slim> for Meta {
            fn from(m: &$slim) -> Self {
                Self {
                    uid: text::line(&m.uid),
                    namespace: text::line(&m.namespace),
                    name: text::line(&m.name),
                    resource_version: text::line(&m.resource_version),
                    created_ms: m.creation_timestamp.as_ref().and_then(slim::Time::ms),
                    deleted_ms: m.deletion_timestamp.as_ref().and_then(slim::Time::ms),
                    generation: m.generation,
                    owner: m
                        .owner_references
                        .iter()
                        .find(|o| o.controller)
                        .map(|o| share::owner(OwnerRef::from(o))),
                    labels: Labels::of(&m.labels),
                }
            }
        }
    };
}
meta_from!(slim::ObjectMeta);
meta_from!(slim::AnnotatedMeta);

impl From<&slim::OwnerReference> for OwnerRef {
    fn from(o: &slim::OwnerReference) -> Self {
        Self {
            api_version: text::word(&o.api_version),
            kind: text::word(&o.kind),
            name: text::line(&o.name),
            uid: text::line(&o.uid),
        }
    }
}
