//! Parts with their staves, and the measures of each staff.

use std::collections::HashMap;

use segno_syncpoint::Metre;

use super::Reader;
use crate::error::Error;
use crate::outline::one_line;
use crate::score::Part;
use crate::span::Span;
use crate::xml::{Token, XmlSource};

/// The staves of all parts.
#[derive(Default)]
pub(super) struct Staves {
    /// The part of each staff, by the staff's number in the file.
    parts: HashMap<u32, usize>,
    /// How many staves the parts have.
    count: u32,
    /// A staff with measures was read.
    pub(super) read: bool,
}

/// What is known while the measures of a staff are read.
pub(super) struct Staff {
    pub(super) part: usize,
    /// The number in the file.
    pub(super) id: u32,
    /// The first one: its bars are the score's.
    pub(super) leads: bool,
    /// The measure that comes next.
    pub(super) bar: usize,
    /// Where the next measure begins, from the beginning of the piece.
    pub(super) begin: Span,
    pub(super) metre: (u32, u32),
    /// How long a bar of the score is for one of this staff's own time signature.
    pub(super) stretch: Span,
    /// The number that the next counted measure has.
    pub(super) number: i64,
    /// The numbering begins again behind this measure.
    pub(super) restart: bool,
    /// By voice and key: the note whose tie is open.
    pub(super) ties: HashMap<(u32, i32), usize>,
    /// Version 2: the note whose tie is open, by the tie's id.
    pub(super) tie_ids: HashMap<String, usize>,
    /// Versions 1 and 2: how much shorter the notes of a tuplet are, by its id.
    pub(super) tuplets: HashMap<String, Span>,
}

impl Staff {
    /// The metre's length.
    pub(super) fn nominal(&self) -> Span {
        Span::ratio(self.metre.0.into(), self.metre.1.into())
            .filter(|length| length.is_positive())
            .unwrap_or_else(whole)
    }

    /// Numbers the next measure 1 if a section has ended.
    pub(super) fn begin_numbering(&mut self) {
        if core::mem::take(&mut self.restart) {
            self.number = 1;
        }
    }

    pub(super) fn counted(&self) -> Metre {
        Metre::simple(self.metre.0, self.metre.1)
    }
}

pub(super) fn whole() -> Span {
    Span::ratio(1, 1).unwrap_or(Span::ZERO)
}

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn part(&mut self) -> Result<(), Error> {
        let mut part = Part { id: format!("P{}", self.outline.parts.len() + 1), ..Part::default() };
        let mut staves = Vec::new();
        let mut name = None;
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Staff" => {
                    let id = self.cursor.attribute("id")?.and_then(|id| id.parse().ok());
                    self.staves.count = self.staves.count.saturating_add(1);
                    staves.push(id.unwrap_or(self.staves.count));
                    self.cursor.skip()?;
                }
                "trackName" => name = Some(one_line(self.cursor.text()?)),
                "Instrument" => self.instrument(&mut part)?,
                // Version 1 has the names here.
                "name" => part.name = one_line(self.cursor.text()?),
                "shortName" => part.abbreviation = Some(one_line(self.cursor.text()?)),
                _ => self.cursor.skip()?,
            }
        }
        if part.name.is_empty() {
            part.name = name.unwrap_or_default();
        }
        part.abbreviation = part.abbreviation.filter(|name| !name.is_empty());
        let index = self.outline.add_part(part)?;
        self.staves.parts.extend(staves.into_iter().map(|staff| (staff, index)));
        Ok(())
    }

    fn instrument(&mut self, part: &mut Part) -> Result<(), Error> {
        let mut named = false;
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "longName" if !named => {
                    named = true;
                    part.name = one_line(self.cursor.text()?);
                }
                "shortName" => part.abbreviation = Some(one_line(self.cursor.text()?)),
                // Later channels are for mutes, plucked strings and the like.
                "Channel" if part.programs.is_empty() => {
                    while let Token::Open(_) = self.cursor.next()? {
                        if self.cursor.name() == "program" {
                            let program =
                                self.cursor.attribute("value")?.and_then(|value| value.parse().ok());
                            part.programs.extend(program.filter(|program: &u8| *program < 128));
                        }
                        self.cursor.skip()?;
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    pub(super) fn staff(&mut self) -> Result<(), Error> {
        let id = self.cursor.attribute("id")?.and_then(|id| id.parse().ok()).unwrap_or(0);
        let part = match self.staves.parts.get(&id) {
            Some(&part) => part,
            None => match self.outline.parts.len() {
                0 => self.outline.add_part(Part { id: "P1".to_owned(), ..Part::default() })?,
                count => count - 1,
            },
        };
        let leads = !core::mem::replace(&mut self.staves.read, true);
        let mut staff = Staff {
            part,
            id,
            leads,
            bar: 0,
            begin: Span::ZERO,
            metre: (4, 4),
            stretch: whole(),
            number: 1,
            restart: false,
            ties: HashMap::new(),
            tie_ids: HashMap::new(),
            tuplets: HashMap::new(),
        };
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Measure" => self.measure(&mut staff)?,
                "VBox" | "HBox" | "TBox" | "FBox" => self.frame(&mut staff)?,
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    /// A frame between measures: titles, and perhaps the end of a section.
    fn frame(&mut self, staff: &mut Staff) -> Result<(), Error> {
        let first = staff.bar == 0;
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "LayoutBreak" => match staff.bar.checked_sub(1) {
                    Some(bar) => {
                        self.layout_break(staff, bar)?;
                        staff.begin_numbering();
                    }
                    None => self.cursor.skip()?,
                },
                "Text" if first => {
                    let (mut style, mut text) = (String::new(), String::new());
                    while let Token::Open(_) = self.cursor.next()? {
                        match self.cursor.name() {
                            "style" | "subtype" => {
                                let name = self.cursor.text()?.to_ascii_lowercase();
                                // Version 1 has a number for the style and the name for the subtype.
                                if name.parse::<u32>().is_err() {
                                    style = name;
                                }
                            }
                            "text" => text = one_line(self.cursor.text()?),
                            _ => self.cursor.skip()?,
                        }
                    }
                    match style.as_str() {
                        "title" if !text.is_empty() => _ = self.outline.title.get_or_insert(text),
                        "composer" if !text.is_empty() => _ = self.outline.composer.get_or_insert(text),
                        _ => {}
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }
}
