//! The first items of a list, all at once.

use super::error::Error;
use super::pages::{Items, Paged, Pages};

impl<'e, E: Paged + 'e> Pages<'e, E> {
    /// The first items of the list, at most `limit`; no page is requested beyond those that they are on.
    ///
    /// # Errors
    /// See [`Pages::next`]. The items before a page that failed are lost with it; keep a [`cursor`](Pages::cursor) where that
    /// matters.
    pub async fn collect(self, limit: usize) -> Result<Vec<E::Item>, Error<E::ApiError>> {
        self.items().collect(limit).await
    }
}

impl<'e, E: Paged + 'e> Items<'e, E> {
    /// The first items, at most `limit`; no page is requested beyond those that they are on.
    ///
    /// # Errors
    /// See [`Pages::next`]. The items before a page that failed are lost with it.
    pub async fn collect(mut self, limit: usize) -> Result<Vec<E::Item>, Error<E::ApiError>> {
        let mut items = Vec::new();
        while items.len() < limit {
            match self.next().await {
                Some(item) => items.push(item?),
                None => break,
            }
        }
        Ok(items)
    }
}
