//! How costs grow with size: `cargo bench -p segno-syncpoint --bench growth [-- WORD]`. Each row gives milliseconds at 10³, 10⁴,
//! ... items and the exponent between the last two; a linear cost has an exponent of about 1. What takes longer than a few
//! seconds is not tried at ten times the size.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use segno_syncpoint::formats::{lrc, measure_map, musescore, timemap};
use segno_syncpoint::simplify::{Rules, minimum, minimum_count};
use segno_syncpoint::{
    Ending, EndingStop, Fraction, Jump, JumpKind, Policy, RepeatEnd, RepeatStart, Structure, SyncMap,
    Syncpoint, WrittenBar,
};

#[path = "../tests/it/random.rs"]
mod random;

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Milliseconds after which a row ends.
const PATIENCE: f64 = 2_000.0;

type Row = (&'static str, fn(usize) -> f64);

fn main() {
    let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let rows: [Row; 17] = [
        ("timemap::read", |n| read(n, entry, |text| timemap::read(text).is_ok())),
        ("musescore::read", |n| read(n, event, |text| musescore::read(text).is_ok())),
        ("measure_map::read", |n| read(n, measure, |text| measure_map::read(text).is_ok())),
        ("lrc::read", |n| read_text(&(0..n).fold(String::new(), lyric), |text| lrc::read(text).is_ok())),
        ("lrc::read, one text for all stamps", |n| {
            read_text(&shared(n), |text| lrc::read(text).is_ok() || n > 1_000)
        }),
        ("timemap::when_points", when_points),
        ("next_hide_change, n times, never hidden", |n| hide_changes(n, false)),
        ("next_hide_change, n times, often hidden", |n| hide_changes(n, true)),
        ("bars_at_many, no order", unsorted),
        ("position_at, n times", positions),
        ("simplify::minimum, steady with jitter", |n| {
            simplified(n, |x, t| minimum(x, t, 0.05, &Rules::KEEP).is_ok())
        }),
        ("simplify::minimum_count, the same", |n| {
            simplified(n, |x, t| minimum_count(x, t, 0.05, &[]).is_ok())
        }),
        ("unroll, n voltas", |n| unrolled(&voltas(n))),
        ("unroll, one volta with n numbers", |n| unrolled(&numbers(n))),
        ("unroll, n bars under a volta of 1000 numbers", |n| unrolled(&covered(n))),
        ("unroll, dal segno at each of n bars", |n| unrolled(&dal_segni(n))),
        ("unroll, da capo at each of n/100 bars", |n| unrolled(&da_capi(n / 100))),
    ];
    for (name, row) in rows.into_iter().filter(|row| word.as_ref().is_none_or(|word| row.0.contains(word))) {
        let mut line = String::new();
        let mut before: Option<f64> = None;
        let mut exponent = f64::NAN;
        for size in SIZES {
            let milliseconds = row(size);
            let _ = write!(line, "{milliseconds:>11.2}");
            if let Some(before) = before {
                exponent = (milliseconds / before).log10();
            }
            before = Some(milliseconds);
            if milliseconds > PATIENCE {
                break;
            }
        }
        println!("{name:<46}{line:<46} exponent {exponent:.2}");
    }
}

/// Milliseconds of the best of three runs, or of one if it is slow.
fn timed(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        if best > 300.0 {
            break;
        }
    }
    best
}

fn read(n: usize, item: fn(usize) -> String, read: impl Fn(&str) -> bool) -> f64 {
    let items: Vec<String> = (0..n).map(item).collect();
    read_text(&format!("[{}]", items.join(",\n")), read)
}

fn read_text(text: &str, read: impl Fn(&str) -> bool) -> f64 {
    timed(|| assert!(read(black_box(text))))
}

fn entry(n: usize) -> String {
    format!("{{\"on\":[\"note-{n}\"],\"qstamp\":{n}.5,\"tstamp\":1{n}}}")
}

fn event(n: usize) -> String {
    format!("{{\"elid\":\"{n}\",\"position\":\"{n}5\"}}")
}

fn measure(n: usize) -> String {
    format!("{{\"count\":{},\"number\":{n},\"time_signature\":\"4/4\",\"next\":[1]}}", n + 1)
}

fn lyric(mut text: String, n: usize) -> String {
    let _ = writeln!(text, "[{:02}:{:02}.50]some words of line {n}", n / 60, n % 60);
    text
}

fn shared(n: usize) -> String {
    format!("{}{}", "[00:01.00]".repeat(n), "x".repeat(n))
}

fn when_points(n: usize) -> f64 {
    let ids: Vec<String> = (0..n).map(|bar| format!("m-{bar}")).collect();
    let whens = ids.iter().rev().map(|id| timemap::When { id: id.clone(), time: 1.0 });
    let whens: Vec<timemap::When> = whens.collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let order: Vec<usize> = (0..n).collect();
    timed(|| drop(black_box(timemap::when_points(&whens, &ids, &order))))
}

fn map(n: usize, hides: bool) -> SyncMap {
    let mut random = random::Random::new(3);
    let mut time = 0.0;
    let points: Vec<Syncpoint> = (0_u32..)
        .take(n)
        .map(|bar| {
            time += 1.0 + random.below(1_000) as f64 / 1_000.0;
            Syncpoint { hide: hides && bar % 8 == 7, ..Syncpoint::bar_line(bar, time) }
        })
        .collect();
    SyncMap::new(points).expect("points in order")
}

fn hide_changes(n: usize, hides: bool) -> f64 {
    let map = map(n, hides);
    timed(|| {
        for index in 0..n {
            black_box(map.next_hide_change(black_box(index as f64)));
        }
    })
}

/// Times in no order.
fn times(n: usize) -> Vec<f64> {
    let mut random = random::Random::new(5);
    (0..n).map(|_| 2.0 + random.below(1_000_000) as f64 / 1e6 * (n as f64 - 3.0)).collect()
}

fn unsorted(n: usize) -> f64 {
    let (map, times) = (map(n, false), times(n));
    let mut out = vec![0.0; n];
    timed(|| map.bars_at_many(black_box(&times), black_box(&mut out)))
}

fn positions(n: usize) -> f64 {
    let (map, times) = (map(n, false), times(n));
    timed(|| {
        for time in &times {
            let _ = black_box(map.position_at(black_box(*time)));
        }
    })
}

fn simplified(n: usize, work: impl Fn(&[f64], &[f64]) -> bool) -> f64 {
    let mut random = random::Random::new(11);
    let x: Vec<f64> = (0..n).map(|bar| bar as f64).collect();
    let t: Vec<f64> = x.iter().map(|x| 1.0 + 0.5 * x + random.below(90_001) as f64 / 1e6 - 0.045).collect();
    timed(|| assert!(work(black_box(&x), black_box(&t))))
}

fn unrolled(structure: &Structure) -> f64 {
    timed(|| drop(black_box(structure.unroll(black_box(&Policy::CLASSICAL)))))
}

fn bars(n: usize) -> Structure {
    let whole = Fraction::new(4, 4).expect("a fraction");
    Structure { bars: (0..n).map(|bar| WrittenBar::new(bar.to_string(), whole)).collect() }
}

fn ending(numbers: Vec<u32>) -> Ending {
    Ending { numbers, id: None, start: true, stop: Some(EndingStop::Stop), staff: None }
}

/// A bar that is repeated under n voltas of a bar each.
fn voltas(n: usize) -> Structure {
    let mut structure = bars(n + 2);
    structure.bars[0].repeat_start = Some(RepeatStart::Printed);
    for (number, bar) in (1_u32..).zip(&mut structure.bars[1..=n]) {
        bar.endings.push(ending(vec![number]));
        if (number as usize) < n {
            bar.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        }
    }
    structure
}

/// A volta that is played n times.
fn numbers(n: usize) -> Structure {
    let mut structure = bars(4);
    structure.bars[0].repeat_start = Some(RepeatStart::Printed);
    let many = u32::try_from(n).expect("a number of passes");
    structure.bars[1].endings.push(ending((1..many).collect()));
    structure.bars[1].repeat_end = Some(RepeatEnd { plays: many, after_jump: None });
    structure.bars[2].endings.push(ending(vec![many]));
    structure
}

/// n bars, each under a volta of 1,000 numbers of its own, none repeated.
fn covered(n: usize) -> Structure {
    let mut structure = bars(n / 10);
    for bar in &mut structure.bars {
        bar.endings.push(ending((1..=1_000).collect()));
    }
    structure
}

fn jump(kind: JumpKind, to: &str) -> Jump {
    Jump {
        kind,
        to: to.to_owned(),
        until: "end".to_owned(),
        continue_at: None,
        play_repeats: false,
        passes: Vec::new(),
        staff: None,
    }
}

/// Each bar has a sign and goes back to it.
fn dal_segni(n: usize) -> Structure {
    let mut structure = bars(n);
    for (index, bar) in structure.bars.iter_mut().enumerate() {
        let label = format!("s{index}");
        bar.jumps.push(jump(JumpKind::DalSegno, &label));
        bar.markers.push(segno(label));
    }
    structure
}

fn segno(label: String) -> segno_syncpoint::Marker {
    segno_syncpoint::Marker {
        kind: segno_syncpoint::MarkerKind::Segno,
        label,
        at: segno_syncpoint::Place::Start,
        staff: None,
    }
}

/// Each bar goes back to the beginning.
fn da_capi(n: usize) -> Structure {
    let mut structure = bars(n);
    for bar in &mut structure.bars {
        bar.jumps.push(jump(JumpKind::DaCapo, "start"));
    }
    structure
}
