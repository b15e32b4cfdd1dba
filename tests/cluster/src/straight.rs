//! A connection of its own, as the administrator.

use std::path::Path;

use cluster::{Connection, Surroundings};

/// Connects the administrator's context of a kubeconfig, agreeing to what it proposes.
pub async fn straight(kubeconfig: &Path) -> Connection {
    let opened = cluster::open(kubeconfig).unwrap();
    let around = Surroundings::default();
    let agreed = opened.propose("admin", &around).unwrap().plan;
    let target = opened.target("admin", &around, &agreed).unwrap();
    Connection::open(target).await.unwrap().0
}
