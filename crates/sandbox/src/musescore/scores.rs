//! Scores: read, list, delete, times and boxes.

use super::desk::{Desk, SERVICE};
use super::document::{Document, Node};
use super::refusal::Refusal;
use super::rendering::{Element, Event};
use super::search::Filter;
use crate::reply::Reply;

/// GET `/score`
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    let me = desk.caller.user;
    found(desk, |score_owner, private| !private || Some(score_owner) == me)
}

/// GET `/user/ID/score`
pub(super) fn of_user(desk: &Desk<'_>, user: u64) -> Result<Reply, Refusal> {
    desk.user(user)?;
    let me = desk.caller.user;
    found(desk, |owner, private| owner == user && (!private || Some(owner) == me))
}

fn found(desk: &Desk<'_>, may_see: impl Fn(u64, bool) -> bool) -> Result<Reply, Refusal> {
    let filter = Filter::read(|name| desk.parameter(name))?;
    let scores = desk.world.scores.values().filter(|score| may_see(score.owner, score.private));
    let page = filter.page(scores);
    let nodes = page.into_iter().map(|score| desk.score_node(score)).collect();
    Ok(desk.format.ok(&Document::list("scores", "score", nodes)))
}

/// GET `/score/ID`
pub(super) fn get(desk: &Desk<'_>, id: u64) -> Result<Reply, Refusal> {
    Ok(desk.format.ok(&desk.score_object(desk.visible(id)?)))
}

/// DELETE `/score/ID`
pub(super) fn delete(desk: &mut Desk<'_>, id: u64) -> Result<Reply, Refusal> {
    desk.own(id)?;
    desk.world.scores.remove(&id);
    desk.house.effects.deleted(SERVICE, "scores");
    Ok(desk.format.ok(&Document { root: "result", node: Node::True }))
}

/// GET `/score/ID/time`
pub(super) fn times(desk: &Desk<'_>, id: u64) -> Result<Reply, Refusal> {
    let event = |event: &Event| {
        Node::Members(vec![("elid", Node::text(event.measure)), ("position", Node::Number(event.position))])
    };
    let events = desk.visible(id)?.rendering.events.iter().map(event).collect();
    Ok(desk.format.ok(&Document::list("events", "event", events)))
}

/// GET `/score/ID/space`
pub(super) fn boxes(desk: &Desk<'_>, id: u64) -> Result<Reply, Refusal> {
    let element = |element: &Element| {
        Node::Members(vec![
            ("id", Node::text(element.measure)),
            ("x", Node::Number(element.x)),
            ("y", Node::Number(element.y)),
            ("sx", Node::Number(element.width)),
            ("sy", Node::Number(element.height)),
            ("page", Node::text(element.page)),
        ])
    };
    let elements = desk.visible(id)?.rendering.elements.iter().map(element).collect();
    Ok(desk.format.ok(&Document::list("elements", "element", elements)))
}
