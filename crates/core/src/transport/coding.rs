//! Content codings (RFC 9110, section 8.4): responses that arrive compressed are read as what they hold.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use http_body::Frame;

use crate::transport::body::ResponseBody;
use crate::transport::{Phase, TransportError, TransportErrorKind};

/// The most codings that are undone one after the other.
const MAX_CODINGS: usize = 3;
/// How much is inflated at a time, in bytes. Deflate makes at most about a thousand times as much of it.
const STEP: usize = 1024;
/// Past this many bytes a body may be at most so many times as large as its coded form: more is an attack on memory or
/// disk. Real documents and music stay far below.
const WIDEST: (u64, u64) = (64 * 1024 * 1024, 200);

/// Marks a response that arrived coded: its validators and lengths are not those of what is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coded;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
}

/// A coding that cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown(pub(crate) String);

/// The response with every coding of its body undone, and without the headers that described the coded form. A coding
/// that is not known ([`left`]) leaves it as it is.
pub(crate) fn decoded(response: Response<ResponseBody>) -> Response<ResponseBody> {
    let codings = codings(response.headers()).unwrap_or_default();
    if codings.is_empty() {
        return response;
    }
    let (mut parts, mut body) = response.into_parts();
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(Coded);
    for coding in codings.into_iter().rev() {
        body = ResponseBody::new(Inflated::new(body, coding));
    }
    Response::from_parts(parts, body)
}

/// The coding of a response that cannot be undone.
pub(crate) fn left(headers: &HeaderMap) -> Option<Unknown> {
    codings(headers).err()
}

/// The codings of a response in the order in which they were applied.
fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, Unknown> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in String::from_utf8_lossy(value.as_bytes()).split(',') {
            let name = name.trim().to_ascii_lowercase();
            match name.as_str() {
                "" | "identity" => {}
                "gzip" | "x-gzip" if codings.len() < MAX_CODINGS => codings.push(Coding::Gzip),
                "deflate" if codings.len() < MAX_CODINGS => codings.push(Coding::Deflate),
                _ => return Err(Unknown(name.chars().take(40).collect())),
            }
        }
    }
    Ok(codings)
}

/// What is wrong with a coded form.
enum Wrong {
    /// It is something else.
    Foreign,
    /// It is damaged, or ends in the middle.
    Damaged,
    /// It is so much larger than its coded form that it is no document and no music.
    Bomb,
}

/// A body without one coding.
struct Inflated {
    body: ResponseBody,
    coding: Coding,
    /// Made when the first byte is here, which tells what it has to read.
    state: Option<Decompress>,
    /// The coded form is whole, as far as it has come.
    whole: bool,
    input: Bytes,
    read: u64,
    wrote: u64,
}

impl Inflated {
    fn new(body: ResponseBody, coding: Coding) -> Self {
        // Nothing at all is no coded form and whole: a response to HEAD, a 204.
        Self { body, coding, state: None, whole: true, input: Bytes::new(), read: 0, wrote: 0 }
    }

    /// Inflates a piece of what has arrived.
    fn step(&mut self) -> Result<Vec<u8>, Wrong> {
        let mut piece = &self.input[..self.input.len().min(STEP)];
        if self.whole && self.state.is_some() {
            // Another member may follow (RFC 1952, section 2.2); anything else behind the end is no part of the body.
            if self.coding != Coding::Gzip || piece[0] != 0x1F {
                self.input.clear();
                return Ok(Vec::new());
            }
            self.state = None;
        }
        let (coding, first) = (self.coding, piece[0]);
        if self.state.is_none() && coding == Coding::Gzip && first != 0x1F {
            return Err(Wrong::Foreign);
        }
        let state = self.state.get_or_insert_with(|| match coding {
            Coding::Gzip => Decompress::new_gzip(15),
            // Some servers send deflate without the zlib header that this coding has (RFC 9110, section 8.4.1.2).
            Coding::Deflate => Decompress::new(first & 0x8F == 0x08),
        });
        self.whole = false;
        let mut output = Vec::new();
        loop {
            output.reserve(4 * STEP);
            let (read, wrote) = (state.total_in(), state.total_out());
            let status = state
                .decompress_vec(piece, &mut output, FlushDecompress::None)
                .map_err(|_| Wrong::Damaged)?;
            let read = state.total_in() - read;
            piece = &piece[usize::try_from(read).unwrap_or(piece.len())..];
            self.whole = status == Status::StreamEnd;
            // Out of input there may still be output that had no room.
            if self.whole || read == 0 && state.total_out() == wrote {
                break;
            }
        }
        // What is left unread of a piece stands behind the end of a member.
        let left = if self.whole { piece.len() } else { 0 };
        let used = self.input.len().min(STEP) - left;
        self.read += used as u64;
        self.wrote += output.len() as u64;
        let _ = self.input.split_to(used);
        let bomb = self.wrote > WIDEST.0 && self.wrote / WIDEST.1 > self.read;
        if bomb { Err(Wrong::Bomb) } else { Ok(output) }
    }

    /// Ends the body with this error.
    fn fail(&mut self, wrong: &Wrong) -> TransportError {
        let Self { coding, read, wrote, .. } = self;
        let message = match wrong {
            Wrong::Foreign => format!("it is not {coding}, as its Content-Encoding says"),
            Wrong::Damaged => format!("its {coding} is damaged or ends in the middle, after {read} bytes"),
            Wrong::Bomb => {
                format!(
                    "{read} bytes of {coding} inflate to {wrote} and more, over {} times as many",
                    WIDEST.1
                )
            }
        };
        self.input.clear();
        (self.state, self.whole) = (None, true);
        TransportError::new(Phase::ReadingBody, TransportErrorKind::Coding, io::Error::other(message))
    }
}

impl http_body::Body for Inflated {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        loop {
            if this.input.is_empty() {
                match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                    Some(Ok(frame)) => this.input = frame.into_data().unwrap_or_default(),
                    None if !this.whole => return Poll::Ready(Some(Err(this.fail(&Wrong::Damaged)))),
                    end => return Poll::Ready(end),
                }
                continue;
            }
            match this.step() {
                Ok(piece) if piece.is_empty() => {}
                Ok(piece) => return Poll::Ready(Some(Ok(Frame::data(piece.into())))),
                Err(wrong) => return Poll::Ready(Some(Err(this.fail(&wrong)))),
            }
        }
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        })
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is coded as {:?}, which was not asked for and cannot be undone", self.0)
    }
}
