//! The three documented headers, strict or as tolerant as callers were seen to need.

use super::document::MEDIA_TYPE;
use super::error::{self, Result};
use super::route::Route;
use crate::kit::Request;

/// The API key: `Token KEY`. Tolerant, also `Bearer KEY` and `Token token="KEY"`, the scheme in any case.
pub(super) fn key(request: &Request, strict: bool) -> Option<String> {
    let (scheme, rest) = request.header("authorization")?.split_once(' ')?;
    if strict {
        return (scheme == "Token").then(|| rest.to_owned());
    }
    if !["token", "bearer"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let rest = rest.trim();
    let quoted = rest.strip_prefix("token=\"").and_then(|rest| rest.strip_suffix('"'));
    Some(quoted.unwrap_or(rest).to_owned())
}

pub(super) fn check_accept(request: &Request, strict: bool) -> Result<()> {
    let accepted: &[&str] = if strict { &[MEDIA_TYPE] } else { &[MEDIA_TYPE, "application/json", "*/*"] };
    match request.header("accept") {
        None if !strict => Ok(()),
        Some(accept) if accept.split(',').map(essence).any(|range| accepted.contains(&range.as_str())) => {
            Ok(())
        }
        _ => Err(error::not_acceptable()),
    }
}

pub(super) fn check_content_type(request: &Request, route: &Route, strict: bool) -> Result<()> {
    let content_type = request.header("content-type").map(essence);
    let is = |wanted: &str| content_type.as_deref() == Some(wanted);
    let fits = if *route == Route::UploadAsset {
        is("multipart/form-data")
    } else if strict {
        is(MEDIA_TYPE)
    } else {
        let has_body = request.body.announced() != Some(0);
        !has_body || is(MEDIA_TYPE) || is("application/json")
    };
    if fits { Ok(()) } else { Err(error::unsupported_media_type()) }
}

/// A media type without its parameters.
fn essence(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
