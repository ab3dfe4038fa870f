//! Streams, previews and downloads: links that need the token, and lead to short-lived ones on the storage host.

use serde_json::Value;

use super::context::{RequestContext, found, ok};
use super::encryption::{KEY_SEGMENTS, LOCKED_SEQUENCE, Lock};
use super::error::{self, Result};
use super::show::urn;
use super::store::{Audio, State, Track};
use super::switches::HlsEncryption;
use crate::kit::{Spool, seconds};
use crate::storage::Object;

/// Milliseconds of a preview.
const PREVIEW: u64 = 30_000;
/// Milliseconds of a segment.
const SEGMENT: u64 = 10_000;
/// More than a segment takes.
const LOCKED_BYTES: usize = 64 * 1024 * 1024;
/// Up to this size the tag of a stored file is the MD5 of its bytes.
const TAGGED_BYTES: usize = 1024 * 1024;
/// More than thirty seconds of MP3 take.
const MP3_BYTES: usize = 4 * 1024 * 1024;
/// So far into an MP3 file its first frame is looked for.
const TAG_SEARCH: usize = 128 * 1024;

/// A member of `/streams`. Each has an identifier of its own, made from the track's.
struct Stream {
    member: &'static str,
    number: u32,
    preview: bool,
}

const STREAMS: [Stream; 3] = [
    Stream { member: "hls_aac_160_url", number: 0, preview: false },
    Stream { member: "hls_mp3_128_url", number: 1, preview: false },
    Stream { member: "preview_mp3_128_url", number: 2, preview: true },
];

impl Stream {
    fn id(&self, track: &Track) -> String {
        let mut id = track.stream.clone();
        let digit = id.pop().and_then(|digit| digit.to_digit(16)).unwrap_or_default();
        id.extend(char::from_digit(digit ^ self.number, 16));
        id
    }

    fn tail(&self) -> &'static str {
        if self.preview { "preview" } else { "hls" }
    }
}

/// `GET /tracks/{track_urn}/streams`
pub(super) fn streams(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    if context.switches.streams_count_as_plays {
        context.count_play()?;
    }
    let track = context.track(id)?;
    let access = context.access(track);
    if track.state != State::Finished || access == "blocked" || !track.streamable {
        return Err(error::not_found());
    }
    let base = format!("{}/tracks/{}/streams", context.origin(), urn("tracks", track.id));
    let opened = context.parameter("secret_token") == Some(track.secret.as_str());
    let secret = if opened { format!("?secret_token={}", track.secret) } else { String::new() };
    let open = STREAMS.iter().filter(|stream| stream.preview || access == "playable");
    let links = open.map(|stream| {
        let link = format!("{base}/{}/{}{secret}", stream.id(track), stream.tail());
        (stream.member.to_owned(), link.into())
    });
    ok(&Value::Object(links.collect()))
}

/// A link of the above: a redirect to storage.
pub(super) fn follow(context: &mut RequestContext<'_>, id: Option<u64>, texts: &[String]) -> Result {
    let track = context.track(id)?.clone();
    let access = context.access(&track);
    let [id, tail] = texts else { return Err(error::not_found()) };
    let stream = STREAMS.iter().find(|stream| stream.id(&track) == *id && stream.tail() == tail);
    let location = match stream.filter(|_| track.state == State::Finished) {
        Some(stream) if stream.preview && access != "blocked" => preview(context, &track),
        Some(stream) if !stream.preview && access == "playable" => playlist(context, &track, id)?,
        _ => return Err(error::not_found()),
    };
    played(context, &track);
    found(&location)
}

/// `GET /tracks/{track_urn}/preview`
pub(super) fn redirect_to_preview(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    if context.switches.streams_count_as_plays {
        context.count_play()?;
    }
    let track = context.track(id)?.clone();
    if track.state != State::Finished || context.access(&track) == "blocked" {
        return Err(error::not_found());
    }
    found(&preview(context, &track))
}

/// `GET /tracks/{id}/stream`: the old link, which counts as a play.
pub(super) fn stream(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let track = context.track(id)?.clone();
    if track.state != State::Finished || context.access(&track) == "blocked" {
        return Err(error::not_found());
    }
    context.count_play()?;
    let location = preview(context, &track);
    played(context, &track);
    found(&location)
}

/// What the widget plays: the whole file or the preview, as far as whoever asks may hear it.
pub(super) fn listen(context: &mut RequestContext<'_>, id: Option<u64>) -> Result<String> {
    let track = context.track(id)?.clone();
    let access = context.access(&track);
    if track.state != State::Finished || !track.streamable || access == "blocked" {
        return Err(error::not_found());
    }
    let location = if access == "playable" {
        let path = path(&track, &format!("-whole.{}", track.audio.extension));
        put(context, &path, track.audio.content.clone(), track.audio.content_type);
        link(context, &path)
    } else {
        preview(context, &track)
    };
    played(context, &track);
    Ok(location)
}

/// `GET /tracks/{id}/download`: the file as it was uploaded.
pub(super) fn download(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let track = context.track(id)?.clone();
    if !track.downloadable || context.access(&track) == "blocked" {
        return Err(error::not_found());
    }
    let path = path(&track, &format!(".{}", track.audio.extension));
    put(context, &path, track.audio.content.clone(), track.audio.content_type);
    if let Some(track) = context.store.tracks.get_mut(&track.id) {
        track.download_count += 1;
    }
    found(&link(context, &path))
}

fn played(context: &mut RequestContext<'_>, track: &Track) {
    let edge = context.store.edge(context.now);
    if let Ok(me) = context.me() {
        context.store.plays.put(me, track.id, edge);
    }
    if let Some(track) = context.store.tracks.get_mut(&track.id) {
        track.playback_count += 1;
    }
}

/// A stored object; what is large is tagged by its name, for hashing gigabytes for a link would take too long.
fn put(context: &RequestContext<'_>, path: &str, content: Spool, content_type: &str) {
    let modified = context.service.sandbox.clock.system_time();
    let tagged = content.bytes(TAGGED_BYTES).ok().flatten().unwrap_or_else(|| path.to_owned().into());
    let object = Object {
        content,
        content_type: Some(content_type.to_owned()),
        ..Object::from_bytes(tagged, modified)
    };
    context.service.storage.put(path, object);
}

/// Where something of a track is stored.
fn path(track: &Track, tail: &str) -> String {
    format!("/soundcloud-media/{}/{}{tail}", track.id, track.stream)
}

/// A link that lives as the switches say, or that is over at once.
fn link(context: &RequestContext<'_>, path: &str) -> String {
    let life = if context.switches.expired_streams { 0.0 } else { context.switches.stream_life_s };
    context.service.storage.download_url(path, seconds(life))
}

/// A media playlist (RFC 8216) of segments that are together the file as it was uploaded.
fn playlist(context: &RequestContext<'_>, track: &Track, id: &str) -> Result<String> {
    let Audio { content, content_type, extension } = &track.audio;
    let count = track.duration.div_ceil(SEGMENT).max(1);
    let encryption = context.switches.hls_encryption;
    let sequence = if encryption == HlsEncryption::None { 0 } else { LOCKED_SEQUENCE };
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION:{}\n\
         #EXT-X-MEDIA-SEQUENCE:{sequence}\n",
        SEGMENT / 1000
    );
    for index in 0..count {
        let (start, end) = (index * SEGMENT, track.duration.min((index + 1) * SEGMENT));
        let place = path(track, &format!("/{index}.{extension}"));
        let mut segment = content.slice(byte_at(track, start)..byte_at(track, end));
        if encryption != HlsEncryption::None {
            let lock = Lock::of(track, index, encryption == HlsEncryption::ExplicitIv);
            if index % KEY_SEGMENTS == 0 || lock.iv.is_some() {
                let place = lock.place(track);
                put(context, &place, Spool::from_bytes(lock.key.to_vec()), "application/octet-stream");
                text += &lock.tag(&link(context, &place));
            }
            let whole = segment.bytes(LOCKED_BYTES).ok().flatten();
            let whole = whole.ok_or_else(|| error::unprocessable("A segment is too large to be locked."))?;
            segment = Spool::from_bytes(lock.locked(&whole, sequence + index));
        }
        put(context, &place, segment, content_type);
        let length = (end - start) as f64 / 1000.0;
        text += &format!("#EXTINF:{length:.3},\n{}\n", link(context, &place));
    }
    text += "#EXT-X-ENDLIST\n";
    let place = format!("/soundcloud-media/{}/{id}.m3u8", track.id);
    put(context, &place, Spool::from_bytes(text), "application/vnd.apple.mpegurl");
    Ok(link(context, &place))
}

/// The first thirty seconds.
fn preview(context: &RequestContext<'_>, track: &Track) -> String {
    let Audio { content, content_type, extension } = &track.audio;
    let place = path(track, &format!("-preview.{extension}"));
    let start = content.slice(0..byte_at(track, PREVIEW));
    let start = if *extension == "mp3" { without_length(&start).unwrap_or(start) } else { start };
    put(context, &place, start, content_type);
    link(context, &place)
}

/// The start of an MP3 file whose first frame no longer says how long the whole was; `None` if it does not say so.
fn without_length(start: &Spool) -> Option<Spool> {
    let bytes = start.bytes(MP3_BYTES).ok()??;
    let tag = |at: usize| {
        let sync = matches!(bytes.get(at..at + 2), Some([0xff, second]) if second & 0xe0 == 0xe0);
        // After the side information, whose size depends on version and channels.
        let places = [32, 17, 9].map(|side| at + 4 + side);
        let tagged = |place: &usize| matches!(bytes.get(*place..place + 4), Some(b"Xing" | b"Info"));
        places.into_iter().find(|place| sync && tagged(place))
    };
    let place = (0..bytes.len().min(TAG_SEARCH)).find_map(tag)?;
    let mut bytes = bytes.to_vec();
    bytes.get_mut(place..place + 4)?.fill(0);
    Some(Spool::from_bytes(bytes))
}

/// The byte at a time of the track, as if every second took as many; the end of the file at its end.
fn byte_at(track: &Track, ms: u64) -> u64 {
    let (length, duration) = (track.audio.content.len(), track.duration.max(1));
    (u128::from(length) * u128::from(ms.min(duration)) / u128::from(duration)) as u64
}
