//! How much higher a string sounds where a finger only touches it.

/// The highest partial that players use.
const MAX_PARTIAL: u32 = 8;

/// A finger this far from a node, in frets, still finds it.
const REACH: f64 = 0.6;

/// The keys by which a harmonic sounds higher than the string, touched at a fret: 12 at the 12th, 19 at the 7th, 24 at the
/// 5th. `None` where no partial has a node.
pub(crate) fn keys(fret: f64) -> Option<i32> {
    let mut best: Option<(f64, u32)> = None;
    for partial in 2..=MAX_PARTIAL {
        for node in 1..partial {
            // The node divides the string, and a fret shortens it by a semitone.
            let at = 12.0 * (f64::from(partial) / f64::from(partial - node)).log2();
            let distance = (at - fret).abs();
            if distance < REACH && best.is_none_or(|(nearest, _)| distance < nearest - 1e-9) {
                best = Some((distance, partial));
            }
        }
    }
    best.map(|(_, partial)| (12.0 * f64::from(partial).log2()).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn nodes_of_a_string() {
        for (fret, expected) in [
            (12.0, 12),
            (7.0, 19),
            (19.0, 19),
            (5.0, 24),
            (24.0, 24),
            (4.0, 28),
            (9.0, 28),
            (16.0, 28),
            (3.2, 31),
            (2.7, 34),
            (2.4, 36),
        ] {
            assert_eq!(keys(fret), Some(expected), "{fret}");
        }
        for fret in [0.0, 1.0, -3.0, f64::NAN, 60.0] {
            assert_eq!(keys(fret), None, "{fret}");
        }
    }
}
