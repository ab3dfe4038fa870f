//! XML as a sequence of opened and closed elements, within limits.

mod cursor;
mod encoding;
mod source;

pub(crate) use cursor::{Cursor, Element, Token, XmlSource};
pub(crate) use encoding::Encoding;
pub(crate) use source::{SliceSource, StreamSource};
