//! A link as slow as a laptop's: so many bits a second in each direction, so long a round trip.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What one write carries at most: about ten packets.
const PIECE: usize = 16 << 10;
/// How far a sender may run ahead of the link before it is held back.
const QUEUE: Duration = Duration::from_millis(20);

/// A relay for TCP links, which all share its bandwidth. Dropping it stops accepting.
#[derive(Debug)]
pub struct SlowLink {
    address: SocketAddr,
    down: Arc<Lane>,
    up: Arc<Lane>,
    accepting: tokio::task::JoinHandle<()>,
}

/// One direction.
#[derive(Debug)]
struct Lane {
    bytes_per_second: u64,
    delay: Duration,
    /// When everything accepted so far has left.
    free: Mutex<Instant>,
    carried: AtomicU64,
}

impl SlowLink {
    /// Listens on loopback for `upstream`.
    pub async fn before(
        upstream: SocketAddr,
        bits_per_second: u64,
        round_trip: Duration,
    ) -> std::io::Result<Self> {
        let lane = || {
            Arc::new(Lane {
                bytes_per_second: (bits_per_second / 8).max(1),
                delay: round_trip / 2,
                free: Mutex::new(Instant::now()),
                carried: AtomicU64::new(0),
            })
        };
        let (down, up) = (lane(), lane());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let lanes = (Arc::clone(&down), Arc::clone(&up));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (down, up) = (Arc::clone(&lanes.0), Arc::clone(&lanes.1));
                tokio::spawn(async move {
                    // The handshake of a real link takes a round trip of its own.
                    tokio::time::sleep(up.delay * 2).await;
                    let Ok(server) = TcpStream::connect(upstream).await else {
                        return;
                    };
                    let _ = (client.set_nodelay(true), server.set_nodelay(true));
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::join!(
                        up.carry(from_client, to_server),
                        down.carry(from_server, to_client)
                    );
                });
            }
        });
        Ok(Self {
            address,
            down,
            up,
            accepting,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes carried towards the client and towards the server so far, TLS included.
    pub fn carried(&self) -> (u64, u64) {
        let bytes = |lane: &Lane| lane.carried.load(Ordering::Relaxed);
        (bytes(&self.down), bytes(&self.up))
    }
}

impl Drop for SlowLink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Lane {
    /// Carries bytes until the sender ends, then ends the receiver's side.
    async fn carry(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let (send, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
        let read = async move {
            let mut piece = vec![0; PIECE];
            while let Ok(length) = from.read(&mut piece).await {
                if length == 0 {
                    break;
                }
                let left = self.leave(length);
                if send
                    .send((left + self.delay, piece[..length].to_vec()))
                    .await
                    .is_err()
                {
                    break;
                }
                tokio::time::sleep_until(left.checked_sub(QUEUE).unwrap_or(left)).await;
            }
        };
        let write = async {
            while let Some((at, piece)) = due.recv().await {
                tokio::time::sleep_until(at).await;
                if to.write_all(&piece).await.is_err() {
                    return;
                }
            }
            let _ = to.shutdown().await;
        };
        tokio::join!(read, write);
    }

    /// When the last of `length` bytes handed in now has left, behind all that were before.
    fn leave(&self, length: usize) -> Instant {
        self.carried.fetch_add(length as u64, Ordering::Relaxed);
        let micros = length as u64 * 1_000_000 / self.bytes_per_second;
        let mut free = self.free.lock().unwrap();
        *free = (*free).max(Instant::now()) + Duration::from_micros(micros);
        *free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An echo of `length` bytes behind a link of 8 Mbit/s and a round trip of 40 ms.
    async fn echo(length: usize) -> Duration {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let link = SlowLink::before(
            server.local_addr().unwrap(),
            8_000_000,
            Duration::from_millis(40),
        )
        .await
        .unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = server.accept().await.unwrap();
            let (mut read, mut write) = stream.split();
            tokio::io::copy(&mut read, &mut write).await.unwrap();
        });
        let mut client = TcpStream::connect(link.address()).await.unwrap();
        client.write_all(&[1]).await.unwrap();
        client.read_exact(&mut [0]).await.unwrap();
        let start = Instant::now();
        let (mut read, mut write) = client.split();
        let (sent, mut back) = (vec![7; length], vec![0; length]);
        let (written, returned) = tokio::join!(write.write_all(&sent), read.read_exact(&mut back));
        written.unwrap();
        returned.unwrap();
        assert_eq!(sent, back);
        let (down, up) = link.carried();
        assert_eq!((down, up), (length as u64 + 1, length as u64 + 1));
        start.elapsed()
    }

    #[tokio::test]
    async fn a_byte_takes_the_round_trip() {
        let took = echo(1).await.as_millis();
        assert!((40..150).contains(&took), "{took} ms");
    }

    #[tokio::test]
    async fn many_bytes_take_the_bandwidth() {
        // 500 kB up and down at 1 MB/s, both directions at once.
        let took = echo(500_000).await.as_millis();
        assert!((500..1200).contains(&took), "{took} ms");
    }
}
