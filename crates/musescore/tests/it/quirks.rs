//! The contradictions of the documentation, one test each (C10 to C12 also in `formats`).

use segno_core::Endpoint;
use segno_core::http::header::AUTHORIZATION;
use segno_core::http::{Method, Response};
use segno_core::testing::wire;
use segno_musescore::scores::{Filters, Search};
use segno_musescore::{
    Client, Credentials, Format, License, MidiProgram, OAUTH, PathForm, Permission, STATIC, ScoreId, UserId,
    WEB, oembed, scores, space, time, users,
};

use crate::bodies;
use crate::clients::{client, ok, user};

fn read<E: Endpoint>(body: &str) -> E::Output {
    E::read(Response::new(body.to_owned().into())).unwrap()
}

fn first_line(endpoint: &impl Endpoint) -> String {
    let (client, _) = client(Credentials::key("KEY"), |_| ok(""));
    wire(client.core(), endpoint).unwrap().lines().next().unwrap().to_owned()
}

const ID: ScoreId = ScoreId::new(7);

#[test]
fn c1_the_identifier_comes_first_unless_asked_otherwise() {
    assert!(first_line(&time::Get::new(ID)).contains("/score/7/time.json?"));
    assert!(first_line(&space::Get::new(ID)).contains("/score/7/space.json?"));
    assert!(first_line(&time::Get::new(ID).path_form(PathForm::IdLast)).contains("/score/time/7.json?"));
    assert!(first_line(&space::Get::new(ID).path_form(PathForm::IdLast)).contains("/score/space/7.json?"));
}

#[test]
fn c2_the_query_begins_with_a_question_mark() {
    let line = first_line(&Search::new(Filters::new().text("x")).format(Format::Xml));
    assert_eq!(line, "GET /services/rest/score.xml?text=x&oauth_consumer_key=KEY HTTP/1.1");
}

#[tokio::test]
async fn c3_deleting_goes_to_the_api_and_is_signed_and_its_success_says_nothing_or_yes() {
    for (status, body) in [(200, "true"), (200, "<result>1</result>"), (200, ""), (204, ""), (202, "[true]")]
    {
        let (client, log) =
            client(user(), move |_| Response::builder().status(status).body(body.into()).unwrap());
        client.send(&scores::Delete::new(ID)).await.unwrap();
        let log = log.lock().unwrap();
        assert_eq!((log[0].method(), log[0].uri().path()), (&Method::DELETE, "/services/rest/score/7.json"));
        assert!(log[0].headers()[AUTHORIZATION].to_str().unwrap().starts_with("OAuth "));
        assert_eq!(log[0].uri().query(), None, "the key is in the header and not repeated");
    }
}

#[test]
fn c4_numbers_and_strings_are_one() {
    let strings = r#"{"id":"7","vid":"9","comment_count":"3","favoriting_count":"1",
        "metadata":{"pages":"2","lyrics":"1","keysig":"+2","duration":"61"}}"#;
    let numbers = r#"{"id":7,"vid":9.0,"comment_count":3,"favoriting_count":1,
        "metadata":{"pages":2,"lyrics":true,"keysig":2,"duration":61.0}}"#;
    assert_eq!(read::<scores::Get>(strings), read::<scores::Get>(numbers));
    let times = read::<time::Get>(r#"[{"elid":"7","position":"0.1"},{"elid":7.0,"position":0.1}]"#);
    assert_eq!(times.0[0], times.0[1]);
}

#[test]
fn c5_programs_are_minus_one_to_128() {
    assert!(MidiProgram::new(-128).is_none() && MidiProgram::new(129).is_none());
    let line = first_line(&Search::new(Filters::new().part(MidiProgram::DRUMS).part(MidiProgram::UNDEFINED)));
    assert!(line.contains("?part=128%2C-1&"), "{line}");
}

#[test]
fn c6_no_licence_reserves_all_rights() {
    for license in ["null", "\"\""] {
        let score = read::<scores::Get>(&format!("{{\"id\":7,\"license\":{license}}}"));
        assert_eq!(score.license, None);
        assert!(score.permits(Permission::Play) && !score.permits(Permission::Share));
    }
    let score = read::<scores::Get>(r#"{"id":7,"license":"cc-by-nd"}"#);
    assert_eq!(score.license, Some(License::CcByNd));
    assert!(score.permits(Permission::UseCommercially) && !score.permits(Permission::ModifyCommercially));
}

// C7, with and without callback and verifier: `login::out_of_band`, `login::a_service_of_the_first_1_0_has_no_verifier`.

#[test]
fn c8_every_url_can_be_set() {
    let client = Client::builder(Credentials::key("KEY"))
        .base_url("http://api.musescore.com/services/rest")
        .static_url("http://127.0.0.1:9/files")
        .settings(|core| core.transport(segno_core::testing::FnTransport::new(|_| Ok(ok("")))))
        .build()
        .unwrap();
    let text = wire(client.core(), &users::Get::new(UserId::new(1))).unwrap();
    assert!(text.starts_with(
        "GET /services/rest/user/1.json?oauth_consumer_key=KEY HTTP/1.1\nhost: api.musescore.com\n"
    ));
    let file = segno_musescore::files::Get::new(ID, "s", segno_musescore::files::File::Pdf);
    let text = wire(client.core(), &file).unwrap();
    assert!(text.starts_with("GET /files/7/s/score.pdf HTTP/1.1\nhost: 127.0.0.1:9\n"));
}

/// The documented hosts over https, as the service's own applications used them; files where their host has a certificate.
#[test]
fn c8_the_urls_are_the_documented_ones_unless_set() {
    let client = Client::builder(Credentials::key("KEY"))
        .settings(|core| core.transport(segno_core::testing::FnTransport::new(|_| Ok(ok("")))))
        .build()
        .unwrap();
    let base = |base| client.core().base(base).unwrap().to_string();
    assert_eq!(client.core().base_url().to_string(), "https://api.musescore.com/services/rest/");
    assert_eq!(base(OAUTH), "https://api.musescore.com/oauth/");
    assert_eq!(base(WEB), "https://musescore.com/");
    assert_eq!(base(STATIC), "https://s3.amazonaws.com/static.musescore.com/");
    let first_lines = |text: String| text.lines().take(2).collect::<Vec<_>>().join(" ");
    let file = segno_musescore::files::Get::new(ID, "s", segno_musescore::files::File::Pdf);
    assert_eq!(
        first_lines(wire(client.core(), &file).unwrap()),
        "GET /static.musescore.com/7/s/score.pdf HTTP/1.1 host: s3.amazonaws.com"
    );
    assert_eq!(
        first_lines(wire(client.core(), &oembed::Get::new("u")).unwrap()),
        "GET /oembed/endpoint?url=u&format=json HTTP/1.1 host: musescore.com"
    );
}

/// oEmbed is public: it gets no key and no signature, also where it lives on the host of the API.
#[test]
fn c10_oembed_has_no_credentials_wherever_it_lives() {
    for access in [Credentials::key("KEY"), user()] {
        let client = Client::builder(access)
            .base_url("https://one.example/services/rest/")
            .web_url("https://one.example/")
            .settings(|core| core.transport(segno_core::testing::FnTransport::new(|_| Ok(ok("")))))
            .build()
            .unwrap();
        let text = wire(client.core(), &oembed::Get::new("u")).unwrap();
        assert!(!text.contains("oauth_") && !text.to_lowercase().contains("authorization"), "{text}");
        let text = wire(client.core(), &users::Get::new(UserId::new(1))).unwrap();
        assert!(text.contains("oauth_consumer_key=KEY") || text.contains("authorization"), "{text}");
    }
}

#[tokio::test]
async fn c8_the_documented_plain_http_takes_keys_and_signatures() {
    for access in [Credentials::key("KEY"), user()] {
        let client = Client::builder(access)
            .base_url("http://api.musescore.com/services/rest/")
            .settings(|core| core.transport(segno_core::testing::FnTransport::new(|_| Ok(ok(bodies::USER)))))
            .build()
            .unwrap();
        client.send(&users::Get::new(UserId::new(412))).await.unwrap();
    }
}

#[test]
fn c9_a_member_is_a_number_however_it_is_written() {
    let user = read::<users::Get>(r#"{"id":88,"name":"Ada"}"#);
    assert_eq!(user, read::<users::Get>(r#"{"id":"88","name":"Ada","avatar_url":""}"#));
}

#[test]
fn c10_oembed_is_asked_for_jsonp() {
    let line = first_line(&oembed::Get::new("u").format(Format::Jsonp("cb".parse().unwrap())));
    assert_eq!(line, "GET /oembed/endpoint?url=u&format=jsonp&callback=cb HTTP/1.1");
}

#[test]
fn c11_html_nested_escaped_or_as_cdata() {
    let html = ["nested", "escaped", "CDATA"].map(|how| read::<oembed::Get>(&bodies::player_xml(how)).html);
    assert!(html[0].starts_with("<iframe width='100%'") && html[0].contains("a=1&amp;b=2"), "{}", html[0]);
    assert!(html.iter().all(|one| one.trim() == html[0]));
}

#[test]
fn c12_widths_in_percent_or_pixels() {
    use oembed::Width::{Percent, Pixels};
    for (json, width) in
        [("\"100%\"", Percent(100)), ("640", Pixels(640)), ("\"640\"", Pixels(640)), ("640.0", Pixels(640))]
    {
        assert_eq!(read::<oembed::Get>(&bodies::player(json)).width, Some(width), "{json}");
    }
}

#[test]
fn c13_an_extension_is_always_sent() {
    for line in [
        first_line(&Search::new(Filters::new())),
        first_line(&scores::Get::new(ID)),
        first_line(&users::Me::new()),
        first_line(&users::Scores::new(UserId::new(1))),
        first_line(&scores::Update::new(ID).title("T")),
        first_line(&segno_musescore::resolve::Resolve::new("u")),
    ] {
        assert!(line.contains(".json?"), "{line}");
    }
}

#[test]
fn c14_me_and_user_have_paths_of_their_own() {
    assert!(first_line(&users::Me::new()).starts_with("GET /services/rest/me.json?"));
    assert!(first_line(&users::Get::new(UserId::new(3))).starts_with("GET /services/rest/user/3.json?"));
    assert!(
        first_line(&users::Scores::new(UserId::new(3))).starts_with("GET /services/rest/user/3/score.json?")
    );
}

#[test]
fn c15_later_fields_are_optional() {
    let score =
        read::<scores::Get>(r#"{"id":7,"custom_url":"http://musescore.com/ada/mill","tags":null,"new":[1]}"#);
    assert_eq!(score.custom_url.as_deref(), Some("http://musescore.com/ada/mill"));
    assert_eq!(score.tags, Vec::<String>::new());
    let user = read::<users::Get>(r#"{"id":8,"name":"Ada","avatar_url":"http://a/48.png"}"#);
    assert_eq!(user.avatar_url.as_deref(), Some("http://a/48.png"));
}
