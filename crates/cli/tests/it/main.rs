//! The command as a process, against a sandbox.

mod batch;
mod guide;
mod manners;
mod shell;
mod sync;
mod tree;
