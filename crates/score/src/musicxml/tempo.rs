//! Metronome marks.

use super::Reader;
use crate::draft::TempoValue;
use crate::error::Error;
use crate::span::Span;
use crate::xml::{Element, Token, XmlSource};

/// One side of a metronome mark: the notes whose lengths add up to its beat.
#[derive(Clone, Copy, Default)]
struct Side {
    quarters: f64,
    /// The latest note without its dots, in quarters, and how many it has.
    plain: f64,
    dots: i32,
}

impl Side {
    fn add(&mut self, quarters: Option<f64>) {
        (self.plain, self.dots) = (quarters.unwrap_or(0.0), 0);
        self.quarters += self.plain;
    }

    /// A dot on the latest note.
    fn dot(&mut self) {
        self.dots += 1;
        self.quarters += self.plain * 0.5_f64.powi(self.dots);
    }
}

impl<S: XmlSource> Reader<'_, S> {
    /// Reads the `metronome` just opened: a tempo in quarters a minute, or a relation to the tempo before.
    pub(super) fn metronome(&mut self) -> Result<Option<TempoValue>, Error> {
        let (mut left, mut right) = (Side::default(), Side::default());
        // A second beat unit is the other side of an equation.
        let (mut units, mut equation, mut per_minute) = (0, false, None);
        while let Token::Open(element) = self.cursor.next()? {
            if element == Element::BeatUnit {
                units += 1;
                equation |= units > 1;
            }
            let side = if equation { &mut right } else { &mut left };
            match element {
                Element::BeatUnit => side.add(quarters(self.cursor.text()?)),
                Element::BeatUnitDot => {
                    side.dot();
                    self.cursor.skip()?;
                }
                Element::BeatUnitTied => {
                    while let Token::Open(element) = self.cursor.next()? {
                        match element {
                            Element::BeatUnit => side.add(quarters(self.cursor.text()?)),
                            Element::BeatUnitDot => {
                                side.dot();
                                self.cursor.skip()?;
                            }
                            _ => self.cursor.skip()?,
                        }
                    }
                }
                Element::PerMinute => per_minute = number(self.cursor.text()?),
                Element::MetronomeRelation => {
                    equation = true;
                    self.cursor.skip()?;
                }
                Element::MetronomeNote => {
                    let value = self.metronome_note()?;
                    side.add(value);
                }
                _ => self.cursor.skip()?,
            }
        }
        let value = match per_minute {
            Some(number) => TempoValue::Printed(number * left.quarters),
            // What lasted as long as the left side now lasts as long as the right one.
            None => TempoValue::Times(right.quarters / left.quarters),
        };
        // A side without notes makes 0 or infinity, which is no tempo.
        Ok(Some(value).filter(|value| sound(*value)))
    }

    fn metronome_note(&mut self) -> Result<Option<f64>, Error> {
        let (mut plain, mut length, mut dots, mut ratio) = (None, 0.0, 0, 1.0);
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::MetronomeType => {
                    plain = quarters(self.cursor.text()?);
                    length = plain.unwrap_or(0.0);
                }
                Element::MetronomeDot => {
                    dots += 1;
                    length += plain.unwrap_or(0.0) * 0.5_f64.powi(dots);
                    self.cursor.skip()?;
                }
                Element::MetronomeTuplet => {
                    let (mut actual, mut normal) = (1.0, 1.0);
                    while let Token::Open(element) = self.cursor.next()? {
                        match element {
                            Element::ActualNotes => actual = number(self.cursor.text()?).unwrap_or(1.0),
                            Element::NormalNotes => normal = number(self.cursor.text()?).unwrap_or(1.0),
                            _ => self.cursor.skip()?,
                        }
                    }
                    ratio = normal / actual;
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(plain.map(|_| length * ratio))
    }
}

/// Whether a tempo can be used.
pub(super) fn sound(value: TempoValue) -> bool {
    let (TempoValue::Sound(value) | TempoValue::Printed(value) | TempoValue::Times(value)) = value;
    value.is_finite() && (0.001..=100_000.0).contains(&value)
}

/// The length of a note type in quarters.
fn quarters(kind: &str) -> Option<f64> {
    Span::of_type(kind).map(Span::quarters)
}

/// The number in a text such as `120`, `c. 96`, `92,5`; the middle of a range such as `120-132`.
fn number(text: &str) -> Option<f64> {
    let mut found = Vec::new();
    let text = text.replace(',', ".");
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = rest.get(start..)?;
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tail.len());
        if let Ok(value) = tail.get(..end)?.trim_end_matches('.').parse::<f64>() {
            found.push(value);
        }
        rest = tail.get(end..)?;
        if found.len() == 2 {
            break;
        }
    }
    let value = match found.as_slice() {
        [low, high] if text.contains(['-', '–', '—']) && high > low => low.midpoint(*high),
        [first, ..] => *first,
        [] => return None,
    };
    Some(value).filter(|value| value.is_finite() && *value > 0.0)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(number("120"), Some(120.0));
        assert_eq!(number("c. 96"), Some(96.0));
        assert_eq!(number("ca.96"), Some(96.0));
        assert_eq!(number("92.5"), Some(92.5));
        assert_eq!(number("92,5"), Some(92.5));
        assert_eq!(number("120-132"), Some(126.0));
        assert_eq!(number("120 – 132"), Some(126.0));
        assert_eq!(number("fast"), None);
        assert_eq!(number("0"), None);
    }
}
