//! What performers read as jumps and signs in the text above the staff, in the usual languages and spellings.
//!
//! A text is a jump only if the jump is all that it says: the whole of it has to be used up by the grammar. "Come al
//! principio" and "voice tacet on D.S." only speak of a jump.

mod expressions;
mod grammar;
mod letters;

pub(crate) use letters::{glyph, plain};

/// The meaning of a direction's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// A da capo or dal segno.
    pub(crate) jump: Option<JumpTarget>,
    /// How far one plays after the jump.
    pub(crate) until: Option<JumpEnd>,
    /// After the end of the jump one goes on at the coda.
    pub(crate) then_coda: bool,
    /// Whether repeats are played after the jump.
    pub(crate) repeats: Option<bool>,
    /// The piece that is played again is named: "Menuetto D.C.".
    pub(crate) names_piece: bool,
    /// A sign in words.
    pub(crate) sign: Option<Sign>,
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JumpTarget {
    Beginning,
    Segno,
}

/// Where what follows a jump ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JumpEnd {
    Fine,
    ToCoda,
    Segno,
    /// Where the trio (minore, maggiore) begins.
    Trio,
}

/// A sign that is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Segno,
    Coda,
    ToCoda,
    Fine,
}

/// What a heading says about the form of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// The first part of a form that comes again: menuet, scherzo, march.
    Dance,
    /// What stands between: trio, minore, maggiore, menuet II.
    Trio,
    /// "Coda", with more words: "Coda (Presto)".
    Coda,
    /// A tempo in words: "Andante cantabile".
    Tempo,
    /// A movement, by its number.
    Movement,
}

/// Longer texts are not read as jumps, signs or headings.
const MAX_WORDS_BYTES: usize = 240;

/// Reads the words of one direction; `None` if they are something else.
pub(crate) fn read(words: &str) -> Option<Phrase> {
    let tokens = tokens(words)?;
    grammar::jump(&tokens)
        .or_else(|| grammar::sign(&tokens).map(|sign| Phrase { sign: Some(sign), ..Phrase::default() }))
}

/// What words say of the rest of a jump that is stated elsewhere, whatever else they say.
pub(crate) fn hints(words: &str) -> Phrase {
    tokens(words).map_or_else(Phrase::default, |tokens| grammar::hints(&tokens))
}

/// Whether words that are not a jump speak of one: "solo on D.C.".
pub(crate) fn mentions(words: &str) -> bool {
    tokens(words).is_some_and(|tokens| grammar::mentions(&tokens))
}

/// Reads words that may stand over the beginning of a part of a movement.
pub(crate) fn heading(words: &str) -> Option<Heading> {
    grammar::heading(&tokens(words)?)
}

/// Whether words begin with the number of a movement: "III. Menuetto".
pub(crate) fn is_numbered(words: &str) -> bool {
    let words = words.trim_start();
    let numeral = words.find(|c: char| !matches!(c, 'I' | 'V' | 'X')).unwrap_or(words.len());
    (1..=5).contains(&numeral) && words.get(numeral..).is_some_and(|rest| rest.starts_with('.'))
}

/// The words in lower case without accents, each sign for itself; punctuation is left out. `None` if there are none.
fn tokens(words: &str) -> Option<Vec<String>> {
    if words.len() > MAX_WORDS_BYTES {
        return None;
    }
    let (mut tokens, mut word) = (Vec::new(), String::new());
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            tokens.push(core::mem::take(word));
        }
    };
    for character in words.chars().flat_map(char::to_lowercase) {
        match letters::fold(character) {
            letters::Folded::Letter(letter) => word.push(letter),
            letters::Folded::Sharp => word.push_str("ss"),
            letters::Folded::Nothing => {}
            letters::Folded::Gap => end(&mut word),
            letters::Folded::Sign(sign) => {
                end(&mut word);
                end(&mut sign.to_string());
            }
        }
    }
    end(&mut word);
    (!tokens.is_empty()).then_some(tokens)
}

#[cfg(test)]
mod tests;
