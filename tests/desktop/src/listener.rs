//! A server that nobody should talk to, and that would know.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Accepts connections, counts them and hangs up.
pub struct CountingListener {
    port: u16,
    count: Arc<AtomicUsize>,
}

impl Default for CountingListener {
    fn default() -> Self {
        Self::new()
    }
}

impl CountingListener {
    /// Listens on a free loopback port until the process ends.
    ///
    /// # Panics
    /// If no port is free.
    pub fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        thread::spawn(move || {
            for _ in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, count }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections so far.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}
