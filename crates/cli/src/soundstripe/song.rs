//! Songs and sound effects.

use segno_soundstripe::songs::Energy;

use super::*;
use crate::destination::Destination;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Songs by words, tags, tempo and length
    Search(Search),
    /// One song
    Get(One),
    /// The sound of a song
    Download(Download),
    /// A new code that lifts claims on YouTube, for one song in one video
    Usage(One),
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The song
    song: SongId,
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words
    words: Vec<String>,
    /// Tags of the mood; with - before it, none of these
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    mood: Vec<String>,
    /// Tags of the genre; with - before it, none of these
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    genre: Vec<String>,
    /// Tags of the instrument; with - before it, none of these
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    instrument: Vec<String>,
    /// Tags of the character; with - before it, none of these
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    characteristic: Vec<String>,
    /// The slowest tempo
    #[arg(long, value_name = "BPM")]
    bpm_min: Option<u32>,
    /// The fastest tempo
    #[arg(long, value_name = "BPM")]
    bpm_max: Option<u32>,
    /// The shortest length, in seconds
    #[arg(long, value_name = "SECONDS")]
    duration_min: Option<u32>,
    /// The longest length, in seconds
    #[arg(long, value_name = "SECONDS")]
    duration_max: Option<u32>,
    /// How energetic
    #[arg(long, value_name = "HOW")]
    energy: Option<HowEnergetic>,
    /// Only songs with an instrumental file
    #[arg(long)]
    instrumental: bool,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HowEnergetic {
    VeryLow,
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sound {
    Mp3,
    Wav,
}

#[derive(Args, Debug)]
pub(crate) struct Download {
    /// The song or the sound effect
    id: String,
    /// MP3, or WAV of 48 kHz and 24 bit
    #[arg(long = "as", value_name = "FORMAT", default_value = "mp3")]
    as_: Sound,
    /// The file to write, replaced if it exists; - for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

fn terms(words: &[String]) -> Result<Terms, Failure> {
    let invalid = |error: segno_soundstripe::TermError| Failure::usage(error.to_string());
    words.iter().try_fold(Terms::new(), |terms, word| match word.strip_prefix('-') {
        Some(word) => terms.exclude(word).map_err(invalid),
        None => terms.include(word).map_err(invalid),
    })
}

pub(super) async fn run(command: Command, client: &Client) -> Result<Output, Failure> {
    match command {
        Command::Search(search) => {
            let mut list = songs::List::new();
            if !search.words.is_empty() {
                list = list.query(search.words.join(" "));
            }
            for (words, set) in [
                (&search.mood, songs::List::mood as fn(_, _) -> _),
                (&search.genre, songs::List::genre),
                (&search.instrument, songs::List::instrument),
                (&search.characteristic, songs::List::characteristic),
            ] {
                if !words.is_empty() {
                    list = set(list, terms(words)?);
                }
            }
            for (number, set) in [
                (search.bpm_min, songs::List::bpm_min as fn(_, _) -> _),
                (search.bpm_max, songs::List::bpm_max),
                (search.duration_min, songs::List::duration_min),
                (search.duration_max, songs::List::duration_max),
            ] {
                if let Some(number) = number {
                    list = set(list, number);
                }
            }
            if let Some(energy) = search.energy {
                list = list.energy(match energy {
                    HowEnergetic::VeryLow => Energy::VeryLow,
                    HowEnergetic::Low => Energy::Low,
                    HowEnergetic::Medium => Energy::Medium,
                    HowEnergetic::High => Energy::High,
                });
            }
            if search.instrumental {
                list = list.instrumental(true);
            }
            search.limit.of(client.items(list), song_row).await
        }
        Command::Get(One { song }) => {
            let song = client.send(&songs::Get::new(&song)).await?;
            let key = song.key.as_ref().and_then(|key| key.name().map(str::to_owned));
            Ok(song_row(&song)
                .with("key", key)
                .with("explicit", song.explicit)
                .with("files", song.audio_files.len())
                .with("description", song.description.as_deref())
                .into())
        }
        Command::Download(Download { id, as_, output }) => {
            let id: SongId = id.parse().map_err(|error| Failure::usage(format!("{error}")))?;
            let output = Destination::of(&output)?;
            let song = client.send(&songs::Get::new(&id)).await?;
            let versions = song.primary_audio().map(|file| &file.versions);
            fetch(client, versions, as_, &output).await
        }
        Command::Usage(One { song }) => {
            let usage = client.send(&digital_usages::Create::new(&song)).await?;
            Ok(Record::new().text("song", song).with("youtube_code", usage.youtube_code).into())
        }
    }
}

async fn fetch(
    client: &Client,
    versions: Option<&Versions>,
    sound: Sound,
    output: &Destination,
) -> Result<Output, Failure> {
    let link = versions.and_then(|versions| match sound {
        Sound::Mp3 => versions.mp3.as_ref(),
        Sound::Wav => versions.wav.as_ref(),
    });
    let link = link.ok_or_else(|| Failure::new("there is no file in this format; try the other --as"))?;
    output.download(client.call(&segno_soundstripe::media::Download::new(link)), Failure::from).await
}

#[derive(Debug, Subcommand)]
pub(crate) enum EffectCommand {
    /// Sound effects by words and category
    Search(SearchEffects),
    /// One sound effect
    Get(OneEffect),
    /// The sound of a sound effect
    Download(Download),
    /// The categories of sound effects
    Categories,
    /// One category with its subcategories
    Category(OneCategory),
}

#[derive(Args, Debug)]
pub(crate) struct SearchEffects {
    /// Words
    words: Vec<String>,
    /// Categories, by name or ID; with - before it, none of these
    #[arg(long, value_name = "CATEGORY", allow_hyphen_values = true)]
    category: Vec<String>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct OneEffect {
    /// The sound effect
    effect: SoundEffectId,
}

#[derive(Args, Debug)]
pub(crate) struct OneCategory {
    /// The category
    category: CategoryId,
}

pub(super) async fn effects(command: EffectCommand, client: &Client) -> Result<Output, Failure> {
    match command {
        EffectCommand::Search(search) => {
            let mut list = sound_effects::List::new();
            if !search.words.is_empty() {
                list = list.query(search.words.join(" "));
            }
            if !search.category.is_empty() {
                list = list.categories(terms(&search.category)?);
            }
            search.limit.of(client.items(list), effect_row).await
        }
        EffectCommand::Get(OneEffect { effect }) => {
            let effect = client.send(&sound_effects::Get::new(&effect)).await?;
            Ok(effect_row(&effect).with("description", effect.description.as_deref()).into())
        }
        EffectCommand::Download(Download { id, as_, output }) => {
            let id: SoundEffectId = id.parse().map_err(|error| Failure::usage(format!("{error}")))?;
            let output = Destination::of(&output)?;
            let effect = client.send(&sound_effects::Get::new(&id)).await?;
            fetch(client, Some(&effect.versions), as_, &output).await
        }
        EffectCommand::Categories => {
            let list = categories::List::new().include_subcategories(true);
            Limit::ALL.of(client.items(list), category_row).await
        }
        EffectCommand::Category(OneCategory { category }) => {
            let get = categories::Get::new(&category).include_subcategories(true);
            Ok(category_row(&client.send(&get).await?).into())
        }
    }
}

fn category_row(category: &categories::Category) -> Record {
    let below: Vec<&str> = category.subcategories.iter().filter_map(|below| below.name.as_deref()).collect();
    Record::new()
        .text("category", &category.id)
        .with("name", category.name.as_deref())
        .with("subcategories", below)
}
