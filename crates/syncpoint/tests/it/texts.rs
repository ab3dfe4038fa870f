//! Each text format on its own: texts that are nearly right, made of the pieces of right ones. None makes a reader panic, and
//! what is read and written once stays as it is.

use core::fmt::Debug;

use proptest::prelude::*;
use segno_syncpoint::formats::ParseError;
use segno_syncpoint::formats::{
    alphatab, audacity, beats, lrc, measure_map, musescore, sonic, srt, timemap, vtt,
};
use segno_syncpoint::wire;

/// Pieces of a sample text in another order, some of them changed.
fn spoiled(sample: &'static str) -> impl Strategy<Value = String> {
    let pieces: Vec<&'static str> =
        sample.split_inclusive(['\n', ',', ' ', '\t', '}', ']', '"', ':', '>', '.']).collect();
    let count = pieces.len();
    let change = (0..count, "[\\[\\]{},:\"\\\\\t\n .0-9eE+-]{0,3}|NaN|null|\u{feff}|é|1e400");
    let picks = prop_oneof![
        Just((0..count).collect::<Vec<usize>>()),
        prop::collection::vec(0..count, 0..40),
        (0..count, 0..count).prop_map(move |(from, to)| (0..from).chain(to..count).collect()),
    ];
    (picks, prop::collection::vec(change, 0..3)).prop_map(move |(picks, changes)| {
        let text = |pick: &usize| match changes.iter().find(|(at, _)| at == pick) {
            Some((_, put)) => put.clone(),
            None => pieces[*pick].to_owned(),
        };
        picks.iter().map(text).collect()
    })
}

/// What is read can be written, and what is written is read as the same for good.
fn settles<T: PartialEq + Debug>(
    text: &str,
    read: impl Fn(&str) -> Result<T, ParseError>,
    write: impl Fn(&T) -> String,
) -> Result<(), TestCaseError> {
    let Ok(first) = read(text) else { return Ok(()) };
    let once = write(&first);
    let second = read(&once).map_err(|error| TestCaseError::fail(format!("{error}\n{text:?}\n{once:?}")))?;
    let again = write(&second);
    prop_assert_eq!(read(&again), Ok(second), "{:?}\n{:?}", text, once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn soundslice(text in spoiled("[[0,0],[4,9.6,null,true],[4,11.25,240],[8,20.5,0.5,1]]")) {
        settles(&text, wire::read, |points| wire::write(points))?;
    }

    #[test]
    fn musescore_events(text in spoiled("[{\"elid\":\"0\",\"position\":0},{\"elid\":1,\"position\":\"1600.5\",\"x\":[{}]}]")) {
        settles(&text, musescore::read, |events| musescore::write(events))?;
    }

    #[test]
    fn beat_lists(text in spoiled("0.5\t0.5\tdb,4/4,2\n1.0\t1.0\tb\n1.5\t1.5\tbR\n2\t2\tdb\n")) {
        settles(&text, beats::read, |list| beats::write(list))?;
    }

    #[test]
    fn audacity_labels(text in spoiled("0.5\t0.5\tbar 0\n\\\t100\t200.5\n1:02:03\t4\tbar 1\n7\t8\tbar 2 + 240/480 hidden\n")) {
        settles(&text, audacity::read, |labels| audacity::write(labels))?;
    }

    #[test]
    fn sonic_layers(text in spoiled("TIME,LABEL\n0.5,\"bar 0, \"\"x\"\"\"\n1.25,2,bar 1\n3,bar 2\n"), values: bool, rate: bool) {
        let layout = sonic::Layout { values, sample_rate: rate.then_some(44_100.0) };
        settles(&text, |text| sonic::read(text, layout), |rows| sonic::write(rows, layout))?;
    }

    #[test]
    fn alphatab_lines(text in spoiled("\\sync 0 0 0\n\\sync 3 0 10223 1\n// no\n.\n\\sync 1 2 -7.5 0.25\n")) {
        settles(&text, alphatab::read, |points| alphatab::write(points))?;
    }

    #[test]
    fn lyrics(text in spoiled("[ti:Étude]\n[offset:+500]\n[00:01.50][00:09.25]la\n[01:02.5]so [x]\n")) {
        settles(&text, lrc::read, lrc::write)?;
    }

    #[test]
    fn subrip(text in spoiled("1\n00:00:01,000 --> 00:00:02,500\nla\n\n2\n00:00:03,5 --> 4\nlo\nli\n")) {
        settles(&text, srt::read, |cues| srt::write(cues))?;
    }

    #[test]
    fn webvtt(text in spoiled("WEBVTT\n\nNOTE x\n\nintro\n00:01.000 --> 00:02.500 align:start\na &lt; b\n\n00:03.000 --> 00:04.000\nc\n")) {
        settles(&text, vtt::read, |cues| vtt::write(cues))?;
    }

    #[test]
    fn measure_maps(text in spoiled("[{\"ID\":\"a\",\"count\":1,\"time_signature\":\"3/4\",\"next\":[2,\"b\"],\"start_repeat\":true},{\"ID\":\"b\",\"count\":4,\"qstamp\":9.5,\"number\":\"7\",\"actual_length\":2}]")) {
        settles(&text, measure_map::read, |measures| measure_map::write(measures))?;
    }

    #[test]
    fn timemaps(text in spoiled("[{\"qstamp\":0,\"tstamp\":0,\"measureOn\":\"m1\"},{\"qstamp\":1.5,\"tstamp\":750.25,\"on\":[\"n1\"]}]")) {
        settles(&text, timemap::read, |entries| timemap::write(entries))?;
    }
}

#[test]
fn a_text_that_begins_with_a_bracket_is_no_stamp_when_it_comes_back() {
    let read = lrc::read("[00:01.50] [01:NaN5]so [x]\n").unwrap();
    assert_eq!(read.lines[0].text.trim(), "[01:NaN5]so [x]");
    assert_eq!(lrc::read(&lrc::write(&read)), Ok(read));
}
