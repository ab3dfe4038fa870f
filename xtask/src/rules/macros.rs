//! Few macros: a reader goes from a name to what it does.

use super::text::Text;

/// The most `macro_rules!` that the workspace has.
const LIMIT: usize = 8;

/// Where macros are still being replaced. Whoever finishes a folder takes it off; nothing is ever added.
const UNFINISHED: [&str; 3] = ["crates/core/", "crates/musescore/", "crates/soundcloud/"];

/// No more macros than the limit, over all that is finished.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let places: Vec<String> = texts
        .iter()
        .filter(|text| text.is("rs") && !UNFINISHED.iter().any(|folder| text.path.starts_with(folder)))
        .flat_map(|text| {
            let lines = text.lines().filter(|(_, line)| line.trim_start().starts_with("macro_rules!"));
            lines.map(|(line, _)| format!("{}:{line}", text.path))
        })
        .collect();
    if places.len() > LIMIT {
        let list = places.join(", ");
        faults
            .push(format!("{} macros are more than {LIMIT}; write functions instead: {list}", places.len()));
    }
}
