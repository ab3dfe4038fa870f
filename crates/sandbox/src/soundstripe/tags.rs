//! Tags: `GET /v1/tags`.

use serde_json::{Value, json};

use super::catalogue::{Tag, TagCategory};
use super::desk::{Desk, ok};
use super::document::{document, resource};
use super::paging::Paging;
use super::refusal;
use super::switches::UnknownTagCategory;
use crate::reply::Reply;

pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Reply> {
    let paging = Paging::read(desk)?;
    // The table of the documentation has the first name, links in its samples the second.
    let wanted = desk.query.filled("filter[category]").or_else(|| desk.query.filled("filter[tag_category]"));
    let category = wanted.map(|wanted| {
        TagCategory::ALL.into_iter().find(|category| category.name().eq_ignore_ascii_case(wanted))
    });
    if category == Some(None) && desk.switches.unknown_tag_category == UnknownTagCategory::Refused {
        return Err(refusal::bad("filter[category] is none of characteristic, genre, instrument, mood"));
    }
    let passes = |tag: &&Tag| category.is_none_or(|category| category == Some(tag.category));
    let tags: Vec<&Tag> = desk.catalogue.tags.iter().filter(passes).collect();
    let data: Vec<Value> = tags[paging.range(tags.len())]
        .iter()
        .map(|tag| resource("tags", &tag.id, json!({"name": tag.name, "category": tag.category.name()})))
        .collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(desk, tags.len())))))
}
