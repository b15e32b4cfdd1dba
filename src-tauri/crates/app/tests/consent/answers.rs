//! Each question is answered once, whole, and by its own id.

use serde_json::json;
use wire::{Connecting, ErrorCode};

use crate::world::{World, asks, cluster, dangers};

#[tokio::test(flavor = "multi_thread")]
async fn asked_once_and_contacted_only_after_that() {
    let mut world = World::new().await;
    let question = world.question().await;
    assert!(!question.again && !question.looked);
    assert_eq!(question.name, "shop");
    assert_eq!(question.refused, "");
    assert_eq!(question.sections[0].title, "Connects to");
    assert_eq!(question.sections[0].items[0].value, world.server.url());
    assert!(!question.dangers.is_empty(), "it is not encrypted");
    let looked = asks(world.answer(&question, "look", &[]).await.unwrap());
    assert!(looked.looked);
    assert_ne!(looked.id, question.id);
    assert_eq!(world.server.contacted(), 0);

    let info = cluster(world.trust(&looked).await.unwrap());
    assert_eq!(info.version, "v1.36.3");
    assert!(world.server.contacted() > 0);
    assert_eq!(cluster(world.connect().await.unwrap()), info);
    world.disconnect(&info).await;
    cluster(world.connect().await.unwrap());
    world.restart();
    cluster(world.connect().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_danger_leaves_the_question_as_it_is() {
    let world = World::new().await;
    let question = world.question().await;
    for confirmed in [vec![], vec!["guessed".to_owned()]] {
        let again = world.answer(&question, "trust", &confirmed).await.unwrap();
        assert_eq!(asks(again), question);
    }
    assert_eq!(world.server.contacted(), 0);
    assert!(world.consents().await.entries.is_empty());
    cluster(world.trust(&question).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_or_guessed_question_is_none() {
    let world = World::new().await;
    let question = world.question().await;
    let mut guessed = question.clone();
    guessed.id = "00000000000000000000000000000000".to_owned();
    let gone = world.trust(&guessed).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Gone);

    let refused = world.answer(&question, "refuse", &[]).await.unwrap();
    assert_eq!(refused, Connecting::Closed);
    let gone = world.trust(&question).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Gone);
    let question = world.question().await;
    cluster(world.trust(&question).await.unwrap());
    for answer in ["trust", "look", "refuse"] {
        let confirmed = dangers(&question);
        let gone = world.answer(&question, answer, &confirmed).await;
        assert_eq!(gone.unwrap_err().code, ErrorCode::Gone);
    }
    assert_eq!(world.clusters().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_connect_share_a_way() {
    let world = World::with(|host| host.surroundings.shut()).await;
    let context = world.context().await;
    let connect = || world.ask::<Connecting>("connect", json!({"context": context}));
    let (one, other, ()) = tokio::join!(connect(), connect(), async {
        tokio::task::yield_now().await;
        world.host.surroundings.open();
    });
    let question = asks(one.unwrap());
    assert_eq!(asks(other.unwrap()), question);
    // Asked again, it is still that question.
    assert_eq!(asks(connect().await.unwrap()), question);
    let confirmed = dangers(&question);
    let (one, other) = tokio::join!(
        world.answer(&question, "trust", &confirmed),
        world.answer(&question, "trust", &confirmed)
    );
    let trusted = [one, other];
    let refused = trusted.iter().filter(|outcome| outcome.is_err()).count();
    assert_eq!(refused, 1, "{trusted:?}");
    assert_eq!(world.clusters().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_such_context_and_what_is_broken_are_told_at_once() {
    let world = World::new().await;
    for context in ["99", "", "-1", "a", "0 ", "context-0"] {
        let ask = json!({"context": context});
        let error = world.ask::<Connecting>("connect", ask).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Gone, "{context:?}");
    }
    world.write(&crate::world::config("ftp://127.0.0.1", "t"));
    let error = world.connect().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Malformed);
}
