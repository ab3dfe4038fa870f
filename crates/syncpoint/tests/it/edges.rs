//! Small values on both sides of a boundary.

use segno_syncpoint::{
    BarGrid, Fraction, GridBar, Jump, JumpKind, Loop, Marker, MarkerKind, Metre, Place, Policy, RawPoint,
    RawValue, Structure, WrittenBar,
};

#[test]
fn a_point_of_any_number_of_values() {
    for count in 0..7 {
        let point = RawPoint::from_values((0..count).map(RawValue::Integer));
        assert_eq!(point.arity, Some(usize::try_from(count).unwrap()));
        for (place, value) in (0..).zip(point.values) {
            let expected = if place < count { RawValue::Integer(place) } else { RawValue::Null };
            assert_eq!(value, expected, "{count} {place}");
        }
    }
    assert_eq!(RawPoint::not_a_list().arity, None);
    assert_eq!(RawPoint::not_a_list().values, [RawValue::Null; 4]);
}

/// Without a metre a bar is counted in quarters, and in what is left of one.
#[test]
fn beats_of_a_bar_without_a_metre() {
    let beats = |numerator: u32, denominator: u32| {
        let length = Fraction::new(numerator, denominator).unwrap();
        let bar = GridBar { nominal: length, actual: length, metre: Metre::default(), implicit: false };
        let grid = BarGrid { bars: vec![bar] }.play_straight().unwrap();
        let places = grid
            .beats_of(0)
            .into_iter()
            .map(|share| share * f64::from(numerator) * 4.0 / f64::from(denominator));
        (places.map(|quarters| (quarters * 1e6).round() / 1e6).collect::<Vec<_>>(), grid.beats(0).unwrap())
    };
    assert_eq!(beats(3, 4), (vec![0.0, 1.0, 2.0], 3.0));
    assert_eq!(beats(7, 8), (vec![0.0, 1.0, 2.0, 3.0], 4.0));
    assert_eq!(beats(1, 4), (vec![0.0], 1.0));
    assert_eq!(beats(1, 8), (vec![0.0], 1.0));
}

/// A label that a fine carries means that, whatever other sign carries it too; one that only others carry means those.
#[test]
fn which_sign_ends_a_jump() {
    let order = |signs: &[(usize, MarkerKind, Place)]| {
        let four = Fraction::new(4, 4).unwrap();
        let mut structure =
            Structure { bars: (1..=5).map(|number| WrittenBar::new(number.to_string(), four)).collect() };
        for &(bar, kind, at) in signs {
            structure.bars[bar].markers.push(Marker { kind, label: "x".to_owned(), at, staff: None });
        }
        structure.bars[4].jumps.push(Jump {
            kind: JumpKind::DaCapo,
            to: "start".to_owned(),
            until: "x".to_owned(),
            continue_at: None,
            play_repeats: false,
            passes: Vec::new(),
            staff: None,
        });
        structure.unroll(&Policy::CLASSICAL).unwrap().order().skip(5).collect::<Vec<_>>()
    };
    let fine = (3, MarkerKind::Fine, Place::End);
    assert_eq!(order(&[fine]), [0, 1, 2, 3]);
    assert_eq!(order(&[(1, MarkerKind::Segno, Place::Start), fine]), [0, 1, 2, 3]);
    assert_eq!(order(&[(1, MarkerKind::Coda, Place::End), fine]), [0, 1, 2, 3]);
    assert_eq!(order(&[(1, MarkerKind::Segno, Place::Start)]), [0]);
    assert_eq!(order(&[(1, MarkerKind::Coda, Place::End)]), [0, 1]);
    assert_eq!(order(&[(1, MarkerKind::Fine, Place::End), fine]), [0, 1]);
}

/// Where one lap ends the next one begins; times on both sides of that are told apart.
#[test]
fn the_ends_of_laps() {
    let phrase = Loop::new(1.0, 3.0).unwrap();
    for lap in 1..100_u32 {
        let end = 1.0 + 2.0 * f64::from(lap);
        assert_eq!((phrase.laps(end), phrase.wrap(end)), (u64::from(lap), 1.0), "{lap}");
        assert_eq!((phrase.laps(end - 0.5), phrase.wrap(end - 0.5)), (u64::from(lap) - 1, 2.5), "{lap}");
        assert_eq!((phrase.laps(end + 0.5), phrase.wrap(end + 0.5)), (u64::from(lap), 1.5), "{lap}");
        let just_before = end.next_down();
        assert_eq!(phrase.laps(just_before), u64::from(lap) - 1, "{lap}");
        assert!(phrase.wrap(just_before) > 2.9 && phrase.wrap(just_before) < 3.0, "{lap}");
    }
    // A length that has no exact binary form: no lap is lost or gained over many.
    for (start, end) in [(0.1, 0.4), (0.3, 1.0), (2.7, 2.8), (1e-3, 7.1)] {
        let phrase = Loop::new(start, end).unwrap();
        let mut before = 0;
        for step in 0..2_000_u32 {
            let clock = start + f64::from(step) * (end - start) / 7.0;
            let (laps, place) = (phrase.laps(clock), phrase.wrap(clock));
            assert!((start..=end).contains(&place), "{start} {end} {step}: {place}");
            assert!(
                laps >= before && laps.abs_diff(u64::from(step / 7)) <= u64::from(step % 7 == 0),
                "{start} {end} {step}: {laps}"
            );
            let back = place + laps as f64 * (end - start);
            assert!((back - clock).abs() < 1e-9, "{start} {end} {step}: {back}");
            before = laps;
        }
    }
    for (start, end) in
        [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (f64::NEG_INFINITY, 0.0)]
    {
        assert!(Loop::new(start, end).is_err(), "{start} {end}");
    }
}
