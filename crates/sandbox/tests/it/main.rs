//! The sandbox as a client sees it: bytes over sockets, nothing else.

mod control;
mod documents;
mod faults;
mod lifecycle;
mod musescore;
mod soundcloud;
mod soundslice;
mod soundstripe;
mod wire;
