//! Enumerations that are open at the end: a value that is newer than the crate is kept.

/// Defines an enumeration with a variant `Other` for every value that is not documented. `text` is written as a text on the
/// wire, `number` as a whole number.
///
/// ```
/// segno_core::open_enum! {
///     /// How far a recording is.
///     pub enum RecordingStatus: text {
///         /// Media is being processed.
///         Processing = "processing",
///         /// It can be played.
///         Ready = "ready",
///     }
/// }
/// segno_core::open_enum! {
///     /// Who sees a slice.
///     pub enum Status: number {
///         /// Only the owner.
///         Private = 1,
///         /// Everybody who knows the URL.
///         SecretUrl = 3,
///     }
/// }
///
/// let read: (RecordingStatus, RecordingStatus, Status) = segno_core::decode::from_json(br#"["Ready", "queued", 3]"#)?;
/// assert_eq!(read, (RecordingStatus::Ready, RecordingStatus::Other("queued".into()), Status::SecretUrl));
/// assert_eq!((read.1.as_str(), read.2.number()), ("queued", 3));
/// assert_eq!(serde_json::to_string(&read)?, r#"["ready","queued",3]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Texts are read whatever their case, because services were seen to capitalise some, and written as documented.
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident: text { $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A value that is not documented.
            Other(Box<str>),
        }

        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $( if text.eq_ignore_ascii_case($text) {
                    return Self::$variant;
                } )*
                Self::Other(text.into())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::vocabulary::__private::Serialize for $name {
            fn serialize<S: $crate::vocabulary::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::vocabulary::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::vocabulary::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::lenient::text(deserializer).map(|text| Self::from(text.as_str()))
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident: number { $( $(#[$variant_meta:meta])* $variant:ident = $number:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A number that is not documented.
            Other(i64),
        }

        impl $name {
            /// The number on the wire.
            #[must_use]
            $vis const fn number(self) -> i64 {
                match self {
                    $( Self::$variant => $number, )*
                    Self::Other(number) => number,
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $( $number => Self::$variant, )*
                    other => Self::Other(other),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.number().fmt(f)
            }
        }

        impl $crate::vocabulary::__private::Serialize for $name {
            fn serialize<S: $crate::vocabulary::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.number())
            }
        }

        impl<'de> $crate::vocabulary::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::vocabulary::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <i64 as $crate::vocabulary::__private::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::decode::from_json;

    open_enum! {
        /// How far.
        enum Progress: text {
            /// Yes.
            Ready = "ready",
        }
    }
    open_enum! {
        /// Where from.
        enum Source: number {
            /// A video of another site.
            Video = 2,
        }
    }

    #[test]
    fn values_are_read_whatever_their_case_and_unknown_ones_kept() {
        let read = |json: &str| from_json::<Progress>(json.as_bytes()).unwrap();
        assert_eq!((read("\"ready\""), read("\"READY\"")), (Progress::Ready, Progress::Ready));
        assert_eq!(read("\"Queued\""), Progress::Other("Queued".into()));
        assert_eq!("rEady".parse(), Ok(Progress::Ready));
        assert_eq!(
            serde_json::to_string(&[Progress::Ready, "Queued".into()]).unwrap(),
            r#"["ready","Queued"]"#
        );
        assert!(from_json::<Progress>(b"[]").is_err());
    }

    #[test]
    fn numbers_are_read_from_texts_too() {
        let read = |json: &str| from_json::<Source>(json.as_bytes()).unwrap();
        assert_eq!((read("2"), read("\"2\""), read("5")), (Source::Video, Source::Video, Source::Other(5)));
        assert_eq!(serde_json::to_string(&[Source::Video, Source::Other(5)]).unwrap(), "[2,5]");
        assert_eq!((Source::Video.to_string(), Source::from(2)), ("2".into(), Source::Video));
        assert!(from_json::<Source>(b"\"two\"").is_err());
    }
}
