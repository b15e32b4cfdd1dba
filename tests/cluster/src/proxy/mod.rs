//! A proxy in front of an API server that does to links and answers what networks and servers do.
//!
//! It speaks plain HTTP/1.1 to the client and, where the server does, TLS to it, one link to one link. What comes
//! from the client is read request by request; what comes from the server is passed on as bytes.

mod answer;
mod chunks;
mod relay;

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use control_plane::{ControlPlane, Credential};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsConnector;

use crate::Plane;

pub use answer::{Answer, Maker, Piece, Request, Seen};

type Matches = Box<dyn Fn(&Request) -> bool + Send + Sync>;

struct Rule {
    matches: Matches,
    answer: Answer,
    /// How often it still applies; `None`: until the rules are cleared.
    times: Option<usize>,
}

/// What happens to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It passes everything on.
    Flowing,
    /// It passes nothing on and stays open.
    Silent,
    /// It is closed with FIN.
    Cut,
    /// It is closed with RST.
    Reset,
}

struct Link {
    flow: watch::Sender<Flow>,
    /// What it was last asked for.
    request: Mutex<Option<Request>>,
    /// Bytes of the present answer until it is cut.
    budget: AtomicUsize,
    /// Time for each byte of the present answer.
    slow: Mutex<Option<Duration>>,
    /// Pieces that were passed down since the last request.
    pieces: AtomicUsize,
    /// Something may be put into its answer.
    inserted: Notify,
    /// When it fell silent with an answer under way.
    dead_since: Mutex<Option<Instant>>,
}

impl Link {
    fn asked(&self, which: &dyn Fn(&Request) -> bool) -> bool {
        self.request.lock().unwrap().as_ref().is_some_and(which)
    }

    fn put(&self, flow: Flow) {
        // Whether it waits for more is known of these only.
        let busy = self.asked(&|request| request.is_watch() || request.path == "/version");
        if flow == Flow::Silent && busy && *self.flow.borrow() == Flow::Flowing {
            *self.dead_since.lock().unwrap() = Some(Instant::now());
        }
        self.flow.send_replace(flow);
    }
}

/// To be put into the next answer that matches, between two of its chunks.
struct Insert {
    matches: Matches,
    pieces: Vec<Piece>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    inserts: VecDeque<Insert>,
    seen: Vec<Seen>,
    links: BTreeMap<u64, Arc<Link>>,
    accepted: u64,
    /// New links are silent from the start.
    mute: bool,
    /// New links are closed at once.
    closed: bool,
    /// How long the client kept links that had fallen silent under an answer.
    kept_dead: Vec<Duration>,
}

/// The proxy; its port stays open as long as the process.
pub struct FaultProxy {
    port: u16,
    state: Arc<Mutex<State>>,
    /// Nobody listens.
    down: watch::Sender<bool>,
}

/// What a proxy can stand in front of.
pub trait Upstream {
    /// Its port on 127.0.0.1.
    fn port(&self) -> u16;
    /// Certificate of its CA, PEM; None if it speaks plain HTTP.
    fn authority(&self) -> Option<String>;
    /// Writes the administrator's kubeconfig towards a proxy.
    fn kubeconfig_through(&self, name: &str, server: &str) -> PathBuf;
}

impl Upstream for ControlPlane {
    fn port(&self) -> u16 {
        self.port()
    }
    fn authority(&self) -> Option<String> {
        Some(self.ca_pem().unwrap())
    }
    fn kubeconfig_through(&self, name: &str, server: &str) -> PathBuf {
        self.write_kubeconfig(name, server, &[Credential::Admin])
            .unwrap()
    }
}

impl Upstream for Plane {
    fn port(&self) -> u16 {
        self.port()
    }
    fn authority(&self) -> Option<String> {
        self.authority()
    }
    fn kubeconfig_through(&self, name: &str, server: &str) -> PathBuf {
        self.kubeconfig_through(name, server)
    }
}

fn trusting(authority: &str) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

impl FaultProxy {
    /// Starts one in front of a control plane.
    pub async fn before(plane: &impl Upstream) -> Self {
        let connector = plane.authority().map(|pem| trusting(&pem));
        let target = plane.port();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let down = watch::Sender::new(false);
        tokio::spawn(listen(
            listener,
            down.subscribe(),
            connector,
            target,
            state.clone(),
        ));
        Self { port, state, down }
    }

    /// A kubeconfig of the administrator that leads through this proxy.
    pub fn kubeconfig(&self, plane: &impl Upstream) -> PathBuf {
        plane.kubeconfig_through(&format!("proxy-{}", self.port), &self.url())
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers the next `times` requests that match; rules made earlier come first.
    pub fn answer(
        &self,
        times: usize,
        answer: Answer,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        self.state.lock().unwrap().rules.push(Rule {
            matches: Box::new(matches),
            answer,
            times: Some(times),
        });
    }

    /// Answers every request that matches.
    pub fn always(
        &self,
        answer: Answer,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        self.state.lock().unwrap().rules.push(Rule {
            matches: Box::new(matches),
            answer,
            times: None,
        });
    }

    /// Passes everything on again.
    pub fn clear(&self) {
        let mut state = self.state.lock().unwrap();
        state.rules.clear();
        state.inserts.clear();
    }

    /// Closes every link; how many there were.
    pub fn cut(&self) -> usize {
        self.put(Flow::Cut, |_| true)
    }

    /// Every link there is falls silent without being closed; new ones live. How many there were.
    pub fn half_open(&self) -> usize {
        self.put(Flow::Silent, |_| true)
    }

    /// Does this to every link of which this holds; how many there were.
    fn put(&self, flow: Flow, which: impl Fn(&Link) -> bool) -> usize {
        let mut state = self.state.lock().unwrap();
        let mut count = 0;
        state.links.retain(|_, link| {
            let meant = which(link);
            if meant {
                link.put(flow);
                count += 1;
            }
            !meant || matches!(flow, Flow::Flowing | Flow::Silent)
        });
        count
    }

    /// Does this to every link.
    pub fn put_all(&self, flow: Flow) -> usize {
        self.put(flow, |_| true)
    }

    /// Does this to every link last asked for something that matches; how many there were.
    pub fn put_asked(&self, flow: Flow, which: impl Fn(&Request) -> bool) -> usize {
        self.put(flow, |link| link.asked(&which))
    }

    /// Puts these into the answer to a request that matches, between two of its chunks: one under
    /// way, or the next.
    pub fn insert(
        &self,
        pieces: Vec<Piece>,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        let mut state = self.state.lock().unwrap();
        state.inserts.push_back(Insert {
            matches: Box::new(matches),
            pieces,
        });
        for link in state.links.values() {
            link.inserted.notify_one();
        }
    }

    /// Whether every rule that was to apply a number of times has, and all was put in.
    pub fn done(&self) -> bool {
        let state = self.state.lock().unwrap();
        let applied = state
            .rules
            .iter()
            .all(|rule| rule.times.is_none_or(|times| times == 0));
        applied && state.inserts.is_empty()
    }

    /// Whether nobody listens: connections are refused. Links there are get cut.
    pub fn set_down(&self, down: bool) {
        self.down.send_replace(down);
        if down {
            self.cut();
        }
    }

    /// How long the client kept each link that fell silent under an answer, those it still has
    /// included.
    pub fn kept_dead(&self) -> Vec<Duration> {
        let state = self.state.lock().unwrap();
        let mut kept = state.kept_dead.clone();
        for link in state.links.values() {
            kept.extend(link.dead_since.lock().unwrap().map(|since| since.elapsed()));
        }
        kept
    }

    /// Whether every link, new ones too, is silent. What was silent stays so.
    pub fn mute(&self, mute: bool) {
        if mute {
            self.half_open();
        }
        self.state.lock().unwrap().mute = mute;
    }

    /// Whether new links are closed at once.
    pub fn close_door(&self, closed: bool) {
        self.state.lock().unwrap().closed = closed;
    }

    /// Everything asked for so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    /// How many of the requests so far match.
    pub fn count(&self, matches: impl Fn(&Request) -> bool) -> usize {
        self.state
            .lock()
            .unwrap()
            .seen
            .iter()
            .filter(|seen| matches(&seen.request))
            .count()
    }

    /// Whether a watch of `path` is open that has brought more than the head of its answer.
    pub fn watch_brings(&self, path: &str) -> bool {
        self.state.lock().unwrap().links.values().any(|link| {
            let request = link.request.lock().unwrap();
            let watched = request
                .as_ref()
                .is_some_and(|request| request.path == path && request.is_watch());
            watched && link.pieces.load(Ordering::SeqCst) > 1
        })
    }

    /// Watches open now over links that live, by path with the field selector where there is one.
    pub fn watches(&self) -> BTreeMap<String, usize> {
        let state = self.state.lock().unwrap();
        let mut watches = BTreeMap::new();
        for link in state
            .links
            .values()
            .filter(|link| *link.flow.borrow() == Flow::Flowing)
        {
            if let Some(request) = link
                .request
                .lock()
                .unwrap()
                .as_ref()
                .filter(|request| request.is_watch())
            {
                let selector = request
                    .query
                    .split('&')
                    .find(|pair| pair.starts_with("fieldSelector="));
                let name = [request.path.as_str(), selector.unwrap_or_default()].join(" ");
                *watches.entry(name.trim_end().to_owned()).or_default() += 1;
            }
        }
        watches
    }
}

async fn listen(
    first: TcpListener,
    mut down: watch::Receiver<bool>,
    connector: Option<TlsConnector>,
    target: u16,
    state: Arc<Mutex<State>>,
) {
    let address = first.local_addr().unwrap();
    let mut listener = Some(first);
    loop {
        let open = if let Some(open) = listener.take() {
            open
        } else if let Ok(open) = TcpListener::bind(address).await {
            open
        } else {
            // Somebody's end of another link; it goes.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        loop {
            let near = tokio::select! {
                accepted = open.accept() => accepted,
                _ = down.wait_for(|down| *down) => break,
            };
            let Ok((near, _)) = near else { return };
            tokio::spawn(relay::link(near, connector.clone(), target, state.clone()));
        }
        drop(open);
        if down.wait_for(|down| !*down).await.is_err() {
            return;
        }
    }
}

/// What is to be put into the answer of this link now.
fn due(state: &Mutex<State>, link: &Link) -> Option<Vec<Piece>> {
    let mut state = state.lock().unwrap();
    let at = state
        .inserts
        .iter()
        .position(|insert| link.asked(&*insert.matches))?;
    state.inserts.remove(at).map(|insert| insert.pieces)
}

fn decide(state: &Mutex<State>, request: &Request) -> Option<Answer> {
    let mut state = state.lock().unwrap();
    let rule = state
        .rules
        .iter_mut()
        .find(|rule| rule.times != Some(0) && (rule.matches)(request));
    let answer = rule.map(|rule| {
        rule.times = rule.times.map(|times| times - 1);
        rule.answer.clone()
    });
    let passed = answer.is_none();
    state.seen.push(Seen {
        at: Instant::now(),
        request: request.clone(),
        passed,
    });
    answer
}
