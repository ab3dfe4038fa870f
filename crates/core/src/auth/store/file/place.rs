//! Where the record is on a disk, how it is read and how it is written.
//!
//! The usual way of writing is [`Place::replace`]: beside the file, forced to the disk, renamed. Where that cannot be,
//! because the file is mounted by itself or its folder cannot be written, it is [`Place::overwrite`]: first behind what is
//! there, forced to the disk, then over it. Either way a crash at any moment leaves a record that is whole, and
//! [`Place::read`] finds the newest.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::{Record, StoreError};
use super::disk::Disk;
use crate::auth::Reason;

/// No file with a record is larger than this, in bytes; anything larger is something else.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// The longest record that is written, in bytes: two of them and room for both can be read again.
const MAX_RECORD_BYTES: usize = 4 * 1024 * 1024;
/// How much is reserved for a new record beside the file.
const RESERVED_BYTES: usize = 64 * 1024;
/// A record that is written in place has this much for itself, or the next power of two that suffices.
const MIN_SLOT: usize = 16 * 1024;

/// The token file and those beside it, links followed.
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) folder: PathBuf,
}

/// Room for the next record: a file beside, as long as no record needs to be.
pub(super) struct Reserved(File);

/// What stands in a file.
struct Content {
    metadata: Metadata,
    bytes: Zeroizing<Vec<u8>>,
}

/// What went wrong with which file.
pub(super) fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::Io(Reason::new(format!("{}: {error}", path.display())).caused_by(error))
}

impl Place {
    /// Follows links, so that all who come by different paths mean the same file and find the same locks.
    pub(super) fn find(path: &Path) -> Result<Self, StoreError> {
        // Before links are followed by hand: some of those in /proc lead to what has no path.
        if let Ok(metadata) = fs::metadata(path) {
            regular(path, &metadata)?;
        }
        let mut file = path.to_owned();
        for _ in 0..40 {
            let Ok(target) = fs::read_link(&file) else { break };
            file = file.parent().unwrap_or(Path::new("")).join(target);
        }
        let invalid =
            || StoreError::Io(format!("invalid path: expected the path of a file, found {path:?}").into());
        let name = file.file_name().ok_or_else(invalid)?.to_owned();
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = fs::canonicalize(parent).map_err(|error| {
            let hint = if error.kind() == io::ErrorKind::NotFound { "; make the folder first" } else { "" };
            StoreError::Io(Reason::new(format!("{}: {error}{hint}", parent.display())).caused_by(error))
        })?;
        Ok(Self { file: folder.join(name), folder })
    }

    /// `<name>.<suffix>` in the same folder.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(suffix);
        self.folder.join(name)
    }

    /// The newest record that is whole: in the file, or beside it where a crash came between writing and renaming.
    pub(super) fn read(&self) -> Result<Record, StoreError> {
        let content = self.content()?;
        self.newest(content.as_ref())
    }

    fn newest(&self, content: Option<&Content>) -> Result<Record, StoreError> {
        let kept = content.map_or_else(|| Ok(Record::default()), |content| self.parse(&content.bytes));
        match (kept, self.recovery(content)) {
            (Ok(kept), Some(beside)) if beside.version > kept.version => Ok(beside),
            (Err(_), Some(beside)) => Ok(beside),
            (kept, _) => kept,
        }
    }

    /// What stands in the file; `None` without one.
    fn content(&self) -> Result<Option<Content>, StoreError> {
        let path = &self.file;
        // Looked at before it is opened: opening a FIFO would wait for its other end.
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, error)),
            Ok(metadata) => regular(path, &metadata)?,
        }
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, error)),
            Ok(file) => file,
        };
        let metadata = file.metadata().map_err(|error| failed(path, error))?;
        regular(path, &metadata)?;
        if metadata.len() > MAX_FILE_BYTES {
            return Err(self.damaged(1, 0));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(
            usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1),
        ));
        file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(|error| failed(path, error))?;
        // A file without a secret, as touch makes it, may have any mode.
        if !is_blank(&bytes) {
            exposed(path, &metadata)?;
        }
        Ok(Some(Content { metadata, bytes }))
    }

    /// The newest of the records in a text: one, or two while it is written in place.
    pub(super) fn parse(&self, bytes: &[u8]) -> Result<Record, StoreError> {
        let text = trim(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        if text.is_empty() {
            return Ok(Record::default());
        }
        let lines =
            || text.split(|byte| *byte == b'\n').filter_map(|line| Record::from_json(trim(line)).ok());
        Record::from_json(text).or_else(|error| {
            // Of two with the same version the later is whole: the front is written when it is on the disk.
            lines().max_by_key(|record| record.version).ok_or_else(|| match error {
                StoreError::Damaged { line, column, .. } => self.damaged(line, column),
                other => other,
            })
        })
    }

    fn damaged(&self, line: usize, column: usize) -> StoreError {
        StoreError::Damaged { place: self.file.display().to_string().into(), line, column }
    }

    /// A record that was written beside the file and not renamed. Only a file that we might have written counts: anybody
    /// who may write the folder could plant another.
    fn recovery(&self, content: Option<&Content>) -> Option<Record> {
        let path = self.beside("new");
        let metadata = fs::symlink_metadata(&path).ok().filter(|metadata| metadata.is_file())?;
        let ours = content.is_none_or(|content| same_owner(&content.metadata, &metadata));
        if !ours || exposed(&path, &metadata).is_err() || metadata.len() > MAX_FILE_BYTES {
            return None;
        }
        let mut bytes = Zeroizing::new(Vec::new());
        File::open(&path).ok()?.take(MAX_FILE_BYTES).read_to_end(&mut bytes).ok()?;
        self.parse(&bytes).ok()
    }

    /// Brings what a crash left beside the file into it. After that the file beside may be overwritten.
    fn settle(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        let content = self.content()?;
        let Some(beside) = self.recovery(content.as_ref()) else { return Ok(()) };
        let kept =
            content.as_ref().map_or(Ok(0), |content| self.parse(&content.bytes).map(|kept| kept.version));
        if kept.is_ok_and(|version| version >= beside.version) {
            return Ok(());
        }
        let path = self.beside("new");
        let renamed = disk
            .open(&path)
            .and_then(|file| disk.sync(&file))
            .and_then(|()| disk.rename(&path, &self.file))
            .and_then(|()| disk.sync_folder(&self.folder));
        if let Err(first) = renamed {
            self.overwrite(disk, &super::super::bytes(&beside)?)
                .map_err(|second| both(&path, first, second))?;
            // One that stays is not newer any more.
            let _ = disk.remove(&path);
        }
        Ok(())
    }

    /// Keeps `next` if it follows what is kept. `Some` is what is kept otherwise.
    pub(super) fn swap(
        &self,
        disk: &dyn Disk,
        next: &Record,
        reserved: Option<Reserved>,
    ) -> Result<Option<Record>, StoreError> {
        self.settle(disk)?;
        let content = self.content()?;
        let current = self.newest(content.as_ref())?;
        if !next.follows(&current)? {
            return Ok(Some(current));
        }
        let bytes = super::super::bytes(next)?;
        if bytes.len() > MAX_RECORD_BYTES {
            let length = bytes.len();
            let place = self.file.display();
            let reason =
                format!("{place}: invalid record: expected at most {MAX_RECORD_BYTES} bytes, found {length}");
            return Err(StoreError::Io(reason.into()));
        }
        self.write(disk, &bytes, content.as_ref(), reserved)?;
        Ok(None)
    }

    /// Makes sure that a successor can be kept: writes what is there once more, the way it will be written, and reserves
    /// room that way. `None` is room inside the file.
    pub(super) fn reserve(&self, disk: &dyn Disk) -> Result<(Record, Option<Reserved>), StoreError> {
        self.settle(disk)?;
        let content = self.content()?;
        let record = self.newest(content.as_ref())?;
        record.with(None).follows(&record)?;
        let tried = match &content {
            Some(content) => self.replace(disk, trim_end(&content.bytes), Some(content), None),
            None => Ok(()),
        };
        let reserved = tried.and_then(|()| self.room_beside(disk, content.as_ref()));
        let first = match reserved {
            Ok(reserved) => return Ok((record, Some(reserved))),
            Err(error) => error,
        };
        // It is no newer than the file, and takes room.
        let _ = disk.remove(&self.beside("new"));
        if content.is_none() {
            return Err(failed(&self.beside("new"), first));
        }
        self.room_inside(disk).map_err(|second| both(&self.file, first, second))?;
        Ok((record, None))
    }

    /// Gives room back that was not used.
    pub(super) fn free(&self, disk: &dyn Disk, reserved: Reserved) {
        if self.is_beside(&reserved.0) {
            // One that stays does no harm: it is no record, and the next who writes removes it.
            let _ = disk.remove(&self.beside("new"));
        }
    }

    fn write(
        &self,
        disk: &dyn Disk,
        bytes: &[u8],
        content: Option<&Content>,
        reserved: Option<Reserved>,
    ) -> Result<(), StoreError> {
        let Err(first) = self.replace(disk, bytes, content, reserved) else { return Ok(()) };
        if content.is_none() {
            return Err(failed(&self.beside("new"), first));
        }
        self.overwrite(disk, bytes).map_err(|second| both(&self.file, first, second))?;
        // One that stays is not newer than the file.
        let _ = disk.remove(&self.beside("new"));
        Ok(())
    }

    /// Writes beside the file, forces it to the disk and renames. Only one writer is here at a time, so the new file has
    /// a fixed name, and what a crash left there is removed.
    fn replace(
        &self,
        disk: &dyn Disk,
        bytes: &[u8],
        content: Option<&Content>,
        reserved: Option<Reserved>,
    ) -> io::Result<()> {
        let new = self.beside("new");
        let file = match reserved.filter(|reserved| self.is_beside(&reserved.0)) {
            Some(Reserved(file)) => file,
            None => self.fresh(disk, content)?,
        };
        disk.write(&file, 0, bytes)?;
        disk.cut(&file, bytes.len() as u64)?;
        disk.sync(&file)?;
        drop(file);
        disk.rename(&new, &self.file)?;
        // Without this the rename itself may be lost when the power fails.
        disk.sync_folder(&self.folder)
    }

    fn fresh(&self, disk: &dyn Disk, content: Option<&Content>) -> io::Result<File> {
        let new = self.beside("new");
        disk.remove(&new)?;
        let file = disk.create(&new)?;
        if let Some(content) = content {
            disk.hand_over(&file, &content.metadata)?;
        }
        Ok(file)
    }

    /// A file beside with as many bytes as no record needs, none of which a file system can leave out.
    fn room_beside(&self, disk: &dyn Disk, content: Option<&Content>) -> io::Result<Reserved> {
        let file = self.fresh(disk, content)?;
        let mut noise = vec![0; RESERVED_BYTES];
        fastrand::fill(&mut noise[1..]);
        disk.write(&file, 0, &noise).and_then(|()| disk.sync(&file)).map(|()| Reserved(file))
    }

    /// Room inside the file: white space behind the record, for one behind it and one over it.
    fn room_inside(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        let (file, content) = self.inside(disk)?;
        let text = trim_end(&content.bytes);
        self.make_room(disk, &file, &content, slot(text, &[])).map_err(|error| failed(&self.file, error))?;
        // The same bytes once more: whatever a crash leaves of that is the same record.
        let rewritten = disk.write(&file, 0, if text.is_empty() { b" " } else { text });
        rewritten.and_then(|()| disk.sync(&file)).map_err(|error| failed(&self.file, error))
    }

    /// Writes into the file: behind what is there, forced to the disk, then over it, forced to the disk.
    fn overwrite(&self, disk: &dyn Disk, bytes: &[u8]) -> Result<(), StoreError> {
        let (file, content) = self.inside(disk)?;
        let text = trim_end(&content.bytes);
        let slot = slot(text, bytes);
        let write = || -> io::Result<()> {
            self.make_room(disk, &file, &content, slot)?;
            disk.write(&file, slot as u64 + 1, bytes)?;
            disk.sync(&file)?;
            let mut front = Zeroizing::new(bytes.to_vec());
            front.resize(bytes.len().max(text.len()), b' ');
            disk.write(&file, 0, &front)?;
            disk.sync(&file)
        };
        write().map_err(|error| failed(&self.file, error))?;
        // It is kept by now. What stays behind it is the same record, which the next writer overwrites.
        let _ = disk.write(&file, slot as u64 + 1, &vec![b' '; bytes.len()]);
        Ok(())
    }

    /// The file opened for writing, if a record that is written into it will be found again.
    fn inside(&self, disk: &dyn Disk) -> Result<(File, Content), StoreError> {
        let content = self.content()?.ok_or_else(|| {
            StoreError::Io(format!("{} was removed while it was written", self.file.display()).into())
        })?;
        let file = disk.open(&self.file).map_err(|error| failed(&self.file, error))?;
        if is_orphan(&file) {
            return Err(StoreError::Replaced { path: self.file.display().to_string() });
        }
        if exposed(&self.file, &content.metadata).is_err() {
            disk.hide(&file).map_err(|error| failed(&self.file, error))?;
        }
        Ok((file, content))
    }

    /// White space to twice the slot, with the line break that divides two records.
    fn make_room(&self, disk: &dyn Disk, file: &File, content: &Content, slot: usize) -> io::Result<()> {
        let length = content.bytes.len();
        if length < 2 * slot {
            disk.write(file, length as u64, &vec![b' '; 2 * slot - length])?;
        }
        if length < 2 * slot || content.bytes[slot] != b'\n' {
            disk.write(file, slot as u64, b"\n")?;
            disk.sync(file)?;
        }
        Ok(())
    }

    /// Whether this is the file that stands beside, and not one that somebody put there meanwhile.
    fn is_beside(&self, file: &File) -> bool {
        let now = fs::symlink_metadata(self.beside("new"));
        file.metadata().is_ok_and(|opened| now.is_ok_and(|now| same_file(&opened, &now)))
    }
}

/// How far from the front the second record stands.
fn slot(text: &[u8], bytes: &[u8]) -> usize {
    (text.len().max(bytes.len()) + 1).max(MIN_SLOT).next_power_of_two()
}

/// Both ways of writing failed.
fn both(path: &Path, first: io::Error, second: StoreError) -> StoreError {
    if matches!(second, StoreError::Replaced { .. }) {
        return second;
    }
    let second = second.to_string();
    let second = second.strip_prefix(&format!("{}: ", path.display())).unwrap_or(&second);
    if first.to_string() == second {
        return failed(path, first);
    }
    let text = format!("{}: it can neither be replaced ({first}) nor written ({second})", path.display());
    StoreError::Io(Reason::new(text).caused_by(first))
}

fn is_space(byte: &u8) -> bool {
    // Zeros are what some file systems leave after the power failed.
    byte.is_ascii_whitespace() || *byte == 0
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).iter().all(is_space)
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().rposition(|byte| !is_space(byte)).map_or(0, |last| last + 1)]
}

fn trim(bytes: &[u8]) -> &[u8] {
    let bytes = trim_end(bytes);
    &bytes[bytes.iter().position(|byte| !is_space(byte)).unwrap_or(bytes.len())..]
}

/// Refuses a token file that is not a regular file.
fn regular(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(StoreError::NotAFile { path: path.display().to_string(), found: kind(metadata) })
}

#[cfg(unix)]
pub(super) fn kind(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_dir() {
        "a directory"
    } else if kind.is_symlink() {
        "a link"
    } else if kind.is_fifo() {
        "a FIFO (named pipe)"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
pub(super) fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "a directory" } else { "not a file" }
}

#[cfg(unix)]
fn exposed(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(StoreError::Exposed { path: path.display().to_string(), mode })
}

#[cfg(not(unix))]
fn exposed(_: &Path, _: &Metadata) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(unix)]
fn same_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
fn same_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(unix)]
pub(super) fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
pub(super) fn same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Whether no path leads to the file any more: a file that is mounted by itself stays the one that was mounted, even if it
/// is replaced where it came from.
#[cfg(unix)]
pub(super) fn is_orphan(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

#[cfg(not(unix))]
pub(super) fn is_orphan(_: &File) -> bool {
    false
}
