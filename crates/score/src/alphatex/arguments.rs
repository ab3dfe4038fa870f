//! What stands behind tags and in braces.

use super::Reader;
use super::lexer::Token;
use crate::error::Error;

/// No list of arguments is longer than this.
const MAX_ARGUMENTS: usize = 1_000;

/// How a tag's arguments are told from the music behind them, if no parentheses do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    None,
    /// One word, number or text.
    One,
    /// A title: a text, and how it is printed.
    Title,
    /// Up to so many texts.
    Texts(usize),
    /// A number, and perhaps a text.
    Tempo,
    /// Two numbers, or a word.
    Metre,
    /// A word or text, and perhaps a second one.
    Section,
    /// Numbers as far as they go.
    Numbers,
    /// Words as far as they are pitches.
    Pitches,
    /// A name, and what the fingers do.
    Chord,
    /// Perhaps a number, and a text.
    Lyrics,
    /// A name, and perhaps a number.
    Drum,
    /// Three numbers, and perhaps a share.
    Sync,
}

/// An argument.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Number(f64),
    Text(String),
}

impl core::fmt::Display for Argument {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Argument {
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn whole(&self) -> Option<u32> {
        let number = self.number().filter(|number| (0.0..=1e9).contains(number) && number.fract() == 0.0)?;
        Some(number as u32)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl Reader<'_> {
    /// The arguments of a tag, or of a property.
    pub(super) fn arguments(&mut self, shape: Shape) -> Result<Vec<Argument>, Error> {
        let mut found = Vec::new();
        if shape != Shape::None && self.lexer.accept(&Token::Open)? {
            while !self.lexer.accept(&Token::Close)? {
                match self.argument()? {
                    Some(argument) => found.push(argument),
                    None if self.lexer.peek()?.is_none() => {
                        return Err(self
                            .lexer
                            .broken("expected a closing parenthesis, found the end of the file"));
                    }
                    // Points of curves and the like.
                    None => _ = self.lexer.next()?,
                }
                if found.len() > MAX_ARGUMENTS {
                    return Err(self.lexer.broken("expected fewer arguments"));
                }
            }
            return Ok(found);
        }
        let (least, most, wants): (usize, usize, fn(&Token<'_>) -> bool) = match shape {
            Shape::None => return Ok(found),
            Shape::One => (1, 1, |_| true),
            Shape::Title => (1, 3, |token| matches!(token, Token::Text(_)) || is_alignment(token)),
            Shape::Texts(most) => (0, most, |token| matches!(token, Token::Text(_))),
            Shape::Tempo => (1, 2, |token| matches!(token, Token::Text(_))),
            Shape::Metre => (1, 2, |token| matches!(token, Token::Number(_))),
            Shape::Section => (1, 2, |token| matches!(token, Token::Text(_))),
            Shape::Numbers => (1, MAX_ARGUMENTS, |token| matches!(token, Token::Number(_))),
            Shape::Pitches => (1, 64, is_pitch),
            Shape::Chord => (1, 20, |token| matches!(token, Token::Number(_) | Token::Word("x"))),
            Shape::Lyrics => (1, 2, |token| matches!(token, Token::Text(_))),
            Shape::Drum => (1, 2, |token| matches!(token, Token::Number(_))),
            Shape::Sync => (3, 4, |token| matches!(token, Token::Number(_))),
        };
        while found.len() < most {
            let wanted = match self.lexer.peek()? {
                Some(token) => found.len() < least || wants(token),
                None => false,
            };
            if !wanted {
                break;
            }
            match self.argument()? {
                Some(argument) => found.push(argument),
                None => break,
            }
            // "common" stands alone, and so does what is no pitch.
            let word = found.first().and_then(Argument::text);
            let alone = match shape {
                Shape::Metre => word.is_some(),
                Shape::Pitches => word.is_none_or(|word| super::beats::pitch(word).is_none()),
                _ => false,
            };
            if alone {
                break;
            }
        }
        Ok(found)
    }

    /// One argument, if one comes next.
    fn argument(&mut self) -> Result<Option<Argument>, Error> {
        if let Some(number) = self.lexer.decimal()? {
            return Ok(Some(Argument::Number(number)));
        }
        Ok(match self.lexer.peek()? {
            Some(Token::Word(_) | Token::Text(_)) => match self.lexer.next()? {
                Some(Token::Word(word)) => Some(Argument::Text(word.to_owned())),
                Some(Token::Text(text)) => Some(Argument::Text(text)),
                _ => None,
            },
            _ => None,
        })
    }

    /// The properties in braces, if any come next, with their arguments.
    pub(super) fn property_list(&mut self) -> Result<Vec<(String, Vec<Argument>)>, Error> {
        let mut list = Vec::new();
        if !self.lexer.accept(&Token::OpenBrace)? {
            return Ok(list);
        }
        while !self.lexer.accept(&Token::CloseBrace)? {
            let name = match self.lexer.next()? {
                Some(Token::Word(name)) => name.to_ascii_lowercase(),
                Some(_) => {
                    return Err(self.lexer.broken("expected the name of a property or a closing brace"));
                }
                None => return Err(self.lexer.broken("expected a closing brace, found the end of the file")),
            };
            let mut arguments =
                self.arguments(if takes_word(&name) { Shape::One } else { Shape::Texts(0) })?;
            while arguments.len() < MAX_ARGUMENTS
                && matches!(self.lexer.peek()?, Some(Token::Number(_) | Token::Text(_)))
            {
                arguments.extend(self.argument()?);
            }
            // A second word, as in "dive gradual", and numbers behind a word.
            if matches!(name.as_str(), "tb" | "tbe" | "b" | "be") {
                while matches!(self.lexer.peek()?, Some(Token::Open)) {
                    arguments.extend(self.arguments(Shape::One)?);
                }
            }
            list.push((name, arguments));
            if list.len() > MAX_ARGUMENTS {
                return Err(self.lexer.broken("expected fewer properties"));
            }
        }
        Ok(list)
    }
}

/// Whether what follows a property is a word of its own, and not the next property.
fn takes_word(name: &str) -> bool {
    matches!(
        name,
        "dy" | "ot"
            | "gr"
            | "rasg"
            | "beam"
            | "instrument"
            | "fermata"
            | "slur"
            | "acc"
            | "ch"
            | "txt"
            | "showdiagram"
            | "showfingering"
            | "showname"
    )
}

fn is_alignment(token: &Token<'_>) -> bool {
    matches!(token, Token::Word(word) if ["left", "center", "right"].iter().any(|known| word.eq_ignore_ascii_case(known)))
}

fn is_pitch(token: &Token<'_>) -> bool {
    matches!(token, Token::Word(word) if super::beats::pitch(word).is_some())
}
