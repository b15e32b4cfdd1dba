//! The bodies of all commands.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cluster::Connection;
use notify::RecommendedWatcher;
use tokio::sync::oneshot;
use wire::{
    Actions, ActionsAsk, CloseId, ClusterAsk, ClusterInfo, ClusterInfos, ClusterStatus, Connect,
    Details, DetailsOpened, GraphMeta, GraphOpened, Handler, KindList, LogAsk, LogOpened,
    LogWindow, Notice, OpenDetails, OpenGraph, OpenLog, OpenView, Rows, RowsAsk, SeriesAsk,
    SetVisible, Settings, StartPage, Strings, UpdateView, ViewOpened, WireError, Yaml,
};

use crate::host::Host;
use crate::session::{Session, SessionHandle, gone};
use crate::start::Start;
use crate::{errors, settings, watching};

/// The backend of one running program.
pub struct App {
    host: Arc<dyn Host>,
    start: Arc<Start>,
    /// Until the program ends.
    _watching: Option<RecommendedWatcher>,
    state: Mutex<State>,
    ids: Arc<AtomicU32>,
}

#[derive(Default)]
struct State {
    sessions: BTreeMap<String, SessionHandle>,
    /// Which session a view, drawer, log or graph belongs to.
    owners: BTreeMap<u32, String>,
}

impl App {
    /// Reads the kubeconfigs that `argument`, else the `KUBECONFIG` value, else `home` leads to, now and when they change.
    /// Contacts nothing.
    pub fn new(
        host: Arc<dyn Host>,
        argument: Option<PathBuf>,
        kubeconfig_env: Option<OsString>,
        home: Option<PathBuf>,
    ) -> Self {
        let start = Arc::new(Start::read(argument, kubeconfig_env, home));
        let changed = {
            let (start, host) = (start.clone(), host.clone());
            move || {
                let before = start.page();
                start.read_again();
                if start.page() != before {
                    host.notify(Notice::Start);
                }
            }
        };
        Self {
            _watching: watching::watch(start.paths(), changed),
            host,
            start,
            state: Mutex::default(),
            ids: Arc::new(AtomicU32::new(1)),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing under this lock can leave it half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self, cluster: &str) -> Result<SessionHandle, WireError> {
        self.state()
            .sessions
            .get(cluster)
            .cloned()
            .ok_or_else(|| gone("This cluster"))
    }

    fn owner(&self, id: u32) -> Result<SessionHandle, WireError> {
        let state = self.state();
        let cluster = state.owners.get(&id).ok_or_else(|| gone("This"))?;
        state
            .sessions
            .get(cluster)
            .cloned()
            .ok_or_else(|| gone("This cluster"))
    }

    fn own(&self, id: u32, cluster: &str) {
        self.state().owners.insert(id, cluster.to_owned());
    }

    /// Closes what `id` names; closing twice, or after its cluster, is no error.
    async fn close(
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
}

async fn wait<T>(answer: oneshot::Receiver<T>) -> Result<T, WireError> {
    answer.await.map_err(|_| gone("This cluster"))
}

impl Handler for App {
    async fn start(&self, (): ()) -> Result<StartPage, WireError> {
        let start = self.start.clone();
        let read = move || {
            start.read_again();
            start.page()
        };
        tokio::task::spawn_blocking(read)
            .await
            .map_err(|_| gone("The start page"))
    }

    async fn connect(&self, ask: Connect) -> Result<ClusterInfo, WireError> {
        let (name, namespace, target) = self
            .start
            .target(&ask.context)
            .map_err(|e| errors::connect(&e))?;
        let cluster = format!("context-{}", ask.context);
        if let Ok(open) = self.session(&cluster) {
            return Ok((*open.info).clone());
        }
        let server = target.server().to_owned();
        let (connection, greeting) = Connection::open(target)
            .await
            .map_err(|e| errors::connect(&e))?;
        let info = ClusterInfo {
            cluster: cluster.clone(),
            initials: initials(&name),
            name,
            server,
            version: greeting.version,
            namespace,
        };
        let session = Session::start(
            connection,
            greeting.latency_ms,
            info,
            self.host.clone(),
            self.ids.clone(),
        );
        // Two clicks may have connected at once: the first one stays.
        let mut state = self.state();
        let open = state.sessions.entry(cluster).or_insert(session);
        Ok((*open.info).clone())
    }

    async fn disconnect(&self, ask: ClusterAsk) -> Result<(), WireError> {
        let mut state = self.state();
        // Dropping the handle ends the session's task, and with it everything it opened.
        state.sessions.remove(&ask.cluster);
        state.owners.retain(|_, cluster| *cluster != ask.cluster);
        Ok(())
    }

    async fn clusters(&self, (): ()) -> Result<ClusterInfos, WireError> {
        Ok(self
            .state()
            .sessions
            .values()
            .map(|session| (*session.info).clone())
            .collect())
    }

    async fn cluster_status(&self, ask: ClusterAsk) -> Result<ClusterStatus, WireError> {
        self.session(&ask.cluster)?
            .call(|session| session.cluster_status())
            .await
    }

    async fn kinds(&self, ask: ClusterAsk) -> Result<KindList, WireError> {
        let answer = self.session(&ask.cluster)?.call(Session::kinds).await?;
        wait(answer).await
    }

    async fn actions(&self, ask: ActionsAsk) -> Result<Actions, WireError> {
        self.session(&ask.cluster)?
            .call(move |session| session.actions(&ask))
            .await?
    }

    async fn namespaces(&self, ask: ClusterAsk) -> Result<Strings, WireError> {
        let answer = self
            .session(&ask.cluster)?
            .call(Session::namespaces)
            .await?;
        wait(answer).await
    }

    async fn open_view(&self, ask: OpenView) -> Result<ViewOpened, WireError> {
        let cluster = ask.cluster.clone();
        let opened = self
            .session(&cluster)?
            .call(move |session| session.open_view(&ask))
            .await??;
        self.own(opened.view, &cluster);
        Ok(opened)
    }

    async fn update_view(&self, ask: UpdateView) -> Result<(), WireError> {
        self.owner(ask.view)?
            .call(move |session| session.update_view(ask))
            .await?
    }

    async fn set_visible(&self, ask: SetVisible) -> Result<(), WireError> {
        self.owner(ask.view)?
            .call(move |session| session.set_visible(ask.view, ask.visible))
            .await?
    }

    async fn rows(&self, ask: RowsAsk) -> Result<Rows, WireError> {
        self.owner(ask.view)?
            .call(move |session| session.rows(&ask))
            .await?
    }

    async fn close_view(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_view(ask.id))
            .await
    }

    async fn open_details(&self, ask: OpenDetails) -> Result<DetailsOpened, WireError> {
        let cluster = ask.cluster.clone();
        let opened = self
            .session(&cluster)?
            .call(move |session| session.open_details(&ask))
            .await??;
        self.own(opened.details, &cluster);
        Ok(opened)
    }

    async fn details(&self, ask: CloseId) -> Result<Details, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.details(ask.id))
            .await?
    }

    async fn yaml(&self, ask: CloseId) -> Result<Yaml, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.yaml(ask.id))
            .await?
    }

    async fn close_details(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_details(ask.id))
            .await
    }

    async fn open_log(&self, ask: OpenLog) -> Result<LogOpened, WireError> {
        let cluster = ask.cluster.clone();
        let answer = self
            .session(&cluster)?
            .call(move |session| session.open_log(ask))
            .await?;
        let opened = wait(answer).await??;
        self.own(opened.log, &cluster);
        Ok(opened)
    }

    async fn log_lines(&self, ask: LogAsk) -> Result<LogWindow, WireError> {
        self.owner(ask.log)?
            .call(move |session| session.log_lines(&ask))
            .await?
    }

    async fn close_log(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_log(ask.id))
            .await
    }

    async fn open_graph(&self, ask: OpenGraph) -> Result<GraphOpened, WireError> {
        let cluster = ask.cluster.clone();
        let opened = self
            .session(&cluster)?
            .call(move |session| session.open_graph(&ask))
            .await??;
        self.own(opened.graph, &cluster);
        Ok(opened)
    }

    async fn graph(&self, ask: CloseId) -> Result<GraphMeta, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.graph(ask.id))
            .await?
    }

    async fn graph_series(&self, ask: SeriesAsk) -> Result<Vec<u8>, WireError> {
        self.owner(ask.graph)?
            .call(move |session| session.graph_series(&ask))
            .await?
    }

    async fn close_graph(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_graph(ask.id))
            .await
    }

    async fn settings(&self, (): ()) -> Result<Settings, WireError> {
        Ok(settings::load(&self.host.config_folder()))
    }

    async fn set_settings(&self, settings: Settings) -> Result<(), WireError> {
        settings::save(&self.host.config_folder(), &settings)
    }
}

/// Two letters for the rail: of the first two words, else of the first.
fn initials(name: &str) -> String {
    // Cloud contexts are long paths; the last part is the cluster's own name.
    let last = name
        .rsplit(['/', ':', '@'])
        .find(|part| !part.is_empty())
        .unwrap_or(name);
    let mut words = last
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let letters: String = match (words.next(), words.next()) {
        (Some(first), Some(second)) => first
            .chars()
            .take(1)
            .chain(second.chars().take(1))
            .collect(),
        (Some(only), None) => only.chars().take(2).collect(),
        (None, _) => "?".to_owned(),
    };
    letters.to_uppercase()
}

/// Makes ids that no other session's view, drawer, log or graph has.
pub(crate) fn next_id(ids: &AtomicU32) -> u32 {
    ids.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_contexts() {
        for (name, wanted) in [
            ("kind-dev", "KD"),
            ("minikube", "MI"),
            ("arn:aws:eks:eu-north-1:123:cluster/shop-prod", "SP"),
            ("gke_project_zone_name", "GP"),
            ("admin@home", "HO"),
            ("…", "?"),
            ("", "?"),
        ] {
            assert_eq!(initials(name), wanted, "{name}");
        }
    }
}
