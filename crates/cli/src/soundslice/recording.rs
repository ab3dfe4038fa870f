//! Recordings and their syncpoints.

use super::*;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The recordings of a slice in their order
    List(slice::One),
    /// Add a recording: an upload, or a link to a video or an MP3
    New(New),
    /// Change name or source of a recording
    Change(Change),
    /// Put the recordings of a slice in order; the last is the default one
    Order(Order),
    /// Send the file of a recording that was made as an upload
    Upload(Upload),
    /// Delete a recording with its syncpoints
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The recording, a number
    recording: RecordingId,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// The slice
    slice: Scorehash,
    /// Its name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    origin: Origin,
    #[command(flatten)]
    truncated: Truncated,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Origin {
    /// An MP3 or a video on this machine
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A YouTube video, by URL or ID
    #[arg(long, value_name = "VIDEO")]
    youtube: Option<String>,
    /// A Vimeo video, by ID
    #[arg(long, value_name = "VIDEO")]
    vimeo: Option<String>,
    /// A Wistia video, by ID
    #[arg(long, value_name = "VIDEO")]
    wistia: Option<String>,
    /// An MP3 at a URL
    #[arg(long, value_name = "URL")]
    mp3: Option<String>,
    /// A video file at a URL
    #[arg(long, value_name = "URL")]
    video: Option<String>,
    /// A video as an HLS playlist at a URL
    #[arg(long, value_name = "URL")]
    hls: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Change {
    /// The recording
    recording: RecordingId,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// Another URL or video ID
    #[arg(long)]
    source: Option<String>,
    /// Another HLS playlist
    #[arg(long, value_name = "URL")]
    hls: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Order {
    /// The slice
    slice: Scorehash,
    /// All its recordings
    #[arg(required = true)]
    recordings: Vec<RecordingId>,
}

#[derive(Args, Debug)]
pub(crate) struct Upload {
    /// The slice
    slice: Scorehash,
    /// The recording
    recording: RecordingId,
    /// The MP3 or video
    file: PathBuf,
    #[command(flatten)]
    truncated: Truncated,
}

pub(super) async fn run(command: Command, client: &Client, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::List(slice::One { slice }) => {
            let found = client.send(&recordings::List::new(&slice)).await?;
            Ok(found.iter().map(row).collect::<Vec<_>>().into())
        }
        Command::New(New { slice, name, origin, truncated }) => {
            let Origin { file, youtube, vimeo, wistia, mp3, video, hls } = origin;
            let (source, text) = match (&file, youtube, vimeo, wistia, mp3, video, hls) {
                (Some(_), ..) => (None, String::new()),
                (_, Some(text), ..) => (Some(Source::YouTube), text),
                (_, _, Some(text), ..) => (Some(Source::Vimeo), text),
                (_, _, _, Some(text), ..) => (Some(Source::Wistia), text),
                (_, _, _, _, Some(text), ..) => (Some(Source::Mp3Url), text),
                (_, _, _, _, _, Some(text), _) => (Some(Source::VideoUrl), text),
                (.., text) => (None, text.unwrap_or_default()),
            };
            let upload_of = match &file {
                Some(file) => Some(Media::open(file, truncated).await?),
                None => None,
            };
            let create = match (&upload_of, source) {
                (Some(media), _) if media.is_video => recordings::Create::video_upload(&slice),
                (Some(_), _) => recordings::Create::mp3_upload(&slice),
                (None, Some(source)) => recordings::Create::linked(&slice, source, text),
                (None, None) => recordings::Create::hls(&slice, text),
            };
            let create = match name {
                Some(name) => create.name(name),
                None => create,
            };
            let recording = client.send(&create).await?;
            if let Some(media) = upload_of {
                session.made(format_args!("the recording {recording}"));
                let named = |failure: Failure| {
                    failure.advice(format_args!(
                        "the recording {recording} was made and is empty: `segno soundslice recording upload {slice} {recording} FILE`"
                    ))
                };
                upload(client, session, &slice, recording, media.body).await.map_err(named)?;
            }
            Ok(Record::new().text("recording", recording).text("scorehash", slice).into())
        }
        Command::Change(Change { recording, name, source, hls }) => {
            if name.is_none() && source.is_none() && hls.is_none() {
                return Err(Failure::usage("nothing to change; give --name, --source or --hls"));
            }
            let mut change = recordings::Change::new(recording);
            if let Some(name) = name {
                change = change.name(name);
            }
            if let Some(source) = source {
                change = change.source_data(source);
            }
            if let Some(hls) = hls {
                change = change.hls_url(hls);
            }
            let changed = client.send(&change).await?;
            Ok(Record::new()
                .text("recording", changed.id)
                .with("name", changed.name)
                .with("source_data", changed.source_data)
                .with("hls_url", changed.hls_url)
                .into())
        }
        Command::Order(Order { slice, recordings }) => {
            let count = recordings.len();
            client.send(&recordings::Reorder::new(&slice, recordings)).await?;
            Ok(Record::new().text("scorehash", slice).with("ordered", count).into())
        }
        Command::Upload(Upload { slice, recording, file, truncated }) => {
            let body = Media::open(&file, truncated).await?.body;
            let bytes = body.len();
            upload(client, session, &slice, recording, body).await?;
            Ok(Record::new().text("recording", recording).with("bytes", bytes).into())
        }
        Command::Delete(One { recording }) => {
            let name = client.send(&recordings::Delete::new(recording)).await?;
            Ok(Record::new().text("deleted", recording).with("name", name).into())
        }
    }
}

async fn upload(
    client: &Client,
    session: &Session,
    slice: &Scorehash,
    recording: RecordingId,
    body: Body,
) -> Result<(), Failure> {
    let bar = Bar::transfer(session, "recording", body.len());
    let upload = MediaUpload::new(recording, body).wait(slice, PROCESSING).progress(bar.report());
    client.upload_media(upload).await.map_err(job)?;
    bar.finish();
    Ok(())
}

fn source(source: Source) -> &'static str {
    match source {
        Source::YouTube => "youtube",
        Source::Mp3Upload => "mp3 upload",
        Source::VideoUrl => "video url",
        Source::VideoUpload => "video upload",
        Source::Vimeo => "vimeo",
        Source::Wistia => "wistia",
        Source::Mp3Url => "mp3 url",
        _ => "other",
    }
}

fn row(recording: &Recording) -> Record {
    Record::new()
        .text("recording", recording.id)
        .with("name", recording.name.as_str())
        .with("source", recording.source.map_or("unknown", source))
        .maybe("status", recording.status.as_ref())
        .with("seconds", recording.cropped_duration)
        .with("points", recording.syncpoint_count)
}

#[derive(Debug, Subcommand)]
pub(crate) enum PointsCommand {
    /// The syncpoints of a recording, as JSON of Soundslice
    Get(One),
    /// Replace the syncpoints of a recording, and its crop
    Set(Set),
    /// The recordings of the account that have no syncpoints
    Missing,
}

#[derive(Args, Debug)]
pub(crate) struct Set {
    /// The recording
    recording: RecordingId,
    #[command(flatten)]
    points: Points,
    /// Where playing begins, in seconds
    #[arg(long, value_name = "SECONDS")]
    crop_start: Option<f64>,
    /// Where playing ends, in seconds
    #[arg(long, value_name = "SECONDS")]
    crop_end: Option<f64>,
}

pub(super) async fn points(
    command: PointsCommand,
    client: &Client,
    session: &Session,
) -> Result<Output, Failure> {
    match command {
        PointsCommand::Get(One { recording }) => {
            let points = client.send(&syncpoints::Get::new(recording)).await?;
            let text = serde_json::to_string(&*points).map_err(|error| Failure::new(error.to_string()))?;
            Ok(Output::Text(text + "\n"))
        }
        PointsCommand::Set(Set { recording, points, crop_start, crop_end }) => {
            let map = points.map_alone()?;
            let mut set = syncpoints::Set::new(recording, &map);
            if let Some(start) = crop_start {
                set = set.crop_start(start);
            }
            if let Some(end) = crop_end {
                set = set.crop_end(end);
            }
            client.send(&set).await?;
            let back: SyncMap = client.send(&syncpoints::Get::of(recording)).await?;
            if back.points() != map.points() {
                return Err(Failure::new(format!(
                    "the recording {recording} has other points than were set: {}",
                    wire::write(back.points())
                )));
            }
            Ok(Record::new().text("recording", recording).with("points", map.points().len()).into())
        }
        PointsCommand::Missing => {
            let mut rows = Vec::new();
            let mut all = 0_usize;
            let mut found = client.stream(&slices::List::new()).await?;
            while let Some(slice) = found.next().await {
                let slice = slice?;
                if slice.recording_count == Some(0) {
                    continue;
                }
                for recording in client.send(&recordings::List::new(&slice.scorehash)).await? {
                    all += 1;
                    if recording.syncpoint_count.unwrap_or_default() == 0 {
                        rows.push(
                            Record::new()
                                .text("scorehash", &slice.scorehash)
                                .with("slice", slice.name.as_str())
                                .text("recording", recording.id)
                                .with("name", recording.name.as_str())
                                .with("source", recording.source.map_or("unknown", source)),
                        );
                    }
                }
            }
            session.tell(format_args!("{} of {all} recordings have no syncpoints", rows.len()));
            Ok(rows.into())
        }
    }
}
