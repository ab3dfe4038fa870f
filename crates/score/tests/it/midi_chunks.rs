//! Headers, chunks and their lengths as files have them that are not as they should be.

use segno_score::{DiagnosticKind, Error, Format, Options, Score, read_any, sniff};

use crate::midi::{DIVISION, END, file};

const METRE: &[u8] = b"\0\xFF\x58\x04\x03\x02\x18\x08";

fn read(bytes: &[u8]) -> Score {
    read_any(bytes, &Options::new().with_onsets()).unwrap()
}

fn notes(keys: core::ops::Range<u8>) -> Vec<u8> {
    keys.flat_map(|key| [0, 0x90, key, 0x40, 0x60, 0x80, key, 0]).collect()
}

fn head(format: u8, tracks: u8) -> Vec<u8> {
    vec![b'M', b'T', b'h', b'd', 0, 0, 0, 6, 0, format, 0, tracks, 0, 96]
}

/// A chunk that claims to be so long.
fn chunk(name: &[u8; 4], claims: u32, content: &[u8]) -> Vec<u8> {
    [name, &claims.to_be_bytes()[..], content].concat()
}

/// A chunk of its true length.
fn whole(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    chunk(name, u32::try_from(content.len()).unwrap(), content)
}

fn conductor() -> Vec<u8> {
    [METRE, END].concat()
}

/// Three notes from this key on.
fn three(key: u8) -> Vec<u8> {
    [&notes(key..key + 3), END].concat()
}

fn keys(score: &Score) -> Vec<u8> {
    let mut keys: Vec<u8> = score.onsets.iter().filter_map(|onset| onset.key).collect();
    keys.sort_unstable();
    keys
}

fn told(score: &Score) -> Vec<(u64, &str)> {
    score.diagnostics.iter().map(|diagnostic| (diagnostic.offset, diagnostic.message.as_str())).collect()
}

#[test]
fn the_shared_inputs_are_read() {
    for (name, bars, notes, diagnostics) in [
        ("80-running-status-after-meta", 2, 8, false),
        ("81-data-byte-above-127", 4, 16, true),
        ("83-truncated", 3, 12, true),
        ("85-stray-bytes-between-tracks", 4, 24, true),
        ("86-end-of-track-far-away", 4, 16, true),
        ("87-two-tracks-contradict-in-metre", 4, 12, true),
    ] {
        let path = format!("{}/tests/data/midi/{name}.mid", env!("CARGO_MANIFEST_DIR"));
        let score = read(&std::fs::read(path).unwrap());
        assert_eq!((score.structure.bars.len(), score.onsets.len()), (bars, notes), "{name}");
        assert_eq!(!score.diagnostics.is_empty(), diagnostics, "{name}: {:?}", score.diagnostics);
    }
}

#[test]
fn a_second_header_does_not_overflow() {
    let bytes = include_bytes!("../data/midi/midi-second-header-negate-overflow.mid");
    assert!(matches!(read_any(bytes, &Options::new()), Err(Error::NoBars)));
}

#[test]
fn track_lengths_that_are_wrong() {
    let (conductor, first, second) = (conductor(), three(60), three(70));
    for claims in [0, 1, 5, 20, 27, 29, 40, 60, 1_000, 0x7FFF_FFFF, u32::MAX] {
        let bytes =
            [head(1, 3), whole(b"MTrk", &conductor), chunk(b"MTrk", claims, &first), whole(b"MTrk", &second)]
                .concat();
        let score = read(&bytes);
        assert_eq!(keys(&score), [60, 61, 62, 70, 71, 72], "{claims}");
        let expected = format!("the track's length is {claims} bytes, its events take 28");
        assert_eq!(told(&score), [(34, expected.as_str())], "{claims}");
        assert_eq!(score.structure.bars.len(), 1);
        // Of the last track the file's end says the same, if it is too long.
        let bytes = [head(1, 2), whole(b"MTrk", &conductor), chunk(b"MTrk", claims, &first)].concat();
        let score = read(&bytes);
        assert_eq!((keys(&score), told(&score).len()), (vec![60, 61, 62], 1), "{claims}");
    }
}

#[test]
fn every_length_of_every_track_at_once() {
    for claims in [0, 3, 500, u32::MAX] {
        let tracks: Vec<u8> = (0..8).flat_map(|n| chunk(b"MTrk", claims, &three(10 * n))).collect();
        let score = read(&[head(1, 8), tracks].concat());
        assert_eq!(score.onsets.len(), 24, "{claims}");
        assert_eq!(score.diagnostics.len(), 8, "{claims}: {:?}", score.diagnostics);
    }
}

#[test]
fn a_track_without_an_end_ends_where_the_next_one_begins() {
    let open = notes(60..63);
    for claims in [24, 0, 7, 100_000] {
        let bytes = [head(1, 2), chunk(b"MTrk", claims, &open), whole(b"MTrk", &three(70))].concat();
        let score = read(&bytes);
        assert_eq!(keys(&score), [60, 61, 62, 70, 71, 72], "{claims}");
        assert_eq!(score.diagnostics.len(), 1, "{claims}");
    }
    let score = read(&[head(0, 1), whole(b"MTrk", &open)].concat());
    assert_eq!(told(&score), [(14, "the track has no end-of-track event")]);
}

#[test]
fn bytes_after_the_end_of_a_track() {
    let score = read(&[head(0, 1), whole(b"MTrk", &[&three(60)[..], END, &[0; 5]].concat())].concat());
    assert_eq!(
        (keys(&score).len(), told(&score)),
        (3, vec![(50, "9 bytes after the end of the track passed over")])
    );
    let filled = whole(b"MTrk", &[&three(60)[..], END, &[0; 5]].concat());
    let score = read(&[head(1, 2), filled, whole(b"MTrk", &three(70))].concat());
    assert_eq!(
        (keys(&score).len(), told(&score)),
        (6, vec![(50, "9 bytes after the end of the track passed over")])
    );
    let score = read(&[head(0, 1), whole(b"MTrk", &three(60)), vec![0x1A; 90]].concat());
    assert_eq!(
        (keys(&score).len(), told(&score)),
        (3, vec![(50, "90 bytes after the last track passed over")])
    );
    let score = read(&[head(0, 1), whole(b"MTrk", &three(60)), b"*".to_vec()].concat());
    assert_eq!(told(&score), [(50, "1 byte after the last track passed over")]);
}

#[test]
fn bytes_before_and_between_tracks() {
    for stray in [&b"\0"[..], b"MT", b"MTr", b"M", b"\x81\0\xFF\x51\x03\x0C\x2E\x6C", &[0xFF; 1_000]] {
        let bytes = [&head(1, 2)[..], stray, &whole(b"MTrk", &three(60)), stray, &whole(b"MTrk", &three(70))];
        let score = read(&bytes.concat());
        assert_eq!(keys(&score), [60, 61, 62, 70, 71, 72], "{stray:?}");
        let places: Vec<u64> = told(&score).iter().map(|diagnostic| diagnostic.0).collect();
        assert_eq!(places, [14, 14 + stray.len() as u64 + 36]);
    }
}

#[test]
fn chunks_of_another_kind() {
    let other = whole(b"XFIH", b"MTrk is not a track here");
    let bytes =
        [head(1, 2), other.clone(), whole(b"MTrk", &three(60)), other, whole(b"MTrk", &three(70))].concat();
    let score = read(&bytes);
    assert_eq!(keys(&score), [60, 61, 62, 70, 71, 72]);
    assert_eq!(told(&score)[0], (14, "the chunk \"XFIH\" of 32 bytes is passed over"));
    assert!(score.diagnostics.iter().all(|diagnostic| diagnostic.kind == DiagnosticKind::Unsupported));
    // One whose length leads nowhere hides no track.
    for claims in [0, 3, 50, u32::MAX] {
        let lost = chunk(b"Junk", claims, b"whatever");
        let bytes = [head(1, 2), whole(b"MTrk", &three(60)), lost, whole(b"MTrk", &three(70))].concat();
        assert_eq!(keys(&read(&bytes)), [60, 61, 62, 70, 71, 72], "{claims}");
    }
}

#[test]
fn headers_that_are_not_as_they_should_be() {
    let track = whole(b"MTrk", &three(60));
    // Longer than today's, which the specification allows.
    let longer = [b"MThd\0\0\0\x0A\0\0\0\x01\0\x60more".to_vec(), track.clone()].concat();
    assert_eq!((keys(&read(&longer)).len(), told(&read(&longer)).len()), (3, 0));
    for length in [0_u32, 2, 5, 7, 100, u32::MAX] {
        let bytes = [chunk(b"MThd", length, b"\0\0\0\x01\0\x60"), track.clone()].concat();
        let score = read(&bytes);
        let expected = format!("the header's length is {length}, not 6");
        assert_eq!((keys(&score).len(), told(&score)), (3, vec![(0, expected.as_str())]));
    }
    for format in [3, 100, 255] {
        let score = read(&[head(format, 1), track.clone()].concat());
        assert_eq!(score.diagnostics[0].kind, DiagnosticKind::BadValue);
        assert_eq!(score.diagnostics[0].message, format!("format {format} is read as format 1"));
    }
    for count in [0, 2, 255] {
        let score = read(&[head(1, count), track.clone()].concat());
        assert_eq!(keys(&score).len(), 3);
        assert_eq!(told(&score), [(0, format!("the header counts {count} tracks, there are 1").as_str())]);
    }
    for end in 0..14 {
        assert!(matches!(
            read_any(&head(0, 1)[..end], &Options::new()),
            Err(Error::Midi { .. } | Error::UnknownFormat)
        ));
    }
    assert!(matches!(read_any(&head(0, 1), &Options::new()), Err(Error::NoBars)));
}

#[test]
fn a_format_0_file_of_two_tracks() {
    let score = read(&file(0, DIVISION, &[&three(60), &three(70)]));
    assert_eq!(keys(&score), [60, 61, 62, 70, 71, 72]);
    let told = score.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect::<Vec<_>>();
    assert_eq!(told, ["format 0 has one track, there are 2"]);
}

#[test]
fn more_tracks_than_the_header_counts() {
    let score = read(&[head(1, 1), whole(b"MTrk", &three(60)), whole(b"MTrk", &three(70))].concat());
    assert_eq!(keys(&score), [60, 61, 62, 70, 71, 72]);
    assert_eq!(told(&score), [(0, "the header counts 1 track, there are 2")]);
    // Behind other bytes they are the rest of a longer file that stood in the same place.
    let bytes = [head(1, 1), whole(b"MTrk", &three(60)), vec![7; 9], whole(b"MTrk", &three(70))].concat();
    let score = read(&bytes);
    assert_eq!(keys(&score), [60, 61, 62]);
    let rest = (59, "36 bytes with tracks that the header does not count passed over");
    assert_eq!(told(&score), [(50, "9 bytes between two tracks passed over"), rest]);
}

#[test]
fn a_second_file_behind_the_first() {
    let first = [head(0, 1), whole(b"MTrk", &three(60))].concat();
    let second = [head(0, 1), whole(b"MTrk", &three(70))].concat();
    for between in [&b""[..], b"\0\0\0"] {
        let score = read(&[&first, between, &second].concat());
        assert_eq!(keys(&score), [60, 61, 62]);
        let last = told(&score).pop().unwrap();
        assert_eq!(last, (50 + between.len() as u64, "a second MIDI file of 50 bytes passed over"));
    }
    // A header written twice.
    let score = read(&[head(0, 1), second].concat());
    assert_eq!((keys(&score), told(&score)), (vec![70, 71, 72], vec![(14, "a second header passed over")]));
}

#[test]
fn many_empty_tracks() {
    let empty = whole(b"MTrk", END);
    let bytes =
        [b"MThd\0\0\0\x06\0\x01\xFF\xFF\0\x60".to_vec(), empty.repeat(65_534), whole(b"MTrk", &three(60))];
    let score = read(&bytes.concat());
    assert_eq!((score.parts.len(), score.parts[0].id.as_str(), keys(&score).len()), (1, "65535", 3));
    assert_eq!(score.diagnostics, []);
}

#[test]
fn riff_files_whose_lengths_are_wrong() {
    let inner = [head(0, 1), whole(b"MTrk", &three(60))].concat();
    let riff = |size: u32, data: u32| {
        let bytes = [b"RIFF", &size.to_le_bytes()[..], b"RMIDdata", &data.to_le_bytes(), &inner].concat();
        read(&bytes)
    };
    for size in [0, 7, u32::MAX] {
        for data in [0, 5, 14, u32::MAX] {
            assert_eq!(keys(&riff(size, data)), [60, 61, 62], "{size} {data}");
        }
        assert_eq!(riff(size, 50).diagnostics, []);
    }
    // Of a file that ends early the place is counted from the first byte of the whole file.
    assert_eq!(told(&riff(0, 45)).iter().map(|diagnostic| diagnostic.0).collect::<Vec<_>>(), [62, 34]);
    let renamed = [b"RIFF\0\0\0\0RMIDnope\x02\0\0\0".to_vec(), inner].concat();
    assert_eq!(
        (keys(&read(&renamed)), told(&read(&renamed))),
        (vec![60, 61, 62], vec![(0, "20 bytes before the header passed over")])
    );
}

#[test]
fn bytes_before_the_header() {
    let inner = [head(0, 1), whole(b"MTrk", &three(60))].concat();
    // A head as the Macintosh put before files that left it.
    let mut mac = [0; 128];
    mac[1..10].copy_from_slice(b"\x08song.mid");
    mac[65..73].copy_from_slice(b"Midittxt");
    for lead in [&mac[..], b"\0", b"\r\n"] {
        let bytes = [lead, &inner].concat();
        assert_eq!(sniff(&bytes), Some(Format::Midi));
        let score = read(&bytes);
        let which = if lead.len() == 1 { "1 byte".to_owned() } else { format!("{} bytes", lead.len()) };
        let expected = format!("{which} before the header passed over");
        assert_eq!((keys(&score).len(), told(&score)), (3, vec![(0, expected.as_str())]));
    }
    let far = [&[b' '; 300][..], &inner].concat();
    assert_eq!(sniff(&far), None);
}

#[test]
fn an_end_of_track_event_in_the_middle_of_a_track() {
    // As karaoke files have it behind their title: the rest of the chunk is the music.
    let early = [METRE, END, &three(60)].concat();
    let score = read(&[head(0, 1), whole(b"MTrk", &early)].concat());
    assert_eq!(keys(&score), [60, 61, 62]);
    assert_eq!(told(&score), [(34, "an end-of-track event before the end of the track passed over")]);
    // The rest has no end of its own, or is not music.
    let open = [METRE, END, &notes(60..63)].concat();
    assert_eq!(keys(&read(&[head(0, 1), whole(b"MTrk", &open)].concat())), [60, 61, 62]);
    let noise = [&three(60)[..], &[0x55, 0xAA].repeat(40)].concat();
    let score = read(&[head(0, 1), whole(b"MTrk", &noise)].concat());
    assert_eq!(
        (keys(&score), told(&score)),
        (vec![60, 61, 62], vec![(50, "80 bytes after the end of the track passed over")])
    );
}
