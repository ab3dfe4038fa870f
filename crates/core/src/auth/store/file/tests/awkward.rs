//! Places where a token file can stand.

use super::*;

/// What is reserved can be kept, and what cannot be kept is known beforehand: for each operation that may fail, alone and
/// with each other.
#[tokio::test]
async fn a_reservation_is_a_promise() {
    use Op::{Create, Cut, HandOver, Hide, Open, Remove, Rename, Sync, SyncFolder, Write};
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, ResourceBusy, StorageFull};
    let ops = [
        (Create, StorageFull),
        (Create, PermissionDenied),
        (Open, PermissionDenied),
        (Write, StorageFull),
        (Cut, PermissionDenied),
        (Sync, io::ErrorKind::Other),
        (Rename, ResourceBusy),
        (Rename, ReadOnlyFilesystem),
        (Remove, PermissionDenied),
        (SyncFolder, io::ErrorKind::Other),
        (HandOver, PermissionDenied),
        (Hide, PermissionDenied),
    ];
    let (mut promised, mut refused) = (0, 0);
    for first in ops {
        for second in ops {
            for no_locks in [false, true] {
                let (folder, record) = kept().await;
                let disk = Arc::new(Faulty { failing: vec![first, second], no_locks, ..Faulty::default() });
                let store = store(&folder, &disk);
                let next = record.with(Some(token("2")));
                let lease = store.lease().await.unwrap();
                match store.reserve(record.clone()).await {
                    Ok(reserved) => {
                        promised += 1;
                        assert_eq!(reserved, record);
                        let swapped = store.swap(next.clone()).await;
                        assert_eq!(swapped, Ok(Swapped::Done), "{first:?} {second:?}");
                        assert_eq!(found(&folder).await, next);
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(error.to_string().contains("tokens.json"), "{error}");
                        assert_eq!(found(&folder).await, record, "{first:?} {second:?}");
                    }
                }
                lease.release().await;
                assert_eq!(store.lease().await.map(drop), Ok(()));
            }
        }
    }
    assert!(promised > 100 && refused > 50, "{promised} {refused}");
}

/// After the reservation the disk fills up.
#[tokio::test]
async fn a_disk_that_fills_up_after_the_reservation() {
    for (way, failing) in WAYS {
        for length in [0, 1000, 12_000] {
            let (folder, record) = kept().await;
            let disk = Faulty::failing(failing);
            let store = store(&folder, &disk);
            let lease = store.lease().await.unwrap();
            store.reserve(record.clone()).await.unwrap();
            disk.full.store(true, Ordering::SeqCst);
            let mut larger = token("2");
            larger.scope = "x".repeat(length);
            let next = record.with(Some(larger));
            assert_eq!(store.swap(next.clone()).await, Ok(Swapped::Done), "{way}, {length}");
            assert_eq!(found(&folder).await, next);
            lease.release().await;
        }
    }
}

#[tokio::test]
async fn a_full_disk_is_known_before_anything_is_spent() {
    for (way, failing) in WAYS {
        let (folder, record) = kept().await;
        let disk = Faulty::failing(failing);
        disk.full.store(true, Ordering::SeqCst);
        let error = store(&folder, &disk).reserve(record.clone()).await.unwrap_err();
        assert!(error.to_string().contains("tokens.json: "), "{way}: {error}");
        assert_eq!(found(&folder).await, record);
        disk.full.store(false, Ordering::SeqCst);
        store(&folder, &disk).reserve(record.clone()).await.unwrap();
    }
}

/// What is reserved goes away with the lease, and nobody takes it for a record.
#[tokio::test]
async fn room_that_was_not_used_is_given_back() {
    let (folder, record) = kept().await;
    let disk = Faulty::failing(&[]);
    let store = store(&folder, &disk);
    let lease = store.lease().await.unwrap();
    store.reserve(record.clone()).await.unwrap();
    let names = ["tokens.json", "tokens.json.lease", "tokens.json.lock", "tokens.json.new"];
    assert_eq!(folder.names(), names);
    assert_eq!(found(&folder).await, record);
    lease.release().await;
    assert_eq!(folder.names(), names[..3]);
}

#[tokio::test]
async fn an_empty_file_is_nobody() {
    for content in ["", " \n\t", "\u{feff}", "\u{feff}\r\n", "\0\0\0"] {
        for (way, failing) in WAYS {
            let folder = Folder::new();
            // As touch makes it, readable by others.
            fs::write(folder.file(), content).unwrap();
            let store = store(&folder, &Faulty::failing(failing));
            assert_eq!(store.load().await.unwrap(), Record::default(), "{content:?}");
            let first = Record::default().with(Some(token("1")));
            store.reserve(Record::default()).await.unwrap();
            assert_eq!(store.swap(first.clone()).await.unwrap(), Swapped::Done, "{way}");
            assert_eq!(found(&folder).await, first);
            private(&folder.file());
        }
    }
    let (folder, first) = kept().await;
    let marked = format!("\u{feff}{}\r\n", first.to_json().expose());
    fs::write(folder.file(), marked).unwrap();
    assert_eq!(found(&folder).await, first, "an editor's mark in front of it is no matter");
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
}

#[cfg(not(unix))]
fn private(_: &Path) {}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_shows_no_secret() {
    let folder = Folder::new();
    let store = FileStore::open(folder.file()).unwrap();
    store.swap(Record::default().with(Some(token("CANARY")))).await.unwrap();
    let content = fs::read(folder.file()).unwrap();
    for length in 1..content.len() {
        fs::write(folder.file(), &content[..length]).unwrap();
        let error = store.load().await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{length}: {error}");
    }
    fs::write(folder.file(), r#"{"version":"CANARY"}"#).unwrap();
    let error = store.load().await.unwrap_err().to_string();
    let file = fs::canonicalize(folder.file()).unwrap();
    let expected = "invalid record at line 1, column 19; move it away and log in again";
    assert_eq!(error, format!("{}: {expected}", file.display()));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, _) = kept().await;
    let store = FileStore::open(folder.file()).unwrap();
    let lease = store.lease().await.unwrap();
    store.reserve(Record::default()).await.unwrap();
    for name in folder.names() {
        private(&folder.path().join(name));
    }
    lease.release().await;
    for mode in [0o644, 0o660, 0o601] {
        fs::set_permissions(folder.file(), fs::Permissions::from_mode(mode)).unwrap();
        let error = store.load().await.unwrap_err().to_string();
        let expected =
            format!("may be read by others (mode {mode:o}); run chmod 600 on it, or mount it with that mode");
        assert!(error.ends_with(&expected), "{error}");
        assert!(FileStore::open(folder.file()).is_err());
    }
}

#[test]
fn a_path_that_cannot_work_is_said_at_once() {
    let folder = Folder::new();
    let error = |path: &Path| FileStore::open(path).unwrap_err().to_string();
    assert_eq!(error(Path::new("")), r#"invalid path: expected the path of a file, found """#);
    let parent = error(&folder.path().join("gone/.."));
    assert!(parent.starts_with("invalid path: expected the path of a file, found "), "{parent}");
    let gone = folder.path().join("gone").join("tokens.json");
    let expected = format!(
        "{}: No such file or directory (os error 2); make the folder first",
        folder.path().join("gone").display()
    );
    assert_eq!(error(&gone), expected);
    let regular =
        "a token file must be a regular file: give the path of one, or of one that does not exist yet";
    assert_eq!(error(folder.path()), format!("{} is a directory; {regular}", folder.path().display()));
    if cfg!(unix) {
        assert_eq!(error(Path::new("/dev/null")), format!("/dev/null is a device; {regular}"));
        // std makes no FIFO, but every Unix has the command.
        let fifo = folder.path().join("fifo");
        if std::process::Command::new("mkfifo").arg(&fifo).status().is_ok_and(|status| status.success()) {
            assert_eq!(error(&fifo), format!("{} is a FIFO (named pipe); {regular}", fifo.display()));
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_file_is_followed() {
    use std::os::unix::fs::symlink;
    let (folder, first) = kept().await;
    let other = Folder::new();
    let link = other.path().join("link.json");
    symlink(folder.file(), &link).unwrap();
    let store = FileStore::open(&link).unwrap();
    let lease = store.lease().await.unwrap();
    let second = first.with(Some(token("2")));
    assert_eq!(store.swap(second.clone()).await.unwrap(), Swapped::Done);
    lease.release().await;
    assert_eq!(found(&folder).await, second, "who comes by the other path finds it");
    assert_eq!(other.names(), ["link.json"], "the locks stand beside the file, where all find them");
    // A link to a file that is still to be made.
    let early = other.path().join("early.json");
    symlink("later.json", &early).unwrap();
    let store = FileStore::open(&early).unwrap();
    store.swap(Record::default().with(None)).await.unwrap();
    assert!(other.path().join("later.json").is_file());
    // A circle.
    symlink("circle.json", other.path().join("circle.json")).unwrap();
    let error = FileStore::open(other.path().join("circle.json")).unwrap_err();
    assert!(error.to_string().contains("circle.json: "), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_place_of_a_lock_is_not_followed() {
    use std::os::unix::fs::symlink;
    for suffix in ["lock", "lease"] {
        let (folder, first) = kept().await;
        let lock = folder.path().join(format!("tokens.json.{suffix}"));
        let _ = fs::remove_file(&lock);
        let victim = folder.path().join("victim");
        symlink(&victim, &lock).unwrap();
        let store = FileStore::open(folder.file()).unwrap();
        let error = match suffix {
            "lock" => store.swap(first.with(None)).await.unwrap_err(),
            _ => store.lease().await.unwrap_err(),
        };
        let expected =
            format!("tokens.json.{suffix} is a link; a lock file must be a regular file: remove it");
        assert!(error.to_string().ends_with(&expected), "{error}");
        assert!(!victim.exists(), "{suffix}");
    }
}

/// Two containers with the same file mounted have nothing else in common, and can make no lock files there.
#[cfg(unix)]
#[tokio::test]
async fn the_file_itself_is_the_lease_where_lock_files_cannot_be() {
    let (folder, first) = kept().await;
    for name in ["tokens.json.lock", "tokens.json.lease"] {
        let _ = fs::remove_file(folder.path().join(name));
    }
    let disk = Arc::new(Faulty { failing: WAYS[3].1.to_vec(), no_locks: true, ..Faulty::default() });
    let stores = [store(&folder, &disk), store(&folder, &disk)];
    let lease = stores[0].lease().await.unwrap();
    let clock = crate::testing::ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let [one, other] = stores;
    let other = other.with_clock(clock);
    let error = other.lease().await.unwrap_err();
    assert!(error.to_string().ends_with("more than 45 s; if that process hangs, end it"), "{error}");
    let second = first.with(Some(token("2")));
    one.reserve(first).await.unwrap();
    assert_eq!(one.swap(second.clone()).await.unwrap(), Swapped::Done);
    lease.release().await;
    let _lease = other.lease().await.unwrap();
    assert_eq!(other.load().await.unwrap(), second);
    assert_eq!(folder.names(), ["tokens.json"]);
    // Where there is no file either, nothing keeps two logins apart.
    let empty = Folder::new();
    let error = store(&empty, &disk).lease().await.unwrap_err();
    assert!(error.to_string().contains("tokens.json.lease: permission denied"), "{error}");
}

/// In place, a file keeps what it is: its owner, its links, the mount.
#[cfg(unix)]
#[tokio::test]
async fn in_place_means_the_same_file() {
    use std::os::unix::fs::MetadataExt as _;
    let (folder, mut record) = kept().await;
    let number = fs::metadata(folder.file()).unwrap().ino();
    let store = store(&folder, &Faulty::failing(&[(Op::Rename, io::ErrorKind::ResourceBusy)]));
    for round in 0..5 {
        let lease = store.lease().await.unwrap();
        let record_now = store.reserve(record.clone()).await.unwrap();
        assert_eq!(record_now, record);
        let next = record.with(Some(token(&"long".repeat(round * 1000))));
        assert_eq!(store.swap(next.clone()).await.unwrap(), Swapped::Done);
        lease.release().await;
        assert_eq!(found(&folder).await, next);
        record = next;
    }
    assert_eq!(fs::metadata(folder.file()).unwrap().ino(), number);
    assert_eq!(folder.names(), ["tokens.json", "tokens.json.lease", "tokens.json.lock"]);
    private(&folder.file());
    // Other readers of JSON can read it, too: behind the record there is white space only.
    let content = fs::read(folder.file()).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&content).is_ok());
}

/// A file that was replaced outside of the container that it is mounted into is a file without a name.
#[cfg(unix)]
#[test]
fn a_file_that_is_no_longer_there_is_found_out() {
    let folder = Folder::new();
    let file = System.create(&folder.file()).unwrap();
    assert!(!place::is_orphan(&file));
    fs::remove_file(folder.file()).unwrap();
    assert!(place::is_orphan(&file));
}
