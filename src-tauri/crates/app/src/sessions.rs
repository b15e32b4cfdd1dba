//! The clusters that are connected, and whose a view, drawer, log or graph is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::{ClusterInfo, WireError};

use crate::session::{Session, SessionHandle, gone};

/// Every session of the program.
#[derive(Default)]
pub(crate) struct Sessions {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: BTreeMap<String, Open>,
    /// Which session a view, drawer, log or graph belongs to.
    owners: BTreeMap<u32, String>,
}

struct Open {
    handle: SessionHandle,
    /// Id of the consent it was connected by; none was needed for the demo cluster.
    consent: Option<String>,
}

impl Sessions {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock can leave it half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a session that a person agreed to by `consent`, where that was needed; one for the same context that is there already is closed.
    pub(crate) fn add(&self, handle: SessionHandle, consent: Option<String>) {
        let cluster = handle.info.cluster.clone();
        let open = Open { handle, consent };
        self.state().open.insert(cluster, open);
    }

    /// The session of a cluster.
    ///
    /// # Errors
    /// [`wire::ErrorCode::Gone`] if it is not connected.
    pub(crate) fn get(&self, cluster: &str) -> Result<SessionHandle, WireError> {
        let state = self.state();
        let open = state
            .open
            .get(cluster)
            .ok_or_else(|| gone("This cluster"))?;
        Ok(open.handle.clone())
    }

    /// The session that the view, drawer, log or graph `id` belongs to.
    ///
    /// # Errors
    /// [`wire::ErrorCode::Gone`] if it or its cluster is closed.
    pub(crate) fn owner(&self, id: u32) -> Result<SessionHandle, WireError> {
        let state = self.state();
        let cluster = state.owners.get(&id).ok_or_else(|| gone("This"))?;
        let open = state
            .open
            .get(cluster)
            .ok_or_else(|| gone("This cluster"))?;
        Ok(open.handle.clone())
    }

    /// `id` belongs to `cluster` from now on.
    pub(crate) fn own(&self, id: u32, cluster: &str) {
        self.state().owners.insert(id, cluster.to_owned());
    }

    /// Closes what `id` names; closing twice, or after its cluster, is no error.
    pub(crate) async fn close(
        &self,
        id: u32,
        how: impl FnOnce(&mut Session) + Send + 'static,
    ) -> Result<(), WireError> {
        let Ok(session) = self.owner(id) else {
            return Ok(());
        };
        self.state().owners.remove(&id);
        session.call(how).await
    }

    /// Closes a cluster with everything open on it.
    pub(crate) fn disconnect(&self, cluster: &str) {
        let mut state = self.state();
        // Dropping the handle ends the session's task, and with it everything it opened.
        state.open.remove(cluster);
        state.owners.retain(|_, owner| owner != cluster);
    }

    /// Closes what was connected by this consent; the clusters that were.
    pub(crate) fn disconnect_by(&self, consent: &str) -> Vec<String> {
        let by: Vec<String> = {
            let state = self.state();
            let open = state
                .open
                .iter()
                .filter(|(_, open)| open.consent.as_deref() == Some(consent));
            open.map(|(cluster, _)| cluster.clone()).collect()
        };
        for cluster in &by {
            self.disconnect(cluster);
        }
        by
    }

    /// Every connected cluster.
    pub(crate) fn infos(&self) -> Vec<ClusterInfo> {
        let state = self.state();
        let open = state.open.values();
        open.map(|open| (*open.handle.info).clone()).collect()
    }

    /// Describes a cluster otherwise, if it is connected.
    pub(crate) fn describe(&self, cluster: &str, how: impl FnOnce(&mut ClusterInfo)) {
        if let Some(open) = self.state().open.get_mut(cluster) {
            how(Arc::make_mut(&mut open.handle.info));
        }
    }
}
