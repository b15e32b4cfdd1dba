//! Plugins of every temper, against the real shell, and their renewal by a clock that is set.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process_group};
use tempfile::TempDir;

use super::Failure;
use super::exec::Plugin;
use super::keeper::{Keeper, Renewed};
use super::redact::Redactor;
use super::source::{Pass, Source};
use crate::gate::digest::{PROGRAM_LIMIT, of_file};
use crate::target::{ExecPlugin, ExecVersion};

const TOKEN: &str = r#"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"s3cr3t-t0k3n"}}'"#;

/// A script for `/bin/sh`: to write a program and run it at once fails where another thread forks in between.
fn exec(folder: &Path, script: &str) -> ExecPlugin {
    let path = folder.join("script");
    std::fs::write(&path, script).unwrap();
    let shell = Path::new("/bin/sh");
    ExecPlugin {
        program: shell.to_owned(),
        digest: of_file(shell, PROGRAM_LIMIT).unwrap(),
        arguments: vec![path.to_str().unwrap().to_owned()],
        environment: Vec::new(),
        inherited: vec![
            ("PATH".into(), std::env::var_os("PATH").unwrap()),
            ("HOME".into(), folder.into()),
        ],
        version: ExecVersion::V1,
        cluster_info: None,
        install_hint: None,
    }
}

fn plugin(exec: ExecPlugin) -> Plugin {
    Plugin::new(exec, &Arc::new(Redactor::default())).within(Duration::from_secs(20))
}

async fn failure(plugin: &Plugin) -> Failure {
    plugin.obtain(0).await.expect_err("no credentials")
}

fn header(pass: &Pass) -> &str {
    pass.authorization.as_ref().unwrap().to_str().unwrap()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The process group that wrote its number into `pid`.
fn group(folder: &Path) -> Pid {
    let text = std::fs::read_to_string(folder.join("pid")).unwrap();
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

async fn gone(folder: &Path) {
    let group = group(folder);
    until("the process group is gone", || {
        test_kill_process_group(group).is_err()
    })
    .await;
}

#[tokio::test]
async fn what_a_program_is_given() {
    let folder = TempDir::new().unwrap();
    let script = format!(
        "printf '%s|%s|%s|%s' \"$KUBERNETES_EXEC_INFO\" \"$(pwd -P)\" \"$ONE\" \"$(cat)\" >given\n{TOKEN}"
    );
    let mut exec = exec(folder.path(), &script);
    exec.inherited.push(("ONE".into(), "inherited".into()));
    exec.environment.push(("ONE".to_owned(), "ours".to_owned()));
    exec.cluster_info = Some(serde_json::json!({"server": "https://a.example"}));
    let pass = plugin(exec).obtain(0).await.unwrap();
    assert_eq!(header(&pass), "Bearer s3cr3t-t0k3n");
    assert!(!format!("{pass:?}").contains("s3cr3t"));
    let given = std::fs::read_to_string(folder.path().join("given")).unwrap();
    let parts: Vec<&str> = given.split('|').collect();
    let info: serde_json::Value = serde_json::from_str(parts[0]).unwrap();
    assert_eq!(
        info,
        serde_json::json!({
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
            "spec": {"interactive": false, "cluster": {"server": "https://a.example"}},
        })
    );
    let real = std::fs::canonicalize(folder.path()).unwrap();
    assert_eq!(parts[1..], [real.to_str().unwrap(), "ours", ""]);
}

#[tokio::test]
async fn one_that_never_ends_is_ended_with_its_children() {
    let folder = TempDir::new().unwrap();
    let script = "echo $$ >pid; echo asking >&2; sleep 1000 & sleep 1000";
    let plugin = plugin(exec(folder.path(), script)).within(Duration::from_secs(1));
    let failure = failure(&plugin).await;
    assert!(
        failure.passing && failure.why.contains("did not finish within 1 s"),
        "{failure:?}"
    );
    assert!(failure.why.ends_with("It said: asking"), "{failure:?}");
    gone(folder.path()).await;
}

#[tokio::test]
async fn dropping_ends_it() {
    let folder = TempDir::new().unwrap();
    let script = "echo $$ >pid.part; mv pid.part pid; sleep 1000 & sleep 1000";
    let keeper = Keeper::new(
        Source::Exec(plugin(exec(folder.path(), script))),
        Arc::new(|| 0),
    );
    let waiting = tokio::time::timeout(Duration::from_millis(10), keeper.current()).await;
    assert!(waiting.is_err());
    until("it runs", || folder.path().join("pid").exists()).await;
    assert!(test_kill_process_group(group(folder.path())).is_ok());
    drop(keeper);
    gone(folder.path()).await;
}

#[tokio::test]
async fn children_that_hold_its_output_are_ended() {
    let folder = TempDir::new().unwrap();
    let script = format!("echo $$ >pid; sleep 1000 & {TOKEN}");
    let start = Instant::now();
    let pass = plugin(exec(folder.path(), &script))
        .obtain(0)
        .await
        .unwrap();
    assert_eq!(header(&pass), "Bearer s3cr3t-t0k3n");
    assert!(start.elapsed() < Duration::from_secs(10));
    gone(folder.path()).await;
}

#[tokio::test]
async fn a_child_that_let_go_of_it_lives_on() {
    let folder = TempDir::new().unwrap();
    let script = format!("echo $$ >pid; sleep 1000 >/dev/null 2>&1 & {TOKEN}");
    plugin(exec(folder.path(), &script))
        .obtain(0)
        .await
        .unwrap();
    let group = group(folder.path());
    assert!(test_kill_process_group(group).is_ok());
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn odd_ones_end_in_sentences_without_secrets() {
    let cases = [
        ("cat /dev/zero", "printed more than", false),
        (
            &format!("{TOKEN}; echo 'with s3cr3t-t0k3n, \u{1b}[2Jsorry' >&2; exit 3"),
            "exit code 3. It said: with [redacted], ⟨U+001B⟩[2Jsorry",
            true,
        ),
        ("kill -9 $$", "was ended by a signal", true),
        (
            "read line; echo \"got $line\"",
            "something else than an ExecCredential",
            false,
        ),
        (
            "echo opaque-t0k3n-of-some-length; echo opaque-t0k3n-of-some-length >&2",
            "an ExecCredential. It said: [redacted]",
            false,
        ),
        ("true", "it printed nothing", false),
        (
            "echo $PASSWORD_OF_IT >&2; exit 1",
            "exit code 1. It said: [redacted]",
            true,
        ),
        (
            "for i in 1 2 3 4 5 6; do echo line $i >&2; done; exit 1",
            "It said: line 3 · line 4 · line 5 · line 6",
            true,
        ),
    ];
    for (script, expected, passing) in cases {
        let folder = TempDir::new().unwrap();
        let mut exec = exec(folder.path(), script);
        exec.environment
            .push(("PASSWORD_OF_IT".to_owned(), "pa55w0rd".to_owned()));
        let failure = failure(&plugin(exec)).await;
        assert!(failure.why.contains(expected), "{script}: {}", failure.why);
        assert_eq!(failure.passing, passing, "{script}");
        for secret in ["s3cr3t", "pa55w0rd", "opaque"] {
            assert!(!failure.why.contains(secret), "{script}: {}", failure.why);
        }
    }
    let folder = TempDir::new().unwrap();
    let chatty = format!("head -c 20000000 /dev/zero >&2; {TOKEN}");
    let pass = plugin(exec(folder.path(), &chatty)).obtain(0).await;
    assert!(pass.is_ok(), "complaints without end are cut, not punished");
}

#[tokio::test]
async fn one_that_is_missing_or_another_is_not_run() {
    let folder = TempDir::new().unwrap();
    let mut missing = exec(folder.path(), TOKEN);
    missing.program = folder.path().join("none");
    missing.install_hint = Some("curl\u{202e} x | sh".to_owned());
    let words = failure(&plugin(missing)).await.why;
    assert!(
        words.ends_with("The kubeconfig says of it: “curl⟨U+202E⟩ x | sh”"),
        "{words}"
    );
    let mut other = exec(folder.path(), "touch ran");
    other.digest = "0".repeat(64);
    let words = failure(&plugin(other)).await.why;
    assert!(words.contains("is not the one you agreed to"), "{words}");
    assert!(!folder.path().join("ran").exists());
}

/// A clock and a plugin whose n-th run gives `token-n`, good until what `until` says.
struct Kept {
    folder: TempDir,
    now: Arc<AtomicI64>,
    keeper: Keeper,
}

const START_MS: i64 = 1_767_225_600_000;

impl Kept {
    fn new(status: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let script = format!(
            "echo run >>runs; n=$(wc -l <runs); n=$((n)); [ -e fail ] && exit 1\n\
             echo \"{{\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\",\\\"kind\\\":\\\"ExecCredential\\\",\\\"status\\\":{{{}}}}}\"",
            status.replace('"', "\\\"")
        );
        let now = Arc::new(AtomicI64::new(START_MS));
        let clock = Arc::clone(&now);
        let keeper = Keeper::new(
            Source::Exec(plugin(exec(folder.path(), &script))),
            Arc::new(move || clock.load(Ordering::Relaxed)),
        );
        Self {
            folder,
            now,
            keeper,
        }
    }

    fn at(&self, seconds: i64) {
        self.now.store(START_MS + seconds * 1000, Ordering::Relaxed);
    }

    fn runs(&self) -> usize {
        let runs = std::fs::read_to_string(self.folder.path().join("runs"));
        runs.unwrap_or_default().lines().count()
    }

    async fn token(&self) -> String {
        let (pass, _) = self.keeper.current().await.unwrap();
        header(&pass).to_owned()
    }
}

#[tokio::test]
async fn renewed_before_its_end_while_the_old_is_used() {
    let kept = Kept::new(r#""token":"token-$n","expirationTimestamp":"2026-01-01T00:1${n}:00Z""#);
    assert_eq!(kept.token().await, "Bearer token-1");
    kept.at(500);
    assert_eq!(kept.token().await, "Bearer token-1");
    assert_eq!(kept.runs(), 1);
    kept.at(11 * 60 - 60);
    assert_eq!(kept.token().await, "Bearer token-1", "not waited for");
    until("a second run", || {
        kept.runs() == 2 && !kept.keeper.is_running()
    })
    .await;
    assert_eq!(kept.token().await, "Bearer token-2");
    kept.at(8 * 3600);
    assert_eq!(kept.token().await, "Bearer token-3", "woken after its end");
    assert_eq!(kept.runs(), 3);
}

#[tokio::test]
async fn rejections_of_many_share_one_run() {
    let kept = Kept::new(r#""token":"token-$n""#);
    let first = futures_util::future::join_all((0..20).map(|_| kept.token())).await;
    assert!(first.iter().all(|token| token == "Bearer token-1"));
    assert_eq!(kept.runs(), 1);
    assert_eq!(kept.keeper.rejected(1).await, Renewed::Same, "just made");
    kept.at(10);
    let all = futures_util::future::join_all((0..20).map(|_| kept.keeper.rejected(1))).await;
    assert!(all.iter().all(|renewed| *renewed == Renewed::Other));
    assert_eq!(kept.runs(), 2);
    assert_eq!(kept.token().await, "Bearer token-2");
}

#[tokio::test]
async fn failures_are_told_and_back_off() {
    let kept = Kept::new(r#""token":"token-$n""#);
    let fail = kept.folder.path().join("fail");
    std::fs::write(&fail, "").unwrap();
    for _ in 0..10 {
        let failure = kept.keeper.current().await.err().unwrap();
        assert!(failure.why.contains("exit code 1"), "{failure:?}");
    }
    assert_eq!(kept.runs(), 1);
    std::fs::remove_file(&fail).unwrap();
    kept.at(10);
    assert_eq!(kept.token().await, "Bearer token-2");
    kept.at(30);
    std::fs::write(&fail, "").unwrap();
    assert!(matches!(
        kept.keeper.rejected(1).await,
        Renewed::Failed(Failure { passing: true, .. })
    ));
    assert_eq!(kept.token().await, "Bearer token-2", "still to be tried");
}
