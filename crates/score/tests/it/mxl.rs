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

/// The error of a file in the archive.
fn inner(result: Result<segno_score::Score, Error>) -> Error {
    match result.unwrap_err() {
        Error::Member { error, .. } => *error,
        error => panic!("{error}"),
    }
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
    assert!(matches!(inner(read_any(&bytes, &options)), Error::Limit { limit: Limit::Bytes, .. }));
    let container = format!("<container>{}</container>", "<a/> ".repeat(1 << 20));
    let bytes = archive(&[("META-INF/container.xml", container.as_bytes())]);
    assert!(matches!(inner(read_any(&bytes, &options)), Error::Limit { limit: Limit::Bytes, .. }));
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

/// The bars that are read from an archive whose container names `path` and that holds `files`, and the diagnostics.
fn read_named(path: &str, files: &[&str]) -> Result<(usize, Vec<String>), Error> {
    let table = container(&format!("<rootfile full-path=\"{path}\"/>"));
    let scores: Vec<String> = (1..=files.len()).map(|bars| xml(&vec![REST; bars])).collect();
    let mut entries = vec![("META-INF/container.xml", table.as_bytes())];
    entries.extend(files.iter().zip(&scores).map(|(name, score)| (*name, score.as_bytes())));
    let score = read(&archive(&entries))?;
    Ok((
        score.structure.bars.len(),
        score.diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect(),
    ))
}

#[test]
fn paths_as_other_programs_write_them() {
    for (path, name) in [
        ("./b.xml", "b.xml"),
        ("/b.xml", "b.xml"),
        ("deep/../deep/b.xml", "deep/../deep/b.xml"),
        ("deep\\b.xml", "deep/b.xml"),
        (".\\b.xml", "b.xml"),
        ("a%20b.xml", "a b.xml"),
        ("%C3%A9tude.xml", "\u{e9}tude.xml"),
        ("B.XML", "b.xml"),
        ("e\u{301}tude.xml", "\u{e9}tude.xml"),
        ("\u{e9}tude.xml", "e\u{301}tude.xml"),
        ("deep//b.xml", "deep/b.xml"),
    ] {
        // Of two scores it is not the first one that is meant.
        let (bars, diagnostics) = read_named(path, &["a.xml", name]).unwrap();
        assert_eq!(bars, 2, "{path}");
        assert_eq!(diagnostics.len(), usize::from(path != name), "{path}: {diagnostics:?}");
    }
    // What is there by its exact name needs no interpretation.
    assert_eq!(read_named("100%.xml", &["a.xml", "100%.xml"]).unwrap(), (2, vec![]));
}

#[test]
fn the_only_score_is_taken_where_the_container_does_not_help() {
    let (bars, diagnostics) = read_named("gone.xml", &["a.xml"]).unwrap();
    assert_eq!(bars, 1);
    assert!(diagnostics[0].contains("gone.xml") && diagnostics[0].contains("a.xml"), "{diagnostics:?}");
    let error = read_named("gone.xml", &["a.xml", "b.xml"]).unwrap_err();
    assert!(error.to_string().contains("META-INF/container.xml names \"gone.xml\""), "{error}");
    let score = xml(&[REST, REST]);
    for broken in ["<?xml version=\"1.0\" encoding=\"UTF-8\"><container/>", "<container>", "\0", "<a><b></a>"]
    {
        let one = archive(&[("META-INF/container.xml", broken.as_bytes()), ("s.musicxml", score.as_bytes())]);
        let read_one = read(&one).unwrap();
        assert_eq!(read_one.structure.bars.len(), 2, "{broken}");
        assert!(read_one.diagnostics[0].message.contains("META-INF/container.xml"), "{broken}");
        let two = archive(&[
            ("META-INF/container.xml", broken.as_bytes()),
            ("s.musicxml", score.as_bytes()),
            ("t.musicxml", score.as_bytes()),
        ]);
        let error = read(&two).unwrap_err();
        assert!(error.to_string().starts_with("META-INF/container.xml: "), "{error}");
    }
    for empty in ["<container/>", "<container><rootfiles/></container>"] {
        let bytes = archive(&[("META-INF/container.xml", empty.as_bytes()), ("s.xml", score.as_bytes())]);
        assert_eq!(read(&bytes).unwrap().structure.bars.len(), 2);
    }
}

#[test]
fn resource_forks_and_packed_folders() {
    let score = xml(&[REST, REST]);
    let bytes =
        archive(&[("__MACOSX/._s.xml", b"\0\x05\x16\x07"), ("._s.xml", b"\0"), ("s.xml", score.as_bytes())]);
    assert_eq!(read(&bytes).unwrap().structure.bars.len(), 2);
    let table = container("<rootfile full-path=\"s.xml\"/>");
    let bytes = archive(&[
        ("Piece/", b""),
        ("Piece/a.xml", b"<no/>"),
        ("Piece/META-INF/container.xml", table.as_bytes()),
        ("Piece/s.xml", score.as_bytes()),
        ("__MACOSX/Piece/._s.xml", b"\0"),
    ]);
    let read_packed = read(&bytes).unwrap();
    assert_eq!((read_packed.structure.bars.len(), read_packed.diagnostics.len()), (2, 1));
}

#[test]
fn errors_name_the_file_in_the_archive() {
    let bytes = archive(&[("deep/s.xml", b"<score-partwise>\n<part></score-partwise>")]);
    let error = read(&bytes).unwrap_err();
    assert!(error.to_string().starts_with("deep/s.xml: line 2, column 7: "), "{error}");
    assert_eq!(error.position().map(|at| at.line), Some(2));
}

#[test]
fn text_that_was_compressed_too_well_is_a_bomb() {
    // 20 MB of one letter in some 20 kB, which no score comes to.
    let text = format!(
        "<score-partwise><!--{}--></score-partwise>",
        "<!---->".repeat(3 << 20).replace("<!---->", "x y z  ")
    );
    let text = text.replace("x y z  ", "x--><!--");
    let bytes = archive(&[("s.xml", text.as_bytes())]);
    assert!(bytes.len() * 100 < text.len());
    // What the archive says of itself is enough: nothing was decompressed, so that there is no place.
    assert!(matches!(inner(read(&bytes)), Error::Limit { limit: Limit::Ratio, allowed: 100, at: None }));
    // One that says less of itself is found out where it goes on.
    let honest = u32::try_from(text.len()).unwrap().to_le_bytes();
    let mut lying = bytes;
    let places: Vec<usize> = (0..lying.len() - 4).filter(|&at| lying[at..at + 4] == honest).collect();
    assert_eq!(places.len(), 2, "in the file's own head and in the directory");
    places.iter().for_each(|&at| lying[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes()));
    let error = read(&lying).unwrap_err().to_string();
    assert!(error.contains("s.xml: File is larger than its declared"), "{error}");
    // As much as that in a file of its own is only long.
    let plain = segno_score::musicxml::read_slice(text.as_bytes(), &Options::new());
    assert!(matches!(plain, Err(Error::NoBars)));
}

#[test]
fn as_many_files_as_the_limit_says() {
    let mut limits = Limits::default();
    limits.entries = 3;
    let options = Options::new().with_limits(limits);
    let score = xml(&[REST]);
    let files = |count: usize| {
        let names: Vec<String> = (1..count).map(|n| format!("{n}.txt")).collect();
        let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        files.push(("s.xml", score.as_bytes()));
        archive(&files)
    };
    assert!(read_any(&files(3), &options).is_ok());
    let refused = read_any(&files(4), &options);
    assert!(matches!(refused, Err(Error::Limit { limit: Limit::Entries, allowed: 3, .. })));
}
