//! Scores.

use super::*;
use crate::destination::Destination;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Public scores with these words
    Search(Search),
    /// One score
    Get(One),
    /// The files of a score: MXL, MP3, MIDI, PDF, page images
    Download(Download),
    /// Publish a score
    Upload(Upload),
    /// Replace the file of a score, or what stands beside it
    Change(Change),
    /// Replace the MP3 of a score by one's own
    Audio(Audio),
    /// Delete a score
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words in the title, in any order
    words: Vec<String>,
    /// The words must stand together
    #[arg(long)]
    phrase: bool,
    /// Only scores of so many parts
    #[arg(long, value_name = "COUNT")]
    parts: Option<u32>,
    /// Only scores with this General MIDI program, from 0; 128 for drums
    #[arg(long, value_name = "PROGRAM")]
    program: Option<i16>,
    /// Only scores whose licence permits it
    #[arg(long, value_name = "WHAT")]
    permits: Option<Permits>,
    /// Only scores with lyrics in this language, two letters
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// The order
    #[arg(long, value_name = "ORDER", default_value = "relevance")]
    sort: Sort,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Permits {
    Sharing,
    CommercialUse,
    CommercialChanges,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    Relevance,
    Views,
    Uploaded,
    Comments,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The score, a number
    score: ScoreId,
}

#[derive(Args, Debug)]
pub(crate) struct Download {
    /// The score, a number
    score: ScoreId,
    /// Which file
    #[arg(long = "as", value_name = "FORMAT", default_value = "mxl")]
    as_: FileFormat,
    /// The file to write, replaced if it exists; - for standard output
    #[arg(long, short, value_name = "FILE", required_unless_present = "all")]
    output: Option<PathBuf>,
    /// MXL, MP3, page images, times and boxes into a folder: what `segno sync --pages` takes
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["output", "as_"])]
    all: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    Mxl,
    Mp3,
    Midi,
    Pdf,
    Mscz,
    Thumbnail,
}

#[derive(Args, Debug)]
struct Details {
    /// What stands under the title
    #[arg(long)]
    description: Option<String>,
    /// The licence, as the service names it, such as cc-by-sa
    #[arg(long, value_name = "NAME")]
    license: Option<String>,
    /// Tags, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "TAGS")]
    tags: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Upload {
    /// The score: MSCZ, MusicXML or MXL
    file: PathBuf,
    /// Its title
    #[arg(long)]
    title: String,
    /// Everybody can see it; private otherwise
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    details: Details,
}

#[derive(Args, Debug)]
pub(crate) struct Change {
    /// The score, a number
    score: ScoreId,
    /// Another file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Another title
    #[arg(long)]
    title: Option<String>,
    /// Who sees it from now on
    #[arg(long, value_name = "WHO")]
    visibility: Option<Seen>,
    /// What changed, for the list of versions
    #[arg(long, value_name = "WORDS")]
    log: Option<String>,
    #[command(flatten)]
    details: Details,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Seen {
    Public,
    Private,
}

#[derive(Args, Debug)]
pub(crate) struct Audio {
    /// The score, a number
    score: ScoreId,
    /// The version of its file; the newest if not given
    #[arg(long, value_name = "VERSION")]
    of: Option<VersionId>,
    /// The MP3
    file: PathBuf,
    #[command(flatten)]
    truncated: Truncated,
}

pub(super) fn row(score: &Score) -> Record {
    let license = score.license.as_ref().map(ToString::to_string);
    Record::new()
        .text("score", score.id)
        .with("title", score.title.as_str())
        .with("author", score.author.as_ref().map_or("", |author| author.name.as_str()))
        .with("license", license.unwrap_or_else(|| "all rights reserved".into()))
        .with("views", score.view_count)
        .with("url", score.permalink.as_str())
}

pub(super) fn boxes(boxes: &space::Boxes) -> Vec<Record> {
    let round = |value: f64| (value * 10.0).round() / 10.0;
    let rows = boxes.0.iter().map(|place| {
        let pixels = place.pixels();
        Record::new()
            .with("measure", place.measure)
            .with("page", place.page)
            .with("x", round(pixels.x))
            .with("y", round(pixels.y))
            .with("width", round(pixels.width))
            .with("height", round(pixels.height))
    });
    rows.collect()
}

fn license(name: &str) -> Result<License, Failure> {
    let known = License::ALL.iter().find(|license| license.to_string() == name);
    known.cloned().ok_or_else(|| {
        let names: Vec<String> = License::ALL.iter().map(ToString::to_string).collect();
        Failure::usage(format!("invalid licence {name:?}: expected one of {}", names.join(", ")))
    })
}

/// A file to publish, with the name that goes with it.
async fn body(file: &Path) -> Result<(String, Body), Failure> {
    let body = Body::file(file).await.map_err(|error| Failure::file(file, error))?;
    if body.is_empty() {
        return Err(Failure::file(file, "the file is empty; give a score"));
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, body))
}

pub(super) async fn run(command: Command, client: &Client, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::Search(search) => {
            let mut filters = Filters::new();
            let words = search.words.join(" ");
            if search.phrase {
                filters = filters.phrase(&words);
            } else if !words.is_empty() {
                filters = filters.text(&words);
            }
            if let Some(parts) = search.parts {
                filters = filters.parts(parts);
            }
            if let Some(program) = search.program {
                let program = MidiProgram::new(program)
                    .ok_or_else(|| Failure::usage("--program must be from 0 to 127, 128 for drums"))?;
                filters = filters.part(program);
            }
            if let Some(language) = search.language {
                filters = filters.language(language);
            }
            if let Some(permits) = search.permits {
                filters = filters.permits(match permits {
                    Permits::Sharing => Permission::Share,
                    Permits::CommercialUse => Permission::UseCommercially,
                    Permits::CommercialChanges => Permission::ModifyCommercially,
                });
            }
            filters = filters.sort(match search.sort {
                Sort::Relevance => scores::Sort::Relevance,
                Sort::Views => scores::Sort::Views,
                Sort::Uploaded => scores::Sort::Uploaded,
                Sort::Comments => scores::Sort::Comments,
            });
            search.limit.of(client.pages(scores::Search::new(filters)).items(), row).await
        }
        Command::Get(One { score }) => {
            let score = client.send(&scores::Get::new(score)).await?;
            let parts = score.metadata.as_ref().map(|metadata| metadata.parts.len());
            Ok(row(&score)
                .with("pages", score.page_count())
                .with("parts", parts)
                .with("description", score.description.as_deref())
                .with("tags", score.tags.clone())
                .into())
        }
        Command::Download(download) => self::download(download, client, session).await,
        Command::Upload(Upload { file, title, public, details }) => {
            let (name, body) = body(&file).await?;
            let visibility = if public { Visibility::Public } else { Visibility::Private };
            let mut create = scores::Create::new(title, name, body, visibility);
            if let Some(description) = details.description {
                create = create.description(description);
            }
            if let Some(name) = details.license {
                create = create.license(license(&name)?);
            }
            if !details.tags.is_empty() {
                create = create.tags(details.tags);
            }
            Ok(row(&client.send(&create).await?).into())
        }
        Command::Change(Change { score, file, title, visibility, log, details }) => {
            let mut update = scores::Update::new(score);
            if let Some(file) = file {
                let (name, body) = body(&file).await?;
                update = update.file(name, body);
            }
            if let Some(title) = title {
                update = update.title(title);
            }
            if let Some(seen) = visibility {
                update = update.visibility(match seen {
                    Seen::Public => Visibility::Public,
                    Seen::Private => Visibility::Private,
                });
            }
            if let Some(log) = log {
                update = update.revision_log(log);
            }
            if let Some(description) = details.description {
                update = update.description(description);
            }
            if let Some(name) = details.license {
                update = update.license(license(&name)?);
            }
            if !details.tags.is_empty() {
                update = update.tags(details.tags);
            }
            Ok(row(&client.send(&update).await?).into())
        }
        Command::Audio(Audio { score, of, file, truncated }) => {
            let body = Media::open(&file, truncated).await?.body;
            let version = match of {
                Some(version) => version,
                None => client
                    .send(&scores::Get::new(score))
                    .await?
                    .vid
                    .ok_or_else(|| Failure::new("the service does not tell the version; give --of"))?,
            };
            let bytes = body.len();
            let sent = client.upload_mp3(score, version, body).await;
            sent.map_err(|error| Failure::of_call("musescore", error.error(), &error))?;
            Ok(Record::new().text("score", score).with("bytes", bytes).into())
        }
        Command::Delete(One { score }) => {
            client.send(&scores::Delete::new(score)).await?;
            Ok(Record::new().text("deleted", score).into())
        }
    }
}

async fn download(download: Download, client: &Client, session: &Session) -> Result<Output, Failure> {
    let output = download.output.as_deref().map(Destination::of).transpose()?;
    let score = client.send(&scores::Get::new(download.score)).await?;
    if let Some(folder) = download.all {
        std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
        let mut rows = Vec::new();
        let mut files: Vec<(String, files::Get)> = vec![
            ("score.mxl".into(), files::Get::of(&score, File::MusicXml)),
            ("audio.mp3".into(), files::Get::of(&score, File::Mp3)),
        ];
        let pages = files::Get::pages(&score).enumerate();
        files.extend(pages.map(|(page, get)| (format!("page-{}.png", page + 1), get)));
        for (name, get) in files {
            let path = folder.join(&name);
            if let Output::One(row) =
                Destination::of(&path)?.download(client.call(&get), Failure::from).await?
            {
                rows.push(row);
            }
        }
        let times = client.send(&time::Get::new(score.id)).await?;
        let events = times
            .0
            .iter()
            .map(|event| Record::new().with("elid", event.measure).with("position", event.position_ms));
        let boxes = boxes(&client.send(&space::Get::new(score.id)).await?);
        for (name, records) in [("times.json", events.collect::<Vec<_>>()), ("boxes.json", boxes)] {
            let path = folder.join(name);
            let text = serde_json::to_vec(&records).map_err(|error| Failure::new(error.to_string()))?;
            Destination::of(&path)?.write(&text)?;
            rows.push(Record::new().text("file", path.display()).with("bytes", text.len()));
        }
        return Ok(rows.into());
    }
    let file = match download.as_ {
        FileFormat::Mxl => File::MusicXml,
        FileFormat::Mp3 => File::Mp3,
        FileFormat::Midi => File::Midi,
        FileFormat::Pdf => File::Pdf,
        FileFormat::Mscz => File::MuseScore,
        FileFormat::Thumbnail => File::Thumbnail,
    };
    let Some(output) = output else { return Err(Failure::usage("--output is missing")) };
    let get = files::Get::of(&score, file);
    let got = output.download(client.call(&get), |error| {
        if files::is_unavailable(&error) {
            Failure::new(format!("the score {} has no such file", score.id))
        } else {
            error.into()
        }
    });
    let got = got.await?;
    session.tell(format_args!("{} of score {}", file, score.id));
    Ok(got)
}
