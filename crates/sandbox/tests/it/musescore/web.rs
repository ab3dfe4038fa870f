//! Files, resolve, oEmbed and pages: docs/services/musescore.md#resolve, docs/services/musescore.md#oembed.

use segno_sandbox::{Host, OembedHtml};
use serde_json::json;

use super::{Site, encode, refusal, said};
use crate::wire::{Request, Response};

#[tokio::test]
async fn files_of_a_score() {
    let site = Site::start().await;
    let score = site.score(false);
    for (name, content_type, start) in [
        ("score.pdf", "application/pdf", b"%PDF".as_slice()),
        ("score.mid", "audio/midi", b"MThd"),
        ("score.mxl", "application/vnd.recordare.musicxml", b"PK\x03\x04"),
        ("score.mscz", "application/octet-stream", b"PK\x03\x04"),
        ("score.mp3", "audio/mpeg", b""),
        ("score_0.png", "image/png", b"\x89PNG"),
        ("score_1.png", "image/png", b"\x89PNG"),
        ("thumb.png", "image/png", b"\x89PNG"),
    ] {
        let file = Request::new("GET", &site.file(&score, name)).send().await;
        assert_eq!((file.status, file.header("content-type")), (200, Some(content_type)), "{name}");
        assert!(file.body.starts_with(start) && file.body.len() > 100, "{name}");
        let url = format!("{}?nocache=1400000000", site.file(&score, name));
        let head = Request::new("HEAD", &url).send().await;
        let length = file.body.len().to_string();
        assert_eq!((head.status, head.header("content-length")), (200, Some(length.as_str())));
    }
    let status = async |path: String| {
        let url = site.sandbox.origin(Host::MUSESCORE_STATIC) + &path;
        Request::new("GET", &url).send().await.status
    };
    let (id, secret) = (score.id, &score.secret);
    assert_eq!(status(format!("/{id}/0000000000/score.pdf")).await, 403);
    assert_eq!(status(format!("/{id}/{secret}/score_2.png")).await, 404);
    assert_eq!(status(format!("/{id}/{secret}/score.wav")).await, 404);
    assert_eq!(status(format!("/1/{secret}/score.pdf")).await, 404);
    assert_eq!(status("/".to_owned()).await, 404);
    let post = Request::new("POST", &site.file(&score, "score.pdf")).body("x").send().await;
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
}

#[tokio::test]
async fn files_can_be_resumed() {
    let site = Site::start().await;
    let url = site.file(&site.score(false), "score.mp3");
    let whole = Request::new("GET", &url).send().await;
    let tag = whole.header("etag").expect("an ETag");
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let rest = Request::new("GET", &url).header("Range", "bytes=1000-").header("If-Range", tag).send().await;
    let range = format!("bytes 1000-{}/{}", whole.body.len() - 1, whole.body.len());
    assert_eq!((rest.status, rest.header("content-range")), (206, Some(range.as_str())));
    assert_eq!(rest.body, whole.body[1000..]);
    let other =
        Request::new("GET", &url).header("Range", "bytes=1000-").header("If-Range", "\"x\"").send().await;
    assert_eq!((other.status, other.body.len()), (200, whole.body.len()));
    let known = Request::new("GET", &url).header("If-None-Match", tag).send().await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    let past = Request::new("GET", &url).header("Range", "bytes=99999999-").send().await;
    assert_eq!(past.status, 416);
}

#[tokio::test]
async fn pages_lead_to_resources() {
    let site = Site::start().await;
    let score = site.score(false).id;
    let (first, key) = (site.account(0), &site.keys.consumer_key);
    let (id, uid) = (score, first.user_id);
    let to_score = format!("{}.json?oauth_consumer_key={key}", site.rest(&format!("/score/{id}")));
    let to_user = format!("{}.json?oauth_consumer_key={key}", site.rest(&format!("/user/{uid}")));
    for (page, location) in [
        (format!("http://musescore.com/okafor/scores/{id}"), &to_score),
        (format!("https://www.musescore.com/score/{id}"), &to_score),
        (format!("http://musescore.com/node/{id}?x=1#y"), &to_score),
        (format!("http://musescore.com/user/{uid}/scores/{id}/"), &to_score),
        (site.web(&format!("/score/{id}")), &to_score),
        ("http://musescore.com/okafor".to_owned(), &to_user),
        (format!("HTTP://MuseScore.com/user/{uid}"), &to_user),
    ] {
        let response = site.get(&format!("/resolve.json?url={}", encode(&page))).await;
        assert_eq!((response.status, response.header("location")), (302, Some(location.as_str())), "{page}");
    }
    // Unencoded, as in the documentation.
    let response = site.get(&format!("/resolve.xml?url=http://musescore.com/score/{id}")).await;
    assert_eq!(response.header("location"), Some(to_score.replace(".json", ".xml").as_str()));
    assert_eq!(Request::new("GET", response.header("location").expect("one")).send().await.status, 200);
    let url = encode(&format!("http://musescore.com/score/{id}"));
    let jsonp = site.get(&format!("/resolve.jsonp?callback=f&url={url}")).await;
    assert!(jsonp.header("location").is_some_and(|location| location.ends_with("&callback=f")));
    // Signed: nothing of the signature is passed on.
    let signed = site.get_signed(&format!("/resolve.json?url={url}")).await;
    assert_eq!(signed.header("location"), Some(site.rest(&format!("/score/{id}.json")).as_str()));
    for unknown in [
        "http://musescore.com/score/1",
        "http://musescore.com/nobody",
        "http://musescore.com/",
        "http://example.com/okafor",
        "ftp://musescore.com/okafor",
        "okafor",
    ] {
        let response = site.get(&format!("/resolve.json?url={}", encode(unknown))).await;
        assert_eq!(refusal(&response), said(404, "Not found"), "{unknown}");
    }
    assert_eq!(refusal(&site.get("/resolve.json").await), said(406, "url is required"));
}

async fn embed(site: &Site, query: &str) -> Response {
    Request::new("GET", &site.web(&format!("/oembed/endpoint?{query}"))).send().await
}

#[tokio::test]
async fn oembed() {
    let site = Site::start().await;
    let score = site.score(false);
    let (id, uid, web) = (score.id, site.account(0).user_id, site.web(""));
    let page = format!("http://musescore.com/okafor/scores/{id}");
    let url = format!("url={}", encode(&page));
    let response = embed(&site, &url).await;
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")));
    let html = format!(
        "<iframe width=\"100%\" height=\"394\" src=\"{web}/node/{id}/embed\" frameborder=\"0\"></iframe><span>\
         <a href=\"{web}/okafor/scores/{id}\">Minuet in G</a> by <a href=\"{web}/user/{uid}\">R. Okafor</a></span>"
    );
    let expected = json!({
        "type": "rich", "version": "1.0", "provider_name": "MuseScore.com", "width": "100%", "height": 394,
        "provider_url": "http://musescore.com", "html": html, "title": "Minuet in G", "author_name": "R. Okafor",
        "author_url": format!("{web}/okafor"), "original_url": page,
    });
    assert_eq!(response.json(), expected);
    assert!(response.text().starts_with(r#"{"type":"rich","version":"1.0","provider_name""#));
    let sized = embed(&site, &format!("{url}&maxwidth=640&maxheight=700&format=json")).await.json();
    assert_eq!((&sized["width"], &sized["height"]), (&json!(640), &json!(700)));
    assert!(sized["html"].as_str().expect("html").starts_with("<iframe width=\"640\" height=\"700\""));
    let odd = embed(&site, &format!("{url}&maxwidth=wide")).await.json();
    assert_eq!(odd["width"], "100%");
    for format in ["jsonp", "js"] {
        let jsonp = embed(&site, &format!("{url}&format={format}&callback=f")).await;
        assert_eq!(jsonp.text(), format!("f({});", response.text()));
        assert_eq!(jsonp.header("content-type"), Some("text/javascript; charset=utf-8"));
    }
    assert_eq!(embed(&site, &format!("{url}&format=jsonp")).await.body, response.body);

    let xml = embed(&site, &format!("{url}&format=xml")).await;
    assert_eq!(xml.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(xml.text().contains("<oembed><type>rich</type><version>1.0</version>"));
    assert!(xml.text().contains("<html>&lt;iframe width=&quot;100%&quot;"), "{}", xml.text());
    site.sandbox.switches(|switches| switches.musescore.oembed_html = OembedHtml::Nested);
    let nested = embed(&site, &format!("{url}&format=xml")).await;
    assert!(nested.text().contains(&format!("<html>{html}</html>")));

    for short in [format!("http://mus.cr/{id}"), format!("https://musescore.com/score/{id}")] {
        assert_eq!(
            embed(&site, &format!("url={}", encode(&short))).await.json()["original_url"],
            json!(short)
        );
    }
}

#[tokio::test]
async fn oembed_refuses() {
    let site = Site::start().await;
    let url = |path: &str| format!("url={}", encode(&format!("http://musescore.com/{path}")));
    assert_eq!(refusal(&embed(&site, "").await), said(404, "Not found"));
    assert_eq!(refusal(&embed(&site, &url("score/1")).await), said(404, "Not found"));
    assert_eq!(refusal(&embed(&site, &url("okafor")).await), said(404, "Not found"));
    assert_eq!(refusal(&embed(&site, "url=http%3A%2F%2Fexample.com%2F").await), said(404, "Not found"));
    let public = url(&format!("score/{}", site.score(false).id));
    assert_eq!(
        refusal(&embed(&site, &format!("{public}&format=yaml")).await),
        said(501, "Unsupported format")
    );
    let bad = embed(&site, &format!("{public}&format=jsonp&callback=a-b")).await;
    assert_eq!(refusal(&bad), said(400, "Invalid callback"));
    let private = url(&format!("score/{}", site.score(true).id));
    assert_eq!(refusal(&embed(&site, &private).await), said(401, "Access denied"));
}

#[tokio::test]
async fn urls_in_objects_are_pages() {
    let site = Site::start().await;
    let score = site.get(&format!("/score/{}.json", site.score(false).id)).await.json();
    for url in [&score["permalink"], &score["user"]["custom_url"]] {
        let page = Request::new("GET", url.as_str().expect("text")).send().await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Minuet in G"), "{}", page.text());
    }
    let embed = site.web(&format!("/node/{}/embed", site.score(false).id));
    let page = Request::new("GET", &embed).send().await;
    let (_, image) = page.text().split_once("<img src=\"").expect("an image");
    let image = image.split('"').next().expect("its end");
    assert_eq!(Request::new("GET", image).send().await.status, 200);
    let private = site.web(&format!("/score/{}", site.score(true).id));
    assert_eq!(Request::new("GET", &private).send().await.status, 403);
    assert_eq!(Request::new("GET", &site.web("/nothing/here")).send().await.status, 404);
}
