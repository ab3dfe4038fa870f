//! How reading goes on where bytes make no event: each way that the damage can have come about is tried, and the one
//! behind which most events can be read is taken.

use super::chunks::passed_over;
use super::events::{
    BadEvent, END_OF_TRACK, EXCLUSIVE, Event, EventError, Events, Kind, Read, Step, data_bytes, is_over,
    look_ahead, number, read,
};
use crate::diagnostic::DiagnosticKind;
use crate::draft::Diagnostics;

/// How many events are looked at behind a damaged place.
const AHEAD: usize = 8;

/// What an event behind a damaged place counts for: most if it can be read as it stands, little if it has to be mended.
/// The end of the bytes counts for the events that could have followed, but less than an end-of-track event does.
/// A time that could be a status instead, and is long, raises doubt, and so does a status that the track has not used.
const WHOLE: usize = 8;
const ENDING: usize = 6;
const LATE: usize = 4;
const MENDED: usize = 3;
const STRANGE: usize = 4;
const KNOWN: usize = 2;

/// A way to go on behind which less can be read leads nowhere.
const LEAST: usize = 16;

/// How many bytes behind a place where events seem to go on a better one is looked for.
const NEAR: usize = 16;

/// From so many ticks on the bytes of a time can be mistaken for the status of a note.
const LONG: u32 = 0x10 << 7;

/// How far the end of a system exclusive message is looked for.
const FAR: usize = 4_096;

/// A way to go on.
struct Way<'a> {
    kind: Kind<'a>,
    step: Step,
    running: u8,
    told: String,
    /// It is taken only if what follows speaks clearly for it.
    last: bool,
}

/// What follows behind a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outlook {
    /// What the next events count for.
    events: usize,
    /// How many of them have a status of their own that the track has used before.
    known: usize,
    /// How many have a status of their own.
    explicit: usize,
}

impl Outlook {
    /// How much speaks for the place.
    const fn weight(self) -> (usize, usize) {
        (self.events + KNOWN * self.known, self.explicit)
    }
}

/// Why an event may not be what it seems.
pub(super) enum Doubt {
    /// A meta event of this kind has another length, in bytes.
    Length(usize),
    /// An exclusive message does not end with the byte that ends one. `true` if there is a status in it, which cannot be.
    Unended(bool),
    /// A long time holds what may be the status of this event.
    Time(usize),
}

/// How many bytes a meta event of this kind holds, if it is always so many.
const fn standard(kind: u8) -> Option<usize> {
    match kind {
        END_OF_TRACK => Some(0),
        0x20 | 0x21 => Some(1),
        0x59 => Some(2),
        0x51 => Some(3),
        0x58 => Some(4),
        0x54 => Some(5),
        _ => None,
    }
}

impl<'a> Events<'a> {
    /// What is odd about an event, if anything.
    pub(super) fn doubt(&self, read: &Read<'_>) -> Option<Doubt> {
        match read.event.kind {
            Kind::Meta { kind, data } => {
                let length = standard(kind)?;
                (kind != END_OF_TRACK && data.len() != length).then_some(Doubt::Length(length))
            }
            Kind::Exclusive(data) if self.bytes.get(read.status_at) == Some(&EXCLUSIVE) => {
                match data.split_last() {
                    Some((0xF7, data)) if data.iter().all(|byte| *byte < 0x80) => None,
                    _ => Some(Doubt::Unended(data.iter().any(|byte| *byte > 0x7F))),
                }
            }
            _ if read.event.delta >= LONG => {
                let time = self.bytes.get(read.event.at..read.status_at)?;
                let used = |byte: &u8| *byte > 0x7F && self.seen >> (byte & 0x7F) & 1 == 1;
                Some(Doubt::Time(read.event.at + time.iter().rposition(used)?))
            }
            _ => None,
        }
    }

    /// Takes an odd event for what else it may be if events follow there rather than where it leads.
    pub(super) fn settle(
        &mut self,
        good: &mut Read<'a>,
        doubt: Doubt,
        proofs: &mut usize,
        diagnostics: &mut Diagnostics,
    ) {
        let (kind, next, sure) = match (good.event.kind, doubt) {
            (Kind::Meta { kind, data }, Doubt::Length(length)) => {
                let start = good.next - data.len();
                let Some(data) = self.bytes.get(start..start + length) else { return };
                (Kind::Meta { kind, data }, start + length, false)
            }
            (_, Doubt::Unended(sure)) => {
                let Some(next) = self.exclusive(good.status_at + 1) else { return };
                (Kind::Lost, next, sure)
            }
            (_, Doubt::Time(status)) => {
                if !self.proves(Step::Time(good.next), good.running, proofs)
                    && self.proves(Step::Status(status), self.running, proofs)
                    && let Ok(other) = read(self.bytes, Step::Status(status), self.running)
                {
                    *good = other;
                    tell(diagnostics, status, "a time is not readable and taken as none");
                }
                return;
            }
            (_, Doubt::Length(_)) => return,
        };
        let as_written = self.outlook(Step::Time(good.next), good.running).weight();
        let other = self.outlook(Step::Time(next), good.running).weight();
        if next == good.next || other < as_written || (other == as_written && !sure) {
            return;
        }
        good.event.kind = kind;
        good.next = next;
        tell(
            diagnostics,
            good.status_at,
            "the length of an event is wrong; it ends where the next one begins",
        );
    }

    /// Whether all the rest of the track can be read from here; then nothing there is in doubt any more.
    fn proves(&mut self, step: Step, running: u8, proofs: &mut usize) -> bool {
        if *proofs == 0 {
            return false;
        }
        let ahead = look_ahead(self.bytes, step, running, self.track);
        *proofs = proofs.saturating_sub(ahead.read);
        self.damaged &= !ahead.sound;
        ahead.sound
    }

    /// Goes on behind a place that cannot be read.
    pub(super) fn mend(
        &mut self,
        bad: BadEvent,
        proofs: &mut usize,
        diagnostics: &mut Diagnostics,
    ) -> Event<'a> {
        let tried = self.ways(&bad).into_iter().map(|way| {
            let mut outlook = self.outlook(way.step, way.running);
            if way.last && outlook.events < AHEAD * WHOLE {
                outlook.events = if outlook.known > 0 { outlook.events.saturating_sub(WHOLE) } else { 0 };
            }
            (outlook, way)
        });
        // Of ways that are as good the first one is taken; none that needs proof against one behind which all is well.
        let best = tried.reduce(|best, other| {
            let well = other.1.last && best.0.events >= AHEAD * WHOLE;
            if other.0.weight() > best.0.weight() && !well { other } else { best }
        });
        let at = self.place();
        let (way, told_at) = match best {
            Some((outlook, way)) if outlook.events >= LEAST => (way, bad.at),
            _ => (self.search(&bad), at),
        };
        tell(diagnostics, told_at, &way.told);
        self.step = way.step;
        self.running = way.running;
        self.note(way.kind, proofs, diagnostics);
        Event { delta: bad.delta, kind: way.kind, at }
    }

    /// How the damage can have come about, the likeliest first.
    fn ways(&self, bad: &BadEvent) -> Vec<Way<'a>> {
        let at = bad.at;
        let way = |kind, step, told: &str| Way {
            kind,
            step,
            running: bad.running,
            told: told.to_owned(),
            last: false,
        };
        let byte = self.bytes.get(at).copied().unwrap_or_default();
        match bad.error {
            EventError::Data { status, first } => {
                let mut ways = Vec::new();
                let mut push = |message: Option<([u8; 2], usize)>, told: String| {
                    let Some((data, next)) = message else { return };
                    ways.push(Way {
                        kind: Kind::Voice { status, data },
                        step: Step::Time(next),
                        running: status,
                        told,
                        last: false,
                    });
                };
                if (0xF8..0xFF).contains(&byte) {
                    let told = format!("the realtime byte 0x{byte:02X} inside a message is passed over");
                    push(self.message(status, first, at, |byte| (byte < 0xF8).then_some(byte & 0x7F)), told);
                }
                let told = format!("the data byte 0x{byte:02X} is above 127; its highest bit is ignored");
                push(self.message(status, first, at, |byte| Some(byte & 0x7F)), told);
                let told = "a message without all its data passed over";
                // Of the statuses only those of channels: exclusive and meta events by accident swallow what follows.
                let status = (byte < EXCLUSIVE).then_some(Step::Status(at));
                ways.extend(
                    [Step::Time(at)]
                        .into_iter()
                        .chain(status)
                        .map(|step| Way { last: true, ..way(Kind::Lost, step, told) }),
                );
                ways
            }
            EventError::System(status) => {
                let told = format!("the status 0x{status:02X} cannot stand in a file and is passed over");
                vec![
                    way(Kind::Lost, Step::Time(at + 1 + system_data(status)), &told),
                    way(Kind::Lost, Step::Status(at + 1), &told),
                    way(Kind::Lost, Step::Time(at + 1), &told),
                ]
            }
            EventError::Type => {
                let told = "a meta event of an impossible type is passed over";
                let whole = number(self.bytes, at + 1).ok();
                let end = whole.and_then(|(length, start)| start.checked_add(usize::try_from(length).ok()?));
                let steps = end.map(Step::Time).into_iter().chain([Step::Time(at), Step::Status(at)]);
                steps.map(|step| way(Kind::Lost, step, told)).collect()
            }
            EventError::Length { status, kind, start } => {
                let told = "an event is longer than the track; it ends where the next one begins";
                if status == 0xFF {
                    let end = standard(kind).map(|length| start + length);
                    let held = end.and_then(|end| Some((end, self.bytes.get(start..end)?)));
                    held.map(|(end, data)| way(Kind::Meta { kind, data }, Step::Time(end), told))
                        .into_iter()
                        .collect()
                } else {
                    let end = self.exclusive(at + 1);
                    end.map(|end| way(Kind::Lost, Step::Time(end), told)).into_iter().collect()
                }
            }
            EventError::Time => {
                // Numbers may be filled up with zeros in front.
                let zeros = self.bytes.iter().skip(at).take_while(|byte| **byte == 0x80).count();
                let told = "a time of more than four bytes";
                let filled = (zeros > 0).then(|| way(Kind::Lost, Step::Time(at + zeros), told));
                filled.into_iter().collect()
            }
            EventError::Ends | EventError::NoStatus | EventError::LengthOfLength => Vec::new(),
        }
    }

    /// The data bytes of a message, of which `first` is read, as far as `take` lets them through, and where it ends.
    fn message(
        &self,
        status: u8,
        first: Option<u8>,
        at: usize,
        take: impl Fn(u8) -> Option<u8>,
    ) -> Option<([u8; 2], usize)> {
        let (mut data, mut count, mut at) =
            ([first.unwrap_or_default(), 0], usize::from(first.is_some()), at);
        while count < data_bytes(status) {
            if let Some(byte) = take(*self.bytes.get(at)?) {
                // A note that begins stays one.
                let least = u8::from(status >> 4 == 0x9 && count == 1 && self.bytes.get(at) == Some(&0x80));
                *data.get_mut(count)? = byte.max(least);
                count += 1;
            }
            at += 1;
        }
        Some((data, at))
    }

    /// The next place from which events can be read on, or the end.
    fn search(&self, bad: &BadEvent) -> Way<'a> {
        let explicit = |read: Read<'_>| self.bytes.get(read.status_at).is_some_and(|byte| *byte > 0x7F);
        let fits = |step| {
            let first = read(self.bytes, step, bad.running);
            first.is_ok_and(|read| explicit(read) && read.event.delta < LONG)
        };
        let (begin, mut found) = (self.place(), None);
        for at in bad.at.. {
            let over = is_over(self.bytes, at);
            // What fits by accident is often followed closely by what fits better.
            if let Some((outlook, first, step)) = found
                && (over || at > first + NEAR || outlook >= AHEAD * WHOLE)
            {
                return self.lost(bad, begin, step);
            }
            if over {
                return self.lost(bad, begin, Step::Time(at.min(self.bytes.len())));
            }
            for step in [Step::Time(at), Step::Status(at)].into_iter().filter(|&step| fits(step)) {
                let outlook = self.outlook(step, bad.running).events;
                let first = found.map_or(at, |(_, first, _)| first);
                if outlook >= AHEAD * ENDING && found.is_none_or(|(best, ..)| outlook > best) {
                    found = Some((outlook, first, step));
                }
            }
        }
        self.lost(bad, begin, Step::Time(self.bytes.len()))
    }

    /// All up to a place is lost.
    fn lost(&self, bad: &BadEvent, begin: usize, step: Step) -> Way<'a> {
        let (Step::Time(end) | Step::Status(end)) = step;
        let told = passed_over(end.saturating_sub(begin), "of no event");
        Way { kind: Kind::Lost, step, running: bad.running, told, last: false }
    }

    /// How events can be read from a place on.
    fn outlook(&self, step: Step, running: u8) -> Outlook {
        let (mut step, mut running, mut seen, mut used) = (step, running, Outlook::default(), self.seen);
        let mut strange = 0;
        if running > 0 {
            used |= 1 << (running & 0x7F);
        }
        for left in (0..AHEAD).rev() {
            if let Step::Time(at) = step
                && is_over(self.bytes, at)
            {
                seen.events += (left + 1) * ENDING;
                break;
            }
            match read(self.bytes, step, running) {
                Ok(read) => {
                    seen.events += if read.event.delta < LONG { WHOLE } else { LATE };
                    match read.event.kind {
                        Kind::Voice { status, .. } if self.bytes.get(read.status_at) == Some(&status) => {
                            seen.explicit += 1;
                            seen.known += usize::from(self.seen >> (status & 0x7F) & 1 == 1);
                            strange += usize::from(is_strange(status, running, used));
                            used |= 1 << (status & 0x7F);
                        }
                        Kind::Meta { kind: END_OF_TRACK, .. } => {
                            seen.events += left * WHOLE;
                            break;
                        }
                        _ => {}
                    }
                    (step, running) = (Step::Time(read.next), read.running);
                }
                Err(BadEvent { error: EventError::Data { status, first }, at, .. }) => {
                    let Some((_, next)) = self.message(status, first, at, |byte| Some(byte & 0x7F)) else {
                        break;
                    };
                    seen.events += MENDED;
                    strange += usize::from(is_strange(status, running, used));
                    used |= 1 << (status & 0x7F);
                    (step, running) = (Step::Time(next), status);
                }
                Err(BadEvent { error: EventError::System(status), at, .. }) => {
                    seen.events += MENDED;
                    step = Step::Time(at + 1 + system_data(status));
                }
                Err(_) => break,
            }
        }
        seen.events = seen.events.saturating_sub(STRANGE * strange);
        seen
    }

    /// Whether what stands behind an end-of-track event is the rest of the music: it can be read to another such event at
    /// the end of the chunk, or is most of the chunk and begins well.
    pub(super) fn continues(&self, proofs: &mut usize) -> bool {
        let rest = self.bytes.len() - self.place();
        if !self.track.is_trusted() || rest == 0 || *proofs == 0 {
            return false;
        }
        let ahead = look_ahead(self.bytes, self.step, self.running, self.track);
        *proofs = proofs.saturating_sub(ahead.read);
        let outlook = self.outlook(self.step, self.running);
        let begins = outlook.events >= AHEAD * ENDING && outlook.explicit > 0;
        (ahead.whole && ahead.sound) || (begins && rest > self.place() - self.track.start)
    }

    /// Behind the next end of an exclusive message.
    fn exclusive(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.iter().take(FAR).position(|byte| *byte == 0xF7).map(|at| from + at + 1)
    }
}

/// Whether a status, behind this one, is neither used before nor the same for another channel.
const fn is_strange(status: u8, before: u8, used: u128) -> bool {
    used >> (status & 0x7F) & 1 == 0 && status >> 4 != before >> 4
}

/// How many data bytes follow a system common status.
const fn system_data(status: u8) -> usize {
    match status {
        0xF1 | 0xF3 => 1,
        0xF2 => 2,
        _ => 0,
    }
}

fn tell(diagnostics: &mut Diagnostics, at: usize, message: &str) {
    diagnostics.add(DiagnosticKind::Damage, None, at as u64, message.to_owned());
}

#[cfg(test)]
mod tests;
