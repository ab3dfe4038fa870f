//! Users.

use super::context::RequestContext;
use super::document::{Document, Node};
use super::error::Result;

/// GET `/me`
pub(super) fn me(context: &RequestContext<'_>) -> Result {
    get(context, context.caller.required_user()?)
}

/// GET `/user/ID`
pub(super) fn get(context: &RequestContext<'_>, id: u64) -> Result {
    let user = context.user(id)?;
    let members = vec![
        ("id", Node::text(user.user_id)),
        ("name", Node::text(&user.name)),
        ("permalink", Node::text(context.page(&user.page))),
        ("uri", Node::text(context.rest(&format!("user/{}", user.user_id)))),
    ];
    Ok(context.format.ok(&Document::members("user", members)))
}
