//! Pages of lists: `page[size]`, `page[number]`, and where a list ends.

use segno_core::client::Cursor;
use segno_core::lenient::PassedOver;
use segno_core::vocabulary::Paging;
use segno_core::{BuildError, DecodeError, RequestWriter};

use crate::json_api::{Link, Links};

/// The largest page, in items.
pub const MAX_SIZE: u32 = 100;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items in the service's order.
    pub items: Vec<T>,
    /// How many items all pages have together, as of this response; it may change from page to page.
    pub total_count: Option<u64>,
    /// The links to the neighbours.
    pub links: Links,
    /// What could not be read of the page: resources without a required member (`data[3]`, `included[2]`), links. What could
    /// not be read of an item is in the item.
    pub passed_over: PassedOver,
    /// How many items the page has, read or passed over.
    pub(crate) given: usize,
}

/// Which page of a list a request is for. Number and size are always sent; by default it is the first page, of the largest size,
/// because fewer requests count against the rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber {
    number: u32,
    size: u32,
}

impl Default for PageNumber {
    fn default() -> Self {
        Self::new(1)
    }
}

impl PageNumber {
    /// The page of this number, from 1, with 100 items.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self { number, size: MAX_SIZE }
    }

    /// How many items a page has, 1..=100.
    #[must_use]
    pub const fn size(self, size: u32) -> Self {
        Self { size, ..self }
    }

    /// Writes both parameters. Of a size outside 1..=100 the service would silently make another.
    pub(crate) fn write(self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if !(1..=MAX_SIZE).contains(&self.size) {
            return Err(BuildError::value(
                "page size",
                format!("must be from 1 to 100, found {}", self.size),
            ));
        }
        if self.number == 0 {
            return Err(BuildError::value("page number", "must be 1 or more, found 0"));
        }
        request.query("page[size]", self.size);
        request.query("page[number]", self.number);
        Ok(())
    }

    /// The page after `page`, which is the response to this one; `None` at the end.
    ///
    /// A list ends when a page has no next one or is empty, or by the total of this response nothing can follow. Totals of
    /// earlier pages do not count: the catalogue may change meanwhile. A link that leads back or has no number is taken for the
    /// next number, so that no response can make the list endless.
    fn next<T>(self, page: &Page<T>) -> Option<Self> {
        let size = page.links.this.page().and_then(|this| this.size).unwrap_or(self.size);
        let reached = u64::from(self.number) * u64::from(size);
        let complete = page.total_count.is_some_and(|total| reached >= total);
        if page.given == 0 || complete {
            return None;
        }
        let following = self.number.checked_add(1)?;
        let number = match &page.links.next {
            Link::Null => return None,
            Link::Page(link) => link.number.filter(|&number| number > self.number).unwrap_or(following),
            Link::Absent if page.total_count.is_none() && page.given < size as usize => return None,
            Link::Absent => following,
        };
        Some(Self { number, ..self })
    }
}

impl<T> Paging<Page<T>> for PageNumber {
    type Item = T;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        Self::write(*self, request)
    }

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        Ok(Self { number: cursor.number()?, ..*self })
    }

    fn page(&self, page: Page<T>) -> Result<segno_core::Page<T>, DecodeError> {
        let next = self.next(&page).map(|next| Cursor::from_number(next.number));
        Ok(segno_core::Page::new(page.items).next(next).total(page.total_count).passed_over(page.passed_over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json_api::PageLink;

    fn page(items: usize, total: Option<u64>, next: Link) -> Page<()> {
        Page {
            items: vec![(); items],
            total_count: total,
            links: Links { next, ..Links::default() },
            passed_over: PassedOver::default(),
            given: items,
        }
    }

    fn at(number: u32) -> Link {
        Link::Page(PageLink::of(&format!("http://elsewhere.example/?page%5Bnumber%5D={number}")))
    }

    #[test]
    fn where_a_list_ends() {
        let at_ten = |number| PageNumber::new(number).size(10);
        let next = |number, page: &Page<()>| at_ten(number).next(page).map(|next| next.number);
        assert_eq!(next(1, &page(10, Some(23), at(2))), Some(2));
        assert_eq!(next(3, &page(3, Some(23), Link::Null)), None);
        // An empty page ends it, whatever the link says; so does a total that shrank.
        assert_eq!(next(2, &page(0, Some(23), at(3))), None);
        assert_eq!(next(2, &page(10, Some(20), at(3))), None);
        // A total that grew goes on.
        assert_eq!(next(3, &page(10, Some(41), at(4))), Some(4));
        // Without links the total decides, without either a short page.
        assert_eq!(next(1, &page(10, Some(23), Link::Absent)), Some(2));
        assert_eq!(next(1, &page(10, None, Link::Absent)), Some(2));
        assert_eq!(next(2, &page(9, None, Link::Absent)), None);
        // Links that lead back or name no page do not make a circle.
        assert_eq!(next(2, &page(10, Some(99), at(1))), Some(3));
        // Nor does one that names the page on which it stands: that page would come twice.
        assert_eq!(next(2, &page(10, Some(99), at(2))), Some(3));
        assert_eq!(next(1, &page(10, None, at(1))), Some(2));
        // One that passes pages over is followed.
        assert_eq!(next(2, &page(10, Some(99), at(5))), Some(5));
        assert_eq!(next(2, &page(10, Some(99), Link::Page(PageLink::of("x")))), Some(3));
        assert_eq!(next(u32::MAX, &page(10, None, at(1))), None);
    }

    #[test]
    fn a_list_with_smaller_pages_than_requested_is_read_to_its_end() {
        let this = Link::Page(PageLink::of("?page[size]=10&page[number]=1"));
        let page =
            Page { links: Links { this, next: at(2), ..Links::default() }, ..page(10, Some(23), at(2)) };
        assert_eq!(PageNumber::new(1).next(&page).map(|next| next.number), Some(2));
    }
}
