//! Encodings and places in the text.

use segno_score::{Error, Options, musicxml, read_any};

use crate::score::xml;

const TITLED: &str = "<?xml version=\"1.0\" encoding=\"ENC\"?><score-partwise><work><work-title>Für Élise 𝄞</work-title></work>\
                      <part id=\"P1\"><measure number=\"1\"/></part></score-partwise>";

fn title(bytes: &[u8]) -> Option<String> {
    read_any(bytes, &Options::new()).unwrap().title
}

fn utf16(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF);
    let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
    mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn utf_8_with_and_without_mark() {
    let text = TITLED.replace("ENC", "UTF-8");
    assert_eq!(title(text.as_bytes()).as_deref(), Some("Für Élise 𝄞"));
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    assert_eq!(title(&marked).as_deref(), Some("Für Élise 𝄞"));
}

#[test]
fn utf_16_of_both_orders_with_and_without_mark() {
    let text = TITLED.replace("ENC", "UTF-16");
    for big_endian in [false, true] {
        for mark in [false, true] {
            let bytes = utf16(&text, big_endian, mark);
            assert_eq!(title(&bytes).as_deref(), Some("Für Élise 𝄞"), "{big_endian} {mark}");
            // In pieces of every small size, so that surrogate pairs and units are cut.
            for size in 1..8 {
                let pieces = std::io::BufReader::with_capacity(size, &bytes[..]);
                let score = musicxml::read(pieces, &Options::new()).unwrap();
                assert_eq!(score.title.as_deref(), Some("Für Élise 𝄞"), "{size}");
            }
        }
    }
}

#[test]
fn a_declaration_of_utf_16_in_plain_bytes_is_ignored() {
    assert_eq!(title(TITLED.replace("ENC", "UTF-16").as_bytes()).as_deref(), Some("Für Élise 𝄞"));
}

#[test]
fn eight_bit_encodings() {
    let text = TITLED.replace(" 𝄞", " …");
    let latin: Vec<u8> = text
        .replace("ENC", "ISO-8859-1")
        .replace('…', "!")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    assert_eq!(title(&latin).as_deref(), Some("Für Élise !"));
    let windows: Vec<u8> = text
        .replace("ENC", "windows-1252")
        .chars()
        .map(|c| if c == '…' { 0x85 } else { u8::try_from(u32::from(c)).unwrap() })
        .collect();
    assert_eq!(title(&windows).as_deref(), Some("Für Élise …"));
}

#[test]
fn encodings_of_the_world() {
    // By the tables of the Unicode consortium and of the Encoding Standard.
    for (name, bytes, title) in [
        ("Shift_JIS", &b"\x8C\x8E\x8C\xF5"[..], "月光"),
        ("EUC-JP", b"\xB7\xEE\xB8\xF7", "月光"),
        ("GB2312", b"\xD4\xC2\xB9\xE2", "月光"),
        ("Big5", b"\xA4\xEB\xA5\xFA", "月光"),
        ("EUC-KR", b"\xBF\xF9\xB1\xA4", "월광"),
        ("windows-1250", b"Dvo\xF8\xE1k", "Dvořák"),
        ("windows-1251", b"\xCB\xF3\xED\xE0", "Луна"),
        ("KOI8-R", b"\xEC\xD5\xCE\xC1", "Луна"),
        ("ISO-8859-2", b"Dvo\xF8\xE1k", "Dvořák"),
        ("ISO-8859-15", b"\xBDuvre", "œuvre"),
        ("ISO8859-1", b"\xC9tude", "Étude"),
        ("iso_8859-1", b"\xC9tude", "Étude"),
        ("macintosh", b"\x83tude", "Étude"),
    ] {
        let (before, after) = TITLED.split_once("Für Élise 𝄞").unwrap();
        let text = [before.replace("ENC", name).as_bytes(), bytes, after.as_bytes()].concat();
        assert_eq!(self::title(&text).as_deref(), Some(title), "{name}");
        for size in [1, 2, 3, 7] {
            let pieces = std::io::BufReader::with_capacity(size, &text[..]);
            assert_eq!(
                musicxml::read(pieces, &Options::new()).unwrap().title.as_deref(),
                Some(title),
                "{name}"
            );
        }
    }
}

#[test]
fn bytes_that_are_no_text_of_the_declared_encoding_have_a_place() {
    let (before, after) = TITLED.split_once("Für Élise 𝄞").unwrap();
    let before = before.replace("ENC", "Shift_JIS");
    let bytes = [before.as_bytes(), b"a\x81", after.as_bytes()].concat();
    let error = read_any(&bytes, &Options::new()).unwrap_err();
    let Error::Text { at, encoding: "Shift_JIS" } = error else { panic!("{error}") };
    assert_eq!(at.offset, before.len() as u64 + 1);
}

#[test]
fn other_encodings_are_named() {
    let error = read_any(TITLED.replace("ENC", "EBCDIC-INT").as_bytes(), &Options::new()).unwrap_err();
    assert!(matches!(&error, Error::Encoding { name } if name == "EBCDIC-INT"), "{error}");
}

#[test]
fn a_mark_of_utf_8_counts_as_bytes_but_not_as_a_character() {
    let marked = |text: &str| [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let text = xml(&["<sound tempo='0'/>", "<direction/>"]);
    let plain = musicxml::read_slice(text.as_bytes(), &Options::new()).unwrap();
    let bytes = marked(&text);
    let whole = musicxml::read_slice(&bytes, &Options::new()).unwrap();
    for size in [1, 2, 3, 4, 300] {
        let pieces = std::io::BufReader::with_capacity(size, &bytes[..]);
        assert_eq!(musicxml::read(pieces, &Options::new()).unwrap(), whole, "{size}");
    }
    assert_eq!(whole.diagnostics[0].offset, plain.diagnostics[0].offset + 3);
    let faulty = "<score-partwise></part>";
    for error in both(&marked(faulty)) {
        let at = error.position().unwrap();
        assert_eq!((at.offset, at.line, at.column), (3 + 16, 1, 17), "{error}");
    }
}

#[test]
fn bytes_of_another_encoding_have_a_place() {
    let mut bytes = xml(&["", "<direction/>"]).into_bytes();
    let at = bytes.windows(12).position(|window| window == b"<direction/>").unwrap();
    bytes.splice(at..at, *b"\xE9");
    for error in both(&bytes) {
        let Error::Text { at: place, encoding: "UTF-8" } = &error else { panic!("{error}") };
        assert_eq!(place.line, 5);
        assert!(error.to_string().starts_with("line 5, column "), "{error}");
    }
}

#[test]
fn lone_surrogates_have_a_place() {
    let text = TITLED.replace("ENC", "UTF-16");
    let mut bytes = utf16(&text, false, true);
    let at = bytes.windows(2).position(|pair| pair == 0xD834_u16.to_le_bytes()).unwrap();
    bytes.splice(at + 2..at + 4, *b"a\0");
    let error = read_any(&bytes, &Options::new()).unwrap_err();
    let before = text.chars().take_while(|&c| c != '𝄞').count() as u64;
    assert!(matches!(error, Error::Text { at, encoding: "UTF-16" } if at.column == before + 1), "{error}");
    let cut = &bytes[..bytes.len() - 1];
    assert!(read_any(cut, &Options::new()).is_err());
}

#[test]
fn control_characters_have_a_place() {
    let bytes = xml(&["", "\n\n  \0"]).into_bytes();
    for error in both(&bytes) {
        assert!(
            matches!(error, Error::Character { at, code: 0 } if (at.line, at.column) == (7, 3)),
            "{error:?}"
        );
    }
}

/// The errors of reading whole and of reading in pieces.
fn both(bytes: &[u8]) -> [Error; 2] {
    let pieces = std::io::BufReader::with_capacity(11, bytes);
    [
        musicxml::read_slice(bytes, &Options::new()).unwrap_err(),
        musicxml::read(pieces, &Options::new()).unwrap_err(),
    ]
}
