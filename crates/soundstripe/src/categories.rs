//! Categories of sound effects.

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::CategoryId;
use crate::json_api::{FromResource, Included, Resource, read_list, read_one};
use crate::page::{Page, Paging, paged};

/// A category of sound effects, or a subcategory, which is a category with a parent.
///
/// Needs a right that not every key has; without it the service answers 403.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Category {
    /// The identifier.
    pub id: CategoryId,
    /// The name.
    pub name: Option<String>,
    /// The category above; `None` for one at the top.
    pub parent_id: Option<CategoryId>,
    /// The ids of the subcategories, where the service links them.
    pub subcategory_ids: Vec<CategoryId>,
    /// The subcategories that came with it, in the same order; those among them have none of their own filled in.
    pub subcategories: Vec<Category>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Option<String>,
    parent_id: Option<CategoryId>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

const SUBCATEGORIES: &str = "subcategories";

impl Category {
    fn alone(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { name, parent_id, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self {
            id: CategoryId::wire(&resource.id),
            name,
            parent_id,
            subcategory_ids: resource.linked_ids(SUBCATEGORIES, Self::TYPE, CategoryId::wire),
            subcategories: Vec::new(),
            passed_over,
            other,
        })
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

/// `GET /v1/categories`: the categories. Whether subcategories are in the list themselves is not documented:
/// [`Category::tree`] sorts out either.
#[derive(Clone, Debug, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct List {
    subcategories: bool,
    paging: Paging,
}

impl List {
    /// All categories, in pages of 100.
    pub fn new() -> Self {
        Self::default()
    }

    /// With their subcategories.
    pub fn include_subcategories(mut self) -> Self {
        self.subcategories = true;
        self
    }
}

paged!(List, Category);

impl Endpoint for List {
    type Output = Page<Category>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.categories.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("categories", &[])?;
        request.query_some("include", self.subcategories.then_some(SUBCATEGORIES));
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<Category>, DecodeError> {
        read_list(&response)
    }
}

/// `GET /v1/categories/{category_id}`: one category.
///
/// **Unconfirmed**: the documentation does not have it; one caller was seen to use it.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Get {
    id: CategoryId,
    subcategories: bool,
}

impl Get {
    /// Asks for one category.
    pub fn new(id: impl Into<CategoryId>) -> Self {
        Self { id: id.into(), subcategories: false }
    }

    /// With its subcategories.
    pub fn include_subcategories(mut self) -> Self {
        self.subcategories = true;
        self
    }
}

impl Endpoint for Get {
    type Output = Category;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.categories.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("categories/{category_id}", &[&self.id])?;
        request.query_some("include", self.subcategories.then_some(SUBCATEGORIES));
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Category, DecodeError> {
        read_one(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segno_core::Response;

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
