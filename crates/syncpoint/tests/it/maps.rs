//! Made-up maps for the properties.

use proptest::prelude::*;
use segno_syncpoint::{Offset, Position, SyncMap, Syncpoint};

/// A place whose offset was given as an integer (`quarter` 0..=2) or as a float.
pub(crate) fn place(bar: u32, part: u32, float: bool) -> Position {
    let part = part.min(479);
    let offset = if float {
        Offset::float(f64::from(part) + 0.375).unwrap()
    } else {
        Offset::integer(part as u16).unwrap()
    };
    Position::new(bar, offset).unwrap()
}

/// Valid lists of points: from one point to forty, gaps of a part of a bar to eight bars, tempos from presto to adagio
/// with rubato, hidden stretches.
pub(crate) fn points() -> impl Strategy<Value = Vec<Syncpoint>> {
    points_after(0..40)
}

/// As [`points`], so many after the first one.
pub(crate) fn points_after(count: core::ops::Range<usize>) -> impl Strategy<Value = Vec<Syncpoint>> {
    let step =
        (0_u32..8, prop_oneof![3 => Just(0_u32), 1 => 1_u32..480], any::<bool>(), 0.05_f64..6.0, 0_u8..8);
    (0.0_f64..200.0, prop::collection::vec(step, count)).prop_map(|(start, steps)| {
        let mut points = vec![Syncpoint::bar_line(0, start)];
        let (mut bar, mut time) = (0, start);
        for (bars, part, float, seconds_per_bar, hide) in steps {
            let before = *points.last().unwrap();
            bar += bars;
            let mut position = if part == 0 { Position::bar_line(bar) } else { place(bar, part, float) };
            if position <= before.position {
                bar += 1;
                position = Position::bar_line(bar);
            }
            time += seconds_per_bar * (position.bars() - before.position.bars());
            points.push(Syncpoint::new(position, time).hidden(hide == 0));
        }
        points
    })
}

/// Valid maps of those points.
pub(crate) fn maps() -> impl Strategy<Value = SyncMap> {
    points().prop_map(|points| SyncMap::new(points).unwrap())
}
