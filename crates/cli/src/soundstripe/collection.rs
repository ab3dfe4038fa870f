//! Curated playlists, and those of the account.

use segno_soundstripe::private_playlists::{MediaType, PrivatePlaylist};

use super::*;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The curated playlists
    List(List),
    /// One playlist
    Get(One),
    /// The songs of a playlist
    Songs(Songs),
    /// The categories of playlists
    Categories,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Playlists of sound effects
    #[arg(long)]
    effects: bool,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The playlist
    playlist: PlaylistId,
}

#[derive(Args, Debug)]
pub(crate) struct Songs {
    /// The playlist
    playlist: PlaylistId,
    #[command(flatten)]
    limit: Limit,
}

fn row(playlist: &playlists::Playlist) -> Record {
    Record::new()
        .text("playlist", &playlist.id)
        .with("name", playlist.name.as_deref())
        .with("seconds", playlist.duration)
        .with("description", playlist.description.as_deref())
}

pub(super) async fn run(command: Command, client: &Client) -> Result<Output, Failure> {
    match command {
        Command::List(List { effects, limit }) => {
            let mut list = playlists::List::new();
            if effects {
                list = list.media_type(MediaType::SoundEffects);
            }
            limit.of(client.items(list), row).await
        }
        Command::Get(One { playlist }) => {
            Ok(row(&client.send(&playlists::Get::new(&playlist)).await?).into())
        }
        Command::Songs(Songs { playlist, limit }) => {
            limit.of(client.items(playlists::Songs::new(&playlist)), song_row).await
        }
        Command::Categories => {
            let all = Limit::ALL;
            all.of(client.items(playlist_categories::List::new()), |category| {
                Record::new().text("category", &category.id).with("name", category.name.as_deref())
            })
            .await
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum PrivateCommand {
    /// Your playlists
    List(Limit),
    /// One of your playlists
    Get(OnePrivate),
    /// Make a playlist
    New(New),
    /// Change name, description or whether it is published
    Change(Change),
    /// Delete a playlist
    Delete(OnePrivate),
    /// Put songs or sound effects into a playlist
    Add(Entries),
    /// Take songs or sound effects out of a playlist
    Remove(Entries),
}

#[derive(Args, Debug)]
pub(crate) struct OnePrivate {
    /// The playlist
    playlist: PrivatePlaylistId,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// Its name
    name: String,
    /// A description
    #[arg(long)]
    description: Option<String>,
    /// It is of sound effects
    #[arg(long)]
    effects: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Change {
    /// The playlist
    playlist: PrivatePlaylistId,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// Another description; an empty one removes it
    #[arg(long)]
    description: Option<String>,
    /// Whether it is published
    #[arg(long, value_name = "YES_OR_NO")]
    shareable: Option<bool>,
}

#[derive(Args, Debug)]
pub(crate) struct Entries {
    /// The playlist
    playlist: PrivatePlaylistId,
    /// The songs
    #[arg(long, value_delimiter = ',', value_name = "SONGS", required_unless_present = "effects")]
    songs: Vec<SongId>,
    /// The sound effects
    #[arg(long, value_delimiter = ',', value_name = "EFFECTS", conflicts_with = "songs")]
    effects: Vec<SoundEffectId>,
}

fn private_row(playlist: &PrivatePlaylist) -> Record {
    Record::new()
        .text("playlist", &playlist.id)
        .with("name", playlist.name.as_deref())
        .maybe("media_type", playlist.media_type.as_ref())
        .with("entries", playlist.song_ids.len() + playlist.sound_effect_ids.len())
        .with("description", playlist.description.as_deref())
}

pub(super) async fn private(command: PrivateCommand, client: &Client) -> Result<Output, Failure> {
    let playlist = match command {
        PrivateCommand::List(limit) => {
            return limit.of(client.items(private_playlists::List::new()), private_row).await;
        }
        PrivateCommand::Get(OnePrivate { playlist }) => {
            client.send(&private_playlists::Get::new(&playlist)).await?
        }
        PrivateCommand::New(New { name, description, effects }) => {
            let mut create = private_playlists::Create::new(name);
            if let Some(description) = description {
                create = create.description(description);
            }
            if effects {
                create = create.media_type(MediaType::SoundEffects);
            }
            client.send(&create).await?
        }
        PrivateCommand::Change(Change { playlist, name, description, shareable }) => {
            if name.is_none() && description.is_none() && shareable.is_none() {
                return Err(Failure::usage("nothing to change; give --name, --description or --shareable"));
            }
            let mut update = private_playlists::Update::new(&playlist);
            if let Some(name) = name {
                update = update.name(name);
            }
            if let Some(description) = description {
                update = update.description(Some(description).filter(|text| !text.is_empty()));
            }
            if let Some(shareable) = shareable {
                update = update.shareable(shareable);
            }
            client.send(&update).await?
        }
        PrivateCommand::Delete(OnePrivate { playlist }) => {
            client.send(&private_playlists::Delete::new(&playlist)).await?;
            return Ok(Record::new().text("deleted", playlist).into());
        }
        PrivateCommand::Add(Entries { playlist, songs, effects }) => {
            if effects.is_empty() {
                client.send(&private_playlists::AddSongs::new(&playlist, songs)).await?
            } else {
                client.send(&private_playlists::AddSoundEffects::new(&playlist, effects)).await?
            }
        }
        PrivateCommand::Remove(Entries { playlist, songs, effects }) => {
            if effects.is_empty() {
                client.send(&private_playlists::RemoveSongs::new(&playlist, songs)).await?;
            } else {
                client.send(&private_playlists::RemoveSoundEffects::new(&playlist, effects)).await?;
            }
            client.send(&private_playlists::Get::new(&playlist)).await?
        }
    };
    Ok(private_row(&playlist).into())
}
