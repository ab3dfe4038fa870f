//! Responses as docs/services/soundcloud.md describes them, with all their members.

pub(crate) const USER: &str = r#"{"avatar_url":"https://i1.sndcdn.com/avatars-x1-large.jpg","city":"Porto","country":"Portugal",
"description":null,"discogs_name":null,"first_name":"Ana","followers_count":310,"followings_count":88,"full_name":"Ana Reis",
"urn":"soundcloud:users:5512","kind":"user","created_at":"2019/04/02 10:00:00 +0000","last_modified":"2026/01/30 17:20:11 +0000",
"last_name":"Reis","permalink":"anareis","permalink_url":"https://soundcloud.com/anareis","plan":"Free","playlist_count":4,
"public_favorites_count":57,"reposts_count":0,"track_count":12,"uri":"https://api.soundcloud.com/users/soundcloud:users:5512",
"username":"Ana R.","website":null,"website_title":null,
"subscriptions":[{"product":{"id":"creator-demo","name":"Demo Plan"},"recurring":true}]}"#;

pub(crate) const ME: &str = r#"{"kind":"user","urn":"soundcloud:users:5512","username":"Ana R.","plan":"Free",
"primary_email_confirmed":true,"private_tracks_count":2,"private_playlists_count":1,"comments_count":0,"likes_count":61,
"locale":"en","online":false,"quota":{"unlimited_upload_quota":false,"upload_seconds_used":3600,"upload_seconds_left":7200},
"upload_seconds_left":7200,"created_at":"2019/04/02 10:00:00 +0000"}"#;

pub(crate) const TRACK: &str = r#"{"kind":"track","title":"Low Tide","artwork_url":null,"bpm":118.5,"comment_count":3,
"commentable":true,"created_at":"2026/02/11 08:00:00 +0000","description":null,"download_count":0,"downloadable":false,
"duration":183000,"embeddable_by":"all","favoritings_count":9,"genre":"Ambient","urn":"soundcloud:tracks:70071","isrc":null,
"key_signature":null,"label_name":"Tidal Rec","license":"all-rights-reserved","metadata_artist":"Guest Singer",
"permalink_url":"https://soundcloud.com/anareis/low-tide","playback_count":420,"purchase_title":null,"purchase_url":null,
"release":null,"release_day":11,"release_month":2,"release_year":2026,"sharing":"public",
"stream_url":"https://api.soundcloud.com/tracks/70071/stream","streamable":true,"tag_list":"sea \"field recording\"",
"uri":"https://api.soundcloud.com/tracks/soundcloud:tracks:70071",
"user":{"kind":"user","urn":"soundcloud:users:5512","username":"Ana R."},"user_favorite":false,"user_playback_count":1,
"waveform_url":"https://wave.sndcdn.com/ab12.png","available_country_codes":null,"access":"playable","download_url":null,
"reposts_count":0,"reveal_stats":true,"reveal_comments":true,"secret_uri":null}"#;

pub(crate) const PLAYLIST: &str = r#"{"title":"Coast Walks","urn":"soundcloud:playlists:881","kind":"playlist","artwork_url":"",
"created_at":"2026/02/12 09:00:00 +0000","description":null,"downloadable":true,"duration":366000,"ean":null,
"embeddable_by":"all","genre":"","label_id":null,"label_name":null,"last_modified":"2026/02/12 09:05:00 +0000",
"license":"all-rights-reserved","permalink":"coast-walks","permalink_url":"https://soundcloud.com/anareis/sets/coast-walks",
"playlist_type":"album","purchase_title":null,"purchase_url":null,"release":null,"release_day":null,"release_month":null,
"release_year":null,"sharing":"private","streamable":true,"tag_list":"","track_count":2,
"tracks":[{"kind":"track","urn":"soundcloud:tracks:70071"},{"kind":"track","urn":"soundcloud:tracks:70072"}],"type":"",
"uri":"https://api.soundcloud.com/playlists/soundcloud:playlists:881","user":{"urn":"soundcloud:users:5512"},
"user_urn":"soundcloud:users:5512","likes_count":0,"label":null,
"tracks_uri":"https://api.soundcloud.com/playlists/soundcloud:playlists:881/tracks","tags":"","user_id":5512}"#;

pub(crate) const COMMENT: &str = r#"{"body":"nice break here","created_at":"2026/02/13 20:11:00 +0000",
"urn":"soundcloud:comments:9001","kind":"comment","user_urn":"soundcloud:users:77","timestamp":42000,
"track_urn":"soundcloud:tracks:70071","uri":"https://api.soundcloud.com/comments/9001",
"user":{"urn":"soundcloud:users:77","kind":"user","permalink":"rui","username":"Rui","followers_count":3}}"#;

pub(crate) const ACTIVITIES: &str = r#"{"collection":[{"type":"track:repost","created_at":"2026/02/13 07:00:00 +0000",
"reposter":"soundcloud:users:77","origin":{"kind":"track","urn":"soundcloud:tracks:70071","title":"Low Tide"}},
{"type":"playlist","created_at":"2026/02/12 07:00:00 +0000","origin":{"urn":"soundcloud:playlists:881"}}],
"next_href":"https://api.soundcloud.com/me/feed?limit=1&cursor=1b7c",
"future_href":"https://api.soundcloud.com/me/feed?limit=1&cursor=1b7d"}"#;

pub(crate) const STREAMS: &str = r#"{"hls_aac_160_url":"https://api.soundcloud.com/tracks/soundcloud:tracks:70071/streams/6f1c/hls",
"hls_mp3_128_url":"https://api.soundcloud.com/tracks/soundcloud:tracks:70071/streams/6f1e/hls",
"preview_mp3_128_url":"https://api.soundcloud.com/tracks/soundcloud:tracks:70071/streams/6f1f/preview"}"#;

pub(crate) const WEB_PROFILES: &str = r#"[{"created_at":"2024/05/05 12:00:00 +0000","urn":"soundcloud:web-profiles:31",
"kind":"web-profile","service":"instagram","title":"my pictures","url":"https://instagram.example/anareis","username":"anareis","id":31}]"#;

pub(crate) const STOREFRONT: &str = r#"{"track_urn":"soundcloud:tracks:70071","title":"Get the tape","type":"cassette",
"link":"https://shop.example/tape","link_title":"Buy","description":null,"image_url":null,"price":"12 EUR"}"#;

pub(crate) const FOUND: &str =
    r#"{"status":"302 - Found","location":"https://api.soundcloud.com/users/soundcloud:users:5512"}"#;

pub(crate) const OK: &str = r#"{"status":"200 - OK"}"#;

/// A page with one thing on it and a link to the next.
pub(crate) fn page(item: &str) -> String {
    format!(r#"{{"collection":[{item}],"next_href":"https://api.soundcloud.com/tracks?limit=1&cursor=abc"}}"#)
}

/// The error object of a status.
pub(crate) fn error(name: &str, status: u16) -> String {
    let message = match status {
        400 if name.starts_with("oauth2.") => return r#"{"error":"invalid_grant"}"#.into(),
        401 if name.starts_with("oauth2.") => return r#"{"error":"invalid_client"}"#.into(),
        429 if name.starts_with("oauth2.") => return r#"{"error":"rate_limit_exceeded"}"#.into(),
        400 => "400 - Bad Request",
        401 => "",
        403 => "403 - Forbidden",
        404 => "404 - Not Found",
        422 => "unable to process provided asset_data",
        429 => {
            return r#"{"code":429,"message":"too many","link":"https://developers.soundcloud.com/docs/api/rate-limits#errors","spam_warning_urn":"soundcloud:spam-warnings:31"}"#.into();
        }
        500 => return String::new(),
        status => panic!("{status} is not documented"),
    };
    let link = "https://developers.soundcloud.com/docs/api/explorer/open-api";
    format!(r#"{{"code":{status},"message":"{message}","link":"{link}"}}"#)
}

pub(crate) const PLAYER: &str = r#"{"version":1.0,"type":"rich","provider_name":"SoundCloud","provider_url":"https://soundcloud.com",
"height":166,"width":"100%","title":"Low Tide by Ana Reis","description":"Two tides","thumbnail_url":"https://i1.sndcdn.com/x-t500x500.jpg",
"html":"<iframe width=\"100%\" height=\"166\" scrolling=\"no\" frameborder=\"no\" src=\"https://w.soundcloud.com/player/?visual=false&url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F70071%3Fsecret_token%3Ds-CANARY&show_artwork=true\"></iframe>",
"author_name":"Ana Reis","author_url":"https://soundcloud.com/anareis"}"#;
