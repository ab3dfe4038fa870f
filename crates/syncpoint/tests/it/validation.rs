//! Every class of error, made on purpose in valid lists, is found with its code and point; repair undoes what it can.

use proptest::prelude::*;
use segno_syncpoint::validate::{self, Context, Suggestion};
use segno_syncpoint::{
    BarGrid, MapError, Offset, Position, RawPoint, RawValue, Repair, SyncMap, Syncpoint, repair::Duplicates,
    wire,
};

use crate::maps;

fn codes(text: &str, context: &Context<'_>) -> Vec<(&'static str, Option<usize>)> {
    let raw = wire::read_raw(text).unwrap();
    let diagnostics = validate::raw(&raw, context);
    diagnostics.iter().map(|diagnostic| (diagnostic.kind.code(), diagnostic.point)).collect()
}

fn raw(points: &[Syncpoint]) -> Vec<RawPoint> {
    points.iter().map(RawPoint::from).collect()
}

type Spoil = fn(&mut Vec<RawPoint>, usize);

/// One way to spoil the point `at` of a valid list, and the code that must name it.
const SPOIL: [(&str, Spoil); 13] = [
    ("BadArity", |points, at| points[at].arity = Some(5)),
    ("BadArity", |points, at| points[at] = RawPoint::not_a_list()),
    ("BarNotInteger", |points, at| points[at].values[0] = RawValue::Float(0.25)),
    ("BarNegative", |points, at| points[at].values[0] = RawValue::Integer(-1)),
    ("BarTooLarge", |points, at| points[at].values[0] = RawValue::Integer(1 << 40)),
    ("TimeNotFinite", |points, at| points[at].values[1] = RawValue::Float(f64::NAN)),
    ("TimeNegative", |points, at| points[at].values[1] = RawValue::Float(-0.25)),
    ("OffsetNotFinite", |points, at| points[at].values[2] = RawValue::Float(f64::INFINITY)),
    ("OffsetOutOfRange", |points, at| points[at].values[2] = RawValue::Integer(481)),
    ("BadHideFlag", |points, at| points[at].values[3] = RawValue::Integer(2)),
    ("PositionNotIncreasing", |points, at| {
        let copy = points[at];
        points.insert(at, copy);
    }),
    ("PositionNotIncreasing", |points, at| points.swap(at, at - 1)),
    ("TimeNotIncreasing", |points, at| points[at].values[1] = points[at - 1].values[1]),
];

proptest! {
    #[test]
    fn valid_lists_have_no_errors(points in maps::points()) {
        let diagnostics = validate::points(&points, &Context::default());
        prop_assert!(diagnostics.is_valid(), "{}", diagnostics);
        prop_assert!(validate::raw(&raw(&points), &Context::default()).is_valid());
        prop_assert!(Repair::default().points(&points).is_unchanged());
    }

    #[test]
    fn each_spoiled_point_is_named(points in maps::points_after(2..40), at in any::<prop::sample::Index>()) {
        let at = 1 + at.index(points.len() - 1);
        for (code, spoil) in SPOIL {
            let mut spoiled = raw(&points);
            spoil(&mut spoiled, at);
            let expected = if code == "PositionNotIncreasing" && spoiled.len() > points.len() { at + 1 } else { at };
            let diagnostics = validate::raw(&spoiled, &Context::default());
            let errors: Vec<_> = diagnostics.errors().map(|diagnostic| (diagnostic.kind.code(), diagnostic.point)).collect();
            if at == 1 && code == "PositionNotIncreasing" && spoiled.len() == points.len() {
                // The first two were exchanged: the list does not begin at the first bar either.
                prop_assert_eq!(errors, [("FirstNotBarZero", Some(0)), (code, Some(1))]);
            } else {
                prop_assert_eq!(errors, [(code, Some(expected))], "{}", code);
            }
            // Repair always ends with a valid list.
            let repaired = Repair::default().raw(&spoiled);
            prop_assert!(SyncMap::new(repaired.points).is_ok(), "{}", code);
        }
    }

    #[test]
    fn any_list_is_repaired(raw_points in prop::collection::vec((0_u32..12, 0_u32..480, -2.0_f64..20.0, any::<bool>()), 1..30), rule in 0_usize..3, bar_count in prop::option::of(0_u32..14)) {
        let points: Vec<Syncpoint> = raw_points
            .iter()
            .map(|(bar, part, time, hide)| Syncpoint::new(maps::place(*bar, *part, *hide), *time).hidden(*hide))
            .collect();
        let duplicates = [Duplicates::First, Duplicates::Last, Duplicates::Mean][rule];
        let repaired = Repair { duplicates, bar_count, ..Repair::default() }.points(&points);
        if repaired.points.is_empty() {
            prop_assert_eq!(repaired.dropped.len(), points.len());
        } else {
            let made = SyncMap::new(repaired.points.clone());
            prop_assert!(made.is_ok(), "{:?}", made);
            let total: f64 = repaired.total_change;
            prop_assert!(total.is_finite() && repaired.largest_change <= total);
        }
        let again = Repair { duplicates, bar_count, ..Repair::default() }.points(&repaired.points);
        prop_assert_eq!(again.points, repaired.points);
    }

    /// Least squares: no other increasing list is nearer. Checked against random increasing lists.
    #[test]
    fn the_change_is_the_least(times in prop::collection::vec(0.0_f64..10.0, 2..12), other in prop::collection::vec(0.01_f64..2.0, 12), start in 0.0_f64..5.0) {
        let points: Vec<Syncpoint> = times.iter().zip(0..).map(|(time, bar)| Syncpoint::bar_line(bar, *time)).collect();
        let repaired = Repair { minimum_gap: 0.01, ..Repair::default() }.points(&points);
        let square = |candidate: &[f64]| candidate.iter().zip(&times).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let ours: Vec<f64> = repaired.points.iter().map(|point| point.time).collect();
        let mut rival = Vec::new();
        let mut time = start;
        for step in other.iter().take(times.len()) {
            rival.push(time);
            time += step;
        }
        prop_assert!(square(&ours) <= square(&rival) + 1e-9);
        // A mix of both is increasing by the gap too, and must not be nearer either.
        let mix: Vec<f64> = ours.iter().zip(&rival).map(|(a, b)| 0.99 * a + 0.01 * b).collect();
        prop_assert!(square(&ours) <= square(&mix) + 1e-9);
    }
}

#[test]
fn pooling_by_hand() {
    // 5 and 3 violate the order by 2; with a gap of 1 they go to 3.5 and 4.5.
    let points = wire::read("[[0,0],[1,5],[2,3],[3,9]]").unwrap();
    let repaired = Repair { minimum_gap: 1.0, ..Repair::default() }.points(&points);
    assert_eq!(wire::write(&repaired.points), "[[0,0],[1,3.5],[2,4.5],[3,9]]");
    assert_eq!((repaired.moved, repaired.total_change, repaired.largest_change), (2, 3.0, 1.5));
}

#[test]
fn points_are_moved_apart_by_a_millisecond() {
    // Two points that stand the wrong way round, by half a second around 1.5 s.
    let points = wire::read("[[0,0],[1,2],[2,1],[3,4]]").unwrap();
    let times: Vec<f64> =
        Repair::default().points(&points).points.iter().map(|point| (point.time * 1e6).round()).collect();
    assert_eq!(times, [0.0, 1_499_500.0, 1_500_500.0, 4_000_000.0]);
}

#[test]
fn duplicates_start_and_end() {
    let points = wire::read("[[4,8],[1,2],[1,5,0,1],[9,99],[6,11]]").unwrap();
    for (duplicates, written) in [
        (Duplicates::First, "[[0,0],[1,2],[4,8],[6,11],[8,14]]"),
        (Duplicates::Last, "[[0,4],[1,5,0,1],[4,8],[6,11],[8,14]]"),
        (Duplicates::Mean, "[[0,2],[1,3.5,0,1],[4,8],[6,11],[8,14]]"),
    ] {
        let repaired = Repair { duplicates, bar_count: Some(8), ..Repair::default() }.points(&points);
        assert_eq!(wire::write(&repaired.points), written);
        assert_eq!((repaired.dropped.as_slice(), repaired.merged), ([3].as_slice(), 1));
        assert!(repaired.sorted && repaired.start_added && repaired.end_added);
    }
    assert!(Repair::default().points(&[]).points.is_empty());
}

#[test]
fn errors_that_need_a_context() {
    let count = Context { bar_count: Some(8), ..Context::default() };
    assert_eq!(codes("[[0,0],[8,16]]", &count), []);
    assert_eq!(codes("[[0,0],[7,16,480]]", &count), []);
    assert_eq!(codes("[[0,0],[8,16,1]]", &count), [("BeyondEnd", Some(1))]);
    assert_eq!(codes("[[0,0],[9,16]]", &count), [("BeyondEnd", Some(1))]);
    assert_eq!(codes("[]", &count), [("Empty", None)]);
    assert_eq!(codes("[[0,0,3],[8,9]]", &count), [("FirstNotBarZero", Some(0))]);
    let crop = |start, end| Context { crop_start: start, crop_end: end, ..Context::default() };
    let good = "[[0,0],[8,16]]";
    assert_eq!(codes(good, &crop(Some(-1.0), None)), [("CropNegative", None)]);
    assert_eq!(codes(good, &crop(None, Some(f64::NAN))), [("CropNegative", None)]);
    assert_eq!(codes(good, &crop(Some(5.0), Some(5.0))), [("CropInverted", None)]);
    assert_eq!(codes(good, &crop(Some(0.0), Some(16.0))), []);
    assert_eq!(
        codes(good, &crop(Some(1.0), Some(15.0))),
        [("PointOutsideCrop", Some(0)), ("PointOutsideCrop", Some(1))]
    );
}

#[test]
fn warnings() {
    let plain = Context::default();
    let count = Context { bar_count: Some(8), ..plain };
    assert_eq!(codes("[[0,0],[7,14]]", &count), [("MissingEndPoint", Some(1))]);
    assert_eq!(codes("[[0,0]]", &plain), [("OnlyOnePoint", Some(0))]);
    let audio = Context { duration: Some(15.0), ..plain };
    assert_eq!(codes("[[0,0],[8,16]]", &audio), [("PointAfterAudioEnd", Some(1))]);
    // A point at the very end of the recording is inside.
    assert_eq!(codes("[[0,0],[8,15]]", &audio), []);
    // A bar in 0.1 s is over 400 beats a minute whatever the metre; a bar in 80 s under 10.
    assert_eq!(codes("[[0,0],[1,0.1]]", &plain), [("ImplausibleTempo", Some(1))]);
    assert_eq!(codes("[[0,0],[1,80]]", &plain), [("ImplausibleTempo", Some(1))]);
    assert_eq!(codes("[[0,0],[1,0.5]]", &plain), []);
    // 4/4 in half a second is 480 beats a minute, 2/4 only 240.
    let grid = BarGrid::uniform(4, 4, 4).unwrap().play_straight().unwrap();
    assert_eq!(
        codes("[[0,0],[1,0.5]]", &Context { grid: Some(&grid), ..plain }),
        [("ImplausibleTempo", Some(1))]
    );
    let grid = BarGrid::uniform(4, 2, 4).unwrap().play_straight().unwrap();
    assert_eq!(codes("[[0,0],[1,0.5]]", &Context { grid: Some(&grid), ..plain }), []);
    assert_eq!(codes("[[0,0],[1,1],[2,5.1]]", &plain), [("TempoJump", Some(1))]);
    assert_eq!(codes("[[0,0],[1,1],[2,4.9]]", &plain), []);
    assert_eq!(codes("[[0,0],[1,1,0,1]]", &plain), [("HideOnLastPoint", Some(1))]);
    assert_eq!(codes("[[0,0],[1,1,0,1],[2,2.5,0,1]]", &plain), [("HideNeverCleared", Some(1))]);
    assert_eq!(codes("[[0,0],[1,1,0,1],[2,2.5]]", &plain), []);
    assert_eq!(codes("[[0,0],[0,0.0005,0.24],[1,0.9]]", &plain), [("SubMillisecondGap", Some(1))]);
    assert_eq!(codes("[[0,0],[1,2],[3,6]]", &plain), [("RedundantPoint", Some(1))]);
    assert_eq!(codes("[[0,0],[1,2,0,1],[3,6]]", &plain), []);
}

#[test]
fn suggestions_are_enough_to_act_on() {
    let first = |text: &str, context: &Context<'_>| {
        validate::raw(&wire::read_raw(text).unwrap(), context).into_iter().next().unwrap().suggestion
    };
    let plain = Context::default();
    let count = Context { bar_count: Some(8), ..plain };
    let at = |bar, time| Syncpoint::new(Position::bar_line(bar), time);
    assert_eq!(first("[[0,1],[6,13]]", &count), Suggestion::Insert { index: 2, point: at(8, 17.0) });
    assert_eq!(first("[[2,5],[4,9]]", &plain), Suggestion::Insert { index: 0, point: at(0, 1.0) });
    assert_eq!(first("[[0,0],[1,1],[1,2]]", &plain), Suggestion::Merge { first: 1, second: 2 });
    assert_eq!(first("[[0,0],[2,2],[1,1.5]]", &plain), Suggestion::Sort);
    assert_eq!(first("[[0,0,0,7],[1,1]]", &plain), Suggestion::SetHide { index: 0, hide: false });
    assert_eq!(first("[[0,0],[1,2,500]]", &plain), Suggestion::SetOffset { index: 1, offset: 480.0 });
    let crop = Context { crop_start: Some(9.0), crop_end: Some(4.0), ..plain };
    assert_eq!(first("[[0,5],[1,8]]", &crop), Suggestion::SetCrop { start: Some(4.0), end: Some(9.0) });
}

#[test]
fn errors_are_one_line_and_enough() {
    let error = SyncMap::new(wire::read("[[1,0],[1,2],[3,1]]").unwrap()).unwrap_err();
    assert!(matches!(error, MapError::Points(_)));
    assert_eq!(
        error.to_string(),
        "point 0: the first syncpoint must be at the start of bar 0, and is at bar 1 \
         (insert bar 0 at 0 s as point 0) (and 2 more)"
    );
}

fn at(bar: u32, offset: f64, time: f64) -> Syncpoint {
    Syncpoint::new(Position::new(bar, Offset::float(offset).unwrap()).unwrap(), time)
}

#[test]
fn neighbours_by_hand() {
    let kinds = |second: Syncpoint| {
        let points = [at(0, 0.0, 0.0), at(3, 480.0, 6.0), second];
        let diagnostics = validate::points(&points, &Context::default());
        diagnostics
            .iter()
            .map(|diagnostic| (diagnostic.point, format!("{:?}", diagnostic.kind)))
            .filter(|(_, kind)| kind.contains("Increasing") || kind.contains("Gap"))
            .collect::<Vec<_>>()
    };
    // The end of a bar is the start of the next one: the same place under two names.
    assert_eq!(kinds(at(4, 0.0, 8.0)), [(Some(2), "PositionNotIncreasing(SamePlace)".to_owned())]);
    assert_eq!(kinds(at(3, 480.0, 8.0)), [(Some(2), "PositionNotIncreasing(Duplicate)".to_owned())]);
    assert_eq!(kinds(at(2, 0.0, 8.0)), [(Some(2), "PositionNotIncreasing(Unsorted)".to_owned())]);
    assert_eq!(kinds(at(5, 0.0, 6.0)).len(), 1);
    assert_eq!(kinds(at(5, 0.0, 6.000_5)), [(Some(2), "SubMillisecondGap".to_owned())]);
    assert_eq!(kinds(at(5, 0.0, 6.002)), []);
}

/// Each thing that can be done to a list alone makes it a changed one.
#[test]
fn what_counts_as_a_change() {
    let repaired = |text: &str| Repair::default().points(&wire::read(text).unwrap());
    assert!(repaired("[[0,0],[1,2],[2,4]]").is_unchanged());
    assert!(!repaired("[[0,0],[2,4],[1,2]]").is_unchanged());
    assert!(!repaired("[[0,0],[1,2],[1,2],[2,4]]").is_unchanged());
    assert!(!repaired("[[1,2],[2,4]]").is_unchanged());
    assert!(!repaired("[[0,0],[1,3],[2,2]]").is_unchanged());
    let points = [at(0, 0.0, 0.0), at(1, 0.0, 2.0), at(2, 0.0, f64::NAN)];
    assert!(!Repair::default().points(&points).is_unchanged());
    let points = [at(0, 0.0, 0.0), at(1, 0.0, 2.0)];
    let repair = Repair { bar_count: Some(3), ..Repair::default() };
    let repaired = repair.points(&points);
    assert_eq!((repaired.end_added, repaired.is_unchanged()), (true, false));
}

/// As an error or a text of several lines: one diagnostic a line, each with how bad it is.
#[test]
fn diagnostics_as_a_text() {
    let text = |points: &str| validate::points(&wire::read(points).unwrap(), &Context::default());
    assert!(text("[]").to_string().starts_with("error: there are no syncpoints"));
    assert_eq!(text("[[0,0],[1,2]]").to_string(), "");
    let several = text("[[0,0],[1,3],[2,2],[3,5,0,1]]");
    let lines: Vec<String> = several.to_string().lines().map(str::to_owned).collect();
    assert!(lines.len() > 1 && lines.len() == several.iter().count(), "{lines:?}");
    for (line, diagnostic) in lines.iter().zip(&several) {
        let word = if diagnostic.is_error() { "error: " } else { "warning: " };
        assert!(line.starts_with(word) && line.contains(&diagnostic.kind.to_string()), "{line}");
    }
    assert!(
        lines.iter().any(|line| line.starts_with("error"))
            && lines.iter().any(|line| line.starts_with("warning"))
    );
}
