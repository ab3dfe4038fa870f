//! Finding resources by type and id.

use std::collections::HashMap;

use segno_core::{DecodeError, SecretUrl};

use super::{FromResource, Resource};

/// The resources of a document by type and id. The order of `included` carries no meaning, so there is no access by
/// position.
///
/// The primary data is part of it: the standard forbids to repeat a resource, so what is in `data` is not in
/// `included` even if another resource links to it.
#[derive(Debug, Default)]
pub struct Included<'a> {
    resources: HashMap<(&'a str, &'a str), &'a Resource>,
    base: Option<&'a SecretUrl>,
}

impl<'a> Included<'a> {
    /// An index over resources; of two with the same type and id, the first counts.
    pub fn new(resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut index = HashMap::new();
        for resource in resources {
            index.entry((resource.kind.as_str(), resource.id.as_str())).or_insert(resource);
        }
        Self { resources: index, base: None }
    }

    /// With the URL of the document, against which relative links are resolved.
    #[must_use]
    pub fn from_url(self, base: Option<&'a SecretUrl>) -> Self {
        Self { base, ..self }
    }

    pub(crate) fn base(&self) -> Option<&'a SecretUrl> {
        self.base
    }

    /// The resource of this type and id, if the document has it.
    #[must_use]
    pub fn get(&self, kind: &str, id: &str) -> Option<&'a Resource> {
        self.resources.get(&(kind, id)).copied()
    }

    /// The resources that `resource` links to under `relationship`, in the order of the linkage, as far as the document includes
    /// them.
    ///
    /// # Errors
    /// [`DecodeError`] if one of them cannot be read.
    pub fn resolve<T: FromResource>(
        &self,
        resource: &Resource,
        relationship: &str,
    ) -> Result<Vec<T>, DecodeError> {
        resource
            .linked(relationship)
            .iter()
            .filter(|identifier| identifier.kind == T::TYPE)
            .filter_map(|identifier| self.get(&identifier.kind, &identifier.id))
            .map(|found| T::from_resource(found, self))
            .collect()
    }
}
