//! What needs no connection: reading responses and scores, signing, lookups, simplifying.

use std::hint::black_box;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use quick_xml::Reader;
use quick_xml::events::Event;
use segno_core::auth::oauth1::OAuth1;
use segno_core::http::Uri;
use segno_core::{Endpoint, Method, Response};
use segno_musescore::{AccessToken, Consumer};
use segno_score::{Options, musicxml};
use segno_syncpoint::simplify::{Rules, minimum};
use segno_syncpoint::{Fraction, Policy, RepeatEnd, RepeatStart, Structure, SyncMap, Syncpoint, WrittenBar};
use serde::Deserialize;

use crate::{Outcome, data};

/// Work that is done again and again; its inputs are made beforehand.
pub(crate) type Work = Box<dyn FnMut() -> Outcome>;

fn response(text: String) -> Response<Bytes> {
    Response::new(Bytes::from(text))
}

/// 200,000 slices that are here already.
pub(crate) fn slices(subject: &str) -> Outcome<Work> {
    let body = response(data::slices(1_000));
    Ok(match subject {
        "segno" => Box::new(move || {
            let slices = segno_soundslice::slices::List::read(black_box(body.clone()))?;
            same(slices.len(), 1_000)
        }),
        "serde_json" => Box::new(move || {
            let slices: Vec<segno_soundslice::slices::Slice> =
                serde_json::from_slice(black_box(body.body()))?;
            same(slices.len(), 1_000)
        }),
        other => return Err(format!("no subject {other}").into()),
    })
}

fn same(found: usize, expected: usize) -> Outcome {
    if found == expected { Ok(()) } else { Err(format!("{found} instead of {expected}").into()) }
}

/// A page of 100 songs with what belongs to them.
pub(crate) fn songs(subject: &str) -> Outcome<Work> {
    let body = response(data::songs(100));
    Ok(match subject {
        "segno" => Box::new(move || {
            let page = segno_soundstripe::songs::List::read(black_box(body.clone()))?;
            let files: usize = page.items.iter().map(|song| song.audio_files.len()).sum();
            same(page.items.len() + files, 200)
        }),
        "plain structs" => Box::new(move || {
            let page: plain::Page = serde_json::from_slice(black_box(body.body()))?;
            same(page.data.len() + black_box(page).included.len(), 220)
        }),
        "serde_json::Value" => Box::new(move || {
            let page: serde_json::Value = serde_json::from_slice(black_box(body.body()))?;
            same(page["data"].as_array().map_or(0, Vec::len), 100)
        }),
        other => return Err(format!("no subject {other}").into()),
    })
}

/// What one writes for this page and no other response: every member must be there and of its type, nothing is resolved, and
/// nothing unknown is kept.
#[allow(dead_code)]
mod plain {
    use super::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Page {
        pub(super) data: Vec<Song>,
        pub(super) included: Vec<Included>,
        links: Links,
    }

    #[derive(Deserialize)]
    struct Links {
        #[serde(rename = "self")]
        this: String,
        first: Option<String>,
        prev: Option<String>,
        next: Option<String>,
        last: Option<String>,
        meta: Meta,
    }

    #[derive(Deserialize)]
    struct Meta {
        total_count: u64,
    }

    #[derive(Deserialize)]
    pub(super) struct Song {
        id: String,
        attributes: Attributes,
        relationships: Relationships,
    }

    #[derive(Deserialize)]
    struct Attributes {
        bpm: Option<f64>,
        explicit: Option<bool>,
        key: Option<Key>,
        tags: Tags,
        title: Option<String>,
        lyrics: Option<String>,
        description: Option<String>,
    }

    #[derive(Deserialize)]
    struct Key {
        mode: String,
        name: String,
    }

    #[derive(Deserialize)]
    struct Tags {
        characteristic: Vec<String>,
        genre: Vec<String>,
        instrument: Vec<String>,
        mood: Vec<String>,
    }

    #[derive(Deserialize)]
    struct Relationships {
        artists: Linked,
        audio_files: Linked,
    }

    #[derive(Deserialize)]
    struct Linked {
        data: Vec<Identifier>,
    }

    #[derive(Deserialize)]
    struct Identifier {
        id: String,
        #[serde(rename = "type")]
        kind: String,
    }

    #[derive(Deserialize)]
    pub(super) struct Included {
        id: String,
        #[serde(rename = "type")]
        kind: String,
        attributes: IncludedAttributes,
    }

    #[derive(Deserialize)]
    struct IncludedAttributes {
        name: Option<String>,
        image: Option<String>,
        description: Option<String>,
        duration: Option<f64>,
        instrumental: Option<bool>,
        versions: Option<Versions>,
        file_extension: Option<String>,
        vocal_degree: Option<String>,
    }

    #[derive(Deserialize)]
    struct Versions {
        mp3: String,
        wav: String,
    }
}

/// How many scores the XML has: 1.2 MB.
const SCORES: usize = 1_000;

/// MuseScore's XML, by the byte.
pub(crate) fn scores(subject: &str) -> Outcome<Work> {
    let text = data::scores(SCORES);
    Ok(match subject {
        "segno" => {
            let body = response(text);
            Box::new(move || {
                let scores = segno_musescore::scores::Search::read(black_box(body.clone()))?;
                same(scores.len(), SCORES)
            })
        }
        "quick-xml's events" => Box::new(move || events(text.as_bytes())),
        other => return Err(format!("no subject {other}").into()),
    })
}

fn events(text: &[u8]) -> Outcome {
    let mut reader = Reader::from_reader(black_box(text));
    reader.config_mut().expand_empty_elements = true;
    while !matches!(black_box(reader.read_event()?), Event::Eof) {}
    Ok(())
}

const NONCE: &str = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
const TIME: i64 = 1_318_622_958;
const CONSUMER: [&str; 2] = ["xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"];
const TOKEN: [&str; 2] =
    ["370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"];
const BARE: &str = "https://api.musescore.com/services/rest/score.json";

/// A search with every filter.
#[derive(oauth1_request::Request)]
struct Search {
    language: &'static str,
    license: &'static str,
    page: u32,
    part: &'static str,
    parts: u32,
    sort: &'static str,
    text: &'static str,
}

const SEARCH: Search = Search {
    language: "cs",
    license: "to_share",
    page: 3,
    part: "0,73",
    parts: 2,
    sort: "view_count",
    text: "\"silver lake\" Dvořák ~*'()!",
};

fn search_uri() -> Outcome<Uri> {
    let mut pairs = segno_core::request::FormPairs::new();
    pairs.push("text", SEARCH.text);
    pairs.push("part", SEARCH.part);
    pairs.push("parts", SEARCH.parts);
    pairs.push("language", SEARCH.language);
    pairs.push("license", SEARCH.license);
    pairs.push("sort", SEARCH.sort);
    pairs.push("page", SEARCH.page);
    Ok(format!("{BARE}?{}", pairs.to_query()).parse()?)
}

/// The `Authorization` header of a search, nonce and time given; without `oauth_version`, which the rival does not send.
pub(crate) fn sign(subject: &str) -> Outcome<Work> {
    type Theirs = oauth1_request::Builder<'static, oauth1_request::signature_method::HmacSha1, &'static str>;
    let ours = OAuth1::new(&Consumer::new(CONSUMER[0], CONSUMER[1]))
        .token(&AccessToken::new(TOKEN[0], TOKEN[1]))
        .without_version();
    let mut theirs =
        Theirs::new(oauth1_request::Credentials::new(CONSUMER[0], CONSUMER[1]), oauth1_request::HMAC_SHA1);
    theirs.token(oauth1_request::Credentials::new(TOKEN[0], TOKEN[1]));
    theirs.nonce(NONCE).timestamp(std::num::NonZeroU64::new(TIME.unsigned_abs()));
    let uri = search_uri()?;
    let signature = |header: &str| {
        header.split("oauth_signature=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    let headers = [ours.header(&Method::GET, &uri, [], NONCE, TIME), theirs.get(BARE, &SEARCH)];
    if signature(&headers[0]) != signature(&headers[1]) {
        return Err("the same input does not give the same signature".into());
    }
    Ok(match subject {
        "segno" => Box::new(move || {
            black_box(ours.header(black_box(&Method::GET), black_box(&uri), [], black_box(NONCE), TIME));
            Ok(())
        }),
        "oauth1-request" => Box::new(move || {
            black_box(black_box(&theirs).get(black_box(BARE), black_box(&SEARCH)));
            Ok(())
        }),
        // Of a base string as long as this one.
        "HMAC-SHA1" => Box::new(move || {
            let key = format!("{}&{}", CONSUMER[1], TOKEN[1]);
            let mut mac = Hmac::<sha1::Sha1>::new_from_slice(black_box(key.as_bytes()))?;
            mac.update(black_box(&[b'a'; 512]));
            black_box(mac.finalize());
            Ok(())
        }),
        other => return Err(format!("no subject {other}").into()),
    })
}

/// Lookups at a time.
pub(crate) const QUERIES: usize = 10_000;

/// Lookups in a map of `size` points.
pub(crate) fn lookups(row: &str, subject: &str, size: usize) -> Outcome<Work> {
    let times = data::times(size);
    let points = times.iter().zip(0..).map(|(time, bar)| Syncpoint::bar_line(bar, *time)).collect::<Vec<_>>();
    let map = SyncMap::new(points)?;
    let end = times.last().copied().unwrap_or_default();
    let mut random = data::Random(2);
    let mut queries: Vec<f64> = match row {
        "cursor" => (0..QUERIES).map(|frame| (frame as f64 / 60.0) % end).collect(),
        _ => (0..QUERIES).map(|_| random.unit() * end).collect(),
    };
    if row == "sorted" {
        queries.sort_by(f64::total_cmp);
    }
    let mut out = vec![0.0; QUERIES];
    Ok(match (row, subject) {
        ("cursor", "segno") => Box::new(move || {
            let mut cursor = map.cursor();
            black_box(
                queries
                    .iter()
                    .map(|query| cursor.bars_at(black_box(*query)).unwrap_or_default())
                    .sum::<f64>(),
            );
            Ok(())
        }),
        ("position", "segno") => Box::new(move || {
            for query in &queries {
                let _ = black_box(map.position_at(black_box(*query)));
            }
            Ok(())
        }),
        ("sorted" | "unsorted", "segno") => Box::new(move || {
            map.bars_at_many(black_box(&queries), &mut out);
            black_box(&out);
            Ok(())
        }),
        (_, "segno" | "segno, single") => Box::new(move || {
            black_box(
                queries.iter().map(|query| map.bars_at(black_box(*query)).unwrap_or_default()).sum::<f64>(),
            );
            Ok(())
        }),
        // What one writes without this crate.
        (_, "partition_point") => Box::new(move || {
            let mut sum = 0.0;
            for query in &queries {
                let query = black_box(*query);
                let at = times.partition_point(|time| *time <= query).clamp(1, times.len() - 1) - 1;
                sum += at as f64 + (query - times[at]) / (times[at + 1] - times[at]);
            }
            black_box(sum);
            Ok(())
        }),
        // The method of alphaTab 1.8 (`MidiFileSequencer.mainTimePositionFromBackingTrack`): remember the last point; if the
        // time is before it start over, then walk to the next ones.
        (_, "alphaTab's walk") => Box::new(move || {
            let (mut at, mut sum) = (0, 0.0);
            for query in &queries {
                let query = black_box(*query);
                if query < times[at] {
                    at = 0;
                }
                while at + 1 < times.len() && times[at + 1] <= query {
                    at += 1;
                }
                let next = (at + 1).min(times.len() - 1);
                sum += at as f64 + (query - times[at]) / (times[next] - times[at]);
            }
            black_box(sum);
            Ok(())
        }),
        (_, other) => return Err(format!("no subject {other}").into()),
    })
}

/// Points kept of a steady beat with jitter within the tolerance: `size` points.
pub(crate) fn simplify(size: usize) -> Outcome<Work> {
    let mut random = data::Random(11);
    let x: Vec<f64> = (0..size).map(|bar| bar as f64).collect();
    let t: Vec<f64> = x.iter().map(|x| 1.0 + 0.5 * x + (random.unit() - 0.5) * 0.09).collect();
    Ok(Box::new(move || {
        black_box(minimum(black_box(&x), black_box(&t), 0.05, &Rules::KEEP)?);
        Ok(())
    }))
}

/// Passages of eight bars, each repeated: `passages` of them.
pub(crate) fn unroll(passages: usize) -> Outcome<Work> {
    let four = Fraction::new(4, 4).unwrap_or(Fraction::ZERO);
    let mut structure = Structure::default();
    for bar in 0..passages * 8 {
        let mut written = WrittenBar::new((bar + 1).to_string(), four);
        if bar % 8 == 0 {
            written.repeat_start = Some(RepeatStart::Printed);
        }
        if bar % 8 == 7 {
            written.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        }
        structure.bars.push(written);
    }
    Ok(Box::new(move || {
        black_box(black_box(&structure).unroll(&Policy::CLASSICAL)?);
        Ok(())
    }))
}

/// Bars of the score: 1.6 MB.
const BARS: usize = 500;

/// A score in MusicXML.
pub(crate) fn music_xml(subject: &str) -> Outcome<Work> {
    let text = data::music_xml(BARS);
    let read = |score: Result<segno_score::Score, segno_score::Error>| -> Outcome {
        same(black_box(score)?.structure.bars.len(), BARS)
    };
    Ok(match subject {
        "segno" => Box::new(move || read(musicxml::read_slice(text.as_bytes(), &Options::new()))),
        "segno, onsets" => {
            Box::new(move || read(musicxml::read_slice(text.as_bytes(), &Options::new().with_onsets())))
        }
        "segno, streamed" => Box::new(move || read(musicxml::read(text.as_bytes(), &Options::new()))),
        "quick-xml's events" => Box::new(move || events(text.as_bytes())),
        other => return Err(format!("no subject {other}").into()),
    })
}
