//! A folder and a sandbox in which the command is run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use segno_sandbox::Sandbox;
use serde_json::Value;

/// A sandbox, a folder of its own for each test, and the variables for both.
pub(crate) struct Scratch {
    pub(crate) sandbox: Sandbox,
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The output of a command that must have succeeded.
    #[track_caller]
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// The one line of a command that must have failed with this code.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        let lines: Vec<&str> = self.err.lines().filter(|line| line.starts_with("segno: ")).collect();
        assert_eq!(lines.len(), 1, "{self:?}");
        assert_eq!(self.err.lines().last(), lines.first().copied(), "{self:?}");
        lines[0].to_owned()
    }

    /// The output as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Scratch {
    pub(crate) async fn new() -> Self {
        let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
        let environment = sandbox.environment();
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "minuet-in-g.mxl",
            "minuet-in-g.mp3",
            "minuet-in-g.mid",
            "minuet-in-g.pdf",
            "ode-to-joy.musicxml",
        ] {
            std::fs::copy(asset(name), folder.path().join(name)).unwrap();
        }
        Self { sandbox, folder, environment }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// The command with the sandbox's credentials.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The command without credentials.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segno"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("SEGNO_NO_KEYRING", "1")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        done(&mut self.command(arguments))
    }

    /// Begins a command and gives it back while it runs.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// Runs a command to its end.
pub(crate) fn done(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    Done {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file of the sandbox's catalogue.
pub(crate) fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/assets").join(name)
}

/// Waits for something that another process does; it must come within a minute.
pub(crate) fn wait_for(what: &str, mut look: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !look() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::yield_now();
    }
}

/// The frames of the MP3 of the minuet: MPEG-2, layer III, 22,050 samples a second and 576 in a frame. The first is its header.
pub(crate) fn frames(mp3: &[u8]) -> Vec<&[u8]> {
    const KILOBITS: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let mut frames = Vec::new();
    let mut at = mp3.windows(2).position(|two| two == [0xff, 0xf3]).unwrap();
    while at + 4 <= mp3.len() && mp3[at..at + 2] == [0xff, 0xf3] {
        let bytes =
            72_000 * KILOBITS[usize::from(mp3[at + 2] >> 4)] / 22_050 + usize::from(mp3[at + 2] >> 1 & 1);
        frames.push(&mp3[at..at + bytes]);
        at += bytes;
    }
    assert_eq!(frames.len(), 3852);
    frames
}

/// How many of those frames last so many seconds.
pub(crate) fn frames_in(seconds: f64) -> usize {
    (seconds * 22_050.0 / 576.0).round() as usize
}
