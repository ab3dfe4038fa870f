//! The front of each published crate: badges, how it is added, its modules and features, what it promises, one sentence on the
//! minimum Rust version.

use super::text::Text;

/// The one sentence on the minimum Rust version; the number is the workspace's.
fn minimum(version: &str) -> String {
    format!(
        "The minimum supported Rust version is {version}, which CI builds with; raising it is a minor change."
    )
}

/// The line that every README with an async program has.
const TOKIO: &str = "cargo add tokio --features macros,rt-multi-thread";

pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let find = |path: &str| texts.iter().find(|text| text.path == path).map(|text| text.text.as_str());
    let version =
        find("Cargo.toml").and_then(|text| text.split("rust-version = \"").nth(1)?.split('"').next());
    let sentence = minimum(version.unwrap_or_default());
    for manifest in
        texts.iter().filter(|text| text.path.starts_with("crates/") && text.path.ends_with("/Cargo.toml"))
    {
        let folder = manifest.path.trim_end_matches("/Cargo.toml");
        if folder.matches('/').count() != 1 || manifest.text.contains("\npublish = false") {
            continue;
        }
        let path = format!("{folder}/README.md");
        let Some(readme) = find(&path) else {
            faults.push(format!("{path} does not exist"));
            continue;
        };
        let library = find(&format!("{folder}/src/lib.rs")).unwrap_or_default();
        faults.extend(
            missing(&manifest.text, readme, library, &sentence).into_iter().map(|it| format!("{path}: {it}")),
        );
    }
    match find("README.md") {
        Some(readme) if readme.contains(&sentence) => {}
        _ => faults.push(format!("README.md must say: {sentence}")),
    }
}

/// What the front of every library speaks of, each under a heading of its own.
const SECTIONS: [&str; 4] = ["Errors", "Cancel safety", "Stability", "Limits"];

/// What a README does not say.
fn missing(manifest: &str, readme: &str, library: &str, sentence: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let name = manifest.split("name = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let is_library = !library.is_empty();
    if is_library && !readme.contains(&format!("https://docs.rs/{name}/badge.svg")) {
        faults.push("it has no badges".to_owned());
    }
    let command = if is_library { "cargo add" } else { "cargo install" };
    if !readme.lines().any(|line| line.starts_with(command) && line.split(' ').any(|word| word == name)) {
        faults.push(format!("it must say `{command} {name}`"));
    }
    if readme.contains("#[tokio::main]")
        && !readme.lines().any(|line| line.ends_with(TOKIO.trim_start_matches("cargo add ")))
    {
        faults.push(format!("it must say `{TOKIO}`"));
    }
    if !readme.contains(sentence) {
        faults.push(format!("it must say: {sentence}"));
    }
    // Only rustdoc hides them; elsewhere they are read as comments that say nothing.
    if readme.split("```").skip(1).step_by(2).any(|block| block.starts_with("rust") && block.contains("\n# "))
    {
        faults.push("its programs must be whole: it shows lines that only rustdoc hides".to_owned());
    }
    let front: Vec<&str> = library.lines().filter(|line| line.starts_with("//!")).collect();
    for section in SECTIONS {
        let heading = format!("//! # {section}");
        if is_library && !front.iter().any(|line| line.starts_with(&heading)) {
            faults.push(format!("the documentation of the crate has no section {section:?}"));
        }
    }
    let map = front.join("\n") + readme;
    for module in library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        if !map.contains(&format!("`{module}`")) {
            faults.push(format!("its map of modules lacks `{module}`"));
        }
    }
    let features = manifest.split("[features]\n").nth(1).unwrap_or_default();
    let features = features.split("\n[").next().unwrap_or_default();
    for feature in features.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
        let public = !feature.starts_with(['_', '#']) && feature != "default";
        if public && !map.contains(&format!("`{feature}`")) {
            faults.push(format!("its table of features lacks `{feature}`"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::missing;

    const MANIFEST: &str =
        "[package]\nname = \"segno-x\"\n\n[features]\ndefault = [\"a\"]\na = []\n# b\n_c = []\n";
    const README: &str =
        "# segno-x\n\nhttps://docs.rs/segno-x/badge.svg\n\ncargo add segno-x\n\n`a`\n\nRust 1.\n";

    #[test]
    fn what_a_front_lacks_is_told() {
        let promises = "//! # Errors and retries\n//! # Cancel safety\n//! # Stability\n//! # Limits\n";
        let library = format!("{promises}//! [`one`]\npub mod one;\npub mod two;\n");
        assert_eq!(missing(MANIFEST, README, &library, "Rust 1."), ["its map of modules lacks `two`"]);
        let silent = library.replace("//! # Limits\n", "").replace("`one`", "`one` `two`");
        assert_eq!(
            missing(MANIFEST, README, &silent, "Rust 1."),
            ["the documentation of the crate has no section \"Limits\""]
        );
        let hidden = format!("{README}```rust\n# fn main() {{\nrun();\n# }}\n```\n```sh\n# a comment\n```\n");
        assert_eq!(
            missing(MANIFEST, &hidden, &format!("{promises}//! `one`\n"), "Rust 1."),
            ["its programs must be whole: it shows lines that only rustdoc hides"]
        );
        assert_eq!(
            missing(MANIFEST, "#[tokio::main]", &format!("{promises}//! `one` `two`\n"), "Rust 1."),
            [
                "it has no badges",
                "it must say `cargo add segno-x`",
                "it must say `cargo add tokio --features macros,rt-multi-thread`",
                "it must say: Rust 1.",
                "its table of features lacks `a`",
            ]
        );
    }
}
