//! The one way in which service crates write identifiers, enumerations, endpoints and clients, and what several of them say.

mod endpoint;
mod id;
mod oembed;
mod open_enum;
mod paging;
mod parameter;
mod service_client;

pub use id::IdError;
pub use oembed::{Callback, Width};
pub use paging::Paging;
pub use parameter::IntoParameter;

/// What the macros of this folder expand to.
#[doc(hidden)]
pub mod __private {
    pub use serde::de::Error;
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub use super::endpoint::{Parameter, Segment, Text};
    pub use super::id::digits;
}
