//! What looking reads, and what asks again afterwards.

use cluster::{ConnectError, Difference, Plan, What};

use super::{EXEC, HTTPS, Place, is_sound, mode};

/// SHA-256 of `abc`: FIPS 180-2, appendix B.1.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn digest(plan: &Plan, field: &str) -> Option<String> {
    let fact = plan.facts.iter().find(|fact| fact.field == field);
    fact.unwrap_or_else(|| panic!("{field} in {plan:?}"))
        .digest
        .clone()
}

#[test]
fn digests_come_with_looking_only() {
    let place = Place::new();
    let cluster = "server: 'https://10.0.0.1', certificate-authority: ca";
    let user = "tokenFile: token, client-certificate: c, client-key: k";
    for file in ["ca", "token", "c", "k"] {
        place.write(&format!("kube/{file}"), "abc");
    }
    let proposed = place.propose(cluster, user);
    let looked = place.look(cluster, user);
    is_sound(&looked);
    assert_eq!(looked.refused, None);
    for field in [
        "cluster.certificate-authority",
        "user.tokenFile",
        "user.client-certificate",
        "user.client-key",
    ] {
        assert_eq!(digest(&proposed.plan, field), None, "{field}");
        assert_eq!(digest(&looked.plan, field).as_deref(), Some(ABC), "{field}");
    }
    let program = place.program("bin/aws");
    std::fs::write(&program, "abc").unwrap();
    let looked = place.look(HTTPS, &format!("exec: {{{EXEC}, command: aws}}"));
    assert_eq!(
        digest(&looked.plan, "user.exec.command").as_deref(),
        Some(ABC)
    );
}

#[test]
fn a_plan_comes_from_the_text_alone() {
    let place = Place::new();
    // Nothing of this is there.
    let cluster = "server: 'https://nowhere.invalid', certificate-authority: /nowhere/ca, proxy-url: 'http://nowhere.invalid'";
    let proposal = place.propose(cluster, "client-certificate: c, client-key: k");
    assert_eq!(proposal.refused, None);
    let looked = place.look(cluster, "client-certificate: c, client-key: k");
    let why = looked.refused.unwrap();
    assert!(
        why.contains("certificate-authority (/nowhere/ca) does not exist"),
        "{why}"
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_quickly() {
    let place = Place::new();
    let pipe = place.at("kube/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", place.at("kube/zero")).unwrap();
    std::os::unix::fs::symlink("/proc/self/environ", place.at("kube/environ")).unwrap();
    place.write("kube/large", vec![b'x'; (1 << 20) + 1]);
    for (path, words) in [
        ("pipe", "is a pipe"),
        ("zero", "is a device"),
        ("environ", "is a view into the system"),
        ("large", "larger than 1048576 bytes"),
        (".", "is a folder"),
        ("missing", "does not exist"),
    ] {
        for (field, cluster, user) in [
            ("tokenFile", HTTPS.to_owned(), format!("tokenFile: {path}")),
            (
                "client-key",
                HTTPS.to_owned(),
                format!("client-certificate-data: YQ==, client-key: {path}"),
            ),
            (
                "certificate-authority",
                format!("server: 'https://a', certificate-authority: {path}"),
                String::new(),
            ),
            (
                "exec.command",
                HTTPS.to_owned(),
                format!("exec: {{{EXEC}, command: ./{path}}}"),
            ),
        ] {
            // A program may be as large as that.
            if field == "exec.command" && path == "large" {
                continue;
            }
            let why = place.look(&cluster, &user).refused.unwrap();
            assert!(why.contains(words) && why.contains(field), "{field}: {why}");
            let (opened, around) = (place.open(&cluster, &user), place.around());
            let plan = opened.propose("x", &around).unwrap().plan;
            let error = opened.target("x", &around, &plan).err();
            assert_eq!(error, Some(ConnectError::Broken(why)));
        }
    }
}

#[test]
fn only_what_was_agreed_to_gives_a_target() {
    let place = Place::new();
    let program = place.program("bin/aws");
    let around = place.around();
    let user = |argument: &str| format!("exec: {{{EXEC}, command: aws, args: [{argument}]}}");
    let opened = place.open(HTTPS, &user("a"));
    let Err(ConnectError::NotAgreed(all)) = opened.target("x", &around, &Plan::default()) else {
        panic!("nothing was agreed to");
    };
    assert!(
        all.iter()
            .all(|difference| matches!(difference, Difference::Added(_)))
    );
    // Agreed to without looking: the digests of now are what is remembered.
    let proposed = opened.propose("x", &around).unwrap().plan;
    let remembered = opened
        .target("x", &around, &proposed)
        .unwrap()
        .plan()
        .clone();
    assert!(digest(&remembered, "user.exec.command").is_some());
    assert_eq!(remembered.differences(&proposed), []);
    opened.target("x", &around, &remembered).unwrap();
    // The program is replaced.
    std::fs::write(&program, "another").unwrap();
    let Err(ConnectError::NotAgreed(changed)) = opened.target("x", &around, &remembered) else {
        panic!("another program runs");
    };
    assert!(
        matches!(&changed[..], [Difference::Changed { now, .. }] if now.what == What::Program),
        "{changed:?}"
    );
    // An argument is.
    let edited = place.open(HTTPS, &user("b"));
    let Err(ConnectError::NotAgreed(changed)) = edited.target("x", &around, &proposed) else {
        panic!("another argument is given");
    };
    assert!(
        matches!(&changed[..], [Difference::Changed { now, .. }] if now.field == "user.exec.args[0]"),
        "{changed:?}"
    );
    // Another program of that name comes first.
    place.program("first/aws");
    let around = cluster::Surroundings {
        path: std::env::join_paths([place.at("first"), place.at("bin")]).unwrap(),
        ..around
    };
    assert!(matches!(
        opened.target("x", &around, &proposed),
        Err(ConnectError::NotAgreed(_))
    ));
}

#[test]
fn a_new_token_in_its_file_asks_nothing() {
    let place = Place::new();
    place.write("kube/token", "one");
    let opened = place.open(HTTPS, "tokenFile: token");
    let agreed = opened.look("x", &place.around()).unwrap().plan;
    place.write("kube/token", "two");
    opened.target("x", &place.around(), &agreed).unwrap();
}

#[cfg(unix)]
#[test]
fn a_program_anyone_may_replace_is_pointed_out() {
    let place = Place::new();
    let program = place.program("bin/aws");
    let user = format!("exec: {{{EXEC}, command: aws}}");
    mode(&program, 0o757);
    let dangers = place.look(HTTPS, &user).dangers;
    assert!(
        dangers
            .iter()
            .any(|danger| danger.kind == cluster::DangerKind::ProgramBeside),
        "{dangers:?}"
    );
}
