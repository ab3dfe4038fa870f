//! The `links` of a list: its pages and the total.

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The top-level `links` of a document.
///
/// The service was seen to send links with `http://`, and a link could name any host, so links are read and not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Links {
    /// The page of this response.
    #[serde(default, rename = "self")]
    pub this: Link,
    /// The first page; null while on page 1.
    #[serde(default)]
    pub first: Link,
    /// The previous page; null on page 1.
    #[serde(default)]
    pub prev: Link,
    /// The page after this one; null on the last page.
    #[serde(default)]
    pub next: Link,
    /// The last page; null on the last page.
    #[serde(default)]
    pub last: Link,
    /// The total, which this service puts inside `links`.
    #[serde(default)]
    pub(crate) meta: Meta,
}

/// `meta`, in either of the two places where it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Meta {
    pub(crate) total_count: Option<u64>,
}

/// One link of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link {
    /// The document does not have it.
    #[default]
    Absent,
    /// It is null, or an empty text: there is no such page.
    Null,
    /// It names a page.
    Page(PageLink),
}

impl Link {
    /// The page that it names, if it names one.
    #[must_use]
    pub fn page(&self) -> Option<&PageLink> {
        match self {
            Self::Page(page) => Some(page),
            Self::Absent | Self::Null => None,
        }
    }
}

/// Which page a link names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageLink {
    /// The link as the service sent it, with its filters.
    pub url: Box<str>,
    /// Which page it is, `page[number]`, from 1.
    pub number: Option<u32>,
    /// How many items a page has, `page[size]`, 1 to 100.
    pub size: Option<u32>,
}

impl PageLink {
    /// Reads page number and size from the query of a link, whatever its scheme, host and path.
    #[must_use]
    pub fn of(link: &str) -> Self {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let mut page = Self { url: link.into(), ..Self::default() };
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

/// A link is a text or an object with `href` (JSON:API 1.0, section "Links"); `null` and the empty text name no page.
struct LinkVisitor;

impl<'de> Visitor<'de> for LinkVisitor {
    type Value = Link;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a link")
    }

    fn visit_unit<E>(self) -> Result<Link, E> {
        Ok(Link::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Link, E> {
        Ok(if text.is_empty() { Link::Null } else { Link::Page(PageLink::of(text)) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Link, A::Error> {
        let mut link = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "href" {
                link = Some(map.next_value::<Option<String>>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let link = link.ok_or_else(|| A::Error::missing_field("href"))?;
        self.visit_str(link.as_deref().unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LinkVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(json: &str) -> Links {
        segno_core::decode::from_json(json.as_bytes()).unwrap()
    }

    /// The links that the documentation prints keep every filter, and `null` is not the same as absent.
    #[test]
    fn a_link_keeps_its_text_and_null_is_told_from_absent() {
        let url =
            "http://api.soundstripe.com/v1/songs?filter%5Bq%5D=rain&page%5Bnumber%5D=2&page%5Bsize%5D=10";
        let read = links(&format!(r#"{{"self":"{url}","first":null,"next":{{"href":"{url}"}},"last":""}}"#));
        let page = PageLink { url: url.into(), number: Some(2), size: Some(10) };
        assert_eq!((read.this.page(), read.next.page()), (Some(&page), Some(&page)));
        assert_eq!((read.first, read.prev, read.last), (Link::Null, Link::Absent, Link::Null));
        assert_eq!(links(r#"{"next":{"href":null}}"#).next, Link::Null);
    }
}
