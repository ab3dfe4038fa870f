//! Any response to any endpoint, and any text as an identifier: no panic, one odd member costs one member, and what is an identifier
//! comes back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundslice::core::{ApiError as _, Bytes, Endpoint, HeaderMap, Response, StatusCode};
use segno_soundslice::{ApiError, FolderId, ListId, Scorehash, Slug};
use segno_soundslice::{folders, lists, notation, recordings, slices, syncpoints};

fn read<E: Endpoint>(body: &Bytes) -> Option<E::Output> {
    E::read(Response::new(body.clone())).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let body = Bytes::copy_from_slice(bytes);
    if let Some(slices) = read::<slices::List>(&body)
        && let Ok(members) = serde_json::from_slice::<Vec<serde_json::Value>>(bytes)
    {
        assert_eq!(slices.given(), members.len());
    }
    let _ = (read::<slices::Create>(&body), read::<slices::Get>(&body), read::<slices::Delete>(&body));
    let _ = (read::<slices::Move>(&body), read::<slices::Duplicate>(&body));
    let _ = (read::<recordings::List>(&body), read::<recordings::Create>(&body), read::<recordings::Change>(&body));
    let _ = (read::<recordings::StartUpload>(&body), read::<notation::StartUpload>(&body));
    let _ = (read::<folders::List>(&body), read::<folders::Get>(&body), read::<folders::Create>(&body));
    let _ = (read::<lists::Create>(&body), read::<syncpoints::Get>(&body));
    for status in [StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND] {
        let error = ApiError::read(status, &HeaderMap::new(), &body);
        assert!(!error.to_string().contains('\n'));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(scorehash) = text.parse::<Scorehash>() {
        assert_eq!(scorehash.to_string(), text);
    }
    if let Ok(slug) = text.parse::<Slug>() {
        assert_eq!(slug.to_string(), text);
    }
    let _ = (text.parse::<FolderId>(), text.parse::<ListId>());
});
