//! Titles, names and the list of parts.

use super::Reader;
use crate::error::{Error, Limit};
use crate::score::Part;
use crate::xml::{Element, Token, XmlSource};

/// Longer names are cut.
const MAX_NAME_BYTES: usize = 1_000;

impl<S: XmlSource> Reader<'_, S> {
    /// Reads one element before the music; what is not known is passed over.
    pub(super) fn header(&mut self, element: Element) -> Result<(), Error> {
        match element {
            Element::Work => {
                while let Token::Open(element) = self.cursor.next()? {
                    if element == Element::WorkTitle {
                        self.draft.titles.work = self.name()?;
                    } else {
                        self.cursor.skip()?;
                    }
                }
            }
            Element::MovementTitle => self.draft.titles.movement = self.name()?,
            Element::Identification => {
                while let Token::Open(element) = self.cursor.next()? {
                    match element {
                        Element::Creator => {
                            let kind = self.cursor.attribute("type")?;
                            let name = self.name()?;
                            // A creator without a type is the composer in files of old programs.
                            if kind.is_none_or(|kind| kind.eq_ignore_ascii_case("composer")) {
                                self.draft.titles.composer = self.draft.titles.composer.take().or(name);
                            }
                        }
                        Element::Encoding => {
                            while let Token::Open(element) = self.cursor.next()? {
                                if element == Element::Software {
                                    self.musescore |= self.cursor.text()?.starts_with("MuseScore");
                                } else {
                                    self.cursor.skip()?;
                                }
                            }
                        }
                        _ => self.cursor.skip()?,
                    }
                }
            }
            Element::Credit => self.credit()?,
            Element::PartList => {
                while let Token::Open(element) = self.cursor.next()? {
                    if element == Element::ScorePart { self.score_part()? } else { self.cursor.skip()? }
                }
            }
            _ => self.cursor.skip()?,
        }
        Ok(())
    }

    fn name(&mut self) -> Result<Option<String>, Error> {
        let text = self.cursor.text()?;
        Ok(if text.is_empty() { None } else { Some(one_line(text)) })
    }

    /// Words on a page. What they are is stated by newer programs; before, a title was known by its size and place.
    fn credit(&mut self) -> Result<(), Error> {
        let first_page = self.cursor.attribute("page")?.is_none_or(|page| page == "1");
        let (mut kind, mut words) = (None, String::new());
        let (mut size, mut justify, mut top) = (0.0, None, false);
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::CreditType => kind = self.name()?,
                Element::CreditWords => {
                    if words.is_empty() {
                        size = self
                            .cursor
                            .attribute("font-size")?
                            .and_then(|size| size.parse().ok())
                            .unwrap_or(0.0);
                        justify = self.cursor.attribute("justify")?;
                        top = self.cursor.attribute("valign")?.is_none_or(|valign| valign == "top");
                    }
                    let more = self.name()?.unwrap_or_default();
                    if words.len() < MAX_NAME_BYTES {
                        words.push_str(if words.is_empty() { "" } else { " " });
                        words.push_str(&more);
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        if words.is_empty() {
            return Ok(());
        }
        let titles = &mut self.draft.titles;
        match (kind.as_deref(), justify.as_deref()) {
            (Some("title"), _) => _ = titles.credit.get_or_insert(words),
            (Some("composer"), _) => _ = titles.composer.get_or_insert(words),
            (None, Some("center")) if first_page && top && size > titles.printed_size => {
                titles.printed = Some(words);
                titles.printed_size = size;
            }
            (None, Some("right")) if first_page && top => _ = titles.printed_composer.get_or_insert(words),
            _ => {}
        }
        Ok(())
    }

    fn score_part(&mut self) -> Result<(), Error> {
        let mut part = Part { id: self.cursor.attribute("id")?.unwrap_or_default(), ..Part::default() };
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::PartName => part.name = self.name()?.unwrap_or_default(),
                Element::PartAbbreviation => part.abbreviation = self.name()?,
                Element::MidiInstrument => {
                    let id = self.cursor.attribute("id")?.unwrap_or_default();
                    while let Token::Open(element) = self.cursor.next()? {
                        // MusicXML counts programs and unpitched keys from 1, MIDI from 0.
                        let number = match element {
                            Element::MidiProgram | Element::MidiUnpitched => {
                                let number = self.cursor.text()?.parse::<u8>().ok();
                                number.filter(|number| (1..=128).contains(number)).map(|number| number - 1)
                            }
                            _ => {
                                self.cursor.skip()?;
                                None
                            }
                        };
                        match (element, number) {
                            (Element::MidiProgram, Some(program)) if !part.programs.contains(&program) => {
                                part.programs.push(program);
                            }
                            (Element::MidiUnpitched, Some(key)) => {
                                self.drums.insert(id.clone(), key);
                                let allowed = self.options.limits.marks;
                                if self.drums.len() > allowed {
                                    return Err(self.cursor.exceeded(Limit::Marks, allowed));
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        if !self.ids.contains_key(&part.id) {
            self.add_part(part)?;
        }
        Ok(())
    }
}

/// The text on one line, cut to a sensible length.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() > MAX_NAME_BYTES {
            break;
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.extend(word.chars().take(MAX_NAME_BYTES));
    }
    line
}
