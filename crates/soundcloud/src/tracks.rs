//! Tracks: search, reading, changing, deleting, lists of them.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret, SecretUrl,
    Timestamp,
};

use crate::ApiError;
use crate::ids::{TrackUrn, UserUrn, joined};
use crate::list::{list, listenable, plain};
use crate::read::{model, named, object};
use crate::simple::simple;
use crate::users::User;
use crate::values::{AccessLevel, EmbeddableBy, License, Sharing, date_time};

mod artwork;
mod change;
mod fields;
mod format;
mod length;
mod upload;

pub use artwork::{Artwork, ArtworkError};
pub use change::Change;
pub use fields::TrackFields;
pub use format::Format;
pub use upload::{Asset, Upload};

model!(
    /// A track.
    Track {
        /// The name, `soundcloud:tracks:N`.
        urn: TrackUrn,
        /// The number alone.
        id: u64,
        /// `track`.
        kind: String,
        /// The title.
        title: String,
        /// The picture.
        artwork_url: String,
        /// Beats per minute.
        bpm: f64,
        /// How many comments there are; hidden in quiet mode.
        comment_count: u64,
        /// Whether comments are taken.
        commentable: bool,
        /// When it was uploaded.
        created_at: Timestamp,
        /// What the owner says about it.
        description: String,
        /// How often it was downloaded.
        download_count: u64,
        /// Whether it can be downloaded.
        downloadable: bool,
        /// Its length in milliseconds; 0 while it is processed.
        duration: u64,
        /// Who may put a player on a page.
        embeddable_by: EmbeddableBy,
        /// How many like it; hidden in quiet mode.
        favoritings_count: u64,
        /// The genre.
        genre: String,
        /// The recording's ISRC.
        isrc: String,
        /// The key.
        key_signature: String,
        /// The name of the label.
        label_name: String,
        /// The terms.
        license: License,
        /// The artist, where that is not the uploader.
        metadata_artist: String,
        /// The address on the site.
        permalink_url: String,
        /// How often it was played; hidden in quiet mode.
        playback_count: u64,
        /// What the link to buy it says.
        purchase_title: String,
        /// Where to buy it.
        purchase_url: String,
        /// The name or number of the release.
        release: String,
        /// The day of the release, 1 to 31.
        release_day: u64,
        /// The month of the release, 1 to 12.
        release_month: u64,
        /// The year of the release.
        release_year: u64,
        /// Who can see it.
        sharing: Sharing,
        /// The old address of a snippet; [`streams::Get`](crate::streams::Get) knows the whole track.
        stream_url: SecretUrl,
        /// Whether it can be heard at all.
        streamable: bool,
        /// The tags as one text; see [`tags`](crate::tags).
        tag_list: String,
        /// The address on the API.
        uri: String,
        /// Who uploaded it, often in short.
        user: User,
        /// Whether the caller likes it; true to life only in searches and when it is read alone.
        user_favorite: bool,
        /// How often the caller played it.
        user_playback_count: u64,
        /// The picture of the waveform.
        waveform_url: String,
        /// What the caller may do with it.
        access: AccessLevel,
        /// In which countries it can be heard: a text, a list, or absent; the documents do not agree.
        available_country_codes: serde_json::Value,
        /// Where it can be downloaded.
        download_url: SecretUrl,
        /// How often it was reposted.
        reposts_count: u64,
        /// Whether counts are shown; false is quiet mode.
        reveal_stats: bool,
        /// Whether comments are shown; false is quiet mode.
        reveal_comments: bool,
        /// The address on the API that opens a private track to everybody who has it.
        secret_uri: SecretUrl,
        /// The token in that address, in older answers.
        secret_token: Secret,
        /// The number of the uploader alone, in older answers.
        user_id: u64,
        /// How far processing is, in older answers.
        state: ProcessingState,
    }
);
named!(Track, TrackUrn, "a track");

impl Track {
    /// Whether it belongs to a person; `None` if the answer does not say whose it is. The service's caches have given
    /// out other people's tracks as one's own.
    #[must_use]
    pub fn belongs_to(&self, person: UserUrn) -> Option<bool> {
        let owner = self.user.as_ref().and_then(|user| user.urn).or(self.user_id.map(UserUrn::new));
        owner.map(|owner| owner == person)
    }
}

crate::read::words!(
    /// How far processing is, where the service tells.
    ProcessingState {
        /// It goes on.
        Processing = "processing",
        /// It failed.
        Failed = "failed",
        /// It is done.
        Finished = "finished",
    }
);

list!(
    /// `GET /tracks`: search. Several filters find what passes all of them.
    Search -> Track, "soundcloud.tracks.search", "tracks", listenable().by_offset(), q, access, limit, offset
);

impl Search {
    /// Only these tracks.
    pub fn urns(mut self, urns: &[TrackUrn]) -> Self {
        self.paging.set("urns", joined(urns));
        self
    }

    /// Of these genres.
    pub fn genres(mut self, genres: &[&str]) -> Self {
        self.paging.set("genres", genres.join(","));
        self
    }

    /// With these tags. In practice the service finds popular tracks only.
    pub fn tags(mut self, tags: &[&str]) -> Self {
        self.paging.set("tags", tags.join(","));
        self
    }

    /// With so many beats per minute, both ends included. Tracks whose tempo is not known do not pass.
    pub fn bpm(mut self, from: impl Into<Option<u32>>, to: impl Into<Option<u32>>) -> Self {
        self.between(("bpm[from]", "bpm[to]"), from.into(), to.into());
        self
    }

    /// Of this length in milliseconds, both ends included.
    pub fn duration(mut self, from: impl Into<Option<u64>>, to: impl Into<Option<u64>>) -> Self {
        self.between(("duration[from]", "duration[to]"), from.into(), to.into());
        self
    }

    /// Uploaded between these moments, both included.
    pub fn created_at(
        mut self,
        from: impl Into<Option<Timestamp>>,
        to: impl Into<Option<Timestamp>>,
    ) -> Self {
        self.between(
            ("created_at[from]", "created_at[to]"),
            from.into().map(date_time),
            to.into().map(date_time),
        );
        self
    }

    fn between<T: ToString>(&mut self, names: (&'static str, &'static str), from: Option<T>, to: Option<T>) {
        for (name, value) in [(names.0, from), (names.1, to)] {
            if let Some(value) = value {
                self.paging.set(name, value);
            }
        }
    }
}

/// `GET /tracks/{track_urn}`
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Get {
    track: TrackUrn,
    secret_token: Option<Secret>,
}

impl Get {
    /// Reads a track. A blocked one is given too.
    pub fn new(track: impl Into<TrackUrn>) -> Self {
        Self { track: track.into(), secret_token: None }
    }

    /// Opens a private track that was shared by a link: the `s-…` at the end of it.
    pub fn secret_token(mut self, token: &Secret) -> Self {
        self.secret_token = Some(token.clone());
        self
    }
}

impl Endpoint for Get {
    type Output = Track;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.tracks.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query_some("secret_token", self.secret_token.as_ref().map(Secret::expose));
        request.path("tracks/{track_urn}", &[&self.track])
    }

    fn read(response: Response<Bytes>) -> Result<Track, DecodeError> {
        object(&response)
    }
}

simple!(
    /// `DELETE /tracks/{track_urn}`
    Delete(track: TrackUrn) -> (),
    "soundcloud.tracks.delete", DELETE, Idempotent, "tracks/{track_urn}", crate::read::done
);

list!(
    /// `GET /tracks/{track_urn}/related`
    Related(track: TrackUrn) -> Track,
    "soundcloud.tracks.related", "tracks/{track_urn}/related", listenable().by_offset(), access, limit, offset
);

list!(
    /// `GET /users/{user_urn}/tracks`
    OfUser(user: UserUrn) -> Track,
    "soundcloud.tracks.of_user", "users/{user_urn}/tracks", listenable(), access, limit, sort
);

list!(
    /// `GET /me/tracks`: one's own tracks, private ones too
    Mine -> Track, "soundcloud.tracks.mine", "me/tracks", plain(), limit, sort
);
