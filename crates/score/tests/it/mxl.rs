//! Compressed MusicXML.

use std::io::{Cursor, Write};

use segno_score::{Error, Format, Limit, Limits, Options, read_any};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::score::{REST, xml};

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn container(rootfiles: &str) -> String {
    format!("<?xml version=\"1.0\"?><container><rootfiles>{rootfiles}</rootfiles></container>")
}

fn read(bytes: &[u8]) -> Result<segno_score::Score, Error> {
    read_any(bytes, &Options::new())
}

#[test]
fn the_container_names_the_score() {
    let other = xml(&[REST]);
    let score = xml(&[REST, REST, REST]);
    let table = container(
        "<rootfile full-path=\"print.pdf\" media-type=\"application/pdf\"/>\
         <rootfile full-path=\"deep/a&amp;b.xml\" media-type=\"application/vnd.recordare.musicxml+xml\"/>",
    );
    let bytes = archive(&[
        ("a.xml", other.as_bytes()),
        ("META-INF/container.xml", table.as_bytes()),
        ("deep/a&b.xml", score.as_bytes()),
    ]);
    let score = read(&bytes).unwrap();
    assert_eq!((score.format, score.structure.bars.len()), (Format::Mxl, 3));
    assert_eq!(score.diagnostics, []);
}

#[test]
fn a_missing_container_is_remarked_upon() {
    let score = xml(&[REST]);
    let score = read(&archive(&[("notes.txt", b"x"), ("score.musicxml", score.as_bytes())])).unwrap();
    assert_eq!(score.structure.bars.len(), 1);
    assert!(score.diagnostics[0].message.contains("score.musicxml"));
}

#[test]
fn archives_without_a_score_are_refused() {
    let gone = container("<rootfile full-path=\"gone.xml\"/>");
    for files in [&[("notes.txt", &b"x"[..])][..], &[("META-INF/container.xml", gone.as_bytes())]] {
        let error = read(&archive(files)).unwrap_err();
        assert!(matches!(error, Error::Archive { .. }), "{error}");
    }
}

#[test]
fn utf_16_inside_an_archive() {
    let text = xml(&[REST, REST]).replace("UTF-8", "UTF-16");
    let bytes: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    assert_eq!(read(&archive(&[("s.xml", &bytes)])).unwrap().structure.bars.len(), 2);
}

#[test]
fn bombs_end_at_the_limit() {
    let mut limits = Limits::default();
    (limits.bytes, limits.entries) = (1 << 20, 20);
    let options = Options::new().with_limits(limits);
    let bomb = format!("<score-partwise>{}", "<a/> ".repeat(1 << 20));
    let bytes = archive(&[("s.xml", bomb.as_bytes())]);
    assert!(bytes.len() < 50_000, "compressed to {}", bytes.len());
    assert!(matches!(read_any(&bytes, &options), Err(Error::Limit { limit: Limit::Bytes, .. })));
    let container = format!("<container>{}</container>", "<a/> ".repeat(1 << 20));
    let bytes = archive(&[("META-INF/container.xml", container.as_bytes())]);
    assert!(matches!(read_any(&bytes, &options), Err(Error::Limit { limit: Limit::Bytes, .. })));
    let names: Vec<String> = (0..40).map(|n| format!("{n}.xml")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(read_any(&archive(&files), &options), Err(Error::Limit { limit: Limit::Entries, .. })));
}

#[test]
fn damaged_archives_are_errors() {
    let score = xml(&[REST; 40]);
    let whole = archive(&[("s.xml", score.as_bytes())]);
    for end in (0..whole.len()).step_by(7) {
        assert!(read(&whole[..end]).is_err(), "{end}");
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xFF;
        // Some bytes (times, attributes) do not matter; none may do worse than an error.
        let _ = read(&bytes);
    }
    let mut bytes = whole.clone();
    bytes[60] ^= 0x55;
    assert!(read(&bytes).is_err());
}
