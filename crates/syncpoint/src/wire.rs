//! Syncpoints as JSON text: the body of Soundslice's "set syncpoints" and the response of "get syncpoints".
//!
//! Read leniently: 2 to 4 values, integers or floats, `null` for a missing third or fourth value, a boolean for the
//! fourth. Written canonically: as few values as the point needs, each number in its shortest form, no spaces.
//!
//! ```
//! use segno_syncpoint::wire;
//!
//! let points = wire::read("[[0, 0.0], [4, 11.25, 240, null], [8, 20.5, 0, true]]")?;
//! assert_eq!(wire::write(&points), "[[0,0],[4,11.25,240],[8,20.5,0,1]]");
//!
//! let error = wire::read("[[0, 0],\n [4, 11.25, 500]]").unwrap_err();
//! assert_eq!(error.to_string(), "line 2, column 2: point 1: the offset 500 is not within 0 and 480 (set the offset of point 1 to 480)");
//! # Ok::<(), segno_syncpoint::formats::ParseError>(())
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::formats::json::{Json, Kind, Number, Shortest};
use crate::formats::{ParseError, ParseErrorKind};
use crate::point::{RawPoint, RawValue, Syncpoint};
use crate::validate;

/// Reads a list of points. Their order and times are not judged: [`SyncMap::new`](crate::SyncMap::new) and
/// [`validate`] do that. Cost: O(length of the text).
///
/// # Errors
/// The first error with line and column: the text is not JSON, not a list of lists, or a point has values that no
/// syncpoint can have.
pub fn read(text: &str) -> Result<Vec<Syncpoint>, ParseError> {
    let mut points = Vec::new();
    each(text, |at, index, raw| {
        let point = validate::point(index, raw)
            .map_err(|diagnostic| ParseError::at(text, at, ParseErrorKind::Point(diagnostic)))?;
        points.push(point);
        Ok(())
    })?;
    Ok(points)
}

/// Reads a list of points without judging their values, for [`validate::raw`]. Cost: O(length of the text).
///
/// # Errors
/// Line, column and cause if the text is not JSON or not a list.
pub fn read_raw(text: &str) -> Result<Vec<RawPoint>, ParseError> {
    let mut points = Vec::new();
    each(text, |_, _, raw| {
        points.push(*raw);
        Ok(())
    })?;
    Ok(points)
}

fn each(
    text: &str,
    mut take: impl FnMut(usize, usize, &RawPoint) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    let mut json = Json::new(text);
    let mut index = 0;
    json.list(|json| {
        let at = json.next_at();
        let raw = if json.kind()? == Kind::List {
            let mut values = [RawValue::Null; 4];
            let mut arity = 0;
            json.list(|json| {
                let value = raw_value(json)?;
                if let Some(slot) = values.get_mut(arity) {
                    *slot = value;
                }
                arity += 1;
                Ok(())
            })?;
            RawPoint { values, arity: Some(arity) }
        } else {
            json.skip()?;
            RawPoint::not_a_list()
        };
        take(at, index, &raw)?;
        index += 1;
        Ok(())
    })?;
    json.end()
}

fn raw_value(json: &mut Json<'_>) -> Result<RawValue, ParseError> {
    Ok(match json.kind()? {
        Kind::Null => {
            json.null()?;
            RawValue::Null
        }
        Kind::Bool => RawValue::Bool(json.bool()?),
        Kind::Number => match json.number()? {
            Number::Integer(value) => RawValue::Integer(value),
            Number::Float(value) => RawValue::Float(value),
        },
        Kind::Text | Kind::List | Kind::Object => {
            json.skip()?;
            RawValue::Other
        }
    })
}

/// Writes points in their canonical form. A time that is not finite becomes `null`. Cost: O(points).
#[must_use]
pub fn write(points: &[Syncpoint]) -> String {
    let mut out = String::with_capacity(points.len() * 16 + 2);
    // Writing to a string cannot fail.
    let _ = write_to(&mut out, points);
    out
}

/// Writes points in their canonical form to anything that takes text. Cost: O(points).
///
/// # Errors
/// Those of `out`.
pub fn write_to(out: &mut impl Write, points: &[Syncpoint]) -> fmt::Result {
    out.write_char('[')?;
    for (index, point) in points.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}[{},{}", point.position.bar(), Shortest(point.time))?;
        if point.arity() > 2 {
            write!(out, ",{}", Shortest(point.position.offset().value()))?;
        }
        out.write_str(if point.hide { ",1]" } else { "]" })?;
    }
    out.write_char(']')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// The example of Soundslice's own page.
    const PAGE: &str = "[[0,0],[4,9.6],[4,11.25,240],[8,20.5,0,1]]";

    #[test]
    fn canonical_text_is_unchanged() {
        for text in [PAGE, "[]", "[[0,0.1],[1,0.3,0.1],[2,1e-7],[3,12345678.5,480]]"] {
            assert_eq!(write(&read(text).unwrap()), text);
        }
    }

    #[test]
    fn every_seen_shape_is_read() {
        let text = " [ [0, 0.0, null, null], [4.0, 9.6, 0.0, false],\t[4, 1.125e1, 240.0, 0],\n[8, 20.5, null, true] ] ";
        assert_eq!(write(&read(text).unwrap()), PAGE);
        assert_eq!(write(&read("\u{feff}[[0,1]]").unwrap()), "[[0,1]]");
    }

    #[test]
    fn the_offset_remembers_its_form() {
        let points = read("[[0,0,240.0],[1,1,240]]").unwrap();
        assert!(points[0].position.offset().is_float());
        assert!(!points[1].position.offset().is_float());
        assert_eq!(points[0].position.offset(), points[1].position.offset());
    }

    #[test]
    fn faults_name_line_and_column() {
        for (text, message) in [
            ("", "line 1, column 1: expected a list, found the end of the line"),
            ("{}", "line 1, column 1: expected a list, found \"{}\""),
            (
                "[[0,0]",
                "line 1, column 7: expected a comma or the end of the list, found the end of the line",
            ),
            ("[[0,0],\n[1,2,,]]", "line 2, column 6: expected a JSON value, found \",]]\""),
            ("[[0,01]]", "line 1, column 5: expected a number, found \"01]]\""),
            ("[[0,0]] x", "line 1, column 9: expected the end of the text, found \"x\""),
            (
                "[\n\n  [0]]",
                "line 3, column 3: point 0: a syncpoint has 2, 3 or 4 values (bar, time, offset, hide), not 1 (remove point 0)",
            ),
            (
                "[7]",
                "line 1, column 2: point 0: a syncpoint is a list of 2, 3 or 4 values (bar, time, offset, hide) (remove point 0)",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn values_that_no_point_has() {
        for (text, code) in [
            ("[[0,0,0,0,0]]", "BadArity"),
            ("[[0.5,0]]", "BarNotInteger"),
            ("[[null,0]]", "BarNotInteger"),
            ("[[-1,0]]", "BarNegative"),
            ("[[1048576,0]]", "BarTooLarge"),
            ("[[99999999999999999999,0]]", "BarTooLarge"),
            ("[[0,NaN]]", "TimeNotFinite"),
            ("[[0,null]]", "TimeNotFinite"),
            ("[[0,1e999]]", "TimeNotFinite"),
            ("[[0,\"1\"]]", "TimeNotFinite"),
            ("[[0,-0.5]]", "TimeNegative"),
            ("[[0,0,Infinity]]", "OffsetNotFinite"),
            ("[[0,0,true]]", "OffsetNotFinite"),
            ("[[0,0,480.5]]", "OffsetOutOfRange"),
            ("[[0,0,-1]]", "OffsetOutOfRange"),
            ("[[0,0,0,2]]", "BadHideFlag"),
            ("[[0,0,0,0.5]]", "BadHideFlag"),
            ("[[0,0,0,[]]]", "BadHideFlag"),
        ] {
            let ParseErrorKind::Point(diagnostic) = read(text).unwrap_err().kind else { panic!("{text}") };
            assert_eq!((diagnostic.kind.code(), diagnostic.point), (code, Some(0)), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read_raw(&alloc::format!("[[0,{}1{}]]", "[".repeat(70), "]".repeat(70))).is_err());
    }
}
