//! Changing a track.

use segno_core::{BuildError, RequestWriter, endpoint};

use super::TrackType;
use crate::legacy::xml::{XmlFields, done, element};
use crate::legacy::{TrackId, write_xml};
use crate::values::tag_list;
use crate::{ApiError, EmbeddableBy, License, Sharing};

endpoint! {
    /// `PUT /tracks/{id}` with an XML body: changes what is given; an empty text clears what was there.
    pub struct Change { path track: TrackId }
    optional {
        /// Another title.
        field title: String,
        /// Another description, as plain text.
        field description: String,
        /// Who sees it from now on.
        field sharing: Sharing,
        /// One genre, in the user's own words.
        field genre: String,
        /// The tempo in beats per minute, above 0.
        field bpm: f64,
        /// The musical key, in the user's own words.
        field key_signature: String,
        /// The kind of track.
        field track_type: TrackType,
        /// Under which licence it is published.
        field license: License,
        /// Whether it can be downloaded.
        field downloadable: bool,
        /// Whether it can be played.
        field streamable: bool,
        /// The URL of a shop.
        field purchase_url: String,
        /// The URL of its video.
        field video_url: String,
        /// The ISRC of the recording.
        field isrc: String,
        /// The number of the label.
        field label_id: u64,
        /// The name of the label.
        field label_name: String,
        /// The name or number of the release.
        field release: String,
        /// The year of the release.
        field release_year: u16,
        /// The month of the release, 1 to 12.
        field release_month: u8,
        /// The day of the release, 1 to 31.
        field release_day: u8,
        /// The last part of the URL on the site.
        field permalink: String,
        /// Who may embed the player.
        field embeddable_by: EmbeddableBy,
        /// Whether comments are allowed.
        field commentable: bool,
    }
    state { tag_list: Option<String>, shared_to: Vec<String> }
    name: "soundcloud.legacy.tracks.change",
    method: PUT,
    path: "tracks/{id}",
    replay: Idempotent,
    write: Self::write_fields,
    response: (),
    error: ApiError,
    // Whether the response carries the track is not documented.
    read: |response| done(response, "track"),
}

impl Change {
    /// The tags. Those of several words are quoted.
    pub fn tags<T: AsRef<str>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tag_list = Some(tag_list(tags));
        self
    }

    /// Shares the private track with the users at these e-mail addresses.
    pub fn share_with<T: Into<String>>(mut self, addresses: impl IntoIterator<Item = T>) -> Self {
        self.shared_to = addresses.into_iter().map(Into::into).collect();
        self
    }

    fn write_fields(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let fields = XmlFields::new()
            .some("title", self.title.as_ref())
            .some("description", self.description.as_ref())
            .some("sharing", self.sharing.as_ref())
            .some("genre", self.genre.as_ref())
            .some("bpm", self.bpm.as_ref())
            .some("key-signature", self.key_signature.as_ref())
            .some("track-type", self.track_type.as_ref())
            .some("license", self.license.as_ref())
            .some("downloadable", self.downloadable.as_ref())
            .some("streamable", self.streamable.as_ref())
            .some("purchase-url", self.purchase_url.as_ref())
            .some("video-url", self.video_url.as_ref())
            .some("isrc", self.isrc.as_ref())
            .some("label-id", self.label_id.as_ref())
            .some("label-name", self.label_name.as_ref())
            .some("release", self.release.as_ref())
            .some("release-year", self.release_year.as_ref())
            .some("release-month", self.release_month.as_ref())
            .some("release-day", self.release_day.as_ref())
            .some("permalink", self.permalink.as_ref())
            .some("embeddable-by", self.embeddable_by.as_ref())
            .some("commentable", self.commentable.as_ref())
            .some("tag-list", self.tag_list.as_ref());
        fields.check_not_blank("title")?;
        fields.check_range("release-year", 1, 9999)?;
        fields.check_range("release-month", 1, 12)?;
        fields.check_range("release-day", 1, 31)?;
        if self.bpm.is_some_and(|bpm| !bpm.is_finite() || bpm <= 0.0) {
            return Err(BuildError::value("bpm", "must be a number above 0"));
        }
        write_xml(request, fields.document_with("track", self.shared_to_element()?)?);
        Ok(())
    }

    /// `shared_to`, in the spelling and nesting of the one example that there is.
    fn shared_to_element(&self) -> Result<String, BuildError> {
        if self.shared_to.is_empty() {
            return Ok(String::new());
        }
        let email = |address: &String| match address.split_once('@') {
            Some((name, host)) if !name.trim().is_empty() && !host.trim().is_empty() => {
                Ok(format!("<email>{}</email>", element("address", address)?))
            }
            _ => Err(BuildError::value("shared_to", "must hold e-mail addresses only")),
        };
        let emails: String = self.shared_to.iter().map(email).collect::<Result<_, _>>()?;
        Ok(format!("<shared_to><emails type=\"array\">{emails}</emails></shared_to>"))
    }
}
