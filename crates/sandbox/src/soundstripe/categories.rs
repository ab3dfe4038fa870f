//! Categories of sound effects: `GET /v1/categories`, `GET /v1/categories/{category_id}`.

use serde_json::{Value, json};

use super::catalogue::Category;
use super::context::{RequestContext, ok};
use super::document::{Included, document, linkage, resource};
use super::error::{self, Result};
use super::paging::Paging;
use super::switches::CategoriesList;
use crate::kit::number;

/// Whether subcategories come along.
fn with_subcategories(context: &RequestContext<'_>) -> Result<bool> {
    match context.query.filled("include") {
        None => Ok(false),
        Some("subcategories") => Ok(true),
        Some(_) => Err(error::bad("include must be subcategories")),
    }
}

fn below<'a>(context: &'a RequestContext<'_>, parent: &'a Category) -> impl Iterator<Item = &'a Category> {
    context.catalogue.categories.iter().filter(|category| category.parent == Some(parent.id))
}

fn to_resource(context: &RequestContext<'_>, category: &Category) -> Value {
    let attributes = json!({"name": category.name, "parent_id": category.parent});
    let mut resource = resource("categories", category.id, attributes);
    if category.parent.is_none() {
        let ids = below(context, category).map(|category| category.id);
        resource["relationships"] = json!({"subcategories": linkage("categories", ids)});
    }
    resource
}

pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let with_subcategories = with_subcategories(context)?;
    let paging = Paging::read(context)?;
    let all = context.switches.categories_list == CategoriesList::All;
    let listed: Vec<&Category> =
        context.catalogue.categories.iter().filter(|category| all || category.parent.is_none()).collect();
    let page = &listed[paging.range(listed.len())];
    let mut included = Included::default();
    for category in page.iter().flat_map(|category| below(context, category)) {
        // What is in the primary data is not repeated.
        if !page.iter().any(|listed| listed.id == category.id) {
            included.add("categories", category.id, || to_resource(context, category));
        }
    }
    let data: Vec<Value> = page.iter().map(|category| to_resource(context, category)).collect();
    let links = paging.links(context, listed.len());
    Ok(ok(&document(data.into(), with_subcategories.then_some(included), Some(links))))
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let with_subcategories = with_subcategories(context)?;
    let category =
        number(id).and_then(|id| context.catalogue.categories.iter().find(|category| category.id == id));
    let category = category.ok_or_else(|| error::not_found("Category", id))?;
    let mut included = Included::default();
    for category in below(context, category) {
        included.add("categories", category.id, || to_resource(context, category));
    }
    let included = with_subcategories.then_some(included);
    Ok(ok(&document(to_resource(context, category), included, None)))
}
