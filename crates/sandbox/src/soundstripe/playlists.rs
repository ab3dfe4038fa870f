//! Curated playlists and their categories: `GET /v1/playlists`, `GET /v1/playlists/{playlist_id}`,
//! `GET /v1/playlist_categories`, `GET /v1/playlist_categories/{playlist_category_id}`.

use serde_json::{Value, json};

use super::catalogue::{Playlist, PlaylistCategory};
use super::context::{RequestContext, ok};
use super::document::{Included, document, linkage, resource};
use super::error::{self, Result};
use super::paging::Paging;
use super::route::ItemKind;
use super::songs::{self, ALTERNATES, Shown};
use super::sound_effects;
use super::switches::PlaylistLinkage;
use crate::kit::number;

/// Which related resources a response includes.
struct Include {
    songs: bool,
    artists: bool,
    files: bool,
    categories: bool,
    shown: Shown,
}

impl Include {
    fn read(context: &RequestContext<'_>) -> Result<Option<Self>> {
        let shown = Shown {
            artists: true,
            files: context.query.boolean(ALTERNATES)?.unwrap_or(false),
            lifetime: context.lifetime(),
        };
        let mut include = Self { songs: false, artists: false, files: false, categories: false, shown };
        let Some(value) = context.query.filled("include") else { return Ok(None) };
        for name in value.split(',').map(str::trim) {
            match name {
                "songs" => include.songs = true,
                // A path names everything on its way.
                "songs.artists" => (include.songs, include.artists) = (true, true),
                "songs.audio_files" => (include.songs, include.files) = (true, true),
                "playlist_categories" => include.categories = true,
                _ => return Err(error::bad(format!("include cannot be {name}"))),
            }
        }
        Ok(Some(include))
    }
}

fn media_type(context: &RequestContext<'_>) -> Result<ItemKind> {
    match context.query.filled("filter[media_type]") {
        None => Ok(ItemKind::Songs),
        Some(name) => {
            ItemKind::of(name).ok_or_else(|| error::bad("filter[media_type] must be songs or sound_effects"))
        }
    }
}

fn kind_of(playlist: &Playlist) -> ItemKind {
    if playlist.effects.is_empty() { ItemKind::Songs } else { ItemKind::SoundEffects }
}

/// A playlist with one page of its contents, which go into `included` where they are asked for.
fn to_resource(
    context: &RequestContext<'_>,
    playlist: &Playlist,
    contents: Paging,
    include: Option<&Include>,
    included: &mut Included,
) -> Value {
    let page = |ids: &[u64]| ids[contents.range(ids.len())].to_vec();
    let linked = |ids: &[u64]| match context.switches.playlist_linkage {
        PlaylistLinkage::Page => page(ids),
        PlaylistLinkage::All => ids.to_vec(),
    };
    let songs = || playlist.songs.iter().filter_map(|&id| context.catalogue.song(id));
    let duration: f64 = match kind_of(playlist) {
        ItemKind::Songs => songs().filter_map(|song| song.files.first()).map(|file| file.duration).sum(),
        ItemKind::SoundEffects => playlist
            .effects
            .iter()
            .filter_map(|&id| context.catalogue.effect(id))
            .map(|effect| effect.duration)
            .sum(),
    };
    let attributes = json!({
        "name": playlist.name,
        "description": playlist.description,
        "image": format!("https://img.example.test/playlists/{}.png?w=450&h=450", playlist.id),
        "duration": (duration * 1000.0).round() / 1000.0,
    });
    let mut resource = resource("playlists", playlist.id, attributes);
    resource["relationships"] = json!({
        "songs": linkage("songs", linked(&playlist.songs)),
        "playlist_categories": linkage("playlist_categories", playlist.categories.iter().copied()),
    });
    if kind_of(playlist) == ItemKind::SoundEffects {
        resource["relationships"]["sound_effects"] = linkage("sound_effects", linked(&playlist.effects));
    }
    let Some(include) = include else { return resource };
    if include.songs {
        for song in page(&playlist.songs).into_iter().filter_map(|id| context.catalogue.song(id)) {
            included.add("songs", song.id, || {
                songs::to_resource(&context.catalogue, &context.switches, song, include.shown)
            });
            if include.artists {
                songs::include_artists(&context.catalogue, song, include.shown, included);
            }
            if include.files {
                songs::include_files(context.service, &context.switches, song, include.shown, included);
            }
        }
        for effect in page(&playlist.effects).into_iter().filter_map(|id| context.catalogue.effect(id)) {
            included.add("sound_effects", effect.id, || sound_effects::to_resource(context, effect));
        }
    }
    if include.categories {
        for category in &context.catalogue.playlist_categories {
            if playlist.categories.contains(&category.id) {
                included.add("playlist_categories", category.id, || category_resource(category));
            }
        }
    }
    resource
}

pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let include = Include::read(context)?;
    let kind = media_type(context)?;
    let paging = Paging::read(context)?;
    let wanted: Option<Vec<u64>> = context
        .query
        .filled("filter[playlist_category_ids]")
        .map(|ids| ids.split(',').filter_map(|id| number(id.trim())).collect());
    let passes = |playlist: &&Playlist| {
        kind_of(playlist) == kind
            && wanted.as_ref().is_none_or(|ids| playlist.categories.iter().any(|id| ids.contains(id)))
    };
    let playlists: Vec<&Playlist> = context.catalogue.playlists.iter().filter(passes).collect();
    let mut included = Included::default();
    let data: Vec<Value> = playlists[paging.range(playlists.len())]
        .iter()
        .map(|playlist| to_resource(context, playlist, Paging::FIRST, include.as_ref(), &mut included))
        .collect();
    let links = paging.links(context, playlists.len());
    Ok(ok(&document(data.into(), include.map(|_| included), Some(links))))
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let include = Include::read(context)?;
    let kind = media_type(context)?;
    let paging = Paging::read(context)?;
    let playlist = number(id)
        .and_then(|id| context.catalogue.playlists.iter().find(|playlist| playlist.id == id))
        .filter(|playlist| kind_of(playlist) == kind)
        .ok_or_else(|| error::not_found("Playlist", id))?;
    let mut included = Included::default();
    let data = to_resource(context, playlist, paging, include.as_ref(), &mut included);
    let total = playlist.songs.len() + playlist.effects.len();
    Ok(ok(&document(data, include.map(|_| included), Some(paging.links(context, total)))))
}

fn category_resource(category: &PlaylistCategory) -> Value {
    resource("playlist_categories", category.id, json!({"name": category.name}))
}

pub(super) fn list_categories(context: &RequestContext<'_>) -> Result {
    let paging = Paging::read(context)?;
    let categories = &context.catalogue.playlist_categories;
    let data: Vec<Value> = categories[paging.range(categories.len())].iter().map(category_resource).collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(context, categories.len())))))
}

pub(super) fn get_category(context: &RequestContext<'_>, id: &str) -> Result {
    let category = number(id)
        .and_then(|id| context.catalogue.playlist_categories.iter().find(|category| category.id == id));
    let category = category.ok_or_else(|| error::not_found("PlaylistCategory", id))?;
    Ok(ok(&document(category_resource(category), None, None)))
}
