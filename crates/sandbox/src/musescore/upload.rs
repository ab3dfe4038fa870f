//! Uploads and updates.

use std::sync::Arc;

use super::context::RequestContext;
use super::error::{self, Result};
use super::license;
use super::rendering::Rendering;
use super::state::SERVICE;
use super::store::Score;
use crate::kit::{Form, Spool};

/// Words of an upload may have this many bytes.
const TEXT_LIMIT: usize = 1024 * 1024;

/// The fields of an upload, read and checked; what was not sent is `None`.
struct Upload {
    file: Option<Spool>,
    title: Option<String>,
    description: Option<String>,
    private: Option<bool>,
    license: Option<&'static str>,
    tags: Option<String>,
    revision_log: Option<String>,
}

impl Upload {
    fn read(form: Option<&Form>) -> Result<Self> {
        let form = form.ok_or_else(|| error::unusable("An upload must be multipart/form-data"))?;
        let file =
            form.file("score_data").filter(|file| !file.file_name.is_empty() || file.content.len() > 0);
        if let Some(file) = file
            && file.content.read_at(0, 4).ok().as_deref() != Some(b"PK\x03\x04")
        {
            return Err(error::unusable("score_data is not a MuseScore file"));
        }
        let private = match text(form, "private").as_deref() {
            None | Some("") => None,
            Some("0") => Some(false),
            Some("1") => Some(true),
            Some(_) => return Err(error::unusable("private must be 0 or 1")),
        };
        let license = match text(form, "license").as_deref() {
            None | Some("") => None,
            Some(name) => Some(license::named(name).ok_or_else(|| error::unusable("Unknown license"))?),
        };
        Ok(Self {
            file: file.map(|file| file.content.clone()),
            title: text(form, "title"),
            description: text(form, "description"),
            private,
            license,
            tags: text(form, "tags"),
            revision_log: text(form, "revision_log"),
        })
    }

    fn title(&self) -> Result<Option<String>> {
        match &self.title {
            Some(title) if title.trim().is_empty() => Err(error::unusable("title is required")),
            title => Ok(title.clone()),
        }
    }
}

/// A text field; one client gives its text fields an empty file name.
fn text(form: &Form, name: &str) -> Option<String> {
    if let Some(text) = form.text(name) {
        return Some(text.to_owned());
    }
    let file = form.file(name).filter(|file| file.file_name.is_empty())?;
    let bytes = file.content.bytes(TEXT_LIMIT).ok().flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// POST `/score`
pub(super) fn create(context: &mut RequestContext<'_>, form: Option<&Form>) -> Result {
    let owner = context.caller.required_user()?;
    let upload = Upload::read(form)?;
    let title = upload.title()?.ok_or_else(|| error::unusable("title is required"))?;
    let file = upload.file.as_ref().ok_or_else(|| error::unusable("score_data is required"))?;
    let rendering = context.service.renderer.render(file);
    let now = context.service.sandbox.clock.unix();
    let score = Score {
        id: context.store.new_score_id(),
        vid: context.store.new_version(),
        owner,
        secret: context.store.new_secret(),
        posted: now,
        updated: now,
        private: upload.private.unwrap_or(false),
        license: upload.license.unwrap_or(license::DEFAULT),
        language: None,
        title,
        description: upload.description.unwrap_or_default(),
        tags: upload.tags.unwrap_or_default(),
        revision_log: upload.revision_log,
        featured: false,
        comments: 0,
        favorites: 0,
        views: 0,
        plays: 0,
        downloads: 0,
        rendering,
        audio: None,
    };
    let object = context.score_object(&score);
    context.store.scores.insert(score.id, score);
    context.service.sandbox.effects.created(SERVICE, "scores");
    Ok(context.format.ok(&object))
}

/// POST `/score/ID/update`. What is not sent stays; without a file the version stays too.
pub(super) fn update(context: &mut RequestContext<'_>, id: u64, form: Option<&Form>) -> Result {
    context.own(id)?;
    let upload = Upload::read(form)?;
    let title = upload.title()?;
    let version: Option<(u64, Arc<Rendering>)> =
        upload.file.as_ref().map(|file| (context.store.new_version(), context.service.renderer.render(file)));
    let now = context.service.sandbox.clock.unix();
    let score = context.own(id)?;
    let before = score.clone();
    if let Some((vid, rendering)) = version {
        score.vid = vid;
        score.rendering = rendering;
        score.audio = None;
    }
    score.title = title.unwrap_or_else(|| score.title.clone());
    score.description = upload.description.unwrap_or_else(|| score.description.clone());
    score.tags = upload.tags.unwrap_or_else(|| score.tags.clone());
    score.private = upload.private.unwrap_or(score.private);
    score.license = upload.license.unwrap_or(score.license);
    score.revision_log = upload.revision_log;
    let is_different = *score != before;
    score.updated = now;
    let score = score.clone();
    context.service.sandbox.effects.written(SERVICE, "scores", is_different);
    Ok(context.format.ok(&context.score_object(&score)))
}
