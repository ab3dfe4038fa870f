//! Bars from time signatures.

use segno_syncpoint::{Fraction, Metre};

use super::exceeded;
use super::tracks::{self, SILENCE, Sequence};
use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftBar, DraftSection, DraftTempo, TempoValue};
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::Onset;
use crate::span::Span;

/// The smallest unit of a time signature, and so many grains has a tick's whole note: every bar line falls on a grain.
const UNIT: u64 = 1024;

/// Grains in a tick: a quarter note's ticks are a fourth of a whole note's.
const GRAINS: u64 = UNIT / 4;

/// A rest of a bar below one of so many parts of a whole note comes from rounded ticks and makes no bar.
const SLIVER: u64 = 128;

/// The bars of a sequence.
struct Bars {
    /// The index of the first one.
    first: usize,
    /// Where they begin, in grains.
    starts: Vec<u64>,
    /// Grains in a whole note.
    whole: u64,
}

/// Appends the bars of a sequence, and what stands in them, to the draft.
pub(super) fn lay_out(mut sequence: Sequence, draft: &mut Draft, options: &Options) -> Result<(), Error> {
    let end = end(&sequence, draft);
    let mut bars = Bars { first: draft.bars.len(), starts: Vec::new(), whole: UNIT * sequence.division };
    bars.make(&sequence, end, draft, options)?;
    sequence.tempos.sort_by_key(|tempo| tempo.tick);
    for (index, tempo) in sequence.tempos.iter().enumerate() {
        if let Some(next) = sequence.tempos.get(index + 1).filter(|next| next.tick == tempo.tick) {
            if (tempo.bpm / next.bpm - 1.0).abs() > 0.01 {
                let message = "two tempos at one time; the last one counts".to_owned();
                draft.diagnostics.add(DiagnosticKind::Contradiction, None, tempo.at as u64, message);
            }
            continue;
        }
        if let Some((bar, grains)) = bars.place(tempo.tick).filter(|_| tempo.tick < end)
            && let Some(place) = bars.span(grains)
        {
            draft.tempos.push(DraftTempo {
                part: 0,
                bar,
                place,
                value: TempoValue::Sound(tempo.bpm),
                offset: tempo.at as u64,
            });
        }
    }
    for (tick, text) in sequence.markers {
        if let Some((bar, grains)) = bars.place(tick)
            && let Some(place) = bars.span(grains)
        {
            draft.sections.push(DraftSection { bar, place, text });
        }
    }
    for note in sequence.notes {
        let Some((bar, offset)) = bars.place(note.start) else { continue };
        let duration = note.end.min(end).saturating_sub(note.start).saturating_mul(GRAINS);
        let (Some(offset), Some(duration)) = (bars.fraction(offset), bars.fraction(duration)) else {
            continue;
        };
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

/// When the last bar is over: when the tracks end, if that is not far behind the last thing that happens.
fn end(sequence: &Sequence, draft: &mut Draft) -> u64 {
    let mark =
        sequence.metres.iter().map(|metre| metre.tick).chain(sequence.tempos.iter().map(|tempo| tempo.tick));
    let mark = mark.chain(sequence.markers.iter().map(|marker| marker.0)).max().unwrap_or_default();
    let last = if sequence.sounds { sequence.silent } else { mark };
    let silence = (sequence.end - last.min(sequence.end)) / (4 * sequence.division);
    if silence < SILENCE {
        return sequence.end;
    }
    let message =
        format!("the tracks end {silence} whole notes after the last note; that silence makes no bars");
    draft.diagnostics.add(DiagnosticKind::Inferred, None, sequence.end_at as u64, message);
    last
}

impl Bars {
    /// Makes the bars up to the tick at which the last one is over.
    fn make(
        &mut self,
        sequence: &Sequence,
        end: u64,
        draft: &mut Draft,
        options: &Options,
    ) -> Result<(), Error> {
        let too_long = || exceeded(Limit::Bars, options.limits.bars as u64);
        let common = tracks::Metre { tick: 0, beats: 4, unit: 4, at: 0 };
        let implied = sequence.metres.first().is_none_or(|metre| metre.tick > 0).then_some(common);
        let metres: Vec<tracks::Metre> = implied.into_iter().chain(sequence.metres.iter().copied()).collect();
        let sliver = self.whole / SLIVER;
        for (index, metre) in metres.iter().enumerate() {
            let next = metres.get(index + 1).map(|next| next.tick).filter(|next| *next < end);
            let grains = |tick: u64| tick.checked_mul(GRAINS).ok_or_else(too_long);
            let (mut at, stop) = (grains(metre.tick)?, grains(next.unwrap_or(end))?);
            let nominal = u64::from(metre.beats) * (self.whole / u64::from(metre.unit));
            // Notes of no length make a bar all the same.
            let alone = sequence.sounds && end == 0 && next.is_none() && self.starts.is_empty();
            while (at < stop && stop - at >= sliver) || (alone && self.starts.is_empty()) {
                if draft.bars.len() >= options.limits.bars {
                    return Err(too_long());
                }
                let number = (self.starts.len() + 1).to_string();
                let mut bar =
                    DraftBar::new(number, false, metre.at as u64, 0, Metre::simple(metre.beats, metre.unit));
                // The last bar is written out in full; a new signature cuts the one before short.
                let held = if next.is_some() { nominal.min(stop - at) } else { nominal };
                bar.length = self.span(held).unwrap_or(Span::ZERO);
                bar.filled = true;
                draft.bars.push(bar);
                self.starts.push(at);
                at += nominal;
            }
        }
        Ok(())
    }

    /// The bar at a tick, and how far into it that is, in grains.
    fn place(&self, tick: u64) -> Option<(usize, u64)> {
        let at = tick.checked_mul(GRAINS)?;
        let bar = self.starts.partition_point(|start| *start <= at).checked_sub(1)?;
        Some((self.first + bar, at - self.starts.get(bar)?))
    }

    fn span(&self, grains: u64) -> Option<Span> {
        Span::ratio(i128::from(grains), i128::from(self.whole))
    }

    /// A length in lowest terms.
    fn fraction(&self, grains: u64) -> Option<Fraction> {
        let (mut a, mut b) = (grains, self.whole);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Fraction::new(u32::try_from(grains / a).ok()?, u32::try_from(self.whole / a).ok()?)
    }
}
