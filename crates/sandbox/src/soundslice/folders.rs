//! Folders.

use http::StatusCode;
use serde::Serialize;

use super::desk::Desk;
use super::refusal::{self, BAD_PARENT, NAME_MISSING};
use super::slices::SliceObject;
use crate::form::Form;
use crate::reply::Reply;

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
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Reply, Reply> {
    let name = form.filled("name").ok_or_else(|| refusal::invalid(NAME_MISSING))?;
    let parent = match form.filled("parent_id") {
        None => None,
        Some(id) => desk.folder_parameter(id, desk.user).ok_or_else(|| refusal::invalid(BAD_PARENT))?,
    };
    let id = desk.world.add_folder(desk.user, name, parent);
    desk.created("folders");
    Ok(Reply::python_json(StatusCode::CREATED, &Id { id }))
}

/// GET `/folders/`
pub(super) fn list(desk: &Desk<'_>, parent: Option<&str>) -> Result<Reply, Reply> {
    let parent = match parent.filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => desk.folder_parameter(id, desk.user).ok_or_else(|| refusal::invalid(BAD_PARENT))?,
    };
    Ok(Reply::python_json(StatusCode::OK, &subfolders(desk, parent, desk.user)))
}

fn subfolders(desk: &Desk<'_>, parent: Option<u64>, owner: u64) -> Vec<FolderObject> {
    let folders = desk.world.folders.values();
    let direct = folders.filter(|folder| folder.owner == owner && folder.parent == parent);
    direct.map(|folder| FolderObject { id: folder.id, name: folder.name.clone() }).collect()
}

/// GET `/folders/FOLDER_ID/`; 0 is the root.
pub(super) fn contents(desk: &mut Desk<'_>, id: u64) -> Result<Reply, Reply> {
    #[derive(Serialize)]
    struct Contents {
        slices: Vec<SliceObject>,
        folders: Vec<FolderObject>,
    }
    let (folder, owner) = if id == 0 { (None, desk.user) } else { (Some(id), desk.folder(id)?.owner) };
    let slices = desk.world.slices.values();
    let inside = slices.filter(|slice| slice.owner == owner && slice.folder == folder);
    let contents = Contents {
        slices: inside.map(SliceObject::from).collect(),
        folders: subfolders(desk, folder, owner),
    };
    Ok(Reply::python_json(StatusCode::OK, &contents))
}

/// POST `/folders/FOLDER_ID/`
pub(super) fn rename(desk: &mut Desk<'_>, id: u64, form: &Form) -> Result<Reply, Reply> {
    let folder = desk.folder(id)?;
    form.filled("name").ok_or_else(|| refusal::invalid(NAME_MISSING))?.clone_into(&mut folder.name);
    desk.changed("folders");
    Ok(Reply::python_json(StatusCode::CREATED, &Id { id }))
}

/// DELETE `/folders/FOLDER_ID/`
pub(super) fn delete(desk: &mut Desk<'_>, id: u64) -> Result<Reply, Reply> {
    #[derive(Serialize)]
    struct Deleted {
        parent_id: Option<u64>,
    }
    let parent_id = desk.folder(id)?.parent;
    if desk.world.slices.values().any(|slice| slice.folder == Some(id)) {
        return Err(refusal::invalid("Folder contains slices."));
    }
    if desk.world.folders.values().any(|folder| folder.parent == Some(id)) {
        return Err(refusal::invalid("Folder contains folders."));
    }
    desk.world.folders.remove(&id);
    desk.deleted("folders");
    Ok(Reply::python_json(StatusCode::OK, &Deleted { parent_id }))
}
