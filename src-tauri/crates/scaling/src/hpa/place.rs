//! Paths of fields, written out only when somebody reads them.

use std::fmt;

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    name: &'a str,
    /// Of a list.
    index: Option<usize>,
}

impl<'a> Place<'a> {
    /// A field at the top.
    pub(crate) fn root(name: &'a str) -> Self {
        Self {
            parent: None,
            name,
            index: None,
        }
    }

    /// A field of this one.
    pub(crate) fn child(&'a self, name: &'a str) -> Self {
        Self {
            parent: Some(self),
            name,
            index: None,
        }
    }

    /// An item of a list that is a field of this one.
    pub(crate) fn item(&'a self, name: &'a str, index: usize) -> Self {
        Self {
            index: Some(index),
            ..self.child(name)
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        f.write_str(self.name)?;
        match self.index {
            Some(index) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}
