//! Lists, the successors of folders; known from the official client only.

use http::StatusCode;
use serde::Serialize;

use super::desk::Desk;
use super::refusal::{self, NAME_MISSING, Nothing, REQUIRED};
use super::world::List;
use crate::form::Form;
use crate::reply::Reply;

#[derive(Serialize)]
struct Id<'a> {
    id: &'a str,
}

/// The list, if it is this account's; else 403.
fn list<'a>(desk: &'a mut Desk<'_>, id: &str) -> Result<&'a mut List, Reply> {
    let user = desk.user;
    desk.world.lists.get_mut(id).filter(|list| list.owner == user).ok_or_else(refusal::forbidden)
}

/// POST `/lists/`
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Reply, Reply> {
    let name = form.filled("name").ok_or_else(|| refusal::invalid(NAME_MISSING))?;
    let parent = form.filled("parent").map(str::to_owned);
    if let Some(parent) = &parent
        && list(desk, parent).is_err()
    {
        return Err(refusal::invalid("The parent was invalid or not owned by your account."));
    }
    let id = desk.world.add_list(desk.user, name, parent);
    desk.created("lists");
    Ok(Reply::python_json(StatusCode::CREATED, &Id { id: &id }))
}

/// POST `/lists/LIST_ID/`
pub(super) fn rename(desk: &mut Desk<'_>, id: &str, form: &Form) -> Result<Reply, Reply> {
    let list = list(desk, id)?;
    form.filled("name").ok_or_else(|| refusal::invalid(NAME_MISSING))?.clone_into(&mut list.name);
    desk.changed("lists");
    Ok(Reply::python_json(StatusCode::CREATED, &Id { id }))
}

/// POST `/lists/LIST_ID/slices/`
pub(super) fn add(desk: &mut Desk<'_>, id: &str, form: &Form) -> Result<Reply, Reply> {
    list(desk, id)?;
    let hashes = form.filled("slicehashes").ok_or_else(|| refusal::invalid(REQUIRED))?;
    let mut numbers = Vec::new();
    for hash in hashes.split(',') {
        match desk.slice(hash) {
            Ok(slice) => numbers.push(slice.number),
            Err(_) => return Err(refusal::invalid(format!("Invalid slice: {hash}."))),
        }
    }
    for number in numbers {
        if list(desk, id)?.slices.insert(number) {
            desk.created("list_entries");
        }
    }
    Ok(Reply::python_json(StatusCode::CREATED, &Nothing {}))
}

/// DELETE `/lists/LIST_ID/slices/SCOREHASH/`
pub(super) fn remove(desk: &mut Desk<'_>, id: &str, slice: &str) -> Result<Reply, Reply> {
    list(desk, id)?;
    let number = desk.slice(slice)?.number;
    if !list(desk, id)?.slices.remove(&number) {
        return Err(refusal::forbidden());
    }
    desk.deleted("list_entries");
    Ok(Reply::python_json(StatusCode::OK, &Nothing {}))
}
