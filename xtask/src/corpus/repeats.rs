//! `repeats/*.json`: the play order of skeletons under the policy that each case names.

use std::collections::BTreeMap;
use std::path::Path;

use segno_syncpoint::Policy;

use super::skeleton::{Case, Schema};
use super::{Section, read};

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let Some(files) = read::folder(&folder.join("repeats"))? else { return Ok(None) };
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    let mut musical = Section::new("repeats/musical");
    let mut alternatives = Section::new("repeats/alternatives");
    let (mut signs, mut bars) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for file in files {
        let case: Case = read::json(&file)?;
        if case.schema != Schema::Repeats {
            return Err(format!("{}:1: the schema is not repeats/1", file.display()));
        }
        let structure = case.structure().map_err(|fault| format!("{}: {fault}", file.display()))?;
        let name = format!("repeats/{}{}", case.policy, if case.contested { "-contested" } else { "" });
        let section = sections.entry(name.clone()).or_insert_with(|| Section::new(name.clone()));
        section.contested = case.contested;
        let Some(policy) = Policy::named(&case.policy) else {
            section.case(&case.id, Err(format!("no preset is called {:?}", case.policy)));
            continue;
        };
        let playthrough = match structure.unroll(&policy) {
            Ok(playthrough) => playthrough,
            Err(fault) => {
                section.case(&case.id, Err(fault.to_string()));
                continue;
            }
        };
        let order: Vec<usize> = playthrough.order().collect();
        section.case(&case.id, same(&order, &case.order));
        *bars.entry(name.clone()).or_default() += order.len();
        *signs.entry(name).or_default() += playthrough.diagnostics().len();
        if let Some(expected) = &case.musical {
            let groups = playthrough.musical_bars(&structure);
            let found: Vec<Vec<usize>> =
                groups.into_iter().map(|range| order.get(range).unwrap_or_default().to_vec()).collect();
            musical.case(&case.id, same(&found, expected));
        }
        for other in &case.alternatives {
            if let Some(policy) = Policy::named(&other.policy) {
                let found =
                    structure.unroll(&policy).map(|playthrough| playthrough.order().collect::<Vec<_>>());
                let result =
                    found.map_err(|fault| fault.to_string()).and_then(|found| same(&found, &other.order));
                alternatives.case(&format!("{} under {}", case.id, other.policy), result);
            }
        }
    }
    for (name, section) in &mut sections {
        section.figure("played_bars", bars.get(name).copied().unwrap_or(0));
        section.figure("diagnostics", signs.get(name).copied().unwrap_or(0));
    }
    let rest = [musical, alternatives].into_iter().filter(|section| section.cases > 0);
    Ok(Some(sections.into_values().chain(rest).collect()))
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}")) }
}
