//! What the readers gather before it is put together.

use segno_syncpoint::{Metre, RepeatEnd, RepeatStart};

use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::options::Options;
use crate::score::{Onset, Part};
use crate::span::Span;

/// Passes above this are not believed.
const MAX_PASSES: u32 = 999;

/// An ending does not have more numbers than this.
pub(crate) const MAX_NUMBERS: usize = 64;

/// How often a passage is played, as a repeat sign says it, or a pass, as an ending does; `None` if that cannot be.
pub(crate) fn count(stated: &str) -> Option<u32> {
    stated.trim().parse().ok().filter(|&count| count <= MAX_PASSES)
}

/// How often a passage is played, as a repeat sign says it.
///
/// # Errors
/// If that cannot be: what to tell of it. Such a passage is played twice.
pub(crate) fn plays(stated: &str) -> Result<u32, String> {
    count(stated).ok_or_else(|| format!("a repeat cannot be played {stated:.40} times; taken as 2"))
}

/// A score as gathered, in the file's order.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) titles: Titles,
    pub(crate) parts: Vec<Part>,
    pub(crate) bars: Vec<DraftBar>,
    /// How many signs the bars have.
    pub(crate) signs: usize,
    pub(crate) tempos: Vec<DraftTempo>,
    pub(crate) sections: Vec<DraftSection>,
    pub(crate) headings: Vec<DraftHeading>,
    /// Parts whose measures do not always share their bar lines with the others.
    pub(crate) free_parts: Vec<usize>,
    pub(crate) onsets: Vec<Onset>,
    pub(crate) diagnostics: Diagnostics,
}

/// Titles and names from the head of a score.
#[derive(Debug, Default)]
pub(crate) struct Titles {
    pub(crate) work: Option<String>,
    pub(crate) movement: Option<String>,
    pub(crate) credit: Option<String>,
    pub(crate) composer: Option<String>,
    /// What looks like the title on the first page, and its size.
    pub(crate) printed: Option<String>,
    pub(crate) printed_size: f64,
    /// What looks like the composer there.
    pub(crate) printed_composer: Option<String>,
}

/// A bar as gathered from all parts.
#[derive(Debug)]
pub(crate) struct DraftBar {
    pub(crate) number: String,
    pub(crate) implicit: bool,
    pub(crate) offset: u64,
    /// The part whose metre counts.
    pub(crate) lead: usize,
    pub(crate) metre: Metre,
    /// The longest part.
    pub(crate) length: Span,
    /// The longest of its whole-measure rests, none longer than the metre says.
    pub(crate) rest: Span,
    /// Something in it has a length.
    pub(crate) filled: bool,
    pub(crate) repeat_start: Option<RepeatStart>,
    pub(crate) repeat_end: Option<RepeatEnd>,
    pub(crate) endings: Vec<DraftEnding>,
    pub(crate) signs: Vec<DraftSign>,
    /// It closes with a final bar line, which a backward repeat may be part of.
    pub(crate) final_line: bool,
    /// It closes with a double or final bar line.
    pub(crate) strong_line: bool,
    pub(crate) section_break: bool,
    /// The key signature that is in force, in fifths; unknown before the first one.
    pub(crate) key: Option<i8>,
}

impl DraftBar {
    pub(crate) fn new(number: String, implicit: bool, offset: u64, lead: usize, metre: Metre) -> Self {
        Self {
            number,
            implicit,
            offset,
            lead,
            metre,
            length: Span::ZERO,
            rest: Span::ZERO,
            filled: false,
            repeat_start: None,
            repeat_end: None,
            endings: Vec::new(),
            signs: Vec::new(),
            final_line: false,
            strong_line: false,
            section_break: false,
            key: None,
        }
    }
}

/// One edge of an ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DraftEnding {
    pub(crate) numbers: Vec<u32>,
    /// The numbers that the printed text names.
    pub(crate) printed: Vec<u32>,
    pub(crate) edge: Edge,
    pub(crate) offset: u64,
}

/// Which edge of an ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    Start,
    Stop,
    Discontinue,
}

/// A sign or jump as gathered.
#[derive(Clone, Debug)]
pub(crate) struct DraftSign {
    pub(crate) bar: usize,
    pub(crate) kind: SignKind,
    /// The name in the file, for what has one.
    pub(crate) name: Option<String>,
    /// Where in the bar.
    pub(crate) place: Span,
    /// It stands at the right bar line.
    pub(crate) at_end: bool,
    /// How far a jump is played.
    pub(crate) until: Option<crate::words::JumpEnd>,
    pub(crate) then_coda: bool,
    pub(crate) repeats: Option<bool>,
    pub(crate) passes: Vec<u32>,
    /// A jump that no sound element states.
    pub(crate) words_only: bool,
    /// The words name the piece that is played again.
    pub(crate) names_piece: bool,
    /// A coda of which only the symbol says so, no word and no sound element.
    pub(crate) symbol_only: bool,
    pub(crate) part: usize,
    pub(crate) offset: u64,
}

impl DraftSign {
    /// A sign at the beginning of a bar that says nothing but what it is.
    pub(crate) fn new(bar: usize, kind: SignKind) -> Self {
        Self {
            bar,
            kind,
            name: None,
            place: Span::ZERO,
            at_end: false,
            until: None,
            then_coda: false,
            repeats: None,
            passes: Vec::new(),
            words_only: false,
            names_piece: false,
            symbol_only: false,
            part: 0,
            offset: 0,
        }
    }
}

/// Which sign or jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SignKind {
    Segno,
    Coda,
    ToCoda,
    Fine,
    DaCapo,
    DalSegno,
}

impl SignKind {
    pub(crate) const fn is_jump(self) -> bool {
        matches!(self, Self::DaCapo | Self::DalSegno)
    }
}

/// A tempo as gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DraftTempo {
    pub(crate) bar: usize,
    pub(crate) part: usize,
    pub(crate) place: Span,
    pub(crate) value: TempoValue,
    pub(crate) offset: u64,
}

/// How a tempo is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TempoValue {
    /// Quarter notes a minute, for playback.
    Sound(f64),
    /// Quarter notes a minute, as printed.
    Printed(f64),
    /// So many times the tempo before.
    Times(f64),
}

/// A rehearsal mark as gathered.
#[derive(Clone, Debug)]
pub(crate) struct DraftSection {
    pub(crate) bar: usize,
    pub(crate) place: Span,
    pub(crate) text: String,
}

/// Words over the beginning of a part of a movement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DraftHeading {
    pub(crate) bar: usize,
    pub(crate) place: Span,
    pub(crate) kind: crate::words::Heading,
    pub(crate) offset: u64,
}

/// Diagnostics, up to a number.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    pub(crate) kept: Vec<Diagnostic>,
    pub(crate) dropped: usize,
    most: usize,
}

impl Diagnostics {
    pub(crate) fn new(options: &Options) -> Self {
        Self { kept: Vec::new(), dropped: 0, most: options.limits.diagnostics }
    }

    pub(crate) fn add(
        &mut self,
        kind: DiagnosticKind,
        bar: Option<(usize, &str)>,
        offset: u64,
        message: String,
    ) {
        if self.kept.len() >= self.most {
            self.dropped += 1;
            return;
        }
        let (bar, measure) = bar.map_or((None, ""), |(bar, number)| (Some(bar), number));
        self.kept.push(Diagnostic { kind, bar, measure: measure.to_owned(), offset, message });
    }
}

impl Draft {
    pub(crate) fn new(options: &Options) -> Self {
        Self { diagnostics: Diagnostics::new(options), ..Self::default() }
    }

    /// Adds a diagnostic about a bar.
    pub(crate) fn diagnose(
        &mut self,
        kind: DiagnosticKind,
        bar: usize,
        offset: u64,
        message: impl Into<String>,
    ) {
        let number = self.bars.get(bar).map_or("", |bar| bar.number.as_str());
        self.diagnostics.add(kind, Some((bar, number)), offset, message.into());
    }

    /// Notes a sign once: the same sign of another part or staff only adds what the first one left open.
    pub(crate) fn sign(&mut self, sign: DraftSign) {
        let same = |other: &&mut DraftSign| {
            other.kind == sign.kind
                && (other.name == sign.name || other.name.is_none() || sign.name.is_none())
                && (other.passes == sign.passes || other.part != sign.part || !sign.kind.is_jump())
        };
        let Some(bar) = self.bars.get_mut(sign.bar) else { return };
        let Some(first) = bar.signs.iter_mut().find(same) else {
            self.signs += 1;
            bar.signs.push(sign);
            return;
        };
        let until_differs = matches!((first.until, sign.until), (Some(a), Some(b)) if a != b);
        let repeats_differ = matches!((first.repeats, sign.repeats), (Some(a), Some(b)) if a != b);
        let passes_differ =
            !sign.passes.is_empty() && !first.passes.is_empty() && first.passes != sign.passes;
        first.name = first.name.take().or(sign.name);
        first.until = first.until.or(sign.until);
        first.then_coda |= sign.then_coda;
        first.repeats = first.repeats.or(sign.repeats);
        first.symbol_only &= sign.symbol_only;
        first.words_only &= sign.words_only;
        first.names_piece |= sign.names_piece;
        if first.passes.is_empty() {
            first.passes = sign.passes;
        }
        if until_differs || repeats_differ || passes_differ {
            let message = "the same jump is written here twice with different meanings; the first one counts";
            self.diagnose(DiagnosticKind::Contradiction, sign.bar, sign.offset, message);
        }
    }

    /// How many marks there are besides signs.
    pub(crate) fn marks(&self) -> usize {
        self.tempos.len() + self.sections.len() + self.headings.len()
    }
}
