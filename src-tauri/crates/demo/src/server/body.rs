//! Bodies of answers: whole, or piece by piece.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::sleep;

/// What is sent after the head of an answer.
pub(crate) enum Body {
    /// Known, or already sent.
    Whole(Option<Bytes>),
    /// Pieces until the sender is dropped; an error cuts the connection.
    Pieces(mpsc::Receiver<io::Result<Bytes>>),
}

impl Body {
    pub(crate) fn whole(bytes: Vec<u8>) -> Self {
        Self::Whole(Some(bytes.into()))
    }

    /// The same, so many bytes a second.
    pub(crate) fn paced(self, pace: u32) -> Self {
        let (sink, pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            match self {
                Self::Whole(bytes) => {
                    let bytes = bytes.unwrap_or_default();
                    trickle(&bytes, pace, &sink).await;
                }
                Self::Pieces(mut all) => {
                    while let Some(piece) = all.recv().await {
                        let goes_on = match piece {
                            Ok(bytes) => trickle(&bytes, pace, &sink).await,
                            Err(error) => sink.send(Err(error)).await.is_ok(),
                        };
                        if !goes_on {
                            return;
                        }
                    }
                }
            }
        });
        Self::Pieces(pieces)
    }
}

/// Sends bytes twenty times a second; false once nobody reads any more.
async fn trickle(bytes: &Bytes, pace: u32, sink: &mpsc::Sender<io::Result<Bytes>>) -> bool {
    let pace = pace.max(1);
    let piece = usize::try_from(pace / 20).map_or(1, |piece| piece.max(1));
    for part in bytes.chunks(piece) {
        let lasts = Duration::from_secs(1) * u32::try_from(part.len()).unwrap_or(1) / pace;
        sleep(lasts).await;
        if sink.send(Ok(Bytes::copy_from_slice(part))).await.is_err() {
            return false;
        }
    }
    true
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Pieces(pieces) => pieces
                .poll_recv(context)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

/// Services here never fail: what goes wrong is an answer.
pub(crate) type Never = Infallible;
