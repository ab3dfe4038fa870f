//! What a comment or a document points at exists.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::text::Text;
use crate::shell::root;

/// Where the repository's own files stand.
const OWN: &str = "https://github.com/segno-music/segno/blob/main/";

/// Paths that begin with `docs/`, in any text; relative links of Markdown, with their headings, and those to files of the repository.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    for text in texts.iter().filter(|text| !text.path.starts_with("xtask/src/rules/")) {
        for (number, line) in text.lines() {
            let folder = Path::new(&text.path).parent().unwrap_or(Path::new(""));
            let named = docs_paths(line).map(|target| (PathBuf::new(), target));
            let linked = links(text, line).map(|target| (folder.to_path_buf(), target));
            let own = own(line).map(|target| (PathBuf::new(), target));
            for (from, target) in named.chain(linked).chain(own) {
                let fault = missing(&from, target).or_else(|| outside(text, &from, target));
                faults.extend(fault.map(|fault| format!("{}:{number}: {fault}", text.path)));
            }
        }
    }
}

/// Every `docs/...` of a line that is not the end of a longer path or URL.
fn docs_paths(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("docs/").filter_map(|(at, _)| {
        let is_path = |c: char| c.is_ascii_alphanumeric() || "/._-#".contains(c);
        if line[..at].chars().next_back().is_some_and(is_path) {
            return None;
        }
        let rest = &line[at..];
        let end = rest.find(|c| !is_path(c)).unwrap_or(rest.len());
        Some(rest[..end].trim_end_matches(['.', '#']))
    })
}

/// The targets of the links of a line of Markdown that are relative to its file.
fn links<'a>(text: &Text, line: &'a str) -> impl Iterator<Item = &'a str> {
    let line = if text.is("md") { line } else { "" };
    line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()).filter(|target| {
        !target.contains(':')
            && !target.starts_with("docs/")
            && (target.contains(['.', '#']) || target.ends_with('/'))
    })
}

/// The targets of links that name a file of the repository by its URL.
fn own(line: &str) -> impl Iterator<Item = &str> {
    line.split(OWN).skip(1).filter_map(|rest| rest.split([')', ' ', '>', '"', '`']).next())
}

/// Why a target of a page is missing on the site, which has what is in `docs`, and the README of a folder as its index.
fn outside(text: &Text, from: &Path, target: &str) -> Option<String> {
    let on_the_site = text.path.starts_with("docs/") && text.is("md") && !from.as_os_str().is_empty();
    if !on_the_site {
        return None;
    }
    let file = plain(&from.join(target));
    if !file.starts_with("docs") {
        return Some(format!("{} is not on the site: link {OWN}{}", file.display(), file.display()));
    }
    let folder = target.strip_suffix("README.md").filter(|_| text.path != "docs/SUMMARY.md")?;
    Some(format!("the site has {} as the index of its folder: link `{folder}`", file.display()))
}

/// Why a target is missing.
fn missing(from: &Path, target: &str) -> Option<String> {
    let (path, heading) =
        target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    let file = plain(&from.join(path));
    if path.is_empty() {
        // A heading of the same page: rustdoc and the page itself show whether it is there.
        return None;
    }
    let Ok(metadata) = fs::metadata(root().join(&file)) else {
        return Some(format!("{} does not exist", file.display()));
    };
    let heading =
        heading.filter(|_| metadata.is_file() && file.extension().is_some_and(|ext| ext == "md"))?;
    let page = fs::read_to_string(root().join(&file)).ok()?;
    let has = page.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading);
    (!has).then(|| format!("{} has no heading #{heading}", file.display()))
}

/// The anchor that the hosts of repositories give a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A path without `.` and `..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{anchor, check, docs_paths};
    use crate::rules::text::Text;

    fn faults(path: &str, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        check(&[Text { path: path.into(), text: text.into() }], &mut faults);
        faults
    }

    #[test]
    fn a_page_that_is_not_there_is_told_with_file_and_line() {
        assert_eq!(
            faults("crates/x/src/lib.rs", "//! One.\n//! See docs/services/nowhere.md.\n"),
            ["crates/x/src/lib.rs:2: docs/services/nowhere.md does not exist"]
        );
        assert_eq!(
            faults("README.md", "[how](CONTRIBUTE.md)"),
            ["README.md:1: CONTRIBUTE.md does not exist"]
        );
        assert_eq!(
            faults("docs/services/x.md", "[how](../contributing.md#no-such-heading)"),
            ["docs/services/x.md:1: docs/contributing.md has no heading #no-such-heading"]
        );
    }

    #[test]
    fn a_page_of_the_site_links_what_is_on_the_site() {
        assert_eq!(
            faults("docs/guide/x.md", "[how](../../AGENTS.md)"),
            [
                "docs/guide/x.md:1: AGENTS.md is not on the site: link https://github.com/segno-music/segno/blob/main/AGENTS.md"
            ]
        );
        assert_eq!(
            faults(
                "docs/x.md",
                "[a](https://github.com/segno-music/segno/blob/main/AGENTS.md), [b](https://github.com/segno-music/segno/blob/main/NO.md)"
            ),
            ["docs/x.md:1: NO.md does not exist"]
        );
    }

    #[test]
    fn the_site_has_a_readme_as_the_index_of_its_folder() {
        assert_eq!(
            faults("docs/x.md", "[a](examples/README.md), [b](examples/), [c](no-such-folder/)"),
            [
                "docs/x.md:1: the site has docs/examples/README.md as the index of its folder: link `examples/`",
                "docs/x.md:1: docs/no-such-folder does not exist"
            ]
        );
        assert_eq!(faults("docs/SUMMARY.md", "[a](examples/README.md)"), [""; 0]);
    }

    #[test]
    fn what_is_there_and_what_is_elsewhere_passes() {
        let text = "[how](docs/contributing.md#rules-for-tests), https://example.org/docs/api.md, [a](https://a.b/c.md)";
        assert_eq!(faults("README.md", text), [""; 0]);
        assert_eq!(
            docs_paths("`docs/interop`, see docs/a.md.").collect::<Vec<_>>(),
            ["docs/interop", "docs/a.md"]
        );
        assert_eq!(anchor("## Lists, and `next_href`"), "lists-and-next_href");
    }
}
