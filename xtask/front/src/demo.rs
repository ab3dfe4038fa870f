//! `cargo xtask demo`: a score and its recording onto Soundslice, bar lines tied to seconds; by the command `segno`, as anybody would.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use crate::{build, root, say};

const USAGE: &str = "\
usage: cargo xtask demo [--score FILE --audio FILE] [--beats FILE] [--live]

  --score FILE  your score: MusicXML, MXL; without it, a minuet from the sandbox's MuseScore
  --audio FILE  its recording, an MP3
  --beats FILE  the seconds of the bar lines, one a line; without it, the recording is listened to
  --live        onto the real Soundslice, with SOUNDSLICE_APP_ID and SOUNDSLICE_PASSWORD, or the login of `segno auth login`

Writes target/demo/report.html.";

/// What was asked for.
#[derive(Default)]
struct Wish {
    score: Option<PathBuf>,
    audio: Option<PathBuf>,
    beats: Option<PathBuf>,
    live: bool,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Option<Self>, String> {
        let mut wish = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let slot = match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--live" => {
                    wish.live = true;
                    continue;
                }
                "--score" => &mut wish.score,
                "--audio" => &mut wish.audio,
                "--beats" => &mut wish.beats,
                other => return Err(format!("unknown argument {other:?}\n{USAGE}")),
            };
            let file = rest.next().ok_or_else(|| format!("{argument} needs a file\n{USAGE}"))?;
            // The commands run elsewhere.
            *slot = Some(std::path::absolute(file).map_err(|error| format!("{file}: {error}"))?);
        }
        if wish.score.is_some() != wish.audio.is_some() {
            return Err(format!("--score and --audio belong together\n{USAGE}"));
        }
        for file in [&wish.score, &wish.audio, &wish.beats].into_iter().flatten() {
            if !file.is_file() {
                return Err(format!("{} is not a file", file.display()));
            }
        }
        Ok(Some(wish))
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let Some(wish) = Wish::read(arguments)? else {
        say(USAGE);
        return Ok(ExitCode::SUCCESS);
    };
    let onto =
        if wish.live { "the real Soundslice" } else { "a sandbox that plays Soundslice on this machine" };
    say(format_args!("demo: a score and its recording onto {onto}, each bar line tied to its second"));
    say("demo: building the command `segno` (the first time takes some minutes)");
    let segno = build("segno", "segno", "dev", &[])?;

    let folder = root().join("target/demo");
    // A journal of an earlier demo tells of a sandbox that is gone.
    let _ = fs::remove_dir_all(folder.join("state"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let sandbox = Sandbox::start(&segno)?;
    let sandboxed = Shell { segno: &segno, folder: &folder, environment: Some(&sandbox.environment) };
    let target = if wish.live { Shell { environment: None, ..sandboxed } } else { sandboxed };

    let mut sync = vec!["sync".to_owned()];
    match (wish.score, wish.audio) {
        (Some(score), Some(audio)) => {
            sync.extend([score, audio].map(|file| file.display().to_string()));
        }
        _ => {
            let found = sandboxed.run(&[
                "musescore",
                "score",
                "search",
                "Minuet",
                "in",
                "G",
                "--phrase",
                "--limit",
                "1",
            ])?;
            let score = found.split('\t').next().unwrap_or_default().to_owned();
            sandboxed.run(&["musescore", "score", "download", &score, "--all", "piece"])?;
            sync.extend(["piece/score.mxl", "piece/audio.mp3", "--pages", "piece"].map(str::to_owned));
            if wish.beats.is_none() {
                sync.extend(["--points", "piece/times.json"].map(str::to_owned));
            }
        }
    }
    if let Some(beats) = wish.beats {
        sync.extend(["--beats".to_owned(), beats.display().to_string()]);
    }
    sync.extend(["--folder", "Published by the demo", "--report", "report.html"].map(str::to_owned));
    if wish.live {
        sync.extend(["--to", "live"].map(str::to_owned));
    }
    target.run(&sync.iter().map(String::as_str).collect::<Vec<_>>())?;
    target.run(&["soundslice", "slice", "list"])?;
    say(format_args!("demo: ok, the page is file://{}", folder.join("report.html").display()));
    Ok(ExitCode::SUCCESS)
}

/// Runs `segno`, and shows what it runs and what that prints.
#[derive(Clone, Copy)]
struct Shell<'a> {
    segno: &'a Path,
    folder: &'a Path,
    /// The variables of the sandbox; `None` for the real services.
    environment: Option<&'a BTreeMap<String, String>>,
}

impl Shell<'_> {
    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let quoted = arguments
            .iter()
            .map(|word| if word.contains(' ') { format!("{word:?}") } else { (*word).to_owned() });
        say(format_args!("$ segno {}", quoted.collect::<Vec<_>>().join(" ")));
        let mut command = Command::new(self.segno);
        command.args(arguments).current_dir(self.folder).stderr(Stdio::inherit());
        command.env("XDG_STATE_HOME", self.folder.join("state"));
        if let Some(environment) = self.environment {
            command.envs(environment).env_remove("SEGNO_ACCOUNT");
        }
        let output = command.output().map_err(|error| format!("{}: {error}", self.segno.display()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in text.lines() {
            say(line);
        }
        if output.status.success() { Ok(text) } else { Err("the demo stopped there".to_owned()) }
    }
}

/// `segno sandbox` as a process of its own, ended with the demo.
struct Sandbox {
    child: Child,
    environment: BTreeMap<String, String>,
}

impl Sandbox {
    fn start(segno: &Path) -> Result<Self, String> {
        say("$ segno sandbox --env &");
        let mut child = Command::new(segno)
            .args(["sandbox", "--env"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", segno.display()))?;
        let out = child.stdout.take();
        let mut sandbox = Self { child, environment: BTreeMap::new() };
        for line in out.map(BufReader::new).into_iter().flat_map(BufReader::lines) {
            let line = line.map_err(|error| format!("the sandbox: {error}"))?;
            match line.split_once('=') {
                Some((name, value)) => {
                    sandbox.environment.insert(name.to_owned(), value.to_owned());
                }
                // An empty line: it serves.
                None => return Ok(sandbox),
            }
        }
        Err("the sandbox did not start".to_owned())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It is ours, and nobody asks it any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
