//! Starting, steering and stopping a sandbox.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::control::{CatalogueError, Control};
use crate::kit::{
    Fault, Host, SandboxState, Seed, Service,
    clock::Clock,
    effects::Effects,
    faults::UnusedFault,
    listeners::{Listener, Listeners},
    outbox::Callback,
    recording::{RecordedRequest, RecordingError, Replayed},
    request_log::LoggedRequest,
    serve::serve,
    switches::SwitchError,
    tasks::Tasks,
};
use crate::services::{Description, Services, Switches};

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
    /// What is to be added to the catalogues is not understood.
    #[error("invalid catalogue: {0}")]
    Catalogue(#[from] CatalogueError),
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
    bind: Option<IpAddr>,
    host_name: Option<String>,
    catalogues: Vec<Value>,
    switches: Switches,
}

impl Builder {
    /// The first of eleven ports in a row; free ports by default, and for 0.
    pub fn port_base(mut self, port: u16) -> Self {
        self.port_base = Some(port);
        self
    }

    /// Decides every identifier and token.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Lets time stand still at this second since the Unix epoch, in the year 9999 at the latest; it moves by [`Sandbox::advance`]
    /// only.
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

    /// The address to listen at: 127.0.0.1 by default. With another one everybody who can reach the machine can reach the sandbox,
    /// whose credentials are public: for containers and networks of one's own.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// The name in the URLs that the sandbox gives out, such as `sandbox` inside a network of containers; by default the address
    /// that it listens at, or the loopback one if it listens at all of them.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.host_name = Some(name.into());
        self
    }

    /// Adds to the catalogues of the services that a JSON object names, as `POST /catalogue` does.
    pub fn catalogue(mut self, catalogue: Value) -> Self {
        self.catalogues.push(catalogue);
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
    /// [`StartError`] if there is no runtime, a port cannot be had, or a catalogue is not understood.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let address = self.bind.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let mut listeners = Vec::new();
        for (offset, &host) in (0..).zip(Host::ALL) {
            let port = match self.port_base {
                None | Some(0) => 0,
                Some(base) => base.checked_add(offset).ok_or(StartError::NoRoom(base))?,
            };
            let listener = Listener::open(host, address, port).map_err(|source| StartError::Bind {
                host,
                port,
                source,
            })?;
            listeners.push(listener);
        }
        let state = Arc::new(SandboxState::new(
            Clock::new(self.frozen_at),
            Listeners::new(listeners, self.host_name, runtime.clone()),
            self.switches.responses.clone(),
            self.header_timeout.unwrap_or(HEADER_TIMEOUT),
            Arc::new(Tasks::new(runtime)),
        ));
        let seed = Seed(self.seed.unwrap_or(DEFAULT_SEED));
        let services = Arc::new(Services::new(seed, &state, self.switches));
        let all = services.all();
        all.iter().for_each(|(_, service)| service.reset());
        let control = Arc::new(Control::new(Arc::clone(&state), Arc::clone(&services)));
        for catalogue in self.catalogues {
            control.import(catalogue)?;
        }
        let mut tasks = vec![tokio::spawn(Clock::tick(Arc::clone(&state.clock)))];
        for service in
            all.into_iter().map(|(_, service)| service).chain([Arc::clone(&control) as Arc<dyn Service>])
        {
            for &host in service.hosts() {
                tasks.push(tokio::spawn(serve(Arc::clone(&state), host, Arc::clone(&service))));
            }
        }
        Ok(Sandbox { state, services, control, tasks })
    }
}

/// The four services on loopback. Dropping it closes every socket and ends every task.
#[doc(alias("mock", "fake server", "emulator"))]
pub struct Sandbox {
    pub(crate) services: Arc<Services>,
    state: Arc<SandboxState>,
    control: Arc<Control>,
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
        self.state.end_work();
    }

    /// URLs and credentials of the first account of each service.
    #[must_use]
    pub fn description(&self) -> Description {
        self.services.description(&self.state)
    }

    /// The same as variables of the environment, by the names that the `from_env` of clients read, and `SEGNO_SANDBOX_URL` for the
    /// control port.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let services = self.services.all();
        let services = services.iter().flat_map(|(_, service)| service.environment());
        services.chain([("SEGNO_SANDBOX_URL", self.origin(Host::CONTROL))]).collect()
    }

    /// `http://127.0.0.1:PORT` of a host, without a slash at the end.
    #[must_use]
    pub fn origin(&self, host: Host) -> String {
        self.state.origin(host)
    }

    /// The time by the sandbox's clock, since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.state.clock.now()
    }

    /// Moves the clock forward. Work that falls due on the way (processing, callbacks, closed ports) is done when this returns;
    /// callbacks are then under way.
    pub fn advance(&self, by: Duration) {
        self.state.clock.advance(by);
    }

    /// Changes switches for requests that come from now on.
    pub fn switches(&self, change: impl FnOnce(&mut Switches)) {
        let mut switches = self.current_switches();
        change(&mut switches);
        self.services.set_switches(&self.state, switches);
    }

    /// Changes the switches that a JSON object names, as `PUT /switches` does.
    ///
    /// # Errors
    ///
    /// A sentence that says what exists, if the change names something unknown.
    pub fn set_switches(&self, change: &Value) -> Result<(), SwitchError> {
        let switches = self.current_switches().with(change)?;
        self.services.set_switches(&self.state, switches);
        Ok(())
    }

    /// The switches as they stand.
    #[must_use]
    pub fn current_switches(&self) -> Switches {
        self.services.switches(&self.state)
    }

    /// Adds a fault for upcoming requests.
    pub fn fault(&self, fault: Fault) {
        self.state.add_fault(fault);
    }

    /// The faults that are still to come.
    #[must_use]
    pub fn unused_faults(&self) -> Vec<UnusedFault> {
        self.state.faults.unused()
    }

    /// Forgets all faults and opens closed ports.
    pub fn clear_faults(&self) {
        self.state.clear_faults();
    }

    /// The requests that arrived, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.requests.since(0)
    }

    /// The requests numbered above `id`.
    #[must_use]
    pub fn requests_since(&self, id: u64) -> Vec<LoggedRequest> {
        self.state.requests.since(id)
    }

    /// Empties the request log.
    pub fn clear_requests(&self) {
        self.state.requests.clear();
    }

    /// What requests have created, changed and deleted.
    #[must_use]
    pub fn effects(&self) -> Effects {
        self.state.effects.snapshot()
    }

    /// The callbacks and webhooks that were sent.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        self.state.outbox.callbacks()
    }

    /// Records the requests that arrive from now on, with their bodies. What was recorded before is forgotten.
    pub fn record(&self) {
        self.state.recording.start();
    }

    /// What was recorded: the requests that their hosts have worked on, oldest first.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Full`] if more arrived than a recording keeps.
    pub fn recording(&self) -> Result<Vec<RecordedRequest>, RecordingError> {
        self.state.recording.requests()
    }

    /// Lets recorded requests arrive again, each when the clock says what it said then, or later. No fault hits them. Seed and ports
    /// must be those of the recording, for tokens and signatures hold by them.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Request`] for what is not HTTP; then none arrives.
    pub async fn replay(&self, recorded: &[RecordedRequest]) -> Result<Vec<Replayed>, RecordingError> {
        self.control.replay(recorded).await
    }

    /// Adds to the catalogues of the services that a JSON object names, as `POST /catalogue` does. A reset adds it again.
    ///
    /// # Errors
    ///
    /// A sentence that says what exists, if something is not understood; then nothing is added.
    pub fn import(&self, catalogue: Value) -> Result<(), CatalogueError> {
        self.control.import(catalogue)
    }

    /// Everything as at the start: catalogue, clock, switches; no faults, no log, no effects. Credentials stay.
    pub fn reset(&self) {
        self.control.reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.abort();
    }
}
