//! Manifests: what is to be published, one piece a line, as CSV or as JSON lines. Every line is judged before anything is done.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

/// One piece of a manifest, with paths as they are written there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Line {
    pub(crate) score: PathBuf,
    pub(crate) recording: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
    /// Larger ones are taken first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<i32>,
}

/// The pieces of a manifest with the number of their lines.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// Relative paths are relative to this folder.
    pub(crate) folder: PathBuf,
    pub(crate) lines: Vec<(u64, Line)>,
}

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) what: String,
}

/// The columns; all but the first two may be missing.
pub(crate) const COLUMNS: [&str; 7] =
    ["score", "recording", "name", "artist", "folder", "points", "priority"];
const NAMES: &str = "score, recording, name, artist, folder, points, priority";
/// A manifest is a list of names; what is larger is something else.
const MAX: u64 = 1 << 30;

impl Manifest {
    /// Reads a manifest. The second value is what is wrong with its lines, as far as they tell it themselves; nothing may be done if
    /// anything is.
    pub(crate) fn read(path: &Path) -> Result<(Self, Vec<Fault>), Failure> {
        let about = std::fs::metadata(path).map_err(|error| Failure::file(path, error))?;
        if about.is_dir() {
            return Err(Failure::file(path, "this is a folder; give a manifest"));
        }
        if about.len() > MAX {
            return Err(Failure::file(path, "this is too large for a manifest; give CSV or JSON lines"));
        }
        let bytes = std::fs::read(path).map_err(|error| Failure::file(path, error))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::fs::canonicalize(folder.unwrap_or(Path::new(".")));
        let folder = folder.map_err(|error| Failure::file(path, error))?;
        let (lines, mut faults) = parse(&bytes).map_err(|fault| Failure::file(path, fault))?;
        let manifest = Self { folder, lines };
        faults.extend(manifest.twice());
        faults.sort_by_key(|fault| fault.line);
        if manifest.lines.is_empty() && faults.is_empty() {
            return Err(Failure::file(path, "there are no pieces in it"));
        }
        Ok((manifest, faults))
    }

    /// Lines that say the same.
    fn twice(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut seen = HashMap::new();
        for (number, line) in &self.lines {
            let (score, recording) = (self.folder.join(&line.score), self.folder.join(&line.recording));
            match seen.entry((score, recording, &line.name, &line.artist)) {
                Entry::Vacant(place) => {
                    place.insert(number);
                }
                Entry::Occupied(first) => faults.push(Fault {
                    line: *number,
                    what: format!(
                        "the same score, recording and name as line {}; take one of them out",
                        first.get()
                    ),
                }),
            }
        }
        faults
    }
}

/// The lines that can be read, and what is wrong with the others.
type Parsed = (Vec<(u64, Line)>, Vec<Fault>);

/// The lines of a manifest, and what is wrong with those that cannot be read.
fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("this is UTF-16; save it as UTF-8".into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: this is not UTF-8; save it as UTF-8")
    })?;
    match text.trim_start().chars().next() {
        None => Err("the file is empty; give CSV or JSON lines".into()),
        Some('{') => Ok(json_lines(text)),
        Some('[') => Err("this is one JSON list; write one object a line".into()),
        Some(_) => csv_lines(text),
    }
}

fn json_lines(text: &str) -> Parsed {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let object: Result<serde_json::Map<String, Value>, _> = serde_json::from_str(line);
        let read = object.map_err(|error| format!("invalid JSON: {error}")).and_then(|object| {
            let cells = object.iter().map(|(name, value)| match value {
                Value::String(text) => Ok((name.as_str(), text.clone())),
                Value::Number(number) => Ok((name.as_str(), number.to_string())),
                Value::Null => Ok((name.as_str(), String::new())),
                _ => Err(format!("invalid {name}: expected text, found {value}")),
            });
            line_of(cells.collect::<Result<Vec<_>, _>>()?)
        });
        match read {
            Ok(line) => lines.push((number, line)),
            Err(what) => faults.push(Fault { line: number, what }),
        }
    }
    (lines, faults)
}

fn csv_lines(text: &str) -> Result<Parsed, String> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|byte| {
        // The first of equals wins: a comma, if the heading has one column.
        (first.bytes().filter(|found| found == byte).count(), u8::MAX - *byte)
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let heading = reader.headers().map_err(|error| error.to_string())?.clone();
    let heading: Vec<String> = heading.iter().map(str::to_ascii_lowercase).collect();
    for (place, name) in heading.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            return Err(format!("line 1: invalid column {name:?}: expected {NAMES}"));
        }
        if heading.iter().take(place).any(|before| before == name) {
            return Err(format!("line 1: the column {name} is there twice"));
        }
    }
    for name in ["score", "recording"] {
        if !heading.iter().any(|column| column == name) {
            return Err(format!("line 1: the column {name} is missing; the columns are {NAMES}"));
        }
    }
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        // A record begins where the one before ended: at empty lines, which belong to none.
        let (at, line) = record.position().map_or((0, 0), |position| (position.byte(), position.line()));
        let rest = text.as_bytes().get(usize::try_from(at).unwrap_or_default()..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let line = line + empty.filter(|byte| **byte == b'\n').count() as u64;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cells = heading.iter().map(String::as_str).zip(record.iter().map(str::to_owned));
        let read = if record.len() == heading.len() {
            line_of(cells.collect())
        } else {
            Err(format!(
                "expected {} columns, found {}; quote what has a delimiter in it",
                heading.len(),
                record.len()
            ))
        };
        match read {
            Ok(read) => lines.push((line, read)),
            Err(what) => faults.push(Fault { line, what }),
        }
    }
    Ok((lines, faults))
}

/// A line of named cells; an empty cell is one that is missing.
fn line_of(cells: Vec<(&str, String)>) -> Result<Line, String> {
    let mut line = Line::default();
    for (name, cell) in cells {
        let cell = cell.trim().to_owned();
        if !COLUMNS.contains(&name) {
            return Err(format!("invalid name {name:?}: expected {NAMES}"));
        }
        if cell.is_empty() {
            continue;
        }
        if let Some(control) = cell.chars().find(|c| c.is_control()) {
            return Err(format!("invalid {name}: expected one line of text, found {control:?} in it"));
        }
        match name {
            "score" => line.score = cell.into(),
            "recording" => line.recording = cell.into(),
            "points" => line.points = Some(cell.into()),
            "name" => line.name = Some(cell),
            "artist" => line.artist = Some(cell),
            "folder" => line.folder = Some(cell),
            _ => {
                let priority = cell
                    .parse()
                    .map_err(|_| format!("invalid priority: expected a whole number, found {cell:?}"))?;
                line.priority = Some(priority);
            }
        }
    }
    for (name, path) in [("score", &line.score), ("recording", &line.recording)] {
        if path.as_os_str().is_empty() {
            return Err(format!("the {name} is missing"));
        }
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Line)> {
        let (lines, faults) = parse(text.as_bytes()).unwrap();
        assert_eq!(faults, []);
        lines
    }

    fn line(score: &str, name: &str) -> Line {
        Line { score: score.into(), recording: "a.mp3".into(), name: Some(name.into()), ..Line::default() }
    }

    #[test]
    fn commas_semicolons_tabs_quotes_and_a_byte_order_mark_are_read_alike() {
        // RFC 4180: a quoted cell may have the delimiter, a doubled quote and a line break in it.
        for (delimiter, inside) in [(",", ","), (";", ";"), ("\t", ",")] {
            let text = "\u{feff}score,recording,name\r\n\"a!b.xml\",a.mp3,\"Say \"\"A\"\"\"\r\n\r\nc.xml,a.mp3,C\r\n";
            let text = text.replace(',', delimiter).replace('!', inside);
            let name = format!("a{inside}b.xml");
            assert_eq!(
                read(&text),
                [(2, line(&name, "Say \"A\"")), (4, line("c.xml", "C"))],
                "{delimiter:?}"
            );
        }
    }

    #[test]
    fn json_lines_are_read_with_numbers_and_nulls() {
        let text = "{\"score\":\"a.xml\",\"recording\":\"a.mp3\",\"name\":7,\"folder\":null}\n\n";
        assert_eq!(read(text), [(1, line("a.xml", "7"))]);
        let text = "{\"score\":\"a.xml\",\"recording\":\"a.mp3\",\"priority\":-3}";
        assert_eq!(read(text)[0].1.priority, Some(-3));
    }

    fn faults(text: &str) -> Vec<String> {
        let (_, faults) = parse(text.as_bytes()).unwrap();
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        assert_eq!(
            faults("score,recording,priority\n,a.mp3,\na.xml,,\na.xml,a.mp3,high\na.xml,a.mp3\n"),
            [
                "2: the score is missing",
                "3: the recording is missing",
                "4: invalid priority: expected a whole number, found \"high\"",
                "5: expected 3 columns, found 2; quote what has a delimiter in it",
            ]
        );
        assert_eq!(
            faults("{\"score\":\"a\"}\n{\"score\":[]}\n{\"title\":\"a\"}\n{\n"),
            [
                "1: the recording is missing",
                "2: invalid score: expected text, found []",
                "3: invalid name \"title\": expected score, recording, name, artist, folder, points, priority",
                "4: invalid JSON: EOF while parsing an object at line 1 column 1",
            ]
        );
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        for (bytes, words) in [
            (&b""[..], "the file is empty"),
            (b" \n", "the file is empty"),
            (b"[{}]", "one object a line"),
            (b"\xff\xfea\0", "UTF-16"),
            (b"score\n\xe9", "line 2: this is not UTF-8"),
            (b"score,title\n", "invalid column \"title\""),
            (b"score,score\n", "is there twice"),
            (b"score,name\n", "the column recording is missing"),
        ] {
            let fault = parse(bytes).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn lines_that_say_the_same_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.csv");
        let text =
            "score,recording,name,points\na.xml,a.mp3,A,\n./a.xml,a.mp3,A,\na.xml,a.mp3,B,\na.xml,b.mp3,A,\n";
        std::fs::write(&list, text).unwrap();
        let (manifest, faults) = Manifest::read(&list).unwrap();
        assert_eq!(manifest.lines.len(), 4);
        let told: Vec<String> =
            faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect();
        assert_eq!(told, ["3: the same score, recording and name as line 2; take one of them out"]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, cells in "[a-z,;\"\n\t{}: ]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(format!("score,recording,name\n{cells}").as_bytes());
            let _ = parse(format!("{{\"score\":{cells}").as_bytes());
        }
    }
}
