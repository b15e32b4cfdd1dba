//! What a kubeconfig may ask for, and what is refused in which words.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cluster::{Access, ConnectError, KubeconfigError, LinkError, Opened, Source, locate, open};
use tempfile::TempDir;

use crate::authority::Authority;
use crate::server::Agreed;

const SECRET: &str = "s3cr3t-t0k3n-value";

/// One context `x` over these fields of its cluster and user, in one line each.
fn config(cluster: &str, user: &str) -> String {
    format!(
        "kind: Config\nclusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n\
         contexts: [{{name: x, context: {{cluster: c, user: u, namespace: web}}}}]\ncurrent-context: x\n"
    )
}

fn written(folder: &TempDir, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join("config");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn opened(folder: &TempDir, cluster: &str, user: &str) -> Opened {
    open(&written(folder, config(cluster, user))).unwrap()
}

#[test]
fn located_as_kubectl_does() {
    let path = PathBuf::from;
    let joined = std::env::join_paths(["", "/a", "/b", ""]).unwrap();
    for (argument, environment, home, expected) in [
        (
            Some("/x"),
            Some(joined.clone()),
            Some("/h"),
            Source::Argument(path("/x")),
        ),
        (
            None,
            Some(joined),
            Some("/h"),
            Source::Environment(vec![path("/a"), path("/b")]),
        ),
        (
            None,
            Some("".into()),
            Some("/h"),
            Source::Home(path("/h/.kube/config")),
        ),
        (None, None, None, Source::None),
    ] {
        assert_eq!(
            locate(argument.map(path), environment, home.map(path)),
            expected
        );
    }
    assert_eq!(Source::None.open().unwrap_err(), KubeconfigError::Nowhere);
}

#[test]
fn of_entries_with_one_name_the_first_files_counts() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    };
    let first = file("a/config", &config("server: 'https://a'", ""));
    let second = file(
        "b/config",
        "kind: Config\nclusters: [{name: c, cluster: {server: 'https://b'}}, {name: d, cluster: {server: 'https://d', certificate-authority: ca.pem}}]\n\
         users: [{name: u, user: {token: t}}, {name: v, user: {token: t}}]\ncurrent-context: y\n\
         contexts: [{name: x, context: {cluster: d, user: v}}, {name: y, context: {cluster: c, user: v}}, {name: z, context: {cluster: d, user: v}}]\n",
    );
    file("b/ca.pem", &Authority::new().pem());
    let source = Source::Environment(vec![
        folder.path().join("missing"),
        first.clone(),
        second.clone(),
        first.clone(),
    ]);
    let opened = source.open().unwrap();
    assert_eq!(opened.files, [first.clone(), second.clone()]);
    assert_eq!(opened.current.as_deref(), Some("x"));
    let seen: Vec<_> = opened
        .contexts
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                &one.file,
                one.server.as_str(),
                &one.access,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("x", &first, "https://a", &Access::Anonymous),
            ("y", &second, "https://a", &Access::Token),
            ("z", &second, "https://d", &Access::Token),
        ]
    );
    // A credential of one file goes to a server of another: that is said.
    let [x, y, z] = &opened.contexts[..] else {
        panic!("{:?}", opened.contexts)
    };
    assert_eq!((x.warnings.len(), z.warnings.len()), (0, 0));
    let [warning] = &y.warnings[..] else {
        panic!("{:?}", y.warnings)
    };
    assert!(
        warning.contains("a/config") && warning.contains("b/config"),
        "{warning}"
    );
    // The authority lies beside the file that names it.
    opened.agreed("z").unwrap();
}

#[test]
fn one_file_beyond_reading_fails_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let good = written(&folder, config("server: 'https://a'", ""));
    let bad = folder.path().join("bad");
    std::fs::write(&bad, "kind: Config\ncontexts: {").unwrap();
    let error = Source::Environment(vec![good, bad.clone()])
        .open()
        .unwrap_err();
    assert!(
        error.to_string().contains(&bad.display().to_string()),
        "{error}"
    );
    let missing = folder.path().join("missing");
    assert_eq!(
        Source::Environment(vec![missing.clone(), "/also-missing".into()])
            .open()
            .unwrap_err(),
        KubeconfigError::NotFound(missing)
    );
}

const HTTPS: &str = "server: 'https://10.0.0.1:6443'";
const EXEC: &str = "apiVersion: client.authentication.k8s.io/v1";
const OIDC: &str = "idp-issuer-url: 'https://idp.corp/realm', client-id: k8s";

/// A context with these fields is listed with that access; a broken one connects neither, for the same reason.
fn is_listed(folder: &TempDir, cluster: &str, user: &str, expected: &Access) {
    let opened = opened(folder, cluster, user);
    let access = &opened.contexts[0].access;
    match (expected, access) {
        (Access::Broken(words), Access::Broken(why)) => {
            assert!(why.contains(words), "{cluster} / {user}: {why}");
            assert!(why.ends_with('.'), "{why}");
            assert_eq!(
                opened.agreed("x").err(),
                Some(ConnectError::Broken(why.clone()))
            );
        }
        (expected, access) => assert_eq!(access, expected, "{cluster} / {user}"),
    }
    let shown = format!("{opened:?}");
    assert!(
        !shown.contains(SECRET) && !shown.contains("joe:pw"),
        "{shown}"
    );
}

#[test]
fn access_of_every_kind_of_entry() {
    let token = format!("token: {SECRET}");
    let exec = |rest: &str| format!("exec: {{{EXEC}{rest}}}");
    let oidc = |rest: &str| format!("auth-provider: {{name: oidc, config: {{{OIDC}{rest}}}}}");
    let certificate = "client-certificate-data: YQ==, client-key-data: YQ==";
    let cases: &[(&str, &str, Access)] = &[
        (HTTPS, &token, Access::Token),
        (HTTPS, "token: 12345", Access::Token),
        (
            HTTPS,
            "client-certificate: a, client-key: b",
            Access::ClientCertificate,
        ),
        (HTTPS, certificate, Access::ClientCertificate),
        (HTTPS, "", Access::Anonymous),
        (HTTPS, "token: ''", Access::Anonymous),
        (HTTPS, "tokenFile: token", Access::TokenFile),
        (HTTPS, &format!("{token}, tokenFile: t"), Access::TokenFile),
        (HTTPS, "username: a, password: b", Access::Basic),
        (HTTPS, "username: a", Access::Basic),
        (
            HTTPS,
            &exec(", command: aws, args: [x, 1]"),
            Access::Program("aws".to_owned()),
        ),
        (
            HTTPS,
            &exec(", command: \"a\\u202eb\""),
            Access::Program("a⟨U+202E⟩b".to_owned()),
        ),
        // What stands in the file comes before a program: it is not run.
        (
            HTTPS,
            &format!("{token}, {}", exec(", command: aws")),
            Access::Token,
        ),
        (
            HTTPS,
            &format!("{certificate}, {}", exec(", command: aws")),
            Access::ClientCertificate,
        ),
        (
            HTTPS,
            &oidc(", refresh-token: r"),
            Access::Oidc("https://idp.corp/realm".to_owned()),
        ),
        (
            HTTPS,
            &format!("{token}, {}", oidc(", id-token: i")),
            Access::Token,
        ),
        (
            "server: 'https://a', proxy-url: 'http://p:1'",
            &token,
            Access::Token,
        ),
        (
            "server: 'https://a', proxy-url: 'socks5://joe:pw@p'",
            &token,
            Access::Token,
        ),
        ("server: 'https://[::1]:6443'", &token, Access::Token),
        ("server: 'HTTPS://a'", &token, Access::Token),
        (
            "server: 'https://a', tls-server-name: 10.0.0.1",
            &token,
            Access::Token,
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (cluster, user, expected) in cases {
        is_listed(&folder, cluster, user, expected);
    }
}

#[test]
fn wrong_values_of_a_user_name_their_field() {
    let long = format!("token: {}", "x".repeat(70_000));
    let exec = |rest: &str| format!("exec: {{{EXEC}{rest}}}");
    let provider =
        |name: &str, config: &str| format!("auth-provider: {{name: {name}, config: {{{config}}}}}");
    let oidc = |rest: &str| provider("oidc", &format!("{OIDC}{rest}"));
    let folder = tempfile::tempdir().unwrap();
    for (user, words) in [
        ("token: \"a\\nb\"".to_owned(), "token holds a line break"),
        ("token: 'a b'".to_owned(), "token holds"),
        ("token: 'ä'".to_owned(), "token holds"),
        (long, "token is longer"),
        ("client-certificate-data: YQ==".to_owned(), "no client-key"),
        ("client-key-data: YQ==".to_owned(), "no client-certificate"),
        (
            "client-certificate-data: '%%', client-key-data: YQ==".to_owned(),
            "client-certificate-data is not base64",
        ),
        (
            "client-certificate-data: YQ==, client-key-data: '%%'".to_owned(),
            "client-key-data is not base64",
        ),
        ("as-groups: [a]".to_owned(), "as-groups"),
        ("as-uid: a".to_owned(), "as-uid"),
        ("as-user-extra: {a: [b]}".to_owned(), "as-user-extra"),
        ("as: a, as-user-extra: {b: []}".to_owned(), "as-user-extra"),
        (
            "as: a, as-user-extra: {'b c': [d]}".to_owned(),
            "impersonates",
        ),
        ("as: a, as-groups: ['']".to_owned(), "as-groups"),
        ("as: \"a\\r\\nb\"".to_owned(), "impersonates"),
        ("username: 'a:b', password: c".to_owned(), "username (a:b)"),
        ("username: \"a\\nb\"".to_owned(), "username or password"),
        ("password: c".to_owned(), "password but no username"),
        ("username: a, token: b".to_owned(), "token and a username"),
        (
            "username: a, tokenFile: b".to_owned(),
            "token and a username",
        ),
        (
            "tokenFile: /dev/zero".to_owned(),
            "tokenFile (/dev/zero) is a device",
        ),
        (
            "tokenFile: /proc/self/mem".to_owned(),
            "tokenFile (/proc/self/mem)",
        ),
        (
            "tokenFile: ../../../../../../../../../../sys/x".to_owned(),
            "/sys",
        ),
        ("tokenFile: //host/share/t".to_owned(), "network share"),
        (r"tokenFile: '\\host\share\t'".to_owned(), "network share"),
        ("tokenFile: \"a\\0\"".to_owned(), "zero byte"),
        (exec(""), "exec entry has no command"),
        (exec(", command: ''"), "exec entry has no command"),
        ("exec: {command: aws}".to_owned(), "no apiVersion"),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1alpha1}".to_owned(),
            "aws eks update-kubeconfig",
        ),
        (
            "exec: {command: aws, apiVersion: v2}".to_owned(),
            "exec.apiVersion is v2",
        ),
        (
            exec(", command: aws, interactiveMode: Always"),
            "needs a terminal",
        ),
        (
            exec(", command: aws, interactiveMode: Often"),
            "exec.interactiveMode is Often",
        ),
        (exec(", command: aws, env: [{value: x}]"), "exec.env"),
        (
            exec(", command: aws, env: [{name: 'A=B', value: x}]"),
            "exec.env",
        ),
        (
            exec(", command: aws, env: [{name: A, value: \"\\0\"}]"),
            "exec.env",
        ),
        (exec(", command: aws, args: [\"\\0\"]"), "exec.args"),
        (exec(", command: //host/share/aws"), "network share"),
        (exec(", command: /dev/fd/3"), "exec.command (/dev/fd/3)"),
        (
            format!("{}, {}", exec(", command: aws"), oidc(", id-token: i")),
            "both exec and auth-provider",
        ),
        (
            provider("gcp", "cmd-path: /bin/sh"),
            "gke-gcloud-auth-plugin",
        ),
        (
            format!("token: {SECRET}, {}", provider("gcp", "cmd-path: /bin/sh")),
            "gke-gcloud-auth-plugin",
        ),
        (provider("azure", ""), "kubelogin convert-kubeconfig"),
        (provider("openstack", ""), "openstack"),
        (provider("exec", ""), "auth-provider exec is not known"),
        ("auth-provider: {}".to_owned(), "auth-provider has no name"),
        (provider("oidc", "client-id: a"), "idp-issuer-url"),
        (provider("oidc", "idp-issuer-url: 'https://a'"), "client-id"),
        (oidc(""), "id-token"),
        (
            provider(
                "oidc",
                "idp-issuer-url: 'http://a', client-id: a, id-token: i",
            ),
            "idp-issuer-url",
        ),
        (
            provider(
                "oidc",
                "idp-issuer-url: 'https://a:b@c', client-id: a, id-token: i",
            ),
            "idp-issuer-url",
        ),
        (
            provider(
                "oidc",
                "idp-issuer-url: 'https://a/?b', client-id: a, id-token: i",
            ),
            "idp-issuer-url",
        ),
        (oidc(", id-token: \"a\\nb\""), "id-token"),
        (
            oidc(", id-token: i, idp-certificate-authority-data: '%%'"),
            "idp-certificate-authority-data is not base64",
        ),
    ] {
        is_listed(&folder, HTTPS, &user, &Access::Broken(words.to_owned()));
    }
}

#[test]
fn wrong_values_of_a_cluster_name_their_field() {
    let folder = tempfile::tempdir().unwrap();
    for (cluster, words) in [
        ("", "no server"),
        ("server: '10.0.0.1:6443'", "https://"),
        ("server: 'file:///etc/passwd'", "https://"),
        ("server: 'unix:///run/k8s'", "https://"),
        ("server: 'https://joe:pw@10.0.0.1'", "user name or password"),
        ("server: 'https://a/?x=1'", "query"),
        ("server: 'https://a b'", "not a URL"),
        ("server: 'https://bücher.example'", "xn--"),
        ("server: 'https://'", "not a URL"),
        ("server: 'https://:443'", "no valid host"),
        ("server: 'https://-a-.example'", "host name"),
        ("server: 'https://a:99999'", "no valid port"),
        ("server: 'https://a:0'", "no valid port"),
        (
            "server: 'https://a', tls-server-name: 'a b'",
            "tls-server-name",
        ),
        (
            "server: 'https://a', tls-server-name: 'a/b'",
            "tls-server-name",
        ),
        ("server: 'https://a', proxy-url: 'p:1'", "proxy-url"),
        (
            "server: 'https://a', proxy-url: 'socks4://p:1'",
            "proxy-url",
        ),
        (
            "server: 'https://a', proxy-url: 'http://p/pac'",
            "proxy-url",
        ),
        (
            "server: 'https://a', certificate-authority-data: '%%%'",
            "certificate-authority-data is not base64",
        ),
        (
            "server: 'https://a', certificate-authority-data: YQ==",
            "certificate-authority-data holds no certificate",
        ),
        (
            "server: 'https://a', certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCiEhIQo=",
            "certificate-authority-data is damaged PEM",
        ),
        (
            "server: 'https://a', certificate-authority: /proc/1/environ",
            "certificate-authority (/proc/1/environ)",
        ),
    ] {
        is_listed(&folder, cluster, "", &Access::Broken(words.to_owned()));
    }
}

#[test]
fn contexts_are_whole_and_warn() {
    let folder = tempfile::tempdir().unwrap();
    let text = "clusters:\n- name: plain\n  cluster: {server: 'http://a:8080/'}\n- name: blind\n  cluster: {server: 'https://b', insecure-skip-tls-verify: true}\n\
        users: null\ncontexts:\n- {name: one, context: {cluster: plain}}\n- {name: two, context: {cluster: blind, user: nobody}}\n\
        - {name: three, context: {cluster: nowhere}}\n- {name: \"fo\\u200bur\", context: {cluster: blind}}\ncurrent-context: gone\n";
    let opened = open(&written(&folder, text)).unwrap();
    let names: Vec<&str> = opened
        .contexts
        .iter()
        .map(|context| context.name.as_str())
        .collect();
    assert_eq!(names, ["one", "two", "three", "fo⟨U+200B⟩ur"]);
    assert_eq!(opened.current, None);
    assert!(opened.contexts[0].warnings[0].contains("not encrypted"));
    assert!(opened.contexts[3].warnings[0].contains("not checked"));
    assert!(matches!(&opened.contexts[1].access, Access::Broken(why) if why.contains("nobody")));
    assert!(matches!(&opened.contexts[2].access, Access::Broken(why) if why.contains("nowhere")));
    let target = opened.agreed("one").unwrap();
    assert_eq!(
        (target.server(), target.namespace(), target.context()),
        ("http://a:8080", "default", "one")
    );
    assert!(
        opened.agreed("fo⟨U+200B⟩ur").is_ok(),
        "listed names can be chosen"
    );
    assert_eq!(
        opened.agreed("no").unwrap_err(),
        ConnectError::UnknownContext("no".to_owned())
    );
}

#[test]
fn texts_that_are_no_kubeconfig() {
    let bomb = {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let alias = format!("*a{}", n - 1);
            let ten = [alias.as_str(); 10].join(", ");
            text = format!("{text}a{n}: &a{n} [{ten}]\n");
        }
        format!(
            "{text}users: [{{name: u, user: {{token: {SECRET}}}}}]\ncontexts: []\nextensions: *a9\n"
        )
    };
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain("kind: Config".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let user = |rest: &str| {
        format!("kind: Config\nusers:\n- name: u\n  user:\n    token: {SECRET}\n{rest}")
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "is empty"),
        ("blank", b" \n\n".to_vec(), "is empty"),
        ("comments", b"# nothing\n".to_vec(), "comments"),
        (
            "a manifest",
            b"apiVersion: v1\nkind: Pod\n".to_vec(),
            "its kind is Pod",
        ),
        ("something else", b"a: 1\n".to_vec(), "no contexts"),
        ("a scalar", SECRET.as_bytes().to_vec(), "wrong kind"),
        ("bad YAML", user("  }oops: [\n").into_bytes(), "line "),
        ("tabs", user("\t- x: y\n").into_bytes(), "line "),
        (
            "duplicate key",
            user("    token: other\n").into_bytes(),
            "line 6: a key is given twice",
        ),
        (
            "duplicate name",
            user("- {name: u}\n").into_bytes(),
            "two of its users have the name u",
        ),
        (
            "wrong type",
            user("contexts: 7\n").into_bytes(),
            "wrong kind",
        ),
        ("no name", user("- {user: {}}\n").into_bytes(), "no name"),
        (
            "several documents",
            user("---\nkind: Config\n").into_bytes(),
            "several YAML documents",
        ),
        (
            "many documents",
            "---\nkind: Config\n".repeat(1_024).into_bytes(),
            "documents",
        ),
        ("alias bomb", bomb.into_bytes(), "repeat too much"),
        (
            "depth",
            format!("extensions: {}", "[".repeat(200_000)).into_bytes(),
            "nested too deeply",
        ),
        (
            "block depth",
            (0..2_000)
                .flat_map(|n| format!("{}a:\n", " ".repeat(n)).into_bytes())
                .collect(),
            "nested too deeply",
        ),
        ("UTF-16", utf16, "UTF-16"),
        ("zero bytes", b"kind: Config\0".to_vec(), "zero bytes"),
        (
            "Latin-1",
            b"kind: Config # \xE4\n".to_vec(),
            "another encoding",
        ),
        ("huge", vec![b'#'; (4 << 20) + 1], "larger than"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, words) in cases {
        let start = std::time::Instant::now();
        let error = open(&written(&folder, bytes)).expect_err(name);
        assert!(error.to_string().contains(words), "{name}: {error}");
        assert!(
            !format!("{error} {error:?}").contains(SECRET),
            "{name}: {error:?}"
        );
        assert!(
            start.elapsed().as_secs() < 2,
            "{name} takes {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn texts_that_are_fine() {
    let plain = config("server: https://a", &format!("token: {SECRET}"));
    let json = serde_json::json!({
        "kind": "Config", "preferences": {}, "unknown": [1, {"a": null}],
        "clusters": [{"name": "c", "cluster": {"server": "https://a", "extensions": []}}],
        "users": [{"name": "u", "user": {"token": SECRET}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    });
    let merged = format!(
        "x: &base {{server: 'https://a'}}\nclusters: [{{name: c, cluster: {{<<: *base}}}}]\nusers: [{{name: u, user: {{token: {SECRET}}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n"
    );
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("byte order mark", format!("\u{FEFF}{plain}")),
        ("CR LF", plain.replace('\n', "\r\n")),
        ("document start and end", format!("---\n{plain}...\n")),
        ("JSON", json.to_string()),
        ("merge key", merged),
    ] {
        let opened =
            open(&written(&folder, text)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(opened.contexts[0].access, Access::Token, "{name}");
        assert!(opened.agreed("x").is_ok(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    let large = folder.path().join("large");
    std::fs::write(&large, vec![b'x'; (1 << 20) + 1]).unwrap();
    let missing = folder.path().join("missing");
    for (path, words) in [
        (pipe.as_path(), "is a pipe"),
        (&socket, "is a socket"),
        (Path::new("/dev/zero"), "is a device"),
        (&link, "is a device"),
        (folder.path(), "is a folder"),
    ] {
        let error = open(path).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(
        open(&missing).unwrap_err(),
        KubeconfigError::NotFound(missing.clone())
    );
    for (path, words) in [
        (pipe.as_path(), "is a pipe, not a file"),
        (Path::new("/dev/zero"), "is a device, not a file"),
        (&link, "is a device, not a file"),
        (folder.path(), "is a folder, not a file"),
        (&large, "larger than 1048576 bytes"),
        (&missing, "does not exist"),
        (Path::new(r"\\host\share\ca"), "is on a network share"),
        (Path::new("//host/share/ca"), "is on a network share"),
    ] {
        let path = path.display();
        for (cluster, user, field) in [
            (
                format!("server: https://a, certificate-authority: '{path}'"),
                String::new(),
                "certificate-authority",
            ),
            (
                "server: https://a".to_owned(),
                format!("client-certificate: '{path}', client-key: k"),
                "client-certificate",
            ),
        ] {
            match opened(&folder, &cluster, &user).agreed("x") {
                Err(ConnectError::Broken(why)) => {
                    assert!(why.contains(words) && why.contains(field), "{why}");
                }
                other => panic!("{path}: {other:?}"),
            }
        }
    }
}

#[test]
fn certificates_from_files_and_data() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pki")).unwrap();
    std::fs::write(folder.path().join("pki/ca.crt"), authority.pem()).unwrap();
    std::fs::write(folder.path().join("pki/text"), "hello").unwrap();
    let data = BASE64_STANDARD.encode(authority.pem());
    let wrapped = format!("{}\\n{}", &data[..40], data[40..].trim_end_matches('='));
    for cluster in [
        "certificate-authority: pki/ca.crt".to_owned(),
        format!("certificate-authority-data: {data}"),
        format!("certificate-authority-data: \"{wrapped}\""),
        format!("certificate-authority: nowhere, certificate-authority-data: {data}"),
        "insecure-skip-tls-verify: true, certificate-authority: pki/text".to_owned(),
    ] {
        opened(&folder, &format!("server: https://a, {cluster}"), "")
            .agreed("x")
            .unwrap_or_else(|error| panic!("{cluster}: {error}"));
    }
    for (cluster, words) in [
        ("certificate-authority: pki/text", "holds no certificate"),
        ("certificate-authority-data: '%%%'", "not base64"),
        (
            "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCiEhIQo=",
            "damaged PEM",
        ),
    ] {
        match opened(&folder, &format!("server: https://a, {cluster}"), "").agreed("x") {
            Err(ConnectError::Broken(why)) => assert!(why.contains(words), "{why}"),
            other => panic!("{cluster}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn keys_that_do_not_fit_are_found_before_connecting() {
    let (one, other) = (Authority::new().client(), Authority::new().client());
    let certificate = one.split(", ").next().unwrap();
    let key = other.split(", ").nth(1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (user, words) in [
        (format!("{certificate}, {key}"), "does not belong"),
        (
            format!(
                "{certificate}, client-key-data: {}",
                BASE64_STANDARD.encode("none")
            ),
            "no private key",
        ),
        (
            format!(
                "client-certificate-data: {}, {key}",
                BASE64_STANDARD.encode("none")
            ),
            "no certificate",
        ),
    ] {
        // Port 9 of a documentation address: nobody could answer, and nobody is asked.
        let target = opened(&folder, "server: 'https://192.0.2.1:9'", &user)
            .agreed("x")
            .unwrap();
        match cluster::Connection::open(target).await.map(|_| ()) {
            Err(ConnectError::Broken(why)) => assert!(why.contains(words), "{why}"),
            other => panic!("{words}: {other:?}"),
        }
    }
}

/// X.509 version 1, as `openssl x509 -req` without extensions makes them; its authority is gone.
const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBMDCB1wIURC3QPtVp4Q6hnDnKraO2C9A2QycwCgYIKoZIzj0EAwIwDTELMAkG
A1UEAwwCY2EwHhcNMjYxMTIyMDA0OTE4WhcNMjYxMjIyMDA0OTE4WjApMRcwFQYD
VQQKDA5zeXN0ZW06bWFzdGVyczEOMAwGA1UEAwwFYWRtaW4wWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQs2MU827NeiAVjPeXTpumWCn7+Ww90nyiIg42seSGj2SJh
Oucfaf8qZXUGbgrZ+/b3xkSBjrGfI4O0GKDMIPsNMAoGCCqGSM49BAMCA0gAMEUC
IGQ3+1Jlg+VTNrANaLUkKDZ7oof+TuDb3KWkk67AtPP6AiEAwYvZzBXvpD0C+0BB
/wglzPwi1rTOAdm+OL7T8qSWyFk=
-----END CERTIFICATE-----
";
const VERSION_1_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiblbWZ+HQQxlZuoM
egeE57LqE0d5E+CAVYX/aGfzkHyhRANCAAQs2MU827NeiAVjPeXTpumWCn7+Ww90
nyiIg42seSGj2SJhOucfaf8qZXUGbgrZ+/b3xkSBjrGfI4O0GKDMIPsN
-----END PRIVATE KEY-----
";

#[tokio::test]
async fn version_1_certificates_are_left_to_the_server() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let user = format!(
        "client-certificate-data: {}, client-key-data: {}",
        BASE64_STANDARD.encode(VERSION_1),
        BASE64_STANDARD.encode(VERSION_1_KEY)
    );
    let folder = tempfile::tempdir().unwrap();
    let cluster = format!("server: 'https://127.0.0.1:{port}'");
    let target = opened(&folder, &cluster, &user).agreed("x").unwrap();
    let error = cluster::Connection::open(target).await.err().unwrap();
    assert!(
        matches!(error, ConnectError::Link(LinkError::Refused { .. })),
        "{error:?}"
    );
}
