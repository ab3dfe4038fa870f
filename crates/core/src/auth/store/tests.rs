use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::auth::oauth2::TokenResponse;
use crate::time::{Clock as _, SystemClock};

/// A folder of its own for each test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("segno-store-{:016x}", SystemClock.random()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("tokens.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn token(name: &str) -> Token {
    let response = TokenResponse {
        access_token: format!("access-{name}").into(),
        expires_in: Some(Duration::from_secs(3599)),
        refresh_token: Some(format!("refresh-{name}").into()),
        scope: String::new(),
    };
    Token::received(response, None, "2026-11-21T20:00:00Z".parse().unwrap())
}

/// What every store must do.
async fn conforms(store: impl TokenStore) {
    let store = Arc::new(store);
    assert_eq!(store.load().await.unwrap(), Record::default());
    let first = Record::default().with(Some(token("1")));
    assert_eq!(store.swap(first.clone()).await.unwrap(), Swapped::Done);
    assert_eq!(store.load().await.unwrap(), first);
    let late = Record::default().with(Some(token("late")));
    assert_eq!(store.swap(late).await.unwrap(), Swapped::Conflict(first.clone()), "not overwritten");
    let mut second = first.with(None);
    second.issued = vec!["2026-11-21T20:00:00Z".parse().unwrap()];
    assert_eq!(store.swap(second.clone()).await.unwrap(), Swapped::Done);
    assert_eq!(store.load().await.unwrap(), second);

    let lease = store.lease().await.unwrap();
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.lease().await.map(drop) }
    });
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished(), "one refresher at a time");
    assert_eq!(store.load().await.unwrap(), second, "readers need not wait");
    drop(lease);
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn memory() {
    conforms(MemoryStore::new()).await;
}

#[tokio::test]
async fn file() {
    let folder = Folder::new();
    conforms(FileStore::open(folder.file()).unwrap()).await;
}

#[tokio::test]
async fn of_many_swaps_at_once_one_wins() {
    let folder = Folder::new();
    let mut tasks = Vec::new();
    for number in 0..16 {
        let store = FileStore::open(folder.file()).unwrap();
        tasks.push(tokio::spawn(async move {
            store.swap(Record::default().with(Some(token(&number.to_string())))).await.unwrap()
        }));
    }
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap() == Swapped::Done);
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_crash_at_any_byte_leaves_the_old_record() {
    let folder = Folder::new();
    let store = FileStore::open(folder.file()).unwrap();
    let first = Record::default().with(Some(token("1")));
    store.swap(first.clone()).await.unwrap();
    let second = first.with(Some(token("2")));
    let content = bytes(&second).unwrap();
    for length in 0..=content.len() {
        // What a process leaves that dies while it writes: the beginning of the new file.
        fs::write(folder.0.join("tokens.json.new"), &content[..length]).unwrap();
        assert_eq!(FileStore::open(folder.file()).unwrap().load().await.unwrap(), first);
    }
    assert_eq!(store.swap(second.clone()).await.unwrap(), Swapped::Done, "and the next writer goes on");
    assert_eq!(store.load().await.unwrap(), second);
    assert!(!folder.0.join("tokens.json.new").exists());
}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_shows_no_secret() {
    let folder = Folder::new();
    let store = FileStore::open(folder.file()).unwrap();
    store.swap(Record::default().with(Some(token("CANARY")))).await.unwrap();
    let content = fs::read(folder.file()).unwrap();
    for length in 0..content.len() {
        fs::write(folder.file(), &content[..length]).unwrap();
        let error = store.load().await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{length}: {error}");
    }
    fs::write(folder.file(), r#"{"version":"CANARY"}"#).unwrap();
    let error = store.load().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "what is kept is no record (line 1, column 19); move it away and log in again"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let store = FileStore::open(folder.file()).unwrap();
    store.swap(Record::default().with(Some(token("1")))).await.unwrap();
    let _lease = store.lease().await.unwrap();
    for name in ["tokens.json", "tokens.json.lock", "tokens.json.lease"] {
        let mode = fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let error = store.load().await.unwrap_err();
    assert!(error.to_string().ends_with("may be read by others (mode 644); run chmod 600 on it"), "{error}");
    assert!(FileStore::open(folder.file()).is_err());
}

#[test]
fn a_path_that_cannot_work_is_said_at_once() {
    assert!(FileStore::open("/").is_err());
    assert!(FileStore::open("/no/such/folder/tokens.json").is_err());
}

#[test]
fn never_printed() {
    let record = Record::default().with(Some(token("CANARY")));
    let shown = format!("{record:?} {:?}", record.to_json());
    assert!(!shown.contains("CANARY"), "{shown}");
    assert_eq!(Record::from_json(record.to_json().expose().as_bytes()).unwrap(), record);
}
