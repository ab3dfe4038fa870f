//! Where a result of the user goes: the file of `--output` and its like.
//!
//! A file is put in place whole, and keeps its permissions; a link to one is followed. What is there and is no file, such as a
//! device or a FIFO, is written into and stays what it is. `-` is standard output.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use segno_core::Endpoint;
use segno_core::client::Call;

use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::places;

/// More links than this, one behind the other, lead nowhere.
const LINKS: usize = 40;
/// Names of what this process has open. What they lead to is written into, whatever it is.
const OPEN: [&str; 4] = ["/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/"];

/// Where a result goes.
#[derive(Debug)]
pub(crate) struct Destination {
    /// As it was named.
    named: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    StandardOutput,
    /// A device, a FIFO, or what this process has open.
    Stream,
    /// A file that is there or will be, behind the links.
    File(PathBuf),
}

impl Destination {
    /// The destination of this name; nothing is made or changed yet.
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        let named = path.to_owned();
        if path.as_os_str() == "-" {
            return Ok(Self { named, kind: Kind::StandardOutput });
        }
        let about = fs::metadata(path);
        if about.as_ref().is_ok_and(fs::Metadata::is_dir) {
            return Err(Failure::file(path, "this is a folder; give the name of a file"));
        }
        let is_open = path.to_str().is_some_and(|path| OPEN.iter().any(|open| path.starts_with(open)));
        if is_open || about.is_ok_and(|about| !about.is_file()) {
            return Ok(Self { named, kind: Kind::Stream });
        }
        let file = behind_links(path).map_err(|error| Failure::file(path, error))?;
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(Failure::file(
                path,
                format_args!("there is no folder {}; make it first", folder.display()),
            )),
            _ => Ok(Self { named, kind: Kind::File(file) }),
        }
    }

    /// A destination of something beside the result, which is on standard output; `option` is the name of the argument.
    pub(crate) fn beside(path: &Path, option: &str) -> Result<Self, Failure> {
        match Self::of(path)? {
            Self { kind: Kind::StandardOutput, .. } => Err(Failure::usage(format!(
                "{option} needs the name of a file; standard output has the result of the command"
            ))),
            destination => Ok(destination),
        }
    }

    pub(crate) fn is_standard_output(&self) -> bool {
        matches!(self.kind, Kind::StandardOutput)
    }

    /// Whether this is the file at a path, by whatever name.
    pub(crate) fn is(&self, path: &Path) -> bool {
        let place = |path: &Path| fs::canonicalize(path).ok();
        matches!(&self.kind, Kind::File(file) if place(file).is_some() && place(file) == place(path))
    }

    /// Writes all of it, or of a file nothing.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match &self.kind {
            Kind::StandardOutput => {
                let mut out = io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Kind::Stream => self.stream().and_then(|mut stream| stream.write_all(bytes)),
            Kind::File(file) => {
                return places::replace_user(file, bytes).map_err(|error| self.failed(&error));
            }
        };
        match written {
            // A reader that went away has what it wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(self.failed(&error)),
            _ => Ok(()),
        }
    }

    /// Writes what a call gives, which for a file goes on where an earlier download was interrupted.
    pub(crate) async fn download<E: Endpoint>(
        &self,
        call: Call<'_, E>,
        failed: impl FnOnce(segno_core::Error<E::ApiError>) -> Failure,
    ) -> Result<Output, Failure> {
        let got = match self.file() {
            Some(file) => call.download_to(file).await,
            None => call.download(&mut self.open()?).await,
        };
        got.map(|got| self.downloaded(got.bytes)).map_err(failed)
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.kind {
            Kind::File(file) => Some(file),
            _ => None,
        }
    }

    /// What is written into and is no file.
    pub(crate) fn open(&self) -> Result<tokio::fs::File, Failure> {
        self.stream().map(tokio::fs::File::from_std).map_err(|error| self.failed(&error))
    }

    /// What every download prints; nothing if it is what was printed.
    pub(crate) fn downloaded(&self, bytes: u64) -> Output {
        self.told(|record| record.with("bytes", bytes))
    }

    /// A record of what was written; nothing if that is what was printed.
    pub(crate) fn told(&self, what: impl FnOnce(Record) -> Record) -> Output {
        if self.is_standard_output() {
            return Output::Nothing;
        }
        what(Record::new().text("file", self.named.display())).into()
    }

    fn stream(&self) -> io::Result<fs::File> {
        if self.is_standard_output() {
            #[cfg(unix)]
            return std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned().map(fs::File::from);
            #[cfg(windows)]
            return std::os::windows::io::AsHandle::as_handle(&io::stdout())
                .try_clone_to_owned()
                .map(fs::File::from);
        }
        fs::File::options().append(true).open(&self.named)
    }

    fn failed(&self, error: &io::Error) -> Failure {
        if self.is_standard_output() {
            return Failure::new(format!("standard output: {error}"));
        }
        // The name of the file that was to be written, and no other.
        match error.raw_os_error() {
            Some(_) => Failure::file(&self.named, error),
            None => Failure::file(&self.named, error.kind()),
        }
    }
}

/// The path behind the links, whether there is something or not.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if !fs::symlink_metadata(&path).is_ok_and(|about| about.is_symlink()) {
            return Ok(path);
        }
        let next = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::other("these links lead nowhere"))
}
