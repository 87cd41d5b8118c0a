//! Whoever ordered a synthesis: gets an answer when it is paid, or hears the audio while it is made.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use tokio::sync::{mpsc, oneshot};

use super::order::Done;
use crate::errors::ApiError;

/// What comes of an order.
#[derive(Debug)]
pub(crate) enum Reply {
    /// All of it.
    Done(Done),
    /// The audio as it is spoken.
    Audio(Listening),
}

/// The caller, as the work sees it.
#[derive(Debug)]
pub(super) struct Caller {
    /// Until there is a reply. The other end is the request's future.
    answer: Option<oneshot::Sender<Result<Reply, ApiError>>>,
    listens: bool,
    /// Once there is something to hear. The other end is the answer's body. What waits in it is kept
    /// until the end in any case, for the file.
    audio: Option<mpsc::UnboundedSender<Result<Bytes, CutOff>>>,
}

/// The body of an answer that is spoken while it is sent. It ends only when the synthesis is stored
/// and paid for; otherwise it breaks off, which every client notices.
#[derive(Debug)]
pub(crate) struct Listening(mpsc::UnboundedReceiver<Result<Bytes, CutOff>>);

/// Why a body breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the synthesis failed in the middle; nothing was charged")]
pub(crate) struct CutOff;

impl Caller {
    /// A caller and what he waits for.
    pub(super) fn new(listens: bool) -> (Self, oneshot::Receiver<Result<Reply, ApiError>>) {
        let (answer, wait) = oneshot::channel();
        (Self { answer: Some(answer), listens, audio: None }, wait)
    }

    /// Waits until he hangs up. Whoever has heard a part cannot hang up any more: it is done, kept and
    /// paid for to the end, or audio could be had for nothing.
    pub(super) async fn hung_up(&mut self) {
        match &mut self.answer {
            Some(answer) => answer.closed().await,
            None => std::future::pending().await,
        }
    }

    /// Lets him hear a piece, if that is what he wants.
    pub(super) fn hear(&mut self, audio: &[u8]) {
        if !self.listens || audio.is_empty() {
            return;
        }
        if let Some(answer) = self.answer.take() {
            let (pieces, body) = mpsc::unbounded_channel();
            self.audio = Some(pieces);
            if answer.send(Ok(Reply::Audio(Listening(body)))).is_err() {
                tracing::debug!("a caller hung up when the audio began");
            }
        }
        if let Some(pieces) = &self.audio {
            let _ = pieces.send(Ok(Bytes::copy_from_slice(audio)));
        }
    }

    /// Tells him how it ended.
    pub(super) fn end(self, result: Result<Done, ApiError>) {
        if let Some(answer) = self.answer {
            if answer.send(result.map(Reply::Done)).is_err() {
                tracing::debug!("a caller hung up before the synthesis ended");
            }
        } else if let (Some(pieces), Err(error)) = (self.audio, result) {
            tracing::warn!(%error, "a synthesis failed after its audio had begun");
            let _ = pieces.send(Err(CutOff));
        }
    }
}

impl HttpBody for Listening {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let piece = self.get_mut().0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
