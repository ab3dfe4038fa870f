//! What each way to go on is weighed by, on both sides of each boundary.

use super::*;
use crate::midi::chunks::Track;

fn track(bytes: &[u8]) -> Track {
    Track { at: 0, start: 0, end: bytes.len(), claimed: bytes.len() }
}

/// Events of which these statuses were used before.
fn events<'a>(bytes: &'a [u8], used: &[u8]) -> Events<'a> {
    let mut events = Events::new(bytes, track(bytes));
    events.seen = used.iter().fold(0, |seen, status| seen | 1 << (status & 0x7F));
    events
}

/// What follows: the weight of the events, how many have a known status, how many have one.
fn outlook(bytes: &[u8], used: &[u8], running: u8) -> (usize, usize, usize) {
    let found = events(bytes, used).outlook(Step::Time(0), running);
    (found.events, found.known, found.explicit)
}

#[test]
fn lengths_of_meta_events() {
    let known = [(0x2F, 0), (0x20, 1), (0x21, 1), (0x59, 2), (0x51, 3), (0x58, 4), (0x54, 5)];
    for kind in 0..=127 {
        let length = known.iter().find(|(known, _)| *known == kind).map(|(_, length)| *length);
        assert_eq!(standard(kind), length, "{kind:02X}");
    }
}

#[test]
fn data_of_system_messages() {
    for status in 0xF1..=0xFE {
        let count = match status {
            0xF1 | 0xF3 => 1,
            0xF2 => 2,
            _ => 0,
        };
        assert_eq!(system_data(status), count, "{status:02X}");
    }
}

#[test]
fn strange_is_what_was_not_used_on_any_channel() {
    let used = 1 << 0x10 | 1 << 0x32;
    for (status, before, strange) in [
        (0x90, 0xB0, false),
        (0xB2, 0x90, false),
        (0xA0, 0x90, true),
        (0x91, 0x90, false),
        (0x91, 0xB0, true),
    ] {
        assert_eq!(is_strange(status, before, used), strange, "{status:02X} {before:02X}");
    }
}

#[test]
fn events_that_can_be_read_as_they_stand() {
    let note = [0, 0x90, 60, 64];
    // Eight are looked at, each counts for 8; a status that the track has not used raises doubt once.
    assert_eq!(outlook(&note.repeat(9), &[0x90], 0), (64, 8, 8));
    assert_eq!(outlook(&note.repeat(9), &[], 0), (60, 0, 8));
    assert_eq!(outlook(&note.repeat(9), &[0x91], 0x91), (64, 0, 8));
    // In running status none is explicit.
    assert_eq!(outlook(&[0, 60, 64].repeat(9), &[], 0x90), (64, 0, 0));
    let mixed = [&note[..], &[0, 61, 64].repeat(8)].concat();
    assert_eq!(outlook(&mixed, &[0x90], 0), (64, 1, 1));
    // Times from 2048 ticks on count for half.
    for (time, weight) in [([0x8F, 0x7F], 64), ([0x90, 0x00], 32)] {
        let event = [&time[..], &note[1..]].concat();
        assert_eq!(outlook(&event.repeat(9), &[0x90], 0).0, weight, "{time:02X?}");
    }
    // Each new kind of message raises doubt, another channel of one does not.
    let kinds: Vec<u8> = (0..8).flat_map(|kind| [0, 0x80 + 0x10 * (kind % 4), 60, 64]).collect();
    assert_eq!(outlook(&kinds, &[0x80, 0x90, 0xA0, 0xB0], 0).0, 64);
    assert_eq!(outlook(&kinds, &[], 0).0, 64 - 4 * 4);
    let channels: Vec<u8> = (0..8).flat_map(|channel| [0, 0x90 + channel, 60, 64]).collect();
    assert_eq!(outlook(&channels, &[0x90], 0), (64, 1, 8));
    // A meta event counts too, but has no status of a channel.
    assert_eq!(outlook(&[0, 0xFF, 0x01, 1, 7].repeat(9), &[0x90], 0), (64, 0, 0));
}

#[test]
fn the_end_of_the_bytes_and_of_the_track() {
    let note = [0, 0x90, 60, 64];
    for count in 0..8 {
        let events = note.repeat(count);
        // For each event that could have followed the end counts for 6, an end-of-track event for 8.
        assert_eq!(outlook(&events, &[0x90], 0).0, 8 * count + 6 * (8 - count), "{count}");
        let ended = [&events[..], &[0, 0xFF, 0x2F, 0]].concat();
        assert_eq!(outlook(&ended, &[0x90], 0).0, 64, "{count}");
        let next = [&events[..], b"MTrk"].concat();
        assert_eq!(outlook(&next, &[0x90], 0).0, 8 * count + 6 * (8 - count), "{count}");
        // Where nothing can be read it is over, and nothing more counts.
        let dark = [&events[..], &[0xFF; 8]].concat();
        assert_eq!(outlook(&dark, &[0x90], 0).0, 8 * count, "{count}");
    }
}

#[test]
fn events_that_have_to_be_mended() {
    let note = [0, 0x90, 60, 64];
    // A data byte above 127, and system messages with their data, count for 3 each.
    assert_eq!(outlook(&[0, 0x90, 0xBC, 64].repeat(8), &[0x90], 0), (24, 0, 0));
    assert_eq!(outlook(&[0, 0x90, 60, 0xC0].repeat(8), &[], 0), (20, 0, 0));
    for system in [&[0, 0xF8][..], &[0, 0xF1, 5], &[0, 0xF2, 5, 6]] {
        let bytes = [&system.repeat(4)[..], &note.repeat(4)].concat();
        assert_eq!(outlook(&bytes, &[0x90], 0), (12 + 32, 4, 4), "{system:02X?}");
    }
    // One that the bytes end in ends it all.
    assert_eq!(outlook(&[0, 0x90, 0xBC], &[0x90], 0), (0, 0, 0));
}

#[test]
fn the_weight_of_a_place() {
    let outlook = Outlook { events: 30, known: 4, explicit: 7 };
    assert_eq!(outlook.weight(), (38, 7));
    assert!(Outlook::default().weight() < outlook.weight());
}

#[test]
fn data_of_a_message() {
    let bytes = [0xBC, 0x40, 0xF8, 0x80, 0x05];
    let events = events(&bytes, &[]);
    let low = |byte: u8| Some(byte & 0x7F);
    assert_eq!(events.message(0x80, None, 0, low), Some(([0x3C, 0x40], 2)));
    assert_eq!(events.message(0xC0, None, 0, low), Some(([0x3C, 0], 1)));
    assert_eq!(events.message(0x80, Some(9), 1, low), Some(([9, 0x40], 2)));
    // What is not let through is passed over, up to the end.
    let data = |byte: u8| (byte < 0x80).then_some(byte);
    assert_eq!(events.message(0x80, None, 0, data), Some(([0x40, 5], 5)));
    assert_eq!(events.message(0x80, None, 2, data), None);
    // A note that begins with no loudness begins all the same; only a note does, and only by its loudness.
    assert_eq!(events.message(0x90, Some(60), 3, low), Some(([60, 1], 4)));
    assert_eq!(events.message(0xB0, Some(60), 3, low), Some(([60, 0], 4)));
    assert_eq!(events.message(0x90, None, 3, low), Some(([0, 5], 5)));
}

#[test]
fn how_far_the_end_of_an_exclusive_message_is_looked_for() {
    for (length, found) in [(0, true), (5, true), (FAR - 1, true), (FAR, false)] {
        let bytes = [&vec![1; length][..], &[0xF7, 0]].concat();
        assert_eq!(events(&bytes, &[]).exclusive(0), found.then_some(length + 1), "{length}");
    }
    assert_eq!(events(&[1, 0xF7, 2, 0xF7], &[]).exclusive(2), Some(4));
    assert_eq!(events(&[1, 2], &[]).exclusive(0), None);
}

#[test]
fn what_is_odd_about_an_event() {
    enum Odd {
        No,
        Length(usize),
        Unended(bool),
        Time(usize),
    }
    let cases: [(&[u8], Odd); 16] = [
        (&[0, 0xFF, 0x51, 3, 7, 8, 9], Odd::No),
        (&[0, 0xFF, 0x51, 2, 7, 8], Odd::Length(3)),
        (&[0, 0xFF, 0x59, 3, 7, 8, 9], Odd::Length(2)),
        (&[0, 0xFF, 0x2F, 1, 7], Odd::No),
        (&[0, 0xFF, 0x01, 1, 7], Odd::No),
        (&[0, 0xF0, 3, 1, 2, 0xF7], Odd::No),
        (&[0, 0xF0, 3, 1, 2, 3], Odd::Unended(false)),
        (&[0, 0xF0, 3, 1, 0x92, 3], Odd::Unended(true)),
        (&[0, 0xF0, 3, 1, 0x80, 0xF7], Odd::Unended(true)),
        (&[0, 0xF0, 0], Odd::Unended(false)),
        (&[0, 0xF7, 2, 1, 2], Odd::No),
        // A long time with a status that the track has used: the last one of them counts.
        (&[0x90, 0x00, 0x80, 60, 64], Odd::Time(0)),
        (&[0x90, 0x90, 0x00, 0x80, 60, 64], Odd::Time(1)),
        (&[0x90, 0x85, 0x00, 0x80, 60, 64], Odd::Time(0)),
        (&[0xA0, 0x00, 0x80, 60, 64], Odd::No),
        (&[0x8F, 0x7F, 0x80, 60, 64], Odd::No),
    ];
    for (bytes, odd) in cases {
        let read = read(bytes, Step::Time(0), 0).unwrap();
        let found = events(bytes, &[0x90, 0x80 | 0x0F]).doubt(&read);
        let right = match (found, odd) {
            (None, Odd::No) => true,
            (Some(Doubt::Length(found)), Odd::Length(length)) => found == length,
            (Some(Doubt::Unended(found)), Odd::Unended(sure)) => found == sure,
            (Some(Doubt::Time(found)), Odd::Time(at)) => found == at,
            _ => false,
        };
        assert!(right, "{bytes:02X?}");
    }
}

#[test]
fn where_events_are_over() {
    for (bytes, at, over) in [
        (&b"MTrk"[..], 0, true),
        (b"\0MTrk\0", 1, true),
        (b"MTr", 0, false),
        (b"MThd", 0, false),
        (b"\0\0", 1, false),
        (b"\0\0", 2, true),
        (b"\0\0", 3, true),
    ] {
        assert_eq!(is_over(bytes, at), over, "{bytes:?} {at}");
    }
}

/// What stands behind an end-of-track event goes on with the track if it ends with another, or is most of it and begins well.
#[test]
fn whether_a_track_goes_on_behind_its_end() {
    let note = [0, 0x90, 60, 64];
    let end = [0, 0xFF, 0x2F, 0];
    let goes_on = |first: usize, rest: &[u8], proofs: usize| {
        let bytes = [&note.repeat(first)[..], &end, rest].concat();
        let mut events = events(&bytes, &[0x90]);
        events.step = Step::Time(4 * first + 4);
        events.continues(&mut { proofs })
    };
    assert!(goes_on(20, &[&note[..], &end].concat(), 1_000));
    assert!(!goes_on(20, &[&note[..], &end].concat(), 0));
    assert!(!goes_on(20, &[], 1_000));
    // Without such an end: 44 bytes up to here, and as many behind are not most of them.
    assert!(!goes_on(10, &note.repeat(11), 1_000));
    assert!(goes_on(10, &note.repeat(12), 1_000));
    // It must have statuses of its own, and not be zeros.
    assert!(!goes_on(1, &[0; 60], 1_000));
    assert!(!goes_on(1, &[0xFF; 60], 1_000));
}

/// The ways to go on behind the first event: what is read, where it goes on, and whether it needs proof.
fn ways<'a>(bytes: &'a [u8]) -> Vec<(Kind<'a>, Step, bool)> {
    let bad = read(bytes, Step::Time(0), 0x90).unwrap_err();
    events(bytes, &[0x90]).ways(&bad).into_iter().map(|way| (way.kind, way.step, way.last)).collect()
}

#[test]
fn how_the_damage_can_have_come_about() {
    let lost = |step| (Kind::Lost, step, false);
    let note = |data, next| (Kind::Voice { status: 0x90, data }, Step::Time(next), false);
    let proof = |step| (Kind::Lost, step, true);
    // A tempo that claims 64 bytes holds three, and only a kind of meta event that is always as long is known to.
    let tempo = [0, 0xFF, 0x51, 0x40, 7, 8, 9, 0, 0x90, 60, 64];
    assert_eq!(ways(&tempo), [(Kind::Meta { kind: 0x51, data: &[7, 8, 9] }, Step::Time(7), false)]);
    assert_eq!(ways(&[0, 0xFF, 0x51, 0x40, 7, 8]), []);
    assert_eq!(ways(&[0, 0xFF, 0x01, 0x40, 7, 8, 9, 0]), []);
    // An exclusive message ends with the byte that ends one.
    assert_eq!(ways(&[0, 0xF0, 0x40, 1, 2, 0xF7, 0, 0x90]), [lost(Step::Time(6))]);
    assert_eq!(ways(&[0, 0xF7, 0x40, 1, 2, 0xF7, 0, 0x90]), [lost(Step::Time(6))]);
    assert_eq!(ways(&[0, 0xF0, 0x40, 1, 2]), []);
    // A meta event of no type: by its length, or as if it were not there.
    assert_eq!(
        ways(&[0, 0xFF, 0x80, 2, 7, 8, 0, 0x90]),
        [lost(Step::Time(6)), lost(Step::Time(2)), lost(Step::Status(2))]
    );
    // System messages with the data that they have, or as a byte too many.
    for (status, data) in [(0xF1, 1), (0xF2, 2), (0xF4, 0), (0xF8, 0)] {
        assert_eq!(
            ways(&[0, status, 1, 2, 3, 4]),
            [lost(Step::Time(2 + data)), lost(Step::Status(2)), lost(Step::Time(2))],
            "{status:02X}"
        );
    }
    // A time filled up with zeros in front.
    assert_eq!(ways(&[0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x90]), [lost(Step::Time(5))]);
    assert_eq!(ways(&[0x81; 6]), []);
    // A data byte above 127: a realtime byte between, its highest bit, or the message has no more data.
    assert_eq!(
        ways(&[0, 0x90, 0xF8, 60, 64, 0]),
        [note([60, 64], 5), note([0x78, 60], 4), proof(Step::Time(2))]
    );
    assert_eq!(
        ways(&[0, 0x90, 60, 0xFE, 64, 0]),
        [note([60, 64], 5), note([60, 0x7E], 4), proof(Step::Time(3))]
    );
    assert_eq!(ways(&[0, 0x90, 0xFF, 60, 64]), [note([0x7F, 60], 4), proof(Step::Time(2))]);
    assert_eq!(
        ways(&[0, 0x90, 0xBC, 64, 0]),
        [note([0x3C, 64], 4), proof(Step::Time(2)), proof(Step::Status(2))]
    );
    assert_eq!(ways(&[0, 0x90, 0xF0, 64, 0]), [note([0x70, 64], 4), proof(Step::Time(2))]);
    assert_eq!(ways(&[0, 0x90, 60, 0x80]), [note([60, 1], 4), proof(Step::Time(3)), proof(Step::Status(3))]);
}

/// Where the event at the beginning ends, and whether something is told.
fn settled(bytes: &[u8]) -> (usize, bool) {
    let mut events = events(bytes, &[0x90]);
    let mut good = read(bytes, Step::Time(0), 0x90).unwrap();
    let mut diagnostics = Diagnostics::new(&crate::Options::new());
    let doubt = events.doubt(&good).unwrap();
    events.settle(&mut good, doubt, &mut 1_000, &mut diagnostics);
    (good.next, !diagnostics.kept.is_empty())
}

#[test]
fn an_odd_event_ends_where_more_can_be_read() {
    let notes = [0, 0x90, 60, 64].repeat(9);
    let behind = |start: &[u8], rest: &[u8]| settled(&[start, rest].concat());
    // A tempo of two bytes leaves one that belongs to no note, one of four takes the first one's time.
    assert_eq!(behind(&[0, 0xFF, 0x51, 2, 7, 8, 0xF9], &notes), (7, true));
    assert_eq!(behind(&[0, 0xFF, 0x51, 4, 7, 8, 9], &notes), (7, true));
    // It is as long as it says if the notes begin there.
    assert_eq!(behind(&[0, 0xFF, 0x51, 2, 7, 8], &notes), (6, false));
    assert_eq!(behind(&[0, 0xFF, 0x51, 4, 7, 8, 0xF9, 10], &notes), (8, false));
    // Both are as good: notes behind the length, and behind the byte that ends a message.
    let both = [&notes[..], &[0xF7], &notes].concat();
    assert_eq!(behind(&[0, 0xF0, 3, 1, 2, 3], &both), (6, false));
    // A status inside the message cannot be, which decides it.
    assert_eq!(behind(&[0, 0xF0, 3, 1, 0x92, 3], &both), (6 + 37, true));
    // Not if less can be read there, and not if it ends there all the same.
    let worse = [&notes[..], &[0xF7, 0xFF, 0xFF, 0xFF]].concat();
    assert_eq!(behind(&[0, 0xF0, 3, 1, 0x92, 3], &worse), (6, false));
    assert_eq!(behind(&[0, 0xF0, 3, 1, 0x92, 0xF7], &notes), (6, false));
    // The end is far nearer than the length: more can be read there.
    assert_eq!(behind(&[0, 0xF0, 7, 1, 0xF7], &notes), (5, true));
}

/// Where events go on behind bytes that are none, and how many bytes are passed over.
fn found(bytes: &[u8], used: &[u8]) -> (Step, String) {
    let events = events(bytes, used);
    let bad = BadEvent { error: EventError::NoStatus, at: 0, delta: 0, running: 0 };
    let way = events.search(&bad);
    assert_eq!((way.kind, way.running, way.last), (Kind::Lost, 0, false));
    (way.step, way.told)
}

#[test]
fn where_events_go_on() {
    let notes = [0, 0x90, 60, 64].repeat(12);
    let behind = |start: &[u8], rest: &[u8]| found(&[start, rest].concat(), &[0x90]);
    let passed = |count: usize| passed_over(count, "of no event");
    for garbage in [1, 2, 5, 40] {
        assert_eq!(behind(&vec![0xFF; garbage], &notes), (Step::Time(garbage), passed(garbage)));
    }
    // A status without its time.
    assert_eq!(behind(&[0xFF, 0xFF], &notes[1..]), (Step::Status(2), passed(2)));
    // The first event must have a status of its own and a time that can be meant.
    assert_eq!(behind(&[0xFF, 0, 60, 64, 0, 60, 64], &notes), (Step::Time(7), passed(7)));
    assert_eq!(behind(&[0xFF, 0x90, 0x00, 0x90, 60, 64], &notes).0, Step::Time(2));
    // Nothing goes on: all of it, or up to the next track.
    assert_eq!(behind(&[0xFF; 30], &[]), (Step::Time(30), passed(30)));
    assert_eq!(behind(&[0xFF; 30], b"MTrk"), (Step::Time(30), passed(30)));
    // A few events and then the end are enough, fewer and then something else are not.
    assert_eq!(behind(&[0xFF; 3], &notes[..8]), (Step::Time(3), passed(3)));
    assert_eq!(behind(&[0xFF; 3], &[&notes[..20], &[0xFF; 9]].concat()), (Step::Time(32), passed(32)));
}

/// What fits worse is left for what fits better up to sixteen bytes behind it.
#[test]
fn a_better_place_close_behind() {
    let notes = [0, 0x90, 60, 64].repeat(12);
    let near: &[u8] = &[0, 0xB1, 7, 1, 0, 0xA2, 7, 1, 0, 0xE3, 7, 1, 0, 0xB4, 7, 1];
    let far: &[u8] = &[0, 0xB1, 7, 1, 0, 0xA2, 7, 1, 0x81, 0, 0xE3, 7, 1, 0, 0xB4, 7, 1];
    let behind = |start: &[u8]| found(&[&[0xFF, 0xFF], start, &notes].concat(), &[0x90]).0;
    assert_eq!(behind(near), Step::Time(2 + 16));
    assert_eq!(behind(far), Step::Time(2 + 13), "the last one within reach");
    assert_eq!(behind(&near[12..]), Step::Time(2 + 4));
}
