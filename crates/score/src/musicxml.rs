//! MusicXML 4.0 and older, partwise and timewise.

mod attributes;
mod barline;
mod direction;
mod header;
mod measure;
mod note;
mod tempo;

use std::collections::HashMap;
use std::io::BufRead;

use segno_syncpoint::Metre;

use crate::assemble;
use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftBar};
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::{Format, Part, Score};
use crate::xml::{Cursor, Element, Encoding, SliceSource, StreamSource, Token, XmlSource};
use measure::PartState;

/// Reads MusicXML from a stream.
///
/// The text is never held whole: memory grows with the bars, signs and (if asked for) notes, not with the bytes.
///
/// ```
/// use std::io::BufReader;
///
/// use segno_score::{Options, musicxml};
///
/// let file = "<score-partwise><part id='P1'><measure number='1'>\
///     <attributes><divisions>1</divisions></attributes><note><rest/><duration>3</duration></note>\
///     </measure></part></score-partwise>";
/// let score = musicxml::read(BufReader::new(file.as_bytes()), &Options::new())?;
/// assert_eq!(score.structure.bars[0].length().to_string(), "3/4");
/// # Ok::<(), segno_score::Error>(())
/// ```
///
/// # Errors
/// [`Error`] if the input is not well-formed XML in a supported encoding, is not a MusicXML score, exceeds a limit, or
/// cannot be read. Contradictions inside a score are [diagnostics](Score::diagnostics).
pub fn read(input: impl BufRead, options: &Options) -> Result<Score, Error> {
    let source = StreamSource::new(input, &options.limits)?;
    Reader::new(source, options).score()
}

/// Reads MusicXML that is held whole; somewhat faster than [`read`].
///
/// ```
/// use segno_score::{Error, Options, musicxml};
///
/// // Anything else is refused with the place.
/// let error = musicxml::read_slice(b"<score-partwise>\n<part>", &Options::new()).unwrap_err();
/// assert!(matches!(error, Error::Truncated { open: 2, .. }));
/// assert_eq!(error.position().map(|at| at.line), Some(2));
/// ```
///
/// # Errors
/// As for [`read`].
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    if Encoding::detect(head)? != Encoding::Utf8 {
        return read(bytes, options);
    }
    Reader::new(SliceSource::new(bytes, &options.limits)?, options).score()
}

/// A measure that spans more bars of the other parts than this is not looked for.
const MAX_SKIPPED_BARS: usize = 64;

/// A score being read.
struct Reader<'o, S> {
    cursor: Cursor<S>,
    options: &'o Options,
    draft: Draft,
    /// Where each part of the file stands, by its position in the draft.
    states: Vec<PartState>,
    /// The part that came first: its metre counts.
    lead: Option<usize>,
    /// Identifiers of the parts.
    ids: HashMap<String, usize>,
    /// MIDI keys of the unpitched instruments, by identifier.
    drums: HashMap<String, u8>,
    /// MuseScore wrote the file.
    musescore: bool,
    /// It was told that there are no divisions.
    told_divisions: bool,
}

impl<'o, S: XmlSource> Reader<'o, S> {
    fn new(source: S, options: &'o Options) -> Self {
        Self {
            cursor: Cursor::new(source, &options.limits),
            options,
            draft: Draft::new(options),
            states: Vec::new(),
            lead: None,
            ids: HashMap::new(),
            drums: HashMap::new(),
            musescore: false,
            told_divisions: false,
        }
    }

    fn score(mut self) -> Result<Score, Error> {
        match self.cursor.next()? {
            Token::Open(Element::ScorePartwise) => self.partwise()?,
            Token::Open(Element::ScoreTimewise) => self.timewise()?,
            Token::Open(Element::Other) => {
                let root = self.cursor.name().to_owned();
                return Err(Error::Root { at: self.cursor.position(), root });
            }
            Token::Open(element) => {
                let root = format!("{element:?}").to_lowercase();
                return Err(Error::Root { at: self.cursor.position(), root });
            }
            Token::Close | Token::End => {
                return Err(Error::Root { at: self.cursor.position(), root: String::new() });
            }
        }
        // What follows the root must at least be well-formed.
        while self.cursor.next()? != Token::End {}
        if self.draft.bars.is_empty() {
            return Err(Error::NoBars);
        }
        Ok(assemble::score(self.draft, Format::MusicXml))
    }

    fn partwise(&mut self) -> Result<(), Error> {
        loop {
            match self.cursor.next()? {
                Token::Open(Element::Part) => {
                    let part = self.part()?;
                    let mut next = 0;
                    loop {
                        match self.cursor.next()? {
                            Token::Open(Element::Measure) => {
                                let (bar, goes_on) = self.bar_of_measure(part, next)?;
                                self.begin_bar(bar, part)?;
                                self.measure(part, bar, goes_on)?;
                                next = bar + 1;
                            }
                            Token::Open(_) => self.cursor.skip()?,
                            Token::Close | Token::End => break,
                        }
                    }
                }
                Token::Open(element) => self.header(element)?,
                Token::Close | Token::End => return Ok(()),
            }
        }
    }

    fn timewise(&mut self) -> Result<(), Error> {
        let mut bar = 0;
        loop {
            match self.cursor.next()? {
                Token::Open(Element::Measure) => {
                    self.begin_bar(bar, self.lead.unwrap_or(0))?;
                    loop {
                        match self.cursor.next()? {
                            Token::Open(Element::Part) => {
                                let part = self.part()?;
                                if self.lead.is_none() {
                                    self.lead = Some(part);
                                    self.draft.bars.iter_mut().for_each(|bar| bar.lead = part);
                                }
                                self.measure(part, bar, false)?;
                            }
                            Token::Open(_) => self.cursor.skip()?,
                            Token::Close | Token::End => break,
                        }
                    }
                    bar += 1;
                }
                Token::Open(element) => self.header(element)?,
                Token::Close | Token::End => return Ok(()),
            }
        }
    }

    /// The part that the `part` element just opened belongs to.
    fn part(&mut self) -> Result<usize, Error> {
        let id = self.cursor.attribute("id")?.unwrap_or_default();
        let part = match self.ids.get(&id) {
            Some(&part) => part,
            None => self.add_part(Part { id, ..Part::default() })?,
        };
        while self.states.len() <= part {
            self.states.push(PartState::default());
        }
        Ok(part)
    }

    fn add_part(&mut self, part: Part) -> Result<usize, Error> {
        if self.draft.parts.len() >= self.options.limits.parts {
            return Err(self.cursor.exceeded(Limit::Parts, self.options.limits.parts));
        }
        let index = self.draft.parts.len();
        self.ids.insert(part.id.clone(), index);
        self.draft.parts.push(part);
        Ok(index)
    }

    /// The bar of the measure just opened, of which `next` comes next, and whether it only goes on with a bar.
    ///
    /// Measures of parts in several metres do not share their bar lines (`non-controlling`): those that do have the
    /// same number in all parts.
    fn bar_of_measure(&mut self, part: usize, next: usize) -> Result<(usize, bool), Error> {
        let free = self.cursor.flag("non-controlling")? == Some(true);
        let Some(state) = self.states.get_mut(part).filter(|state| free || state.free) else {
            return Ok((next, false));
        };
        let first = !core::mem::replace(&mut state.free, true);
        let number = self.cursor.attribute("number")?.unwrap_or_default();
        if first {
            self.draft.free_parts.push(part);
            let message =
                "measures that do not share their bar lines with the other parts are joined by number";
            self.draft.diagnose(DiagnosticKind::Inferred, next, self.cursor.offset(), message);
        }
        let Some(before) = next.checked_sub(1) else { return Ok((next, false)) };
        let later = self.draft.bars.get(next..).unwrap_or_default().iter().take(MAX_SKIPPED_BARS);
        if let Some(skipped) = later.clone().position(|bar| bar.number == number) {
            return Ok((next + skipped, false));
        }
        // In the part that is read first there is nothing to compare with but the number itself.
        let own = later.len() == 0 && number.parse::<u32>().is_ok();
        Ok(if free && !own { (before, true) } else { (next, false) })
    }

    /// Makes sure that the bar whose `measure` element was just opened exists.
    fn begin_bar(&mut self, bar: usize, part: usize) -> Result<(), Error> {
        if bar < self.draft.bars.len() {
            return Ok(());
        }
        if bar >= self.options.limits.bars {
            return Err(self.cursor.exceeded(Limit::Bars, self.options.limits.bars));
        }
        let number: String = self.cursor.attribute("number")?.unwrap_or_default().chars().take(64).collect();
        let implicit = self.cursor.flag("implicit")?.unwrap_or(false);
        let metre = self.states.get(part).map_or_else(|| Metre::simple(4, 4), |state| state.metre.clone());
        self.draft.bars.push(DraftBar::new(number, implicit, self.cursor.offset(), part, metre));
        Ok(())
    }

    /// Refuses a file with too many marks.
    fn check_marks(&self) -> Result<(), Error> {
        if self.draft.signs > self.options.limits.signs {
            return Err(self.cursor.exceeded(Limit::Signs, self.options.limits.signs));
        }
        if self.draft.marks() > self.options.limits.marks {
            return Err(self.cursor.exceeded(Limit::Marks, self.options.limits.marks));
        }
        Ok(())
    }
}
