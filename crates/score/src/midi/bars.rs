//! Bars from time signatures.

use segno_syncpoint::{Fraction, Metre};

use super::exceeded;
use super::tracks::Sequence;
use crate::draft::{Draft, DraftBar, DraftSection, DraftTempo, Pace};
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::Onset;
use crate::span::Span;

/// A rest of a bar below this length (in whole notes) comes from rounded ticks and is no bar.
const SLIVER: (i128, i128) = (1, 128);

/// Appends the bars of a sequence, and what stands in them, to the draft.
pub(super) fn lay_out(
    mut sequence: Sequence,
    division: i64,
    draft: &mut Draft,
    options: &Options,
) -> Result<(), Error> {
    let length = |ticks: u64| Span::ratio(i128::from(ticks), 4 * i128::from(division));
    let first = draft.bars.len();
    // Stable: of several signatures at one time the last one counts.
    sequence.metres.sort_by_key(|metre| metre.0);
    if sequence.metres.first().is_none_or(|metre| metre.0 > 0) {
        sequence.metres.insert(0, (0, 4, 4));
    }
    let too_long = || exceeded(Limit::Bars, options.limits.bars as u64);
    let sliver = Span::ratio(SLIVER.0, SLIVER.1).unwrap_or(Span::ZERO);
    let mut starts: Vec<Span> = Vec::new();
    for (index, &(tick, beats, unit)) in sequence.metres.iter().enumerate() {
        let next = sequence.metres.get(index + 1).map(|metre| metre.0);
        if next == Some(tick) {
            continue;
        }
        let mut at = length(tick).ok_or_else(too_long)?;
        let end = length(next.unwrap_or(sequence.end)).ok_or_else(too_long)?;
        let Some(nominal) = Fraction::new(beats, unit).map(Span::from) else { continue };
        while end.sub(at).is_some_and(|rest| rest >= sliver) {
            if draft.bars.len() >= options.limits.bars {
                return Err(too_long());
            }
            let number = (draft.bars.len() - first + 1).to_string();
            let mut bar = DraftBar::new(number, false, 0, 0, Metre::simple(beats, unit));
            let after = at.add(nominal).ok_or_else(too_long)?;
            // The last bar is written out in full; a new signature cuts the one before short.
            let held = if after > end && next.is_some() { end.sub(at) } else { Some(nominal) };
            bar.length = held.unwrap_or(nominal);
            bar.filled = true;
            draft.bars.push(bar);
            starts.push(at);
            at = after;
        }
    }
    let place = |tick: u64| {
        let at = length(tick)?;
        let bar = starts.partition_point(|start| *start <= at).checked_sub(1)?;
        let offset = at.sub(*starts.get(bar)?)?;
        Some((first + bar, offset))
    };
    sequence.tempos.sort_by_key(|tempo| tempo.0);
    for (index, &(tick, bpm)) in sequence.tempos.iter().enumerate() {
        let replaced = sequence.tempos.get(index + 1).is_some_and(|next| next.0 == tick);
        if let Some((bar, place)) = place(tick).filter(|_| !replaced && tick < sequence.end) {
            draft.tempos.push(DraftTempo { bar, place, pace: Pace::Sound(bpm), offset: 0 });
        }
    }
    for (tick, text) in sequence.markers {
        if let Some((bar, place)) = place(tick) {
            draft.sections.push(DraftSection { bar, place, text });
        }
    }
    for note in sequence.notes {
        let Some((bar, offset)) = place(note.start) else { continue };
        let duration = length(note.end.saturating_sub(note.start)).and_then(Span::fraction);
        let (Some(offset), Some(duration)) = (offset.fraction(), duration) else { continue };
        draft.onsets.push(Onset {
            part: note.part,
            bar,
            offset,
            key: Some(note.key),
            duration,
            grace: false,
        });
    }
    Ok(())
}
