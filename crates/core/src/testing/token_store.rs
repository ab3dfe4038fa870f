//! The contract of token stores, to be run on any of them.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::store::{Record, Swapped, Token, TokenStore};
use crate::{Secret, Timestamp};

/// How many swaps are made at once.
const RIVALS: usize = 16;
/// How often an action that must wait is looked at, with a request to the store between two looks.
const LOOKS: usize = 20;

/// Tries the contract of [`TokenStore`] on a store that keeps nothing yet, and leaves a record of it there.
///
/// ```
/// use segno_core::auth::store::MemoryStore;
/// use segno_core::testing::token_store_contract;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// token_store_contract(MemoryStore::new()).await;
/// # }
/// ```
///
/// # Panics
/// If the store breaks the contract; the text says where.
pub async fn token_store_contract(store: impl TokenStore) {
    let store = Arc::new(store);
    token_store_contract_between(Arc::clone(&store), store).await;
}

/// The same with two handles of one record, as two processes have them: what one keeps, the other finds.
///
/// # Panics
/// If the store breaks the contract; the text says where.
pub async fn token_store_contract_between(one: impl TokenStore, other: impl TokenStore) {
    let (one, other): (Arc<dyn TokenStore>, Arc<dyn TokenStore>) = (Arc::new(one), Arc::new(other));
    let first = keeps_and_finds(&*one, &*other).await;
    let last = reads_back_letter_by_letter(&*one, &*other, first).await;
    let last = of_many_swaps_one_wins(&one, &other, last).await;
    let last = one_lease_at_a_time(&one, &other, last).await;
    reserves(&*one, &*other, last).await;
}

fn token(name: &str) -> Token {
    let mut token = Token::new(format!("access-{name}"));
    token.refresh = Some(Secret::new(format!("refresh-{name}")));
    token.expires = Timestamp::from_unix_seconds(1_795_292_100);
    token.lifetime = Some(Duration::from_secs(3599));
    token
}

async fn load(store: &dyn TokenStore) -> Record {
    store.load().await.expect("load works")
}

async fn keep(store: &dyn TokenStore, next: Record) -> Record {
    let swapped = store.swap(next.clone()).await.expect("swap works");
    assert_eq!(swapped, Swapped::Done, "a record that follows what is kept is kept");
    next
}

async fn keeps_and_finds(one: &dyn TokenStore, other: &dyn TokenStore) -> Record {
    assert_eq!(
        load(one).await,
        Record::default(),
        "a store that keeps nothing gives the default, not an error"
    );
    let first = keep(one, Record::default().with(Some(token("1")))).await;
    assert_eq!(load(one).await, first, "what was kept is found");
    assert_eq!(load(other).await, first, "what was kept is found through another handle");
    let late = Record::default().with(Some(token("late")));
    let swapped = other.swap(late).await.expect("a conflict is no error");
    assert_eq!(swapped, Swapped::Conflict(first.clone()), "a swap that is late is told what is kept");
    let early = first.with(None).with(Some(token("early")));
    let swapped = other.swap(early).await.expect("a conflict is no error");
    assert_eq!(swapped, Swapped::Conflict(first.clone()), "a swap that skips a version is told what is kept");
    assert_eq!(load(one).await, first, "and changes nothing");
    let out = keep(other, first.with(None)).await;
    assert_eq!(load(one).await, out, "a login that ended is kept as ended, and its version counts on");
    out
}

async fn reads_back_letter_by_letter(
    one: &dyn TokenStore,
    other: &dyn TokenStore,
    mut last: Record,
) -> Record {
    let mut odd = Token::new("a\"\\\u{e9}\u{1f3b5} \t'%+&=");
    odd.refresh = Some(Secret::new("r".repeat(8000)));
    odd.scope = "read write".into();
    let mut signing = Token::new("oauth-1.0a");
    signing.secret = Some("the half that signs".into());
    let mut unclear = token("unclear");
    (unclear.expires, unclear.lifetime) = (None, None);
    unclear.renew = Timestamp::from_unix_seconds(1_795_292_100);
    for token in [odd, signing, unclear, Token::new("bare")] {
        let mut next = last.with(Some(token));
        next.issued =
            (0..50).filter_map(|hour| Timestamp::from_unix_seconds(1_795_000_000 + hour * 3600)).collect();
        last = keep(one, next).await;
        assert_eq!(load(other).await, last, "a record is read back letter by letter");
    }
    last
}

async fn of_many_swaps_one_wins(
    one: &Arc<dyn TokenStore>,
    other: &Arc<dyn TokenStore>,
    last: Record,
) -> Record {
    let tasks: Vec<_> = (0..RIVALS)
        .map(|number| {
            let store = Arc::clone(if number % 2 == 0 { one } else { other });
            let next = last.with(Some(token(&number.to_string())));
            tokio::spawn(async move { (store.swap(next.clone()).await.expect("swap works"), next) })
        })
        .collect();
    let (mut won, mut told) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.expect("swap does not panic") {
            (Swapped::Done, next) => won.push(next),
            (Swapped::Conflict(now), _) => told.push(now),
        }
    }
    assert_eq!(won.len(), 1, "of many swaps at once one wins");
    let kept = load(&**one).await;
    assert_eq!(kept, won.swap_remove(0), "and it is what is kept");
    assert!(told.iter().all(|now| *now == kept), "and the others are told so");
    kept
}

async fn one_lease_at_a_time(one: &Arc<dyn TokenStore>, other: &Arc<dyn TokenStore>, last: Record) -> Record {
    let lease = one.lease().await.expect("a lease can be had");
    let waiting = || {
        let store = Arc::clone(other);
        tokio::spawn(async move { store.lease().await.expect("a lease can be had") })
    };
    let (waiter, gone) = (waiting(), waiting());
    for _ in 0..LOOKS {
        assert_eq!(load(&**other).await, last, "who reads needs no lease");
        // Where a store has its response at once, the others get their turn only by this.
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished() && !gone.is_finished(), "one has the lease at a time");
    }
    let last = keep(&**one, last.with(Some(token("leased")))).await;
    // Who no longer waits holds nobody up.
    gone.abort();
    let _ = gone.await;
    lease.release().await;
    let lease = waiter.await.expect("a lease that was released can be had");
    // To drop it is enough, too.
    drop(lease);
    one.lease().await.expect("a lease that was dropped can be had").release().await;
    last
}

async fn reserves(one: &dyn TokenStore, other: &dyn TokenStore, last: Record) {
    let lease = one.lease().await.expect("a lease can be had");
    let reserved = one.reserve(last.clone()).await.expect("there is room");
    assert_eq!(reserved.token, last.token, "a reservation keeps the token");
    assert_eq!(load(other).await, reserved, "and gives what is kept");
    let next = keep(one, reserved.with(Some(token("reserved")))).await;
    // A reservation that is not used stands in nobody's way.
    let reserved = one.reserve(next.clone()).await.expect("there is room");
    lease.release().await;
    let next = keep(other, reserved.with(Some(token("last")))).await;
    assert_eq!(load(one).await, next);
    let stale = one.reserve(Record::default()).await.expect("there is room");
    assert_eq!(stale.token, next.token, "a reservation for what is not kept any more gives what is kept");
}
