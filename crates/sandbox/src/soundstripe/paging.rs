//! `page[size]`, `page[number]` and the `links` of a list.

use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::context::RequestContext;
use super::document::{Links, Meta};
use super::error::{self, Result};
use super::switches::LinkScheme;
use crate::kit::Host;

const SIZE: &str = "page[size]";
const NUMBER: &str = "page[number]";

/// Links come back with brackets encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which page is asked for.
#[derive(Clone, Copy)]
pub(super) struct Paging {
    size: u64,
    number: u64,
}

impl Paging {
    /// The first page of ten, which is what a request without parameters gets.
    pub(super) const FIRST: Self = Self { size: 10, number: 1 };

    /// Reads both parameters. Without `strict`, what is outside the range is moved into it; what is no integer is a 400.
    pub(super) fn read(context: &RequestContext<'_>) -> Result<Self> {
        let value = |name: &str, default: i64, max: i64| {
            let number = match context.query.text(name) {
                None => default,
                Some(text) => {
                    text.trim().parse().map_err(|_| error::bad(format!("{name} must be an integer")))?
                }
            };
            if context.switches.strict_pagination && !(1..=max).contains(&number) {
                return Err(error::bad(format!("{name} is out of range")));
            }
            Ok(number.clamp(1, max).unsigned_abs())
        };
        Ok(Self { size: value(SIZE, 10, 100)?, number: value(NUMBER, 1, i64::MAX)? })
    }

    /// The places of this page's items in a list of so many.
    pub(super) fn range(self, total: usize) -> Range<usize> {
        let place = |page: u64| {
            let place = page.saturating_mul(self.size);
            usize::try_from(place).unwrap_or(usize::MAX).min(total)
        };
        place(self.number - 1)..place(self.number)
    }

    /// The `links` object of a list of so many.
    pub(super) fn links(self, context: &RequestContext<'_>, total: usize) -> Links {
        let last = (total as u64).div_ceil(self.size);
        let only = |wanted: bool, number: u64| wanted.then(|| self.link(context, number));
        Links {
            this: self.link(context, self.number),
            first: only(self.number > 1 && total > 0, 1),
            prev: only(self.number > 1 && total > 0, (self.number - 1).min(last)),
            next: only(self.number < last, self.number + 1),
            last: only(self.number < last, last),
            meta: Meta { total_count: total },
        }
    }

    fn link(self, context: &RequestContext<'_>, number: u64) -> String {
        let own = context.service.sandbox.origin(Host::SOUNDSTRIPE);
        let authority = own.strip_prefix("http://").unwrap_or(&own);
        let scheme = match context.switches.link_scheme {
            LinkScheme::Own | LinkScheme::Http => "http",
            LinkScheme::Https => "https",
        };
        let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        let others = context.query.0.0.iter().filter(|(name, _)| name != SIZE && name != NUMBER);
        let mut pairs: Vec<String> =
            others.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        pairs.push(format!("{}={}", encoded(SIZE), self.size));
        pairs.push(format!("{}={number}", encoded(NUMBER)));
        format!("{scheme}://{authority}{}?{}", context.path, pairs.join("&"))
    }
}
