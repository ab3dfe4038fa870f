//! What is not one recording of one score is refused, and says why.

use segno_align::{Aligner, Error};

use crate::studio::{Dice, Piece, RATE, features, plucked};

fn refused(piece: &Piece, sound: &[f32]) -> Error {
    Aligner::new(&piece.score()).align(&features(sound)).unwrap_err()
}

#[test]
fn the_recording_of_another_piece_is_refused() {
    for seed in 0..4 {
        let (one, other) = (Piece::tune(10, 40 + seed), Piece::tune(14, 50 + seed));
        let order: Vec<usize> = (0..14).collect();
        let sound = other.perform(&order, 0.4, 0.45, seed).record(0.5, plucked);
        let Error::Unlike { match_, explained, .. } = refused(&one, &sound) else { panic!() };
        assert!(match_ > 0.0 && (0.0..=1.0).contains(&explained));
        assert!(Aligner::new(&other.score()).align(&features(&sound)).is_ok(), "its own score is refused");
    }
}

#[test]
fn what_is_no_music_is_refused() {
    let piece = Piece::tune(8, 44);
    let mut dice = Dice::new(9);
    let noise: Vec<f32> = (0..12 * RATE).map(|_| (0.4 * dice.roll() - 0.2) as f32).collect();
    let tone: Vec<f32> = (0..12 * RATE).map(|n| 0.3 * (f64::from(n) * 0.13).sin() as f32).collect();
    let sweep: Vec<f32> = (0..12 * RATE)
        .map(|n| {
            let time = f64::from(n) / f64::from(RATE);
            0.3 * (std::f64::consts::TAU * time * (60.0 + 90.0 * time)).sin() as f32
        })
        .collect();
    for sound in [noise, tone, sweep] {
        assert!(matches!(refused(&piece, &sound), Error::Unlike { .. }));
    }
}

#[test]
fn a_passage_that_is_written_twice_could_be_either() {
    let mut piece = Piece::tune(12, 45);
    let copy: Vec<_> = piece.bars[..4].to_vec();
    piece.bars[8..].clone_from_slice(&copy);
    let sound = piece.perform(&[0, 1, 2, 3], 0.4, 0.45, 46).record(0.5, plucked);
    let Error::Ambiguous { orders } = refused(&piece, &sound) else { panic!() };
    assert!(orders.contains(&vec![0, 1, 2, 3]) && orders.contains(&vec![8, 9, 10, 11]), "{orders:?}");
    let order = segno_syncpoint::Playthrough::performed(&piece.structure, 8..12).unwrap();
    let aligned = Aligner::new(&piece.score()).order(&order).align(&features(&sound)).unwrap();
    assert_eq!(aligned.bars.len(), 4);
}
