//! Markers and jumps: what they are called decides, not what they print.

use std::collections::HashMap;

use segno_syncpoint::{Jump, JumpKind, Marker, MarkerKind, Place};

use super::Reader;
use super::measure::Measure;
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::outline::one_line;
use crate::xml::{Token, XmlSource};

/// Longer labels are cut.
const MAX_LABEL: usize = 64;

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn marker(&mut self, measure: &Measure) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let (mut label, mut kind) = (String::new(), String::new());
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "label" => label = self.label()?,
                "markerType" => kind = self.label()?,
                _ => self.cursor.skip()?,
            }
        }
        // Until version 4 the label alone says what a marker is.
        let (sign, usual) = match if kind.is_empty() { label.as_str() } else { kind.as_str() } {
            "segno" => (MarkerKind::Segno, "segno"),
            "varsegno" => (MarkerKind::Segno, "varsegno"),
            "codab" => (MarkerKind::Coda, "codab"),
            "varcoda" => (MarkerKind::Coda, "varcoda"),
            "codetta" => (MarkerKind::Coda, "codetta"),
            "fine" => (MarkerKind::Fine, "fine"),
            "coda" | "toCoda" | "toCodaSym" | "daCoda" => (MarkerKind::ToCoda, "coda"),
            "daDblCoda" => (MarkerKind::ToCoda, "varcoda"),
            // What one of the user's own is shows when a jump names it.
            _ if !label.is_empty() => {
                self.outline.count_sign()?;
                self.own_markers.push((measure.bar, label));
                return Ok(());
            }
            _ => (MarkerKind::Segno, ""),
        };
        if label.is_empty() {
            usual.clone_into(&mut label);
        }
        if label.is_empty() {
            let message = "a marker without a label: left out";
            self.outline.diagnose(DiagnosticKind::BadValue, measure.bar, offset, message);
            return Ok(());
        }
        self.outline.count_sign()?;
        let at =
            if matches!(sign, MarkerKind::Fine | MarkerKind::ToCoda) { Place::End } else { Place::Start };
        let marker = Marker { kind: sign, label, at, staff: None };
        if let Some(bar) = self.outline.bars.get_mut(measure.bar)
            && !bar.written.markers.contains(&marker)
        {
            bar.written.markers.push(marker);
        }
        Ok(())
    }

    pub(super) fn jump(&mut self, measure: &Measure) -> Result<(), Error> {
        let (mut to, mut until, mut continue_at, mut play_repeats) =
            (String::new(), String::new(), String::new(), false);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "jumpTo" => to = self.label()?,
                "playUntil" => until = self.label()?,
                "continueAt" => continue_at = self.label()?,
                "playRepeats" => play_repeats = self.cursor.text()? != "0",
                _ => self.cursor.skip()?,
            }
        }
        self.outline.count_sign()?;
        let jump = Jump {
            kind: if to == "start" { JumpKind::DaCapo } else { JumpKind::DalSegno },
            to,
            until,
            continue_at: Some(continue_at).filter(|label| !label.is_empty()),
            play_repeats,
            passes: Vec::new(),
            staff: None,
        };
        if let Some(bar) = self.outline.bars.get_mut(measure.bar)
            && !bar.written.jumps.contains(&jump)
        {
            bar.written.jumps.push(jump);
        }
        Ok(())
    }

    /// Gives the markers of the user's own the part that the jumps give them.
    pub(super) fn place_own_markers(&mut self) {
        let own = core::mem::take(&mut self.own_markers);
        if own.is_empty() {
            return;
        }
        let mut roles: HashMap<String, [bool; 4]> = HashMap::new();
        for jump in self.outline.bars.iter().flat_map(|bar| &bar.written.jumps) {
            roles.entry(jump.to.clone()).or_default()[0] = true;
            roles.entry(jump.until.clone()).or_default()[if jump.continue_at.is_some() { 1 } else { 2 }] =
                true;
            roles.entry(jump.continue_at.clone().unwrap_or_default()).or_default()[3] = true;
        }
        let kinds = [
            (MarkerKind::Segno, Place::Start),
            (MarkerKind::ToCoda, Place::End),
            (MarkerKind::Fine, Place::End),
            (MarkerKind::Coda, Place::Start),
        ];
        for (bar, label) in own {
            let Some(bar) = self.outline.bars.get_mut(bar) else { continue };
            let named = roles.get(&label).copied().unwrap_or_default();
            for ((kind, at), _) in kinds.into_iter().zip(named).filter(|(_, named)| *named) {
                let marker = Marker { kind, label: label.clone(), at, staff: None };
                if !bar.written.markers.contains(&marker) {
                    bar.written.markers.push(marker);
                }
            }
        }
    }

    fn label(&mut self) -> Result<String, Error> {
        Ok(one_line(self.cursor.text()?).chars().take(MAX_LABEL).collect())
    }
}
