//! What errors cost: a text that is right makes none.

use alloc::string::String;
use core::fmt::Write;

use super::parse_error::counted::MADE;
use super::{alphatab, audacity, beats, lrc, measure_map, musescore, sonic, srt, timemap, vtt};

/// How many errors are made on the way to the result.
#[track_caller]
fn made(work: impl FnOnce() -> bool) -> usize {
    let before = MADE.get();
    assert!(work());
    MADE.get() - before
}

fn many(open: &str, item: impl Fn(usize) -> String, between: &str, close: &str) -> String {
    let mut text = String::from(open);
    for index in 0..50 {
        let _ = write!(text, "{}{}", if index == 0 { "" } else { between }, item(index));
    }
    text.push_str(close);
    text
}

#[test]
fn a_text_without_a_fault_makes_none_by_the_way() {
    use alloc::format;
    let list = |item: fn(usize) -> String| many("[", item, ",", "]");
    let events = list(|n| format!("{{\"elid\":\"{n}\",\"position\":{}}}", 1000 * n));
    let entries = list(|n| format!("{{\"qstamp\":{n},\"tstamp\":{n}.5,\"on\":[\"n{n}\"]}}"));
    let measures = list(|n| format!("{{\"count\":{},\"number\":\"{n}\",\"next\":[1]}}", n + 1));
    let points = list(|n| format!("[{n},{n}.5]"));
    assert_eq!(made(|| musescore::read(&events).is_ok()), 0);
    assert_eq!(made(|| timemap::read(&entries).is_ok()), 0);
    assert_eq!(made(|| measure_map::read(&measures).is_ok()), 0);
    assert_eq!(made(|| crate::wire::read(&points).is_ok()), 0);
    let lines = |item: fn(usize) -> String| many("", item, "\n", "\n");
    assert_eq!(made(|| beats::read(&lines(|n| format!("{n}\t{n}\tdb"))).is_ok()), 0);
    assert_eq!(made(|| audacity::read(&lines(|n| format!("{n}\t{n}\tbar {n}"))).is_ok()), 0);
    assert_eq!(made(|| sonic::read(&lines(|n| format!("{n},bar {n}")), sonic::Layout::default()).is_ok()), 0);
    assert_eq!(made(|| alphatab::read(&lines(|n| format!("\\sync {n} 0 {n}000"))).is_ok()), 0);
    assert_eq!(made(|| lrc::read(&lines(|n| format!("[00:{n:02}.00]bar {n}"))).is_ok()), 0);
    let cue = |n: usize| format!("00:00:{n:02}.000 --> 00:00:{n:02}.500\nbar {n}\n");
    assert_eq!(made(|| vtt::read(&many("WEBVTT\n\n", cue, "\n", "")).is_ok()), 0);
    let cue = |n: usize| format!("{n}\n00:00:{n:02},000 --> 00:00:{n:02},500\nbar {n}\n");
    assert_eq!(made(|| srt::read(&many("", cue, "\n", "")).is_ok()), 0);
}

#[test]
fn one_fault_is_made_once() {
    assert_eq!(made(|| musescore::read("[{\"elid\":0,\"position\":1},{\"elid\":-1}]").is_err()), 1);
    assert_eq!(made(|| timemap::read("[{\"qstamp\":0,\"tstamp\":NaN}]").is_err()), 1);
}
