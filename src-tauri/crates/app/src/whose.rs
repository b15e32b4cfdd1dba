//! What a context is called in what the program keeps.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A context's place and name: what was agreed to, set and remembered goes by it, and outlives the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Whose {
    pub(crate) place: Place,
    /// The context's name in it.
    pub(crate) name: String,
}

/// Where a context stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Place {
    /// In this file.
    File(PathBuf),
    /// In this file, merged with others of `KUBECONFIG`: its cluster and user may come from those.
    Merged(PathBuf),
    /// Nowhere: it is the demo cluster's.
    Demo,
    /// In the text that was pasted as the n-th since the program began.
    Pasted(u32),
}

impl Whose {
    /// Whether it can be kept: pasted text is gone with the program, and JSON has no words for a path that is not text.
    pub(crate) fn lasts(&self) -> bool {
        match &self.place {
            Place::File(path) | Place::Merged(path) => path.to_str().is_some(),
            Place::Pasted(_) => false,
            Place::Demo => true,
        }
    }
}
