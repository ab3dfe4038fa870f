//! Lists whose pages all endpoints of a service count alike.

use crate::client::Cursor;
#[cfg(doc)]
use crate::client::Paged;
use crate::{BuildError, DecodeError, Page, RequestWriter};

/// Which page of a list a request is for: a service defines it once, and [`endpoint!`](macro@crate::endpoint) makes a list
/// [`Paged`] with it, by its key `pages`. `Output` is what the list's endpoint reads.
///
/// ```
/// use segno_core::client::Cursor;
/// use segno_core::decode::read_json;
/// use segno_core::endpoint::PlainApiError;
/// use segno_core::vocabulary::Paging;
/// use segno_core::{BuildError, DecodeError, Page, RequestWriter, endpoint};
///
/// /// Pages are counted from 1 and end with an empty one.
/// #[derive(Clone, Copy, Debug)]
/// pub struct PageNumber(pub u32);
///
/// impl Default for PageNumber {
///     fn default() -> Self {
///         Self(1)
///     }
/// }
///
/// impl<T> Paging<Vec<T>> for PageNumber {
///     type Item = T;
///
///     fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
///         request.query("page", self.0);
///         Ok(())
///     }
///
///     fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
///         cursor.number().map(Self)
///     }
///
///     fn page(&self, items: Vec<T>) -> Result<Page<T>, DecodeError> {
///         let next = (!items.is_empty()).then(|| Cursor::from_number(self.0 + 1));
///         Ok(Page::new(items).next(next))
///     }
/// }
///
/// endpoint! {
///     /// `GET /tags`: the names of all tags.
///     pub struct List {}
///     pages: PageNumber,
///     name: "example.tags.list",
///     method: GET,
///     path: "tags",
///     replay: Safe,
///     response: Vec<String>,
///     error: PlainApiError,
///     read: read_json,
/// }
///
/// # let client = segno_core::Client::builder("https://api.example.com/").build()?;
/// // client.pages(List::new()), or one of them:
/// assert_eq!(client.prepare(&List::new().paging(PageNumber(3)))?.uri, "https://api.example.com/tags?page=3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Paging<Output>: Clone + Default {
    /// What the list is of.
    type Item;

    /// Writes the parameters of the page, after all others.
    ///
    /// # Errors
    /// A page that the service does not have.
    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError>;

    /// The page at `cursor`; see [`Paged::at`].
    ///
    /// # Errors
    /// A cursor of another list.
    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError>;

    /// Takes a response apart; see [`Paged::page`].
    ///
    /// # Errors
    /// A link to the next page that cannot be used.
    fn page(&self, output: Output) -> Result<Page<Self::Item>, DecodeError>;

    /// A number that identifies an item; see [`Paged::key`].
    fn key(&self, item: &Self::Item) -> Option<u64> {
        let _ = item;
        None
    }
}
