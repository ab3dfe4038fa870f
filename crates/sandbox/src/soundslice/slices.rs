//! Slices: create, list, get, delete, move, duplicate.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;

use super::desk::Desk;
use super::refusal::{self, FieldErrors, bad_choice, too_long};
use super::switches::seconds;
use super::world::{Recording, Slice};
use crate::form::Form;
use crate::python_json;
use crate::reply::{Reply, ReplyBody};

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

/// The answer of Create and Duplicate.
#[derive(Serialize)]
struct Created {
    scorehash: String,
    slug: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    embed_url: Option<String>,
}

impl Created {
    fn reply(slice: &Slice) -> Reply {
        let created = Self {
            scorehash: slice.scorehash.clone(),
            slug: slice.slug.clone(),
            url: url(slice),
            embed_url: embed_url(slice),
        };
        Reply::python_json(StatusCode::CREATED, &created)
    }
}

/// POST `/slices/`
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Reply, Reply> {
    let mut errors = FieldErrors::default();
    let name = form.filled("name").unwrap_or("Untitled");
    let artist = form.filled("artist").unwrap_or_default();
    for (field, text) in [("name", name), ("artist", artist)] {
        if let Some(message) = too_long(text, 255) {
            errors.add(field, message);
        }
    }
    let embeds: &[u8] = if desk.switches.embed_status_2 { &[1, 2, 4] } else { &[1, 4] };
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
        match desk.folder_parameter(id, desk.user) {
            Some(found) => folder = found,
            None => errors.add("folder_id", "This folder ID is invalid."),
        }
    }
    errors.check()?;
    let slice = Slice {
        number: 0,
        scorehash: String::new(),
        slug: String::new(),
        owner: desk.user,
        name: name.to_owned(),
        artist: artist.to_owned(),
        status,
        embed_status,
        print_status,
        folder,
        notation: None,
        recordings: Vec::new(),
    };
    desk.created("slices");
    Ok(Created::reply(&desk.world.add_slice(slice)))
}

/// GET `/slices/`
pub(super) fn list(desk: &Desk<'_>) -> Reply {
    let own = desk.world.slices.values().filter(|slice| slice.owner == desk.user);
    let objects: Vec<SliceObject> = own.map(SliceObject::from).collect();
    let extra = desk.switches.extra_slices;
    if extra == 0 {
        return Reply::python_json(StatusCode::OK, &objects);
    }
    // Made while it is sent: the whole list would be too large to hold.
    let user = desk.user;
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
    Reply::new(StatusCode::OK, "application/json", Bytes::new()).with(ReplyBody::Pieces(Box::new(pieces)))
}

/// GET `/slices/SCOREHASH/`
pub(super) fn get(desk: &mut Desk<'_>, name: &str) -> Result<Reply, Reply> {
    let status = desk.disputed_status();
    let generated = generated_index(name).filter(|index| *index < desk.switches.extra_slices);
    if let Some(index) = generated {
        return Ok(Reply::python_json(status, &SliceObject::from(&self::generated(index, desk.user))));
    }
    Ok(Reply::python_json(status, &SliceObject::from(&*desk.slice(name)?)))
}

/// DELETE `/slices/SCOREHASH/`
pub(super) fn delete(desk: &mut Desk<'_>, name: &str) -> Result<Reply, Reply> {
    #[derive(Serialize)]
    struct Deleted {
        name: String,
        artist: String,
    }
    let number = desk.slice(name)?.number;
    let (slice, recordings) = desk.world.remove_slice(number).ok_or_else(refusal::forbidden)?;
    desk.house.storage.remove(&super::notation::path(number));
    desk.deleted("slices");
    for _ in recordings {
        desk.deleted("recordings");
    }
    Ok(Reply::python_json(StatusCode::CREATED, &Deleted { name: slice.name, artist: slice.artist }))
}

/// POST `/slices/SCOREHASH/move/`
pub(super) fn move_to(desk: &mut Desk<'_>, name: &str, form: &Form) -> Result<Reply, Reply> {
    #[derive(Serialize)]
    struct Moved {
        id: u64,
    }
    let number = desk.slice(name)?.number;
    let owner = match form.filled("user_id") {
        None => desk.user,
        Some(id) => {
            let id = id.trim().parse().ok().filter(|id| desk.may_touch(*id));
            id.ok_or_else(|| refusal::invalid("Invalid user ID."))?
        }
    };
    let folder = form.filled("folder_id").and_then(|id| desk.folder_parameter(id, owner));
    let folder = folder.ok_or_else(|| refusal::invalid("Invalid folder ID."))?;
    if let Some(slice) = desk.world.slices.get_mut(&number) {
        slice.owner = owner;
        slice.folder = folder;
    }
    desk.changed("slices");
    Ok(Reply::python_json(StatusCode::CREATED, &Moved { id: folder.unwrap_or(0) }))
}

/// POST `/slices/SCOREHASH/duplicate/`
pub(super) fn duplicate(desk: &mut Desk<'_>, name: &str) -> Result<Reply, Reply> {
    let (user, original) = (desk.user, desk.slice(name)?.clone());
    // It must be in this very account.
    if original.owner != user {
        return Err(refusal::forbidden());
    }
    if !desk.switches.duplicate {
        return Err(refusal::invalid("Your account may not set the slug."));
    }
    let copied = |id: &u64| desk.world.recordings.get(id).cloned();
    let recordings: Vec<Recording> = original.recordings.iter().filter_map(copied).collect();
    let notation = original.notation.clone();
    let empty =
        Slice { slug: String::new(), folder: None, notation: None, recordings: Vec::new(), ..original };
    let slice = desk.world.add_slice(empty);
    let (number, reply) = (slice.number, Created::reply(&slice));
    desk.created("slices");
    desk.house.clock.after(seconds(desk.switches.duplicate_delay_s), move |house| {
        let mut world = house.soundslice.world.lock();
        let Some(slice) = world.slices.get_mut(&number) else { return };
        if let Some(notation) = notation {
            house.storage.put(&super::notation::path(number), notation.clone());
            slice.notation = Some(notation);
        }
        for recording in recordings {
            world.add_recording(Recording { slice: number, ..recording });
            house.effects.created(super::desk::SERVICE, "recordings");
        }
    });
    Ok(reply)
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
