//! Standard MIDI Files, formats 0, 1 and 2.

mod bars;
mod tracks;

use midly::{Format as Layout, Timing};

use crate::assemble;
use crate::draft::Draft;
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::{Format, Score};
use tracks::Sequence;

/// Reads a Standard MIDI File.
///
/// Bars follow from the time signatures (4/4 until the first one); a time signature inside a bar cuts it short.
/// Tempos, markers and track names come along. The patterns of a format 2 file follow each other as sections, each
/// ended by a [section break](segno_syncpoint::WrittenBar::section_break). There are no repeats: a MIDI file is
/// written as it is played.
///
/// # Errors
/// [`Error::Midi`] if it is no MIDI file or broken, [`Error::Smpte`] if it counts SMPTE frames, [`Error::Limit`],
/// and [`Error::NoBars`] if nothing has a length.
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    if bytes.len() as u64 > options.limits.bytes {
        return Err(exceeded(Limit::Bytes, options.limits.bytes));
    }
    let bytes = unwrapped(bytes);
    if !bytes.starts_with(b"MThd") {
        return Err(Error::Midi { what: "it does not begin with a header".to_owned() });
    }
    // Asked before the parser is: it computes with the frame rate, and -128 overflows there.
    if bytes.get(DIVISION).is_some_and(|division| division & 0x80 != 0) {
        return Err(Error::Smpte);
    }
    let (header, tracks) = midly::parse(bytes).map_err(refused)?;
    let division = match header.timing {
        Timing::Metrical(ticks) if ticks.as_int() > 0 => i64::from(ticks.as_int()),
        Timing::Metrical(_) => return Err(Error::Midi { what: "a quarter note has no ticks".to_owned() }),
        Timing::Timecode(..) => return Err(Error::Smpte),
    };
    let mut draft = Draft::new(options);
    let mut sequence = Sequence::new(header.format == Layout::SingleTrack);
    for (number, track) in tracks.enumerate() {
        if number >= options.limits.parts {
            return Err(exceeded(Limit::Parts, options.limits.parts as u64));
        }
        sequence.track(number, track.map_err(refused)?, &mut draft, options)?;
        if header.format == Layout::Sequential {
            let pattern = core::mem::replace(&mut sequence, Sequence::new(false));
            bars::lay_out(pattern, division, &mut draft, options)?;
            if let Some(bar) = draft.bars.last_mut() {
                bar.section_break = true;
            }
        }
    }
    if header.format != Layout::Sequential {
        bars::lay_out(sequence, division, &mut draft, options)?;
    }
    if draft.bars.is_empty() {
        return Err(Error::NoBars);
    }
    if let Some(last) = draft.bars.last_mut() {
        last.section_break = false;
    }
    Ok(assemble::score(draft, Format::Midi))
}

/// Where the division stands in a file: behind the chunk's head, the format and the number of tracks. Its highest bit tells
/// SMPTE time.
const DIVISION: usize = 12;

/// The MIDI file inside a RIFF file (`.rmi`), or the bytes themselves.
fn unwrapped(bytes: &[u8]) -> &[u8] {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"RMID") {
        return bytes;
    }
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((head, tail)) = rest.split_at_checked(8) {
        let (name, size) = head.split_at(4);
        let size = size.try_into().map_or(0, u32::from_le_bytes);
        // A chunk that claims more than there is ends with the file.
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(tail.len());
        let (content, after) = tail.split_at(size);
        if name == b"data" {
            return content;
        }
        // Chunks begin at even places.
        rest = after.get(size % 2..).unwrap_or_default();
    }
    bytes
}

fn exceeded(limit: Limit, allowed: u64) -> Error {
    Error::Limit { at: None, limit, allowed }
}

fn refused(error: midly::Error) -> Error {
    Error::Midi { what: error.to_string() }
}
