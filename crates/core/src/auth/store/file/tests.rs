//! A file store on disks that fail: at one operation, at one kind of operation, or at all after a moment.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::bytes;
use super::super::tests::{Folder, token};
use super::*;

mod awkward;
mod crash;

/// The operations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Create,
    Open,
    Write,
    Cut,
    Sync,
    Rename,
    Remove,
    SyncFolder,
    HandOver,
    Hide,
}

/// The disk of this machine, on which some operations fail.
#[derive(Default)]
struct Faulty {
    /// These always fail, with this error.
    failing: Vec<(Op, io::ErrorKind)>,
    /// Lock files cannot be made either.
    no_locks: bool,
    /// After so many operations the process is dead: every further one fails. The one that is cut short writes so many
    /// bytes yet.
    dies: Option<(usize, usize)>,
    /// No file gets longer than it is, and there are no new ones.
    full: std::sync::atomic::AtomicBool,
    done: AtomicUsize,
}

impl Faulty {
    fn failing(failing: &[(Op, io::ErrorKind)]) -> Arc<Self> {
        Arc::new(Self { failing: failing.to_vec(), ..Self::default() })
    }

    fn dying(failing: &[(Op, io::ErrorKind)], after: usize, torn: usize) -> Arc<Self> {
        Arc::new(Self { failing: failing.to_vec(), dies: Some((after, torn)), ..Self::default() })
    }

    /// Counts an operation; how much of it is still done.
    fn count(&self, op: Op, path: Option<&Path>) -> Result<usize, io::Error> {
        let lock = path.is_some_and(|path| {
            path.extension().is_some_and(|extension| extension == "lock" || extension == "lease")
        });
        if lock {
            return if self.no_locks { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(usize::MAX) };
        }
        if let Some((after, torn)) = self.dies {
            match self.done.fetch_add(1, Ordering::SeqCst).cmp(&after) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal if op == Op::Write => return Ok(torn),
                _ => return Err(io::Error::other("the process is dead")),
            }
        }
        match self.failing.iter().find(|(failing, _)| *failing == op) {
            Some((_, kind)) => Err((*kind).into()),
            None => Ok(usize::MAX),
        }
    }
}

impl Disk for Faulty {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.count(Op::Create, Some(path))?;
        if self.full.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        System.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        self.count(Op::Open, Some(path))?;
        System.open(path)
    }

    fn write(&self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        let part = self.count(Op::Write, None)?.min(bytes.len());
        if self.full.load(Ordering::SeqCst) && at + bytes.len() as u64 > file.metadata()?.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        System.write(file, at, &bytes[..part])?;
        if part < bytes.len() { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }

    fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        self.count(Op::Cut, None)?;
        System.cut(file, length)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        // Nothing here outlives the machine, and tests have no time for it.
        self.count(Op::Sync, None).and_then(|_| file.metadata()).map(drop)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.count(Op::Rename, None)?;
        System.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.count(Op::Remove, Some(path))?;
        System.remove(path)
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.count(Op::SyncFolder, None).map(drop)
    }

    fn hand_over(&self, file: &File, model: &fs::Metadata) -> io::Result<()> {
        self.count(Op::HandOver, None)?;
        System.hand_over(file, model)
    }

    fn hide(&self, file: &File) -> io::Result<()> {
        self.count(Op::Hide, None)?;
        System.hide(file)
    }
}

/// A store on such a disk.
fn store(folder: &Folder, disk: &Arc<Faulty>) -> FileStore {
    FileStore::open(folder.file()).unwrap().with_disk(Arc::clone(disk) as Arc<dyn Disk>)
}

/// A folder with a first record, written by a disk without faults.
async fn kept() -> (Folder, Record) {
    let folder = Folder::new();
    let first = Record::default().with(Some(token("1")));
    let disk = Faulty::failing(&[]);
    assert_eq!(store(&folder, &disk).swap(first.clone()).await.unwrap(), Swapped::Done);
    (folder, first)
}

/// What another process finds.
async fn found(folder: &Folder) -> Record {
    FileStore::open(folder.file()).unwrap().load().await.unwrap()
}

/// How a file comes to be written, by what the disk refuses.
const WAYS: [(&str, &[(Op, io::ErrorKind)]); 4] = [
    ("replaced", &[]),
    ("mounted by itself", &[(Op::Rename, io::ErrorKind::ResourceBusy)]),
    ("mounted by itself, elsewhere", &[(Op::Rename, io::ErrorKind::CrossesDevices)]),
    (
        "in a folder that cannot be written",
        &[(Op::Create, io::ErrorKind::PermissionDenied), (Op::Remove, io::ErrorKind::PermissionDenied)],
    ),
];
