//! One demo cluster as it stands.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::access::Access;
use crate::kinds::{self, Resource};
use crate::load::Load;
use crate::logs::Logs;
use crate::measured::Measured;
use crate::programs::Programs;
use crate::store::{Key, Store};

/// Changes that are remembered for those who watch.
const KEPT: usize = 20_000;

/// Objects, clock and chance. The same seed and the same calls make the same world.
#[derive(Clone, Debug)]
pub struct World {
    /// What there is.
    pub store: Store,
    /// What was measured of it last.
    pub measured: Measured,
    /// Who may do what.
    pub access: Access,
    /// What containers printed.
    pub logs: Logs,
    /// What the images do that its pods run.
    pub programs: Programs,
    /// What these pods use.
    pub load: Load,
    resources: Vec<Arc<Resource>>,
    /// Versions of the definitions that `resources` follow.
    definitions: Vec<String>,
    now: Timestamp,
    random: u64,
}

impl World {
    /// An empty cluster at `now`.
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            store: Store::new(KEPT),
            measured: Measured::default(),
            access: Access::default(),
            logs: Logs::default(),
            definitions: Vec::new(),
            programs: Programs::default(),
            load: Load {
                seed,
                ..Load::default()
            },
            resources: kinds::built_in(),
            now,
            random: seed,
        }
    }

    /// The demo's time, which may run fast or stand.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Moves the clock on; never back.
    pub fn advance(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
    }

    /// The same without what changed before: who asks for that gets 410.
    #[must_use]
    pub fn without_past(&self) -> Self {
        let mut copy = self.clone();
        copy.store.compact(copy.store.revision());
        copy
    }

    /// Becomes another world, whatever its time. Who watches sees what differs change, at revisions that go on.
    pub fn turn_into(&mut self, other: Self) {
        self.store.turn_into(&other.store);
        let mut logs = other.logs;
        logs.go_on_after(self.logs.written());
        let store = std::mem::replace(&mut self.store, Store::new(KEPT));
        *self = Self {
            store,
            logs,
            ..other
        };
    }

    /// A number that differs after everything that who looks on would see.
    pub fn tick(&self) -> u64 {
        self.store.revision() + self.logs.written()
    }

    /// Whether definitions of these versions are not those that are served.
    pub(crate) fn definitions_differ(&self, versions: &[String]) -> bool {
        self.definitions != versions
    }

    /// Serves these custom kinds beside the built-in ones, which follow definitions of these versions.
    pub(crate) fn serve(&mut self, custom: Vec<Arc<Resource>>, versions: Vec<String>) {
        self.resources.retain(|own| own.custom.is_none());
        self.resources.extend(custom);
        self.definitions = versions;
    }

    /// What is served, in the order of discovery.
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// Whether anything of this group and version is served.
    pub fn serves(&self, group: &str, version: &str) -> bool {
        let mut all = self.resources.iter();
        all.any(|one| *one.group == *group && one.serves(version))
    }

    /// The resource `plural` of `group`, whatever its version.
    pub fn resource(&self, group: &str, plural: &str) -> Option<Arc<Resource>> {
        let mut all = self.resources.iter();
        all.find(|one| *one.group == *group && *one.plural == *plural)
            .cloned()
    }

    /// An object, by plural with group (`deployments.apps`).
    pub fn get(&self, resource: &str, namespace: &str, name: &str) -> Option<Arc<Value>> {
        self.store
            .get(&Key::new(resource, namespace, name))
            .cloned()
    }

    /// The next number of the seeded sequence (splitmix64).
    pub fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
