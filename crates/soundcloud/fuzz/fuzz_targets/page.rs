//! No page breaks the reading of lists, and its link is followed to the API or not at all.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::core::{Bytes, Endpoint, Response, SecretUrl, client::{Cursor, Paged}};
use segno_soundcloud::{Client, UserUrn, feed, streams, tracks};

/// A request that can be built goes to the API.
fn only_to_the_api(request: &impl Endpoint) {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    let Some(client) = CLIENT.get_or_init(|| Client::builder().build().ok()) else { return };
    if let Ok(request) = client.core().prepare(request) {
        assert_eq!(request.uri.authority().map(|authority| authority.as_str()), Some("api.soundcloud.com"));
        assert_eq!(request.uri.scheme_str(), Some("https"));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let body = Bytes::copy_from_slice(bytes);
    let _ = feed::Feed::read(Response::new(body.clone()));
    let list = tracks::OfUser::new(UserUrn::new(7));
    // As a page, and as the link that stands on one.
    let page = tracks::OfUser::read(Response::new(body)).ok();
    let link = std::str::from_utf8(bytes).ok().map(Cursor::new);
    for next in page.and_then(|page| page.next).into_iter().chain(link) {
        if let Ok(next) = list.at(&next) {
            only_to_the_api(&next);
        }
        if let Ok(url) = next.as_str().parse::<SecretUrl>() {
            only_to_the_api(&streams::Follow::new(url));
        }
    }
});
