//! The events of the tracks that are played together.

use std::collections::{HashMap, VecDeque};

use midly::{EventIter, MetaMessage, MidiMessage, TrackEventKind};

use super::{exceeded, refused};
use crate::diagnostic::DiagnosticKind;
use crate::draft::Draft;
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::Part;

/// The channel that General MIDI keeps for percussion, from 0.
const PERCUSSION: u8 = 9;

/// Tracks that sound together, with times in ticks from their beginning.
pub(super) struct Sequence {
    /// Tracks with several channels hold several parts.
    by_channel: bool,
    /// Upper and lower number.
    pub(super) metres: Vec<(u64, u32, u32)>,
    /// Quarters a minute.
    pub(super) tempos: Vec<(u64, f64)>,
    pub(super) markers: Vec<(u64, String)>,
    pub(super) notes: Vec<Note>,
    pub(super) end: u64,
}

/// A note from its beginning to its end.
pub(super) struct Note {
    pub(super) part: usize,
    pub(super) key: u8,
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Sequence {
    pub(super) fn new(by_channel: bool) -> Self {
        Self {
            by_channel,
            metres: Vec::new(),
            tempos: Vec::new(),
            markers: Vec::new(),
            notes: Vec::new(),
            end: 0,
        }
    }

    /// Adds the events of a track.
    pub(super) fn track(
        &mut self,
        number: usize,
        events: EventIter<'_>,
        draft: &mut Draft,
        options: &Options,
    ) -> Result<(), Error> {
        let mut now = 0_u64;
        let mut name = None;
        let mut parts: HashMap<u8, usize> = HashMap::new();
        let mut sounding: HashMap<(u8, u8), VecDeque<usize>> = HashMap::new();
        for event in events {
            let event = event.map_err(refused)?;
            now += u64::from(event.delta.as_int());
            match event.kind {
                TrackEventKind::Meta(MetaMessage::EndOfTrack) => break,
                TrackEventKind::Meta(message) => self.meta(now, message, &mut name, draft),
                TrackEventKind::Midi { channel, message } => {
                    let channel = channel.as_int();
                    match message {
                        MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => {
                            let part = self.part(number, channel, &mut parts, draft, options)?;
                            self.end = self.end.max(now);
                            if options.onsets {
                                if self.notes.len() + draft.onsets.len() >= options.limits.onsets {
                                    return Err(exceeded(Limit::Onsets, options.limits.onsets as u64));
                                }
                                let key = key.as_int();
                                sounding.entry((channel, key)).or_default().push_back(self.notes.len());
                                self.notes.push(Note { part, key, start: now, end: u64::MAX });
                            }
                        }
                        MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                            let open = sounding.get_mut(&(channel, key.as_int()));
                            if let Some(note) = open.and_then(VecDeque::pop_front)
                                && let Some(note) = self.notes.get_mut(note)
                            {
                                note.end = now;
                            }
                        }
                        MidiMessage::ProgramChange { program } if channel != PERCUSSION => {
                            let part = self.part(number, channel, &mut parts, draft, options)?;
                            if let Some(part) = draft.parts.get_mut(part)
                                && !part.programs.contains(&program.as_int())
                            {
                                part.programs.push(program.as_int());
                            }
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            if self.marks() + draft.marks() > options.limits.marks {
                return Err(exceeded(Limit::Marks, options.limits.marks as u64));
            }
        }
        self.end = self.end.max(now);
        for note in self.notes.iter_mut().filter(|note| note.end == u64::MAX) {
            note.end = now;
        }
        self.name(name, &parts, draft);
        Ok(())
    }

    fn marks(&self) -> usize {
        self.metres.len() + self.tempos.len() + self.markers.len()
    }

    fn meta(&mut self, now: u64, message: MetaMessage<'_>, name: &mut Option<String>, draft: &mut Draft) {
        let mut refuse = |what: &str| {
            draft.remarks.add(DiagnosticKind::BadValue, None, 0, what.to_owned());
        };
        match message {
            MetaMessage::TimeSignature(beats, power, ..) => match 1_u32.checked_shl(u32::from(power)) {
                Some(unit) if beats > 0 && unit <= 1024 => self.metres.push((now, u32::from(beats), unit)),
                _ => refuse("a time signature is not usable"),
            },
            MetaMessage::Tempo(micros) if micros.as_int() > 0 => {
                self.tempos.push((now, 60e6 / f64::from(micros.as_int())));
            }
            MetaMessage::Tempo(_) => refuse("a tempo of no time is not usable"),
            MetaMessage::Marker(text) => self.markers.push((now, decoded(text))),
            MetaMessage::TrackName(text) if name.is_none() => *name = Some(decoded(text)),
            _ => {}
        }
    }

    /// The part that a channel of a track belongs to.
    fn part(
        &self,
        track: usize,
        channel: u8,
        parts: &mut HashMap<u8, usize>,
        draft: &mut Draft,
        options: &Options,
    ) -> Result<usize, Error> {
        let slot = if self.by_channel { channel } else { 0 };
        if let Some(&part) = parts.get(&slot) {
            return Ok(part);
        }
        if draft.parts.len() >= options.limits.parts {
            return Err(exceeded(Limit::Parts, options.limits.parts as u64));
        }
        let id = if self.by_channel { usize::from(channel) + 1 } else { track + 1 };
        parts.insert(slot, draft.parts.len());
        draft.parts.push(Part { id: id.to_string(), ..Part::default() });
        Ok(draft.parts.len() - 1)
    }

    /// Gives a track's name to its parts, or to the piece if the track has no part of its own.
    fn name(&self, name: Option<String>, parts: &HashMap<u8, usize>, draft: &mut Draft) {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return };
        if self.by_channel || parts.is_empty() {
            draft.titles.work.get_or_insert(name);
            return;
        }
        for &part in parts.values() {
            if let Some(part) = draft.parts.get_mut(part) {
                part.name.clone_from(&name);
            }
        }
    }
}

/// Text of a MIDI file: UTF-8 if it is, otherwise read as ISO-8859-1; on one line and not too long.
fn decoded(bytes: &[u8]) -> String {
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().take(4_000).copied().map(char::from).collect(),
    };
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(1_000).map(plain).collect::<String>().trim().to_owned()
}
