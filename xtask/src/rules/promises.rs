//! What `docs/security.md` promises is proved: each row of its tables names the crate and the tests, and they exist.

use super::text::Text;

const PAGE: &str = "docs/security.md";

/// Rows are `| promise | crate | tests |`: the crate's folder, and the tests' names between backquotes.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let Some(page) = texts.iter().find(|text| text.path == PAGE) else {
        faults.push(format!("{PAGE} does not exist"));
        return;
    };
    let mut promises = 0;
    for (number, line) in page.lines().filter(|(_, line)| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [promise, crates, tests] = cells[..] else {
            faults.push(format!("{PAGE}:{number}: a row must have a promise, its crates and its tests"));
            continue;
        };
        if promise == "promise" || promise.starts_with("---") {
            continue;
        }
        promises += 1;
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            faults.push(format!("{PAGE}:{number}: no test proves {promise:?}"));
        }
        for test in tests {
            for package in crates.split(", ") {
                let folder = format!("crates/{package}/");
                let proved =
                    texts.iter().filter(|text| text.path.starts_with(&folder)).any(|text| has(text, test));
                if !proved {
                    faults.push(format!("{PAGE}:{number}: {package} has no test `{test}`"));
                }
            }
        }
    }
    if promises == 0 {
        faults.push(format!("{PAGE} promises nothing"));
    }
}

/// Whether a source has a test of this name: a function below an attribute that makes it one.
fn has(text: &Text, test: &str) -> bool {
    if !text.is("rs") {
        return false;
    }
    let name = format!("fn {test}(");
    text.text.match_indices(&name).any(|(at, _)| {
        let above = text.text[..at].trim_end_matches("async ").trim_end();
        // Attributes of other kinds may stand between; a closing brace ends what is before.
        let attributes = above.rsplit(['}', ';']).next().unwrap_or_default();
        ["#[test]", "#[tokio::test"].iter().any(|mark| attributes.contains(mark))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::text::Text;

    fn faults(row: &str) -> Vec<String> {
        let page = format!(
            "# Security\n\n| promise | crate | the test |\n| --- | --- | --- |\n{row}\n\nNot a row.\n"
        );
        let source =
            "#[tokio::test(flavor = \"multi_thread\")]\n#[cfg(unix)]\nasync fn one() {}\n\nfn two() {}\n";
        let texts = [("docs/security.md", page.as_str()), ("crates/core/tests/it/x.rs", source)];
        let texts = texts.map(|(path, text)| Text { path: path.into(), text: text.into() });
        let mut faults = Vec::new();
        check(&texts, &mut faults);
        faults
    }

    #[test]
    fn a_promise_without_a_test_is_told() {
        assert_eq!(faults("| It holds | core | `one` |"), [""; 0]);
        assert_eq!(
            faults("| It holds | core, score | `one`, `two` |"),
            [
                "docs/security.md:5: score has no test `one`",
                "docs/security.md:5: core has no test `two`",
                "docs/security.md:5: score has no test `two`",
            ]
        );
        assert_eq!(faults("| It holds | core | |"), ["docs/security.md:5: no test proves \"It holds\""]);
        assert_eq!(
            faults("| It holds | `one` |"),
            [
                "docs/security.md:5: a row must have a promise, its crates and its tests",
                "docs/security.md promises nothing"
            ]
        );
    }
}
