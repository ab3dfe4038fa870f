//! Users.

use super::desk::Desk;
use super::document::{Document, Node};
use super::refusal::Refusal;
use crate::reply::Reply;

/// GET `/me`
pub(super) fn me(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    get(desk, desk.caller.required_user()?)
}

/// GET `/user/ID`
pub(super) fn get(desk: &Desk<'_>, id: u64) -> Result<Reply, Refusal> {
    let user = desk.user(id)?;
    let members = vec![
        ("id", Node::text(user.user_id)),
        ("name", Node::text(&user.name)),
        ("permalink", Node::text(desk.page(&user.page))),
        ("uri", Node::text(desk.rest(&format!("user/{}", user.user_id)))),
    ];
    Ok(desk.format.ok(&Document::members("user", members)))
}
