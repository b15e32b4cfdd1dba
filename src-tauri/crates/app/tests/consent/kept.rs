//! What was agreed to is kept where only this account can write, and believed only there.

use serde_json::{Value, json};
use wire::{ConsentList, ErrorCode, Notice, WireError};

use crate::world::{World, config, write};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_kept() {
    let world = World::new().await;
    world.write(&config(&world.server.url(), "s3cr3t-token"));
    world.connected().await;
    let text = std::fs::read_to_string(world.consents_file()).unwrap();
    assert!(text.contains(&world.server.url()));
    assert!(!text.contains("s3cr3t-token"));
    let list = world.consents().await;
    assert_eq!(list.problem, "");
    assert!(list.kept_in.ends_with("consents.json"));
    let [entry] = &list.entries[..] else {
        panic!("{list:?}");
    };
    assert_eq!(entry.name, "shop");
    assert_eq!(entry.server, world.server.url());
    assert!(entry.agreed.starts_with("today"), "{}", entry.agreed);
    assert!(!entry.sections.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_it_is_closed_and_asks_again() {
    let world = World::new().await;
    world.connected().await;
    let list = world.consents().await;
    let guessed = json!({"id": "guessed"});
    let same: ConsentList = world.ask("revoke_consent", guessed).await.unwrap();
    assert_eq!((same, world.clusters().await.len()), (list.clone(), 1));
    let id = json!({"id": list.entries[0].id});
    let list: ConsentList = world.ask("revoke_consent", id).await.unwrap();
    assert!(list.entries.is_empty());
    assert!(world.clusters().await.is_empty());
    let told = Notice::Cluster {
        cluster: "context-0".to_owned(),
    };
    assert!(world.host.notices.lock().unwrap().contains(&told));
    assert!(!world.question().await.again);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_while_it_connects_it_does_not() {
    let world = World::new().await;
    let question = world.question().await;
    world.server.silent(true);
    let (trusted, ()) = tokio::join!(world.trust(&question), async {
        crate::world::until("contact", || world.server.contacted() > 0).await;
        let list = world.consents().await;
        let id = json!({"id": list.entries[0].id});
        let _: ConsentList = world.ask("revoke_consent", id).await.unwrap();
        world.server.silent(false);
    });
    assert_eq!(trusted.unwrap(), wire::Connecting::Closed);
    assert!(world.clusters().await.is_empty());
    world.question().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_set_aside_and_told() {
    let mut world = World::new().await;
    world.connected().await;
    let text = std::fs::read_to_string(world.consents_file()).unwrap();
    write(&world.consents_file(), &text[..text.len() / 2]);
    world.restart();
    let list = world.consents().await;
    assert!(list.problem.contains("damaged"), "{}", list.problem);
    assert!(
        world
            .folder
            .path()
            .join("own/consents.json.damaged")
            .exists()
    );
    world.connected().await;
    assert_eq!(world.consents().await.entries.len(), 1);
    world.restart();
    assert_eq!(world.consents().await.problem, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_file_is_left_alone_and_nothing_of_it_counts() {
    let mut world = World::new().await;
    world.connected().await;
    let text = std::fs::read_to_string(world.consents_file()).unwrap();
    let mut newer: Value = serde_json::from_str(&text).unwrap();
    newer["version"] = json!(2);
    write(&world.consents_file(), &newer.to_string());
    world.restart();
    let list = world.consents().await;
    assert!(list.problem.contains("newer version"), "{}", list.problem);
    assert!(list.entries.is_empty());
    world.connected().await;
    let text = std::fs::read_to_string(world.consents_file()).unwrap();
    assert_eq!(text, newer.to_string());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn where_others_may_write_it_asks_again_and_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = World::new().await;
    world.connected().await;
    let set = |path: std::path::PathBuf, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let own = world.folder.path().join("own");
    for (path, open, closed) in [(world.consents_file(), 0o602, 0o600), (own, 0o707, 0o700)] {
        set(path.clone(), open);
        world.restart();
        assert!(!world.question().await.again);
        let list = world.consents().await;
        assert!(list.problem.contains("other accounts"), "{}", list.problem);
        assert!(list.entries.is_empty());
        set(path, closed);
        world.restart();
        assert_eq!(world.consents().await.entries.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pasted_counts_until_the_program_ends() {
    let mut world = World::new().await;
    let text = config(&world.server.url(), "pasted-token");
    world.write("kind: Config\ncontexts: []\nclusters: []\n");
    let paste = json!({ "text": text });
    world.ask::<()>("paste_kubeconfig", &paste).await.unwrap();
    let info = world.connected().await;
    world.disconnect(&info).await;
    crate::world::cluster(world.connect().await.unwrap());
    assert_eq!(world.consents().await.entries[0].file, "pasted text");
    for file in std::fs::read_dir(world.folder.path().join("own"))
        .into_iter()
        .flatten()
    {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(
            !text.contains("127.0.0.1") && !text.contains("pasted-token"),
            "{text}"
        );
    }
    world.restart();
    assert!(world.start().await.contexts.is_empty());
    world.ask::<()>("paste_kubeconfig", &paste).await.unwrap();
    assert!(!world.question().await.again);
    let wrong = world.ask::<()>("paste_kubeconfig", json!({"text": "a: ["}));
    let error: WireError = wrong.await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Malformed);
}
