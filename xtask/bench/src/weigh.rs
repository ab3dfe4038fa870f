//! What a program weighs that makes one call: crates, time of a build, size, start. One small package for each subject.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Outcome;
use crate::measure::{Server, median};

/// One subject: its dependencies, and the program, if it is to be built.
struct Subject {
    name: &'static str,
    dependencies: &'static str,
    program: Option<&'static str>,
}

const TOKIO: &str = "tokio = { version = \"1\", features = [\"rt\", \"net\", \"time\"] }\n";

const SUBJECTS: [Subject; 4] = [
    Subject {
        name: "segno-soundslice",
        dependencies: "segno-soundslice = { path = \"@crates/soundslice\" }\n",
        program: Some(
            "let client = segno_soundslice::Client::builder(\"app\", \"pass\").base_url(&url).build()?;
            let slice = client.send(&segno_soundslice::slices::Get::new(\"hTM3h\".parse::<segno_soundslice::Scorehash>()?)).await?;
            assert_eq!(slice.recording_count, Some(2));",
        ),
    },
    Subject {
        name: "reqwest",
        dependencies: "reqwest = { version = \"0.13.5\", default-features = false, features = [\"json\", \"rustls\"] }\n\
            serde = { version = \"1\", features = [\"derive\"] }\n",
        program: Some(
            "#[derive(serde::Deserialize)] struct Slice { recording_count: Option<u32> }
            let slice: Slice = reqwest::get(format!(\"{url}slices/hTM3h/\")).await?.json().await?;
            assert_eq!(slice.recording_count, Some(2));",
        ),
    },
    Subject { name: "octocrab", dependencies: "octocrab = \"0.54\"\n", program: None },
    Subject { name: "rspotify", dependencies: "rspotify = \"0.16\"\n", program: None },
];

/// What a subject weighs; what was not measured is `None`.
#[derive(serde::Serialize)]
pub(crate) struct Weight {
    pub(crate) name: &'static str,
    /// Crates, itself and the runtime among them.
    pub(crate) crates: Option<usize>,
    /// Processor seconds of a debug build from nothing.
    pub(crate) build: Option<f64>,
    /// Bytes of the stripped release program.
    pub(crate) size: Option<u64>,
    /// Milliseconds from the start of the program to its end, with one call over plain http between.
    pub(crate) start: Option<f64>,
}

/// Weighs all subjects; without `builds`, crates are counted and nothing is built.
pub(crate) fn all(server: &Server, builds: bool) -> Outcome<Vec<Weight>> {
    let mut weights = Vec::new();
    let mut programs = Vec::new();
    for subject in &SUBJECTS {
        let folder = package(subject)?;
        let crates = crates(&folder).inspect_err(|error| eprintln!("{}: {error}", subject.name)).ok();
        let mut weight = Weight { name: subject.name, crates, build: None, size: None, start: None };
        if builds && subject.program.is_some() {
            weight.build = Some(build(&folder, &[])?);
            build(&folder, &["--release"])?;
            let program = folder.join("target/release/one-call");
            weight.size = Some(std::fs::metadata(&program)?.len());
            programs.push((weights.len(), program));
        }
        weights.push(weight);
    }
    let mut starts: Vec<Vec<f64>> = programs.iter().map(|_| Vec::new()).collect();
    for _ in 0..31 {
        for ((_, program), starts) in programs.iter().zip(&mut starts) {
            starts.push(start(program, &server.address)?);
        }
    }
    for ((index, _), starts) in programs.iter().zip(starts) {
        weights[*index].start = Some(median(starts));
    }
    Ok(weights)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("/")).to_owned()
}

/// Writes the package of a subject.
fn package(subject: &Subject) -> Outcome<PathBuf> {
    let folder = root().join("target/bench/weigh").join(subject.name);
    std::fs::create_dir_all(folder.join("src"))?;
    let crates = format!("{}/", root().join("crates").display());
    let dependencies = subject.dependencies.replace("@crates/", &crates);
    std::fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"one-call\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
             {TOKIO}{dependencies}[profile.release]\nstrip = true\n"
        ),
    )?;
    let body = subject.program.unwrap_or_default();
    std::fs::write(
        folder.join("src/main.rs"),
        format!(
            "fn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
             let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;\n\
             let url = std::env::args().nth(1).unwrap_or_default();\n\
             runtime.block_on(async {{ let _ = &url; {body} Ok(()) }})\n}}\n"
        ),
    )?;
    Ok(folder)
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target")).stdin(Stdio::null());
    command
}

fn crates(folder: &Path) -> Outcome<usize> {
    let output = cargo(folder).args(["tree", "--edges", "normal,build", "--prefix", "none"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut names: Vec<&str> =
        text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.len())
}

/// Builds from nothing and gives the processor seconds of it.
fn build(folder: &Path, arguments: &[&str]) -> Outcome<f64> {
    let _ = std::fs::remove_dir_all(folder.join("target"));
    let before = children()?;
    let status = cargo(folder).args(["build", "--quiet"]).args(arguments).status()?;
    if status.success() {
        Ok(children()? - before)
    } else {
        Err(format!("{}: {status}", folder.display()).into())
    }
}

/// Processor seconds of the children that have ended (proc(5): `cutime` and `cstime`, in hundredths of a second on Linux).
fn children() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: Vec<f64> = fields.skip(13).take(2).map(|ticks| ticks.parse().unwrap_or_default()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn start(program: &Path, address: &str) -> Outcome<f64> {
    let began = Instant::now();
    let status = Command::new(program).arg(format!("http://{address}/api/v1/")).status()?;
    if status.success() {
        Ok(began.elapsed().as_secs_f64() * 1e3)
    } else {
        Err(format!("{}: {status}", program.display()).into())
    }
}
