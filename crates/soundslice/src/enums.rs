//! Enumerations, open at the end: a value that is newer than this crate is kept.

use std::fmt;

use segno_core::lenient;
use serde::{Deserialize, Deserializer};

/// Defines an enumeration of numbers with a variant for those that are not known.
macro_rules! number_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A number that is not documented.
            Other(i64),
        }

        impl $name {
            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Other(number) => number,
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    other => Self::Other(other),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.number().fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                i64::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

number_enum! {
    /// Who sees a slice by its secret URL (`status`).
    Status {
        /// Only the owner: the secret URL is off. The default.
        Private = 1,
        /// Everybody who knows the URL.
        SecretUrl = 3,
    }
}

number_enum! {
    /// Where a slice may be embedded (`embed_status`).
    EmbedStatus {
        /// Nowhere. The default.
        Off = 1,
        /// On any domain; only for certain accounts.
        AnyDomain = 2,
        /// On the domains on the account's allowlist.
        AllowlistedDomains = 4,
    }
}

number_enum! {
    /// Whether a slice may be printed (`print_status`).
    PrintStatus {
        /// No. The default.
        Off = 1,
        /// Yes.
        Allowed = 3,
    }
}

number_enum! {
    /// Where a recording comes from (`source`).
    Source {
        /// A YouTube video.
        YouTube = 1,
        /// An MP3 uploaded to Soundslice.
        Mp3Upload = 2,
        /// A video file at a URL, progressive or HLS.
        VideoUrl = 3,
        /// A video uploaded to Soundslice.
        VideoUpload = 4,
        /// A Vimeo video.
        Vimeo = 6,
        /// A Wistia video.
        Wistia = 7,
        /// An MP3 file at a URL.
        Mp3Url = 8,
    }
}

impl Source {
    /// Whether the media is uploaded to Soundslice rather than linked.
    #[must_use]
    pub const fn is_upload(self) -> bool {
        matches!(self, Self::Mp3Upload | Self::VideoUpload)
    }
}

/// How far a recording is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordingStatus {
    /// No media was uploaded yet.
    Waiting,
    /// Uploaded media is being processed.
    Processing,
    /// It can be played.
    Ready,
    /// Processing failed.
    Error,
    /// A word that is not documented.
    Other(Box<str>),
}

impl<'de> Deserialize<'de> for RecordingStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match lenient::text(deserializer)?.as_str() {
            "waiting" => Self::Waiting,
            "processing" => Self::Processing,
            "ready" => Self::Ready,
            "error" => Self::Error,
            other => Self::Other(other.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_kept() {
        assert_eq!(serde_json::from_str::<Source>("5").unwrap(), Source::Other(5));
        assert_eq!(Source::Other(5).to_string(), "5");
        assert_eq!(segno_core::from_json::<EmbedStatus>(b"\"2\"").unwrap(), EmbedStatus::AnyDomain);
        assert_eq!(
            serde_json::from_str::<RecordingStatus>("\"queued\"").unwrap(),
            RecordingStatus::Other("queued".into())
        );
    }
}
