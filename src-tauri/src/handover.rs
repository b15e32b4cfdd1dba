//! One window for one config folder: a later start hands its files to the one that runs, and ends.
//!
//! Whoever holds the lock is first; the kernel frees it however the holder ends. The first binds the socket beside it at
//! once and answers when its window is there, so starts that come in between wait in the socket's queue. A start goes only
//! when the first said that it has the files; without that word it tries again, and is first itself once the lock is free.
//! No session bus takes part.

mod message;
mod place;

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use message::Request;
pub(crate) use place::Place;

/// How long a start waits for a window that is slow to open, before it opens one of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(40);
/// How long a start that hands over may keep the others waiting.
const READING: Duration = Duration::from_secs(2);
/// The answer to a request whose files are open.
const TAKEN: u8 = b'+';

/// How a start stands to the others.
pub(crate) enum Claim {
    /// It is the first: it opens the window.
    First(Door),
    /// Another has its files.
    Handed,
}

/// Where later starts knock. The lock is held as long as this, or what serves it, lives.
pub(crate) struct Door {
    listener: UnixListener,
    lock: File,
}

/// Makes this start the first, or hands `request` to the first.
///
/// # Errors
/// If the place cannot be used, or the first does not answer within `patience`. The caller then opens a window of its own.
pub(crate) fn claim(place: &Place, request: &Request, patience: Duration) -> io::Result<Claim> {
    let begun = Instant::now();
    loop {
        if let Some(lock) = place.try_lock_for_good()? {
            let listener = place.bind()?;
            return Ok(Claim::First(Door { listener, lock }));
        }
        let left = patience.saturating_sub(begun.elapsed());
        match hand(place, request, left.max(PAUSE)) {
            Ok(()) => return Ok(Claim::Handed),
            // Not bound yet, or about to end.
            Err(_) if !left.is_zero() => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
}

fn hand(place: &Place, request: &Request, limit: Duration) -> io::Result<()> {
    let mut stream = place.connect()?;
    place::is_ours(&stream)?;
    stream.set_write_timeout(Some(limit))?;
    stream.set_read_timeout(Some(limit))?;
    stream.write_all(&request.encode())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    if answer == [TAKEN] {
        Ok(())
    } else {
        Err(io::Error::other("the window that is open gave no sense"))
    }
}

impl Door {
    /// Before the process begins again: others leave it the first place meanwhile.
    ///
    /// # Errors
    /// If that cannot be written. Then another may become the first, which is no harm.
    pub(crate) fn keep(&self) -> io::Result<()> {
        place::keep(&self.lock)
    }

    /// From now on, in a thread of its own, gives each request to `take`, which says whether the files are open: not when
    /// the window is about to go.
    pub(crate) fn serve(self, take: impl Fn(Request) -> bool + Send + 'static) {
        thread::spawn(move || {
            // The whole of it: the lock is held for as long as somebody may knock.
            let door = self;
            for stream in door.listener.incoming() {
                // Whoever was not answered tries again.
                if let Err(error) = stream.and_then(|stream| answer(stream, &take)) {
                    tracing::warn!(%error, "a start could not hand over its files");
                    thread::sleep(PAUSE);
                }
            }
        });
    }
}

fn answer(mut stream: UnixStream, take: impl Fn(Request) -> bool) -> io::Result<()> {
    place::is_ours(&stream)?;
    stream.set_read_timeout(Some(READING))?;
    let mut bytes = Vec::new();
    (&mut stream).take(message::LIMIT).read_to_end(&mut bytes)?;
    let request = Request::decode(&bytes)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not understood"))?;
    if take(request) {
        stream.write_all(&[TAKEN])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
