//! What the accounts own at the start.

use serde_json::Number;

use super::accounts::{FIRST, ORGANISATION, OTHER_ORGANISATION, SECOND};
use super::notation;
use super::source::{Source, Status};
use super::state::Soundslice;
use super::store::{Recording, Slice, Store};
use super::tune::{FRERE_JACQUES, GYMNOPEDIE, MINUET, ODE_TO_JOY, Tune};
use crate::storage::Object;

const QUARTERS_PER_MINUTE: f64 = 100.0;

/// Fills an empty store.
pub(super) fn fill(service: &Soundslice, store: &mut Store) {
    let repertoire = store.add_folder(FIRST, "Repertoire", None);
    let beethoven = store.add_folder(FIRST, "Beethoven", Some(repertoire));
    let warm_ups = store.add_folder(FIRST, "Warm-ups", None);
    store.add_folder(ORGANISATION, "Shared scores", None);
    store.add_folder(OTHER_ORGANISATION, "Programme", None);
    let private = store.add_folder(SECOND, "Private", None);

    let mut catalogue = Catalogue { service, store };
    let ode = catalogue.piece(&ODE_TO_JOY, Slice { folder: Some(beethoven), ..Slice::empty(FIRST) });
    catalogue.linked(ode, Source::YouTube, "aB3-dE5_gH7", "Choir", &ODE_TO_JOY);
    catalogue.uploaded(ode);
    let jacques = catalogue.piece(
        &FRERE_JACQUES,
        Slice { folder: Some(warm_ups), status: 3, embed_status: 4, print_status: 3, ..Slice::empty(FIRST) },
    );
    catalogue.linked(
        jacques,
        Source::Mp3Url,
        "https://media.example.net/frere-jacques.mp3",
        "Piano",
        &FRERE_JACQUES,
    );
    let minuet = catalogue.piece(&MINUET, Slice::empty(FIRST));
    // An account from the time of slugs, and a slice without notation.
    catalogue.store.add_slice(Slice {
        slug: "etude-op-10-no-3".to_owned(),
        name: "Étude Op. 10 No. 3".to_owned(),
        artist: "Frédéric Chopin".to_owned(),
        ..Slice::empty(FIRST)
    });
    let gymnopedie = catalogue.piece(&GYMNOPEDIE, Slice { folder: Some(private), ..Slice::empty(SECOND) });
    catalogue.linked(gymnopedie, Source::Vimeo, "76979871", "Video", &GYMNOPEDIE);
    catalogue.store.add_slice(Slice {
        name: "Clair de lune".to_owned(),
        artist: "Claude Debussy".to_owned(),
        ..Slice::empty(SECOND)
    });

    let term = store.add_list(FIRST, "Autumn term", None);
    if let Some(list) = store.lists.get_mut(&term) {
        list.slices.extend([ode, minuet]);
    }
    store.add_list(SECOND, "Recital", None);
}

struct Catalogue<'a> {
    service: &'a Soundslice,
    store: &'a mut Store,
}

impl Catalogue<'_> {
    /// A slice with the notation of a tune.
    fn piece(&mut self, tune: &Tune, slice: Slice) -> u64 {
        let notation = Object::from_bytes(tune.musicxml, self.service.sandbox.clock.system_time());
        let named = Slice { name: tune.title.to_owned(), artist: tune.composer.to_owned(), ..slice };
        let number = self.store.add_slice(Slice { notation: Some(notation.clone()), ..named }).number;
        self.service.storage.put(&notation::path(number), notation);
        number
    }

    fn linked(&mut self, slice: u64, source: Source, data: &str, name: &str, tune: &Tune) {
        let recording = recording(slice, source, name, tune);
        self.store.add_recording(Recording { source_data: data.to_owned(), ..recording });
    }

    /// A recording of the tune itself.
    fn uploaded(&mut self, slice: u64) {
        let tune = &ODE_TO_JOY;
        let duration = tune.bar_times(QUARTERS_PER_MINUTE).last().copied();
        let recording = recording(slice, Source::Mp3Upload, "Audio", tune);
        self.store.add_recording(Recording { duration, ..recording });
    }
}

fn recording(slice: u64, source: Source, name: &str, tune: &Tune) -> Recording {
    let times = tune.bar_times(QUARTERS_PER_MINUTE);
    let point = |(bar, time): (usize, &f64)| {
        let time = (time * 1000.0).round() / 1000.0;
        Some(vec![Number::from(bar), Number::from_f64(time)?])
    };
    Recording {
        id: 0,
        slice,
        name: name.to_owned(),
        source,
        source_data: String::new(),
        hls_url: String::new(),
        status: Status::Ready,
        duration: None,
        crop_start: None,
        crop_end: None,
        syncpoints: times.iter().enumerate().filter_map(point).collect(),
    }
}
