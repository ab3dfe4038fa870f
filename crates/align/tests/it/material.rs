//! Instruments, rooms, talk, wrong scores: a few seconds of each, made here.

use segno_align::{Aligned, Aligner};

use crate::studio::{Dice, Performance, Piece, RATE, bowed, drums, features, plucked, room, talk};

/// The largest error that a bar may have, in seconds.
fn aligned(piece: &Piece, performance: &Performance, sound: &[f32], order: &[usize], limit: f64) -> Aligned {
    let aligned = Aligner::new(&piece.score()).align(&features(sound)).unwrap();
    assert_eq!(aligned.playthrough.order().collect::<Vec<_>>(), order);
    for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
        let error = bar.seconds - truth;
        assert!(
            error.abs() < limit,
            "bar {}: {} for {truth}, spread {}",
            bar.played,
            bar.seconds,
            bar.spread
        );
        assert!(
            error.abs() < 0.03 + 4.0 * bar.spread,
            "bar {}: {error} with a spread of {}",
            bar.played,
            bar.spread
        );
    }
    aligned
}

fn all(bars: usize) -> Vec<usize> {
    (0..bars).collect()
}

#[test]
fn bowed_strings_are_not_found_late() {
    let piece = Piece::tune(8, 101);
    let performance = piece.perform(&all(8), 0.5, 0.55, 102);
    let aligned = aligned(&piece, &performance, &performance.record(0.8, bowed), &all(8), 0.08);
    let mut errors: Vec<f64> =
        aligned.bars.iter().zip(&performance.bars).map(|(bar, truth)| bar.seconds - truth).collect();
    errors.sort_by(f64::total_cmp);
    assert!(errors[4].abs() < 0.03, "the median bar is {} off", errors[4]);
}

#[test]
fn drums_do_not_hide_the_notes() {
    let piece = Piece::tune(8, 103);
    let performance = piece.perform(&all(8), 0.5, 0.5, 104);
    let mut sound = performance.record(0.8, plucked);
    drums(&mut sound, &performance.bars, performance.end, 0.25);
    aligned(&piece, &performance, &sound, &all(8), 0.06);
}

#[test]
fn a_room_blurs_little() {
    let piece = Piece::tune(8, 105);
    let performance = piece.perform(&all(8), 0.5, 0.5, 106);
    let sound = room(&performance.record(0.8, plucked), 1.5);
    aligned(&piece, &performance, &sound, &all(8), 0.08);
}

#[test]
fn talk_before_and_noise_after_are_not_music() {
    let piece = Piece::tune(8, 107);
    let performance = piece.perform(&all(8), 6.0, 0.5, 108);
    let mut sound = performance.record(4.0, plucked);
    talk(&mut sound[..5 * RATE as usize], 109);
    let mut dice = Dice::new(110);
    let after = ((performance.end + 1.0) * f64::from(RATE)) as usize;
    for sample in &mut sound[after..] {
        *sample += (0.2 * dice.roll() - 0.1) as f32;
    }
    let aligned = aligned(&piece, &performance, &sound, &all(8), 0.05);
    assert!((aligned.before - 6.0).abs() < 0.05 && aligned.after > 2.5, "{}", aligned.after);
}

#[test]
fn another_key_and_another_tuning_are_told() {
    let piece = Piece::tune(8, 111);
    let mut performance = piece.perform(&all(8), 0.5, 0.5, 112);
    for note in &mut performance.notes {
        note.2 -= 3;
    }
    let low = |sound: &mut [f32], frequency: f64, held: f64, loud: f64| {
        plucked(sound, frequency * (0.3_f64 / 12.0).exp2(), held, loud);
    };
    let aligned = aligned(&piece, &performance, &performance.record(0.8, low), &all(8), 0.05);
    assert_eq!(aligned.transposition, -3);
    assert!((aligned.tuning_cents - 30.0).abs() < 4.0, "{}", aligned.tuning_cents);
}

#[test]
fn parts_of_a_piece_are_found_as_such() {
    let piece = Piece::tune(12, 113);
    for order in [(5..12).collect::<Vec<_>>(), (0..7).collect(), (3..9).collect()] {
        let performance = piece.perform(&order, 0.4, 0.5, 114);
        aligned(&piece, &performance, &performance.record(0.6, plucked), &order, 0.05);
    }
}

#[test]
fn a_new_start_after_a_stop_is_told() {
    let piece = Piece::tune(10, 115);
    let first = piece.perform(&all(5), 0.4, 0.5, 116);
    let second = piece.perform(&all(10), first.end + 2.0, 0.5, 117);
    let both = Performance {
        bars: first.bars.iter().chain(&second.bars).copied().collect(),
        notes: first.notes.iter().chain(&second.notes).copied().collect(),
        end: second.end,
    };
    let order: Vec<usize> = (0..5).chain(0..10).collect();
    let aligned = aligned(&piece, &both, &both.record(0.6, plucked), &order, 0.06);
    assert_eq!(aligned.breaks.len(), 1);
    assert_eq!(aligned.breaks[0].played, 4);
    assert!(
        aligned.breaks[0].seconds.start < first.end + 0.8 && aligned.breaks[0].seconds.end > first.end + 1.5
    );
}

#[test]
fn a_score_with_a_wrong_bar_does_for_the_others() {
    let played = Piece::tune(10, 118);
    let performance = played.perform(&all(10), 0.5, 0.5, 119);
    let mut written = played.clone();
    written.bars[6] = Piece::tune(10, 120).bars[6].clone();
    aligned(&written, &performance, &performance.record(0.6, plucked), &all(10), 0.15);
}
