//! MuseScore's own files, versions 1 to 4: `.mscx` and `.mscz`.

mod chord;
mod measure;
mod signs;
mod spanner;
mod staff;
mod tempo;

use std::collections::HashMap;
use std::io::BufRead;

use crate::archive::{Archive, CONTAINER, container_limits};
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::options::{Limits, Options};
use crate::outline::{Outline, one_line};
use crate::score::{Format, Score};
use crate::span::Span;
use crate::xml::{Cursor, Encoding, SliceSource, StreamSource, Token, XmlSource};
use spanner::Spanners;
use staff::Staves;
use tempo::{Fermata, Return};

/// What errors call the format.
const NAME: &str = "MuseScore";

/// Ticks of a quarter note where a file does not say.
const DIVISION: i128 = 480;

/// Seconds of silence behind a section where a file does not say.
const SECTION_PAUSE: f64 = 3.0;

/// Reads a score in MuseScore's XML (`.mscx`) from a stream.
///
/// Drawn multi-measure rests are passed over for the measures that they stand for. The order that comes out under
/// [`Policy::MUSESCORE`](segno_syncpoint::Policy::MUSESCORE) is that of MuseScore's player, and the times are those of its
/// tempos, fermatas, breaths and gradual tempo changes. The pause behind a section comes once, when the section is left.
///
/// # Errors
/// As for [`read_slice`].
pub fn read(input: impl BufRead, options: &Options) -> Result<Score, Error> {
    let source = StreamSource::new(input, &options.limits)?;
    Reader::new(source, options).score()
}

/// Reads a score in MuseScore's XML (`.mscx`) that is held whole.
///
/// ```
/// use segno_score::{Options, musescore};
///
/// let score = musescore::read_slice(
///     br#"<museScore version="3.01"><Score><Division>480</Division><Part><Staff id="1"/></Part>
///         <Staff id="1"><Measure><endRepeat>3</endRepeat><voice>
///         <TimeSig><sigN>3</sigN><sigD>4</sigD></TimeSig><Tempo><tempo>1</tempo></Tempo>
///         </voice></Measure></Staff></Score></museScore>"#,
///     &Options::new(),
/// )?;
/// let play = score.structure.unroll(&score.format.policy())?;
/// assert_eq!(score.bar_times(play.order()), [0.0, 3.0, 6.0, 9.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error`] if the text is not well-formed XML, is of another root or of a version that is not known, or exceeds a limit.
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    if Encoding::detect(head)? != Encoding::Utf8 {
        return read(bytes, options);
    }
    Reader::new(SliceSource::new(bytes, &options.limits)?, options).score()
}

/// Reads a compressed score (`.mscz`): the score itself, none of the parts that the archive may hold as well.
///
/// # Errors
/// [`Error::Archive`] if it is not a ZIP archive or holds no score; otherwise as for [`read_slice`].
pub fn read_archive(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let mut archive = Archive::open(bytes, options)?;
    let name = score_name(&mut archive, &options.limits)?;
    let mut score = archive.read(&name, &options.limits, |text| read(text, options))?;
    score.format = Format::Mscz;
    Ok(score)
}

/// The file that is the score: the one that the table of contents names, or else the only one at the top.
fn score_name(archive: &mut Archive<'_>, limits: &Limits) -> Result<String, Error> {
    if archive.names.iter().any(|name| name == CONTAINER) {
        let limits = container_limits(limits);
        let text = archive.container(CONTAINER, &limits)?;
        let named =
            StreamSource::new(text, &limits).and_then(|source| named(Cursor::by_name(source, &limits)));
        // A table of contents that cannot be read says nothing.
        if let Ok(Some(path)) = named
            && archive.names.contains(&path)
        {
            return Ok(path);
        }
    }
    let mut scores = archive.names.iter().filter(|name| is_score(name));
    match (scores.next(), scores.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => {
            Err(Error::Archive { what: "expected a file named *.mscx, found no such file".to_owned() })
        }
        (Some(first), Some(second)) => Err(Error::Archive {
            what: format!("expected one file named *.mscx, found {first:?} and {second:?}"),
        }),
    }
}

/// The score that a table of contents names.
fn named<S: XmlSource>(mut cursor: Cursor<S>) -> Result<Option<String>, Error> {
    loop {
        match cursor.next()? {
            Token::Open(_) if cursor.name() == "rootfile" => {
                let path = cursor.attribute("full-path")?.filter(|path| path.ends_with(".mscx"));
                if path.is_some() {
                    return Ok(path);
                }
            }
            Token::Open(_) | Token::Close => {}
            Token::End => return Ok(None),
        }
    }
}

/// Whether a file in an archive is a score, and not an excerpt.
pub(crate) fn is_score(name: &str) -> bool {
    name.ends_with(".mscx") && !name.contains('/')
}

/// A score being read.
struct Reader<'o, S> {
    cursor: Cursor<S>,
    options: &'o Options,
    outline: Outline,
    /// `3.02`, as a number.
    version: f64,
    /// Ticks of a quarter note.
    division: i128,
    section_pause: f64,
    staves: Staves,
    spanners: Spanners,
    fermatas: Vec<Fermata>,
    /// Version 4: marks that go back to an earlier tempo.
    returns: Vec<Return>,
    /// By bar: the places where a staff has a chord or rest, in order.
    places: Vec<Vec<Span>>,
    /// Tempos of version 1, in ticks from the beginning.
    tick_tempos: Vec<(i128, f64)>,
    /// Time signatures of version 1, in ticks from the beginning.
    tick_metres: Vec<(i128, u32, u32)>,
    /// The bars that close a section, and the pause behind each.
    breaks: Vec<(usize, f64)>,
    /// Markers that only the user knows, with their bars.
    own_markers: Vec<(usize, String)>,
    /// Ties that lead to a lower staff: by that staff, the bar where they end, and the key, the note that they begin at.
    crossing: HashMap<(u32, usize, i32), usize>,
    told_repeats: bool,
}

impl<'o, S: XmlSource> Reader<'o, S> {
    fn new(source: S, options: &'o Options) -> Self {
        Self {
            cursor: Cursor::by_name(source, &options.limits),
            options,
            outline: Outline::new(options),
            version: 0.0,
            division: DIVISION,
            section_pause: SECTION_PAUSE,
            staves: Staves::default(),
            spanners: Spanners::default(),
            fermatas: Vec::new(),
            returns: Vec::new(),
            places: Vec::new(),
            tick_tempos: Vec::new(),
            tick_metres: Vec::new(),
            breaks: Vec::new(),
            own_markers: Vec::new(),
            crossing: HashMap::new(),
            told_repeats: false,
        }
    }

    fn score(mut self) -> Result<Score, Error> {
        let root = self.cursor.next()?;
        if !matches!(root, Token::Open(_)) || self.cursor.name() != "museScore" {
            let root = self.cursor.name().to_owned();
            return Err(Error::Root { at: self.cursor.position(), root });
        }
        let version = self.cursor.attribute("version")?.unwrap_or_default();
        match version.parse::<f64>() {
            Ok(known) if (1.0..5.0).contains(&known) => self.version = known,
            _ => {
                let expected = "1.0 to 4.99; save the score with MuseScore 4, or export it as MusicXML";
                return Err(Error::Version { format: NAME, version, expected });
            }
        }
        // Up to 1.14 the score has no element of its own. Later ones have excerpts, each a score inside of the score.
        while let Token::Open(_) = self.cursor.next()? {
            if self.cursor.name() == "Score" { self.children()? } else { self.child()? }
        }
        while self.cursor.next()? != Token::End {}
        self.place_tick_tempos()?;
        self.place_own_markers();
        self.place_voltas();
        for (bar, seconds) in core::mem::take(&mut self.breaks) {
            let length = self.bar_length(bar);
            self.outline.add_pause(bar, length, seconds)?;
        }
        self.settle_tempos()?;
        self.outline.score(Format::Mscx)
    }

    fn children(&mut self) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            self.child()?;
        }
        Ok(())
    }

    /// Reads one element of the score.
    fn child(&mut self) -> Result<(), Error> {
        match self.cursor.name() {
            "Division" => {
                let division = self.number::<i128>()?.filter(|division| (1..=1_000_000).contains(division));
                self.division = division.unwrap_or(DIVISION);
            }
            "Style" => {
                while let Token::Open(_) = self.cursor.next()? {
                    if self.cursor.name() == "sectionPause" {
                        self.section_pause = self.number()?.unwrap_or(SECTION_PAUSE);
                    } else {
                        self.cursor.skip()?;
                    }
                }
            }
            "metaTag" => self.meta_tag()?,
            "siglist" => self.tick_metres()?,
            "tempolist" => self.tick_tempos()?,
            "Volta" | "Ottava" => self.tick_spanner()?,
            "Part" => self.part()?,
            "Staff" => self.staff()?,
            // An excerpt inside of the score, and all that is for the eye.
            _ => self.cursor.skip()?,
        }
        Ok(())
    }

    fn meta_tag(&mut self) -> Result<(), Error> {
        let name = self.cursor.attribute("name")?.unwrap_or_default();
        let text = one_line(self.cursor.text()?);
        if !text.is_empty() {
            match name.as_str() {
                "workTitle" => self.outline.title = Some(text),
                "movementTitle" => self.outline.movement = Some(text),
                "composer" => self.outline.composer = Some(text),
                _ => {}
            }
        }
        Ok(())
    }

    /// Version 1: the time signatures by ticks.
    fn tick_metres(&mut self) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            let tick = self.cursor.attribute("tick")?.and_then(|tick| tick.parse().ok());
            let (mut beats, mut unit) = (None, None);
            while let Token::Open(_) = self.cursor.next()? {
                match self.cursor.name() {
                    "nom" => beats = self.number::<u32>()?,
                    "denom" => unit = self.number::<u32>()?,
                    _ => self.cursor.skip()?,
                }
            }
            if let (Some(tick), Some(beats), Some(unit)) = (tick, beats, unit) {
                self.tick_metres.push((tick, beats, unit));
            }
            self.check_ticks(self.tick_metres.len())?;
        }
        self.tick_metres.sort_by_key(|(tick, ..)| *tick);
        Ok(())
    }

    /// Version 1: the tempos by ticks.
    fn tick_tempos(&mut self) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            let tick = self.cursor.attribute("tick")?.and_then(|tick| tick.parse().ok());
            let tempo: Option<f64> = self.number()?;
            self.tick_tempos.extend(tick.zip(tempo));
            self.check_ticks(self.tick_tempos.len())?;
        }
        Ok(())
    }

    fn check_ticks(&self, count: usize) -> Result<(), Error> {
        let allowed = self.options.limits.marks;
        if count > allowed { Err(self.cursor.exceeded(crate::error::Limit::Marks, allowed)) } else { Ok(()) }
    }

    /// The text of the element opened last as a number.
    fn number<N: core::str::FromStr>(&mut self) -> Result<Option<N>, Error> {
        Ok(self.cursor.text()?.parse().ok())
    }

    /// A length in ticks.
    fn ticks(&self, ticks: i128) -> Span {
        ticks.checked_abs().and_then(|_| Span::ratio(ticks, self.division * 4)).unwrap_or(Span::ZERO)
    }

    fn unsupported(&mut self, bar: usize, offset: u64, message: &str) {
        self.outline.diagnose(DiagnosticKind::Unsupported, bar, offset, message);
    }
}

/// A length as `3/8`.
fn fraction(text: &str) -> Option<Span> {
    let (numerator, denominator) = text.split_once('/')?;
    Span::ratio(numerator.trim().parse().ok()?, denominator.trim().parse().ok()?)
}
