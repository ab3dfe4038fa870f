//! URLs of images, whose size is a query parameter.

use std::borrow::Cow;
use std::fmt;

use segno_core::lenient;
use serde::{Deserialize, Deserializer};

/// The URL of an image. Its `w` and `h` parameters may be edited to have it resized, or removed to get the full
/// resolution; not every URL has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageUrl(String);

impl<'de> Deserialize<'de> for ImageUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::link(deserializer).map(Self)
    }
}

impl ImageUrl {
    /// The URL as the service sent it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of the image at this size, in pixels; every other parameter stays as it is.
    ///
    /// ```
    /// # use segno_soundstripe::media::ImageUrl;
    /// let image = ImageUrl::from("https://img.example.test/a/311.png?w=100&h=100&v=2".to_owned());
    /// assert_eq!(image.sized(640, 480).as_str(), "https://img.example.test/a/311.png?w=640&h=480&v=2");
    /// assert_eq!(image.full().as_str(), "https://img.example.test/a/311.png?v=2");
    /// ```
    #[must_use]
    pub fn sized(&self, width: u32, height: u32) -> Self {
        self.edited(Some(width), Some(height))
    }

    /// The URL of the image in full resolution.
    #[must_use]
    pub fn full(&self) -> Self {
        self.edited(None, None)
    }

    fn edited(&self, width: Option<u32>, height: Option<u32>) -> Self {
        let (url, fragment) = match self.0.split_once('#') {
            Some((url, fragment)) => (url, format!("#{fragment}")),
            None => (self.0.as_str(), String::new()),
        };
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let mut sizes = [("w", width), ("h", height)];
        let mut kept: Vec<Cow<'_, str>> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let name = pair.split('=').next().unwrap_or_default();
            match sizes.iter_mut().find(|(size, _)| *size == name) {
                None => kept.push(pair.into()),
                // The first occurrence is replaced where it stands, any other is dropped.
                Some((name, size)) => kept.extend(size.take().map(|size| format!("{name}={size}").into())),
            }
        }
        for (name, size) in sizes {
            kept.extend(size.map(|size| format!("{name}={size}").into()));
        }
        let mark = if kept.is_empty() { "" } else { "?" };
        Self(format!("{path}{mark}{}{fragment}", kept.join("&")))
    }
}

impl From<String> for ImageUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Display for ImageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_w_and_h_are_touched() {
        let edit = |url: &str| {
            let image = ImageUrl::from(url.to_owned());
            (image.sized(1, 2).0, image.full().0)
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        // The private-playlist sample has neither, but another parameter.
        assert_eq!(
            edit("https://i.test/p?ixlib=a%20b"),
            pair("https://i.test/p?ixlib=a%20b&w=1&h=2", "https://i.test/p?ixlib=a%20b")
        );
        assert_eq!(edit("https://i.test/p"), pair("https://i.test/p?w=1&h=2", "https://i.test/p"));
        assert_eq!(
            edit("https://i.test/p?h=9&w=9#x"),
            pair("https://i.test/p?h=2&w=1#x", "https://i.test/p#x")
        );
        assert_eq!(
            edit("https://i.test/p?w=5&w=6&wide=1"),
            pair("https://i.test/p?w=1&wide=1&h=2", "https://i.test/p?wide=1")
        );
    }

    proptest! {
        #[test]
        fn resizing_twice_is_resizing_once(url in "\\PC{0,40}", w in 0u32..9, h in 0u32..9) {
            let image = ImageUrl::from(url);
            prop_assert_eq!(image.sized(7, 7).sized(w, h), image.sized(w, h).sized(w, h));
            prop_assert_eq!(image.sized(w, h).full(), image.full().full());
        }
    }
}
