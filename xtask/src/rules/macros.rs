//! Few macros: a reader goes from a name to what it does.

use super::text::Text;

/// The most definitions of macros that the workspace has.
const LIMIT: usize = 8;

/// In two parts, so that a search for definitions does not find this one.
const DEFINITION: &str = concat!("macro", "_rules!");

/// No more macros than the limit, in the whole workspace.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let places: Vec<String> = texts
        .iter()
        .filter(|text| text.is("rs"))
        .flat_map(|text| {
            let lines = text.lines().filter(|(_, line)| line.trim_start().starts_with(DEFINITION));
            lines.map(|(line, _)| format!("{}:{line}", text.path))
        })
        .collect();
    if places.len() > LIMIT {
        let list = places.join(", ");
        faults
            .push(format!("{} macros are more than {LIMIT}; write functions instead: {list}", places.len()));
    }
}
