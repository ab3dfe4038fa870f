//! The `links` of a list: page numbers and the total.

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The top-level `links` of a document.
///
/// Only page number and size of a link are kept. The service was seen to send links with `http://`, and a link could name any host, so links are read and not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Links {
    /// The page of this response.
    #[serde(default, rename = "self")]
    pub this: Option<PageLink>,
    /// The first page; null while on page 1.
    #[serde(default)]
    pub first: Option<PageLink>,
    /// The previous page; null on page 1.
    #[serde(default)]
    pub prev: Option<PageLink>,
    /// The page after this one; null on the last page.
    #[serde(default)]
    pub next: NextPage,
    /// The last page; null on the last page.
    #[serde(default)]
    pub last: Option<PageLink>,
    /// The total, which this service puts inside `links`.
    #[serde(default)]
    pub(crate) meta: Meta,
}

/// `meta`, in either of the two places where it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Meta {
    pub(crate) total_count: Option<u64>,
}

/// Which page a link names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageLink {
    /// `page[number]`, from 1.
    pub number: Option<u32>,
    /// `page[size]`, in items.
    pub size: Option<u32>,
}

/// The link of a document to its next page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextPage {
    /// The document has no links.
    #[default]
    Unknown,
    /// This is the last page.
    None,
    /// The page of this link.
    At(PageLink),
}

impl PageLink {
    /// Reads page number and size from the query of a link, whatever its scheme, host and path.
    #[must_use]
    pub fn of(link: &str) -> Self {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let mut page = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "page[number]" => page.number = value.parse().ok().filter(|&number| number > 0),
                "page[size]" => page.size = value.parse().ok().filter(|&size| size > 0),
                _ => {}
            }
        }
        page
    }
}

/// A link is a text or an object with `href` (JSON:API 1.0, section "Links"); `null` and the empty text are not links.
struct Link;

impl<'de> Visitor<'de> for Link {
    type Value = Option<PageLink>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a link")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((!text.is_empty()).then(|| PageLink::of(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut link = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "href" {
                link = Some(map.next_value::<Option<String>>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let link = link.ok_or_else(|| A::Error::missing_field("href"))?;
        Ok(link.as_deref().map(PageLink::of))
    }
}

impl<'de> Deserialize<'de> for PageLink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(deserializer.deserialize_any(Link)?.unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for NextPage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(deserializer.deserialize_any(Link)?.map_or(Self::None, Self::At))
    }
}
