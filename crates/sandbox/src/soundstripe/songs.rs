//! Songs: `GET /v1/songs`, `GET /v1/songs/{song_id}`.

use serde_json::{Map, Value, json};

use super::catalogue::{Catalogue, Song, TagCategory};
use super::context::{RequestContext, ok};
use super::document::{Included, document, linkage, resource};
use super::error::{self, Result};
use super::media::{self, Lifetime};
use super::paging::Paging;
use super::state::Soundstripe;
use super::switches::{AudioFileShape, KeyShape, Switches};
use super::terms::Terms;
use crate::kit::number;

pub(super) const ALTERNATES: &str = "filter[include_alternate_audio_files]";

/// How many of a song's artists and files are shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) artists: bool,
    pub(super) files: bool,
    pub(super) lifetime: Lifetime,
}

pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let filter = Filter::read(context)?;
    let shown = Shown {
        artists: true,
        files: context.query.boolean(ALTERNATES)?.unwrap_or(false),
        lifetime: context.lifetime(),
    };
    let paging = Paging::read(context)?;
    let found: Vec<&Song> = context
        .catalogue
        .songs
        .iter()
        .filter(|song| filter.passes(&context.catalogue, &context.switches, song))
        .collect();
    let mut included = Included::default();
    let data: Vec<Value> = found[paging.range(found.len())]
        .iter()
        .map(|song| {
            include_artists(&context.catalogue, song, shown, &mut included);
            include_files(context.service, &context.switches, song, shown, &mut included);
            to_resource(&context.catalogue, &context.switches, song, shown)
        })
        .collect();
    let links = paging.links(context, found.len());
    Ok(ok(&document(data.into(), Some(included), Some(links))))
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let song =
        number(id).and_then(|id| context.catalogue.song(id)).ok_or_else(|| error::not_found("Song", id))?;
    let all = !context.switches.retrieve_song_primary_only;
    let shown = Shown { artists: all, files: all, lifetime: context.lifetime() };
    let mut included = Included::default();
    include_artists(&context.catalogue, song, shown, &mut included);
    include_files(context.service, &context.switches, song, shown, &mut included);
    let data = to_resource(&context.catalogue, &context.switches, song, shown);
    Ok(ok(&document(data, Some(included), None)))
}

/// A song as a resource.
pub(super) fn to_resource(catalogue: &Catalogue, switches: &Switches, song: &Song, shown: Shown) -> Value {
    let (name, mode) = song.key;
    let key = match switches.key_shape {
        KeyShape::Object => json!({"name": name, "mode": mode}),
        KeyShape::String => format!("{name} {}{}", mode[..1].to_uppercase(), &mode[1..]).into(),
    };
    let tags: Map<String, Value> = TagCategory::ALL
        .into_iter()
        .map(|category| {
            let names: Vec<&str> = song.tags_of(&catalogue.tags, category).map(|tag| &*tag.name).collect();
            (category.name().to_owned(), names.into())
        })
        .collect();
    let attributes = json!({
        "title": song.title, "bpm": song.bpm, "explicit": song.explicit, "key": key, "tags": tags,
    });
    let mut resource = resource("songs", song.id, attributes);
    let artists = song.artists.iter().take(if shown.artists { usize::MAX } else { 1 });
    let files = song.files.iter().take(if shown.files { usize::MAX } else { 1 });
    resource["relationships"] = json!({
        "artists": linkage("artists", artists.map(|&artist| catalogue.artists[artist].id)),
        "audio_files": linkage("audio_files", files.map(|file| file.id)),
    });
    resource
}

pub(super) fn include_artists(catalogue: &Catalogue, song: &Song, shown: Shown, included: &mut Included) {
    for &artist in song.artists.iter().take(if shown.artists { usize::MAX } else { 1 }) {
        let artist = &catalogue.artists[artist];
        included.add("artists", artist.id, || {
            let image = format!("https://img.example.test/artists/{}.png?w=100&h=100", artist.id);
            resource("artists", artist.id, json!({"name": artist.name, "image": image}))
        });
    }
}

pub(super) fn include_files(
    service: &Soundstripe,
    switches: &Switches,
    song: &Song,
    shown: Shown,
    included: &mut Included,
) {
    for file in song.files.iter().take(if shown.files { usize::MAX } else { 1 }) {
        included.add("audio_files", file.id, || {
            let mut attributes = json!({
                "description": file.description,
                "duration": file.duration,
                "versions": media::versions(service, "songs", file.id, shown.lifetime),
            });
            if switches.audio_file_shape != AudioFileShape::Legacy {
                attributes["instrumental"] = file.instrumental.into();
            }
            if switches.audio_file_shape != AudioFileShape::Documented {
                attributes["file_extension"] = "wav".into();
                attributes["exclusions"] = json!([]);
                attributes["vocal_degree"] = if file.instrumental { "instrumental" } else { "full" }.into();
            }
            resource("audio_files", file.id, attributes)
        });
    }
}

/// The conditions of a list; all have to hold.
struct Filter {
    words: Vec<String>,
    bpm: (Option<i64>, Option<i64>),
    duration: (Option<i64>, Option<i64>),
    any_file: bool,
    energy: Option<String>,
    instrumental: Option<bool>,
    vocals: Option<bool>,
    tags: Vec<(TagCategory, Terms)>,
    key_name: Option<String>,
    key_mode: Option<String>,
}

impl Filter {
    fn read(context: &RequestContext<'_>) -> Result<Self> {
        let query = &context.query;
        let bounds = |name: &str| -> Result<_> {
            Ok((
                query.integer(&format!("filter[{name}][min]"))?,
                query.integer(&format!("filter[{name}][max]"))?,
            ))
        };
        let lower = |name: &str| query.filled(name).map(str::to_lowercase);
        let energy = query.filled("filter[energy]").map(str::to_owned);
        if energy
            .as_ref()
            .is_some_and(|energy| !["very_low", "low", "medium", "high"].contains(&energy.as_str()))
        {
            return Err(error::bad("filter[energy] must be very_low, low, medium or high"));
        }
        let tags = TagCategory::ALL.into_iter().filter_map(|category| {
            let value = query.filled(&format!("filter[tags][{}]", category.name()))?;
            Some((category, Terms::read(value)))
        });
        Ok(Self {
            words: words(query.filled("filter[q]").unwrap_or_default()),
            bpm: bounds("bpm")?,
            duration: bounds("duration")?,
            any_file: query.boolean("filter[duration][consider_alternate_audio_files]")?.unwrap_or(false),
            energy,
            instrumental: query.boolean("filter[instrumental]")?,
            vocals: query.boolean("filter[vocals]")?,
            tags: tags.collect(),
            key_name: lower("filter[key][name]"),
            key_mode: lower("filter[key][mode]"),
        })
    }

    fn passes(&self, catalogue: &Catalogue, switches: &Switches, song: &Song) -> bool {
        let considered = if self.any_file { song.files.len() } else { 1 };
        let has_instrumental = || song.files.iter().any(|file| file.instrumental);
        let has_vocals = || song.files.iter().any(|file| !file.instrumental);
        let (note, mode) = song.key;
        let note = note.to_lowercase();
        self.words.iter().all(|word| song.words.contains(word))
            && within(song.bpm, self.bpm)
            && song.files.iter().take(considered).any(|file| within(file.duration, self.duration))
            && self.energy.as_ref().is_none_or(|energy| energy == song.energy)
            && self.instrumental.is_none_or(|wanted| wanted == has_instrumental())
            && self.vocals.is_none_or(|wanted| wanted == has_vocals())
            && self.key_mode.as_ref().is_none_or(|wanted| wanted == mode)
            && self
                .key_name
                .as_ref()
                .is_none_or(|wanted| *wanted == note || note.split('/').any(|half| half == wanted))
            && self.tags.iter().all(|(category, terms)| {
                let labels: Vec<(&str, &str)> = song
                    .tags_of(&catalogue.tags, *category)
                    .map(|tag| (tag.id.as_str(), &*tag.name))
                    .collect();
                terms.pass(switches.tag_match, &labels)
            })
    }
}

/// The words of a search, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

#[allow(clippy::cast_precision_loss)]
fn within(value: f64, (min, max): (Option<i64>, Option<i64>)) -> bool {
    min.is_none_or(|min| value >= min as f64) && max.is_none_or(|max| value <= max as f64)
}
