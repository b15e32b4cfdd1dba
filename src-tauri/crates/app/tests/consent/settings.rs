//! A context's own settings, and when it was used.

use serde_json::json;
use wire::{ErrorCode, Notice};

use crate::world::{World, cluster, until};

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_and_shown_at_once() {
    let mut world = World::new().await;
    let info = world.connected().await;
    assert_eq!(info.name, "shop");
    assert!((1..=8).contains(&info.colour));
    let set = json!({"context": info.context,
        "settings": {"colour": 5, "title": "Web Shop", "namespace": "team-a"}});
    world.ask::<()>("set_context", &set).await.unwrap();
    let described = &world.clusters().await[0];
    assert_eq!(
        (
            described.name.as_str(),
            described.initials.as_str(),
            described.colour
        ),
        ("Web Shop", "WS", 5)
    );
    let wrong = json!({"context": info.context,
        "settings": {"colour": 9, "title": "", "namespace": ""}});
    let error = world.ask::<()>("set_context", &wrong).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Malformed);

    world.restart();
    let entry = world.start().await.contexts.remove(0);
    assert_eq!(entry.settings.title, "Web Shop");
    let info = cluster(world.connect().await.unwrap());
    assert_eq!(
        (info.name.as_str(), info.namespace.as_str()),
        ("Web Shop", "team-a")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_when_a_context_was_used() {
    let world = World::new().await;
    let entry = world.start().await.contexts.remove(0);
    assert_eq!((entry.last_used.as_str(), entry.last_used_ms), ("", 0));
    let question = world.question().await;
    world.host.notices.lock().unwrap().clear();
    cluster(world.trust(&question).await.unwrap());
    until("the notice", || {
        world.host.notices.lock().unwrap().contains(&Notice::Start)
    })
    .await;
    let entry = world.start().await.contexts.remove(0);
    assert!(entry.last_used.starts_with("today "), "{}", entry.last_used);
    assert!(entry.last_used_ms > 0);
}
