//! Listeners and connections: one accept loop per host, one task per connection, faults down to the socket.

mod exchange;
mod gate;
mod inject;
mod listener;

pub(crate) use gate::Gate;
pub(crate) use listener::{Doors, seconds, serve};
