//! Kubeconfigs that do not come as one file: pasted, of a folder, and how large they may be; kubectl's preferences.

use std::time::{Duration, Instant};

use cluster::{Access, KubeconfigError, Kuberc, Surroundings, in_folder, open, pasted};

use super::{HTTPS, Place, SECRET, config, mode};

#[test]
fn pasted_text_has_no_folder() {
    let name = "Pasted at 14:03";
    let opened = pasted(&config(HTTPS, "token: t"), name).unwrap();
    assert_eq!(opened.contexts[0].file.to_string_lossy(), name);
    assert_eq!(opened.contexts[0].access, Access::Token);
    let around = Surroundings::default();
    let plan = opened.propose("x", &around).unwrap().plan;
    opened.target("x", &around, &plan).unwrap();
    for (user, words) in [
        ("tokenFile: token", "tokenFile (token)"),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./a}",
            "exec.command (./a)",
        ),
    ] {
        let opened = pasted(&config(HTTPS, user), name).unwrap();
        assert!(
            matches!(&opened.contexts[0].access, Access::Broken(why) if why.contains(words) && why.contains("whole path")),
            "{:?}",
            opened.contexts[0].access
        );
    }
    let whole = pasted(&config(HTTPS, "tokenFile: /run/token"), name).unwrap();
    assert_eq!(whole.contexts[0].access, Access::TokenFile);
    for (text, words) in [
        (String::new(), "is empty"),
        ("x: 1".to_owned(), "is not a kubeconfig"),
        (
            format!("kind: Config\nusers: {SECRET}"),
            "the value of users",
        ),
        ("#".repeat((4 << 20) + 1), "larger than"),
    ] {
        let error = pasted(&text, name).unwrap_err().to_string();
        assert!(error.starts_with(name) && error.contains(words), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}

#[test]
fn a_folders_kubeconfigs() {
    let place = Place::new();
    let good = config(HTTPS, "token: t");
    for (name, text) in [
        ("f/a.yaml", good.as_str()),
        ("f/b.kubeconfig", &good),
        ("f/c.conf", &good),
        ("f/config", &good),
        ("f/kubeconfig-dev", &good),
        ("f/d.yml", "kind: Config\ncontexts: ["),
        ("f/broken.kubeconfig", "{"),
        ("f/values.yaml", "replicas: 3"),
        ("f/pod.yaml", "kind: Pod\napiVersion: v1"),
        ("f/template.yaml", "{{ if }}"),
        ("f/nginx.conf", "server { listen 80; }"),
        ("f/notes.txt", &good),
        ("f/sub/config", &good),
    ] {
        place.write(name, text);
    }
    std::fs::create_dir(place.at("f/folder.yaml")).unwrap();
    let listing = in_folder(&place.at("f"));
    let found: Vec<(String, bool)> = listing
        .opened
        .iter()
        .map(|(path, result)| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, result.is_ok())
        })
        .collect();
    let expected = [
        ("a.yaml", true),
        ("b.kubeconfig", true),
        ("broken.kubeconfig", false),
        ("c.conf", true),
        ("config", true),
        ("d.yml", false),
        ("kubeconfig-dev", true),
    ];
    assert_eq!(found, expected.map(|(name, good)| (name.to_owned(), good)),);
    assert_eq!(listing.left_out, "");
    for (path, words) in [
        (place.at("nowhere"), "no folder"),
        (place.at("f/config"), "not a folder"),
    ] {
        let listing = in_folder(&path);
        assert!(listing.opened.is_empty());
        assert!(listing.left_out.contains(words), "{}", listing.left_out);
    }
}

#[test]
fn a_folder_of_too_many_files_says_so() {
    let place = Place::new();
    let text = config(HTTPS, "");
    for number in 0..1_003 {
        place.write(&format!("f/{number:04}.yaml"), &text);
    }
    let listing = in_folder(&place.at("f"));
    assert_eq!(listing.opened.len(), 1_000);
    assert!(
        listing.left_out.starts_with("3 more files"),
        "{}",
        listing.left_out
    );
}

/// Five thousand contexts cost a few times what a thousand cost, not twenty-five times.
#[test]
fn thousands_of_contexts_are_listed_quickly() {
    let place = Place::new();
    let time = |count: usize| -> Duration {
        let mut text = format!(
            "kind: Config\nclusters: [{{name: c, cluster: {{{HTTPS}}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\ncontexts:\n"
        );
        for number in 0..count {
            text.push_str(&format!(
                "- {{name: context-{number}, context: {{cluster: c, user: u}}}}\n"
            ));
        }
        let path = place.write("kube/many", text);
        let fastest = (0..3).map(|_| {
            let start = Instant::now();
            assert_eq!(open(&path).unwrap().contexts.len(), count);
            start.elapsed()
        });
        fastest.min().unwrap()
    };
    let (some, many) = (time(1_000), time(5_000));
    println!("1,000 contexts: {some:?}, 5,000: {many:?}");
    assert!(many < some * 15, "{some:?}, then {many:?}");
}

#[cfg(unix)]
#[test]
fn files_that_others_may_change_are_told() {
    let place = Place::new();
    let path = place.write("kube/config", config(HTTPS, ""));
    assert_eq!(open(&path).unwrap().file_warnings, [""; 0]);
    mode(&path, 0o646);
    let warnings = open(&path).unwrap().file_warnings;
    assert!(
        matches!(&warnings[..], [one] if one.contains("Any account")),
        "{warnings:?}"
    );
}

#[test]
fn the_preferences_kubectl_reads() {
    const HEAD: &str = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";
    let place = Place::new();
    let other = place.at("other").display().to_string();
    let find = |variable: &str| {
        let variables = [("KUBERC".into(), variable.into())];
        Surroundings::of(Some(place.at("home")), None, variables).kuberc
    };
    assert_eq!(find(""), Kuberc::AllowAll);
    assert!(matches!(find(&other), Kuberc::Unreadable(why) if why.contains("does not exist")));
    place.write(
        "home/.kube/kuberc",
        format!("{HEAD}credentialPluginPolicy: DenyAll\n"),
    );
    place.write("other", HEAD);
    assert_eq!(find(""), Kuberc::DenyAll);
    assert_eq!(find("off"), Kuberc::AllowAll);
    assert_eq!(find(&other), Kuberc::AllowAll);
    let folder = place.at("home").display().to_string();
    assert!(matches!(find(&folder), Kuberc::Unreadable(why) if why.contains("is a folder")));
}

#[test]
fn a_file_of_fifty_megabytes_is_refused_at_once() {
    let place = Place::new();
    let path = place.write("kube/config", vec![b'#'; 50 << 20]);
    assert!(matches!(open(&path), Err(KubeconfigError::TooLarge { .. })));
}
