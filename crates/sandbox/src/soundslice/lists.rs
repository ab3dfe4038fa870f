//! Lists, the successors of folders; known from the official client only.

use std::mem;

use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::{self, NAME_MISSING, Nothing, REQUIRED, Result};
use super::store::List;
use crate::kit::{Form, Response};

#[derive(Serialize)]
struct Id<'a> {
    id: &'a str,
}

/// The list, if it is this account's; else 403.
fn list<'a>(context: &'a mut RequestContext<'_>, id: &str) -> Result<&'a mut List> {
    let user = context.user;
    context.store.lists.get_mut(id).filter(|list| list.owner == user).ok_or_else(error::forbidden)
}

/// POST `/lists/`
pub(super) fn create(context: &mut RequestContext<'_>, form: &Form) -> Result {
    let name = form.filled("name").ok_or_else(|| error::invalid(NAME_MISSING))?;
    let parent = form.filled("parent").map(str::to_owned);
    if let Some(parent) = &parent
        && list(context, parent).is_err()
    {
        return Err(error::invalid("The parent was invalid or not owned by your account."));
    }
    let id = context.store.add_list(context.user, name, parent);
    context.created("lists");
    Ok(Response::python_json(StatusCode::CREATED, &Id { id: &id }))
}

/// POST `/lists/LIST_ID/`
pub(super) fn rename(context: &mut RequestContext<'_>, id: &str, form: &Form) -> Result {
    let list = list(context, id)?;
    let name = form.filled("name").ok_or_else(|| error::invalid(NAME_MISSING))?;
    let before = mem::replace(&mut list.name, name.to_owned());
    context.written("lists", before != name);
    Ok(Response::python_json(StatusCode::CREATED, &Id { id }))
}

/// POST `/lists/LIST_ID/slices/`
pub(super) fn add(context: &mut RequestContext<'_>, id: &str, form: &Form) -> Result {
    list(context, id)?;
    let hashes = form.filled("slicehashes").ok_or_else(|| error::invalid(REQUIRED))?;
    let mut numbers = Vec::new();
    for hash in hashes.split(',') {
        match context.slice(hash) {
            Ok(slice) => numbers.push(slice.number),
            Err(_) => return Err(error::invalid(format!("Invalid slice: {hash}."))),
        }
    }
    for number in numbers {
        if list(context, id)?.slices.insert(number) {
            context.created("list_entries");
        }
    }
    Ok(Response::python_json(StatusCode::CREATED, &Nothing {}))
}

/// DELETE `/lists/LIST_ID/slices/SCOREHASH/`
pub(super) fn remove(context: &mut RequestContext<'_>, id: &str, slice: &str) -> Result {
    list(context, id)?;
    let number = context.slice(slice)?.number;
    if !list(context, id)?.slices.remove(&number) {
        return Err(error::forbidden());
    }
    context.deleted("list_entries");
    Ok(Response::python_json(StatusCode::OK, &Nothing {}))
}
