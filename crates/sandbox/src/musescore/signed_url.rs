//! URLs that take the audio of a score, for programs that render it themselves.

use super::desk::{Desk, SERVICE};
use super::document::{Document, Node};
use super::refusal::Refusal;
use super::rendering::named;
use crate::house::House;
use crate::reply::Reply;
use crate::storage::Object;

/// GET `/signedurl/ID/VID/ENCODING`
pub(super) fn get(desk: &mut Desk<'_>, id: u64, version: u64, encoding: &str) -> Result<Reply, Refusal> {
    if !desk.switches.signed_url {
        return Err(Refusal::not_found());
    }
    if desk.own(id)?.vid != version {
        return Err(Refusal::not_found());
    }
    if encoding != "mp3" {
        return Err(Refusal::unusable("Unknown encoding"));
    }
    let path = format!("/musescore-audio/{id}/{version}/score.mp3");
    let life = desk.switches.signed_url_life();
    let url = desk.house.storage.upload_url(desk.house, &path, life, move |house, object| {
        arrived(house, id, version, object);
    });
    Ok(desk.format.ok(&Document::members("result", vec![("url", Node::text(url))])))
}

/// Audio of a version that is no longer there is forgotten.
fn arrived(house: &House, id: u64, version: u64, object: Object) {
    let mut world = house.musescore.world.lock();
    if let Some(score) = world.scores.get_mut(&id).filter(|score| score.vid == version) {
        score.audio = Some(named("score.mp3", object));
        house.effects.created(SERVICE, "audio");
    }
}
