//! Reference images and videos: `POST /v1/supe/assets`, `GET /v1/supe/assets/{asset_id}`.

use std::sync::Arc;
use std::time::SystemTime;

use http::StatusCode;
use serde_json::json;

use super::context::{RequestContext, ok};
use super::document::{Document, document, resource, response};
use super::error::{self, Result};
use super::image;
use super::state::SERVICE;
use super::store::Asset;
use super::switches::{AssetOutcome, AssetRefusal};
use crate::kit::clock::http_date;
use crate::kit::{Form, FormFile, number, seconds};

const IMAGES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
const VIDEOS: [&str; 3] = ["video/mp4", "video/quicktime", "video/webm"];
const MAX_PIXELS: u32 = 4096;
const LONGEST_S: f64 = 600.0;

fn to_document(id: u64, asset: &Asset) -> Document {
    let created = SystemTime::UNIX_EPOCH + asset.created;
    let attributes = json!({
        "status": asset.state,
        "content_type": asset.content_type,
        "byte_size": asset.byte_size,
        "created_at": http_date(created),
    });
    document(resource("supe_assets", format!("asset_{id}"), attributes), None, None)
}

pub(super) fn upload(context: &RequestContext<'_>, form: &Form) -> Result {
    let file = form.file("file").ok_or_else(|| error::bad("file is missing"))?;
    // The part of the form goes before the type that the file declares.
    let declared = form.filled("content_type").or(file.content_type.as_deref()).unwrap_or_default();
    let content_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_image = IMAGES.contains(&content_type.as_str());
    let specific = context.switches.asset_refusal == AssetRefusal::Specific;
    let status = |status| if specific { status } else { StatusCode::BAD_REQUEST };
    if !is_image && !VIDEOS.contains(&content_type.as_str()) {
        let detail = format!("content_type cannot be {content_type:?}");
        let status = status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(error::coded(status, &detail, "unsupported_media_type"));
    }
    let most: u64 = if is_image { 20 << 20 } else { 500 << 20 };
    let byte_size = file.content.len();
    if byte_size > most {
        let detail = format!("file has {byte_size} bytes, more than {most}");
        return Err(error::coded(status(StatusCode::PAYLOAD_TOO_LARGE), &detail, "file_too_large"));
    }
    let outcome = match context.switches.asset_outcome {
        AssetOutcome::Processed => "processed",
        AssetOutcome::Failed => "failed",
        AssetOutcome::ByContent if fits(context, file, is_image) => "processed",
        AssetOutcome::ByContent => "failed",
    };
    let service = context.service;
    let created = service.sandbox.clock.now();
    let asset = Asset { owner: context.account, state: "pending", content_type, byte_size, created };
    let id = service.store.lock().add_asset(asset.clone());
    service.sandbox.effects.created(SERVICE, "supe_assets");
    let half = seconds(context.switches.asset_delay_s / 2.0);
    for (delay, state) in [(half, "processing"), (half * 2, outcome)] {
        let service = Arc::clone(service);
        context.service.sandbox.clock.after(delay, move || {
            if let Some(asset) = service.store.lock().assets.get_mut(&id) {
                asset.state = state;
            }
        });
    }
    Ok(response(StatusCode::ACCEPTED, &to_document(id, &asset)))
}

/// Whether pixels or length are within the limits. A file whose header cannot be read is not an image.
fn fits(context: &RequestContext<'_>, file: &FormFile, is_image: bool) -> bool {
    if is_image {
        image::size(&file.content).is_some_and(|(width, height)| width.max(height) <= MAX_PIXELS)
    } else {
        context.switches.video_duration_s <= LONGEST_S
    }
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let store = context.service.store.lock();
    let found = id.strip_prefix("asset_").and_then(number);
    let found = found.and_then(|id| Some((id, store.assets.get(&id)?)));
    match found.filter(|(_, asset)| asset.owner == context.account) {
        Some((id, asset)) => Ok(ok(&to_document(id, asset))),
        None => Err(error::not_found("Asset", id)),
    }
}
