//! The road map: a play order as a musician would tell it.

use segno_syncpoint::{Playthrough, Step, Structure};

/// How the bars are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// By their printed numbers; counted where these are missing or stand twice, as in a second movement.
    Printed,
    /// Counted from 1.
    Counted,
}

/// The play order as runs of bars, with the jumps named: `1-8, 1-7, 9, D.C. 1-4`.
pub(crate) fn road_map(structure: &Structure, play: &Playthrough, names: Names) -> String {
    let mut numbers: Vec<&str> = structure.bars.iter().map(|bar| bar.number.as_str()).collect();
    numbers.sort_unstable();
    let printed = names == Names::Printed
        && !numbers.windows(2).any(|pair| pair[0] == pair[1])
        && !numbers.contains(&"");
    let name = |bar: usize| match structure.bars.get(bar) {
        Some(bar) if printed => bar.number.clone(),
        _ => (bar + 1).to_string(),
    };
    let mut runs: Vec<String> = Vec::new();
    let mut from = 0;
    let bars = play.bars();
    for (index, bar) in bars.iter().enumerate() {
        let last = bars.get(index + 1).is_none_or(|next| next.step != Step::Next);
        if !last {
            continue;
        }
        let Some(first) = bars.get(from) else { break };
        let range = if first.written == bar.written {
            name(bar.written)
        } else {
            format!("{}-{}", name(first.written), name(bar.written))
        };
        let cause = match first.step {
            Step::Jump { from } if to_segno(structure, from, first.written) => "D.S. ",
            Step::Jump { .. } => "D.C. ",
            Step::Coda { .. } => "Coda ",
            Step::Section => "| ",
            _ => "",
        };
        runs.push(format!("{cause}{range}"));
        from = index + 1;
    }
    runs.join(", ")
}

/// Whether the jump at the end of a bar that led to `to` is a dal segno.
fn to_segno(structure: &Structure, from: usize, to: usize) -> bool {
    use segno_syncpoint::{JumpKind, MarkerKind};
    let jumps = structure.bars.get(from).map(|bar| bar.jumps.as_slice()).unwrap_or_default();
    let segno = |bar: usize| {
        structure
            .bars
            .get(bar)
            .is_some_and(|bar| bar.markers.iter().any(|marker| marker.kind == MarkerKind::Segno))
    };
    match jumps {
        [only] => only.kind == JumpKind::DalSegno,
        // Of several jumps at one place, the one whose target this is.
        _ => jumps.iter().any(|jump| jump.kind == JumpKind::DalSegno) && segno(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segno_syncpoint::{
        Ending, EndingStop, Fraction, Jump, JumpKind, Marker, MarkerKind, Place, Policy, RepeatEnd,
        WrittenBar,
    };

    fn bars(count: usize) -> Structure {
        let bar = |number: usize| WrittenBar::new(number.to_string(), Fraction::new(4, 4).unwrap());
        Structure { bars: (1..=count).map(bar).collect() }
    }

    fn told(structure: &Structure) -> String {
        road_map(structure, &structure.unroll(&Policy::CLASSICAL).unwrap(), Names::Printed)
    }

    #[test]
    fn endings_and_a_da_capo() {
        let mut structure = bars(9);
        let ending = |number, stop| Ending {
            numbers: vec![number],
            id: None,
            start: true,
            stop: Some(stop),
            staff: None,
        };
        structure.bars[7].endings.push(ending(1, EndingStop::Stop));
        structure.bars[7].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        structure.bars[8].endings.push(ending(2, EndingStop::Discontinue));
        structure.bars[3].markers.push(Marker {
            kind: MarkerKind::Fine,
            label: "fine".to_owned(),
            at: Place::End,
            staff: None,
        });
        structure.bars[8].jumps.push(Jump {
            kind: JumpKind::DaCapo,
            to: "start".to_owned(),
            until: "fine".to_owned(),
            continue_at: None,
            play_repeats: false,
            passes: Vec::new(),
            staff: None,
        });
        assert_eq!(told(&structure), "1-8, 1-7, 9, D.C. 1-4");
    }

    #[test]
    fn doubled_numbers_are_counted_instead() {
        let mut structure = bars(4);
        structure.bars[2].number = "1".to_owned();
        assert_eq!(told(&structure), "1-4");
        assert_eq!(told(&bars(1)), "1");
    }
}
