//! Slices and their notation.

use super::*;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// All slices of the account
    List(List),
    /// One slice
    Get(One),
    /// Make a slice, without notation and recordings
    New(New),
    /// Put a slice into a folder
    Move(Move),
    /// Copy a slice with its notation, recordings and syncpoints
    Duplicate(One),
    /// Delete a slice with its recordings
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The slice, such as Qm4Zt
    pub(super) slice: Scorehash,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only slices whose name or artist has these words
    #[arg(long, short, value_name = "WORDS")]
    search: Option<String>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// Its name
    name: String,
    /// Whose music it is
    #[arg(long)]
    artist: Option<String>,
    /// Its folder; the root folder by default
    #[arg(long, value_name = "ID")]
    folder: Option<FolderId>,
    /// Everybody who knows the URL can see it
    #[arg(long)]
    secret_url: bool,
    /// Where it may be embedded
    #[arg(long, value_name = "WHERE")]
    embed: Option<Embed>,
    /// It may be printed
    #[arg(long)]
    print: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Embed {
    Off,
    AnyDomain,
    AllowlistedDomains,
}

#[derive(Args, Debug)]
pub(crate) struct Move {
    /// The slice
    slice: Scorehash,
    /// The folder; the root folder if it is not given
    folder: Option<FolderId>,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<Output, Failure> {
    match command {
        Command::List(List { search, limit }) => {
            let words = search.map(|words| words.to_lowercase());
            let has = |slice: &Slice| {
                words.as_ref().is_none_or(|words| {
                    slice.name.to_lowercase().contains(words) || slice.artist.to_lowercase().contains(words)
                })
            };
            let mut found = client.stream(&slices::List::new()).await?;
            let mut first = limit.first();
            while let Some(slice) = found.next().await {
                let slice = slice?;
                if has(&slice) && !first.take(|| row(&slice)) {
                    break;
                }
            }
            Ok(first.into())
        }
        Command::Get(One { slice }) => {
            let slice = client.send(&slices::Get::new(&slice)).await?;
            let url = format!("https://www.soundslice.com{}", slice.url.as_deref().unwrap_or_default());
            Ok(row(&slice)
                .text("status", slice.status.map_or("unknown", status))
                .with("can_print", slice.can_print)
                .with("url", slice.url.is_some().then_some(url))
                .maybe("embed_url", slice.embed_url)
                .into())
        }
        Command::New(New { name, artist, folder, secret_url, embed, print }) => {
            let mut create = slices::Create::new().name(name);
            if let Some(artist) = artist {
                create = create.artist(artist);
            }
            if let Some(folder) = folder {
                create = create.folder(folder);
            }
            if secret_url {
                create = create.status(Status::SecretUrl);
            }
            if let Some(embed) = embed {
                create = create.embed_status(match embed {
                    Embed::Off => EmbedStatus::Off,
                    Embed::AnyDomain => EmbedStatus::AnyDomain,
                    Embed::AllowlistedDomains => EmbedStatus::AllowlistedDomains,
                });
            }
            if print {
                create = create.print_status(PrintStatus::Allowed);
            }
            Ok(created(client.send(&create).await?).into())
        }
        Command::Move(Move { slice, folder }) => {
            let folder = client.send(&slices::Move::new(&slice, folder)).await?;
            Ok(Record::new().text("scorehash", slice).maybe("folder", folder).into())
        }
        Command::Duplicate(One { slice }) => {
            Ok(created(client.send(&slices::Duplicate::new(&slice)).await?).into())
        }
        Command::Delete(One { slice }) => {
            let deleted = client.send(&slices::Delete::new(&slice)).await?;
            Ok(Record::new()
                .text("deleted", slice)
                .with("name", deleted.name)
                .with("artist", deleted.artist)
                .into())
        }
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Private => "private",
        Status::SecretUrl => "secret URL",
        _ => "other",
    }
}

fn row(slice: &Slice) -> Record {
    Record::new()
        .text("scorehash", &slice.scorehash)
        .with("name", slice.name.as_str())
        .with("artist", slice.artist.as_str())
        .maybe("folder", slice.folder_id.as_ref())
        .with("has_notation", slice.has_notation)
        .with("recordings", slice.recording_count)
}

fn created(created: slices::Created) -> Record {
    Record::new().text("scorehash", created.scorehash).maybe("url", created.url)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Notation {
    /// Put a score into a slice and wait until it is processed
    Upload(Upload),
    /// The file that was uploaded last
    Download(Download),
    /// The notation as MusicXML, as it is now
    Musicxml(Download),
}

#[derive(Args, Debug)]
pub(crate) struct Upload {
    /// The slice
    slice: Scorehash,
    /// MusicXML, Guitar Pro, PowerTab or TuxGuitar
    file: PathBuf,
    /// Do not wait until it is processed
    #[arg(long)]
    no_wait: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Download {
    /// The slice
    slice: Scorehash,
    /// The file to write, replaced if it exists; - for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub(super) async fn notation(
    command: Notation,
    client: &Client,
    session: &Session,
) -> Result<Output, Failure> {
    match command {
        Notation::Upload(Upload { slice, file, no_wait }) => {
            let body = Body::file(&file).await.map_err(|error| Failure::file(&file, error))?;
            let bytes = body.len();
            let has = client.send(&slices::Get::new(&slice)).await?.has_notation == Some(true);
            let bar = Bar::transfer(session, "notation", bytes);
            let mut upload = NotationUpload::new(&slice, body).progress(bar.report());
            // What replaces notation cannot be seen coming.
            let waits = !no_wait && !has;
            if waits {
                upload = upload.wait(PROCESSING);
            }
            client.upload_notation(upload).await.map_err(job)?;
            bar.finish();
            Ok(Record::new().text("scorehash", slice).with("bytes", bytes).with("processed", waits).into())
        }
        Notation::Download(Download { slice, output }) => {
            let output = Destination::of(&output)?;
            let none = || Failure::new(format!("the slice {slice} has no original file"));
            let url = client.send(&notation::Original::new(&slice)).await?.ok_or_else(none)?;
            let get = segno_soundslice::storage::Get::new(url);
            output.download(client.call(&get), Failure::from).await
        }
        Notation::Musicxml(Download { slice, output }) => {
            let output = Destination::of(&output)?;
            let none = || Failure::new(format!("there is no slice {slice}, or it has no notation"));
            let text = client.send(&slices::MusicXml::new(&slice)).await?.ok_or_else(none)?;
            output.write(text.as_bytes())?;
            Ok(output.downloaded(text.len() as u64))
        }
    }
}
