//! What READMEs say about features: each is in the table, with whether it is a default and how many crates it adds.

use std::collections::BTreeSet;

use super::trees::Trees;
use super::{SERVICES, read};
use crate::shell::root;

/// The table of every crate that sends anything is that of its manifest and its trees.
pub(super) fn check(trees: &Trees, faults: &mut Vec<String>) -> Result<(), String> {
    for name in ["core"].into_iter().chain(SERVICES) {
        let folder = root().join("crates").join(name);
        let manifest = read(&folder.join("Cargo.toml"))?;
        let features = Features::of(&manifest);
        let readme = read(&folder.join("README.md"))?;
        let package = format!("segno-{name}");
        let default = trees.crates(&package, &["default"]);
        let count = format!("{} crates by default", default.len());
        if !readme.contains(&count) {
            faults.push(format!("crates/{name}/README.md must say `{count}`, the crate itself included"));
        }
        for feature in &features.all {
            let is_default = features.default.contains(feature);
            let other = if is_default {
                let rest: Vec<&str> =
                    features.default.iter().filter(|one| *one != feature).copied().collect();
                trees.crates(&package, &rest)
            } else {
                trees.crates(&package, &["default", feature])
            };
            let added = default.symmetric_difference(&other).count();
            let row = row(feature, is_default, added);
            if !readme.contains(&row) {
                faults.push(format!("crates/{name}/README.md must have a row that begins with `{row}`"));
            }
        }
    }
    Ok(())
}

/// How the row of a feature begins.
fn row(feature: &str, is_default: bool, added: usize) -> String {
    format!("| `{feature}` | {} | {added} |", if is_default { "yes" } else { "no" })
}

/// The features of a manifest.
#[derive(Debug, PartialEq, Eq)]
struct Features<'m> {
    all: BTreeSet<&'m str>,
    default: BTreeSet<&'m str>,
}

impl<'m> Features<'m> {
    /// Those that are for users: their names do not begin with `_`.
    fn of(manifest: &'m str) -> Self {
        let section = manifest.split("\n[features]\n").nth(1).unwrap_or_default();
        let section = section.split("\n[").next().unwrap_or_default();
        let pairs = section.lines().filter_map(|line| line.split_once(" = "));
        let mut found = Self { all: BTreeSet::new(), default: BTreeSet::new() };
        for (name, turned_on) in pairs.filter(|(name, _)| !name.starts_with(['#', '_'])) {
            if name == "default" {
                found.default.extend(turned_on.split('"').skip(1).step_by(2));
            } else {
                found.all.insert(name);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_from_the_manifest() {
        let manifest = "[package]\nname = \"x\"\n\n[features]\ndefault = [\"a\", \"b\"]\n# What = is said.\na = []\n\
                        b = [\"dep:c\"]\nd = []\n_tls = []\n\n[dependencies]\ne = \"1\"\n";
        let set = |names: &[&'static str]| names.iter().copied().collect();
        assert_eq!(
            Features::of(manifest),
            Features { all: set(&["a", "b", "d"]), default: set(&["a", "b"]) }
        );
    }

    #[test]
    fn a_row_says_what_a_feature_costs() {
        assert_eq!(row("aes", false, 9), "| `aes` | no | 9 |");
        assert_eq!(row("hyper", true, 0), "| `hyper` | yes | 0 |");
    }
}
