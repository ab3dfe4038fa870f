//! The client against the sandbox, a server that shares no code with it, with each of the oddities that it can be switched
//! to.

use std::collections::BTreeSet;
use std::time::Duration;

use segno_core::client::{PageError, Paged};
use segno_core::{Cause, Retry};
use segno_sandbox::{
    CreatedStatus, Edit, ErrorShape, Fault, FaultKind, Host, MemberFault, PageFault, Processing,
    RateLimit as RateLimiter, RateLimitShape as Shape429, Sandbox, SoundcloudSwitches as Switches,
    UnauthorizedBody as Body401, UriForm,
};
use segno_soundcloud::streams::StreamKind;
use segno_soundcloud::tracks::{Asset, TrackFields, Upload};
use segno_soundcloud::{
    Access, Client, Diagnosis, ReadyError, Shape, StreamError, Throttle, TrackUrn, UploadError, Urn, UserUrn,
    comments, feed, follows, likes, me, playlists, reposts, tracks, users,
};

const OKAFOR: UserUrn = UserUrn::new(5512);
const REIS: UserUrn = UserUrn::new(5530);

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let client = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let client = client.token(access.access_token).settings(|core| core.retry(Retry::never()));
    (sandbox, client.build().unwrap())
}

fn switch(sandbox: &Sandbox, change: impl FnOnce(&mut Switches)) {
    sandbox.switches(|switches| change(&mut switches.soundcloud));
}

fn wave() -> Vec<u8> {
    let mut file =
        b"RIFF\x44\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x20\x03\0\0"
            .to_vec();
    file.resize(44 + 800, 0x80);
    file
}

/// All items of a list by what names them, with so many on a page, and how many pages there were.
async fn all<E: Paged>(client: &Client, list: E, name: fn(E::Item) -> Option<String>) -> (Vec<String>, u32)
where
    E::ApiError: std::fmt::Display,
{
    let (mut pages, mut items, mut count) = (client.pages(list), Vec::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page.unwrap_or_else(|error| panic!("{error}"));
        items.extend(page.items.into_iter().filter_map(name));
        count += 1;
    }
    (items, count)
}

macro_rules! one_by_one {
    ($client:ident, $name:expr, $( $list:expr ),* $(,)?) => { $({
        let (whole, _) = all(&$client, $list.limit(200), $name).await;
        let (single, pages) = all(&$client, $list.limit(1), $name).await;
        assert_eq!(single, whole, stringify!($list));
        assert!(pages as usize >= whole.len(), "{}: {pages} pages", stringify!($list));
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), stringify!($list));
        whole.len()
    } ),* };
}

#[tokio::test]
async fn every_list_is_the_same_one_by_one_and_at_once() {
    let (_sandbox, client) = sandbox().await;
    let track = client.send(&tracks::Search::new().q("minuet")).await.unwrap().items[0].urn.unwrap();
    let list = client.send(&playlists::Search::new().q("coast")).await.unwrap().items[0].urn.unwrap();
    let mut items = 0;
    let mut count = |found: usize| items += found;
    let of_track = |track: tracks::Track| track.urn.map(|urn| urn.to_string());
    let of_list = |list: playlists::Playlist| list.urn.map(|urn| urn.to_string());
    let of_user = |user: users::User| user.urn.map(|urn| urn.to_string());
    count(one_by_one!(client, of_track, tracks::Search::new().access(Access::ALL)));
    count(one_by_one!(client, of_track, tracks::Mine::new()));
    count(one_by_one!(client, of_track, tracks::OfUser::new(REIS).access(Access::ALL)));
    count(one_by_one!(client, of_track, tracks::Related::new(track)));
    count(one_by_one!(client, of_track, playlists::Tracks::new(list).access(Access::ALL)));
    count(one_by_one!(client, of_track, likes::MyTracks::new()));
    count(one_by_one!(client, of_track, likes::TracksOf::new(REIS)));
    count(one_by_one!(client, of_track, reposts::MyTracks::new()));
    count(one_by_one!(client, of_track, reposts::TracksOf::new(REIS)));
    count(one_by_one!(client, of_track, follows::TracksOfMyFollowings::new()));
    count(one_by_one!(client, of_list, playlists::Search::new()));
    count(one_by_one!(client, of_list, playlists::Mine::new()));
    count(one_by_one!(client, of_list, playlists::OfUser::new(REIS)));
    count(one_by_one!(client, of_list, likes::MyPlaylists::new()));
    count(one_by_one!(client, of_list, reposts::PlaylistsOf::new(REIS)));
    count(one_by_one!(client, of_user, users::Search::new()));
    count(one_by_one!(client, of_user, users::Related::new(REIS)));
    count(one_by_one!(client, of_user, follows::MyFollowings::new()));
    count(one_by_one!(client, of_user, follows::MyFollowers::new()));
    count(one_by_one!(client, of_user, follows::FollowersOf::new(REIS)));
    count(one_by_one!(client, of_user, likes::UsersOfTrack::new(track)));
    count(one_by_one!(client, of_user, reposts::UsersOfTrack::new(track)));
    let of_comment = |comment: comments::Comment| comment.urn.map(|urn| urn.to_string());
    count(one_by_one!(client, of_comment, comments::List::new(track)));
    let of_activity = |activity: feed::Activity| activity.created_at.map(|time| time.to_string());
    count(one_by_one!(client, of_activity, feed::Feed::new()));
    assert!(items > 40, "the catalogue has something to page through: {items}");
}

#[tokio::test]
async fn what_is_odd_about_pages_changes_no_list() {
    let (sandbox, client) = sandbox().await;
    let name = |track: tracks::Track| track.urn.map(|urn| urn.to_string());
    // Cursors, and offsets.
    let by_cursor = || tracks::OfUser::new(REIS).access(Access::ALL).limit(1);
    let by_offset = || tracks::Search::new().access(Access::ALL).limit(2);
    let plain = (all(&client, by_cursor(), name).await.0, all(&client, by_offset(), name).await.0);
    assert!(plain.0.len() > 2 && plain.1.len() > 2, "{plain:?}");
    let heard = all(&client, by_offset().access(Access::LISTENABLE), name).await.0;
    assert!(heard.len() < plain.1.len(), "there are blocked tracks, so that a lost filter shows");
    for fault in
        [PageFault::EmptyFirst, PageFault::ForeignHost, PageFault::DroppedAccess, PageFault::NullAtEnd]
    {
        switch(&sandbox, |switches| switches.pages = fault);
        let odd = (all(&client, by_cursor(), name).await.0, all(&client, by_offset(), name).await.0);
        assert_eq!(odd, plain, "{fault:?}");
    }
    switch(&sandbox, |switches| switches.pages = PageFault::Repeated);
    let mut pages = client.pages(by_cursor());
    let mut last = None;
    while let Some(page) = pages.next().await {
        last = Some(page);
    }
    let error = last.unwrap().unwrap_err();
    assert!(matches!(error.cause(), Cause::Pages(PageError::Circle { .. })), "{error}");
}

#[tokio::test]
async fn what_is_odd_about_members_costs_no_list() {
    let (sandbox, client) = sandbox().await;
    let list = || tracks::Search::new().access(Access::ALL);
    let plain = client.send(&list()).await.unwrap().items;
    for fault in [MemberFault::Null, MemberFault::Missing, MemberFault::UnknownEnums] {
        switch(&sandbox, |switches| switches.members = fault);
        let odd = client.send(&list()).await.unwrap().items;
        let names = |tracks: &[tracks::Track]| tracks.iter().map(|track| track.urn).collect::<Vec<_>>();
        assert_eq!(names(&odd), names(&plain), "{fault:?}");
        client.send(&me::Get::new()).await.unwrap();
    }
}

#[tokio::test]
async fn numbers_in_addresses_name_the_same_things() {
    let (sandbox, client) = sandbox().await;
    let page = "https://soundcloud.com/okafor/minuet-in-g";
    let plain = client.resolve_track(page).await.unwrap();
    switch(&sandbox, |switches| {
        switches.uri_form = UriForm::Number;
        switches.legacy_ids = true;
    });
    let old = client.resolve_track(page).await.unwrap();
    assert_eq!((old.urn, old.id), (plain.urn, plain.urn.map(TrackUrn::number)));
    assert_eq!(old.belongs_to(OKAFOR), Some(true));
    let resolved = client.send(&segno_soundcloud::resolve::Resolve::new(page)).await.unwrap();
    assert_eq!(resolved.urn, Urn::Track(plain.urn.unwrap()));
}

#[tokio::test]
async fn every_form_of_a_refusal() {
    let (sandbox, client) = sandbox().await;
    for (shape, expected) in [
        (ErrorShape::Object, Shape::Object),
        (ErrorShape::ShortObject, Shape::Object),
        (ErrorShape::Errors, Shape::Errors),
        (ErrorShape::ErrorTexts, Shape::Errors),
        (ErrorShape::Error, Shape::Word),
        (ErrorShape::Empty, Shape::Empty),
        (ErrorShape::Text, Shape::Text),
        (ErrorShape::Html, Shape::Page),
        (ErrorShape::Xml, Shape::Xml),
    ] {
        switch(&sandbox, |switches| switches.error_shape = shape);
        let error = client.send(&tracks::Get::new(TrackUrn::new(1))).await.unwrap_err();
        assert!(error.is_not_found(), "{shape:?}: {error}");
        assert_eq!(error.api().unwrap().shape, expected, "{error}");
        let text = error.api().unwrap().to_string();
        assert_eq!(text.is_empty(), shape == ErrorShape::Empty, "{shape:?}: {text}");
    }
}

#[tokio::test]
async fn every_form_of_a_429() {
    let (sandbox, client) = sandbox().await;
    for (shape, expected) in [
        (Shape429::Meta, Throttle::Documented),
        (Shape429::Code, Throttle::Tokens),
        (Shape429::Spam, Throttle::Actions),
        (Shape429::Gateway, Throttle::Gateway),
        (Shape429::Edge, Throttle::Edge),
    ] {
        switch(&sandbox, |switches| {
            switches.edge = Some(RateLimiter::new(0, 3600.0));
            switches.rate_limit_shape = shape;
        });
        let error = client.send(&users::Get::new(OKAFOR)).await.unwrap_err();
        assert!(error.is_rate_limited(), "{shape:?}: {error}");
        let limited = error.api().unwrap().rate_limit.clone().unwrap();
        assert_eq!(limited.throttle, expected, "{shape:?}");
        assert_eq!(limited.reset_at.is_some(), shape == Shape429::Meta, "{shape:?}");
        assert_eq!(limited.spam_warning.is_some(), shape == Shape429::Spam, "{shape:?}");
    }
}

#[tokio::test]
async fn a_bare_401_is_explained_in_both_forms() {
    let (sandbox, client) = sandbox().await;
    let upload = || Upload::new("Harbour", Asset::bytes("harbour.wav", wave()));
    for body in [Body401::Error, Body401::Newline] {
        switch(&sandbox, |switches| {
            switches.unauthorized_body = body;
            switches.app_may_write = false;
        });
        let UploadError::Call(error) = client.upload(upload()).send().await.unwrap_err() else {
            panic!("{body:?}")
        };
        assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::AppNotAllowed), "{body:?}: {error}");
        switch(&sandbox, |switches| {
            switches.app_may_write = true;
            switches.email_confirmed = false;
        });
        let error = client.upload(upload()).send().await.unwrap_err();
        assert!(matches!(error, UploadError::NotAllowed(Diagnosis::EmailUnconfirmed)), "{error}");
        let error = client.send(&upload()).await.unwrap_err();
        assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::EmailUnconfirmed), "{body:?}: {error}");
        switch(&sandbox, |switches| switches.email_confirmed = true);
    }
    switch(&sandbox, |switches| switches.quota_s = Some(0));
    let error = client.upload(upload()).send().await.unwrap_err();
    assert!(matches!(error, UploadError::NotAllowed(Diagnosis::QuotaGone)), "{error}");
}

/// Behind a captive portal nothing is done, whatever status its page has.
#[tokio::test]
async fn behind_a_captive_portal_nothing_is_reported_done() {
    let (sandbox, client) = sandbox().await;
    let found = client.send(&tracks::Search::new().q("minuet")).await.unwrap().items[0].urn.unwrap();
    let page = Fault::new(FaultKind::html(200));
    sandbox.fault(page.clone().on(Host::SOUNDCLOUD).times(u32::MAX));
    sandbox.fault(page.on(Host::SOUNDCLOUD_AUTH).times(u32::MAX));
    let before = sandbox.effects();
    let outcomes = [
        client.send(&likes::LikeTrack::new(found)).await,
        client.send(&likes::UnlikeTrack::new(found)).await,
        client.send(&reposts::RepostTrack::new(found)).await,
        client.send(&reposts::RemoveTrack::new(found)).await,
        client.send(&follows::Follow::new(REIS)).await.map(|_| ()),
        client.send(&follows::Unfollow::new(REIS)).await,
        client.send(&tracks::Delete::new(found)).await,
        client.send(&comments::Create::new(found, "x")).await.map(|_| ()),
        client.sign_out().await,
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("it is a web page"), "{error}");
    }
    assert_eq!(sandbox.effects(), before);
}

#[tokio::test]
async fn an_upload_from_end_to_end() {
    let (sandbox, client) = sandbox().await;
    for status in [CreatedStatus::Created, CreatedStatus::Ok] {
        switch(&sandbox, |switches| switches.created_status = status);
        let fields = TrackFields::new().tags(["sea", "field recording"]).downloadable(false);
        let upload = Upload::new("Étude in E", Asset::bytes("Étude.wav", wave())).fields(fields);
        let job = client.upload(upload).wait_until_ready(Duration::ZERO);
        let uploaded = job.send().await.unwrap();
        assert_eq!(uploaded.track.title.as_deref(), Some("Étude in E"));
        assert_eq!(uploaded.track.tag_list.as_deref(), Some("sea \"field recording\""));
        assert_eq!(uploaded.track.downloadable, Some(false));
        assert_eq!(uploaded.track.duration, Some(100), "800 samples at 8 kHz");
        let location = client.stream(uploaded.track.urn.unwrap(), StreamKind::WHOLE, None).await.unwrap();
        assert!(location.expires.is_some());
    }
    switch(&sandbox, |switches| {
        switches.processing = Processing::Failed;
        switches.legacy_ids = true;
    });
    let upload = || Upload::new("Harbour", Asset::bytes("harbour.wav", wave()));
    let failed = client.upload(upload()).wait_until_ready(Duration::ZERO).send().await.unwrap_err();
    let UploadError::NotReady { track, error: ReadyError::Failed(_) } = &failed else { panic!("{failed}") };
    assert!(track.urn.is_some(), "what arrived is not lost");
    switch(&sandbox, |switches| switches.processing = Processing::Never);
    let late = client.upload(upload()).wait_until_ready(Duration::ZERO).send().await.unwrap_err();
    assert!(matches!(late, UploadError::NotReady { error: ReadyError::Late { .. }, .. }), "{late}");
    switch(&sandbox, |switches| switches.expired_streams = true);
    let track = client.send(&tracks::Search::new().q("minuet")).await.unwrap().items[0].urn.unwrap();
    let error = client.stream(track, StreamKind::BEST, None).await.unwrap_err();
    assert!(matches!(error, StreamError::Expired), "{error}");
}

#[tokio::test]
async fn the_tracks_of_a_playlist_change_and_none_is_lost() {
    let (_sandbox, client) = sandbox().await;
    let found = client.send(&tracks::Search::new().access(Access::ALL)).await.unwrap().items;
    let found: Vec<_> = found.into_iter().filter_map(|track| track.urn).collect();
    let [a, b, c, d, ..] = found[..] else { panic!("{found:?}") };
    let create = playlists::Create::new("Coast Walks III").tracks([a, b]);
    let list = client.send(&create).await.unwrap().urn.unwrap();
    let now = async || client.playlist_tracks(list).await.unwrap();
    client.add_tracks(list, &[c, a, d]).await.unwrap();
    assert_eq!(now().await, [a, b, c, d]);
    client.move_track(list, d, 1).await.unwrap();
    assert_eq!(now().await, [a, d, b, c]);
    client.remove_tracks(list, &[d, a]).await.unwrap();
    assert_eq!(now().await, [b, c]);
    client.send(&playlists::Delete::new(list)).await.unwrap();
}

/// Pages that were changed on their way: what is odd costs itself, and the list goes on.
#[tokio::test]
async fn odd_pages_cost_what_is_odd() {
    let (sandbox, client) = sandbox().await;
    let base_url = sandbox.description().soundcloud.base_url;
    let name = |track: tracks::Track| track.urn.map(|urn| urn.to_string());
    let list = || tracks::OfUser::new(REIS).access(Access::ALL).limit(1);
    let whole = all(&client, list(), name).await.0;
    assert!(whole.len() > 2, "{whole:?}");
    let notice =
        "<br />\n<b>Warning</b>:  Undefined array key \"x\" in <b>/srv/api.php</b> on line <b>7</b><br />\n";
    let cut = r#""cut \ud83c""#;
    for (edit, lost) in [
        (Edit::new().replace("/collection/0/title", cut).replace("/collection/0/duration", "NaN"), 0),
        (Edit::new().replace("/collection/0/user", "[7]").replace("/collection/0/genre", "{\"odd\":1}"), 0),
        (Edit::new().list_to_object("/collection"), 0),
        (Edit::new().substitute(base_url.as_str(), "/"), 0),
        (Edit::new().prepend(notice), 0),
        (Edit::new().replace("/collection/0", "\"a text\""), 1),
    ] {
        let fault = format!("{edit:?}");
        sandbox.fault(Fault::edit(edit).on(Host::SOUNDCLOUD));
        assert_eq!(all(&client, list(), name).await.0, whole[lost..], "{fault}");
    }

    // An error is an error, whatever its status.
    sandbox.fault(Fault::edit(Edit::new().status(200)).on(Host::SOUNDCLOUD));
    let error = client.send(&tracks::Get::new(TrackUrn::new(1))).await.unwrap_err();
    assert_eq!(error.to_string(), "soundcloud.tracks.get: 200 OK: 404 - Not Found");
}
