//! Standard MIDI Files, formats 0, 1 and 2.

mod bars;
mod chunks;
mod events;
mod mend;
mod tracks;

use crate::assemble;
use crate::draft::Draft;
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::{Format, Score};
use chunks::Chunks;
use events::Events;
use tracks::Sequence;

/// Reads a Standard MIDI File, also inside a RIFF file.
///
/// Bars follow from the time signatures (4/4 until the first one); a time signature inside a bar cuts it short.
/// Tempos, markers and track names come along. The patterns of a format 2 file follow each other as sections, each
/// ended by a [section break](segno_syncpoint::WrittenBar::section_break). There are no repeats: a MIDI file is
/// written as it is played.
///
/// Damaged files are read as players read them: bytes that make no event are passed over, with a
/// [diagnostic](crate::DiagnosticKind::Damage) that tells the byte, and reading goes on behind it. Where tracks
/// contradict each other, the first track's time signature counts, and the last track's tempo. Silence of more than
/// 64 whole notes before the end of the tracks makes no bars.
///
/// ```
/// use segno_score::{Options, midi};
///
/// // A header (format 0, one track, 96 ticks a quarter) and a quarter note of middle C.
/// let header = b"MThd\0\0\0\x06\0\0\0\x01\0\x60";
/// let track = b"MTrk\0\0\0\x0C\0\x90\x3C\x40\x60\x80\x3C\0\0\xFF\x2F\0";
/// let score = midi::read_slice(&[&header[..], track].concat(), &Options::new().with_onsets())?;
/// assert_eq!((score.grid.bars.len(), score.onsets[0].key), (1, Some(60)));
/// # Ok::<(), segno_score::Error>(())
/// ```
///
/// # Errors
/// [`Error::Midi`] if it is not a MIDI file, [`Error::Smpte`] if it counts SMPTE frames, [`Error::Limit`],
/// and [`Error::NoBars`] if nothing has a length.
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    if bytes.len() as u64 > options.limits.bytes {
        return Err(exceeded(Limit::Bytes, options.limits.bytes));
    }
    let mut draft = Draft::new(options);
    let mut chunks = Chunks::open(bytes, &mut draft.diagnostics)?;
    let division = match chunks.division {
        0 => return Err(Error::Midi { what: "a quarter note has no ticks".to_owned() }),
        0x8000.. => return Err(Error::Smpte),
        ticks => u64::from(ticks),
    };
    let (single, patterns) = (chunks.format == 0, chunks.format == 2);
    let mut sequence = Sequence::new(single, division);
    while let Some(track) = chunks.next(&mut draft.diagnostics) {
        let mut events = Events::new(chunks.bytes, track);
        sequence.track(chunks.found, &mut events, &mut chunks.proofs, &mut draft, options)?;
        chunks.leave(track, events.place(), events.ended, &mut draft.diagnostics);
        if patterns {
            let pattern = core::mem::replace(&mut sequence, Sequence::new(false, division));
            bars::lay_out(pattern, &mut draft, options)?;
            if let Some(bar) = draft.bars.last_mut() {
                bar.section_break = true;
            }
        }
    }
    chunks.count(&mut draft.diagnostics);
    if !patterns {
        bars::lay_out(sequence, &mut draft, options)?;
    }
    if draft.bars.is_empty() {
        return Err(Error::NoBars);
    }
    if let Some(last) = draft.bars.last_mut() {
        last.section_break = false;
    }
    Ok(assemble::score(draft, Format::Midi))
}

/// Whether the header of a MIDI file stands a little behind the first byte.
pub(crate) fn begins_late(bytes: &[u8]) -> bool {
    chunks::header(bytes).is_some()
}

fn exceeded(limit: Limit, allowed: u64) -> Error {
    Error::Limit { at: None, limit, allowed }
}
