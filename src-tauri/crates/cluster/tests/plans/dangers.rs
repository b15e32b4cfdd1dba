//! What is pointed out, and what is refused.

use cluster::DangerKind::{
    self, CodeInjection, ForeignSecret, Lookalike, Metadata, MixedFiles, NotEncrypted, NotVerified,
    OwnAuthority, ProgramBeside, Redirection, Shell,
};
use cluster::{ConnectError, Kuberc, Source, Surroundings};

use super::{EXEC, HTTPS, Place, config, is_sound, kinds};

fn points_out(place: &Place, cluster: &str, user: &str, expected: &[(DangerKind, &str)]) {
    let proposal = place.propose(cluster, user);
    is_sound(&proposal);
    assert_eq!(kinds(&proposal), expected, "{cluster} / {user}");
}

#[test]
fn servers_and_proxies() {
    const SERVER: &str = "cluster.server";
    let place = Place::new();
    for (cluster, expected) in [
        (HTTPS, &[][..]),
        ("server: 'http://10.0.0.1'", &[(NotEncrypted, SERVER)]),
        (
            "server: 'https://10.0.0.1', insecure-skip-tls-verify: true",
            &[(NotVerified, "cluster.insecure-skip-tls-verify")],
        ),
        ("server: 'https://169.254.169.254'", &[(Metadata, SERVER)]),
        (
            "server: 'http://0xA9FEA9FE'",
            &[(NotEncrypted, SERVER), (Metadata, SERVER)],
        ),
        ("server: 'https://[fd00:ec2::254]'", &[(Metadata, SERVER)]),
        (
            "server: 'https://metadata.google.internal'",
            &[(Metadata, SERVER)],
        ),
        (
            "server: 'https://xn--80ak6aa92e.com'",
            &[(Lookalike, SERVER)],
        ),
        (
            "server: 'https://a', tls-server-name: xn--80ak6aa92e.com",
            &[(Lookalike, "cluster.tls-server-name")],
        ),
        (
            "server: 'https://a', proxy-url: 'http://169.254.169.254:80'",
            &[(Metadata, "cluster.proxy-url")],
        ),
        (
            "server: 'https://a', proxy-url: 'http://xn--80ak6aa92e.com'",
            &[(Lookalike, "cluster.proxy-url")],
        ),
        (
            "server: 'https://k8s.example.com', certificate-authority: ca.crt",
            &[(OwnAuthority, "cluster.certificate-authority")],
        ),
        ("server: 'https://k8s.example.com'", &[]),
        (
            "server: 'https://k8s.lan', certificate-authority: ca.crt",
            &[],
        ),
        (
            "server: 'https://x.gr7.eu-west-1.eks.amazonaws.com', certificate-authority: ca.crt",
            &[],
        ),
    ] {
        points_out(&place, cluster, "", expected);
    }
    let oidc = "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://169.254.169.254', client-id: a, id-token: i}}";
    points_out(
        &place,
        HTTPS,
        oidc,
        &[(Metadata, "user.auth-provider.config.idp-issuer-url")],
    );
}

#[test]
fn files() {
    let place = Place::new();
    let home = place.at("home").display().to_string();
    for (cluster, user, expected) in [
        (HTTPS, "tokenFile: token".to_owned(), &[][..]),
        (
            HTTPS,
            format!("tokenFile: {home}/.aws/credentials"),
            &[(ForeignSecret, "user.tokenFile")],
        ),
        (
            HTTPS,
            "tokenFile: ../home/.ssh/id_ed25519".to_owned(),
            &[(ForeignSecret, "user.tokenFile")],
        ),
        (
            HTTPS,
            "client-certificate: c, client-key: /etc/shadow".to_owned(),
            &[(ForeignSecret, "user.client-key")],
        ),
        (
            "server: 'https://a', certificate-authority: /root/.gnupg/x",
            String::new(),
            &[(ForeignSecret, "cluster.certificate-authority")],
        ),
        (
            HTTPS,
            "tokenFile: /data/tоken".to_owned(),
            &[(Lookalike, "user.tokenFile")],
        ),
    ] {
        points_out(&place, cluster, &user, expected);
    }
}

#[test]
fn programs() {
    const COMMAND: &str = "user.exec.command";
    let place = Place::new();
    for name in ["aws", "sh", "python3.12", "kubelogin"] {
        place.program(&format!("bin/{name}"));
    }
    for (command, more, expected) in [
        ("aws", "", &[][..]),
        ("sh", ", args: ['-c', 'curl x']", &[(Shell, COMMAND)]),
        ("python3.12", "", &[(Shell, COMMAND)]),
        ("./kubelogin", "", &[(ProgramBeside, COMMAND)]),
        ("sub/kubelogin", "", &[(ProgramBeside, COMMAND)]),
        ("/usr/bin/python3", "", &[(Shell, COMMAND)]),
        ("/usr/bin/аws", "", &[(Lookalike, COMMAND)]),
        (
            "aws",
            ", args: [eks, --endpoint-url, 'https://x']",
            &[(Redirection, "user.exec.args[1]")],
        ),
        (
            "aws",
            ", env: [{name: LD_PRELOAD, value: /x.so}, {name: AWS_PROFILE, value: a}]",
            &[(CodeInjection, "user.exec.env[LD_PRELOAD]")],
        ),
        (
            "aws",
            ", env: [{name: PATH, value: /x}, {name: https_proxy, value: 'http://x'}]",
            &[
                (CodeInjection, "user.exec.env[PATH]"),
                (Redirection, "user.exec.env[https_proxy]"),
            ],
        ),
    ] {
        let user = format!("exec: {{{EXEC}, command: {command}{more}}}");
        let proposal = place.propose(HTTPS, &user);
        is_sound(&proposal);
        // The test's own folder is one for anyone's files.
        let found: Vec<_> = kinds(&proposal)
            .into_iter()
            .filter(|danger| !is_of_the_test(&proposal, danger, expected))
            .collect();
        assert_eq!(found, expected, "{user}");
    }
}

/// Programs of these tests lie in the folder for temporary files, which is pointed out as such.
fn is_of_the_test(
    proposal: &cluster::Proposal,
    danger: &(DangerKind, &str),
    expected: &[(DangerKind, &str)],
) -> bool {
    danger.0 == ProgramBeside
        && !expected.contains(danger)
        && proposal
            .dangers
            .iter()
            .any(|own| own.kind == ProgramBeside && own.why.contains("folder for downloads"))
}

#[test]
fn server_and_credentials_of_different_files() {
    let place = Place::new();
    let first = place.write("kube/a", config(HTTPS, ""));
    let second = place.write(
        "kube/b",
        "kind: Config\nusers: [{name: v, user: {token: t}}]\ncontexts: [{name: y, context: {cluster: c, user: v}}]\n",
    );
    let opened = Source::Environment(vec![first, second]).open().unwrap();
    let proposal = opened.propose("y", &place.around()).unwrap();
    is_sound(&proposal);
    assert_eq!(kinds(&proposal), [(MixedFiles, "cluster.server")]);
}

#[test]
fn kubectls_policy_on_programs_is_obeyed() {
    let place = Place::new();
    let aws = place.program("bin/aws").display().to_string();
    let opened = place.open(HTTPS, &format!("exec: {{{EXEC}, command: aws}}"));
    let list = |names: &[&str]| Kuberc::Allowlist(names.iter().map(|&name| name.into()).collect());
    for (kuberc, words) in [
        (Kuberc::AllowAll, ""),
        (Kuberc::DenyAll, "credentialPluginPolicy: DenyAll"),
        (list(&["aws"]), ""),
        (list(&["other", &aws]), ""),
        (
            list(&["other", "/usr/bin/aws", "bin/aws"]),
            "credentialPluginAllowlist",
        ),
        (
            Kuberc::Unreadable("It is damaged.".to_owned()),
            "It is damaged.",
        ),
    ] {
        let around = Surroundings {
            kuberc: kuberc.clone(),
            ..place.around()
        };
        let proposal = opened.propose("x", &around).unwrap();
        let refused = proposal.refused.unwrap_or_default();
        assert_eq!(
            refused.is_empty(),
            words.is_empty(),
            "{kuberc:?}: {refused}"
        );
        assert!(refused.contains(words), "{refused}");
        match opened.target("x", &around, &proposal.plan) {
            Ok(_) => assert!(words.is_empty(), "{kuberc:?}"),
            Err(ConnectError::Broken(why)) => assert!(!words.is_empty() && why == refused, "{why}"),
            Err(other) => panic!("{other:?}"),
        }
        // Only programs are meant.
        let token = place.at("kube/token");
        let plain = cluster::open(&place.write("kube/plain", config(HTTPS, "token: t"))).unwrap();
        assert_eq!(
            plain.propose("x", &around).unwrap().refused,
            None,
            "{token:?}"
        );
    }
}

#[test]
fn a_program_that_is_not_there_says_how_to_get_it() {
    let place = Place::new();
    let refused = |command: &str| {
        let user = format!("exec: {{{EXEC}, command: {command}, installHint: \"run\\u001b me\"}}");
        place.propose(HTTPS, &user).refused
    };
    let why = refused("kubelogin").unwrap();
    assert!(
        why.contains("kubelogin is not installed") && why.contains("run⟨U+001B⟩ me"),
        "{why}"
    );
    // A path is not looked at before somebody says so.
    assert_eq!(refused("/nowhere/kubelogin"), None);
}
