//! Any text to every reader of a format of other software; what is read can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_syncpoint::BarGrid;
use segno_syncpoint::formats::{alphatab, audacity, beats, lrc, measure_map, musescore, sonic, srt, timemap, vtt};

fuzz_target!(|text: &str| {
    let order = [0, 1, 0, 2];
    if let Ok(list) = beats::read(text) {
        let _ = (beats::bar_lines(&list), beats::points(&list));
        assert!(beats::read(&beats::write(&list)).is_ok());
    }
    if let Ok(labels) = audacity::read(text) {
        let _ = audacity::to_points(&labels);
        assert!(audacity::read(&audacity::write(&labels)).is_ok());
    }
    for layout in [sonic::Layout::default(), sonic::Layout { values: true, sample_rate: Some(44_100.0) }] {
        if let Ok(rows) = sonic::read(text, layout) {
            let _ = sonic::to_points(&rows);
            assert!(sonic::read(&sonic::write(&rows, layout), layout).is_ok());
        }
    }
    if let Ok(flat) = alphatab::read(text) {
        let _ = alphatab::to_points(&flat, &order);
        assert!(alphatab::read(&alphatab::write(&flat)).is_ok());
    }
    if let Ok(events) = musescore::read(text) {
        let _ = musescore::to_points(&events, musescore::End::LastBar(1.0));
        assert_eq!(musescore::read(&musescore::write(&events)), Ok(events));
    }
    if let Ok(lyrics) = lrc::read(text) {
        let _ = (lrc::to_points(&lyrics), lrc::write(&lyrics));
    }
    for cues in [srt::read(text), vtt::read(text)].into_iter().flatten() {
        let _ = srt::to_points(&cues);
        assert!(srt::read(&srt::write(&cues)).is_ok() && vtt::read(&vtt::write(&cues)).is_ok());
    }
    if let Ok(measures) = measure_map::read(text) {
        let _ = measure_map::to_grid(&measures);
        assert_eq!(measure_map::read(&measure_map::write(&measures)), Ok(measures));
    }
    if let Ok(entries) = timemap::read(text) {
        if let Some(Ok(grid)) = BarGrid::uniform(3, 4, 4).map(|grid| grid.play(&order)) {
            let _ = timemap::to_points(&entries, &grid);
        }
        assert_eq!(timemap::read(&timemap::write(&entries)), Ok(entries));
    }
});
