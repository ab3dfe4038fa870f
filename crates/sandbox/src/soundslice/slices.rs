//! Slices: create, list, get, delete, move, duplicate.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::{self, FieldErrors, Result, bad_choice, too_long};
use super::notation;
use super::state::SERVICE;
use super::store::{Recording, Slice};
use crate::kit::{Form, Response, ResponseBody, python_json, seconds};

/// A long list is sent in pieces of about this size.
const PIECE: usize = 32 * 1024;

/// The slice object of List and Get.
#[derive(Serialize)]
pub(super) struct SliceObject {
    scorehash: String,
    slug: String,
    url: String,
    name: String,
    artist: String,
    status: u8,
    embed_status: u8,
    print_status: u8,
    can_print: bool,
    has_notation: bool,
    show_notation: bool,
    recording_count: usize,
    folder_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embed_url: Option<String>,
}

impl From<&Slice> for SliceObject {
    fn from(slice: &Slice) -> Self {
        Self {
            scorehash: slice.scorehash.clone(),
            slug: slice.slug.clone(),
            url: url(slice),
            name: slice.name.clone(),
            artist: slice.artist.clone(),
            status: slice.status,
            embed_status: slice.embed_status,
            print_status: slice.print_status,
            can_print: slice.print_status == 3,
            has_notation: slice.notation.is_some(),
            show_notation: true,
            recording_count: slice.recordings.len(),
            folder_id: slice.folder.map(|id| id.to_string()),
            embed_url: embed_url(slice),
        }
    }
}

fn url(slice: &Slice) -> String {
    format!("/slices/{}/", slice.scorehash)
}

fn embed_url(slice: &Slice) -> Option<String> {
    (slice.embed_status != 1).then(|| format!("/slices/{}/embed/", slice.scorehash))
}

/// The response of Create and Duplicate.
#[derive(Serialize)]
struct Created {
    scorehash: String,
    slug: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    embed_url: Option<String>,
}

impl Created {
    fn response(slice: &Slice) -> Response {
        let created = Self {
            scorehash: slice.scorehash.clone(),
            slug: slice.slug.clone(),
            url: url(slice),
            embed_url: embed_url(slice),
        };
        Response::python_json(StatusCode::CREATED, &created)
    }
}

/// POST `/slices/`
pub(super) fn create(context: &mut RequestContext<'_>, form: &Form) -> Result {
    let mut errors = FieldErrors::default();
    let name = form.filled("name").unwrap_or("Untitled");
    let artist = form.filled("artist").unwrap_or_default();
    for (field, text) in [("name", name), ("artist", artist)] {
        if let Some(message) = too_long(text, 255) {
            errors.add(field, message);
        }
    }
    let embeds: &[u8] = if context.switches.embed_status_2 { &[1, 2, 4] } else { &[1, 4] };
    let mut choice = |field, choices: &[u8]| {
        let Some(text) = form.filled(field) else { return 1 };
        let chosen = text.trim().parse().ok().filter(|chosen| choices.contains(chosen));
        chosen.unwrap_or_else(|| {
            errors.add(field, bad_choice(text));
            1
        })
    };
    let status = choice("status", &[1, 3]);
    let embed_status = choice("embed_status", embeds);
    let print_status = choice("print_status", &[1, 3]);
    let mut folder = None;
    if let Some(id) = form.filled("folder_id") {
        match context.folder_parameter(id, context.user) {
            Some(found) => folder = found,
            None => errors.add("folder_id", "This folder ID is invalid."),
        }
    }
    errors.check()?;
    let slice = Slice {
        number: 0,
        scorehash: String::new(),
        slug: String::new(),
        owner: context.user,
        name: name.to_owned(),
        artist: artist.to_owned(),
        status,
        embed_status,
        print_status,
        folder,
        notation: None,
        recordings: Vec::new(),
    };
    context.created("slices");
    Ok(Created::response(&context.store.add_slice(slice)))
}

/// GET `/slices/`
pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let own = context.store.slices.values().filter(|slice| slice.owner == context.user);
    let objects: Vec<SliceObject> = own.map(SliceObject::from).collect();
    let extra = context.switches.extra_slices;
    if extra == 0 {
        return Ok(Response::python_json(StatusCode::OK, &objects));
    }
    // Made while it is sent: the whole list would be too large to hold.
    let user = context.user;
    let all =
        objects.into_iter().chain((0..extra).map(move |index| SliceObject::from(&generated(index, user))));
    let mut items = all.enumerate().peekable();
    let mut open = true;
    let pieces = std::iter::from_fn(move || {
        let mut piece = Vec::with_capacity(PIECE + 512);
        while piece.len() < PIECE
            && let Some((index, object)) = items.next()
        {
            piece.extend(if index == 0 { b"[".as_slice() } else { b", " });
            piece.extend(python_json::to_vec(&object));
        }
        if items.peek().is_none() && std::mem::take(&mut open) {
            piece.push(b']');
        }
        (!piece.is_empty()).then(|| Bytes::from(piece))
    });
    let response = Response::new(StatusCode::OK, "application/json", Bytes::new());
    Ok(response.with(ResponseBody::Pieces(Box::new(pieces))))
}

/// GET `/slices/SCOREHASH/`
pub(super) fn get(context: &mut RequestContext<'_>, name: &str) -> Result {
    let status = context.disputed_status();
    let generated = generated_index(name).filter(|index| *index < context.switches.extra_slices);
    if let Some(index) = generated {
        return Ok(Response::python_json(status, &SliceObject::from(&self::generated(index, context.user))));
    }
    Ok(Response::python_json(status, &SliceObject::from(&*context.slice(name)?)))
}

/// DELETE `/slices/SCOREHASH/`
pub(super) fn delete(context: &mut RequestContext<'_>, name: &str) -> Result {
    #[derive(Serialize)]
    struct Deleted {
        name: String,
        artist: String,
    }
    let number = context.slice(name)?.number;
    let (slice, recordings) = context.store.remove_slice(number).ok_or_else(error::forbidden)?;
    context.service.storage.remove(&notation::path(number));
    context.deleted("slices");
    for _ in recordings {
        context.deleted("recordings");
    }
    Ok(Response::python_json(StatusCode::CREATED, &Deleted { name: slice.name, artist: slice.artist }))
}

/// POST `/slices/SCOREHASH/move/`
pub(super) fn move_to(context: &mut RequestContext<'_>, name: &str, form: &Form) -> Result {
    #[derive(Serialize)]
    struct Moved {
        id: u64,
    }
    let number = context.slice(name)?.number;
    let owner = match form.filled("user_id") {
        None => context.user,
        Some(id) => {
            let id = id.trim().parse().ok().filter(|id| context.may_touch(*id));
            id.ok_or_else(|| error::invalid("Invalid user ID."))?
        }
    };
    let folder = form.filled("folder_id").and_then(|id| context.folder_parameter(id, owner));
    let folder = folder.ok_or_else(|| error::invalid("Invalid folder ID."))?;
    if let Some(slice) = context.store.slices.get_mut(&number) {
        let is_different = (slice.owner, slice.folder) != (owner, folder);
        (slice.owner, slice.folder) = (owner, folder);
        context.written("slices", is_different);
    }
    Ok(Response::python_json(StatusCode::CREATED, &Moved { id: folder.unwrap_or(0) }))
}

/// POST `/slices/SCOREHASH/duplicate/`
pub(super) fn duplicate(context: &mut RequestContext<'_>, name: &str) -> Result {
    let (user, original) = (context.user, context.slice(name)?.clone());
    // It must be in this very account.
    if original.owner != user {
        return Err(error::forbidden());
    }
    if !context.switches.duplicate {
        return Err(error::invalid("Your account may not set the slug."));
    }
    let copied = |id: &u64| context.store.recordings.get(id).cloned();
    let recordings: Vec<Recording> = original.recordings.iter().filter_map(copied).collect();
    let notation = original.notation.clone();
    let empty =
        Slice { slug: String::new(), folder: None, notation: None, recordings: Vec::new(), ..original };
    let slice = context.store.add_slice(empty);
    let (number, response) = (slice.number, Created::response(&slice));
    context.created("slices");
    let service = Arc::clone(context.service);
    context.service.sandbox.clock.after(seconds(context.switches.duplicate_delay_s), move || {
        let mut store = service.store.lock();
        let Some(slice) = store.slices.get_mut(&number) else { return };
        if let Some(notation) = notation {
            service.storage.put(&notation::path(number), notation.clone());
            slice.notation = Some(notation);
        }
        for recording in recordings {
            store.add_recording(Recording { slice: number, ..recording });
            service.sandbox.effects.created(SERVICE, "recordings");
        }
    });
    Ok(response)
}

/// A slice of the switch `extra_slices`. Its scorehash tells its index.
fn generated(index: u32, owner: u64) -> Slice {
    let number = 10_000_000 + u64::from(index);
    Slice {
        number,
        scorehash: generated_hash(index),
        slug: number.to_string(),
        owner,
        name: format!(
            "Exercise {} in {}",
            index + 1,
            ["C", "G", "D", "A", "E♭", "B♭", "F"][index as usize % 7]
        ),
        artist: "R. Okafor".to_owned(),
        status: if index.is_multiple_of(2) { 1 } else { 3 },
        embed_status: if index.is_multiple_of(3) { 4 } else { 1 },
        print_status: 1,
        folder: None,
        notation: None,
        recordings: Vec::new(),
    }
}

/// Six characters, `x` and the index to base 36.
fn generated_hash(index: u32) -> String {
    let digit = |place: u32| char::from_digit(index / 36_u32.pow(place) % 36, 36).unwrap_or('0');
    std::iter::once('x').chain((0..5).rev().map(digit)).collect()
}

fn generated_index(hash: &str) -> Option<u32> {
    let digits = hash.strip_prefix('x').filter(|digits| digits.len() == 5)?;
    u32::from_str_radix(digits, 36).ok().filter(|index| generated_hash(*index) == hash)
}
