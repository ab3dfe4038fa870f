//! The exact bytes of every request.

use insta::assert_snapshot;
use segno_core::testing::wire;
use segno_core::{Body, Endpoint};
use segno_musescore::scores::{self, Filters, Sort, Visibility};
use segno_musescore::{
    Credentials, Format, License, MidiProgram, PathForm, Permission, ScoreId, UserId, VersionId, files,
    oauth, oembed, resolve, signed_url, space, time, users,
};

use crate::clients::{client, ok, user};

/// With a key alone.
fn key(endpoint: &impl Endpoint) -> String {
    wire(client(Credentials::key("K 1"), |_| ok("")).0.core(), endpoint).unwrap()
}

/// With a user's signature.
fn signed(endpoint: &impl Endpoint) -> String {
    wire(client(user(), |_| ok("")).0.core(), endpoint).unwrap()
}

fn refused(endpoint: &impl Endpoint) -> String {
    wire(client(Credentials::key("KEY"), |_| ok("")).0.core(), endpoint).unwrap_err().to_string()
}

fn jsonp() -> Format {
    Format::Jsonp("on$Scores.x1".parse().unwrap())
}

const ID: ScoreId = ScoreId::new(7301);

#[test]
fn search() {
    assert_snapshot!("search", key(&scores::Search::new(Filters::new())));
    let all = Filters::new()
        .text("polka")
        .phrase("silver \"lake")
        .part(MidiProgram::new(0).unwrap())
        .part(MidiProgram::new(73).unwrap())
        .part(MidiProgram::UNDEFINED)
        .parts(3)
        .language("cs")
        .permits(Permission::ModifyCommercially)
        .sort(Sort::Uploaded)
        .extra("genre", 3)
        .extra("featured", 1);
    assert_snapshot!("search_with_every_filter", key(&scores::Search::new(all.clone()).page(2)));
    assert_snapshot!("search_signed", signed(&scores::Search::new(all).format(jsonp())));
}

#[test]
fn every_sort_and_permission() {
    for (sort, word) in [
        (Sort::Relevance, "relevance"),
        (Sort::Views, "view_count"),
        (Sort::Uploaded, "date_uploaded"),
        (Sort::Comments, "comment_count"),
    ] {
        let text = key(&scores::Search::new(Filters::new().sort(sort)));
        assert!(text.starts_with(&format!("GET /services/rest/score.json?sort={word}&oauth")), "{text}");
    }
    for (permission, word) in [
        (Permission::Play, "to_play"),
        (Permission::Share, "to_share"),
        (Permission::UseCommercially, "to_use_commercially"),
        (Permission::ModifyCommercially, "to_modify_commercially"),
    ] {
        let text = key(&scores::Search::new(Filters::new().permits(permission)));
        assert!(text.starts_with(&format!("GET /services/rest/score.json?license={word}&oauth")), "{text}");
    }
}

#[test]
fn what_the_service_would_refuse_does_not_build() {
    let search = |filters: Filters| refused(&scores::Search::new(filters));
    assert_eq!(search(Filters::new().parts(0)), "parts: must be at least 1, found 0");
    for language in ["ces", "Č"] {
        let expected =
            format!("language: must be a code of two lower-case letters, such as cs, found {language:?}");
        assert_eq!(search(Filters::new().language(language)), expected);
    }
    for name in ["page", "oauth_token"] {
        let extra = format!("extra: must not set {name}, which another setter or the credentials set");
        assert_eq!(search(Filters::new().extra(name, 1)), extra);
    }
    let create = |title: &str, name: &str, body: &'static str| {
        scores::Create::new(title, name, Body::from(body), Visibility::Public)
    };
    assert_eq!(refused(&create(" ", "a.mscz", "PK")), "title: must not be empty");
    for name in ["a.mid", "mscz"] {
        let expected =
            format!("file_name: must end in .mscz, found {name:?}: the service takes MuseScore files only");
        assert_eq!(refused(&create("T", name, "PK")), expected);
    }
    assert_eq!(refused(&create("T", "a.MSCZ", "")), "file: must not be empty");
    let tags = "tags: must not be empty or contain a comma, which separates them";
    assert_eq!(refused(&create("T", "a.mscz", "PK").tags(["a,b"])), tags);
    let other = License::Other("gpl".into());
    assert_eq!(
        refused(&create("T", "a.mscz", "PK").license(other)),
        "license: must be one of the nine in License::ALL"
    );
    assert_eq!(
        refused(&files::Get::new(ID, "", files::File::Pdf)),
        "secret: must be the secret of the score, found an empty text"
    );
    assert!(refused(&files::Get::new(ID, "..", files::File::Pdf)).contains("invalid path parameter"));
    assert_eq!(
        refused(&resolve::Resolve::new(" ")),
        "url: must be the URL of the page of a score or a member"
    );
    assert_eq!(refused(&oembed::Get::new("")), "url: must be the URL of the page of a score");
}

#[test]
fn scores() {
    assert_snapshot!("score", key(&scores::Get::new(ID)));
    assert_snapshot!("score_private", signed(&scores::Get::new(ID).secret("ab+cd").format(Format::Xml)));
    assert_snapshot!("score_jsonp", key(&scores::Get::new(ID).format(jsonp())));
    assert_snapshot!("score_delete", signed(&scores::Delete::new(ID)));
}

#[test]
fn publishing() {
    let create =
        scores::Create::new("Mlýn", "mill \"1\".mscz", Body::from("PK\u{3}\u{4}file"), Visibility::Private)
            .description("Two\nlines")
            .license(License::CcBySa)
            .tags(["duo", "short"])
            .format(Format::Xml);
    assert_snapshot!("score_create", signed(&create));
    let streamed = Body::reader(tokio::io::empty(), 1_000_000);
    let bare = scores::Create::new("T", "t.mscz", streamed, Visibility::Public);
    assert_snapshot!("score_create_streamed", signed(&bare));
    let update = scores::Update::new(ID)
        .file("mill.mscz", "PK\u{3}\u{4}file")
        .title("New")
        .visibility(Visibility::Public)
        .revision_log("louder");
    assert_snapshot!("score_update", signed(&update));
    assert_snapshot!("score_update_description", signed(&scores::Update::new(ID).description("")));
}

#[test]
fn times_and_boxes() {
    assert_snapshot!("time", key(&time::Get::new(ID)));
    assert_snapshot!(
        "time_id_last",
        key(&time::Get::new(ID).secret("s").path_form(PathForm::IdLast).format(jsonp()))
    );
    assert_snapshot!("space", key(&space::Get::new(ID).format(Format::Xml)));
    assert_snapshot!("space_id_last", key(&space::Get::new(ID).secret("s").path_form(PathForm::IdLast)));
}

#[test]
fn members() {
    assert_snapshot!("me", signed(&users::Me::new()));
    assert_snapshot!("user", key(&users::Get::new(UserId::new(412)).format(Format::Xml)));
    let filters = Filters::new().sort(Sort::Comments);
    assert_snapshot!("user_scores", key(&users::Scores::new(UserId::new(412)).filters(filters).page(1)));
}

#[test]
fn urls() {
    let page = "http://musescore.com/ada/scores/7301?x=1&y";
    assert_snapshot!("resolve", signed(&resolve::Resolve::new(page)));
    assert_snapshot!("resolve_jsonp", key(&resolve::Resolve::new(page).format(jsonp())));
    assert_snapshot!("oembed", signed(&oembed::Get::new(page)));
    let sized = oembed::Get::new(page).max_width(640).max_height(700).format(jsonp());
    assert_snapshot!("oembed_jsonp", signed(&sized));
    assert_snapshot!("signed_url", signed(&signed_url::Get::new(ID, VersionId::new(90412))));
    let url = "https://uploads.example.net/7301.mp3?Signature=abc".parse().unwrap();
    assert_snapshot!("signed_url_put", signed(&signed_url::Put::new(url, "ID3")));
}

#[test]
fn files() {
    use files::File::{Midi, Mp3, MuseScore, MusicXml, Page, Pdf, Thumbnail};
    let mut lines = String::new();
    for file in [Pdf, Midi, MusicXml, MuseScore, Mp3, Page(0), Page(12), Thumbnail] {
        let text = signed(&files::Get::new(ID, "0a1b2c3d4e", file));
        assert!(!text.contains("authorization"), "{text}");
        lines.push_str(text.lines().next().unwrap());
        lines.push('\n');
    }
    assert_snapshot!("files", lines);
    assert_snapshot!("file", signed(&files::Get::new(ID, "0a1b2c3d4e", Pdf)));
}

#[test]
fn logins() {
    assert_snapshot!("oauth_request_token", signed(&oauth::RequestToken::new()));
    assert_snapshot!("oauth_access_token", signed(&oauth::AccessToken::new()));
    assert_snapshot!("oauth_xauth", signed(&oauth::XAuth::new("ada", "pass & word")));
}
