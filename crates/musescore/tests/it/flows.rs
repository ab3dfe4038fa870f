//! Whole jobs against the sandbox, over real sockets.

use std::time::{Duration, SystemTime};

use segno_core::auth::oauth1::Callback;
use segno_core::{Body, Retry, Timestamp};
use segno_musescore::files::File;
use segno_musescore::resolve::Resource;
use segno_musescore::scores::{Create, Filters, Sharing, Update, Visibility};
use segno_musescore::{
    Credentials, Format, License, LoginError, ScoreId, UserId, files, oembed, scores, space, time, users,
};
use segno_sandbox::{Edit, Fault, FaultKind, Host, OauthMode, Sandbox};

use crate::site::{Site, location, verifier, visit};

const MSCZ: &[u8] = include_bytes!("../../../sandbox/assets/minuet-in-g.mscz");
const MXL: &[u8] = include_bytes!("../../../sandbox/assets/minuet-in-g.mxl");
const MP3: &[u8] = include_bytes!("../../../sandbox/assets/minuet-in-g.mp3");

const LIMIT: Duration = Duration::from_secs(60);

/// A site whose client repeats without a pause.
async fn impatient() -> Site {
    let retry = Retry::default().base(Duration::ZERO).cap(Duration::ZERO);
    Site::around(Sandbox::start().await.unwrap(), move |core| core.retry(retry))
}

/// The first account's first score with this sharing.
fn a_score(site: &Site, private: bool) -> ScoreId {
    let account = site.sandbox.musescore_accounts().swap_remove(0);
    ScoreId::new(account.scores.iter().find(|score| score.private == private).unwrap().id)
}

#[tokio::test]
async fn all_pages_of_a_search() {
    let site = Site::start().await;
    let count = async |client: segno_musescore::Client, filters: Filters, format: Format| {
        let mut ids = std::collections::BTreeSet::new();
        let mut found = client.pages(scores::Search::new(filters).format(format)).items();
        while let Some(score) = found.next().await {
            assert!(ids.insert(score.unwrap().id));
        }
        ids.len()
    };
    assert_eq!(count(site.key(), Filters::new(), Format::Json).await, 48);
    assert_eq!(count(site.key(), Filters::new(), Format::Xml).await, 48);
    assert_eq!(count(site.user(), Filters::new(), Format::Jsonp("f".parse().unwrap())).await, 49);
    assert_eq!(count(site.key(), Filters::new().phrase("for the silver lake"), Format::Json).await, 3);
    let pages = site.sandbox.requests().iter().filter(|request| request.path.contains("page=2")).count();
    assert_eq!(pages, 3, "the last page of a search of 48 has 8");
    let own = UserId::new(site.sandbox.musescore_accounts()[0].user_id);
    let mut private = 0;
    let mut scores = site.user().pages(users::Scores::new(own)).items();
    while let Some(score) = scores.next().await {
        private += usize::from(score.unwrap().sharing == Some(Sharing::Private));
    }
    assert_eq!(private, 1);
}

/// What stands around a document costs nothing, an odd score costs itself, and the walk goes on.
#[tokio::test]
async fn documents_that_were_changed_on_their_way_are_read() {
    const NOTICE: &str =
        "<br />\n<b>Warning</b>:  in_array() expects parameter 2 to be array in <b>/srv/a.php</b><br />\n";
    let site = Site::start().await;
    let change = |edit: Edit| site.sandbox.fault(Fault::edit(edit).on(Host::MUSESCORE));
    for format in [Format::Json, Format::Xml, Format::Jsonp("f".parse().unwrap())] {
        let get = scores::Get::new(a_score(&site, false)).format(format);
        let expected = site.key().send(&get).await.unwrap();
        for edit in [Edit::new().prepend(NOTICE), Edit::new().append(NOTICE)] {
            change(edit);
            assert_eq!(site.key().send(&get).await.unwrap(), expected);
        }
    }
    change(Edit::new().replace("/3/id", "\"?\"").replace("/4/view_count", "\"1,234\"").list_to_object(""));
    let mut pages = site.key().pages(scores::Search::new(Filters::new()));
    let (mut found, mut passed_over) = (0, Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        passed_over.extend(page.passed_over.paths().map(str::to_owned));
        passed_over.extend(page.items.iter().flat_map(|score| score.passed_over.paths().map(str::to_owned)));
        found += page.items.len();
    }
    assert_eq!((found, passed_over), (47, vec!["[3]".to_owned(), "view_count".to_owned()]));
}

#[tokio::test]
async fn who_may_see_a_private_score() {
    let site = Site::start().await;
    let private = scores::Get::new(a_score(&site, true));
    assert_eq!(site.user().send(&users::Me::new()).await.unwrap().name, "R. Okafor");
    let score = site.user().send(&private).await.unwrap();
    assert_eq!(
        site.key().send(&private).await.unwrap_err().status().map(|status| status.as_u16()),
        Some(401)
    );
    assert_eq!(
        site.other().send(&private).await.unwrap_err().status().map(|status| status.as_u16()),
        Some(403)
    );
    let with_secret = private.secret(score.secret.clone());
    assert_eq!(site.key().send(&with_secret).await.unwrap(), score);
    assert_eq!(site.other().send(&with_secret).await.unwrap(), score);
}

#[tokio::test]
async fn a_score_its_times_and_its_boxes_agree() {
    let site = Site::start().await;
    let id = a_score(&site, false);
    let mut seen = Vec::new();
    for format in [Format::Json, Format::Xml, Format::Jsonp("f".parse().unwrap())] {
        let score = site.key().send(&scores::Get::new(id).format(format.clone())).await.unwrap();
        let times = site.key().send(&time::Get::new(id).format(format.clone())).await.unwrap();
        let boxes = site.key().send(&space::Get::new(id).format(format)).await.unwrap();
        seen.push((score, times, boxes));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    let (score, times, boxes) = &seen[0];
    let measures = score.metadata.as_ref().unwrap().measures.unwrap();
    assert_eq!((boxes.0.len(), times.0.len()), (measures as usize, 64), "both halves are repeated");
    assert!(times.0.iter().all(|event| boxes.page_of(event.measure) < score.page_count()));
}

#[tokio::test]
async fn a_score_is_published_changed_and_deleted() {
    let site = Site::start().await;
    let user = site.user();
    let create = Create::new("Minuet — été", "minuet.mscz", Body::from(MSCZ.to_vec()), Visibility::Private)
        .description("a & b <c>")
        .license(License::CcBy)
        .tags(["baroque", "été"]);
    let score = user.send(&create).await.unwrap();
    assert_eq!((score.title.as_str(), score.description.as_deref()), ("Minuet — été", Some("a & b <c>")));
    assert_eq!((score.sharing.clone(), score.license.clone()), (Some(Sharing::Private), Some(License::CcBy)));
    assert_eq!(score.tags, ["baroque", "été"]);
    assert_eq!(user.send(&scores::Get::new(score.id).format(Format::Xml)).await.unwrap(), score);

    let update = Update::new(score.id).title("Minuet").visibility(Visibility::Public).revision_log("shown");
    let changed = user.send(&update).await.unwrap();
    assert_eq!((changed.vid, changed.sharing), (score.vid, Some(Sharing::Public)));
    let file =
        user.send(&Update::new(score.id).file("minuet.mscz", Body::from(MSCZ.to_vec()))).await.unwrap();
    assert_ne!(file.vid, score.vid);
    assert_eq!(file.title, "Minuet");
    let theirs = site.other().send(&update).await.unwrap_err();
    assert_eq!(theirs.to_string(), "musescore.scores.update: 403 Forbidden: Access denied");

    let version = file.vid.unwrap();
    user.upload_mp3(score.id, version, "ID3 my own").await.unwrap();
    let sound = files::Get::of(&file, File::Mp3);
    assert_eq!(user.send(&sound).await.unwrap(), "ID3 my own");

    user.send(&scores::Delete::new(score.id)).await.unwrap();
    assert!(files::is_unavailable(&user.send(&sound).await.unwrap_err()));
    let effects = site.sandbox.effects();
    let count = effects.of("musescore", "scores");
    assert_eq!((count.created, count.changed, count.deleted), (1, 2, 1));
}

/// A captive portal sends its page for everything: nothing is deleted or uploaded, and no page is saved as a file.
#[tokio::test]
async fn behind_a_captive_portal_nothing_is_reported_done() {
    let site = impatient().await;
    let user = site.user();
    let create = Create::new("Minuet", "minuet.mscz", Body::from(MSCZ.to_vec()), Visibility::Private);
    let score = user.send(&create).await.unwrap();
    let before = site.sandbox.effects();
    let page = Fault::new(FaultKind::html(200));
    for host in [Host::MUSESCORE, Host::MUSESCORE_STATIC, Host::STORAGE] {
        site.sandbox.fault(page.clone().on(host).times(u32::MAX));
    }
    let error = user.send(&scores::Delete::new(score.id)).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("it is a web page"), "{error}");
    let mut file = Vec::new();
    let error = user.call(&files::Get::of(&score, File::Pdf)).download(&mut file).await.unwrap_err();
    assert!(error.is_decode() && file.is_empty(), "{error}");
    let error = user.upload_mp3(score.id, score.vid.unwrap(), "ID3 my own").await.unwrap_err();
    assert!(error.to_string().starts_with("nothing was uploaded: musescore.signed_url.get: "), "{error}");
    assert_eq!(site.sandbox.effects(), before);
}

#[tokio::test]
async fn a_score_whose_response_is_lost_is_not_published_twice() {
    let site = impatient().await;
    site.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::MUSESCORE).method("POST"));
    let create = Create::new("Minuet", "minuet.mscz", Body::from(MSCZ.to_vec()), Visibility::Public);
    let error = site.user().send(&create).await.unwrap_err();
    assert!(error.may_have_taken_effect());
    assert_eq!(site.sandbox.effects().of("musescore", "scores").created, 1);
    // Reading is repeated, each time with a nonce of its own.
    site.sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::MUSESCORE).times(2));
    site.user().send(&users::Me::new()).await.unwrap();
}

#[tokio::test]
async fn files_are_resumed_where_they_broke() {
    let site = impatient().await;
    let score = site.key().send(&scores::Get::new(a_score(&site, false))).await.unwrap();
    let mxl = files::Get::of(&score, File::MusicXml);
    assert_eq!(site.key().send(&mxl).await.unwrap(), MXL);

    site.sandbox.clear_requests();
    site.sandbox.fault(Fault::new(FaultKind::reset(100_000)).on(Host::MUSESCORE_STATIC));
    site.sandbox.fault(Fault::new(FaultKind::truncate(150_000)).on(Host::MUSESCORE_STATIC));
    let mut sound = Vec::new();
    let mp3 = files::Get::of(&score, File::Mp3);
    let done = site.key().call(&mp3).download(&mut sound).await.unwrap();
    assert!(sound == MP3, "{} bytes of {}", sound.len(), MP3.len());
    assert_eq!((done.bytes, done.attempts), (MP3.len() as u64, 3));
    let ranges: Vec<_> = site
        .sandbox
        .requests()
        .into_iter()
        .map(|request| request.headers.into_iter().find(|(name, _)| name == "range").map(|(_, value)| value))
        .collect();
    assert_eq!(ranges.len(), 3);
    assert!(ranges[0].is_none() && ranges[1..].iter().all(Option::is_some), "{ranges:?}");
    let pages: Vec<_> = files::Get::pages(&score).collect();
    for page in &pages {
        assert!(site.key().send(page).await.unwrap().starts_with(b"\x89PNG"));
    }
    assert_eq!(pages.len(), 2);
}

#[tokio::test]
async fn logging_in_with_a_browser() {
    let site = Site::start().await;
    let application = site.application();
    let mut browser = None;
    let token = application
        .login_in_browser(0, LIMIT, |page| {
            let page = page.to_owned();
            browser = Some(tokio::spawn(async move {
                let response = visit(&format!("{page}&auto=approve&user=lindqvist")).await;
                visit(location(&response)).await
            }));
        })
        .await
        .unwrap();
    assert!(browser.unwrap().await.unwrap().starts_with("HTTP/1.1 200"));
    let user = application.with_credentials(Credentials::User(site.consumer(), token));
    assert_eq!(user.send(&users::Me::new()).await.unwrap().name, "M. Lindqvist");

    let refused = application
        .login_in_browser(0, LIMIT, |page| {
            let page = page.to_owned();
            tokio::spawn(async move { visit(location(&visit(&format!("{page}&auto=deny")).await)).await });
        })
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "access was not granted (permission_denied)");
}

#[tokio::test]
async fn logging_in_without_a_browser() {
    let site = Site::start().await;
    let application = site.application();
    let pending = application.begin_login(Callback::OutOfBand).await.unwrap();
    let typed = verifier(&application.authorize_url(&pending)).await;
    let verified = pending.verifier(&typed).unwrap();
    application.finish_login(&verified).await.unwrap();
    let LoginError::Call(spent) = application.finish_login(&verified).await.unwrap_err() else {
        panic!("spent")
    };
    assert_eq!(spent.to_string(), "musescore.oauth.access_token: 401 Unauthorized: Invalid access token");

    site.sandbox.switches(|switches| switches.musescore.oauth_mode = OauthMode::Strict);
    let pending = application.begin_login(Callback::OutOfBand).await.unwrap();
    verifier(&application.authorize_url(&pending)).await;
    let LoginError::Call(error) = application.finish_login(&pending.without_verifier()).await.unwrap_err()
    else {
        panic!("no verifier")
    };
    assert_eq!(error.to_string(), "musescore.oauth.access_token: 401 Unauthorized: Invalid verifier");

    let accounts = site.sandbox.musescore_accounts();
    let token =
        application.login_with_password(&accounts[1].name, accounts[1].password.as_str()).await.unwrap();
    let user = application.with_credentials(Credentials::User(site.consumer(), token));
    assert_eq!(user.send(&users::Me::new()).await.unwrap().name, accounts[1].name);
    let LoginError::Call(error) =
        application.login_with_password(&accounts[2].name, accounts[2].password.as_str()).await.unwrap_err()
    else {
        panic!("blocked")
    };
    assert!(error.api().is_some_and(segno_musescore::ApiError::is_account_closed), "{error}");
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_services_own() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64;
    for off in [-3600, 7200] {
        let clock =
            segno_core::testing::ManualClock::stopped(Timestamp::from_unix_seconds(now + off).unwrap());
        let site = Site::around(Sandbox::start().await.unwrap(), move |core| core.clock(clock));
        let user = site.user();
        for _ in 0..3 {
            user.send(&users::Me::new()).await.unwrap();
        }
        // One refusal, from which the rest have learned.
        assert_eq!(site.sandbox.requests().len(), 4, "{off}");
        let offset = user.credentials().consumer().unwrap().clock_offset().unwrap();
        assert!((offset + off).abs() < 60, "{offset} for {off}");
        // The sandbox's clock jumps, and what was learned is learned anew.
        site.sandbox.advance(Duration::from_secs(86_400));
        user.send(&users::Me::new()).await.unwrap();
        assert_eq!(site.sandbox.requests().len(), 6, "{off}");
        // A service that refuses its own time is not asked again, and the error tells it.
        let body = serde_json::json!([{"code": "USER_TIMESTAMP_EXPIRED"}]);
        site.sandbox.fault(Fault::status(401).body(body).on(Host::MUSESCORE));
        let error = user.send(&users::Me::new()).await.unwrap_err();
        assert!(error.api().is_some_and(segno_musescore::ApiError::is_clock_wrong), "{error}");
        assert!(error.to_string().ends_with("set the clock of this computer"), "{error}");
        assert_eq!(site.sandbox.requests().len(), 7, "{off}");
    }
}

#[tokio::test]
async fn pages_are_resolved_and_embedded() {
    let site = Site::start().await;
    let id = a_score(&site, false);
    let score = site.key().send(&scores::Get::new(id)).await.unwrap();
    for client in [site.key(), site.user()] {
        for page in [format!("http://musescore.com/okafor/scores/{id}"), score.permalink.clone()] {
            let Resource::Score(found) = client.resolve(&page).await.unwrap() else { panic!("no score") };
            assert_eq!(found.id, id);
        }
        let Resource::User(user) = client.resolve("https://musescore.com/lindqvist").await.unwrap() else {
            panic!("no user")
        };
        assert_eq!(user.name, "M. Lindqvist");
    }
    let json = site.key().send(&oembed::Get::new(&score.permalink)).await.unwrap();
    let xml = site.key().send(&oembed::Get::new(&score.permalink).format(Format::Xml)).await.unwrap();
    assert_eq!(json, xml);
    site.sandbox.switches(|switches| switches.musescore.oembed_html = segno_sandbox::OembedHtml::Nested);
    let nested = site.key().send(&oembed::Get::new(&score.permalink).format(Format::Xml)).await.unwrap();
    assert_eq!(nested.html, json.html);
}
