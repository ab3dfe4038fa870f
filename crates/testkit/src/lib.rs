//! What the tests of the crates share: exchanges kept as fixtures ([`Recording`]), a listener for secrets ([`Canary`]),
//! responses that a service does not document ([`UNDOCUMENTED`], [`OddResponses`]), futures that are dropped
//! before they are done ([`drop_everywhere`]), clients that are set up by
//! the environment ([`run_with_env`]), folders that go away ([`Folder`]), servers on a runtime of their own ([`elsewhere`]), code that waits with and without one ([`inside_and_outside_of_runtimes`]), and real databases
//! ([`Server`]). Not published; what tests of an own endpoint or token store need is in
//! `segno_core::testing`.

mod authority;
mod canary;
mod cancel;
mod elsewhere;
mod environment;
mod folder;
mod odd;
mod recorder;
mod recording;
mod said;
mod servers;
mod undocumented;

pub use canary::Canary;
pub use cancel::{Hesitant, after_downloads, comes_true, drop_calls, drop_everywhere, poll_times};
pub use elsewhere::{elsewhere, inside_and_outside_of_runtimes};
pub use environment::{report, run_with_env};
pub use folder::Folder;
pub use odd::OddResponses;
pub use recorder::{Fixtures, Recorder, recorded_response, redact};
pub use recording::{Keep, Next, Recording};
pub use said::{Class, Said};
pub use servers::{Server, missing_servers};
pub use undocumented::{UNDOCUMENTED, accepted_undocumented};
