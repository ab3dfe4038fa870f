use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::testing::{token_store_contract, token_store_contract_between};
use crate::time::Clock as _;

/// A folder of its own for each test, which goes away with it.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn file(&self) -> PathBuf {
        self.path().join("tokens.json")
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(super) fn token(name: &str) -> Token {
    let mut token = Token::new(format!("access-{name}"));
    token.refresh = Some(format!("refresh-{name}").into());
    token.expires = Some("2026-11-21T20:59:59Z".parse().unwrap());
    token.lifetime = Some(Duration::from_secs(3599));
    token
}

#[tokio::test]
async fn memory() {
    token_store_contract(MemoryStore::new()).await;
}

#[tokio::test]
async fn file() {
    let folder = Folder::new();
    let open = || FileStore::open(folder.file()).unwrap();
    token_store_contract(open()).await;
    let other = Folder::new();
    let open = || FileStore::open(other.file()).unwrap();
    token_store_contract_between(open(), open()).await;
}

/// A store that leaves everything to the defaults of the trait.
struct Plain(MemoryStore);

impl TokenStore for Plain {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.0.load()
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        self.0.swap(next)
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async {
            let lease = self.0.lease().await?;
            Ok(Lease::with_release(async { lease.release().await }))
        })
    }
}

#[tokio::test]
async fn a_store_with_the_default_reservation() {
    token_store_contract(Plain(MemoryStore::new())).await;
}

#[tokio::test]
async fn a_dropped_lease_is_given_back_by_a_task() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    drop(Lease::with_release(async move { sender.send(()).unwrap() }));
    receiver.await.unwrap();
}

#[test]
fn a_lease_that_is_dropped_outside_of_a_runtime_drops_what_it_holds() {
    let held = Arc::new(());
    let copy = Arc::clone(&held);
    drop(Lease::with_release(async move { drop(copy) }));
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test]
async fn the_last_version_has_no_successor() {
    let mut last = Record::default().with(Some(token("1")));
    last.version = u64::MAX;
    let folder = Folder::new();
    fs::write(folder.file(), last.to_json().expose()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let store = FileStore::open(folder.file()).unwrap();
    assert_eq!(store.load().await.unwrap(), last, "its token is as good as any");
    let exhausted = StoreError::Exhausted(u64::MAX);
    assert_eq!(store.swap(last.with(None)).await.unwrap_err(), exhausted);
    assert_eq!(store.reserve(last.clone()).await.unwrap_err(), exhausted, "known before anything is spent");
    assert_eq!(last.with(None).follows(&last), Err(exhausted));
    let before = Record { version: u64::MAX - 1, ..last.clone() };
    assert_eq!(before.with(None).follows(&before), Ok(true));
}

#[test]
fn never_printed() {
    let mut canary = token("CANARY");
    canary.secret = Some("CANARY".into());
    let record = Record::default().with(Some(canary));
    let shown = format!("{record:?} {:?}", record.to_json());
    assert!(!shown.contains("CANARY"), "{shown}");
    assert_eq!(Record::from_json(record.to_json().expose().as_bytes()).unwrap(), record);
    let wrong = r#"{"version":1,"token":{"access_token":["CANARY"]}}"#;
    let error = Record::from_json(wrong.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store: invalid record at line 1, column 37; move it away and log in again"
    );
}

fn records() -> impl Strategy<Value = Record> {
    let text = || "\\PC{0,20}";
    let moment = || (0i64..4_000_000_000).prop_map(|seconds| Timestamp::from_unix_seconds(seconds).unwrap());
    let token = (
        (text(), prop::option::of(text()), prop::option::of(text()), text()),
        (prop::option::of(moment()), prop::option::of(0u64..1_000_000), prop::option::of(moment())),
    );
    let token = token.prop_map(|((access, secret, refresh, scope), (expires, lifetime, renew))| Token {
        access: access.into(),
        secret: secret.map(Secret::from),
        refresh: refresh.map(Secret::from),
        expires,
        lifetime: lifetime.map(Duration::from_secs),
        renew,
        scope,
    });
    (any::<u64>(), prop::option::of(token), prop::collection::vec(moment(), 0..4))
        .prop_map(|(version, token, issued)| Record { version, token, issued })
}

proptest! {
    #[test]
    fn a_record_is_read_back(record in records()) {
        let text = record.to_json();
        prop_assert_eq!(Record::from_json(text.expose().as_bytes()).unwrap(), record.clone());
        // And a successor never has the version of what it follows.
        prop_assert_eq!(record.with(None).follows(&record).is_ok(), record.version < u64::MAX);
    }

    #[test]
    fn a_record_that_breaks_off_is_none(record in records(), part in 0.0..1.0f64) {
        let text = record.to_json();
        let bytes = text.expose().as_bytes();
        let length = (bytes.len() as f64 * part) as usize;
        prop_assert!(Record::from_json(&bytes[..length]).is_err());
    }

    #[test]
    fn any_bytes_are_a_record_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(record) = Record::from_json(&bytes) {
            prop_assert_eq!(Record::from_json(record.to_json().expose().as_bytes()).unwrap(), record);
        }
    }
}

/// A lease that another holds is asked for again until it is free, and not for ever.
#[tokio::test]
async fn a_lease_is_asked_for_until_it_is_free_or_too_long_held() {
    let clock = crate::testing::ManualClock::new(Timestamp::from(std::time::SystemTime::UNIX_EPOCH));
    let mut asked = 0;
    let taken = take_lease(&*clock, "row 1", || {
        asked += 1;
        std::future::ready(Ok(asked == 10))
    });
    taken.await.unwrap();
    let start = clock.now();
    let error = take_lease(&*clock, "row 1", || std::future::ready(Ok(false))).await.unwrap_err();
    assert_eq!(error, StoreError::Busy { place: "row 1".into(), seconds: 45 });
    let took = clock.now() - start;
    assert!(took >= LEASE && took < LEASE + Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_again_for_so_long() {
    let clock = crate::testing::ManualClock::new(Timestamp::from(std::time::SystemTime::UNIX_EPOCH));
    let start = clock.now();
    let patience = Duration::from_secs(7);
    let mut asked = 0;
    let away = crate::time::retry_within(
        &*clock,
        patience,
        |error| *error == "away",
        || {
            asked += 1;
            std::future::ready(Err::<(), _>("away"))
        },
    );
    assert_eq!(away.await, Err("away"));
    let took = clock.now() - start;
    assert!(took <= patience && took > patience / 2 && asked > 5, "{asked} times in {took:?}");
    let mut left = ["wrong", "away", "away"].to_vec();
    let refused = crate::time::retry_within(
        &*clock,
        patience,
        |error| *error == "away",
        || std::future::ready(Err::<(), _>(left.pop().unwrap())),
    );
    assert_eq!(refused.await, Err("wrong"));
}
