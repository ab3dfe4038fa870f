//! 13.4: what is changed by documents and forms, and what documents and forms are refused.

use super::super::{Api, MULTIPART, multipart, wav};
use super::between;

#[tokio::test]
async fn the_fields_of_a_track_are_kept_and_shown() {
    let api = Api::start().await;
    let path = format!("/tracks/{}", api.number("Ode to Joy").await);
    let sent = "<?xml version=\"1.0\"?><track><title>Ode</title><bpm type=\"float\">90.5</bpm><key_signature>D</key_signature>\
        <label-id>31</label-id><release-day>3</release-day><release-month>2</release-month><release-year>2009</release-year>\
        <track-type>live</track-type><video-url>http://video.example/1</video-url><shared_to><id>7</id></shared_to>\
        <user><title>nested</title></user></track>";
    let changed = api.put_xml("okafor", &path, sent).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let read = api.old("reis", &path).await;
    assert_eq!(read.text(), changed.text());
    for shown in [
        "<title>Ode</title>",
        "<bpm type=\"float\">90.5</bpm>",
        "<key-signature>D</key-signature>",
        "<label-id type=\"integer\">31</label-id>",
        "<release-day type=\"integer\">3</release-day>",
        "<release-month type=\"integer\">2</release-month>",
        "<release-year type=\"integer\">2009</release-year>",
        "<track-type>live</track-type>",
        "<video-url>http://video.example/1</video-url>",
        "<comments-count type=\"integer\">0</comments-count>",
    ] {
        assert!(read.text().contains(shown), "{shown} in {}", read.text());
    }
    // One part of the day taken away leaves the others; all of it given again makes a day.
    let cleared =
        api.put_xml("okafor", &path, "<track><release-day nil=\"true\"/><label-id/><bpm/></track>").await;
    for shown in [
        "<release-day type=\"integer\" nil=\"true\"></release-day>",
        "<release-month type=\"integer\">2</release-month>",
        "<label-id type=\"integer\" nil=\"true\"></label-id>",
        "<bpm type=\"float\" nil=\"true\"></bpm>",
    ] {
        assert!(cleared.text().contains(shown), "{shown} in {}", cleared.text());
    }
    let form = api
        .basic("okafor", "PUT", &path)
        .form("track%5Brelease_day%5D=28&track[tag_list]=sea&shared_to=7")
        .send()
        .await;
    assert!(form.text().contains("<release-day type=\"integer\">28</release-day>"), "{}", form.text());
    assert!(form.text().contains("<release-year type=\"integer\">2009</release-year>"));
    assert!(form.text().contains("<tag-list>sea</tag-list>"));
    let when = between(form.text(), "<created-at type=\"datetime\">", "</created-at>");
    assert!(when.len() == 25 && when.ends_with("+00:00") && when.as_bytes()[10] == b'T', "{when}");
}

#[tokio::test]
async fn a_change_that_is_refused_changes_nothing() {
    let api = Api::start().await;
    let path = format!("/tracks/{}", api.number("Ode to Joy").await);
    let before = api.old("okafor", &path).await;
    for (body, words) in [
        ("<track><genre>x</genre><title> </title></track>", "title can&#39;t be blank"),
        ("<track><genre>x</genre><bpm>fast</bpm></track>", "bpm must be a number above 0"),
        ("<track><bpm>inf</bpm></track>", "bpm must be a number above 0"),
        ("<track><label-id>-1</label-id></track>", "label_id must be a number"),
        ("<track><release-month>13</release-month></track>", "release_month must be a number from 1 to 12"),
        (
            "<track><release-year>2009</release-year><release-month>2</release-month><release-day>30</release-day></track>",
            "the release must be a day of the calendar",
        ),
        ("<track><license>mine</license></track>", "license is not included in the list"),
        ("<track><downloadable>perhaps</downloadable></track>", "downloadable must be true or false"),
    ] {
        let refused = api.put_xml("okafor", &path, body).await;
        let expected =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error>{words}</error></errors>\n");
        assert_eq!(refused.summary(), (422, expected.as_str()), "{body}");
    }
    assert_eq!(api.old("okafor", &path).await.text(), before.text());
    assert_eq!(api.put_xml("reis", &path, "<track><title>x</title></track>").await.status, 404);
    api.switch(&serde_json::json!({"app_may_write": false}));
    assert_eq!(api.put_xml("okafor", &path, "<track><title>x</title></track>").await.status, 401);
}

#[tokio::test]
async fn garbage_is_422_and_says_what_is_wrong() {
    let api = Api::start().await;
    let path = format!("/tracks/{}", api.number("Ode to Joy").await);
    let expected = "expected &lt;track&gt; as application/xml, or a form";
    for (content_type, body, words) in [
        ("application/xml", "", "the body is not readable XML".to_owned()),
        ("application/xml", "{\"track\":{}}", "the body is not readable XML".to_owned()),
        ("text/xml", "<track><title>x</track>", "the body is not readable XML".to_owned()),
        (
            "application/xml",
            "<!DOCTYPE track [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><track><title>&x;</title></track>",
            "the body declares a document type".to_owned(),
        ),
        (
            "application/xml",
            "<track><title>&x;</title></track>",
            "the body uses an entity that XML does not have".to_owned(),
        ),
        ("application/xml", "<users/>", format!("the body is &lt;users&gt;; {expected}")),
        (
            "application/json",
            "{\"track\":{\"title\":\"x\"}}",
            format!("the body is application/json; {expected}"),
        ),
        ("text/plain", "<track><title>x</title></track>", format!("the body is text/plain; {expected}")),
        (
            "application/x-www-form-urlencoded",
            "<track><title>x</title></track>",
            "the form has no track[…]".to_owned(),
        ),
    ] {
        let request = api.basic("okafor", "PUT", &path).header("Content-Type", content_type).body(body);
        let refused = request.send().await;
        assert_eq!(refused.status, 422, "{body}");
        assert!(refused.text().contains(&format!("<error>{words}</error>")), "{body}: {}", refused.text());
    }
    let deep = format!("{}{}", "<track>".repeat(50), "</track>".repeat(50));
    assert!(api.put_xml("okafor", &path, &deep).await.text().contains("nested too deeply"));
    let bare = api.basic("okafor", "PUT", &path).send().await;
    assert!(bare.text().contains("the body is without a Content-Type"), "{}", bare.text());
    let huge = format!("<track><title>{}</title></track>", "x".repeat(2 << 20));
    assert_eq!(api.put_xml("okafor", &path, &huge).await.status, 413);
    let broken =
        api.basic("okafor", "POST", "/tracks").header("Content-Type", "multipart/form-data; boundary=b");
    assert_eq!(broken.body("--b\r\nno").send().await.status, 400);
}

#[tokio::test]
async fn an_upload_needs_a_title_and_audio() {
    let api = Api::start().await;
    let post = async |body: Vec<u8>| {
        api.basic("okafor", "POST", "/tracks").header("Content-Type", MULTIPART).body(body).send().await
    };
    let audio = wav();
    let file = ("track[asset_data]", "harbour.wav", "audio/wav", audio.as_slice());
    let untitled = post(multipart(&[("track[sharing]", "private")], &[file])).await;
    assert!(
        untitled.status == 422 && untitled.text().contains("title can&#39;t be blank"),
        "{}",
        untitled.text()
    );
    let silent = post(multipart(&[("track[title]", "Harbour")], &[])).await;
    assert!(silent.status == 422 && silent.text().contains("unable to process provided asset_data"));
    let words =
        post(multipart(&[("track[title]", "x")], &[("track[asset_data]", "a.txt", "text/plain", b"words")]))
            .await;
    assert_eq!(words.status, 422);
    let strange = post(multipart(&[("track[title]", "x"), ("track[sharing]", "friends")], &[file])).await;
    assert_eq!(strange.status, 422);
    let xml = api.basic("okafor", "POST", "/tracks").header("Content-Type", "application/xml");
    assert_eq!(xml.body("<track><title>x</title></track>").send().await.status, 422);
    assert_eq!(api.created("tracks"), 0);
    api.switch(&serde_json::json!({"email_confirmed": false}));
    assert_eq!(post(multipart(&[("track[title]", "Harbour")], &[file])).await.status, 401);
}

#[tokio::test]
async fn a_user_changes_oneself_and_nobody_else() {
    let api = Api::start().await;
    let sent = "<user><username>rosa</username><full-name>Rosa Maria Okafor</full-name><city>Faro</city><website nil=\"true\"/>\
        <discogs-name>rosa-o</discogs-name><description>Cello &amp; more</description><id>1</id></user>";
    let changed = api.put_xml("okafor", "/me", sent).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(api.old("reis", "/users/5512").await.text(), changed.text());
    for shown in [
        "<id type=\"integer\">5512</id>",
        "<username>rosa</username>",
        "<full-name>Rosa Maria Okafor</full-name>",
        "<city>Faro</city>",
        "<website nil=\"true\"></website>",
        "<discogs-name>rosa-o</discogs-name>",
        "<description>Cello &amp; more</description>",
    ] {
        assert!(changed.text().contains(shown), "{shown} in {}", changed.text());
    }
    assert_eq!(api.get("/users/5512").await.json()["discogs_name"], "rosa-o", "one user in both");
    let form = api.basic("okafor", "PUT", "/users/5512.json").form("user[country]=Brasil").send().await;
    assert_eq!((&form.json()["country"], &form.json()["city"]), (&"Brasil".into(), &"Faro".into()));
    let again = api.basic("okafor", "PUT", "/users/5512.json").form("user[country]=Brasil").send().await;
    assert_eq!(again.status, 200, "and changes nothing");
    assert_eq!(api.put_xml("okafor", "/users/5530", "<user><city>x</city></user>").await.status, 401);
    assert_eq!(api.put_xml("okafor", "/users/1", "<user><city>x</city></user>").await.status, 404);
    assert_eq!(api.put_xml("okafor", "/me", "<user><username> </username></user>").await.status, 422);
    assert_eq!(api.put_xml("okafor", "/me", "<track/>").await.status, 422);
    let nobody = api.anonymous("PUT", "/users/5512.xml").header("Content-Type", "application/xml");
    assert_eq!(nobody.body("<user><city>x</city></user>").send().await.status, 401);
    assert_eq!(api.sandbox.effects().of("soundcloud", "users").changed, 2);
}

#[tokio::test]
async fn comments_are_hidden_with_their_track() {
    let api = Api::start().await;
    let sketch = api.number("Sketch for a Tape").await;
    let post = api.basic("okafor", "POST", &format!("/tracks/{sketch}/comments"));
    let made = post.form("comment[body]=to+do&comment[timestamp]=1500").send().await;
    assert!(
        made.status == 201 && made.text().contains("<timestamp type=\"integer\">1500</timestamp>"),
        "{}",
        made.text()
    );
    let id = between(made.text(), "<id type=\"integer\">", "</id>");
    let uri = between(made.text(), "<uri>", "</uri>");
    assert_eq!(uri, format!("{}/comments/{id}", api.sandbox.origin(segno_sandbox::Host::SOUNDCLOUD_LEGACY)));
    assert_eq!(api.old("okafor", &format!("/comments/{id}")).await.text(), made.text());
    assert!(api.old("okafor", "/me/comments").await.text().contains("to do"));
    let hers = api.old("reis", "/users/5512/comments").await;
    assert!(
        hers.text().contains("the fourth variation") && !hers.text().contains("to do"),
        "{}",
        hers.text()
    );
    assert!(hers.text().contains("<timestamp type=\"integer\">9500</timestamp>"));
    for path in [format!("/comments/{id}"), format!("/tracks/{sketch}/comments")] {
        assert_eq!(api.old("reis", &path).await.status, 404, "{path}");
    }
    let minuet = api.number("Minuet in G").await;
    let comment = async |body: &str| {
        let post = api.basic("reis", "POST", &format!("/tracks/{minuet}/comments"));
        post.header("Content-Type", "application/xml").body(body).send().await.status
    };
    assert_eq!(comment("<comment><body> </body></comment>").await, 422);
    assert_eq!(comment("<comment><body>x</body><timestamp>1.5</timestamp></comment>").await, 422);
    assert_eq!(comment("<comment><body>x</body></comment>").await, 201);
}

#[tokio::test]
async fn what_has_no_known_form_is_404_and_a_wrong_method_405() {
    let api = Api::start().await;
    let minuet = api.number("Minuet in G").await;
    for path in [
        format!("/tracks/{minuet}/secret-token"),
        format!("/tracks/{minuet}/shared-to/users"),
        "/playlists".to_owned(),
        "/me/playlists".to_owned(),
        "/me/groups".to_owned(),
        "/tracks/+1".to_owned(),
    ] {
        assert_eq!(api.old("okafor", &path).await.status, 404, "{path}");
    }
    for (method, path, allowed) in [
        ("PUT", "/tracks".to_owned(), "GET, POST"),
        ("POST", format!("/tracks/{minuet}"), "GET, PUT, DELETE"),
        ("DELETE", "/me".to_owned(), "GET, PUT"),
        ("POST", "/me/followings/5530".to_owned(), "GET, PUT, DELETE"),
        ("POST", "/me/contacts".to_owned(), "GET"),
    ] {
        let refused = api.basic("okafor", method, &path).send().await;
        assert_eq!((refused.status, refused.header("allow")), (405, Some(allowed)), "{method} {path}");
    }
}
