//! Where in an object something is, put into words only where it must be told (apimachinery, `util/validation/field`, `Path`).

use std::fmt;

/// A path, as a chain on the stack: nothing is written down for what is right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    up: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Place<'a> {
    /// A whole object's field.
    pub(super) const fn root(name: &'a str) -> Self {
        Self {
            up: None,
            step: Step::Field(name),
        }
    }

    /// `….name`.
    pub(super) const fn field(&'a self, name: &'a str) -> Self {
        Self {
            up: Some(self),
            step: Step::Field(name),
        }
    }

    /// `…[2]`.
    pub(super) const fn at(&'a self, index: usize) -> Self {
        Self {
            up: Some(self),
            step: Step::Index(index),
        }
    }

    /// `…[cpu]`.
    pub(super) const fn key(&'a self, key: &'a str) -> Self {
        Self {
            up: Some(self),
            step: Step::Key(key),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(out)?;
        }
        match self.step {
            Step::Field(name) if self.up.is_some() => write!(out, ".{name}"),
            Step::Field(name) => write!(out, "{name}"),
            Step::Index(index) => write!(out, "[{index}]"),
            Step::Key(key) => write!(out, "[{key}]"),
        }
    }
}

impl From<Place<'_>> for String {
    fn from(place: Place<'_>) -> Self {
        place.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_upstream_does() {
        let spec = Place::root("spec");
        let containers = spec.field("containers");
        let first = containers.at(0);
        let requests = first.field("resources").field("requests").to_string();
        assert_eq!(requests, "spec.containers[0].resources.requests");
        assert_eq!(first.key("cpu").to_string(), "spec.containers[0][cpu]");
    }
}
