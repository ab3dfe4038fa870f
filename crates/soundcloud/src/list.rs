//! Lists that come in pages: what their requests and responses have in common.

use std::fmt;

use segno_core::client::Cursor;
use segno_core::decode::{ResponseUrl, from_value, read_json};
use segno_core::lenient::{self, List, PassedOver};
use segno_core::{BuildError, Bytes, DecodeError, Page, RequestWriter, Response, SecretUrl};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::read::Model;
use crate::values::Access;

/// The largest page, in items.
pub const MAX_PER_PAGE: u16 = 200;
/// The items on one page unless a request says otherwise.
const PER_PAGE: u16 = 50;

/// One page of a list as the service sends it: an object with a link to the next page, or a bare list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The items. A page may be short or empty although the list goes on: the service filters after it counts.
    pub items: Vec<T>,
    /// Where the list goes on.
    pub next: Option<Cursor>,
    /// Where newer items will be, for activities and the feed: [`at`](segno_core::client::Paged::at) makes the request to send
    /// later.
    pub future: Option<Cursor>,
    /// What of the page could not be read, by its path: items (`collection[3]`, or `[3]` of a bare list), links.
    pub passed_over: PassedOver,
    /// How many items the service sent, read or passed over.
    pub(crate) sent: usize,
}

/// Reads one page, in either form.
pub(crate) fn listing<T: Model>(response: &Response<Bytes>) -> Result<Listing<T>, DecodeError> {
    #[derive(Deserialize)]
    #[serde(bound = "T: Deserialize<'de>")]
    struct Wire<T> {
        collection: List<T>,
        #[serde(default, deserialize_with = "lenient::link")]
        next_href: String,
        #[serde(default, deserialize_with = "lenient::link")]
        future_href: String,
        #[serde(default)]
        passed_over: PassedOver,
    }

    let mut page: Value = read_json(response)?;
    let base = ResponseUrl::of(response);
    let Some(collection) = page.get_mut("collection") else {
        // A bare list, unless it is an object that describes something else.
        if page.as_object().is_some_and(|object| !is_numbered(object)) {
            return Err(DecodeError::unexpected("a list", response.body()));
        }
        let List { items, passed_over, .. } = from_value(&page, base)?;
        let sent = items.len() + passed_over.len();
        return Ok(Listing { items, next: None, future: None, passed_over, sent });
    };
    // One item in place of a list of one.
    if collection.as_object().is_some_and(|object| !object.is_empty() && !is_numbered(object)) {
        *collection = vec![collection.take()].into();
    }
    let Wire { collection, next_href, future_href, mut passed_over } = from_value::<Wire<T>>(&page, base)?;
    let sent = collection.given();
    // A link that cannot be read is an error of the next page, never the end of the list.
    let link = |name: &str, link: String| match passed_over.get(name) {
        Some(odd) => Some(Cursor::new(odd.to_string())),
        None => Some(link).filter(|link| !link.is_empty()).map(Cursor::new),
    };
    let (next, future) = (link("next_href", next_href), link("future_href", future_href));
    passed_over.take("collection", collection.passed_over);
    Ok(Listing { items: collection.items, next, future, passed_over, sent })
}

/// Whether an object stands for a list, as PHP writes one.
fn is_numbered(object: &Map<String, Value>) -> bool {
    !object.is_empty() && object.keys().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How the pages of a list follow one another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PagedBy {
    /// Each names the next one by a cursor.
    Cursor,
    /// Each names the next one by an offset: what is added meanwhile moves items to the next page.
    Offset,
    /// A bare list without links: the offset of the next page is counted.
    Count,
    /// There is one page, whatever it says.
    Nothing,
}

/// What makes one list different from another.
pub(crate) struct ListKind {
    pub(crate) template: &'static str,
    pub(crate) paged_by: PagedBy,
    /// The access levels that are asked for unless the caller says otherwise: the documented default, written out.
    pub(crate) access: Option<Access>,
}

/// What a request for a list carries beside its path.
#[derive(Clone, Default)]
pub(crate) struct Paging {
    limit: Option<u16>,
    filters: Vec<(&'static str, String)>,
    next: Option<Cursor>,
    /// Items that come again are left out, as the caller says.
    distinct: Option<bool>,
}

impl fmt::Debug for Paging {
    // Names only: among the values are tokens of private resources.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.filters.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Paging").field("limit", &self.limit).field("filters", &names).finish_non_exhaustive()
    }
}

impl Paging {
    pub(crate) fn limit(&mut self, limit: u16) {
        self.limit = Some(limit);
    }

    pub(crate) fn distinct(&mut self, distinct: bool) {
        self.distinct = Some(distinct);
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl ToString) {
        let value = value.to_string();
        match self.filters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.filters.push((name, value)),
        }
    }

    /// Sets both ends of a range, each only if it is given.
    pub(crate) fn range<T: ToString>(&mut self, names: [&'static str; 2], ends: [Option<T>; 2]) {
        for (name, end) in names.into_iter().zip(ends) {
            if let Some(end) = end {
                self.set(name, end);
            }
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The filters with the default access in front.
    fn filters(&self, kind: &ListKind) -> Vec<(&'static str, String)> {
        let default = kind.access.map(|access| access.to_string());
        let access = self.get("access").map(str::to_owned).or(default).map(|access| ("access", access));
        let others = self.filters.iter().filter(|(name, _)| *name != "access").cloned();
        access.into_iter().chain(others).collect()
    }

    /// The key of an item, if items that come again are to be left out.
    pub(crate) fn key<T: Model>(&self, kind: &ListKind, item: &T) -> Option<u64> {
        let by_offset = matches!(kind.paged_by, PagedBy::Offset | PagedBy::Count);
        if self.distinct.unwrap_or(by_offset) { item.number() } else { None }
    }

    pub(crate) fn at(&self, kind: &ListKind, cursor: &Cursor) -> Self {
        let mut there = self.clone();
        match cursor.number() {
            Ok(offset) if kind.paged_by == PagedBy::Count => there.set("offset", offset),
            _ => there.next = Some(cursor.clone()),
        }
        there
    }

    pub(crate) fn page<T>(&self, kind: &ListKind, listing: Listing<T>) -> Page<T> {
        let Listing { items, mut next, passed_over, sent, .. } = listing;
        // A page may be short because tracks were filtered out of it, so only an empty one is the end.
        if kind.paged_by == PagedBy::Count && next.is_none() && sent > 0 {
            let offset: u32 = self.get("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
            let limit = self.limit.unwrap_or(PER_PAGE).into();
            next = Some(Cursor::from_number(offset.saturating_add(limit)));
        }
        Page::new(items).next(next).passed_over(passed_over)
    }

    /// Writes the query of the first page, or the link to another one. The path is written before.
    pub(crate) fn write(&self, kind: &ListKind, request: &mut RequestWriter) -> Result<(), BuildError> {
        let is_paged = kind.paged_by != PagedBy::Nothing;
        if let Some(next) = &self.next {
            // The link is followed as it is, but a filter that the service lost on the way is added again: without it, the
            // rest of the list would be another list.
            let link: SecretUrl = next
                .as_str()
                .parse()
                .map_err(|_| BuildError::value("cursor", "must be the URL of a page of this list"))?;
            let query = link.uri().query().unwrap_or_default().to_owned();
            request.link(kind.template, link);
            let is_lost =
                |name: &str| form_urlencoded::parse(query.as_bytes()).all(|(given, _)| given != name);
            for (name, value) in self.filters(kind) {
                if matches!(name, "access" | "secret_token" | "show_tracks") && is_lost(name) {
                    request.query(name, value);
                }
            }
            if is_paged && is_lost("linked_partitioning") {
                request.query("linked_partitioning", "true");
            }
            return Ok(());
        }
        for (name, value) in self.filters(kind) {
            request.query(name, value);
        }
        if let Some(limit) = self.limit {
            if !(1..=MAX_PER_PAGE).contains(&limit) {
                let reason = format!("must be from 1 to {MAX_PER_PAGE}, found {limit}");
                return Err(BuildError::value("limit", reason));
            }
            request.query("limit", limit);
        }
        if is_paged {
            request.query("linked_partitioning", "true");
        }
        Ok(())
    }
}

/// Defines the endpoint of a list: `endpoint!` with what all lists of this service have in common. `query` names the
/// parameters that it takes beside its path, `access` the levels that it asks for unless told otherwise.
macro_rules! list {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $( path $arg:ident : $type:ty ),* }
        name: $endpoint:literal,
        method: GET, path: $path:literal, replay: Safe,
        query: [ $( $query:ident ),* ], $( access: $access:ident, )? paged_by: $paged_by:ident,
        response: Listing<$item:ty> $(,)?
    ) => {
        segno_core::endpoint! {
            $(#[$meta])*
            pub struct $name { $( path $arg: $type ),* }
            state { paging: $crate::list::Paging }
            name: $endpoint,
            method: GET,
            path: $path,
            replay: Safe,
            write: |list, request| list.paging.write(&Self::KIND, request),
            response: $crate::list::Listing<$item>,
            error: $crate::ApiError,
            read: $crate::list::listing,
        }

        impl $name {
            const KIND: $crate::list::ListKind = $crate::list::ListKind {
                template: $path,
                paged_by: $crate::list::PagedBy::$paged_by,
                access: $crate::list::list!(@access $($access)?),
            };

            $( $crate::list::list!(@query $query); )*

            /// Whether [`Pages`](segno_core::Pages) leaves out what it returned before, as far as the last 4096 items tell.
            /// Lists that are paged by an offset do by default, because what is added while one is read moves items to the
            /// next page; those with a cursor do not.
            pub fn distinct(mut self, distinct: bool) -> Self {
                self.paging.distinct(distinct);
                self
            }
        }

        impl segno_core::client::Paged for $name {
            type Item = $item;

            fn at(&self, cursor: &segno_core::client::Cursor) -> Result<Self, segno_core::BuildError> {
                let mut there = self.clone();
                there.paging = self.paging.at(&Self::KIND, cursor);
                Ok(there)
            }

            fn page(
                &self,
                listing: Self::Output,
            ) -> Result<segno_core::Page<$item>, segno_core::DecodeError> {
                Ok(self.paging.page(&Self::KIND, listing))
            }

            fn key(&self, item: &$item) -> Option<u64> {
                self.paging.key(&Self::KIND, item)
            }
        }
    };
    (@access) => { None };
    (@access $access:ident) => { Some($crate::Access::$access) };
    (@query limit) => {
        /// How many items a page has, 1 to 200; the service's default is 50.
        pub fn limit(mut self, limit: u16) -> Self {
            self.paging.limit(limit);
            self
        }
    };
    (@query offset) => {
        /// How many items are left out at the beginning.
        pub fn offset(mut self, offset: u32) -> Self {
            self.paging.set("offset", offset);
            self
        }
    };
    (@query access) => {
        /// Only tracks of these access levels. Without it the documented default is sent; blocked tracks are listed with
        /// [`Access::ALL`](crate::Access::ALL).
        pub fn access(mut self, access: $crate::Access) -> Self {
            self.paging.set("access", access);
            self
        }
    };
    (@query show_tracks) => {
        /// Whether playlists come with their tracks.
        pub fn show_tracks(mut self, show: bool) -> Self {
            self.paging.set("show_tracks", show);
            self
        }
    };
    (@query sort) => {
        /// The order by upload date; the service's default is newest first.
        pub fn sort(mut self, sort: $crate::Sort) -> Self {
            self.paging.set("sort", sort.as_str());
            self
        }
    };
    (@query secret_token) => {
        /// Opens a private playlist that was shared by a link: the `s-…` at its end.
        pub fn secret_token(mut self, token: &segno_core::Secret) -> Self {
            self.paging.set("secret_token", token.expose());
            self
        }
    };
    (@query q) => {
        /// The text to search for.
        pub fn q(mut self, text: impl Into<String>) -> Self {
            self.paging.set("q", text.into());
            self
        }
    };
}
pub(crate) use list;
