//! No page breaks the reading of lists, and its link is followed to the API or not at all.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::core::{Bytes, Endpoint, Paged, Response};
use segno_soundcloud::{Client, UserUrn, feed, tracks};

fuzz_target!(|bytes: &[u8]| {
    let body = Bytes::copy_from_slice(bytes);
    let _ = feed::Feed::read(Response::new(body.clone()));
    let list = tracks::OfUser::new(UserUrn::new(7));
    let Ok(page) = tracks::OfUser::read(Response::new(body)) else { return };
    let Some(next) = page.next else { return };
    let Ok(next) = list.at(&next) else { return };
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    let Some(client) = CLIENT.get_or_init(|| Client::builder().build().ok()) else { return };
    if let Ok(request) = client.core().prepare(&next) {
        assert_eq!(request.uri.host(), Some("api.soundcloud.com"));
        assert_eq!(request.uri.scheme_str(), Some("https"));
    }
});
