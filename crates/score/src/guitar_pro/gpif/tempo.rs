//! Tempos, and changes that lead gradually from one to the next.

use super::Reader;
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::outline::OutlineTempo;
use crate::span::Span;
use crate::xml::XmlSource;

/// A gradual change has a step a quarter, but no more than so many in a bar.
const MAX_STEPS: u32 = 64;

impl<S: XmlSource> Reader<S> {
    /// Reads the tempos, each at its place in what the bars hold.
    pub(super) fn tempos(&mut self, contents: &[Span]) -> Result<(), Error> {
        let mut stated: Vec<(OutlineTempo, bool)> = Vec::new();
        for automation in core::mem::take(&mut self.automations) {
            match automation.kind.as_str() {
                "Tempo" => {}
                "SyncPoint" => {
                    self.automations.push(automation);
                    continue;
                }
                _ => continue,
            }
            let offset = automation.offset;
            let bar = usize::try_from(automation.bar).ok().filter(|bar| *bar < self.outline.bars.len());
            let (Some(bar), Some(share)) =
                (bar, Span::decimal(&automation.position).filter(|share| !share.is_negative()))
            else {
                let message = "a tempo at a place that is not there: left out";
                self.outline.note(DiagnosticKind::BadValue, offset, message);
                continue;
            };
            let mut words = automation.value.split(' ');
            let value = words.next().and_then(|value| value.parse::<f64>().ok());
            let unit = match words.next() {
                Some("1") => Some(0.5),
                Some("2") => Some(1.0),
                Some("3") => Some(1.5),
                Some("4") => Some(2.0),
                Some("5") => Some(3.0),
                Some(_) => None,
                None => {
                    let message = "a tempo without a unit: taken as quarters a minute";
                    self.outline.diagnose(DiagnosticKind::Inferred, bar, offset, message);
                    Some(1.0)
                }
            };
            let Some(quarter_bpm) = value.zip(unit).map(|(value, unit)| value * unit) else {
                let message = format!("invalid tempo {:?}: left out", automation.value);
                self.outline.diagnose(DiagnosticKind::BadValue, bar, offset, message);
                continue;
            };
            // Where a bar holds more than its metre, the place is one of what it holds.
            let length = self.outline.bars.get(bar).map_or(Span::ZERO, |bar| bar.written.length().into());
            let content = contents.get(bar).copied().unwrap_or(Span::ZERO).max(length);
            let place = content.times(share).unwrap_or(Span::ZERO);
            stated.push((OutlineTempo { bar, place, quarter_bpm, offset }, automation.linear));
        }
        stated.sort_by_key(|(tempo, _)| (tempo.bar, tempo.place));
        for (index, &(tempo, linear)) in stated.iter().enumerate() {
            self.outline.add_tempo(tempo)?;
            if let Some(&(next, _)) = stated.get(index + 1).filter(|_| linear) {
                self.ramp(tempo, next)?;
            }
        }
        Ok(())
    }

    /// Adds the steps of a change along a straight line over what is written. Each lasts as long as the line does there, so
    /// that steps and bars begin when they would with the line itself.
    fn ramp(&mut self, from: OutlineTempo, to: OutlineTempo) -> Result<(), Error> {
        let line = |share: f64| from.quarter_bpm + (to.quarter_bpm - from.quarter_bpm) * share;
        if !(from.quarter_bpm > 0.0 && to.quarter_bpm > 0.0) {
            return Ok(());
        }
        let parts: Vec<(usize, Span, Span)> = (from.bar..=to.bar)
            .filter_map(|bar| {
                let length = self.outline.bars.get(bar)?.written.length().into();
                let begin = if bar == from.bar { from.place } else { Span::ZERO };
                let end = if bar == to.bar { to.place.min(length) } else { length };
                Some((bar, begin, end.sub(begin).filter(|part| part.is_positive())?))
            })
            .collect();
        let total: f64 = parts.iter().map(|(_, _, part)| part.quarters()).sum();
        let mut done = 0.0;
        for (bar, begin, part) in parts {
            let steps = (part.quarters().ceil() as u32).clamp(1, MAX_STEPS);
            let tempo_at =
                |step: u32| line((done + part.quarters() * f64::from(step) / f64::from(steps)) / total);
            for step in 0..steps {
                let gone = Span::ratio(step.into(), steps.into()).and_then(|share| part.times(share));
                let Some(place) = gone.and_then(|gone| begin.add(gone)) else { continue };
                let quarter_bpm = mean(tempo_at(step), tempo_at(step + 1));
                self.outline.add_tempo(OutlineTempo { bar, place, quarter_bpm, offset: from.offset })?;
            }
            done += part.quarters();
        }
        Ok(())
    }
}

/// The steady tempo that takes as long as one that changes evenly from `a` to `b`: their logarithmic mean.
fn mean(a: f64, b: f64) -> f64 {
    if ((b - a) / a).abs() < 1e-9 { a } else { (b - a) / (b / a).ln() }
}
