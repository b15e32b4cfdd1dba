//! Every kubeconfig of the corpus does what it should: the valid ones connect as who they are, the hostile ones do nothing.
// Texts of tests are built for reading, not for speed.
#![allow(clippy::unwrap_used, clippy::format_collect)]

mod changes;
mod hostile;
mod probe;
mod renewals;
mod twins;
mod valid;

use std::sync::OnceLock;

use kubeconfig_tests::Stage;

/// The one stage of this test program; it ends with the process.
fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(Stage::start)
}
