//! Where a recording comes from, and how far it is.

/// The `source` of a recording. There is no 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    YouTube = 1,
    Mp3Upload = 2,
    VideoUrl = 3,
    VideoUpload = 4,
    Vimeo = 6,
    Wistia = 7,
    Mp3Url = 8,
}

impl Source {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "1" => Self::YouTube,
            "2" => Self::Mp3Upload,
            "3" => Self::VideoUrl,
            "4" => Self::VideoUpload,
            "6" => Self::Vimeo,
            "7" => Self::Wistia,
            "8" => Self::Mp3Url,
            _ => return None,
        })
    }

    pub(super) fn number(self) -> u8 {
        self as u8
    }

    pub(super) fn is_upload(self) -> bool {
        matches!(self, Self::Mp3Upload | Self::VideoUpload)
    }

    pub(super) fn default_name(self) -> &'static str {
        match self {
            Self::Mp3Upload | Self::Mp3Url => "Audio",
            Self::YouTube | Self::VideoUrl | Self::VideoUpload | Self::Vimeo | Self::Wistia => "Video",
        }
    }

    pub(super) fn first_status(self) -> Status {
        if self.is_upload() { Status::Waiting } else { Status::Ready }
    }
}

/// How far the media of a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Waiting,
    Processing,
    Ready,
    Error,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Error => "error",
        }
    }
}

/// The 11-character ID in a YouTube URL; anything else stays as it is.
pub(super) fn youtube_id(text: &str) -> String {
    let is_id = |id: &str| {
        id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let without_scheme = text.trim().trim_start_matches("https://").trim_start_matches("http://");
    let (host, rest) = without_scheme.split_once('/').unwrap_or((without_scheme, ""));
    let host = host.trim_start_matches("www.").trim_start_matches("m.").trim_start_matches("music.");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query = query.split('#').next().unwrap_or_default();
    let id = match host {
        "youtu.be" => path.split('/').next().map(str::to_owned),
        "youtube.com" | "youtube-nocookie.com" => match path.split_once('/') {
            Some(("embed" | "shorts" | "v" | "live", id)) => id.split('/').next().map(str::to_owned),
            _ => form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == "v")
                .map(|(_, value)| value.into_owned()),
        },
        _ => None,
    };
    id.filter(|id| is_id(id)).unwrap_or_else(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::youtube_id;

    #[test]
    fn urls_are_reduced_to_the_id() {
        for address in [
            "aB3-dE5_gH7",
            "https://www.youtube.com/watch?v=aB3-dE5_gH7",
            "http://youtube.com/watch?list=PL1&v=aB3-dE5_gH7&t=10s",
            "https://m.youtube.com/watch?v=aB3-dE5_gH7#t=1",
            "https://youtu.be/aB3-dE5_gH7?si=x",
            "https://www.youtube.com/embed/aB3-dE5_gH7",
            "youtube.com/shorts/aB3-dE5_gH7",
        ] {
            assert_eq!(youtube_id(address), "aB3-dE5_gH7", "{address}");
        }
        assert_eq!(
            youtube_id("https://example.net/watch?v=aB3-dE5_gH7"),
            "https://example.net/watch?v=aB3-dE5_gH7"
        );
    }
}
