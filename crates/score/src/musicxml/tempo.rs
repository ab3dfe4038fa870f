//! Metronome marks.

use super::Reader;
use crate::draft::TempoValue;
use crate::error::Error;
use crate::xml::{Element, Token, XmlSource};

/// One side of a metronome mark: the length of its notes in quarters.
#[derive(Clone, Copy, Default)]
struct Side {
    quarters: f64,
    notes: u32,
}

impl Side {
    fn add(&mut self, quarters: Option<f64>) {
        if let Some(quarters) = quarters {
            self.quarters += quarters;
            self.notes += 1;
        }
    }

    /// A dot on the latest note, whose undotted value is `plain` and which has `dots` before this one.
    fn dot(&mut self, plain: f64, dots: i32) {
        self.quarters += plain * 0.5_f64.powi(dots + 1);
    }
}

impl<S: XmlSource> Reader<'_, S> {
    /// Reads the `metronome` just opened: a tempo in quarters a minute, or a relation to the tempo before.
    pub(super) fn metronome(&mut self) -> Result<Option<TempoValue>, Error> {
        let mut sides = [Side::default(), Side::default()];
        let (mut side, mut units, mut tied, mut relation) = (0, 0, false, false);
        let (mut plain, mut dots, mut per_minute) = (0.0, 0, None);
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::BeatUnit => {
                    if units > 0 && !tied {
                        side = 1;
                    }
                    units += 1;
                    tied = false;
                    let value = quarters(self.cursor.text()?);
                    (plain, dots) = (value.unwrap_or(0.0), 0);
                    if let Some(side) = sides.get_mut(side) {
                        side.add(value);
                    }
                }
                Element::BeatUnitDot => {
                    if let Some(side) = sides.get_mut(side) {
                        side.dot(plain, dots);
                    }
                    dots += 1;
                    self.cursor.skip()?;
                }
                Element::BeatUnitTied => {
                    while let Token::Open(element) = self.cursor.next()? {
                        match element {
                            Element::BeatUnit => {
                                let value = quarters(self.cursor.text()?);
                                (plain, dots) = (value.unwrap_or(0.0), 0);
                                if let Some(side) = sides.get_mut(side) {
                                    side.add(value);
                                }
                            }
                            Element::BeatUnitDot => {
                                if let Some(side) = sides.get_mut(side) {
                                    side.dot(plain, dots);
                                }
                                dots += 1;
                                self.cursor.skip()?;
                            }
                            _ => self.cursor.skip()?,
                        }
                    }
                }
                Element::PerMinute => per_minute = number(self.cursor.text()?),
                Element::MetronomeRelation => {
                    relation = true;
                    side = 1;
                    self.cursor.skip()?;
                }
                Element::MetronomeNote => {
                    let value = self.metronome_note()?;
                    if let Some(side) = sides.get_mut(side) {
                        side.add(value);
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        let [left, right] = sides;
        Ok(match per_minute {
            Some(number) => (left.notes > 0).then_some(TempoValue::Printed(number * left.quarters)),
            None if left.notes > 0 && right.notes > 0 && (relation || units > 1) => {
                // What lasted as long as the left side now lasts as long as the right one.
                Some(TempoValue::Times(right.quarters / left.quarters))
            }
            None => None,
        })
        .map(|value| value.filter(|value| sound(*value)))
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
    Some(match kind {
        "maxima" => 32.0,
        "long" => 16.0,
        "breve" => 8.0,
        "whole" => 4.0,
        "half" => 2.0,
        "quarter" => 1.0,
        "eighth" => 0.5,
        "16th" => 0.25,
        "32nd" => 0.125,
        "64th" => 0.062_5,
        "128th" => 0.031_25,
        "256th" => 0.015_625,
        "512th" => 0.007_812_5,
        "1024th" => 0.003_906_25,
        _ => return None,
    })
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
