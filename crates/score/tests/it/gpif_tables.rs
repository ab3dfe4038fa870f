//! The tables of Guitar Pro 6 to 8 at the edges of what they may hold: metres, directions, tempos, strings, tracks, the recording.

use segno_score::{DiagnosticKind, Error, Limit, Limits, Options, Score, read_any};

use crate::gpif::{
    GUITAR, Gpif, QUARTER, archive, automation, check_times, close, container, directions, fretted, order,
    packed, silent, tempo,
};

fn told(score: &Score) -> Vec<(DiagnosticKind, &str)> {
    score.diagnostics.iter().map(|told| (told.kind, told.message.as_str())).collect()
}

/// A piece of one bar that holds a note of a quarter.
fn one(note: &str) -> Gpif {
    let mut piece = silent(&[""]);
    piece.bars[0].1 = format!("{QUARTER}@{note}");
    piece
}

fn key(piece: &Gpif) -> Option<u8> {
    piece.read().onsets.first().and_then(|onset| onset.key)
}

#[test]
fn metres_and_what_is_none() {
    let nominals = |times: &[&str]| {
        let bars: Vec<String> = times.iter().map(|time| format!("<Time>{time}</Time>")).collect();
        let score = silent(&bars.iter().map(String::as_str).collect::<Vec<_>>()).read();
        let nominals: Vec<String> = score.structure.bars.iter().map(|bar| bar.nominal.to_string()).collect();
        (nominals, score.diagnostics.iter().map(|told| told.kind).collect::<Vec<_>>())
    };
    for time in ["4/4", "7/16", "1/1", "1024/1024"] {
        assert_eq!(nominals(&[time]), (vec![time.to_owned()], vec![]), "{time}");
    }
    for time in ["0/4", "4/0", "1025/4", "4/1025", "4", "x/4", "4/x", ""] {
        let expected = (vec!["3/4".to_owned(); 2], vec![DiagnosticKind::BadValue]);
        assert_eq!(nominals(&["3/4", time]), expected, "{time}");
        assert_eq!(nominals(&[time]).0, ["4/4"], "{time}");
    }
}

#[test]
fn sections_directions_and_marks_that_are_told() {
    let section = "<Section><Letter>A</Letter><Text>Verse  one</Text></Section>";
    let score = silent(&["", section, "<Section><Letter> </Letter></Section>"]).read();
    let sections: Vec<(usize, &str)> = score.sections.iter().map(|it| (it.bar, it.text.as_str())).collect();
    assert_eq!(sections, [(1, "A Verse one")]);
    let score = silent(&["", &directions("Jump", "DaCapoAlNothing"), ""]).read();
    assert_eq!(score.diagnostics[0].kind, DiagnosticKind::Unsupported);
    assert!(score.structure.bars[1].jumps.is_empty());
    // Signs of both kinds in one bar, whatever their order: all are there.
    for both in [["Segno", "DaCapo"], ["DaCapo", "Segno"]] {
        let both = format!("<Directions><Jump>{}</Jump><Target>{}</Target></Directions>", both[0], both[1]);
        let score = silent(&["", &both, ""]).read();
        let bar = &score.structure.bars[1];
        assert_eq!((bar.markers.len(), bar.jumps.len()), (1, 1));
    }
    for (markup, words) in [
        ("<Fermatas><Fermata/></Fermatas>", "fermatas are not played"),
        ("<TripletFeel>Triplet8th</TripletFeel>", "triplet feel"),
    ] {
        let score = silent(&["", markup, markup]).read();
        let found = told(&score);
        assert_eq!((found.len(), score.diagnostics[0].bar), (1, Some(1)), "{markup}");
        assert!(found[0].0 == DiagnosticKind::Unsupported && found[0].1.contains(words));
    }
    assert!(silent(&["<TripletFeel>NoTripletFeel</TripletFeel>"]).read().diagnostics.is_empty());
    let simile = |mark: &str| {
        let mut piece = silent(&["", ""]);
        piece.more.clear();
        let text = piece.text().replace("<Voices>-1", &format!("<SimileMark>{mark}</SimileMark><Voices>-1"));
        read_any(text.as_bytes(), &Options::new()).unwrap().diagnostics.len()
    };
    assert_eq!((simile("Simple"), simile("None"), simile("")), (1, 0, 0));
}

#[test]
fn endings_and_counts_of_repeats() {
    let endings = |list: &str| {
        let score = silent(&[&format!("<AlternateEndings>{list}</AlternateEndings>")]).read();
        score.structure.bars[0].endings.first().map(|ending| ending.numbers.clone())
    };
    assert_eq!(endings("1 2 8"), Some(vec![1, 2, 8]));
    assert_eq!(endings("0 -1 x 3"), Some(vec![3]));
    assert_eq!(endings("0"), None);
    assert_eq!(order(&silent(&["", "<Repeat start=\"false\" end=\"true\"/>"]).read()), [0, 1, 0, 1]);
    assert_eq!(order(&silent(&["", &close(3)]).read()), [0, 1, 0, 1, 0, 1]);
}

#[test]
fn tempos_by_unit_and_place() {
    let seconds = |value: &str| {
        let mut piece = silent(&[""]);
        piece.automations = tempo(0, "0", value);
        let score = piece.read();
        (score.bar_times(0..1)[1], score.diagnostics.len())
    };
    // An eighth, a quarter, a dotted quarter, a half, a dotted half is the beat.
    for (value, expected) in [("60 1", 8.0), ("60 2", 4.0), ("60 4", 2.0), ("40 3", 4.0), ("40 5", 2.0)] {
        assert_eq!(seconds(value), (expected, 0), "{value}");
    }
    for value in ["60 6", "60 x", "x 2", "", "0 2", "-60 2"] {
        assert_eq!(seconds(value), (2.0, if value.is_empty() { 2 } else { 1 }), "{value}");
    }
    // A place in the bar is a share of it, of what it holds if that is more.
    let mut piece = silent(&["", ""]);
    piece.automations = tempo(0, "0", "60 2") + &tempo(0, "0.25", "120 2");
    check_times(&piece.read(), &[0.0, 2.5, 4.5]);
    let note = fretted(0, 3, "");
    let whole = format!("<NoteValue>Whole</NoteValue>@{note}");
    piece.bars[0].1 = format!("{whole}|{whole}");
    check_times(&piece.read(), &[0.0, 3.0, 5.0]);
    for (bar, place) in [(2, "0"), (0, "-0.5"), (0, "x")] {
        let mut piece = silent(&["", ""]);
        piece.automations = tempo(bar, place, "60 2");
        let score = piece.read();
        assert_eq!(
            (score.tempos.len(), score.diagnostics[0].kind),
            (0, DiagnosticKind::BadValue),
            "{bar} {place}"
        );
    }
    let mut piece = silent(&["", ""]);
    piece.automations = automation("Volume", 0, "0", "12 2");
    assert!(piece.read().tempos.is_empty() && piece.read().diagnostics.is_empty());
}

#[test]
fn rhythms_of_all_values() {
    let begin = |rhythm: &str| {
        let mut piece = silent(&[""]);
        piece.bars[0].1 = format!("{rhythm}|{QUARTER}@{}", fretted(0, 0, ""));
        piece.read().onsets[0].offset.to_string()
    };
    let value = |name: &str| format!("<NoteValue>{name}</NoteValue>");
    for (name, length) in [
        ("Long", "4/1"),
        ("DoubleWhole", "2/1"),
        ("Whole", "1/1"),
        ("Half", "1/2"),
        ("Quarter", "1/4"),
        ("Eighth", "1/8"),
        ("16th", "1/16"),
        ("32nd", "1/32"),
        ("64th", "1/64"),
        ("128th", "1/128"),
        ("256th", "1/256"),
    ] {
        assert_eq!(begin(&value(name)), length, "{name}");
    }
    assert_eq!(begin(&value("Demi")), "0/1");
    for (more, length) in [
        ("<AugmentationDot count=\"2\"/>", "7/16"),
        ("<AugmentationDot/>", "1/4"),
        ("<PrimaryTuplet num=\"5\" den=\"4\"/>", "1/5"),
        // Guitar Pro 6 has elements for the numbers.
        ("<PrimaryTuplet><Num>3</Num><Den>2</Den></PrimaryTuplet>", "1/6"),
        ("<PrimaryTuplet num=\"3\" den=\"2\"/><SecondaryTuplet num=\"5\" den=\"4\"/>", "2/15"),
        ("<PrimaryTuplet num=\"0\" den=\"2\"/>", "0/1"),
    ] {
        assert_eq!(begin(&format!("{QUARTER}{more}")), length, "{more}");
    }
}

/// A beat that names no rhythm takes no time, whatever the rhythm of number 0 is.
#[test]
fn a_beat_without_a_rhythm() {
    let mut piece = silent(&[""]);
    let note = format!("{QUARTER}@{}", fretted(0, 0, ""));
    piece.bars[0].1 = [note.as_str(), &note, &note].join("|");
    let text = piece.text();
    let begins = |text: &str| {
        let score = read_any(text.as_bytes(), &Options::new().with_onsets()).unwrap();
        score.onsets.iter().map(|onset| onset.offset.quarters()).collect::<Vec<_>>()
    };
    assert_eq!(begins(&text), [0.0, 1.0, 2.0]);
    assert_eq!(begins(&text.replace("<Rhythm ref=\"1\"/>", "")), [0.0, 1.0, 1.0]);
    assert_eq!(begins(&text.replace("<Rhythm ref=\"1\"/>", "<Rhythm ref=\"9\"/>")), [0.0, 1.0, 1.0]);
}

#[test]
fn keys_by_string_or_by_name() {
    let properties = |content: &str| format!("<Properties>{content}</Properties>");
    let property = |name: &str, element: &str, value: &str| {
        format!("<Property name=\"{name}\"><{element}>{value}</{element}></Property>")
    };
    assert_eq!(key(&one(&fretted(0, 3, ""))), Some(43));
    assert_eq!(key(&one(&properties(&property("Midi", "Number", "61")))), Some(61));
    let named = property("Octave", "Number", "5") + &property("Tone", "Step", "2");
    assert_eq!(key(&one(&properties(&named))), Some(62));
    let alone = one(&properties(&property("Octave", "Number", "5")));
    assert_eq!((key(&alone), alone.read().diagnostics[0].kind), (None, DiagnosticKind::BadValue));
    // A string that is not there has no key of its own; without a fret the name counts.
    let beyond = property("String", "String", "9") + &property("Fret", "Fret", "3");
    assert_eq!(key(&one(&properties(&(beyond.clone() + &property("Midi", "Number", "61"))))), Some(61));
    assert_eq!(key(&one(&properties(&beyond))), None);
    let unfretted = property("String", "String", "1") + &property("Midi", "Number", "61");
    assert_eq!(key(&one(&properties(&unfretted))), Some(61));
    // Harmonics: touched at the twelfth fret unless it is said where.
    let touched = |kind: &str, more: &str| {
        let string = property("String", "String", "0") + &property("Fret", "Fret", "5");
        key(&one(&properties(&(string + &property("HarmonicType", "HType", kind) + more))))
    };
    assert_eq!(touched("Natural", ""), Some(52));
    assert_eq!(touched("Natural", &property("HarmonicFret", "HFret", "7")), Some(59));
    assert_eq!(touched("Pinch", ""), Some(57));
    assert_eq!(touched("Tap", &property("HarmonicFret", "HFret", "7")), Some(64));
    assert_eq!((touched("NoHarmonic", ""), touched("", "")), (Some(45), Some(45)));
}

#[test]
fn capos_on_all_strings_and_on_some() {
    let tuned = |more: &str| GUITAR.replace("</Properties>", &format!("{more}</Properties>"));
    let capo = "<Property name=\"CapoFret\"><Fret>2</Fret></Property>";
    let partial = |fret: u32| {
        format!(
            "<Property name=\"PartialCapoFret\"><Fret>{fret}</Fret></Property>\
             <Property name=\"PartialCapoStringFlags\"><Bitset>010000</Bitset></Property>"
        )
    };
    let keys = |track: &str| {
        [0, 1].map(|string| {
            let mut piece = one(&fretted(string, 0, ""));
            piece.track = track.to_owned();
            key(&piece).unwrap()
        })
    };
    assert_eq!(keys(&tuned("")), [40, 45]);
    assert_eq!(keys(&tuned(capo)), [42, 47]);
    assert_eq!(keys(&tuned(&partial(4))), [40, 49]);
    assert_eq!(keys(&tuned(&(capo.to_owned() + &partial(4)))), [42, 49]);
    assert_eq!(keys(&tuned(&(capo.to_owned() + &partial(1)))), [42, 47]);
    // Guitar Pro 6 has the strings on the track itself.
    let own = GUITAR.replace("<Staves><Staff>", "").replace("</Staff></Staves>", "");
    assert_eq!(keys(&own), [40, 45]);
}

#[test]
fn names_programs_and_drums_of_tracks() {
    let part = |track: &str| {
        let mut piece =
            one("<Properties><Property name=\"Midi\"><Number>61</Number></Property></Properties>");
        piece.track = track.to_owned();
        let score = piece.read();
        (score.parts[0].abbreviation.clone(), score.parts[0].programs.clone(), score.onsets[0].key)
    };
    let midi = |inside: &str| format!("<Sounds><Sound><Name>x</Name><MIDI>{inside}</MIDI></Sound></Sounds>");
    assert_eq!(part("<ShortName>Gtr</ShortName>").0.as_deref(), Some("Gtr"));
    assert_eq!(part("<ShortName> </ShortName>").0, None);
    assert_eq!(part(&midi("<Program>25</Program><Program>25</Program><Program>26</Program>")).1, [25, 26]);
    assert_eq!(part(&midi("<Program>127</Program><Program>128</Program>")).1, [127]);
    assert_eq!(part("<GeneralMidi><Program>30</Program></GeneralMidi>").1, [30]);
    // Drums have no program, however the file says that they are drums.
    let program = midi("<Program>25</Program>");
    for drums in [
        "<GeneralMidi table=\"Percussion\"/>",
        "<GeneralMidi><PrimaryChannel>9</PrimaryChannel></GeneralMidi>",
        "<MidiConnection><Port>0</Port><PrimaryChannel>9</PrimaryChannel></MidiConnection>",
        "<InstrumentSet><Name>x</Name><Type>drumKit</Type></InstrumentSet>",
    ] {
        let drums = format!("{program}{drums}");
        assert_eq!(part(&drums), (None, vec![], Some(61)), "{drums}");
    }
    for other in [
        "<GeneralMidi table=\"Instrument\"/>",
        "<MidiConnection><PrimaryChannel>8</PrimaryChannel></MidiConnection>",
        "<InstrumentSet><Type>steelGuitar</Type></InstrumentSet>",
    ] {
        assert_eq!(part(&format!("{program}{other}")).1, [25], "{other}");
    }
}

/// The drums of Guitar Pro 6 have the keys of General MIDI; `None` for those that it does not know.
#[test]
fn drums_by_element_and_variation() {
    for (element, keys) in [
        (0, [35, 35, 35]),
        (1, [38, 38, 37]),
        (2, [56, 56, 56]),
        (5, [43, 43, 43]),
        (6, [45, 45, 45]),
        (7, [47, 47, 47]),
        (8, [48, 48, 48]),
        (9, [50, 50, 50]),
        (10, [42, 46, 46]),
        (11, [44, 44, 44]),
        (12, [57, 57, 57]),
        (13, [49, 49, 49]),
        (14, [55, 55, 55]),
        (15, [51, 51, 53]),
        (16, [52, 52, 52]),
    ] {
        for (variation, expected) in keys.into_iter().enumerate() {
            let mut piece = one(&format!(
                "<Properties><Property name=\"Element\"><Element>{element}</Element></Property>\
                 <Property name=\"Variation\"><Variation>{variation}</Variation></Property></Properties>"
            ));
            piece.track = "<GeneralMidi table=\"Percussion\"/>".to_owned();
            assert_eq!(key(&piece), Some(expected), "{element} {variation}");
        }
    }
}

#[test]
fn ties_of_strings_voices_and_keys() {
    let tied = "<Tie destination=\"true\"/>";
    let notes = |content: &[String]| {
        let mut piece = silent(&[""]);
        piece.bars[0].1 = content.join("||");
        let score = piece.read();
        score.onsets.iter().map(|it| (it.key.unwrap(), it.duration.quarters())).collect::<Vec<_>>()
    };
    let line =
        |notes: &[&str]| notes.iter().map(|note| format!("{QUARTER}@{note}")).collect::<Vec<_>>().join("|");
    let (first, again) = (fretted(0, 3, ""), fretted(0, 3, tied));
    assert_eq!(notes(&[line(&[&first, &again, &again])]), [(43, 3.0)]);
    assert_eq!(notes(&[line(&[&first, &first])]), [(43, 1.0); 2]);
    // Another string, another voice: nothing is tied.
    assert_eq!(notes(&[line(&[&first, &fretted(1, 3, tied)])]), [(43, 1.0), (48, 1.0)]);
    assert_eq!(notes(&[line(&[&first]), line(&[&again])]), [(43, 1.0); 2]);
    // Without strings the key tells.
    let by_key = |key: u32, tie: &str| {
        format!("{tie}<Properties><Property name=\"Midi\"><Number>{key}</Number></Property></Properties>")
    };
    assert_eq!(notes(&[line(&[&by_key(61, ""), &by_key(61, tied)])]), [(61, 2.0)]);
    assert_eq!(notes(&[line(&[&by_key(61, ""), &by_key(62, tied)])]), [(61, 1.0), (62, 1.0)]);
}

fn point(bar: &str, occurrence: &str, position: &str, frames: &str) -> String {
    let value = format!(
        "<BarIndex>{bar}</BarIndex><BarOccurrence>{occurrence}</BarOccurrence><FrameOffset>{frames}</FrameOffset>"
    );
    automation("SyncPoint", 0, position, &value)
}

#[test]
fn recordings_and_points_that_are_not_there() {
    let backing =
        "<BackingTrack><Enabled>true</Enabled><Source>Local</Source><AssetId>0</AssetId></BackingTrack>";
    let asset = "<Assets><Asset id=\"0\"><OriginalFilePath>C:/a.wav</OriginalFilePath></Asset></Assets>";
    let read = |points: &str, more: &str| {
        let mut piece = silent(&["", ""]);
        (piece.automations, piece.more) = (points.to_owned(), more.to_owned());
        piece.read()
    };
    let good = point("1", "0", "0.5", "88200");
    let score = read(&good, &format!("{backing}{asset}"));
    let recording = score.recording.as_ref().unwrap();
    assert_eq!((recording.file.as_str(), recording.enabled, recording.points.len()), ("C:/a.wav", true, 1));
    let only = recording.points[0];
    assert_eq!((only.bar, only.occurrence, only.share, only.seconds), (1, 0, 0.5, 2.0));
    assert!(score.diagnostics.is_empty());
    for bad in [
        point("2", "0", "0", "0"),
        point("-1", "0", "0", "0"),
        point("0", "-1", "0", "0"),
        point("0", "0", "1.5", "0"),
        point("0", "0", "-0.5", "0"),
        point("0", "0", "0", "x"),
        point("0", "0", "0", "inf"),
    ] {
        let score = read(&bad, &format!("{backing}{asset}"));
        assert!(score.recording.as_ref().unwrap().points.is_empty(), "{bad}");
        assert_eq!(
            told(&score),
            [(DiagnosticKind::BadValue, "a sync point at a place that is not there: left out")]
        );
    }
    let unheld = read(&good, backing);
    assert_eq!(
        told(&unheld),
        [(DiagnosticKind::MissingTarget, "the audio track names a file that the score does not hold")]
    );
    let video = backing.replace("Local", "YouTube");
    assert!(read(&good, &video).diagnostics.is_empty());
    let without = read(&good, "");
    assert!(without.recording.is_none());
    assert_eq!(
        told(&without),
        [(DiagnosticKind::MissingTarget, "sync points without an audio track: left out")]
    );
}

/// Between two points of a recording time goes as the tempo marks say, stretched to fit.
#[test]
fn corners_of_a_recording() {
    let map = |tempos: &str, points: &[(&str, &str, &str)]| {
        let mut piece = silent(&["", "", ""]);
        let points: String =
            points.iter().map(|(bar, place, frames)| point(bar, "0", place, frames)).collect();
        piece.automations = points + tempos;
        piece.more = "<BackingTrack><Enabled>true</Enabled></BackingTrack>".to_owned();
        let score = piece.read();
        let play = score.structure.unroll(&score.format.policy()).unwrap();
        let map = score.recording_map(&play).map(Result::unwrap);
        map.map(|map| map.points().iter().map(|it| (it.position.bars(), it.time)).collect::<Vec<_>>())
    };
    let tempos = tempo(0, "0", "120 2") + &tempo(1, "0.25", "60 2") + &tempo(2, "0.5", "240 2");
    // By the marks bar 0 takes 2 s, bar 1 0.5 s and 3 s, bar 2 2 s and 0.5 s: 8 s. The recording takes 16 s, from 10 s on.
    let whole = [("0", "0", "441000"), ("2", "1", "1146600")];
    assert_eq!(map(&tempos, &whole), Some(vec![(0.0, 10.0), (1.25, 15.0), (2.5, 25.0), (3.0, 26.0)]));
    // Up to the middle of bar 1: 2 s, 0.5 s and 1 s by the marks, in 7 s. So it goes on: 4 s and 0.5 s by the marks, in 9 s.
    let part = [("0", "0", "0"), ("1", "0.5", "308700")];
    assert_eq!(
        map(&tempos, &part),
        Some(vec![(0.0, 0.0), (1.25, 5.0), (1.5, 7.0), (2.5, 15.0), (3.0, 16.0)])
    );
    // Between the second and the third of three points: 3.5 s by the marks, in 7 s; behind it 2.5 s, in 5 s.
    let second = [("0", "0", "0"), ("1", "0", "176400"), ("2", "0", "485100")];
    assert_eq!(
        map(&tempos, &second),
        Some(vec![(0.0, 0.0), (1.0, 4.0), (1.25, 5.0), (2.0, 11.0), (2.5, 15.0), (3.0, 16.0)])
    );
    // A steady tempo has no corners, and a mark that says the same makes none.
    let steady = tempo(0, "0", "120 2") + &tempo(1, "0.25", "120 2");
    assert_eq!(map(&steady, &whole), Some(vec![(0.0, 10.0), (3.0, 26.0)]));
    // A corner at a point of the recording stands once. Behind it 0.5 s as by the marks.
    let three = [("0", "0", "0"), ("1", "0.25", "220500"), ("2", "0.5", "441000")];
    assert_eq!(map(&tempos, &three), Some(vec![(0.0, 0.0), (1.25, 5.0), (2.5, 10.0), (3.0, 10.5)]));
    // Points that go back in time, or stand at one place, are left out; one alone makes no map.
    let back = [
        ("0", "0", "441000"),
        ("1", "0", "220500"),
        ("1", "0", "529200"),
        ("2", "0", "529200"),
        ("2", "1", "617400"),
    ];
    assert_eq!(map(&tempo(0, "0", "120 2"), &back), Some(vec![(0.0, 10.0), (1.0, 12.0), (3.0, 14.0)]));
    assert_eq!(map(&tempos, &whole[..1]), None);
    assert_eq!(map(&tempos, &[]), None);
}

#[test]
fn each_limit_lets_through_what_it_allows() {
    let mut piece = silent(&["", "", &directions("Target", "Segno")]);
    piece.bars[0].1 = vec![format!("{QUARTER}@{}", fretted(0, 3, "")); 3].join("|");
    piece.automations = tempo(0, "0", "60 2") + &tempo(1, "0", "60 2") + &tempo(2, "0", "60 2");
    let text = piece.text();
    type Set = fn(&mut Limits, usize);
    let cases: [(Limit, Set, usize); 5] = [
        (Limit::Bars, |limits, most| limits.bars = most, 3),
        (Limit::Parts, |limits, most| limits.parts = most, 1),
        (Limit::Signs, |limits, most| limits.signs = most, 1),
        (Limit::Marks, |limits, most| limits.marks = most, 3),
        (Limit::Onsets, |limits, most| limits.onsets = most, 3),
    ];
    for (limit, set, most) in cases {
        let read = |most: usize| {
            let mut limits = Limits::default();
            set(&mut limits, most);
            read_any(text.as_bytes(), &Options::new().with_onsets().with_limits(limits))
        };
        assert!(read(most).is_ok(), "{limit:?}: {:?}", read(most).err());
        let error = read(most - 1).unwrap_err();
        assert!(matches!(&error, Error::Limit { limit: found, .. } if *found == limit), "{limit:?}: {error}");
    }
}

/// A container of Guitar Pro 6 may be as long as the limit says, and may end anywhere behind its score.
#[test]
fn containers_at_their_limits() {
    let text = one(&fretted(0, 3, "")).text();
    let plain = container(&text);
    let packed = packed(&plain);
    let read = |bytes: &[u8], most: usize| {
        let mut limits = Limits::default();
        limits.bytes = most as u64;
        read_any(bytes, &Options::new().with_limits(limits))
    };
    // What is counted are the sectors without the four letters, or the length that the packed file states.
    assert!(read(&plain, plain.len() - 4).is_ok() && read(&plain, plain.len() - 5).is_err());
    assert!(read(&packed, plain.len()).is_ok() && read(&packed, plain.len() - 1).is_err());
    // Bits that are missing at the end cost what they held, which is zeros here.
    assert!(read(&packed[..packed.len() - 1], plain.len()).is_ok());
    let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
    assert!(read(&plain[..=end], plain.len()).is_ok());
    assert!(read(&plain[..end], plain.len()).is_err());
    // The wrapping that Guitar Pro 7 has holds the same.
    assert_eq!(
        read_any(&archive(&text), &Options::new()).unwrap().structure,
        read_any(&plain, &Options::new()).unwrap().structure
    );
}
