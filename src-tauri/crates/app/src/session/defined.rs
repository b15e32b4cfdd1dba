//! What a drawer's definition of a custom kind defines: the table of its objects, and how many there are.

use cluster::fetch;
use table::Tone;
use wire::{DetailFact, DetailValue, ObjectRef};

use super::Session;
use super::details::Drawer;
use super::kinds::kind_id;

/// The objects of a definition.
#[derive(Default)]
pub(crate) struct Defined {
    asked: bool,
    /// How many there were when they were counted; `None`: not known.
    count: Option<u64>,
}

impl Session {
    /// Counts the objects of the kind that the drawer's object defines: one small request, once.
    pub(crate) fn count_defined(&mut self, id: u32) {
        let Some(drawer) = self.drawers.get_mut(&id) else {
            return;
        };
        let Some((group, plural)) = names(drawer).filter(|_| !drawer.defined.asked) else {
            return;
        };
        drawer.defined.asked = true;
        let mut served = self.kinds.listable();
        let Some(resource) = served
            .find(|resource| resource.group == group && resource.plural == plural)
            .cloned()
        else {
            return;
        };
        let connection = self.connection.clone();
        self.later(
            async move { fetch::count(&connection, &resource, None).await },
            move |session, count| {
                if let Some(drawer) = session.drawers.get_mut(&id) {
                    drawer.defined.count = count.ok();
                    drawer.touch();
                }
            },
        );
    }

    /// The way to the table of what the drawer's object defines.
    pub(crate) fn defined_fact(&self, drawer: &Drawer) -> Option<DetailFact> {
        let (group, plural) = names(drawer)?;
        let resource = self
            .kinds
            .listable()
            .find(|resource| resource.group == group && resource.plural == plural);
        let value = DetailValue {
            text: match (resource, drawer.defined.count) {
                (None, _) => "The cluster does not serve them.".to_owned(),
                (Some(_), Some(count)) => format!("{count} {plural}"),
                (Some(_), None) => plural,
            },
            tone: Tone::Plain,
            link: resource.map(|resource| ObjectRef {
                kind_id: kind_id(resource),
                kind: resource.kind.clone(),
                namespace: String::new(),
                name: String::new(),
            }),
            note: match drawer.defined.count {
                Some(_) => "when this was opened".to_owned(),
                None => String::new(),
            },
            secret: None,
        };
        Some(DetailFact {
            label: "Objects".to_owned(),
            values: vec![value],
        })
    }
}

/// Group and plural that the drawer's object defines, if it is a definition.
fn names(drawer: &Drawer) -> Option<(String, String)> {
    if drawer.resource().kind != "CustomResourceDefinition" {
        return None;
    }
    let spec = &drawer.object()?["spec"];
    let group = spec["group"].as_str()?;
    Some((
        group.to_owned(),
        spec["names"]["plural"].as_str()?.to_owned(),
    ))
}
