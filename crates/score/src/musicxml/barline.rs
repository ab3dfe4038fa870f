//! Bar lines: repeats, endings, and the signs that may stand on them.

use segno_syncpoint::{RepeatEnd, RepeatStart};

use super::Reader;
use crate::diagnostic::DiagnosticKind;
use crate::draft::{self, DraftEnding, DraftSign, Edge, MAX_NUMBERS, SignKind};
use crate::error::Error;
use crate::xml::{Element, Token, XmlSource};

/// Which side of the bar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Middle,
}

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn barline(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let begins = self.states.get(part).is_some_and(|state| !state.reach.is_positive());
        let stated = match self.cursor.attribute("location")?.as_deref() {
            Some("left") => Some(Side::Left),
            Some("middle") => Some(Side::Middle),
            Some("right") => Some(Side::Right),
            _ => None,
        };
        let names = [(SignKind::Segno, self.label("segno")?), (SignKind::Coda, self.label("coda")?)];
        let mut signs = Vec::new();
        let (mut forward, mut backward, mut ending) = (false, None, None);
        let (mut final_line, mut strong_line) = (false, false);
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Repeat => {
                    match self.cursor.attribute("direction")?.as_deref() {
                        Some("forward") => forward = true,
                        Some("backward") => backward = Some(self.backward(bar)?),
                        _ => {
                            let message = "a repeat that is neither forward nor backward";
                            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
                        }
                    }
                    self.cursor.skip()?;
                }
                Element::Ending => ending = self.ending(bar)?,
                Element::BarStyle => match self.cursor.text()? {
                    "light-heavy" => (final_line, strong_line) = (true, true),
                    "light-light" | "heavy-light" | "heavy-heavy" | "heavy" => strong_line = true,
                    _ => {}
                },
                Element::Segno | Element::Coda => {
                    signs.push(if element == Element::Segno { SignKind::Segno } else { SignKind::Coda });
                    self.cursor.skip()?;
                }
                _ => self.cursor.skip()?,
            }
        }
        // The default is "right", but a bar line with a forward repeat before the first note is the left one.
        let opens = forward || ending.as_ref().is_some_and(|ending| ending.edge == Edge::Start);
        let side = stated.unwrap_or(if begins && opens { Side::Left } else { Side::Right });
        if side == Side::Middle && (forward || backward.is_some() || ending.is_some()) {
            let message = "a repeat inside a bar counts for the whole bar";
            self.draft.diagnose(DiagnosticKind::Unsupported, bar, offset, message);
        }
        if forward {
            if side == Side::Right {
                if let Some(state) = self.states.get_mut(part) {
                    state.next_repeat = true;
                }
            } else if let Some(draft) = self.draft.bars.get_mut(bar) {
                let new = draft.repeat_start.replace(RepeatStart::Printed).is_none() && draft.lead != part;
                self.diagnose_new(new, bar, offset);
            }
        }
        if let Some(repeat) = backward {
            // At the left bar line it closes the bar before.
            let closed = if side == Side::Left { bar.checked_sub(1) } else { Some(bar) };
            self.close_repeat(part, closed, bar, repeat, offset);
        }
        if let Some(ending) = ending {
            self.place_ending(part, bar, side, ending);
        }
        let closed = if side == Side::Left { bar.checked_sub(1) } else { Some(bar) };
        if side != Side::Middle
            && let Some(draft) = closed.and_then(|closed| self.draft.bars.get_mut(closed))
        {
            draft.final_line |= final_line && side == Side::Right;
            draft.strong_line |= strong_line;
        }
        for (kind, name) in names {
            if name.is_some() || signs.contains(&kind) {
                let place = self.states.get(part).map_or(crate::span::Span::ZERO, |state| state.here);
                self.draft.sign(DraftSign {
                    symbol_only: name.is_none(),
                    name: name.filter(|name| !name.is_empty()),
                    place,
                    at_end: side == Side::Right,
                    part,
                    offset,
                    ..DraftSign::new(bar, kind)
                });
            }
        }
        Ok(())
    }

    fn backward(&mut self, bar: usize) -> Result<RepeatEnd, Error> {
        let offset = self.cursor.offset();
        let plays = match self.cursor.attribute("times")? {
            None => 2,
            Some(times) => draft::plays(&times).unwrap_or_else(|message| {
                self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
                2
            }),
        };
        Ok(RepeatEnd { plays, after_jump: self.cursor.flag("after-jump")? })
    }

    fn close_repeat(
        &mut self,
        part: usize,
        closed: Option<usize>,
        bar: usize,
        repeat: RepeatEnd,
        offset: u64,
    ) {
        let Some(draft) = closed.and_then(|closed| self.draft.bars.get_mut(closed)) else {
            let message = "a backward repeat before the first bar has nothing to repeat";
            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
            return;
        };
        match draft.repeat_end {
            None => {
                draft.repeat_end = Some(repeat);
                let new = draft.lead != part;
                self.diagnose_new(new, bar, offset);
            }
            Some(first) if first.plays != repeat.plays => {
                let message =
                    "two repeat signs at one place differ in how often they are played; the first counts";
                self.draft.diagnose(DiagnosticKind::Contradiction, bar, offset, message);
            }
            Some(ref mut first) => first.after_jump = first.after_jump.or(repeat.after_jump),
        }
    }

    /// Tells of a repeat or ending that the first part, which is read first, does not have.
    fn diagnose_new(&mut self, new: bool, bar: usize, offset: u64) {
        if new {
            let message = "a repeat or ending that the first part lacks; it counts all the same";
            self.draft.diagnose(DiagnosticKind::Contradiction, bar, offset, message);
        }
    }

    /// The passes that an ending or jump is for; those that cannot be are told.
    pub(super) fn passes(&mut self, stated: &str, kind: DiagnosticKind, bar: usize, offset: u64) -> Vec<u32> {
        let unlikely = |digits: &&str| !digits.is_empty() && draft::count(digits).is_none();
        if let Some(number) = stated.split(|letter: char| !letter.is_ascii_digit()).find(unlikely) {
            let message =
                format!("nothing is played {number:.40} times; the number of this pass is left out");
            self.draft.diagnose(kind, bar, offset, message);
        }
        numbers(stated)
    }

    fn ending(&mut self, bar: usize) -> Result<Option<DraftEnding>, Error> {
        let offset = self.cursor.offset();
        let edge = match self.cursor.attribute("type")?.as_deref() {
            Some("start") => Some(Edge::Start),
            Some("stop") => Some(Edge::Stop),
            Some("discontinue") => Some(Edge::Discontinue),
            _ => None,
        };
        let stated = self.cursor.attribute("number")?.unwrap_or_default();
        let numbers = self.passes(&stated, DiagnosticKind::Ending, bar, offset);
        let printed = self::numbers(self.cursor.text()?);
        let Some(edge) = edge else {
            let message = "an ending that neither starts nor stops";
            self.draft.diagnose(DiagnosticKind::Ending, bar, offset, message);
            return Ok(None);
        };
        Ok(Some(DraftEnding { numbers, printed, edge, offset }))
    }

    fn place_ending(&mut self, part: usize, bar: usize, side: Side, ending: DraftEnding) {
        let target = match (ending.edge, side) {
            (Edge::Start, Side::Right) => {
                if let Some(state) = self.states.get_mut(part) {
                    state.next_endings.push(ending);
                }
                return;
            }
            (Edge::Stop | Edge::Discontinue, Side::Left) => bar.saturating_sub(1),
            _ => bar,
        };
        let Some(draft) = self.draft.bars.get_mut(target) else { return };
        let same = |other: &&DraftEnding| (other.edge == Edge::Start) == (ending.edge == Edge::Start);
        match draft.endings.iter().find(same) {
            None => {
                let (new, offset) = (draft.lead != part, ending.offset);
                draft.endings.push(ending);
                self.diagnose_new(new, bar, offset);
            }
            Some(first) if first.numbers != ending.numbers => {
                let message = "two endings at one place have different numbers; the first counts";
                self.draft.diagnose(DiagnosticKind::Contradiction, bar, ending.offset, message);
            }
            Some(_) => {}
        }
    }
}

/// The passes named by an ending: `1, 2`, `1-3`, `1.2.`; without doubles, in order.
fn numbers(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = Vec::new();
    let mut range = false;
    let mut rest = text.get(..text.len().min(200)).unwrap_or_default();
    while let Some(first) = rest.chars().next() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits == 0 {
            range |= matches!(first, '-' | '–' | '—');
            range &= !matches!(first, ',' | ';');
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        rest = tail;
        let Some(number) = draft::count(number).filter(|number| *number > 0) else { continue };
        let from =
            if core::mem::take(&mut range) { numbers.last().map_or(number, |last| last + 1) } else { number };
        for pass in from.min(number)..=number {
            if !numbers.contains(&pass) && numbers.len() < MAX_NUMBERS {
                numbers.push(pass);
            }
        }
    }
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_of_endings() {
        assert_eq!(numbers("1"), [1]);
        assert_eq!(numbers("1, 2"), [1, 2]);
        assert_eq!(numbers("1,2"), [1, 2]);
        assert_eq!(numbers("1-3"), [1, 2, 3]);
        assert_eq!(numbers("1.-3."), [1, 2, 3]);
        assert_eq!(numbers("1.2."), [1, 2]);
        assert_eq!(numbers("2 4"), [2, 4]);
        assert_eq!(numbers("1-2, 5"), [1, 2, 5]);
        assert_eq!(numbers(""), [0_u32; 0]);
        assert_eq!(numbers("1-4000000000"), [1]);
    }
}
