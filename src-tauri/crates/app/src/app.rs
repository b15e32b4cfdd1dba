//! The bodies of all commands.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::oneshot;
use wire::{
    Actions, ActionsAsk, AnswerConsent, BellAsk, BellTold, CloseId, ClusterAsk, ClusterInfos,
    ClusterStatus, Connect, Connecting, ConsentAsk, ConsentEntry, ConsentList, Copied, CopyAsk,
    DemoRateAsk, DemoTime, DemoTimeAsk, Details, DetailsOpened, EventGroup, EventGroupAsk,
    EventRate, EventRateAsk, ExplainAsk, Explained, FieldOwners, FindAsk, FindingAsk,
    FindingDetail, FindingsAsk, FindingsTold, Found, GoAsk, GoTo, GraphMeta, GraphOpened,
    GraphTable, Handler, HelmAsk, HelmDiff, HelmDiffAsk, HelmRelease, KindList, LogAsk, LogOpened,
    LogWindow, Marks, MarksAsk, Notice, OpenDetails, OpenGraph, OpenLog, OpenView, Overview,
    OverviewOpened, Pairs, PairsAsk, Paste, PlaceAsk, Relations, RelationsOpened, ReleaseAsk,
    ReleaseOpened, RevealAsk, Revealed, Rows, RowsAsk, SaveExport, SavedExport, SelectAsk,
    SeriesAsk, SetBell, SetContext, SetVisible, Settings, SourceAsk, StartPage, Strings,
    UpdateView, UsageHistory, ViewOpened, WireError, Yaml, YamlAsk, YamlCopy, YamlCopyAsk,
    YamlCopyOpened,
};

use crate::connecting::{Ways, cluster_id};
use crate::contexts_kept::colour;
use crate::host::Host;
use crate::session::{Session, SessionHandle, gone};
use crate::start::{Clock, Start};
use crate::whose::{Place, Whose};
use crate::{consent_words, demo_cluster, flight, settings, shown};

/// The backend of one running program.
pub struct App {
    host: Arc<dyn Host>,
    start: Arc<Start>,
    ways: Arc<Ways>,
}

impl App {
    /// Begins to read the kubeconfigs that `arguments`, the `KUBECONFIG` value, `home` and the watched folders lead to, now and
    /// when they change; returns at once. Contacts and runs nothing but what [`Host::surroundings`] does.
    pub fn new(
        host: Arc<dyn Host>,
        arguments: Vec<PathBuf>,
        kubeconfig_env: Option<OsString>,
        home: Option<PathBuf>,
    ) -> Self {
        let start = Arc::new(Start::read(host.clone(), arguments, kubeconfig_env, home));
        let ways = Ways::new(host.clone(), start.clone());
        Self { host, start, ways }
    }

    /// Lists these files and brings them into sight: double-clicked, dropped, handed over by a second start. Connects nothing.
    /// Returns at once, may be called from any thread and before there is a page; [`Notice::Start`] comes when they were read.
    pub fn open_files(&self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.start.open(paths);
        }
    }

    fn session(&self, cluster: &str) -> Result<SessionHandle, WireError> {
        self.ways.sessions.get(cluster)
    }

    fn owner(&self, id: u32) -> Result<SessionHandle, WireError> {
        self.ways.sessions.owner(id)
    }

    fn own(&self, id: u32, cluster: &str) {
        self.ways.sessions.own(id, cluster);
    }

    async fn close(
        &self,
        id: u32,
        how: impl FnOnce(&mut Session) + Send + 'static,
    ) -> Result<(), WireError> {
        self.ways.sessions.close(id, how).await
    }

    async fn set_demo(&self, ask: SetContext) -> Result<(), WireError> {
        let (ways, host) = (self.ways.clone(), self.host.clone());
        blocking(move || {
            ways.kept.set(&demo_cluster::whose(), &ask.settings)?;
            ways.sessions
                .describe(&cluster_id(demo_cluster::CONTEXT), |info| {
                    *info = demo_cluster::info(&ways.kept, info.version.clone());
                });
            host.notify(Notice::Start);
            Ok(())
        })
        .await?
    }

    fn consent_list(ways: &Ways, now_ms: i64) -> ConsentList {
        let clock = Clock::local(now_ms);
        let entries = ways.consents.all().into_iter().map(|agreed| ConsentEntry {
            file: place(&agreed.whose),
            name: agreed.whose.name,
            server: consent_words::server(&agreed.plan),
            agreed: clock.day(agreed.at_ms),
            sections: consent_words::sections(&agreed.plan, &[]),
            id: agreed.id,
        });
        ConsentList {
            entries: entries.collect(),
            kept_in: shown(&ways.consents.kept_in()),
            problem: ways.consents.problem(),
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.ways.cancel_all();
    }
}

/// Where a context stands, as it is told in the list of consents.
fn place(whose: &Whose) -> String {
    match &whose.place {
        Place::File(path) => shown(path),
        Place::Merged(path) => format!("{} (merged by KUBECONFIG)", shown(path)),
        Place::Pasted(_) => "pasted text".to_owned(),
        Place::Demo => "this program".to_owned(),
    }
}

/// Runs what blocks (a disk, a lock that is held over a disk) where that is no harm.
async fn blocking<T: Send + 'static>(
    what: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WireError> {
    tokio::task::spawn_blocking(what)
        .await
        .map_err(|_| gone("This"))
}

async fn wait<T>(answer: oneshot::Receiver<T>) -> Result<T, WireError> {
    answer.await.map_err(|_| gone("This cluster"))
}

impl Handler for App {
    async fn start(&self, (): ()) -> Result<StartPage, WireError> {
        self.start.read_again().done().await;
        let (start, ways) = (self.start.clone(), self.ways.clone());
        blocking(move || start.page(&ways.kept)).await
    }

    async fn connect(&self, ask: Connect) -> Result<Connecting, WireError> {
        self.ways.connect(&ask.context).await
    }

    async fn answer_consent(&self, answer: AnswerConsent) -> Result<Connecting, WireError> {
        self.ways.answer(&answer).await
    }

    async fn cancel_connect(&self, ask: Connect) -> Result<(), WireError> {
        self.ways.cancel(&ask.context);
        Ok(())
    }

    async fn consents(&self, (): ()) -> Result<ConsentList, WireError> {
        let (ways, now_ms) = (self.ways.clone(), self.host.now_ms());
        blocking(move || Self::consent_list(&ways, now_ms)).await
    }

    async fn revoke_consent(&self, ask: ConsentAsk) -> Result<ConsentList, WireError> {
        let (ways, now_ms) = (self.ways.clone(), self.host.now_ms());
        blocking(move || {
            ways.revoke(&ask.id);
            Self::consent_list(&ways, now_ms)
        })
        .await
    }

    async fn choose_kubeconfigs(&self, (): ()) -> Result<(), WireError> {
        let chosen = self.host.choose_files().await;
        self.open_files(chosen);
        Ok(())
    }

    async fn choose_folder(&self, (): ()) -> Result<(), WireError> {
        let Some(folder) = self.host.choose_folder().await else {
            return Ok(());
        };
        let start = self.start.clone();
        blocking(move || start.add_folder(&folder))
            .await??
            .done()
            .await;
        Ok(())
    }

    async fn forget_folder(&self, ask: SourceAsk) -> Result<(), WireError> {
        let start = self.start.clone();
        let asked = blocking(move || start.forget_folder(&ask.id)).await??;
        asked.done().await;
        Ok(())
    }

    async fn paste_kubeconfig(&self, paste: Paste) -> Result<(), WireError> {
        let start = self.start.clone();
        let asked = blocking(move || start.paste(&paste.text)).await??;
        asked.done().await;
        Ok(())
    }

    async fn remove_source(&self, ask: SourceAsk) -> Result<(), WireError> {
        self.start.remove(&ask.id).done().await;
        Ok(())
    }

    async fn set_context(&self, ask: SetContext) -> Result<(), WireError> {
        if ask.context == demo_cluster::CONTEXT {
            return self.set_demo(ask).await;
        }
        let chosen = self
            .start
            .context(&ask.context)
            .ok_or_else(|| gone("This context"))?;
        let (ways, host) = (self.ways.clone(), self.host.clone());
        blocking(move || {
            ways.kept.set(&chosen.whose, &ask.settings)?;
            let settings = ways.kept.of(&chosen.whose).settings;
            let cluster = cluster_id(&ask.context);
            ways.sessions.describe(&cluster, |info| {
                info.colour = colour(&settings, &chosen.name);
                info.name = if settings.title.is_empty() {
                    chosen.name.clone()
                } else {
                    settings.title.clone()
                };
                info.initials = initials(&info.name);
                info.namespace = if settings.namespace.is_empty() {
                    chosen.namespace.clone()
                } else {
                    settings.namespace.clone()
                };
            });
            host.notify(Notice::Start);
            Ok(())
        })
        .await?
    }

    async fn disconnect(&self, ask: ClusterAsk) -> Result<(), WireError> {
        self.ways.sessions.disconnect(&ask.cluster);
        Ok(())
    }

    async fn clusters(&self, (): ()) -> Result<ClusterInfos, WireError> {
        Ok(self.ways.sessions.infos())
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
        wait(answer).await?
    }

    async fn find(&self, ask: FindAsk) -> Result<Found, WireError> {
        match &ask.cluster {
            Some(cluster) => {
                self.session(cluster)?
                    .call(move |session| session.find(&ask))
                    .await
            }
            None => {
                Ok(crate::finding::Search::new(&ask.text).found(&ask.entries, &[], &[], ask.limit))
            }
        }
    }

    async fn end_find(&self, ask: ClusterAsk) -> Result<(), WireError> {
        self.session(&ask.cluster)?.call(Session::end_find).await
    }

    async fn go(&self, ask: GoAsk) -> Result<GoTo, WireError> {
        let contexts = self.start.context_names();
        self.session(&ask.cluster)?
            .call(move |session| session.go(&ask.text, &contexts))
            .await
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

    async fn place_of(&self, ask: PlaceAsk) -> Result<Option<u32>, WireError> {
        self.owner(ask.view)?
            .call(move |session| session.place_of(&ask))
            .await?
    }

    async fn close_view(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_view(ask.id))
            .await
    }

    async fn select(&self, ask: SelectAsk) -> Result<(), WireError> {
        self.owner(ask.view)?
            .call(move |session| session.select(&ask))
            .await?
    }

    async fn copy_rows(&self, ask: CopyAsk) -> Result<Copied, WireError> {
        let owner = self.owner(ask.view)?;
        // The context's name in its file, whatever title it was given.
        let context = self.start.context(&owner.info.context);
        let context = context.map_or_else(|| owner.info.name.clone(), |chosen| chosen.name.clone());
        owner
            .call(move |session| session.copy_rows(&ask, &context))
            .await?
    }

    async fn open_yaml_copy(&self, ask: YamlCopyAsk) -> Result<YamlCopyOpened, WireError> {
        let owner = self.owner(ask.view)?;
        let cluster = owner.info.cluster.clone();
        let opened = owner
            .call(move |session| session.open_yaml_copy(&ask))
            .await??;
        self.own(opened.copy, &cluster);
        Ok(opened)
    }

    async fn yaml_copy(&self, ask: CloseId) -> Result<YamlCopy, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.yaml_copy(ask.id))
            .await?
    }

    async fn close_yaml_copy(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_yaml_copy(ask.id))
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

    async fn yaml(&self, ask: YamlAsk) -> Result<Yaml, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.yaml(ask))
            .await?
    }

    async fn pairs(&self, ask: PairsAsk) -> Result<Pairs, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.pairs(&ask))
            .await?
    }

    async fn usage_history(&self, ask: CloseId) -> Result<UsageHistory, WireError> {
        let answer = self
            .owner(ask.id)?
            .call(move |session| session.usage_history(ask.id))
            .await??;
        wait(answer).await
    }

    async fn field_owners(&self, ask: CloseId) -> Result<FieldOwners, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.field_owners(ask.id))
            .await?
    }

    async fn reveal(&self, ask: RevealAsk) -> Result<Revealed, WireError> {
        let answer = self
            .owner(ask.id)?
            .call(move |session| session.reveal(&ask))
            .await??;
        wait(answer).await?
    }

    async fn close_details(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_details(ask.id))
            .await
    }

    async fn open_relations(&self, ask: OpenDetails) -> Result<RelationsOpened, WireError> {
        let cluster = ask.cluster.clone();
        let opened = self
            .session(&cluster)?
            .call(move |session| session.open_relations(&ask))
            .await??;
        self.own(opened.relations, &cluster);
        Ok(opened)
    }

    async fn relations(&self, ask: CloseId) -> Result<Relations, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.relations(ask.id))
            .await?
    }

    async fn close_relations(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_relations(ask.id))
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

    async fn explain(&self, ask: ExplainAsk) -> Result<Explained, WireError> {
        self.owner(ask.graph)?
            .call(move |session| session.explain(&ask))
            .await?
    }

    async fn graph_marks(&self, ask: MarksAsk) -> Result<Marks, WireError> {
        self.owner(ask.graph)?
            .call(move |session| session.graph_marks(&ask))
            .await?
    }

    async fn graph_table(&self, ask: MarksAsk) -> Result<GraphTable, WireError> {
        self.owner(ask.graph)?
            .call(move |session| session.graph_table(&ask))
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

    async fn open_overview(&self, ask: ClusterAsk) -> Result<OverviewOpened, WireError> {
        let opened = self
            .session(&ask.cluster)?
            .call(Session::open_overview)
            .await?;
        self.own(opened.overview, &ask.cluster);
        Ok(opened)
    }

    async fn overview(&self, ask: CloseId) -> Result<Overview, WireError> {
        self.owner(ask.id)?
            .call(move |session| session.overview(ask.id))
            .await?
    }

    async fn close_overview(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_overview(ask.id))
            .await
    }

    async fn event_rate(&self, ask: EventRateAsk) -> Result<EventRate, WireError> {
        self.session(&ask.cluster)?
            .call(move |session| session.event_rate(&ask.namespaces))
            .await
    }

    async fn open_release(&self, ask: ReleaseAsk) -> Result<ReleaseOpened, WireError> {
        let cluster = ask.cluster.clone();
        let opened = self
            .session(&cluster)?
            .call(move |session| session.open_release(&ask))
            .await?;
        self.own(opened.release, &cluster);
        Ok(opened)
    }

    async fn close_release(&self, ask: CloseId) -> Result<(), WireError> {
        self.close(ask.id, move |session| session.close_release(ask.id))
            .await
    }

    async fn bell(&self, ask: BellAsk) -> Result<BellTold, WireError> {
        self.session(&ask.cluster)?
            .call(move |session| session.bell(&ask))
            .await?
    }

    async fn set_bell(&self, ask: SetBell) -> Result<BellTold, WireError> {
        let session = self.session(&ask.cluster)?;
        let asked = BellAsk {
            cluster: ask.cluster.clone(),
            kind: ask.kind.clone(),
            namespace: ask.namespace.clone(),
            name: ask.name.clone(),
        };
        let on = ask.on;
        let place = session
            .call(move |session| session.bell_place(&ask))
            .await??;
        blocking(move || place.set(on)).await??;
        if on {
            let shown = self.host.shows_notifications().await;
            session.call(|session| session.bell_asked(shown)).await?;
        }
        session.call(move |session| session.bell(&asked)).await?
    }

    async fn findings(&self, ask: FindingsAsk) -> Result<FindingsTold, WireError> {
        self.session(&ask.cluster)?
            .call(move |session| session.findings_told(&ask))
            .await
    }

    async fn finding(&self, ask: FindingAsk) -> Result<FindingDetail, WireError> {
        self.session(&ask.cluster)?
            .call(move |session| session.finding(&ask))
            .await?
    }

    async fn event_group(&self, ask: EventGroupAsk) -> Result<EventGroup, WireError> {
        let session = self.session(&ask.cluster)?;
        session
            .call(move |session| session.event_group(&ask))
            .await?
    }

    async fn helm_release(&self, ask: HelmAsk) -> Result<HelmRelease, WireError> {
        let session = self.session(&ask.cluster)?;
        wait(session.call(|session| session.helm_release(ask)).await?).await?
    }

    async fn helm_diff(&self, ask: HelmDiffAsk) -> Result<HelmDiff, WireError> {
        let session = self.session(&ask.cluster)?;
        wait(session.call(|session| session.helm_diff(ask)).await?).await?
    }

    async fn demo_time(&self, ask: ClusterAsk) -> Result<DemoTime, WireError> {
        let session = self.session(&ask.cluster)?;
        session.call(|session| session.demo_time()).await?
    }

    async fn set_demo_rate(&self, ask: DemoRateAsk) -> Result<DemoTime, WireError> {
        let session = self.session(&ask.cluster)?;
        let change = session.call(move |session| session.demo_rate(ask.rate));
        blocking(change.await??).await?;
        session.call(|session| session.demo_time()).await?
    }

    async fn go_to_demo_time(&self, ask: DemoTimeAsk) -> Result<DemoTime, WireError> {
        let session = self.session(&ask.cluster)?;
        let going = session.call(move |session| session.demo_move(ask.to_ms));
        // Parts of its day are lived through again for it.
        blocking(going.await??).await?;
        session.call(|session| session.demo_time()).await?
    }

    async fn save_export(&self, ask: SaveExport) -> Result<SavedExport, WireError> {
        crate::exporting::save(self.host.as_ref(), ask).await
    }

    async fn settings(&self, (): ()) -> Result<Settings, WireError> {
        Ok(settings::load(&self.host.config_folder()))
    }

    async fn set_settings(&self, settings: Settings) -> Result<(), WireError> {
        flight::check(settings.recording)?;
        settings::save(&self.host.config_folder(), &settings)?;
        self.ways.flight.limit(settings.recording);
        Ok(())
    }

    async fn recording(&self, (): ()) -> Result<wire::RecordingInfo, WireError> {
        Ok(self.ways.flight.info())
    }
}

/// Two letters for the rail: of the first two words, else of the first.
pub(crate) fn initials(name: &str) -> String {
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
