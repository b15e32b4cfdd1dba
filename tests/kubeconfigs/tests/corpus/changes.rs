//! What was agreed to may happen again; a change of any of it asks again, and shows what differs.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cluster::{ConnectError, Connection, DangerKind, Difference, Plan, Surroundings, open};

/// A folder with a plugin, a token file and a kubeconfig that names them.
struct Scene {
    folder: tempfile::TempDir,
    server: TcpListener,
}

impl Scene {
    fn new() -> Self {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        server.set_nonblocking(true).unwrap();
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
            server,
        };
        scene.plugin("plugin", "first");
        fs::write(scene.at("token"), "PLANTED-token").unwrap();
        scene
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a plugin that leaves a file behind when it runs.
    fn plugin(&self, name: &str, says: &str) {
        let text = format!("#!/bin/sh\n: >'{}'\n# {says}\n", self.at("ran").display());
        fs::write(self.at(name), text).unwrap();
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn config(&self, user: &str) -> PathBuf {
        let port = self.server.local_addr().unwrap().port();
        let path = self.at("config");
        let text = format!(
            "kind: Config\nclusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:{port}'}}}}]\n\
             users: [{{name: u, user: {{{user}}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n"
        );
        fs::write(&path, text).unwrap();
        path
    }

    fn around(&self) -> Surroundings {
        Surroundings {
            path: self.folder.path().into(),
            ..Surroundings::default()
        }
    }

    /// What would happen now, looked at.
    fn plan(&self, config: &Path) -> Plan {
        open(config)
            .unwrap()
            .look("x", &self.around())
            .unwrap()
            .plan
    }

    /// Fields that differ from `agreed`.
    fn differs(&self, config: &Path, agreed: &Plan) -> Vec<String> {
        match open(config).unwrap().target("x", &self.around(), agreed) {
            Ok(_) => Vec::new(),
            Err(ConnectError::NotAgreed(differences)) => differences.iter().map(field).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    fn nothing_happened(&self) {
        assert!(!self.at("ran").exists(), "it ran");
        assert!(self.server.accept().is_err(), "the server was contacted");
    }
}

fn field(difference: &Difference) -> String {
    match difference {
        Difference::Added(fact) => format!("+{}", fact.field),
        Difference::Changed { now, .. } => format!("~{}", now.field),
        Difference::Removed(fact) => format!("-{}", fact.field),
    }
}

fn exec(arguments: &str, more: &str) -> String {
    format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, command: plugin, args: [{arguments}]{more}}}"
    )
}

#[test]
fn twice_allowed_then_one_argument_changed() {
    let scene = Scene::new();
    let config = scene.config(&exec("get-token, --cluster, blue", ""));
    let agreed = scene.plan(&config);
    for _ in 0..2 {
        assert_eq!(scene.differs(&config, &agreed), [""; 0]);
    }
    let config = scene.config(&exec("get-token, --cluster, green", ""));
    assert_eq!(scene.differs(&config, &agreed), ["~user.exec.args[2]"]);
    scene.nothing_happened();
}

#[test]
fn each_change_of_what_happens_asks_again() {
    let scene = Scene::new();
    let base = exec("a", "");
    let agreed = scene.plan(&scene.config(&base));
    for (user, expected) in [
        (exec("a, b", ""), "+user.exec.args[1]"),
        (exec("", ""), "-user.exec.args[0]"),
        (
            exec("a", ", env: [{name: LD_PRELOAD, value: x}]"),
            "+user.exec.env[LD_PRELOAD]",
        ),
        (
            exec("a", ", provideClusterInfo: true"),
            "+user.exec.provideClusterInfo",
        ),
        (format!("{base}, as: admin"), "+user.as"),
        (format!("{base}, tokenFile: token"), "+user.tokenFile"),
        (format!("{base}, token: PLANTED"), "~user"),
    ] {
        let differs = scene.differs(&scene.config(&user), &agreed);
        assert!(
            differs.iter().any(|field| field == expected),
            "{user}: {differs:?}"
        );
    }
    // Its name, and a comment, are nothing that happens.
    let config = scene.config(&base);
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}# changed\npreferences: {{colors: true}}\n"),
    )
    .unwrap();
    assert_eq!(scene.differs(&config, &agreed), [""; 0]);
    scene.nothing_happened();
}

#[test]
fn another_program_of_the_same_name_asks_again() {
    let scene = Scene::new();
    let config = scene.config(&exec("a", ""));
    let agreed = scene.plan(&config);
    scene.plugin("plugin", "another");
    assert_eq!(scene.differs(&config, &agreed), ["~user.exec.command"]);
    scene.nothing_happened();
}

#[tokio::test]
async fn a_program_replaced_after_consent_is_not_run() {
    let scene = Scene::new();
    let config = scene.config(&exec("a", ""));
    let agreed = scene.plan(&config);
    let target = open(&config)
        .unwrap()
        .target("x", &scene.around(), &agreed)
        .unwrap();
    scene.plugin("plugin", "another");
    let error = Connection::open(target).await.err().unwrap();
    assert!(
        error.to_string().contains("not the one you agreed to"),
        "{error}"
    );
    scene.nothing_happened();
}

/// The twin of all that does not run here: what was agreed to does.
#[tokio::test]
async fn a_program_agreed_to_is_run() {
    let scene = Scene::new();
    let config = scene.config(&exec("a", ""));
    let agreed = scene.plan(&config);
    let target = open(&config)
        .unwrap()
        .target("x", &scene.around(), &agreed)
        .unwrap();
    // It prints nothing, which is no credential.
    let error = Connection::open(target).await.err().unwrap();
    assert!(matches!(error, ConnectError::Credentials(_)), "{error:?}");
    assert!(scene.at("ran").exists());
}

#[test]
fn a_token_file_may_change_and_its_path_may_not() {
    let scene = Scene::new();
    let config = scene.config("tokenFile: token");
    let agreed = scene.plan(&config);
    fs::write(scene.at("token"), "PLANTED-rotated").unwrap();
    assert_eq!(scene.differs(&config, &agreed), [""; 0]);
    fs::write(scene.at("other"), "PLANTED").unwrap();
    let config = scene.config("tokenFile: other");
    assert_eq!(scene.differs(&config, &agreed), ["~user.tokenFile"]);
}

#[test]
fn code_injection_is_pointed_out() {
    let scene = Scene::new();
    let config = scene.config(&exec(
        "a",
        ", env: [{name: LD_PRELOAD, value: /x.so}, {name: AWS_PROFILE, value: x}]",
    ));
    let proposal = open(&config)
        .unwrap()
        .propose("x", &scene.around())
        .unwrap();
    let injections: Vec<&str> = proposal
        .dangers
        .iter()
        .filter(|danger| danger.kind == DangerKind::CodeInjection)
        .map(|danger| danger.field.as_str())
        .collect();
    assert_eq!(injections, ["user.exec.env[LD_PRELOAD]"]);
}
