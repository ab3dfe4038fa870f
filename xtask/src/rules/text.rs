//! The texts that git lists.

use std::fs;

use super::read;
use crate::shell::{git, output, root};

/// A file and its path from the root of the workspace.
pub(super) struct Text {
    pub(super) path: String,
    pub(super) text: String,
}

impl Text {
    /// The lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    pub(super) fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, behind)| behind == extension)
    }
}

/// Sources, documents and manifests: those that git knows and those that it would take.
pub(super) fn all() -> Result<Vec<Text>, String> {
    let list = output(&mut git("ls-files -z --cached --others --exclude-standard -- *.rs *.md *.toml"))?;
    let mut texts = Vec::new();
    for path in list.split_terminator('\0') {
        let file = root().join(path);
        if fs::exists(&file).is_ok_and(|exists| exists) {
            texts.push(Text { path: path.to_owned(), text: read(&file)? });
        }
    }
    Ok(texts)
}
