//! What is sent to a player with an order of its own.

use segno_align::{Aligned, Aligner};
use segno_syncpoint::{Playthrough, RepeatEnd};

use crate::studio::{Piece, features, plucked};

fn aligned(order: &[usize]) -> (Piece, Aligned, Vec<f64>) {
    let mut piece = Piece::tune(8, 31);
    piece.structure.bars[3].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
    let performance = piece.perform(order, 0.5, 0.4, 32);
    let performed = Playthrough::performed(&piece.structure, order.iter().copied()).unwrap();
    let recording = features(&performance.record(0.6, plucked));
    let aligned = Aligner::new(&piece.score()).order(&performed).align(&recording).unwrap();
    (piece, aligned, performance.bars)
}

fn slice(piece: &Piece, order: impl IntoIterator<Item = usize>) -> Playthrough {
    Playthrough::performed(&piece.structure, order).unwrap()
}

#[test]
fn the_same_order_is_sent_as_it_is() {
    let order = [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7];
    let (piece, aligned, truth) = aligned(&order);
    let sent = aligned.delivery(&slice(&piece, order), 0.03).unwrap();
    assert!(sent.is_sequential() && sent.skipped.is_empty() && sent.foreign.is_empty());
    let map = sent.map().unwrap();
    assert!(map.points().len() < aligned.map().unwrap().points().len());
    for (bar, truth) in truth.iter().enumerate() {
        assert!((map.time_at(bar as f64).unwrap() - truth).abs() < 0.06);
    }
}

#[test]
fn a_repeat_that_was_left_out_is_passed_at_once() {
    let (piece, aligned, truth) = aligned(&[0, 1, 2, 3, 4, 5, 6, 7]);
    let sent = aligned.delivery(&slice(&piece, [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7]), 0.03).unwrap();
    assert!(matches!(&sent.skipped[..], [bars] if *bars == (4..8)));
    let map = sent.map().unwrap();
    assert!((map.time_at(3.0).unwrap() - truth[3]).abs() < 0.06);
    assert!((map.time_at(8.0).unwrap() - truth[4]).abs() < 0.06);
    assert!((map.time_at(8.0).unwrap() - map.time_at(4.0).unwrap()) < 0.002);
    assert!((map.time_at(11.0).unwrap() - truth[7]).abs() < 0.06);
    assert_eq!(map.last().position.bars(), 12.0);
}

#[test]
fn an_excerpt_begins_with_the_first_bar_of_the_slice() {
    let (piece, aligned, truth) = aligned(&[4, 5, 6]);
    let sent = aligned.delivery(&slice(&piece, [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7]), 0.03).unwrap();
    assert_eq!(sent.skipped, [0..8, 11..12]);
    let map = sent.map().unwrap();
    assert_eq!(map.first().position.bars(), 0.0);
    assert!((map.time_at(8.0).unwrap() - truth[0]).abs() < 0.06);
    assert_eq!(map.last().position.bars(), 11.0);
}

#[test]
fn going_back_where_the_slice_does_not_is_told() {
    let (piece, aligned, truth) = aligned(&[0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7]);
    let sent = aligned.delivery(&slice(&piece, 0..8), 0.03).unwrap();
    assert!(!sent.is_sequential() && sent.map().is_err());
    let [back] = sent.back[..] else { panic!("{:?}", sent.back) };
    assert_eq!(sent.points[back].position.bars(), 0.0);
    assert!((sent.points[back].time - truth[4]).abs() < 0.06);
    assert!(sent.points.windows(2).all(|pair| pair[0].time < pair[1].time));
    let steps = sent.points.windows(2).filter(|pair| pair[1].position.bars() <= pair[0].position.bars());
    assert_eq!(steps.count(), 1);
}

#[test]
fn a_bar_that_the_slice_does_not_have_is_hidden() {
    let (piece, aligned, truth) = aligned(&[0, 1, 2, 3, 4, 5, 6, 7]);
    let sent = aligned.delivery(&slice(&piece, [0, 1, 3, 4, 5, 6, 7]), 0.03).unwrap();
    assert!(matches!(&sent.foreign[..], [bars] if *bars == (2..3)));
    let map = sent.map().unwrap();
    let hidden: Vec<f64> = map.points().iter().filter(|point| point.hide).map(|point| point.time).collect();
    assert!((hidden[0] - truth[2]).abs() < 0.06);
    assert!((map.time_at(2.0).unwrap() - truth[3]).abs() < 0.06);
}
