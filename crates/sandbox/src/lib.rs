#![doc = include_str!("../README.md")]
//!
//! # Errors
//!
//! [`StartError`] when it does not start, [`SwitchError`], [`CatalogueError`] and [`RecordingError`] when something is not understood, each with a sentence
//! that says what exists. What a client did wrong is a response, as the real service gives it.
//!
//! # Cancel safety
//!
//! Dropping a [`Sandbox`] closes every socket and ends every task; [`Sandbox::stop`] waits until that is done.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. Structs of switches, faults, effects and the log are
//! `#[non_exhaustive]`: a new switch, host or fault is no break, and neither is a response that follows the real service more closely. A seed gives the
//! same identifiers within one minor version.
//!
//! # Limits
//!
//! The log keeps 20,000 requests and 16 MiB, a recording 10,000 requests with at most 64 MiB each. Its credentials are public.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod command;
mod control;
mod kit;
mod media;
mod musescore;
mod oauth1;
mod sandbox;
mod services;
mod soundcloud;
mod soundslice;
mod soundstripe;
mod storage;

pub use command::{CommandError, run as command};
pub use control::CatalogueError;
pub use kit::body::BodyTally;
pub use kit::coding::{AcceptEncoding, Coding, ResponseSwitches};
pub use kit::effects::{Count, Effects};
pub use kit::faults::{BodyEdit, Edit, Fault, FaultKind, Headers, RetryAfter, UnusedFault};
pub use kit::host::Host;
pub use kit::outbox::Callback;
pub use kit::rate_limit::RateLimit;
pub use kit::raw::Raw;
pub use kit::recording::{RecordedRequest, RecordingError, Replayed};
pub use kit::request_log::LoggedRequest;
pub use kit::switches::{SwitchChange, SwitchError};
pub use sandbox::{Builder, Sandbox, StartError};
pub use services::public::*;
pub use services::{BaseUrl, Description, Switches};
