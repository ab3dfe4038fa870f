//! Enumerations, open at the end: a value that is newer than this crate is kept.

use segno_core::open_enum;

open_enum! {
    /// Who sees a slice by its secret URL (`status`).
    pub enum Status: number {
        /// Only the owner: the secret URL is off. The default.
        Private = 1,
        /// Everybody who knows the URL.
        SecretUrl = 3,
    }
}

open_enum! {
    /// Where a slice may be embedded (`embed_status`).
    pub enum EmbedStatus: number {
        /// Nowhere. The default.
        Off = 1,
        /// On any domain; only for certain accounts.
        AnyDomain = 2,
        /// On the domains on the account's allowlist.
        AllowlistedDomains = 4,
    }
}

open_enum! {
    /// Whether a slice may be printed (`print_status`).
    pub enum PrintStatus: number {
        /// By nobody. The default.
        Off = 1,
        /// By everybody who sees it.
        Allowed = 3,
    }
}

open_enum! {
    /// Where a recording comes from (`source`).
    pub enum Source: number {
        /// A YouTube video, of which `source_data` is the identifier.
        YouTube = 1,
        /// An MP3 uploaded to Soundslice.
        Mp3Upload = 2,
        /// A video file at a URL, progressive or HLS.
        VideoUrl = 3,
        /// A video uploaded to Soundslice.
        VideoUpload = 4,
        /// A Vimeo video, of which `source_data` is the identifier.
        Vimeo = 6,
        /// A Wistia video, of which `source_data` is the identifier.
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

open_enum! {
    /// Whether the media of a recording can be played yet (`status`).
    pub enum RecordingStatus: text {
        /// No media was uploaded yet.
        Waiting = "waiting",
        /// Uploaded media is being processed.
        Processing = "processing",
        /// It can be played.
        Ready = "ready",
        /// The service could not process its media.
        Error = "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_kept() {
        assert_eq!(serde_json::from_str::<Source>("5").unwrap(), Source::Other(5));
        assert_eq!(Source::Other(5).to_string(), "5");
        assert_eq!(segno_core::decode::from_json::<EmbedStatus>(b"\"2\"").unwrap(), EmbedStatus::AnyDomain);
        assert_eq!(
            serde_json::from_str::<RecordingStatus>("\"queued\"").unwrap(),
            RecordingStatus::Other("queued".into())
        );
    }
}
