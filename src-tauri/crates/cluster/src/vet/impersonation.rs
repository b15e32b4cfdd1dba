//! Whom a user entry acts as: whole, or refused.

use http::{HeaderName, HeaderValue};

use super::given;
use crate::document::User;
use crate::target::Impersonate;

/// Parts that the server would refuse or never see are errors: half an impersonation is another person.
pub(super) fn impersonation(user: &User) -> Result<Option<Impersonate>, String> {
    let other = Impersonate {
        user: given(user.impersonate.as_deref())
            .unwrap_or_default()
            .to_owned(),
        uid: given(user.as_uid.as_deref()).map(str::to_owned),
        groups: user.as_groups.clone().unwrap_or_default(),
        extra: user
            .as_user_extra
            .clone()
            .unwrap_or_default()
            .into_iter()
            .collect(),
    };
    if other == Impersonate::default() {
        return Ok(None);
    }
    if other.user.is_empty() {
        return Err("It impersonates groups or attributes (as-groups, as-uid, as-user-extra) without a user (as); the server would refuse that.".to_owned());
    }
    if let Some((key, _)) = other.extra.iter().find(|(_, values)| values.is_empty()) {
        return Err(format!(
            "Its as-user-extra names {} without a value, which no request can carry.",
            model::text::visible(key)
        ));
    }
    if other.groups.iter().any(String::is_empty) {
        return Err("Its as-groups holds an empty group, which no request can carry.".to_owned());
    }
    let mut values = std::iter::once(&other.user)
        .chain(&other.uid)
        .chain(&other.groups)
        .chain(other.extra.iter().flat_map(|(_, values)| values));
    let names_fit = other
        .extra
        .iter()
        .all(|(key, _)| HeaderName::from_bytes(key.as_bytes()).is_ok());
    if !names_fit || !values.all(|value| HeaderValue::from_str(value).is_ok()) {
        return Err(
            "The user it impersonates (as, as-groups, as-uid, as-user-extra) holds characters no request can carry.".to_owned(),
        );
    }
    Ok(Some(other))
}
