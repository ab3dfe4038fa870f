//! Where XML events come from: a slice that is held whole, or a stream that is not.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

use encoding_rs::Decoder;

use super::encoding::{Encoding, MARK, convert};
use crate::error::{Error, Limit, Position};
use crate::options::Limits;

/// A sequence of XML events that knows where it is.
pub(crate) trait XmlSource {
    /// The next event.
    fn event(&mut self) -> Result<Event<'_>, Error>;
    /// Where the latest event began.
    fn position(&self) -> Position;
    /// Bytes before the latest event.
    fn offset(&self) -> u64;
}

/// Events of text that is held whole; places are only worked out when they are asked for.
pub(crate) struct SliceSource<'a> {
    /// Without its byte-order mark.
    text: &'a [u8],
    /// How long the mark was.
    mark: u64,
    reader: Reader<&'a [u8]>,
    start: u64,
    token: u64,
}

impl<'a> SliceSource<'a> {
    /// Events of UTF-8 text.
    pub(crate) fn new(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let text = bytes.strip_prefix(MARK).unwrap_or(bytes);
        let mark = (bytes.len() - text.len()) as u64;
        if bytes.len() as u64 > limits.bytes {
            let at = place(text, mark, limits.bytes.saturating_sub(mark));
            return Err(Error::Limit { at: Some(at), limit: Limit::Bytes, allowed: limits.bytes });
        }
        if let Some((at, code)) = control(text) {
            return Err(Error::Character { at: place(text, mark, at as u64), code });
        }
        let mut reader = Reader::from_reader(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { text, mark, reader, start: 0, token: limits.token as u64 })
    }

    #[cold]
    fn too_long(&self) -> Error {
        Error::Limit { at: Some(self.position()), limit: Limit::Token, allowed: self.token }
    }
}

impl XmlSource for SliceSource<'_> {
    // An event is large, and so is an error: neither is moved for nothing.
    #[inline]
    fn event(&mut self) -> Result<Event<'_>, Error> {
        self.start = self.reader.buffer_position();
        match self.reader.read_event() {
            Ok(_) if self.reader.buffer_position() - self.start > self.token => Err(self.too_long()),
            Ok(event) => Ok(event),
            Err(error) => Err(translate(error, place(self.text, self.mark, self.start), "UTF-8")),
        }
    }

    fn position(&self) -> Position {
        place(self.text, self.mark, self.start)
    }

    fn offset(&self) -> u64 {
        self.mark + self.start
    }
}

/// Events of a stream, of which never more than one event and the stream's own buffer are held.
pub(crate) struct StreamSource<R> {
    reader: Reader<Utf8Stream<R>>,
    buffer: Vec<u8>,
}

impl<R: BufRead> StreamSource<R> {
    /// Events of `input` in any supported encoding.
    pub(crate) fn new(input: R, limits: &Limits) -> Result<Self, Error> {
        let mut reader = Reader::from_reader(Utf8Stream::new(input, limits)?);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new() })
    }
}

impl<R: BufRead> XmlSource for StreamSource<R> {
    fn event(&mut self) -> Result<Event<'_>, Error> {
        self.buffer.clear();
        self.reader.get_mut().begin();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event),
            Err(error) => {
                let feed = self.reader.get_mut();
                let stopped = feed.stop.take();
                Err(stopped.unwrap_or_else(|| translate(error, feed.start(), feed.encoding.name())))
            }
        }
    }

    fn position(&self) -> Position {
        self.reader.get_ref().start()
    }

    fn offset(&self) -> u64 {
        self.reader.get_ref().start_offset()
    }
}

/// Text as UTF-8 out of a stream of bytes, with the place, and an end when a limit is reached.
struct Utf8Stream<R> {
    input: io::Chain<io::Cursor<Vec<u8>>, R>,
    encoding: Encoding,
    decoder: Option<Decoder>,
    /// Text as UTF-8, of which `used` bytes were consumed.
    text: Vec<u8>,
    used: usize,
    /// The place where `text` begins.
    base: Position,
    /// Where the current event began: in `text`, or, if it began before, at this place.
    start: Result<usize, Position>,
    token_left: usize,
    token: usize,
    bytes: u64,
    /// Why the stream was ended, if we ended it.
    stop: Option<Error>,
}

/// How much of the beginning is looked at to find the encoding.
const HEAD: usize = 256;

impl<R: BufRead> Utf8Stream<R> {
    fn new(mut input: R, limits: &Limits) -> Result<Self, Error> {
        let mut head = Vec::with_capacity(HEAD);
        (&mut input).take(HEAD as u64).read_to_end(&mut head)?;
        let encoding = Encoding::detect(&head)?;
        // A mark of UTF-8 counts as bytes of the text; one of UTF-16 is gone after the conversion.
        let mark = if head.starts_with(MARK) { MARK.len() } else { 0 };
        head.drain(..mark.max(mark_of_utf_16(&head)));
        Ok(Self {
            input: io::Cursor::new(head).chain(input),
            encoding,
            decoder: encoding.decoder(),
            text: Vec::new(),
            used: 0,
            base: Position { offset: mark as u64, line: 1, column: 1 },
            start: Ok(0),
            token_left: limits.token,
            token: limits.token,
            bytes: limits.bytes,
            stop: None,
        })
    }

    /// Starts a new event.
    fn begin(&mut self) {
        self.start = Ok(self.used);
        self.token_left = self.token;
    }

    /// Where the current event began.
    fn start(&self) -> Position {
        self.start.map_or_else(|start| start, |start| self.place(start))
    }

    fn start_offset(&self) -> u64 {
        self.start.map_or_else(|start| start.offset, |start| self.base.offset + start as u64)
    }

    /// The place of a byte of `text`.
    fn place(&self, at: usize) -> Position {
        let mut place = self.base;
        advance(&mut place, self.text.get(..at).unwrap_or(&self.text));
        place
    }

    fn stop(&mut self, error: Error) -> io::Error {
        self.stop = Some(error);
        io::Error::other("stopped")
    }

    /// Fetches the next piece of text; none is left if it is empty afterwards.
    fn refill(&mut self) -> io::Result<()> {
        self.start = Err(self.start());
        self.base = self.place(self.text.len());
        self.text.clear();
        self.used = 0;
        while self.text.is_empty() {
            let raw = self.input.fill_buf()?;
            let (used, last) = (raw.len(), raw.is_empty());
            let good = match &mut self.decoder {
                None => {
                    self.text.extend_from_slice(raw);
                    true
                }
                Some(decoder) => convert(decoder, raw, last, &mut self.text),
            };
            self.input.consume(used);
            if !good {
                let error = Error::Text { at: self.place(self.text.len()), encoding: self.encoding.name() };
                return Err(self.stop(error));
            }
            if last {
                // It has nothing to convert any more, and may not be asked again.
                self.decoder = None;
                break;
            }
        }
        if let Some((at, code)) = control(&self.text) {
            let error = Error::Character { at: self.place(at), code };
            return Err(self.stop(error));
        }
        if self.base.offset > self.bytes {
            let error = Error::Limit { at: Some(self.base), limit: Limit::Bytes, allowed: self.bytes };
            return Err(self.stop(error));
        }
        Ok(())
    }
}

impl<R: BufRead> BufRead for Utf8Stream<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token_left == 0 {
            let error =
                Error::Limit { at: Some(self.start()), limit: Limit::Token, allowed: self.token as u64 };
            return Err(self.stop(error));
        }
        if self.used >= self.text.len() {
            self.refill()?;
        }
        let end = self.text.len().min(self.used.saturating_add(self.token_left));
        Ok(self.text.get(self.used..end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.used += count;
        self.token_left = self.token_left.saturating_sub(count);
    }
}

impl<R: BufRead> Read for Utf8Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

/// How long the byte-order mark of UTF-16 is at the beginning of a file; its encoding is known without it.
fn mark_of_utf_16(head: &[u8]) -> usize {
    if matches!(head, [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..]) { 2 } else { 0 }
}

/// Control characters that XML 1.0 forbids (section 2.2).
const fn forbidden(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// The first forbidden character and its place. Looks at whole pieces without branching, which is fast.
fn control(text: &[u8]) -> Option<(usize, u32)> {
    const PIECE: usize = 4096;
    let bad = |piece: &[u8]| piece.iter().fold(false, |bad, &byte| bad | forbidden(byte));
    let piece = text.chunks(PIECE).position(bad)?;
    let rest = text.get(piece * PIECE..)?;
    let at = rest.iter().position(|&byte| forbidden(byte))?;
    Some((piece * PIECE + at, u32::from(*rest.get(at)?)))
}

/// Moves `place` behind `text`.
fn advance(place: &mut Position, text: &[u8]) {
    place.offset += text.len() as u64;
    let characters = |part: &[u8]| part.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64;
    match text.iter().rposition(|&byte| byte == b'\n') {
        Some(newline) => {
            place.line += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
            place.column = 1 + characters(text.get(newline + 1..).unwrap_or_default());
        }
        None => place.column += characters(text),
    }
}

/// The place `offset` bytes into `text`, which follows a byte-order mark of `mark` bytes.
fn place(text: &[u8], mark: u64, offset: u64) -> Position {
    let mut position = Position { offset: mark, line: 1, column: 1 };
    let before = usize::try_from(offset).ok().and_then(|offset| text.get(..offset)).unwrap_or(text);
    advance(&mut position, before);
    position
}

/// What an error of the XML layer says to the caller.
fn translate(error: quick_xml::Error, at: Position, encoding: &'static str) -> Error {
    match error {
        quick_xml::Error::Io(error) => Error::Io(
            std::sync::Arc::try_unwrap(error).unwrap_or_else(|error| io::Error::new(error.kind(), error)),
        ),
        quick_xml::Error::Encoding(_) => Error::Text { at, encoding },
        other => Error::Syntax { at, what: other.to_string() },
    }
}
