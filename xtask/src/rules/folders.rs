//! Tests leave nothing behind: what they write is in a folder that goes away with them, also if they fail.

use super::text::Text;

/// In two parts, so that a search for it does not find this one.
const SHARED: &str = concat!("temp_", "dir()");

/// No test writes into the folder that all programs share.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let is_tested = |text: &&Text| {
        text.path.starts_with("crates/") && (text.path.contains("/tests/") || text.path.contains("/src/"))
    };
    for text in texts.iter().filter(|text| text.is("rs")).filter(is_tested) {
        let lines = text.lines().filter(|(_, line)| line.contains(SHARED) && !line.contains("///"));
        faults.extend(lines.map(|(line, _)| {
            format!(
                "{}:{line}: not {SHARED}: segno_testkit::Folder, or tempfile::tempdir() in src",
                text.path
            )
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_writes_where_all_do_is_told() {
        let text = |path: &str, line: &str| Text { path: path.into(), text: format!("\n{line}\n") };
        let line = format!("std::env::{SHARED}.join(\"x\")");
        let mut faults = Vec::new();
        check(
            &[
                text("crates/core/tests/it/a.rs", &line),
                text("crates/core/src/b.rs", &format!("/// # {line}")),
                text("crates/core/examples/c.rs", &line),
            ],
            &mut faults,
        );
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("crates/core/tests/it/a.rs:2: "), "{faults:?}");
    }
}
