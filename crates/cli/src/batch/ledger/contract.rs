//! What every ledger must do. No test sleeps: a lease of no time is over at once.

use std::sync::Arc;
use std::time::Duration;

use super::{Added, Claim, End, Kept, Ledger, NewJob, Note, Sqlite, State, Thing, Which};

const LONG: Duration = Duration::from_secs(3600);
const OVER: Duration = Duration::ZERO;

fn job(key: &str, priority: i32) -> NewJob {
    NewJob {
        key: key.into(),
        name: format!("Piece {key}"),
        payload: format!("{{\"key\":{key:?}}}"),
        priority,
    }
}

fn slice<'a>(id: &'a str, like: &'a str) -> Thing<'a> {
    Thing { kind: "slice", id, like }
}

fn made<'a>(journal: &'a str, things: &'a [Thing<'a>]) -> Note<'a> {
    Note { journal, intent: None, things }
}

fn intends<'a>(intent: &'a str) -> Note<'a> {
    Note { journal: "{}", intent: Some(intent), things: &[] }
}

async fn claim(ledger: &dyn Ledger, lease: Duration) -> Claim {
    ledger.claim("worker", lease).await.unwrap().expect("a job is due")
}

async fn filled(ledger: &dyn Ledger, keys: &[&str]) {
    ledger.add(keys.iter().map(|key| job(key, 0)).collect()).await.unwrap();
}

async fn a_job_is_there_once(ledger: &dyn Ledger) {
    let added = ledger.add(vec![job("a", 0), job("b", 0)]).await.unwrap();
    assert_eq!(added, Added { new: 2, known: 0 });
    let mut changed = job("b", 5);
    changed.payload = "{\"other\":true}".into();
    let added = ledger.add(vec![changed, job("c", 0)]).await.unwrap();
    assert_eq!(added, Added { new: 1, known: 1 });
    // What waits is done as it was said last.
    let first = claim(ledger, LONG).await;
    assert_eq!((first.name.as_str(), first.payload.as_str()), ("Piece b", "{\"other\":true}"));
    assert_eq!(ledger.counts().await.unwrap().all(), 3);
}

async fn the_order_is_priority_then_age(ledger: &dyn Ledger) {
    let jobs = [("a", 0), ("b", -1), ("c", 7), ("d", 0), ("e", 7)];
    ledger.add(jobs.iter().map(|(key, priority)| job(key, *priority)).collect()).await.unwrap();
    let mut order = Vec::new();
    while let Some(claim) = ledger.claim("worker", LONG).await.unwrap() {
        order.push(claim.name);
    }
    assert_eq!(order, ["Piece c", "Piece e", "Piece a", "Piece d", "Piece b"]);
    // All are in work: the next is due when the lease is over.
    let next = ledger.next().await.unwrap().unwrap();
    assert!(next > LONG / 2 && next <= LONG, "{next:?}");
}

async fn a_lease_that_is_over_gives_the_job_to_another_and_fences_the_first_out(ledger: &dyn Ledger) {
    filled(ledger, &["a"]).await;
    let first = claim(ledger, OVER).await;
    // Nobody has taken it: the first may go on.
    assert_eq!(ledger.keep(&first, made("{\"step\":1}", &[])).await.unwrap(), Kept::Yes);
    assert!(ledger.beat(&first, OVER).await.unwrap());
    let second = claim(ledger, LONG).await;
    assert_eq!((second.id, second.losses), (first.id, 1));
    assert_eq!(second.journal.as_deref(), Some("{\"step\":1}"));
    assert!(second.fence > first.fence);
    assert_eq!(ledger.keep(&first, made("{}", &[slice("S1", "n")])).await.unwrap(), Kept::Lost);
    assert!(!ledger.beat(&first, LONG).await.unwrap());
    assert!(!ledger.end(&first, End::Done).await.unwrap());
    // What the first has made belongs to nobody, and nobody can have it afterwards.
    assert!(ledger.disown(slice("S1", "n")).await.unwrap());
    let taken = ledger.keep(&second, made("{}", &[slice("S1", "n")])).await.unwrap();
    assert_eq!(taken, Kept::Taken { job: 0 });
    assert_eq!(ledger.keep(&second, made("{\"step\":2}", &[slice("S2", "n")])).await.unwrap(), Kept::Yes);
    assert!(!ledger.disown(slice("S2", "n")).await.unwrap());
    assert_eq!(ledger.alike(&second, "slice", "n").await.unwrap(), ["S1"]);
    assert!(ledger.end(&second, End::Done).await.unwrap());
    assert!(ledger.claim("worker", LONG).await.unwrap().is_none());
    assert_eq!(ledger.next().await.unwrap(), None);
}

async fn a_job_whose_worker_was_lost_comes_back_to_its_place(ledger: &dyn Ledger) {
    ledger.add(["a", "b", "c"].map(|key| job(key, 0)).into()).await.unwrap();
    ledger.add(vec![job("low", -1)]).await.unwrap();
    let lost = claim(ledger, OVER).await;
    // A sign of life does not change the place.
    assert!(ledger.beat(&lost, OVER).await.unwrap());
    let again = claim(ledger, LONG).await;
    assert_eq!((again.name.as_str(), again.losses), ("Piece a", 1));
    assert!(ledger.end(&again, End::Back { after: OVER }).await.unwrap());
    // Put back: to its place. Put behind, or failed: after those that wait.
    assert_eq!(claim(ledger, LONG).await.name, "Piece a");
    let b = claim(ledger, LONG).await;
    assert!(ledger.end(&b, End::Behind { after: OVER }).await.unwrap());
    let c = claim(ledger, LONG).await;
    assert_eq!(c.name, "Piece c");
    assert!(ledger.end(&c, End::Again { after: OVER, error: "once more" }).await.unwrap());
    for name in ["Piece b", "Piece c", "Piece low"] {
        assert_eq!(claim(ledger, LONG).await.name, name);
    }
}

async fn what_is_begun_anew_has_made_nothing(ledger: &dyn Ledger) {
    filled(ledger, &["a", "b"]).await;
    let (a, b) = (claim(ledger, LONG).await, claim(ledger, LONG).await);
    let things = [slice("S1", "n"), Thing { kind: "content", id: "C", like: "" }];
    assert_eq!(ledger.keep(&a, made("{\"a\":1}", &things)).await.unwrap(), Kept::Yes);
    // One that is being worked on is left alone.
    assert_eq!(ledger.anew(&[a.id], &["slice"]).await.unwrap(), 0);
    assert!(ledger.end(&a, End::Done).await.unwrap());
    assert_eq!(ledger.anew(&[a.id], &["slice"]).await.unwrap(), 1);
    let again = claim(ledger, LONG).await;
    assert_eq!((again.id, again.journal.as_deref()), (a.id, None));
    // What it had made is nobody's; what is not of these kinds stays its own.
    assert_eq!(ledger.alike(&again, "slice", "n").await.unwrap(), ["S1"]);
    let same = Thing { kind: "content", id: "C", like: "" };
    assert_eq!(ledger.keep(&b, made("{}", &[same])).await.unwrap(), Kept::Taken { job: a.id });
    assert_eq!(ledger.keep(&again, made("{}", &[same, slice("S2", "n")])).await.unwrap(), Kept::Yes);
}

async fn jobs_are_counted_by_their_keys(ledger: &dyn Ledger) {
    filled(ledger, &["a", "b", "c"]).await;
    let a = claim(ledger, LONG).await;
    assert!(ledger.end(&a, End::Done).await.unwrap());
    let keys = ["a", "c", "never"].map(str::to_owned);
    let counts = ledger.counts_of(&keys).await.unwrap();
    assert_eq!((counts.of(State::Done), counts.of(State::Waiting), counts.all()), (1, 1, 2));
    assert_eq!(ledger.counts_of(&[]).await.unwrap().all(), 0);
    let queues = ledger.queues().await.unwrap();
    assert!(queues.contains(&"keys".to_owned()) && queues.is_sorted(), "{queues:?}");
}

async fn a_worker_says_one_thing_until_a_time(ledger: &dyn Ledger) {
    ledger.notice("one", Some("away"), LONG).await.unwrap();
    ledger.notice("one", Some("still away"), LONG).await.unwrap();
    ledger.notice("two", Some("over at once"), OVER).await.unwrap();
    assert_eq!(ledger.notices().await.unwrap(), ["still away"]);
    ledger.notice("two", Some("away, too"), LONG).await.unwrap();
    assert_eq!(ledger.notices().await.unwrap(), ["still away", "away, too"]);
    ledger.notice("one", None, OVER).await.unwrap();
    assert_eq!(ledger.notices().await.unwrap(), ["away, too"]);
}

async fn a_thing_belongs_to_one_job_and_a_refused_note_changes_nothing(ledger: &dyn Ledger) {
    filled(ledger, &["a", "b"]).await;
    let (a, b) = (claim(ledger, LONG).await, claim(ledger, LONG).await);
    assert_eq!(ledger.keep(&a, made("{\"a\":1}", &[slice("S1", "n")])).await.unwrap(), Kept::Yes);
    // The same once more is no conflict: a response may have been lost.
    assert_eq!(ledger.keep(&a, made("{\"a\":1}", &[slice("S1", "n")])).await.unwrap(), Kept::Yes);
    let both = [slice("S2", "n"), slice("S1", "n")];
    assert_eq!(ledger.keep(&b, made("{\"b\":1}", &both)).await.unwrap(), Kept::Taken { job: a.id });
    let entry = ledger.list(&Which::Ids(vec![b.id]), 0, 1).await.unwrap().remove(0);
    assert_eq!((entry.journal, entry.state), (None, State::Running));
    assert_eq!(ledger.alike(&b, "slice", "n").await.unwrap(), ["S1"]);
    // Kinds are told apart.
    let recording = [Thing { kind: "recording", id: "S1", like: "n" }];
    assert_eq!(ledger.keep(&b, made("{}", &recording)).await.unwrap(), Kept::Yes);
}

async fn one_job_at_a_time_is_about_to_make_what_is_alike(ledger: &dyn Ledger) {
    filled(ledger, &["a", "b"]).await;
    let (a, b) = (claim(ledger, LONG).await, claim(ledger, LONG).await);
    assert_eq!(ledger.keep(&a, intends("n")).await.unwrap(), Kept::Yes);
    assert_eq!(ledger.keep(&a, intends("n")).await.unwrap(), Kept::Yes);
    assert_eq!(ledger.keep(&b, intends("n")).await.unwrap(), Kept::Busy { job: a.id, ended: false });
    assert_eq!(ledger.keep(&b, intends("other")).await.unwrap(), Kept::Yes);
    // It stays so while the first is tried again, and is told apart when it has failed for good.
    assert!(ledger.end(&a, End::Again { after: OVER, error: "no network" }).await.unwrap());
    assert_eq!(ledger.keep(&b, intends("n")).await.unwrap(), Kept::Busy { job: a.id, ended: false });
    let again = claim(ledger, LONG).await;
    assert_eq!((again.id, again.attempts, again.losses), (a.id, 1, 0));
    assert!(ledger.end(&again, End::Failed { error: "no use" }).await.unwrap());
    assert_eq!(ledger.keep(&b, intends("n")).await.unwrap(), Kept::Busy { job: a.id, ended: true });
    assert_eq!(ledger.retry(&Which::In(State::Failed)).await.unwrap(), 1);
    let again = claim(ledger, LONG).await;
    assert_eq!((again.id, again.attempts), (a.id, 0));
    // Made, and kept: the next may.
    assert_eq!(ledger.keep(&again, made("{}", &[slice("S1", "n")])).await.unwrap(), Kept::Yes);
    assert_eq!(ledger.keep(&b, intends("n")).await.unwrap(), Kept::Yes);
}

async fn failures_wait_and_are_listed_with_their_line(ledger: &dyn Ledger) {
    filled(ledger, &["a", "b", "c"]).await;
    let a = claim(ledger, LONG).await;
    assert!(ledger.end(&a, End::Again { after: LONG, error: "try later" }).await.unwrap());
    let b = claim(ledger, LONG).await;
    assert_eq!(b.name, "Piece b");
    assert!(ledger.end(&b, End::Failed { error: "b.xml: this is a PDF" }).await.unwrap());
    let c = claim(ledger, LONG).await;
    assert!(ledger.end(&c, End::Back { after: OVER }).await.unwrap());
    let c = claim(ledger, LONG).await;
    assert_eq!((c.name.as_str(), c.attempts, c.losses), ("Piece c", 0, 0));
    let counts = ledger.counts().await.unwrap();
    let of = |state| counts.of(state);
    assert_eq!((of(State::Waiting), of(State::Running), of(State::Failed)), (1, 1, 1));
    let failed = ledger.list(&Which::In(State::Failed), 0, 10).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].error.as_deref(), Some("b.xml: this is a PDF"));
    assert_eq!(failed[0].attempts, 1);
    // Cancelled: what waits and what has failed, not what runs.
    assert_eq!(ledger.cancel(&Which::All).await.unwrap(), 2);
    assert_eq!(ledger.cancel(&Which::All).await.unwrap(), 0);
    assert!(ledger.end(&c, End::Done).await.unwrap());
    assert_eq!(ledger.next().await.unwrap(), None);
    assert_eq!(ledger.retry(&Which::Ids(vec![a.id, c.id])).await.unwrap(), 1);
    assert_eq!(claim(ledger, LONG).await.id, a.id);
    // Pages: after a number, so many.
    let ids: Vec<i64> =
        ledger.list(&Which::All, a.id, 1).await.unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [b.id]);
}

async fn a_lock_is_held_by_one_until_it_is_over(ledger: &dyn Ledger) {
    assert!(ledger.lock("folder", "one", LONG).await.unwrap());
    assert!(ledger.lock("folder", "one", LONG).await.unwrap());
    assert!(!ledger.lock("folder", "two", LONG).await.unwrap());
    assert!(ledger.lock("other", "two", LONG).await.unwrap());
    ledger.unlock("folder", "two").await.unwrap();
    assert!(!ledger.lock("folder", "two", LONG).await.unwrap());
    assert!(ledger.lock("folder", "one", OVER).await.unwrap());
    assert!(ledger.lock("folder", "two", LONG).await.unwrap());
    ledger.unlock("folder", "two").await.unwrap();
    assert!(ledger.lock("folder", "one", LONG).await.unwrap());
}

async fn many_claim_and_each_job_is_claimed_once(ledger: Arc<dyn Ledger>) {
    ledger.add((0..200).map(|number| job(&number.to_string(), 0)).collect()).await.unwrap();
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let ledger = Arc::clone(&ledger);
        workers.spawn(async move {
            let mut claimed = Vec::new();
            while let Some(claim) = ledger.claim(&format!("worker {number}"), LONG).await.unwrap() {
                claimed.push(claim.id);
            }
            claimed
        });
    }
    let mut all = workers.join_all().await.concat();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    assert_eq!((count, all.len()), (200, 200));
}

/// Runs all of it, each on a queue of its own.
pub(super) async fn check(open: impl Fn(&str) -> Arc<dyn Ledger>) {
    a_job_is_there_once(&*open("once")).await;
    the_order_is_priority_then_age(&*open("order")).await;
    a_lease_that_is_over_gives_the_job_to_another_and_fences_the_first_out(&*open("fence")).await;
    a_job_whose_worker_was_lost_comes_back_to_its_place(&*open("places")).await;
    what_is_begun_anew_has_made_nothing(&*open("anew")).await;
    jobs_are_counted_by_their_keys(&*open("keys")).await;
    a_worker_says_one_thing_until_a_time(&*open("notices")).await;
    a_thing_belongs_to_one_job_and_a_refused_note_changes_nothing(&*open("things")).await;
    one_job_at_a_time_is_about_to_make_what_is_alike(&*open("intents")).await;
    failures_wait_and_are_listed_with_their_line(&*open("failures")).await;
    a_lock_is_held_by_one_until_it_is_over(&*open("locks")).await;
    many_claim_and_each_job_is_claimed_once(open("many")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    // Queues of one file do not see each other.
    check(|queue| Arc::new(Sqlite::open(&file, queue.into()).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_connections_to_one_file_share_the_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let open = || Sqlite::open(&file, "queue".into()).unwrap();
    let (one, two) = (open(), open());
    filled(&one, &["a", "b"]).await;
    let (a, b) = (claim(&one, LONG).await, claim(&two, LONG).await);
    assert_ne!(a.id, b.id);
    assert_eq!(one.keep(&a, intends("n")).await.unwrap(), Kept::Yes);
    assert_eq!(two.keep(&b, intends("n")).await.unwrap(), Kept::Busy { job: a.id, ended: false });
}

#[test]
fn a_file_of_another_kind_or_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    std::fs::write(&file, "score,recording\n".repeat(100)).unwrap();
    let refused = |file: &std::path::Path| Sqlite::open(file, "queue".into()).err().unwrap().to_string();
    assert!(refused(&file).contains("the ledger cannot be opened"), "{}", refused(&file));
    let newer = folder.path().join("newer.sqlite");
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    assert!(refused(&newer).contains("of another version (9, not 2)"), "{}", refused(&newer));
}

#[tokio::test]
async fn a_ledger_that_is_removed_or_replaced_is_noticed_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let ledger = Sqlite::open(&file, "queue".into()).unwrap();
    filled(&ledger, &["a", "b"]).await;
    let a = claim(&ledger, LONG).await;
    assert_eq!(ledger.keep(&a, made("{}", &[slice("S1", "n")])).await.unwrap(), Kept::Yes);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "").unwrap();
    let failure = ledger.keep(&a, made("{}", &[slice("S2", "n")])).await.unwrap_err();
    assert!(failure.is_of_ledger());
    let line = failure.to_string();
    let saved = folder.path().join(format!("ledger.sqlite.saved-{}", std::process::id()));
    assert!(line.contains("the ledger was removed or replaced"), "{line}");
    assert!(line.contains(&format!("all that was in it is in {}", saved.display())), "{line}");
    // Also when it is back: others may have worked on that one.
    std::fs::rename(&saved, &file).unwrap();
    assert!(ledger.counts().await.unwrap_err().is_of_ledger());
    let again = Sqlite::existing(&file, "queue".into()).unwrap();
    assert_eq!(again.counts().await.unwrap().all(), 2);
    assert!(!again.disown(slice("S1", "n")).await.unwrap());
}

#[test]
fn a_ledger_is_made_only_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("leger.sqlite");
    let line = Sqlite::existing(&file, "queue".into()).err().unwrap().to_string();
    assert!(line.contains("there is no such ledger"), "{line}");
    assert!(!file.exists());
}

#[cfg(feature = "_services")]
#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract() {
    let server = segno_testkit::Server::postgres().await.unwrap();
    let url = server.url();
    check(|queue| {
        let opened = super::Shared::open(&url, queue.into(), true, 8, LONG, |_| ());
        let opened = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(opened));
        Arc::new(opened.unwrap())
    })
    .await;
}
