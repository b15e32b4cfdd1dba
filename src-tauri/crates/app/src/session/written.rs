//! A drawer's object as YAML, with who set which of its fields.

use model::details::FieldOwner as Owner;
use wire::{FieldOwner, FieldOwners, LineOwner, WireError, Yaml, YamlAsk};

use super::{Session, gone};

impl Session {
    /// The drawer's object as YAML.
    pub(crate) fn yaml(&self, ask: YamlAsk) -> Result<Yaml, WireError> {
        let object = self.object_of(ask.id)?;
        let yaml = model::yaml::yaml(object);
        let set = if ask.owners {
            model::details::line_owners(object, self.now_ms())
        } else {
            model::details::LineOwners::default()
        };
        let place = |group: Option<usize>| group.and_then(|group| i32::try_from(group).ok());
        Ok(Yaml {
            text: yaml.text,
            managed_fields: yaml.managed_fields.unwrap_or_default(),
            owners: set
                .groups
                .iter()
                .map(|group| self.line_owner(group))
                .collect(),
            line_owners: set
                .lines
                .into_iter()
                .map(|group| place(group).unwrap_or(-1))
                .collect(),
        })
    }

    /// Who set which field of the drawer's object.
    pub(crate) fn field_owners(&self, id: u32) -> Result<FieldOwners, WireError> {
        let told = model::details::field_owners(self.object_of(id)?, self.now_ms());
        let each = told.into_iter().map(|owner| FieldOwner {
            at: self.at(&owner),
            manager: owner.manager,
            operation: owner.operation,
            subresource: owner.subresource,
            api_version: owner.api_version,
            since: owner.time.map(|time| time.text).unwrap_or_default(),
            paths: owner.paths,
            total: u32::try_from(owner.total).unwrap_or(u32::MAX),
        });
        Ok(each.collect())
    }

    fn object_of(&self, id: u32) -> Result<&serde_json::Value, WireError> {
        let drawer = self.drawers.get(&id).ok_or_else(|| gone("This object"))?;
        drawer.object().ok_or_else(|| gone("This object"))
    }

    fn at(&self, owner: &Owner) -> String {
        let time = owner.time.as_ref();
        time.map(|time| self.status.date_and_clock(time.at_ms))
            .unwrap_or_default()
    }

    /// Who set a line: those who share it, the latest first.
    fn line_owner(&self, group: &[Owner]) -> LineOwner {
        let one = |owner: &Owner| {
            let mut words = format!("{} · {}", name(owner), owner.operation);
            if !owner.subresource.is_empty() {
                words.push_str(" of ");
                words.push_str(&owner.subresource);
            }
            if let Some(time) = &owner.time {
                let at = self.at(owner);
                words.push_str(" · ");
                words.push_str(&at);
                words.push_str(" (");
                words.push_str(&time.text);
                words.push_str(" ago)");
            }
            words
        };
        let first = group.first();
        LineOwner {
            manager: first.map(name).unwrap_or_default().to_owned(),
            since: first
                .and_then(|owner| owner.time.as_ref())
                .map(|time| time.text.clone())
                .unwrap_or_default(),
            others: u32::try_from(group.len().saturating_sub(1)).unwrap_or(u32::MAX),
            told: group.iter().map(one).collect::<Vec<_>>().join("\n"),
        }
    }
}

fn name(owner: &Owner) -> &str {
    match owner.manager.as_str() {
        "" => "(unnamed)",
        name => name,
    }
}
