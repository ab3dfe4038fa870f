//! Categories of sound effects.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, categories};
//! # async fn example(client: Client) -> Result<(), Error> {
//! for category in client.send(&categories::List::new().include_subcategories(true)).await?.items {
//!     println!("{:?}: {} below", category.name, category.subcategories.len());
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::CategoryId;
use crate::json_api::{FromResource, Included, Resource, read_list, read_one};
use crate::page::{Page, PageNumber};

/// A category of sound effects, or a subcategory, which is a category with a parent.
///
/// Requires a right that not every key has; without it the service responds with 403.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Category {
    /// The identifier, for [`Get`] and [`Terms`](crate::Terms).
    pub id: CategoryId,
    /// The name, such as `Foley`.
    pub name: Option<String>,
    /// The category above; `None` for one at the top.
    pub parent_id: Option<CategoryId>,
    /// The ids of the subcategories, where the service links them.
    #[serde(skip)]
    pub subcategory_ids: Vec<CategoryId>,
    /// The subcategories that is included, in the same order; those among them have none of their own filled in.
    #[serde(skip)]
    pub subcategories: Vec<Category>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

const SUBCATEGORIES: &str = "subcategories";

impl Category {
    /// The category without its subcategories.
    fn alone(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut category: Self = resource.read(included)?;
        resource.add_passed_over(&mut category.passed_over);
        category.subcategory_ids = resource.linked_ids(SUBCATEGORIES, Self::TYPE, CategoryId::received);
        Ok(category)
    }

    /// Puts categories that came side by side (parents, children, in any order) under their parents: by `parent_id`,
    /// and where that is missing by the parents' linkage. What has no parent among them stays at the top.
    ///
    /// The depth is two, as the service has it: a child of a child stays at the top beside its parent's parent.
    #[must_use]
    pub fn tree(flat: Vec<Self>) -> Vec<Self> {
        let mut tops: Vec<Self> = Vec::new();
        let mut children: Vec<Self> = Vec::new();
        let linked: Vec<CategoryId> =
            flat.iter().flat_map(|category| category.subcategory_ids.clone()).collect();
        for category in flat {
            let is_child = category.parent_id.is_some() || linked.contains(&category.id);
            if is_child { children.push(category) } else { tops.push(category) }
        }
        let mut orphans = Vec::new();
        for child in children {
            let parent = tops.iter_mut().find(|top| {
                child.parent_id.as_ref() == Some(&top.id)
                    || child.parent_id.is_none() && top.subcategory_ids.contains(&child.id)
            });
            match parent {
                Some(parent) if parent.subcategories.iter().any(|known| known.id == child.id) => {}
                Some(parent) => parent.subcategories.push(child),
                None => orphans.push(child),
            }
        }
        tops.extend(orphans);
        tops
    }
}

impl FromResource for Category {
    const TYPE: &'static str = "categories";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut category = Self::alone(resource, included)?;
        // One level only: a category that links to itself must not be followed for ever.
        category.subcategories = category
            .subcategory_ids
            .iter()
            .filter_map(|id| included.get(Self::TYPE, id.as_str()))
            .map(|found| Self::alone(found, included))
            .collect::<Result<_, _>>()?;
        Ok(category)
    }
}

endpoint! {
    /// `GET /v1/categories`: the categories. Whether subcategories are in the list themselves is not documented: [`Category::tree`]
    /// sorts out either.
    pub struct List {}
    optional {
        /// Whether subcategories are included.
        query include_subcategories: bool = "include" via subcategories,
    }
    pages: PageNumber,
    name: "soundstripe.categories.list",
    method: GET,
    path: "categories",
    replay: Safe,
    response: Page<Category>,
    error: ApiError,
    read: read_list,
}

endpoint! {
    /// `GET /v1/categories/{category_id}`: one category.
    ///
    /// **Unconfirmed**: it is not documented; one client was seen to use it.
    pub struct Get { path id: CategoryId }
    optional {
        /// Whether subcategories are included.
        query include_subcategories: bool = "include" via subcategories,
    }
    name: "soundstripe.categories.get",
    method: GET,
    path: "categories/{category_id}",
    replay: Safe,
    response: Category,
    error: ApiError,
    read: read_one,
}

fn subcategories(included: &bool) -> Option<&'static str> {
    included.then_some(SUBCATEGORIES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use segno_core::{Bytes, Endpoint as _, Response};

    fn names(list: &[Category]) -> Vec<String> {
        list.iter()
            .map(|category| {
                let children: Vec<_> = category.subcategories.iter().map(|child| child.id.as_str()).collect();
                format!("{}:{}", category.id, children.join("+"))
            })
            .collect()
    }

    #[test]
    fn parents_and_children_mixed_become_a_tree() {
        let body = r#"{"data": [
            {"id": "41", "type": "categories", "attributes": {"name": "Footsteps", "parent_id": 40}},
            {"id": "40", "type": "categories", "attributes": {"name": "Foley", "parent_id": null}},
            {"id": "42", "type": "categories", "attributes": {"name": "Cloth", "parent_id": "40"}},
            {"id": "50", "type": "categories", "attributes": {"name": "Lost", "parent_id": 99}},
            {"id": "60", "type": "categories", "attributes": {"name": "Air"},
             "relationships": {"subcategories": {"data": [{"type": "categories", "id": "61"}]}}},
            {"id": "61", "type": "categories", "attributes": {"name": "Wind"}}
        ]}"#;
        let page = List::read(Response::new(Bytes::from(body))).unwrap();
        let mut flat = page.items;
        // Resolved through primary data already: the standard forbids to repeat it in `included`.
        assert_eq!(names(&flat)[4], "60:61");
        assert_eq!(names(&Category::tree(flat.clone())), ["40:41+42", "60:61", "50:"]);
        flat.reverse();
        assert_eq!(names(&Category::tree(flat)), ["60:61", "40:42+41", "50:"]);
    }

    #[test]
    fn a_category_that_links_to_itself_ends() {
        let body = r#"{"data": {"id": "1", "type": "categories",
            "relationships": {"subcategories": {"data": [{"type": "categories", "id": "1"}]}}}}"#;
        let category = Get::read(Response::new(Bytes::from(body))).unwrap();
        assert_eq!(category.subcategories.len(), 1);
        assert!(category.subcategories[0].subcategories.is_empty());
    }
}
