//! What a crash leaves.

use proptest::prelude::*;

use super::*;

/// Spends a token as a grant does.
async fn renew(store: &FileStore, record: &Record, next: &Record) -> Result<Swapped, StoreError> {
    let reserved = store.reserve(record.clone()).await?;
    assert_eq!(reserved, *record);
    store.swap(next.clone()).await
}

/// The process dies before each of its operations, in the middle of each write, and after the last: what is kept is the
/// old record or the new one, and the next process goes on from there.
#[tokio::test]
async fn a_crash_at_any_operation_leaves_a_whole_record() {
    for (way, failing) in WAYS {
        let (mut new, mut old) = (0, 0);
        for after in 0.. {
            let mut alive = false;
            for torn in [0, 60, 200] {
                let (folder, first) = kept().await;
                let second = first.with(Some(token("2")));
                let disk = Faulty::dying(failing, after, torn);
                let outcome = renew(&store(&folder, &disk), &first, &second).await;
                alive = disk.done.load(Ordering::SeqCst) <= after;
                let now = found(&folder).await;
                match &outcome {
                    Ok(swapped) => {
                        assert_eq!((swapped, &now), (&Swapped::Done, &second), "{way}, {after}: kept");
                    }
                    Err(_) => assert!(now == first || now == second, "{way}, {after}, {torn}: {now:?}"),
                }
                if now == second {
                    new += 1
                } else {
                    old += 1
                }
                // The next process, with the same limits, goes on from what was found.
                let (again, third) = (Faulty::failing(failing), now.with(Some(token("3"))));
                let outcome = renew(&store(&folder, &again), &now, &third).await;
                assert_eq!(outcome.unwrap(), Swapped::Done, "{way}, {after}, {torn}");
                assert_eq!(found(&folder).await, third, "{way}, {after}, {torn}");
            }
            if alive {
                break;
            }
        }
        assert!(new > 3 && old > 3, "{way}: {new} new, {old} old");
    }
}

/// The process dies while a dead process's work is finished, by who renews or by who only writes.
#[tokio::test]
async fn a_crash_while_a_crash_is_cleaned_up_loses_nothing() {
    for ((way, failing), renews) in WAYS.into_iter().flat_map(|way| [(way, true), (way, false)]) {
        for after in 0..40 {
            let (folder, first) = kept().await;
            let second = first.with(Some(token("2")));
            // What a process leaves that dies between writing beside and renaming.
            let beside = folder.path().join("tokens.json.new");
            System.create(&beside).unwrap();
            fs::write(&beside, &*bytes(&second).unwrap()).unwrap();
            assert_eq!(found(&folder).await, second, "{way}: the next start finds it");
            let third = second.with(Some(token("3")));
            let disk = Faulty::dying(failing, after, 20);
            let dying = store(&folder, &disk);
            let outcome = match renews {
                true => renew(&dying, &second, &third).await,
                false => dying.swap(third.clone()).await,
            };
            let now = found(&folder).await;
            assert!(now == second || now == third, "{way}, {after}: {now:?}");
            if outcome.is_ok() {
                assert_eq!(now, third, "{way}, {after}");
            }
        }
    }
}

/// What a process leaves that dies while it writes beside: the beginning of the new file.
#[tokio::test]
async fn a_file_beside_that_breaks_off_is_no_record() {
    let (folder, first) = kept().await;
    let second = first.with(Some(token("2")));
    let content = bytes(&second).unwrap();
    let beside = folder.path().join("tokens.json.new");
    System.create(&beside).unwrap();
    for length in 0..content.len() {
        fs::write(&beside, &content[..length]).unwrap();
        assert_eq!(found(&folder).await, first, "{length}");
    }
    fs::write(&beside, &*content).unwrap();
    assert_eq!(found(&folder).await, second);
    let third = second.with(Some(token("3")));
    assert_eq!(store(&folder, &Faulty::failing(&[])).swap(third.clone()).await.unwrap(), Swapped::Done);
    assert_eq!(found(&folder).await, third);
    assert!(!beside.exists());
}

/// A record that was torn while it was written in place is found behind itself, or beside.
#[tokio::test]
async fn a_torn_record_is_found_again() {
    let (folder, first) = kept().await;
    let second = first.with(Some(token("2")));
    let (old, new) = (bytes(&first).unwrap(), bytes(&second).unwrap());
    for torn in 0..=new.len() {
        let mut content = vec![b' '; 2 * 16 * 1024];
        content[..old.len()].copy_from_slice(&old);
        content[16 * 1024] = b'\n';
        content[16 * 1024 + 1..][..new.len()].copy_from_slice(&new);
        content[..torn].copy_from_slice(&new[..torn]);
        fs::write(folder.file(), &content).unwrap();
        assert_eq!(found(&folder).await, second, "{torn}");
    }
    fs::write(folder.file(), &new[..40]).unwrap();
    assert!(FileStore::open(folder.file()).is_err());
    let beside = folder.path().join("tokens.json.new");
    System.create(&beside).unwrap();
    fs::write(&beside, &*new).unwrap();
    assert_eq!(found(&folder).await, second);
}

proptest! {
    /// Whatever stands in the file: nobody, a record, or an error that quotes nothing.
    #[test]
    fn any_content_is_read_without_a_panic(
        pieces in prop::collection::vec(prop_oneof![
            Just(&b"{\"version\":7}"[..]), Just(&b"\n"[..]), Just(&b"  "[..]), Just(&b"\0"[..]), Just(&b"\xef\xbb\xbf"[..]),
            Just(&b"{\"version\":8,\"token\":{\"access_token\":\"CANARY\"}}"[..]), Just(&b"{\"version\":"[..]), Just(&b"CANARY"[..]),
        ], 0..6),
        noise in prop::collection::vec(any::<u8>(), 0..8),
        before in any::<bool>(),
    ) {
        let place = Place { file: "/x/tokens.json".into(), folder: "/x".into() };
        let pieces = pieces.concat();
        let bytes = if before { [noise, pieces].concat() } else { [pieces, noise].concat() };
        match place.parse(&bytes) {
            Ok(record) => {
                let whole = bytes.windows(13).any(|window| window == b"{\"version\":7}");
                prop_assert!(record.version != 7 || whole);
                prop_assert_eq!(record.version == 0, record == Record::default());
            }
            Err(error) => prop_assert!(error.to_string().starts_with("/x/tokens.json: invalid record at line ")),
        }
    }
}

/// Somebody else's file beside is not taken for ours.
#[cfg(unix)]
#[tokio::test]
async fn a_planted_file_beside_is_passed_over() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (folder, first) = kept().await;
    let planted = bytes(&first.with(Some(token("planted")))).unwrap();
    let beside = folder.path().join("tokens.json.new");
    fs::write(&beside, &*planted).unwrap();
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(found(&folder).await, first, "others can read it, so it is not ours");
    fs::remove_file(&beside).unwrap();
    let elsewhere = folder.path().join("elsewhere");
    System.create(&elsewhere).unwrap();
    fs::write(&elsewhere, &*planted).unwrap();
    symlink(&elsewhere, &beside).unwrap();
    assert_eq!(found(&folder).await, first, "it is a link");
    let second = first.with(Some(token("2")));
    assert_eq!(store(&folder, &Faulty::failing(&[])).swap(second.clone()).await.unwrap(), Swapped::Done);
    assert_eq!(fs::read(&elsewhere).unwrap(), *planted, "and is not written through");
    assert_eq!(found(&folder).await, second);
}
