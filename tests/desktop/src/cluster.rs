//! The one control plane that all tests of a process share.

use std::sync::{LazyLock, Once};
use std::thread;
use std::time::{Duration, Instant};

use control_plane::shop::Shop;
use control_plane::{Autoscaling, ControlPlane, Options};

/// The control plane, started at its first use; it ends with the process. Each test works in a namespace of its own.
///
/// # Panics
/// If it does not start.
pub fn cluster() -> &'static ControlPlane {
    static CLUSTER: LazyLock<ControlPlane> = LazyLock::new(|| {
        let options = Options {
            autoscaling: Autoscaling::quick(),
            ..Options::default()
        };
        ControlPlane::start(&options).expect("a control plane")
    });
    &CLUSTER
}

/// A namespace of that name, ready for pods.
///
/// # Panics
/// If it cannot be made.
pub fn namespace(name: &str) -> &str {
    cluster().create_namespace(name).expect("a namespace");
    name
}

/// The namespace `shop` with one of each interesting state, under a load that changes from now on.
///
/// # Panics
/// If it cannot be made.
pub fn workload_in_motion() -> &'static str {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut shop = Shop::open(cluster()).expect("the shop opens");
        thread::spawn(move || {
            let start = Instant::now();
            loop {
                // The API server is away while a test has stopped it.
                let _ = shop.step(start.elapsed());
                thread::sleep(Duration::from_secs(1));
            }
        });
    });
    control_plane::shop::NAMESPACE
}
