//! Finds the signs that jumps refer to.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use super::error::UnrollError;
use super::layout::Layout;
use super::section_jump::SectionJump;
use crate::playthrough::DiagnosticKind;
use crate::policy::{MissingTarget, OpenDaCapo, Policy, Sections, StaffCopies};
use crate::{Jump, Marker, MarkerKind, Place, Structure, WrittenBar};

/// The label by which jumps name the start of the section.
const START: &str = "start";
/// The label by which jumps name the end of the section.
const END: &str = "end";

/// What a label is looked up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The place to go to.
    To,
    /// The place where the jump ends.
    Until,
    /// The place to go on.
    Coda,
}

impl Role {
    fn fits(self, kind: MarkerKind) -> bool {
        match self {
            Self::To => kind == MarkerKind::Segno,
            Self::Until => matches!(kind, MarkerKind::Fine | MarkerKind::ToCoda),
            Self::Coda => kind == MarkerKind::Coda,
        }
    }
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) bar: usize,
    /// The sign that was found: its bar and its place in the bar.
    pub(super) marker: Option<(usize, usize)>,
}

/// All markers by label, and which of them had an effect.
#[derive(Debug)]
pub(super) struct Signs<'a> {
    structure: &'a Structure,
    layout: &'a Layout,
    policy: &'a Policy,
    /// By label, ascending: bar, place in the bar, kind.
    by_label: BTreeMap<&'a str, Vec<(usize, usize, MarkerKind)>>,
    /// The ends of parts, ascending.
    part_ends: Vec<(usize, usize)>,
    used: alloc::collections::BTreeSet<(usize, usize)>,
}

impl<'a> Signs<'a> {
    pub(super) fn new(structure: &'a Structure, layout: &'a Layout, policy: &'a Policy) -> Self {
        let mut by_label: BTreeMap<&str, Vec<(usize, usize, MarkerKind)>> = BTreeMap::new();
        let mut part_ends = Vec::new();
        for (bar, written) in structure.bars.iter().enumerate() {
            for (number, marker) in written.markers.iter().enumerate() {
                if marker.kind == MarkerKind::PartEnd {
                    part_ends.push((bar, number));
                } else if !is_marker_copy(written, marker) {
                    by_label.entry(&marker.label).or_default().push((bar, number, marker.kind));
                }
            }
        }
        Self { structure, layout, policy, by_label, part_ends, used: alloc::collections::BTreeSet::new() }
    }

    pub(super) fn used(&mut self, bar: usize, number: usize) {
        self.used.insert((bar, number));
    }

    pub(super) fn was_used(&self, bar: usize, number: usize) -> bool {
        self.used.contains(&(bar, number))
    }

    /// The jump stands on another staff as well, and that one counts.
    pub(super) fn is_copy(&self, bar: &WrittenBar, jump: &Jump) -> bool {
        let same = |other: &Jump| {
            other.staff.is_none()
                && other.to == jump.to
                && other.until == jump.until
                && other.continue_at == jump.continue_at
        };
        jump.staff.is_some() && self.policy.staff_copies == StaffCopies::Once && bar.jumps.iter().any(same)
    }

    /// Whether a sign of this kind ends a jump until `label`. A label that only other signs carry means those.
    pub(super) fn ends_at(&self, kind: MarkerKind, label: &str) -> bool {
        Role::Until.fits(kind)
            || !self
                .by_label
                .get(label)
                .is_some_and(|signs| signs.iter().any(|sign| Role::Until.fits(sign.2)))
    }

    /// The nearest sign within `bars`: backwards from `origin` first, or forwards first.
    fn nearest(
        &self,
        label: &str,
        role: Role,
        origin: usize,
        bars: &Range<usize>,
        forwards: bool,
    ) -> Option<(usize, usize)> {
        let signs = self.by_label.get(label)?;
        let first = signs.partition_point(|sign| sign.0 < bars.start);
        let past = signs.partition_point(|sign| sign.0 < bars.end);
        let signs = signs.get(first..past)?;
        let fitting = signs.iter().any(|sign| role.fits(sign.2));
        let fits = |sign: &&(usize, usize, MarkerKind)| !fitting || role.fits(sign.2);
        let split = signs.partition_point(|sign| sign.0 <= origin);
        let (before, after) = signs.split_at(split);
        let back = || before.iter().rev().find(fits);
        let on = || after.iter().find(fits);
        let found = if forwards { on().or_else(back) } else { back().or_else(on) };
        found.map(|&(bar, number, _)| (bar, number))
    }

    /// Looks in the own section, then, if the policy lets jumps reach farther, in the one before.
    fn find(
        &self,
        label: &str,
        role: Role,
        origin: usize,
        home: &Range<usize>,
        forwards: bool,
    ) -> Option<(usize, usize)> {
        if label.is_empty() {
            return None;
        }
        self.nearest(label, role, origin, home, forwards).or_else(|| {
            if self.policy.sections != Sections::Reach {
                return None;
            }
            let before = self.layout.section_of(home.start.checked_sub(1)?)?;
            self.nearest(label, role, home.start, before, false)
        })
    }

    fn landing(&self, sign: (usize, usize)) -> Target {
        let marker = self.structure.bars.get(sign.0).and_then(|bar| bar.markers.get(sign.1));
        let after = marker.is_some_and(|marker| {
            marker.at == Place::End && matches!(marker.kind, MarkerKind::Segno | MarkerKind::Coda)
        });
        Target { bar: sign.0 + usize::from(after), marker: Some(sign) }
    }

    /// The coda of this label, seen from the to-coda at `origin`.
    pub(super) fn coda(&self, label: &str, origin: usize, home: &Range<usize>) -> Option<Target> {
        self.find(label, Role::Coda, origin, home, true).map(|sign| self.landing(sign))
    }

    /// The sign at which a jump ends.
    pub(super) fn until(&self, jump: &Jump, origin: usize, home: &Range<usize>) -> Option<(usize, usize)> {
        self.find(&jump.until, Role::Until, origin, home, false)
    }

    /// Where a jump at the end of `origin` goes; `None` if it is not taken because a target is missing.
    pub(super) fn target(
        &self,
        jump: &Jump,
        origin: usize,
        home: &Range<usize>,
    ) -> Result<Option<Target>, UnrollError> {
        let rule = self.policy.missing_target;
        let until = self.until(jump, origin, home);
        let until_missing = jump.until != END && until.is_none();
        let coda = jump.continue_at.as_deref().filter(|label| !label.is_empty());
        let coda_missing = coda.is_some_and(|label| self.coda(label, origin, home).is_none());
        if rule == MissingTarget::Ignore && (until_missing || coda_missing) {
            return Ok(None);
        }
        let target = if jump.to == START {
            Some(Target { bar: self.section_start(until, home), marker: None })
        } else {
            self.find(&jump.to, Role::To, origin, home, false).map(|sign| self.landing(sign))
        };
        if rule == MissingTarget::Error && (until_missing || coda_missing || target.is_none()) {
            return Err(UnrollError::MissingTarget { bar: origin });
        }
        Ok(target.or((rule == MissingTarget::FromStart).then_some(Target { bar: home.start, marker: None })))
    }

    /// The last segno that stands at the beginning of a bar behind `start` and before `bar`.
    pub(super) fn last_segno(&self, start: usize, bar: usize) -> Option<usize> {
        let bars = self.structure.bars.get(start..bar)?;
        let has_segno = |bar: &WrittenBar| {
            bar.markers.iter().any(|marker| marker.kind == MarkerKind::Segno && marker.at == Place::Start)
        };
        bars.iter().rposition(has_segno).map(|place| start + place)
    }

    /// The jumps that can be taken, whether or not they will be.
    pub(super) fn section_jumps(&self) -> Vec<SectionJump> {
        let mut section_jumps = Vec::new();
        for (from, bar) in self.structure.bars.iter().enumerate().filter(|(_, bar)| !bar.jumps.is_empty()) {
            let Some(home) = self.layout.section_of(from) else { continue };
            for jump in bar.jumps.iter().filter(|jump| !self.is_copy(bar, jump)) {
                if let Ok(Some(target)) = self.target(jump, from, home) {
                    section_jumps.push(self.section_jump(jump, from, home, &target));
                }
            }
        }
        section_jumps
    }

    /// A jump that goes to `target`, as the bars see it.
    pub(super) fn section_jump(
        &self,
        jump: &Jump,
        from: usize,
        home: &Range<usize>,
        target: &Target,
    ) -> SectionJump {
        let sign = self.until(jump, from, home).map(|(bar, _)| bar);
        SectionJump {
            from,
            to: target.bar,
            until: sign.or_else(|| self.part_end(jump, from, target).map(|(bar, _)| bar)),
        }
    }

    /// Where a da capo that does not say how far it goes ends all the same: the end of the part that it brings again.
    pub(super) fn part_end(&self, jump: &Jump, from: usize, target: &Target) -> Option<(usize, usize)> {
        if jump.until != END || self.policy.open_da_capo != OpenDaCapo::ToPartEnd {
            return None;
        }
        let place = self.part_ends.partition_point(|&(bar, _)| bar < target.bar);
        self.part_ends.get(place).copied().filter(|&(bar, _)| bar < from)
    }

    /// The start of the section that a da capo means: the one with the sign at which it ends.
    fn section_start(&self, until: Option<(usize, usize)>, home: &Range<usize>) -> usize {
        match until {
            Some((bar, _)) if bar < home.start => {
                self.layout.section_of(bar).map_or(home.start, |section| section.start)
            }
            _ => home.start,
        }
    }

    /// What is wrong with the targets of a jump.
    pub(super) fn missing(&self, jump: &Jump, origin: usize) -> impl Iterator<Item = DiagnosticKind> {
        let home = self.layout.section_of(origin).cloned().unwrap_or(0..0);
        let to = jump.to != START && self.find(&jump.to, Role::To, origin, &home, false).is_none();
        let until = jump.until != END && self.until(jump, origin, &home).is_none();
        let coda = jump.continue_at.as_deref().filter(|label| !label.is_empty());
        let coda = coda.is_some_and(|label| self.coda(label, origin, &home).is_none());
        [
            to.then_some(DiagnosticKind::JumpTargetMissing),
            until.then_some(DiagnosticKind::JumpUntilMissing),
            coda.then_some(DiagnosticKind::JumpCodaMissing),
        ]
        .into_iter()
        .flatten()
    }
}

/// The marker stands on another staff as well, and that one counts.
pub(super) fn is_marker_copy(bar: &WrittenBar, marker: &Marker) -> bool {
    let same =
        |other: &Marker| other.staff.is_none() && other.kind == marker.kind && other.label == marker.label;
    marker.staff.is_some() && bar.markers.iter().any(same)
}
