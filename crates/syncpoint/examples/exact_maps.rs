//! Looks up random places of random maps and compares with exact fractions:
//! `cargo run --release -p segno-syncpoint --example exact_maps [-- COUNT]`.
//!
//! Times are whole 1/1024 s and offsets whole 480ths, so that every map is given without rounding and a time by the
//! definition, `t0 + (b - b0) (t1 - t0) / (b1 - b0)`, is a fraction of two whole numbers of 128 bits. How far the map is from it
//! is worked out in whole numbers, too.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use segno_syncpoint::{Offset, Position, SyncMap, Syncpoint};

#[path = "../tests/it/random.rs"]
mod random;

use random::Random;

/// Steps of a time in a second, and of an offset in a bar.
const STEPS: i128 = 1024;
const PARTS: i128 = 480;
/// What is compared, in steps of 2^-60.
const FINE: i128 = 1 << 60;
/// How far a time may be from the exact one, in seconds, and a place from where it was, in bars.
const TIME: f64 = 1e-11;
const ROUND_TRIP: f64 = 1e-9;
/// Lookups in each map.
const LOOKUPS: u64 = 100;

/// A place in 480ths of a bar and a time in 1/1024 s.
type Knot = (i128, i128);

fn main() -> Result<(), String> {
    let count: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|error| format!("{text}: {error}"))?,
        None => 1_000_000,
    };
    let begun = Instant::now();
    let mut random = Random::new(5);
    let (mut lookups, mut maps, mut anchors) = (0, 0_u64, 0_usize);
    let (mut worst_time, mut worst_trip) = (0.0_f64, 0.0_f64);
    while lookups < count {
        let knots = knots(&mut random);
        let points = knots.iter().map(point).collect::<Result<Vec<_>, _>>()?;
        let map = SyncMap::new(points).map_err(|error| error.to_string())?;
        for point in map.points() {
            if map.time_of(point.position) != Ok(point.time)
                || map.position_at(point.time) != Ok(point.position)
            {
                return Err(format!("map {maps} is not exact at {}", point.position));
            }
        }
        anchors += knots.len();
        let mut batch: Vec<(i128, f64)> = Vec::new();
        for _ in 0..LOOKUPS.min(count - lookups) {
            let last = u64::try_from(knots[knots.len() - 1].0).map_err(|error| error.to_string())?;
            let place = i128::from(random.below(last + 1));
            let position = point(&(place, 0))?.position;
            let time = map.time_of(position).map_err(|error| format!("{position}: {error}"))?;
            let off = distance(&knots, place, time)?;
            let back = map.bars_at(time).map_err(|error| format!("{time} s: {error}"))?;
            let trip = (back - position.bars()).abs();
            if off > TIME || trip > ROUND_TRIP {
                return Err(format!(
                    "map {maps}, {position}: {off} s from the exact time, {trip} bars away on return"
                ));
            }
            worst_time = worst_time.max(off);
            worst_trip = worst_trip.max(trip);
            batch.push((place, time));
            lookups += 1;
        }
        batch.sort_by_key(|(place, _)| *place);
        if batch.windows(2).any(|pair| pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1) {
            return Err(format!("map {maps} does not increase"));
        }
        maps += 1;
    }
    println!(
        "{lookups} lookups in {maps} maps with {anchors} points, seed 5: all increasing, points exact both ways"
    );
    println!(
        "worst {worst_time:e} s from the exact time, {worst_trip:e} bars from where a lookup began and came back"
    );
    println!("{:?} in all", begun.elapsed());
    Ok(())
}

/// Two to sixty-five points, from a 480th of a bar to eight bars and up to a minute apart, a bar in 1/20 s at the fastest.
fn knots(random: &mut Random) -> Vec<Knot> {
    let mut knots = vec![(0, i128::from(random.below(600 * 1024)))];
    for _ in 0..1 + random.below(64) {
        let &(place, time) = &knots[knots.len() - 1];
        let bar_line = PARTS - place % PARTS;
        let place = match random.below(3) {
            0 => place + bar_line,
            1 => place + bar_line + PARTS * i128::from(random.below(8)),
            _ => place + 1 + i128::from(random.below(480)),
        };
        let longest = if random.below(8) == 0 { 60 * 1024 } else { 4 * 1024 };
        let least = 1 + (place - knots[knots.len() - 1].0) * STEPS / (PARTS * 20);
        knots.push((place, time + least + i128::from(random.below(longest))));
    }
    knots
}

#[allow(clippy::cast_precision_loss)]
fn point(knot: &Knot) -> Result<Syncpoint, String> {
    let bar = u32::try_from(knot.0 / PARTS).map_err(|error| error.to_string())?;
    let part = u16::try_from(knot.0 % PARTS).map_err(|error| error.to_string())?;
    let offset = Offset::integer(part).map_err(|error| error.to_string())?;
    let position = Position::new(bar, offset).map_err(|error| error.to_string())?;
    // Exact: far below 2^53, and divided by a power of 2.
    Ok(Syncpoint::new(position, knot.1 as f64 / STEPS as f64))
}

/// How far `time` is from the time of `place` by the definition, in seconds.
#[allow(clippy::cast_precision_loss)]
fn distance(knots: &[Knot], place: i128, time: f64) -> Result<f64, String> {
    let segment = knots.windows(2).find(|pair| pair[1].0 >= place).ok_or("outside the map")?;
    let ((b0, t0), (b1, t1)) = (segment[0], segment[1]);
    let (top, bottom) = (t0 * (b1 - b0) + (place - b0) * (t1 - t0), (b1 - b0) * STEPS);
    let whole = fine(time)?;
    // whole / FINE - top / bottom, over one denominator.
    let difference = whole * bottom - top * FINE;
    Ok(difference.abs() as f64 / bottom as f64 / FINE as f64)
}

/// A number in steps of 2^-60, rounded only below 2^-7, and there by less than one step.
#[allow(clippy::cast_possible_truncation)]
fn fine(value: f64) -> Result<i128, String> {
    if !(0.0..4096.0 * 4.0).contains(&value) {
        return Err(format!("{value} s is out of range"));
    }
    // A power of 2 changes the exponent alone.
    Ok((value * 1_152_921_504_606_846_976.0) as i128)
}
