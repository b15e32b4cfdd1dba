//! Who is connected stays connected while credentials expire, and nobody is asked more often than needed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cluster::{Ask, Connection, Surroundings, open};
use futures_util::future::join_all;
use kubeconfig_tests::credentials::{CLIENT, CLIENT_SECRET, Fault, GROUP, Issuer};
use serde_json::{Value, json};

use crate::stage;

/// How long what each test hands out lasts. It is renewed when a fifth of that is left, and not before this.
const LIFETIME: Duration = Duration::from_secs(15);
const BEFORE: Duration = Duration::from_secs(9);
/// An API server believes in a token that it checked for so long.
const REMEMBERED: Duration = Duration::from_secs(10);
const PACE: Duration = Duration::from_millis(250);

/// A kubeconfig of one user, and what it names.
struct Scene {
    folder: tempfile::TempDir,
    name: &'static str,
    /// Numbers what is asked.
    asked: AtomicUsize,
}

impl Scene {
    fn new(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            name,
            asked: AtomicUsize::new(0),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A plugin that prints the first file of credentials that is there, `1`, `2` and so on, and takes it away but for
    /// the last.
    fn plugin(&self) -> Value {
        let text = "#!/bin/sh\ncd \"${0%/*}\" || exit\necho run >>runs\n\
                    for file in [0-9]; do break; done\ncat \"$file\"\n\
                    set -- [0-9]\n[ $# -eq 1 ] || rm \"$file\"\n";
        let path = self.at("plugin");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": path, "interactiveMode": "Never",
        }})
    }

    fn hand_out(&self, number: usize, status: &Value) {
        let credential = json!({
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status,
        });
        fs::write(self.at(&number.to_string()), credential.to_string()).unwrap();
    }

    fn runs(&self) -> usize {
        let text = fs::read_to_string(self.at("runs")).unwrap_or_default();
        text.lines().count()
    }

    async fn connect(&self, user: Value) -> Result<Connection, cluster::ConnectError> {
        let server = json!({
            "server": stage().plane.url(), "certificate-authority": stage().folder().join("ca.crt"),
        });
        let config = json!({
            "kind": "Config", "clusters": [{"name": "c", "cluster": server}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        });
        let path = self.at("config");
        fs::write(&path, config.to_string()).unwrap();
        let around = Surroundings {
            path: "/usr/bin:/bin".into(),
            ..Surroundings::default()
        };
        let opened = open(&path).unwrap();
        let plan = opened.look("x", &around)?.plan;
        let target = opened.target("x", &around, &plan)?;
        Ok(Connection::open(target).await?.0)
    }

    /// Asks four times at once, again and again, for so long. Every answer must come; who asked last.
    async fn ask_for(&self, connection: &Connection, span: Duration) -> String {
        let begun = Instant::now();
        loop {
            let number = self.asked.fetch_add(1, Ordering::Relaxed);
            let case = |one: usize| format!("{}-{number}-{one}", self.name);
            let asked = (0..4).map(async |one| {
                let path = format!("/version?case={}", case(one));
                let after = begun.elapsed();
                let answer = connection.text(Ask::json(&path)).await;
                answer.unwrap_or_else(|error| panic!("{} after {after:.1?}: {error}", self.name));
            });
            join_all(asked).await;
            if begun.elapsed() > span {
                return who(&case(0)).await;
            }
            tokio::time::sleep(PACE).await;
        }
    }
}

async fn who(case: &str) -> String {
    let begun = Instant::now();
    loop {
        if let Some(identity) = stage().who_asked(case) {
            return identity.user;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no {case}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn expiring(token: &str, lifetime: Duration) -> Value {
    let until = kubeconfig_tests::rfc3339(std::time::SystemTime::now() + lifetime);
    json!({"token": token, "expirationTimestamp": until})
}

#[tokio::test]
async fn a_token_that_says_when_it_ends_is_replaced_before() {
    let scene = Scene::new("ends");
    let token = |user: &str| fs::read_to_string(stage().folder().join("tokens").join(user));
    let plugin = scene.plugin();
    scene.hand_out(1, &expiring(&token("eks").unwrap(), LIFETIME));
    scene.hand_out(2, &expiring(&token("gke").unwrap(), LIFETIME * 100));
    let connection = scene.connect(plugin).await.unwrap();
    assert_eq!(scene.ask_for(&connection, BEFORE).await, "eks");
    assert_eq!(scene.runs(), 1);
    assert_eq!(
        scene.ask_for(&connection, Duration::from_secs(5)).await,
        "gke"
    );
    assert_eq!(scene.runs(), 2, "one run for all who asked");
}

#[tokio::test]
async fn a_token_that_does_not_say_when_it_ends_is_replaced_once_it_is_refused() {
    let scene = Scene::new("refused");
    let plugin = scene.plugin();
    let issuer = &stage().issuer;
    let short = Duration::from_secs(4);
    scene.hand_out(1, &json!({"token": issuer.brief_token("first", short)}));
    scene.hand_out(2, &json!({"token": issuer.id_token("second", false)}));
    let connection = scene.connect(plugin).await.unwrap();
    let last = scene.ask_for(&connection, short + REMEMBERED + Duration::from_secs(3));
    assert_eq!(last.await, "oidc:second");
    assert_eq!(scene.runs(), 2);
}

#[tokio::test]
async fn a_certificate_of_a_plugin_is_replaced_before_it_ends() {
    let scene = Scene::new("certificate");
    let plugin = scene.plugin();
    for (number, user, lifetime) in [(1, "one", Some(LIFETIME)), (2, "two", None)] {
        let signed = stage().authority().user_for(user, GROUP, lifetime);
        scene.hand_out(
            number,
            &json!({"clientCertificateData": signed.certificate, "clientKeyData": signed.key}),
        );
    }
    let connection = scene.connect(plugin).await.unwrap();
    assert_eq!(
        scene.ask_for(&connection, Duration::from_secs(2)).await,
        "one"
    );
    assert_eq!(scene.ask_for(&connection, LIFETIME).await, "two");
    assert_eq!(scene.runs(), 2);
}

#[tokio::test]
async fn a_token_file_that_is_replaced_is_read_again_once_its_token_is_refused() {
    let scene = Scene::new("file");
    let issuer = &stage().issuer;
    let short = Duration::from_secs(4);
    fs::write(scene.at("token"), issuer.brief_token("before", short)).unwrap();
    let connection = scene
        .connect(json!({"tokenFile": scene.at("token")}))
        .await
        .unwrap();
    assert_eq!(
        scene.ask_for(&connection, Duration::from_secs(1)).await,
        "oidc:before"
    );
    fs::write(scene.at("token"), issuer.id_token("after", false)).unwrap();
    let last = scene.ask_for(&connection, short + REMEMBERED + Duration::from_secs(3));
    assert_eq!(last.await, "oidc:after");
}

/// The user entry of somebody who logged in with this issuer, long ago.
fn oidc(issuer: &Issuer, refresh_token: &str) -> Value {
    json!({"auth-provider": {"name": "oidc", "config": {
        "client-id": CLIENT, "client-secret": CLIENT_SECRET, "idp-issuer-url": issuer.url(),
        "idp-certificate-authority": stage().folder().join("corpus-ca.crt"),
        "id-token": issuer.id_token("somebody", true), "refresh-token": refresh_token,
    }}})
}

#[tokio::test]
async fn an_issuer_that_gives_each_refresh_token_for_one_use_is_followed() {
    let scene = Scene::new("rotating");
    let issuer = &stage().issuer;
    let user = oidc(issuer, &issuer.rotating_token("somebody", LIFETIME));
    let connection = scene.connect(user).await.unwrap();
    let config = fs::read(scene.at("config")).unwrap();
    let last = scene.ask_for(&connection, LIFETIME * 2);
    assert_eq!(last.await, "oidc:somebody");
    assert_eq!(
        fs::read(scene.at("config")).unwrap(),
        config,
        "nothing is written"
    );
}

#[tokio::test]
async fn what_an_issuer_does_wrong_is_told() {
    let issuer = Issuer::start(stage().authority());
    let faults = [
        (Fault::InvalidGrant, "invalid_grant"),
        (Fault::NoIdToken, "without an id_token"),
        (
            Fault::TokenEndpoint("http://127.0.0.1:9/token".to_owned()),
            "https",
        ),
        (
            Fault::OtherIssuer("https://issuer.example".to_owned()),
            "names itself differently",
        ),
        (Fault::Body(8 << 20), "longer than any token"),
        (Fault::Silence, "did not answer"),
    ];
    for (fault, words) in faults {
        let scene = Scene::new("fault");
        let refresh = issuer.refresh_token("somebody");
        issuer.set_fault(Some(fault.clone()));
        let begun = Instant::now();
        let error = scene.connect(oidc(&issuer, &refresh)).await.err().unwrap();
        let told = error.to_string();
        assert!(told.contains(words), "{fault:?}: {told}");
        assert!(!told.contains("PLANTED"), "{fault:?}: {told}");
        assert!(
            begun.elapsed() < Duration::from_secs(35),
            "{fault:?}: {:?}",
            begun.elapsed()
        );
    }
}
