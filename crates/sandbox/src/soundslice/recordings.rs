//! Recordings: create, list, reorder, change, delete.

use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::{self, Nothing, REQUIRED, Result, bad_choice, too_long};
use super::source::{Source, Status, youtube_id};
use super::store::Recording;
use super::switches::Switches;
use crate::kit::{Form, Response};

const NAME_LIMIT: usize = 100;

#[derive(Serialize)]
struct RecordingObject {
    id: u64,
    name: String,
    cropped_duration: Option<f64>,
    source: u8,
    source_data: String,
    hls_url: String,
    syncpoint_count: usize,
    status: &'static str,
}

impl RecordingObject {
    fn new(recording: &Recording, switches: &Switches) -> Self {
        Self {
            id: recording.id,
            name: recording.name.clone(),
            cropped_duration: cropped_duration(recording, switches),
            source: recording.source.number(),
            source_data: recording.source_data.clone(),
            hls_url: recording.hls_url.clone(),
            syncpoint_count: recording.syncpoints.len(),
            status: recording.status.name(),
        }
    }
}

/// `crop_end` or the raw duration, less `crop_start`; unknown until the media is ready.
fn cropped_duration(recording: &Recording, switches: &Switches) -> Option<f64> {
    if recording.status != Status::Ready {
        return None;
    }
    let by_id = switches.media_durations_s.get(&recording.id).copied();
    let raw = by_id.or(recording.duration).or(switches.media_duration_s)?;
    Some((recording.crop_end.unwrap_or(raw) - recording.crop_start.unwrap_or(0.0)).max(0.0))
}

/// POST `/slices/SCOREHASH/recordings/`
pub(super) fn create(context: &mut RequestContext<'_>, slice: &str, form: &Form) -> Result {
    #[derive(Serialize)]
    struct Created {
        id: u64,
    }
    let slice = context.slice(slice)?.number;
    let source = form.filled("source").ok_or_else(|| error::invalid(REQUIRED))?;
    let source = Source::parse(source).ok_or_else(|| error::invalid(bad_choice(source)))?;
    let name = form.filled("name").unwrap_or(source.default_name()).to_owned();
    if let Some(message) = too_long(&name, NAME_LIMIT) {
        return Err(error::invalid(message));
    }
    let given = |field| form.filled(field).unwrap_or_default().to_owned();
    let required = || form.filled("source_data").ok_or_else(|| error::invalid(REQUIRED));
    let (source_data, hls_url) = match source {
        Source::YouTube => (youtube_id(required()?), String::new()),
        Source::Vimeo | Source::Wistia => (required()?.to_owned(), String::new()),
        Source::Mp3Url => (required()?.to_owned(), String::new()),
        Source::VideoUrl => (given("source_data"), given("hls_url")),
        Source::Mp3Upload | Source::VideoUpload => (String::new(), String::new()),
    };
    check_urls(source, &source_data, &hls_url)?;
    let id = context.store.add_recording(Recording {
        id: 0,
        slice,
        name,
        source,
        source_data,
        hls_url,
        status: source.first_status(),
        duration: None,
        crop_start: None,
        crop_end: None,
        syncpoints: Vec::new(),
    });
    context.created("recordings");
    Ok(Response::python_json(StatusCode::CREATED, &Created { id }))
}

/// Sources 3 and 8 need a full URL.
fn check_urls(source: Source, source_data: &str, hls_url: &str) -> Result<()> {
    let needed = match source {
        Source::VideoUrl => source_data.is_empty() && hls_url.is_empty(),
        Source::Mp3Url => source_data.is_empty(),
        _ => return Ok(()),
    };
    if needed {
        return Err(error::invalid(REQUIRED));
    }
    let is_url = |text: &str| text.is_empty() || is_web_url(text);
    if !is_url(source_data) || !is_url(hls_url) {
        return Err(error::invalid("Enter a valid URL."));
    }
    Ok(())
}

/// Whether this is a full `http://` or `https://` URL.
pub(super) fn is_web_url(text: &str) -> bool {
    let uri: Option<http::Uri> = text.parse().ok();
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    })
}

/// GET `/slices/SCOREHASH/recordings/`
pub(super) fn list(context: &mut RequestContext<'_>, slice: &str) -> Result {
    let ids = context.slice(slice)?.recordings.clone();
    let recordings = ids.iter().filter_map(|id| context.store.recordings.get(id));
    let objects: Vec<_> = recordings.map(|it| RecordingObject::new(it, &context.switches)).collect();
    Ok(Response::python_json(context.disputed_status(), &objects))
}

/// POST `/slices/SCOREHASH/recordings/order/`
pub(super) fn reorder(context: &mut RequestContext<'_>, slice: &str, form: &Form) -> Result {
    let slice = context.slice(slice)?;
    let order = form.filled("order").ok_or_else(|| error::invalid(REQUIRED))?;
    let ids: Option<Vec<u64>> = order.split(',').map(|id| id.parse().ok()).collect();
    let ids = ids.ok_or_else(|| error::invalid("The order must be recording IDs separated by commas."))?;
    let sorted = |ids: &[u64]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids
    };
    if sorted(&ids) != sorted(&slice.recordings) {
        return Err(error::invalid("The order must name every recording of the slice once."));
    }
    let is_different = slice.recordings != ids;
    slice.recordings = ids;
    context.written("recording_orders", is_different);
    Ok(Response::python_json(StatusCode::OK, &Nothing {}))
}

/// POST `/recordings/RECORDING_ID/`
pub(super) fn change(context: &mut RequestContext<'_>, id: u64, form: &Form) -> Result {
    #[derive(Serialize)]
    struct Changed {
        id: u64,
        name: String,
        source_data: String,
        hls_url: String,
    }
    let recording = context.recording(id)?;
    let mut new = recording.clone();
    if let Some(name) = form.text("name") {
        if let Some(message) = too_long(name, NAME_LIMIT) {
            return Err(error::invalid(message));
        }
        name.clone_into(&mut new.name);
    }
    if let Some(data) = form.text("source_data") {
        if !matches!(recording.source, Source::VideoUrl | Source::Mp3Url) {
            return Err(error::invalid("The source_data of this kind of recording cannot be changed."));
        }
        data.clone_into(&mut new.source_data);
    }
    if let Some(url) = form.text("hls_url") {
        if recording.source != Source::VideoUrl {
            return Err(error::invalid("This kind of recording has no hls_url."));
        }
        url.clone_into(&mut new.hls_url);
    }
    check_urls(new.source, &new.source_data, &new.hls_url)?;
    let is_different = *recording != new;
    *recording = new.clone();
    context.written("recordings", is_different);
    let changed = Changed { id, name: new.name, source_data: new.source_data, hls_url: new.hls_url };
    Ok(Response::python_json(StatusCode::OK, &changed))
}

/// DELETE `/recordings/RECORDING_ID/`
pub(super) fn delete(context: &mut RequestContext<'_>, id: u64) -> Result {
    #[derive(Serialize)]
    struct Deleted {
        name: String,
    }
    context.recording(id)?;
    let recording = context.store.recordings.remove(&id).ok_or_else(error::forbidden)?;
    if let Some(slice) = context.store.slices.get_mut(&recording.slice) {
        slice.recordings.retain(|other| *other != id);
    }
    context.deleted("recordings");
    Ok(Response::python_json(context.disputed_status(), &Deleted { name: recording.name }))
}
