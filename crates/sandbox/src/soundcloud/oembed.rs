//! `GET /oembed` of the site: the widget of a track, playlist or user as HTML, in JSON, JSONP or XML.

use http::StatusCode;
use serde::Serialize;

use super::context::RequestContext;
use super::error::escape;
use super::resolve::{self, Opened, Target};
use super::web::empty;
use crate::kit::{Host, Response};

const SITE: &str = "https://soundcloud.com";

/// The members in the order of the documentation.
#[derive(Serialize)]
struct Player {
    version: f64,
    #[serde(rename = "type")]
    kind: &'static str,
    provider_name: &'static str,
    provider_url: &'static str,
    height: u32,
    width: Width,
    title: String,
    description: String,
    thumbnail_url: String,
    html: String,
    author_name: String,
    author_url: String,
}

/// Pixels, or the whole width.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum Width {
    Pixels(u32),
    Whole(&'static str),
}

impl std::fmt::Display for Width {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pixels(pixels) => pixels.fmt(f),
            Self::Whole(text) => f.write_str(text),
        }
    }
}

/// `GET /oembed`: 404 for what is not there, 403 for what its owner does not let embed, both without a body.
pub(super) fn respond(context: &mut RequestContext<'_>) -> Response {
    let callback = context.filled("callback").unwrap_or_default().to_owned();
    let format = context.filled("format").unwrap_or("json").to_owned();
    let good = callback.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte));
    if !["json", "js", "xml"].contains(&format.as_str()) {
        return empty(StatusCode::NOT_IMPLEMENTED);
    }
    if format == "js" && (callback.is_empty() || !good) {
        return empty(StatusCode::BAD_REQUEST);
    }
    let player = match player(context) {
        Ok(player) => player,
        Err(status) => return empty(status),
    };
    let json = serde_json::to_string(&player).unwrap_or_default();
    match format.as_str() {
        "json" => Response::new(StatusCode::OK, "application/json; charset=utf-8", json),
        "js" => {
            Response::new(StatusCode::OK, "text/javascript; charset=utf-8", format!("{callback}({json});"))
        }
        _ => Response::new(StatusCode::OK, "text/xml; charset=utf-8", xml(&player)),
    }
}

fn player(context: &RequestContext<'_>) -> Result<Player, StatusCode> {
    let not_found = StatusCode::NOT_FOUND;
    let url = context.filled("url").ok_or(not_found)?;
    let Opened { target, secret } = resolve::at_site(context, url).map_err(|_| not_found)?;
    let store = &context.store;
    let (kind, id, title, description, owner, usual) = match target {
        Target::Track(id) => {
            let track = store.tracks.get(&id).ok_or(not_found)?;
            if track.embeddable_by != "all" {
                return Err(StatusCode::FORBIDDEN);
            }
            let text = track.texts.get("description").cloned();
            ("tracks", id, Some(track.title.clone()), text, track.owner, 166)
        }
        Target::Playlist(id) => {
            let list = store.playlists.get(&id).ok_or(not_found)?;
            let text = list.texts.get("description").cloned();
            ("playlists", id, Some(list.title.clone()), text, list.owner, 450)
        }
        Target::User(id) => ("users", id, None, None, id, 450),
    };
    let user = store.users.get(&owner).ok_or(not_found)?;
    let pixels =
        |name| context.filled(name).and_then(|text| text.parse().ok()).filter(|pixels: &u32| *pixels > 0);
    let width = pixels("maxwidth").map_or(Width::Whole("100%"), Width::Pixels);
    let height = pixels("maxheight").unwrap_or(usual);
    let mut place = context.uri(kind, id);
    if let Some(secret) = secret {
        place += &format!("?secret_token={secret}");
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("visual", "false").append_pair("url", &place).append_pair("show_artwork", "true");
    for name in ["auto_play", "show_comments"] {
        if let Some(value) = context.filled(name) {
            query.append_pair(name, if value == "true" { "true" } else { "false" });
        }
    }
    let color = context.filled("color").map(|color| color.strip_prefix('#').unwrap_or(color));
    let is_color = |color: &&str| color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(color) = color.filter(is_color) {
        query.append_pair("color", color);
    }
    let widget =
        format!("{}/player/?{}", context.service.sandbox.origin(Host::SOUNDCLOUD_WEB), query.finish());
    let html = format!(
        "<iframe width=\"{width}\" height=\"{height}\" scrolling=\"no\" frameborder=\"no\" allow=\"autoplay\" src=\"{}\"></iframe>",
        escape(&widget)
    );
    let title = match title {
        Some(title) => format!("{title} by {}", user.username),
        None => user.username.clone(),
    };
    Ok(Player {
        version: 1.0,
        kind: "rich",
        provider_name: "SoundCloud",
        provider_url: SITE,
        height,
        width,
        title,
        description: description.or_else(|| user.description.clone()).unwrap_or_default(),
        thumbnail_url: format!("https://i1.sndcdn.com/{kind}-{id:012}-t500x500.jpg"),
        html,
        author_name: user.username.clone(),
        author_url: format!("{SITE}/{}", user.permalink),
    })
}

fn xml(player: &Player) -> String {
    let (height, width) = (player.height.to_string(), player.width.to_string());
    let typed = [("version", "float", "1.0"), ("height", "integer", height.as_str())];
    let text = |name: &str, value: &str| format!("  <{name}>{}</{name}>\n", escape(value));
    let number =
        |(name, kind, value): (&str, &str, &str)| format!("  <{name} type=\"{kind}\">{value}</{name}>\n");
    [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oembed>\n",
        &number(typed[0]),
        &text("type", player.kind),
        &text("provider_name", player.provider_name),
        &text("provider_url", player.provider_url),
        &number(typed[1]),
        &text("width", &width),
        &text("title", &player.title),
        &text("description", &player.description),
        &text("thumbnail_url", &player.thumbnail_url),
        &text("html", &player.html),
        &text("author_name", &player.author_name),
        &text("author_url", &player.author_url),
        "</oembed>\n",
    ]
    .concat()
}
