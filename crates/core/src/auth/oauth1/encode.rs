//! The one percent-encoding of RFC 5849, section 3.6.

use std::borrow::Cow;

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::url::RESERVED;

/// Encodes a text: letters, digits and `-._~` stay, every other byte of its UTF-8 becomes `%XX` in upper case.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Appends `text`, encoded.
pub(super) fn push(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Appends a name or value of a query, changed from form encoding to this one byte by byte: `+` and `%20` are both a
/// space, a `%` without two digits stands for itself.
pub(super) fn push_from_form(out: &mut String, form: &str) {
    let spaced = if form.contains('+') { Cow::from(form.replace('+', " ")) } else { form.into() };
    let bytes = Cow::from(percent_decode_str(&spaced));
    out.extend(percent_encoding::percent_encode(&bytes, RESERVED));
}
