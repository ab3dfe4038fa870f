//! Guitar Pro 6 to 8: the score file, its archive and its container. Orders are those of Guitar Pro 8's MIDI export where a test
//! names an issue of alphaTab (CoderLine/alphaTab), else alphaTab's own tests.

use std::io::{Cursor, Write};

use segno_score::{DiagnosticKind, Error, Format, Limit, Limits, Options, Score, guitar_pro, read_any};
use zip::write::{SimpleFileOptions, ZipWriter};

/// A score file being written: one track of six strings, one bar of each staff for each bar.
pub(crate) struct Gpif {
    pub(crate) automations: String,
    pub(crate) master: String,
    pub(crate) track: String,
    pub(crate) bars: Vec<(String, String)>,
    pub(crate) more: String,
}

pub(crate) const GUITAR: &str = "<Staves><Staff><Properties><Property name=\"Tuning\"><Pitches>40 45 50 55 59 64</Pitches></Property>\
    </Properties></Staff></Staves>";

/// A score of so many bars, each with its markup, and no notes.
pub(crate) fn silent(bars: &[&str]) -> Gpif {
    Gpif {
        automations: String::new(),
        master: String::new(),
        track: GUITAR.to_owned(),
        bars: bars.iter().map(|bar| ((*bar).to_owned(), String::new())).collect(),
        more: String::new(),
    }
}

impl Gpif {
    /// The text: of each bar its notes are given as rhythm and note markup, divided by `|`; several voices by `||`.
    pub(crate) fn text(&self) -> String {
        let (mut masters, mut bars, mut voices, mut beats, mut notes, mut rhythms) =
            (String::new(), String::new(), String::new(), String::new(), String::new(), String::new());
        let (mut voice, mut beat) = (0, 0);
        for (index, (markup, content)) in self.bars.iter().enumerate() {
            let time = if markup.contains("<Time>") { "" } else { "<Time>4/4</Time>" };
            masters += &format!("<MasterBar>{time}{markup}<Bars>{index}</Bars></MasterBar>");
            let mut own = Vec::new();
            for line in content.split("||").filter(|line| !line.is_empty()) {
                let mut ids = Vec::new();
                for item in line.split('|') {
                    let (head, note) = item.split_once('@').unwrap_or((item, ""));
                    let (kind, grace) = head.split_once('+').unwrap_or((head, ""));
                    rhythms += &format!("<Rhythm id=\"{beat}\">{kind}</Rhythm>");
                    let list = if note.is_empty() { String::new() } else { format!("<Notes>{beat}</Notes>") };
                    beats += &format!("<Beat id=\"{beat}\"><Rhythm ref=\"{beat}\"/>{grace}{list}</Beat>");
                    notes += &format!("<Note id=\"{beat}\">{note}</Note>");
                    ids.push(beat.to_string());
                    beat += 1;
                }
                voices += &format!("<Voice id=\"{voice}\"><Beats>{}</Beats></Voice>", ids.join(" "));
                own.push(voice.to_string());
                voice += 1;
            }
            own.resize(4, "-1".to_owned());
            bars += &format!("<Bar id=\"{index}\"><Voices>{}</Voices></Bar>", own.join(" "));
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><GPIF><GPVersion>8.1.4</GPVersion><Score><Title><![CDATA[Own tune]]></Title></Score>\
             <MasterTrack><Tracks>0</Tracks><Automations>{}</Automations>{}</MasterTrack>\
             <Tracks><Track id=\"0\"><Name><![CDATA[Guitar]]></Name>{}</Track></Tracks><MasterBars>{masters}</MasterBars><Bars>{bars}</Bars>\
             <Voices>{voices}</Voices><Beats>{beats}</Beats><Notes>{notes}</Notes><Rhythms>{rhythms}</Rhythms>{}</GPIF>",
            self.automations, self.master, self.track, self.more
        )
    }

    pub(crate) fn read(&self) -> Score {
        read_any(self.text().as_bytes(), &Options::new().with_onsets()).unwrap()
    }
}

pub(crate) fn order(score: &Score) -> Vec<usize> {
    score.structure.unroll(&score.format.policy()).unwrap().order().collect()
}

#[track_caller]
pub(crate) fn check_times(score: &Score, expected: &[f64]) {
    let times = score.bar_times(order(score));
    assert!(
        times.len() == expected.len() && times.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.001),
        "{times:?}, expected {expected:?}"
    );
}

pub(crate) fn tempo(bar: u32, position: &str, value: &str) -> String {
    automation("Tempo", bar, position, value)
}

pub(crate) fn automation(kind: &str, bar: u32, position: &str, value: &str) -> String {
    format!(
        "<Automation><Type>{kind}</Type><Linear>false</Linear><Bar>{bar}</Bar><Position>{position}</Position><Value>{value}</Value></Automation>"
    )
}

pub(crate) fn close(plays: u32) -> String {
    format!("<Repeat start=\"false\" end=\"true\" count=\"{plays}\"/>")
}

fn ending(passes: &str, plays: u32) -> String {
    let close = if plays > 0 { close(plays) } else { String::new() };
    format!("{close}<AlternateEndings>{passes}</AlternateEndings>")
}

pub(crate) fn directions(kind: &str, name: &str) -> String {
    format!("<Directions><{kind}>{name}</{kind}></Directions>")
}

const OPEN: &str = "<Repeat start=\"true\" end=\"false\" count=\"0\"/>";
pub(crate) const QUARTER: &str = "<NoteValue>Quarter</NoteValue>";

pub(crate) fn fretted(string: u32, fret: u32, more: &str) -> String {
    format!(
        "{more}<Properties><Property name=\"String\"><String>{string}</String></Property>\
         <Property name=\"Fret\"><Fret>{fret}</Fret></Property></Properties>"
    )
}

#[test]
fn one_counter_for_all_close_signs_of_a_repeat_with_endings() {
    // alphaTab's issue 2885.
    let score = silent(&[OPEN, &ending("1", 2), &ending("2", 2), ""]).read();
    assert_eq!(order(&score), [0, 1, 0, 2, 3]);
    check_times(&score, &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
}

#[test]
fn a_close_sign_that_is_passed_over_goes_back_all_the_same() {
    // alphaTab's pull request 791, compared with Guitar Pro there.
    let (one, two, three, both) = (ending("1", 0), ending("2", 0), ending("3", 0), ending("1 3", 0));
    let first = format!("{OPEN}{one}");
    let score = silent(&[&first, &two, &three, "", &one, &two, &three, "", &both, &ending("2", 3)]).read();
    assert_eq!(order(&score), [0, 4, 8, 1, 5, 9, 2, 3, 6, 7, 8]);
}

#[test]
fn two_repeats_with_endings_in_a_row() {
    // alphaTab's issue 1046.
    let score =
        silent(&[OPEN, &ending("1", 0), &ending("2", 2), OPEN, &ending("1", 0), &ending("2 3 4", 4), ""])
            .read();
    assert_eq!(order(&score), [0, 1, 0, 2, 3, 4, 3, 5, 3, 5, 3, 5, 6]);
    assert_eq!(score.bar_times(order(&score)).last(), Some(&26.0));
}

#[test]
fn a_jump_waits_for_the_repeat_of_its_bar() {
    // alphaTab's issue 2858.
    let last = format!("{}{}", close(2), directions("Jump", "DaCapoAlCoda"));
    let score = silent(&[OPEN, &directions("Jump", "DaCoda"), &last, &directions("Target", "Coda")]).read();
    assert_eq!(order(&score), [0, 1, 2, 0, 1, 2, 0, 1, 3]);
}

#[test]
fn a_jump_is_taken_once() {
    // alphaTab's issue 2884.
    let (leave, coda, jump) =
        (directions("Jump", "DaCoda"), directions("Target", "Coda"), directions("Jump", "DaCapoAlCoda"));
    assert_eq!(order(&silent(&["", &leave, &coda, &jump, ""]).read()), [0, 1, 2, 3, 0, 1, 2, 3, 4]);
}

#[test]
fn counts_that_are_left_over_say_nothing() {
    let left_over = "<Repeat start=\"true\" end=\"false\" count=\"2\"/>";
    assert_eq!(order(&silent(&[left_over, "", &close(3)]).read()), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    assert_eq!(order(&silent(&[left_over, "", ""]).read()), [0, 1, 2]);
}

#[test]
fn a_pickup_is_as_long_as_its_longest_voice() {
    let mut piece = silent(&["", "", ""]);
    let full = "<NoteValue>Whole</NoteValue>@";
    let note = fretted(0, 3, "");
    piece.bars[0].1 = format!("{QUARTER}@{note}");
    piece.bars[1].1 = format!("{full}{note}");
    piece.bars[2].1 = format!("{full}{note}");
    check_times(&piece.read(), &[0.0, 2.0, 4.0, 6.0]);
    piece.master = "<Anacrusis/>".to_owned();
    let score = piece.read();
    check_times(&score, &[0.0, 0.5, 2.5, 4.5]);
    assert!(score.structure.bars[0].implicit);
    // A bar that is too full is as long as its metre.
    piece.bars[1].1 = format!("{full}{note}|<NoteValue>Half</NoteValue>@{note}");
    check_times(&piece.read(), &[0.0, 0.5, 2.5, 4.5]);
}

#[test]
fn units_and_places_of_tempos() {
    let mut piece = silent(&["", ""]);
    piece.automations = tempo(0, "0.5", "120 1") + &tempo(0, "0", "60 3");
    check_times(&piece.read(), &[0.0, 2.0 * 60.0 / 90.0 + 2.0, 2.0 * 60.0 / 90.0 + 6.0]);
    // The tempo of the written place after going back, as MuseScore 3.2.3 plays it.
    let mut piece = silent(&["", OPEN, "", &close(2), ""]);
    piece.automations = tempo(0, "0", "120 2") + &tempo(2, "0", "60 2");
    check_times(&piece.read(), &[0.0, 2.0, 4.0, 8.0, 12.0, 14.0, 18.0, 22.0, 26.0]);
    let mut piece = silent(&["", ""]);
    piece.automations = tempo(0, "0", "60").replace("<Linear>false", "<Linear>true") + &tempo(7, "0", "60 2");
    let score = piece.read();
    check_times(&score, &[0.0, 4.0, 8.0]);
    let kinds: Vec<DiagnosticKind> = score.diagnostics.iter().map(|remark| remark.kind).collect();
    assert_eq!(kinds, [DiagnosticKind::Inferred, DiagnosticKind::BadValue]);
}

#[test]
fn a_linear_tempo_goes_evenly_to_the_next_one() {
    // At q of 8 quarters the tempo is 60 + 60 q / 8; the time up to there is the integral of 60 / tempo: 8 ln(1 + q / 8).
    let linear = |bar, position, value| tempo(bar, position, value).replace("<Linear>false", "<Linear>true");
    let mut piece = silent(&["", "", "", ""]);
    piece.automations = tempo(2, "0", "120 2") + &linear(0, "0", "60 2");
    let score = piece.read();
    check_times(
        &score,
        &[0.0, 8.0 * 1.5_f64.ln(), 8.0 * 2_f64.ln(), 8.0 * 2_f64.ln() + 2.0, 8.0 * 2_f64.ln() + 4.0],
    );
    assert!(score.diagnostics.is_empty(), "{:?}", score.diagnostics);
    // A step a quarter, each within the line.
    let tempos: Vec<f64> = score.tempos.iter().map(|tempo| tempo.quarter_bpm).collect();
    assert_eq!(tempos.len(), 9);
    for (step, tempo) in tempos.iter().take(8).enumerate() {
        let from = 60.0 + 7.5 * step as f64;
        assert!((from..from + 7.5).contains(tempo), "{tempos:?}");
    }
    // From the middle of a bar to the middle of the next, and down: 120 to 60 in 4 quarters, 4 ln 2 s in all.
    piece.automations = linear(0, "0.5", "120 2") + &tempo(1, "0.5", "60 2");
    let half = 4.0 * 2_f64.ln();
    let mid = 1.0 + 4.0 * (4.0_f64 / 3.0).ln();
    check_times(&piece.read(), &[0.0, mid, 3.0 + half, 7.0 + half, 11.0 + half]);
    // Nothing to go to: it holds. Places behind the ends of their bars are the ends.
    piece.automations = linear(0, "0", "60 2") + &linear(0, "0", "120 2");
    check_times(&piece.read(), &[0.0, 2.0, 4.0, 6.0, 8.0]);
    piece.automations = linear(0, "7", "60 2") + &linear(1, "9", "120 2");
    check_times(&piece.read(), &[0.0, 2.0, 2.0 + half, 4.0 + half, 6.0 + half]);
}

#[test]
fn sync_points_of_a_repeated_bar() {
    let point = |bar: u32, occurrence: u32, position: &str, frames: u32, played: u32| {
        let value = format!(
            "<BarIndex>{bar}</BarIndex><BarOccurrence>{occurrence}</BarOccurrence><ModifiedTempo>7</ModifiedTempo>\
             <OriginalTempo>120</OriginalTempo><FrameOffset>{frames}</FrameOffset>"
        );
        automation("SyncPoint", played, position, &value)
    };
    let both = OPEN.replace("end=\"false\" count=\"0\"", "end=\"true\" count=\"2\"");
    let mut piece = silent(&["", &both, ""]);
    piece.automations = point(0, 0, "0", 0, 0)
        + &point(1, 0, "0", 88_200, 1)
        + &point(1, 1, "0", 178_605, 2)
        + &point(2, 0, "0.5", 310_905, 3)
        + &point(1, 5, "0", 400_000, 7);
    piece.more = "<BackingTrack><Enabled>true</Enabled><Source>Local</Source><AssetId>0</AssetId><FramePadding>-22050</FramePadding></BackingTrack>\
        <Assets><Asset id=\"0\"><EmbeddedFilePath><![CDATA[Content/Assets/a.ogg]]></EmbeddedFilePath></Asset></Assets>"
        .to_owned();
    let score = piece.read();
    let play = score.structure.unroll(&score.format.policy()).unwrap();
    assert_eq!(play.order().collect::<Vec<_>>(), [0, 1, 1, 2]);
    let map = score.recording_map(&play).unwrap().unwrap();
    let points: Vec<(f64, f64)> =
        map.points().iter().map(|point| (point.position.bars(), point.time)).collect();
    // Half a bar is left behind the last point, at 2 s a bar.
    assert_eq!(points, [(0.0, 0.5), (1.0, 2.5), (2.0, 4.55), (3.5, 7.55), (4.0, 8.55)]);
    assert_eq!(score.recording.as_ref().unwrap().file, "Content/Assets/a.ogg");
    let told: Vec<String> = score.diagnostics.iter().map(ToString::to_string).collect();
    assert!(
        told.len() == 1 && told[0].ends_with("a sync point for pass 6 of a bar that is not played so often"),
        "{told:?}"
    );
    // Between two points time goes as the score says: a bar at 120 is half as long as one at 60.
    let mut piece = silent(&["", "", ""]);
    piece.automations = point(0, 0, "0", 0, 0)
        + &point(2, 0, "1", 441_000, 2)
        + &tempo(0, "0", "120 2")
        + &tempo(1, "0", "60 2");
    piece.more = "<BackingTrack><Enabled>false</Enabled><AssetId>3</AssetId></BackingTrack>".to_owned();
    let score = piece.read();
    let map = score.recording_map(&score.structure.unroll(&score.format.policy()).unwrap()).unwrap().unwrap();
    assert_eq!(map.time_at(1.0).unwrap(), 2.0);
    assert_eq!(map.time_at(2.0).unwrap(), 6.0);
    assert!(score.diagnostics.iter().any(|remark| remark.message.contains("switched off")));
}

/// The audio file is that of the asset with this number; without a number, or with a text instead, it has no name.
#[test]
fn which_audio_file() {
    let file = |asset: &str| {
        let mut piece = silent(&[""]);
        let assets: String = (0..3)
            .map(|id| {
                format!(
                    "<Asset id=\"{id}\"><EmbeddedFilePath><![CDATA[{id}.ogg]]></EmbeddedFilePath></Asset>"
                )
            })
            .collect();
        piece.more =
            format!("<BackingTrack><Enabled>true</Enabled>{asset}</BackingTrack><Assets>{assets}</Assets>");
        piece.read().recording.unwrap().file
    };
    assert_eq!(
        (file("<AssetId>0</AssetId>"), file("<AssetId>2</AssetId>")),
        ("0.ogg".into(), "2.ogg".into())
    );
    for none in ["", "<AssetId>x</AssetId>", "<AssetId>3</AssetId>", "<AssetId>-1</AssetId>"] {
        assert_eq!(file(none), "", "{none}");
    }
}

#[test]
fn keys_of_strings_capos_harmonics_ties_and_graces() {
    let harmonic = |kind: &str, fret: &str| {
        format!(
            "<Properties><Property name=\"String\"><String>0</String></Property><Property name=\"Fret\"><Fret>5</Fret></Property>\
             <Property name=\"HarmonicType\"><HType>{kind}</HType></Property><Property name=\"HarmonicFret\"><HFret>{fret}</HFret></Property></Properties>"
        )
    };
    let mut piece = silent(&["", ""]);
    piece.track =
        GUITAR.replace("</Properties>", "<Property name=\"CapoFret\"><Fret>2</Fret></Property></Properties>");
    piece.bars[0].1 = [
        format!("{QUARTER}@{}", fretted(5, 1, "")),
        format!("{QUARTER}+<GraceNotes>BeforeBeat</GraceNotes>@{}", fretted(1, 0, "")),
        format!("{QUARTER}@{}", harmonic("Natural", "5")),
        format!("{QUARTER}@{}", harmonic("Artificial", "12")),
        format!("{QUARTER}@{}", fretted(4, 3, "<Tie origin=\"true\" destination=\"false\"/>")),
    ]
    .join("|");
    piece.bars[1].1 = [
        format!(
            "{QUARTER}<AugmentationDot count=\"1\"/>@{}",
            fretted(4, 9, "<Tie origin=\"false\" destination=\"true\"/>")
        ),
        format!("{QUARTER}<PrimaryTuplet num=\"3\" den=\"2\"/>@"),
        format!("{QUARTER}@{}", fretted(2, 0, "<Tie destination=\"true\"/>")),
    ]
    .join("|");
    let score = piece.read();
    let told: Vec<String> = score
        .onsets
        .iter()
        .map(|onset| {
            format!(
                "{}+{} {} {}{}",
                onset.bar,
                onset.offset,
                onset.key.unwrap(),
                onset.duration,
                if onset.grace { "g" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        told,
        ["0+0/1 67 1/4", "0+1/4 47 0/1g", "0+1/4 66 1/4", "0+1/2 59 1/4", "0+3/4 64 5/8", "1+13/24 52 1/4",]
    );
}

#[test]
fn drums_have_the_key_that_is_struck() {
    let kit = "<InstrumentSet><Type>drumKit</Type><Elements><Element><Articulations>\
        <Articulation><OutputMidiNumber>38</OutputMidiNumber></Articulation><Articulation><OutputMidiNumber>37</OutputMidiNumber></Articulation>\
        </Articulations></Element><Element><Articulations><Articulation><OutputMidiNumber>42</OutputMidiNumber></Articulation></Articulations></Element>\
        </Elements></InstrumentSet>";
    let mut piece = silent(&[""]);
    piece.track = format!("{kit}{GUITAR}");
    piece.bars[0].1 = (0..3)
        .map(|index| format!("{QUARTER}@<InstrumentArticulation>{index}</InstrumentArticulation>"))
        .collect::<Vec<_>>()
        .join("|");
    let keys = |score: &Score| score.onsets.iter().map(|onset| onset.key).collect::<Vec<_>>();
    assert_eq!(keys(&piece.read()), [Some(38), Some(37), Some(42)]);
    // Guitar Pro 6 names the drum and the way that it is struck.
    piece.track = format!("<GeneralMidi table=\"Percussion\"/>{GUITAR}");
    piece.bars[0].1 = [(1, 2), (10, 0), (99, 0)]
        .iter()
        .map(|(element, variation)| {
            format!(
                "{QUARTER}@<Properties><Property name=\"Element\"><Element>{element}</Element></Property>\
                 <Property name=\"Variation\"><Variation>{variation}</Variation></Property></Properties>"
            )
        })
        .collect::<Vec<_>>()
        .join("|");
    assert_eq!(keys(&piece.read()), [Some(37), Some(42), None]);
}

/// The archive of Guitar Pro 7 and 8.
pub(crate) fn archive(text: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("VERSION", "7.0"), ("Content/score.gpif", text)] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The container of Guitar Pro 6, not packed.
pub(crate) fn container(text: &str) -> Vec<u8> {
    let mut sectors = vec![0; 4096];
    let mut next = 1;
    for (name, content) in [("misc.xml", &b"<x/>"[..]), ("score.gpif", text.as_bytes())] {
        let pieces = content.chunks(4096).count();
        let mut entry = vec![2, 0, 0, 0];
        entry.extend(name.bytes());
        entry.resize(0x8C, 0);
        entry.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        entry.extend([0; 4]);
        for piece in 0..pieces {
            entry.extend(u32::try_from(next + 1 + piece).unwrap().to_le_bytes());
        }
        entry.resize(4096, 0);
        sectors.extend(entry);
        sectors.extend(content);
        sectors.resize((next + 1 + pieces) * 4096, 0);
        next += 1 + pieces;
    }
    [&b"BCFS"[..], &sectors].concat()
}

/// The container packed: pieces as they are, and runs of zeros as copies.
pub(crate) fn packed(container: &[u8]) -> Vec<u8> {
    let mut bits: Vec<u8> = Vec::new();
    let high = |bits: &mut Vec<u8>, value: usize, count: usize| {
        bits.extend((0..count).rev().map(|bit| (value >> bit & 1) as u8))
    };
    let low = |bits: &mut Vec<u8>, value: usize, count: usize| {
        bits.extend((0..count).map(|bit| (value >> bit & 1) as u8))
    };
    let mut at = 0;
    while at < container.len() {
        let back = at.min(1000);
        let run =
            (0..back).take_while(|step| container.get(at + step) == container.get(at - back + step)).count();
        if back > 0 && run > 4 {
            bits.push(1);
            high(&mut bits, 10, 4);
            low(&mut bits, back, 10);
            low(&mut bits, run, 10);
            at += run;
        } else {
            let piece = &container[at..container.len().min(at + 3)];
            bits.push(0);
            low(&mut bits, piece.len(), 2);
            piece.iter().for_each(|byte| high(&mut bits, usize::from(*byte), 8));
            at += piece.len();
        }
    }
    let bytes = bits
        .chunks(8)
        .map(|bits| bits.iter().enumerate().fold(0, |byte, (place, bit)| byte | bit << (7 - place)));
    let mut out = b"BCFZ".to_vec();
    out.extend(u32::try_from(container.len()).unwrap().to_le_bytes());
    out.extend(bytes);
    out
}

#[test]
fn one_score_in_each_wrapping() {
    let mut piece = silent(&[OPEN, "", &close(2), &directions("Jump", "DaSegnoAlFine")]);
    piece.bars[0].1 = format!("{QUARTER}@{}", fretted(0, 0, ""));
    // So that the score file needs several sectors.
    piece.more = format!("<ScoreViews>{}</ScoreViews>", "<ScoreView id=\"0\"/>".repeat(1_000));
    let text = piece.text();
    let plain = piece.read();
    assert_eq!((plain.title.as_deref(), plain.parts[0].name.as_str()), (Some("Own tune"), "Guitar"));
    let (gpx, gp) = (container(&text), archive(&text));
    for (bytes, format) in
        [(gp, Format::GuitarPro), (packed(&gpx), Format::GuitarPro6), (gpx, Format::GuitarPro6)]
    {
        let mut score = read_any(&bytes, &Options::new().with_onsets()).unwrap();
        assert_eq!(score.format, format);
        score.format = Format::GuitarPro;
        assert_eq!(score, plain);
    }
}

#[test]
fn broken_wrappings_say_where() {
    let error = |bytes: &[u8]| guitar_pro::read_gpx(bytes, &Options::new()).unwrap_err().to_string();
    assert_eq!(
        error(b"BCFS"),
        "invalid Guitar Pro file of version 6: the list of files: expected a file named score.gpif, found no such file"
    );
    assert_eq!(
        error(b"BCFZ\x04\0\0\0\xFF\xFF"),
        "invalid Guitar Pro file of version 6: byte 8: expected the letters BCFS in the packed data"
    );
    let refused = guitar_pro::read_gpx(b"BCFZ\xFF\xFF\xFF\x7F", &Options::new()).unwrap_err();
    assert!(matches!(refused, Error::Limit { limit: Limit::Bytes | Limit::Ratio, .. }), "{refused}");
    let error = guitar_pro::read_archive(b"PK", &Options::new()).unwrap_err();
    assert!(matches!(error, Error::Archive { .. }));
    let error = guitar_pro::read_gpif(b"<museScore/>", &Options::new()).unwrap_err();
    assert!(matches!(error, Error::Root { root, .. } if root == "museScore"));
}

#[test]
fn tables_that_lead_to_one_thing_over_and_over_end_at_the_limit() {
    let many = |id: u32, count: usize| format!("{id} ").repeat(count);
    let text = format!(
        "<GPIF><MasterTrack><Tracks>{}</Tracks></MasterTrack><Tracks><Track id='0'/></Tracks><MasterBars>{}</MasterBars><Bars><Bar id='0'><Voices>0 0 0 0</Voices></Bar></Bars>\
         <Voices><Voice id='0'><Beats>{}</Beats></Voice></Voices><Beats><Beat id='0'><Notes>{}</Notes></Beat></Beats><Notes><Note id='0'/></Notes></GPIF>",
        many(0, 50),
        format!("<MasterBar><Bars>{}</Bars></MasterBar>", many(0, 50)).repeat(50),
        many(0, 500),
        many(0, 500),
    );
    let mut limits = Limits::default();
    limits.elements = 100_000;
    let error = guitar_pro::read_gpif(text.as_bytes(), &Options::new().with_limits(limits)).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::Elements, allowed: 100_000, .. }), "{error}");
}

/// All wrappings of a rich score, for those that damage them.
pub(crate) fn samples() -> Vec<Vec<u8>> {
    let mut piece = silent(&[OPEN, &ending("1 3", 0), &ending("2", 3), &directions("Jump", "DaCapoAlFine")]);
    for bar in &mut piece.bars {
        bar.1 = format!(
            "{QUARTER}@{}|{QUARTER}@{}",
            fretted(0, 3, ""),
            fretted(0, 3, "<Tie destination=\"true\"/>")
        );
    }
    piece.automations = tempo(0, "0", "120 2") + &tempo(1, "0.25", "90 2");
    let text = piece.text();
    let gpx = container(&text);
    vec![archive(&text), packed(&gpx), gpx, text.into_bytes()]
}
