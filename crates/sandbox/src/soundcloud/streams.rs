//! Streams, previews and downloads: links that need the token, and lead to short-lived ones on the storage host.

use serde_json::{Map, Value};

use super::desk::{Answer, Desk, found, ok};
use super::refusal;
use super::show::urn;
use super::switches::seconds;
use super::world::{Audio, State, Track};
use crate::spool::Spool;
use crate::storage::Object;

/// Milliseconds of a preview.
const PREVIEW: u64 = 30_000;
/// Milliseconds of a segment.
const SEGMENT: u64 = 10_000;
/// Up to this size the tag of a stored file is the MD5 of its bytes.
const TAGGED_BYTES: usize = 1024 * 1024;

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
    let opened = desk.parameter("secret_token") == Some(track.secret.as_str());
    let secret = if opened { format!("?secret_token={}", track.secret) } else { String::new() };
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
        "preview" if fits => preview(desk, &track),
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
    found(&preview(desk, &track))
}

/// `GET /tracks/{id}/stream`: the old link, which counts as a play.
pub(super) fn stream(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let track = desk.track(id)?.clone();
    if track.state != State::Finished || desk.access(&track) == "blocked" {
        return Err(refusal::not_found());
    }
    desk.count_play()?;
    let location = preview(desk, &track);
    played(desk, &track);
    found(&location)
}

/// `GET /tracks/{id}/download`: the file as it was uploaded.
pub(super) fn download(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let track = desk.track(id)?.clone();
    if !track.downloadable || desk.access(&track) == "blocked" {
        return Err(refusal::not_found());
    }
    let path = path(&track, &format!(".{}", track.audio.extension));
    put(desk, &path, track.audio.content.clone(), track.audio.content_type);
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

/// A stored object; what is large is tagged by its name, for hashing gigabytes for a link would take too long.
fn put(desk: &Desk<'_>, path: &str, content: Spool, content_type: &str) {
    let modified = desk.house.clock.system_time();
    let tagged = content.bytes(TAGGED_BYTES).ok().flatten().unwrap_or_else(|| path.to_owned().into());
    let object = Object {
        content,
        content_type: Some(content_type.to_owned()),
        ..Object::from_bytes(tagged, modified)
    };
    desk.house.storage.put(path, object);
}

/// Where something of a track is stored.
fn path(track: &Track, tail: &str) -> String {
    format!("/soundcloud-media/{}/{}{tail}", track.id, track.stream)
}

/// A link that lives as the switches say, or that is over at once.
fn link(desk: &Desk<'_>, path: &str) -> String {
    let life = if desk.switches.expired_streams { 0.0 } else { desk.switches.stream_life_s };
    desk.house.storage.download_url(desk.house, path, seconds(life))
}

/// A media playlist (RFC 8216) of segments that are together the file as it was uploaded.
fn playlist(desk: &Desk<'_>, track: &Track, kind: &str) -> String {
    let Audio { content, content_type, extension } = &track.audio;
    let count = track.duration.div_ceil(SEGMENT).max(1);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:0\n",
        SEGMENT / 1000
    );
    for index in 0..count {
        let (start, end) = (index * SEGMENT, track.duration.min((index + 1) * SEGMENT));
        let place = path(track, &format!("/{index}.{extension}"));
        put(desk, &place, content.slice(byte_at(track, start)..byte_at(track, end)), content_type);
        let length = (end - start) as f64 / 1000.0;
        text += &format!("#EXTINF:{length:.3},\n{}\n", link(desk, &place));
    }
    text += "#EXT-X-ENDLIST\n";
    let place = path(track, &format!("-{kind}.m3u8"));
    put(desk, &place, Spool::from_bytes(text), "application/vnd.apple.mpegurl");
    link(desk, &place)
}

/// The first thirty seconds.
fn preview(desk: &Desk<'_>, track: &Track) -> String {
    let Audio { content, content_type, extension } = &track.audio;
    let place = path(track, &format!("-preview.{extension}"));
    put(desk, &place, content.slice(0..byte_at(track, PREVIEW)), content_type);
    link(desk, &place)
}

/// The byte at a time of the track, as if every second took as many; the end of the file at its end.
fn byte_at(track: &Track, ms: u64) -> u64 {
    let (length, duration) = (track.audio.content.len(), track.duration.max(1));
    (u128::from(length) * u128::from(ms.min(duration)) / u128::from(duration)) as u64
}
