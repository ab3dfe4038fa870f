//! URLs that take the audio of a score, for clients that render it themselves.

use super::context::RequestContext;
use super::document::{Document, Node};
use super::error::{self, Result};
use super::rendering::named;
use super::state::{Musescore, SERVICE};
use crate::kit::seconds;
use crate::storage::Object;

/// GET `/signedurl/ID/VID/ENCODING`
pub(super) fn get(context: &mut RequestContext<'_>, id: u64, version: u64, encoding: &str) -> Result {
    if !context.switches.signed_url {
        return Err(error::not_found());
    }
    if context.own(id)?.vid != version {
        return Err(error::not_found());
    }
    if encoding != "mp3" {
        return Err(error::unusable("Unknown encoding"));
    }
    let path = format!("/musescore-audio/{id}/{version}/score.mp3");
    let life = seconds(context.switches.signed_url_life_s);
    let service = context.service;
    let url = service.storage.upload_url(&path, life, service, move |service, object| {
        arrived(service, id, version, object);
    });
    Ok(context.format.ok(&Document::members("result", vec![("url", Node::text(url))])))
}

/// Audio of an older version is forgotten.
fn arrived(service: &Musescore, id: u64, version: u64, object: Object) {
    let mut store = service.store.lock();
    if let Some(score) = store.scores.get_mut(&id).filter(|score| score.vid == version) {
        score.audio = Some(named("score.mp3", object));
        service.sandbox.effects.created(SERVICE, "audio");
    }
}
