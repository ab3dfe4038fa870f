//! Request bodies that know their length and can be opened again for another attempt.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future as _;
use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::BoxFuture;
use crate::request::file::File;
use crate::request::form::FormPairs;
use crate::request::progress::{Meter, OnProgress};
use crate::time::{Clock, SystemClock};

mod waiting;

pub use waiting::OnContinue;

use waiting::Waiting;

/// How much is read from a source at a time, in bytes: large enough that file reads do not dominate, small enough that
/// memory stays flat.
const CHUNK: usize = 128 * 1024;

/// A buffer with less room than this is left for a new one, in bytes.
const SMALL: usize = 16 * 1024;

/// Where the bytes of a large body come from.
pub trait Source: Send + Sync + 'static {
    /// The exact number of bytes that a reader yields.
    fn len(&self) -> u64;

    /// True if there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether [`open`](Source::open) works more than once. A source that cannot makes the call single-shot.
    fn reopenable(&self) -> bool;

    /// A reader at the first byte.
    fn open(&self) -> BoxFuture<'_, io::Result<Reader>>;
}

/// An open source.
pub type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// A request body: nothing, bytes, or sources, in sequence.
#[derive(Clone, Default)]
#[doc(alias("upload", "stream"))]
pub struct Body {
    pieces: Vec<Piece>,
    form: Option<FormPairs>,
}

#[derive(Clone)]
enum Piece {
    Bytes(Bytes),
    Source(Arc<dyn Source>),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn empty() -> Self {
        Self { pieces: Vec::new(), form: None }
    }

    /// A form as `application/x-www-form-urlencoded`. The pairs are kept, because OAuth 1.0a signs them.
    #[must_use]
    pub fn form(pairs: FormPairs) -> Self {
        let bytes = Bytes::from(pairs.to_form());
        Self { form: Some(pairs), ..Self::from(bytes) }
    }

    /// The content of a file. It is opened anew for each attempt and must keep its length meanwhile.
    ///
    /// # Errors
    /// If there is no such file or it cannot be looked at.
    pub async fn file(path: impl Into<PathBuf>) -> io::Result<Self> {
        Ok(Self::source(File::find(path.into()).await?))
    }

    /// Exactly `length` bytes from `reader`: a reader with fewer, or seen to have more, fails the call. It can be read
    /// only once, so the call is never repeated after it began.
    pub fn reader(reader: impl AsyncRead + Send + 'static, length: u64) -> Self {
        Self::source(Once { reader: Mutex::new(Some(Box::pin(reader))), length })
    }

    /// The bytes of a source of your own.
    pub fn source(source: impl Source) -> Self {
        Self { pieces: vec![Piece::Source(Arc::new(source))], form: None }
    }

    /// Puts `other` behind this body.
    pub fn push(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
        self.form = None;
    }

    /// The exact length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// True if there is not one byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the body can be sent again from its first byte.
    #[must_use]
    pub fn reopenable(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Bytes(_) => true,
            Piece::Source(source) => source.reopenable(),
        })
    }

    /// The pairs of a form body.
    #[must_use]
    pub fn form_pairs(&self) -> Option<&FormPairs> {
        self.form.as_ref()
    }

    /// The pieces as bytes where they are in memory; a source is told by its length.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn peek(&self) -> impl Iterator<Item = Result<&Bytes, u64>> {
        self.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => Ok(bytes),
            Piece::Source(source) => Err(source.len()),
        })
    }

    /// Opens every piece for one attempt.
    pub(crate) async fn open(
        &self,
        clock: Arc<dyn Clock>,
        progress: Option<OnProgress>,
        attempt: u32,
    ) -> io::Result<(RequestBody, Arc<Activity>)> {
        let mut pieces = VecDeque::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            pieces.push_back(match piece {
                Piece::Bytes(bytes) => OpenPiece::Bytes(bytes.clone()),
                Piece::Source(source) => {
                    let (reader, left) = (source.open().await?, source.len());
                    OpenPiece::Reader { reader, left, buffer: BytesMut::new() }
                }
            });
        }
        let left = self.len();
        let activity = Arc::new(Activity::new(clock, left));
        let meter = Meter::new(progress, Some(left), attempt);
        let body = RequestBody { pieces, left, meter, activity: Arc::clone(&activity), waiting: None };
        Ok((body, activity))
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Source(source) => source.len(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        let pieces = if bytes.is_empty() { Vec::new() } else { vec![Piece::Bytes(bytes)] };
        Self { pieces, form: None }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl fmt::Debug for Body {
    // Bodies carry passwords and private music: only their size is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}

struct Once {
    reader: Mutex<Option<Reader>>,
    length: u64,
}

impl Source for Once {
    fn len(&self) -> u64 {
        self.length
    }

    fn reopenable(&self) -> bool {
        false
    }

    fn open(&self) -> BoxFuture<'_, io::Result<Reader>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async { reader.ok_or_else(|| io::Error::other("this body can be read only once")) })
    }
}

/// A body opened for one attempt: what a [`Transport`](crate::transport::Transport) sends. Yields exactly the announced length or
/// an error, never less in silence.
pub struct RequestBody {
    pieces: VecDeque<OpenPiece>,
    left: u64,
    meter: Meter,
    activity: Arc<Activity>,
    waiting: Option<Waiting>,
}

enum OpenPiece {
    Bytes(Bytes),
    Reader {
        reader: Reader,
        left: u64,
        /// Kept while the reader has nothing, and never cleared.
        buffer: BytesMut,
    },
}

impl RequestBody {
    /// A body of these bytes, for a transport that reads a request whole and sends it through another transport.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let left = bytes.len() as u64;
        Self {
            pieces: VecDeque::from([OpenPiece::Bytes(bytes)]),
            left,
            meter: Meter::new(None, Some(left), 1),
            activity: Arc::new(Activity::new(Arc::new(SystemClock), left)),
            waiting: None,
        }
    }

    /// For the transport to tell when the request has its connection.
    #[must_use]
    pub fn on_connected(&self) -> OnConnected {
        OnConnected(Arc::clone(&self.activity))
    }

    /// Holds the body back until the transport [tells](OnContinue) that the service asks for it, or `patience` is over.
    pub(crate) fn wait_to_be_asked(&mut self, patience: BoxFuture<'static, ()>) {
        self.waiting = Some(Waiting::new(patience));
    }

    /// For the transport to tell when `100 Continue` arrives; `None` if the body does not wait for it.
    #[must_use]
    pub fn on_continue(&self) -> Option<OnContinue> {
        self.waiting.as_ref().map(Waiting::on_continue)
    }

    fn yielded(&mut self, chunk: Bytes) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let count = chunk.len() as u64;
        self.left = self.left.saturating_sub(count);
        self.activity.moved(self.left == 0);
        self.meter.add(count);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if let Some(waiting) = &mut this.waiting {
            ready!(waiting.poll(cx));
            this.waiting = None;
        }
        if this.left > 0 && this.activity.lock().abandoned {
            return Poll::Ready(Some(Err(io::Error::other(
                "the request was refused before all of it was sent",
            ))));
        }
        loop {
            let chunk = match this.pieces.front_mut() {
                None => return Poll::Ready(None),
                Some(OpenPiece::Bytes(bytes)) if bytes.is_empty() => None,
                Some(OpenPiece::Bytes(bytes)) => Some(bytes.split_to(bytes.len().min(CHUNK))),
                Some(OpenPiece::Reader { left: 0, .. }) => None,
                Some(OpenPiece::Reader { reader, left, buffer }) => {
                    // One byte more than announced, where that is in sight: a file that has grown is no longer the one
                    // that was announced.
                    let room = usize::try_from(*left)
                        .map_or(CHUNK, |left| if left > CHUNK { CHUNK } else { left + 1 });
                    let least = if *left <= CHUNK as u64 { room } else { SMALL };
                    if buffer.capacity() < least {
                        buffer.reserve(room);
                    }
                    let room = room.min(buffer.capacity());
                    let mut target = (&mut *buffer).limit(room);
                    let read = ready!(pin!(reader.read_buf(&mut target)).poll(cx))?;
                    if read as u64 > *left {
                        let message = "the source is longer than its announced length";
                        return Poll::Ready(Some(Err(io::Error::other(message))));
                    }
                    if read == 0 {
                        let message = format!("the source ended {left} bytes before its announced length");
                        return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, message))));
                    }
                    *left -= read as u64;
                    Some(buffer.split().freeze())
                }
            };
            match chunk {
                Some(chunk) => return this.yielded(chunk),
                None => drop(this.pieces.pop_front()),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestBody({} bytes left)", self.left)
    }
}

/// Where an exchange stands and since when: what tells a slow upload from a dead one.
#[derive(Debug)]
pub(crate) struct Activity {
    clock: Arc<dyn Clock>,
    state: Mutex<Since>,
}

#[derive(Debug)]
struct Since {
    stage: Stage,
    last: Instant,
    /// How long the body has to be, and when its first byte was taken.
    length: u64,
    began: Option<Instant>,
    /// The response is there and refuses the request: the rest of the body is of no use.
    abandoned: bool,
    /// Who wants to know of another stage: another deadline begins with it.
    waker: Option<Waker>,
}

/// What an exchange is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A connection; or, with a transport that does not tell, perhaps the response already.
    Connecting { empty: bool },
    /// The transport taking more of the body.
    Sending,
    /// The response. What the transport took last may still be under way in the buffers of both systems, for so long.
    Sent { draining: Duration },
}

/// As much as hides in buffers between the transport and a peer, in bytes: both systems' default maxima and some more.
const BUFFERED: u64 = 16 * 1024 * 1024;

impl Activity {
    fn new(clock: Arc<dyn Clock>, length: u64) -> Self {
        let (last, stage) = (clock.now(), Stage::Connecting { empty: length == 0 });
        Self {
            clock,
            state: Mutex::new(Since { stage, last, length, began: None, abandoned: false, waker: None }),
        }
    }

    fn connected(&self) {
        if let Stage::Connecting { empty } = self.now().0 {
            let draining = Duration::ZERO;
            self.reach(if empty { Stage::Sent { draining } } else { Stage::Sending });
        }
    }

    fn moved(&self, finished: bool) {
        let now = self.clock.now();
        let mut state = self.lock();
        let began = *state.began.get_or_insert(now);
        // Buffers take in a moment what a slow line then needs as long for as for the same amount before.
        let share = BUFFERED.min(state.length) as f64 / state.length.max(1) as f64;
        drop(state);
        let draining = now.saturating_duration_since(began).mul_f64(share);
        self.reach(if finished { Stage::Sent { draining } } else { Stage::Sending });
    }

    fn reach(&self, stage: Stage) {
        let now = self.clock.now();
        let mut state = self.lock();
        state.last = now;
        if state.stage != stage {
            state.stage = stage;
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
        }
    }

    /// Ends the body, should it not be sent yet.
    pub(crate) fn abandon(&self) {
        self.lock().abandoned = true;
    }

    pub(crate) fn now(&self) -> (Stage, Instant) {
        let state = self.lock();
        (state.stage, state.last)
    }

    /// Resolves when the exchange is no longer at `stage`.
    pub(crate) fn poll_left(&self, stage: Stage, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.stage != stage {
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Since> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the client that the request has its connection. A [`Transport`](crate::transport::Transport) that does not tell is given
/// the time for connecting and for the response together.
#[derive(Clone, Debug)]
pub struct OnConnected(Arc<Activity>);

impl OnConnected {
    /// The connection is there; the first byte can go out.
    pub fn tell(&self) {
        self.0.connected();
    }
}
