//! Connecting can be stopped wherever it is, and leaves nothing behind.

use std::sync::atomic::Ordering;

use serde_json::json;
use wire::{Connecting, ErrorCode, WireError};

use crate::world::{World, ask, cluster, until};

impl World {
    /// Connects in the background.
    fn connecting(&self, context: &str) -> tokio::task::JoinHandle<Result<Connecting, WireError>> {
        let (app, context) = (self.app.clone(), context.to_owned());
        tokio::spawn(async move { ask(&app, "connect", json!({"context": context})).await })
    }

    async fn cancel(&self, context: &str) {
        let context = json!({"context": context});
        self.ask::<()>("cancel_connect", context).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_surroundings_are_known() {
    let world = World::with(|host| host.surroundings.shut()).await;
    let context = world.context().await;
    let connecting = world.connecting(&context);
    until("the way", || {
        world.host.surroundings.came.load(Ordering::SeqCst) > 0
    })
    .await;
    while !connecting.is_finished() {
        // The way may not have begun when it is stopped the first time.
        world.cancel(&context).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(connecting.await.unwrap().unwrap(), Connecting::Closed);
    world.host.surroundings.open();
    world.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_weighed() {
    let world = World::new().await;
    let context = world.context().await;
    world.host.random.shut();
    let connecting = world.connecting(&context);
    until("weighing", || {
        world.host.random.came.load(Ordering::SeqCst) > 0
    })
    .await;
    world.cancel(&context).await;
    assert_eq!(connecting.await.unwrap().unwrap(), Connecting::Closed);
    world.host.random.open();
    let question = world.question().await;

    world.host.random.shut();
    let came = world.host.random.came.load(Ordering::SeqCst);
    let (trusted, ()) = tokio::join!(world.trust(&question), async {
        let weighing = || world.host.random.came.load(Ordering::SeqCst) > came;
        until("weighing", weighing).await;
        world.cancel(&context).await;
    });
    assert_eq!(trusted.unwrap(), Connecting::Closed);
    world.host.random.open();
    assert!(world.consents().await.entries.is_empty());
    assert_eq!(world.server.contacted(), 0);
    world.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_asks() {
    let world = World::new().await;
    let question = world.question().await;
    world.cancel(&question.context).await;
    let gone = world.trust(&question).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Gone);
    assert_eq!(world.server.contacted(), 0);
    assert_ne!(world.question().await.id, question.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_silent() {
    let world = World::new().await;
    let question = world.question().await;
    world.server.silent(true);
    let context = question.context.clone();
    let (trusted, ()) = tokio::join!(world.trust(&question), async {
        until("contact", || world.server.contacted() > 0).await;
        world.cancel(&context).await;
    });
    assert_eq!(trusted.unwrap(), Connecting::Closed);
    until("the end of the link", || {
        world.server.open.load(Ordering::SeqCst) == 0
    })
    .await;
    assert!(world.clusters().await.is_empty());
    // The person did agree.
    assert_eq!(world.consents().await.entries.len(), 1);
    world.server.silent(false);
    let info = cluster(world.connect().await.unwrap());
    // What is connected stays so.
    world.cancel(&context).await;
    assert_eq!(world.clusters().await, [info]);
    world.cancel("guessed").await;
}
