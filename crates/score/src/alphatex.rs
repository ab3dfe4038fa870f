//! alphaTex, the text format of alphaTab (`.tex`, `.atex`), as far as bars, signs and notes go.

mod arguments;
mod beats;
mod drums;
mod lexer;
mod meta;

use std::collections::{BTreeMap, HashMap};

use segno_syncpoint::{Fraction, Metre, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::outline::{Outline, OutlineBar};
use crate::recording::{PlayedBars, Recording};
use crate::score::{Format, Part, Score};
use crate::span::Span;
use lexer::{Lexer, Token};

/// The strings of a track that names none, highest first.
const GUITAR: [i32; 6] = [64, 59, 55, 50, 45, 40];

/// Reads a score in alphaTex.
///
/// Order and times are those of alphaTab, keys are sounding ones; sync points make the score's [recording](crate::Recording).
/// What only concerns the print is passed over.
///
/// ```
/// use segno_score::{Options, alphatex};
///
/// let score = alphatex::read_slice(br#"\title "Own tune" \tempo 60 . \ro 3.3.4 5.4*3 | \rc 2 (0.1 2.2).1"#, &Options::new())?;
/// let play = score.structure.unroll(&score.format.policy())?;
/// assert_eq!(score.bar_times(play.order()), [0.0, 4.0, 8.0, 12.0, 16.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Broken`] with line and column for text that is not alphaTex; [`Error::NoBars`]; [`Error::Limit`].
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    if bytes.len() as u64 > options.limits.bytes {
        return Err(Error::Limit { at: None, limit: Limit::Bytes, allowed: options.limits.bytes });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = core::str::from_utf8(bytes).map_err(|error| {
        lexer::broken(bytes, error.valid_up_to(), "expected UTF-8, found bytes that are not text")
    })?;
    let mut reader = Reader {
        lexer: Lexer::new(text),
        outline: Outline::new(options),
        metres: BTreeMap::new(),
        pickups: Vec::new(),
        contents: Vec::new(),
        tempos: Vec::new(),
        sync: Recording::default(),
        staff: Staff::new(0),
        bar: 0,
        voice: 0,
        staves: 0,
        tracks: 0,
        begun: false,
        elements: options.limits.elements,
        effects: Vec::new(),
        drums: HashMap::new(),
        ties: HashMap::new(),
        last: HashMap::new(),
    };
    reader.document()?;
    reader.score()
}

/// Whether a text that is of no other format may be alphaTex.
pub(crate) fn is_alphatex(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let text = match core::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            core::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let mut lexer = Lexer::new(text);
    match lexer.next() {
        Ok(Some(Token::Tag(name))) => meta::is_known(&name.to_ascii_lowercase()),
        Ok(Some(Token::Colon | Token::Open | Token::Number(_))) => {
            let dotted = |pair: &[u8]| matches!(pair, [b'.', digit] if digit.is_ascii_digit());
            text.contains('|') && text.as_bytes().windows(2).any(dotted)
        }
        _ => false,
    }
}

/// A score being read.
struct Reader<'a> {
    lexer: Lexer<'a>,
    outline: Outline,
    /// Time signatures by the bars where they are set.
    metres: BTreeMap<usize, (u32, u32)>,
    pickups: Vec<usize>,
    /// By bar: how much its longest voice holds.
    contents: Vec<Span>,
    /// Tempos by bar and share of it, as the files have them.
    tempos: Vec<(usize, Span, f64, u64)>,
    sync: Recording,
    staff: Staff,
    bar: usize,
    voice: usize,
    /// How many staves and tracks were begun.
    staves: usize,
    tracks: usize,
    /// Something was read of the current track.
    begun: bool,
    /// How many beats may be played: a multiplier repeats one as often as it likes.
    elements: usize,
    /// The effects of the notes of the current beat.
    effects: Vec<(String, Vec<arguments::Argument>)>,
    /// Drums that the file names itself.
    drums: HashMap<String, i32>,
    /// By staff, voice and string (or key): the note that sounded last, and its key.
    ties: HashMap<(usize, usize, i64), Struck>,
    /// By staff and voice: the note that sounded last.
    last: HashMap<(usize, usize), Struck>,
}

/// A note that was struck, and its key.
type Struck = (Option<usize>, Option<i32>);

/// The staff that is being read.
struct Staff {
    part: usize,
    number: usize,
    /// Highest string first; empty for instruments without strings.
    tuning: Vec<i32>,
    capo: i32,
    drums: bool,
    /// How long a beat is that does not say.
    length: Span,
    tuplet: Span,
}

impl Staff {
    fn new(part: usize) -> Self {
        let one = Span::ratio(1, 1).unwrap_or(Span::ZERO);
        let length = Span::ratio(1, 4).unwrap_or(Span::ZERO);
        Self { part, number: 0, tuning: GUITAR.to_vec(), capo: 0, drums: false, length, tuplet: one }
    }
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Error> {
        self.outline.add_part(Part { id: "1".to_owned(), ..Part::default() })?;
        loop {
            // Dots may divide the head, the music and the sync points.
            let (mut held, mut stated) = (false, false);
            loop {
                match self.lexer.peek()? {
                    Some(Token::Dot) => _ = self.lexer.next()?,
                    Some(Token::Tag(_)) => stated |= self.tag()?,
                    _ => break,
                }
            }
            let mut place = Span::ZERO;
            while let Some(token) = self.lexer.peek()? {
                match token {
                    Token::Tag(_) | Token::Bar => break,
                    Token::Dot if held => break,
                    _ => {
                        self.ensure_bar()?;
                        place = self.beat(place)?;
                        held = true;
                    }
                }
            }
            let pipe = matches!(self.lexer.peek()?, Some(Token::Bar));
            if pipe {
                self.lexer.next()?;
            }
            if held || pipe || stated {
                self.ensure_bar()?;
                if let Some(content) = self.contents.get_mut(self.bar) {
                    *content = (*content).max(place);
                }
                self.bar += 1;
                self.begun = true;
            }
            if self.lexer.peek()?.is_none() {
                return Ok(());
            }
        }
    }

    /// Makes sure that the current bar is there.
    fn ensure_bar(&mut self) -> Result<(), Error> {
        while self.outline.bars.len() <= self.bar {
            let number = (self.outline.bars.len() + 1).to_string();
            let nominal = Fraction::new(4, 4).unwrap_or(Fraction::ZERO);
            let written = WrittenBar::new(number, nominal);
            let offset = self.lexer.place();
            self.outline.add_bar(OutlineBar { written, metre: Metre::simple(4, 4), offset })?;
            self.contents.push(Span::ZERO);
        }
        Ok(())
    }

    fn score(mut self) -> Result<Score, Error> {
        let mut metre = (4, 4);
        for (index, bar) in self.outline.bars.iter_mut().enumerate() {
            metre = self.metres.get(&index).copied().unwrap_or(metre);
            bar.metre = Metre::simple(metre.0, metre.1);
            bar.written.nominal = Fraction::new(metre.0, metre.1).unwrap_or(bar.written.nominal);
        }
        for bar in core::mem::take(&mut self.pickups) {
            let content = self.contents.get(bar).copied().filter(|content| content.is_positive());
            if let (Some(content), Some(bar)) =
                (content.and_then(Span::fraction), self.outline.bars.get_mut(bar))
            {
                bar.written.implicit = true;
                let full = Span::from(content) == Span::from(bar.written.nominal);
                bar.written.actual = Some(content).filter(|_| !full);
            }
        }
        self.place_tempos()?;
        if !self.sync.points.is_empty() {
            self.recording();
        }
        self.outline.score(Format::AlphaTex)
    }

    fn recording(&mut self) {
        let bars = self.outline.bars.iter().map(|bar| bar.written.clone()).collect();
        let structure = segno_syncpoint::Structure { bars };
        let played =
            structure.unroll(&Format::AlphaTex.policy()).ok().map(|play| PlayedBars::new(play.order()));
        let mut sync = core::mem::take(&mut self.sync);
        sync.points.retain(|point| {
            let there = point.bar < structure.bars.len();
            if !there {
                let message = format!("a sync point in bar {}, which is not there: left out", point.bar);
                self.outline.note(DiagnosticKind::BadValue, 0, message);
            } else if played.as_ref().is_some_and(|played| played.get(point.bar, point.occurrence).is_none())
            {
                let pass = u64::from(point.occurrence) + 1;
                let message = format!("a sync point for pass {pass} of a bar that is not played so often");
                self.outline.diagnose(DiagnosticKind::MissingTarget, point.bar, 0, message);
            }
            there
        });
        sync.enabled = true;
        self.outline.recording = Some(sync);
    }

    /// Counts what is played, so that no multiplier keeps the reader busy for ever.
    fn visit(&mut self, count: usize) -> Result<(), Error> {
        match self.elements.checked_sub(count) {
            Some(left) => {
                self.elements = left;
                Ok(())
            }
            None => Err(self.outline.exceeded(Limit::Elements)),
        }
    }
}
