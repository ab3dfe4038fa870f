//! Time in MuseScore's own files: metres, tempos, holds and breaks, and what ends at a limit. What is expected follows from
//! MuseScore's source and from the meaning of the marks.

use segno_score::{DiagnosticKind, Error, Limit, Limits, Options, Score, read_any};
use segno_syncpoint::{JumpKind, MarkerKind, Metre, Place};

use crate::musescore::{REST, check_times, mscx, read};

/// A score of one staff without any titles, with this in it.
fn staff(version: &str, content: &str) -> String {
    format!(
        "<museScore version='{version}'><Score><Division>480</Division><Part><Staff id='1'/></Part><Staff id='1'>{content}</Staff></Score></museScore>"
    )
}

fn measure(content: &str) -> String {
    format!("<Measure><voice>{content}</voice></Measure>")
}

/// Each tempo: bar, quarters into it, quarters a minute.
fn tempos(score: &Score) -> Vec<(usize, f64, f64)> {
    score.tempos.iter().map(|tempo| (tempo.bar, tempo.offset.quarters(), tempo.quarter_bpm)).collect()
}

fn gradual(inside: &str, measures: u32) -> String {
    format!(
        "<Spanner type=\"GradualTempoChange\"><GradualTempoChange>{inside}</GradualTempoChange>\
         <next><location><measures>{measures}</measures></location></next></Spanner>"
    )
}

const FROM_120: &str = "<Tempo><tempo>2</tempo></Tempo>";

#[test]
fn a_gradual_change_eases_along_an_arc() {
    // From 120 to 240: the shares of the way at a quarter, a half and three quarters of it, on a circle or by powers of two.
    for (method, shares) in [
        ("ease-in", [0.031_754_2, 0.133_974_6, 0.338_562_2]),
        ("ease-out", [0.661_437_8, 0.866_025_4, 0.968_245_8]),
        ("ease-in-out", [0.066_987_3, 0.5, 0.933_012_7]),
        ("exponential", [0.823_223_3, 0.968_75, 0.994_475_7]),
        ("even", [0.25, 0.5, 0.75]),
    ] {
        let inside = format!(
            "<tempoChangeFactor>2</tempoChangeFactor><tempoEasingMethod>{method}</tempoEasingMethod>"
        );
        let first = format!("{FROM_120}{}{REST}", gradual(&inside, 1));
        let found = tempos(&read(&mscx("4.20", &[("", &first), ("", REST)])));
        let at = |bar: usize, quarters: f64| {
            found.iter().find(|tempo| (tempo.0, tempo.1) == (bar, quarters)).map(|tempo| tempo.2)
        };
        for (quarter, share) in (1..4).zip(shares) {
            let bpm = at(0, f64::from(quarter)).unwrap();
            assert!((bpm - 120.0 * (1.0 + share)).abs() < 0.001, "{method} {quarter}: {bpm}");
        }
        assert_eq!((at(0, 0.0), at(1, 0.0)), (Some(120.0), Some(240.0)), "{method}");
        assert_eq!(found.len(), 9, "{method}: eight steps");
    }
}

#[test]
fn what_a_gradual_change_is_called_says_how_far_it_goes() {
    let end = |inside: &str| {
        let first = format!("{FROM_120}{}{REST}", gradual(inside, 1));
        tempos(&read(&mscx("4.20", &[("", &first), ("", REST)]))).last().copied().unwrap()
    };
    for (names, factor) in [
        (&["accelerando", "Accelerando"][..], 1.33),
        (&["allargando", "lentando", "rallentando", "ritardando"], 0.75),
        (&["calando", "morendo", "smorzando"], 0.5),
        (&["precipitando"], 1.15),
        (&["sostenuto"], 0.95),
        (&["stringendo"], 1.5),
        (&["undefined"], 1.0),
    ] {
        for name in names {
            let (bar, place, bpm) = end(&format!("<tempoChangeType>{name}</tempoChangeType>"));
            assert_eq!((bar, place), (1, 0.0), "{name}");
            assert!((bpm - 120.0 * factor).abs() < 1e-9, "{name}: {bpm}");
        }
    }
    // One that is not played, or leads nowhere.
    for inside in [
        "<tempoChangeType>stringendo</tempoChangeType><play>0</play>",
        "<tempoChangeFactor>0</tempoChangeFactor>",
        "<tempoChangeFactor>-1</tempoChangeFactor>",
        "<tempoChangeFactor>inf</tempoChangeFactor>",
    ] {
        assert_eq!(end(inside), (0, 0.0, 120.0), "{inside}");
    }
    assert_eq!(end("<tempoChangeFactor>1.5</tempoChangeFactor><play>1</play>").2, 180.0);
}

#[test]
fn a_tempo_that_goes_back_to_an_earlier_one() {
    let mark = |value: &str, more: &str| format!("<Tempo><tempo>{value}</tempo>{more}</Tempo>{REST}");
    let last = |version: &str, kind: &str, follow: &str| {
        let back = format!("<type>{kind}</type><followText>{follow}</followText>");
        let slower = format!("{}{REST}", gradual("<tempoChangeFactor>0.5</tempoChangeFactor>", 1));
        let bars = [
            ("", &*mark("2", "")),
            ("", &mark("3", "")),
            ("", &slower),
            ("", &mark("1.5", &back)),
            ("", REST),
        ];
        tempos(&read(&mscx(version, &bars))).last().copied().unwrap().2
    };
    for kind in ["aTempo", "a tempo", "a-tempo", "a_tempo"] {
        assert_eq!(last("4.20", kind, "1"), 180.0, "{kind}");
    }
    for kind in ["tempoPrimo", "tempo primo", "tempo-primo", "tempo_primo"] {
        assert_eq!(last("4.20", kind, "1"), 120.0, "{kind}");
    }
    // Its own tempo, if it does not follow its text, is of another kind, or of a version that did not know of that.
    assert_eq!(last("4.20", "aTempo", "0"), 90.0);
    assert_eq!(last("4.20", "normal", "1"), 90.0);
    assert_eq!(last("3.02", "aTempo", "1"), 90.0);
    // Without a gradual change before it there is nothing to go back from.
    let back = mark("1.5", "<type>aTempo</type><followText>1</followText>");
    let score = read(&mscx("4.20", &[("", &mark("2", "")), ("", &back)]));
    assert_eq!(tempos(&score), [(0, 0.0, 120.0), (1, 0.0, 90.0)]);
    // A tempo that is not played does not count.
    let score =
        read(&mscx("4.20", &[("", &mark("1", "<play>0</play>")), ("", &mark("3", "<play>1</play>"))]));
    assert_eq!(tempos(&score), [(1, 0.0, 180.0)]);
}

#[test]
fn how_long_a_fermata_holds() {
    let note = "<Chord><durationType>half</durationType><Note><pitch>60</pitch></Note></Chord>";
    let fermata = |more: &str| format!("<Fermata>{more}</Fermata>");
    let stretched = |by: &str| fermata(&format!("<timeStretch>{by}</timeStretch>"));
    let seconds = |bar: &str| read(&mscx("3.01", &[("", bar), ("", REST)])).bar_times(0..2)[1];
    // On the first note up to the second one, on the last one up to the bar line.
    assert_eq!(seconds(&format!("{}{note}{note}", stretched("3"))), 4.0);
    assert_eq!(seconds(&format!("{note}{}{note}", stretched("3"))), 4.0);
    // The next bar is not held, and the tempo inside of the hold is slowed as well.
    let quick = "<Tempo><tempo>4</tempo></Tempo>";
    let score = read(&mscx("3.01", &[("", &format!("{note}{}{note}", stretched("2"))), ("", REST)]));
    check_times(&score, &[0.0, 3.0, 5.0]);
    let whole = "<Chord><durationType>whole</durationType><Note><pitch>60</pitch></Note></Chord>";
    let half_bar = "<location><fractions>-1/2</fractions></location>";
    assert_eq!(seconds(&format!("{}{whole}{half_bar}{quick}", stretched("2"))), 3.0);
    // Of several the longest; what stretches by nothing usable does nothing.
    let both = format!("{}{}{note}{note}", stretched("2"), stretched("3"));
    assert_eq!(seconds(&both), 4.0);
    for none in ["1", "0", "-2", "inf", "x"] {
        assert_eq!(seconds(&format!("{}{note}{note}", stretched(none))), 2.0, "{none}");
    }
    assert_eq!(
        seconds(&format!("{}{note}{note}", fermata("<timeStretch>3</timeStretch><play>0</play>"))),
        2.0
    );
    // Behind the end of the bar it holds nothing.
    assert_eq!(seconds(&format!("{note}{note}{}", stretched("3"))), 2.0);
    // Until version 2 it is an articulation of the chord.
    let old = |subtype: &str, more: &str| {
        let note = format!(
            "<Chord><Articulation><subtype>{subtype}</subtype><timeStretch>3</timeStretch>{more}</Articulation>\
             <durationType>half</durationType><Note><pitch>60</pitch></Note></Chord><Rest><durationType>half</durationType></Rest>"
        );
        read(&staff("2.06", &format!("<Measure>{note}</Measure>"))).bar_times(0..1)[1]
    };
    assert_eq!(old("ufermata", ""), 4.0);
    assert_eq!(old("sforzato", ""), 2.0);
    assert_eq!(old("ufermata", "<play>0</play>"), 2.0);
}

#[test]
fn time_signatures_as_each_version_writes_them() {
    let nominals = |text: &str| {
        let score = read(text);
        let bars = score.structure.bars.iter();
        (
            bars.map(|bar| bar.nominal.to_string()).collect::<Vec<_>>(),
            score.diagnostics.iter().map(|told| (told.kind, told.bar)).collect::<Vec<_>>(),
        )
    };
    let sign = |content: &str| format!("<TimeSig>{content}</TimeSig>");
    for (content, expected) in [
        ("<sigN>3</sigN><sigD>8</sigD>", "3/8"),
        ("<nom1>5</nom1><den>8</den>", "5/8"),
        ("<nom1>2</nom1><nom2>3</nom2><den>8</den>", "5/8"),
        ("<nom1>2</nom1><nom2>2</nom2><nom3>3</nom3><nom4>4</nom4><den>16</den>", "11/16"),
        ("<subtype>2</subtype><sigN>3</sigN><sigD>4</sigD>", "3/4"),
        ("<subtype>1</subtype>", "4/4"),
        ("<subtype>2</subtype>", "2/2"),
        // What a staff of its own metre has is as long for the score.
        ("<stretchN>3</stretchN><stretchD>2</stretchD><sigN>6</sigN><sigD>8</sigD>", "2/4"),
        ("<stretchN>3</stretchN><stretchD>2</stretchD><sigN>9</sigN><sigD>8</sigD>", "3/4"),
        ("<stretchN>5</stretchN><stretchD>4</stretchD><sigN>5</sigN><sigD>4</sigD>", "4/4"),
        ("<sigN>1024</sigN><sigD>1024</sigD>", "1024/1024"),
    ] {
        let found = nominals(&staff("3.01", &(measure(&(sign(content) + REST)) + &measure(REST))));
        assert_eq!(found, (vec![expected.to_owned(); 2], vec![]), "{content}");
    }
    // Where it cannot be one the one before goes on, and that is told.
    let three = measure(&(sign("<sigN>3</sigN><sigD>4</sigD>") + REST));
    for content in [
        "<sigN>0</sigN><sigD>4</sigD>",
        "<sigN>1025</sigN><sigD>4</sigD>",
        "<sigN>4</sigN><sigD>0</sigD>",
        "<sigN>4</sigN><sigD>1025</sigD>",
        "<sigN>4</sigN><sigD>4</sigD><stretchN>0</stretchN>",
    ] {
        let found = nominals(&staff("3.01", &(three.clone() + &measure(&(sign(content) + REST)))));
        assert_eq!(
            found,
            (vec!["3/4".to_owned(); 2], vec![(DiagnosticKind::BadValue, Some(1))]),
            "{content}"
        );
    }
    for nothing in ["<sigN>4</sigN>", "<sigD>4</sigD>", "<subtype>3</subtype>"] {
        let found = nominals(&staff("3.01", &(three.clone() + &measure(&(sign(nothing) + REST)))));
        assert_eq!(found, (vec!["3/4".to_owned(); 2], vec![]), "{nothing}");
    }
    // At the end of a bar it announces the next one.
    let announced = measure(&(REST.to_owned() + &sign("<sigN>3</sigN><sigD>4</sigD>"))) + &measure(REST);
    assert_eq!(nominals(&staff("3.01", &announced)).0, ["4/4", "3/4"]);
    // Version 1 lists them by ticks, and the tempos too.
    let one = "<museScore version='1.14'><Division>480</Division>\
        <siglist><sig tick='1440'><nom>2</nom><denom>4</denom></sig><sig tick='0'><nom>3</nom><denom>4</denom></sig></siglist>\
        <tempolist><tempo tick='0'>2</tempo><tempo tick='1920'>1</tempo></tempolist>\
        <Part><Staff/></Part><Staff id='1'><Measure/><Measure/><Measure/></Staff></museScore>";
    assert_eq!(nominals(one).0, ["3/4", "2/4", "2/4"]);
    check_times(&read(one), &[0.0, 1.5, 3.0, 5.0]);
}

#[test]
fn numbers_and_sections() {
    let section = |more: &str| format!("<LayoutBreak><subtype>section</subtype>{more}</LayoutBreak>");
    let bar = |head: &str| format!("<Measure>{head}<voice>{REST}</voice></Measure>");
    let read = |content: &str| read(&staff("3.01", content));
    let numbers =
        |score: &Score| score.structure.bars.iter().map(|bar| bar.number.clone()).collect::<Vec<_>>();
    let counted = bar("<irregular>1</irregular>")
        + &bar("")
        + &bar("<noOffset>3</noOffset>")
        + &bar("")
        + &bar("<irregular>0</irregular>");
    assert_eq!(numbers(&read(&counted)), ["", "1", "5", "6", "7"]);
    let shifted = bar("<irregular>1</irregular><noOffset>2</noOffset>") + &bar("");
    assert_eq!(numbers(&read(&shifted)), ["", "3"]);
    // A section begins to count again, unless it says otherwise; a break of the line or page does not.
    for (kind, expected, pause) in [
        (section(""), ["1", "2", "1", "2"], 3.0),
        (
            section("<startWithMeasureOne>1</startWithMeasureOne><pause>0.5</pause>"),
            ["1", "2", "1", "2"],
            0.5,
        ),
        (section("<startWithMeasureOne>0</startWithMeasureOne><pause>0</pause>"), ["1", "2", "3", "4"], 0.0),
    ] {
        // On the measure, or in a frame behind it.
        let frame = format!("<VBox>{kind}</VBox>");
        for content in
            [bar("") + &bar(&kind) + &bar("") + &bar(""), bar("") + &bar("") + &frame + &bar("") + &bar("")]
        {
            let score = read(&content);
            assert_eq!(numbers(&score), expected, "{content}");
            let breaks: Vec<bool> = score.structure.bars.iter().map(|bar| bar.section_break).collect();
            assert_eq!(breaks, [false, true, false, false]);
            check_times(&score, &[0.0, 2.0, 4.0 + pause, 6.0 + pause, 8.0 + pause]);
        }
    }
    let line = bar("<LayoutBreak><subtype>line</subtype><pause>2</pause></LayoutBreak>") + &bar("");
    let score = read(&line);
    assert!(!score.structure.bars[0].section_break && numbers(&score) == ["1", "2"]);
    check_times(&score, &[0.0, 2.0, 4.0]);
    // Before the first measure there is nothing to end. The style says how long the pauses are.
    let score = read(&(format!("<VBox>{}</VBox>", section("")) + &bar("") + &bar("")));
    assert!(score.structure.bars.iter().all(|bar| !bar.section_break));
    let styled = staff("3.01", &(bar(&section("")) + &bar("")))
        .replace("<Part>", "<Style><sectionPause>1</sectionPause></Style><Part>");
    check_times(&crate::musescore::read(&styled), &[0.0, 3.0, 5.0]);
}

#[test]
fn titles_in_the_frame_before_the_music() {
    let text = |style: &str, text: &str| format!("<Text>{style}<text>{text}</text></Text>");
    let (title, composer) =
        (text("<style>Title</style>", "Own tune"), text("<style>composer</style>", "Clara Wieck"));
    let read = |before: &str, behind: &str| {
        let score = read(&staff(
            "3.01",
            &format!("<VBox>{before}</VBox>{}<VBox>{behind}</VBox>{}", measure(REST), measure(REST)),
        ));
        (score.title, score.composer)
    };
    let named = |title: &str, composer: &str| (Some(title.to_owned()), Some(composer.to_owned()));
    assert_eq!(read(&(title.clone() + &composer), ""), named("Own tune", "Clara Wieck"));
    // The first one of each; none behind the first measure; another style is another text.
    let second = text("<style>title</style>", "Another");
    assert_eq!(read(&(title.clone() + &second), &composer), (Some("Own tune".to_owned()), None));
    assert_eq!(read(&text("<style>subtitle</style>", "x"), ""), (None, None));
    assert_eq!(read(&(text("<style>title</style>", " ") + &second), ""), (Some("Another".to_owned()), None));
    // Version 1 has a number for the style, and the name elsewhere.
    let old = text("<subtype>Title</subtype><style>2</style>", "Old tune");
    assert_eq!(read(&old, ""), (Some("Old tune".to_owned()), None));
}

#[test]
fn markers_and_jumps_by_their_labels() {
    let marker = |kind: &str, label: &str| {
        let kind = if kind.is_empty() { String::new() } else { format!("<markerType>{kind}</markerType>") };
        let label = if label.is_empty() { String::new() } else { format!("<label>{label}</label>") };
        format!("<Marker>{kind}{label}</Marker>")
    };
    let placed = |content: &str| {
        let score = read(&mscx("4.20", &[(content, REST), ("", REST)]));
        score.structure.bars[0]
            .markers
            .iter()
            .map(|it| (it.kind, it.label.clone(), it.at))
            .collect::<Vec<_>>()
    };
    for (kind, sign, label, at) in [
        ("segno", MarkerKind::Segno, "segno", Place::Start),
        ("varsegno", MarkerKind::Segno, "varsegno", Place::Start),
        ("codab", MarkerKind::Coda, "codab", Place::Start),
        ("varcoda", MarkerKind::Coda, "varcoda", Place::Start),
        ("codetta", MarkerKind::Coda, "codetta", Place::Start),
        ("fine", MarkerKind::Fine, "fine", Place::End),
        ("coda", MarkerKind::ToCoda, "coda", Place::End),
        ("toCoda", MarkerKind::ToCoda, "coda", Place::End),
        ("toCodaSym", MarkerKind::ToCoda, "coda", Place::End),
        ("daCoda", MarkerKind::ToCoda, "coda", Place::End),
        ("daDblCoda", MarkerKind::ToCoda, "varcoda", Place::End),
    ] {
        assert_eq!(placed(&marker(kind, "")), [(sign, label.to_owned(), at)], "{kind}");
        assert_eq!(placed(&marker(kind, "own")), [(sign, "own".to_owned(), at)], "{kind}");
        assert_eq!(placed(&marker("", kind))[0].0, sign, "{kind}");
        assert_eq!(placed(&marker(kind, "").repeat(2)).len(), 1, "a copy of another staff");
    }
    let jump = |to: &str, until: &str, on: &str, more: &str| {
        let text = format!(
            "<Jump><jumpTo>{to}</jumpTo><playUntil>{until}</playUntil><continueAt>{on}</continueAt>{more}</Jump>"
        );
        let score = read(&mscx("3.01", &[("", REST), (&text.repeat(2), REST)]));
        assert_eq!(score.structure.bars[1].jumps.len(), 1);
        score.structure.bars[1].jumps[0].clone()
    };
    let da_capo = jump("start", "fine", "", "");
    assert_eq!(
        (da_capo.kind, da_capo.continue_at.is_none(), da_capo.play_repeats),
        (JumpKind::DaCapo, true, false)
    );
    let dal_segno = jump("segno", "coda", "codab", "<playRepeats>1</playRepeats>");
    assert_eq!((dal_segno.kind, dal_segno.play_repeats), (JumpKind::DalSegno, true));
    assert_eq!(
        (dal_segno.to, dal_segno.until, dal_segno.continue_at),
        ("segno".into(), "coda".into(), Some("codab".into()))
    );
    // The user's own labels are what the jumps make of them.
    for (until, on, kind, at) in [
        ("mark", "", MarkerKind::Fine, Place::End),
        ("mark", "x", MarkerKind::ToCoda, Place::End),
        ("y", "mark", MarkerKind::Coda, Place::Start),
    ] {
        let text = format!(
            "<Jump><jumpTo>start</jumpTo><playUntil>{until}</playUntil><continueAt>{on}</continueAt></Jump>"
        );
        let score = read(&mscx("3.01", &[(&marker("", "mark"), REST), (&text, REST)]));
        let found: Vec<_> = score.structure.bars[0].markers.iter().map(|it| (it.kind, it.at)).collect();
        assert_eq!(found, [(kind, at)], "{until} {on}");
    }
}

#[test]
fn pauses_of_breaths_and_what_cannot_be_one() {
    let breath = |seconds: &str| format!("<Breath><pause>{seconds}</pause></Breath>{REST}");
    for (seconds, added, told) in [
        ("0.5", 0.5, false),
        ("0", 0.0, false),
        ("3600", 3_600.0, false),
        ("3601", 0.0, true),
        ("-1", 0.0, true),
        ("inf", 0.0, true),
    ] {
        let score = read(&mscx("3.01", &[("", &breath(seconds)), ("", REST)]));
        check_times(&score, &[0.0, 2.0 + added, 4.0 + added]);
        let kinds: Vec<_> = score.diagnostics.iter().map(|it| (it.kind, it.bar)).collect();
        let expected: &[_] = if told { &[(DiagnosticKind::BadValue, Some(0))] } else { &[] };
        assert_eq!(kinds, expected, "{seconds}");
    }
    for (value, used) in [("16666", true), ("16667", false), ("0", false), ("-1", false)] {
        let score = read(&mscx("3.01", &[("", &format!("<Tempo><tempo>{value}</tempo></Tempo>{REST}"))]));
        assert_eq!((score.tempos.len() == 1, score.diagnostics.is_empty()), (used, used), "{value}");
    }
}

/// What there may be so many of: as many are read, one more is refused.
#[test]
fn each_limit_lets_through_what_it_allows() {
    let part = "<Part><Staff id='1'/></Part>";
    let note = "<Chord><durationType>quarter</durationType><Note><pitch>60</pitch></Note></Chord>";
    let text = |parts: usize, bars: &[&str]| {
        let bars: String = bars.iter().map(|bar| measure(bar)).collect();
        format!(
            "<museScore version='3.01'><Score>{}<Staff id='1'>{bars}</Staff></Score></museScore>",
            part.repeat(parts)
        )
    };
    let tempo = "<Tempo><tempo>2</tempo></Tempo>";
    let mark = "<RehearsalMark><text>A</text></RehearsalMark>";
    let breath = "<Breath><pause>1</pause></Breath>";
    let signs = "<Marker><label>segno</label></Marker><Marker><label>fine</label></Marker>\
        <Jump><jumpTo>start</jumpTo><playUntil>fine</playUntil><continueAt/></Jump>";
    type Set = fn(&mut Limits, usize);
    let cases: [(Limit, Set, usize, String); 5] = [
        (Limit::Parts, |limits, most| limits.parts = most, 3, text(3, &[REST])),
        (Limit::Bars, |limits, most| limits.bars = most, 3, text(1, &[REST; 3])),
        (
            Limit::Marks,
            |limits, most| limits.marks = most,
            3,
            text(1, &[&format!("{tempo}{mark}{breath}{REST}")]),
        ),
        (Limit::Signs, |limits, most| limits.signs = most, 3, text(1, &[&format!("{signs}{REST}")])),
        (Limit::Onsets, |limits, most| limits.onsets = most, 3, text(1, &[&note.repeat(3)])),
    ];
    for (limit, set, most, text) in cases {
        let read = |most: usize| {
            let mut limits = Limits::default();
            set(&mut limits, most);
            read_any(text.as_bytes(), &Options::new().with_onsets().with_limits(limits))
        };
        assert!(read(most).is_ok(), "{limit:?}");
        let error = read(most - 1).unwrap_err();
        assert!(
            matches!(&error, Error::Limit { limit: found, allowed, .. } if *found == limit && *allowed == most as u64 - 1),
            "{limit:?}: {error}"
        );
    }
}

/// The bars have the metre of the time signature, by which their beats are counted, and without one four quarters.
#[test]
fn metres_of_bars() {
    let metres = |text: &str| read(text).grid.bars.iter().map(|bar| bar.metre.clone()).collect::<Vec<_>>();
    let sign =
        |beats: u32, unit: u32| format!("<TimeSig><sigN>{beats}</sigN><sigD>{unit}</sigD></TimeSig>{REST}");
    let bars = [measure(REST), measure(&sign(6, 8)), measure(REST), measure(&sign(3, 4))].concat();
    let (four, six, three) = (Metre::simple(4, 4), Metre::simple(6, 8), Metre::simple(3, 4));
    assert_eq!(metres(&staff("3.01", &bars)), [four, six.clone(), six, three]);
}
