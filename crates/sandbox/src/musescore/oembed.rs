//! oEmbed: `/oembed/endpoint` of the web site.

use quick_xml::escape::escape;

use super::document::{Document, Node};
use super::format::{Format, Kind};
use super::refusal::Refusal;
use super::resolve::{self, Page};
use super::switches::{OembedHtml, Switches};
use crate::call::Call;
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;

const HEIGHT: u64 = 394;

/// GET `/oembed/endpoint`
pub(super) fn answer(house: &House, switches: &Switches, call: &Call) -> Reply {
    let value = |name| call.query_value(name).filter(|value| !value.is_empty());
    let kind = match value("format").as_deref() {
        None | Some("json") => Kind::Json,
        Some("xml") => Kind::Xml,
        Some("jsonp" | "js") => Kind::Jsonp,
        Some(_) => return Refusal::not_implemented("Unsupported format").reply(&Format::json(switches)),
    };
    let format = match Format::new(kind, value("callback").as_deref(), switches) {
        Ok(format) => format,
        Err(refusal) => return refusal.reply(&Format::json(switches)),
    };
    match embed(house, switches, &value) {
        Ok(document) => format.ok(&document),
        Err(refusal) => refusal.reply(&format),
    }
}

fn embed(
    house: &House,
    switches: &Switches,
    value: &impl Fn(&'static str) -> Option<String>,
) -> Result<Document, Refusal> {
    let url = value("url").ok_or_else(Refusal::not_found)?;
    let service = &house.musescore;
    let Some(Page::Score(id)) = short(&url).or_else(|| resolve::page(house, &service.accounts, &url)) else {
        return Err(Refusal::not_found());
    };
    let world = service.world.lock();
    let score = world.scores.get(&id).ok_or_else(Refusal::not_found)?;
    if score.private {
        return Err(Refusal::user_required());
    }
    let owner = service.accounts.user(score.owner).ok_or_else(Refusal::not_found)?;
    let web = house.origin(Host::MUSESCORE_WEB);
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

/// The short address `http://mus.cr/ID`.
fn short(url: &str) -> Option<Page> {
    let id = url.strip_prefix("http://mus.cr/").or_else(|| url.strip_prefix("https://mus.cr/"))?;
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| id.parse().ok()).flatten().map(Page::Score)
}
