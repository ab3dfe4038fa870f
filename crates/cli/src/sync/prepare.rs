//! What is read and found out before anything is made.

use std::collections::HashMap;
use std::path::PathBuf;

use segno_core::Body;
use segno_score::Format as ScoreFormat;
use segno_syncpoint::simplify::Rules as Simplify;
use segno_syncpoint::{Offset, Position, SyncMap, Syncpoint};

use super::Sync;
use super::timing::Timing;
use crate::failure::Failure;
use crate::files;
use crate::media::Media;
use crate::score::{Piece, Unreadable};
use crate::session::Session;

/// What is read and found out before anything is made.
pub(crate) struct Prepared {
    pub(super) notation: Vec<u8>,
    pub(super) audio: Body,
    pub(super) video: bool,
    pub(super) timing: Timing,
    /// The points that suffice.
    pub(super) published: SyncMap,
    /// How far a bar line is off by them, in seconds.
    pub(super) max_error: f64,
}

/// What was found out about files that many pieces may have: one that is named again is not read again.
#[derive(Default)]
pub(crate) struct Looked {
    /// The last score, as scores are large: pieces of one score are looked into one after another.
    score: Option<(PathBuf, Result<Piece, String>)>,
    /// How long the recordings last, if that is known.
    media: HashMap<PathBuf, Result<Option<f64>, String>>,
}

impl Looked {
    fn score(&mut self, sync: &Sync) -> Result<Piece, String> {
        match &self.score {
            Some((path, known)) if *path == sync.score => known.clone(),
            _ => {
                let read = sync.score().map(|(_, piece)| piece).map_err(|fault| fault.to_string());
                self.score.insert((sync.score.clone(), read)).1.clone()
            }
        }
    }

    async fn media(&mut self, sync: &Sync) -> Result<Option<f64>, String> {
        if let Some(known) = self.media.get(&sync.audio) {
            return known.clone();
        }
        let read = sync.media().await.map(|media| media.seconds).map_err(|fault| fault.to_string());
        self.media.insert(sync.audio.clone(), read.clone());
        read
    }
}

impl Sync {
    /// What is wrong that can be found out without listening: whether there is a score, a recording that can be sent, and, where points
    /// are given, whether they are of both.
    pub(crate) async fn check(&self, looked: &mut Looked, session: &Session) -> Vec<String> {
        let score = looked.score(self);
        let media = looked.media(self).await;
        let mut faults: Vec<String> = score.clone().err().into_iter().chain(media.clone().err()).collect();
        if let Ok(piece) = score
            && (self.points.is_some() || self.guess)
        {
            let timing = Timing::find(self, piece, media.ok().flatten(), session).await;
            let fewer = timing.and_then(|timing| self.suffices(&timing).map(drop));
            faults.extend(fewer.err().map(|fault| fault.to_string()));
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
