//! Notation files: the original, its upload, its processing, the callback.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::{self, Result};
use super::recordings::is_web_url;
use super::state::{SERVICE, Soundslice};
use super::switches::CallbackKey;
use crate::kit::{Delivery, Form, Response, seconds};
use crate::storage::Object;

const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);
const UNREADABLE: &str = "We couldn't parse the given file.";

#[derive(Serialize)]
struct Link {
    url: String,
}

/// Where a slice's original file is stored.
pub(super) fn path(slice: u64) -> String {
    format!("/soundslice-data/json/{slice}/rawscore")
}

/// GET `/slices/SCOREHASH/notation-file/`
pub(super) fn original(context: &mut RequestContext<'_>, slice: &str) -> Result {
    let slice = context.slice(slice)?;
    let (path, there) = (path(slice.number), slice.notation.is_some());
    let life = seconds(context.switches.download_life_s);
    let url = if there { context.service.storage.download_url(&path, life) } else { String::new() };
    Ok(Response::python_json(StatusCode::OK, &Link { url }))
}

/// POST `/slices/SCOREHASH/notation-file/`
pub(super) fn start_upload(
    context: &mut RequestContext<'_>,
    slice: &str,
    legacy: bool,
    form: &Form,
) -> Result {
    let slice = context.slice(slice)?.number;
    if !context.switches.notation_upload {
        return Err(error::forbidden());
    }
    let callback = form.filled("callback_url").map(str::to_owned);
    if callback.as_deref().is_some_and(|url| !is_web_url(url)) {
        return Err(error::invalid("Enter a valid URL."));
    }
    let path = format!("/soundslice-uploads/notation/{slice}-{}", context.store.token());
    let life = seconds(context.switches.upload_life_s);
    let service = context.service;
    let url = service.storage.upload_url(&path, life, service, move |service, object| {
        arrived(service, slice, object, callback.clone());
    });
    // The old path was seen with 201, the new one is documented with 200.
    let status = if legacy { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Response::python_json(status, &Link { url }))
}

fn arrived(service: &Arc<Soundslice>, slice: u64, object: Object, callback: Option<String>) {
    let delay = seconds(service.switches.standing().notation_delay_s);
    let service = Arc::clone(service);
    Arc::clone(&service.sandbox).clock.after(delay, move || {
        let good = service.switches.standing().notation_outcome.is_good(is_notation(&object));
        processed(&service, slice, object, good, callback);
    });
}

fn processed(service: &Soundslice, slice: u64, object: Object, good: bool, callback: Option<String>) {
    let names = {
        let mut store = service.store.lock();
        // It may be gone by now; then there is nobody to tell.
        let Some(slice) = store.slices.get_mut(&slice) else { return };
        if good {
            service.storage.put(&path(slice.number), object.clone());
            slice.notation = Some(object);
            service.sandbox.effects.created(SERVICE, "notations");
        }
        (slice.scorehash.clone(), slice.slug.clone())
    };
    let Some(url) = callback else { return };
    let key = service.switches.standing().callback_key;
    let mut form = form_urlencoded::Serializer::new(String::new());
    if key != CallbackKey::ScoreSlug {
        form.append_pair("scorehash", &names.0);
    }
    if key != CallbackKey::Scorehash {
        form.append_pair("score_slug", &names.1);
    }
    form.append_pair("success", if good { "1" } else { "2" });
    if !good {
        form.append_pair("error", UNREADABLE);
    }
    let headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let body = form.finish();
    let delivery = Delivery { service: SERVICE, url, headers, body, timeout: CALLBACK_TIMEOUT };
    service.sandbox.outbox.send(delivery);
}

/// Whether the first bytes are those of a format that Soundslice reads.
fn is_notation(object: &Object) -> bool {
    let Ok(start) = object.content.read_at(0, 512) else { return false };
    // MusicXML, possibly after a byte order mark and blank lines.
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    let musicxml: [&[u8]; 3] = [b"<?xml", b"<score-partwise", b"<score-timewise"];
    if holds(text, b"<museScore") || (start.starts_with(b"PK") && is_musescore(object)) {
        return false;
    }
    // MXL and Guitar Pro 7 on, but not the archives of MuseScore; Guitar Pro 6; Guitar Pro 3 to 5; PowerTab.
    let binary: [&[u8]; 5] = [b"PK", b"BCFZ", b"BCFS", b"\x18FICHIER GUITAR PRO", b"ptab"];
    musicxml.iter().any(|magic| text.starts_with(magic))
        || binary.iter().any(|magic| start.starts_with(magic))
        || is_tuxguitar(&start)
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Whether an archive names a score of MuseScore in the list of its files, which is at its end.
fn is_musescore(object: &Object) -> bool {
    let size = object.content.len();
    let from = size.saturating_sub(64 << 10);
    let length = usize::try_from(size - from).unwrap_or(0);
    object.content.read_at(from, length).is_ok_and(|end| holds(&end, b".mscx"))
}

/// TuxGuitar writes its format's name first: a length byte and characters of two bytes, the higher first.
fn is_tuxguitar(start: &[u8]) -> bool {
    let Some((length, rest)) = start.split_first() else { return false };
    let units = rest.chunks_exact(2).take(usize::from(*length));
    let name: String = units.map(|unit| if unit[0] == 0 { char::from(unit[1]) } else { '?' }).collect();
    name.starts_with("TuxGuitar File Format") || name.starts_with("TG_DEVEL")
}
