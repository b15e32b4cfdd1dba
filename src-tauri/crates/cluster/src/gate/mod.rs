//! The gate: the only module that may run programs, open links, or read files outside the opened kubeconfigs.
//!
//! Three steps lead through it. A context is proposed ([`crate::kubeconfig::Opened::propose`]) from its text alone. A person
//! agrees to the [`Plan`]. Then [`Pass::of`] compares what would happen now with what was agreed to, and only with a
//! pass is there a [`crate::Target`]. Everything that runs, connects or reads later takes what it needs from the target.
//!
//! `clippy.toml` forbids the primitives everywhere; the exceptions stand in here, which `xtask/tests/gate.rs` keeps so.

pub(crate) mod digest;
pub(crate) mod files;
pub(crate) mod links;
pub(crate) mod memory;
pub(crate) mod path;
pub(crate) mod programs;

use crate::plan::{Difference, Plan};

/// Proof that a plan is what a person agreed to.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    plan: Plan,
}

impl Pass {
    /// Fails with all that differs.
    pub(crate) fn of(agreed: &Plan, now: Plan) -> Result<Self, Vec<Difference>> {
        let differences = agreed.differences(&now);
        if differences.is_empty() {
            Ok(Self { plan: now })
        } else {
            Err(differences)
        }
    }

    /// For what runs nothing, reads nothing and contacts nobody: there is nothing to agree to.
    pub(crate) fn of_nothing() -> Self {
        Self {
            plan: Plan::default(),
        }
    }

    /// What was agreed to, with the digests of now.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }
}
