//! Malformed and hostile XML: a typed error with a place, or a score, and never more than the limits allow.

use std::io::{BufReader, Read};

use segno_score::{Error, Limit, Limits, Options, musicxml, read_any};

use crate::score::{REST, xml};

fn error(text: &str) -> Error {
    let whole = musicxml::read_slice(text.as_bytes(), &Options::new()).unwrap_err();
    let streamed = musicxml::read(BufReader::with_capacity(3, text.as_bytes()), &Options::new()).unwrap_err();
    assert_eq!(whole.to_string(), streamed.to_string());
    whole
}

#[test]
fn every_truncation_is_an_error() {
    let text = xml(&[REST, "<barline location='right'><repeat direction='backward'/></barline>"]);
    for end in 0..text.len() {
        let Some(part) = text.get(..end) else { continue };
        assert!(musicxml::read_slice(part.as_bytes(), &Options::new()).is_err(), "{end}: {part}");
    }
    let error = error(text.strip_suffix("</part></score-partwise>").unwrap());
    assert!(matches!(error, Error::Truncated { open: 2, at } if at.line == 6), "{error}");
    assert_eq!(error.to_string(), "line 6, column 1: the file ends with 2 elements still open");
}

#[test]
fn wrong_nesting_has_a_place() {
    let error = error("<score-partwise>\n <part id='P'>\n  <measure></part></measure>\n</score-partwise>");
    assert!(matches!(&error, Error::Syntax { at, .. } if (at.line, at.column) == (3, 12)), "{error:?}");
    assert_eq!(error.position().map(|at| at.offset), Some(43));
}

#[test]
fn entity_bombs_are_refused() {
    let bomb = "<!DOCTYPE score-partwise [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]><score-partwise>&b;</score-partwise>";
    assert!(matches!(error(bomb), Error::EntityDeclaration { .. }));
    let external = "<!DOCTYPE score-partwise [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><score-partwise>&x;</score-partwise>";
    assert!(matches!(error(external), Error::EntityDeclaration { .. }));
    let undeclared = "<score-partwise><work><work-title>&nbsp;</work-title></work></score-partwise>";
    assert!(matches!(error(undeclared), Error::Entity { name, .. } if name == "nbsp"));
    let attribute = "<score-partwise><part id='&a;'><measure number='1'/></part></score-partwise>";
    assert!(matches!(error(attribute), Error::Entity { name, .. } if name == "a"));
}

#[test]
fn a_plain_document_type_is_skipped() {
    let text = "<!DOCTYPE score-partwise [<!ELEMENT x ANY>]><score-partwise><part id='P'><measure/></part></score-partwise>";
    assert_eq!(musicxml::read_slice(text.as_bytes(), &Options::new()).unwrap().structure.bars.len(), 1);
}

#[test]
fn deep_nesting_ends_at_the_limit() {
    let deep = format!("<score-partwise><part id='P'><measure>{}", "<a>".repeat(100_000));
    assert!(matches!(error(&deep), Error::Limit { limit: Limit::Depth, allowed: 64, .. }));
}

#[test]
fn an_endless_stream_ends_at_the_limit() {
    for (piece, limit) in [
        ("<measure/>", Limit::Bars),
        ("<score-part id='x'>", Limit::Depth),
        ("x", Limit::Token),
        ("<a/> ", Limit::Bytes),
        ("&#32;", Limit::Bytes),
    ] {
        let head = "<score-partwise><part id='P'>".as_bytes();
        let endless = std::iter::repeat(piece.as_bytes()).flatten().copied();
        let input = head.chain(Endless(endless));
        let limits = small();
        let error = musicxml::read(BufReader::new(input), &Options::new().with_limits(limits)).unwrap_err();
        assert!(matches!(error, Error::Limit { limit: found, .. } if found == limit), "{piece}: {error}");
    }
}

#[test]
fn too_many_elements_end_at_the_limit() {
    let mut limits = Limits::default();
    limits.elements = 1_000;
    let options = Options::new().with_limits(limits);
    let read = |count: usize| {
        let text = xml(&[&"<a/>".repeat(count)]);
        [musicxml::read_slice(text.as_bytes(), &options), musicxml::read(text.as_bytes(), &options)]
    };
    // The frame of the score has 11 elements of its own.
    assert!(read(1_000 - 11).iter().all(Result::is_ok));
    for refused in read(1_000 - 10) {
        assert!(matches!(refused, Err(Error::Limit { limit: Limit::Elements, allowed: 1_000, .. })));
    }
}

/// As deep, as long and as much text in one element as the limits say is read, one more is refused, read whole or bit by bit.
#[test]
fn as_much_as_the_limits_say() {
    let both = |text: &str, limits: &Limits| {
        let options = Options::new().with_limits(limits.clone());
        [musicxml::read_slice(text.as_bytes(), &options), musicxml::read(text.as_bytes(), &options)]
            .map(|read| read.err())
    };
    let deep = |inside: usize| {
        let (open, close) = ("<a>".repeat(inside), "</a>".repeat(inside));
        format!("<score-partwise><part id='P'><measure>{open}{close}</measure></part></score-partwise>")
    };
    let mut limits = Limits::default();
    assert!(both(&deep(61), &limits).iter().all(Option::is_none));
    for error in both(&deep(62), &limits) {
        assert!(matches!(error, Some(Error::Limit { limit: Limit::Depth, allowed: 64, .. })), "{error:?}");
    }
    // The text and what stands for a letter in it come together.
    let titled = |bytes: usize| {
        format!(
            "<score-partwise><work><work-title>{}&amp;</work-title></work><part id='P'><measure/></part></score-partwise>",
            "x".repeat(bytes - 1)
        )
    };
    limits.token = 200;
    assert!(both(&titled(200), &limits).iter().all(Option::is_none));
    for error in both(&titled(201), &limits) {
        assert!(matches!(error, Some(Error::Limit { limit: Limit::Token, allowed: 200, .. })), "{error:?}");
    }
    let text = deep(1);
    let mut limits = Limits::default();
    limits.bytes = text.len() as u64;
    assert!(both(&text, &limits).iter().all(Option::is_none));
    limits.bytes -= 1;
    for error in both(&text, &limits) {
        assert!(matches!(error, Some(Error::Limit { limit: Limit::Bytes, .. })), "{error:?}");
    }
}

#[test]
fn one_huge_token_ends_at_the_limit() {
    let limits = small();
    for text in [
        format!("<score-partwise><!-- {} --></score-partwise>", "x".repeat(100_000)),
        format!("<score-partwise><part id='{}'/></score-partwise>", "x".repeat(100_000)),
        format!("<!DOCTYPE score-partwise [{}]><score-partwise/>", " ".repeat(100_000)),
        format!(
            "<score-partwise><work><work-title>{}</work-title></work></score-partwise>",
            "a&amp;".repeat(20_000)
        ),
    ] {
        let options = Options::new().with_limits(limits.clone());
        for error in [
            musicxml::read_slice(text.as_bytes(), &options).unwrap_err(),
            musicxml::read(text.as_bytes(), &options).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Limit { limit: Limit::Token, .. }), "{error}");
        }
    }
}

#[test]
fn too_many_signs_marks_and_notes_end_at_the_limit() {
    let mut limits = Limits::default();
    (limits.signs, limits.marks, limits.onsets) = (10, 10, 10);
    let options = Options::new().with_onsets().with_limits(limits);
    let read = |bar: String| musicxml::read_slice(xml(&[&bar]).as_bytes(), &options).unwrap_err();
    let sounds: String = (0..20).map(|n| format!("<sound segno='s{n}'/>")).collect();
    assert!(matches!(read(sounds), Error::Limit { limit: Limit::Signs, .. }));
    assert!(matches!(read("<sound tempo='60'/>".repeat(20)), Error::Limit { limit: Limit::Marks, .. }));
    let note = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>";
    assert!(matches!(read(note.repeat(20)), Error::Limit { limit: Limit::Onsets, .. }));
}

#[test]
fn diagnostics_are_kept_up_to_a_number() {
    let mut limits = Limits::default();
    limits.diagnostics = 3;
    let bars = vec!["<sound tempo='0'/>"; 10];
    let score = musicxml::read_slice(xml(&bars).as_bytes(), &Options::new().with_limits(limits)).unwrap();
    assert_eq!((score.diagnostics.len(), score.diagnostics_dropped), (3, 7));
}

#[test]
fn what_is_no_score_is_said_to_be_none() {
    assert!(matches!(error("<html><body/></html>"), Error::Root { root, .. } if root == "html"));
    assert!(matches!(error("<part/>"), Error::Root { root, .. } if root == "part"));
    assert!(matches!(error("<!-- nothing -->"), Error::Root { root, .. } if root.is_empty()));
    assert!(matches!(error("<score-partwise/>"), Error::NoBars));
    for bytes in [&b""[..], b"hello", b"\0\0\0\0", b"%PDF-1.7", b"PK", b"MTh"] {
        assert!(matches!(read_any(bytes, &Options::new()), Err(Error::UnknownFormat)), "{bytes:?}");
    }
}

#[test]
fn absurd_numbers_do_no_harm() {
    let note = |duration: &str| format!("<note><rest/><duration>{duration}</duration></note>");
    let huge = note("9223372036854775807").repeat(4);
    let score = musicxml::read_slice(
        xml(&[
            &huge,
            &format!("<attributes><divisions>9223372036854775807</divisions></attributes>{}", note("1").repeat(3)),
            &format!("<attributes><divisions>0.000000001</divisions></attributes>{}", note("123456789")),
            &format!("<attributes><divisions>-1</divisions></attributes>{}", note("-1")),
            "<attributes><time><beats>99999999999</beats><beat-type>4</beat-type></time></attributes>",
            "<attributes><transpose><chromatic>1e300</chromatic><octave-change>NaN</octave-change></transpose></attributes>\
             <note><pitch><step>C</step><alter>1e300</alter><octave>99</octave></pitch><duration>1</duration></note>",
        ])
        .as_bytes(),
        &Options::new().with_onsets(),
    )
    .unwrap();
    assert_eq!(score.structure.bars.len(), 6);
    assert!(!score.diagnostics.is_empty());
    assert!(score.bar_times(0..6).iter().all(|time| time.is_finite()));
}

fn small() -> Limits {
    let mut limits = Limits::default();
    (limits.bytes, limits.token, limits.bars) = (200_000, 10_000, 1_000);
    limits
}

/// A stream that never ends.
struct Endless<I>(I);

impl<I: Iterator<Item = u8>> Read for Endless<I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut count = 0;
        for (slot, byte) in out.iter_mut().zip(&mut self.0) {
            *slot = byte;
            count += 1;
        }
        Ok(count)
    }
}
