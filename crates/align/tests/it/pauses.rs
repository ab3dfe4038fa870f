//! Pauses that the score writes: breath marks, and the silence behind a section. Performers take as long as they like for them.

use segno_align::{Aligned, Aligner};
use segno_score::{Pause, Score};
use segno_syncpoint::Fraction;

use crate::studio::{Performance, Piece, features, plucked};

const BARS: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// Plays with so many seconds of silence before the note at `offset` of the bar.
fn paused(piece: &Piece, bar: usize, offset: f64, silence: f64) -> Performance {
    waiting(piece, bar, offset, silence, false)
}

/// Waits so many seconds before the note at `offset` of the bar; what sounds until then is held, or not.
fn waiting(piece: &Piece, bar: usize, offset: f64, silence: f64, holds: bool) -> Performance {
    let mut performance = piece.perform(&BARS, 0.4, 0.5, 72);
    let (begin, end) = (performance.bars[bar], performance.bars[bar + 1]);
    let from = begin + offset * (end - begin) / 4.0 - 0.05;
    for (at, held, _, _) in &mut performance.notes {
        if *at > from {
            *at += silence;
        } else if holds && *at + *held > from {
            *held += silence;
        } else {
            *held = held.min(from - *at).max(0.05);
        }
    }
    for time in performance.bars.iter_mut().chain([&mut performance.end]) {
        *time += if *time > from { silence } else { 0.0 };
    }
    performance
}

/// Nothing is played where it stands in the score, and nothing that stands there is lost.
fn check(aligned: &Aligned, performance: &Performance, what: &str) {
    assert_eq!(aligned.playthrough.order().collect::<Vec<_>>(), BARS, "{what}");
    for (bar, truth) in aligned.bars.iter().zip(&performance.bars) {
        let error = bar.seconds - truth;
        assert!(error.abs() < 0.04, "{what}: bar {}: {error} off, spread {}", bar.played, bar.spread);
        assert!(bar.spread < 0.05, "{what}: bar {}: spread {}", bar.played, bar.spread);
    }
}

fn with_pause(piece: &Piece, bar: usize, quarters: u32) -> Score {
    let mut score = piece.score();
    score.pauses.push(Pause::new(bar, Fraction::new(quarters, 4).unwrap(), 0.5));
    score
}

#[test]
fn a_breath_may_last_a_moment() {
    let piece = Piece::tune(8, 71);
    let score = with_pause(&piece, 3, 2);
    for silence in [0.0, 0.5, 2.0] {
        let performance = paused(&piece, 3, 2.0, silence);
        let sound = features(&performance.record(0.6, plucked));
        let aligned = Aligner::new(&score).align(&sound).unwrap();
        check(&aligned, &performance, &format!("a breath of {silence} s"));
        let after = aligned.notes.iter().find(|note| note.played == 3 && note.offset >= 240.0).unwrap();
        let from = performance.bars[3] + 0.9 + silence;
        let truth = performance.notes.iter().map(|note| note.0).find(|at| *at > from).unwrap();
        assert!((after.seconds - truth).abs() < 0.03, "{silence}: {} for {truth}", after.seconds);
    }
}

/// The silence costs nothing where it is written, so no other order comes nearer by it.
#[test]
fn a_section_may_end_with_silence_of_any_length() {
    let mut piece = Piece::tune(8, 73);
    piece.structure.bars[3].section_break = true;
    let score = with_pause(&piece, 3, 4);
    for silence in [0.0, 1.0, 3.0, 9.0] {
        let performance = paused(&piece, 3, 4.0, silence);
        let sound = features(&performance.record(0.6, plucked));
        let aligned = Aligner::new(&score).align(&sound).unwrap();
        check(&aligned, &performance, &format!("a pause of {silence} s"));
        let unwritten = Aligner::new(&piece.score()).align(&sound).unwrap();
        let more = aligned.margin - unwritten.margin;
        assert!(more > if silence > 3.0 { 0.1 } else { -1e-6 }, "{silence} s: a margin of {more} more");
    }
}

/// No pause is written, and the performer waits in the middle of a bar all the same: for a breath, or on a chord that is held.
/// Nothing that sounds after the wait is placed before it, and nothing the other way round.
#[test]
fn a_performer_may_wait_where_nothing_is_written() {
    let piece = Piece::tune(8, 300);
    let waits = [(2, 0.5, 6.0), (2, 0.5, 15.0), (3, 1.5, 6.0), (3, 2.0, 15.0), (4, 2.5, 15.0), (5, 3.5, 6.0)];
    for (bar, offset, silence) in waits {
        for holds in [false, true] {
            let performance = waiting(&piece, bar, offset, silence, holds);
            let sound = features(&performance.record(0.6, plucked));
            let aligned = Aligner::new(&piece.score()).align(&sound).unwrap();
            let what = format!("{silence} s in bar {bar}, held: {holds}");
            check(&aligned, &performance, &what);
            for (note, (_, _, truth)) in aligned.notes.iter().zip(performance.struck(&piece, &BARS)) {
                let error = note.seconds - truth;
                assert!(
                    error.abs() < 0.08 + 4.0 * note.spread && error.abs() < 1.0,
                    "{what}: {note:?} is {error} off"
                );
            }
        }
    }
}
