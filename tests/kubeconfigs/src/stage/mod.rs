//! The valid part of the corpus on its stage: a control plane that knows its users, and everything its files name.

mod audit;
mod render;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cluster::{Source, Surroundings};
use control_plane::{ControlPlane, Credential, Options};
use serde_json::json;

pub use audit::Identity;
pub(crate) use render::fill;

use crate::credentials::front::{self, Behind, Rules};
use crate::credentials::{Authority, CLIENT, GROUP, Issuer, Login, Proxy, Signed};
use crate::index::Valid;

/// Who may do anything, so that others can be impersonated.
const ADMIN: &str = "corpus-admin";
/// What proxies ask for.
const PROXY_LOGIN: (&str, &str) = ("joe", "PLANTED-proxy-password");
/// What the front of [`Stage`] asks for.
const PASSWORD: &str = "PLANTED-password";
/// A password of everything that is special somewhere.
const ODD_PASSWORD: &str = "PLANTED: pass @word/with?everything#ü%20";

/// Everything the valid kubeconfigs name, and the API server they lead to.
pub struct Stage {
    /// The API server.
    pub plane: ControlPlane,
    /// The OIDC issuer it trusts.
    pub issuer: Issuer,
    /// By the names that `valid.tsv` has for them.
    pub proxies: BTreeMap<&'static str, Proxy>,
    folder: PathBuf,
    authority: Authority,
    users: BTreeMap<String, Signed>,
    fronts: Fronts,
}

struct Fronts {
    basic: u16,
    odd: u16,
    prefixed: u16,
    plain: u16,
}

impl Stage {
    /// Starts it, and writes the kubeconfigs and the files and programs that they name.
    pub fn start() -> Self {
        let authority = Authority::new("corpus-ca");
        let issuer = Issuer::start(&authority);
        let names = users();
        let rows: String = names
            .iter()
            .map(|name| format!("{},{name},uid-{name},{GROUP}\n", token(name)))
            .collect();
        // It takes the place of the control plane's own, whose administrator must stay.
        let own = format!(
            "{},admin,admin,system:masters\n",
            Credential::Admin.token().unwrap()
        );
        let file = |name: &str, text: String| (name.to_owned(), text);
        let plane = ControlPlane::start(&Options {
            nodes: 0,
            metrics: false,
            apiserver_arguments: [
                "--token-auth-file={folder}/corpus-tokens.csv",
                "--client-ca-file={folder}/corpus-ca.crt",
                "--authentication-config={folder}/authentication.yaml",
                "--audit-policy-file={folder}/audit-policy.yaml",
                "--audit-log-path={folder}/audit.log",
            ]
            .map(str::to_owned)
            .to_vec(),
            files: vec![
                file("corpus-tokens.csv", own + &rows),
                file("corpus-ca.crt", authority.pem()),
                file("authentication.yaml", authentication(&issuer, &authority)),
                file("audit-policy.yaml", audit::POLICY.to_owned()),
            ],
            ..Options::default()
        })
        .unwrap();
        let binding = json!({
            "metadata": {"name": ADMIN},
            "subjects": [{"kind": "User", "name": ADMIN, "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"kind": "ClusterRole", "name": "cluster-admin", "apiGroup": "rbac.authorization.k8s.io"},
        });
        plane
            .client()
            .create(
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                &binding,
            )
            .unwrap();
        let stage = Self {
            proxies: proxies(&authority),
            fronts: Fronts::start(&plane, &authority),
            folder: plane.folder().join("corpus"),
            users: names
                .into_iter()
                .map(|name| (name.clone(), authority.user(&name, GROUP)))
                .collect(),
            plane,
            issuer,
            authority,
        };
        stage.write();
        stage
    }

    /// The kubeconfigs of a row, opened.
    pub fn source(&self, valid: &Valid) -> Source {
        let paths = self.paths(valid);
        match &paths[..] {
            [path] => Source::Argument(path.clone()),
            _ => Source::Environment(paths),
        }
    }

    /// Paths of the kubeconfigs of a row.
    pub fn paths(&self, valid: &Valid) -> Vec<PathBuf> {
        let path = |name: &String| self.folder.join(format!("{name}.kubeconfig"));
        valid.files.iter().map(path).collect()
    }

    /// Where programs are looked for.
    pub fn path(&self) -> OsString {
        std::env::join_paths([
            &self.folder.join("plugins"),
            Path::new("/usr/bin"),
            Path::new("/bin"),
        ])
        .unwrap()
    }

    /// What of this computer decides, for a row.
    pub fn around(&self, valid: &Valid) -> Surroundings {
        let mut around = Surroundings {
            home: Some(self.folder.clone()),
            path: self.path(),
            environment: vec![("HOME".into(), self.folder.clone().into())],
            ..Surroundings::default()
        };
        for (name, value) in &valid.surroundings {
            let value = Some(self.render(value));
            match name.as_str() {
                "https_proxy" => around.https_proxy = value,
                "no_proxy" => around.no_proxy = value,
                other => panic!("{other} is no surrounding"),
            }
        }
        around
    }

    /// Who signs the certificates of its users.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The folder of the kubeconfigs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lines that plugins wrote when they ran.
    pub fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("calls")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Every secret in the corpus and behind it, as texts that must turn up nowhere.
    pub fn secrets(&self) -> Vec<String> {
        let mut all = vec!["PLANTED".to_owned(), ODD_PASSWORD.to_owned()];
        for user in self.users.values() {
            // The first line of the key itself, as PEM has it and as base64 of the PEM.
            let line = user.key.lines().nth(1).unwrap().to_owned();
            all.push(line);
            all.push(render::base64(&user.key)[60..100].to_owned());
        }
        // A signature marks a token.
        let signature = |token: &String| token.rsplit_once('.').unwrap().1.to_owned();
        all.extend(self.issuer.issued().iter().map(signature));
        all
    }

    fn write(&self) {
        let to = |name: &str, text: &str| {
            let path = self.folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let ca = self.plane.ca_pem().unwrap();
        to("ca.crt", &ca);
        to("corpus-ca.crt", &self.authority.pem());
        to("serviceaccount/ca.crt", &ca);
        to("serviceaccount/token", &token("service-account"));
        to(
            "tokens/token-file-newline.lf",
            &format!("{}\n", token("token-file-newline")),
        );
        for (name, user) in &self.users {
            to(&format!("tokens/{name}"), &token(name));
            to(&format!("certs/{name}.crt"), &user.certificate);
            to(&format!("certs/{name}.key"), &user.key);
        }
        for (name, text) in crate::index::files("plugins") {
            let plugin = to(&format!("plugins/{name}"), &self.render(&text));
            fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir(self.folder.join("bin")).unwrap();
        fs::copy(
            self.folder.join("plugins/login"),
            self.folder.join("bin/login"),
        )
        .unwrap();
        for (name, text) in crate::index::files("valid") {
            to(&name, &self.render(&text));
        }
    }
}

/// The bearer token of a user.
fn token(user: &str) -> String {
    format!("PLANTED-token-of-{user}")
}

/// Everybody the API server must know.
fn users() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = ["service-account", ADMIN].map(str::to_owned).into();
    for valid in crate::index::valid() {
        if !valid.user.contains(':') {
            all.insert(valid.user);
        }
    }
    for (_, text) in crate::index::files("valid") {
        all.extend(render::names(&text, &["token:", "certificate:"]));
    }
    all
}

fn proxies(authority: &Authority) -> BTreeMap<&'static str, Proxy> {
    let login: Login = Some(PROXY_LOGIN);
    let tls = || Some(authority.server());
    BTreeMap::from([
        ("http", Proxy::http(None, None)),
        ("http-login", Proxy::http(login, None)),
        ("https", Proxy::http(None, tls())),
        ("https-login", Proxy::http(login, tls())),
        ("socks5", Proxy::socks5(None)),
        ("socks5-login", Proxy::socks5(login)),
    ])
}

impl Fronts {
    fn start(plane: &ControlPlane, authority: &Authority) -> Self {
        let behind = |user: Option<&str>| Behind {
            port: plane.port(),
            authority: plane.ca_pem().unwrap(),
            token: user.map(token),
        };
        let login = |name: &str, password: &str| Rules {
            login: Some((name.to_owned(), password.to_owned())),
            ..Rules::default()
        };
        let rancher = Rules {
            prefix: "/k8s/clusters/c-m-corpus",
            ..Rules::default()
        };
        let tls = || Some(authority.server());
        let front = Some("basic-front");
        Self {
            basic: front::start(tls(), login("basic", PASSWORD), behind(front)),
            odd: front::start(tls(), login("basic", ODD_PASSWORD), behind(front)),
            prefixed: front::start(tls(), rancher, behind(None)),
            plain: front::start(None, Rules::default(), behind(Some("plain-front"))),
        }
    }
}

/// The API server's structured authentication configuration: whom `issuer` signs for is `oidc:` and the subject.
fn authentication(issuer: &Issuer, authority: &Authority) -> String {
    json!({
        "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration",
        "jwt": [{
            "issuer": {"url": issuer.url(), "certificateAuthority": authority.pem(), "audiences": [CLIENT]},
            "claimMappings": {
                "username": {"claim": "sub", "prefix": "oidc:"},
                "groups": {"claim": "groups", "prefix": ""},
            },
        }],
    })
    .to_string()
}
