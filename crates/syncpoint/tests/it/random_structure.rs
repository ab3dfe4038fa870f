//! Structures out of random bytes, most of them absurd, and what must hold for every play order of them.
//!
//! Also compiled into the example `random_structures`.

use segno_syncpoint::policy::{LooseEndings, PlayCount, ZeroPlays};
use segno_syncpoint::{
    Ending, EndingStop, Fraction, Jump, JumpKind, Marker, MarkerKind, Place, Playthrough, Policy, RepeatEnd,
    RepeatStart, Step, Structure, WrittenBar,
};

const LABELS: [&str; 7] = ["start", "end", "segno", "coda", "codab", "fine", ""];

/// One bar for every six bytes.
pub(crate) fn structure(bytes: &[u8]) -> Structure {
    let four = Fraction::new(4, 4).unwrap_or(Fraction::ZERO);
    let bars = bytes.chunks_exact(6).enumerate().map(|(index, bytes)| {
        let mut bar = WrittenBar::new(index.to_string(), four);
        let [a, b, c, d, e, f] = *bytes else { return bar };
        if a.is_multiple_of(8) {
            bar.repeat_start = Some(if a > 127 { RepeatStart::Printed } else { RepeatStart::Implied });
        }
        if b.is_multiple_of(6) {
            let plays = [2, 2, 2, 2, 3, 0, 1, 9][usize::from(b / 32)];
            bar.repeat_end =
                Some(RepeatEnd { plays, after_jump: [None, Some(true), Some(false)][usize::from(b % 3)] });
        }
        if c.is_multiple_of(4) {
            bar.endings.push(ending(c, d));
            if d.is_multiple_of(16) {
                bar.endings.push(ending(d, c));
            }
        }
        if d.is_multiple_of(9) {
            bar.markers.push(marker(e));
        }
        if e.is_multiple_of(13) {
            bar.jumps.push(jump(f, a));
            if f.is_multiple_of(8) {
                bar.jumps.push(jump(a, f));
            }
        }
        bar.section_break = f.is_multiple_of(23);
        if f.is_multiple_of(7) {
            bar.actual = Fraction::new(u32::from(a % 5), 4);
        }
        bar
    });
    Structure { bars: bars.collect() }
}

fn ending(what: u8, how: u8) -> Ending {
    let numbers: &[u32] =
        [&[1][..], &[2], &[1, 3], &[2, 4], &[3], &[1, 2], &[], &[u32::MAX]][usize::from(what / 32)];
    Ending {
        numbers: numbers.to_vec(),
        id: (how.is_multiple_of(5)).then(|| how.to_string()),
        start: !how.is_multiple_of(4),
        stop: [None, Some(EndingStop::Stop), Some(EndingStop::Discontinue)][usize::from(how % 3)],
        staff: (how.is_multiple_of(11)).then_some(2),
    }
}

fn label(what: u8) -> String {
    LABELS[usize::from(what) % LABELS.len()].to_owned()
}

fn marker(what: u8) -> Marker {
    Marker {
        kind: [MarkerKind::Segno, MarkerKind::Coda, MarkerKind::ToCoda, MarkerKind::Fine]
            [usize::from(what % 4)],
        label: label(what / 4),
        at: if what > 99 { Place::Start } else { Place::End },
        staff: (what.is_multiple_of(17)).then_some(2),
    }
}

fn jump(what: u8, how: u8) -> Jump {
    Jump {
        kind: if what > 127 { JumpKind::DaCapo } else { JumpKind::DalSegno },
        to: label(what),
        until: label(how),
        continue_at: (what.is_multiple_of(3)).then(|| label(what / 3)),
        play_repeats: how.is_multiple_of(2),
        passes: if how.is_multiple_of(5) { vec![1, u32::from(how % 3)] } else { Vec::new() },
        staff: (how.is_multiple_of(19)).then_some(2),
    }
}

/// Whether every step of the play order is what it says it is; the text of a error names the played bar.
pub(crate) fn check(structure: &Structure, policy: &Policy, playthrough: &Playthrough) -> Result<(), String> {
    let bars = playthrough.bars();
    if bars.len() > policy.max_bars {
        return Err(format!("{} bars", bars.len()));
    }
    let under_ending = |bar: usize| !structure.bars[bar].endings.is_empty();
    let omits = policy.zero_plays == ZeroPlays::Omit;
    for (index, bar) in bars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| bars[before].written);
        // Endings that are left out may follow any step.
        let lands = |at: usize| bar.written == at || (bar.written > at && (omits || under_ending(at)));
        let fine = match (bar.step, before) {
            (Step::Start, None) => {
                lands(0) || structure.bars[..bar.written].iter().any(|bar| bar.section_break)
            }
            (Step::Next, Some(before)) => bar.written == before + 1,
            (Step::Skip, Some(before)) => bar.written > before + 1 && lands(before + 1),
            (Step::Repeat { end }, before) => {
                // Endings side by side without any repeat sign imply one at their end, which an open one has not in print.
                let implied = (0..=end).any(under_ending)
                    && policy.loose_endings == LooseEndings::FollowJumps
                    && policy.plays != PlayCount::Never
                    && before == Some(end);
                (structure.bars[end].repeat_end.is_some() || implied)
                    && (before == Some(end)
                        || before.is_none_or(|before| {
                            before < end && (omits || under_ending(before + 1)) || under_ending(before)
                        }))
            }
            (Step::Jump { from }, Some(before)) => from == before && !structure.bars[from].jumps.is_empty(),
            (Step::Coda { from }, before) => {
                let markers = &structure.bars[from].markers;
                // A sign at the start of a bar acts before the bar is played, whatever led there.
                !markers.is_empty()
                    && (before == Some(from) || markers.iter().any(|marker| marker.at == Place::Start))
            }
            (Step::Section, Some(_)) => structure.bars[..bar.written].iter().any(|bar| bar.section_break),
            _ => false,
        };
        if !fine {
            return Err(format!("played bar {index}: {bar:?} after {before:?}"));
        }
    }
    Ok(())
}
