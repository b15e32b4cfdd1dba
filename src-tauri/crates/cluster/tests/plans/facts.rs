//! What is told of each kind of entry.

use cluster::{Surroundings, What};

use super::{EXEC, HTTPS, Place, SECRET, is_sound, lines};

const SYSTEM: &str = "cluster.certificate-authority = the authorities this computer trusts";

fn told(cluster: &str, user: &str, expected: &[&str]) {
    let place = Place::new();
    place.program("bin/aws");
    let proposal = place.propose(cluster, user);
    is_sound(&proposal);
    let root = place.root.path().display().to_string();
    let found: Vec<String> = lines(&proposal)
        .into_iter()
        .map(|line| line.replace(&root, "~"))
        .collect();
    assert_eq!(found, expected, "{cluster} / {user}");
    assert_eq!(proposal.refused, None);
}

#[test]
fn plain_logins() {
    let server = "cluster.server = https://10.0.0.1:6443";
    for (user, login) in [
        (String::new(), "nothing: it has no credentials"),
        (
            format!("token: {SECRET}"),
            "a bearer token of the kubeconfig",
        ),
        (
            format!("username: joe, password: {SECRET}"),
            "the user name joe and a password",
        ),
        (
            "client-certificate-data: YQ==, client-key-data: YQ==".to_owned(),
            "a client certificate with its key",
        ),
        (
            format!("token: {SECRET}, client-certificate-data: YQ==, client-key-data: YQ=="),
            "a client certificate with its key, and a bearer token of the kubeconfig",
        ),
    ] {
        told(HTTPS, &user, &[server, SYSTEM, &format!("user = {login}")]);
    }
}

#[test]
fn files_are_whole_paths() {
    told(
        "server: 'https://10.0.0.1', certificate-authority: ./pki/../ca.crt",
        "tokenFile: token, client-certificate: /c.crt, client-key: sub/c.key",
        &[
            "cluster.server = https://10.0.0.1",
            "cluster.certificate-authority = ~/kube/ca.crt",
            "user = a client certificate with its key, and a bearer token, read from a file again and again",
            "user.client-certificate = /c.crt",
            "user.client-key = ~/kube/sub/c.key",
            "user.tokenFile = ~/kube/token",
        ],
    );
}

#[test]
fn the_way_to_the_server() {
    told(
        &format!(
            "server: 'https://10.0.0.1/k8s/', insecure-skip-tls-verify: true, tls-server-name: k8s, proxy-url: 'http://joe:{SECRET}@proxy:3128'"
        ),
        "as: admin, as-uid: '7', as-groups: [a, \"b\\u202e\"], as-user-extra: {reason: [c, d]}",
        &[
            "cluster.server = https://10.0.0.1/k8s",
            "cluster.tls-server-name = k8s",
            "cluster.insecure-skip-tls-verify = the server's certificate is not checked",
            "cluster.proxy-url = http://proxy:3128, as joe with a password",
            "user = nothing: it has no credentials",
            "user.as = admin",
            "user.as-uid = 7",
            "user.as-groups[0] = a",
            "user.as-groups[1] = b⟨U+202E⟩",
            "user.as-user-extra[reason] = c, d",
        ],
    );
}

#[test]
fn a_program_with_all_it_is_given() {
    let extension = format!(
        "extensions: [{{extension: {{audience: a, token: {SECRET}}}, name: client.authentication.k8s.io/exec}}, {{name: other, extension: 1}}]"
    );
    told(
        &format!("{HTTPS}, {extension}"),
        &format!(
            "exec: {{{EXEC}, command: aws, args: [eks, get-token, --client-secret={SECRET}], provideClusterInfo: true, env: [{{name: AWS_PROFILE, value: dev}}, {{name: X_TOKEN, value: {SECRET}}}]}}"
        ),
        &[
            "cluster.server = https://10.0.0.1:6443",
            SYSTEM,
            "user = what a program prints: a bearer token or a client certificate",
            "user.exec.command = ~/bin/aws",
            "user.exec.args[0] = eks",
            "user.exec.args[1] = get-token",
            "user.exec.args[2] = --client-secret=(a secret of 18 characters)",
            "user.exec.env[AWS_PROFILE] = dev",
            "user.exec.env[X_TOKEN] = (a secret of 18 characters)",
            "user.exec.provideClusterInfo = the server's address, its authority and proxy, and {\"audience\":\"a\",\"token\":\"(a secret of 18 characters)\"}",
        ],
    );
}

#[test]
fn an_issuer_and_what_it_is_told() {
    told(
        HTTPS,
        &format!(
            "auth-provider: {{name: oidc, config: {{idp-issuer-url: 'https://idp.corp/realm', client-id: k8s, client-secret: {SECRET}, refresh-token: {SECRET}, id-token: {SECRET}, idp-certificate-authority: ca.crt}}}}"
        ),
        &[
            "cluster.server = https://10.0.0.1:6443",
            SYSTEM,
            "user = an ID token of an OIDC issuer",
            "user.auth-provider.config.idp-issuer-url = https://idp.corp/realm",
            "user.auth-provider.config.client-id = k8s, with a client secret, with a refresh token",
            "user.auth-provider.config.idp-certificate-authority = ~/kube/ca.crt",
        ],
    );
}

#[test]
fn a_change_of_a_masked_secret_is_a_change() {
    let place = Place::new();
    place.program("bin/aws");
    let plan = |value: &str| {
        let user = format!(
            "exec: {{{EXEC}, command: aws, args: [--password, {value}], env: [{{name: X_TOKEN, value: {value}}}]}}"
        );
        place.propose(HTTPS, &user).plan
    };
    assert_eq!(plan("abcdef").differences(&plan("abcdef")), []);
    assert_eq!(plan("abcdef").differences(&plan("ghijkl")).len(), 2);
}

#[test]
fn the_environments_proxy_is_told() {
    let place = Place::new();
    let around = Surroundings {
        https_proxy: Some(format!("http://joe:{SECRET}@proxy:3128")),
        no_proxy: Some("10.0.0.0/8".to_owned()),
        ..place.around()
    };
    let proxies = |server: &str, user: &str| -> Vec<String> {
        let proposal = place.open(server, user).propose("x", &around).unwrap();
        is_sound(&proposal);
        let facts = proposal.plan.facts.iter();
        facts
            .filter(|fact| fact.what == What::Proxy)
            .map(|fact| format!("{} = {}", fact.field, fact.value))
            .collect()
    };
    let environment = "environment.HTTPS_PROXY = http://proxy:3128, as joe with a password";
    assert_eq!(proxies("server: 'https://a.corp'", ""), [environment]);
    assert_eq!(proxies(HTTPS, ""), [""; 0]);
    let oidc = "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://idp.corp', client-id: a, id-token: i}}";
    assert_eq!(proxies(HTTPS, oidc), [environment]);
    assert_eq!(
        proxies("server: 'https://a.corp', proxy-url: 'socks5://p'", oidc),
        ["cluster.proxy-url = socks5://p:1080", environment]
    );
    let broken = Surroundings {
        https_proxy: Some("ftp://proxy".to_owned()),
        ..place.around()
    };
    let refused = place.open(HTTPS, "").propose("x", &broken).unwrap().refused;
    assert!(refused.unwrap().contains("HTTPS_PROXY"));
}
