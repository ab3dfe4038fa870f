//! Bars put in and taken out, each result worked out by hand.

use segno_syncpoint::{EditError, Options, SyncMap, wire};

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn text(map: Result<SyncMap, EditError>) -> String {
    wire::write(map.unwrap().points())
}

const EVEN: &str = "[[0,0],[1,2],[2,4],[3,6],[4,8]]";
const UNEVEN: &str = "[[0,1],[2,4],[3,9],[5,10]]";

#[test]
fn deleted() {
    for (before, at, count, after) in [
        (EVEN, 1, 1, "[[0,0],[1,2],[2,6],[3,8]]"),
        (EVEN, 0, 1, "[[0,0],[1,4],[2,6],[3,8]]"),
        (EVEN, 0, 3, "[[0,0],[1,8]]"),
        (EVEN, 1, 2, "[[0,0],[1,2],[2,8]]"),
        (EVEN, 3, 1, "[[0,0],[1,2],[2,4],[3,6]]"),
        (EVEN, 0, 4, "[[0,0]]"),
        (EVEN, 1, 3, "[[0,0],[1,2]]"),
        // Nothing to take out.
        (EVEN, 2, 0, EVEN),
        (EVEN, 4, 1, EVEN),
        (EVEN, 9, 5, EVEN),
        (UNEVEN, 0, 2, "[[0,1],[1,9],[3,10]]"),
        (UNEVEN, 1, 1, "[[0,1],[1,4],[2,9],[4,10]]"),
        (UNEVEN, 2, 2, "[[0,1],[2,4],[3,10]]"),
        (UNEVEN, 4, 1, "[[0,1],[2,4],[3,9],[4,10]]"),
        // Points within what goes, and within what stays.
        ("[[0,0],[1,1,240],[2,4]]", 1, 1, "[[0,0],[1,4]]"),
        ("[[0,0],[0,1,240],[1,3,120],[2,5],[3,6,60]]", 1, 1, "[[0,0],[0,1,240],[1,5],[2,6,60]]"),
        ("[[0,0],[2,3,240],[4,8]]", 0, 2, "[[0,0],[0,3,240],[2,8]]"),
    ] {
        assert_eq!(text(map(before).with_bars_deleted(at, count)), after, "{count} from {at} of {before}");
    }
}

#[test]
fn deleted_between_what_is_shown_and_hidden() {
    const TURNS: &str = "[[0,0],[1,2,0,1],[2,4],[3,6,0,1],[4,8]]";
    for (before, at, count, after) in [
        (TURNS, 0, 1, "[[0,0,0,1],[1,4],[2,6,0,1],[3,8]]"),
        (TURNS, 1, 1, "[[0,0],[1,2],[2,6,0,1],[3,8]]"),
        (TURNS, 2, 1, "[[0,0],[1,2,0,1],[2,4,0,1],[3,8]]"),
        (TURNS, 3, 1, "[[0,0],[1,2,0,1],[2,4],[3,6]]"),
        (TURNS, 1, 2, "[[0,0],[1,2,0,1],[2,8]]"),
        (TURNS, 0, 3, "[[0,0,0,1],[1,8]]"),
        // A change within what goes is put at the cut, on the line between the points around it.
        ("[[0,1],[2,5],[5,9,0,1],[9,21],[10,23]]", 4, 3, "[[0,1],[2,5],[4,13,0,1],[6,21],[7,23]]"),
        ("[[0,1],[1,5],[5,9,0,1],[9,21]]", 2, 4, "[[0,1],[1,5],[2,9,0,1],[5,21]]"),
        ("[[0,0],[3,6,0,1],[7,14,0,1],[8,16]]", 2, 3, "[[0,0],[2,7,0,1],[4,14,0,1],[5,16]]"),
        ("[[0,0,0,1],[3,6],[4,7,0,1],[7,14],[8,16]]", 2, 3, "[[0,0,0,1],[4,14],[5,16]]"),
        // It was changed and changed back.
        ("[[0,0],[3,6,0,1],[4,8],[7,14],[8,16]]", 2, 3, "[[0,0],[4,14],[5,16]]"),
        ("[[0,0],[1,2],[3,6,0,1],[5,10],[6,12]]", 2, 3, "[[0,0],[1,2],[2,10],[3,12]]"),
        // A point at the cut takes the change.
        ("[[0,0],[2,4],[3,6,0,1],[6,12],[7,14]]", 2, 2, "[[0,0],[2,4,0,1],[4,12],[5,14]]"),
        ("[[0,0],[2,4],[3,6,0,1],[4,8,0,1],[7,14]]", 2, 2, "[[0,0],[2,4,0,1],[5,14]]"),
    ] {
        assert_eq!(text(map(before).with_bars_deleted(at, count)), after, "{count} from {at} of {before}");
    }
}

#[test]
fn cut_out_of_the_recording() {
    for (before, at, count, after) in [
        (EVEN, 0, 1, "[[0,0],[1,2],[2,4],[3,6]]"),
        (EVEN, 1, 1, "[[0,0],[1,2],[2,4],[3,6]]"),
        (EVEN, 0, 2, "[[0,0],[1,2],[2,4]]"),
        (EVEN, 2, 2, "[[0,0],[1,2],[2,4]]"),
        (EVEN, 2, 0, EVEN),
        (UNEVEN, 1, 2, "[[0,1],[1,2.5],[3,3.5]]"),
        (UNEVEN, 0, 1, "[[0,1],[1,2.5],[2,7.5],[4,8.5]]"),
        (UNEVEN, 2, 1, "[[0,1],[2,4],[4,5]]"),
        (UNEVEN, 3, 2, "[[0,1],[2,4],[3,9]]"),
        (UNEVEN, 4, 1, "[[0,1],[2,4],[3,9],[4,9.5]]"),
        ("[[0,0],[1,2,0,1],[2,4],[3,6,0,1],[4,8]]", 1, 1, "[[0,0],[1,2],[2,4,0,1],[3,6]]"),
        ("[[0,0],[1,2,0,1],[2,4],[3,6,0,1],[4,8]]", 0, 1, "[[0,0,0,1],[1,2],[2,4,0,1],[3,6]]"),
    ] {
        assert_eq!(text(map(before).with_bars_cut(at, count)), after, "{count} from {at} of {before}");
    }
    for (at, count) in [(3, 3), (6, 1), (0, 6)] {
        assert!(
            matches!(map(UNEVEN).with_bars_cut(at, count), Err(EditError::Outside(_))),
            "{count} from {at}"
        );
    }
}

#[test]
fn put_in() {
    for (at, count, after) in [
        (0, 1, "[[0,1],[3,4],[4,9],[6,10]]"),
        (1, 2, "[[0,1],[4,4],[5,9],[7,10]]"),
        (2, 3, "[[0,1],[5,4],[6,9],[8,10]]"),
        (3, 1, "[[0,1],[2,4],[4,9],[6,10]]"),
        (5, 1, "[[0,1],[2,4],[3,9],[6,10]]"),
        (6, 1, UNEVEN),
        (2, 0, UNEVEN),
    ] {
        assert_eq!(text(map(UNEVEN).with_bars_inserted(at, count)), after, "{count} at {at}");
    }
    for (at, count, seconds, after) in [
        (0, 1, 0.5, "[[0,1],[1,1.5],[3,4.5],[4,9.5],[6,10.5]]"),
        (1, 2, 3.0, "[[0,1],[1,2.5],[3,5.5],[4,7],[5,12],[7,13]]"),
        (2, 1, 2.0, "[[0,1],[2,4],[3,6],[4,11],[6,12]]"),
        (5, 2, 1.0, "[[0,1],[2,4],[3,9],[5,10],[7,11]]"),
    ] {
        assert_eq!(text(map(UNEVEN).with_bars_recorded(at, count, seconds)), after, "{count} at {at}");
    }
    for seconds in [0.0, -1.0, f64::NAN] {
        assert!(map(UNEVEN).with_bars_recorded(1, 1, seconds).is_err(), "{seconds}");
    }
}

#[test]
fn bars_are_counted_anew() {
    let options = |bar_count| Options { bar_count, ..Options::default() };
    let counted = |bar_count| SyncMap::with(wire::read(EVEN).unwrap(), options(bar_count)).unwrap();
    let count = |map: Result<SyncMap, EditError>| map.unwrap().options().bar_count;
    assert_eq!(count(counted(Some(4)).with_bars_deleted(1, 2)), Some(2));
    assert_eq!(count(counted(Some(4)).with_bars_deleted(1, 9)), Some(1));
    assert_eq!(count(counted(Some(4)).with_bars_deleted(0, 9)), Some(0));
    assert_eq!(count(counted(Some(4)).with_bars_deleted(5, 1)), Some(4));
    assert_eq!(count(counted(Some(6)).with_bars_cut(1, 2)), Some(4));
    assert_eq!(count(counted(Some(4)).with_bars_inserted(2, 3)), Some(7));
    assert_eq!(count(counted(Some(4)).with_bars_recorded(2, 3, 1.0)), Some(7));
    assert_eq!(count(counted(None).with_bars_inserted(2, 3)), None);
    assert_eq!(count(counted(None).with_bars_deleted(2, 1)), None);
}
