//! Bridges: every format there and back, examples as other programs write them, errors with line and column, and no text at
//! all that makes a reader panic.

use proptest::prelude::*;
use segno_syncpoint::formats::ParseError;
use segno_syncpoint::formats::{
    alphatab, audacity, beats, lrc, measure_map, musescore, name_of, point_named, smf, sonic, srt, timemap,
    vtt,
};
use segno_syncpoint::{BarGrid, BeatUnit, SyncMap, Syncpoint, metronome, wire};

use crate::maps;

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn error<T: core::fmt::Debug>(read: Result<T, ParseError>) -> String {
    read.unwrap_err().to_string()
}

/// A played order with repeats that is long enough for any made-up map.
fn order() -> Vec<usize> {
    (0..60).flat_map(|section| (0..8).chain(0..6).map(move |bar| section * 8 + bar)).collect()
}

/// Bar lines only, as most formats have them.
fn bar_lines() -> impl Strategy<Value = SyncMap> {
    maps::maps().prop_map(|map| {
        let per_bar = map.per_bar().unwrap();
        let points: Vec<_> = per_bar
            .points()
            .iter()
            .filter(|point| point.position.is_bar_line())
            .map(|point| Syncpoint::new(point.position, point.time))
            .collect();
        SyncMap::new(points).unwrap()
    })
}

proptest! {
    #[test]
    fn names(points in maps::points()) {
        for point in points {
            let back = point_named(&name_of(&point), point.time).unwrap();
            prop_assert_eq!(back, point);
            prop_assert_eq!(back.position.offset().is_float(), point.position.offset().is_float());
        }
    }

    #[test]
    fn lossless_formats(points in maps::points()) {
        prop_assert_eq!(&wire::read(&wire::write(&points)).unwrap(), &points);
        let labels = audacity::from_points(&points);
        prop_assert_eq!(&audacity::to_points(&audacity::read(&audacity::write(&labels)).unwrap()), &points);
        for values in [false, true] {
            let layout = sonic::Layout { values, sample_rate: None };
            let rows = sonic::read(&sonic::write(&sonic::from_points(&points), layout), layout).unwrap();
            prop_assert_eq!(&sonic::to_points(&rows), &points);
        }
        let order = order();
        let flat = alphatab::from_points(&points, &order).unwrap();
        let read = alphatab::read(&alphatab::write(&flat)).unwrap();
        prop_assert_eq!(&read, &flat);
        let back = alphatab::to_points(&read, &order).unwrap();
        for (back, point) in back.iter().zip(&points) {
            prop_assert_eq!(back.time, point.time);
            prop_assert!((back.position.bars() - point.position.bars()).abs() <= 1e-12);
        }
    }

    #[test]
    fn bar_line_formats(map in bar_lines()) {
        let order = order();
        let bars = map.points().len() - 1;
        let events = musescore::from_map(&map, &order[..bars]);
        let read = musescore::read(&musescore::write(&events)).unwrap();
        prop_assert_eq!(&read, &events);
        prop_assert_eq!(musescore::order(&read), &order[..bars]);
        let end = musescore::End::Recording(map.last().time);
        if bars > 0 {
            prop_assert_eq!(&musescore::to_points(&read, end), map.points());
        }

        let list = beats::from_map(&map, None);
        prop_assert_eq!(&beats::bar_lines(&beats::read(&beats::write(&list)).unwrap()), map.points());

        let grid = BarGrid::uniform(order.len(), 3, 4).unwrap().play(&(0..bars).collect::<Vec<_>>()).unwrap();
        let entries = timemap::from_map(&map, &grid, |bar| Some(format!("m\"{bar}")));
        let read = timemap::read(&timemap::write(&entries)).unwrap();
        prop_assert_eq!(&read, &entries);
        if bars > 0 {
            prop_assert_eq!(&timemap::to_points(&read, &grid).unwrap()[..], &map.points()[..bars]);
        }
        let ids: Vec<String> = (0..order.len()).map(|bar| format!("m{bar}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let values = timemap::when_values(&map, &ids, &order);
        prop_assert_eq!(&timemap::when_points(&values, &ids, &order)[..], map.points());
    }

    /// Subtitles hold whole milliseconds.
    #[test]
    fn millisecond_formats(points in maps::points()) {
        let map = SyncMap::new(points).unwrap();
        let rounded = map.with_times_rounded(segno_syncpoint::TimeGrid::Milliseconds);
        // Two points of a grace note at a fast tempo may share a millisecond: these formats cannot hold both.
        prop_assume!(rounded.is_ok());
        let (map, _) = rounded.unwrap();
        let points = map.points();
        let lyrics = lrc::read(&lrc::write(&lrc::from_points(points, name_of))).unwrap();
        prop_assert_eq!(&lrc::to_points(&lyrics), points);
        if points.len() > 1 {
            let shown: Vec<Syncpoint> = points[..points.len() - 1].to_vec();
            let cues = srt::read(&srt::write(&srt::from_points(points, name_of))).unwrap();
            prop_assert_eq!(&srt::to_points(&cues)[..shown.len()], &shown);
            prop_assert_eq!(cues.last().unwrap().end, map.last().time);
            let cues = vtt::read(&vtt::write(&vtt::from_points(points, name_of))).unwrap();
            prop_assert_eq!(&vtt::to_points(&cues)[..shown.len()], &shown);
        }
    }

    /// At beat level the residual keeps a MIDI file within half a microsecond of the map.
    #[test]
    fn midi_tempo_does_not_drift(map in bar_lines(), beats in 1_u32..7, division in prop::sample::select(vec![96_u16, 480, 960])) {
        let bars = map.points().len() - 1;
        prop_assume!(bars > 0);
        let grid = BarGrid::uniform(bars, beats, 4).unwrap().play_straight().unwrap();
        match smf::from_map(&map, &grid, division, smf::Resolution::Beats) {
            Ok(tempo) => {
                prop_assert!(tempo.drift <= 0.500_001e-6 * if beats == 6 { 3.0 } else { 1.0 }, "{}", tempo.drift);
                for point in map.points() {
                    let tick = f64::from(point.position.bar()) * f64::from(beats) * f64::from(division);
                    prop_assert!((tempo.time_at(tick as u64) - point.time).abs() <= tempo.drift + 1e-9);
                }
                let back = SyncMap::new(smf::to_points(&tempo, &grid).unwrap()).unwrap();
                for point in map.points() {
                    prop_assert!((back.time_of(point.position).unwrap() - point.time).abs() <= tempo.drift + 1e-9);
                }
                let naive = smf::from_map(&map, &grid, division, smf::Resolution::Points).unwrap();
                prop_assert!(naive.drift <= 0.500_001e-6 * f64::from(beats));
            }
            Err(error) => prop_assert!(matches!(error, smf::SmfError::TooSlow { .. }), "{}", error),
        }
    }

    #[test]
    fn grids_as_measure_maps(lengths in prop::collection::vec((1_u32..16, prop::sample::select(vec![2_u32, 4, 8, 16]), 1_u32..16), 1..20)) {
        let bars = lengths.iter().flat_map(|(beats, unit, actual)| {
            let mut grid = BarGrid::uniform(1, *beats, *unit).unwrap();
            grid.bars[0].actual = segno_syncpoint::Fraction::new(*actual, *unit).unwrap();
            grid.bars
        }).collect();
        let grid = BarGrid { bars };
        let measures = measure_map::from_grid(&grid);
        let read = measure_map::read(&measure_map::write(&measures)).unwrap();
        prop_assert_eq!(&read, &measures);
        prop_assert_eq!(measure_map::to_grid(&read).unwrap(), grid);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        every_reader(&text);
        every_reader(&String::from_utf8_lossy(&bytes));
    }

    /// Texts that are nearly right come further than random ones.
    #[test]
    fn no_spoiled_text_makes_a_reader_panic(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), cut in 0_usize..4, put in "[\\[\\]{},:\"\\\\\t\n .0-9eE+-]{0,4}") {
        let sample = SAMPLES[which.index(SAMPLES.len())];
        let mut chars: Vec<char> = sample.chars().collect();
        let at = at.index(chars.len());
        let end = (at + cut).min(chars.len());
        chars.splice(at..end, put.chars());
        every_reader(&chars.into_iter().collect::<String>());
    }
}

const SAMPLES: [&str; 10] = [
    "[[0,0],[4,9.6],[4,11.25,240],[8,20.5,0,1]]",
    "[{\"elid\":\"0\",\"position\":0},{\"elid\":\"1\",\"position\":1600.5}]",
    "0.5\t0.5\tdb,4/4,2\n1.0\t1.0\tb\n",
    "0.5\t0.5\tbar 0\n\\\t100\t200.5\n1:02:03\t4\tbar 1\n",
    "TIME,LABEL\n0.5,\"bar 0, \"\"x\"\"\"\n1.25,2,bar 1\n",
    "\\sync 0 0 0\n\\sync 3 0 10223 1\n",
    "[ti:Étude]\n[offset:+500]\n[00:01.50][00:09.25]la\n",
    "1\n00:00:01,000 --> 00:00:02,500\nla\n\n2\n",
    "WEBVTT\n\nNOTE x\n\nintro\n00:01.000 --> 00:02.500 align:start\na &lt; b\n",
    "[{\"ID\":\"a\",\"count\":1,\"time_signature\":\"3/4\",\"next\":[2,\"b\"]},{\"ID\":\"b\",\"count\":4}]",
];

fn every_reader(text: &str) {
    let order = [0, 1, 0, 2];
    let grid = BarGrid::uniform(3, 4, 4).unwrap().play(&order).unwrap();
    let _ = (wire::read(text), wire::read_raw(text));
    if let Ok(list) = beats::read(text) {
        let _ = (beats::bar_lines(&list), beats::points(&list), beats::write(&list));
    }
    if let Ok(labels) = audacity::read(text) {
        let _ = (audacity::to_points(&labels), audacity::write(&labels));
    }
    for values in [false, true] {
        let layout = sonic::Layout { values, sample_rate: Some(44_100.0) };
        if let Ok(rows) = sonic::read(text, layout) {
            let _ = (sonic::to_points(&rows), sonic::write(&rows, layout));
        }
    }
    if let Ok(flat) = alphatab::read(text) {
        let _ = (alphatab::to_points(&flat, &order), alphatab::write(&flat));
    }
    if let Ok(events) = musescore::read(text) {
        let _ = (musescore::to_points(&events, musescore::End::LastBar(1.0)), musescore::write(&events));
    }
    if let Ok(lyrics) = lrc::read(text) {
        let _ = (lrc::to_points(&lyrics), lrc::write(&lyrics));
    }
    for cues in [srt::read(text), vtt::read(text)].into_iter().flatten() {
        let _ = (srt::to_points(&cues), srt::write(&cues), vtt::write(&cues));
    }
    if let Ok(measures) = measure_map::read(text) {
        let _ = (measure_map::to_grid(&measures), measure_map::write(&measures));
    }
    if let Ok(entries) = timemap::read(text) {
        let _ = (timemap::to_points(&entries, &grid), timemap::write(&entries));
    }
    let _ = point_named(text, 0.0);
}

#[test]
fn beat_lists() {
    // A pickup beat, a bar of three with an unsure beat, a bar that the list breaks off.
    let text = "0.5\t0.5\tb,3/4,-2\n1\t1\tdb\n1.5\t1.5\tbR\n2\t2\tb\n2.5\t2.5\tdb\n3\t3\tb\n";
    let list = beats::read(text).unwrap();
    assert_eq!(beats::write(&list), text);
    assert_eq!(list[0].rest.as_deref(), Some("3/4,-2"));
    assert_eq!(wire::write(&beats::bar_lines(&list)), "[[0,0.5],[1,1],[2,2.5]]");
    assert_eq!(wire::write(&beats::points(&list).unwrap()), "[[0,0.5],[1,1],[1,2,320],[2,2.5],[2,3,160]]");
    assert_eq!(
        error(beats::read("0.5\t0.5\tdb\n1\t1\tx\n")),
        "line 2, column 5: expected db, b or bR, found \"x\""
    );
    assert_eq!(
        error(beats::read("0.5 0.5 db")),
        "line 1, column 1: expected a time in seconds, found \"0.5 0.5 db\""
    );
    assert_eq!(
        error(beats::read("0.5\tnan\tdb")),
        "line 1, column 5: expected a time in seconds, found \"nan\\tdb\""
    );
    // With a grid, the beats of a map; the pickup's is not a downbeat.
    let mut grid = BarGrid::uniform(2, 4, 4).unwrap();
    grid.bars[0].actual = "1/4".parse().unwrap();
    let grid = grid.play_straight().unwrap();
    let written = beats::write(&beats::from_map(&map("[[0,0],[1,1],[2,5]]"), Some(&grid)));
    assert_eq!(written, "0\t0\tb\n1\t1\tdb\n2\t2\tb\n3\t3\tb\n4\t4\tb\n5\t5\tdb\n");
}

#[test]
fn audacity_labels() {
    let text = "0.000000\t0.000000\tbar 0\r\n2.500000\t2.500000\tverse\r\n\\\t100.5\t2000\r\n1:00:01.5\t3601.5\tbar 9 hidden\r\n";
    let labels = audacity::read(text).unwrap();
    assert_eq!(labels[1].frequencies, Some((100.5, 2000.0)));
    assert_eq!(wire::write(&audacity::to_points(&labels)), "[[0,0],[1,2.5],[9,3601.5,0,1]]");
    let written = audacity::write(&labels);
    assert_eq!(audacity::read(&written).unwrap(), labels);
    assert!(written.contains("2.5\t2.5\tverse\n\\\t100.5\t2000\n"));
    assert_eq!(
        error(audacity::read("\\\t1\t2")),
        "line 1, column 1: expected a label before its frequency range, found \"\\\\\\t1\\t2\""
    );
    assert_eq!(
        error(audacity::read("1\t1\ta\n\n2\tx\tb")),
        "line 3, column 3: expected a time in seconds, found \"x\\tb\""
    );
    assert_eq!(error(audacity::read("12")), "line 1, column 3: expected a tab, found the end of the line");
}

#[test]
fn sonic_visualiser_layers() {
    let values = sonic::Layout { values: true, sample_rate: Some(44_100.0) };
    let rows = sonic::read("22050,1.5,\"a, \"\"b\"\"\"\n44100,2\n", values).unwrap();
    assert_eq!((rows[0].time, rows[0].value, rows[0].label.as_str()), (0.5, Some(1.5), "a, \"b\""));
    assert_eq!(sonic::write(&rows, values), "22050,1.5,\"a, \"\"b\"\"\"\n44100,2\n");
    let instants = sonic::Layout::default();
    let rows = sonic::read("TIME,LABEL\n0.5,New Point\n1\n", instants).unwrap();
    assert_eq!(wire::write(&sonic::to_points(&rows)), "[[0,0.5],[1,1]]");
    assert_eq!(
        error(sonic::read("0.5,1\n1,x", sonic::Layout { values: true, ..instants })),
        "line 2, column 3: expected a value, found \"x\""
    );
    assert_eq!(
        error(sonic::read("0.5,\"a", instants)),
        "line 1, column 7: expected the closing quote, found the end of the line"
    );
    assert_eq!(
        error(sonic::read("1,a\nTIME", instants)),
        "line 2, column 1: expected a time, found \"TIME\""
    );
}

#[test]
fn alphatab_sync_lines() {
    // From alphaTab's own documentation: four bars, the end as ratio 1.
    let text = "\\sync 0 0 0\n\\sync 0 0 1500 0.666\n\\sync 1 0 4075 0.666\n\\sync 2 0 6475 0.333\n\\sync 3 0 10223 1\n";
    let flat = alphatab::read(text).unwrap();
    assert_eq!(alphatab::write(&flat), text);
    let points = alphatab::to_points(&flat, &[0, 1, 2, 3]).unwrap();
    assert_eq!(points.last(), Some(&Syncpoint::bar_line(4, 10.223)));
    assert!(SyncMap::new(points).is_ok());
    // Occurrences: bars 0 1 0 2, the third played bar is the second time through bar 0.
    let order = [0, 1, 0, 2];
    let written = alphatab::write(
        &alphatab::from_points(&wire::read("[[0,0],[2,4],[3,6.0005,240],[4,8]]").unwrap(), &order).unwrap(),
    );
    assert_eq!(written, "\\sync 0 0 0\n\\sync 0 1 4000\n\\sync 2 0 6000.5 0.5\n\\sync 2 0 8000 1\n");
    assert_eq!(
        alphatab::to_points(&alphatab::read("\\sync 1 1 0").unwrap(), &order),
        Err(alphatab::OrderError::NotPlayed { index: 0 })
    );
    assert_eq!(
        alphatab::to_points(&alphatab::read("\\sync 1 0 0 1.5").unwrap(), &order),
        Err(alphatab::OrderError::BadRatio { index: 0 })
    );
    assert_eq!(
        alphatab::from_points(&[Syncpoint::bar_line(5, 1.0)], &order),
        Err(alphatab::OrderError::BeyondEnd { index: 0 })
    );
    assert_eq!(
        error(alphatab::read(".\n\n\\sync 0 x 1")),
        "line 3, column 9: expected an occurrence, found \"x 1\""
    );
    assert_eq!(
        error(alphatab::read("\\sync 0 0")),
        "line 1, column 10: expected a time in milliseconds, found the end of the line"
    );
    assert_eq!(
        error(alphatab::read("\\tempo 90")),
        "line 1, column 1: expected \\sync, found \"\\\\tempo 90\""
    );
}

#[test]
fn musescore_events() {
    // As the service was seen to send them: numbers, quoted numbers, repeats.
    let events = musescore::read("[{\"elid\":\"0\",\"position\":0}, {\"elid\":1,\"position\":\"1600.5\",\"x\":[{}]}, {\"elid\":\"0\",\"position\":3201}]").unwrap();
    assert_eq!(musescore::order(&events), [0, 1, 0]);
    assert_eq!(
        wire::write(&musescore::to_points(&events, musescore::End::Open)),
        "[[0,0],[1,1.6005],[2,3.201]]"
    );
    let closed = musescore::to_points(&events, musescore::End::LastBar(1.5));
    assert_eq!(closed.last(), Some(&Syncpoint::bar_line(3, 3.201 + 1.5)));
    assert_eq!(
        musescore::write(&events),
        "[{\"elid\":\"0\",\"position\":0},{\"elid\":\"1\",\"position\":1600.5},{\"elid\":\"0\",\"position\":3201}]"
    );
    assert_eq!(
        error(musescore::read("[{\"elid\":0}]")),
        "line 1, column 2: expected an event with elid and position, found \"{\\\"elid\\\":0}]\""
    );
    assert_eq!(
        error(musescore::read("[{\"elid\":-1,\"position\":0}]")),
        "line 1, column 10: expected a measure from 0, found \"-1,\\\"position\\\":0}]\""
    );
}

#[test]
fn midi_tempo_by_hand() {
    let grid = BarGrid::uniform(2, 4, 4).unwrap().play_straight().unwrap();
    let steady = metronome(&grid, 120.0, BeatUnit::Quarter, 3.0).unwrap();
    let tempo = smf::from_map(&steady, &grid, 480, smf::Resolution::Beats).unwrap();
    assert_eq!(tempo.events, [smf::TempoEvent { tick: 0, microseconds: 500_000 }]);
    assert_eq!((tempo.end, tempo.start, tempo.drift), (3840, 3.0, 0.0));
    assert_eq!(wire::write(&smf::to_points(&tempo, &grid).unwrap()), "[[0,3],[2,7]]");
    // 4 quarters in 67.2 s are 16.8 s each: over 24 bits.
    let slow = smf::from_map(&map("[[0,0],[1,67.2]]"), &grid, 480, smf::Resolution::Bars);
    assert_eq!(slow, Err(smf::SmfError::TooSlow { bars: 0.0, seconds: 16.8 }));
    assert!(smf::from_map(&map("[[0,0],[1,67.1]]"), &grid, 480, smf::Resolution::Bars).is_ok());
    assert_eq!(
        smf::from_map(&map("[[0,0],[3,6]]"), &grid, 480, smf::Resolution::Bars),
        Err(smf::SmfError::OutsideGrid)
    );
    assert_eq!(
        smf::from_map(&map("[[0,0],[0,1,1]]"), &grid, 2, smf::Resolution::Points),
        Err(smf::SmfError::TooFine { bars: 1.0 / 480.0 })
    );
    assert_eq!(smf::from_map(&steady, &grid, 0, smf::Resolution::Bars), Err(smf::SmfError::BadDivision));
    let mut bad = tempo;
    bad.events[0].microseconds = 1 << 24;
    assert_eq!(smf::to_points(&bad, &grid), Err(smf::SmfError::BadEvent { index: 0 }));
}

#[test]
fn lyrics_and_subtitles() {
    let lyrics = lrc::read("[ti:Étude]\n[offset:+500]\n\n[00:09.25][00:01.5]la [x]\nno stamp\n").unwrap();
    assert_eq!(lyrics.tags, [("ti".into(), "Étude".into())]);
    assert_eq!(lrc::write(&lyrics), "[ti:Étude]\n[00:01.000]la [x]\n[00:08.750]la [x]\n");
    assert_eq!(
        error(lrc::read("[00:01.0]a\n[1:x]b")),
        "line 2, column 2: expected a time such as 01:02.50, found \"1:x]b\""
    );
    assert_eq!(
        error(lrc::read("[00:01")),
        "line 1, column 7: expected a closing bracket, found the end of the line"
    );

    let points = wire::read("[[0,1],[1,2.5],[2,3661.001]]").unwrap();
    let cues = srt::from_points(&points, |point| format!("Bar {}\n\n<&>", point.position.bar() + 1));
    assert_eq!(
        srt::write(&cues),
        "1\n00:00:01,000 --> 00:00:02,500\nBar 1\n<&>\n\n2\n00:00:02,500 --> 01:01:01,001\nBar 2\n<&>\n\n"
    );
    let text = vtt::write(&cues);
    assert!(text.starts_with("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nBar 1\n&lt;&amp;&gt;\n\n"));
    assert_eq!(vtt::read(&text).unwrap()[1].text, "Bar 2\n<&>");
    let cues = vtt::read("WEBVTT - x\nKind: captions\n\nNOTE a\n00:01.000 --> nothing\n\nintro\n00:01.000 --> 00:02.500 align:start\nla\n").unwrap();
    assert_eq!((cues.len(), cues[0].end, cues[0].text.as_str()), (1, 2.5, "la"));
    assert_eq!(
        error(vtt::read("1\n00:01.000 --> 00:02.500")),
        "line 1, column 1: expected WEBVTT, found \"1\""
    );
    assert_eq!(
        error(srt::read("1\n00:00:01,000 --> x\n")),
        "line 2, column 18: expected a time such as 00:01:02,500, found \"x\""
    );
}

#[test]
fn measure_maps() {
    // Compressed: measures 2 and 3 follow from the first; a pickup; successors as counts and ids.
    let text = "[{\"count\":1,\"time_signature\":\"3/4\",\"actual_length\":1.0,\"number\":0,\"name\":\"0\"},\n{\"count\":4,\"ID\":\"x\",\"end_repeat\":true,\"next\":[2,\"y\"]},\n{\"ID\":\"y\",\"time_signature\":\"6/8\"}]";
    let measures = measure_map::read(text).unwrap();
    assert_eq!(measures.len(), 5);
    assert_eq!(measures.iter().map(|measure| measure.qstamp).collect::<Vec<_>>(), [0.0, 1.0, 4.0, 7.0, 10.0]);
    assert_eq!(
        measures.iter().map(|measure| measure.name.as_str()).collect::<Vec<_>>(),
        ["0", "1", "2", "3", "4"]
    );
    assert_eq!(
        measures.iter().map(|measure| measure.next.clone()).collect::<Vec<_>>(),
        [vec![2], vec![3], vec![4], vec![2, 5], vec![]]
    );
    let grid = measure_map::to_grid(&measures).unwrap().play_straight().unwrap();
    assert_eq!([0, 1, 4].map(|bar| grid.beats(bar).unwrap()), [1.0, 3.0, 2.0]);
    assert_eq!(
        error(measure_map::read("[{\"count\":1},\n {\"count\":1}]")),
        "line 2, column 2: expected a measure whose count is above the one before, found \"{\\\"count\\\":1}]\""
    );
    assert!(error(measure_map::read("[{\"next\":[3]}]")).contains("a measure whose successors exist"));
    assert!(measure_map::read("[{\"count\":4000000000}]").is_err());
}

#[test]
fn timemaps() {
    let text = "[{\"on\":[\"n1\"],\"qstamp\":0.0,\"tempo\":120.0,\"tstamp\":0.0,\"measureOn\":\"m1\"},{\"qstamp\":2.0,\"tstamp\":1000.5},{\"qstamp\":4.0,\"tstamp\":2000.0,\"measureOn\":\"m2\"}]";
    let entries = timemap::read(text).unwrap();
    let grid = BarGrid::uniform(2, 4, 4).unwrap().play_straight().unwrap();
    assert_eq!(wire::write(&timemap::to_points(&entries, &grid).unwrap()), "[[0,0],[1,2]]");
    let bare: Vec<_> =
        entries.iter().map(|entry| timemap::Entry { measure: None, ..entry.clone() }).collect();
    assert_eq!(wire::write(&timemap::to_points(&bare, &grid).unwrap()), "[[0,0],[0,1.0005,240],[1,2]]");
    assert!(
        error(timemap::read("[{\"qstamp\":0}]"))
            .starts_with("line 1, column 2: expected an entry with tstamp and qstamp")
    );
    assert!(
        timemap::to_points(&[timemap::Entry { time: 1.0, quarters: 9.0, measure: None }], &grid).is_err()
    );
}

/// What a measure is called after JSON has been read (RFC 8259, section 7).
fn called(name: &str) -> Result<String, ParseError> {
    let text = format!("[{{\"qstamp\":0,\"tstamp\":0,\"measureOn\":\"{name}\"}}]");
    timemap::read(&text).map(|mut entries| entries.remove(0).measure.unwrap())
}

#[test]
fn every_escape_of_json() {
    for (written, read) in [
        (r#"\""#, "\""),
        (r"\\", "\\"),
        (r"\/", "/"),
        (r"\b", "\u{8}"),
        (r"\f", "\u{c}"),
        (r"\n", "\n"),
        (r"\r", "\r"),
        (r"\t", "\t"),
        (r"\u00e9", "é"),
        (r"\u00E9", "é"),
        (r"\ud834\udd0b", "𝄋"),
        (r"\uD834\uDD0C", "𝄌"),
        (r"\udbff\udfff", "\u{10ffff}"),
        (r"\ud800\udc00", "\u{10000}"),
        ("𝄋 é", "𝄋 é"),
        // Half of a pair is no character.
        (r"\ud834", "\u{fffd}"),
        (r"\udd0b", "\u{fffd}"),
        (r"\ud834x", "\u{fffd}x"),
        (r"\ud834\u0041", "\u{fffd}A"),
    ] {
        assert_eq!(called(&format!("a{written}z")), Ok(format!("a{read}z")), "{written}");
    }
    for wrong in [r"\x", r"\u00g9", r"\u12", r"\u+123", r"\ud834\u12", "\u{0}", "\u{1f}", "\n", "\t"] {
        assert!(called(&format!("a{wrong}")).is_err(), "{wrong:?}");
    }
    assert!(timemap::read("[{\"qstamp\":0,\"tstamp\":0,\"measureOn\":\"m").is_err());
}

#[test]
fn entries_at_one_place_are_one_point() {
    let grid = BarGrid::uniform(2, 4, 4).unwrap().play_straight().unwrap();
    let entry = |quarters: f64, time: f64| timemap::Entry { time, quarters, measure: None };
    let entries = [entry(0.0, 0.0), entry(0.0, 0.5), entry(4.0, 2.0), entry(4.0, 2.5), entry(3.0, 3.0)];
    assert_eq!(wire::write(&timemap::to_points(&entries, &grid).unwrap()), "[[0,0],[1,2]]");
}

/// Numbers as RFC 8259, section 6, has them.
#[test]
fn numbers_of_json() {
    let quarters = |number: &str| {
        timemap::read(&format!("[{{\"qstamp\":{number},\"tstamp\":0}}]")).map(|entries| entries[0].quarters)
    };
    for (text, value) in [
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        ("0.25", 0.25),
        ("12e2", 1200.0),
        ("12E+2", 1200.0),
        ("125e-2", 1.25),
        ("1.25e1", 12.5),
    ] {
        assert_eq!(quarters(text), Ok(value), "{text}");
    }
    for text in ["1.", "1.e5", "1e", "1e+", "1.5e-", "-", "1.5.2", "1e5e5", "NaN", ""] {
        assert!(quarters(text).is_err(), "{text}");
    }
}

/// What is written is JSON, whatever a measure is called: another reader finds the same name.
#[test]
fn names_are_quoted_as_json_has_them() {
    let every: String = (0_u8..=0x7f).map(char::from).chain(['é', '𝄋', '\u{ffff}']).collect();
    let entry = timemap::Entry { time: 0.0, quarters: 0.0, measure: Some(every.clone()) };
    let text = timemap::write(&[entry]);
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read[0]["measureOn"], every);
}

/// The name of a measure is a text; anything else there is passed over.
#[test]
fn measures_of_a_timemap() {
    let entries = timemap::read(
        r#"[{"tstamp":0,"qstamp":0,"measureOn":"m1"},{"tstamp":500,"qstamp":1,"measureOn":3},{"tstamp":900,"qstamp":2,"on":["n1"]}]"#,
    )
    .unwrap();
    let read: Vec<_> =
        entries.iter().map(|entry| (entry.time, entry.quarters, entry.measure.as_deref())).collect();
    assert_eq!(read, [(0.0, 0.0, Some("m1")), (0.5, 1.0, None), (0.9, 2.0, None)]);
}

/// A measure map of a pickup counts from 0, and each measure begins where the one before ends.
#[test]
fn measures_of_a_grid() {
    let mut grid = BarGrid::uniform(3, 3, 4).unwrap();
    let told = |grid: &BarGrid| {
        let measures = measure_map::from_grid(grid);
        measures.iter().map(|it| (it.count, it.number, it.qstamp, it.next.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&grid), [(1, 1, 0.0, vec![2]), (2, 2, 3.0, vec![3]), (3, 3, 6.0, vec![])]);
    grid.bars[0].actual = segno_syncpoint::Fraction::new(1, 4).unwrap();
    assert_eq!(told(&grid), [(1, 0, 0.0, vec![2]), (2, 1, 1.0, vec![3]), (3, 2, 4.0, vec![])]);
}
