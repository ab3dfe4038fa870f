//! Syncpoints and crops.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Number, Value};

use super::context::RequestContext;
use super::error::{self, REQUIRED, Result};
use super::store::Recording;
use crate::kit::{Form, Response};

/// GET `/recordings/RECORDING_ID/syncpoints/`
pub(super) fn get(context: &mut RequestContext<'_>, id: u64) -> Result {
    Ok(Response::python_json(StatusCode::OK, &context.recording(id)?.syncpoints))
}

/// POST `/recordings/RECORDING_ID/syncpoints/`
pub(super) fn set(context: &mut RequestContext<'_>, id: u64, form: &Form) -> Result {
    #[derive(Serialize)]
    struct Set {
        id: u64,
    }
    let recording = context.recording(id)?;
    let points = form.filled("syncpoints").ok_or_else(|| error::invalid(REQUIRED))?;
    let points = parse(points).map_err(error::invalid)?;
    // A crop that is not sent stays as it was.
    let crop_start = crop(form, "crop_start")?.or(recording.crop_start);
    let crop_end = crop(form, "crop_end")?.or(recording.crop_end);
    if let Some(end) = crop_end
        && crop_start.unwrap_or(0.0) >= end
    {
        return Err(error::invalid("crop_start must be before crop_end."));
    }
    let new = Recording { syncpoints: points, crop_start, crop_end, ..recording.clone() };
    let is_different = *recording != new;
    *recording = new;
    context.written("syncpoints", is_different);
    Ok(Response::python_json(StatusCode::OK, &Set { id }))
}

fn crop(form: &Form, name: &str) -> Result<Option<f64>> {
    let Some(text) = form.filled(name) else { return Ok(None) };
    let seconds: Option<f64> = text.trim().parse().ok();
    match seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(error::invalid(format!("{name} must be a number of seconds from 0."))),
    }
}

/// Reads the JSON text; the points keep their arity and number form.
fn parse(text: &str) -> std::result::Result<Vec<Vec<Number>>, String> {
    let value: Value = serde_json::from_str(text).map_err(|_| "The syncpoints are not valid JSON.")?;
    let Value::Array(elements) = value else { return Err("The syncpoints must be an array.".to_owned()) };
    let points: Vec<Vec<Number>> = elements
        .into_iter()
        .enumerate()
        .map(|(index, element)| point(index, element))
        .collect::<std::result::Result<_, _>>()?;
    if let Some(first) = points.first() {
        let number = |place: usize| first.get(place).and_then(Number::as_f64).unwrap_or(0.0);
        if number(0) != 0.0 || number(2) != 0.0 {
            return Err("The first syncpoint must be at the start of bar 0.".to_owned());
        }
    }
    Ok(points)
}

fn point(index: usize, element: Value) -> std::result::Result<Vec<Number>, String> {
    let complain = |what: &str| Err(format!("Syncpoint {index} {what}."));
    let Value::Array(values) = element else { return complain("is not an array") };
    let numbers: Option<Vec<Number>> = values
        .into_iter()
        .map(|value| if let Value::Number(number) = value { Some(number) } else { None })
        .collect();
    let Some(numbers) = numbers.filter(|numbers| (2..=4).contains(&numbers.len())) else {
        return complain("must have two, three or four numbers");
    };
    let float = |place: usize| numbers.get(place).and_then(Number::as_f64);
    if !numbers.first().is_some_and(Number::is_u64) {
        return complain("must have an integer from 0 as its bar");
    }
    if !float(1).is_some_and(|time| time.is_finite() && time >= 0.0) {
        return complain("must have a time from 0");
    }
    if float(2).is_some_and(|offset| !(0.0..=480.0).contains(&offset)) {
        return complain("must have an offset from 0 to 480");
    }
    if numbers.get(3).is_some_and(|hide| !matches!(hide.as_u64(), Some(0 | 1))) {
        return complain("must have 0 or 1 as its fourth value");
    }
    Ok(numbers)
}
