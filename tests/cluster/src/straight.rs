//! A connection of its own, as the administrator.

use std::path::Path;

use cluster::Connection;

/// Connects the administrator's context of a kubeconfig.
pub async fn straight(kubeconfig: &Path) -> Connection {
    let opened = cluster::open(kubeconfig).unwrap();
    let target = opened.target("admin").unwrap();
    Connection::open(target).await.unwrap().0
}
