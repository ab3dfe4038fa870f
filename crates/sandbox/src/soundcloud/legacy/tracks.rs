//! Tracks of the old API: the list with its filters, uploads, changes, permissions.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use http::StatusCode;
use http::header::LOCATION;

use super::super::context::RequestContext;
use super::super::date;
use super::super::error::{self, ErrorResponse, Result};
use super::super::fields::{self, Fields};
use super::super::search::Filter;
use super::super::store::Track;
use super::super::tracks as modern;
use super::context::{LegacyBody, LegacyContext};
use super::document::{Node, Value};
use crate::kit::{Response, number};

/// A parameter with a closed set of values.
fn choice<'a>(
    context: &'a RequestContext<'_>,
    name: &str,
    choices: &[&str],
    default: &'a str,
) -> Result<&'a str> {
    let given = context.filled(name).unwrap_or(default);
    if choices.contains(&given) {
        Ok(given)
    } else {
        Err(error::bad_request(format!("invalid {name}: expected one of {}", choices.join(", "))))
    }
}

/// `GET /tracks`: public ones, or with `filter` others that the caller may see.
pub(super) fn list(legacy: &LegacyContext<'_>) -> Result {
    let context = &legacy.context;
    let filters = ["all", "public", "private", "streamable", "downloadable"];
    let filter = choice(context, "filter", &filters, "public")?;
    let order = choice(context, "order", &["created_at", "hotness"], "created_at")?;
    let search = Filter::read(context)?;
    let types = context.filled("types").unwrap_or_default().to_lowercase();
    let types: Vec<_> = types.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    let kind =
        |track: &Track| track.texts.get("track_type").map(|kind| kind.to_lowercase()).unwrap_or_default();
    let fits = |track: &&Track| {
        let right = match filter {
            "all" => true,
            "private" => track.private,
            "streamable" => track.streamable && !track.private,
            "downloadable" => track.downloadable && !track.private,
            _ => !track.private,
        };
        right
            && context.sees(track)
            && search.lets(context, track)
            && (types.is_empty() || types.contains(&kind(track).as_str()))
    };
    let mut found: Vec<_> = context.store.tracks.values().filter(fits).collect();
    found.sort_by_key(|track| {
        (Reverse(if order == "hotness" { track.playback_count } else { 0 }), Reverse(track.serial))
    });
    Ok(legacy.writer.document(StatusCode::OK, &legacy.tracks_in_order(&found)))
}

/// `POST /tracks`: 201, `Location` and the track; its number agrees in all three.
pub(super) fn upload(legacy: &mut LegacyContext<'_>, body: &LegacyBody) -> Result {
    let LegacyBody::Form(form) = body else {
        return Err(body.wrong("a form with track[title] and track[asset_data]"));
    };
    let track = modern::add(&mut legacy.context, form)?;
    let location = format!("{}/tracks/{}", legacy.writer.origin, track.id);
    Ok(legacy.writer.document(StatusCode::CREATED, &legacy.track(&track)).header(LOCATION, &location))
}

/// `PUT /tracks/{id}` with `<track>` or a form: sets what is named, `shared_to` aside.
pub(super) fn change(legacy: &mut LegacyContext<'_>, id: Option<u64>, body: &LegacyBody) -> Result {
    let context = &mut legacy.context;
    let mut track = context.my_track(id)?.clone();
    if !context.switches.app_may_write {
        return Err(ErrorResponse::Unauthorized);
    }
    let fields = body.fields("track")?;
    fields::change_track(&mut track, &fields)?;
    change_old(&mut track, &fields)?;
    track.permalink = context.store.free_track_permalink(track.owner, track.id, &track.permalink);
    let artwork = if let LegacyBody::Form(form) = body { form.file("track[artwork_data]") } else { None };
    if let Some(artwork) = modern::artwork(context, artwork)? {
        track.artwork = Some(artwork);
    }
    let before = context.store.tracks.insert(track.id, track.clone());
    context.written("tracks", before.as_ref() != Some(&track));
    Ok(legacy.writer.document(StatusCode::OK, &legacy.track(&track)))
}

/// What only the old API can set.
fn change_old(track: &mut Track, fields: &Fields) -> Result<()> {
    match fields.get("bpm") {
        None => {}
        Some("") => track.bpm = None,
        Some(text) => {
            let bpm = text.parse().ok().filter(|bpm: &f64| bpm.is_finite() && *bpm > 0.0);
            track.bpm = Some(bpm.ok_or_else(|| error::unprocessable("bpm must be a number above 0"))?);
        }
    }
    for name in ["key_signature", "track_type", "video_url"] {
        if let Some(text) = fields.get(name) {
            fields::set(&mut track.texts, name, text);
        }
    }
    if let Some(text) = fields.get("label_id") {
        if !text.is_empty() && number(text).is_none() {
            return Err(error::unprocessable("label_id must be a number"));
        }
        fields::set(&mut track.texts, "label_id", text);
    }
    release(track, fields)
}

/// The day of the release in three parts, any of which may be unknown.
fn release(track: &mut Track, fields: &Fields) -> Result<()> {
    let was = track.release_day.map(date::parts);
    let parts = [
        ("release_year", 9999, was.map(|day| day[0])),
        ("release_month", 12, was.map(|day| day[1])),
        ("release_day", 31, was.map(|day| day[2])),
    ];
    if parts.iter().all(|(name, ..)| fields.get(name).is_none()) {
        return Ok(());
    }
    let part = |(name, most, was): (&'static str, u32, Option<u32>)| match fields.get(name) {
        None => Ok(was.or_else(|| track.texts.get(name)?.parse().ok())),
        Some("") => Ok(None),
        Some(text) => {
            let part = number(text)
                .and_then(|part| u32::try_from(part).ok())
                .filter(|part| (1..=most).contains(part));
            part.map(Some)
                .ok_or_else(|| error::unprocessable(format!("{name} must be a number from 1 to {most}")))
        }
    };
    let [year, month, day] = [part(parts[0])?, part(parts[1])?, part(parts[2])?];
    track.release_day = match (year, month, day) {
        (Some(year), Some(month), Some(day)) => {
            let whole = date::day(&format!("{year:04}-{month:02}-{day:02}"));
            Some(whole.ok_or_else(|| error::unprocessable("the release must be a day of the calendar"))?)
        }
        _ => None,
    };
    for ((name, ..), part) in parts.into_iter().zip([year, month, day]) {
        let text = part.filter(|_| track.release_day.is_none()).map(|part| part.to_string());
        fields::set(&mut track.texts, name, &text.unwrap_or_default());
    }
    Ok(())
}

/// `GET /tracks/{id}/permissions`, for the owner.
pub(super) fn permissions(legacy: &mut LegacyContext<'_>, id: Option<u64>) -> Result {
    let permitted = legacy.context.my_track(id)?.permitted.iter();
    let users = permitted.map(|user| Node::new("user_id", *user)).collect();
    Ok(legacy.writer.document(StatusCode::OK, &Node::new("permissions", Value::List(users, false))))
}

/// `PUT /tracks/{id}/permissions`: the list becomes the whole list.
pub(super) fn permit(legacy: &mut LegacyContext<'_>, id: Option<u64>, body: &LegacyBody) -> Result {
    let context = &mut legacy.context;
    context.my_track(id)?;
    let element = body.xml("permissions")?;
    let known = |child: &super::xml::Element| {
        if child.name != "user_id" || !child.children.is_empty() {
            return Err(error::unprocessable(format!("permissions have no {}", child.name)));
        }
        let user = number(&child.text).filter(|id| context.store.users.contains_key(id));
        user.ok_or_else(|| error::unprocessable(format!("there is no user {}", child.text)))
    };
    let permitted = element.children.iter().map(known).collect::<Result<BTreeSet<_>>>()?;
    let track = context.my_track(id)?;
    let is_different = track.permitted != permitted;
    track.permitted = permitted;
    context.written("permissions", is_different);
    Ok(Response::empty(StatusCode::OK))
}
