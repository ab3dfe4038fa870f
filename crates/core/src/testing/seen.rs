//! The contract of memories of webhook deliveries, to be run on any of them.

use std::sync::Arc;

use crate::Timestamp;
use crate::webhook::{Delivery, Seen};

/// Tries the contract of [`Seen`] on a memory without entries.
///
/// ```
/// use segno_core::testing::seen_contract;
/// use segno_core::webhook::MemorySeen;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// seen_contract(MemorySeen::new()).await;
/// # }
/// ```
///
/// # Panics
/// If the memory breaks the contract; the text says where.
pub async fn seen_contract(seen: impl Seen) {
    let seen = Arc::new(seen);
    seen_contract_between(Arc::clone(&seen), seen).await;
}

/// The same with two handles of one memory, as two processes have them.
///
/// # Panics
/// If the memory breaks the contract; the text says where.
pub async fn seen_contract_between(one: impl Seen, other: impl Seen) {
    let now = Timestamp::from(std::time::SystemTime::now());
    let long = now.plus(std::time::Duration::from_secs(600));
    let delivery = |number: u32| Delivery::new(format!("{number:064x}"), now, long);
    let was_accepted = async |seen: &dyn Seen, number: u32| {
        seen.was_accepted(&delivery(number)).await.expect("was_accepted works")
    };
    assert!(!was_accepted(&one, 1).await, "nothing was accepted at first");
    assert!(!was_accepted(&other, 1).await, "to ask is not to accept");
    one.accept(&delivery(1)).await.expect("accept works");
    assert!(was_accepted(&one, 1).await, "what was accepted is known");
    assert!(was_accepted(&other, 1).await, "and through another handle");
    other.accept(&delivery(1)).await.expect("to accept twice is not an error");
    assert!(was_accepted(&one, 1).await, "and changes nothing");
    assert!(!was_accepted(&one, 2).await, "another delivery is another one");
    // Verified in its last moment: there is nothing to keep any more, and that is not an error.
    let last = Delivery::new("f".repeat(64), now, now);
    one.accept(&last).await.expect("a delivery in its last moment can be accepted");
}
