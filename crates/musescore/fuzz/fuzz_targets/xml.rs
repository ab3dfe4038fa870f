//! Any response that begins like XML.

#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::{ApiError as _, Bytes, Endpoint, HeaderMap, Response, StatusCode};
use segno_musescore::{ApiError, oembed, scores, space, time};

fn read<E: Endpoint>(body: &Bytes) -> Option<E::Output> {
    E::read(Response::new(body.clone())).ok()
}

fuzz_target!(|data: &[u8]| {
    let body = Bytes::from([b"<", data].concat());
    let _ = read::<scores::Get>(&body);
    let _ = read::<scores::Search>(&body);
    let _ = read::<oembed::Get>(&body);
    if let Some(times) = read::<time::Get>(&body) {
        assert_eq!(times.played().len(), times.0.len());
        let _ = times.measure_at(0.0);
    }
    if let Some(boxes) = read::<space::Get>(&body) {
        assert!(boxes.0.iter().all(|element| element.pixels().x.is_finite()));
    }
    let error = ApiError::read(StatusCode::NOT_FOUND, &HeaderMap::new(), &body);
    assert!(!error.to_string().contains('\n'));
});
