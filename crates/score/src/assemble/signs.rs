//! Markers and jumps with labels that fit together.

use segno_syncpoint::{Jump, JumpKind, Marker, MarkerKind, Place, WrittenBar};

use crate::diagnostic::DiagnosticKind;
use crate::draft::{Draft, DraftSign, SignKind};
use crate::span::Span;
use crate::words::Until;

/// A marker whose label is settled.
struct Placed {
    bar: usize,
    kind: MarkerKind,
    label: String,
    at: Place,
    /// The coda that a to-coda leads to.
    coda: String,
}

/// Puts markers and jumps onto the bars.
pub(super) fn place(draft: &mut Draft, written: &mut [WrittenBar]) {
    let mut signs: Vec<DraftSign> =
        draft.bars.iter_mut().flat_map(|bar| core::mem::take(&mut bar.signs)).collect();
    first_of_two_codas(draft, &mut signs);
    let markers = markers(draft, &signs);
    // MusicXML says for each repeat whether it is taken after a jump; if all are, the jumps play repeats.
    let mut ends = written.iter().filter_map(|bar| bar.repeat_end).peekable();
    let all_after_jump = ends.peek().is_some() && ends.all(|end| end.after_jump == Some(true));
    for sign in signs.into_iter().filter(|sign| sign.kind.is_jump()) {
        let jump = jump(draft, &markers, &sign, all_after_jump);
        let Some(bar) = written.get_mut(sign.bar) else { continue };
        if !bar.jumps.contains(&jump) {
            bar.jumps.push(jump);
        }
    }
    for Placed { bar, kind, label, at, .. } in markers {
        if let Some(bar) = written.get_mut(bar) {
            bar.markers.push(Marker { kind, label, at, staff: None });
        }
    }
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
        draft.remark(DiagnosticKind::Inferred, bar, offset, message);
    }
}

fn markers(draft: &mut Draft, signs: &[DraftSign]) -> Vec<Placed> {
    let mut markers = Vec::new();
    let (mut codas, mut segnos) = (0_u32, 0_u32);
    for sign in signs {
        let (kind, label) = match sign.kind {
            SignKind::Segno => (MarkerKind::Segno, named(sign, "segno", &mut segnos)),
            SignKind::Coda => (MarkerKind::Coda, named(sign, "coda", &mut codas)),
            SignKind::Fine => (MarkerKind::Fine, "fine".to_owned()),
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
    if *count == 1 { kind.to_owned() } else { format!("{kind}-{count}") }
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
            draft.remark(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
            return only.label.clone();
        }
        draft.remark(
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
            draft.remark(DiagnosticKind::MissingTarget, sign.bar, sign.offset, "there is no coda to go to");
            "coda".to_owned()
        }
    }
}

fn jump(draft: &mut Draft, markers: &[Placed], sign: &DraftSign, all_after_jump: bool) -> Jump {
    let (kind, to, target) = if sign.kind == SignKind::DaCapo {
        (JumpKind::DaCapo, "start".to_owned(), Some(0))
    } else {
        let (label, bar) = segno_of(draft, markers, sign);
        (JumpKind::DalSegno, label, bar)
    };
    let first = target.unwrap_or(0);
    let between = |kind: MarkerKind| {
        markers.iter().find(move |marker| marker.kind == kind && (first..=sign.bar).contains(&marker.bar))
    };
    let anywhere = |kind: MarkerKind| markers.iter().find(move |marker| marker.kind == kind);
    let until = sign.until.or_else(|| {
        // Plain "D.C.": a fine or to-coda on the way can only be meant for the time after the jump.
        let fine = between(MarkerKind::Fine).map(|marker| (marker.bar, Until::Fine));
        let coda = between(MarkerKind::ToCoda).map(|marker| (marker.bar, Until::ToCoda));
        let inferred = [fine, coda].into_iter().flatten().min_by_key(|(bar, _)| *bar).map(|(_, until)| until);
        if inferred.is_some() {
            let message =
                "the jump does not say how far to play; the next fine or to-coda on the way ends it";
            draft.remark(DiagnosticKind::Inferred, sign.bar, sign.offset, message);
        }
        inferred
    });
    let (until, continue_at) = match until {
        None => ("end".to_owned(), None),
        Some(Until::Fine) => {
            if anywhere(MarkerKind::Fine).is_none() {
                draft.remark(DiagnosticKind::MissingTarget, sign.bar, sign.offset, "there is no fine");
            }
            let coda =
                if sign.then_coda { anywhere(MarkerKind::Coda).map(|coda| coda.label.clone()) } else { None };
            ("fine".to_owned(), coda)
        }
        Some(Until::ToCoda) => match between(MarkerKind::ToCoda).or_else(|| anywhere(MarkerKind::ToCoda)) {
            Some(leave) => (leave.label.clone(), Some(leave.coda.clone())),
            None => {
                let message = "there is no place to leave for the coda";
                draft.remark(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
                let coda =
                    anywhere(MarkerKind::Coda).map_or_else(|| "coda".to_owned(), |coda| coda.label.clone());
                (format!("to-{coda}"), Some(coda))
            }
        },
        Some(Until::Segno) => {
            let message = "playing up to a segno cannot be expressed; the jump names the segno as its end";
            draft.remark(DiagnosticKind::Unsupported, sign.bar, sign.offset, message);
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
            draft.remark(DiagnosticKind::MissingTarget, sign.bar, sign.offset, message);
            (segno.label.clone(), Some(segno.bar))
        }
        None => {
            draft.remark(
                DiagnosticKind::MissingTarget,
                sign.bar,
                sign.offset,
                format!("there is no segno {name:?}"),
            );
            (name, None)
        }
    }
}
