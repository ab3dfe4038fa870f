//! Every endpoint driven once against the sandbox, and its exchange kept as a file.

use std::sync::Arc;

use segno_core::auth::oauth1::Callback;
use segno_core::testing::ManualClock;
use segno_core::transport::hyper::Hyper;
use segno_core::{Body, Timeouts, Timestamp};
use segno_musescore::files::File;
use segno_musescore::resolve::Resolve;
use segno_musescore::scores::{Create, Filters, Sort, Update, Visibility};
use segno_musescore::{
    Credentials, Format, License, LoginError, MidiProgram, PathForm, Permission, ScoreId, UserId, files,
    oembed, scores, signed_url, space, time, users,
};
use segno_sandbox::{Host, Sandbox};
use segno_testkit::{Fixtures, Recording};

use crate::site::{Site, verifier};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const MSCZ: &[u8] = include_bytes!("../../../sandbox/assets/ode-to-joy.mscz");

/// When the recorded exchanges happen.
const THEN: u64 = 1_900_000_000;

/// What is public, with the consumer key alone.
async fn read(r: &mut Recording, site: &Site, public: ScoreId, private: ScoreId, user: UserId) {
    let key = site.key();
    let jsonp = || Format::Jsonp("show".parse().unwrap());
    let xml = || Format::Xml;

    let filters = Filters::new()
        .phrase("silver lake")
        .part(MidiProgram::new(73).unwrap())
        .part(MidiProgram::new(68).unwrap())
        .permits(Permission::Play)
        .sort(Sort::Views);
    r.keep("scores/search", async || key.send(&scores::Search::new(filters.clone())).await).await.unwrap();
    r.keep("scores/search-xml", async || key.send(&scores::Search::new(filters.clone()).format(xml())).await)
        .await
        .unwrap();
    let none = scores::Search::new(Filters::new().text("nothing says this"));
    r.keep("scores/search-none", async || key.send(&none).await).await.unwrap();
    r.keep("scores/search-none-xml", async || key.send(&none.clone().format(xml())).await).await.unwrap();

    let get = scores::Get::new(public);
    r.keep("scores/get", async || key.send(&get).await).await.unwrap();
    r.keep("scores/get-xml", async || key.send(&get.clone().format(xml())).await).await.unwrap();
    r.keep("scores/get-jsonp", async || key.send(&get.clone().format(jsonp())).await).await.unwrap();
    let unknown = scores::Get::new(ScoreId::new(1));
    r.keep("scores/get-404", async || key.send(&unknown).await).await.unwrap_err();
    r.keep("scores/get-404-xml", async || key.send(&unknown.clone().format(xml())).await).await.unwrap_err();
    r.keep("scores/get-404-jsonp", async || key.send(&unknown.clone().format(jsonp())).await)
        .await
        .unwrap_err();
    r.keep("scores/get-401", async || key.send(&scores::Get::new(private)).await).await.unwrap_err();
    let stranger = key.with_credentials(Credentials::key("nobody"));
    r.keep("scores/get-401-key", async || stranger.send(&scores::Get::new(public)).await).await.unwrap_err();

    let times = time::Get::new(public);
    r.keep("time/get", async || key.send(&times).await).await.unwrap();
    r.keep("time/get-xml", async || key.send(&times.clone().format(xml())).await).await.unwrap();
    r.keep("time/get-id-last", async || key.send(&times.clone().path_form(PathForm::IdLast)).await)
        .await
        .unwrap();
    r.keep("time/get-404", async || key.send(&time::Get::new(ScoreId::new(1))).await).await.unwrap_err();
    let boxes = space::Get::new(public);
    r.keep("space/get", async || key.send(&boxes).await).await.unwrap();
    r.keep("space/get-xml", async || key.send(&boxes.clone().format(xml())).await).await.unwrap();
    r.keep("space/get-id-last", async || key.send(&boxes.clone().path_form(PathForm::IdLast)).await)
        .await
        .unwrap();
    r.keep("space/get-404", async || key.send(&space::Get::new(ScoreId::new(1))).await).await.unwrap_err();

    r.keep("users/get", async || key.send(&users::Get::new(user)).await).await.unwrap();
    r.keep("users/get-xml", async || key.send(&users::Get::new(user).format(xml())).await).await.unwrap();
    r.keep("users/get-404", async || key.send(&users::Get::new(UserId::new(1))).await).await.unwrap_err();
    let theirs = users::Scores::new(user).filters(Filters::new().text("notebook"));
    r.keep("users/scores", async || key.send(&theirs).await).await.unwrap();
    r.keep("users/scores-404", async || key.send(&users::Scores::new(UserId::new(1))).await)
        .await
        .unwrap_err();
    r.keep("users/me-401", async || key.send(&users::Me::new()).await).await.unwrap_err();

    let page = format!("http://musescore.com/okafor/scores/{public}");
    r.keep("resolve/get", async || key.send(&Resolve::new(&page)).await).await.unwrap();
    r.keep("resolve/get-user", async || key.send(&Resolve::new("http://musescore.com/okafor")).await)
        .await
        .unwrap();
    let nowhere = Resolve::new("http://musescore.com/nobody");
    r.keep("resolve/get-404", async || key.send(&nowhere).await).await.unwrap_err();
    let player = oembed::Get::new(&page);
    r.keep("oembed/get", async || key.send(&player).await).await.unwrap();
    r.keep("oembed/get-xml", async || key.send(&player.clone().format(xml())).await).await.unwrap();
    r.keep("oembed/get-jsonp", async || {
        key.send(&player.clone().max_width(640).max_height(700).format(jsonp())).await
    })
    .await
    .unwrap();
    let closed = oembed::Get::new(format!("http://musescore.com/score/{private}"));
    r.keep("oembed/get-401", async || key.send(&closed).await).await.unwrap_err();
    let unknown = oembed::Get::new("http://musescore.com/score/1");
    r.keep("oembed/get-404", async || key.send(&unknown).await).await.unwrap_err();

    let score = key.send(&scores::Get::new(public)).await.unwrap();
    r.keep("files/get", async || key.send(&files::Get::of(&score, File::MusicXml)).await).await.unwrap();
    r.keep("files/get-page", async || key.send(&files::Get::of(&score, File::Page(0))).await).await.unwrap();
    r.keep("files/get-404", async || key.send(&files::Get::of(&score, File::Page(9))).await)
        .await
        .unwrap_err();
    let wrong = files::Get::new(public, "0000000000", File::Pdf);
    r.keep("files/get-403", async || key.send(&wrong).await).await.unwrap_err();
}

/// What a user may do.
async fn write(r: &mut Recording, site: &Site, private: ScoreId, theirs: ScoreId) {
    let user = site.user();
    r.keep("users/me", async || user.send(&users::Me::new()).await).await.unwrap();
    r.keep("users/me-xml", async || user.send(&users::Me::new().format(Format::Xml)).await).await.unwrap();
    r.keep("scores/get-private", async || user.send(&scores::Get::new(private)).await).await.unwrap();
    r.keep("scores/get-403", async || user.send(&scores::Get::new(theirs)).await).await.unwrap_err();

    let create = Create::new("Ode à la joie", "ode.mscz", Body::from(MSCZ.to_vec()), Visibility::Private)
        .description("Two verses")
        .license(License::CcBySa)
        .tags(["hymn", "easy"]);
    let score = r.keep("scores/create", async || user.send(&create).await).await.unwrap();
    let text = Create::new("T", "t.mscz", Body::from("no MuseScore file"), Visibility::Public);
    r.keep("scores/create-406", async || user.send(&text).await).await.unwrap_err();
    let key = site.key();
    r.keep("scores/create-401", async || key.send(&text).await).await.unwrap_err();
    let details =
        Update::new(score.id).title("Ode to Joy").visibility(Visibility::Public).revision_log("renamed");
    r.keep("scores/update-words", async || user.send(&details).await).await.unwrap();
    let file = Update::new(score.id).file("ode.mscz", Body::from(MSCZ.to_vec())).revision_log("again");
    let changed =
        r.keep("scores/update", async || user.send(&file.clone().format(Format::Xml)).await).await.unwrap();
    r.keep("scores/update-404", async || user.send(&Update::new(ScoreId::new(1)).title("T")).await)
        .await
        .unwrap_err();

    let version = changed.vid.unwrap();
    let url = r
        .keep("signed_url/get", async || user.send(&signed_url::Get::new(score.id, version)).await)
        .await
        .unwrap();
    r.keep("signed_url/put", async || user.send(&signed_url::Put::new(url.clone(), "ID3 some sound")).await)
        .await
        .unwrap();
    let old = signed_url::Get::new(score.id, score.vid.unwrap());
    r.keep("signed_url/get-404", async || user.send(&old).await).await.unwrap_err();

    r.keep("scores/delete", async || user.send(&scores::Delete::new(score.id)).await).await.unwrap();
    r.keep("scores/delete-403", async || user.send(&scores::Delete::new(theirs)).await).await.unwrap_err();
    r.keep("scores/delete-404", async || user.send(&scores::Delete::new(score.id)).await).await.unwrap_err();
}

/// What a call of a login came to.
async fn called<T>(call: impl Future<Output = Result<T, LoginError>>) -> Result<T, segno_musescore::Error> {
    call.await.map_err(|error| match error {
        LoginError::Call(error) => error,
        other => panic!("no error of a call: {other}"),
    })
}

async fn log_in(r: &mut Recording, site: &Site) {
    let application = site.application();
    let pending = r
        .keep_once("oauth/request_token", called(application.begin_login(Callback::OutOfBand)))
        .await
        .unwrap();
    let page = application.authorize_url(&pending);
    let verified = pending.clone().verifier(&verifier(&page).await).unwrap();
    let wrong = pending.verifier("wrong").unwrap();
    r.keep_once("oauth/access_token-401", called(application.finish_login(&wrong))).await.unwrap_err();
    r.keep_once("oauth/access_token", called(application.finish_login(&verified))).await.unwrap();
    let account = site.sandbox.musescore_accounts().swap_remove(0);
    let login = called(application.login_with_password(&account.name, account.password));
    r.keep_once("oauth/xauth", login).await.unwrap();
    r.keep_once("oauth/xauth-401", called(application.login_with_password(&account.name, "wrong")))
        .await
        .unwrap_err();
}

/// Each endpoint once as it should go, and the documented failures.
pub(crate) async fn drive(sandbox: &Arc<Sandbox>, recording: &mut Recording) {
    // Signatures agree with the sandbox's clock; boundaries and nonces with each other.
    let clock = ManualClock::stopped(Timestamp::from_unix_seconds(THEN as i64).unwrap());
    let site = Site::around(Arc::clone(sandbox), |core| recording.settings(core.clock(clock)));
    let scores = |account: usize, private: bool| {
        let account = site.sandbox.musescore_accounts().swap_remove(account);
        let score = account.scores.into_iter().find(|score| score.private == private).unwrap();
        ScoreId::new(score.id)
    };
    let (public, private, theirs) = (scores(0, false), scores(0, true), scores(1, true));
    let user = UserId::new(site.sandbox.musescore_accounts()[0].user_id);
    let access = site.sandbox.musescore();
    recording.secret("the consumer secret", &access.consumer_secret);
    recording.secret("the token", &access.access_token);
    recording.secret("the token secret", &access.access_token_secret);
    for account in site.sandbox.musescore_accounts() {
        recording.secret("a password", &account.password);
        for secret in account.scores.into_iter().filter(|score| score.private).map(|score| score.secret) {
            recording.secret("the secret of a private score", &secret);
        }
    }
    read(recording, &site, public, private, user).await;
    write(recording, &site, private, theirs).await;
    log_in(recording, &site).await;
}

#[tokio::test]
async fn from_the_sandbox() {
    let sandbox = Sandbox::builder().seed(1).frozen_at(THEN).start().await.unwrap();
    let hosts = [
        (Host::MUSESCORE, "api.musescore.example"),
        (Host::MUSESCORE_WEB, "musescore.example"),
        (Host::MUSESCORE_STATIC, "static.musescore.example"),
        (Host::STORAGE, "storage.example"),
    ];
    let hosts = hosts.map(|(host, name)| (sandbox.origin(host), name));
    let mut recording = Recording::new(Hyper::new(Timeouts::default()), FOLDER, hosts);
    drive(&sandbox.into(), &mut recording).await;
    recording.finish();
}

/// Fails when it is asked for (`cargo xtask fixtures --live musescore`): the service was replaced, there is nothing to record.
#[tokio::test]
async fn from_the_real_service() {
    let live = std::env::var("SEGNO_LIVE");
    assert_ne!(
        live.as_deref(),
        Ok("musescore"),
        "this API of MuseScore.com is gone; the sandbox is what there is"
    );
}

/// What was recorded decodes again, the same in every format.
#[test]
fn recorded_responses_decode() {
    let response = |case: &str| segno_testkit::recorded_response(&Fixtures::read(FOLDER, case));
    let score = |case| <scores::Get as segno_core::Endpoint>::read(response(case)).unwrap();
    assert_eq!(score("scores/get"), score("scores/get-xml"));
    assert_eq!(score("scores/get"), score("scores/get-jsonp"));
    let list = |case| <scores::Search as segno_core::Endpoint>::read(response(case)).unwrap();
    assert_eq!(list("scores/search"), list("scores/search-xml"));
    assert_eq!(list("scores/search-none"), list("scores/search-none-xml"));
    let times = |case| <time::Get as segno_core::Endpoint>::read(response(case)).unwrap();
    assert_eq!(times("time/get"), times("time/get-xml"));
    let boxes = |case| <space::Get as segno_core::Endpoint>::read(response(case)).unwrap();
    assert_eq!(boxes("space/get"), boxes("space/get-xml"));
}
