//! The backend as the window drives it, without the window: commands as JSON, notices back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use app::{App, Host};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use wire::{
    ClusterInfo, ClusterStatus, Connecting, Notice, Phase, Reply, Rows, StartPage, ViewOpened,
};

/// The page pulls again after this long without a notice.
const HEALED: Duration = Duration::from_secs(1);
/// Longer takes no list.
const PATIENCE: Duration = Duration::from_secs(90);
/// What a window shows.
const SHOWN: u32 = 60;

/// When a table got how far, from the command that opened it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    /// The first rows could be shown.
    pub(crate) first: Duration,
    /// Every row could be shown, with its cells.
    pub(crate) every: Duration,
    /// Every record was there, the watch proven live.
    pub(crate) live: Duration,
    /// Bytes received, as the program counts them.
    pub(crate) bytes: u64,
}

#[derive(Default)]
pub(crate) struct BenchHost {
    told: Notify,
    folder: PathBuf,
}

impl Host for BenchHost {
    fn notify(&self, notice: Notice) {
        if let Notice::View { .. } = notice {
            self.told.notify_one();
        }
    }

    fn now_ms(&self) -> i64 {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
    }

    fn config_folder(&self) -> PathBuf {
        self.folder.clone()
    }
}

/// A backend on the only context of a kubeconfig, with all that it says.
pub(crate) struct Backend {
    pub(crate) app: App,
    pub(crate) host: Arc<BenchHost>,
    pub(crate) cluster: String,
    /// Its configuration; removed with it.
    _folder: tempfile::TempDir,
}

impl Backend {
    /// Connects; waits for nothing more.
    pub(crate) async fn connect(kubeconfig: &Path) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let host = Arc::new(BenchHost {
            folder: folder.path().to_owned(),
            ..BenchHost::default()
        });
        let app = App::new(host.clone(), vec![kubeconfig.to_owned()], None, None);
        let cluster = connect(&app).await?.cluster;
        Ok(Self {
            app,
            host,
            cluster,
            _folder: folder,
        })
    }

    /// What it says of its connection.
    pub(crate) async fn status(&self) -> Result<ClusterStatus, String> {
        ask(
            &self.app,
            "cluster_status",
            &json!({"cluster": self.cluster}),
        )
        .await
    }

    /// Runs a command.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        command: &str,
        argument: &Value,
    ) -> Result<T, String> {
        ask(&self.app, command, argument).await
    }

    /// Opens the table of a kind; its id, and how long its first rows and a live table of `rows` rows took.
    pub(crate) async fn table(
        &self,
        kind: &str,
        rows: usize,
    ) -> Result<(u32, Duration, Duration), String> {
        let start = Instant::now();
        let argument = json!({"cluster": self.cluster, "kind": kind, "namespaces": [], "filter": "", "sort": []});
        let opened: ViewOpened = self.ask("open_view", &argument).await?;
        let mut first = None;
        while start.elapsed() < PATIENCE {
            let shown = page(&self.app, opened.view, 0).await?;
            if !shown.rows.is_empty() {
                first.get_or_insert(start.elapsed());
            }
            if shown.state.phase == Phase::Failed {
                return Err(format!("{kind}: {}", shown.state.why));
            }
            if let Some(first) = first
                && shown.state.phase == Phase::Live
                && shown.total as usize >= rows
            {
                return Ok((opened.view, first, start.elapsed()));
            }
            // Passing without a notice is what heals a lost one.
            let _ = timeout(HEALED, self.host.told.notified()).await;
        }
        Err(format!(
            "no live table of {rows} {kind} within {} s",
            PATIENCE.as_secs()
        ))
    }
}

/// Connects the only context of `kubeconfig`, waits until nothing more arrives, and opens the table of all pods.
pub(crate) async fn open_pods(kubeconfig: &Path, pods: usize) -> Result<Opening, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let host = Arc::new(BenchHost {
        folder: folder.path().to_owned(),
        ..BenchHost::default()
    });
    let app = App::new(host.clone(), vec![kubeconfig.to_owned()], None, None);
    let info = connect(&app).await?;
    let before = quiet(&app, &info.cluster).await?;
    let opening = open(&app, &host, &info.cluster, pods).await;
    let after = received(&app, &info.cluster).await?;
    ask::<()>(&app, "disconnect", &json!({"cluster": info.cluster})).await?;
    opening.map(|opening| Opening {
        bytes: after - before,
        ..opening
    })
}

/// Connects the first context, agreeing to all that is asked.
async fn connect(app: &App) -> Result<ClusterInfo, String> {
    let page: StartPage = ask(app, "start", &json!(null)).await?;
    let context = page.contexts.first().ok_or("no context is listed")?;
    let mut connecting: Connecting = ask(app, "connect", &json!({"context": context.id})).await?;
    loop {
        let question = match connecting {
            Connecting::Connected { cluster } => return Ok(cluster),
            Connecting::Asks { question } => question,
            Connecting::Closed => return Err("connecting was stopped".to_owned()),
        };
        let confirmed: Vec<String> = question.dangers.into_iter().map(|d| d.id).collect();
        let answer = json!({"question": question.id, "answer": "trust", "confirmed": confirmed});
        connecting = ask(app, "answer_consent", &answer).await?;
    }
}

async fn open(app: &App, host: &BenchHost, cluster: &str, pods: usize) -> Result<Opening, String> {
    let start = Instant::now();
    let argument =
        json!({"cluster": cluster, "kind": "pods", "namespaces": [], "filter": "", "sort": []});
    let opened: ViewOpened = ask(app, "open_view", &argument).await?;
    let (mut first, mut every) = (None, None);
    while start.elapsed() < PATIENCE {
        let rows = page(app, opened.view, 0).await?;
        if !rows.rows.is_empty() {
            first.get_or_insert(start.elapsed());
        }
        if rows.total as usize >= pods && every.is_none() {
            let at = start.elapsed();
            // The last rows have cells like the first: two containers, both ready, whatever else changes.
            let end = page(app, opened.view, rows.total.saturating_sub(SHOWN)).await?;
            if end
                .rows
                .iter()
                .chain(&rows.rows)
                .all(|row| row.cells.iter().any(|cell| cell.text == "2/2"))
            {
                every = Some(at);
            }
        }
        if rows.state.phase == Phase::Live
            && let (Some(first), Some(every)) = (first, every)
        {
            if rows.total as usize != pods {
                return Err(format!(
                    "the live table has {} rows instead of {pods}",
                    rows.total
                ));
            }
            return Ok(Opening {
                first,
                every,
                live: start.elapsed(),
                bytes: 0,
            });
        }
        // Passing without a notice is what heals a lost one.
        let _ = timeout(HEALED, host.told.notified()).await;
    }
    Err(format!(
        "no live table of pods within {} s",
        PATIENCE.as_secs()
    ))
}

async fn page(app: &App, view: u32, from: u32) -> Result<Rows, String> {
    let argument = json!({"view": view, "from": from, "count": SHOWN, "columnsVersion": 0});
    ask(app, "rows", &argument).await
}

async fn received(app: &App, cluster: &str) -> Result<u64, String> {
    let status: ClusterStatus = ask(app, "cluster_status", &json!({"cluster": cluster})).await?;
    Ok(status.received_bytes)
}

/// Waits until what a connection fetches by itself is there: half a second without another byte. Bytes so far.
async fn quiet(app: &App, cluster: &str) -> Result<u64, String> {
    let mut last = received(app, cluster).await?;
    for _ in 0..20 {
        sleep(Duration::from_millis(500)).await;
        let now = received(app, cluster).await?;
        if now == last {
            break;
        }
        last = now;
    }
    Ok(last)
}

async fn ask<T: DeserializeOwned>(app: &App, command: &str, argument: &Value) -> Result<T, String> {
    let reply = wire::dispatch(app, command, &argument.to_string()).await;
    match reply.map_err(|error| format!("{command}: {} {}", error.message, error.detail))? {
        Reply::Json(text) => {
            serde_json::from_str(&text).map_err(|error| format!("{command}: {error}"))
        }
        Reply::Bytes(_) => Err(format!("{command} answers bytes")),
    }
}
