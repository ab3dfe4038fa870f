//! Categories of sound effects: `GET /v1/categories`, `GET /v1/categories/{category_id}`.

use serde_json::{Value, json};

use super::catalogue::Category;
use super::desk::{Desk, number, ok};
use super::document::{Included, document, linkage, resource};
use super::paging::Paging;
use super::refusal;
use super::switches::CategoriesList;
use crate::reply::Reply;

/// Whether subcategories come along.
fn with_subcategories(desk: &Desk<'_>) -> Result<bool, Reply> {
    match desk.query.filled("include") {
        None => Ok(false),
        Some("subcategories") => Ok(true),
        Some(_) => Err(refusal::bad("include is not subcategories")),
    }
}

fn below<'a>(desk: &'a Desk<'_>, parent: &'a Category) -> impl Iterator<Item = &'a Category> {
    desk.catalogue.categories.iter().filter(|category| category.parent == Some(parent.id))
}

fn to_resource(desk: &Desk<'_>, category: &Category) -> Value {
    let attributes = json!({"name": category.name, "parent_id": category.parent});
    let mut resource = resource("categories", category.id, attributes);
    if category.parent.is_none() {
        let ids = below(desk, category).map(|category| category.id);
        resource["relationships"] = json!({"subcategories": linkage("categories", ids)});
    }
    resource
}

pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Reply> {
    let with_subcategories = with_subcategories(desk)?;
    let paging = Paging::read(desk)?;
    let all = desk.switches.categories_list == CategoriesList::All;
    let listed: Vec<&Category> =
        desk.catalogue.categories.iter().filter(|category| all || category.parent.is_none()).collect();
    let page = &listed[paging.range(listed.len())];
    let mut included = Included::default();
    for category in page.iter().flat_map(|category| below(desk, category)) {
        // What is in the primary data is not repeated.
        if !page.iter().any(|listed| listed.id == category.id) {
            included.add("categories", category.id, || to_resource(desk, category));
        }
    }
    let data: Vec<Value> = page.iter().map(|category| to_resource(desk, category)).collect();
    let links = paging.links(desk, listed.len());
    Ok(ok(&document(data.into(), with_subcategories.then_some(included), Some(links))))
}

pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Reply> {
    let with_subcategories = with_subcategories(desk)?;
    let category =
        number(id).and_then(|id| desk.catalogue.categories.iter().find(|category| category.id == id));
    let category = category.ok_or_else(|| refusal::not_found("Category", id))?;
    let mut included = Included::default();
    for category in below(desk, category) {
        included.add("categories", category.id, || to_resource(desk, category));
    }
    let included = with_subcategories.then_some(included);
    Ok(ok(&document(to_resource(desk, category), included, None)))
}
