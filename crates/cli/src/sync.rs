//! `segno sync SCORE AUDIO`: the whole job. Reads the score, finds the second of each bar line, puts both files and the points onto
//! Soundslice, reads everything back and compares it.

use std::path::{Path, PathBuf};

use clap::Args;
use segno_soundslice::Scorehash;
use segno_syncpoint::{Crop, SyncMap};
use sha2::{Digest as _, Sha256};

use crate::accounts::Service;
use crate::arguments::To;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::media::Truncated;
use crate::output::{Output, Record};
use crate::page::{self, Page};
use crate::points::Format;
use crate::score::{Piece, Rules};
use crate::session::{self, Session, Settings};

mod journal;
mod prepare;
mod publish;
mod runner;
mod timing;

pub(crate) use journal::{Journal, Keep, Made, name};
pub(crate) use prepare::{Looked, Prepared};
pub(crate) use publish::Job;
use publish::Where;
pub(crate) use runner::Runner;
pub(crate) use timing::Certainty;

/// A score and its recording.
#[derive(Args, Debug)]
pub(crate) struct Sync {
    /// The score: MusicXML, MXL, Guitar Pro; others where the slice has its notation
    score: PathBuf,
    /// The recording: an MP3 or a video
    audio: PathBuf,
    #[command(flatten)]
    truncated: Truncated,
    /// Take the points from a file, in any format that `segno points` reads; - for standard input
    #[arg(long, value_name = "FILE", help_heading = "Where the points come from")]
    points: Option<PathBuf>,
    /// The format of that file; found out by name and content if not given
    #[arg(long, value_name = "FORMAT", help_heading = "Where the points come from")]
    from: Option<Format>,
    /// Take the seconds of the bar lines from a file, one a line; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "points", help_heading = "Where the points come from")]
    beats: Option<PathBuf>,
    /// Take the score's own tempo, a guess
    #[arg(long, conflicts_with_all = ["points", "beats"], help_heading = "Where the points come from")]
    guess: bool,
    #[command(flatten)]
    rules: Rules,
    /// How far a bar line may be off so that fewer points suffice, in seconds
    #[arg(long, default_value_t = 0.02, value_name = "SECONDS", value_parser = tolerance, allow_hyphen_values = true)]
    tolerance: f64,
    /// Make a slice of this name; the title of the score if neither this nor --slice is given
    #[arg(long, value_name = "NAME", conflicts_with = "slice", value_parser = named, help_heading = "Where it goes")]
    new: Option<String>,
    /// Put it into this slice
    #[arg(long, value_name = "HASH", help_heading = "Where it goes")]
    slice: Option<Scorehash>,
    /// Whose music it is; as the score says if not given
    #[arg(long, value_name = "NAME", value_parser = one_line, help_heading = "Where it goes")]
    artist: Option<String>,
    /// Put a new slice into this folder: its name, made at the top if it is missing, or the ID of any folder
    #[arg(long, value_name = "FOLDER", value_parser = named, help_heading = "Where it goes")]
    folder: Option<String>,
    /// The name of the recording; that of its file if not given
    #[arg(long, value_name = "NAME", value_parser = named, help_heading = "Where it goes")]
    recording: Option<String>,
    /// Replace other notation that the slice has
    #[arg(long, requires = "slice", help_heading = "Where it goes")]
    replace_notation: bool,
    /// Leave the notation of the slice as it is
    #[arg(long, requires = "slice", conflicts_with = "replace_notation", help_heading = "Where it goes")]
    keep_notation: bool,
    /// Make everything anew although an earlier run has made it
    #[arg(long, help_heading = "Where it goes")]
    again: bool,
    /// Do nothing; say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Write a page that plays the recording along the bars
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The folder of MuseScore's page images for the report, as `segno musescore score download --all` writes it
    #[arg(long, value_name = "FOLDER", requires = "report")]
    pages: Option<PathBuf>,
    /// Who runs it.
    #[arg(skip)]
    runner: Runner,
}

/// The files of one job and the names that they get.
pub(crate) struct Files {
    pub(crate) score: PathBuf,
    pub(crate) audio: PathBuf,
    pub(crate) points: Option<PathBuf>,
    pub(crate) name: Option<String>,
    pub(crate) artist: Option<String>,
    pub(crate) folder: Option<String>,
}

impl Sync {
    /// A new slice of these files.
    pub(crate) fn of(
        files: Files,
        rules: Rules,
        tolerance: f64,
        guess: bool,
        truncated: Truncated,
        runner: Runner,
    ) -> Self {
        let Files { score, audio, points, name, artist, folder } = files;
        Self {
            score,
            audio,
            guess: guess && points.is_none(),
            points,
            truncated,
            from: None,
            beats: None,
            rules,
            tolerance,
            new: name,
            slice: None,
            artist,
            folder,
            recording: None,
            replace_notation: false,
            keep_notation: false,
            again: false,
            dry_run: false,
            report: None,
            pages: None,
            runner,
        }
    }

    /// Where it goes, with the names that the score and the files give where none are given.
    fn place(&self, piece: &Piece) -> Where {
        match &self.slice {
            Some(slice) => Where::Slice {
                slice: slice.clone(),
                replace: self.replace_notation,
                keep: self.keep_notation,
            },
            None => Where::New {
                name: short(
                    &self.new.clone().or(piece.score.title.clone()).unwrap_or_else(|| stem(&self.score)),
                    255,
                ),
                artist: short(
                    &self.artist.clone().or_else(|| piece.score.composer.clone()).unwrap_or_default(),
                    255,
                ),
                folder: self.folder.clone(),
            },
        }
    }

    /// The steps on Soundslice.
    pub(crate) fn job<'a>(
        &self,
        prepared: &'a Prepared,
        client: &'a segno_soundslice::Client,
        session: &'a Session,
    ) -> Job<'a> {
        Job {
            client,
            session,
            notation: &prepared.notation,
            audio: prepared.audio.clone(),
            video: prepared.video,
            recording_name: self.recording.clone().unwrap_or_else(|| short(&stem(&self.audio), 100)),
            map: &prepared.published,
            source: &prepared.timing.source,
            place: self.place(&prepared.timing.piece),
            runner: self.runner,
        }
    }

    /// What tells this job from every other: the account, the bytes of the files, and where they go.
    pub(crate) fn parts(&self, job: &Job<'_>, account: &Target) -> Result<Vec<Vec<u8>>, Failure> {
        Ok(vec![
            account.base.clone().into_bytes(),
            account.id.clone().into_bytes(),
            job.notation.to_vec(),
            digest(&self.audio)?,
            job.place.key().into_bytes(),
        ])
    }
}

/// An account of Soundslice.
pub(crate) struct Target {
    pub(crate) base: String,
    pub(crate) id: String,
}

impl Target {
    pub(crate) fn of(settings: &Settings) -> Result<Self, Failure> {
        let base = settings.get("SOUNDSLICE_BASE_URL")?;
        Ok(Self {
            base: base.unwrap_or_else(|| "https://www.soundslice.com/api/v1/".to_owned()),
            id: settings.get("SOUNDSLICE_APP_ID")?.unwrap_or_default(),
        })
    }
}

pub(crate) async fn run(arguments: Box<Sync>, session: &Session) -> Result<Output, Failure> {
    let audio = &arguments.audio;
    arguments.report_can_be_written()?;
    let images = arguments.pages.as_deref().map(page::Images::read).transpose()?;
    let prepared = arguments.prepare(session).await?;
    let (settings, embedded) = target(session).await?;
    let client = session::soundslice(&settings)?;
    let account = Target::of(&settings)?;
    let job = arguments.job(&prepared, &client, session);
    let parts = arguments.parts(&job, &account)?;
    let mut journal = match (embedded, arguments.dry_run) {
        (true, _) => Journal::nowhere(),
        (false, true) => Journal::look(&parts, arguments.again)?,
        (false, false) => Journal::open(&parts, arguments.again)?,
    };
    if arguments.dry_run {
        return job.would_do(&journal.made).await;
    }
    let done = job.run(&mut journal).await?;
    let url = site(&account.base, done.slice.as_str());
    let Prepared { timing, published, max_error, .. } = &prepared;
    session.tell(format_args!(
        "checked    read back: notation byte for byte, {} points point for point",
        done.points
    ));

    if let Some(report) = &arguments.report {
        let page = Page {
            piece: &timing.piece,
            whole: &timing.map,
            map: published,
            crop: done.crop,
            seconds: done.seconds,
            audio,
            bars: timing.bars.as_deref(),
            source: &timing.source,
            url: (!embedded).then_some(url.as_str()),
            slice: done.slice.as_str(),
            images,
        };
        Destination::of(report)?.write(page.html(report)?.as_bytes())?;
        session.tell(format_args!("report     {}", report.display()));
    }
    Ok(Record::new()
        .text("slice", &done.slice)
        .with("url", url)
        .text("recording", done.recording)
        .with("written_bars", timing.piece.written())
        .with("played_bars", timing.piece.play.len())
        .with("points", done.points)
        .with("points_from", timing.source.clone())
        .with("max_error_ms", (max_error * 1e4).round() / 10.0)
        .with("crop_start_s", done.crop.start())
        .with("crop_end_s", done.crop.end().map(|end| (end * 1000.0).round() / 1000.0))
        .with("sandbox", embedded)
        .into())
}

impl Sync {
    /// Found out before anything is made: the page replaces no file of the job, and there is a folder for it.
    fn report_can_be_written(&self) -> Result<(), Failure> {
        let Some(report) = &self.report else { return Ok(()) };
        let page = Destination::beside(report, "--report")?;
        let points = self.points.as_ref().or(self.beats.as_ref());
        let inputs = [("score", Some(&self.score)), ("recording", Some(&self.audio)), ("points", points)];
        for (what, input) in inputs {
            if input.is_some_and(|input| page.is(input)) {
                return Err(Failure::file(
                    report,
                    format_args!("--report would replace the {what}; give another name"),
                ));
            }
        }
        Ok(())
    }
}

/// A name: one line of text that is not empty.
pub(crate) fn named(text: &str) -> Result<String, String> {
    match text.trim().is_empty() {
        true => Err("expected a name, found nothing but blanks".to_owned()),
        false => one_line(text),
    }
}

/// Text without control characters, which a service could not show.
pub(crate) fn one_line(text: &str) -> Result<String, String> {
    match text.chars().find(|c| c.is_control()) {
        Some(control) => Err(format!("expected one line of text, found {control:?} in it")),
        None => Ok(text.to_owned()),
    }
}

/// Seconds that a bar line may be off.
pub(crate) fn tolerance(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    seconds.map(f64::abs).ok_or_else(|| "expected seconds, 0 or more".to_owned())
}

/// Where it goes: the account that is known, else a sandbox inside of this command, which is said.
async fn target(session: &Session) -> Result<(Settings, bool), Failure> {
    if let Some(settings) = session.settings_if_any(Service::Soundslice).await? {
        return Ok((settings, session.general().to == Some(To::Sandbox)));
    }
    if session.general().to == Some(To::Live) {
        return session.settings(Service::Soundslice).await.map(|settings| (settings, false));
    }
    session.tell(
        "target     a sandbox inside of this command, because there are no credentials; `segno auth login soundslice` for the real \
         service",
    );
    let environment = session.sandbox().await?.environment();
    Ok((Settings::of(environment), true))
}

/// The page of a slice on the site that a base URL belongs to.
pub(crate) fn site(base: &str, slice: &str) -> String {
    let origin: String = base.split_inclusive('/').take(3).collect();
    format!("{origin}slices/{slice}/")
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn short(name: &str, limit: usize) -> String {
    name.chars().take(limit).collect()
}

/// What a recording is known by.
fn digest(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let mut file = std::fs::File::open(path).map_err(|error| Failure::file(path, error))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).map_err(|error| Failure::file(path, error))?;
        match buffer.get(..read) {
            None | Some([]) => return Ok(hash.finalize().to_vec()),
            Some(bytes) => hash.update(bytes),
        }
    }
}

/// The crop of a recording of `seconds`: a long silence before the first bar and after the last is left out.
fn crop(map: &SyncMap, seconds: Option<f64>) -> Result<Crop, Failure> {
    /// What is left of the silence, so that the first and last notes are whole.
    const MARGIN: f64 = 0.5;
    /// Silence that is longer than this is left out.
    const SILENCE: f64 = 2.0;
    let (first, last) = (map.first().time, map.last().time);
    let round = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
    let start = if first > SILENCE { round(first - MARGIN) } else { 0.0 };
    let end = match seconds {
        Some(seconds) if seconds - last > SILENCE => Some(round(last + MARGIN)),
        Some(seconds) => Some(seconds),
        None => None,
    };
    Crop::new(start, end).map_err(|fault| Failure::new(format!("the recording cannot be cropped: {fault}")))
}

#[cfg(test)]
mod tests {
    use segno_syncpoint::Syncpoint;

    use super::*;

    #[test]
    fn silence_at_the_ends_is_left_out() {
        let map = |first, last| {
            SyncMap::new([Syncpoint::bar_line(0, first), Syncpoint::bar_line(4, last)]).unwrap()
        };
        let ends = |map: &SyncMap, seconds| {
            let crop = crop(map, seconds).unwrap();
            (crop.start(), crop.end())
        };
        assert_eq!(ends(&map(0.3, 9.0), Some(10.5)), (0.0, Some(10.5)));
        assert_eq!(ends(&map(7.25, 20.0), Some(31.0)), (6.75, Some(20.5)));
        assert_eq!(ends(&map(7.25, 20.0), None), (6.75, None));
    }

    #[test]
    fn the_page_of_a_slice_is_on_the_site_of_the_base_url() {
        let slice: Scorehash = "Qm4Zt".parse().unwrap();
        assert_eq!(
            site("https://www.soundslice.com/api/v1/", slice.as_str()),
            "https://www.soundslice.com/slices/Qm4Zt/"
        );
        assert_eq!(
            site("http://127.0.0.1:8401/api/v1/", slice.as_str()),
            "http://127.0.0.1:8401/slices/Qm4Zt/"
        );
    }
}
