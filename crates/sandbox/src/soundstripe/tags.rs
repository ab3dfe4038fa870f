//! Tags: `GET /v1/tags`.

use serde_json::{Value, json};

use super::catalogue::{Tag, TagCategory};
use super::context::{RequestContext, ok};
use super::document::{document, resource};
use super::error::{self, Result};
use super::paging::Paging;
use super::switches::UnknownTagCategory;

pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let paging = Paging::read(context)?;
    // The table of the documentation has the first name, links in its samples the second.
    let wanted =
        context.query.filled("filter[category]").or_else(|| context.query.filled("filter[tag_category]"));
    let category = wanted.map(|wanted| {
        TagCategory::ALL.into_iter().find(|category| category.name().eq_ignore_ascii_case(wanted))
    });
    if category == Some(None) && context.switches.unknown_tag_category == UnknownTagCategory::Refused {
        return Err(error::bad("filter[category] must be characteristic, genre, instrument or mood"));
    }
    let passes = |tag: &&Tag| category.is_none_or(|category| category == Some(tag.category));
    let tags: Vec<&Tag> = context.catalogue.tags.iter().filter(passes).collect();
    let data: Vec<Value> = tags[paging.range(tags.len())]
        .iter()
        .map(|tag| resource("tags", &tag.id, json!({"name": tag.name, "category": tag.category.name()})))
        .collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(context, tags.len())))))
}
