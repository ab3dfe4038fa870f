//! Markers and jumps with labels that fit together.

use core::ops::Range;

use segno_syncpoint::{Jump, JumpKind, Marker, MarkerKind, Place, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftSign, SignKind};
use crate::span::Span;
use crate::words::{Heading, JumpEnd};

use super::movements;

/// A marker whose label is settled.
struct Placed {
    bar: usize,
    kind: MarkerKind,
    label: String,
    at: Place,
    /// The coda that a to-coda leads to.
    coda: String,
}

/// How many signs of a kind have no name of their own, over all movements.
#[derive(Default)]
struct Counts {
    codas: u32,
    segnos: u32,
    fines: u32,
}

/// Puts markers and jumps onto the bars, movement by movement: none leads out of its own.
pub(super) fn place(draft: &mut Draft, written: &mut [WrittenBar], movements: &[Range<usize>]) {
    let mut counts = Counts::default();
    for movement in movements {
        let bars = draft.bars.get_mut(movement.clone()).unwrap_or_default();
        let mut signs: Vec<DraftSign> =
            bars.iter_mut().flat_map(|bar| core::mem::take(&mut bar.signs)).collect();
        if signs.is_empty() {
            continue;
        }
        needed_coda(draft, movement, &mut signs);
        first_of_two_codas(draft, &mut signs);
        signs.iter().filter(|sign| sign.words_only).for_each(|sign| doubt(draft, written, sign));
        // MusicXML says for each repeat whether it is taken after a jump; if all are, the jumps play repeats.
        let bars = written.get(movement.clone()).unwrap_or_default();
        let mut ends = bars.iter().filter_map(|bar| bar.repeat_end).peekable();
        let all_after_jump = ends.peek().is_some() && ends.all(|end| end.after_jump == Some(true));
        let markers = markers(draft, &signs, &mut counts);
        // No fine of another movement is meant where this one has none.
        let no_fine = numbered("fine", counts.fines + 1);
        for sign in signs.iter().filter(|sign| sign.kind.is_jump()) {
            let jump = jump(draft, &markers, sign, movement, all_after_jump, &no_fine);
            let open = jump.until == "end";
            if let Some(bar) = written.get_mut(sign.bar)
                && !bar.jumps.contains(&jump)
            {
                bar.jumps.push(jump);
            }
            if open {
                movements::part_end(draft, written, movement, sign);
            }
        }
        for Placed { bar, kind, label, at, .. } in markers {
            if let Some(bar) = written.get_mut(bar) {
                bar.markers.push(Marker { kind, label, at, staff: None });
            }
        }
    }
}

/// A jump that only words state is told, and doubted aloud where no bar line speaks for it.
fn doubt(draft: &mut Draft, written: &[WrittenBar], sign: &DraftSign) {
    let message = if movements::closes(draft, written, sign.bar) {
        "a jump that only the words state"
    } else {
        "a jump that only the words state, in the middle of the piece and at a plain bar line: doubtful"
    };
    draft.diagnose(DiagnosticKind::Inferred, sign.bar, sign.offset, message);
}

/// A coda that stands only as a rehearsal mark or heading is one if a jump needs it.
fn needed_coda(draft: &mut Draft, movement: &Range<usize>, signs: &mut Vec<DraftSign>) {
    let needs = |sign: &&DraftSign| {
        sign.kind == SignKind::ToCoda
            || (sign.kind.is_jump() && (sign.until == Some(JumpEnd::ToCoda) || sign.then_coda))
    };
    let Some(last) = signs.iter().filter(needs).map(|sign| sign.bar).max() else { return };
    if signs.iter().any(|sign| sign.kind == SignKind::Coda) {
        return;
    }
    let named = || {
        draft
            .headings
            .iter()
            .filter(|heading| heading.kind == Heading::Coda && movement.contains(&heading.bar))
    };
    let Some(coda) = named().find(|heading| heading.bar > last).or_else(|| named().next()).copied() else {
        return;
    };
    let at = signs.partition_point(|sign| sign.bar <= coda.bar);
    signs.insert(
        at,
        DraftSign { place: coda.place, offset: coda.offset, ..DraftSign::new(coda.bar, SignKind::Coda) },
    );
    let message = "there is no coda sign; the mark or heading \"Coda\" is taken for it";
    draft.diagnose(DiagnosticKind::Inferred, coda.bar, coda.offset, message);
}

/// The sign of the coda is printed twice, where one leaves and where one arrives, and many files say nothing more.
fn first_of_two_codas(draft: &mut Draft, signs: &mut [DraftSign]) {
    if signs.iter().any(|sign| sign.kind == SignKind::ToCoda) || !signs.iter().any(|sign| sign.kind.is_jump())
    {
        return;
    }
    let mut codas: Vec<&mut DraftSign> =
        signs.iter_mut().filter(|sign| sign.kind == SignKind::Coda).collect();
    if let [first, _] = codas.as_mut_slice()
        && first.symbol_only
    {
        first.kind = SignKind::ToCoda;
        let (bar, offset) = (first.bar, first.offset);
        let message = "of two coda signs the first one is taken as the place to leave for the coda";
        draft.diagnose(DiagnosticKind::Inferred, bar, offset, message);
    }
}

fn markers(draft: &mut Draft, signs: &[DraftSign], counts: &mut Counts) -> Vec<Placed> {
    let mut markers = Vec::new();
    let mut fine = None;
    for sign in signs {
        let (kind, label) = match sign.kind {
            SignKind::Segno => (MarkerKind::Segno, named(sign, "segno", &mut counts.segnos)),
            SignKind::Coda => (MarkerKind::Coda, named(sign, "coda", &mut counts.codas)),
            // All fines of a movement have one name.
            SignKind::Fine => {
                (MarkerKind::Fine, fine.get_or_insert_with(|| named(sign, "fine", &mut counts.fines)).clone())
            }
            SignKind::ToCoda | SignKind::DaCapo | SignKind::DalSegno => continue,
        };
        let at = match kind {
            MarkerKind::Fine => Place::End,
            _ if ends_bar(draft, sign) => Place::End,
            _ => Place::Start,
        };
        markers.push(Placed { bar: sign.bar, kind, label, at, coda: String::new() });
    }
    for sign in signs.iter().filter(|sign| sign.kind == SignKind::ToCoda) {
        let coda = coda_of(draft, &markers, sign);
        let label = format!("to-{coda}");
        markers.push(Placed { bar: sign.bar, kind: MarkerKind::ToCoda, label, at: Place::End, coda });
    }
    markers.sort_by_key(|marker| marker.bar);
    markers
}

/// The label of a sign: its name, or the kind's with a number from the second one on.
fn named(sign: &DraftSign, kind: &str, count: &mut u32) -> String {
    if let Some(name) = &sign.name {
        return name.clone();
    }
    *count += 1;
    numbered(kind, *count)
}

fn numbered(kind: &str, count: u32) -> String {
    if count == 1 { kind.to_owned() } else { format!("{kind}-{count}") }
}

/// Whether a sign stands behind everything else in its bar, which is to say before the next one.
fn ends_bar(draft: &Draft, sign: &DraftSign) -> bool {
    let length = draft.bars.get(sign.bar).map_or(Span::ZERO, |bar| bar.length);
    sign.at_end || (length.is_positive() && sign.place >= length)
}

/// The label of the coda that a to-coda leads to.
fn coda_of(draft: &mut Draft, markers: &[Placed], sign: &DraftSign) -> String {
    let mut codas = markers.iter().filter(|marker| marker.kind == MarkerKind::Coda);
    if let Some(name) = &sign.name {
        if codas.clone().any(|coda| coda.label == *name) {
            return name.clone();
        }
        if let (Some(only), None) = (codas.next(), codas.next()) {
            let message = format!("there is no coda {name:?}; the only one there is taken");
            draft.diagnose(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
            return only.label.clone();
        }
        draft.diagnose(
            DiagnosticKind::MissingTarget,
            sign.bar,
            sign.offset,
            format!("there is no coda {name:?}"),
        );
        return name.clone();
    }
    match codas.clone().find(|coda| coda.bar > sign.bar).or_else(|| codas.next()) {
        Some(coda) => coda.label.clone(),
        None => {
            draft.diagnose(DiagnosticKind::MissingTarget, sign.bar, sign.offset, "there is no coda to go to");
            "coda".to_owned()
        }
    }
}

fn jump(
    draft: &mut Draft,
    markers: &[Placed],
    sign: &DraftSign,
    movement: &Range<usize>,
    all_after_jump: bool,
    no_fine: &str,
) -> Jump {
    let (kind, to, target) = if sign.kind == SignKind::DaCapo {
        (JumpKind::DaCapo, "start".to_owned(), Some(movement.start))
    } else {
        let (label, bar) = segno_of(draft, markers, sign);
        (JumpKind::DalSegno, label, bar)
    };
    let first = target.unwrap_or(movement.start);
    let between = |kind: MarkerKind| {
        markers.iter().find(move |marker| marker.kind == kind && (first..=sign.bar).contains(&marker.bar))
    };
    let anywhere = |kind: MarkerKind| markers.iter().find(move |marker| marker.kind == kind);
    let until = sign.until.or_else(|| {
        // Plain "D.C.": a fine or to-coda on the way can only be meant for the time after the jump.
        let fine = between(MarkerKind::Fine).map(|marker| (marker.bar, JumpEnd::Fine));
        let coda = between(MarkerKind::ToCoda).map(|marker| (marker.bar, JumpEnd::ToCoda));
        // Of two in one bar the one that leads on: nothing is left unplayed then.
        let inferred = [coda, fine].into_iter().flatten().min_by_key(|(bar, _)| *bar).map(|(_, until)| until);
        if inferred.is_some() {
            let message =
                "the jump does not say how far to play; the next fine or to-coda on the way ends it";
            draft.diagnose(DiagnosticKind::Inferred, sign.bar, sign.offset, message);
        }
        inferred
    });
    let until = match until {
        Some(JumpEnd::Fine)
            if anywhere(MarkerKind::Fine).is_none() && between(MarkerKind::ToCoda).is_some() =>
        {
            let message =
                "there is no fine in this movement, but a place to leave for the coda, which counts";
            draft.diagnose(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
            Some(JumpEnd::ToCoda)
        }
        until => until,
    };
    let (until, continue_at) = match until {
        None | Some(JumpEnd::Trio) => ("end".to_owned(), None),
        Some(JumpEnd::Fine) => {
            let fine = anywhere(MarkerKind::Fine).map(|fine| fine.label.clone());
            if fine.is_none() {
                let message = "there is no fine in this movement";
                draft.diagnose(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
            }
            let coda =
                if sign.then_coda { anywhere(MarkerKind::Coda).map(|coda| coda.label.clone()) } else { None };
            (fine.unwrap_or_else(|| no_fine.to_owned()), coda)
        }
        Some(JumpEnd::ToCoda) => match between(MarkerKind::ToCoda).or_else(|| anywhere(MarkerKind::ToCoda)) {
            Some(leave) => (leave.label.clone(), Some(leave.coda.clone())),
            None => {
                let message = "there is no place to leave for the coda";
                draft.diagnose(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
                let coda =
                    anywhere(MarkerKind::Coda).map_or_else(|| "coda".to_owned(), |coda| coda.label.clone());
                (format!("to-{coda}"), Some(coda))
            }
        },
        Some(JumpEnd::Segno) => {
            let message = "playing up to a segno cannot be expressed; the jump names the segno as its end";
            draft.diagnose(DiagnosticKind::Unsupported, sign.bar, sign.offset, message);
            let segno =
                anywhere(MarkerKind::Segno).map_or_else(|| "segno".to_owned(), |segno| segno.label.clone());
            let coda = anywhere(MarkerKind::Coda).filter(|_| sign.then_coda).map(|coda| coda.label.clone());
            (segno, coda)
        }
    };
    let play_repeats = sign.repeats.unwrap_or(all_after_jump);
    Jump { kind, to, until, continue_at, play_repeats, passes: sign.passes.clone(), staff: None }
}

/// The label of the segno that a dal segno goes to, and its bar.
fn segno_of(draft: &mut Draft, markers: &[Placed], sign: &DraftSign) -> (String, Option<usize>) {
    let segnos = || markers.iter().filter(|marker| marker.kind == MarkerKind::Segno);
    let nearest = |name: Option<&str>| {
        let fits = |marker: &&Placed| name.is_none_or(|name| marker.label == name);
        segnos().filter(fits).rfind(|segno| segno.bar <= sign.bar).or_else(|| segnos().find(fits))
    };
    if let Some(segno) = nearest(sign.name.as_deref()) {
        return (segno.label.clone(), Some(segno.bar));
    }
    let name = sign.name.clone().unwrap_or_else(|| "segno".to_owned());
    match nearest(None) {
        Some(segno) => {
            let message = format!("there is no segno {name:?}; the nearest one is taken");
            draft.diagnose(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
            (segno.label.clone(), Some(segno.bar))
        }
        None => {
            draft.diagnose(
                DiagnosticKind::MissingTarget,
                sign.bar,
                sign.offset,
                format!("there is no segno {name:?}"),
            );
            (name, None)
        }
    }
}
