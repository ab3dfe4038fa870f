//! Tempo marks of all parts in written order.

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftTempo, Pace};
use crate::score::{DEFAULT_TEMPO, Tempo};

/// Puts the tempo marks in order, one at a place, and works out those that refer to the one before.
pub(super) fn settle(draft: &mut Draft) -> Vec<Tempo> {
    let mut marks = core::mem::take(&mut draft.tempos);
    // Stable, so that at one place the first part's mark of the strongest kind comes first.
    marks.sort_by_key(|mark| (mark.bar, mark.place, strength(mark.pace)));
    let mut tempos: Vec<Tempo> = Vec::new();
    let mut latest: Option<DraftTempo> = None;
    for mark in marks {
        if let Some(first) = latest.filter(|first| (first.bar, first.place) == (mark.bar, mark.place)) {
            if matches!((first.pace, mark.pace), (Pace::Sound(a), Pace::Sound(b)) if (a / b - 1.0).abs() > 0.01)
            {
                let message = "two tempos at one place; the first part's counts";
                draft.remark(DiagnosticKind::Contradiction, mark.bar, mark.offset, message);
            }
            continue;
        }
        let Some(offset) = mark.place.fraction() else { continue };
        let before = tempos.last().map_or(DEFAULT_TEMPO, |tempo| tempo.quarter_bpm);
        let quarter_bpm = match mark.pace {
            Pace::Sound(bpm) | Pace::Printed(bpm) => bpm,
            Pace::Times(factor) => before * factor,
        };
        if !quarter_bpm.is_finite() || quarter_bpm <= 0.0 || quarter_bpm > 1e6 {
            draft.remark(DiagnosticKind::BadValue, mark.bar, mark.offset, "the tempo is not usable");
            continue;
        }
        latest = Some(mark);
        tempos.push(Tempo { bar: mark.bar, offset, quarter_bpm });
    }
    tempos
}

const fn strength(pace: Pace) -> u8 {
    match pace {
        Pace::Sound(_) => 0,
        Pace::Printed(_) => 1,
        Pace::Times(_) => 2,
    }
}
