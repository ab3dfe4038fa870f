//! Streams, previews and downloads: links that need the token, and lead to short-lived ones on the storage host.

use http::StatusCode;
use serde_json::{Map, Value};

use super::desk::{Answer, Desk, found, ok};
use super::refusal;
use super::show::urn;
use super::switches::seconds;
use super::world::{State, Track};
use crate::spool::Spool;
use crate::storage::Object;

/// Milliseconds of a preview.
const PREVIEW: u64 = 30_000;
/// Of one preview this many bytes are kept at most.
const PREVIEW_BYTES: u64 = 4 * 1024 * 1024;
/// Up to this size the tag of a stored file is the MD5 of its bytes.
const TAGGED_BYTES: usize = 16 * 1024 * 1024;

/// `GET /tracks/{track_urn}/streams`
pub(super) fn streams(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    if desk.switches.streams_count_as_plays {
        desk.count_play()?;
    }
    let track = desk.track(id)?;
    let access = desk.access(track);
    if track.state != State::Finished || access == "blocked" || !track.streamable {
        return Err(refusal::not_found());
    }
    let base = format!("{}/tracks/{}/streams/{}", desk.origin(), urn("tracks", track.id), track.stream);
    let secret = match desk.parameter("secret_token") {
        Some(secret) => format!("?secret_token={secret}"),
        None => String::new(),
    };
    let mut links = Map::new();
    let mut add = |name: &str, tail: &str| {
        links.insert(name.to_owned(), format!("{base}/{tail}{secret}").into());
    };
    if access == "playable" {
        add("hls_aac_160_url", "hls");
        add("hls_mp3_128_url", "hls-mp3");
    }
    add("preview_mp3_128_url", "preview");
    ok(&Value::Object(links))
}

/// A link of the above: a redirect to storage.
pub(super) fn follow(desk: &mut Desk<'_>, id: Option<u64>, texts: &[String]) -> Answer {
    let track = desk.track(id)?.clone();
    let access = desk.access(&track);
    let kind = texts.get(1).map(String::as_str).unwrap_or_default();
    let fits = texts.first() == Some(&track.stream) && track.state == State::Finished && access != "blocked";
    let location = match kind {
        "hls" | "hls-mp3" if fits && access == "playable" => playlist(desk, &track, kind),
        "preview" if fits => preview(desk, &track)?,
        _ => return Err(refusal::not_found()),
    };
    played(desk, &track);
    found(&location)
}

/// `GET /tracks/{track_urn}/preview`
pub(super) fn redirect_to_preview(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    if desk.switches.streams_count_as_plays {
        desk.count_play()?;
    }
    let track = desk.track(id)?.clone();
    if track.state != State::Finished || desk.access(&track) == "blocked" {
        return Err(refusal::not_found());
    }
    found(&preview(desk, &track)?)
}

/// `GET /tracks/{id}/stream`: the old link, which counts as a play.
pub(super) fn stream(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let track = desk.track(id)?.clone();
    if track.state != State::Finished || desk.access(&track) == "blocked" {
        return Err(refusal::not_found());
    }
    desk.count_play()?;
    let location = preview(desk, &track)?;
    played(desk, &track);
    found(&location)
}

/// `GET /tracks/{id}/download`: the file as it was uploaded.
pub(super) fn download(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let track = desk.track(id)?.clone();
    if !track.downloadable || desk.access(&track) == "blocked" {
        return Err(refusal::not_found());
    }
    let path = put_audio(desk, &track);
    if let Some(track) = desk.world.tracks.get_mut(&track.id) {
        track.download_count += 1;
    }
    found(&link(desk, &path))
}

fn played(desk: &mut Desk<'_>, track: &Track) {
    let tie = desk.world.tie(desk.now);
    if let Ok(me) = desk.me() {
        desk.world.plays.put(me, track.id, tie);
    }
    if let Some(track) = desk.world.tracks.get_mut(&track.id) {
        track.playback_count += 1;
    }
}

fn object(desk: &Desk<'_>, content: Spool, content_type: &str) -> Object {
    let modified = desk.house.clock.system_time();
    let mut object = match content.bytes(TAGGED_BYTES) {
        Ok(Some(bytes)) => Object::from_bytes(bytes, modified),
        // Larger ones are tagged by their length: hashing gigabytes for a link would take too long.
        _ => Object::from_bytes(content.len().to_string(), modified),
    };
    object.content = content;
    object.content_type = Some(content_type.to_owned());
    object
}

fn put_audio(desk: &Desk<'_>, track: &Track) -> String {
    let path = format!("/soundcloud-media/{}/{}.{}", track.id, track.stream, track.audio.extension);
    desk.house.storage.put(&path, object(desk, track.audio.content.clone(), track.audio.content_type));
    path
}

/// A link that lives as the switches say, or that is over at once.
fn link(desk: &Desk<'_>, path: &str) -> String {
    let life = if desk.switches.expired_streams { 0.0 } else { desk.switches.stream_life_s };
    desk.house.storage.download_url(desk.house, path, seconds(life))
}

/// A media playlist (RFC 8216) of one segment: the whole file.
fn playlist(desk: &Desk<'_>, track: &Track, kind: &str) -> String {
    let segment = link(desk, &put_audio(desk, track));
    let length = track.duration as f64 / 1000.0;
    let text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION:{}\n\
         #EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:{length:.3},\n{segment}\n#EXT-X-ENDLIST\n",
        track.duration.div_ceil(1000)
    );
    let path = format!("/soundcloud-media/{}/{}-{kind}.m3u8", track.id, track.stream);
    let content = Spool::from_bytes(text);
    desk.house.storage.put(&path, object(desk, content, "application/vnd.apple.mpegurl"));
    link(desk, &path)
}

/// The first thirty seconds, by bytes.
fn preview(desk: &Desk<'_>, track: &Track) -> Result<String, refusal::Refusal> {
    let content = &track.audio.content;
    let bytes = if track.duration > PREVIEW {
        (u128::from(content.len()) * u128::from(PREVIEW) / u128::from(track.duration)) as u64
    } else {
        content.len()
    };
    let start = content.read_at(0, bytes.min(PREVIEW_BYTES) as usize);
    let start = start.map_err(|_| refusal::plain(StatusCode::INTERNAL_SERVER_ERROR))?;
    let path = format!("/soundcloud-media/{}/{}-preview.{}", track.id, track.stream, track.audio.extension);
    desk.house.storage.put(&path, object(desk, Spool::from_bytes(start), track.audio.content_type));
    Ok(link(desk, &path))
}
