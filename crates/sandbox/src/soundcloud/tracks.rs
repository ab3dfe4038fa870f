//! Tracks: upload, processing, change, deletion, storefront.

use std::sync::Arc;

use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::audio::{duration, format};
use super::desk::{Answer, Desk, SERVICE, ok};
use super::fields::{self, Fields};
use super::refusal::{self, Refusal};
use super::show::urn;
use super::switches::{Processing, seconds};
use super::world::{Audio, State, Track};
use crate::form::{Form, FormFile};
use crate::house::House;
use crate::reply::Reply;

/// No track is longer than 24 hours.
const LONGEST: u64 = 24 * 3_600_000;

/// `POST /tracks`
pub(super) fn upload(desk: &mut Desk<'_>, form: &Form) -> Answer {
    let track = add(desk, form)?;
    let location = desk.uri("tracks", track.id);
    Ok(refusal::json(StatusCode::CREATED, &desk.show_track(&track, false)).header(LOCATION, &location))
}

/// Whether caller and application may upload so many seconds; the real service says no more than 401.
pub(super) fn may_upload(desk: &Desk<'_>, seconds: u64) -> Result<(), Refusal> {
    let me = desk.me()?;
    let standing = desk.switches.standing(desk.user(Some(me))?);
    let used = desk.world.quota_used(me);
    let fits = standing.quota_s.is_none_or(|quota| used.saturating_add(seconds) <= quota);
    if standing.email_confirmed && fits && desk.may_write() { Ok(()) } else { Err(Refusal::Unauthorized) }
}

/// Takes an upload, and puts its processing on the agenda.
pub(super) fn add(desk: &mut Desk<'_>, form: &Form) -> Result<Track, Refusal> {
    may_upload(desk, 1)?;
    let me = desk.me()?;
    let fields = Fields::of_form(form, "track");
    if fields.get("title").is_none_or(|title| title.trim().is_empty()) {
        return Err(refusal::unprocessable("title can't be blank"));
    }
    let unable = || refusal::unprocessable("unable to process provided asset_data");
    let file = form.file("track[asset_data]").ok_or_else(unable)?;
    if file.content.len() > desk.switches.max_upload_bytes {
        return Err(refusal::plain(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let known = format(&file.content);
    if file.content.len() == 0 || (known.is_none() && desk.switches.processing == Processing::ByContent) {
        return Err(unable());
    }
    let (content_type, extension) = known.unwrap_or(("application/octet-stream", "bin"));
    let duration = duration(&file.content);
    if duration > LONGEST {
        return Err(unable());
    }
    let quota_s = duration.div_ceil(1000);
    may_upload(desk, quota_s)?;
    let artwork = artwork(desk, form.file("track[artwork_data]"))?;
    let audio = Audio { content: file.content.clone(), content_type, extension };
    let mut track = desk.world.new_track(me, desk.now, audio);
    fields::change_track(&mut track, &fields)?;
    let wanted = if track.permalink.is_empty() { track.title.clone() } else { track.permalink.clone() };
    track.permalink = desk.world.free_track_permalink(me, track.id, &wanted);
    track.artwork = artwork;
    track.quota_s = quota_s;
    let id = track.id;
    desk.world.tracks.insert(id, track.clone());
    desk.created("tracks");
    // What the switches say now holds for this upload, whatever they say later.
    let outcome = match desk.switches.processing {
        Processing::Never => return Ok(track),
        Processing::Failed => State::Failed,
        Processing::ByContent | Processing::Finished => State::Finished,
    };
    let delay = seconds(desk.switches.processing_delay_s);
    desk.house.clock.after(delay, move |house| process(house, id, outcome, duration));
    Ok(track)
}

fn process(house: &Arc<House>, id: u64, outcome: State, duration: u64) {
    let mut world = house.soundcloud.world.lock();
    let Some(track) = world.tracks.get_mut(&id) else { return };
    track.state = outcome;
    match outcome {
        State::Finished => track.duration = duration,
        // What cannot be heard takes nothing of the quota.
        State::Processing | State::Failed => track.quota_s = 0,
    }
    house.effects.changed(SERVICE, "processings");
}

/// Where uploaded artwork shows; it needs a plan that starts with `Pro`, and is dropped without.
pub(super) fn artwork(desk: &mut Desk<'_>, file: Option<&FormFile>) -> Result<Option<String>, Refusal> {
    let Some(file) = file else { return Ok(None) };
    let start = file.content.read_at(0, 8).unwrap_or_default();
    let known = [&b"GIF8"[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"];
    if !known.iter().any(|magic| start.starts_with(magic)) {
        return Err(refusal::unprocessable("artwork_data is not a GIF, JPEG or PNG image"));
    }
    let pro = desk.switches.standing(desk.user(Some(desk.me()?))?).is_pro();
    let name = desk.world.uuid();
    Ok(pro.then(|| format!("https://i1.sndcdn.com/artworks-{name}-large.jpg")))
}

/// `GET /tracks/{track_urn}`
pub(super) fn get(desk: &Desk<'_>, id: Option<u64>) -> Answer {
    ok(&desk.show_track(desk.track(id)?, true))
}

/// `PUT /tracks/{track_urn}`; the fields are those of the JSON or of the form.
pub(super) fn change(desk: &mut Desk<'_>, id: Option<u64>, fields: &Fields, form: Option<&Form>) -> Answer {
    let mut track = desk.my_track(id)?.clone();
    fields::change_track(&mut track, fields)?;
    track.permalink = desk.world.free_track_permalink(track.owner, track.id, &track.permalink);
    if let Some(artwork) = artwork(desk, form.and_then(|form| form.file("track[artwork_data]")))? {
        track.artwork = Some(artwork);
    }
    desk.world.tracks.insert(track.id, track.clone());
    desk.changed("tracks");
    ok(&desk.show_track(&track, true))
}

/// `DELETE /tracks/{track_urn}`
pub(super) fn delete(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = desk.my_track(id)?.id;
    desk.world.remove_track(id);
    desk.deleted("tracks");
    Ok(Reply::empty(StatusCode::OK))
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
pub(super) fn storefront(desk: &mut Desk<'_>, id: Option<u64>, body: &Value) -> Answer {
    let me = desk.me()?;
    let track = desk.track(id)?;
    let id = track.id;
    if track.owner != me || !desk.switches.standing(desk.user(Some(me))?).is_pro() {
        return Err(refusal::forbidden());
    }
    let Value::Object(members) = body else { return Err(refusal::bad_request("the body is not an object")) };
    let known = ["title", "type", "link", "link_title", "description", "price"];
    if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(refusal::bad_request(format!("{name} is not known")));
    }
    let text = |name: &str, most: usize| match &body[name] {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= most => Ok(Some(text.clone())),
        Value::String(_) => Err(refusal::bad_request(format!("{name} is longer than {most} characters"))),
        _ => Err(refusal::bad_request(format!("{name} is not a string"))),
    };
    let required = |name: &str, most: usize| {
        let text = text(name, most)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| refusal::bad_request(format!("{name} is required")))
    };
    let (title, kind, link) = (required("title", 100)?, required("type", 50)?, required("link", 255)?);
    if !STOREFRONT_TYPES.contains(&kind.as_str()) {
        return Err(refusal::bad_request(format!("type cannot be {kind}")));
    }
    if !link.starts_with("https://") && !link.starts_with("http://") {
        return Err(refusal::bad_request("link is not an http or https URL"));
    }
    let shown = json!({
        "track_urn": urn("tracks", id), "title": title, "type": kind, "link": link,
        "link_title": text("link_title", 50)?, "description": text("description", 500)?, "image_url": null,
        "price": text("price", 20)?,
    });
    let had = desk.my_track(Some(id))?.storefront.replace(shown.clone()).is_some();
    if had {
        desk.changed("storefronts");
    } else {
        desk.created("storefronts");
    }
    ok(&shown)
}
