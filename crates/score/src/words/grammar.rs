//! The grammar of jumps: every word of a text has its place in it, or the text is not a jump.

use super::expressions as words;
use super::{Heading, JumpEnd, JumpTarget, Phrase, Sign};

/// A text and how far it has been read.
struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
}

impl Reader<'_> {
    fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// How many words of the longest of these expressions stand at `at`.
    fn found(&self, at: usize, expressions: &[&str]) -> Option<usize> {
        let rest = self.tokens.get(at..).unwrap_or_default();
        let length = |expression: &&str| {
            let mut count = 0;
            for word in expression.split(' ') {
                if rest.get(count).is_none_or(|token| token != word) {
                    return None;
                }
                count += 1;
            }
            Some(count)
        };
        expressions.iter().filter_map(length).max()
    }

    /// Passes over one of these expressions.
    fn take(&mut self, expressions: &[&str]) -> bool {
        let found = self.found(self.at, expressions);
        self.at += found.unwrap_or(0);
        found.is_some()
    }

    /// Passes over any number of these expressions.
    fn take_all(&mut self, expressions: &[&str]) {
        while self.take(expressions) {}
    }

    /// Passes over a word that begins like this.
    fn take_stem(&mut self, stems: &[&str]) -> bool {
        let fits =
            self.tokens.get(self.at).is_some_and(|token| stems.iter().any(|stem| token.starts_with(stem)));
        self.at += usize::from(fits);
        fits
    }

    /// Passes over what `part` reads, or over nothing.
    fn attempt<T>(&mut self, part: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let result = part(self);
        if result.is_none() {
            self.at = start;
        }
        result
    }

    /// A sign with its number, if it has one.
    fn sign(&mut self, names: &[&str]) -> bool {
        let found = self.take(names);
        if found {
            self.take(words::ORDINALS);
        }
        found
    }

    /// A jump, and whether the words for it mean nothing else.
    fn leap(&mut self) -> Option<(JumpTarget, bool)> {
        let abbreviated = self.take(words::DA_CAPO);
        if !abbreviated && !self.take(words::BEGINNING) {
            return self.dal_segno().map(|()| (JumpTarget::Segno, true));
        }
        // "Da capo dal segno" goes to the sign; "D.C. from the beginning" says it twice.
        if self.dal_segno().is_some() {
            return Some((JumpTarget::Segno, true));
        }
        self.take(words::BEGINNING);
        Some((JumpTarget::Beginning, abbreviated))
    }

    fn dal_segno(&mut self) -> Option<()> {
        self.attempt(|text| (text.take(words::FROM) && text.sign(words::SEGNO)).then_some(()))
            .or_else(|| self.sign(words::SEGNO_JUMP).then_some(()))
    }

    fn al_segno(&mut self) -> Option<()> {
        self.attempt(|text| (text.take(words::TO) && text.sign(words::SEGNO)).then_some(()))
    }

    fn until(&mut self) -> Option<JumpEnd> {
        self.attempt(|text| {
            if text.take(words::AL_FINE) {
                return Some(JumpEnd::Fine);
            }
            if text.take(words::AL_CODA) {
                return Some(JumpEnd::ToCoda);
            }
            let mut places = Vec::new();
            while text.take(words::UP_TO) || (!places.is_empty() && text.take(words::THE)) {
                places.push(text.at);
            }
            // "Fin" is both "up to" and the end itself, so the longest way there may be one word too long.
            places.into_iter().rev().find_map(|at| {
                text.at = at;
                text.place()
            })
        })
    }

    fn place(&mut self) -> Option<JumpEnd> {
        if self.take(words::FINE) {
            Some(JumpEnd::Fine)
        } else if self.sign(words::CODA) {
            Some(JumpEnd::ToCoda)
        } else if self.sign(words::SEGNO) {
            Some(JumpEnd::Segno)
        } else {
            self.take(words::TRIO).then_some(JumpEnd::Trio)
        }
    }

    /// "Poi la coda".
    fn then_coda(&mut self) -> Option<()> {
        self.attempt(|text| {
            while text.take(words::THEN) || text.take(words::UP_TO) || text.take(words::THE) {}
            if !text.sign(words::CODA) {
                return None;
            }
            text.take(words::THEN);
            Some(())
        })
    }

    fn repeats(&mut self) -> Option<bool> {
        self.attempt(|text| {
            if text.take(words::WITHOUT_REPEATS) {
                return Some(false);
            }
            let played = if text.take(words::WITHOUT) {
                false
            } else if text.take(words::WITH) {
                true
            } else {
                return None;
            };
            text.take_all(words::ALL);
            text.take_stem(words::REPEATS).then_some(played)
        })
    }

    /// "Il primo menuetto".
    fn name(&mut self) -> Option<()> {
        self.attempt(|text| {
            text.take(words::ARTICLES);
            text.take(words::ORDINALS);
            if !text.take_stem(words::NAME_STEMS) && !text.take(words::NAMES) {
                return None;
            }
            text.take(words::ORDINALS);
            Some(())
        })
    }

    /// Everything that may follow a jump.
    fn rest(&mut self, phrase: &mut Phrase, names: bool) {
        while !self.done() {
            if phrase.until.is_none()
                && let Some(until) = self.until()
            {
                phrase.until = Some(until);
            } else if phrase.until.is_none() && self.take(words::FINE) {
                phrase.until = Some(JumpEnd::Fine);
            } else if !phrase.then_coda && self.then_coda().is_some() {
                phrase.then_coda = true;
            } else if phrase.repeats.is_none()
                && let Some(repeats) = self.repeats()
            {
                phrase.repeats = Some(repeats);
            } else if names && self.name().is_some() {
                phrase.names_piece = true;
            } else if !self.take(words::AND) {
                break;
            }
        }
    }
}

/// The jump that a text is.
pub(super) fn jump(tokens: &[String]) -> Option<Phrase> {
    let mut text = Reader { tokens, at: 0 };
    let mut phrase = Phrase::default();
    let (leap, abbreviated) = start(&mut text, &mut phrase)?;
    phrase.jump = Some(leap);
    text.rest(&mut phrase, abbreviated);
    // "D.S. al", with the sign after it as a symbol of its own.
    text.take_all(words::UP_TO);
    if !text.done() {
        return None;
    }
    if phrase.jump == Some(JumpTarget::Segno) && phrase.until == Some(JumpEnd::Segno) {
        // From sign to sign is only the way there.
        phrase.until = None;
    }
    phrase.then_coda |= phrase.until == Some(JumpEnd::ToCoda);
    Some(phrase)
}

/// The jump itself, with what may go before it, and whether its words mean nothing else.
fn start(text: &mut Reader<'_>, phrase: &mut Phrase) -> Option<(JumpTarget, bool)> {
    if text.al_segno().is_some() {
        return Some((JumpTarget::Segno, true));
    }
    text.take(words::BEFORE);
    phrase.names_piece = text.name().is_some();
    text.take(words::BEFORE);
    text.leap().filter(|(_, abbreviated)| *abbreviated || !phrase.names_piece)
}

/// The sign that a text is.
pub(super) fn sign(tokens: &[String]) -> Option<Sign> {
    let whole = |part: &dyn Fn(&mut Reader<'_>) -> bool| {
        let mut text = Reader { tokens, at: 0 };
        part(&mut text) && text.done()
    };
    let leaves = |text: &mut Reader<'_>| {
        text.until() == Some(JumpEnd::ToCoda) || {
            text.at = 0;
            let found = text.take(words::TO_CODA);
            text.take(words::CODA);
            found
        }
    };
    if whole(&leaves) {
        Some(Sign::ToCoda)
    } else if whole(&|text| {
        text.take(words::THE);
        text.sign(words::CODA)
    }) {
        Some(Sign::Coda)
    } else if whole(&|text| text.sign(&["segno", "𝄋", "segno segno", "segno 𝄋", "𝄋 segno", "𝄋 𝄋"]))
    {
        Some(Sign::Segno)
    } else {
        whole(&|text| text.take(words::FINE_SIGN)).then_some(Sign::Fine)
    }
}

/// What a text says about a jump that is known from elsewhere.
pub(super) fn hints(tokens: &[String]) -> Phrase {
    let mut text = Reader { tokens, at: 0 };
    let mut phrase = Phrase::default();
    while !text.done() {
        let before = text.at;
        text.rest(&mut phrase, false);
        text.at = text.at.max(before + 1);
    }
    phrase.then_coda |= phrase.until == Some(JumpEnd::ToCoda);
    phrase
}

/// Whether a text speaks of a jump.
pub(super) fn mentions(tokens: &[String]) -> bool {
    let text = Reader { tokens, at: 0 };
    let plain = ["d c", "da capo", "dacapo", "d s", "dal segno", "dal 𝄋"];
    (0..tokens.len()).any(|at| text.found(at, &plain).is_some())
}

/// What a text says that stands over a part of a movement.
pub(super) fn heading(tokens: &[String]) -> Option<Heading> {
    const MAX_WORDS: usize = 6;
    if tokens.len() > MAX_WORDS {
        return None;
    }
    let mut text = Reader { tokens, at: 0 };
    if text.take(words::CODA) {
        return Some(Heading::Coda);
    }
    text.take_all(words::ORDINALS);
    if text.take(words::TRIO) {
        return Some(Heading::Trio);
    }
    text.take(&["tempo di", "tempo de", "in tempo di", "alla"]);
    if !text.take_stem(words::DANCES) {
        text.take_stem(words::DEGREES);
        return text.take_stem(words::TEMPOS).then_some(Heading::Tempo);
    }
    // "Menuetto II" is the trio of "Menuetto I"; "II. Menuetto" is the second movement.
    Some(if text.take(&["ii", "2", "2do", "secondo", "second"]) { Heading::Trio } else { Heading::Dance })
}
