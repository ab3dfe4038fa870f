//! The chunks of a file: the header, and the tracks wherever they begin.

use crate::diagnostic::DiagnosticKind;
use crate::draft::Diagnostics;
use crate::error::Error;

/// The bytes that a chunk's name and length take.
const HEAD: usize = 8;

/// The bytes that format, number of tracks and division take.
const HEADER: usize = 6;

/// How far into a file the header is looked for: a MacBinary head has 128 bytes.
const LEAD: usize = 256;

/// How often the bytes of a damaged file may be read ahead.
const PROOFS: usize = 16;

/// A MIDI file, read from chunk to chunk.
pub(super) struct Chunks<'a> {
    /// The file up to where its MIDI data ends. Places are counted from its first byte.
    pub(super) bytes: &'a [u8],
    pub(super) format: u16,
    pub(super) division: u16,
    /// How many tracks the header promises.
    pub(super) promised: u16,
    /// How many were found.
    pub(super) found: usize,
    /// How many bytes may still be read ahead to find out where events go on behind damage.
    pub(super) proofs: usize,
    /// Where the header begins.
    head: usize,
    /// Where the next chunk is looked for.
    at: usize,
}

/// Where a track stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    /// Where its chunk begins.
    pub(super) at: usize,
    /// Where its events begin.
    pub(super) start: usize,
    /// Where its events may reach at most: where the chunk ends, or the file if the chunk's length is not to be trusted.
    pub(super) end: usize,
    /// Where the chunk ends by its own account.
    pub(super) claimed: usize,
}

impl Track {
    /// Whether the file ends before the chunk does.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.claimed > self.end
    }

    /// Whether the chunk ends where another one begins, or the file ends.
    pub(super) const fn is_trusted(&self) -> bool {
        self.claimed == self.end
    }
}

impl<'a> Chunks<'a> {
    /// Reads the header.
    pub(super) fn open(bytes: &'a [u8], diagnostics: &mut Diagnostics) -> Result<Self, Error> {
        let (start, bytes) = content(bytes, diagnostics)?;
        let field = |at: usize| {
            let field = bytes.get(start + HEAD + at..)?.first_chunk::<2>()?;
            Some(u16::from_be_bytes(*field))
        };
        let (Some(format), Some(promised), Some(division)) = (field(0), field(2), field(4)) else {
            return Err(Error::Midi { what: "the file ends inside the header".to_owned() });
        };
        let length = length(bytes, start);
        let mut chunks = Self {
            bytes,
            format,
            division,
            promised,
            found: 0,
            proofs: bytes.len().saturating_mul(PROOFS),
            head: start,
            at: start + HEAD + HEADER,
        };
        let end = (start + HEAD).saturating_add(length);
        if length >= HEADER && chunks.is_chunk(end) {
            chunks.at = end;
        } else if length != HEADER {
            let message = format!("the header's length is {length}, not {HEADER}");
            diagnostics.add(DiagnosticKind::Damage, None, start as u64, message);
        }
        if format > 2 {
            let message = format!("format {format} is read as format 1");
            diagnostics.add(DiagnosticKind::BadValue, None, start as u64, message);
        }
        Ok(chunks)
    }

    /// The next track, if there is one. What stands between is passed over.
    pub(super) fn next(&mut self, diagnostics: &mut Diagnostics) -> Option<Track> {
        let mut apart = false;
        loop {
            let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
            let place = self.at as u64;
            if rest.starts_with(b"MTrk") {
                let (at, start) = (self.at, self.at + HEAD);
                if start > self.bytes.len() {
                    let message = "the file ends inside the head of a track";
                    diagnostics.add(DiagnosticKind::Damage, None, place, message.to_owned());
                    return None;
                }
                if apart && self.promised > 0 && self.found >= usize::from(self.promised) {
                    // Behind files that were written over longer ones stand the rests of these.
                    let message = passed_over(rest.len(), "with tracks that the header does not count");
                    diagnostics.add(DiagnosticKind::Damage, None, place, message);
                    return None;
                }
                self.found += 1;
                let claimed = start.saturating_add(length(self.bytes, at));
                let end = if self.is_chunk(claimed) { claimed } else { self.bytes.len() };
                return Some(Track { at, start, end, claimed });
            }
            if rest.starts_with(b"MThd") {
                if self.found >= usize::from(self.promised) {
                    let message = format!("a second MIDI file of {} bytes passed over", rest.len());
                    diagnostics.add(DiagnosticKind::Damage, None, place, message);
                    return None;
                }
                diagnostics.add(
                    DiagnosticKind::Damage,
                    None,
                    place,
                    "a second header passed over".to_owned(),
                );
                self.at += HEAD + HEADER;
                continue;
            }
            let after = self.at.saturating_add(HEAD).saturating_add(length(self.bytes, self.at));
            if self.is_chunk(self.at) && self.is_chunk(after) {
                let name = rest.get(..4).unwrap_or_default().escape_ascii();
                let message = format!("the chunk \"{name}\" of {} bytes is passed over", after - self.at);
                diagnostics.add(DiagnosticKind::Unsupported, None, place, message);
                self.at = after;
                continue;
            }
            let next = self.search(self.at);
            let (count, which) = next.map_or((rest.len(), "after the last track"), |next| {
                (
                    next - self.at,
                    if self.found == 0 { "before the first track" } else { "between two tracks" },
                )
            });
            let message = passed_over(count, which);
            diagnostics.add(DiagnosticKind::Damage, None, place, message);
            self.at = next?;
            apart = true;
        }
    }

    /// Goes on behind a track whose events were read up to `at`, of which the last one was its end or not.
    pub(super) fn leave(&mut self, track: Track, at: usize, ended: bool, diagnostics: &mut Diagnostics) {
        let mut note =
            |at: usize, message: String| diagnostics.add(DiagnosticKind::Damage, None, at as u64, message);
        let size = self.bytes.len();
        let (claims, held) = (track.claimed - track.start, at - track.start);
        let trusted = track.is_trusted() && self.search(at).is_none_or(|next| next >= track.end);
        self.at = if trusted { track.end } else { at };
        if !ended && at >= size && track.is_cut_off() {
            note(
                track.at,
                format!("the file ends early: the track is to have {claims} bytes, {held} are there"),
            );
        } else if !trusted && at != track.claimed {
            note(track.at, format!("the track's length is {claims} bytes, its events take {held}"));
        } else if !ended {
            note(track.at, "the track has no end-of-track event".to_owned());
        } else if trusted && at < track.end {
            note(at, passed_over(track.end - at, "after the end of the track"));
        }
    }

    /// Compares the number of tracks with the header's.
    pub(super) fn count(&self, diagnostics: &mut Diagnostics) {
        let tracks = |count: usize| if count == 1 { "1 track".to_owned() } else { format!("{count} tracks") };
        let message = if self.found != usize::from(self.promised) {
            format!("the header counts {}, there are {}", tracks(usize::from(self.promised)), self.found)
        } else if self.format == 0 && self.found > 1 {
            format!("format 0 has one track, there are {}", self.found)
        } else {
            return;
        };
        diagnostics.add(DiagnosticKind::Damage, None, self.head as u64, message);
    }

    /// Whether a chunk begins here, or the file ends.
    fn is_chunk(&self, at: usize) -> bool {
        let Some(rest) = self.bytes.get(at..) else { return false };
        let named = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        match rest.first_chunk::<4>() {
            None => rest.is_empty(),
            Some(b"MTrk" | b"MThd") => true,
            // A chunk of another kind may claim no more than there is.
            Some(name) => rest.len() >= HEAD && named(name) && length(self.bytes, at) <= rest.len() - HEAD,
        }
    }

    /// Where the next track or header begins.
    fn search(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        let head = |name: &[u8]| matches!(name, b"MTrk" | b"MThd");
        rest.windows(4).position(head).map(|at| from + at)
    }
}

/// How long the chunk at this place says it is.
fn length(bytes: &[u8], at: usize) -> usize {
    let field = bytes.get(at.saturating_add(4)..).and_then(<[u8]>::first_chunk::<4>);
    field.map_or(0, |field| usize::try_from(u32::from_be_bytes(*field)).unwrap_or(usize::MAX))
}

/// What is said of bytes that are passed over.
pub(super) fn passed_over(count: usize, which: &str) -> String {
    format!("{count} {} {which} passed over", if count == 1 { "byte" } else { "bytes" })
}

/// Where the header begins, and the bytes up to the end of the MIDI data in a RIFF file (`.rmi`) or whole.
fn content<'a>(bytes: &'a [u8], diagnostics: &mut Diagnostics) -> Result<(usize, &'a [u8]), Error> {
    if bytes.starts_with(b"MThd") {
        return Ok((0, bytes));
    }
    if bytes.starts_with(b"RIFF")
        && bytes.get(8..12) == Some(b"RMID")
        && let Some((start, end)) = riff(bytes)
        && let Some(held) = bytes.get(..end)
    {
        return Ok((start, held));
    }
    let Some(start) = header(bytes) else {
        return Err(Error::Midi { what: "it does not begin with a header".to_owned() });
    };
    let message = passed_over(start, "before the header");
    diagnostics.add(DiagnosticKind::Damage, None, 0, message);
    Ok((start, bytes))
}

/// Where the header begins, if that is not far.
pub(super) fn header(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).take(LEAD).position(|name| name == b"MThd")
}

/// Where the MIDI data begins and ends in a RIFF file.
fn riff(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut at = 12;
    loop {
        let head = bytes.get(at..)?.first_chunk::<HEAD>()?;
        let (name, size) = head.split_at(4);
        let size = usize::try_from(u32::from_le_bytes(size.try_into().ok()?)).unwrap_or(usize::MAX);
        let start = at + HEAD;
        let end = start.saturating_add(size);
        if name == b"data" && bytes.get(start..)?.starts_with(b"MThd") {
            // A length that cuts off a track is wrong.
            let behind = bytes.get(end..).unwrap_or_default();
            let cuts = behind.windows(4).any(|name| name == b"MTrk");
            return Some((start, if cuts { bytes.len() } else { end.min(bytes.len()) }));
        }
        // Chunks begin at even places.
        at = end.checked_add(size % 2)?;
    }
}
