//! `segno sync SCORE AUDIO`: the whole job. Reads the score, finds the second of each bar line, puts both files and the points onto
//! Soundslice, reads everything back and compares it.

use std::path::{Path, PathBuf};

use clap::Args;
use segno_core::Body;
use segno_score::Format as ScoreFormat;
use segno_soundslice::Scorehash;
use segno_syncpoint::simplify::Rules as Simplify;
use segno_syncpoint::{Crop, Offset, Position, SyncMap, Syncpoint};
use sha2::{Digest as _, Sha256};

use crate::accounts::Service;
use crate::arguments::To;
use crate::failure::Failure;
use crate::media::{Media, Truncated};
use crate::output::{Output, Record};
use crate::page::{self, Page};
use crate::points::Format;
use crate::score::{Piece, Rules, Unreadable};
use crate::session::{Session, Settings};
use crate::{files, places, session};

mod journal;
mod publish;
mod runner;
mod timing;

pub(crate) use journal::{Journal, Keep, Made, name};
pub(crate) use publish::Job;
use publish::Where;
pub(crate) use runner::Runner;
pub(crate) use timing::Certainty;
use timing::Timing;

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
    /// Put a new slice into this folder, by name or ID; made if it is missing
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

/// What is read and found out before anything is made.
pub(crate) struct Prepared {
    notation: Vec<u8>,
    audio: Body,
    video: bool,
    timing: Timing,
    /// The points that suffice.
    published: SyncMap,
    /// How far a bar line is off by them, in seconds.
    max_error: f64,
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

    /// What is wrong that can be found out without listening: whether there is a score, a recording that can be sent, and, where points
    /// are given, whether they are of both.
    pub(crate) async fn check(&self, session: &Session) -> Vec<Failure> {
        let mut faults = Vec::new();
        let score = self.score().map_err(|fault| faults.push(fault));
        let media = self.media().await.map_err(|fault| faults.push(fault));
        if let Ok((_, piece)) = score
            && (self.points.is_some() || self.guess)
        {
            let seconds = media.ok().and_then(|media| media.seconds);
            let timing = Timing::find(self, piece, seconds, session).await;
            let fewer = timing.and_then(|timing| self.suffices(&timing).map(drop));
            faults.extend(fewer.err());
        }
        faults
    }

    /// The bytes of the score and what they say; what is no score ends here.
    fn score(&self) -> Result<(Vec<u8>, Piece), Failure> {
        let notation = files::read(&self.score)?;
        let piece = self.piece(&notation)?;
        Ok((notation, piece))
    }

    /// The recording; what is clearly none ends here, before anything is made.
    async fn media(&self) -> Result<Media, Failure> {
        let audio = &self.audio;
        let media = Media::open(audio, self.truncated).await?;
        let kind = files::kind(&files::start(audio)?).unwrap_or_default();
        if !media.is_video && kind != "an MP3 recording" {
            return Err(Failure::file(
                audio,
                format_args!("this is {kind}; Soundslice takes MP3 files and videos, so convert it"),
            ));
        }
        Ok(media)
    }

    /// Reads the files and finds the seconds.
    pub(crate) async fn prepare(&self, session: &Session) -> Result<Prepared, Failure> {
        let (notation, piece) = self.score()?;
        let media = self.media().await?;
        session.tell(format_args!(
            "read       {} written bars, {} played ({}){}",
            piece.written(),
            piece.play.len(),
            piece.road_map(),
            match piece.remarks() {
                0 => String::new(),
                1 => "; 1 remark: `segno score show`".to_owned(),
                count => format!("; {count} remarks: `segno score show`"),
            }
        ));

        let timing = Timing::find(self, piece, media.seconds, session).await?;
        let (published, max_error) = self.suffices(&timing)?;
        session.tell(format_args!(
            "points     {} of {} stay within {:.0} ms (at most {:.1} ms off), from {}",
            published.points().len(),
            timing.map.points().len(),
            self.tolerance * 1000.0,
            max_error * 1000.0,
            timing.source
        ));
        Ok(Prepared { notation, audio: media.body, video: media.is_video, published, max_error, timing })
    }

    /// The points that suffice, and how far a bar line is off by them, in seconds.
    fn suffices(&self, timing: &Timing) -> Result<(SyncMap, f64), Failure> {
        let fewer = timing.map.simplified(self.tolerance, &Simplify::KEEP);
        let fewer =
            fewer.map_err(|fault| Failure::new(format!("the points cannot be made fewer: {fault}")))?;
        Ok((told_exactly(&fewer.map)?, fewer.max_error))
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
        places::write(report, page.html(report)?.as_bytes())?;
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
    /// The score, if it can be what is uploaded or has its notation on Soundslice already.
    fn piece(&self, bytes: &[u8]) -> Result<Piece, Failure> {
        let piece = Piece::of(bytes, self.rules.policy()).map_err(|fault| match fault {
            Unreadable::Other(kind) => Failure::file(
                &self.score,
                format_args!(
                    "this is {kind}, not a score; give MusicXML, MXL or Guitar Pro, which Soundslice takes"
                ),
            ),
            fault => Failure::file(&self.score, fault),
        })?;
        let program = match piece.score.format {
            _ if self.keep_notation => return Ok(piece),
            ScoreFormat::Midi => "a notation program",
            ScoreFormat::Mscz | ScoreFormat::Mscx => "MuseScore",
            ScoreFormat::AlphaTex => "alphaTab",
            _ => return Ok(piece),
        };
        Err(self.runner.other_score(Failure::file(
            &self.score,
            format_args!(
                "Soundslice takes no {} files; open it in {program}, export MusicXML and give that",
                piece.score.format.name()
            ),
        )))
    }

    /// Found out before anything is made: the page replaces no file of the job, and there is a folder for it.
    fn report_can_be_written(&self) -> Result<(), Failure> {
        let Some(report) = &self.report else { return Ok(()) };
        let points = self.points.as_ref().or(self.beats.as_ref());
        let inputs = [("score", Some(&self.score)), ("recording", Some(&self.audio)), ("points", points)];
        let place = std::fs::canonicalize(report).ok();
        for (what, input) in inputs {
            let input = input.and_then(|input| std::fs::canonicalize(input).ok());
            if input.is_some() && input == place {
                return Err(Failure::file(
                    report,
                    format_args!("--report would replace the {what}; give another name"),
                ));
            }
        }
        if report.is_dir() {
            return Err(Failure::file(report, "this is a folder; give the name of a file"));
        }
        match report.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(Failure::file(
                report,
                format_args!("there is no folder {}; make it first", folder.display()),
            )),
            _ => Ok(()),
        }
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

/// The map with times to a microsecond and places to a thousandth of their 480 parts: numbers that every reader of JSON reads back
/// as they were written, so that what comes back can be compared.
fn told_exactly(map: &SyncMap) -> Result<SyncMap, Failure> {
    let round = |value: f64, steps: f64| (value * steps).round() / steps;
    let point = |point: &Syncpoint| {
        let offset = point.position.offset();
        let rounded = Offset::float(round(offset.value(), 1e3)).ok().filter(|_| offset.is_float());
        let place = rounded.and_then(|offset| Position::new(point.position.bar(), offset).ok());
        Syncpoint { position: place.unwrap_or(point.position), time: round(point.time, 1e6), ..*point }
    };
    map.rebuilt(map.points().iter().map(point).collect::<Vec<_>>())
        .map_err(|fault| Failure::new(format!("the points are too close to be told apart: {fault}")))
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
    fn what_is_published_reads_back_as_it_was() {
        let points = [
            (0, 0.0, 1.0 / 3.0),
            (3, 213.333_333_3, 12.282_493_368_700_266),
            (4, 0.0, 98.675_358_004_551_48),
        ];
        let points = points.map(|(bar, offset, time)| {
            Syncpoint::new(Position::new(bar, Offset::float(offset).unwrap()).unwrap(), time)
        });
        let map = told_exactly(&SyncMap::new(points).unwrap()).unwrap();
        let text = segno_syncpoint::wire::write(map.points());
        assert_eq!(text, "[[0,0.333333],[3,12.282493,213.333],[4,98.675358]]");
        let back: Vec<Vec<f64>> = serde_json::from_str(&text).unwrap();
        assert_eq!(back[1], [3.0, map.points()[1].time, 213.333]);
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
