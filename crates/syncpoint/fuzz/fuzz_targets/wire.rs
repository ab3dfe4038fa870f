//! Any text: it is refused, or it is read, written and read again the same; judged, repaired, made a map, asked and drawn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_syncpoint::formats::svg::{Drawing, draw};
use segno_syncpoint::validate::{self, Context};
use segno_syncpoint::{Repair, SyncMap, wire};

fuzz_target!(|text: &str| {
    if let Ok(raw) = wire::read_raw(text) {
        let context = Context { bar_count: Some(9), duration: Some(60.0), ..Context::default() };
        let _ = validate::raw(&raw, &context).to_string();
        let repaired = Repair { bar_count: Some(9), ..Repair::default() }.raw(&raw);
        assert!(repaired.points.is_empty() || SyncMap::new(repaired.points).is_ok());
    }
    let Ok(points) = wire::read(text) else { return };
    let written = wire::write(&points);
    assert_eq!(wire::read(&written).as_ref(), Ok(&points));
    let Ok(map) = SyncMap::new(points) else { return };
    for point in map.points() {
        assert_eq!(map.time_of(point.position), Ok(point.time));
        assert_eq!(map.position_at(point.time), Ok(point.position));
        let near = map.time_at(point.position.bars().next_up());
        assert!(near.is_err() || near.is_ok_and(|near| near >= point.time));
    }
    let _ = draw(&map, &Drawing { title: text, ..Drawing::default() });
});
