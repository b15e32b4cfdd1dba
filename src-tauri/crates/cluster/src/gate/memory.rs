//! Links to a server inside this program, which has no address.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;

use super::links::Hop;

/// Makes streams to a server that speaks HTTP/1.1 at their other end.
pub trait Dial: Send + Sync {
    /// A new stream. Fails like a connection that is refused.
    fn dial(&self) -> io::Result<DuplexStream>;

    /// What the server's clock shows, Unix ms; `None` where it is this computer's.
    fn now_ms(&self) -> Option<i64> {
        None
    }
}

/// Bytes to a server, wherever it is.
pub(crate) enum Link {
    /// Through the network; encrypted once where the proxy is.
    Network(Box<Hop>),
    /// In memory.
    Memory(TokioIo<DuplexStream>),
}

impl Read for Link {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(hop) => Pin::new(&mut **hop).poll_read(context, buffer),
            Self::Memory(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl Write for Link {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Network(hop) => Pin::new(&mut **hop).poll_write(context, bytes),
            Self::Memory(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(hop) => Pin::new(&mut **hop).poll_flush(context),
            Self::Memory(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(hop) => Pin::new(&mut **hop).poll_shutdown(context),
            Self::Memory(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Network(hop) => hop.is_write_vectored(),
            Self::Memory(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Network(hop) => Pin::new(&mut **hop).poll_write_vectored(context, parts),
            Self::Memory(stream) => Pin::new(stream).poll_write_vectored(context, parts),
        }
    }
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        match self {
            Self::Network(hop) => hop.connected(),
            Self::Memory(_) => Connected::new(),
        }
    }
}
