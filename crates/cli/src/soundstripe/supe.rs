//! Supe: searches by text, pictures and video.

use segno_soundstripe::supe_assets::Asset;
use segno_soundstripe::supe_searches::Search;
use serde_json::Value;

use super::*;
use crate::progress::Bar;

/// How long a search or an asset may take.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a search and wait for its songs
    Search(Start),
    /// A search and its songs
    Get(One),
    /// Wait until a search is finished
    Wait(One),
    /// Upload a picture or a video to search by
    Upload(Upload),
    /// What became of an upload
    Asset(OneAsset),
}

#[derive(Args, Debug)]
pub(crate) struct Start {
    /// What the music is like
    words: Vec<String>,
    /// The scene or project
    #[arg(long, value_name = "WORDS")]
    context: Option<String>,
    /// Pictures and videos that were uploaded
    #[arg(long, value_delimiter = ',', value_name = "ASSETS")]
    assets: Vec<SupeAssetId>,
    /// Where the service delivers the result; required by it, also if nobody listens there
    #[arg(long, value_name = "URL")]
    callback_url: String,
    /// Do not wait for the songs
    #[arg(long)]
    no_wait: bool,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The search
    search: SupeSearchId,
}

#[derive(Args, Debug)]
pub(crate) struct Upload {
    /// The picture or video
    file: PathBuf,
    /// Do not wait until it is processed
    #[arg(long)]
    no_wait: bool,
}

#[derive(Args, Debug)]
pub(crate) struct OneAsset {
    /// The upload
    asset: SupeAssetId,
}

fn found(search: &Search) -> Output {
    let songs: Vec<&str> = search.songs.iter().filter_map(|song| song.title.as_deref()).collect();
    let ids: Vec<String> = search.song_ids.iter().map(ToString::to_string).collect();
    Record::new()
        .text("search", &search.id)
        .maybe("status", search.status.as_ref())
        .with("songs", ids)
        .with("titles", songs)
        .into()
}

fn uploaded(asset: &Asset) -> Output {
    Record::new().text("asset", &asset.id).maybe("state", asset.state.as_ref()).into()
}

pub(super) async fn run(command: Command, client: &Client, session: &Session) -> Result<Output, Failure> {
    let late = |id: &dyn std::fmt::Display, error: supe_searches::WaitError| {
        Failure::new(error.to_string()).advice(format_args!("look later: {id}"))
    };
    match command {
        Command::Search(start) => {
            let mut create = supe_searches::Create::new(start.callback_url);
            if !start.words.is_empty() {
                create = create.query(start.words.join(" "));
            }
            if let Some(context) = start.context {
                create = create.context(Value::String(context));
            }
            if !start.assets.is_empty() {
                create = create.assets(start.assets);
            }
            let submission = client.send(&create).await?;
            let search = submission.search();
            if start.no_wait || search.is_finished() {
                return Ok(found(search));
            }
            let bar = Bar::wait(session, "searching");
            let id = search.id.clone();
            let search = client.wait_for_search(&id, PATIENCE).await.map_err(|error| late(&id, error))?;
            bar.finish();
            Ok(found(&search))
        }
        Command::Get(One { search }) => Ok(found(&client.send(&supe_searches::Get::new(&search)).await?)),
        Command::Wait(One { search }) => {
            let found_ =
                client.wait_for_search(&search, PATIENCE).await.map_err(|error| late(&search, error))?;
            Ok(found(&found_))
        }
        Command::Upload(Upload { file, no_wait }) => {
            let upload =
                supe_assets::Upload::file(&file).await.map_err(|error| Failure::file(&file, error))?;
            let asset = client.send(&upload).await?;
            if no_wait || asset.is_finished() {
                return Ok(uploaded(&asset));
            }
            let id = asset.id.clone();
            let asset = client.wait_for_asset(&id, PATIENCE).await.map_err(|error| late(&id, error))?;
            Ok(uploaded(&asset))
        }
        Command::Asset(OneAsset { asset }) => {
            Ok(uploaded(&client.send(&supe_assets::Get::new(&asset)).await?))
        }
    }
}
