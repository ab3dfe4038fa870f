//! The body of a request: read once, counted and hashed on the way.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::StatusCode;
use http_body::Body as _;
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::connection_fault::ConnectionFault;
use super::mutex::Mutex;
use super::recording::MAX_BODY;
use super::response::Response;
use super::spool::{Spool, SpoolWriter};

/// Size and hash of a request body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BodyTally {
    /// Bytes that were read.
    pub length: u64,
    /// SHA-256 of these bytes, in lower-case hexadecimal; empty until the body was read.
    pub sha256: String,
    /// Whether that was the whole body.
    pub complete: bool,
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// The client went away, broke the framing, or a fault cut the connection.
    #[error("the body did not arrive")]
    Broken,
    /// More than the host takes.
    #[error("the body is longer than {0} bytes")]
    TooLong(u64),
    /// A body that says it is multipart and cannot be read as such.
    #[error("the multipart body is malformed: {0}")]
    Multipart(String),
    /// The sandbox could not store it.
    #[error("the body could not be stored: {0}")]
    Store(#[from] std::io::Error),
}

impl BodyError {
    /// The status of a plain-text response, for hosts without an error form of their own.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Broken | Self::Multipart(_) => StatusCode::BAD_REQUEST,
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Store(_) => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

impl From<BodyError> for Response {
    fn from(error: BodyError) -> Self {
        Self::new(error.status(), "text/plain", error.to_string())
    }
}

/// A request's body; counted and hashed as it is read.
pub(crate) struct RequestBody {
    source: Source,
    tally: Arc<Mutex<Tally>>,
    /// Reset the connection once this many bytes were read.
    cut: Option<(u64, Arc<ConnectionFault>)>,
    /// Refuse to read more than this many bytes.
    limit: u64,
}

enum Source {
    Socket(Incoming),
    Stored { spool: Spool, position: u64 },
}

/// What was read so far.
#[derive(Default)]
pub(crate) struct Tally {
    length: u64,
    hash: Sha256,
    /// What was read, while requests are recorded; `None` when it is more than a recording keeps.
    copy: Option<Vec<u8>>,
    started: bool,
    complete: bool,
}

impl Tally {
    pub(crate) fn finish(&self) -> BodyTally {
        let hash = self.hash.clone().finalize();
        let sha256 = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        BodyTally { length: self.length, sha256, complete: self.complete }
    }

    /// All that was read, if it was recorded.
    pub(super) fn copy(&self) -> Option<Vec<u8>> {
        self.copy.clone()
    }

    fn read(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.hash.update(bytes);
        if let Some(copy) = &mut self.copy {
            copy.extend_from_slice(bytes);
        }
        if self.length > MAX_BODY as u64 {
            self.copy = None;
        }
    }
}

impl RequestBody {
    pub(crate) fn incoming(body: Incoming) -> Self {
        Self { source: Source::Socket(body), tally: Arc::default(), cut: None, limit: u64::MAX }
    }

    pub(crate) fn stored(spool: Spool) -> Self {
        let source = Source::Stored { spool, position: 0 };
        Self { source, tally: Arc::default(), cut: None, limit: u64::MAX }
    }

    pub(crate) fn cut_after(&mut self, bytes: u64, connection: Arc<ConnectionFault>) {
        self.cut = Some((bytes, connection));
    }

    /// Reading more than this many bytes fails with [`BodyError::TooLong`].
    pub(crate) fn limit(&mut self, bytes: u64) {
        self.limit = bytes;
    }

    pub(crate) fn tally(&self) -> Arc<Mutex<Tally>> {
        Arc::clone(&self.tally)
    }

    /// Keeps what is read from now on.
    pub(super) fn record(&mut self) {
        self.tally.lock().copy = Some(Vec::new());
    }

    /// Whether any of it was asked for.
    pub(crate) fn started(&self) -> bool {
        self.tally.lock().started
    }

    /// Whether all of it was read, or there was none.
    pub(crate) fn is_complete(&mut self) -> bool {
        if let Source::Socket(body) = &self.source
            && body.is_end_stream()
        {
            self.tally.lock().complete = true;
        }
        self.tally.lock().complete
    }

    /// The length that the client announced; `None` for a chunked body.
    pub(crate) fn announced(&self) -> Option<u64> {
        match &self.source {
            Source::Socket(body) => body.size_hint().exact(),
            Source::Stored { spool, .. } => Some(spool.len()),
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, BodyError> {
        poll_fn(|context| self.poll_piece(context)).await
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BodyError>> {
        let read = {
            let mut tally = self.tally.lock();
            tally.started = true;
            tally.length
        };
        if let Some((limit, connection)) = &self.cut
            && read >= *limit
        {
            connection.reset_now();
            return Poll::Ready(Err(BodyError::Broken));
        }
        if read > self.limit {
            return Poll::Ready(Err(BodyError::TooLong(self.limit)));
        }
        let piece = match &mut self.source {
            Source::Socket(body) => loop {
                match ready!(Pin::new(&mut *body).poll_frame(context)) {
                    None => break None,
                    Some(Err(_)) => return Poll::Ready(Err(BodyError::Broken)),
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            break Some(data);
                        }
                    }
                }
            },
            Source::Stored { spool, position } => {
                let bytes = spool.read_at(*position, 64 * 1024)?;
                *position += bytes.len() as u64;
                (!bytes.is_empty()).then_some(bytes)
            }
        };
        let mut tally = self.tally.lock();
        match &piece {
            Some(bytes) => tally.read(bytes),
            None => tally.complete = true,
        }
        Poll::Ready(Ok(piece))
    }

    /// The whole body, if it is at most `limit` bytes.
    pub(crate) async fn bytes(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece().await? {
            if bytes.len() + piece.len() > limit {
                return Err(BodyError::TooLong(limit as u64));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// The whole body, of any size.
    pub(crate) async fn spool(&mut self) -> Result<Spool, BodyError> {
        let mut writer = SpoolWriter::default();
        while let Some(piece) = self.piece().await? {
            writer.write(&piece)?;
        }
        Ok(writer.finish())
    }

    /// Reads on and forgets what comes, up to `limit` bytes.
    pub(crate) async fn drain(&mut self, limit: u64) {
        // What is not kept may be as long as it likes.
        self.limit = u64::MAX;
        let end = self.tally.lock().length.saturating_add(limit);
        while !self.is_complete() && self.tally.lock().length < end {
            if !matches!(self.piece().await, Ok(Some(_))) {
                break;
            }
        }
    }
}

impl Stream for RequestBody {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_piece(context).map(Result::transpose)
    }
}
