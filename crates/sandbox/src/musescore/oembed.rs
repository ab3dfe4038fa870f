//! oEmbed: `/oembed/endpoint` of the web site.

use quick_xml::escape::escape;

use super::document::{Document, Node};
use super::error::{self, Result};
use super::format::{Format, Kind};
use super::resolve::{self, Page};
use super::state::Musescore;
use super::switches::{OembedHtml, Switches};
use crate::kit::{Host, Request, Response, number};

const HEIGHT: u64 = 394;

/// GET `/oembed/endpoint`
pub(super) fn respond(service: &Musescore, switches: &Switches, request: &Request) -> Response {
    let query = request.query_pairs();
    let value = |name: &'static str| query.filled(name).map(str::to_owned);
    let kind = match value("format").as_deref() {
        None | Some("json") => Kind::Json,
        Some("xml") => Kind::Xml,
        Some("jsonp" | "js") => Kind::Jsonp,
        Some(_) => {
            return Format::json(switches).error(&error::not_implemented("Unsupported format"));
        }
    };
    let format = match Format::new(kind, value("callback").as_deref(), switches) {
        Ok(format) => format,
        Err(error) => return Format::json(switches).error(&error),
    };
    match embed(service, switches, &value) {
        Ok(document) => format.ok(&document),
        Err(error) => format.error(&error),
    }
}

fn embed(
    service: &Musescore,
    switches: &Switches,
    value: &impl Fn(&'static str) -> Option<String>,
) -> Result<Document> {
    let url = value("url").ok_or_else(error::not_found)?;
    let Some(Page::Score(id)) = short(&url).or_else(|| resolve::page(service, &url)) else {
        return Err(error::not_found());
    };
    let store = service.store.lock();
    let score = store.scores.get(&id).ok_or_else(error::not_found)?;
    if score.private {
        return Err(error::user_required());
    }
    let owner = service.accounts.user(score.owner).ok_or_else(error::not_found)?;
    let web = service.sandbox.origin(Host::MUSESCORE_WEB);
    let pixels = |name| value(name).and_then(|text| text.parse::<u32>().ok()).filter(|pixels| *pixels > 0);
    let width = pixels("maxwidth");
    let height = pixels("maxheight").map_or(HEIGHT, u64::from);
    let width_text = width.map_or_else(|| "100%".to_owned(), |width| width.to_string());
    let html = format!(
        "<iframe width=\"{width_text}\" height=\"{height}\" src=\"{web}/node/{id}/embed\" frameborder=\"0\"></iframe>\
         <span><a href=\"{web}/{page}/scores/{id}\">{title}</a> by <a href=\"{web}/user/{uid}\">{name}</a></span>",
        page = owner.page,
        uid = owner.user_id,
        title = escape(score.title.as_str()),
        name = escape(owner.name.as_str()),
    );
    let html = match switches.oembed_html {
        OembedHtml::Escaped => Node::Text(html),
        OembedHtml::Nested => Node::Markup(html),
    };
    let members = vec![
        ("type", Node::text("rich")),
        ("version", Node::text("1.0")),
        ("provider_name", Node::text("MuseScore.com")),
        ("width", width.map_or(Node::Text(width_text), |width| Node::Number(f64::from(width)))),
        ("height", Node::Number(height as f64)),
        ("provider_url", Node::text("http://musescore.com")),
        ("html", html),
        ("title", Node::text(&score.title)),
        ("author_name", Node::text(&owner.name)),
        ("author_url", Node::text(format!("{web}/{}", owner.page))),
        ("original_url", Node::text(&url)),
    ];
    Ok(Document::members("oembed", members))
}

/// The short URL `http://mus.cr/ID`.
fn short(url: &str) -> Option<Page> {
    let id = url.strip_prefix("http://mus.cr/").or_else(|| url.strip_prefix("https://mus.cr/"))?;
    number(id).map(Page::Score)
}
