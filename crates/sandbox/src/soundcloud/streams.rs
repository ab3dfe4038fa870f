//! Streams, previews and downloads: links that need the token, and lead to short-lived ones on the storage host.

use serde_json::Value;

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
pub(super) fn streams(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    if desk.switches.streams_count_as_plays {
        desk.count_play()?;
    }
    let track = desk.track(id)?;
    let access = desk.access(track);
    if track.state != State::Finished || access == "blocked" || !track.streamable {
        return Err(refusal::not_found());
    }
    let base = format!("{}/tracks/{}/streams", desk.origin(), urn("tracks", track.id));
    let opened = desk.parameter("secret_token") == Some(track.secret.as_str());
    let secret = if opened { format!("?secret_token={}", track.secret) } else { String::new() };
    let open = STREAMS.iter().filter(|stream| stream.preview || access == "playable");
    let links = open.map(|stream| {
        let link = format!("{base}/{}/{}{secret}", stream.id(track), stream.tail());
        (stream.member.to_owned(), link.into())
    });
    ok(&Value::Object(links.collect()))
}

/// A link of the above: a redirect to storage.
pub(super) fn follow(desk: &mut Desk<'_>, id: Option<u64>, texts: &[String]) -> Answer {
    let track = desk.track(id)?.clone();
    let access = desk.access(&track);
    let [id, tail] = texts else { return Err(refusal::not_found()) };
    let stream = STREAMS.iter().find(|stream| stream.id(&track) == *id && stream.tail() == tail);
    let location = match stream.filter(|_| track.state == State::Finished) {
        Some(stream) if stream.preview && access != "blocked" => preview(desk, &track),
        Some(stream) if !stream.preview && access == "playable" => playlist(desk, &track, id),
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
fn playlist(desk: &Desk<'_>, track: &Track, id: &str) -> String {
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
    let place = format!("/soundcloud-media/{}/{id}.m3u8", track.id);
    put(desk, &place, Spool::from_bytes(text), "application/vnd.apple.mpegurl");
    link(desk, &place)
}

/// The first thirty seconds.
fn preview(desk: &Desk<'_>, track: &Track) -> String {
    let Audio { content, content_type, extension } = &track.audio;
    let place = path(track, &format!("-preview.{extension}"));
    let start = content.slice(0..byte_at(track, PREVIEW));
    let start = if *extension == "mp3" { without_length(&start).unwrap_or(start) } else { start };
    put(desk, &place, start, content_type);
    link(desk, &place)
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
