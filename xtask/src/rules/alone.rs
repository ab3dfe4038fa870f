//! The sources of a published crate build from its package: they take in no file from beside it, and no crate that is not
//! published.

use std::path::Path;

use super::links::plain;
use super::text::Text;

/// What the sources of a crate take from outside of its package.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    for text in texts.iter().filter(|text| text.is("rs")) {
        let Some((package, _)) = text.path.strip_prefix("crates/").and_then(|path| path.split_once("/src/"))
        else {
            continue;
        };
        let home = Path::new("crates").join(package);
        for (number, line) in text.lines() {
            for included in line.split("include_").skip(1).filter_map(|rest| rest.split('"').nth(1)) {
                let file = plain(&Path::new(&text.path).with_file_name(included));
                if !file.starts_with(&home) {
                    faults.push(format!(
                        "{}:{number}: {} is not in the package of {package}",
                        text.path,
                        file.display()
                    ));
                }
            }
            // Tests against servers, with a feature for the workspace alone, are compiled nowhere else.
            let is_held = package == "testkit" || text.text.contains("#[cfg(feature = \"_");
            if line.contains("segno_testkit::") && !is_held {
                faults.push(format!("{}:{number}: segno-testkit is not published", text.path));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::text::Text;

    #[test]
    fn what_a_package_does_not_hold_is_told() {
        let source = "const A: &str = include_str!(\"../../README.md\");\nconst B: &[u8] = include_bytes!(\"../../../y/a.mp3\");\n\
                      fn t() { segno_testkit::x(); }\n";
        let held = "#[cfg(feature = \"_services\")]\nfn t() { segno_testkit::x(); }\n";
        let text = |path: &str, text: &str| Text { path: path.into(), text: text.into() };
        let mut faults = Vec::new();
        check(
            &[
                text("crates/x/src/a/b.rs", source),
                text("crates/x/src/c.rs", held),
                text("crates/x/tests/it/d.rs", source),
            ],
            &mut faults,
        );
        assert_eq!(
            faults,
            [
                "crates/x/src/a/b.rs:2: crates/y/a.mp3 is not in the package of x",
                "crates/x/src/a/b.rs:3: segno-testkit is not published",
            ]
        );
    }
}
