//! Equal GET requests at the same time: one is sent, and all have its response.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;

type Seat = tokio::sync::Mutex<Option<Response<Bytes>>>;

/// The requests under way.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<String, Arc<Seat>>>);

/// A request among equal ones. Who holds the turn sends; those who get it afterwards find the response, or send themselves if it
/// failed or was dropped.
pub(crate) struct Flight<'a> {
    flights: &'a Flights,
    key: String,
    seat: Arc<Seat>,
}

impl Flights {
    pub(crate) fn join(&self, key: String) -> Flight<'_> {
        let seat = Arc::clone(self.lock().entry(key.clone()).or_default());
        Flight { flights: self, key, seat }
    }

    /// Lets no more requests join those under way, as something was written: their responses may be older than that.
    pub(crate) fn close_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Seat>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// Waits for one's turn; the response is there if another has brought it.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, Option<Response<Bytes>>> {
        self.seat.lock().await
    }

    /// Lets no more requests join: a later one wants a response of its own.
    pub(crate) fn close(&self) {
        let mut flights = self.flights.lock();
        if flights.get(&self.key).is_some_and(|seat| Arc::ptr_eq(seat, &self.seat)) {
            flights.remove(&self.key);
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        // The map has one reference, and this flight another.
        if Arc::strong_count(&self.seat) <= 2 {
            self.close();
        }
    }
}
