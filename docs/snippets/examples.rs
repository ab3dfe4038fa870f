//! Every example does its whole job against a sandbox. Those that leave something behind run twice: the second time finds what the first has left.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use segno_sandbox::Sandbox;

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/sandbox/assets");

/// An example of this package, where `cargo test -p snippets` builds it: beside the folder that this test is in.
fn program(name: &str) -> std::path::PathBuf {
    let test = std::env::current_exe().expect("a program");
    let folder = test.parent().and_then(Path::parent).expect("a build folder").join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is not built: cargo build -p snippets --examples", program.display());
    program
}

/// A folder to work in, and a sandbox.
struct Desk {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, sandbox: Sandbox::start().await.expect("starts") }
    }

    fn put(&self, asset: &str, name: &str) {
        let target = self.folder.path().join(name);
        fs::create_dir_all(target.parent().expect("a folder")).expect("is made");
        fs::copy(Path::new(ASSETS).join(asset), target).expect("a file of the sandbox");
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(folder)).expect("a folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// What the example prints; it must succeed.
    async fn run(&self, example: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program(example));
        command.args(arguments).envs(self.sandbox.environment()).current_dir(self.folder.path());
        command.stdin(Stdio::null());
        let output =
            tokio::task::spawn_blocking(move || command.output()).await.expect("runs").expect("starts");
        let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{example}: {}\n{said}{told}", output.status);
        said.into_owned()
    }

    fn created(&self, service: &str, kind: &str) -> u64 {
        self.sandbox.effects().of(service, kind).created
    }
}

#[tokio::test]
async fn publish_folder() {
    let desk = Desk::new().await;
    desk.put("minuet-in-g.musicxml", "scores/Minuet.musicxml");
    desk.put("minuet-in-g.mp3", "scores/Minuet.mp3");
    fs::write(desk.folder.path().join("scores/Minuet.json"), "[[0, 0.5], [16, 30.25]]").expect("writes");
    desk.put("ode-to-joy.musicxml", "scores/Ode.musicxml");
    let example = "publish_folder";
    let said = desk.run(example, &["scores"]).await;
    assert!(said.contains("2 published"), "{said}");
    let kinds = ["slices", "notations", "recordings", "folders"].map(|kind| desk.created("soundslice", kind));
    assert_eq!(kinds, [2, 2, 1, 1]);
    assert_eq!(
        desk.sandbox.effects().of("soundslice", "syncpoints").changed
            + desk.created("soundslice", "syncpoints"),
        1
    );
    assert!(desk.run(example, &["scores"]).await.contains("0 published"));
    assert_eq!(desk.created("soundslice", "slices"), 2);
}

#[tokio::test]
async fn blocking() {
    let desk = Desk::new().await;
    let said = desk.run("blocking", &[]).await;
    assert!(said.contains("Ode to Joy: 2 recordings"), "{said}");
}

#[tokio::test]
async fn music_for_video() {
    let desk = Desk::new().await;
    let said = desk.run("music_for_video", &["Hopeful", "200"]).await;
    assert!(said.contains("into the description of the video: "), "{said}");
    assert_eq!(desk.created("soundstripe", "digital_usages"), 1);
    let [file] = &desk.files(".")[..] else { panic!("{:?}", desk.files(".")) };
    assert!(file.ends_with(".mp3"), "{file}");
}

#[tokio::test]
async fn upload_album() {
    let desk = Desk::new().await;
    desk.put("minuet-in-g.mp3", "album/01 Side A.mp3");
    desk.put("ode-to-joy.mp3", "album/02 Side B.mp3");
    let example = "upload_album";
    let said = desk.run(example, &["album", "Two sides"]).await;
    assert!(said.contains("100 %") && said.contains("Two sides: 2 tracks"), "{said}");
    assert_eq!((desk.created("soundcloud", "tracks"), desk.created("soundcloud", "playlists")), (2, 1));
    assert!(desk.run(example, &["album", "Again"]).await.contains("02 Side B: is there"));
    assert_eq!(desk.created("soundcloud", "tracks"), 2);
}

#[tokio::test]
async fn mirror_account() {
    let desk = Desk::new().await;
    let example = "mirror_account";
    let said = desk.run(example, &["copy"]).await;
    let files = desk.files("copy");
    assert!(
        files.len() > 20 && said.contains(&format!("{} files fetched, 0 were there", files.len())),
        "{said}"
    );
    assert!(
        desk.run(example, &["copy"]).await.contains(&format!("0 files fetched, {} were there", files.len()))
    );
}

#[tokio::test]
async fn custom_endpoint() {
    let desk = Desk::new().await;
    assert!(desk.run("custom_endpoint", &[]).await.contains("Minuet in G"));
}

#[tokio::test]
async fn webhook_server() {
    let desk = Desk::new().await;
    let said = desk.run("webhook_server", &[]).await;
    assert!(said.contains(" begun\n") && said.contains(" songs\n"), "{said}");
    // The response is on its way to the sandbox when the program ends.
    let settled = async {
        while desk.sandbox.callbacks().iter().any(|it| it.status.is_none() && it.error.is_none()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), settled).await.expect("a response");
    let sent = desk.sandbox.callbacks();
    assert_eq!(sent.iter().map(|callback| callback.status).collect::<Vec<_>>(), [Some(200)]);
}

#[tokio::test]
async fn web_login() {
    let desk = Desk::new().await;
    let said = desk.run("web_login", &[]).await;
    assert!(said.contains("logged in at instance two"), "{said}");
}

#[tokio::test]
async fn sqlite_store() {
    let desk = Desk::new().await;
    assert!(desk.run("sqlite_store", &[]).await.contains("keeps the contract"));
}

#[tokio::test]
async fn tower_middleware() {
    let desk = Desk::new().await;
    assert!(desk.run("tower_middleware", &[]).await.contains("4 slices, 1 request"));
}
