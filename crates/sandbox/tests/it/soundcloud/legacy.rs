//! The old XML API: docs/services/soundcloud.md#the-old-api.

mod bodies;
mod filters;
mod places;
mod signing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use segno_sandbox::Host;
use serde_json::json;

use super::{Api, MULTIPART, multipart, wav};
use crate::wire::{Request, Response};

impl Api {
    /// With a password, to the port of the old API.
    fn basic(&self, name: &str, method: &str, path: &str) -> Request {
        let password = self.sandbox.description().soundcloud.password;
        let url = self.sandbox.origin(Host::SOUNDCLOUD_LEGACY) + path;
        Request::new(method, &url).header("Authorization", &basic(name, &password))
    }

    async fn old(&self, name: &str, path: &str) -> Response {
        self.basic(name, "GET", path).send().await
    }

    /// A body as XML.
    async fn put_xml(&self, name: &str, path: &str, body: &str) -> Response {
        let request = self.basic(name, "PUT", path).header("Content-Type", "application/xml");
        request.body(body).send().await
    }

    /// The number of a seeded track by its title.
    async fn number(&self, title: &str) -> String {
        self.track(title).await.rsplit(':').next().expect("a number").to_owned()
    }
}

/// HTTP Basic.
fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

pub(super) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start)
        .and_then(|rest| rest.1.split_once(end))
        .unwrap_or_else(|| panic!("{start} in {text}"))
        .0
}

#[tokio::test]
async fn public_tracks_need_no_login_and_are_xml() {
    let api = Api::start().await;
    let response = api.anonymous("GET", "/tracks").header("Accept", "application/xml").send().await;
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, Some("application/xml; charset=utf-8"))
    );
    let text = response.text();
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tracks type=\"array\">\n"),
        "{text}"
    );
    assert!(text.contains("<title>Ah ! vous dirai-je</title>") && !text.contains("Sketch"));
    assert!(
        text.contains("<description nil=\"true\"></description>")
            && text.contains("<bpm type=\"float\">118.5</bpm>")
    );
    assert_eq!(api.anonymous("GET", "/tracks.xml").send().await.text(), text);
    let refused = api.anonymous("GET", "/me.xml").send().await;
    assert_eq!(
        refused.summary(),
        (
            401,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error>401 - Unauthorized</error></errors>\n"
        )
    );
    assert_eq!(refused.header("www-authenticate"), Some("OAuth realm=\"SoundCloud\""));
    assert_eq!(api.old("nobody", "/me").await.status, 401);
    api.switch(&json!({"legacy": false}));
    assert_eq!(api.old("okafor", "/me").await.status, 200, "the old port stays");
    assert_eq!(api.anonymous("GET", "/tracks.xml").send().await.status, 404);
}

#[tokio::test]
async fn an_upload_gives_201_with_one_number_in_three_places() {
    let api = Api::start().await;
    let body = multipart(
        &[("track[title]", "Harbour & <Sea>"), ("track[sharing]", "private")],
        &[("track[asset_data]", "harbour.wav", "audio/wav", &wav())],
    );
    assert_eq!(
        api.anonymous("POST", "/tracks.xml")
            .header("Content-Type", MULTIPART)
            .body(body.clone())
            .send()
            .await
            .status,
        401
    );
    let made =
        api.basic("okafor", "POST", "/tracks").header("Content-Type", MULTIPART).body(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = between(made.text(), "<id type=\"integer\">", "</id>");
    let place = format!("{}/tracks/{id}", api.sandbox.origin(Host::SOUNDCLOUD_LEGACY));
    assert_eq!(made.header("location"), Some(place.as_str()));
    assert_eq!(between(made.text(), "<uri>", "</uri>"), place);
    assert!(
        made.text().contains("<title>Harbour &amp; &lt;Sea&gt;</title>")
            && made.text().contains("<sharing>private</sharing>")
    );
    assert_eq!(api.created("tracks"), 1);
    let none = api
        .basic("okafor", "POST", "/tracks")
        .header("Content-Type", MULTIPART)
        .body(multipart(&[], &[]))
        .send()
        .await;
    assert_eq!(none.status, 422);
}

#[tokio::test]
async fn permissions_open_a_private_track_to_those_named() {
    let api = Api::start().await;
    let track = api.number("Sketch for a Tape").await;
    let path = format!("/tracks/{track}");
    let put = |name: &'static str, body: &str| {
        let request = api.basic(name, "PUT", &format!("{path}/permissions"));
        request.header("Content-Type", "application/xml").body(body).send()
    };
    assert_eq!(api.old("reis", &path).await.status, 404);
    assert_eq!(
        put("okafor", "<permissions><user-id>5530</user-id><user-id>5547</user-id></permissions>")
            .await
            .summary(),
        (200, "")
    );
    assert!(api.old("reis", &path).await.text().contains("<title>Sketch for a Tape</title>"));
    let heard = api.old("reis", &format!("{path}/stream")).await;
    assert_eq!(heard.summary(), (302, ""));
    let audio = Request::new("GET", heard.header("location").expect("a URL")).send().await;
    assert_eq!((audio.status, audio.header("content-type")), (200, Some("audio/mpeg")));
    for (name, list, shown) in [
        ("reis", "/users/5512/tracks", true),
        ("reis", "/tracks?filter=private", true),
        ("reis", "/tracks", false),
        ("okafor", "/me/tracks", true),
    ] {
        let list = api.old(name, list).await;
        assert_eq!(list.text().contains("Sketch for a Tape"), shown, "{name} {}", list.text());
    }
    let stranger = api.anonymous("GET", &format!("{path}.xml")).send().await;
    assert_eq!(stranger.status, 404);
    assert_eq!(api.anonymous("GET", &format!("{path}/stream.xml")).send().await.status, 404);
    assert!(
        !api.anonymous("GET", "/tracks.xml?filter=all").send().await.text().contains("Sketch for a Tape")
    );
    let shown = api.old("okafor", &format!("{path}/permissions")).await;
    assert!(shown.text().contains("<user-id type=\"integer\">5530</user-id>"), "{}", shown.text());
    assert_eq!(put("reis", "<permissions/>").await.status, 404);
    assert_eq!(put("okafor", "<permissions><user-id>1</user-id></permissions>").await.status, 422);
    assert_eq!(put("okafor", "<permissions>").await.status, 422);
    for wrong in [
        "<permissions><user><id>5530</id></user></permissions>",
        "<users/>",
        "<permissions><user-id>+5530</user-id></permissions>",
    ] {
        assert_eq!(put("okafor", wrong).await.status, 422, "{wrong}");
    }
    assert_eq!(api.old("reis", &path).await.status, 200, "what was refused has changed nothing");
    let underscores =
        "<?xml version=\"1.0\"?><permissions><user_id type=\"integer\">5530</user_id></permissions>";
    assert_eq!(put("okafor", underscores).await.status, 200);
    assert_eq!(put("okafor", underscores).await.status, 200, "again, which changes nothing");
    assert_eq!(put("okafor", "<permissions/>").await.status, 200);
    assert_eq!(api.old("reis", &path).await.status, 404);
    assert_eq!(api.sandbox.effects().of("soundcloud", "permissions").changed, 3);
}

#[tokio::test]
async fn people_contacts_and_favorites() {
    let api = Api::start().await;
    let contacts = api.old("okafor", "/me/contacts").await;
    assert!(
        contacts.text().starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<users"),
        "{}",
        contacts.text()
    );
    assert!(contacts.text().contains("<username>Ana R.</username>") && !contacts.text().contains("Rui"));
    assert_eq!(api.old("reis", "/users/5512/contacts").await.text(), contacts.text());
    assert!(api.old("okafor", "/me/fans").await.text().contains("<permalink>rui</permalink>"));
    assert_eq!(api.basic("okafor", "PUT", "/me/followings/5547").send().await.status, 201);
    assert!(api.old("okafor", "/me/followings/5547").await.text().contains("<id type=\"integer\">5547</id>"));
    assert_eq!(api.basic("okafor", "DELETE", "/me/followings/5547").send().await.status, 200);
    assert_eq!(api.old("okafor", "/me/followings/5547").await.status, 404);
    let ode = api.number("Ode to Joy").await;
    assert_eq!(api.basic("okafor", "PUT", &format!("/me/favorites/{ode}")).send().await.status, 201);
    assert!(api.old("okafor", "/me/favorites").await.text().contains("<title>Ode to Joy</title>"));
    let comment = api
        .basic("okafor", "POST", &format!("/tracks/{ode}/comments"))
        .header("Content-Type", "application/xml");
    let made = comment
        .body("<comment><body>old &amp; good</body><timestamp>1500</timestamp></comment>")
        .send()
        .await;
    assert!(made.status == 201 && made.text().contains("<body>old &amp; good</body>"), "{}", made.text());
    let change =
        api.basic("okafor", "PUT", &format!("/tracks/{ode}")).header("Content-Type", "application/xml");
    let changed = change
        .body("<track><title>Ode</title><bpm>90.5</bpm><label-name>Tidal</label-name></track>")
        .send()
        .await;
    assert!(
        changed.text().contains("<bpm type=\"float\">90.5</bpm>")
            && changed.text().contains("<label-name>Tidal</label-name>")
    );
    assert_eq!(api.basic("reis", "DELETE", &format!("/tracks/{ode}")).send().await.status, 404);
    assert_eq!(api.basic("okafor", "DELETE", &format!("/tracks/{ode}")).send().await.status, 200);
}
