//! The page's side of the boundary: commands out as JSON, notices in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app::{App, Host, Notification};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::{
    ClusterInfo, ClusterStatus, Column, Connecting, ErrorCode, Notice, Phase, Reply, Rows,
    StartPage, ViewState, WireError,
};

use crate::series::Series;
use crate::wait::until;

struct TestHost {
    notices: Mutex<Vec<Notice>>,
    breaks: AtomicBool,
    folder: tempfile::TempDir,
    /// Where what is seen is kept, if it is.
    kept: Option<PathBuf>,
    /// What the desktop was given to show.
    shown: Mutex<Vec<Notification>>,
    /// Why it shows nothing; empty if it does.
    mute: Mutex<String>,
}

impl Host for TestHost {
    fn notify(&self, notice: Notice) {
        // Others come when they come: that the list of contexts was written, say.
        let of_a_view = matches!(notice, Notice::View { .. });
        assert!(
            !(of_a_view && self.breaks.swap(false, Ordering::SeqCst)),
            "a test asked for this panic"
        );
        self.notices.lock().unwrap().push(notice);
    }
    fn now_ms(&self) -> i64 {
        now_ms()
    }
    fn config_folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
    fn data_folder(&self) -> Option<PathBuf> {
        self.kept.clone()
    }
    fn show(&self, notification: Notification) -> BoxFuture<'static, Result<(), String>> {
        let outcome = self.speaks();
        if outcome.is_ok() {
            self.shown.lock().unwrap().push(notification);
        }
        Box::pin(async { outcome })
    }
    fn shows_notifications(&self) -> BoxFuture<'static, Result<(), String>> {
        let outcome = self.speaks();
        Box::pin(async { outcome })
    }
}

impl TestHost {
    fn speaks(&self) -> Result<(), String> {
        match self.mute.lock().unwrap().as_str() {
            "" => Ok(()),
            why => Err(why.to_owned()),
        }
    }
}

fn now_ms() -> i64 {
    i64::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis(),
    )
    .unwrap()
}

/// One program's backend, driven as its window drives it.
pub struct Window {
    app: App,
    host: Arc<TestHost>,
}

impl Drop for Window {
    fn drop(&mut self) {
        // Threads of the backend may have the host, and with it the folder, until the process ends. What they write after this
        // goes with the host.
        let _ = std::fs::remove_dir_all(self.host.folder.path());
    }
}

/// All rows of a view at one version.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Cells by heading, of each `namespace/name`.
    pub rows: BTreeMap<String, BTreeMap<String, String>>,
    /// Keys in the order of the view.
    pub order: Vec<String>,
    /// State of the source when they were read.
    pub state: ViewState,
    /// Version they belong to.
    pub version: u32,
}

impl Window {
    /// Opens the program on a kubeconfig.
    pub fn open(kubeconfig: &Path) -> Self {
        Self::keeping(kubeconfig, None)
    }

    fn keeping(kubeconfig: &Path, kept: Option<PathBuf>) -> Self {
        let host = Arc::new(TestHost {
            notices: Mutex::default(),
            breaks: AtomicBool::new(false),
            folder: tempfile::tempdir().unwrap(),
            kept,
            shown: Mutex::default(),
            mute: Mutex::default(),
        });
        let app = App::new(host.clone(), vec![kubeconfig.to_owned()], None, None);
        Self { app, host }
    }

    /// Opens the program on a kubeconfig and connects its first context; the name of the cluster.
    pub async fn connected(kubeconfig: &Path) -> (Self, String) {
        let window = Self::open(kubeconfig);
        let cluster = window.connect(0).await.unwrap().cluster;
        (window, cluster)
    }

    /// The same, and what is seen of scaling is kept in `folder`.
    pub async fn recording(kubeconfig: &Path, folder: &Path) -> (Self, String) {
        let window = Self::keeping(kubeconfig, Some(folder.to_owned()));
        let cluster = window.connect(0).await.unwrap().cluster;
        (window, cluster)
    }

    /// One command.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        command: &str,
        argument: impl Serialize,
    ) -> Result<T, WireError> {
        let argument = serde_json::to_string(&argument).unwrap();
        match wire::dispatch(&self.app, command, &argument).await? {
            Reply::Json(text) => Ok(serde_json::from_str(&text).unwrap()),
            Reply::Bytes(_) => panic!("{command} answers bytes"),
        }
    }

    /// The start page.
    pub async fn start(&self) -> StartPage {
        self.ask("start", ()).await.unwrap()
    }

    /// Connects the context at this place of the start page. Trusts it with all its dangers, as often as it is asked; what
    /// cannot be trusted at all is an error.
    pub async fn connect(&self, context: usize) -> Result<ClusterInfo, WireError> {
        let mut connecting: Connecting = self
            .ask("connect", json!({"context": context.to_string()}))
            .await?;
        loop {
            let question = match connecting {
                Connecting::Connected { cluster } => return Ok(cluster),
                Connecting::Asks { question } => question,
                Connecting::Closed => panic!("nobody closed it"),
            };
            if !question.refused.is_empty() {
                let (message, detail) = question.refused.split_once(". ").unwrap_or_default();
                return Err(WireError::new(ErrorCode::Malformed, message, detail));
            }
            let confirmed: Vec<String> = question.dangers.into_iter().map(|one| one.id).collect();
            let answer =
                json!({"question": question.id, "answer": "trust", "confirmed": confirmed});
            connecting = self.ask("answer_consent", answer).await?;
        }
    }

    /// What the desktop was given to show so far.
    pub fn shown(&self) -> Vec<Notification> {
        self.host.shown.lock().unwrap().clone()
    }

    /// From now on the desktop shows nothing, for this reason; an empty one: it does again.
    pub fn mute(&self, why: &str) {
        why.clone_into(&mut self.host.mute.lock().unwrap());
    }

    /// What the status bar shows.
    pub async fn status(&self, cluster: &str) -> ClusterStatus {
        self.ask("cluster_status", json!({"cluster": cluster}))
            .await
            .unwrap()
    }

    /// Opens a live table on everything of a kind.
    pub async fn view(&self, cluster: &str, kind: &str) -> u32 {
        self.view_in(cluster, kind, &[]).await
    }

    /// Opens a live table limited to some namespaces.
    pub async fn view_in(&self, cluster: &str, kind: &str, namespaces: &[&str]) -> u32 {
        let ask = json!({"cluster": cluster, "kind": kind, "namespaces": namespaces, "filter": "", "sort": []});
        let opened: wire::ViewOpened = self.ask("open_view", ask).await.unwrap();
        opened.view
    }

    /// Rows as the page pulls them.
    pub async fn page(&self, view: u32, from: u32, count: u32) -> Rows {
        let ask = json!({"view": view, "from": from, "count": count, "columnsVersion": 0});
        self.ask("rows", ask).await.unwrap()
    }

    /// State of a view's source.
    pub async fn state(&self, view: u32) -> ViewState {
        self.page(view, 0, 1).await.state
    }

    /// Every row of a view, page by page, all of one version.
    pub async fn snapshot(&self, view: u32) -> Snapshot {
        'version: loop {
            let mut rows = BTreeMap::new();
            let mut order = Vec::new();
            let first = self.page(view, 0, 500).await;
            let mut page = first.clone();
            loop {
                let columns = page.columns.clone().unwrap_or_default();
                for row in page.rows {
                    let cells = columns.iter().zip(&row.cells);
                    let cells: BTreeMap<String, String> = cells
                        .map(|(column, cell)| (heading(column), cell.text.clone()))
                        .collect();
                    let key = format!("{}/{}", row.namespace, row.name);
                    assert!(rows.insert(key.clone(), cells).is_none(), "{key} twice");
                    order.push(key);
                }
                let next = u32::try_from(order.len()).unwrap();
                if next >= first.matched {
                    return Snapshot {
                        rows,
                        order,
                        state: first.state,
                        version: first.version,
                    };
                }
                page = self.page(view, next, 500).await;
                if page.version != first.version || page.from != next {
                    continue 'version;
                }
            }
        }
    }

    /// Waits until a view is complete and live; its rows.
    pub async fn live(&self, view: u32) -> Snapshot {
        until("a live table", Duration::from_secs(40), async || {
            let state = self.state(view).await;
            if state.phase == Phase::Live {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        })
        .await;
        self.snapshot(view).await
    }

    /// Notices since the last call.
    pub fn notices(&self) -> Vec<Notice> {
        std::mem::take(&mut self.host.notices.lock().unwrap())
    }

    /// Makes the host panic at the next notice of a view, once.
    pub fn break_next_notice(&self) {
        self.host.breaks.store(true, Ordering::SeqCst);
    }

    /// Opens the scaling graph of an HPA.
    pub async fn graph(&self, cluster: &str, namespace: &str, name: &str) -> u32 {
        let kind = "horizontalpodautoscalers";
        let ask = json!({"cluster": cluster, "kind": kind, "namespace": namespace, "name": name});
        let opened: wire::GraphOpened = self.ask("open_graph", ask).await.unwrap();
        opened.graph
    }

    /// Everything of a graph but its series.
    pub async fn graph_meta(&self, graph: u32) -> wire::GraphMeta {
        self.ask("graph", json!({"id": graph})).await.unwrap()
    }

    /// The series of a graph over a span of time, in the order of its lanes.
    pub async fn graph_series(&self, graph: u32, from_ms: i64, to_ms: i64) -> Series {
        let ask =
            json!({"graph": graph, "fromMs": from_ms, "toMs": to_ms, "width": 4000}).to_string();
        match wire::dispatch(&self.app, "graph_series", &ask)
            .await
            .unwrap()
        {
            Reply::Bytes(bytes) => Series::read(&bytes),
            Reply::Json(text) => panic!("{text}"),
        }
    }

    /// Follows a container's log.
    pub async fn log(&self, ask: Value) -> Result<wire::LogOpened, WireError> {
        self.ask("open_log", ask).await
    }

    /// All lines of a log that are kept, as plain text, with the window they came in.
    pub async fn log_text(&self, log: u32) -> (Vec<String>, wire::LogWindow) {
        let mut lines = Vec::new();
        let mut from = 0;
        loop {
            let ask = json!({"log": log, "from": from, "count": 500, "tail": false});
            let window: wire::LogWindow = self.ask("log_lines", ask).await.unwrap();
            lines.extend(
                window
                    .lines
                    .iter()
                    .map(|line| line.spans.iter().map(|span| span.text.as_str()).collect()),
            );
            match window.lines.last() {
                Some(last) if last.n + 1 < window.next => from = last.n + 1,
                _ => return (lines, window),
            }
        }
    }
}

fn heading(column: &Column) -> String {
    column.title.to_uppercase()
}
