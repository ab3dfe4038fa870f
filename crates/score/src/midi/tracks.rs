//! What the events of the tracks say that are played together.

use super::events::{END_OF_TRACK, Event, Events, Kind};
use super::exceeded;
use crate::diagnostic::DiagnosticKind;
use crate::draft::{Diagnostics, Draft};
use crate::error::{Error, Limit};
use crate::options::Options;
use crate::score::Part;

/// The channel that General MIDI keeps for percussion, from 0.
const PERCUSSION: u8 = 9;
const CHANNELS: usize = 16;
const KEYS: usize = 128;

/// So many whole notes without a note are not music before the end of the tracks, nor where bytes are damaged.
pub(super) const SILENCE: u64 = 64;

/// No note, in a queue of notes.
const NONE: usize = usize::MAX;

/// Tracks that sound together, with times in ticks from their beginning.
pub(super) struct Sequence {
    /// Tracks with several channels hold several parts.
    by_channel: bool,
    /// Ticks in a quarter note.
    pub(super) division: u64,
    /// In order of time, of several at one time the last one counts.
    pub(super) metres: Vec<Metre>,
    pub(super) tempos: Vec<Tempo>,
    pub(super) markers: Vec<(u64, String)>,
    pub(super) notes: Vec<Note>,
    /// There are notes, whether they are collected or not.
    pub(super) sounds: bool,
    /// When the last note begins or ends.
    pub(super) silent: u64,
    /// When the last track ends.
    pub(super) end: u64,
    /// The byte at which the event stands that ends it.
    pub(super) end_at: usize,
}

/// A time signature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metre {
    pub(super) tick: u64,
    pub(super) beats: u32,
    /// A power of two up to 1024.
    pub(super) unit: u32,
    /// The byte at which it stands.
    pub(super) at: usize,
}

/// A tempo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tempo {
    pub(super) tick: u64,
    /// Quarters a minute.
    pub(super) bpm: f64,
    pub(super) at: usize,
}

/// A note from its beginning to its end.
pub(super) struct Note {
    pub(super) part: usize,
    pub(super) key: u8,
    pub(super) start: u64,
    /// `u64::MAX` while it sounds.
    pub(super) end: u64,
    /// The note of the same key and channel that began after it and still sounds.
    next: usize,
}

/// The sounding notes of a key on a channel, the first one first.
#[derive(Clone, Copy)]
struct Queue {
    first: usize,
    last: usize,
}

const EMPTY: Queue = Queue { first: NONE, last: NONE };

/// What belongs to one track.
struct Track {
    number: usize,
    now: u64,
    name: Option<String>,
    metres: Vec<Metre>,
    /// The part of each channel; of the first one if all channels are one part.
    parts: [Option<usize>; CHANNELS],
    sounding: Vec<Queue>,
}

impl Sequence {
    pub(super) fn new(by_channel: bool, division: u64) -> Self {
        Self {
            by_channel,
            division,
            metres: Vec::new(),
            tempos: Vec::new(),
            markers: Vec::new(),
            notes: Vec::new(),
            sounds: false,
            silent: 0,
            end: 0,
            end_at: 0,
        }
    }

    /// Adds the events of a track; tracks are numbered from 1.
    pub(super) fn track(
        &mut self,
        number: usize,
        events: &mut Events<'_>,
        proofs: &mut usize,
        draft: &mut Draft,
        options: &Options,
    ) -> Result<(), Error> {
        let sounding = if options.onsets { vec![EMPTY; CHANNELS * KEYS] } else { Vec::new() };
        let mut track =
            Track { number, now: 0, name: None, metres: Vec::new(), parts: [None; CHANNELS], sounding };
        let before = self.notes.len();
        let mut last_at = 0;
        while let Some(event) = events.next(proofs, &mut draft.diagnostics) {
            last_at = event.at;
            if !events.sound && u64::from(event.delta) > 4 * SILENCE * self.division {
                let message = "a time that cannot be meant, in a damaged track, taken as none".to_owned();
                draft.diagnostics.add(DiagnosticKind::Damage, None, event.at as u64, message);
            } else {
                track.now = track.now.saturating_add(u64::from(event.delta));
            }
            match event.kind {
                Kind::Voice { status, data: [key, velocity] } => {
                    let channel = status & 0x0F;
                    match status >> 4 {
                        0x9 if velocity > 0 => self.strike(&mut track, channel, key, draft, options)?,
                        0x8 | 0x9 => self.release(&mut track, channel, key),
                        0xC if channel != PERCUSSION => {
                            let part = self.part(&mut track, channel, draft, options)?;
                            if let Some(part) = draft.parts.get_mut(part)
                                && !part.programs.contains(&key)
                            {
                                part.programs.push(key);
                            }
                        }
                        _ => {}
                    }
                }
                Kind::Meta { kind, data } if kind != END_OF_TRACK => {
                    self.meta(&mut track, &event, kind, data, draft);
                    let marks =
                        self.metres.len() + track.metres.len() + self.tempos.len() + self.markers.len();
                    if marks + draft.marks() > options.limits.marks {
                        return Err(exceeded(Limit::Marks, options.limits.marks as u64));
                    }
                }
                _ => {}
            }
        }
        if track.now >= self.end {
            (self.end, self.end_at) = (track.now, last_at);
        }
        for note in self.notes.iter_mut().skip(before).filter(|note| note.end == u64::MAX) {
            note.end = track.now;
        }
        self.add_metres(&track, &mut draft.diagnostics);
        self.name(track, draft);
        Ok(())
    }

    /// A note begins.
    fn strike(
        &mut self,
        track: &mut Track,
        channel: u8,
        key: u8,
        draft: &mut Draft,
        options: &Options,
    ) -> Result<(), Error> {
        let part = self.part(track, channel, draft, options)?;
        self.sounds = true;
        self.silent = self.silent.max(track.now);
        if !options.onsets {
            return Ok(());
        }
        if self.notes.len() + draft.onsets.len() >= options.limits.onsets {
            return Err(exceeded(Limit::Onsets, options.limits.onsets as u64));
        }
        let index = self.notes.len();
        self.notes.push(Note { part, key, start: track.now, end: u64::MAX, next: NONE });
        if let Some(queue) = track.sounding.get_mut(slot(channel, key)) {
            match self.notes.get_mut(queue.last) {
                Some(last) => last.next = index,
                None => queue.first = index,
            }
            queue.last = index;
        }
        Ok(())
    }

    /// The first of the notes of this key ends.
    fn release(&mut self, track: &mut Track, channel: u8, key: u8) {
        self.silent = self.silent.max(track.now);
        let Some(queue) = track.sounding.get_mut(slot(channel, key)) else { return };
        if let Some(note) = self.notes.get_mut(queue.first) {
            note.end = track.now;
            queue.first = note.next;
            if note.next == NONE {
                queue.last = NONE;
            }
        }
    }

    fn meta(&mut self, track: &mut Track, event: &Event<'_>, kind: u8, data: &[u8], draft: &mut Draft) {
        let tick = track.now;
        let mut refuse = |what: &str| {
            draft.diagnostics.add(DiagnosticKind::BadValue, None, event.at as u64, what.to_owned());
        };
        match (kind, data) {
            (0x58, &[beats, power, ..]) if beats > 0 && power <= 10 => {
                track.metres.push(Metre { tick, beats: u32::from(beats), unit: 1 << power, at: event.at });
            }
            (0x58, _) => refuse("a time signature is not usable"),
            (0x51, &[high, middle, low]) if (high, middle, low) != (0, 0, 0) => {
                let micros = u32::from_be_bytes([0, high, middle, low]);
                self.tempos.push(Tempo { tick, bpm: 60e6 / f64::from(micros), at: event.at });
            }
            (0x51, _) => refuse("a tempo is not usable"),
            (0x06, text) => self.markers.push((tick, decoded(text))),
            (0x03, text) if track.name.is_none() => track.name = Some(decoded(text)),
            _ => {}
        }
    }

    /// The metres of the first track that has any count; those of a later one count before that track's first.
    fn add_metres(&mut self, track: &Track, diagnostics: &mut Diagnostics) {
        let mut told = false;
        let known = self.metres.len();
        for (index, metre) in track.metres.iter().enumerate() {
            let &Metre { tick, beats, unit, at } = metre;
            let mut contradict = |message: String| {
                if !core::mem::replace(&mut told, true) {
                    diagnostics.add(DiagnosticKind::Contradiction, None, at as u64, message);
                }
            };
            if let Some(next) = track.metres.get(index + 1).filter(|next| next.tick == tick) {
                if (next.beats, next.unit) != (beats, unit) {
                    let other = format!("{}/{}", next.beats, next.unit);
                    contradict(format!(
                        "two metres at one time, {beats}/{unit} and {other}; the last one counts"
                    ));
                }
                continue;
            }
            let others = self.metres.get(..known).unwrap_or_default();
            let before = others.partition_point(|other| other.tick <= tick).checked_sub(1);
            match before.and_then(|before| others.get(before)) {
                None => self.metres.push(*metre),
                Some(other) if (other.beats, other.unit) == (beats, unit) => {}
                Some(other) => contradict(format!(
                    "track {} has the metre {beats}/{unit} where an earlier track has {}/{}; the earlier one counts",
                    track.number, other.beats, other.unit
                )),
            }
        }
        self.metres.sort_by_key(|metre| metre.tick);
    }

    /// The part that a channel of a track belongs to.
    fn part(
        &self,
        track: &mut Track,
        channel: u8,
        draft: &mut Draft,
        options: &Options,
    ) -> Result<usize, Error> {
        let slot = if self.by_channel { usize::from(channel) } else { 0 };
        if let Some(part) = track.parts.get(slot).copied().flatten() {
            return Ok(part);
        }
        if draft.parts.len() >= options.limits.parts {
            return Err(exceeded(Limit::Parts, options.limits.parts as u64));
        }
        let id = if self.by_channel { slot + 1 } else { track.number };
        let part = draft.parts.len();
        if let Some(slot) = track.parts.get_mut(slot) {
            *slot = Some(part);
        }
        draft.parts.push(Part { id: id.to_string(), ..Part::default() });
        Ok(part)
    }

    /// Gives a track's name to its parts, or to the piece if the track has no part of its own.
    fn name(&self, track: Track, draft: &mut Draft) {
        let Some(name) = track.name.filter(|name| !name.is_empty()) else { return };
        if self.by_channel || track.parts.iter().all(Option::is_none) {
            draft.titles.work.get_or_insert(name);
            return;
        }
        for part in track.parts.into_iter().flatten() {
            if let Some(part) = draft.parts.get_mut(part) {
                part.name.clone_from(&name);
            }
        }
    }
}

/// Where the notes of a key on a channel are kept.
fn slot(channel: u8, key: u8) -> usize {
    usize::from(channel) * KEYS + usize::from(key)
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
