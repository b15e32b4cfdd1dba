//! One start of the program, with its window under a driver.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, thread};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::display::display;
use crate::guard::Guard;
use crate::{Home, PATIENCE, processes, programs, wait_for};

/// Put in front of every script.
const PAGE: &str = include_str!("page.js");

/// How long the driver may take over one command.
const ANSWER: Duration = Duration::from_secs(30);

/// How long the driver may take until the program has shown its page; it does not end this by itself.
const SESSION: Duration = Duration::from_mins(1);

/// One window at a time.
static TURN: Mutex<()> = Mutex::new(());

/// The window. Dropping it ends the program; when a test fails, it first keeps a screenshot and prints what was seen.
pub struct Window {
    pub(crate) client: Client,
    // In the order of dropping: the driver (and with it the program) before its folders.
    guard: Guard,
    home: Home,
    runtime: Runtime,
    started: Option<Started>,
    _turn: MutexGuard<'static, ()>,
}

/// A command that a user's desktop runs, and everything it started. They end when it is dropped.
pub struct Started {
    guard: Guard,
}

impl Started {
    /// Runs `command` as the desktop of `home` does: nobody waits for it.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn by(home: &Home, command: &[&str]) -> Self {
        Self::with(home, command, &[])
    }

    fn with(home: &Home, command: &[&str], further: &[(String, String)]) -> Self {
        let environment = [home.environment(display()).as_slice(), further].concat();
        let log = home.path().join("started.log");
        let guard = Guard::over_process(command.iter().map(OsStr::new), &environment, &log)
            .expect("sh and setsid start it");
        Self { guard }
    }

    /// The session in which all of it runs.
    pub fn session(&self) -> u32 {
        self.guard.session()
    }
}

impl Window {
    /// Starts the program on `kubeconfig` as a user who never did before.
    pub fn open(kubeconfig: &Path) -> Self {
        Self::open_in(Home::new(), &[&kubeconfig.display().to_string()])
    }

    /// Starts the program with `arguments` in `home`, and waits until the page has something to say.
    ///
    /// # Panics
    /// If the driver or the program does not start.
    pub fn open_in(home: Home, arguments: &[&str]) -> Self {
        // A test that failed in its turn leaves nothing that the next one could meet.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = runtime();
        let options = json!({"application": home.program(), "args": arguments});
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("tauri:options".to_owned(), options);
        let open = || {
            let ports = programs::free_ports();
            let guard = start_driver(&home, ports);
            match runtime.block_on(connect(ports, &capabilities)) {
                Ok(client) => Ok((client, guard)),
                Err(error) => Err(format!("{error}\n{}", printed(&home))),
            }
        };
        // A driver that could not have its port is started once more, on others.
        let (client, guard) = open()
            .or_else(|error| {
                eprintln!("the window did not open at first: {error}");
                open()
            })
            .unwrap_or_else(|error| panic!("the window does not open: {error}"));
        let window = Self {
            client,
            guard,
            home,
            runtime,
            started: None,
            _turn: turn,
        };
        window.until_it_speaks();
        window
    }

    /// Runs `command`, which somehow starts the program in `home`, and takes the window that appears.
    ///
    /// # Panics
    /// If none does.
    pub fn open_by(home: Home, command: &[&str]) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = runtime();
        let [port, inspector] = programs::free_ports();
        let target = format!("127.0.0.1:{inspector}");
        // What tauri-driver and the system's driver set for the program they start.
        let automated = [
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
            ("WEBKIT_INSPECTOR_SERVER", target.as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let started = Started::with(&home, command, &automated);
        let driver = [
            programs::webkit_driver().display().to_string(),
            format!("--port={port}"),
            format!("--target={target}"),
        ];
        let environment = home.environment(display());
        let guard = Guard::over_process(
            driver.iter().map(OsStr::new),
            &environment,
            &driver_log(&home),
        )
        .expect("sh and setsid start the driver");
        let client = wait_for("the window", PATIENCE * 3, || {
            runtime.block_on(connect([port, inspector], &serde_json::Map::new()))
        })
        .unwrap_or_else(|error| panic!("the window does not open: {error}\n{}", printed(&home)));
        let window = Self {
            client,
            guard,
            home,
            runtime,
            started: Some(started),
            _turn: turn,
        };
        window.until_it_speaks();
        window
    }

    fn until_it_speaks(&self) {
        self.until(
            "the page's first words",
            "return document.body && document.body.innerText.trim() !== ''",
            &[],
        );
    }

    /// Ends the program; the home stays for the next start.
    pub fn close(self) -> Home {
        // The driver may be gone with the window before it answers.
        let _ = self.ask(self.client.clone().close());
        self.home.clone()
    }

    /// Its user's folders.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Id of the program's process.
    ///
    /// # Panics
    /// If it is gone.
    pub fn process(&self) -> u32 {
        let started = self.started.as_ref().map(Started::session);
        let session = started.unwrap_or(self.guard.session());
        processes::of_program(session, self.home.program()).expect("the program runs")
    }

    /// Runs `script` (a function's body; `arguments[0]` and so on) with the helpers of `page.js`.
    ///
    /// # Panics
    /// If it throws.
    pub fn eval(&self, script: &str, arguments: &[Value]) -> Value {
        self.try_eval(script, arguments)
            .unwrap_or_else(|error| panic!("{error}\nin: {script}"))
    }

    fn try_eval(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        let script = format!("{PAGE}\n{script}");
        self.ask(self.client.execute(&script, arguments.to_vec()))
    }

    /// Gives the driver one command; a page that is busy for ever must not stop the tests.
    pub(crate) fn ask<T>(
        &self,
        command: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, String> {
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(ANSWER, command).await });
        match answer {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!(
                "the driver gave no answer in {} s",
                ANSWER.as_secs()
            )),
        }
    }

    /// Like [`eval`](Self::eval) for a script that answers with a promise; `Err` is what it was rejected with.
    ///
    /// # Panics
    /// If the page does not answer.
    pub fn promise(&self, script: &str, arguments: &[Value]) -> Result<Value, Value> {
        let script = format!(
            "{PAGE}\nconst tell = arguments[arguments.length - 1];
             (async (...arguments) => {{ {script} }})(...arguments).then(
               (value) => tell({{ value: value ?? null }}),
               (reason) => tell({{ reason: reason instanceof Error ? String(reason) : reason ?? null }}));"
        );
        let mut answer = self
            .ask(self.client.execute_async(&script, arguments.to_vec()))
            .unwrap_or_else(|error| panic!("{error}\nin: {script}"));
        match answer.get_mut("reason").map(Value::take) {
            Some(reason) => Err(reason),
            None => Ok(answer["value"].take()),
        }
    }

    /// Calls a command of the backend as the page would, or as an intruder in the page would.
    pub fn invoke(&self, command: &str, arguments: &Value) -> Result<Value, Value> {
        self.promise(
            "return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])",
            &[json!(command), arguments.clone()],
        )
    }

    /// Calls one command of `wire`.
    pub fn rpc(&self, command: &str, argument: &Value) -> Result<Value, Value> {
        self.invoke(
            "rpc",
            &json!({"command": command, "argument": argument.to_string()}),
        )
    }

    /// Waits until `script` answers something true, and returns that.
    ///
    /// # Panics
    /// If it does not within [`PATIENCE`].
    pub fn until(&self, what: &str, script: &str, arguments: &[Value]) -> Value {
        self.until_within(PATIENCE, what, script, arguments)
    }

    /// Like [`until`](Self::until) with a limit of its own.
    ///
    /// # Panics
    /// If it does not within `limit`.
    pub fn until_within(
        &self,
        limit: Duration,
        what: &str,
        script: &str,
        arguments: &[Value],
    ) -> Value {
        let asked = wait_for(what, limit, || {
            let value = self.try_eval(script, arguments)?;
            let is_true = !matches!(value, Value::Null | Value::Bool(false)) && value != json!(0);
            if is_true {
                Ok(value)
            } else {
                Err(value.to_string())
            }
        });
        asked.unwrap_or_else(|error| panic!("{error}\nin: {script}"))
    }

    /// Everything readable on the page.
    pub fn text(&self) -> String {
        let text = self.eval("return document.body.innerText", &[]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says `text` somewhere.
    pub fn until_text(&self, text: &str) {
        self.until(
            &format!("the text “{text}”"),
            "return squeezed(document.body.innerText).includes(arguments[0])",
            &[json!(text)],
        );
    }

    /// Waits until the page says `text` nowhere.
    pub fn until_no_text(&self, text: &str) {
        self.until(
            &format!("no text “{text}”"),
            "return !squeezed(document.body.innerText).includes(arguments[0])",
            &[json!(text)],
        );
    }

    /// Waits for the first visible element of that role and name (whole, or its beginning with `*`), and clicks in its
    /// middle with the mouse.
    pub fn click(&self, role: &str, name: &str) {
        self.click_found(
            &format!("{role} “{name}”"),
            "return one(arguments[0], arguments[1])",
            &[json!(role), json!(name)],
        );
    }

    /// Waits until `script` answers with an element that stands still between two looks, as a hand needs longer than one, and clicks
    /// in its middle with the mouse.
    pub fn click_found(&self, what: &str, script: &str, arguments: &[Value]) {
        let place = self.until(
            &format!("{what} to click"),
            &format!(
                "const e = (function () {{ {script} }}).apply(null, arguments);
                 if (!e) return null;
                 e.scrollIntoView({{ block: 'nearest', inline: 'nearest' }});
                 const box = e.getBoundingClientRect();
                 const x = box.x + box.width / 2, y = box.y + box.height / 2;
                 const before = window.foundAt;
                 window.foundAt = {{ e, x, y }};
                 if (before?.e !== e || before.x !== x || before.y !== y) return null;
                 const hit = document.elementFromPoint(x, y);
                 return hit && (e.contains(hit) || hit.contains(e)) ? [x, y] : null;"
            ),
            arguments,
        );
        // Whole pixels within the window.
        #[allow(clippy::cast_possible_truncation)]
        let at = |index: usize| place[index].as_f64().unwrap_or_default().round() as i64;
        self.click_at(at(0), at(1));
    }

    /// Presses and releases a key, with `held` held down.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn press(&self, held: &[Key], key: impl Into<char>) {
        let key = key.into();
        let mut keys = KeyActions::new("keys".to_owned());
        for &modifier in held {
            keys = keys.then(KeyAction::Down {
                value: modifier.into(),
            });
        }
        keys = keys
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        for &modifier in held.iter().rev() {
            keys = keys.then(KeyAction::Up {
                value: modifier.into(),
            });
        }
        self.ask(self.client.perform_actions(keys))
            .expect("keys are pressed");
    }

    /// Types into whatever has the focus.
    pub fn type_text(&self, text: &str) {
        for character in text.chars() {
            self.press(&[], character);
        }
    }

    /// Loads the page again.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn reload(&self) {
        self.eval(
            "setTimeout(() => location.reload(), 0); window.beforeReload = true;",
            &[],
        );
        self.until(
            "the page again",
            "return !window.beforeReload && document.body && document.body.innerText.trim() !== ''",
            &[],
        );
    }

    /// Makes the page that large, in CSS pixels, and answers the size it got.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn resize(&self, width: u32, height: u32) -> (u64, u64) {
        self.ask(self.client.set_window_size(width, height))
            .expect("the window is resized");
        let size = self.until(
            "the new size",
            "return Math.abs(innerWidth - arguments[0]) < 80 && [innerWidth, innerHeight]",
            &[json!(width)],
        );
        (
            size[0].as_u64().unwrap_or_default(),
            size[1].as_u64().unwrap_or_default(),
        )
    }

    /// Keeps a screenshot as `target/screenshots/<name>.png`.
    ///
    /// # Panics
    /// If it cannot be made or written.
    pub fn shot(&self, name: &str) -> PathBuf {
        // Two frames: what the page was told is painted.
        let _ = self.promise(
            "await document.fonts.ready;
             return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))",
            &[],
        );
        self.try_shot(name).expect("a screenshot")
    }

    fn try_shot(&self, name: &str) -> Result<PathBuf, String> {
        // The driver waits for the next frame, which a page at rest never paints.
        self.try_eval(
            "const dot = document.createElement('i');
             dot.setAttribute('aria-hidden', 'true');
             Object.assign(dot.style, { position: 'fixed', top: 0, left: 0, width: '1px', height: '1px', pointerEvents: 'none' });
             document.documentElement.append(dot);
             let even = false;
             const timer = setInterval(() => {
               even = !even;
               dot.style.background = `rgba(128, 128, 128, ${even ? 0.01 : 0.02})`;
             }, 30);
             window.endOfFrames = () => { clearInterval(timer); dot.remove(); }",
            &[],
        )?;
        let image = self.ask(self.client.screenshot())?;
        self.try_eval("window.endOfFrames()", &[])?;
        kept(&format!("{name}.png"), &image).map_err(|error| error.to_string())
    }

    /// Keeps a file that the window made beside the screenshots, to be looked at.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> PathBuf {
        kept(name, bytes).expect("a folder for screenshots")
    }

    /// What the program and the driver printed.
    pub fn printed(&self) -> String {
        printed(&self.home)
    }

    fn tell_failure(&self) {
        let test = thread::current()
            .name()
            .unwrap_or("test")
            .replace("::", "-");
        match self.try_shot(&format!("failed-{test}")) {
            Ok(path) => eprintln!("the window as it was: {}", path.display()),
            Err(error) => eprintln!("no screenshot: {error}"),
        }
        let page = self.try_eval("return document.body.innerText", &[]);
        eprintln!(
            "--- the page said:\n{}",
            page.unwrap_or_default().as_str().unwrap_or_default()
        );
        eprintln!("--- the program printed:\n{}", self.printed());
        for (path, bytes) in self.home.written("state") {
            eprintln!(
                "--- {}:\n{}",
                path.display(),
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if thread::panicking() {
            self.tell_failure();
        }
    }
}

/// A start of the program without a driver: nothing of one is in its processes.
pub struct Plain {
    guard: Guard,
    home: Home,
    _turn: MutexGuard<'static, ()>,
}

impl Plain {
    /// Starts the program with `arguments` in `home`.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(home: Home, arguments: &[&str]) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let program = programs::program().as_os_str();
        let command = std::iter::once(program).chain(arguments.iter().map(OsStr::new));
        let environment = home.environment(display());
        let guard = Guard::over_process(command, &environment, &driver_log(&home))
            .expect("sh and setsid start the program");
        Self {
            guard,
            home,
            _turn: turn,
        }
    }

    /// Id of the program's process.
    pub fn process(&self) -> u32 {
        self.guard.session()
    }

    /// What the program printed.
    pub fn printed(&self) -> String {
        printed(&self.home)
    }
}

/// tauri-driver, and behind it the system's driver, on these ports.
fn start_driver(home: &Home, [port, native_port]: [u16; 2]) -> Guard {
    let command = [
        programs::tauri_driver().display().to_string(),
        format!("--port={port}"),
        format!("--native-port={native_port}"),
        format!("--native-driver={}", programs::webkit_driver().display()),
    ];
    let environment = home.environment(display());
    let log = driver_log(home);
    Guard::over_process(command.iter().map(OsStr::new), &environment, &log)
        .expect("sh and setsid start the driver")
}

fn kept(name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let folder = programs::screenshots();
    let path = folder.join(name);
    fs::create_dir_all(&folder)?;
    fs::write(&path, bytes)?;
    Ok(path)
}

fn printed(home: &Home) -> String {
    fs::read_to_string(driver_log(home)).unwrap_or_default()
}

fn driver_log(home: &Home) -> PathBuf {
    home.path().join("printed.log")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Waits until both listen, the second first, and opens a session at the first one.
async fn connect(
    [port, behind]: [u16; 2],
    capabilities: &serde_json::Map<String, Value>,
) -> Result<Client, String> {
    let start = std::time::Instant::now();
    // tauri-driver listens before the driver behind it does.
    for port in [behind, port] {
        while let Err(error) = tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
            if start.elapsed() > PATIENCE {
                return Err(format!("the driver does not listen: {error}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let address = format!("http://127.0.0.1:{port}");
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let session = builder.capabilities(capabilities.clone()).connect(&address);
    match tokio::time::timeout(SESSION, session).await {
        Ok(session) => session.map_err(|error| error.to_string()),
        Err(_) => Err(format!(
            "the driver opened no session in {} s",
            SESSION.as_secs()
        )),
    }
}
