//! Starting, steering and stopping a sandbox.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::description::{BaseUrl, Description, MusescoreAccess, SoundsliceAccess};
use crate::effects::Effects;
use crate::faults::{Fault, UnusedFault};
use crate::host::Host;
use crate::house::House;
use crate::musescore::MusescoreAccount;
use crate::net::{self, Doors};
use crate::outbox::Callback;
use crate::request_log::LoggedRequest;
use crate::soundcloud::SoundcloudAccounts;
use crate::soundslice::SoundsliceAccount;
use crate::soundstripe::SoundstripeAccount;
use crate::switches::{SwitchError, Switches};

/// The seed of a sandbox that was given none.
const DEFAULT_SEED: u64 = 0x5e60;

const HEADER_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Not called inside a tokio runtime with I/O and time.
    #[error("the sandbox needs a running tokio runtime")]
    NoRuntime,
    /// The base port leaves no room for all hosts.
    #[error("ports from {0} on do not suffice for {count} hosts", count = Host::ALL.len())]
    NoRoom(u16),
    /// A port cannot be had.
    #[error("port {port} for {host} cannot be opened: {source}")]
    Bind {
        /// The host that was to listen.
        host: Host,
        /// The port; 0 if any would do.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// How a sandbox is to start.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    port_base: Option<u16>,
    seed: Option<u64>,
    frozen_at: Option<Duration>,
    header_timeout: Option<Duration>,
    switches: Switches,
}

impl Builder {
    /// The first of nine ports in a row; free ports by default, and for 0.
    pub fn port_base(mut self, port: u16) -> Self {
        self.port_base = Some(port);
        self
    }

    /// Decides every identifier and token.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Lets time stand still at this second since the Unix epoch; it moves by [`Sandbox::advance`] only.
    pub fn frozen_at(mut self, unix_seconds: u64) -> Self {
        self.frozen_at = Some(Duration::from_secs(unix_seconds));
        self
    }

    /// How long a connection may take for the head of a request, and may be idle between two; then it is closed. 60 s by default,
    /// in real time.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.header_timeout = Some(timeout);
        self
    }

    /// The switches to start with, and to go back to on a reset.
    pub fn switches(mut self, change: impl FnOnce(&mut Switches)) -> Self {
        change(&mut self.switches);
        self
    }

    /// Opens the listeners and serves until the sandbox is dropped.
    ///
    /// # Errors
    ///
    /// [`StartError`] if there is no runtime or a port cannot be had.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let mut listeners = Vec::new();
        for &host in Host::ALL {
            let port = match self.port_base {
                None | Some(0) => 0,
                Some(base) => {
                    let offset = u16::try_from(host.index()).ok();
                    offset.and_then(|offset| base.checked_add(offset)).ok_or(StartError::NoRoom(base))?
                }
            };
            let bound = Doors::bind(port).map_err(|source| StartError::Bind { host, port, source })?;
            listeners.push(bound);
        }
        let seed = self.seed.unwrap_or(DEFAULT_SEED);
        let doors = Doors::new(listeners);
        let header_timeout = self.header_timeout.unwrap_or(HEADER_TIMEOUT);
        let house = House::new(seed, self.frozen_at, self.switches, doors, header_timeout, runtime);
        let mut tasks = vec![tokio::spawn(Clock::tick(Arc::clone(&house)))];
        tasks.extend(Host::ALL.iter().map(|&host| tokio::spawn(net::serve(Arc::clone(&house), host))));
        Ok(Sandbox { house, tasks })
    }
}

/// The four services on loopback. Dropping it closes every socket and ends every task.
pub struct Sandbox {
    house: Arc<House>,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// A sandbox with free ports, the default seed and wall time.
    ///
    /// # Errors
    ///
    /// See [`Builder::start`].
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Chooses ports, seed, clock and switches.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Stops and waits until every listener is closed. Dropping does the same without waiting.
    pub async fn stop(mut self) {
        self.abort();
        for task in std::mem::take(&mut self.tasks) {
            // Aborted: an error is the expected end.
            let _ = task.await;
        }
    }

    fn abort(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.house.abort_tasks();
    }

    /// Addresses and credentials.
    #[must_use]
    pub fn description(&self) -> Description {
        let house = &self.house;
        Description {
            control: BaseUrl { base_url: house.origin(Host::CONTROL) },
            soundslice: house.soundslice.access(house),
            storage: BaseUrl { base_url: house.origin(Host::STORAGE) + "/" },
            soundstripe: house.soundstripe.access(house),
            soundcloud: house.soundcloud.access(house),
            musescore: house.musescore.access(house),
        }
    }

    /// The accounts of the Soundslice host: the first one (whose first key the description gives), a second one that owns
    /// things which the first may not touch, and an organisation that the first belongs to.
    #[must_use]
    pub fn soundslice_accounts(&self) -> Vec<SoundsliceAccount> {
        self.house.soundslice.accounts()
    }

    /// Soundslice's address and the first account's first key.
    #[must_use]
    pub fn soundslice(&self) -> SoundsliceAccess {
        self.house.soundslice.access(&self.house)
    }

    /// The users of the MuseScore host: two with keys and scores, public and private; one that is blocked and one that is not
    /// activated, for logins that fail.
    #[must_use]
    pub fn musescore_accounts(&self) -> Vec<MusescoreAccount> {
        self.house.musescore.accounts()
    }

    /// MuseScore's addresses, and the first user's consumer and token.
    #[must_use]
    pub fn musescore(&self) -> MusescoreAccess {
        self.house.musescore.access(&self.house)
    }

    /// The accounts of the Soundstripe host: two with every right and private playlists of their own, and one that has the
    /// right to songs only.
    #[must_use]
    pub fn soundstripe_accounts(&self) -> Vec<SoundstripeAccount> {
        self.house.soundstripe.accounts()
    }

    /// The applications and users of the SoundCloud host: one application with every right, a public one, one that may only
    /// read; three people, who own tracks and playlists, private ones among them.
    #[must_use]
    pub fn soundcloud_accounts(&self) -> SoundcloudAccounts {
        self.house.soundcloud.accounts()
    }

    /// `http://127.0.0.1:PORT` of a host, without a slash at the end.
    #[must_use]
    pub fn origin(&self, host: Host) -> String {
        self.house.origin(host)
    }

    /// The time by the sandbox's clock, since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.house.clock.now()
    }

    /// Moves the clock forward. Work that falls due on the way (processing, callbacks, closed ports) is done when this returns;
    /// callbacks are then under way.
    pub fn advance(&self, by: Duration) {
        self.house.clock.advance(&self.house, by);
    }

    /// Changes switches.
    pub fn switches(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.house.switches.lock());
    }

    /// Changes the switches that a JSON object names, as `PUT /switches` does.
    ///
    /// # Errors
    ///
    /// A sentence that says what exists, if the change names something unknown.
    pub fn set_switches(&self, change: &Value) -> Result<(), SwitchError> {
        let mut switches = self.house.switches.lock();
        *switches = switches.with(change)?;
        Ok(())
    }

    /// The switches as they stand.
    #[must_use]
    pub fn current_switches(&self) -> Switches {
        self.house.switches.lock().clone()
    }

    /// Adds a fault for upcoming requests.
    pub fn fault(&self, fault: Fault) {
        self.house.add_fault(fault);
    }

    /// The faults that are still to come.
    #[must_use]
    pub fn unused_faults(&self) -> Vec<UnusedFault> {
        self.house.faults.unused()
    }

    /// Forgets all faults and opens closed ports.
    pub fn clear_faults(&self) {
        self.house.clear_faults();
    }

    /// The requests that arrived, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.house.requests.since(0)
    }

    /// The requests numbered above `id`.
    #[must_use]
    pub fn requests_since(&self, id: u64) -> Vec<LoggedRequest> {
        self.house.requests.since(id)
    }

    /// Empties the request log.
    pub fn clear_requests(&self) {
        self.house.requests.clear();
    }

    /// What requests have created, changed and deleted.
    #[must_use]
    pub fn effects(&self) -> Effects {
        self.house.effects.snapshot()
    }

    /// The callbacks and webhooks that were sent.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        self.house.outbox.callbacks()
    }

    /// Everything as at the start: catalogue, clock, switches; no faults, no log, no effects. Credentials stay.
    pub fn reset(&self) {
        self.house.reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.abort();
    }
}
