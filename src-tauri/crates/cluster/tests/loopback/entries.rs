//! How each kind of entry is listed, and which words name what is wrong with it.

use cluster::{Access, ConnectError};
use tempfile::TempDir;

use crate::kubeconfigs::{SECRET, opened};
use crate::server::Agreed;

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
    ] {
        is_listed(&folder, HTTPS, &user, &Access::Broken(words.to_owned()));
    }
}

#[test]
fn wrong_values_of_a_program_name_their_field() {
    let exec = |rest: &str| format!("exec: {{{EXEC}{rest}}}");
    let oidc = format!("auth-provider: {{name: oidc, config: {{{OIDC}, id-token: i}}}}");
    let folder = tempfile::tempdir().unwrap();
    for (user, words) in [
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
            format!("{}, {}", exec(", command: aws"), oidc),
            "both exec and auth-provider",
        ),
    ] {
        is_listed(&folder, HTTPS, &user, &Access::Broken(words.to_owned()));
    }
}

#[test]
fn wrong_values_of_a_provider_name_their_field() {
    let provider =
        |name: &str, config: &str| format!("auth-provider: {{name: {name}, config: {{{config}}}}}");
    let oidc = |rest: &str| provider("oidc", &format!("{OIDC}{rest}"));
    let folder = tempfile::tempdir().unwrap();
    for (user, words) in [
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
