//! Tempo maps of MIDI worked out by hand: each tempo is rounded to a microsecond, and the next one makes it good.

use segno_syncpoint::formats::smf::{self, Resolution, SLOWEST, SmfError, TempoEvent, TempoMap};
use segno_syncpoint::{BarGrid, SyncMap, wire};

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn made(text: &str, bars: usize, resolution: Resolution) -> TempoMap {
    let grid = BarGrid::uniform(bars, 4, 4).unwrap().play_straight().unwrap();
    smf::from_map(&map(text), &grid, 480, resolution).unwrap()
}

fn events(tempo: &TempoMap) -> Vec<(u64, u32)> {
    tempo.events.iter().map(|event| (event.tick, event.microseconds)).collect()
}

#[test]
fn two_tempos() {
    for resolution in [Resolution::Points, Resolution::Bars, Resolution::Beats] {
        let tempo = made("[[0,1],[1,3],[2,6]]", 2, resolution);
        assert_eq!(events(&tempo), [(0, 500_000), (1920, 750_000)]);
        assert_eq!((tempo.end, tempo.start, tempo.drift, tempo.division), (3840, 1.0, 0.0, 480));
        for (tick, seconds) in
            [(0, 1.0), (480, 1.5), (1920, 3.0), (2400, 3.75), (2880, 4.5), (3840, 6.0), (4800, 7.5)]
        {
            assert_eq!(tempo.time_at(tick), seconds, "{tick}");
        }
    }
}

/// Twelve quarters in a second are 83333.3 microseconds each.
#[test]
fn the_rounding_is_made_good() {
    let points = made("[[0,0],[3,1]]", 4, Resolution::Points);
    assert_eq!((events(&points), points.end), (vec![(0, 83_333)], 5760));
    assert!((points.drift - 4e-6).abs() < 1e-12, "{}", points.drift);
    let bars = made("[[0,0],[3,1]]", 4, Resolution::Bars);
    assert_eq!((events(&bars), bars.end), (vec![(0, 83_333), (1920, 83_334), (3840, 83_333)], 5760));
    assert!((bars.drift - 4.0 / 3.0 * 1e-6).abs() < 1e-12, "{}", bars.drift);
    let beats = made("[[0,0],[3,1]]", 4, Resolution::Beats);
    let expected: Vec<(u64, u32)> = [0, 1, 2, 4, 5, 7, 8, 10, 11]
        .map(|beat| (beat * 480, if beat % 3 == 1 { 83_334 } else { 83_333 }))
        .into();
    assert_eq!((events(&beats), beats.end), (expected, 5760));
    assert!((beats.drift - 1e-6 / 3.0).abs() < 1e-12, "{}", beats.drift);
    assert_eq!(beats.time_at(5760), 1.0);
}

#[test]
fn what_midi_can_hold() {
    let grid = BarGrid::uniform(2, 4, 4).unwrap().play_straight().unwrap();
    let from = |text: &str, division| smf::from_map(&map(text), &grid, division, Resolution::Points);
    let steady = "[[0,0],[2,4]]";
    assert_eq!(from(steady, 0), Err(SmfError::BadDivision));
    assert_eq!(from(steady, 0x8000), Err(SmfError::BadDivision));
    assert_eq!(from(steady, u16::MAX), Err(SmfError::BadDivision));
    assert_eq!(from(steady, 0x7fff).unwrap().end, 8 * 0x7fff);
    assert_eq!(from(steady, 1).unwrap().end, 8);
    // A microsecond a quarter, and less than half of one.
    assert_eq!(events(&from("[[0,0],[1,0.000004]]", 480).unwrap()), [(0, 1)]);
    assert_eq!(from("[[0,0],[1,0.000001]]", 480), Err(SmfError::TooFast { bars: 0.0 }));
    assert_eq!(from("[[0,0],[1,2],[2,2.000001]]", 480), Err(SmfError::TooFast { bars: 1.0 }));
    assert_eq!(events(&from("[[0,0],[1,67.10886]]", 480).unwrap()), [(0, SLOWEST)]);
    assert_eq!(
        from("[[0,0],[1,2],[2,69.108864]]", 480),
        Err(SmfError::TooSlow { bars: 1.0, seconds: 16.777_216 })
    );
    assert_eq!(from("[[0,0],[0,1,30],[2,4]]", 1), Err(SmfError::TooFine { bars: 0.0625 }));
    assert_eq!(from("[[0,0],[0,1,120],[2,4]]", 1).unwrap().end, 8);
    // A map that begins later, and one that goes beyond the grid.
    let fragment = map("[[0,0],[3,6]]");
    assert_eq!(smf::from_map(&fragment, &grid, 480, Resolution::Points), Err(SmfError::OutsideGrid));
}

#[test]
fn points_of_a_tempo_map() {
    let grid = BarGrid::uniform(2, 4, 4).unwrap().play_straight().unwrap();
    let event = |tick, microseconds| TempoEvent { tick, microseconds };
    let points = |division, events: &[TempoEvent], end| {
        let mut tempo = made("[[0,1],[2,5]]", 2, Resolution::Points);
        (tempo.division, tempo.events, tempo.end) = (division, events.to_vec(), end);
        smf::to_points(&tempo, &grid).map(|points| wire::write(&points))
    };
    let text = |text: &str| Ok(text.to_owned());
    assert_eq!(points(480, &[event(0, 500_000), event(1920, 750_000)], 3840), text("[[0,1],[1,3],[2,6]]"));
    assert_eq!(points(480, &[event(0, 500_000), event(960, 250_000)], 960), text("[[0,1],[0,2,240]]"));
    assert_eq!(points(480, &[event(0, 500_000), event(960, 250_000)], 961).unwrap().matches('[').count(), 4);
    assert_eq!(points(480, &[event(0, 500_000), event(960, 250_000)], 100), text("[[0,1],[0,2,240]]"));
    assert!(points(1, &[event(0, SLOWEST)], 1).is_ok());
    assert_eq!(points(480, &[event(0, 1)], 480), text("[[0,1],[0,1.000001,120]]"));
    let bad = |index| Err(SmfError::BadEvent { index });
    assert_eq!(points(480, &[event(1, 500_000)], 3840), bad(0));
    assert_eq!(points(480, &[event(0, 0)], 3840), bad(0));
    assert_eq!(points(480, &[event(0, SLOWEST + 1)], 3840), bad(0));
    assert_eq!(points(480, &[event(0, 9), event(0, 9)], 3840), bad(1));
    assert_eq!(points(480, &[event(0, 9), event(5, 9), event(4, 9)], 3840), bad(2));
    assert_eq!(points(0, &[event(0, 9)], 1), Err(SmfError::BadDivision));
    assert_eq!(points(0x8000, &[event(0, 9)], 1), Err(SmfError::BadDivision));
    assert_eq!(points(0x7fff, &[event(0, 500_000)], 0x7fff), text("[[0,1],[0,1.5,120]]"));
    assert_eq!(points(480, &[event(0, 9)], 3841), Err(SmfError::OutsideGrid));
}

#[test]
fn each_error_names_its_place() {
    for (error, words) in [
        (SmfError::BadDivision, "32767"),
        (SmfError::OutsideGrid, "grid"),
        (SmfError::TooSlow { bars: 3.5, seconds: 20.0 }, "20 s a quarter at bar 3.5"),
        (SmfError::TooFast { bars: 3.5 }, "bar 3.5"),
        (SmfError::TooFine { bars: 3.5 }, "bar 3.5"),
        (SmfError::BadEvent { index: 7 }, "event 7"),
    ] {
        assert!(error.to_string().contains(words), "{error}");
    }
}
