//! Tempo marks of all parts in written order.

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftTempo, TempoValue};
use crate::score::{DEFAULT_TEMPO, Tempo};

/// Puts the tempo marks in order, one at a place, and works out those that refer to the one before.
pub(super) fn settle(draft: &mut Draft) -> Vec<Tempo> {
    let mut marks = core::mem::take(&mut draft.tempos);
    // At one place the strongest kind counts, of these the first part's, and of these the latest in the file.
    marks.sort_by_key(|mark| (mark.bar, mark.place, strength(mark.value), mark.part));
    let mut tempos: Vec<Tempo> = Vec::new();
    for place in marks.chunk_by(|a, b| (a.bar, a.place) == (b.bar, b.place)) {
        let Some(first) = place.first() else { continue };
        let ranked =
            |mark: &&DraftTempo| strength(mark.value) == strength(first.value) && mark.part == first.part;
        let mark = place.iter().rfind(ranked).copied().unwrap_or(*first);
        contradictions(draft, place, &mark);
        let Some(offset) = mark.place.fraction() else { continue };
        let before = tempos.last().map_or(DEFAULT_TEMPO, |tempo| tempo.quarter_bpm);
        let quarter_bpm = match mark.value {
            TempoValue::Sound(bpm) | TempoValue::Printed(bpm) => bpm,
            TempoValue::Times(factor) => before * factor,
        };
        if !quarter_bpm.is_finite() || quarter_bpm <= 0.0 || quarter_bpm > 1e6 {
            draft.diagnose(DiagnosticKind::BadValue, mark.bar, mark.offset, "the tempo is not usable");
            continue;
        }
        tempos.push(Tempo { bar: mark.bar, offset, quarter_bpm });
    }
    tempos
}

/// Tells what at the place of `mark` says another tempo for playback.
fn contradictions(draft: &mut Draft, place: &[DraftTempo], mark: &DraftTempo) {
    let differs = |other: &&DraftTempo| matches!((other.value, mark.value), (TempoValue::Sound(a), TempoValue::Sound(b)) if (a / b - 1.0).abs() > 0.01);
    let (mut within, mut between) = (false, false);
    for other in place.iter().filter(differs) {
        *if other.part == mark.part { &mut within } else { &mut between } = true;
    }
    if within {
        let message = "two tempos at one place in one part; the later one in the file counts";
        draft.diagnose(DiagnosticKind::Contradiction, mark.bar, mark.offset, message);
    }
    if between {
        let message = "the parts have different tempos at one place; the first part's counts";
        draft.diagnose(DiagnosticKind::Contradiction, mark.bar, mark.offset, message);
    }
}

const fn strength(value: TempoValue) -> u8 {
    match value {
        TempoValue::Sound(_) => 0,
        TempoValue::Printed(_) => 1,
        TempoValue::Times(_) => 2,
    }
}
