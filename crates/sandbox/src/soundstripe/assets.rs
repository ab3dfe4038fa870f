//! Reference images and videos: `POST /v1/supe/assets`, `GET /v1/supe/assets/{asset_id}`.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use serde_json::json;

use super::desk::{Desk, number, ok};
use super::document::{Document, document, reply, resource};
use super::switches::{AssetOutcome, AssetRefusal};
use super::world::Asset;
use super::{image, refusal};
use crate::form::{Form, FormFile};
use crate::reply::Reply;

const IMAGES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
const VIDEOS: [&str; 3] = ["video/mp4", "video/quicktime", "video/webm"];
const MOST_PIXELS: u32 = 4096;
const LONGEST_S: f64 = 600.0;

fn to_document(id: u64, asset: &Asset) -> Document {
    let created = SystemTime::UNIX_EPOCH + asset.created;
    let attributes = json!({
        "status": asset.state,
        "content_type": asset.content_type,
        "byte_size": asset.byte_size,
        "created_at": httpdate::fmt_http_date(created),
    });
    document(resource("supe_assets", format!("asset_{id}"), attributes), None, None)
}

pub(super) fn upload(desk: &Desk<'_>, form: &Form) -> Result<Reply, Reply> {
    let file = form.file("file").ok_or_else(|| refusal::bad("file is missing"))?;
    // The part of the form goes before the type that the file declares.
    let declared = form.filled("content_type").or(file.content_type.as_deref()).unwrap_or_default();
    let content_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_image = IMAGES.contains(&content_type.as_str());
    let specific = desk.switches.asset_refusal == AssetRefusal::Specific;
    let status = |status| if specific { status } else { StatusCode::BAD_REQUEST };
    if !is_image && !VIDEOS.contains(&content_type.as_str()) {
        let detail = format!("content_type cannot be {content_type:?}");
        let status = status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(refusal::coded(status, &detail, "unsupported_media_type"));
    }
    let most: u64 = if is_image { 20 << 20 } else { 500 << 20 };
    let byte_size = file.content.len();
    if byte_size > most {
        let detail = format!("file has {byte_size} bytes, more than {most}");
        return Err(refusal::coded(status(StatusCode::PAYLOAD_TOO_LARGE), &detail, "file_too_large"));
    }
    let outcome = match desk.switches.asset_outcome {
        AssetOutcome::Processed => "processed",
        AssetOutcome::Failed => "failed",
        AssetOutcome::ByContent if fits(desk, file, is_image) => "processed",
        AssetOutcome::ByContent => "failed",
    };
    let house = desk.house;
    let asset =
        Asset { owner: desk.account, state: "pending", content_type, byte_size, created: house.clock.now() };
    let id = house.soundstripe.world.lock().add_asset(asset.clone());
    house.effects.created("soundstripe", "supe_assets");
    let answer = reply(StatusCode::ACCEPTED, &to_document(id, &asset));
    let half = Duration::try_from_secs_f64(desk.switches.asset_delay_s / 2.0).unwrap_or_default();
    for (delay, state) in [(half, "processing"), (half * 2, outcome)] {
        house.clock.after(delay, move |house| {
            if let Some(asset) = house.soundstripe.world.lock().assets.get_mut(&id) {
                asset.state = state;
            }
        });
    }
    Ok(answer)
}

/// Whether pixels or length are within the limits. An image whose header cannot be read is none.
fn fits(desk: &Desk<'_>, file: &FormFile, is_image: bool) -> bool {
    if is_image {
        image::size(&file.content).is_some_and(|(width, height)| width.max(height) <= MOST_PIXELS)
    } else {
        desk.switches.video_duration_s <= LONGEST_S
    }
}

pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Reply> {
    let world = desk.house.soundstripe.world.lock();
    let found = id.strip_prefix("asset_").and_then(number);
    let found = found.and_then(|id| Some((id, world.assets.get(&id)?)));
    match found.filter(|(_, asset)| asset.owner == desk.account) {
        Some((id, asset)) => Ok(ok(&to_document(id, asset))),
        None => Err(refusal::not_found("Asset", id)),
    }
}
