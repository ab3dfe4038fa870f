//! Reads the files of a corpus folder; faults name file and line.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

fn text(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|fault| format!("{}: {fault}", file.display()))
}

/// One JSON file.
pub(crate) fn json<T: DeserializeOwned>(file: &Path) -> Result<T, String> {
    serde_json::from_str(&text(file)?)
        .map_err(|fault| format!("{}:{}:{}: {fault}", file.display(), fault.line(), fault.column()))
}

/// The JSON files of a folder by name; `None` if there are none.
pub(crate) fn folder(folder: &Path) -> Result<Option<Vec<PathBuf>>, String> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let near = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(near)? {
        let path = entry.map_err(near)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok((!files.is_empty()).then_some(files))
}

/// A file of one JSON value a line; `None` if there is no such file. Empty lines are passed over.
pub(crate) fn lines<T: DeserializeOwned>(file: &Path) -> Result<Option<Vec<T>>, String> {
    if !file.is_file() {
        return Ok(None);
    }
    let text = text(file)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(number, line)| {
        serde_json::from_str(line)
            .map_err(|fault| format!("{}:{}:{}: {fault}", file.display(), number + 1, fault.column()))
    });
    parsed.collect::<Result<_, _>>().map(Some)
}
