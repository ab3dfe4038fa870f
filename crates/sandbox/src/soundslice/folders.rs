//! Folders.

use std::mem;

use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::{self, BAD_PARENT, NAME_MISSING, Result};
use super::slices::SliceObject;
use crate::kit::{Form, Response};

#[derive(Serialize)]
struct Id {
    id: u64,
}

#[derive(Serialize)]
struct FolderObject {
    id: u64,
    name: String,
}

/// POST `/folders/`
pub(super) fn create(context: &mut RequestContext<'_>, form: &Form) -> Result {
    let name = form.filled("name").ok_or_else(|| error::invalid(NAME_MISSING))?;
    let parent = match form.filled("parent_id") {
        None => None,
        Some(id) => context.folder_parameter(id, context.user).ok_or_else(|| error::invalid(BAD_PARENT))?,
    };
    let id = context.store.add_folder(context.user, name, parent);
    context.created("folders");
    Ok(Response::python_json(StatusCode::CREATED, &Id { id }))
}

/// GET `/folders/`
pub(super) fn list(context: &RequestContext<'_>, parent: Option<&str>) -> Result {
    let parent = match parent.filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => context.folder_parameter(id, context.user).ok_or_else(|| error::invalid(BAD_PARENT))?,
    };
    Ok(Response::python_json(StatusCode::OK, &subfolders(context, parent, context.user)))
}

fn subfolders(context: &RequestContext<'_>, parent: Option<u64>, owner: u64) -> Vec<FolderObject> {
    let folders = context.store.folders.values();
    let direct = folders.filter(|folder| folder.owner == owner && folder.parent == parent);
    direct.map(|folder| FolderObject { id: folder.id, name: folder.name.clone() }).collect()
}

/// GET `/folders/FOLDER_ID/`; 0 is the root.
pub(super) fn contents(context: &mut RequestContext<'_>, id: u64) -> Result {
    #[derive(Serialize)]
    struct Contents {
        slices: Vec<SliceObject>,
        folders: Vec<FolderObject>,
    }
    let (folder, owner) = if id == 0 { (None, context.user) } else { (Some(id), context.folder(id)?.owner) };
    let slices = context.store.slices.values();
    let inside = slices.filter(|slice| slice.owner == owner && slice.folder == folder);
    let contents = Contents {
        slices: inside.map(SliceObject::from).collect(),
        folders: subfolders(context, folder, owner),
    };
    Ok(Response::python_json(StatusCode::OK, &contents))
}

/// POST `/folders/FOLDER_ID/`
pub(super) fn rename(context: &mut RequestContext<'_>, id: u64, form: &Form) -> Result {
    let folder = context.folder(id)?;
    let name = form.filled("name").ok_or_else(|| error::invalid(NAME_MISSING))?;
    let before = mem::replace(&mut folder.name, name.to_owned());
    context.written("folders", before != name);
    Ok(Response::python_json(StatusCode::CREATED, &Id { id }))
}

/// DELETE `/folders/FOLDER_ID/`
pub(super) fn delete(context: &mut RequestContext<'_>, id: u64) -> Result {
    #[derive(Serialize)]
    struct Deleted {
        parent_id: Option<u64>,
    }
    let parent_id = context.folder(id)?.parent;
    if context.store.slices.values().any(|slice| slice.folder == Some(id)) {
        return Err(error::invalid("Folder contains slices."));
    }
    if context.store.folders.values().any(|folder| folder.parent == Some(id)) {
        return Err(error::invalid("Folder contains folders."));
    }
    context.store.folders.remove(&id);
    context.deleted("folders");
    Ok(Response::python_json(StatusCode::OK, &Deleted { parent_id }))
}
