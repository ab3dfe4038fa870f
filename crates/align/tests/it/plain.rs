//! A score played as written.

use segno_align::{Aligner, Error};
use segno_score::Score;

use crate::studio::{Piece, RATE, features, plucked};

#[test]
fn bars_are_found_to_the_hundredth() {
    let piece = Piece::tune(8, 1);
    let order: Vec<usize> = (0..8).collect();
    let performance = piece.perform(&order, 0.8, 0.5, 2);
    let aligned = Aligner::new(&piece.score()).align(&features(&performance.record(1.0, plucked))).unwrap();
    assert_eq!(aligned.playthrough.order().collect::<Vec<_>>(), order);
    for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
        assert!((bar.seconds - truth).abs() < 0.02, "bar {}: {} for {truth}", bar.played, bar.seconds);
        assert!(bar.spread < 0.05);
    }
    let map = aligned.map().unwrap();
    assert!((map.time_at(4.0).unwrap() - performance.bars[4]).abs() < 0.02);
    assert!((map.last().time - performance.end).abs() < 0.15, "{:?} for {}", map.last(), performance.end);
}

#[test]
fn a_part_of_a_recording_keeps_its_times() {
    let piece = Piece::tune(6, 3);
    let order: Vec<usize> = (0..6).collect();
    let performance = piece.perform(&order, 4.0, 0.5, 4);
    let mut sound = performance.record(5.0, plucked);
    // Somebody else plays before and after.
    let other = Piece::tune(2, 77).perform(&[0, 1], 0.0, 0.45, 5).record(0.0, plucked);
    for (out, other) in sound.iter_mut().zip(&other) {
        *out += other;
    }
    let features = features(&sound);
    let aligned = Aligner::new(&piece.score()).between(3.8..performance.end + 1.0).align(&features).unwrap();
    assert_eq!(aligned.playthrough.order().collect::<Vec<_>>(), order);
    for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
        assert!((bar.seconds - truth).abs() < 0.03, "bar {}: {} for {truth}", bar.played, bar.seconds);
    }
    assert!((aligned.before - 4.0).abs() < 0.05);
    assert_eq!(Aligner::new(&piece.score()).between(9e9..1e10).align(&features), Err(Error::NoSuchPart));
}

#[test]
fn the_order_can_be_fixed() {
    let piece = Piece::tune(6, 8);
    let performance = piece.perform(&[0, 1, 2, 3, 4, 5], 0.3, 0.5, 9);
    let features = features(&performance.record(0.5, plucked));
    let score = piece.score();
    let order = segno_syncpoint::Playthrough::performed(&score.structure, 1..6).unwrap();
    let aligned = Aligner::new(&score).order(&order).align(&features).unwrap();
    assert_eq!(aligned.playthrough, order);
    assert!((aligned.bars[2].seconds - performance.bars[3]).abs() < 0.03);
}

#[test]
fn nothing_to_align_is_said() {
    let piece = Piece::tune(2, 1);
    let silence = features(&vec![0.0; RATE as usize * 3]);
    assert_eq!(Aligner::new(&piece.score()).align(&silence), Err(Error::Silent));
    assert_eq!(Aligner::new(&Score::default()).align(&silence), Err(Error::NoNotes));
    let nothing = features(&[]);
    assert_eq!(Aligner::new(&piece.score()).align(&nothing), Err(Error::Silent));
}
