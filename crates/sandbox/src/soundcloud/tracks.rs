//! Tracks: upload, processing, change, deletion, storefront.

use std::sync::Arc;

use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::audio::{duration, format};
use super::context::{RequestContext, ok};
use super::error::{self, ErrorResponse, Result};
use super::fields::{self, Fields};
use super::show::urn;
use super::state::{SERVICE, Soundcloud};
use super::store::{Audio, State, Track};
use super::switches::{Processing, Switches};
use crate::kit::{Form, FormFile, Request, Response, seconds};

/// No track is longer than 24 hours.
const MAX_DURATION_MS: u64 = 24 * 3_600_000;
/// What a form may have beside its largest file.
const FORM_OVERHEAD: u64 = 32 * 1024 * 1024;

/// `POST /tracks`
pub(super) fn upload(context: &mut RequestContext<'_>, form: &Form) -> Result {
    let track = add(context, form)?;
    let location = context.uri("tracks", track.id);
    Ok(error::json(StatusCode::CREATED, &context.show_track(&track, false)).header(LOCATION, &location))
}

/// Refuses what is announced as too large, and reads no more than what is allowed.
pub(super) fn check_announced(switches: &Switches, request: &mut Request) -> Result<()> {
    let limit = switches.max_upload_bytes.saturating_add(FORM_OVERHEAD);
    if request.body.announced().is_some_and(|length| length > limit) {
        return Err(error::plain(StatusCode::PAYLOAD_TOO_LARGE));
    }
    request.body.limit(limit);
    Ok(())
}

/// Whether caller and application may upload so many seconds; the real service says no more than 401.
pub(super) fn may_upload(context: &RequestContext<'_>, seconds: u64) -> Result<()> {
    let me = context.me()?;
    let access = context.switches.access(context.user(Some(me))?);
    let used = context.store.quota_used(me);
    let fits = access.quota_s.is_none_or(|quota| used.saturating_add(seconds) <= quota);
    if access.email_confirmed && fits && context.may_write() {
        Ok(())
    } else {
        Err(ErrorResponse::Unauthorized)
    }
}

/// Takes an upload, and puts its processing on the agenda.
pub(super) fn add(context: &mut RequestContext<'_>, form: &Form) -> Result<Track> {
    may_upload(context, 1)?;
    let me = context.me()?;
    let fields = Fields::of_form(form, "track");
    if fields.get("title").is_none_or(|title| title.trim().is_empty()) {
        return Err(error::unprocessable("title can't be blank"));
    }
    let unable = || error::unprocessable("unable to process provided asset_data");
    let file = form.file("track[asset_data]").ok_or_else(unable)?;
    if file.content.len() > context.switches.max_upload_bytes {
        return Err(error::plain(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let known = format(&file.content);
    if file.content.len() == 0 || (known.is_none() && context.switches.processing == Processing::ByContent) {
        return Err(unable());
    }
    let (content_type, extension) = known.unwrap_or(("application/octet-stream", "bin"));
    let duration = duration(&file.content);
    if duration > MAX_DURATION_MS {
        return Err(unable());
    }
    let quota_s = duration.div_ceil(1000);
    may_upload(context, quota_s)?;
    let artwork = artwork(context, form.file("track[artwork_data]"))?;
    let audio = Audio { content: file.content.clone(), content_type, extension };
    let mut track = context.store.new_track(me, context.now, audio);
    fields::change_track(&mut track, &fields)?;
    let wanted = if track.permalink.is_empty() { track.title.clone() } else { track.permalink.clone() };
    track.permalink = context.store.free_track_permalink(me, track.id, &wanted);
    track.artwork = artwork;
    track.quota_s = quota_s;
    let id = track.id;
    context.store.tracks.insert(id, track.clone());
    context.created("tracks");
    // What the switches say now holds for this upload, whatever they say later.
    let outcome = match context.switches.processing {
        Processing::Never => return Ok(track),
        Processing::Failed => State::Failed,
        Processing::ByContent | Processing::Finished => State::Finished,
    };
    let delay = seconds(context.switches.processing_delay_s);
    let service = Arc::clone(context.service);
    context.service.sandbox.clock.after(delay, move || process(&service, id, outcome, duration));
    Ok(track)
}

fn process(service: &Soundcloud, id: u64, outcome: State, duration: u64) {
    let mut store = service.store.lock();
    let Some(track) = store.tracks.get_mut(&id) else { return };
    track.state = outcome;
    match outcome {
        State::Finished => track.duration = duration,
        // What cannot be heard takes nothing of the quota.
        State::Processing | State::Failed => track.quota_s = 0,
    }
    service.sandbox.effects.written(SERVICE, "processings", true);
}

/// Where uploaded artwork shows; it needs a plan that starts with `Pro`, and is dropped without.
pub(super) fn artwork(context: &mut RequestContext<'_>, file: Option<&FormFile>) -> Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let start = file.content.read_at(0, 8).unwrap_or_default();
    let known = [&b"GIF8"[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"];
    if !known.iter().any(|magic| start.starts_with(magic)) {
        return Err(error::unprocessable("artwork_data must be a GIF, JPEG or PNG image"));
    }
    let pro = context.switches.access(context.user(Some(context.me()?))?).is_pro();
    let name = context.store.uuid();
    Ok(pro.then(|| format!("https://i1.sndcdn.com/artworks-{name}-large.jpg")))
}

/// `GET /tracks/{track_urn}`
pub(super) fn get(context: &RequestContext<'_>, id: Option<u64>) -> Result {
    ok(&context.show_track(context.track(id)?, true))
}

/// `PUT /tracks/{track_urn}`; the fields are those of the JSON or of the form.
pub(super) fn change(
    context: &mut RequestContext<'_>,
    id: Option<u64>,
    fields: &Fields,
    form: Option<&Form>,
) -> Result {
    let mut track = context.my_track(id)?.clone();
    fields::change_track(&mut track, fields)?;
    track.permalink = context.store.free_track_permalink(track.owner, track.id, &track.permalink);
    if let Some(artwork) = artwork(context, form.and_then(|form| form.file("track[artwork_data]")))? {
        track.artwork = Some(artwork);
    }
    let before = context.store.tracks.insert(track.id, track.clone());
    context.written("tracks", before.as_ref() != Some(&track));
    ok(&context.show_track(&track, true))
}

/// `DELETE /tracks/{track_urn}`
pub(super) fn delete(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = context.my_track(id)?.id;
    context.store.remove_track(id);
    context.deleted("tracks");
    Ok(Response::empty(StatusCode::OK))
}

const STOREFRONT_TYPES: [&str; 10] = [
    "digital",
    "vinyl",
    "cd",
    "cassette",
    "apparel",
    "sample_pack",
    "subscription",
    "live_event",
    "live_stream",
    "other",
];

/// `PUT /tracks/{track_urn}/storefront`: everything anew; what is left out is cleared.
pub(super) fn storefront(context: &mut RequestContext<'_>, id: Option<u64>, body: &Value) -> Result {
    let me = context.me()?;
    let track = context.track(id)?;
    let id = track.id;
    if track.owner != me || !context.switches.access(context.user(Some(me))?).is_pro() {
        return Err(error::forbidden());
    }
    let Value::Object(members) = body else { return Err(error::bad_request("the body must be an object")) };
    let known = ["title", "type", "link", "link_title", "description", "price"];
    if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(error::bad_request(format!("unknown member {name}")));
    }
    let text = |name: &str, most: usize| match &body[name] {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= most => Ok(Some(text.clone())),
        Value::String(_) => Err(error::bad_request(format!("{name} must have at most {most} characters"))),
        _ => Err(error::bad_request(format!("{name} must be a string"))),
    };
    let required = |name: &str, most: usize| {
        let text = text(name, most)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| error::bad_request(format!("{name} is required")))
    };
    let (title, kind, link) = (required("title", 100)?, required("type", 50)?, required("link", 255)?);
    if !STOREFRONT_TYPES.contains(&kind.as_str()) {
        return Err(error::bad_request(format!("invalid type: {kind} is not a kind of storefront")));
    }
    if !link.starts_with("https://") && !link.starts_with("http://") {
        return Err(error::bad_request("link must be an http or https URL"));
    }
    let shown = json!({
        "track_urn": urn("tracks", id), "title": title, "type": kind, "link": link,
        "link_title": text("link_title", 50)?, "description": text("description", 500)?, "image_url": null,
        "price": text("price", 20)?,
    });
    match context.my_track(Some(id))?.storefront.replace(shown.clone()) {
        Some(before) => context.written("storefronts", before != shown),
        None => context.created("storefronts"),
    }
    ok(&shown)
}
