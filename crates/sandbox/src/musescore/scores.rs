//! Scores: read, list, delete, times and boxes.

use super::context::RequestContext;
use super::document::{Document, Node};
use super::error::Result;
use super::rendering::{Element, Event};
use super::search::Filter;
use super::state::SERVICE;

/// GET `/score`
pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let me = context.caller.user;
    found(context, |score_owner, private| !private || Some(score_owner) == me)
}

/// GET `/user/ID/score`
pub(super) fn of_user(context: &RequestContext<'_>, user: u64) -> Result {
    context.user(user)?;
    let me = context.caller.user;
    found(context, |owner, private| owner == user && (!private || Some(owner) == me))
}

fn found(context: &RequestContext<'_>, may_see: impl Fn(u64, bool) -> bool) -> Result {
    let filter = Filter::read(|name| context.parameter(name))?;
    let scores = context.store.scores.values().filter(|score| may_see(score.owner, score.private));
    let page = filter.page(scores);
    let nodes = page.into_iter().map(|score| context.score_node(score)).collect();
    Ok(context.format.ok(&Document::list("scores", "score", nodes)))
}

/// GET `/score/ID`
pub(super) fn get(context: &RequestContext<'_>, id: u64) -> Result {
    Ok(context.format.ok(&context.score_object(context.visible(id)?)))
}

/// DELETE `/score/ID`
pub(super) fn delete(context: &mut RequestContext<'_>, id: u64) -> Result {
    context.own(id)?;
    context.store.scores.remove(&id);
    context.service.sandbox.effects.deleted(SERVICE, "scores");
    Ok(context.format.ok(&Document { root: "result", node: Node::True }))
}

/// GET `/score/ID/time`
pub(super) fn times(context: &RequestContext<'_>, id: u64) -> Result {
    let event = |event: &Event| {
        Node::Members(vec![("elid", Node::text(event.measure)), ("position", Node::Number(event.position))])
    };
    let events = context.visible(id)?.rendering.events.iter().map(event).collect();
    Ok(context.format.ok(&Document::list("events", "event", events)))
}

/// GET `/score/ID/space`
pub(super) fn boxes(context: &RequestContext<'_>, id: u64) -> Result {
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
    let elements = context.visible(id)?.rendering.elements.iter().map(element).collect();
    Ok(context.format.ok(&Document::list("elements", "element", elements)))
}
