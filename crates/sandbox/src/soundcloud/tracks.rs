//! Tracks: upload, processing, change, deletion, storefront.

use std::io::BufReader;
use std::sync::Arc;

use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::catalogue::FIRST;
use super::desk::{Answer, Desk, SERVICE, ok};
use super::fields::{self, Fields};
use super::refusal::{self, Refusal};
use super::show::urn;
use super::switches::{Processing, Switches, UploadStatus, seconds};
use super::world::{Audio, State, Track};
use crate::form::{Form, FormFile};
use crate::house::House;
use crate::reply::Reply;
use crate::soundslice::seconds_of_audio;
use crate::spool::Spool;

/// Milliseconds of audio whose bytes do not tell.
const UNKNOWN_DURATION: u64 = 180_000;

/// `POST /tracks`
pub(super) fn upload(desk: &mut Desk<'_>, form: &Form) -> Answer {
    let track = add(desk, form)?;
    let status = match desk.switches.upload_status {
        UploadStatus::Created => StatusCode::CREATED,
        UploadStatus::Ok => StatusCode::OK,
    };
    let location = desk.uri("tracks", track.id);
    Ok(refusal::json(status, &desk.show_track(&track, false)).header(LOCATION, &location))
}

/// Whether the caller may upload at all; the real service says no more than 401.
pub(super) fn may_upload(desk: &Desk<'_>) -> Result<(), Refusal> {
    let me = desk.me()?;
    let used = desk.world.users.get(&me).map_or(0, |user| user.uploaded_s);
    let (confirmed, quota) = match me {
        FIRST => (desk.switches.email_confirmed, desk.switches.quota_s),
        _ => (true, Some(10_800)),
    };
    let left = quota.is_none_or(|quota| used < quota);
    if desk.switches.app_may_write && confirmed && left { Ok(()) } else { Err(Refusal::Unauthorized) }
}

/// Takes an upload, and puts its processing on the agenda.
pub(super) fn add(desk: &mut Desk<'_>, form: &Form) -> Result<Track, Refusal> {
    may_upload(desk)?;
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
    let artwork = artwork(desk, form.file("track[artwork_data]"))?;
    let audio = Audio { content: file.content.clone(), content_type, extension };
    let mut track = desk.world.new_track(me, desk.now, audio);
    fields::change_track(&mut track, &fields)?;
    let wanted = if track.permalink.is_empty() { track.title.clone() } else { track.permalink.clone() };
    track.permalink = desk.world.free_track_permalink(me, track.id, &wanted);
    track.artwork = artwork;
    let id = track.id;
    desk.world.tracks.insert(id, track.clone());
    desk.created("tracks");
    if desk.switches.processing != Processing::Never {
        let delay = seconds(desk.switches.processing_delay_s);
        desk.house.clock.after(delay, move |house| process(house, id));
    }
    Ok(track)
}

fn process(house: &Arc<House>, id: u64) {
    let outcome = house.switches.lock().soundcloud.processing;
    let mut world = house.soundcloud.world.lock();
    let Some(track) = world.tracks.get_mut(&id) else { return };
    match outcome {
        Processing::Never => return,
        Processing::Failed => track.state = State::Failed,
        Processing::ByContent | Processing::Finished => {
            track.state = State::Finished;
            track.duration = duration(&track.audio.content);
        }
    }
    let (owner, used) = (track.owner, track.duration.div_ceil(1000));
    if let Some(user) = world.users.get_mut(&owner) {
        user.uploaded_s += used;
    }
    house.effects.changed(SERVICE, "processings");
}

/// Milliseconds, from the bytes if they are MP3 or WAV.
pub(super) fn duration(content: &Spool) -> u64 {
    let mut reader = BufReader::with_capacity(64 * 1024, content.reader());
    match seconds_of_audio(&mut reader, content.len()) {
        Some(seconds) => ((seconds * 1000.0).round() as u64).max(1),
        None => UNKNOWN_DURATION,
    }
}

/// Content type and usual file name's end by the first bytes: AIFF, WAVE, FLAC, OGG, MP2, MP3, AAC, AMR and WMA.
fn format(content: &Spool) -> Option<(&'static str, &'static str)> {
    let start = content.read_at(0, 16).ok()?;
    let at = |offset: usize, magic: &[u8]| start.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(("audio/aiff", "aiff"));
    }
    if (at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Some(("audio/wav", "wav"));
    }
    if at(0, b"fLaC") {
        return Some(("audio/flac", "flac"));
    }
    if at(0, b"OggS") {
        return Some(("audio/ogg", "ogg"));
    }
    if at(0, b"#!AMR") {
        return Some(("audio/amr", "amr"));
    }
    if at(0, b"\x30\x26\xb2\x75") {
        return Some(("audio/x-ms-wma", "wma"));
    }
    if at(4, b"ftyp") {
        return Some(("audio/mp4", "m4a"));
    }
    if at(0, b"ID3") {
        return Some(("audio/mpeg", "mp3"));
    }
    // Frame sync: layer 0 is ADTS, the others are MPEG audio.
    match (start.first()?, start.get(1)?) {
        (0xff, second) if second & 0xf6 == 0xf0 => Some(("audio/aac", "aac")),
        (0xff, second) if second & 0xe0 == 0xe0 => Some(("audio/mpeg", "mp3")),
        _ => None,
    }
}

/// Where uploaded artwork shows; it needs a plan that starts with `Pro`, and is dropped without.
pub(super) fn artwork(desk: &mut Desk<'_>, file: Option<&FormFile>) -> Result<Option<String>, Refusal> {
    let Some(file) = file else { return Ok(None) };
    let start = file.content.read_at(0, 8).unwrap_or_default();
    let known = [&b"GIF8"[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"];
    if !known.iter().any(|magic| start.starts_with(magic)) {
        return Err(refusal::unprocessable("artwork_data is not a GIF, JPEG or PNG image"));
    }
    let pro = desk.me()? != FIRST || desk.switches.plan.starts_with("Pro");
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
    if !desk.switches.app_may_write {
        return Err(Refusal::Unauthorized);
    }
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
    if track.owner != me || !may_sell(&desk.switches, me) {
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

fn may_sell(switches: &Switches, user: u64) -> bool {
    user != FIRST || switches.plan.starts_with("Pro")
}
