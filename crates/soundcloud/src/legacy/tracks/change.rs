//! Changing a track.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::TrackType;
use crate::legacy::xml::{Leaves, done, leaf};
use crate::legacy::{TrackId, XML};
use crate::values::tag_list;
use crate::{ApiError, EmbeddableBy, License, Sharing};

/// `PUT /tracks/{id}` with an XML body: changes what is given; an empty text takes away what was there
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Change {
    track: TrackId,
    leaves: Leaves,
    invited: Vec<String>,
}

macro_rules! fields {
    ($( $(#[$doc:meta])* $name:ident : $type:ty = $element:literal ),* $(,)?) => {
        $( $(#[$doc])*
        pub fn $name(mut self, value: $type) -> Self {
            self.leaves.set($element, value);
            self
        } )*
    };
}

impl Change {
    /// Changes nothing yet.
    pub fn new(track: impl Into<TrackId>) -> Self {
        Self { track: track.into(), leaves: Leaves::default(), invited: Vec::new() }
    }

    fields! {
        /// The title.
        title: &str = "title",
        /// The last part of its address on the site.
        permalink: &str = "permalink",
        /// What the owner says about it.
        description: &str = "description",
        /// Who can see it.
        sharing: Sharing = "sharing",
        /// The genre.
        genre: &str = "genre",
        /// Beats per minute, above 0.
        bpm: f64 = "bpm",
        /// The key.
        key_signature: &str = "key-signature",
        /// What it is.
        track_type: TrackType = "track-type",
        /// The terms.
        license: License = "license",
        /// Whether it can be downloaded.
        downloadable: bool = "downloadable",
        /// Whether it can be heard.
        streamable: bool = "streamable",
        /// Who may embed it.
        embeddable_by: EmbeddableBy = "embeddable-by",
        /// Whether people may comment on it.
        commentable: bool = "commentable",
        /// Where to buy it.
        purchase_url: &str = "purchase-url",
        /// Where its video is.
        video_url: &str = "video-url",
        /// The recording's ISRC.
        isrc: &str = "isrc",
        /// The number of the label.
        label_id: u64 = "label-id",
        /// The name of the label.
        label_name: &str = "label-name",
        /// The name or number of the release.
        release: &str = "release",
        /// The year of the release.
        release_year: u16 = "release-year",
        /// The month of the release, 1 to 12.
        release_month: u8 = "release-month",
        /// The day of the release, 1 to 31.
        release_day: u8 = "release-day",
    }

    /// The tags. Those of several words are quoted.
    pub fn tags<T: AsRef<str>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.leaves.set("tag-list", tag_list(tags));
        self
    }

    /// Shares the private track with the people at these e-mail addresses.
    pub fn share_with<T: Into<String>>(mut self, addresses: impl IntoIterator<Item = T>) -> Self {
        self.invited = addresses.into_iter().map(Into::into).collect();
        self
    }

    /// `shared_to`, in the spelling and nesting of the one example that there is.
    fn shared_to(&self) -> Result<String, BuildError> {
        if self.invited.is_empty() {
            return Ok(String::new());
        }
        let email = |address: &String| match address.split_once('@') {
            Some((name, host)) if !name.trim().is_empty() && !host.trim().is_empty() => {
                Ok(format!("<email>{}</email>", leaf("address", address)?))
            }
            _ => Err(BuildError::value("shared_to", "has an e-mail address that is none")),
        };
        let emails: String = self.invited.iter().map(email).collect::<Result<_, _>>()?;
        Ok(format!("<shared_to><emails type=\"array\">{emails}</emails></shared_to>"))
    }
}

impl Endpoint for Change {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.tracks.change";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        self.leaves.not_blank("title")?;
        self.leaves.within("release-year", 1, 9999)?;
        self.leaves.within("release-month", 1, 12)?;
        self.leaves.within("release-day", 1, 31)?;
        if let Some(bpm) = self.leaves.get("bpm")
            && !bpm.parse().is_ok_and(|bpm: f64| bpm.is_finite() && bpm > 0.0)
        {
            return Err(BuildError::value("bpm", "is no number above 0"));
        }
        request.path("tracks/{id}", &[&self.track])?;
        request.accept(XML);
        request.content_type(XML);
        request.body(self.leaves.document_with("track", self.shared_to()?)?);
        Ok(())
    }

    // Whether the response carries the track is not documented.
    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        done(&response, "track")
    }
}
