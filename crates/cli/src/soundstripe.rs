//! `segno soundstripe`: songs, sound effects, playlists, Supe searches and webhooks.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use segno_soundstripe::ids::{
    CategoryId, PlaylistId, PrivatePlaylistId, SongId, SoundEffectId, SupeAssetId, SupeSearchId,
};
use segno_soundstripe::media::Versions;
use segno_soundstripe::songs::{self, Song};
use segno_soundstripe::sound_effects::{self, SoundEffect};
use segno_soundstripe::{
    Client, Terms, categories, digital_usages, playlist_categories, playlists, private_playlists,
    supe_assets, supe_searches, tags,
};

use crate::arguments::Limit;
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::session::Session;

mod collection;
mod song;
mod supe;
mod webhook;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Songs: search, get, download, a code for YouTube
    #[command(subcommand)]
    Song(song::Command),
    /// Sound effects: search, get, download, categories
    #[command(subcommand)]
    Effect(song::EffectCommand),
    /// The tags that songs have
    Tags(Tags),
    /// Curated playlists
    #[command(subcommand)]
    Playlist(collection::Command),
    /// Your own playlists
    #[command(subcommand)]
    Private(collection::PrivateCommand),
    /// Searches by text, pictures and video
    #[command(subcommand)]
    Supe(supe::Command),
    /// Deliveries of finished searches
    #[command(subcommand)]
    Webhook(webhook::Command),
}

#[derive(Args, Debug)]
pub(crate) struct Tags {
    /// Only those of one category
    #[arg(long, value_name = "CATEGORY")]
    category: Option<Category>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Category {
    Characteristic,
    Genre,
    Instrument,
    Mood,
}

pub(crate) async fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    if let Command::Webhook(command) = command {
        return webhook::run(command, session).await;
    }
    let client = session.soundstripe().await?;
    match command {
        Command::Song(command) => song::run(command, &client).await,
        Command::Effect(command) => song::effects(command, &client).await,
        Command::Tags(Tags { category, limit }) => {
            let mut list = tags::List::new();
            if let Some(category) = category {
                list = list.category(match category {
                    Category::Characteristic => tags::TagCategory::Characteristic,
                    Category::Genre => tags::TagCategory::Genre,
                    Category::Instrument => tags::TagCategory::Instrument,
                    Category::Mood => tags::TagCategory::Mood,
                });
            }
            limit
                .of(client.items(list), |tag| {
                    Record::new()
                        .text("tag", &tag.id)
                        .with("name", tag.name.as_deref())
                        .maybe("category", tag.category.as_ref())
                })
                .await
        }
        Command::Playlist(command) => collection::run(command, &client).await,
        Command::Private(command) => collection::private(command, &client).await,
        Command::Supe(command) => supe::run(command, &client, session).await,
        Command::Webhook(_) => Ok(Output::Nothing),
    }
}

fn song_row(song: &Song) -> Record {
    let artists: Vec<&str> = song.artists.iter().filter_map(|artist| artist.name.as_deref()).collect();
    Record::new()
        .text("song", &song.id)
        .with("title", song.title.as_deref())
        .with("artists", artists.join(", "))
        .with("bpm", song.bpm)
        .with("seconds", song.primary_audio().and_then(|file| file.duration))
}

fn effect_row(effect: &SoundEffect) -> Record {
    Record::new()
        .text("effect", &effect.id)
        .with("title", effect.title.as_deref())
        .with("category", effect.primary_category.as_deref())
        .with("seconds", effect.duration)
}
