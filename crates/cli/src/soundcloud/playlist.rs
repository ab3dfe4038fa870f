//! Playlists.

use segno_soundcloud::PlaylistError;
use segno_soundcloud::playlists::PlaylistFields;

use super::track::Who;
use super::*;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Playlists with these words
    Search(Search),
    /// One playlist
    Get(One),
    /// Your own playlists
    Mine(Limit),
    /// The playlists of a user
    Of(OfUser),
    /// The tracks of a playlist, in its order
    Tracks(Tracks),
    /// Make a playlist
    New(New),
    /// Change title, description or who sees it
    Change(Change),
    /// Delete a playlist; its tracks stay
    Delete(One),
    /// Put tracks at the end of a playlist
    Add(Entries),
    /// Take tracks out of a playlist
    Remove(Entries),
    /// Put a track at another place of a playlist
    Move(Move),
    /// Like a playlist
    Like(One),
    /// Like it no longer
    Unlike(One),
    /// Repost a playlist
    Repost(One),
    /// Take a repost back
    Unrepost(One),
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words in the title
    words: Vec<String>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The playlist, a number or a URN
    playlist: PlaylistUrn,
}

#[derive(Args, Debug)]
pub(crate) struct Tracks {
    /// The playlist, a number or a URN
    playlist: PlaylistUrn,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// Its title
    title: String,
    /// What stands under the title
    #[arg(long)]
    description: Option<String>,
    /// Who sees it
    #[arg(long, value_name = "WHO")]
    sharing: Option<Who>,
    /// Its tracks
    #[arg(long, value_delimiter = ',', value_name = "TRACKS")]
    tracks: Vec<TrackUrn>,
}

#[derive(Args, Debug)]
pub(crate) struct Change {
    /// The playlist, a number or a URN
    playlist: PlaylistUrn,
    /// Another title
    #[arg(long)]
    title: Option<String>,
    /// What stands under the title
    #[arg(long)]
    description: Option<String>,
    /// Who sees it
    #[arg(long, value_name = "WHO")]
    sharing: Option<Who>,
}

#[derive(Args, Debug)]
pub(crate) struct Entries {
    /// The playlist, a number or a URN
    playlist: PlaylistUrn,
    /// The tracks, numbers or URNs
    #[arg(required = true)]
    tracks: Vec<TrackUrn>,
}

#[derive(Args, Debug)]
pub(crate) struct Move {
    /// The playlist, a number or a URN
    playlist: PlaylistUrn,
    /// The track, a number or a URN
    track: TrackUrn,
    /// Its new place, from 1
    place: usize,
}

fn fields(title: Option<String>, description: Option<String>, sharing: Option<Who>) -> PlaylistFields {
    let mut fields = PlaylistFields::new();
    if let Some(title) = title {
        fields = fields.title(title);
    }
    if let Some(description) = description {
        fields = fields.description(description);
    }
    if let Some(who) = sharing {
        fields = fields.sharing(who.sharing());
    }
    fields
}

pub(super) fn unchanged(error: PlaylistError) -> Failure {
    let call = if let PlaylistError::Call(call) = &error { Some(call) } else { None };
    failed(&error, call)
}

pub(super) async fn run(command: Command, client: &Client) -> Result<Output, Failure> {
    let changed = |result: Result<Playlist, PlaylistError>| match result {
        Ok(playlist) => Ok(playlist_row(&playlist).into()),
        Err(error) => Err(unchanged(error)),
    };
    match command {
        Command::Search(Search { words, limit }) => {
            let mut list = playlists::Search::new();
            if !words.is_empty() {
                list = list.q(words.join(" "));
            }
            limit.of(client.pages(list).items(), playlist_row).await
        }
        Command::Get(One { playlist }) => {
            let playlist = client.send(&playlists::Get::new(playlist)).await?;
            Ok(playlist_row(&playlist).with("description", playlist.description.as_deref()).into())
        }
        Command::Mine(limit) => limit.of(client.pages(playlists::Mine::new()).items(), playlist_row).await,
        Command::Of(OfUser { user, limit }) => {
            limit.of(client.pages(playlists::OfUser::new(user)).items(), playlist_row).await
        }
        Command::Tracks(Tracks { playlist, limit }) => {
            limit.of(client.pages(playlists::Tracks::new(playlist)).items(), track_row).await
        }
        Command::New(New { title, description, sharing, tracks }) => {
            let mut create = playlists::Create::new(title).fields(fields(None, description, sharing));
            if !tracks.is_empty() {
                create = create.tracks(tracks);
            }
            Ok(playlist_row(&client.send(&create).await?).into())
        }
        Command::Change(Change { playlist, title, description, sharing }) => {
            let fields = fields(title, description, sharing);
            if fields.is_empty() {
                return Err(Failure::usage("nothing to change; give --title, --description or --sharing"));
            }
            Ok(playlist_row(&client.send(&playlists::Change::new(playlist, fields)).await?).into())
        }
        Command::Delete(One { playlist }) => {
            client.send(&playlists::Delete::new(playlist)).await?;
            Ok(done("deleted", playlist))
        }
        Command::Add(Entries { playlist, tracks }) => changed(client.add_tracks(playlist, &tracks).await),
        Command::Remove(Entries { playlist, tracks }) => {
            changed(client.remove_tracks(playlist, &tracks).await)
        }
        Command::Move(Move { playlist, track, place }) => {
            changed(client.move_track(playlist, track, place.saturating_sub(1)).await)
        }
        Command::Like(One { playlist }) => {
            client.send(&likes::LikePlaylist::new(playlist)).await?;
            Ok(done("liked", playlist))
        }
        Command::Unlike(One { playlist }) => {
            client.send(&likes::UnlikePlaylist::new(playlist)).await?;
            Ok(done("unliked", playlist))
        }
        Command::Repost(One { playlist }) => {
            client.send(&reposts::RepostPlaylist::new(playlist)).await?;
            Ok(done("reposted", playlist))
        }
        Command::Unrepost(One { playlist }) => {
            client.send(&reposts::RemovePlaylist::new(playlist)).await?;
            Ok(done("unreposted", playlist))
        }
    }
}
