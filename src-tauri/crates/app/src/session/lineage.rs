//! The owners of a drawer's object, all the way up.

use cluster::fetch;
use model::details::{ObjectLink, owners_of};

use super::Session;

/// Owners followed at most; a circle of owners ends here too.
const HIGHEST: usize = 6;

impl Session {
    /// Reads who owns the object's owner, and so on, unless that is known.
    pub(crate) fn climb(&mut self, id: u32) {
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        let first = drawer
            .object()
            .and_then(|object| owners_of(object).into_iter().next());
        if drawer.lineage.first() == first.as_ref() {
            return;
        }
        drawer.lineage = first.into_iter().collect();
        self.climb_on(id);
    }

    fn climb_on(&mut self, id: u32) {
        let Some(drawer) = self.drawers.get(&id) else {
            return;
        };
        let Some(last) = drawer.lineage.last().cloned() else {
            return;
        };
        if drawer.lineage.len() >= HIGHEST {
            return;
        }
        let namespace = last.namespace.clone().unwrap_or_default();
        let reference = self.object_ref(&last.api_version, &last.kind, &namespace, &last.name);
        let Ok((resource, _)) = self.resource(&reference.kind_id) else {
            return;
        };
        let connection = self.connection.clone();
        let name = last.name.clone();
        self.later(
            async move { fetch::object(&connection, &resource, &namespace, &name).await },
            move |session, answer| {
                // What may not be read ends the chain; it stays a link all the same.
                let Ok(object) = answer else { return };
                let Some(drawer) = session.drawers.get_mut(&id) else {
                    return;
                };
                // Meanwhile it may have got another owner.
                let same = drawer.lineage.last() == Some(&last)
                    && object["metadata"]["uid"].as_str() == Some(&last.uid);
                let next: Option<ObjectLink> = owners_of(&object).into_iter().next();
                if let Some(next) = next.filter(|_| same) {
                    drawer.lineage.push(next);
                    drawer.touch();
                    session.climb_on(id);
                }
            },
        );
    }
}
