//! Instruments, rooms, talk, wrong scores: a few seconds of each, made here.

use segno_align::{Aligned, Aligner};

use segno_score::{Onset, Tempo};
use segno_syncpoint::Fraction;

use crate::studio::{
    Dice, Performance, Piece, RATE, bowed, choir, clapping, drums, features, plucked, room, sung, talk,
};

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

#[test]
fn a_voice_alone_is_followed() {
    let (piece, _) = Piece::song(8, 121);
    let performance = piece.perform(&all(8), 0.5, 0.6, 122);
    let sound = room(&performance.record(0.8, sung), 1.2);
    aligned(&piece, &performance, &sound, &all(8), 0.12);
}

#[test]
fn a_choir_in_a_hall_is_followed() {
    let piece = Piece::hymn(8, 123);
    let performance = piece.perform(&all(8), 0.5, 0.7, 124);
    let sound = room(&performance.record(0.8, choir), 3.5);
    aligned(&piece, &performance, &sound, &all(8), 0.25);
}

/// Of what sounds, the tune alone is written.
#[test]
fn a_lead_sheet_is_found_under_a_band() {
    let (written, played) = Piece::song(12, 125);
    let performance = played.perform(&all(12), 0.5, 0.55, 126);
    let mut sound = performance.record(0.8, plucked);
    drums(&mut sound, &performance.bars, performance.end, 0.15);
    aligned(&written, &performance, &sound, &all(12), 0.15);
}

/// A part for drums has notes without pitch, at other places than the guitar.
#[test]
fn parts_without_pitch_do_no_harm() {
    let piece = Piece::tune(8, 127);
    let performance = piece.perform(&all(8), 0.5, 0.5, 128);
    let mut sound = performance.record(0.8, plucked);
    drums(&mut sound, &performance.bars, performance.end, 0.25);
    let mut score = piece.score();
    for bar in 0..8 {
        let sixteenth = Fraction::new(1, 16).unwrap();
        score
            .onsets
            .extend((0..16).map(|n| Onset::new(1, bar, Fraction::new(n, 16).unwrap(), None, sixteenth)));
    }
    let found = Aligner::new(&score).align(&features(&sound)).unwrap();
    assert_eq!(found, Aligner::new(&piece.score()).align(&features(&sound)).unwrap());
    for (bar, truth) in found.bars.iter().zip(&performance.bars) {
        assert!((bar.seconds - truth).abs() < 0.06, "bar {}: {} for {truth}", bar.played, bar.seconds);
    }
}

#[test]
fn applause_before_and_after_is_not_music() {
    let piece = Piece::tune(8, 129);
    let performance = piece.perform(&all(8), 5.0, 0.5, 130);
    let mut sound = performance.record(5.0, plucked);
    clapping(&mut sound[..(4.2 * f64::from(RATE)) as usize], 131);
    let after = ((performance.end + 0.3) * f64::from(RATE)) as usize;
    clapping(&mut sound[after..], 132);
    let aligned = aligned(&piece, &performance, &sound, &all(8), 0.05);
    assert!((aligned.before - 5.0).abs() < 0.05 && aligned.after > 3.5, "{}", aligned.after);
}

#[test]
fn an_end_that_fades_out_keeps_its_bars() {
    let piece = Piece::tune(10, 133);
    let performance = piece.perform(&all(10), 0.5, 0.5, 134);
    let mut sound = performance.record(0.2, plucked);
    let (from, to) = (performance.bars[6], performance.end);
    for (n, sample) in sound.iter_mut().enumerate() {
        let share = ((n as f64 / f64::from(RATE) - from) / (to - from)).clamp(0.0, 1.0);
        *sample *= (-5.0 * share).exp() as f32;
    }
    aligned(&piece, &performance, &sound, &all(10), 0.08);
}

/// The performer plays a bar that the score does not have.
#[test]
fn a_bar_that_the_score_lacks_is_passed_over() {
    let played = Piece::tune(10, 135);
    let mut performance = played.perform(&all(10), 0.5, 0.5, 136);
    let sound = performance.record(0.6, plucked);
    let mut bars = played.bars.clone();
    bars.remove(5);
    performance.bars.remove(5);
    aligned(&Piece::of(bars), &performance, &sound, &all(9), 0.15);
}

/// Tempo marks that have nothing to do with what is played: a stretch marked much too slow or too fast, all of it, or bar by bar.
#[test]
fn wrong_tempo_marks_do_no_harm() {
    let piece = Piece::tune(16, 137);
    let performance = piece.perform(&all(16), 0.5, 0.5, 138);
    let sound = features(&performance.record(0.6, plucked));
    let wild = [(0, 60.0), (3, 200.0), (6, 40.0), (9, 120.0), (12, 300.0)];
    let marks: [&[(usize, f64)]; 6] = [
        &[(0, 120.0), (5, 48.0), (11, 120.0)],
        &[(0, 120.0), (4, 40.0), (12, 120.0)],
        &[(0, 120.0), (5, 300.0), (11, 120.0)],
        &[(0, 30.0)],
        &[(0, 400.0)],
        &wild,
    ];
    for marks in marks {
        let mut score = piece.score();
        score.tempos = marks.iter().map(|(bar, bpm)| Tempo::new(*bar, Fraction::ZERO, *bpm)).collect();
        let aligned = Aligner::new(&score).align(&sound).unwrap();
        assert_eq!(aligned.playthrough.order().collect::<Vec<_>>(), all(16), "{marks:?}");
        for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
            let error = bar.seconds - truth;
            assert!(error.abs() < 0.03, "{marks:?}: bar {}: {error}", bar.played);
        }
    }
}

/// A bar begins with the note that is written on its line. A grace note before it may be played on the beat and as long as a
/// note, so that one may be taken for the other; who is off by that must not be sure.
#[test]
fn a_note_after_a_long_grace_note_is_found_or_in_doubt() {
    let mut piece = Piece::tune(10, 137);
    for notes in &mut piece.bars {
        let lowest = notes.iter().position(|(offset, ..)| *offset == 0.0).unwrap();
        notes.remove(lowest);
    }
    let mut score = piece.score();
    let performance = piece.perform(&all(10), 0.5, 0.5, 138);
    for long in [0.06, 0.12, 0.25] {
        let mut performance = performance.clone();
        for bar in [2, 4, 7] {
            let line = performance.bars[bar];
            let main = performance.notes.iter_mut().find(|(at, ..)| *at == line).unwrap();
            let (held, key, loud) = (main.1, main.2, main.3);
            *main = (line + long, (held - long).max(0.1), key, loud);
            performance.notes.push((line, long, key + 2, loud));
            performance.bars[bar] = line + long;
            let mut grace = Onset::new(0, bar, Fraction::ZERO, Some(key + 2), Fraction::ZERO);
            grace.grace = true;
            score.onsets.push(grace);
        }
        let found = Aligner::new(&score).align(&features(&performance.record(0.8, plucked))).unwrap();
        for (bar, truth) in found.bars.iter().zip(&performance.bars) {
            let error = (bar.seconds - truth).abs();
            assert!(error < 0.03 + 1.5 * bar.spread, "{}: {error}, spread {}", bar.played, bar.spread);
        }
    }
}

/// The keys of a slowly rolled chord begin one after the other; the bar begins with the first.
#[test]
fn a_slowly_rolled_chord_is_found_or_in_doubt() {
    let piece = Piece::hymn(10, 139);
    let mut performance = piece.perform(&all(10), 0.5, 0.55, 140);
    for bar in [2, 5, 8] {
        let line = performance.bars[bar];
        let chord = performance.notes.iter_mut().filter(|(at, ..)| *at == line);
        for (note, (late, loud)) in chord.zip([(0.0, 0.4), (0.08, 0.6), (0.16, 1.0), (0.2, 1.0)]) {
            (note.0, note.3) = (note.0 + late, loud);
        }
    }
    let found = Aligner::new(&piece.score()).align(&features(&performance.record(0.8, plucked))).unwrap();
    for (bar, truth) in found.bars.iter().zip(&performance.bars) {
        let error = (bar.seconds - truth).abs();
        assert!(error < 0.03 + 1.5 * bar.spread, "{}: {error}, spread {}", bar.played, bar.spread);
    }
}
