#![doc = include_str!("../README.md")]

mod call;
mod clock;
mod coding;
mod command;
mod control;
mod description;
mod effects;
mod faults;
mod form;
mod guarded;
mod host;
mod house;
mod musescore;
mod net;
mod outbox;
mod python_json;
mod raw;
mod reply;
mod request_log;
mod sandbox;
mod seed;
mod soundcloud;
mod soundslice;
mod soundstripe;
mod spool;
mod storage;
mod switches;

pub use coding::{AcceptEncoding, Coding, ResponseSwitches};
pub use command::{CommandError, run as command};
pub use description::{
    BaseUrl, Description, MusescoreAccess, SoundcloudAccess, SoundsliceAccess, SoundstripeAccess,
};
pub use effects::{Count, Effects};
pub use faults::{BodyEdit, Edit, Fault, FaultKind, Headers, RetryAfter, UnusedFault};
pub use host::Host;
pub use musescore::{
    LoginFailure, MusescoreAccount, MusescoreCredentials, MusescoreKeys, MusescoreScore, MusescoreStanding,
    OauthMode, OembedHtml, Switches as MusescoreSwitches,
};
pub use outbox::Callback;
pub use raw::Raw;
pub use request_log::{BodyTally, LoggedRequest};
pub use sandbox::{Builder, Sandbox, StartError};
pub use soundcloud::{
    Access, AccessRule, ClientCredentials, CreatedStatus, ErrorShape, MemberFault, PageFault, Processing,
    RateLimitShape, RateLimited, Refresh, SoundcloudAccounts, SoundcloudApp, SoundcloudUser,
    Standing as SoundcloudStanding, Switches as SoundcloudSwitches, UnauthorizedBody, UriForm,
};
pub use soundslice::{
    BadCredentials, CallbackKey, Outcome, RateLimit, SoundsliceAccount, SoundsliceKey, SoundsliceList,
    SuccessCodes, Switches as SoundsliceSwitches,
};
pub use soundstripe::{
    AssetOutcome, AssetRefusal, AudioFileShape, CategoriesList, KeyShape, LinkScheme, PlaylistLinkage,
    SearchOutcome, SoundstripeAccount, SoundstripeKey, Switches as SoundstripeSwitches, TagMatch,
    UnknownTagCategory, WebhookRedelivery,
};
pub use storage::Switches as StorageSwitches;
pub use switches::{SwitchChange, SwitchError, Switches};
