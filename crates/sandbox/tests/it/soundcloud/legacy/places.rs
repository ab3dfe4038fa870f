//! Hosts, forms, logins: docs/services/soundcloud.md#the-old-api.

use segno_sandbox::{Fault, Host};
use serde_json::json;

use super::super::{Api, MULTIPART, multipart, wav};
use super::between;
use crate::wire::{Request, Response, exchange};

impl Api {
    /// Sends a request to this machine that names another host.
    async fn at(
        &self,
        host: &str,
        build: impl FnOnce(Request) -> Request,
        method: &str,
        path: &str,
    ) -> Response {
        let request = build(Request::new(method, &format!("http://{host}{path}")));
        let here = self.anonymous("GET", "/");
        let (bytes, end) = exchange(here.address(), &request.bytes(true)).await;
        end.expect("an orderly end");
        Response::parse(&bytes)
    }
}

const OLD: &str = "api.sandbox-soundcloud.com";

#[tokio::test]
async fn the_old_host_is_the_old_api_whatever_is_asked() {
    let api = Api::start().await;
    let tracks = api.at(OLD, |request| request, "GET", "/tracks").await;
    assert_eq!((tracks.status, tracks.header("content-type")), (200, Some("application/xml; charset=utf-8")));
    assert!(tracks.text().contains("<uri>http://api.sandbox-soundcloud.com/tracks/"), "{}", tracks.text());
    let with_port =
        api.at("API.sandbox-soundcloud.localhost:8404", |request| request, "GET", "/users/5512").await;
    assert!(with_port.text().contains("<uri>http://API.sandbox-soundcloud.localhost:8404/users/5512</uri>"));
    let json =
        api.at(OLD, |request| request.header("Accept", "application/json"), "GET", "/users/5512").await;
    assert_eq!(json.json()["uri"], "http://api.sandbox-soundcloud.com/users/5512");
    for refused in ["/me", "/me/contacts"] {
        let refused = api.at(OLD, |request| request, "GET", refused).await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"SoundCloud sandbox\""));
    }
    let nobody = api.at(OLD, |request| request, "POST", "/tracks").await;
    assert_eq!(nobody.status, 401);
    assert_eq!(api.at(OLD, |request| request, "GET", "/me/feed").await.status, 401);
    assert_eq!(
        api.at("api.soundcloud.com", |request| request, "GET", "/tracks").await.status,
        401,
        "the present API"
    );
    assert_eq!(api.at("sandbox-soundcloud.com", |request| request, "GET", "/tracks").await.status, 401);
}

/// What `curl http://HOST/tracks` sends, byte by byte.
#[tokio::test]
async fn the_old_api_has_a_port_of_its_own() {
    let api = Api::start().await;
    let origin = api.sandbox.origin(Host::SOUNDCLOUD_LEGACY);
    let address = origin.strip_prefix("http://").expect("a URL");
    let curl =
        format!("GET /tracks HTTP/1.1\r\nHost: {address}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n");
    let curl = curl.replace("Accept", "Connection: close\r\nAccept");
    let (bytes, end) = exchange(address, curl.as_bytes()).await;
    end.expect("an orderly end");
    let tracks = Response::parse(&bytes);
    assert_eq!((tracks.status, tracks.header("content-type")), (200, Some("application/xml; charset=utf-8")));
    assert!(tracks.text().contains(&format!("<uri>{origin}/tracks/")), "{}", tracks.text());
    let get = |path: &str| Request::new("GET", &format!("{origin}{path}"));
    let refused = get("/me").send().await;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("Basic realm=\"SoundCloud sandbox\""))
    );
    let password = api.sandbox.description().soundcloud.password;
    let me = get("/me").header("Authorization", &super::basic("okafor", &password)).send().await;
    assert!(me.text().contains(&format!("<uri>{origin}/users/5512</uri>")), "{}", me.text());
    // The present API is elsewhere, whatever is asked for; the switch is about the present API's port.
    assert_eq!(get("/me/feed").send().await.status, 401);
    api.sandbox.switches(|switches| switches.soundcloud.legacy = false);
    assert_eq!(get("/tracks").send().await.status, 200);
    let edge = json!({"edge": {"calls": 0, "window_s": 60}});
    api.sandbox.fault(Fault::switches(Host::SOUNDCLOUD_LEGACY, &edge).expect("a switch of the service"));
    assert_eq!(get("/tracks").send().await.status, 429);
}

#[tokio::test]
async fn an_upload_to_the_old_port_is_named_by_it() {
    let api = Api::start().await;
    let origin = api.sandbox.origin(Host::SOUNDCLOUD_LEGACY);
    let body = multipart(
        &[("track[title]", "Harbour"), ("track[sharing]", "private")],
        &[("track[asset_data]", "harbour.wav", "audio/wav", &wav())],
    );
    let password = api.sandbox.description().soundcloud.password;
    let upload = Request::new("POST", &format!("{origin}/tracks")).header("Content-Type", MULTIPART);
    let made = upload.header("Authorization", &super::basic("okafor", &password)).body(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = between(made.text(), "<id type=\"integer\">", "</id>");
    assert_eq!(made.header("location"), Some(format!("{origin}/tracks/{id}").as_str()));
    assert_eq!(between(made.text(), "<uri>", "</uri>"), format!("{origin}/tracks/{id}"));
    // One store: the present API shows it to its owner.
    assert_eq!(api.get(&format!("/tracks/{id}")).await.json()["title"], "Harbour");
}

#[tokio::test]
async fn on_the_api_host_the_end_of_a_path_asks_for_the_old_api() {
    let api = Api::start().await;
    let xml = api.anonymous("GET", "/users/5512.xml").send().await;
    assert!(xml.text().contains("<id type=\"integer\">5512</id>"), "{}", xml.text());
    let json = api.anonymous("GET", "/users/5512.json").send().await.json();
    assert_eq!((&json["id"], &json["permalink"]), (&5512.into(), &"okafor".into()));
    assert_eq!(api.anonymous("GET", "/users/5512").send().await.status, 401);
}

#[tokio::test]
async fn the_response_to_an_upload_names_the_host_that_it_was_sent_to() {
    let api = Api::start().await;
    let body = multipart(
        &[("track[title]", "Harbour"), ("track[sharing]", "private")],
        &[("track[asset_data]", "harbour.wav", "audio/wav", &wav())],
    );
    let password = api.sandbox.description().soundcloud.password;
    let made = api
        .at(
            OLD,
            |request| {
                request
                    .header("Authorization", &super::basic("okafor", &password))
                    .header("Content-Type", MULTIPART)
                    .body(body)
            },
            "POST",
            "/tracks",
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = between(made.text(), "<id type=\"integer\">", "</id>");
    let place = format!("http://api.sandbox-soundcloud.com/tracks/{id}");
    assert_eq!(made.header("location"), Some(place.as_str()));
    assert_eq!(between(made.text(), "<uri>", "</uri>"), place);
    assert!(
        made.text().contains("<permalink-url>http://sandbox-soundcloud.com/okafor/harbour</permalink-url>")
    );
}

#[tokio::test]
async fn the_end_of_the_path_beats_accept_and_accept_beats_xml() {
    let api = Api::start().await;
    let xml = "application/xml; charset=utf-8";
    let json = "application/json; charset=utf-8";
    for (path, accept, expected) in [
        ("/me", None, xml),
        ("/me", Some("*/*"), xml),
        ("/me", Some("application/json"), json),
        ("/me.json", Some("application/xml"), json),
        ("/me.xml", Some("application/json"), xml),
        ("/me/contacts.json", None, json),
        ("/me/contacts", Some("application/json;q=0.1, application/xml;q=0.2"), xml),
    ] {
        let request = api.basic("okafor", "GET", path);
        let request = if let Some(accept) = accept { request.header("Accept", accept) } else { request };
        let response = request.send().await;
        assert_eq!(
            (response.status, response.header("content-type")),
            (200, Some(expected)),
            "{path} {accept:?}"
        );
    }
    let minuet = api.number("Minuet in G").await;
    let track = api.old("okafor", &format!("/tracks/{minuet}.json")).await.json();
    assert_eq!(
        (&track["id"], &track["bpm"], &track["downloadable"]),
        (&json!(minuet.parse::<u64>().expect("a number")), &json!(104.0), &json!(true))
    );
    assert_eq!(
        (&track["video_url"], &track["release_year"], &track["user"]["id"]),
        (&json!(null), &json!(2026), &json!(5512))
    );
    let contacts = api.old("okafor", "/me/contacts.json").await.json();
    assert_eq!(contacts[0]["username"], "Ana R.");
    assert_eq!(contacts.as_array().expect("a list").len(), 1);
    let lost = api.old("okafor", "/tracks/1.json").await;
    assert_eq!((lost.status, lost.json()), (404, json!({"errors": [{"error_message": "404 - Not Found"}]})));
    let nobody = api.basic("nobody", "GET", "/me.json").send().await;
    assert_eq!(
        (nobody.status, nobody.json()),
        (401, json!({"errors": [{"error_message": "401 - Unauthorized"}]}))
    );
}

/// A password opens the sandbox of old only: what is live wants OAuth.
#[tokio::test]
async fn on_the_api_host_basic_is_refused() {
    let api = Api::start().await;
    let password = api.sandbox.description().soundcloud.password;
    for (path, accept) in [
        ("/me", "*/*"),
        ("/me", "application/json"),
        ("/me", "application/xml"),
        ("/tracks", "*/*"),
        ("/me.xml", "*/*"),
        ("/me.json", "*/*"),
        ("/tracks.xml", "*/*"),
    ] {
        let request = api.anonymous("GET", path).header("Accept", accept);
        let refused = request.header("Authorization", &super::basic("okafor", &password)).send().await;
        assert_eq!(refused.status, 401, "{path} {accept}: {}", refused.text());
        let challenge = refused.header("www-authenticate").unwrap_or_default();
        assert!(!challenge.starts_with("Basic"), "{path}: {challenge}");
    }
    let token = api.get("/me.xml").await;
    assert!(token.text().contains("<id type=\"integer\">5512</id>"), "{}", token.text());
}

#[tokio::test]
async fn without_the_old_api_there_is_only_its_port_and_the_old_logins_are_gone() {
    let api = Api::start().await;
    for path in ["/connect?client_id=x", "/oauth2/token"] {
        assert_eq!(api.anonymous("GET", path).send().await.status, 410, "{path}");
    }
    assert_eq!(api.anonymous("POST", "/oauth2/token").form("grant_type=password").send().await.status, 410);
    api.switch(&json!({"legacy": false}));
    assert_eq!(api.old("okafor", "/tracks").await.status, 200);
    assert_eq!(
        api.at(OLD, |request| request, "GET", "/tracks").await.status,
        401,
        "the present API needs a token"
    );
}

#[tokio::test]
async fn limits_of_the_edge_hold_here_too() {
    let api = Api::start().await;
    api.switch(&json!({"edge": {"calls": 1, "window_s": 60}, "retry_after_s": 7}));
    assert_eq!(api.old("okafor", "/me").await.status, 200);
    let limited = api.old("okafor", "/me").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("7")));
    assert!(limited.text().contains("<error>429 - Too Many Requests</error>"), "{}", limited.text());
}

#[tokio::test]
async fn tokens_of_the_present_logins_are_taken() {
    let api = Api::start().await;
    let me = api.request("GET", "/me.xml").send().await;
    assert!(me.text().contains("<username>Rosa O.</username>"), "{}", me.text());
    let wrong = api.anonymous("GET", "/tracks.xml").header("Authorization", "OAuth nothing").send().await;
    assert_eq!(wrong.status, 401);
}
