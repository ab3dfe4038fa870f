//! The formats that points come in and go out as.

use std::path::Path;

use clap::ValueEnum;
use segno_syncpoint::formats::{
    alphatab, audacity, beats, lrc, musescore, name_of, sonic, srt, timemap, vtt,
};
use segno_syncpoint::{SyncMap, Syncpoint, wire};

use crate::failure::Failure;
use crate::files;
use crate::score::Piece;

/// A format of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The JSON of Soundslice: [[bar, seconds, offset, hide], ...]
    Soundslice,
    /// Seconds of bar lines, one a line
    Times,
    /// A label track of Audacity
    Audacity,
    /// A layer of Sonic Visualiser, as CSV
    Sonic,
    /// Beats with db and b, as in the ASAP data set
    Beats,
    /// Lyrics with times
    Lrc,
    /// SubRip subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
    /// \sync lines of alphaTab; needs the score
    Alphatab,
    /// Time events of MuseScore, as JSON
    Musescore,
    /// A timemap of verovio, as JSON; needs the score
    Timemap,
    /// A Guitar Pro or alphaTex file with its recording, or the tempo of a MIDI file; can be read only
    Score,
}

/// A list of points as it was read, once: it may come from a pipe.
pub(super) enum Source {
    Text(Format, String),
    Score(Vec<u8>),
}

/// Reads a file and finds out its format.
pub(super) fn open(path: &Path, given: Option<Format>) -> Result<Source, Failure> {
    let bytes = files::read(path)?;
    let is_score =
        || segno_score::sniff(&bytes).is_some_and(|format| format != segno_score::Format::AlphaTex);
    if given == Some(Format::Score) || given.is_none() && is_score() {
        return Ok(Source::Score(bytes));
    }
    if bytes.is_empty() {
        return Err(Failure::file(path, "the file is empty; give a list of points"));
    }
    let text = by_line_feeds(files::text(path, bytes)?);
    match given.or_else(|| recognise(path, &text)) {
        Some(format) => Ok(Source::Text(format, text)),
        None => Err(Failure::file(
            path,
            "the format of these points is not known; name it, as in --from audacity",
        )),
    }
}

/// Lines that end as on an old Macintosh, with a carriage return alone, as lines that end with a line feed.
fn by_line_feeds(text: String) -> String {
    if text.contains('\n') { text } else { text.replace('\r', "\n") }
}

/// A number with a decimal comma, as programs of many countries write it, with a decimal point.
fn with_point(cell: &str) -> Option<String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = cell.trim().split_once(',')?;
    (digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(part)).then(|| format!("{whole}.{part}"))
}

/// The text with decimal points in the first two columns, where tabs leave no doubt that these are numbers.
fn with_points(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        for (column, cell) in line.split_inclusive('\t').enumerate() {
            let end = cell.trim_end_matches(['\t', '\r', '\n']);
            match with_point(end).filter(|_| column < 2 && line.contains('\t')) {
                Some(number) => {
                    lines.push_str(&number);
                    lines.push_str(&cell[end.len()..]);
                }
                None => lines.push_str(cell),
            }
        }
    }
    lines
}

/// The format by the content, and by the name where the content may be of several.
pub(super) fn recognise(path: &Path, text: &str) -> Option<Format> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with('[') && !ending.starts_with("lrc") {
        let compact: String = start.chars().filter(|c| !c.is_whitespace()).take(4096).collect();
        if compact.starts_with("[[") && compact[2..].starts_with(|c: char| c.is_ascii_digit() || c == '-')
            || compact == "[]"
        {
            return Some(Format::Soundslice);
        }
        if compact.starts_with("[{") {
            let is = |name: &str| compact.contains(name);
            return match (is("\"elid\""), is("\"tstamp\"")) {
                (true, _) => Some(Format::Musescore),
                (_, true) => Some(Format::Timemap),
                _ => None,
            };
        }
    }
    if start.starts_with("WEBVTT") {
        return Some(Format::Vtt);
    }
    let mut lines = start.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    if first.contains("-->") || lines.clone().next().is_some_and(|second| second.contains("-->")) {
        return Some(if ending == "vtt" { Format::Vtt } else { Format::Srt });
    }
    if start.lines().any(|line| line.trim_start().starts_with("\\sync")) {
        return Some(Format::Alphatab);
    }
    if ending == "lrc" || first.starts_with('[') {
        return Some(Format::Lrc);
    }
    let is_number = |cell: &str| cell.trim().parse::<f64>().is_ok() || with_point(cell).is_some();
    let columns: Vec<&str> = first.split('\t').collect();
    match columns.as_slice() {
        [only] if only.trim().parse::<f64>().is_ok() => Some(Format::Times),
        [only] if only.contains(',') => Some(Format::Sonic),
        [time, .., label] if is_number(time) => {
            let kind = label.split(',').next().unwrap_or_default();
            Some(if matches!(kind, "db" | "b" | "bR") { Format::Beats } else { Format::Audacity })
        }
        _ => None,
    }
}

/// Reads points. Their order and times are not judged.
pub(super) fn read(
    path: &Path,
    given: Option<Format>,
    piece: Option<&Piece>,
) -> Result<Vec<Syncpoint>, Failure> {
    open(path, given)?.points(path, piece)
}

impl Source {
    /// The points in it. Their order and times are not judged.
    pub(super) fn points(self, path: &Path, piece: Option<&Piece>) -> Result<Vec<Syncpoint>, Failure> {
        match self {
            Self::Text(format, text) => points(path, format, &text, piece),
            Self::Score(bytes) => of_score(path, &bytes),
        }
    }
}

fn points(path: &Path, format: Format, text: &str, piece: Option<&Piece>) -> Result<Vec<Syncpoint>, Failure> {
    let order = |piece: &Piece| piece.play.order().collect::<Vec<usize>>();
    let said = |fault: &dyn std::fmt::Display| Failure::file(path, fault);
    let text = text.trim_start_matches('\u{feff}');
    if matches!(format, Format::Times | Format::Sonic) {
        no_decimal_commas(text).map_err(|fault| said(&fault))?;
    }
    Ok(match format {
        Format::Soundslice => wire::read(text).map_err(|fault| said(&fault))?,
        Format::Times => times(text).map_err(|fault| said(&fault))?,
        Format::Audacity => {
            audacity::to_points(&audacity::read(&with_points(text)).map_err(|fault| said(&fault))?)
        }
        Format::Sonic => {
            let layout = sonic::Layout::default();
            sonic::to_points(&sonic::read(text, layout).map_err(|fault| said(&fault))?)
        }
        Format::Beats => beats::bar_lines(&beats::read(&with_points(text)).map_err(|fault| said(&fault))?),
        Format::Lrc => lrc::to_points(&lrc::read(text).map_err(|fault| said(&fault))?),
        Format::Srt => srt::to_points(&srt::read(text).map_err(|fault| said(&fault))?),
        Format::Vtt => vtt::to_points(&vtt::read(text).map_err(|fault| said(&fault))?),
        Format::Alphatab => {
            let flat = alphatab::read(text).map_err(|fault| said(&fault))?;
            alphatab::to_points(&flat, &order(needed(path, piece)?)).map_err(|fault| said(&fault))?
        }
        Format::Musescore => {
            let events = musescore::read(text).map_err(|fault| said(&fault))?;
            if let Some(piece) = piece
                && musescore::order(&events) != order(piece)
            {
                return Err(said(&"the times are of other bars than the score plays; try another --policy"));
            }
            musescore::to_points(&events, musescore::End::Open)
        }
        Format::Timemap => {
            let entries = timemap::read(text).map_err(|fault| said(&fault))?;
            timemap::to_points(&entries, &needed(path, piece)?.grid).map_err(|fault| said(&fault))?
        }
        Format::Score => return of_score(path, text.as_bytes()),
    })
}

/// The points in a score that is tied to its recording, or in the tempo of a MIDI file.
fn of_score(path: &Path, bytes: &[u8]) -> Result<Vec<Syncpoint>, Failure> {
    let said = |fault: &dyn std::fmt::Display| Failure::file(path, fault);
    let score = Piece::of(bytes, None).map_err(|fault| said(&fault))?;
    let map = match (score.score.recording_map(&score.play), score.score.format) {
        (Some(map), _) => map,
        (None, segno_score::Format::Midi) => score.score.sync_map(&score.play),
        (None, _) => return Err(said(&"this score is tied to no recording, so it has no points")),
    };
    Ok(map.map_err(|fault| said(&fault))?.into_points())
}

/// Refuses `1,5`: it may be a time with a decimal comma, and may be a time and a label.
fn no_decimal_commas(text: &str) -> Result<(), String> {
    let whole = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    let odd = |line: &str| line.trim().split_once(',').is_some_and(|(time, rest)| whole(time) && whole(rest));
    match text.lines().enumerate().find(|(_, line)| odd(line)) {
        Some((index, line)) => {
            Err(format!("line {}: expected seconds with a decimal point, found {line:?}", index + 1))
        }
        None => Ok(()),
    }
}

/// Seconds of bar lines, the first column of each line.
fn times(text: &str) -> Result<Vec<Syncpoint>, String> {
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .zip(0..)
        .map(|((index, line), bar)| {
            let cell = line.split([',', ';', '\t', ' ']).find(|cell| !cell.is_empty()).unwrap_or_default();
            let time = cell.parse::<f64>().ok().filter(|time| time.is_finite());
            let time = time.ok_or_else(|| format!("line {}: expected seconds, found {line:?}", index + 1))?;
            Ok(Syncpoint::bar_line(bar, time))
        })
        .collect()
}

fn needed<'a>(path: &Path, piece: Option<&'a Piece>) -> Result<&'a Piece, Failure> {
    piece.ok_or_else(|| Failure::file(path, "this format counts bars of the score; add --score FILE"))
}

impl Format {
    /// The points of a map in this format.
    pub(super) fn write(self, map: &SyncMap, piece: Option<&Piece>) -> Result<String, Failure> {
        let here = Path::new("--as");
        let order = |piece: &Piece| piece.play.order().collect::<Vec<usize>>();
        let points = map.points();
        Ok(match self {
            Self::Soundslice => wire::write(points) + "\n",
            Self::Times => {
                let lines = map.per_bar().map_err(|fault| Failure::file(here, fault))?;
                lines.points().iter().map(|point| format!("{}\n", point.time)).collect()
            }
            Self::Audacity => audacity::write(&audacity::from_points(points)),
            Self::Sonic => sonic::write(&sonic::from_points(points), sonic::Layout::default()),
            Self::Beats => beats::write(&beats::from_map(map, piece.map(|piece| &piece.grid))),
            Self::Lrc => lrc::write(&lrc::from_points(points, name_of)),
            Self::Srt => srt::write(&srt::from_points(points, name_of)),
            Self::Vtt => vtt::write(&vtt::from_points(points, name_of)),
            Self::Alphatab => {
                let flat = alphatab::from_points(points, &order(needed(here, piece)?));
                alphatab::write(&flat.map_err(|fault| Failure::file(here, fault))?)
            }
            Self::Musescore => {
                let events = musescore::from_map(map, &order(needed(here, piece)?));
                musescore::write(&events) + "\n"
            }
            Self::Timemap => {
                let grid = &needed(here, piece)?.grid;
                timemap::write(&timemap::from_map(map, grid, |bar| Some(format!("m{}", bar + 1)))) + "\n"
            }
            Self::Score => {
                return Err(Failure::usage(
                    "a score can be read only; write soundslice, audacity or another format",
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_format() {
        let is = |name: &str, text: &str| recognise(Path::new(name), text);
        assert_eq!(is("a.json", " [[0, 1.5], [4, 9]]"), Some(Format::Soundslice));
        assert_eq!(is("a.json", "[{\"elid\": 0, \"position\": 5}]"), Some(Format::Musescore));
        assert_eq!(is("a.json", "[{\"qstamp\":0,\"tstamp\":0}]"), Some(Format::Timemap));
        assert_eq!(is("a.txt", "0.5\t0.5\tone\n"), Some(Format::Audacity));
        assert_eq!(is("a.txt", "0.5\t0.5\tdb,4/4\n"), Some(Format::Beats));
        assert_eq!(is("a.txt", "0.5\n1.5\n"), Some(Format::Times));
        assert_eq!(is("a.csv", "0.5,one\n"), Some(Format::Sonic));
        assert_eq!(is("a.lrc", "[00:01.00]bar 0\n"), Some(Format::Lrc));
        assert_eq!(is("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n"), Some(Format::Srt));
        assert_eq!(is("a", "WEBVTT\n"), Some(Format::Vtt));
        assert_eq!(is("a", "\\sync 0 0 1000\n"), Some(Format::Alphatab));
        assert_eq!(is("a", "no points at all"), None);
    }

    #[test]
    fn line_ends_of_old_programs_and_decimal_commas_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            let file = folder.path().join("bars.txt");
            std::fs::write(&file, text).unwrap();
            read(&file, None, None).map_err(|failure| failure.to_string())
        };
        let bars = |times: &[f64]| {
            (0..).zip(times).map(|(bar, time)| Syncpoint::bar_line(bar, *time)).collect::<Vec<_>>()
        };
        assert_eq!(read("0.5\r1.5\r2.25\r"), Ok(bars(&[0.5, 1.5, 2.25])));
        // Audacity in a German Windows writes `0,500000`.
        let labels = read("0,500000\t0,500000\t1\r\n1,250000\t1,250000\t2, da capo\r\n").unwrap();
        assert_eq!(labels.iter().map(|point| point.time).collect::<Vec<_>>(), [0.5, 1.25]);
        assert_eq!(with_points("1,5\t2,5\t3,5\n\\\t1,5\t2\n7,5\n"), "1.5\t2.5\t3,5\n\\\t1.5\t2\n7,5\n");
        // Alone in its line it may be a time and a label.
        assert!(read("0,5\n1,5\n").unwrap_err().contains("expected seconds with a decimal point"));
    }

    #[test]
    fn times_are_bar_lines() {
        let points = times("# tapped\n0.5\n\n2.5, x\n4.25\tend\n").unwrap();
        assert_eq!(
            points,
            [Syncpoint::bar_line(0, 0.5), Syncpoint::bar_line(1, 2.5), Syncpoint::bar_line(2, 4.25)]
        );
        assert_eq!(times("0\nx\n").unwrap_err(), "line 2: expected seconds, found \"x\"");
    }
}
