//! Each diagnostic of a list of syncpoints with its point and what is suggested, on both sides of each boundary.

use segno_syncpoint::validate::{self, Context, DiagnosticKind, Suggestion};
use segno_syncpoint::{BarGrid, Offset, Position, Syncpoint, wire};

fn told(text: &str, context: &Context<'_>) -> Vec<(DiagnosticKind, Option<usize>, Suggestion)> {
    let points = wire::read(text).unwrap();
    let diagnostics = validate::points(&points, context);
    diagnostics.iter().map(|found| (found.kind, found.point, found.suggestion)).collect()
}

/// The only one that there is.
#[track_caller]
fn only(text: &str, context: &Context<'_>) -> (DiagnosticKind, Option<usize>, Suggestion) {
    let told = told(text, context);
    assert_eq!(told.len(), 1, "{text}: {told:?}");
    told[0]
}

fn insert(index: usize, bar: u32, time: f64) -> Suggestion {
    Suggestion::Insert { index, point: Syncpoint::bar_line(bar, time) }
}

#[test]
fn a_missing_start() {
    let first = |text: &str| told(text, &Context::default())[0];
    for (text, time) in [
        // On the line through the first two points, but not before the recording.
        ("[[2,5],[4,9]]", 1.0),
        ("[[1,5],[4,11]]", 3.0),
        ("[[2,1],[4,9]]", 0.0),
        ("[[2,4],[4,8]]", 0.0),
        // Without a line no point can be on it.
        ("[[2,5]]", 0.0),
        ("[[2,5],[4,5]]", 0.0),
        ("[[2,5],[4,3]]", 0.0),
        ("[[4,9],[2,11]]", 0.0),
        ("[[2,5],[2,9]]", 0.0),
    ] {
        let bar = if text.starts_with("[[1") {
            1
        } else if text.starts_with("[[4") {
            4
        } else {
            2
        };
        let kind = DiagnosticKind::FirstNotBarZero { position: Position::bar_line(bar) };
        assert_eq!(first(text), (kind, Some(0), insert(0, 0, time)), "{text}");
    }
    let fragment = Context { fragment: true, ..Context::default() };
    assert_eq!(told("[[2,5],[4,9]]", &fragment), []);
}

#[test]
fn a_missing_end() {
    let kind = DiagnosticKind::MissingEndPoint { bar_count: 8 };
    let end = |text: &str, duration| {
        let context = Context { bar_count: Some(8), duration, ..Context::default() };
        told(text, &context).into_iter().find(|found| found.0 == kind).map(|found| (found.1, found.2))
    };
    let at = |index, point, time| Some((Some(index), insert(point, 8, time)));
    // At the tempo of the last segment, and not after the end of the recording.
    assert_eq!(end("[[0,1],[6,13]]", None), at(1, 2, 17.0));
    assert_eq!(end("[[0,1],[4,2],[7,8]]", None), at(2, 3, 10.0));
    assert_eq!(end("[[0,1],[6,13]]", Some(15.0)), at(1, 2, 15.0));
    assert_eq!(end("[[0,1],[6,13]]", Some(17.0)), at(1, 2, 17.0));
    assert_eq!(end("[[0,1],[6,13]]", Some(20.0)), at(1, 2, 17.0));
    // A recording that ends before the last point says nothing.
    assert_eq!(end("[[0,1],[6,13]]", Some(13.0)), at(1, 2, 17.0));
    assert_eq!(end("[[0,1],[6,13]]", Some(12.0)), at(1, 2, 17.0));
    // Without a tempo the recording's end is all that is known.
    assert_eq!(end("[[0,1]]", Some(9.0)), at(0, 1, 9.0));
    assert_eq!(end("[[0,1]]", Some(1.0)), Some((Some(0), Suggestion::Ask)));
    assert_eq!(end("[[0,1]]", None), Some((Some(0), Suggestion::Ask)));
    assert_eq!(end("[[0,5],[2,5]]", None), Some((Some(1), Suggestion::Ask)));
    assert_eq!(end("[[0,5],[2,5]]", Some(9.0)), at(1, 2, 9.0));
    assert_eq!(end("[[0,5],[2,4]]", None), Some((Some(1), Suggestion::Ask)));
    // There is one.
    assert_eq!(end("[[0,1],[8,13]]", None), None);
    assert_eq!(end("[[0,1],[7,13,480]]", None), None);
    assert_eq!(end("[[0,1],[7,13,479]]", None).map(|found| found.0), Some(Some(1)));
}

#[test]
fn a_point_alone() {
    let count = Context { bar_count: Some(8), ..Context::default() };
    let beyond = DiagnosticKind::BeyondEnd { bar_count: 8 };
    assert_eq!(
        only("[[0,0],[8,16,1]]", &count),
        (beyond, Some(1), Suggestion::SetOffset { index: 1, offset: 0.0 })
    );
    assert_eq!(only("[[0,0],[9,18]]", &count), (beyond, Some(1), Suggestion::Remove { index: 1 }));
    let crop = Context { crop_start: Some(4.0), crop_end: Some(12.0), ..Context::default() };
    let outside: Vec<Option<usize>> = told("[[0,3.999],[2,4],[6,12],[7,12.5]]", &crop)
        .into_iter()
        .filter(|found| found.0 == DiagnosticKind::PointOutsideCrop)
        .map(|found| {
            assert_eq!(found.2, Suggestion::Ask);
            found.1
        })
        .collect();
    assert_eq!(outside, [Some(0), Some(3)]);
    let audio = Context { duration: Some(15.0), ..Context::default() };
    let after = DiagnosticKind::PointAfterAudioEnd { duration: 15.0 };
    assert_eq!(
        only("[[0,0],[8,16]]", &audio),
        (after, Some(1), Suggestion::SetTime { index: 1, time: 15.0 })
    );
}

#[test]
fn a_crop_that_is_none() {
    let set = |start, end| Suggestion::SetCrop { start, end };
    let crop = |start, end| {
        let context = Context { crop_start: start, crop_end: end, ..Context::default() };
        told("[[0,3],[8,16]]", &context)
    };
    let (negative, inverted) = (DiagnosticKind::CropNegative, DiagnosticKind::CropInverted);
    for (start, end, kind, suggestion) in [
        (Some(-1.0), Some(9.0), negative, set(None, Some(9.0))),
        (Some(f64::INFINITY), Some(9.0), negative, set(None, Some(9.0))),
        (Some(2.0), Some(f64::NAN), negative, set(Some(2.0), None)),
        (Some(2.0), Some(-0.5), negative, set(Some(2.0), None)),
        (Some(-2.0), Some(-0.5), negative, set(None, None)),
        (Some(9.0), Some(4.0), inverted, set(Some(4.0), Some(9.0))),
        (Some(9.0), Some(9.0), inverted, set(Some(9.0), None)),
    ] {
        // An empty crop hides no point.
        assert_eq!(crop(start, end), [(kind, None, suggestion)], "{start:?} {end:?}");
    }
    assert_eq!(crop(Some(0.0), Some(16.0)), []);
    assert_eq!(crop(Some(3.0), None), []);
    assert_eq!(crop(None, Some(16.0)), []);
}

#[test]
fn two_points_in_a_row() {
    let plain = Context::default();
    let merge = |first| Suggestion::Merge { first, second: first + 1 };
    let first = |text: &str| told(text, &plain)[0];
    let close = DiagnosticKind::SubMillisecondGap;
    assert_eq!(first("[[0,0],[0,0.0005,240],[1,0.9]]"), (close, Some(1), merge(0)));
    // By the difference of the times, up to a millisecond.
    assert_eq!(first("[[0,0.0004],[1,0.9],[1,0.9008,1],[2,1.8]]"), (close, Some(2), merge(1)));
    let gap =
        |text: &str| told(text, &plain).iter().any(|found| found.0 == DiagnosticKind::SubMillisecondGap);
    assert!(!gap("[[0,0],[0,0.001,1],[1,2]]"));
    assert!(gap("[[0,0],[0,0.00099,1],[1,2]]"));
    assert!(gap("[[0,0.0004],[0,0.0013,1],[1,2]]"));
    assert!(!gap("[[0,0.0004],[0,0.0015,1],[1,2]]"));
    assert_eq!(
        told("[[0,1],[1,3],[2,2.5],[3,5]]", &plain)[0],
        (
            DiagnosticKind::TimeNotIncreasing { previous: 3.0, time: 2.5 },
            Some(2),
            Suggestion::Remove { index: 2 }
        )
    );
    assert_eq!(
        told("[[0,1],[1,3],[2,3],[3,5]]", &plain)[0],
        (
            DiagnosticKind::TimeNotIncreasing { previous: 3.0, time: 3.0 },
            Some(2),
            Suggestion::Remove { index: 2 }
        )
    );
    // Two places that are one as numbers of bars.
    let near = Position::new(1_000_000, Offset::float(1e-9).unwrap()).unwrap();
    let points =
        [Syncpoint::bar_line(0, 0.0), Syncpoint::bar_line(1_000_000, 1e6), Syncpoint::new(near, 1_000_001.0)];
    let diagnostics = validate::points(&points, &plain);
    let found: Vec<_> =
        diagnostics.errors().map(|found| (format!("{:?}", found.kind), found.suggestion)).collect();
    assert_eq!(found, [("PositionNotIncreasing(Duplicate)".to_owned(), merge(1))]);
}

#[test]
fn tempos() {
    let plain = Context::default();
    let bpm = |text: &str, context: &Context<'_>| {
        told(text, context).into_iter().find_map(|(kind, point, suggestion)| match kind {
            DiagnosticKind::ImplausibleTempo { bpm } => {
                assert_eq!(suggestion, Suggestion::Ask);
                Some(((bpm * 1e6).round() / 1e6, point))
            }
            _ => None,
        })
    };
    // Without a grid a bar has 1 to 12 beats.
    assert_eq!(bpm("[[0,0],[1,0.125]]", &plain), Some((480.0, Some(1))));
    assert_eq!(bpm("[[0,5],[2,5.25]]", &plain), Some((480.0, Some(1))));
    assert_eq!(bpm("[[0,0],[1,80]]", &plain), Some((9.0, Some(1))));
    assert_eq!(bpm("[[0,0],[1,0.16]]", &plain), None);
    assert_eq!(bpm("[[0,0],[1,71]]", &plain), None);
    let grid = BarGrid::uniform(8, 4, 4).unwrap().play_straight().unwrap();
    let metre = Context { grid: Some(&grid), ..plain };
    // 4 beats in 0.6 s are 400 a minute, in 24 s 10.
    assert_eq!(bpm("[[0,0],[1,0.6]]", &metre), None);
    assert_eq!(bpm("[[0,0],[1,0.5]]", &metre), Some((480.0, Some(1))));
    assert_eq!(bpm("[[0,0],[1,24]]", &metre), None);
    assert_eq!(bpm("[[0,0],[2,60]]", &metre), Some((8.0, Some(1))));
    let jump = |text: &str| {
        told(text, &plain).into_iter().find_map(|(kind, point, _)| match kind {
            DiagnosticKind::TempoJump { ratio } => Some(((ratio * 1e6).round() / 1e6, point)),
            _ => None,
        })
    };
    assert_eq!(jump("[[0,0],[1,1],[2,6]]"), Some((5.0, Some(1))));
    assert_eq!(jump("[[0,0],[1,5],[2,6]]"), Some((5.0, Some(1))));
    assert_eq!(jump("[[0,0],[1,1],[2,2],[3,6.5]]"), Some((4.5, Some(2))));
    assert_eq!(jump("[[0,0],[1,1],[2,5]]"), None);
    assert_eq!(jump("[[0,0],[1,4],[2,5]]"), None);
    // Only between segments that follow each other and rise.
    assert_eq!(jump("[[0,0],[1,1],[2,0.5],[3,6]]"), None);
}

#[test]
fn points_that_add_nothing() {
    let plain = Context::default();
    let remove = |index| (DiagnosticKind::RedundantPoint, Some(index), Suggestion::Remove { index });
    let redundant = |text: &str| {
        told(text, &plain)
            .into_iter()
            .filter(|found| found.0 == DiagnosticKind::RedundantPoint)
            .collect::<Vec<_>>()
    };
    assert_eq!(redundant("[[0,1],[1,3],[3,7]]"), [remove(1)]);
    assert_eq!(redundant("[[0,1],[1,3],[2,5],[5,11],[6,12]]"), [remove(1), remove(2)]);
    assert_eq!(redundant("[[0,1],[1,3.00000002],[3,7]]"), []);
    assert_eq!(redundant("[[0,1],[1,2.99999998],[3,7]]"), []);
    assert_eq!(redundant("[[0,1],[1,3.0000000005],[3,7]]"), [remove(1)]);
    assert_eq!(redundant("[[0,1],[1,3,0,1],[3,7]]"), []);
    assert_eq!(redundant("[[0,1,0,1],[1,3,0,1],[3,7]]"), [remove(1)]);
}

#[test]
fn hidden_to_the_end() {
    let plain = Context::default();
    let show = |index| Suggestion::SetHide { index, hide: false };
    assert_eq!(
        only("[[0,0],[1,1],[2,2.5,0,1]]", &plain),
        (DiagnosticKind::HideOnLastPoint, Some(2), show(2))
    );
    assert_eq!(
        only("[[0,0],[1,1,0,1],[2,2.5,0,1],[3,3,0,1]]", &plain),
        (DiagnosticKind::HideNeverCleared, Some(1), show(3))
    );
    assert_eq!(
        only("[[0,0,0,1],[1,1,0,1],[2,2.5],[3,3,0,1]]", &plain),
        (DiagnosticKind::HideOnLastPoint, Some(3), show(3))
    );
    assert_eq!(told("[[0,0,0,1],[1,1,0,1],[2,2.5]]", &plain), []);
    assert_eq!(only("[[0,0]]", &plain), (DiagnosticKind::OnlyOnePoint, Some(0), Suggestion::Ask));
}
