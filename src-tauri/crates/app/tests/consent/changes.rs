//! A change of what would happen asks again and shows the difference; anything else does not.

use serde_json::{Value, json};
use wire::{ConsentChange, ErrorCode};

use crate::world::{Server, World, asks, changes, cluster, config, with_user, write};

#[tokio::test(flavor = "multi_thread")]
async fn another_server_asks_with_the_difference() {
    let world = World::new().await;
    let info = world.connected().await;
    let other = Server::start().await;
    world.write(&config(&other.url(), "t"));
    let question = world.question().await;
    assert!(question.again);
    let before = ConsentChange::Changed {
        before: world.server.url(),
        before_digest: String::new(),
    };
    assert_eq!(changes(&question), [("Server".to_owned(), before)]);
    assert_eq!(other.contacted(), 0);
    // What is connected stays so, under the context's former id.
    assert_eq!(world.clusters().await, std::slice::from_ref(&info));
    assert_ne!(question.context, info.context);
    cluster(world.trust(&question).await.unwrap());
    assert!(other.contacted() > 0);
    // Back again, that was agreed to once, but something else since.
    world.write(&config(&world.server.url(), "t"));
    world.disconnect(&info).await;
    assert!(world.question().await.again);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_token_or_namespace_does_not_ask() {
    let world = World::new().await;
    let info = world.connected().await;
    world.disconnect(&info).await;
    let mut text = config(&world.server.url(), "another");
    world.write(&text);
    let info = cluster(world.connect().await.unwrap());
    world.disconnect(&info).await;
    text = text.replace(r#""user":"u""#, r#""namespace":"n","user":"u""#);
    world.write(&text);
    assert_eq!(cluster(world.connect().await.unwrap()).namespace, "n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_void_once_its_entry_is_another() {
    let world = World::new().await;
    let question = world.question().await;
    let other = Server::start().await;
    world.write(&config(&other.url(), "t"));
    world.start().await;
    let next = asks(world.trust(&question).await.unwrap());
    assert_ne!(next.id, question.id);
    assert_ne!(next.context, question.context);
    assert_eq!(next.sections[0].items[0].value, other.url());
    assert_eq!(changes(&next).len(), 1);
    assert_eq!((world.server.contacted(), other.contacted()), (0, 0));
    let gone = world.trust(&question).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Gone);
    cluster(world.trust(&next).await.unwrap());

    // Nothing stands there any more.
    let world = World::new().await;
    let question = world.question().await;
    world.write("kind: Config\ncontexts: []\nclusters: []\n");
    world.start().await;
    let gone = world.trust(&question).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Gone);
}

#[cfg(unix)]
fn plugin(world: &World, text: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = world.folder.path().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("plugin");
    write(&path, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
fn exec(world: &World, arguments: &[&str]) -> String {
    let exec: Value = json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "plugin", "args": arguments,
        "interactiveMode": "Never",
    }});
    with_user(&world.server.url(), &exec)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn looking_reads_the_program_and_runs_nothing() {
    let world = World::new().await;
    let marker = world.folder.path().join("ran");
    let run = format!("#!/bin/sh\ntouch {}\n", marker.display());
    let path = plugin(&world, &run);
    world.write(&exec(&world, &["get-token"]));
    let question = world.question().await;
    let runs = |question: &wire::Question| {
        let mut sections = question.sections.iter();
        sections
            .find(|one| one.title == "Runs")
            .unwrap()
            .items
            .clone()
    };
    let before = runs(&question);
    assert_eq!(before[0].value, path.display().to_string());
    assert_eq!(before[0].digest, "");
    assert_eq!(before[1].value, "get-token");
    let looked = asks(world.answer(&question, "look", &[]).await.unwrap());
    let digest = runs(&looked)[0].digest.clone();
    assert_eq!(digest.len(), 64);

    // Replaced between the look and the answer.
    plugin(&world, &format!("{run}# other\n"));
    let again = asks(world.trust(&looked).await.unwrap());
    assert!(again.looked);
    assert_ne!(runs(&again)[0].digest, digest);
    let changed = ConsentChange::Changed {
        before: path.display().to_string(),
        before_digest: digest,
    };
    assert_eq!(changes(&again), [("Program".to_owned(), changed)]);
    assert!(!marker.exists(), "it was run");
    assert_eq!(world.server.contacted(), 0);
    assert!(world.consents().await.entries.is_empty());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn another_content_of_an_authority_asks_with_its_digests() {
    let world = World::new().await;
    let authority = world.folder.path().join("ca.pem");
    let authority_of = |name: &str| {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        made.cert.pem()
    };
    write(&authority, &authority_of("one"));
    // Nothing listens there: what was agreed to is remembered all the same.
    let cluster = json!({"server": "https://127.0.0.1:1", "certificate-authority": authority});
    let mut text: Value = serde_json::from_str(&config("https://127.0.0.1:1", "t")).unwrap();
    text["clusters"][0]["cluster"] = cluster;
    world.write(&text.to_string());
    let question = world.question().await;
    world.trust(&question).await.unwrap_err();
    assert_eq!(world.consents().await.entries.len(), 1);
    let error = world.connect().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unreachable, "{error:?}");

    write(&authority, &authority_of("other"));
    let question = world.question().await;
    assert!(question.again && question.looked);
    let changes = changes(&question);
    let [(label, ConsentChange::Changed { before_digest, .. })] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(label, "Vouched for by");
    assert_eq!(before_digest.len(), 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_cannot_be_trusted() {
    let world = World::new().await;
    let user = json!({"tokenFile": world.folder.path().join("absent")});
    world.write(&with_user(&world.server.url(), &user));
    let question = world.question().await;
    let again = asks(world.trust(&question).await.unwrap());
    assert!(again.refused.contains("tokenFile"), "{}", again.refused);
    let still = asks(world.trust(&again).await.unwrap());
    assert_eq!(still, again);
    assert_eq!(world.server.contacted(), 0);
}
