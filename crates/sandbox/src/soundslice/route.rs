//! Which path means what.

use http::Method;

use crate::kit::number;

/// The base of every path.
const BASE: &str = "/api/v1/";

/// An endpoint's path with the identifiers in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Slices,
    Slice(String),
    Move(String),
    Duplicate(String),
    NotationFile { slice: String, legacy: bool },
    MusicXml(String),
    Recordings(String),
    RecordingOrder(String),
    Recording(u64),
    Media(u64),
    Syncpoints(u64),
    Folders,
    Folder(u64),
    Lists,
    List(String),
    ListSlices(String),
    ListSlice(String, String),
}

pub(super) enum Found {
    Route(Route),
    /// With a slash at its end it would be a route.
    LacksSlash,
    Nothing,
}

/// Finds the route of a path.
pub(super) fn find(path: &str) -> Found {
    match route(path) {
        Some(route) => Found::Route(route),
        None if !path.ends_with('/') && route(&format!("{path}/")).is_some() => Found::LacksSlash,
        None => Found::Nothing,
    }
}

fn route(path: &str) -> Option<Route> {
    let segments: Vec<&str> = path.strip_prefix(BASE)?.strip_suffix('/')?.split('/').collect();
    Some(match segments.as_slice() {
        // Until January 2018 slices were scores. Of the old paths these are known.
        ["slices" | "scores"] => Route::Slices,
        ["slices" | "scores", slice] => Route::Slice(identifier(slice)?),
        ["slices" | "scores", slice, "move"] => Route::Move(identifier(slice)?),
        ["slices" | "scores", slice, "recordings"] => Route::Recordings(identifier(slice)?),
        ["slices", slice, "notation-file"] => {
            Route::NotationFile { slice: identifier(slice)?, legacy: false }
        }
        ["scores", slice, "notation"] => Route::NotationFile { slice: identifier(slice)?, legacy: true },
        ["slices", slice, "musicxml"] => Route::MusicXml(identifier(slice)?),
        ["slices", slice, "duplicate"] => Route::Duplicate(identifier(slice)?),
        ["slices", slice, "recordings", "order"] => Route::RecordingOrder(identifier(slice)?),
        ["recordings", id] => Route::Recording(number(id)?),
        ["recordings", id, "media"] => Route::Media(number(id)?),
        ["recordings", id, "syncpoints"] => Route::Syncpoints(number(id)?),
        ["folders"] => Route::Folders,
        ["folders", id] => Route::Folder(number(id)?),
        ["lists"] => Route::Lists,
        ["lists", id] => Route::List(identifier(id)?),
        ["lists", id, "slices"] => Route::ListSlices(identifier(id)?),
        ["lists", id, "slices", slice] => Route::ListSlice(identifier(id)?, identifier(slice)?),
        _ => return None,
    })
}

fn identifier(segment: &str) -> Option<String> {
    let fits =
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| segment.to_owned())
}

impl Route {
    /// The methods that the path takes.
    pub(super) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Slices
            | Self::NotationFile { .. }
            | Self::Recordings(_)
            | Self::Syncpoints(_)
            | Self::Folders => &[Method::GET, Method::POST],
            Self::Slice(_) => &[Method::GET, Method::DELETE],
            Self::Move(_)
            | Self::Duplicate(_)
            | Self::RecordingOrder(_)
            | Self::Media(_)
            | Self::Lists
            | Self::List(_)
            | Self::ListSlices(_) => &[Method::POST],
            Self::MusicXml(_) => &[Method::GET],
            Self::Recording(_) => &[Method::POST, Method::DELETE],
            Self::Folder(_) => &[Method::GET, Method::POST, Method::DELETE],
            Self::ListSlice(..) => &[Method::DELETE],
        }
    }
}
