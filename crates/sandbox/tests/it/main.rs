//! The sandbox as a client sees it: bytes over sockets, nothing else.

mod control;
mod faults;
mod lifecycle;
mod soundcloud;
mod soundslice;
mod wire;
