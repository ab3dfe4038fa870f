//! Tempo marks and the seconds that follow from them.

use segno_syncpoint::Policy;

use crate::score::{REST, read, read_text, told};

fn tempos(score: &segno_score::Score) -> Vec<(usize, String, f64)> {
    score
        .tempos
        .iter()
        .map(|tempo| (tempo.bar, tempo.offset.lowest().to_string(), tempo.quarter_bpm))
        .collect()
}

fn metronome(content: &str) -> String {
    format!("<direction><direction-type><metronome>{content}</metronome></direction-type></direction>{REST}")
}

#[test]
fn the_playback_tempo_counts() {
    let bar = format!(
        "<direction><direction-type><metronome><beat-unit>half</beat-unit><per-minute>60</per-minute></metronome>\
         </direction-type><sound tempo='96.5'/></direction>{REST}"
    );
    let score = read(&[&bar]);
    assert_eq!(tempos(&score), [(0, "0/1".to_owned(), 96.5)]);
    assert_eq!(told(&score), ["Contradiction 1"]);
}

#[test]
fn metronome_marks_of_all_forms() {
    let score = read(&[
        &metronome("<beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>60</per-minute>"),
        &metronome(
            "<beat-unit>half</beat-unit><beat-unit-dot/><beat-unit-dot/><per-minute>c. 40</per-minute>",
        ),
        &metronome("<beat-unit>eighth</beat-unit><per-minute>120-132</per-minute>"),
        &metronome(
            "<beat-unit>quarter</beat-unit><beat-unit-tied><beat-unit>16th</beat-unit></beat-unit-tied><per-minute>80</per-minute>",
        ),
    ]);
    let found: Vec<f64> = score.tempos.iter().map(|tempo| tempo.quarter_bpm).collect();
    assert_eq!(found, [90.0, 140.0, 63.0, 100.0]);
}

#[test]
fn metric_modulation_goes_on_from_the_tempo_before() {
    let score = read(&[
        &metronome("<beat-unit>quarter</beat-unit><per-minute>80</per-minute>"),
        // The old quarter is as long as the new dotted quarter.
        &metronome("<beat-unit>quarter</beat-unit><beat-unit>quarter</beat-unit><beat-unit-dot/>"),
        // The old eighth is as long as the new triplet eighth.
        &metronome(
            "<metronome-note><metronome-type>eighth</metronome-type></metronome-note><metronome-relation>equals</metronome-relation>\
             <metronome-note><metronome-type>eighth</metronome-type><metronome-tuplet type='start'><actual-notes>3</actual-notes>\
             <normal-notes>2</normal-notes></metronome-tuplet></metronome-note>",
        ),
    ]);
    let found: Vec<f64> = score.tempos.iter().map(|tempo| tempo.quarter_bpm).collect();
    assert_eq!(found, [80.0, 120.0, 80.0]);
}

#[test]
fn a_tempo_inside_a_bar_takes_its_offset() {
    let half = "<note><rest/><duration>8</duration></note>";
    let score = read(&[
        &format!(
            "<sound tempo='120'/>{half}<direction><direction-type/><sound tempo='60'/></direction>{half}"
        ),
        &format!(
            "<direction><direction-type/><offset sound='yes'>4</offset><sound tempo='120'/></direction>{REST}"
        ),
        &format!("<direction><direction-type/><offset>4</offset><sound tempo='60'/></direction>{REST}"),
        &format!("<sound tempo='240'><offset>8</offset></sound>{REST}"),
    ]);
    let found: Vec<(usize, String)> =
        tempos(&score).into_iter().map(|(bar, offset, _)| (bar, offset)).collect();
    let expected = [(0, "0/1"), (0, "1/2"), (1, "1/4"), (2, "0/1"), (3, "1/2")];
    assert_eq!(found, expected.map(|(bar, offset)| (bar, offset.to_owned())));
    // 1 + 2 s, 1 + 1.5 s, 4 s, 2 + 0.5 s.
    assert_eq!(score.bar_times([0, 1, 2, 3]), [0.0, 3.0, 5.5, 9.5, 12.0]);
    // The tempo belongs to the place on the page, so bar 1 begins at 60 a minute on every pass.
    assert_eq!(score.bar_times([1, 0, 1]), [0.0, 2.5, 5.5, 8.0]);
}

#[test]
fn the_map_of_a_playthrough_has_a_point_at_every_change() {
    let half = "<note><rest/><duration>8</duration></note>";
    let end = "<barline location='right'><repeat direction='backward'/></barline>";
    let score =
        read(&[&format!("<sound tempo='120'/>{half}<sound tempo='60'/>{half}"), &format!("{REST}{end}")]);
    let map = score.sync_map(&score.structure.unroll(&Policy::CLASSICAL).unwrap()).unwrap();
    let points: Vec<(f64, f64)> =
        map.points().iter().map(|point| (point.position.bars(), point.time)).collect();
    // Bar 0 takes 1 + 2 s, bar 1 takes 4 s, both twice.
    assert_eq!(
        points,
        [(0.0, 0.0), (0.5, 1.0), (1.0, 3.0), (2.0, 7.0), (2.5, 8.0), (3.0, 10.0), (4.0, 14.0)]
    );
    assert_eq!(map.time_at(2.25).ok(), Some(7.5));
}

#[test]
fn without_a_tempo_a_score_runs_at_120() {
    assert_eq!(read(&[REST, REST]).bar_times([0, 1]), [0.0, 2.0, 4.0]);
}

#[test]
fn all_parts_may_carry_the_tempo() {
    let part = |id: &str, bpm: u32| {
        format!("<part id='{id}'><measure number='1'><sound tempo='{bpm}'/></measure></part>")
    };
    let agree = read_text(&format!("<score-partwise>{}{}</score-partwise>", part("A", 90), part("B", 90)));
    assert_eq!((agree.tempos.len(), told(&agree).len()), (1, 0));
    let differ = read_text(&format!("<score-partwise>{}{}</score-partwise>", part("A", 90), part("B", 60)));
    assert_eq!(tempos(&differ), [(0, "0/1".to_owned(), 90.0)]);
    assert_eq!(told(&differ), ["Contradiction 1"]);
}

#[test]
fn unusable_tempos_are_left_out() {
    let score = read(&[
        "<sound tempo='0'/><sound tempo='-5'/><sound tempo='NaN'/><sound tempo='1e300'/><sound tempo='fast'/>",
    ]);
    assert_eq!(score.tempos, []);
    assert_eq!(told(&score), ["BadValue 1"; 5]);
}

/// A score whose software is named in its head.
fn written_by(software: &str, bars: &[&str]) -> segno_score::Score {
    let text = crate::score::xml(bars);
    let head = format!(
        "<identification><encoding><software>{software}</software></encoding></identification><part-list>"
    );
    read_text(&text.replacen("<part-list>", &head, 1))
}

#[test]
fn of_two_tempos_at_one_place_in_one_part_the_later_one_counts() {
    let tempo = |bpm: u32| format!("<direction><direction-type/><sound tempo='{bpm}'/></direction>");
    let score = read(&[&(tempo(72) + &tempo(40) + REST)]);
    assert_eq!(tempos(&score), [(0, "0/1".to_owned(), 40.0)]);
    assert!(score.diagnostics[0].message.contains("in one part; the later one"), "{:?}", score.diagnostics);
    // The same place reached by a backup, and by the end of one bar and the beginning of the next.
    let back = format!("{}{REST}<backup><duration>16</duration></backup>{}", tempo(72), tempo(40));
    assert_eq!(tempos(&read(&[&back])), [(0, "0/1".to_owned(), 40.0)]);
    // What is for playback counts more than what is printed, wherever it stands.
    let printed = "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>60</per-minute>\
                   </metronome></direction-type></direction>";
    for bar in [format!("{printed}{}{REST}", tempo(90)), format!("{}{printed}{REST}", tempo(90))] {
        assert_eq!(tempos(&read(&[&bar])), [(0, "0/1".to_owned(), 90.0)]);
    }
    // Three parts: the later of the first part counts, and both diagnostics are made.
    let part =
        |id: &str, content: &str| format!("<part id='{id}'><measure number='1'>{content}</measure></part>");
    let score = read_text(&format!(
        "<score-partwise>{}{}{}</score-partwise>",
        part("A", ""),
        part("B", &(tempo(50) + &tempo(60))),
        part("C", &tempo(70))
    ));
    assert_eq!(tempos(&score), [(0, "0/1".to_owned(), 60.0)]);
    assert_eq!(told(&score), ["Contradiction 1"; 2]);
    assert!(score.diagnostics[1].message.contains("the first part's counts"));
    // The same tempo twice does not contradict itself.
    assert_eq!(read(&[&(tempo(72) + &tempo(72) + REST)]).diagnostics, []);
}

#[test]
fn musescore_means_the_offset_of_a_tempo() {
    let half = "<note><rest/><duration>8</duration></note>";
    let quarter = "<note><rest/><duration>4</duration></note>";
    // A ritardando at the third quarter, written at the end of the bar, and "a tempo" at the fourth.
    let bar = format!(
        "{half}{quarter}<direction><direction-type><words>a tempo</words></direction-type><sound tempo='120'/></direction>{quarter}\
         <direction><direction-type><words>rit.</words></direction-type><offset>-8</offset><sound tempo='60'/></direction>"
    );
    let by = |software: &str| written_by(software, &[&bar, REST, REST]);
    for software in ["MuseScore 3.6.2", "MuseScore 4.2.0", "MuseScore 2.3.2"] {
        let score = by(software);
        assert_eq!(score.bar_times([0, 1, 2]), [0.0, 2.5, 4.5, 6.5], "{software}");
        assert!(score.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("MuseScore means it")));
    }
    // By the letter such an offset is one of the page only; that is told.
    let score = by("Finale v26");
    assert_eq!(score.bar_times([0, 1, 2]), [0.0, 2.0, 6.0, 10.0]);
    assert!(score.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("holds where it stands")));
    // What says whether it holds for playback is believed, whoever wrote it.
    for (sound, times) in [("yes", [0.0, 2.5, 4.5]), ("no", [0.0, 2.0, 6.0])] {
        let bar = bar.replace("<offset>", &format!("<offset sound='{sound}'>"));
        for software in ["MuseScore 3.6.2", "Finale v26"] {
            let score = written_by(software, &[&bar, REST, REST]);
            assert_eq!(score.bar_times([0, 1]), times, "{software} {sound}");
            assert!(!score.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("offset")));
        }
    }
}

/// The note types of MusicXML, each half as long as the one before, from the maxima of 32 quarters.
const TYPES: [&str; 14] = [
    "maxima", "long", "breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th",
    "256th", "512th", "1024th",
];

#[test]
fn every_note_type_can_be_the_beat() {
    let mut quarters = 32.0;
    for name in TYPES {
        let bpm = |content: &str| {
            let score = read(&[&metronome(content)]);
            score.tempos.first().map(|tempo| tempo.quarter_bpm)
        };
        let unit = format!("<beat-unit>{name}</beat-unit>");
        assert_eq!(bpm(&format!("{unit}<per-minute>64</per-minute>")), Some(64.0 * quarters), "{name}");
        // One dot makes it half as long again, the second adds half of the first.
        let dotted = format!("{unit}<beat-unit-dot/><per-minute>64</per-minute>");
        assert_eq!(bpm(&dotted), Some(96.0 * quarters), "{name}");
        let twice = format!("{unit}<beat-unit-dot/><beat-unit-dot/><per-minute>64</per-minute>");
        assert_eq!(bpm(&twice), Some(112.0 * quarters), "{name}");
        quarters /= 2.0;
    }
    // What names no note, and what says no number, is no tempo.
    for content in [
        "<beat-unit>minim</beat-unit><per-minute>64</per-minute>",
        "<beat-unit>quarter</beat-unit><per-minute>fast</per-minute>",
        "<per-minute>64</per-minute>",
        "<beat-unit>quarter</beat-unit>",
        "<beat-unit>quarter</beat-unit><per-minute>0</per-minute>",
    ] {
        assert!(read(&[&metronome(content)]).tempos.is_empty(), "{content}");
    }
}

#[test]
fn a_metric_modulation_needs_two_sides_and_a_tempo_before() {
    let quarter = "<metronome-note><metronome-type>quarter</metronome-type></metronome-note>";
    let half = "<metronome-note><metronome-type>half</metronome-type></metronome-note>";
    let equals = "<metronome-relation>equals</metronome-relation>";
    let second = |content: &str| {
        let score = read(&[
            &metronome("<beat-unit>quarter</beat-unit><per-minute>80</per-minute>"),
            &metronome(content),
        ]);
        score.tempos.get(1).map(|tempo| tempo.quarter_bpm)
    };
    assert_eq!(second(&format!("{quarter}{equals}{half}")), Some(160.0));
    assert_eq!(second(&format!("{half}{equals}{quarter}")), Some(40.0));
    assert_eq!(second(&format!("{quarter}{quarter}{equals}{half}")), Some(80.0));
    for one_sided in [format!("{quarter}{equals}"), format!("{equals}{half}"), quarter.to_owned()] {
        assert_eq!(second(&one_sided), None, "{one_sided}");
    }
}

#[test]
fn tied_beats_are_as_long_as_their_notes_together() {
    let bpm = |tied: &str| {
        let unit = "<beat-unit>quarter</beat-unit>";
        let per_minute = "<per-minute>80</per-minute>";
        read(&[&metronome(&format!("{unit}{tied}{per_minute}"))]).tempos[0].quarter_bpm
    };
    let tied = |content: &str| format!("<beat-unit-tied>{content}</beat-unit-tied>");
    assert_eq!(bpm(""), 80.0);
    assert_eq!(bpm(&tied("<beat-unit>eighth</beat-unit>")), 120.0);
    assert_eq!(bpm(&tied("<beat-unit>eighth</beat-unit><beat-unit-dot/>")), 140.0);
    let two = tied("<beat-unit>eighth</beat-unit>") + &tied("<beat-unit>half</beat-unit>");
    assert_eq!(bpm(&two), 280.0);
}

/// The playback tempo is not contradicted by a mark that rounds it.
#[test]
fn a_mark_within_one_in_a_hundred_of_the_playback_does_not_differ() {
    for (printed, sound, differs) in [
        ("100", "100.9", false),
        ("100", "99.1", false),
        ("100", "102", true),
        ("100", "98", true),
        ("50", "100", true),
    ] {
        let bar = format!(
            "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>{printed}</per-minute>\
             </metronome></direction-type><sound tempo='{sound}'/></direction>{REST}"
        );
        assert_eq!(told(&read(&[&bar])) == ["Contradiction 1"], differs, "{printed} {sound}");
    }
}
