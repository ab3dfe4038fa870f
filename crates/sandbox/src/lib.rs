#![doc = include_str!("../README.md")]

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
