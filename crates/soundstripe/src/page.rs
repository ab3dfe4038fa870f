//! Pages of lists: `page[size]`, `page[number]`, and where a walk over them ends.

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Cursor, RequestWriter};

use crate::json_api::{Links, NextPage};

/// The largest page, in items.
pub const MAX_SIZE: u32 = 100;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items in the service's order.
    pub items: Vec<T>,
    /// How many items all pages have together, as of this answer; it may change from page to page.
    pub total_count: Option<u64>,
    /// Page numbers of the neighbours.
    pub links: Links,
    /// What of the page could not be read: resources that lack what they must have (`data[3]`, `included[2]`), links.
    /// What of an item could not be read is in the item.
    pub passed_over: PassedOver,
    /// How many items the page has, read or passed over.
    pub(crate) given: usize,
}

/// Which page is asked for. Both numbers are always sent, and by default the largest pages: fewer requests count
/// against the rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) number: u32,
    pub(crate) size: u32,
}

impl Default for Paging {
    fn default() -> Self {
        Self { number: 1, size: MAX_SIZE }
    }
}

impl Paging {
    /// Writes both parameters.
    ///
    /// # Errors
    /// A size outside 1..=100 or a number of 0, which the service would answer with something else than was asked.
    pub(crate) fn write(self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if !(1..=MAX_SIZE).contains(&self.size) {
            return Err(BuildError::value("page size", format!("{} is outside 1..=100", self.size)));
        }
        if self.number == 0 {
            return Err(BuildError::value("page number", "pages count from 1"));
        }
        request.query("page[size]", self.size);
        request.query("page[number]", self.number);
        Ok(())
    }

    /// The page behind `page`, which is the answer to this one; `None` at the end.
    ///
    /// The walk ends when there is no next page, or the page is empty, or by the total of this very answer nothing can
    /// follow. Totals of earlier pages do not count: the catalogue may change under way. A link that leads back or says
    /// nothing is taken for the next number, so that no answer can make the walk turn in circles.
    fn behind<T>(self, page: &Page<T>) -> Option<Self> {
        let size = page.links.this.and_then(|this| this.size).unwrap_or(self.size);
        let reached = u64::from(self.number) * u64::from(size);
        let complete = page.total_count.is_some_and(|total| reached >= total);
        if page.given == 0 || complete {
            return None;
        }
        let following = self.number.checked_add(1)?;
        let number = match page.links.next {
            NextPage::None => return None,
            NextPage::At(address) => {
                address.number.filter(|&number| number > self.number).unwrap_or(following)
            }
            NextPage::Unknown if page.total_count.is_none() && page.given < size as usize => {
                return None;
            }
            NextPage::Unknown => following,
        };
        Some(Self { number, ..self })
    }

    /// The answer to this page as the walk sees it.
    pub(crate) fn step<T>(self, page: Page<T>) -> segno_core::Page<T> {
        let next = self.behind(&page).map(|paging| Cursor::from_number(paging.number));
        segno_core::Page::new(page.items).next(next).total(page.total_count).passed_over(page.passed_over)
    }
}

/// Makes a request with a field `paging` walk over its pages.
macro_rules! paged {
    ($list:ident, $item:ty) => {
        impl $list {
            /// How many items a page has, 1..=100. Default 100.
            pub fn page_size(mut self, size: u32) -> Self {
                self.paging.size = size;
                self
            }

            /// Which page, from 1.
            pub fn page(mut self, number: u32) -> Self {
                self.paging.number = number;
                self
            }
        }

        impl segno_core::Paged for $list {
            type Item = $item;

            fn at(&self, cursor: &segno_core::Cursor) -> Result<Self, segno_core::BuildError> {
                let mut there = self.clone();
                there.paging.number = cursor.number()?;
                Ok(there)
            }

            fn page(
                &self,
                output: crate::page::Page<$item>,
            ) -> Result<segno_core::Page<$item>, segno_core::DecodeError> {
                Ok(self.paging.step(output))
            }
        }
    };
}

pub(crate) use paged;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json_api::PageAddress;

    fn page(items: usize, total: Option<u64>, next: NextPage) -> Page<()> {
        Page {
            items: vec![(); items],
            total_count: total,
            links: Links { next, ..Links::default() },
            passed_over: PassedOver::default(),
            given: items,
        }
    }

    fn at(number: u32) -> NextPage {
        NextPage::At(PageAddress::of(&format!("http://elsewhere.example/?page%5Bnumber%5D={number}")))
    }

    #[test]
    fn where_a_walk_ends() {
        let paging = |number| Paging { number, size: 10 };
        let next = |number, page: &Page<()>| paging(number).behind(page).map(|paging| paging.number);
        assert_eq!(next(1, &page(10, Some(23), at(2))), Some(2));
        assert_eq!(next(3, &page(3, Some(23), NextPage::None)), None);
        // An empty page ends it, whatever the link says; so does a total that shrank.
        assert_eq!(next(2, &page(0, Some(23), at(3))), None);
        assert_eq!(next(2, &page(10, Some(20), at(3))), None);
        // A total that grew goes on.
        assert_eq!(next(3, &page(10, Some(41), at(4))), Some(4));
        // Without links the total decides, without either a short page.
        assert_eq!(next(1, &page(10, Some(23), NextPage::Unknown)), Some(2));
        assert_eq!(next(1, &page(10, None, NextPage::Unknown)), Some(2));
        assert_eq!(next(2, &page(9, None, NextPage::Unknown)), None);
        // Links that lead back or name no page do not make a circle.
        assert_eq!(next(2, &page(10, Some(99), at(1))), Some(3));
        // Nor does one that names the page on which it stands: that page would come twice.
        assert_eq!(next(2, &page(10, Some(99), at(2))), Some(3));
        assert_eq!(next(1, &page(10, None, at(1))), Some(2));
        // One that passes pages over is followed.
        assert_eq!(next(2, &page(10, Some(99), at(5))), Some(5));
        assert_eq!(next(2, &page(10, Some(99), NextPage::At(PageAddress::of("x")))), Some(3));
        assert_eq!(next(u32::MAX, &page(10, None, at(1))), None);
    }

    #[test]
    fn a_server_that_gives_smaller_pages_is_walked_to_its_end() {
        let this = Some(PageAddress::of("?page[size]=10&page[number]=1"));
        let page =
            Page { links: Links { this, next: at(2), ..Links::default() }, ..page(10, Some(23), at(2)) };
        assert_eq!(Paging { number: 1, size: 100 }.behind(&page).map(|paging| paging.number), Some(2));
    }
}
