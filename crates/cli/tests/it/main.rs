//! The command as a process, against a sandbox.

mod batch;
mod destination;
mod guide;
mod input;
mod logins;
mod manners;
#[cfg(feature = "align")]
mod otherwise;
mod shell;
mod sync;
mod tree;
mod trouble;
