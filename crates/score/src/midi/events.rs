//! The events of a track, one after the other, as the specification (RP-001) has them; and where it does not, as
//! players read them.

use super::chunks::Track;
use crate::diagnostic::DiagnosticKind;
use crate::draft::Diagnostics;

/// An event and how many ticks after the one before it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event<'a> {
    pub(super) delta: u32,
    pub(super) kind: Kind<'a>,
    /// Where it begins in the file.
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A channel message, 0x80..=0xEF; of one data byte the second is 0.
    Voice {
        status: u8,
        data: [u8; 2],
    },
    Meta {
        kind: u8,
        data: &'a [u8],
    },
    /// System exclusive, or bytes to be sent as they are.
    Exclusive(&'a [u8]),
    /// Nothing that can be read; its time passes all the same.
    Lost,
}

/// The meta event that ends a track.
pub(super) const END_OF_TRACK: u8 = 0x2F;

/// The status that begins a system exclusive message.
pub(super) const EXCLUSIVE: u8 = 0xF0;

/// Where reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// At the time of an event.
    Time(usize),
    /// At its status.
    Status(usize),
}

/// Why an event cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventError {
    /// A time of more than four bytes.
    Time,
    /// The bytes end first.
    Ends,
    /// A data byte at the place of a status, and none before it to be repeated.
    NoStatus,
    /// A system common or realtime status, or an undefined one.
    System(u8),
    /// A data byte of a channel message above 127; so many were good.
    Data { status: u8, first: Option<u8> },
    /// The type of a meta event is above 127.
    Type,
    /// The length of a meta or exclusive event takes more than four bytes.
    LengthOfLength,
    /// A meta or exclusive event is longer than there are bytes.
    Length { status: u8, kind: u8, start: usize },
}

/// An event as it was read, and how to go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'a> {
    pub(super) event: Event<'a>,
    /// Where the status stands.
    pub(super) status_at: usize,
    pub(super) next: usize,
    /// The status that data bytes alone repeat; 0 for none.
    pub(super) running: u8,
}

/// Where and why an event cannot be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct BadEvent {
    pub(super) error: EventError,
    /// The byte that does not fit.
    pub(super) at: usize,
    pub(super) delta: u32,
    pub(super) running: u8,
}

/// Reads the events of a track.
pub(super) struct Events<'a> {
    /// The file, up to where the track ends at the latest.
    pub(super) bytes: &'a [u8],
    pub(super) step: Step,
    pub(super) running: u8,
    /// A bit for each channel status that the track has used.
    pub(super) seen: u128,
    /// The end-of-track event was read.
    pub(super) ended: bool,
    /// Somewhere ahead is an event that cannot be read, so that odd events deserve doubt.
    pub(super) damaged: bool,
    pub(super) track: Track,
    /// All of the track can be read as it stands.
    pub(super) sound: bool,
}

impl<'a> Events<'a> {
    pub(super) fn new(bytes: &'a [u8], track: Track) -> Self {
        let bytes = bytes.get(..track.end).unwrap_or(bytes);
        let step = Step::Time(track.start);
        let sound = look_ahead(bytes, step, 0, track).sound;
        Self { bytes, step, running: 0, seen: 0, ended: false, damaged: !sound, track, sound }
    }

    /// The next event; what has to be passed over is told. `proofs` is how many bytes may still be read ahead to
    /// find out where events go on.
    pub(super) fn next(&mut self, proofs: &mut usize, diagnostics: &mut Diagnostics) -> Option<Event<'a>> {
        // In a track that is sound nothing is in doubt, and nothing asks which statuses were used; an `M` may be the name of the
        // next track.
        if !self.damaged
            && !self.ended
            && let Step::Time(at) = self.step
            && self.bytes.get(at) != Some(&b'M')
            && let Some(Plain { delta, status, data, next, .. }) = plain(self.bytes, at, self.running)
        {
            (self.step, self.running) = (Step::Time(next), status);
            return Some(Event { delta, kind: Kind::Voice { status, data }, at });
        }
        if self.ended || self.is_over() {
            return None;
        }
        match read(self.bytes, self.step, self.running) {
            Ok(mut good) => {
                if self.damaged
                    && let Some(doubt) = self.doubt(&good)
                {
                    self.settle(&mut good, doubt, proofs, diagnostics);
                }
                self.step = Step::Time(good.next);
                self.running = good.running;
                self.note(good.event.kind, proofs, diagnostics);
                Some(good.event)
            }
            Err(bad) => Some(self.mend(bad, proofs, diagnostics)),
        }
    }

    /// Remembers a status, and the end of the track if it is one: what follows may be the rest of the music.
    pub(super) fn note(&mut self, kind: Kind<'_>, proofs: &mut usize, diagnostics: &mut Diagnostics) {
        match kind {
            Kind::Voice { status, .. } => self.seen |= 1 << (status & 0x7F),
            Kind::Meta { kind: END_OF_TRACK, .. } => {
                self.ended = !self.continues(proofs);
                if !self.ended {
                    let message = "an end-of-track event before the end of the track passed over".to_owned();
                    diagnostics.add(DiagnosticKind::Damage, None, self.place() as u64, message);
                }
            }
            _ => {}
        }
    }

    /// Where reading stopped.
    pub(super) fn place(&self) -> usize {
        let (Step::Time(at) | Step::Status(at)) = self.step;
        at.min(self.bytes.len())
    }

    /// Whether no event can follow: the bytes are used up, or the next track begins although this one has not ended.
    fn is_over(&self) -> bool {
        match self.step {
            Step::Time(at) => is_over(self.bytes, at),
            Step::Status(at) => at >= self.bytes.len(),
        }
    }
}

/// How far a track can be read from a place on.
pub(super) struct Ahead {
    /// Up to where its bytes end.
    pub(super) whole: bool,
    /// Up to its end-of-track event, or to the file's end if it was cut off there.
    pub(super) sound: bool,
    /// How many bytes were read to know.
    pub(super) read: usize,
}

/// Reads ahead.
pub(super) fn look_ahead(bytes: &[u8], step: Step, running: u8, track: Track) -> Ahead {
    let (Step::Time(begin) | Step::Status(begin)) = step;
    let (mut step, mut at, mut running, mut ended) = (step, begin, running, false);
    while !is_over(bytes, at) {
        if let Step::Time(from) = step
            && let Some(plain) = plain(bytes, from, running)
        {
            (step, at, running, ended) = (Step::Time(plain.next), plain.next, plain.status, false);
            continue;
        }
        match read(bytes, step, running) {
            Ok(read) => {
                (step, at, running) = (Step::Time(read.next), read.next, read.running);
                ended = matches!(read.event.kind, Kind::Meta { kind: END_OF_TRACK, .. });
                if ended && !track.is_trusted() {
                    break;
                }
            }
            Err(bad) => {
                let sound = bad.error == EventError::Ends && track.is_cut_off();
                return Ahead { whole: false, sound, read: bad.at.saturating_sub(begin) };
            }
        }
    }
    Ahead { whole: true, sound: ended || track.is_cut_off(), read: at.saturating_sub(begin) }
}

/// Whether the events are over at this place.
pub(super) fn is_over(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| *byte == b'M')
        && bytes.get(at..).is_none_or(|rest| rest.is_empty() || rest.starts_with(b"MTrk"))
}

/// Reads one event strictly. `running` is the status that data bytes alone repeat, 0 for none.
#[inline]
pub(super) fn read(bytes: &[u8], step: Step, running: u8) -> Result<Read<'_>, BadEvent> {
    if let Step::Time(at) = step
        && let Some(Plain { delta, status_at, status, data, next }) = plain(bytes, at, running)
    {
        let event = Event { delta, kind: Kind::Voice { status, data }, at };
        return Ok(Read { event, status_at, next, running: status });
    }
    read_slowly(bytes, step, running)
}

/// Reads an event of any kind.
fn read_slowly(bytes: &[u8], step: Step, running: u8) -> Result<Read<'_>, BadEvent> {
    let (begin, delta, at) = match step {
        Step::Status(at) => (at, 0, at),
        Step::Time(at) => match number(bytes, at) {
            Ok((delta, status)) => (at, delta, status),
            Err((error, at)) => return Err(BadEvent { error, at, delta: 0, running }),
        },
    };
    let bad = |error: EventError, at: usize| BadEvent { error, at, delta, running };
    let byte = |at: usize| bytes.get(at).copied().ok_or(bad(EventError::Ends, at));
    let good =
        |kind, next, running| Read { event: Event { delta, kind, at: begin }, status_at: at, next, running };
    let first = byte(at)?;
    match first {
        0..=0xEF => {
            let (status, from) = if first < 0x80 { (running, at) } else { (first, at + 1) };
            if status == 0 {
                return Err(bad(EventError::NoStatus, at));
            }
            let one = byte(from)?;
            if one > 0x7F {
                return Err(bad(EventError::Data { status, first: None }, from));
            }
            if data_bytes(status) == 1 {
                return Ok(good(Kind::Voice { status, data: [one, 0] }, from + 1, status));
            }
            let two = byte(from + 1)?;
            if two > 0x7F {
                return Err(bad(EventError::Data { status, first: Some(one) }, from + 1));
            }
            Ok(good(Kind::Voice { status, data: [one, two] }, from + 2, status))
        }
        EXCLUSIVE | 0xF7 | 0xFF => {
            let (kind, from) = if first == 0xFF { (byte(at + 1)?, at + 2) } else { (0, at + 1) };
            if kind > 0x7F {
                return Err(bad(EventError::Type, at + 1));
            }
            let (length, start) = number(bytes, from).map_err(|(error, at)| match error {
                EventError::Time => bad(EventError::LengthOfLength, at),
                _ => bad(error, at),
            })?;
            let next = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
            let Some(data) = bytes.get(start..next) else {
                return Err(bad(EventError::Length { status: first, kind, start }, at));
            };
            let kind = if first == 0xFF { Kind::Meta { kind, data } } else { Kind::Exclusive(data) };
            // RP-001 has these events cancel the running status; players let it go on, and files count on that.
            Ok(good(kind, next, running))
        }
        _ => Err(bad(EventError::System(first), at)),
    }
}

/// A channel message of two data bytes after less than 16,384 ticks, which most events are.
struct Plain {
    delta: u32,
    status_at: usize,
    status: u8,
    data: [u8; 2],
    next: usize,
}

/// The plain message at a place, if one stands there: the same as [`read`] gives, at a fraction of its cost.
#[inline]
fn plain(bytes: &[u8], at: usize, running: u8) -> Option<Plain> {
    let &[a, b, c, d, e] = bytes.get(at..)?.first_chunk::<5>()?;
    let (delta, status_at, [first, second, third]) = if a < 0x80 {
        (u32::from(a), at + 1, [b, c, d])
    } else if b < 0x80 {
        (u32::from(a & 0x7F) << 7 | u32::from(b), at + 2, [c, d, e])
    } else {
        return None;
    };
    let (status, data, next) = if first > 0x7F {
        (first, [second, third], status_at + 3)
    } else {
        (running, [first, second], status_at + 2)
    };
    let two = (0x80..0xC0).contains(&status) || status & 0xF0 == 0xE0;
    (two && (data[0] | data[1]) < 0x80).then_some(Plain { delta, status_at, status, data, next })
}

/// How many data bytes follow a channel status.
pub(super) const fn data_bytes(status: u8) -> usize {
    if matches!(status >> 4, 0xC | 0xD) { 1 } else { 2 }
}

/// A number of one to four bytes of seven bits, and where it ends.
#[inline]
pub(super) fn number(bytes: &[u8], from: usize) -> Result<(u32, usize), (EventError, usize)> {
    let mut value = 0;
    for at in from..from + 4 {
        let Some(&byte) = bytes.get(at) else { return Err((EventError::Ends, at)) };
        value = value << 7 | u32::from(byte & 0x7F);
        if byte < 0x80 {
            return Ok((value, at + 1));
        }
    }
    Err((EventError::Time, from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A message of two data bytes is read the short way, and nothing else is.
    #[test]
    fn which_messages_are_plain() {
        let time = |ticks: u32| -> Vec<u8> {
            if ticks < 128 {
                vec![ticks as u8]
            } else {
                vec![(ticks >> 7) as u8 | 0x80, (ticks & 0x7F) as u8]
            }
        };
        let found = |bytes: &[u8], running: u8| {
            plain(bytes, 0, running)
                .map(|plain| (plain.delta, plain.status_at, plain.status, plain.data, plain.next))
        };
        for ticks in [0, 1, 127, 128, 129, 255, 256, 8_191, 16_383] {
            let time = time(ticks);
            let at = time.len();
            for status in (0x80..=0xEF_u8).step_by(5) {
                let two = data_bytes(status) == 2;
                for data in [[0, 0], [60, 64], [127, 127], [0x55, 0x2A]] {
                    let given = [&time[..], &[status, data[0], data[1], 0, 0]].concat();
                    let expected = two.then_some((ticks, at, status, data, at + 3));
                    assert_eq!(found(&given, 0), expected, "{given:02X?}");
                    let repeated = [&time[..], &[data[0], data[1], 0, 0]].concat();
                    let expected = two.then_some((ticks, at, status, data, at + 2));
                    assert_eq!(found(&repeated, status), expected, "{repeated:02X?}");
                }
                for data in [[0x80, 0], [0, 0x80], [0xFF, 0xFF]] {
                    assert_eq!(found(&[&time[..], &[status, data[0], data[1], 0, 0]].concat(), 0), None);
                }
            }
            for status in [0xF0, 0xF7, 0xFF] {
                assert_eq!(found(&[&time[..], &[status, 1, 2, 3, 4]].concat(), 0x90), None, "{status:02X}");
            }
            assert_eq!(found(&[&time[..], &[1, 2, 3, 4]].concat(), 0), None, "nothing to be repeated");
        }
        assert_eq!(found(&[0x81, 0x80, 0, 0x90, 1, 2, 3], 0), None, "a time of three bytes");
        assert_eq!((found(&[0, 0x90, 1, 2], 0), found(&[], 0x90)), (None, None));
    }

    proptest! {
        #[test]
        fn plain_messages_are_read_as_all_others(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0x80_u8..0xF0, 0_u8..0x80], 0..8),
            running in prop_oneof![Just(0), 0x80_u8..0xF0],
        ) {
            if let Some(Plain { delta, status_at, status, data, next }) = plain(&bytes, 0, running) {
                let read = read_slowly(&bytes, Step::Time(0), running).ok();
                let read = read.map(|read| (read.event, read.status_at, read.next, read.running));
                let event = Event { delta, kind: Kind::Voice { status, data }, at: 0 };
                prop_assert_eq!(read, Some((event, status_at, next, status)));
            }
        }
    }
}
