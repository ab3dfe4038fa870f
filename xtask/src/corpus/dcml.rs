//! `dcml/*.json`: play orders and successor lists of measures tables, under common practice.

use std::path::Path;

use segno_syncpoint::Policy;

use super::skeleton::{Case, Schema};
use super::{Section, read};

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let Some(files) = read::folder(&folder.join("dcml"))? else { return Ok(None) };
    let mut section = Section::new("dcml");
    let (mut written, mut played, mut musical) = (0, 0, 0);
    for file in files {
        let case: Case = read::json(&file)?;
        if case.schema != Schema::Dcml {
            return Err(format!("{}:1: the schema is not dcml-measures/1", file.display()));
        }
        let structure = case.structure().map_err(|fault| format!("{}: {fault}", file.display()))?;
        let playthrough = match structure.unroll(&Policy::CLASSICAL) {
            Ok(playthrough) => playthrough,
            Err(fault) => {
                section.case(&case.id, Err(fault.to_string()));
                continue;
            }
        };
        let order: Vec<usize> = playthrough.order().collect();
        written += structure.bars.len();
        played += order.len();
        musical += playthrough.musical_bars(&structure).len();
        let wrong = order.iter().zip(&case.order).position(|(found, expected)| found != expected);
        let result = if order == case.order {
            match case.successor_fault(&order) {
                None => Ok(()),
                Some(place) => Err(format!("played bar {place} is not followed as `next` says")),
            }
        } else {
            Err(format!(
                "{} bars instead of {}, first difference at played bar {}",
                order.len(),
                case.order.len(),
                wrong.unwrap_or_else(|| order.len().min(case.order.len()))
            ))
        };
        section.case(&case.id, result);
    }
    section.figure("written_bars", written);
    section.figure("played_bars", played);
    section.figure("musical_bars", musical);
    Ok(Some(vec![section]))
}
