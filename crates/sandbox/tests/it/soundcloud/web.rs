//! The site: oEmbed and the widget's page. docs/services/soundcloud.md#embedding

use segno_sandbox::Host;
use serde_json::{Value, json};

use super::Api;
use super::legacy::between;
use crate::wire::{Request, Response};

impl Api {
    /// A request to the site, with these parameters.
    async fn site(&self, path: &str, pairs: &[(&str, &str)]) -> Response {
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let url = format!("{}{path}?{}", self.sandbox.origin(Host::SOUNDCLOUD_WEB), query.join("&"));
        Request::new("GET", &url).send().await
    }

    async fn oembed(&self, url: &str) -> Response {
        self.site("/oembed", &[("url", url)]).await
    }
}

pub(super) fn encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// What the page of a widget has to play.
fn data(page: &Response) -> Value {
    let json = between(page.text(), "<script id=\"data\" type=\"application/json\">", "</script>");
    serde_json::from_str(json).expect("JSON")
}

const MINUET: &str = "https://soundcloud.com/okafor/minuet-in-g";

#[tokio::test]
async fn oembed_describes_tracks_playlists_and_users() {
    let api = Api::start().await;
    let track = api.oembed(MINUET).await;
    assert_eq!((track.status, track.header("content-type")), (200, Some("application/json; charset=utf-8")));
    let members = [
        "version",
        "type",
        "provider_name",
        "provider_url",
        "height",
        "width",
        "title",
        "description",
        "thumbnail_url",
        "html",
        "author_name",
        "author_url",
    ];
    let places: Vec<_> =
        members.iter().map(|name| track.text().find(&format!("\"{name}\":")).expect(name)).collect();
    assert!(places.is_sorted(), "{}", track.text());
    let track = track.json();
    assert_eq!(track["version"], 1.0);
    assert_eq!((&track["type"], &track["provider_name"]), (&json!("rich"), &json!("SoundCloud")));
    assert_eq!((&track["height"], &track["width"]), (&json!(166), &json!("100%")));
    assert_eq!(track["title"], "Minuet in G by Rosa O.");
    assert_eq!(track["description"], "From the notebook of 1725.");
    assert_eq!(
        (&track["author_name"], &track["author_url"]),
        (&json!("Rosa O."), &json!("https://soundcloud.com/okafor"))
    );
    let html = track["html"].as_str().expect("HTML");
    let player = format!("src=\"{}/player/?visual=false&amp;url=", api.sandbox.origin(Host::SOUNDCLOUD_WEB));
    assert!(html.starts_with("<iframe width=\"100%\" height=\"166\"") && html.contains(&player), "{html}");

    let list = api.oembed("https://soundcloud.com/reis/sets/coast-walks").await.json();
    assert_eq!((&list["height"], &list["title"]), (&json!(450), &json!("Coast Walks by Ana R.")));
    let user = api.oembed("https://soundcloud.com/reis").await.json();
    assert_eq!(user["title"], "Ana R.");
    let short = api.oembed("https://on.soundcloud.com/mINu3t").await.json();
    assert_eq!(short["title"], track["title"]);
}

#[tokio::test]
async fn oembed_takes_its_parameters() {
    let api = Api::start().await;
    let wanted = [
        ("url", MINUET),
        ("maxwidth", "480"),
        ("maxheight", "81"),
        ("color", "#0066cc"),
        ("auto_play", "true"),
        ("show_comments", "false"),
    ];
    let player = api.site("/oembed", &wanted).await.json();
    assert_eq!((&player["width"], &player["height"]), (&json!(480), &json!(81)));
    let html = player["html"].as_str().expect("HTML");
    for part in ["width=\"480\" height=\"81\"", "auto_play=true", "show_comments=false", "color=0066cc"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let call = api.site("/oembed", &[("url", MINUET), ("format", "js"), ("callback", "on.player$1")]).await;
    assert_eq!(call.header("content-type"), Some("text/javascript; charset=utf-8"));
    let inside =
        call.text().strip_prefix("on.player$1(").and_then(|text| text.strip_suffix(");")).expect("a call");
    let json = api.oembed(MINUET).await;
    assert_eq!(inside, json.text());
    let xml = api.site("/oembed", &[("url", MINUET), ("format", "xml")]).await;
    assert_eq!(xml.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(between(xml.text(), "<title>", "</title>"), "Minuet in G by Rosa O.");
    assert!(xml.text().contains("<version type=\"float\">1.0</version>"), "{}", xml.text());
    assert!(xml.text().contains("<html>&lt;iframe "), "{}", xml.text());
    for (pairs, status) in
        [(&[("url", MINUET), ("format", "yaml")], 501), (&[("url", MINUET), ("format", "js")], 400)]
    {
        assert_eq!(api.site("/oembed", pairs).await.status, status);
    }
    let call = [("url", MINUET), ("format", "js"), ("callback", "alert(1)//")];
    assert_eq!(api.site("/oembed", &call).await.status, 400);
    let post =
        Request::new("POST", &(api.sandbox.origin(Host::SOUNDCLOUD_WEB) + "/oembed")).body("x").send().await;
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
}

#[tokio::test]
async fn what_may_not_be_embedded_is_refused_without_a_word() {
    let api = Api::start().await;
    for url in [
        "https://soundcloud.com/nobody",
        "https://example.com/okafor",
        "x",
        "https://soundcloud.com/okafor/x",
    ] {
        assert_eq!(api.oembed(url).await.summary(), (404, ""), "{url}");
    }
    assert_eq!(api.site("/oembed", &[]).await.summary(), (404, ""));
    // A private track, with its secret link alone.
    let sketch = api.get(&format!("/tracks/{}", api.track("Sketch for a Tape").await)).await.json();
    let link = sketch["permalink_url"].as_str().expect("a link").to_owned();
    let (page, secret) = link.rsplit_once('/').expect("a token");
    assert_eq!(api.oembed(page).await.status, 404);
    let opened = api.oembed(&link).await.json();
    let html = opened["html"].as_str().expect("HTML").to_owned();
    assert!(html.contains(&format!("secret_token%3D{secret}&amp;")), "{html}");
    // What its owner lets nobody embed.
    let minuet = api.track("Minuet in G").await;
    for (by, status) in [("none", 403), ("me", 403), ("all", 200)] {
        let change = json!({"track": {"embeddable_by": by}});
        assert_eq!(api.send_json("PUT", &format!("/tracks/{minuet}"), &change).await.status, 200);
        assert_eq!(api.oembed(MINUET).await.status, status, "{by}");
        assert_eq!(api.site("/player/", &[("url", MINUET)]).await.status, status, "{by}");
    }
}

#[tokio::test]
async fn the_widget_plays_what_its_url_names() {
    let api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let number = minuet.rsplit(':').next().expect("a number");
    for url in [
        MINUET.to_owned(),
        format!("https://api.soundcloud.com/tracks/{number}"),
        format!("http://api.soundcloud.com/tracks/{minuet}"),
        format!("https://api.soundcloud.com/tracks/soundcloud%3Atracks%3A{number}"),
    ] {
        let page = api.site("/player/", &[("url", &url)]).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, Some("text/html; charset=utf-8")),
            "{url}"
        );
        let data = data(&page);
        assert_eq!(data["sounds"][0]["urn"], minuet, "{url}");
        assert_eq!(data["streams"], json!([format!("/player/audio/{number}")]));
    }
    let list = api.playlist("Coast Walks").await;
    let list = format!("https://api.soundcloud.com/playlists/{list}");
    let pairs = [
        ("url", list.as_str()),
        ("start_track", "1"),
        ("color", "0066cc"),
        ("buying", "false"),
        ("auto_play", "true"),
    ];
    let page = data(&api.site("/player/", &pairs).await);
    let titles: Vec<_> =
        page["sounds"].as_array().expect("sounds").iter().map(|sound| &sound["title"]).collect();
    assert_eq!(titles, ["Low Tide", "Joy (live)", "Only at Home"]);
    assert_eq!(page["streams"][2], Value::Null, "blocked in Portugal");
    assert_eq!(
        (&page["start_track"], &page["color"], &page["auto_play"]),
        (&json!(1), &json!("0066cc"), &json!(true))
    );
    assert_eq!(page["hidden"], json!(["buying"]));
    let user = data(&api.site("/player/", &[("url", "https://soundcloud.com/okafor")]).await);
    assert_eq!(user["sounds"].as_array().map(Vec::len), Some(2), "the private one is not shown");
    for url in ["https://api.soundcloud.com/tracks/1", "https://api.soundcloud.com/tracks/x", "x"] {
        let page = api.site("/player/", &[("url", url)]).await;
        assert_eq!((page.status, data(&page)["sounds"].clone()), (404, json!([])), "{url}");
    }
    // Nothing in a title ends the script that it stands in.
    let change = json!({"track": {"title": "</script><script>alert(1)</script>"}});
    assert_eq!(api.send_json("PUT", &format!("/tracks/{minuet}"), &change).await.status, 200);
    let page = api.site("/player/", &[("url", &format!("https://api.soundcloud.com/tracks/{number}"))]).await;
    assert_eq!(data(&page)["sounds"][0]["title"], "</script><script>alert(1)</script>");
    assert!(!page.text().contains("alert(1)</script>"));
}

#[tokio::test]
async fn the_widget_gets_as_much_sound_as_may_be_heard() {
    let api = Api::start().await;
    let audio = async |urn: &str, query: &str| {
        let number = urn.rsplit(':').next().expect("a number");
        let url = format!("{}/player/audio/{number}{query}", api.sandbox.origin(Host::SOUNDCLOUD_WEB));
        let redirect = Request::new("GET", &url).send().await;
        match redirect.header("location") {
            None => (redirect.status, 0),
            Some(place) => {
                let sound = Request::new("GET", place).header("Range", "bytes=0-").send().await;
                assert_eq!((redirect.status, sound.header("content-type")), (302, Some("audio/mpeg")));
                (sound.status, sound.body.len())
            }
        }
    };
    let (whole, preview) =
        (audio(&api.track("Minuet in G").await, "").await, audio(&api.track("Low Tide").await, "").await);
    assert!(whole.0 == 206 && preview.0 == 206 && preview.1 < whole.1, "{whole:?} {preview:?}");
    assert_eq!(audio(&api.track("Only at Home").await, "").await, (404, 0));
    assert_eq!(audio("soundcloud:tracks:1", "").await, (404, 0));
    let sketch = api.track("Sketch for a Tape").await;
    assert_eq!(audio(&sketch, "").await, (404, 0));
    let link = api.get(&format!("/tracks/{sketch}")).await.json();
    let secret =
        link["secret_uri"].as_str().and_then(|uri| uri.rsplit_once('=')).expect("a token").1.to_owned();
    assert_eq!(audio(&sketch, &format!("?secret_token={secret}")).await.0, 206);
    let number = sketch.rsplit(':').next().expect("a number");
    let url = format!("https://api.soundcloud.com/tracks/{number}?secret_token={secret}");
    let page = data(&api.site("/player/", &[("url", &url)]).await);
    assert_eq!(page["streams"], json!([format!("/player/audio/{number}?secret_token={secret}")]));
}

/// The implicit grant of the sketched SDK: its URL is there, and dead.
#[tokio::test]
async fn the_old_connect_of_the_site_gives_no_token() {
    let api = Api::start().await;
    let access = api.sandbox.description().soundcloud;
    let pairs = [
        ("client_id", access.client_id.as_str()),
        ("redirect_uri", &access.redirect_uri),
        ("response_type", "token"),
    ];
    assert_eq!(api.site("/connect", &pairs).await.status, 410);
    api.switch(&json!({"old_oauth": true}));
    let refused = api.site("/connect", &pairs).await;
    let location = refused.header("location").expect("a redirect");
    assert!(refused.status == 302 && location.contains("error=unsupported_response_type"), "{location}");
}
