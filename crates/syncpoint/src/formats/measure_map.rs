//! Measure Map JSON: the bars of a score with their lengths and successors, for comparing editions.
//!
//! Read in full and in compressed form, where a measure that follows from the one before is left out. Written in full.
//! Lengths are quarters; times are not part of the format.
//! Source: Gotham, Hentschel and others, "Measure maps" (pyMeasureMap).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use crate::float;
use crate::formats::ParseError;
use crate::formats::json::{Json, Kind, Quoted, Shortest};
use crate::fraction::Fraction;
use crate::grid::{BarGrid, GridBar, Metre};

/// A written measure: its length, and what may follow it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// A name for the measure that no other has.
    pub id: String,
    /// Its place in the score, from 1.
    pub count: u32,
    /// Quarters from the start of the score to the measure, as written.
    pub qstamp: f64,
    /// Its number as a whole number; where it is left out, one more than the measure before.
    pub number: i64,
    /// Its number as it is printed: `12a`, `X1` or empty.
    pub name: String,
    /// The time signature: `3/4`.
    pub time_signature: String,
    /// The length that the time signature promises, in quarters.
    pub nominal_length: f64,
    /// The true length, in quarters.
    pub actual_length: f64,
    /// A repeat begins with the measure.
    pub start_repeat: bool,
    /// A repeat ends with the measure.
    pub end_repeat: bool,
    /// The counts of the measures that may follow, in the order in which they are used; empty at the end.
    pub next: Vec<u32>,
}

/// A successor as written.
enum Next {
    Count(u32),
    Id(String),
}

/// What a measure says for itself; the rest follows from the one before.
#[derive(Default)]
struct Read {
    id: Option<String>,
    count: Option<u32>,
    qstamp: Option<f64>,
    number: Option<i64>,
    name: Option<String>,
    time_signature: Option<String>,
    nominal_length: Option<f64>,
    actual_length: Option<f64>,
    start_repeat: Option<bool>,
    end_repeat: Option<bool>,
    next: Option<Vec<Next>>,
}

/// A map can leave out so many measures in all, so that wrong counts do not fill the memory.
const MOST: u32 = 1 << 16;

/// Reads a measure map: a list of measures. Successors may be counts or ids. Cost: O(length of the text + measures).
///
/// # Errors
/// Line and column of the first error: invalid JSON, counts that do not ascend, an invalid time signature or length.
pub fn read(text: &str) -> Result<Vec<Measure>, ParseError> {
    let mut json = Json::new(text);
    let mut measures: Vec<Measure> = Vec::new();
    let mut left_out = 0_u32;
    let mut successors: Vec<(usize, usize, Vec<Next>)> = Vec::new();
    json.list(|json| {
        let at = json.next_at();
        let mut read = measure(json)?;
        let error = |expected| ParseError::expected(text, at, expected);
        let count = read.count.unwrap_or(measures.last().map_or(1, |before| before.count.saturating_add(1)));
        let first_missing = measures.last().map_or(1, |before| before.count.saturating_add(1));
        let missing = count.checked_sub(first_missing).filter(|_| !measures.is_empty() || count == 1);
        let Some(missing) = missing else {
            return Err(error("a measure whose count is above the one before"));
        };
        left_out = left_out.saturating_add(missing);
        if left_out > MOST {
            return Err(error("no more than 65536 measures left out"));
        }
        for missing in first_missing..count {
            let filled = follow(measures.last(), Read::default(), missing)
                .ok_or_else(|| error("a known time signature"))?;
            measures.push(filled);
        }
        if let Some(next) = read.next.take() {
            successors.push((measures.len(), at, next));
        }
        let whole = follow(measures.last(), read, count).ok_or_else(|| {
            error("a measure with a time signature such as 3/4 and lengths that are not negative")
        })?;
        measures.push(whole);
        Ok(())
    })?;
    json.end()?;
    let last = measures.len();
    for (index, measure) in measures.iter_mut().enumerate() {
        if index + 1 < last {
            measure.next = alloc::vec![measure.count + 1];
        }
    }
    let ids: alloc::collections::BTreeMap<String, u32> =
        measures.iter().map(|measure| (measure.id.clone(), measure.count)).collect();
    for (index, at, next) in successors {
        let known = |next| match next {
            Next::Count(count) if count >= 1 && count as usize <= last => Some(count),
            Next::Count(_) => None,
            Next::Id(id) => ids.get(&id).copied(),
        };
        let next: Option<Vec<u32>> = next.into_iter().map(known).collect();
        let next = next.ok_or_else(|| ParseError::expected(text, at, "a measure whose successors exist"))?;
        if let Some(measure) = measures.get_mut(index) {
            measure.next = next;
        }
    }
    Ok(measures)
}

fn measure(json: &mut Json<'_>) -> Result<Read, ParseError> {
    let mut read = Read::default();
    json.object(|json, name| {
        if json.kind()? == Kind::Null {
            return json.null();
        }
        match name {
            "ID" => read.id = Some(text_or_number(json)?),
            "count" => read.count = Some(count(json)?),
            "qstamp" => read.qstamp = Some(json.number()?.value()),
            "number" => {
                let at = json.next_at();
                let value = text_or_number(json)?.parse();
                read.number = Some(value.map_err(|_| json.expected_at(at, "a whole number"))?);
            }
            "name" => read.name = Some(text_or_number(json)?),
            "time_signature" => read.time_signature = Some(json.text()?),
            "nominal_length" => read.nominal_length = Some(json.number()?.value()),
            "actual_length" => read.actual_length = Some(json.number()?.value()),
            "start_repeat" => read.start_repeat = Some(json.bool()?),
            "end_repeat" => read.end_repeat = Some(json.bool()?),
            "next" => {
                let mut next = Vec::new();
                json.list(|json| {
                    next.push(match json.kind()? {
                        Kind::Text => Next::Id(json.text()?),
                        _ => Next::Count(count(json)?),
                    });
                    Ok(())
                })?;
                read.next = Some(next);
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    Ok(read)
}

fn text_or_number(json: &mut Json<'_>) -> Result<String, ParseError> {
    match json.kind()? {
        Kind::Number => json.number_text().map(ToString::to_string),
        _ => json.text(),
    }
}

fn count(json: &mut Json<'_>) -> Result<u32, ParseError> {
    let at = json.next_at();
    json.number_text()?.parse().map_err(|_| json.expected_at(at, "a count from 1"))
}

/// The whole measure, what it does not say taken from the one before.
fn follow(before: Option<&Measure>, read: Read, count: u32) -> Option<Measure> {
    let time_signature = match (read.time_signature, before) {
        (Some(signature), _) => signature,
        (None, Some(before)) => before.time_signature.clone(),
        (None, None) => String::from("4/4"),
    };
    let nominal_length = match read.nominal_length {
        Some(length) => length,
        None => time_signature.parse::<Fraction>().ok()?.quarters(),
    };
    let actual_length = read.actual_length.unwrap_or(nominal_length);
    let number = read.number.unwrap_or(before.map_or(1, |before| before.number.saturating_add(1)));
    let qstamp = read.qstamp.unwrap_or(before.map_or(0.0, |before| before.qstamp + before.actual_length));
    let possible = |length: f64| length.is_finite() && (0.0..=1e6).contains(&length);
    if !possible(nominal_length) || !possible(actual_length) || !qstamp.is_finite() {
        return None;
    }
    Some(Measure {
        id: read.id.unwrap_or_else(|| count.to_string()),
        count,
        qstamp,
        number,
        name: read.name.unwrap_or_else(|| number.to_string()),
        time_signature,
        nominal_length,
        actual_length,
        start_repeat: read.start_repeat.unwrap_or(false),
        end_repeat: read.end_repeat.unwrap_or(false),
        next: Vec::new(),
    })
}

/// Writes a measure map in full, one measure a line. Cost: O(measures).
#[must_use]
pub fn write(measures: &[Measure]) -> String {
    let mut out = String::from("[");
    for (index, measure) in measures.iter().enumerate() {
        let comma = if index == 0 { "\n" } else { ",\n" };
        let _ = write!(
            out,
            "{comma}{{\"ID\":{},\"count\":{},\"qstamp\":{},\"number\":{},\"name\":{},\"time_signature\":{},\
             \"nominal_length\":{},\"actual_length\":{},\"start_repeat\":{},\"end_repeat\":{},\"next\":[",
            Quoted(&measure.id),
            measure.count,
            Shortest(measure.qstamp),
            measure.number,
            Quoted(&measure.name),
            Quoted(&measure.time_signature),
            Shortest(measure.nominal_length),
            Shortest(measure.actual_length),
            measure.start_repeat,
            measure.end_repeat,
        );
        for (index, next) in measure.next.iter().enumerate() {
            let _ = write!(out, "{}{next}", if index == 0 { "" } else { "," });
        }
        out.push_str("]}");
    }
    out.push_str("\n]\n");
    out
}

/// Lengths and metres of the measures. A measure without a printed number is taken as not counted. `None` if a length is no
/// fraction of a whole note with a denominator up to 3,840. Cost: O(measures).
#[must_use]
pub fn to_grid(measures: &[Measure]) -> Option<BarGrid> {
    let bar = |measure: &Measure| {
        let signature = measure.time_signature.parse::<Fraction>().ok()?;
        let nominal = if same(signature.quarters(), measure.nominal_length) {
            signature
        } else {
            length(measure.nominal_length)?
        };
        let actual = if same(measure.actual_length, measure.nominal_length) {
            nominal
        } else {
            length(measure.actual_length)?
        };
        let metre = Metre::simple(signature.numerator(), signature.denominator());
        Some(GridBar { nominal, actual, metre, implicit: measure.name.is_empty() })
    };
    Some(BarGrid { bars: measures.iter().map(bar).collect::<Option<_>>()? })
}

/// The measures of a grid that is played as written; numbers count from 1, from 0 if the first bar is a pickup. Cost: O(bars).
#[must_use]
pub fn from_grid(grid: &BarGrid) -> Vec<Measure> {
    let pickup = grid.bars.first().is_some_and(|bar| bar.actual < bar.nominal);
    let mut qstamp = 0.0;
    let mut measures = Vec::with_capacity(grid.bars.len());
    for (bar, count) in grid.bars.iter().zip(1_u32..) {
        let number = i64::from(count) - i64::from(pickup);
        let last = count as usize == grid.bars.len();
        measures.push(Measure {
            id: count.to_string(),
            count,
            qstamp,
            number,
            name: if bar.implicit { String::new() } else { number.to_string() },
            time_signature: bar.nominal.to_string(),
            nominal_length: bar.nominal.quarters(),
            actual_length: bar.actual.quarters(),
            start_repeat: false,
            end_repeat: false,
            next: if last { Vec::new() } else { alloc::vec![count + 1] },
        });
        qstamp += bar.actual.quarters();
    }
    measures
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

/// Quarters as a fraction of a whole note: lengths in files are rounded decimals.
fn length(quarters: f64) -> Option<Fraction> {
    [4, 8, 16, 32, 64, 128, 12, 24, 48, 96, 20, 40, 80, 28, 56, 3840].into_iter().find_map(|denominator| {
        let parts = quarters * f64::from(denominator) / 4.0;
        let whole = float::round(parts);
        ((parts - whole).abs() < 1e-4 && whole >= 0.0)
            .then(|| Fraction::new(whole as u32, denominator))
            .flatten()
    })
}
