//! Tracks.

use segno_soundcloud::License;
use segno_soundcloud::audio::AudioError;
use segno_soundcloud::storefront::ProductType;
use segno_soundcloud::streams::StreamKind;
use segno_soundcloud::tracks::{Artwork, Asset, TrackFields, Upload};
use segno_soundcloud::{StreamError, UploadError};

use super::*;
use crate::destination::Destination;

/// How long a track may take until it can be heard.
const TRANSCODING: Duration = Duration::from_secs(900);
/// What is downloaded where the original is not free: an MP3 if there is one.
const HEARD: &[StreamKind] = &[
    StreamKind::HttpMp3128,
    StreamKind::HlsMp3128,
    StreamKind::HlsAac160,
    StreamKind::HlsAac96,
    StreamKind::HlsOpus64,
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tracks with these words
    Search(Search),
    /// One track
    Get(One),
    /// Your own tracks
    Mine(Limit),
    /// The tracks of a user
    Of(OfUser),
    /// Tracks like this one
    Related(Related),
    /// Upload audio files, a track each
    Upload(UploadTracks),
    /// Change what stands beside the audio
    Change(Change),
    /// Delete a track
    Delete(One),
    /// Where a player hears a track: a URL that works for some minutes
    Stream(One),
    /// The audio of a track: the original where it is free, else an MP3; goes on where an earlier download was interrupted
    Download(Download),
    /// What users said about a track
    Comments(Related),
    /// Say something about a track
    Comment(Say),
    /// Like a track
    Like(One),
    /// Like it no longer
    Unlike(One),
    /// Who likes a track
    Likers(Related),
    /// The tracks that a user likes; yours if none is named
    Likes(Liked),
    /// Repost a track
    Repost(One),
    /// Take a repost back
    Unrepost(One),
    /// Who reposted a track
    Reposters(Related),
    /// The card with a link to a shop under a track
    Storefront(Card),
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The track, a number or a URN
    track: TrackUrn,
}

#[derive(Args, Debug)]
pub(crate) struct Liked {
    /// The user, a number or a URN
    #[arg(long)]
    user: Option<UserUrn>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct Related {
    /// The track, a number or a URN
    track: TrackUrn,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words in title, user name or description
    words: Vec<String>,
    /// Any of these genres
    #[arg(long, value_name = "GENRE")]
    genre: Vec<String>,
    /// Any of these tags
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// The slowest tempo
    #[arg(long, value_name = "BPM")]
    bpm_from: Option<u32>,
    /// The fastest tempo
    #[arg(long, value_name = "BPM")]
    bpm_to: Option<u32>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
struct Fields {
    /// Everybody can hear it, or only who has the link
    #[arg(long, value_name = "WHO")]
    sharing: Option<Who>,
    /// What stands under the title
    #[arg(long)]
    description: Option<String>,
    /// The genre
    #[arg(long)]
    genre: Option<String>,
    /// Tags, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "TAGS")]
    tags: Vec<String>,
    /// The licence, such as cc-by-sa
    #[arg(long, value_name = "NAME")]
    license: Option<String>,
    /// Everybody can download it
    #[arg(long, value_name = "YES_OR_NO")]
    downloadable: Option<bool>,
    /// The picture, JPEG or PNG
    #[arg(long, value_name = "FILE")]
    artwork: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Who {
    Public,
    Private,
}

impl Who {
    pub(super) fn sharing(self) -> Sharing {
        match self {
            Self::Public => Sharing::Public,
            Self::Private => Sharing::Private,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct UploadTracks {
    /// The audio files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The title of a single file; that of its name if not given
    #[arg(long)]
    title: Option<String>,
    /// Put the tracks into this playlist
    #[arg(long, value_name = "PLAYLIST")]
    playlist: Option<PlaylistUrn>,
    /// Do not wait until they can be heard
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    truncated: Truncated,
}

#[derive(Args, Debug)]
pub(crate) struct Change {
    /// The track, a number or a URN
    track: TrackUrn,
    /// Another title
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Args, Debug)]
pub(crate) struct Download {
    /// The track, a number or a URN
    track: TrackUrn,
    /// The file to write, replaced if it exists; - for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Say {
    /// The track, a number or a URN
    track: TrackUrn,
    /// The words
    body: String,
    /// At this second of the track
    #[arg(long, value_name = "SECONDS")]
    at: Option<f64>,
}

#[derive(Args, Debug)]
pub(crate) struct Card {
    /// The track, a number or a URN
    track: TrackUrn,
    /// What is sold: digital, vinyl, cd, cassette, apparel, other, ...
    #[arg(long, value_name = "KIND")]
    product: String,
    /// The title of the card
    #[arg(long)]
    title: String,
    /// Where it is sold
    #[arg(long, value_name = "URL")]
    link: String,
    /// The price as text
    #[arg(long)]
    price: Option<String>,
}

impl Fields {
    fn of(&self, mut fields: TrackFields) -> TrackFields {
        if let Some(who) = self.sharing {
            fields = fields.sharing(who.sharing());
        }
        if let Some(description) = &self.description {
            fields = fields.description(description);
        }
        if let Some(genre) = &self.genre {
            fields = fields.genre(genre);
        }
        if !self.tags.is_empty() {
            fields = fields.tags(&self.tags);
        }
        if let Some(license) = &self.license {
            fields = fields.license(License::from(license.as_str()));
        }
        if let Some(downloadable) = self.downloadable {
            fields = fields.downloadable(downloadable);
        }
        fields
    }

    async fn picture(&self) -> Result<Option<Artwork>, Failure> {
        match &self.artwork {
            Some(file) => Artwork::file(file).await.map(Some).map_err(|error| Failure::file(file, error)),
            None => Ok(None),
        }
    }
}

pub(super) async fn run(command: Command, client: &Client, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::Search(search) => {
            let mut list = tracks::Search::new();
            if !search.words.is_empty() {
                list = list.q(search.words.join(" "));
            }
            let words = |words: &'_ [String]| words.to_vec();
            let (genres, tags) = (words(&search.genre), words(&search.tag));
            if !genres.is_empty() {
                list = list.genres(&genres.iter().map(String::as_str).collect::<Vec<_>>());
            }
            if !tags.is_empty() {
                list = list.tags(&tags.iter().map(String::as_str).collect::<Vec<_>>());
            }
            if search.bpm_from.is_some() || search.bpm_to.is_some() {
                list = list.bpm(search.bpm_from, search.bpm_to);
            }
            search.limit.of(client.pages(list).items(), track_row).await
        }
        Command::Get(One { track }) => {
            let track = client.send(&tracks::Get::new(track)).await?;
            Ok(track_row(&track)
                .with("genre", track.genre.as_deref())
                .maybe("license", track.license.as_ref())
                .with("plays", track.playback_count)
                .with("likes", track.favoritings_count)
                .maybe("state", track.state.as_ref())
                .with("description", track.description.as_deref())
                .into())
        }
        Command::Mine(limit) => limit.of(client.pages(tracks::Mine::new()).items(), track_row).await,
        Command::Of(OfUser { user, limit }) => {
            limit.of(client.pages(tracks::OfUser::new(user)).items(), track_row).await
        }
        Command::Related(Related { track, limit }) => {
            limit.of(client.pages(tracks::Related::new(track)).items(), track_row).await
        }
        Command::Upload(upload) => send(upload, client, session).await,
        Command::Change(Change { track, title, fields }) => {
            let mut values = fields.of(TrackFields::new());
            if let Some(title) = title {
                values = values.title(title);
            }
            let artwork = fields.picture().await?;
            if values.is_empty() && artwork.is_none() {
                return Err(Failure::usage("nothing to change; give --title, --sharing or another field"));
            }
            let mut change = tracks::Change::new(track, values);
            if let Some(artwork) = artwork {
                change = change.artwork(artwork);
            }
            Ok(track_row(&client.send(&change).await?).into())
        }
        Command::Delete(One { track }) => {
            client.send(&tracks::Delete::new(track)).await?;
            Ok(done("deleted", track))
        }
        Command::Stream(One { track }) => {
            let found = client.stream(track, StreamKind::BEST, None).await.map_err(unstreamed)?;
            Ok(Record::new()
                .text("kind", format_args!("{:?}", found.kind))
                .maybe("expires", found.expires)
                .with("url", found.url.expose())
                .into())
        }
        Command::Download(Download { track, output }) => {
            let output = Destination::of(&output)?;
            let found = client.send(&tracks::Get::new(track)).await?;
            if let Some(url) = found.download_url.filter(|_| found.downloadable == Some(true)) {
                let url = client.send(&streams::Follow::new(url)).await?;
                let original = Raw::<ApiError>::at(Method::GET, url);
                return output.download(client.core().call(&original), Failure::from).await;
            }
            let audio = client.audio(track).kinds(HEARD);
            let got = match output.file() {
                Some(file) => audio.download_to(file).await,
                None => audio.download(&mut output.open()?).await,
            };
            let got = got.map_err(unheard)?;
            session.tell(format_args!("the stream {:?}, because the original is not free", got.kind));
            Ok(output.downloaded(got.bytes))
        }
        Command::Comments(Related { track, limit }) => {
            limit.of(client.pages(comments::List::new(track)).items(), comment).await
        }
        Command::Comment(Say { track, body, at }) => {
            let mut create = comments::Create::new(track, body);
            if let Some(at) = at {
                create = create.at((at.max(0.0) * 1000.0).round() as u64);
            }
            Ok(comment(&client.send(&create).await?).into())
        }
        Command::Like(One { track }) => {
            client.send(&likes::LikeTrack::new(track)).await?;
            Ok(done("liked", track))
        }
        Command::Unlike(One { track }) => {
            client.send(&likes::UnlikeTrack::new(track)).await?;
            Ok(done("unliked", track))
        }
        Command::Likers(Related { track, limit }) => {
            limit.of(client.pages(likes::UsersOfTrack::new(track)).items(), user_row).await
        }
        Command::Likes(Liked { user: Some(user), limit }) => {
            limit.of(client.pages(likes::TracksOf::new(user)).items(), track_row).await
        }
        Command::Likes(Liked { user: None, limit }) => {
            limit.of(client.pages(likes::MyTracks::new()).items(), track_row).await
        }
        Command::Repost(One { track }) => {
            client.send(&reposts::RepostTrack::new(track)).await?;
            Ok(done("reposted", track))
        }
        Command::Unrepost(One { track }) => {
            client.send(&reposts::RemoveTrack::new(track)).await?;
            Ok(done("unreposted", track))
        }
        Command::Reposters(Related { track, limit }) => {
            limit.of(client.pages(reposts::UsersOfTrack::new(track)).items(), user_row).await
        }
        Command::Storefront(Card { track, product, title, link, price }) => {
            let mut set = storefront::Set::new(track, ProductType::from(product.as_str()), title, link);
            if let Some(price) = price {
                set = set.price(price);
            }
            client.send(&set).await?;
            Ok(done("track", track))
        }
    }
}

fn unstreamed(error: StreamError) -> Failure {
    let call = if let StreamError::Call(call) = &error { Some(call) } else { None };
    failed(&error, call)
}

fn unheard(error: AudioError) -> Failure {
    let call = match &error {
        AudioError::Stream(StreamError::Call(call))
        | AudioError::Playlist(call)
        | AudioError::Piece { error: call, .. } => Some(call),
        _ => None,
    };
    failed(&error, call)
}

fn not_uploaded(error: UploadError) -> Failure {
    let call = match &error {
        UploadError::Before(call) | UploadError::Call(call) => Some(call),
        UploadError::Unknown { upload, .. } => Some(&**upload),
        _ => None,
    };
    let failure = failed(&error, call);
    match &error {
        // It was looked for and is not there.
        UploadError::Call(_) => failure.finds(),
        _ => failure,
    }
}

fn comment(comment: &Comment) -> Record {
    Record::new()
        .maybe("comment", comment.urn)
        .with("user", name_of(comment.user.as_ref()))
        .with("at_s", comment.timestamp.map(|milliseconds| milliseconds as f64 / 1000.0))
        .with("body", comment.body.as_deref())
}

async fn send(upload: UploadTracks, client: &Client, session: &Session) -> Result<Output, Failure> {
    if upload.title.is_some() && upload.files.len() > 1 {
        return Err(Failure::usage("--title is for a single file"));
    }
    let artwork = upload.fields.picture().await?;
    let mut assets = Vec::new();
    // What cannot be read ends here, before anything is made.
    for file in &upload.files {
        let asset = Asset::file(file).await.map_err(|error| Failure::new(error.to_string()))?;
        if asset.is_empty() {
            return Err(Failure::file(file, "the file is empty; give a recording"));
        }
        if asset.format().is_none() {
            return Err(Failure::file(file, "this is not a recording that SoundCloud takes"));
        }
        media::is_whole(file, upload.truncated)?;
        assets.push(asset);
    }
    let (mut rows, mut made) = (Vec::new(), Vec::new());
    for (file, asset) in upload.files.iter().zip(assets) {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let bar = Bar::transfer(session, "track", asset.len());
        let mut value = Upload::new(upload.title.clone().unwrap_or(stem), asset)
            .fields(upload.fields.of(TrackFields::new()));
        if let Some(artwork) = &artwork {
            value = value.artwork(artwork.clone());
        }
        let mut job = client.upload(value).progress(bar.report());
        if !upload.no_wait {
            job = job.wait_until_ready(TRANSCODING);
        }
        let uploaded = job.send().await.map_err(|error| {
            let failure = not_uploaded(error).of(file);
            match made.as_slice() {
                [] => failure,
                made => failure.advice(format_args!(
                    "{} of {} are up: {}",
                    made.len(),
                    upload.files.len(),
                    joined(made)
                )),
            }
        })?;
        bar.finish();
        if let Some(urn) = uploaded.track.urn {
            session.made(format_args!("the track {urn}"));
            made.push(urn);
        }
        rows.push(track_row(&uploaded.track));
    }
    if let Some(playlist) = upload.playlist {
        client.add_tracks(playlist, &made).await.map_err(|error| {
            playlist::unchanged(error).advice(format_args!("the tracks are up: {}", joined(&made)))
        })?;
    }
    Ok(rows.into())
}

fn joined(urns: &[TrackUrn]) -> String {
    urns.iter().map(TrackUrn::to_string).collect::<Vec<_>>().join(", ")
}
