//! What a user adds to the catalogue of the first account.

use serde::Deserialize;
use serde_json::{Number, Value};

use super::accounts::FIRST;
use super::notation;
use super::source::{Source, Status};
use super::state::Soundslice;
use super::store::{Recording, Slice};
use crate::kit::Imported;
use crate::storage::Object;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Catalogue {
    folders: Vec<NewFolder>,
    slices: Vec<NewSlice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFolder {
    name: String,
    #[serde(default)]
    parent: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSlice {
    name: String,
    #[serde(default)]
    artist: String,
    #[serde(default)]
    folder: Option<String>,
    #[serde(default = "private")]
    status: u8,
    #[serde(default = "private")]
    embed_status: u8,
    #[serde(default)]
    musicxml: Option<String>,
    #[serde(default)]
    recordings: Vec<NewRecording>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct NewRecording {
    name: Option<String>,
    youtube: Option<String>,
    vimeo: Option<String>,
    mp3_url: Option<String>,
    video_url: Option<String>,
    syncpoints: Vec<Vec<Number>>,
}

fn private() -> u8 {
    1
}

impl NewRecording {
    /// Where it comes from: exactly one of the four.
    fn source(&self) -> Option<(Source, String)> {
        let sources = [
            (Source::YouTube, &self.youtube),
            (Source::Vimeo, &self.vimeo),
            (Source::Mp3Url, &self.mp3_url),
            (Source::VideoUrl, &self.video_url),
        ];
        let mut given = sources.into_iter().filter_map(|(source, data)| Some((source, data.clone()?)));
        given.next().filter(|_| given.next().is_none())
    }
}

/// Reads folders and slices; parents and folders are named, and must be among the folders that come before or exist.
pub(super) fn read<'a>(service: &'a Soundslice, catalogue: &Value) -> Imported<'a> {
    let catalogue = Catalogue::deserialize(catalogue).map_err(|error| error.to_string())?;
    let store = service.store.lock();
    let mut folders: Vec<String> = store
        .folders
        .values()
        .filter(|folder| folder.owner == FIRST)
        .map(|folder| folder.name.clone())
        .collect();
    drop(store);
    for folder in &catalogue.folders {
        known(&folders, folder.parent.as_ref())?;
        folders.push(folder.name.clone());
    }
    for slice in &catalogue.slices {
        known(&folders, slice.folder.as_ref())?;
        if ![1, 3].contains(&slice.status) || ![1, 2, 4].contains(&slice.embed_status) {
            return Err(format!(
                "invalid slice {:?}: expected status 1 or 3 and embed_status 1, 2 or 4",
                slice.name
            ));
        }
        for recording in &slice.recordings {
            if recording.source().is_none() {
                let sources = "exactly one of youtube, vimeo, mp3_url and video_url";
                return Err(format!("invalid recording of slice {:?}: expected {sources}", slice.name));
            }
        }
    }
    Ok(Box::new(move || add(service, catalogue)))
}

fn known(folders: &[String], name: Option<&String>) -> Result<(), String> {
    match name {
        Some(name) if !folders.contains(name) => Err(format!("there is no folder {name:?}")),
        _ => Ok(()),
    }
}

fn add(service: &Soundslice, catalogue: Catalogue) {
    let mut store = service.store.lock();
    let by_name = |store: &super::store::Store, name: Option<String>| {
        let mut folders = store.folders.values().filter(|folder| folder.owner == FIRST);
        folders.find(|folder| Some(&folder.name) == name.as_ref()).map(|folder| folder.id)
    };
    for folder in catalogue.folders {
        let parent = by_name(&store, folder.parent);
        store.add_folder(FIRST, &folder.name, parent);
    }
    for new in catalogue.slices {
        let slice = Slice {
            name: new.name,
            artist: new.artist,
            status: new.status,
            embed_status: new.embed_status,
            folder: by_name(&store, new.folder),
            ..Slice::empty(FIRST)
        };
        let number = store.add_slice(slice).number;
        if let Some(musicxml) = new.musicxml {
            let notation = Object::from_bytes(musicxml.into_bytes(), service.sandbox.clock.system_time());
            service.storage.put(&notation::path(number), notation.clone());
            if let Some(slice) = store.slices.get_mut(&number) {
                slice.notation = Some(notation);
            }
        }
        for recording in new.recordings {
            let Some((source, source_data)) = recording.source() else { continue };
            store.add_recording(Recording {
                id: 0,
                slice: number,
                name: recording.name.unwrap_or_else(|| source.default_name().to_owned()),
                source,
                source_data,
                hls_url: String::new(),
                status: Status::Ready,
                duration: None,
                crop_start: None,
                crop_end: None,
                syncpoints: recording.syncpoints,
            });
        }
    }
}
