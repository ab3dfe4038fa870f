//! `segno musescore`: scores, their files, times and boxes, members.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use segno_core::Body;
use segno_musescore::files::{self, File};
use segno_musescore::resolve::Resource;
use segno_musescore::scores::{self, Filters, Score, Visibility};
use segno_musescore::{
    Client, License, MidiProgram, Permission, ScoreId, UserId, VersionId, oembed, space, time, users,
};

use crate::accounts::Service;
use crate::arguments::Limit;
use crate::auth;
use crate::failure::Failure;
use crate::media::{Media, Truncated};
use crate::output::{Output, Record};
use crate::session::Session;

mod score;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Log a user in, in a browser
    Login(auth::How),
    /// Forget the login
    Logout,
    /// The user who is logged in
    Me,
    /// Scores: search, get, download, publish, change, delete
    #[command(subcommand)]
    Score(score::Command),
    /// Members and their scores
    #[command(subcommand)]
    User(UserCommand),
    /// When each bar sounds in the score's MP3
    Time(One),
    /// Where each bar stands on the pages, in pixels
    Space(One),
    /// The player of a public score, for a web page
    Oembed(Oembed),
    /// The score or member behind the URL of a page
    Resolve(Url),
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The score, a number
    score: ScoreId,
}

#[derive(Args, Debug)]
pub(crate) struct Url {
    /// The URL of a page of musescore.com
    url: String,
}

#[derive(Args, Debug)]
pub(crate) struct Oembed {
    /// The URL of the page of a score
    url: String,
    /// The greatest width in pixels
    #[arg(long, value_name = "PIXELS")]
    max_width: Option<u32>,
    /// The greatest height in pixels
    #[arg(long, value_name = "PIXELS")]
    max_height: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// One member
    Get(OneUser),
    /// The scores of a member
    Scores(Scores),
}

#[derive(Args, Debug)]
pub(crate) struct OneUser {
    /// The member, a number
    user: UserId,
}

#[derive(Args, Debug)]
pub(crate) struct Scores {
    /// The member, a number
    user: UserId,
    #[command(flatten)]
    limit: Limit,
}

pub(crate) async fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::Login(how) => return auth::log_in(Service::Musescore, how, session).await,
        Command::Logout => return auth::log_out(Service::Musescore, session).await,
        _ => {}
    }
    let client = session.musescore().await?;
    match command {
        Command::Login(_) | Command::Logout => Ok(Output::Nothing),
        Command::Me => Ok(user(&client.send(&users::Me::new()).await?).into()),
        Command::Score(command) => score::run(command, &client, session).await,
        Command::User(UserCommand::Get(OneUser { user: id })) => {
            Ok(user(&client.send(&users::Get::new(id)).await?).into())
        }
        Command::User(UserCommand::Scores(Scores { user, limit })) => {
            limit.of(client.pages(users::Scores::new(user)).items(), score::row).await
        }
        Command::Time(One { score }) => {
            let times = client.send(&time::Get::new(score)).await?;
            let rows = times.0.iter().map(|event| {
                // The names of the service, so that `segno points` and `segno sync` read it.
                Record::new().with("elid", event.measure).with("position", event.position_ms)
            });
            Ok(rows.collect::<Vec<_>>().into())
        }
        Command::Space(One { score }) => {
            Ok(score::boxes(&client.send(&space::Get::new(score)).await?).into())
        }
        Command::Oembed(Oembed { url, max_width, max_height }) => {
            let mut get = oembed::Get::new(url);
            if let Some(width) = max_width {
                get = get.max_width(width);
            }
            if let Some(height) = max_height {
                get = get.max_height(height);
            }
            let player = client.send(&get).await?;
            Ok(Record::new()
                .with("title", player.title)
                .with("author", player.author_name)
                .maybe("width", player.width)
                .with("height", player.height)
                .with("html", player.html)
                .into())
        }
        Command::Resolve(Url { url }) => match client.resolve(&url).await? {
            Resource::Score(found) => Ok(score::row(&found).into()),
            Resource::User(found) => Ok(user(&found).into()),
            _ => Err(Failure::new("the page is neither of a score nor of a member")),
        },
    }
}

fn user(user: &users::User) -> Record {
    Record::new().text("user", user.id).with("name", user.name.as_str()).with("url", user.permalink.as_str())
}
