//! What somebody really played, whatever the score says.

use alloc::vec::Vec;

use super::{Playthrough, Step};
use crate::structure::{MarkerKind, Structure, WrittenBar};

impl Playthrough {
    /// A play order that was observed: `order` holds the written bars, zero-based, as they were played. The reason for each
    /// step is read from the signs of the score; [`Step::Break`] where they give none. `None` if a bar does not exist.
    /// O(bars played + bars skipped).
    ///
    /// ```
    /// use segno_syncpoint::{Fraction, Playthrough, Step, Structure, WrittenBar};
    /// let bar = |number: usize| WrittenBar::new(number.to_string(), Fraction::new(4, 4).unwrap());
    /// let structure = Structure { bars: (1..=4).map(bar).collect() };
    /// // Began anew after the second bar.
    /// let play = Playthrough::performed(&structure, [0, 1, 0, 1, 2, 3]).unwrap();
    /// assert_eq!(play.bars()[2].step, Step::Break { from: 1 });
    /// assert_eq!(play.passes_of(1), [1, 3]);
    /// assert!(Playthrough::performed(&structure, [4]).is_none());
    /// ```
    #[must_use]
    pub fn performed(structure: &Structure, order: impl IntoIterator<Item = usize>) -> Option<Self> {
        let bars = &structure.bars;
        let mut before = None;
        let mut passes = alloc::vec![0_u32; bars.len()];
        let mut played = Vec::new();
        for written in order {
            let bar = bars.get(written)?;
            passes[written] = passes[written].saturating_add(1);
            let step = before.map_or(Step::Start, |from| step(bars, from, written));
            played.push((written, step, ending(bar, passes[written])));
            before = Some(written);
        }
        Some(Self::new(bars.len(), played.into_iter(), Vec::new()))
    }
}

/// Why `to` may follow `from`.
fn step(bars: &[WrittenBar], from: usize, to: usize) -> Step {
    let (source, target) = (&bars[from], &bars[to]);
    let marked = |bar: &WrittenBar, kind| bar.markers.iter().any(|marker| marker.kind == kind);
    if to == from + 1 {
        return if source.section_break { Step::Section } else { Step::Next };
    }
    if to <= from && source.repeat_end.is_some() {
        return Step::Repeat { end: from };
    }
    if !source.jumps.is_empty() && (to <= from || marked(target, MarkerKind::Segno)) {
        return Step::Jump { from };
    }
    if marked(source, MarkerKind::ToCoda) && marked(target, MarkerKind::Coda) {
        return Step::Coda { from };
    }
    if to > from && bars[from + 1..to].iter().all(|bar| !bar.endings.is_empty()) {
        return Step::Skip;
    }
    Step::Break { from }
}

/// The number of the ending under which a bar is played for the how-many-th time.
fn ending(bar: &WrittenBar, pass: u32) -> Option<u32> {
    let mut numbers = bar.endings.iter().flat_map(|ending| ending.numbers.iter().copied());
    let first = numbers.next()?;
    Some(if first == pass || numbers.any(|number| number == pass) { pass } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ending, Fraction, Policy, RepeatEnd};

    #[test]
    fn an_order_of_the_score_has_the_reasons_of_the_score() {
        let bar = |number: usize| {
            WrittenBar::new(alloc::format!("{number}"), Fraction::new(4, 4).expect("a length"))
        };
        let mut structure = Structure { bars: (1..=6).map(bar).collect() };
        let ending =
            |number| Ending { numbers: alloc::vec![number], id: None, start: true, stop: None, staff: None };
        structure.bars[2].endings.push(ending(1));
        structure.bars[2].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        structure.bars[3].endings.push(ending(2));
        let usual = structure.unroll(&Policy::CLASSICAL).expect("an order");
        let play = Playthrough::performed(&structure, usual.order()).expect("bars that exist");
        assert_eq!(play.bars(), usual.bars());
        // The repeat is left out, then bars 1 and 2.
        let play = Playthrough::performed(&structure, [0, 1, 3, 5]).expect("bars that exist");
        let steps: Vec<Step> = play.bars().iter().map(|bar| bar.step).collect();
        assert_eq!(steps, [Step::Start, Step::Next, Step::Skip, Step::Break { from: 3 }]);
    }

    /// A jump goes back or to a segno, a repeat goes back, a coda is gone to from its sign; anything else is a break.
    #[test]
    fn steps_that_the_signs_explain_and_others() {
        use crate::{Jump, JumpKind, Marker, MarkerKind, Place};
        let marker =
            |kind| Marker { kind, label: alloc::string::String::new(), at: Place::Start, staff: None };
        let mut bars: Vec<WrittenBar> =
            (0..8).map(|_| WrittenBar::new("", Fraction::new(4, 4).expect("a length"))).collect();
        bars[3].jumps.push(Jump {
            kind: JumpKind::DalSegno,
            to: "s".into(),
            until: "end".into(),
            continue_at: None,
            play_repeats: false,
            passes: Vec::new(),
            staff: None,
        });
        bars[2].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        bars[1].markers.push(marker(MarkerKind::ToCoda));
        bars[5].markers.push(marker(MarkerKind::Segno));
        bars[6].markers.push(marker(MarkerKind::Coda));
        bars[4].section_break = true;
        for (from, to, expected) in [
            (0, 1, Step::Next),
            (4, 5, Step::Section),
            (2, 0, Step::Repeat { end: 2 }),
            (2, 2, Step::Repeat { end: 2 }),
            (2, 4, Step::Break { from: 2 }),
            (3, 0, Step::Jump { from: 3 }),
            (3, 3, Step::Jump { from: 3 }),
            (3, 5, Step::Jump { from: 3 }),
            (3, 6, Step::Break { from: 3 }),
            (0, 5, Step::Break { from: 0 }),
            (1, 6, Step::Coda { from: 1 }),
            (1, 5, Step::Break { from: 1 }),
            (0, 6, Step::Break { from: 0 }),
            (5, 0, Step::Break { from: 5 }),
            (0, 0, Step::Break { from: 0 }),
        ] {
            assert_eq!(step(&bars, from, to), expected, "{from} to {to}");
        }
    }
}
