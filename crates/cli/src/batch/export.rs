//! `segno batch export`: every piece with what was made of it, in portions, so that a million of them need little memory.

use std::io::{self, Write};
use std::path::Path;

use super::ledger::{Entry, Ledger, Which};
use super::manifest::COLUMNS;
use super::work::Task;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::sync::{Made, site};

const PORTION: u32 = 1000;

pub(super) async fn run(
    ledger: &dyn Ledger,
    base: &str,
    output: Option<&Destination>,
    json: bool,
) -> Result<Output, Failure> {
    match output {
        None => {
            let mut out = io::BufWriter::new(io::stdout());
            write(ledger, base, json, &mut out).await.map(|_| Output::Nothing)
        }
        Some(file) => {
            let mut text = Vec::new();
            let pieces = write(ledger, base, json, &mut text).await?;
            file.write(&text)?;
            Ok(file.told(|record| record.with("pieces", pieces)))
        }
    }
}

async fn write(
    ledger: &dyn Ledger,
    base: &str,
    json: bool,
    out: &mut (impl Write + Send),
) -> Result<u64, Failure> {
    let told = |error: io::Error| Failure::new(format!("the list cannot be written: {error}"));
    let (mut last, mut pieces) = (0, 0);
    if !json {
        let names = ["job"].into_iter().chain(COLUMNS);
        let names = names.chain(["state", "slice", "url", "recording_id", "attempts", "error"]);
        line(out, names.map(str::to_owned)).map_err(told)?;
    }
    loop {
        let portion = ledger.list(&Which::All, last, PORTION).await?;
        let Some(end) = portion.last() else { break };
        last = end.id;
        pieces += portion.len() as u64;
        for entry in portion {
            let piece = Piece::of(&entry, base);
            let done = if json { piece.json(out) } else { line(out, piece.cells()) };
            match done {
                // A reader that went away has what it wanted.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(pieces),
                done => done.map_err(told)?,
            }
        }
    }
    out.flush().map_err(told)?;
    Ok(pieces)
}

/// A line of CSV by RFC 4180.
fn line(out: &mut impl Write, cells: impl IntoIterator<Item = String>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    out.write_all(&bytes)
}

struct Piece<'a> {
    entry: &'a Entry,
    task: Option<Task>,
    slice: Option<String>,
    url: Option<String>,
    recording: Option<u64>,
}

impl<'a> Piece<'a> {
    fn of(entry: &'a Entry, base: &str) -> Self {
        let made: Option<Made> =
            entry.journal.as_deref().and_then(|journal| serde_json::from_str(journal).ok());
        let (slice, recording) = made.map_or((None, None), |made| (made.slice, made.recording));
        let url = slice.as_deref().map(|slice| site(base, slice));
        Self { entry, task: serde_json::from_str(&entry.payload).ok(), slice, url, recording }
    }

    /// The cells of the manifest, in its order.
    fn manifest(&self) -> Vec<String> {
        let line = self.task.as_ref().map(|task| task.line.clone()).unwrap_or_default();
        let path = |path: &Path| path.display().to_string();
        vec![
            path(&line.score),
            path(&line.recording),
            line.name.unwrap_or_default(),
            line.artist.unwrap_or_default(),
            line.folder.unwrap_or_default(),
            line.points.as_deref().map(path).unwrap_or_default(),
            line.priority.map(|priority| priority.to_string()).unwrap_or_default(),
        ]
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.entry.id.to_string()];
        cells.extend(self.manifest());
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        cells.extend([
            self.entry.state.name().to_owned(),
            self.slice.clone().unwrap_or_default(),
            self.url.clone().unwrap_or_default(),
            number(self.recording),
            self.entry.attempts.to_string(),
            self.entry.error.clone().unwrap_or_default(),
        ]);
        cells
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let mut record = Record::new().with("job", self.entry.id);
        for (name, cell) in COLUMNS.into_iter().zip(self.manifest()) {
            record = match name {
                "priority" => record.with(name, self.entry.priority),
                _ => record.with(name, (!cell.is_empty()).then_some(cell)),
            };
        }
        let record = record
            .with("state", self.entry.state.name())
            .with("slice", self.slice.clone())
            .with("url", self.url.clone())
            .with("recording_id", self.recording)
            .with("attempts", self.entry.attempts)
            .with("error", self.entry.error.clone())
            .with("worker", self.entry.holder.clone());
        serde_json::to_writer(&mut *out, &record)?;
        writeln!(out)
    }
}
