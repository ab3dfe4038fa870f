//! One value of every endpoint of the old API, with all that can be set, its response and its documented errors.

use segno_soundcloud::legacy::{
    CommentId, Owner, TrackId, UserId, comments, oauth, permissions, tracks, users,
};
use segno_soundcloud::tracks::Asset;
use segno_soundcloud::{EmbeddableBy, License, Sharing};

use crate::sample::Visit;

pub(super) const TRACK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<track>
  <id type="integer">13409</id>
  <created-at type="datetime">2008-02-20T18:44:35+01:00</created-at>
  <user-id type="integer">7</user-id>
  <uri>http://api.sandbox-soundcloud.com/tracks/58</uri>
  <title>Harbour &amp; Sea</title>
  <permalink>harbour</permalink>
  <permalink-url>http://sandbox-soundcloud.com/ana/harbour</permalink-url>
  <description nil="true"></description>
  <sharing>private</sharing>
  <bpm type="float">118.5</bpm>
  <comments-count type="integer">2</comments-count>
  <duration type="integer">187000</duration>
  <state>finished</state>
  <downloadable type="boolean">true</downloadable>
  <streamable>false</streamable>
  <genre>Field</genre>
  <track-type>sound effect</track-type>
  <key-signature>G</key-signature>
  <isrc>PTX070800001</isrc>
  <label-id type="integer">31</label-id>
  <label-name>Tidal</label-name>
  <release>T 1</release>
  <release-year type="integer">2008</release-year>
  <release-month type="integer">2</release-month>
  <release-day type="integer" nil="true"></release-day>
  <purchase-url>http://shop.example/1</purchase-url>
  <video-url>http://video.example/1</video-url>
  <license>cc-by-nc</license>
  <tag_list>sea "field recording"</tag_list>
  <artwork-url nil="true"></artwork-url>
  <waveform-url>http://wave.example/58_m.png</waveform-url>
  <stream-url>http://api.sandbox-soundcloud.com/tracks/58/stream?secret_token=CANARY</stream-url>
  <download-url>http://api.sandbox-soundcloud.com/tracks/58/download</download-url>
  <original-format>aiff</original-format>
  <user><id type="integer">7</id><username>ana</username></user>
</track>
"#;
const USER: &str = r#"<user><id type="integer">7</id><username>rui</username><full-name>Rui Vaz</full-name><permalink>rui</permalink>
<description>fado</description><city>Faro</city><country>Portugal</country><discogs-name>rui-v</discogs-name><myspace-name nil="true"></myspace-name>
<website>http://rui.example</website><website-title>my site</website-title><online type="boolean">false</online>
<avatar-url>http://i1.example/7.jpg</avatar-url><permalink-url>http://sandbox-soundcloud.com/rui</permalink-url>
<uri>http://api.sandbox-soundcloud.com/users/7</uri><track-count>1</track-count><followings-count type="integer">2</followings-count>
<followers-count type="integer">3</followers-count></user>"#;
const COMMENT: &str = r#"<comment><id type="integer">1</id><body>nice</body><timestamp type="integer" nil="true"></timestamp>
<track-id type="integer">58</track-id><user-id type="integer">7</user-id><created-at type="datetime">2008-02-20T18:44:35+01:00</created-at>
<uri>http://api.sandbox-soundcloud.com/comments/1</uri></comment>"#;
const PERMISSIONS: &str =
    "<permissions><user-id type=\"integer\">7</user-id><user_id>9</user_id></permissions>";
/// Where a redirect leads.
const AUDIO: &str = "http://media.example/58.mp3?Signature=CANARY";

const ONE: TrackId = TrackId::new(58);
const RUI: UserId = UserId::new(7);

/// The operations of the old API in the order of `every_endpoint`; the last three are known from the URLs that responses
/// give.
pub(super) const TABLE: &str = "GET /tracks|POST /tracks|GET /tracks/58|PUT /tracks/58|DELETE /tracks/58|\
    GET /tracks/58/permissions|PUT /tracks/58/permissions|GET /tracks/58/comments|POST /tracks/58/comments|\
    GET /users|GET /users/7|GET /me|PUT /me|GET /me/contacts|GET /users/7/fans|GET /users/7/tracks|GET /me/comments|\
    GET /users/7/followings|GET /me/followers|GET /users/7/favorites|GET /me/followings/tracks|\
    GET /users/9/followings/7|PUT /me/followings/7|DELETE /me/followings/7|\
    GET /me/favorites/58|PUT /me/favorites/58|DELETE /me/favorites/58|\
    GET /tracks/58/stream|GET /tracks/58/download|GET /comments/1|\
    POST /oauth/request_token|POST /oauth/access_token";

pub(crate) fn every_endpoint(visit: &mut impl Visit) {
    let list = |name: &str, item: &str| {
        let item = item.split_once("?>").map_or(item, |(_, item)| item);
        format!("<{name} type=\"array\">{item}</{name}>")
    };
    let (tracks, comments) = (list("tracks", TRACK), list("comments", COMMENT));
    let users = format!("<users>{USER}</users>");
    let (own, one, write) = (&[401][..], &[401, 404][..], &[401, 404, 422][..]);

    let search = tracks::List::new()
        .q("sea")
        .filter(tracks::Filter::Downloadable)
        .order(tracks::Order::Hotness)
        .bpm(118, 120)
        .duration(60_000, None)
        .created_at(Some("2008-02-20T18:44:35+01:00".parse().unwrap()), None)
        .ids([ONE, TrackId::new(59)])
        .genres(["Field", "Drum & Bass"])
        .types([tracks::TrackType::SoundEffect, "polka".into()]);
    visit.visit(&search, 200, &tracks, own);
    let asset = Asset::bytes("harbour.aif", &b"FORM....AIFF"[..]);
    let upload = tracks::Upload::new("Harbour", asset).description("by the sea").sharing(Sharing::Private);
    visit.visit(&upload, 201, TRACK, &[401, 422]);
    visit.visit(&tracks::Get::new(ONE), 200, TRACK, one);
    let change = tracks::Change::new(TrackId::new(58))
        .title("Ebb & <flow>")
        .description("")
        .sharing(Sharing::Public)
        .genre("Field")
        .bpm(118.5)
        .key_signature("G")
        .track_type(tracks::TrackType::InProgress)
        .license(License::CcByNc)
        .downloadable(false)
        .streamable(true)
        .purchase_url("http://shop.example/?a=1&b=2")
        .video_url("http://video.example/1")
        .isrc("PTX070800001")
        .label_id(31)
        .label_name("Tidal")
        .release("T 1")
        .release_year(2008)
        .release_month(2)
        .release_day(29)
        .permalink("ebb-and-flow")
        .embeddable_by(EmbeddableBy::Me)
        .commentable(true)
        .tags(["sea", "field recording"])
        .share_with(["a.user@example.com", "o'neill@example.org"]);
    visit.visit(&change, 200, TRACK, write);
    visit.visit(&tracks::Delete::new(ONE), 200, "", one);
    visit.visit(&permissions::Get::new(ONE), 200, PERMISSIONS, one);
    visit.visit(&permissions::Set::new(TrackId::new(58), [RUI, UserId::new(9)]), 200, "", write);
    visit.visit(&comments::OfTrack::new(ONE), 200, &comments, one);
    visit.visit(
        &comments::Create::new(TrackId::new(58), "nice <break> here").at(42_000),
        201,
        COMMENT,
        write,
    );
    visit.visit(&users::List::new().q("rui"), 200, &users, own);
    visit.visit(&users::Get::new(RUI), 200, USER, one);
    visit.visit(&users::Me::new(), 200, USER, own);
    let change = users::Change::new()
        .username("rui")
        .full_name("Rui Vaz")
        .description("fado & more")
        .city("Faro")
        .country("Portugal")
        .discogs_name("rui-v")
        .myspace_name("")
        .website("http://rui.example")
        .website_title("my site");
    visit.visit(&change, 200, USER, &[401, 422]);
    visit.visit(&users::Contacts::new(Owner::Me), 200, &users, own);
    visit.visit(&users::Fans::new(UserId::new(7)), 200, &users, one);
    visit.visit(&users::Tracks::new(UserId::new(7)), 200, &tracks, one);
    visit.visit(&comments::OfUser::new(Owner::Me), 200, &comments, own);
    visit.visit(&users::Followings::new(UserId::new(7)), 200, &users, one);
    visit.visit(&users::Followers::new(Owner::Me), 200, &users, own);
    visit.visit(&users::Favorites::new(UserId::new(7)), 200, &tracks, one);
    visit.visit(&users::TracksOfFollowings::new(), 200, &tracks, own);
    visit.visit(&users::Following::new(UserId::new(9), UserId::new(7)), 200, USER, one);
    visit.visit(&users::Follow::new(RUI), 201, USER, write);
    visit.visit(&users::Unfollow::new(RUI), 200, "", one);
    visit.visit(&users::Favorite::new(Owner::Me, ONE), 200, TRACK, one);
    visit.visit(&users::AddFavorite::new(ONE), 201, "", one);
    visit.visit(&users::RemoveFavorite::new(ONE), 200, "", one);
    visit.visit(&tracks::Stream::new(ONE), 302, AUDIO, one);
    visit.visit(&tracks::Download::new(ONE), 302, AUDIO, one);
    visit.visit(&comments::Get::new(CommentId::new(1)), 200, COMMENT, one);
    let token = "oauth_token=CANARY&oauth_token_secret=CANARY&oauth_callback_confirmed=true";
    visit.visit(&oauth::RequestToken::new(), 200, token, &[400, 401]);
    visit.visit(&oauth::AccessToken::new(), 200, token, &[400, 401]);
}
