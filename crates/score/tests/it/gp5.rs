//! Guitar Pro 3, 4 and 5. The layout of the bytes is that of PyGuitarPro and alphaTab, which agree on it but for the ending in a bar
//! header of version 5 that has a time signature as well: alphaTab and TuxGuitar have the beaming bytes first.

use segno_score::{DiagnosticKind, Error, Format, Options, Score, guitar_pro, read_any};

/// A bar: its header's bytes from the flags on, without the bytes that only version 5 has, and its beats.
#[derive(Clone, Default)]
pub(crate) struct Bar {
    metre: Option<(u8, u8)>,
    open: bool,
    /// As often as it is played in all.
    plays: Option<u8>,
    /// Version 5: a mask; older ones: a number.
    ending: u8,
    pub(crate) beats: Vec<Vec<u8>>,
}

/// A file being written.
pub(crate) struct File {
    version: u16,
    tempo: i32,
    capo: i32,
    drums: bool,
    /// Over how many beats tempos change.
    glide: u8,
    /// One-based bars of the 19 directions.
    directions: [i16; 19],
    pub(crate) bars: Vec<Bar>,
}

pub(crate) fn int(out: &mut Vec<u8>, value: i32) {
    out.extend(value.to_le_bytes());
}

/// A text behind the length of its field and its own.
pub(crate) fn long(out: &mut Vec<u8>, text: &[u8]) {
    int(out, i32::try_from(text.len()).unwrap() + 1);
    out.push(u8::try_from(text.len()).unwrap());
    out.extend(text);
}

pub(crate) fn sized(out: &mut Vec<u8>, size: usize, text: &[u8]) {
    out.push(u8::try_from(text.len()).unwrap());
    let end = out.len() + size;
    out.extend(text);
    out.resize(end, 0);
}

impl File {
    pub(crate) fn new(version: u16, bars: Vec<Bar>) -> Self {
        Self { version, tempo: 120, capo: 0, drums: false, glide: 0, directions: [-1; 19], bars }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let five = self.version >= 500;
        let (name, out) = (
            format!("FICHIER GUITAR PRO v{}.{:02}", self.version / 100, self.version % 100),
            &mut Vec::new(),
        );
        sized(out, 30, name.as_bytes());
        // "Étude" as Windows has it.
        long(out, b"\xC9tude");
        let titles = if five { 8 } else { 7 };
        (0..titles).for_each(|_| long(out, b""));
        int(out, 1);
        long(out, b"a notice");
        if !five {
            out.push(0);
        }
        if self.version >= 400 {
            int(out, 0);
            for _ in 0..5 {
                int(out, 1);
                int(out, 3);
                out.extend(b"la ");
            }
        }
        if self.version >= 510 {
            out.extend([0; 19]);
        }
        if five {
            out.extend([0; 30]);
            (0..11).for_each(|_| long(out, b"%TITLE%"));
        }
        int(out, self.tempo);
        if self.version >= 510 {
            out.push(0);
        }
        out.extend(vec![0; if self.version >= 400 { 5 } else { 4 }]);
        for channel in 0..64 {
            int(out, if channel == 0 { 25 } else { 0 });
            out.extend([0; 8]);
        }
        if five {
            self.directions.iter().for_each(|bar| out.extend(bar.to_le_bytes()));
            int(out, 0);
        }
        int(out, i32::try_from(self.bars.len()).unwrap());
        int(out, 1);
        for (index, bar) in self.bars.iter().enumerate() {
            if five && index > 0 {
                out.push(0);
            }
            self.header(out, bar);
        }
        self.track(out);
        for bar in &self.bars {
            for voice in 0..if five { 2 } else { 1 } {
                let beats: &[Vec<u8>] = if voice == 0 { &bar.beats } else { &[] };
                int(out, i32::try_from(beats.len()).unwrap());
                beats.iter().for_each(|beat| out.extend(beat));
            }
            if five {
                out.push(0);
            }
        }
        core::mem::take(out)
    }

    fn header(&self, out: &mut Vec<u8>, bar: &Bar) {
        let five = self.version >= 500;
        let mut flags = 0;
        flags |= if bar.metre.is_some() { 0x03 } else { 0 };
        flags |= if bar.open { 0x04 } else { 0 };
        flags |= if bar.plays.is_some() { 0x08 } else { 0 };
        flags |= if bar.ending != 0 { 0x10 } else { 0 };
        out.push(flags);
        out.extend(bar.metre.into_iter().flat_map(|(beats, unit)| [beats, unit]));
        out.extend(bar.plays.map(|plays| if five { plays } else { plays - 1 }));
        if !five && bar.ending != 0 {
            out.push(bar.ending);
        }
        if five {
            if bar.metre.is_some() {
                out.extend([2, 2, 2, 0]);
            }
            out.extend([bar.ending, 0]);
        }
    }

    fn track(&self, out: &mut Vec<u8>) {
        let five = self.version >= 500;
        if five {
            out.push(0);
        }
        out.push(u8::from(self.drums));
        sized(out, 40, b"Guitar");
        int(out, 6);
        [64, 59, 55, 50, 45, 40, 0].iter().for_each(|key| int(out, *key));
        for value in [1, 1, 2, 24, self.capo, 0] {
            int(out, value);
        }
        if five {
            out.extend(vec![0; if self.version >= 510 { 45 } else { 44 }]);
        }
        if self.version >= 510 {
            out.extend([0; 4]);
            long(out, b"");
            long(out, b"");
        }
        if five {
            out.extend(vec![0; if self.version >= 510 { 1 } else { 2 }]);
        }
    }

    /// A beat: duration, tuplet (0 for none), tempo, and notes by string (0 is the highest), fret and kind.
    fn beat(&self, duration: i8, tuplet: i32, tempo: Option<i32>, notes: &[(u8, i8, u8)]) -> Vec<u8> {
        let five = self.version >= 500;
        let out = &mut Vec::new();
        out.push(if tuplet > 0 { 0x20 } else { 0 } | if tempo.is_some() { 0x10 } else { 0 });
        out.push(duration.cast_unsigned());
        if tuplet > 0 {
            int(out, tuplet);
        }
        if let Some(tempo) = tempo {
            out.push(0xFF);
            if five {
                out.extend([0; 16]);
            }
            // The volume changes too, over three beats.
            out.extend([9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            if five {
                long(out, b"faster");
            }
            int(out, tempo);
            out.extend([3, self.glide]);
            if self.version >= 510 {
                out.push(0);
            }
            if self.version >= 400 {
                out.push(0);
            }
            if five {
                out.push(0);
            }
            if self.version >= 510 {
                long(out, b"");
                long(out, b"");
            }
        }
        out.push(notes.iter().fold(0, |strings, (string, ..)| strings | 1 << (6 - string)));
        for (_, fret, kind) in notes {
            out.extend([0x20, *kind, fret.cast_unsigned()]);
            if five {
                out.push(0);
            }
        }
        if five {
            out.extend([0, 0]);
        }
        core::mem::take(out)
    }
}

pub(crate) const VERSIONS: [u16; 5] = [300, 400, 406, 500, 510];

fn read(file: &File) -> Score {
    let score = read_any(&file.bytes(), &Options::new().with_onsets()).unwrap();
    assert_eq!((score.format, score.title.as_deref()), (Format::GuitarPro5, Some("Étude")));
    score
}

fn order(score: &Score) -> Vec<usize> {
    score.structure.unroll(&score.format.policy()).unwrap().order().collect()
}

fn open(bar: Bar) -> Bar {
    Bar { open: true, ..bar }
}

fn ending(mask: u8, plays: u8) -> Bar {
    Bar { ending: mask, plays: Some(plays).filter(|plays| *plays > 0), ..Bar::default() }
}

#[test]
fn bars_and_parts_of_each_version() {
    for version in VERSIONS {
        let mut file = File::new(version, vec![Bar::default(); 3]);
        file.bars[0].metre = Some((3, 4));
        file.bars[2].metre = Some((6, 8));
        file.tempo = 60;
        let score = read(&file);
        assert_eq!(score.bar_times(0..3), [0.0, 3.0, 6.0, 9.0], "{version}");
        assert_eq!((score.parts[0].name.as_str(), score.parts[0].programs.as_slice()), ("Guitar", &[25][..]));
        assert_eq!(score.diagnostics, []);
    }
}

#[test]
fn two_repeats_with_endings_in_a_row() {
    // alphaTab's issue 1046. Up to version 4 endings name their last pass, later they are masks.
    for (version, numbers) in
        [(300, [1, 2, 1, 4]), (406, [1, 2, 1, 4]), (500, [1, 2, 1, 14]), (510, [1, 2, 1, 14])]
    {
        let bars = vec![
            open(Bar::default()),
            ending(numbers[0], 0),
            ending(numbers[1], 2),
            open(Bar::default()),
            ending(numbers[2], 0),
            ending(numbers[3], 4),
            Bar::default(),
        ];
        assert_eq!(
            order(&read(&File::new(version, bars))),
            [0, 1, 0, 2, 3, 4, 3, 5, 3, 5, 3, 5, 6],
            "{version}"
        );
    }
}

#[test]
fn an_ending_where_a_repeat_opens_takes_no_pass_from_the_endings_inside() {
    // alphaTab and PyGuitarPro give the bars 2 and 3 these passes. All three programs play every pass of a repeat whose
    // only ending names them all; TuxGuitar, too, does not hold an ending against the bar that opens the repeat.
    for version in [300, 406] {
        let bars = vec![
            ending(1, 2),
            Bar::default(),
            Bar { ending: 2, ..open(Bar::default()) },
            ending(3, 2),
            Bar::default(),
        ];
        let score = read(&File::new(version, bars));
        let numbers: Vec<_> = score
            .structure
            .bars
            .iter()
            .map(|bar| bar.endings.iter().flat_map(|ending| ending.numbers.clone()).collect::<Vec<_>>())
            .collect();
        assert_eq!(numbers, [vec![1], vec![], vec![2], vec![1, 2, 3], vec![]], "{version}");
        assert_eq!(order(&score), [0, 1, 2, 3, 2, 3, 4], "{version}");
    }
}

#[test]
fn a_close_sign_that_is_passed_over_goes_back_all_the_same() {
    let masks = [1, 2, 4, 0, 1, 2, 4, 0, 5, 2];
    let mut bars: Vec<Bar> = masks.iter().map(|mask| ending(*mask, 0)).collect();
    bars[0].open = true;
    bars[9].plays = Some(3);
    assert_eq!(order(&read(&File::new(510, bars))), [0, 4, 8, 1, 5, 9, 2, 3, 6, 7, 8]);
}

#[test]
fn directions_of_version_5() {
    // alphaTab's issue 2858.
    let mut bars = vec![Bar::default(); 4];
    bars[0].open = true;
    bars[2].plays = Some(2);
    for version in [500, 510] {
        let mut file = File::new(version, bars.clone());
        // Coda, D.C. al Coda, Da Coda; and a segno that is nowhere.
        (file.directions[0], file.directions[6], file.directions[17], file.directions[2]) = (4, 3, 2, 40);
        let score = read(&file);
        assert_eq!(order(&score), [0, 1, 2, 0, 1, 2, 0, 1, 3]);
        assert_eq!(score.diagnostics[0].kind, DiagnosticKind::MissingTarget);
    }
}

#[test]
fn beaming_bytes_stand_before_the_ending() {
    let mut bars = vec![open(Bar::default()), ending(1, 2), ending(2, 0)];
    bars[1].metre = Some((3, 4));
    bars[2].metre = Some((2, 4));
    let score = read(&File::new(510, bars));
    assert_eq!(order(&score), [0, 1, 0, 2]);
    assert_eq!(score.bar_times(order(&score)), [0.0, 2.0, 3.5, 5.5, 6.5]);
}

#[test]
fn tempos_notes_ties_tuplets_capo() {
    for version in VERSIONS {
        let mut file = File::new(version, vec![Bar::default(); 2]);
        file.capo = 2;
        file.bars[0].beats = vec![
            file.beat(0, 0, None, &[(0, 3, 1), (5, 0, 1)]),
            file.beat(0, 0, Some(60), &[]),
            file.beat(1, 3, None, &[(1, 1, 1)]),
            file.beat(1, 3, None, &[(1, 1, 3)]),
            file.beat(1, 3, None, &[]),
            file.beat(0, 0, None, &[(1, 5, 1)]),
        ];
        file.bars[1].beats = vec![file.beat(-1, 0, None, &[(1, 0, 2), (2, 7, 2)])];
        let score = read(&file);
        // A quarter at 120, three at 60, and a bar at 60.
        assert_eq!(score.bar_times(0..2), [0.0, 3.5, 7.5], "{version}");
        assert!(score.diagnostics.is_empty(), "{version}");
        let told: Vec<String> = score
            .onsets
            .iter()
            .map(|onset| format!("{}+{} {} {}", onset.bar, onset.offset, onset.key.unwrap(), onset.duration))
            .collect();
        assert_eq!(
            told,
            [
                "0+0/1 69 1/4",
                "0+0/1 42 1/4",
                "0+1/2 62 1/12",
                "0+7/12 62 1/12",
                "0+3/4 66 3/4",
                "1+0/1 64 1/2"
            ]
        );
    }
}

#[test]
fn a_tempo_that_glides_changes_at_once_and_says_so() {
    // As alphaTab, PyGuitarPro and MuseScore have it.
    for version in VERSIONS {
        let mut file = File::new(version, vec![Bar::default(); 2]);
        file.glide = 4;
        file.bars[0].beats = vec![file.beat(-2, 0, Some(60), &[]), file.beat(0, 0, Some(90), &[])];
        let score = read(&file);
        assert_eq!(score.bar_times(0..1), [0.0, 4.0], "{version}");
        let told: Vec<&str> = score.diagnostics.iter().map(|remark| remark.message.as_str()).collect();
        assert_eq!(told, ["a tempo that changes over several beats: it changes at once"], "{version}");
    }
}

#[test]
fn drums_have_their_key_for_a_fret() {
    let mut file = File::new(406, vec![Bar::default()]);
    (file.drums, file.capo) = (true, 3);
    file.bars[0].beats = vec![file.beat(0, 0, None, &[(0, 38, 1), (1, 27, 1)])];
    let score = read(&file);
    assert_eq!(score.onsets.iter().map(|onset| onset.key.unwrap()).collect::<Vec<_>>(), [38, 27]);
    assert!(score.parts[0].programs.is_empty());
}

#[test]
fn every_file_that_ends_early_says_where() {
    for version in VERSIONS {
        let mut file = File::new(version, vec![Bar::default(); 2]);
        file.bars[1].beats = vec![file.beat(0, 0, Some(90), &[(0, 3, 1)])];
        let bytes = file.bytes();
        // The last byte of version 5 is left out by some programs.
        let needed = bytes.len() - usize::from(version >= 500);
        for end in 31..needed {
            let error = guitar_pro::read_binary(&bytes[..end], &Options::new()).unwrap_err();
            assert!(matches!(&error, Error::Broken { format: "Guitar Pro", .. }), "{version} {end}: {error}");
        }
        assert!(guitar_pro::read_binary(&bytes[..needed], &Options::new()).is_ok());
        let error = guitar_pro::read_binary(&bytes[..needed - 1], &Options::new()).unwrap_err().to_string();
        let place =
            format!("invalid Guitar Pro file of version {}.{:02}: byte ", version / 100, version % 100);
        assert!(error.starts_with(&place) && error.contains(", bar 2, track 1: expected "), "{error}");
    }
}

#[test]
fn other_versions_and_counts_that_cannot_be() {
    let mut bytes = File::new(510, vec![Bar::default()]).bytes();
    let count = bytes.windows(8).position(|window| window == [1, 0, 0, 0, 1, 0, 0, 0]).unwrap();
    bytes[count + 3] = 0xFF;
    let error = guitar_pro::read_binary(&bytes, &Options::new()).unwrap_err().to_string();
    assert!(error.contains("invalid number of "), "{error}");
    let old = [&b"\x18FICHIER GUITAR PRO v2.21"[..], &[0; 6]].concat();
    let error = read_any(&old, &Options::new()).unwrap_err();
    assert!(
        matches!(&error, Error::Version { version, .. } if version == "FICHIER GUITAR PRO v2.21"),
        "{error}"
    );
}

#[test]
fn harmonics_sound_as_in_later_versions_of_the_same_piece() {
    // The keys that alphaTab gives for the kinds of version 4; tapped and artificial ones as Guitar Pro 8 saves the same notes.
    let touched = |version: u16, effect: &[u8]| {
        let mut file = File::new(version, vec![Bar::default()]);
        let mut beat = file.beat(0, 0, None, &[]);
        let five = version >= 500;
        // The second string, at fret 2: B3 and two keys.
        beat.truncate(2);
        beat.extend([1 << 5, 0x28, 1, 2]);
        beat.extend(if five { vec![0] } else { vec![] });
        beat.extend([0, 0x10]);
        beat.extend(effect);
        beat.extend(if five { vec![0, 0] } else { vec![] });
        file.bars[0].beats = vec![beat];
        read(&file).onsets[0].key.unwrap()
    };
    let held = 59 + 2;
    for (effect, above) in [(15, 24), (17, 19), (22, 12), (4, 12)] {
        assert_eq!(touched(406, &[effect]), held + above, "{effect}");
    }
    // Natural ones at the open string: the second fret finds the eighth part of it.
    assert_eq!(touched(510, &[1]), 59 + 36);
    // C sharp an octave and two octaves up, and a fifth above the octave.
    for (tone, octaves, above) in [(1, 1, 12), (1, 2, 24), (8, 1, 19)] {
        assert_eq!(touched(510, &[2, tone, 0, octaves]), held + above);
    }
    // Tapped twelve and seven frets above.
    assert_eq!(touched(510, &[3, 14]), held + 12);
    assert_eq!(touched(510, &[3, 9]), held + 19);
}

/// A file of each version, for those that damage them.
pub(crate) fn samples() -> Vec<Vec<u8>> {
    let file = |version| {
        let mut file = File::new(version, vec![open(Bar::default()), ending(1, 2), ending(2, 0)]);
        file.bars[0].beats =
            vec![file.beat(0, 3, Some(90), &[(0, 3, 1), (2, 4, 1)]), file.beat(-1, 0, None, &[(0, 3, 2)])];
        file.bytes()
    };
    VERSIONS.into_iter().map(file).collect()
}
