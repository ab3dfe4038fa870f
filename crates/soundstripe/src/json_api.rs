//! JSON:API 1.0 as this service speaks it: documents, resources, linkage in its order, `included` resolved by type
//! and id.
//!
//! The resource modules are built on it; an endpoint of your own reads its response with it.

mod attributes;
mod document;
mod included;
mod links;
mod resource;

pub use attributes::Attributes;
pub use document::{Document, read_done, read_list, read_one};
pub(crate) use document::{one_from_value, read_list_within};
pub use included::Included;
pub use links::{Link, Links, PageLink};
pub use resource::{FromResource, Identifier, Linkage, Relationship, Resource};

/// The media type of every document, in requests and responses.
pub const MEDIA_TYPE: &str = "application/vnd.api+json";
