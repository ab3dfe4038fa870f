use proptest::prelude::*;

use super::*;
use crate::{TrackUrn, Urn};

const FRAME: &str = "<iframe width=\"100%\" height=\"166\" src=\"https://w.soundcloud.com/player/?visual=false&url=\
    https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F70071%3Fsecret_token%3Ds-CANARY&show_artwork=true\"></iframe>";

fn of(body: &str) -> Result<Player, DecodeError> {
    read(&Response::new(Bytes::copy_from_slice(body.as_bytes())))
}

/// The members that today's responses have, with a width as a text and as a number.
fn json(width: &str) -> String {
    serde_json::json!({
        "version": 1.0, "type": "rich", "provider_name": "SoundCloud", "provider_url": "https://soundcloud.com",
        "height": 166, "width": serde_json::from_str::<Value>(width).unwrap(), "title": "Low Tide by Ana R.",
        "description": "", "thumbnail_url": "https://i1.sndcdn.com/x.jpg", "html": FRAME, "author_name": "Ana R.",
        "author_url": "https://soundcloud.com/reis",
    })
    .to_string()
}

#[test]
fn all_formats_are_read_alike() {
    let player = of(&json("\"100%\"")).unwrap();
    assert_eq!((player.width, player.height), (Some(Width::Percent(100)), Some(166)));
    assert_eq!((player.kind.as_str(), player.version.as_str()), ("rich", "1.0"));
    assert_eq!(player.author_name.as_deref(), Some("Ana R."));
    for call in ["onPlayer(BODY);", "/**/a.b.$c ( BODY ) ;\n", "(BODY);"] {
        assert_eq!(of(&call.replace("BODY", &json("\"100%\""))).unwrap(), player, "{call}");
    }
    let escaped = FRAME.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oembed>\n  <version type=\"float\">1.0</version><type>rich</type>\
         <provider-name>SoundCloud</provider-name><provider_url>https://soundcloud.com</provider_url>\
         <height type=\"integer\">166</height><width>100%</width><title>Low Tide by Ana R.</title>\
         <description></description><thumbnail-url>https://i1.sndcdn.com/x.jpg</thumbnail-url><html>{escaped}</html>\
         <author-name>Ana R.</author-name><author-url>https://soundcloud.com/reis</author-url></oembed>"
    );
    assert_eq!(of(&xml).unwrap(), Player { description: None, ..player.clone() });
    assert_eq!(
        of(&xml
            .replace("<html>", "<html><![CDATA[")
            .replace("</html>", "]]></html>")
            .replace(&escaped, FRAME))
        .unwrap()
        .html,
        player.html
    );
}

#[test]
fn older_responses_and_odd_values() {
    let old = r#"{"version":"1.0","html":"<object/>","width":480,"height":"81"}"#;
    let player = of(old).unwrap();
    assert_eq!((player.width, player.height), (Some(Width::Pixels(480)), Some(81)));
    assert_eq!((player.description, player.author_name, player.title.as_str()), (None, None, ""));
    let odd = of(&json("\"wide\"")).unwrap();
    assert_eq!((odd.width, odd.height), (None, Some(166)));
    assert_eq!(odd.passed_over.paths().collect::<Vec<_>>(), ["width"]);
}

#[test]
fn what_a_player_plays_is_read_from_its_frame() {
    let player = of(&json("640")).unwrap();
    let plays = player.plays().unwrap();
    assert_eq!(plays.urn, Urn::Track(TrackUrn::new(70071)));
    assert_eq!(plays.secret_token.unwrap().expose(), "s-CANARY");
    assert!(!format!("{player:?}").contains("CANARY"));
    for (html, urn) in [
        (
            "<IFRAME SRC='//w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/playlists/soundcloud%253Aplaylists%253A881'>",
            "soundcloud:playlists:881",
        ),
        (
            "<iframe src = \"https://w.soundcloud.com/player/?a=1&amp;url=http%3A%2F%2Fapi.soundcloud.com%2Fusers%2F5512\"></iframe>",
            "soundcloud:users:5512",
        ),
    ] {
        let player = Player { html: Html(html.into()), ..player.clone() };
        assert_eq!(player.plays().unwrap().urn.to_string(), urn);
    }
    for html in
        ["", "<iframe>", "<iframe src=\"https://w.soundcloud.com/player/\">", "<iframe src=\"x?url=7\">"]
    {
        assert!(Player { html: Html(html.into()), ..player.clone() }.plays().is_none(), "{html}");
    }
}

#[test]
fn what_is_no_player_is_an_error() {
    for body in
        ["", "{}", "[]", "cb()", "<oembed/>", "<track><html>x</html></track>", "<!DOCTYPE html><p>x</p>", "x"]
    {
        assert!(of(body).is_err(), "{body}");
    }
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = read(&Response::new(Bytes::from(body)));
    }

    #[test]
    fn no_frame_panics(html in "[<>a-z =\"'?&;#%/:\u{e9}]{0,60}", src in "\\PC{0,20}") {
        for html in [html.clone(), format!("<iframe src={html}"), format!("<iframe src=\"{src}?url={html}")] {
            let player = Player { html: Html(html), ..of(&json("1")).unwrap() };
            let _ = player.plays();
        }
    }
}
