//! The files of a folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A recording whose bars are known.
pub(crate) struct Case {
    /// The path of the description.
    pub(crate) description: String,
    /// The path of the score.
    pub(crate) score: String,
    /// The path of the recording.
    pub(crate) audio: PathBuf,
    pub(crate) id: String,
    pub(crate) variant: String,
    /// Which half of the pieces it belongs to, `a` or `b`: all recordings of a score to the same.
    pub(crate) half: &'static str,
    /// The written bars as they sound in the recording.
    pub(crate) order: Vec<usize>,
    /// Bars of `order` with the seconds at which they begin, as far as that is known.
    pub(crate) bars: Vec<(usize, f64)>,
    /// The order that the score itself gives, and for each known bar its place in that order: what programs are told that
    /// cannot find out.
    pub(crate) told: Vec<usize>,
    pub(crate) told_bars: Vec<usize>,
}

/// All descriptions in a folder or, if it has none, in the folders in it.
pub(crate) fn read(folder: &Path, scores: Option<&Path>, only: &[String]) -> Result<Vec<Case>, String> {
    let mut files = listed(folder)?;
    if files.is_empty() {
        for entry in std::fs::read_dir(folder).map_err(|fault| fault.to_string())?.flatten() {
            if entry.path().is_dir() {
                files.extend(listed(&entry.path())?);
            }
        }
    }
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let Some(case) = case(&path, &value, scores)? else { continue };
        if only.is_empty() || only.iter().any(|word| case.id.contains(word)) {
            cases.push(case);
        }
    }
    if cases.is_empty() {
        Err(format!("{}: no recordings with descriptions", folder.display()))
    } else {
        Ok(cases)
    }
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let files = entries.flatten().map(|entry| entry.path());
    Ok(files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect())
}

/// `None` for JSON that is something else.
fn case(path: &Path, value: &Value, scores: Option<&Path>) -> Result<Option<Case>, String> {
    let word = |key: &str| value[key].as_str().map(str::to_owned);
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let (Some(id), Some(audio), Some(xml)) = (word("id"), word("audio"), word("xml")) else {
        return Ok(None);
    };
    let list = |key: &str| value[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut order: Vec<usize> = list("order").iter().filter_map(number).collect();
    let told = order.clone();
    let mut bars: Vec<(usize, f64)> =
        list("bars").iter().filter_map(|bar| Some((number(&bar[0])?, bar[1].as_f64()?))).collect();
    let told_bars = bars.iter().map(|(bar, _)| *bar).collect();
    if let [from, to] = list("missing")
        && let (Some(from), Some(to)) = (number(from), number(to))
    {
        order.drain(from.min(order.len())..to.min(order.len()));
        for (bar, _) in bars.iter_mut().filter(|(bar, _)| *bar >= to) {
            *bar -= to - from;
        }
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let score = score(folder, Path::new(&xml), scores).ok_or_else(|| {
        format!("{}: the score {xml} is not found; name its folder with --scores", path.display())
    })?;
    Ok(Some(Case {
        description: path.display().to_string(),
        score: score.display().to_string(),
        audio: folder.join(audio),
        half: half(&xml),
        variant: word("variant").unwrap_or_else(|| "plain".to_owned()),
        id,
        order,
        bars,
        told,
        told_bars,
    }))
}

/// The half of a score by its name alone (FNV-1a), so that it is the same in any folder and whatever the others are.
fn half(xml: &str) -> &'static str {
    let hash = xml.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    if (hash >> 32) % 2 == 0 { "a" } else { "b" }
}

/// The score: from the folder that was named, or from one near the recording or near the working folder.
fn score(folder: &Path, xml: &Path, scores: Option<&Path>) -> Option<PathBuf> {
    if let Some(scores) = scores {
        return Some(scores.join(xml)).filter(|path| path.is_file());
    }
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let here = std::env::current_dir().unwrap_or_default();
    folder
        .ancestors()
        .chain(here.ancestors())
        .flat_map(|above| {
            ["", "asap", "scores", "align/asap", "shared/align/asap"].map(|below| above.join(below))
        })
        .map(|scores| scores.join(xml))
        .find(|path| path.is_file())
}
