#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::client::{Cursor, Paged};
use segno_core::{ApiError as _, Bytes, Endpoint, HeaderMap, Response, StatusCode};
use segno_soundstripe::page::PageNumber;
use segno_soundstripe::{
    ApiError, categories, playlists, private_playlists, songs, sound_effects, supe_assets, supe_searches, tags,
};

fn read<E: Endpoint>(body: &Bytes) -> Option<E::Output> {
    E::read(Response::new(body.clone())).ok()
}

fuzz_target!(|data: &[u8]| {
    let body = Bytes::copy_from_slice(data);
    // No response makes a list endless: the next page is always a later one.
    if let Some(page) = read::<songs::List>(&body) {
        let here = songs::List::new().paging(PageNumber::new(7));
        if let Ok(page) = here.page(page) {
            let next = page.next.as_ref().map(Cursor::number);
            assert!(next.is_none_or(|number| number.is_ok_and(|number| number > 7)));
        }
    }
    if let Some(song) = read::<songs::Get>(&body) {
        assert_eq!(song.primary_audio().map(|file| &file.id), song.audio_file_ids.first().filter(|id| {
            song.audio_files.iter().any(|file| file.id == **id)
        }));
        let _ = song.key.as_ref().map(|key| (key.name().map(str::len), key.mode()));
        assert!(!format!("{song:?}").contains("sig=CANARY"));
    }
    let _ = read::<tags::List>(&body);
    let _ = read::<sound_effects::List>(&body);
    if let Some(page) = read::<categories::List>(&body) {
        let count = page.items.len();
        let tree = categories::Category::tree(page.items);
        assert!(tree.len() <= count);
    }
    let _ = read::<playlists::Get>(&body);
    let _ = read::<playlists::Songs>(&body);
    let _ = read::<private_playlists::List>(&body);
    let _ = read::<supe_searches::Get>(&body);
    let _ = read::<supe_assets::Get>(&body);
    let line = ApiError::read(StatusCode::BAD_REQUEST, &HeaderMap::new(), &body).to_string();
    assert!(!line.contains('\n'));
});
