//! Lists that come in pages: what their requests and answers have in common.

use std::fmt;

use segno_core::lenient::{self, List, PassedOver};
use segno_core::{
    BuildError, Bytes, Cursor, DecodeError, Page, RequestWriter, Response, ResponseUrl, SecretUrl,
    from_value, read_json,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::read::Model;
use crate::values::Access;

/// The most items on one page.
pub const MOST_PER_PAGE: u16 = 200;
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
    /// Where newer items will be, for activities and the feed: [`at`](segno_core::Paged::at) makes the request to send
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
        let List { items, passed_over } = from_value(&page, base)?;
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

/// What a request for a list carries.
#[derive(Clone, Default)]
pub(crate) struct Paging {
    limit: Option<u16>,
    filters: Vec<(&'static str, String)>,
    next: Option<Cursor>,
    /// Without pages: the list comes whole.
    whole: bool,
    /// The list is a bare one, without links: the next page is found by counting.
    counted: bool,
    /// Items that come again are left out.
    distinct: bool,
}

impl fmt::Debug for Paging {
    // Names only: among the values are tokens of private things.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.filters.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Paging")
            .field("limit", &self.limit)
            .field("filters", &names)
            .field("distinct", &self.distinct)
            .finish_non_exhaustive()
    }
}

impl Paging {
    pub(crate) fn with(filters: &[(&'static str, &str)]) -> Self {
        let filters = filters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { filters, ..Self::default() }
    }

    pub(crate) fn whole(filters: &[(&'static str, &str)]) -> Self {
        Self { whole: true, ..Self::with(filters) }
    }

    pub(crate) fn counted(filters: &[(&'static str, &str)]) -> Self {
        Self { counted: true, ..Self::with(filters) }.by_offset()
    }

    /// The pages are counted off by an offset: what is added meanwhile moves items to the next page.
    pub(crate) fn by_offset(self) -> Self {
        Self { distinct: true, ..self }
    }

    pub(crate) fn distinct(&mut self, distinct: bool) {
        self.distinct = distinct;
    }

    /// The number that names an item, if items that come again are to be left out.
    pub(crate) fn key<T: Model>(&self, item: &T) -> Option<u64> {
        if self.distinct { item.number() } else { None }
    }

    pub(crate) fn limit(&mut self, limit: u16) {
        self.limit = Some(limit);
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl ToString) {
        let value = value.to_string();
        match self.filters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.filters.push((name, value)),
        }
    }

    pub(crate) fn access(&mut self, access: Access) {
        self.set("access", access);
    }

    pub(crate) fn at(&self, cursor: &Cursor) -> Self {
        let mut there = self.clone();
        match cursor.number() {
            Ok(offset) if self.counted => there.set("offset", offset),
            _ => there.next = Some(cursor.clone()),
        }
        there
    }

    pub(crate) fn page<T>(&self, listing: Listing<T>) -> Page<T> {
        let Listing { items, mut next, passed_over, sent, .. } = listing;
        // A page may be short because tracks were filtered out of it, so only an empty one is the end.
        if self.counted && next.is_none() && sent > 0 {
            let offset = self.filters.iter().find(|(name, _)| *name == "offset");
            let offset = offset.and_then(|(_, offset)| offset.parse().ok()).unwrap_or(0);
            next =
                Some(Cursor::from_number(u32::saturating_add(offset, self.limit.unwrap_or(PER_PAGE).into())));
        }
        Page::new(items).next(next).passed_over(passed_over)
    }

    /// Writes the query of the first page, or the link to another one. The path is written before.
    pub(crate) fn write(
        &self,
        request: &mut RequestWriter,
        template: &'static str,
    ) -> Result<(), BuildError> {
        if let Some(next) = &self.next {
            return self.go_on(request, template, next);
        }
        for (name, value) in &self.filters {
            request.query(*name, value);
        }
        if let Some(limit) = self.limit {
            if !(1..=MOST_PER_PAGE).contains(&limit) {
                return Err(BuildError::value(
                    "limit",
                    format!("is {limit}; a page has 1 to {MOST_PER_PAGE} items"),
                ));
            }
            request.query("limit", limit);
        }
        if !self.whole {
            request.query("linked_partitioning", "true");
        }
        Ok(())
    }

    /// The link is followed as it is, but a filter that the service lost on the way is added again: without it, the rest
    /// of the list would be another list.
    fn go_on(
        &self,
        request: &mut RequestWriter,
        template: &'static str,
        next: &Cursor,
    ) -> Result<(), BuildError> {
        let link: SecretUrl =
            next.as_str().parse().map_err(|_| BuildError::value("cursor", "is no link of a list"))?;
        let query = link.uri().query().unwrap_or_default().to_owned();
        request.link(template, link);
        let missing = |name: &str| form_urlencoded::parse(query.as_bytes()).all(|(given, _)| given != name);
        for (name, value) in &self.filters {
            if matches!(*name, "access" | "secret_token" | "show_tracks") && missing(name) {
                request.query(*name, value);
            }
        }
        if !self.whole && missing("linked_partitioning") {
            request.query("linked_partitioning", "true");
        }
        Ok(())
    }
}

/// The endpoint of a list. `limit`, `access`, … name the parameters that it takes beside its path.
macro_rules! list {
    (
        $(#[$doc:meta])*
        $name:ident $( ( $($(#[$arg_doc:meta])* $arg:ident : $type:ty),* ) )? -> $item:ty,
        $endpoint:literal, $path:literal, $start:expr
        $(, $option:ident)* $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "an endpoint does nothing until it is sent"]
        pub struct $name {
            $( $($arg: $type,)* )?
            paging: $crate::list::Paging,
        }

        #[allow(clippy::new_without_default)]
        impl $name {
            /// The list from its beginning.
            pub fn new($( $($arg: impl Into<$type>),* )?) -> Self {
                Self { $( $($arg: $arg.into(),)* )? paging: $start }
            }

            $( $crate::list::list!(@option $option); )*

            /// Whether [`Pages`](segno_core::Pages) leaves out what it gave before, as far as the last 4096 items tell. A list
            /// whose pages are counted off by an offset does unless told otherwise, because what is added while it is read
            /// moves items to the next page; one with a cursor does not.
            pub fn distinct(mut self, distinct: bool) -> Self {
                self.paging.distinct(distinct);
                self
            }
        }

        impl segno_core::Endpoint for $name {
            type Output = $crate::list::Listing<$item>;
            type ApiError = $crate::ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: segno_core::Method = segno_core::Method::GET;
            const REPLAY: segno_core::Replay = segno_core::Replay::Safe;

            fn write(&self, request: &mut segno_core::RequestWriter) -> Result<(), segno_core::BuildError> {
                request.path($path, &[$( $(&self.$arg),* )?])?;
                self.paging.write(request, $path)
            }

            fn read(
                response: segno_core::Response<segno_core::Bytes>,
            ) -> Result<Self::Output, segno_core::DecodeError> {
                $crate::list::listing(&response)
            }
        }

        impl segno_core::Paged for $name {
            type Item = $item;

            fn at(&self, cursor: &segno_core::Cursor) -> Result<Self, segno_core::BuildError> {
                let mut there = self.clone();
                there.paging = self.paging.at(cursor);
                Ok(there)
            }

            fn page(
                &self,
                listing: Self::Output,
            ) -> Result<segno_core::Page<$item>, segno_core::DecodeError> {
                Ok(self.paging.page(listing))
            }

            fn key(&self, item: &$item) -> Option<u64> {
                self.paging.key(item)
            }
        }
    };
    (@option limit) => {
        /// So many items on a page, 1 to 200; the service's own choice is 50.
        pub fn limit(mut self, limit: u16) -> Self {
            self.paging.limit(limit);
            self
        }
    };
    (@option offset) => {
        /// Begins after so many items.
        pub fn offset(mut self, offset: u32) -> Self {
            self.paging.set("offset", offset);
            self
        }
    };
    (@option access) => {
        /// Tracks of these access levels. Without it the documented default is sent; blocked tracks are seen with
        /// [`Access::ALL`](crate::Access::ALL).
        pub fn access(mut self, access: $crate::Access) -> Self {
            self.paging.access(access);
            self
        }
    };
    (@option show_tracks) => {
        /// Whether playlists come with their tracks.
        pub fn show_tracks(mut self, show: bool) -> Self {
            self.paging.set("show_tracks", show);
            self
        }
    };
    (@option sort) => {
        /// Newest first unless said otherwise.
        pub fn sort(mut self, sort: $crate::Sort) -> Self {
            self.paging.set("sort", sort.as_str());
            self
        }
    };
    (@option secret_token) => {
        /// Opens something private that was shared by a link: the `s-…` at the end of it.
        pub fn secret_token(mut self, token: &segno_core::Secret) -> Self {
            self.paging.set("secret_token", token.expose());
            self
        }
    };
    (@option q) => {
        /// The words to look for.
        pub fn q(mut self, words: impl Into<String>) -> Self {
            self.paging.set("q", words.into());
            self
        }
    };
}
pub(crate) use list;

/// Starts of lists: the filters that are always sent.
pub(crate) fn plain() -> Paging {
    Paging::default()
}

pub(crate) fn listenable() -> Paging {
    Paging::with(&[("access", "playable,preview")])
}

pub(crate) fn every_access() -> Paging {
    Paging::with(&[("access", "playable,preview,blocked")])
}
