//! Every kubeconfig of the corpus does what it should: the valid ones connect as who they are, the hostile ones do nothing.
#![allow(clippy::unwrap_used)]

mod changes;
mod hostile;
mod probe;
mod twins;
mod valid;

use std::sync::OnceLock;

use kubeconfig_tests::Stage;

/// The one stage of this test program; it ends with the process.
fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(Stage::start)
}
