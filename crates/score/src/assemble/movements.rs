//! Where movements and their parts end.

use core::ops::Range;

use segno_syncpoint::{Marker, MarkerKind, Place, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftBar, DraftHeading, DraftSign, Edge, SignKind};
use crate::words::{Heading, JumpEnd};

/// A trio's heading may stand so many bars after the beginning of the trio: it has a pickup, or two.
const PICKUPS: usize = 2;

/// Notes the ends of movements and gives the movements: a new one begins where the numbering begins again after a final
/// or double bar line, with or without a repeat sign, or under the number of a movement.
///
/// A trio that is numbered for itself is not a movement of its own: its da capo leads back into what stands before.
pub(super) fn split(draft: &mut Draft, written: &mut [WrittenBar]) -> Vec<Range<usize>> {
    late_jumps(draft, written);
    let mut movements: Vec<Range<usize>> = Vec::new();
    let mut opening: Option<Facts> = None;
    for bars in numberings(draft) {
        let facts = Facts::of(draft, &bars);
        let (Some(before), Some(movement)) = (&mut opening, movements.last_mut()) else {
            movements.push(bars);
            opening = Some(facts);
            continue;
        };
        let last = bars.start.saturating_sub(1);
        let offset = draft.bars.get(last).map_or(0, |bar| bar.offset);
        if facts.is_trio_of(before) {
            let message = "numbering that begins again after a final bar line, but the da capo there means what stands \
                           before it: taken as one movement";
            draft.diagnose(DiagnosticKind::Inferred, last, offset, message);
            movement.end = bars.end;
            continue;
        }
        if let Some(bar) = written.get_mut(last) {
            bar.section_break = true;
        }
        let message = "numbering that begins again after a final or double bar line or under the number of a movement: taken \
                       as the end of a movement";
        draft.diagnose(DiagnosticKind::Inferred, last, offset, message);
        movements.push(bars);
        opening = Some(facts);
    }
    let movements: Vec<Range<usize>> =
        movements.into_iter().flat_map(|movement| numbered_through(draft, written, movement)).collect();
    // Formats that know sections say where they end.
    let mut parts = Vec::new();
    for movement in movements {
        let mut start = movement.start;
        for bar in movement.clone() {
            if written.get(bar).is_some_and(|bar| bar.section_break) || bar + 1 == movement.end {
                parts.extend(pieces(draft, written, start..bar + 1));
                start = bar + 1;
            }
        }
    }
    parts
}

/// The movements of a stretch whose numbering goes on through all of them, as far as a da capo in words tells them apart: it
/// closes the one that has its fine or trio if another begins behind it, and leads back to where that one began.
fn numbered_through(
    draft: &mut Draft,
    written: &mut [WrittenBar],
    stretch: Range<usize>,
) -> Vec<Range<usize>> {
    let bars = draft.bars.get(stretch.clone()).unwrap_or_default();
    let signs: Vec<DraftSign> = bars.iter().flat_map(|bar| bar.signs.iter().cloned()).collect();
    let da_capo = |sign: &&DraftSign| sign.kind == SignKind::DaCapo && sign.words_only;
    let (mut movements, mut start) = (Vec::new(), stretch.start);
    for jump in signs.iter().filter(da_capo) {
        let behind = jump.bar + 1..(jump.bar + PICKUPS + 1).min(stretch.end);
        let Some(next) = behind.into_iter().find(|&bar| begins_anew(draft, bar)) else { continue };
        let trio = headings(draft, start + 1..jump.bar + 1).iter().find(|it| it.kind == Heading::Trio);
        let fine = signs.iter().rfind(|sign| sign.kind == SignKind::Fine && sign.bar <= jump.bar);
        let ends = trio.map(|trio| trio.bar).or(fine.map(|fine| fine.bar + 1));
        let Some(first) = ends.and_then(|end| (start + 1..end).rev().find(|&bar| begins_anew(draft, bar)))
        else {
            continue;
        };
        let message = format!(
            "a da capo before a new metre and tempo: back to where its own movement began, measure {}",
            written.get(first).map_or("", |bar| bar.number.as_str())
        );
        draft.diagnose(DiagnosticKind::Inferred, jump.bar, jump.offset, message);
        for end in [first - 1, next - 1] {
            if let Some(bar) = written.get_mut(end) {
                bar.section_break = true;
            }
        }
        move_jumps(draft, jump.bar, next - 1, |sign| da_capo(&sign));
        movements.extend([start..first, first..next]);
        start = next;
    }
    movements.push(start..stretch.end);
    movements
}

/// Whether the metre changes at a bar and a tempo or the name of a dance stands over its beginning.
fn begins_anew(draft: &Draft, bar: usize) -> bool {
    let metre = |bar: usize| draft.bars.get(bar).map(|bar| &bar.metre);
    let titled = |heading: &DraftHeading| {
        matches!(heading.kind, Heading::Dance | Heading::Tempo) && !heading.place.is_positive()
    };
    bar.checked_sub(1).is_some_and(|before| metre(before) != metre(bar))
        && headings(draft, bar..bar + 1).iter().any(titled)
}

/// Moves jumps of one bar to the right bar line of a later one.
fn move_jumps(draft: &mut Draft, bar: usize, to: usize, which: impl Fn(&DraftSign) -> bool) {
    let Some(from) = draft.bars.get_mut(bar).filter(|_| to != bar) else { return };
    let (moved, kept): (Vec<DraftSign>, Vec<DraftSign>) = from.signs.drain(..).partition(which);
    from.signs = kept;
    if let Some(bar) = draft.bars.get_mut(to) {
        bar.signs.extend(moved.into_iter().map(|sign| DraftSign { bar: to, at_end: true, ..sign }));
    }
}

/// The pieces that follow each other in a movement: behind a jump up to a fine another one begins if what stands there
/// could never be played otherwise, which is to say if no jump leads back from it into what stands before.
fn pieces(draft: &mut Draft, written: &mut [WrittenBar], movement: Range<usize>) -> Vec<Range<usize>> {
    let bars = draft.bars.get(movement.clone()).unwrap_or_default();
    let signs: Vec<DraftSign> = bars.iter().flat_map(|bar| bar.signs.iter().cloned()).collect();
    let (mut pieces, mut start) = (Vec::new(), movement.start);
    for (place, sign) in signs.iter().enumerate().filter(|(_, sign)| sign.kind.is_jump()) {
        let (bar, next) = (sign.bar, sign.bar + 1);
        let (before, behind) = signs.split_at(place);
        let first = before.partition_point(|sign| sign.bar < start);
        // The next jump, if one follows, has a fine of its own.
        let mut behind = behind.iter().skip(1).filter(|it| it.kind.is_jump() || it.kind == SignKind::Fine);
        let apart = behind.next().is_none_or(|next| next.kind == SignKind::Fine && next.bar > bar);
        if !ends_at_fine(sign, before.get(first..).unwrap_or_default())
            || !apart
            || next >= movement.end
            || !is_parting(draft, written, bar, movement.end)
        {
            continue;
        }
        if let Some(last) = written.get_mut(bar) {
            last.section_break = true;
        }
        let message =
            "what follows a jump up to a fine could never be played otherwise: taken as another piece";
        draft.diagnose(DiagnosticKind::Inferred, bar, sign.offset, message);
        pieces.push(start..next);
        start = next;
    }
    pieces.push(start..movement.end);
    pieces
}

/// Whether a jump is played up to a fine among the signs before it: it says so, or it says nothing and comes to a fine before
/// it comes to a place to leave for the coda.
fn ends_at_fine(jump: &DraftSign, before: &[DraftSign]) -> bool {
    let segno = before.iter().rfind(|sign| sign.kind == SignKind::Segno).map_or(0, |segno| segno.bar);
    let first = match (jump.kind, jump.until) {
        _ if jump.then_coda => return false,
        (SignKind::DaCapo | SignKind::DalSegno, Some(JumpEnd::Fine)) | (SignKind::DaCapo, None) => 0,
        (SignKind::DalSegno, None) => segno,
        _ => return false,
    };
    let on_way =
        |kind| before.iter().find(|sign| sign.kind == kind && sign.bar >= first).map(|sign| sign.bar);
    let leaves = on_way(SignKind::ToCoda).filter(|_| jump.until.is_none());
    on_way(SignKind::Fine).is_some_and(|fine| leaves.is_none_or(|leave| fine < leave))
}

/// Whether a piece may end with this bar: at a double or final bar line, and neither in a repeat nor before an ending.
fn is_parting(draft: &Draft, written: &[WrittenBar], bar: usize, end: usize) -> bool {
    let next = bar + 1;
    let drawn = draft.bars.get(bar).is_some_and(|bar| bar.strong_line);
    let ending =
        draft.bars.get(next).is_some_and(|bar| bar.endings.iter().any(|edge| edge.edge == Edge::Start));
    let mut after = written.get(next..end).unwrap_or_default().iter();
    let closes = after.find_map(|bar| match (bar.repeat_start, bar.repeat_end) {
        (Some(_), _) => Some(false),
        (None, end) => end.map(|_| true),
    });
    let mut before = written.get(..next).unwrap_or_default().iter().rev();
    let opened = before.find_map(|bar| match (bar.repeat_end, bar.repeat_start) {
        (Some(_), _) => Some(false),
        (None, start) => start.map(|_| true),
    });
    drawn && !ending && !(opened == Some(true) && closes == Some(true))
}

/// The stretches of bars that are numbered for themselves.
fn numberings(draft: &Draft) -> Vec<Range<usize>> {
    let begins = |bar: &DraftBar| bar.number == "1" || bar.number == "0";
    let titled =
        |bar: usize| headings(draft, bar..bar + 1).iter().any(|heading| heading.kind == Heading::Movement);
    let (mut stretches, mut start, mut highest) = (Vec::new(), 0, None);
    let (mut final_line, mut strong_line) = (false, false);
    for (index, bar) in draft.bars.iter().enumerate() {
        // Without a final bar line, which movements that follow at once do not have, more must speak for it.
        let parted =
            (final_line && highest >= Some(1)) || (highest > Some(1) && (strong_line || titled(index)));
        if begins(bar) && parted {
            stretches.push(start..index);
            (start, highest) = (index, None);
        }
        highest = highest.max(leading_number(&bar.number));
        (final_line, strong_line) = (bar.final_line, bar.strong_line);
    }
    stretches.push(start..draft.bars.len());
    stretches
}

/// The number that a printed number begins with.
fn leading_number(text: &str) -> Option<u32> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..digits)?.parse().ok()
}

/// What a stretch of bars says about its place in a form.
struct Facts {
    fine: bool,
    to_coda: bool,
    segno: bool,
    /// Its title is that of a dance, or of a trio.
    dance: bool,
    trio: bool,
    /// A trio begins in the middle of it.
    has_trio: bool,
    /// Its first jump: to a segno, up to a fine, with the name of a piece.
    jump: Option<(SignKind, bool, bool)>,
}

impl Facts {
    fn of(draft: &Draft, bars: &Range<usize>) -> Self {
        let signs = || draft.bars.get(bars.clone()).unwrap_or_default().iter().flat_map(|bar| &bar.signs);
        let has = |kind| signs().any(|sign| sign.kind == kind);
        let title = bars.start..bars.end.min(bars.start + PICKUPS + 1);
        let headed =
            |bars: Range<usize>, kind| headings(draft, bars).iter().any(|heading| heading.kind == kind);
        Self {
            fine: has(SignKind::Fine),
            to_coda: has(SignKind::ToCoda),
            segno: has(SignKind::Segno),
            dance: headed(title.clone(), Heading::Dance),
            trio: headed(title.clone(), Heading::Trio),
            has_trio: headed(title.end..bars.end, Heading::Trio),
            jump: signs()
                .find(|sign| sign.kind.is_jump())
                .map(|sign| (sign.kind, sign.until == Some(JumpEnd::Fine), sign.names_piece)),
        }
    }

    /// Whether this is a trio, by its title and by the jump in it, which must lead back to `before`.
    fn is_trio_of(&self, before: &Self) -> bool {
        let Some((kind, to_fine, names_piece)) = self.jump else { return false };
        if self.fine || self.to_coda || self.dance {
            return false;
        }
        if kind == SignKind::DalSegno && (self.segno || !before.segno) {
            return false;
        }
        self.trio || (to_fine && before.fine) || (names_piece && before.dance && !self.has_trio)
    }
}

/// The headings over some bars.
fn headings(draft: &Draft, bars: Range<usize>) -> &[DraftHeading] {
    let first = draft.headings.partition_point(|heading| heading.bar < bars.start);
    let past = draft.headings.partition_point(|heading| heading.bar < bars.end);
    draft.headings.get(first..past).unwrap_or_default()
}

/// Whether a bar closes with a double, final or repeat bar line, or ends a movement.
pub(super) fn closes(draft: &Draft, written: &[WrittenBar], bar: usize) -> bool {
    let (Some(drafted), Some(plain)) = (draft.bars.get(bar), written.get(bar)) else { return false };
    let next = written.get(bar + 1);
    drafted.strong_line
        || plain.repeat_end.is_some()
        || plain.section_break
        || next.is_none_or(|next| next.repeat_start.is_some())
}

/// Moves jumps that are printed one bar early, for want of room, to the bar line that they belong to.
///
/// Left where it stands such a jump would leave out the last bar of the passage for ever. Only words are moved: playback
/// says where it means.
fn late_jumps(draft: &mut Draft, written: &[WrittenBar]) {
    for bar in 0..draft.bars.len().saturating_sub(1) {
        let next = bar + 1;
        let has_edge = |bar: usize, start: bool| {
            draft
                .bars
                .get(bar)
                .is_some_and(|bar| bar.endings.iter().any(|edge| (edge.edge == Edge::Start) == start))
        };
        let signs = |bar: usize| draft.bars.get(bar).map(|bar| bar.signs.as_slice()).unwrap_or_default();
        let early = |sign: &DraftSign| {
            // The bar after such a jump may be its coda, even without a sign.
            sign.kind.is_jump() && sign.words_only && sign.until != Some(JumpEnd::ToCoda) && !sign.then_coda
        };
        let repeats = written.get(next).is_some_and(|bar| bar.repeat_end.is_some());
        let drawn = repeats || draft.bars.get(next).is_some_and(|bar| bar.strong_line);
        if !signs(bar).iter().any(early)
            || !signs(next).is_empty()
            || !drawn
            || closes(draft, written, bar)
            || has_edge(next, true)
            || has_edge(bar, false)
        {
            continue;
        }
        let offsets: Vec<u64> =
            signs(bar).iter().filter(|sign| early(sign)).map(|sign| sign.offset).collect();
        for offset in offsets {
            let message =
                "a jump in words one bar before a double, final or repeat bar line is taken at that bar line";
            draft.diagnose(DiagnosticKind::Inferred, bar, offset, message);
        }
        move_jumps(draft, bar, next, early);
    }
}

/// Marks the end of the part that a jump without a fine brings again: the menuet before its trio.
pub(super) fn part_end(
    draft: &mut Draft,
    written: &mut [WrittenBar],
    movement: &Range<usize>,
    jump: &DraftSign,
) {
    let Some(end) = first_part(draft, written, movement, jump) else {
        let message = "a jump that does not say how far to play, and no fine or trio on its way: to the end of the \
                       movement";
        draft.diagnose(DiagnosticKind::Inferred, jump.bar, jump.offset, message);
        return;
    };
    let Some(bar) = written.get_mut(end) else { return };
    let message = format!(
        "a jump that does not say how far to play: to the end of what stands before the trio, measure {}",
        bar.number
    );
    draft.diagnose(DiagnosticKind::Inferred, jump.bar, jump.offset, message);
    if !bar.markers.iter().any(|marker| marker.kind == MarkerKind::PartEnd) {
        let label = "part-end".to_owned();
        bar.markers.push(Marker { kind: MarkerKind::PartEnd, label, at: Place::End, staff: None });
    }
}

/// The last bar of the first part of a movement, before its trio.
fn first_part(
    draft: &Draft,
    written: &[WrittenBar],
    movement: &Range<usize>,
    jump: &DraftSign,
) -> Option<usize> {
    let inside = movement.start + 1..jump.bar + 1;
    if let Some(trio) = headings(draft, inside.clone()).iter().find(|heading| heading.kind == Heading::Trio) {
        // The heading may stand over the pickup, at the end of the bar before, or over the first full bar.
        if trio.place.is_positive() && closes(draft, written, trio.bar) && trio.bar < jump.bar {
            return Some(trio.bar);
        }
        let mut before = (trio.bar.saturating_sub(PICKUPS).max(movement.start)..trio.bar).rev();
        return before.find(|&bar| closes(draft, written, bar)).or_else(|| trio.bar.checked_sub(1));
    }
    let ended = |bar: usize| draft.bars.get(bar).is_some_and(|bar| bar.final_line);
    let repeats = |bar: usize| written.get(bar).is_some_and(|bar| bar.repeat_end.is_some());
    if let Some(end) = (movement.start..jump.bar).find(|&bar| ended(bar) && !repeats(bar)) {
        return Some(end);
    }
    // The name of the piece tells that there is a part that comes again; a change of key, where it ends.
    if !jump.names_piece {
        return None;
    }
    // A menuet and its trio have two strains each, and each strain is played twice.
    let starts: Vec<usize> = (movement.start..=jump.bar)
        .filter(|&bar| {
            bar == movement.start || written.get(bar).is_some_and(|bar| bar.repeat_start.is_some())
        })
        .collect();
    let strain = |&start: &usize| {
        let end = starts.iter().find(|&&next| next > start).copied().unwrap_or(jump.bar + 1);
        (start..end).any(repeats)
    };
    if let &[_, _, third, _] = starts.as_slice()
        && starts.iter().all(strain)
    {
        return third.checked_sub(1);
    }
    let key = |bar: usize| draft.bars.get(bar).and_then(|bar| bar.key);
    let first = key(movement.start)?;
    let change = inside.clone().find(|&bar| key(bar).is_some_and(|key| key != first))?;
    change.checked_sub(1).filter(|&end| closes(draft, written, end))
}
