//! Lists that come in pages: page by page or item by item, resumable, and never in a circle.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::BoxFuture;
use crate::client::Client;
use crate::client::call::{read, unsent};
use crate::client::error::{Cause, Error, PageError};
use crate::decode::DecodeError;
use crate::endpoint::Endpoint;
use crate::lenient::PassedOver;
use crate::request::BuildError;

/// An endpoint that responds with one page of a list.
///
/// ```
/// # use bytes::Bytes;
/// # use http::{Method, Response};
/// # use segno_core::{BuildError, DecodeError, Endpoint, Replay, RequestWriter, endpoint::PlainApiError, decode::read_json};
/// use segno_core::{Page, client::{Cursor, Paged}};
///
/// /// `GET /tags?page=…`
/// #[derive(Clone)]
/// struct Tags {
///     page: u32,
/// }
///
/// # impl Endpoint for Tags {
/// #     type Output = Vec<String>;
/// #     type ApiError = PlainApiError;
/// #     const NAME: &'static str = "example.tags.list";
/// #     const METHOD: Method = Method::GET;
/// #     const REPLAY: Replay = Replay::Safe;
/// #     fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
/// #         request.query("page", self.page);
/// #         request.path("tags", &[])
/// #     }
/// #     fn read(response: Response<Bytes>) -> Result<Vec<String>, DecodeError> {
/// #         read_json(&response)
/// #     }
/// # }
/// impl Paged for Tags {
///     type Item = String;
///
///     fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
///         Ok(Self { page: cursor.number()? })
///     }
///
///     fn page(&self, tags: Vec<String>) -> Result<Page<String>, DecodeError> {
///         let next = (!tags.is_empty()).then(|| Cursor::from_number(self.page + 1));
///         Ok(Page::new(tags).next(next))
///     }
/// }
/// ```
pub trait Paged: Endpoint + Sized {
    /// What the list is of.
    type Item;

    /// The same request for the page at `cursor`.
    ///
    /// # Errors
    /// A cursor of another list: another number format, a URL of another host.
    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError>;

    /// Takes the response to this request apart.
    ///
    /// # Errors
    /// A link to the next page that cannot be used.
    fn page(&self, output: Self::Output) -> Result<Page<Self::Item>, DecodeError>;

    /// A number that names an item, if this list may give one twice: where pages are counted off by an offset, whatever is
    /// added while the list is read moves the last items of a page to the next one. [`Pages`] leaves out what it gave
    /// before. `None` (unless overridden) leaves nothing out.
    fn key(&self, item: &Self::Item) -> Option<u64> {
        let _ = item;
        None
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items on it; an empty page is not the end as long as there is a `next`.
    pub items: Vec<T>,
    /// Where the next page is; `None` on the last.
    pub next: Option<Cursor>,
    /// How many items the whole list has, where the service tells.
    pub total: Option<u64>,
    /// What of the page could not be read, members of the list among it. [`Items`] says nothing of them.
    pub passed_over: PassedOver,
}

impl<T> Page<T> {
    /// A page of a list that ends here and tells no total, all of which could be read.
    pub fn new(items: Vec<T>) -> Self {
        Self { items, next: None, total: None, passed_over: PassedOver::default() }
    }

    /// Where the next page is.
    #[must_use]
    pub fn next(self, next: Option<Cursor>) -> Self {
        Self { next, ..self }
    }

    /// How many items the whole list has.
    #[must_use]
    pub fn total(self, total: Option<u64>) -> Self {
        Self { total, ..self }
    }

    /// What of the page could not be read.
    #[must_use]
    pub fn passed_over(self, passed_over: PassedOver) -> Self {
        Self { passed_over, ..self }
    }
}

/// Where a page of a list is, in the words of its endpoint: a number, a token, a URL. It can be stored and used
/// again later. It may carry a token, so it does not print.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// From a token or a URL.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// From a page number or an offset.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        Self(number.to_string())
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The page number or offset.
    ///
    /// # Errors
    /// If it is no number.
    pub fn number(&self) -> Result<u32, BuildError> {
        self.0.parse().map_err(|_| BuildError::value("cursor", "must be the number of a page"))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor([redacted])")
    }
}

/// The most pages of one list, unless [`Pages::cap`] says otherwise.
const CAP: u32 = 10_000;

/// How many items are remembered to know them again. As long as fewer are added to a list while it is read, all are known
/// again; and a list of any length takes some hundred kilobytes at most.
const REMEMBERED: usize = 4096;

/// The latest items by name.
#[derive(Default)]
struct Given {
    names: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Given {
    /// Remembers a name; false if it is remembered already.
    fn is_new(&mut self, name: u64) -> bool {
        if !self.names.insert(name) {
            return false;
        }
        self.order.push_back(name);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
        }
        true
    }
}

type FetchedItem<E> = Result<<E as Paged>::Item, Error<<E as Endpoint>::ApiError>>;
type Fetched<E> = Result<Page<<E as Paged>::Item>, Error<<E as Endpoint>::ApiError>>;

/// The pages of a list, one after the other. Made by [`Client::pages`].
///
/// A page that fails can be asked for again: the next call of [`next`](Pages::next) does. Items of which the list gives
/// [keys](Paged::key) come once, as far as the last 4096 of them tell.
#[must_use = "pages are fetched when next() is called"]
#[doc(alias("pagination", "cursor"))]
pub struct Pages<'e, E: Paged> {
    client: Client,
    endpoint: Arc<E>,
    state: State,
    seen: BTreeSet<Cursor>,
    given: Given,
    read: u32,
    cap: u32,
    empty: u32,
    max_empty: u32,
    start: fn(Client, Arc<E>) -> BoxFuture<'e, Fetched<E>>,
    ahead: bool,
    fetching: Option<BoxFuture<'e, Fetched<E>>>,
}

enum State {
    /// At the page that the endpoint itself asks for.
    First,
    At(Cursor),
    /// At a page that is not asked for, because too many before it were empty.
    Stopped(Cursor),
    /// The last page that can be read was read; the error is still to be told.
    Broken(PageError),
    End,
}

impl Client {
    /// The pages of a list, to be read one after the other.
    pub fn pages<'e, E: Paged + 'e>(&self, endpoint: E) -> Pages<'e, E> {
        Pages::new(self.clone(), endpoint)
    }
}

impl<'e, E: Paged + 'e> Pages<'e, E> {
    pub(crate) fn new(client: Client, endpoint: E) -> Self {
        Self {
            client,
            endpoint: Arc::new(endpoint),
            state: State::First,
            seen: BTreeSet::new(),
            given: Given::default(),
            read: 0,
            cap: CAP,
            empty: 0,
            max_empty: u32::MAX,
            start: |client, endpoint| Box::pin(fetch(client, endpoint)),
            ahead: false,
            fetching: None,
        }
    }

    /// Goes on at a page that an earlier run came to; see [`cursor`](Pages::cursor).
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.seen.insert(cursor.clone());
        self.state = State::At(cursor);
        self.empty = 0;
        self.fetching = None;
        self
    }

    /// Ends with an error after so many pages, should the service never come to an end. Default 10,000.
    pub fn cap(mut self, pages: u32) -> Self {
        self.cap = pages;
        self
    }

    /// Takes so many empty pages in a row for the end of the list, though the service names a next one. The list then ends
    /// without an error, is not [finished](Pages::is_finished), and its [`cursor`](Pages::cursor) is where it would go on.
    /// Default: no number of them.
    pub fn empty_pages(mut self, in_a_row: u32) -> Self {
        self.max_empty = in_a_row.max(1);
        self
    }

    /// Asks for the next page while the application is busy with this one; never for more than one. It runs as a task of
    /// its own, which ends with this value.
    pub fn prefetch(mut self) -> Self
    where
        E: 'static,
        E::Item: Send,
        E::ApiError: Send,
    {
        self.start = fetch_in_a_task::<E>;
        self.ahead = true;
        self
    }

    /// Where [`next`](Pages::next) will read: store it to [`resume`](Pages::resume) there. `None` before the first
    /// page was read and after the last; [`is_finished`](Pages::is_finished) tells which.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        match &self.state {
            State::At(cursor) | State::Stopped(cursor) => Some(cursor),
            State::First | State::Broken(_) | State::End => None,
        }
    }

    /// True after the last page.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.state, State::End)
    }

    /// The next page; `None` after the last. A call that is dropped before it is done loses nothing: the next one goes
    /// on with the same request.
    ///
    /// # Errors
    /// See [`Error`]. A page that failed is asked for again by the next call. A circle and too many pages
    /// ([`PageError`]) end the list, after the last page that could be read; so does a request that cannot be built.
    pub async fn next(&mut self) -> Option<Result<Page<E::Item>, Error<E::ApiError>>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// The items instead of the pages.
    pub fn items(self) -> Items<'e, E> {
        Items { pages: self, buffer: VecDeque::new() }
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Fetched<E>>> {
        if self.fetching.is_none() {
            match self.state {
                State::End | State::Stopped(_) => return Poll::Ready(None),
                State::Broken(error) => {
                    self.state = State::End;
                    return Poll::Ready(Some(Err(Error::new(E::NAME, Cause::Pages(error)))));
                }
                State::First | State::At(_) => {}
            }
            if let Err(error) = self.begin() {
                return Poll::Ready(Some(Err(self.failed(error))));
            }
        }
        let Some(fetching) = &mut self.fetching else { return Poll::Ready(None) };
        let fetched = ready!(fetching.as_mut().poll(cx));
        self.fetching = None;
        let mut page = match fetched {
            Ok(page) => page,
            Err(error) => return Poll::Ready(Some(Err(self.failed(error)))),
        };
        self.read += 1;
        let is_empty = page.items.is_empty() && page.passed_over.is_empty();
        self.empty = if is_empty { self.empty + 1 } else { 0 };
        if !page.passed_over.is_empty() {
            let count = page.passed_over.len();
            tracing::warn!(endpoint = E::NAME, page = self.read, count, "parts of a page cannot be read");
        }
        let (endpoint, given) = (&self.endpoint, &mut self.given);
        page.items.retain(|item| endpoint.key(item).is_none_or(|name| given.is_new(name)));
        self.state = match &page.next {
            None => State::End,
            Some(next) if !self.seen.insert(next.clone()) => {
                State::Broken(PageError::Circle { page: self.read })
            }
            Some(_) if self.read >= self.cap => State::Broken(PageError::TooMany { cap: self.cap }),
            Some(next) if self.empty >= self.max_empty => State::Stopped(next.clone()),
            Some(next) => State::At(next.clone()),
        };
        if self.ahead && matches!(self.state, State::At(_)) {
            // An error of making the request is met again, and told, when the page is asked for.
            let _ = self.begin();
        }
        Poll::Ready(Some(Ok(page)))
    }

    /// A request that cannot be built cannot be built the next time either: it ends the list, so that an application that goes on
    /// after errors does not turn in a circle.
    fn failed(&mut self, error: Error<E::ApiError>) -> Error<E::ApiError> {
        if error.is_build() {
            self.state = State::End;
        }
        error
    }

    fn begin(&mut self) -> Result<(), Error<E::ApiError>> {
        let endpoint = match &self.state {
            State::At(cursor) => {
                Arc::new(self.endpoint.at(cursor).map_err(|error| Error::build(E::NAME, error))?)
            }
            State::First | State::Stopped(_) | State::Broken(_) | State::End => Arc::clone(&self.endpoint),
        };
        self.fetching = Some((self.start)(self.client.clone(), endpoint));
        Ok(())
    }
}

async fn fetch<E: Paged>(client: Client, endpoint: Arc<E>) -> Fetched<E> {
    let call = client.call(&*endpoint);
    let prepared = client.prepare(&*endpoint).map_err(unsent::<E>)?;
    let mut retry = call.retry_loop(&prepared);
    let outcome = call.whole_response(&prepared, &mut retry).await;
    read::<E, _>(outcome, &prepared, &retry, |output| endpoint.page(output))
}

/// Begins at once, not when it is first polled.
fn fetch_in_a_task<E>(client: Client, endpoint: Arc<E>) -> BoxFuture<'static, Fetched<E>>
where
    E: Paged + 'static,
    E::Item: Send,
    E::ApiError: Send,
{
    // Without a runtime of tokio's there is nobody to work ahead.
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return Box::pin(fetch(client, endpoint));
    };
    let mut task = Task(runtime.spawn(fetch(client.clone(), Arc::clone(&endpoint))));
    Box::pin(async move {
        match Pin::new(&mut task.0).await {
            Ok(fetched) => fetched,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is going down.
                Err(_) => fetch(client, endpoint).await,
            },
        }
    })
}

/// A task that ends when nobody waits for it any more.
struct Task<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<E: Paged> fmt::Debug for Pages<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("endpoint", &E::NAME).field("read", &self.read).finish_non_exhaustive()
    }
}

/// The items of a list, page after page. Made by [`Pages::items`].
#[must_use = "items are fetched when next() is called"]
pub struct Items<'e, E: Paged> {
    pages: Pages<'e, E>,
    buffer: VecDeque<E::Item>,
}

impl<'e, E: Paged + 'e> Items<'e, E> {
    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// See [`Pages::next`].
    pub async fn next(&mut self) -> Option<Result<E::Item, Error<E::ApiError>>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// The pages behind the items. Items of the current page that were not taken yet are given up.
    pub fn into_pages(self) -> Pages<'e, E> {
        self.pages
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<FetchedItem<E>>> {
        loop {
            if let Some(item) = self.buffer.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.buffer = page.items.into(),
            }
        }
    }
}

impl<E: Paged> fmt::Debug for Items<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("endpoint", &E::NAME).finish_non_exhaustive()
    }
}

// Nothing in them is ever pinned in place: the one future is boxed, the items are moved out.
impl<E: Paged> Unpin for Pages<'_, E> {}

impl<'e, E: Paged + 'e> Stream for Pages<'e, E> {
    type Item = Result<Page<E::Item>, Error<E::ApiError>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

impl<E: Paged> Unpin for Items<'_, E> {}

impl<'e, E: Paged + 'e> Stream for Items<'e, E> {
    type Item = Result<E::Item, Error<E::ApiError>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}
