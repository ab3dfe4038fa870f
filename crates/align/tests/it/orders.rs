//! Orders that are found, not given.

use segno_align::Aligner;
use segno_syncpoint::{RepeatEnd, Step};

use crate::studio::{Piece, features, plucked};

fn repeated() -> Piece {
    let mut piece = Piece::tune(10, 21);
    piece.structure.bars[3].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
    piece
}

fn found(piece: &Piece, order: &[usize]) -> segno_align::Aligned {
    let performance = piece.perform(order, 0.5, 0.45, 22);
    let aligned = Aligner::new(&piece.score()).align(&features(&performance.record(0.6, plucked))).unwrap();
    assert_eq!(aligned.playthrough.order().collect::<Vec<_>>(), order);
    for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
        assert!((bar.seconds - truth).abs() < 0.05, "bar {}: {} for {truth}", bar.played, bar.seconds);
    }
    aligned
}

#[test]
fn a_repeat_is_taken_or_left_out() {
    let piece = repeated();
    found(&piece, &[0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    found(&piece, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_cut_is_found_and_told() {
    let aligned = found(&repeated(), &[0, 1, 2, 3, 0, 1, 2, 3, 7, 8, 9]);
    assert_eq!(aligned.playthrough.bars()[8].step, Step::Break { from: 3 });
    assert_eq!(aligned.breaks.len(), 1);
    assert_eq!(aligned.breaks[0].played, 7);
}

/// Bars 8 and 9 have the notes of bars 13 and 14. Who leaves five bars out may have gone from bar 7 to bar 13 or from bar 9 to bar
/// 15: nobody can tell, so those two bars are not sure, and the others are.
#[test]
fn a_cut_that_may_be_either_of_two_is_not_sure() {
    let mut piece = Piece::tune(20, 23);
    let copy = piece.bars[8..10].to_vec();
    piece.bars[13..15].clone_from_slice(&copy);
    let order = |between: [usize; 2]| (0..8).chain(between).chain(15..20).collect::<Vec<usize>>();
    let performance = piece.perform(&order([8, 9]), 0.5, 0.45, 24);
    let aligned = Aligner::new(&piece.score()).align(&features(&performance.record(0.6, plucked))).unwrap();
    let found: Vec<usize> = aligned.playthrough.order().collect();
    assert!(found == order([8, 9]) || found == order([13, 14]), "{found:?}");
    assert!(aligned.margin < 0.1, "{}", aligned.margin);
    for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
        assert!((bar.seconds - truth).abs() < 0.05, "bar {}: {} for {truth}", bar.played, bar.seconds);
        let unsure = bar.spread > 0.5;
        assert_eq!(unsure, (8..10).contains(&bar.played), "bar {}: spread {}", bar.played, bar.spread);
    }
    assert!(aligned.notes.iter().all(|note| (note.spread > 0.5) == (8..10).contains(&note.played)));
}
