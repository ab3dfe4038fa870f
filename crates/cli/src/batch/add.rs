//! From a manifest to jobs: every line is judged, then all are put into the ledger.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

use super::ledger::{Ledger, NewJob};
use super::manifest::{Fault, Line, Manifest};
use super::work::Task;
use crate::arguments::General;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::sync::{self, Runner};

/// How many lines that are wrong are told.
const TOLD: usize = 20;

/// Reads a manifest and looks into every file that it names; `options` is what holds for all lines. What is wrong with lines is told,
/// and is a failure.
pub(super) async fn judged(path: &Path, options: Task, session: &Session) -> Result<Vec<Task>, Failure> {
    let file = path.to_owned();
    let read = tokio::task::spawn_blocking(move || Manifest::read(&file));
    let (Manifest { folder, lines }, mut faults) =
        read.await.map_err(|error| Failure::new(format!("reading the manifest broke off: {error}")))??;
    let options = Task { base: folder, ..options };
    let tasks: Vec<(u64, Task)> =
        lines.into_iter().map(|(number, line)| (number, Task { line, ..options.clone() })).collect();
    let tasks = Arc::new(tasks);
    faults.extend(looked_into(&tasks, session).await?);
    faults.sort_by_key(|fault| fault.line);
    let Some(first) = faults.first() else {
        let tasks = Arc::try_unwrap(tasks).unwrap_or_else(|tasks| (*tasks).clone());
        return Ok(tasks.into_iter().map(|(_, task)| task).collect());
    };
    for fault in faults.iter().take(TOLD) {
        session.tell(format_args!("line {}: {}", fault.line, fault.what));
    }
    if faults.len() > TOLD {
        session.tell(format_args!("and {} more", faults.len() - TOLD));
    }
    let mut lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    lines.dedup();
    Err(Failure::file(
        path,
        format_args!(
            "nothing was done, because of {} of its lines; line {}: {}",
            lines.len(),
            first.line,
            first.what
        ),
    ))
}

/// What is wrong with the files. Lines of the same files are looked into once, and those of one score one after another.
async fn looked_into(tasks: &Arc<Vec<(u64, Task)>>, session: &Session) -> Result<Vec<Fault>, Failure> {
    let bar = Bar::count(session, "checking");
    let mut places: Vec<usize> = (0..tasks.len()).collect();
    places.sort_by(|a, b| files(tasks, *a).cmp(&files(tasks, *b)));
    let by_score = |a: &usize, b: &usize| files(tasks, *a).first() == files(tasks, *b).first();
    let scores: Arc<[Vec<usize>]> = places.chunk_by(by_score).map(<[usize]>::to_vec).collect();
    let (next, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let quiet = General { quiet: true, ..session.general().clone() };
    let side_by_side = std::thread::available_parallelism().map_or(1, usize::from);
    let mut workers = JoinSet::new();
    for _ in 0..side_by_side {
        let (tasks, scores) = (Arc::clone(tasks), Arc::clone(&scores));
        let (next, done) = (Arc::clone(&next), Arc::clone(&done));
        let (bar, quiet) = (bar.clone(), Session::new(quiet.clone()));
        workers.spawn(async move {
            let (mut faults, mut looked) = (Vec::new(), sync::Looked::default());
            while let Some(places) = scores.get(next.fetch_add(1, Ordering::Relaxed)) {
                for alike in places.chunk_by(|a, b| files(&tasks, *a) == files(&tasks, *b)) {
                    let lines: Vec<&(u64, Task)> =
                        alike.iter().filter_map(|place| tasks.get(*place)).collect();
                    let Some((_, task)) = lines.first() else { continue };
                    let found = task.sync(None, Runner::Batch).check(&mut looked, &quiet).await;
                    for (line, _) in lines {
                        faults.extend(found.iter().map(|what| Fault { line: *line, what: what.clone() }));
                    }
                    let done = done.fetch_add(alike.len(), Ordering::Relaxed) + alike.len();
                    bar.count_is(done as u64, tasks.len() as u64, String::new());
                }
            }
            faults
        });
    }
    let mut faults = Vec::new();
    while let Some(found) = workers.join_next().await {
        faults.extend(found.map_err(|error| Failure::new(format!("checking the files broke off: {error}")))?);
    }
    bar.finish();
    Ok(faults)
}

/// The files of the line at a place, the score in front.
fn files(tasks: &[(u64, Task)], place: usize) -> [Option<&Path>; 3] {
    let line = tasks.get(place).map(|(_, task)| &task.line);
    [
        line.map(|line| line.score.as_path()),
        line.map(|line| line.recording.as_path()),
        line.and_then(|line| line.points.as_deref()),
    ]
}

/// Puts the pieces into the ledger, all or none. Gives what they are known by.
pub(super) async fn add(
    ledger: &dyn Ledger,
    tasks: Vec<Task>,
    session: &Session,
) -> Result<Vec<String>, Failure> {
    let jobs = tasks.iter().map(job).collect::<Result<Vec<_>, _>>()?;
    let keys = jobs.iter().map(|job| job.key.clone()).collect();
    let added = ledger.add(jobs).await?;
    session.tell(match added.known {
        0 => format!("ledger     {} pieces", added.new),
        known => format!("ledger     {} pieces, and {known} that were there already", added.new),
    });
    Ok(keys)
}

fn job(task: &Task) -> Result<NewJob, Failure> {
    let line: &Line = &task.line;
    let mut hash = Sha256::new();
    let (score, recording) = (task.base.join(&line.score), task.base.join(&line.recording));
    // Components: what is written as `./a` and as `a` is the same.
    let path = |path: &Path| path.components().collect::<PathBuf>().into_os_string().into_encoded_bytes();
    for part in [
        path(&score),
        path(&recording),
        line.name.clone().unwrap_or_default().into_bytes(),
        line.artist.clone().unwrap_or_default().into_bytes(),
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let key = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let name = line.name.clone().unwrap_or_else(|| line.score.display().to_string());
    let payload = serde_json::to_string(task).map_err(|error| Failure::new(error.to_string()))?;
    Ok(NewJob { key, name, payload, priority: line.priority.unwrap_or_default() })
}
