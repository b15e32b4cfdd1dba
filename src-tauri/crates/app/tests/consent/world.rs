//! A program with its window, its folder and a server on loopback.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app::{App, Host, Surroundings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wire::{
    ClusterInfo, Connecting, ConsentChange, ConsentList, Notice, Question, Reply, StartPage,
    WireError,
};

/// Holds up whoever passes while it is shut.
#[derive(Default)]
pub(crate) struct Door {
    shut: Mutex<bool>,
    opened: Condvar,
    /// Who has come to it.
    pub(crate) came: AtomicUsize,
}

impl Door {
    pub(crate) fn shut(&self) {
        *self.shut.lock().unwrap() = true;
    }

    pub(crate) fn open(&self) {
        *self.shut.lock().unwrap() = false;
        self.opened.notify_all();
    }

    fn pass(&self) {
        self.came.fetch_add(1, Ordering::SeqCst);
        let mut shut = self.shut.lock().unwrap();
        while *shut {
            shut = self.opened.wait(shut).unwrap();
        }
    }
}

pub(crate) struct TestHost {
    folder: PathBuf,
    pub(crate) notices: Mutex<Vec<Notice>>,
    /// On the way to this computer's surroundings.
    pub(crate) surroundings: Arc<Door>,
    /// On the way to an id, which is made while a context is weighed.
    pub(crate) random: Arc<Door>,
    path: PathBuf,
    root: PathBuf,
    /// The folder, as long as it is wanted.
    wanted: Weak<tempfile::TempDir>,
}

impl Host for TestHost {
    fn notify(&self, notice: Notice) {
        self.notices.lock().unwrap().push(notice);
        // What is kept is told afterwards, which may be after the end.
        if self.wanted.strong_count() == 0 {
            let _ = std::fs::remove_dir_all(&self.root);
        }
    }
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_millis()).unwrap()
    }
    fn config_folder(&self) -> PathBuf {
        self.folder.clone()
    }
    fn surroundings(&self) -> Surroundings {
        self.surroundings.pass();
        Surroundings {
            path: self.path.clone().into(),
            ..Surroundings::default()
        }
    }
    fn random(&self) -> [u8; 16] {
        self.random.pass();
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).unwrap();
        bytes
    }
}

pub(crate) struct World {
    pub(crate) folder: Arc<tempfile::TempDir>,
    pub(crate) server: Server,
    pub(crate) host: Arc<TestHost>,
    pub(crate) app: Arc<App>,
}

impl World {
    /// A program opened on `config`, whose only context leads to the server.
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// The same, before which `prepare` sees its host.
    pub(crate) async fn with(prepare: impl FnOnce(&TestHost)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let server = Server::start().await;
        let (host, app) = program(&folder, prepare, |_| {
            write(&folder.path().join("config"), &config(&server.url(), "t"));
        });
        Self {
            folder,
            server,
            host,
            app,
        }
    }

    /// The program ends and is started again.
    pub(crate) fn restart(&mut self) {
        (self.host, self.app) = program(&self.folder, |_| (), |_| ());
    }

    pub(crate) fn write(&self, text: &str) {
        write(&self.folder.path().join("config"), text);
    }

    /// The file in which consents are kept.
    pub(crate) fn consents_file(&self) -> PathBuf {
        self.folder.path().join("own/consents.json")
    }

    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        command: &str,
        argument: impl Serialize,
    ) -> Result<T, WireError> {
        ask(&self.app, command, argument).await
    }

    pub(crate) async fn start(&self) -> StartPage {
        self.ask("start", ()).await.unwrap()
    }

    /// The id of the only context.
    pub(crate) async fn context(&self) -> String {
        let mut page = self.start().await;
        page.contexts.remove(0).id
    }

    pub(crate) async fn connect(&self) -> Result<Connecting, WireError> {
        let context = self.context().await;
        self.ask("connect", json!({"context": context})).await
    }

    /// Connects the only context, which must ask.
    pub(crate) async fn question(&self) -> Question {
        asks(self.connect().await.unwrap())
    }

    pub(crate) async fn answer(
        &self,
        question: &Question,
        answer: &str,
        confirmed: &[String],
    ) -> Result<Connecting, WireError> {
        let answer = json!({"question": question.id, "answer": answer, "confirmed": confirmed});
        self.ask("answer_consent", answer).await
    }

    /// Trusts it with every danger.
    pub(crate) async fn trust(&self, question: &Question) -> Result<Connecting, WireError> {
        self.answer(question, "trust", &dangers(question)).await
    }

    /// Connects the only context and agrees to it.
    pub(crate) async fn connected(&self) -> ClusterInfo {
        let question = self.question().await;
        cluster(self.trust(&question).await.unwrap())
    }

    pub(crate) async fn disconnect(&self, cluster: &ClusterInfo) {
        let ask = json!({"cluster": cluster.cluster});
        self.ask::<()>("disconnect", ask).await.unwrap();
    }

    pub(crate) async fn clusters(&self) -> Vec<ClusterInfo> {
        self.ask("clusters", ()).await.unwrap()
    }

    pub(crate) async fn consents(&self) -> ConsentList {
        self.ask("consents", ()).await.unwrap()
    }
}

pub(crate) async fn ask<T: DeserializeOwned>(
    app: &App,
    command: &str,
    argument: impl Serialize,
) -> Result<T, WireError> {
    let argument = serde_json::to_string(&argument).unwrap();
    match wire::dispatch(app, command, &argument).await? {
        Reply::Json(text) => Ok(serde_json::from_str(&text).unwrap()),
        Reply::Bytes(_) => panic!("{command} answers bytes"),
    }
}

fn program(
    root: &Arc<tempfile::TempDir>,
    prepare: impl FnOnce(&TestHost),
    write: impl FnOnce(&Path),
) -> (Arc<TestHost>, Arc<App>) {
    let folder = root.path();
    let host = Arc::new(TestHost {
        folder: folder.join("own"),
        notices: Mutex::default(),
        surroundings: Arc::default(),
        random: Arc::default(),
        path: folder.join("bin"),
        root: folder.to_owned(),
        wanted: Arc::downgrade(root),
    });
    prepare(&host);
    write(folder);
    let app = App::new(host.clone(), vec![folder.join("config")], None, None);
    (host, Arc::new(app))
}

pub(crate) fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// A kubeconfig with one context that logs in with this token.
pub(crate) fn config(server: &str, token: &str) -> String {
    with_user(server, &json!({ "token": token }))
}

pub(crate) fn with_user(server: &str, user: &Value) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "shop", "context": {"cluster": "c", "user": "u"}}],
    })
    .to_string()
}

#[track_caller]
pub(crate) fn asks(connecting: Connecting) -> Question {
    match connecting {
        Connecting::Asks { question } => question,
        other => panic!("it does not ask: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn cluster(connecting: Connecting) -> ClusterInfo {
    match connecting {
        Connecting::Connected { cluster } => cluster,
        other => panic!("not connected: {other:?}"),
    }
}

pub(crate) fn dangers(question: &Question) -> Vec<String> {
    let dangers = question.dangers.iter();
    dangers.map(|danger| danger.id.clone()).collect()
}

/// Label and change of each item that is not as it was agreed to.
pub(crate) fn changes(question: &Question) -> Vec<(String, ConsentChange)> {
    let items = question.sections.iter().flat_map(|section| &section.items);
    let changed = items.filter(|item| item.change != ConsentChange::None);
    changed
        .map(|item| (item.label.clone(), item.change.clone()))
        .collect()
}

/// Waits for what others do.
pub(crate) async fn until(what: &str, is: impl Fn() -> bool) {
    let waiting = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "{what}: it never came");
}

/// Greets as Kubernetes does, or not at all.
pub(crate) struct Server {
    port: u16,
    pub(crate) contacted: Arc<AtomicUsize>,
    /// Connections that are open now.
    pub(crate) open: Arc<AtomicUsize>,
    pub(crate) silent: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (contacted, open) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let silent = Arc::<AtomicBool>::default();
        let (counted, opened, mute) = (contacted.clone(), open.clone(), silent.clone());
        let task = tokio::spawn(async move {
            let mut links = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                opened.fetch_add(1, Ordering::SeqCst);
                let (opened, mute) = (opened.clone(), mute.clone());
                links.spawn(async move {
                    serve(stream, &mute).await;
                    opened.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            port,
            contacted,
            open,
            silent,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn contacted(&self) -> usize {
        self.contacted.load(Ordering::SeqCst)
    }

    /// Falls silent, or speaks again.
    pub(crate) fn silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }
}

async fn serve(mut stream: tokio::net::TcpStream, silent: &AtomicBool) {
    let mut buffer = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        while silent.load(Ordering::SeqCst) {
            // A client that gives up is noticed.
            let more = tokio::time::timeout(Duration::from_millis(10), stream.read(&mut chunk));
            match more.await {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(read)) => buffer.extend_from_slice(&chunk[..read]),
                Err(_) => {}
            }
        }
        let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
        let length = head.lines().find_map(|line| {
            let line = line.to_ascii_lowercase();
            line.strip_prefix("content-length:")?.trim().parse().ok()
        });
        let whole = end + 4 + length.unwrap_or(0_usize);
        if buffer.len() < whole {
            continue;
        }
        buffer.drain(..whole);
        let (code, body) = match head.split(' ').nth(1).unwrap() {
            "/version" => (200, r#"{"gitVersion":"v1.36.3"}"#),
            path if path.contains("selfsubjectreviews") => (201, "{}"),
            _ => (404, "{}"),
        };
        let answer = format!(
            "HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
