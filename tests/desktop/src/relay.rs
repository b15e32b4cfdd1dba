//! A TCP relay in front of a server that can fall silent without closing anything, as a lost network does.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Forwards loopback connections to another loopback port.
pub struct Relay {
    port: u16,
    silent: Arc<AtomicBool>,
    links: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// Listens on a free port until the process ends.
    ///
    /// # Panics
    /// If no port is free.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let relay = Self {
            port,
            silent: Arc::default(),
            links: Arc::default(),
        };
        let (silent, links) = (relay.silent.clone(), relay.links.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // Either end may go at any time; that link is then over.
                let _ = link(&near, target, &silent, &links);
            }
        });
        relay
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether bytes stop, on links that stay open, old and new.
    pub fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    /// Closes every link.
    pub fn cut(&self) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in links.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn link(
    near: &TcpStream,
    target: u16,
    silent: &Arc<AtomicBool>,
    links: &Mutex<Vec<TcpStream>>,
) -> io::Result<()> {
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
    links
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend([near.try_clone()?, far.try_clone()?]);
    for (mut from, mut to) in [
        (near.try_clone()?, far.try_clone()?),
        (far, near.try_clone()?),
    ] {
        let silent = silent.clone();
        thread::spawn(move || {
            let mut bytes = [0; 16_384];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                while silent.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                }
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}
