//! What holds of every text that a reader of a format of other software takes: it can be written and read again.

use segno_syncpoint::BarGrid;
use segno_syncpoint::formats::{
    alphatab, audacity, beats, lrc, measure_map, musescore, sonic, srt, timemap, vtt,
};

pub fn beats(text: &str) {
    let Ok(list) = beats::read(text) else { return };
    let _ = (beats::bar_lines(&list), beats::points(&list));
    assert!(beats::read(&beats::write(&list)).is_ok());
}

pub fn audacity(text: &str) {
    let Ok(labels) = audacity::read(text) else { return };
    let _ = audacity::to_points(&labels);
    assert!(audacity::read(&audacity::write(&labels)).is_ok());
}

pub fn sonic(text: &str) {
    for layout in [sonic::Layout::default(), sonic::Layout { values: true, sample_rate: Some(44_100.0) }] {
        let Ok(rows) = sonic::read(text, layout) else { continue };
        let _ = sonic::to_points(&rows);
        assert!(sonic::read(&sonic::write(&rows, layout), layout).is_ok());
    }
}

pub fn alphatab(text: &str) {
    let Ok(flat) = alphatab::read(text) else { return };
    let _ = alphatab::to_points(&flat, &ORDER);
    assert!(alphatab::read(&alphatab::write(&flat)).is_ok());
}

pub fn musescore(text: &str) {
    let Ok(events) = musescore::read(text) else { return };
    let _ = musescore::to_points(&events, musescore::End::LastBar(1.0));
    assert_eq!(musescore::read(&musescore::write(&events)), Ok(events));
}

pub fn lrc(text: &str) {
    let Ok(lyrics) = lrc::read(text) else { return };
    let _ = (lrc::to_points(&lyrics), lrc::write(&lyrics));
}

pub fn srt(text: &str) {
    let Ok(cues) = srt::read(text) else { return };
    let _ = srt::to_points(&cues);
    assert!(srt::read(&srt::write(&cues)).is_ok());
}

pub fn vtt(text: &str) {
    let Ok(cues) = vtt::read(text) else { return };
    let _ = srt::to_points(&cues);
    assert!(vtt::read(&vtt::write(&cues)).is_ok());
}

pub fn measure_map(text: &str) {
    let Ok(measures) = measure_map::read(text) else { return };
    let _ = measure_map::to_grid(&measures);
    assert_eq!(measure_map::read(&measure_map::write(&measures)), Ok(measures));
}

pub fn timemap(text: &str) {
    let Ok(entries) = timemap::read(text) else { return };
    if let Some(Ok(grid)) = BarGrid::uniform(3, 4, 4).map(|grid| grid.play(&ORDER)) {
        let _ = timemap::to_points(&entries, &grid);
    }
    assert_eq!(timemap::read(&timemap::write(&entries)), Ok(entries));
}

const ORDER: [usize; 4] = [0, 1, 0, 2];
