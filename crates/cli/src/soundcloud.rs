//! `segno soundcloud`: tracks, playlists, users and what one does with them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use segno_core::Method;
use segno_core::client::Raw;
use segno_soundcloud::comments::{self, Comment};
use segno_soundcloud::playlists::{self, Playlist};
use segno_soundcloud::tracks::{self, Track};
use segno_soundcloud::users::{self, User};
use segno_soundcloud::{
    ApiError, Client, Error, PlaylistUrn, Sharing, TrackUrn, UserUrn, feed, follows, likes, me, oembed,
    reposts, resolve, storefront, streams,
};

use crate::accounts::Service;
use crate::arguments::Limit;
use crate::auth;
use crate::failure::Failure;
use crate::media::{self, Truncated};
use crate::output::{Output, Record};
use crate::progress::Bar;
use crate::session::Session;

mod playlist;
mod track;
mod user;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Log a user in, in a browser
    Login(auth::How),
    /// Forget the login, and tell SoundCloud
    Logout,
    /// The user who is logged in
    Me,
    /// Tracks: search, get, upload, change, delete, download, comment, like, repost
    #[command(subcommand)]
    Track(Box<track::Command>),
    /// Playlists: search, get, make, change, delete, and their tracks
    #[command(subcommand)]
    Playlist(playlist::Command),
    /// Users: search, get, follow
    #[command(subcommand)]
    User(user::Command),
    /// What the users you follow posted
    Feed(Feed),
    /// What happened to you: likes, reposts, comments, followers
    Activities(Limit),
    /// What you heard lately
    History(Limit),
    /// The track, playlist or user behind a URL of the site
    Resolve(Url),
    /// The player of a URL of the site, for a web page
    Oembed(Url),
}

#[derive(Args, Debug)]
pub(crate) struct Url {
    /// The URL on soundcloud.com
    url: String,
}

#[derive(Args, Debug)]
pub(crate) struct Feed {
    /// Tracks only
    #[arg(long)]
    tracks: bool,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct OfUser {
    /// The user, a number or a URN
    user: UserUrn,
    #[command(flatten)]
    limit: Limit,
}

pub(crate) async fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::Login(how) => return auth::log_in(Service::Soundcloud, how, session).await,
        Command::Logout => return auth::log_out(Service::Soundcloud, session).await,
        _ => {}
    }
    let client = session.soundcloud().await?;
    match command {
        Command::Login(_) | Command::Logout => Ok(Output::Nothing),
        Command::Me => {
            let me = client.send(&me::Get::new()).await?;
            Ok(Record::new()
                .maybe("user", me.urn)
                .with("username", me.username.as_deref())
                .with("followers", me.followers_count)
                .with("tracks", me.track_count)
                .with("private_tracks", me.private_tracks_count)
                .with("upload_seconds_left", me.upload_seconds_left())
                .into())
        }
        Command::Track(command) => track::run(*command, &client, session).await,
        Command::Playlist(command) => playlist::run(command, &client).await,
        Command::User(command) => user::run(command, &client).await,
        Command::Feed(Feed { tracks: true, limit }) => {
            limit.of(client.pages(feed::FeedTracks::new()).items(), activity).await
        }
        Command::Feed(Feed { limit, .. }) => {
            limit.of(client.pages(feed::Feed::new()).items(), activity).await
        }
        Command::Activities(limit) => {
            limit.of(client.pages(feed::OwnActivities::new()).items(), activity).await
        }
        Command::History(limit) => limit.of(client.pages(me::RecentlyPlayed::new()).items(), track_row).await,
        Command::Resolve(Url { url }) => {
            let found = client.send(&resolve::Resolve::new(url)).await?;
            Ok(Record::new().text("urn", found.urn).with("private", found.secret_token.is_some()).into())
        }
        Command::Oembed(Url { url }) => {
            let player = client.send(&oembed::Get::new(url)).await?;
            Ok(Record::new()
                .with("title", player.title)
                .with("author", player.author_name)
                .with("height", player.height)
                .with("html", player.html.as_str())
                .into())
        }
    }
}

/// A job of several calls that failed, in its own words, and the call behind it.
fn failed(error: impl std::fmt::Display, call: Option<&Error>) -> Failure {
    match call {
        Some(call) => Failure::of_call("soundcloud", call, error),
        None => Failure::new(error.to_string()),
    }
}

fn activity(activity: &feed::Activity) -> Record {
    let (what, title) = match &activity.origin {
        Some(feed::Origin::Track(track)) => (track.urn.map(|urn| urn.to_string()), track.title.clone()),
        Some(feed::Origin::Playlist(playlist)) => {
            (playlist.urn.map(|urn| urn.to_string()), playlist.title.clone())
        }
        _ => (None, None),
    };
    Record::new()
        .maybe("kind", activity.kind.as_ref())
        .maybe("at", activity.created_at)
        .with("urn", what)
        .with("title", title)
}

fn name_of(user: Option<&User>) -> Option<&str> {
    user.and_then(|user| user.username.as_deref())
}

fn track_row(track: &Track) -> Record {
    Record::new()
        .maybe("track", track.urn)
        .with("title", track.title.as_deref())
        .with("user", name_of(track.user.as_ref()))
        .with("seconds", track.duration.map(|milliseconds| milliseconds as f64 / 1000.0))
        .maybe("sharing", track.sharing.as_ref())
        .with("url", track.permalink_url.as_ref().map(|url| url.as_str()))
}

fn playlist_row(playlist: &Playlist) -> Record {
    Record::new()
        .maybe("playlist", playlist.urn)
        .with("title", playlist.title.as_deref())
        .with("user", name_of(playlist.user.as_ref()))
        .with("tracks", playlist.track_count)
        .maybe("sharing", playlist.sharing.as_ref())
        .with("url", playlist.permalink_url.as_ref().map(|url| url.as_str()))
}

fn user_row(user: &User) -> Record {
    Record::new()
        .maybe("user", user.urn)
        .with("username", user.username.as_deref())
        .with("followers", user.followers_count)
        .with("tracks", user.track_count)
        .with("city", user.city.as_deref())
        .with("url", user.permalink_url.as_deref())
}

/// What a command says that has no more to say than that it is done.
fn done(what: &'static str, which: impl std::fmt::Display) -> Output {
    Record::new().text(what, which).into()
}
