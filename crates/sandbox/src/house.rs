//! What all hosts of one sandbox share.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::effects::Ledger;
use crate::faults::{Fault, FaultKind, Faults};
use crate::guarded::Guarded;
use crate::host::Host;
use crate::net::{Doors, seconds};
use crate::outbox::Outbox;
use crate::request_log::RequestLog;
use crate::seed::Seed;
use crate::switches::Switches;
use crate::{musescore, soundcloud, soundslice, soundstripe, storage};

/// The shared machinery, and every service with its state.
pub(crate) struct House {
    pub(crate) clock: Clock,
    pub(crate) requests: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) effects: Ledger,
    pub(crate) outbox: Outbox,
    pub(crate) doors: Doors,
    /// How long a connection may take for the head of a request, and may be idle.
    pub(crate) header_timeout: Duration,
    pub(crate) switches: Guarded<Switches>,
    first_switches: Switches,
    runtime: Handle,
    tasks: Guarded<JoinSet<()>>,

    pub(crate) storage: storage::Service,
    pub(crate) soundslice: soundslice::Service,
    pub(crate) soundstripe: soundstripe::Service,
    pub(crate) soundcloud: soundcloud::Service,
    pub(crate) musescore: musescore::Service,
}

impl House {
    pub(crate) fn new(
        seed: u64,
        frozen_at: Option<Duration>,
        switches: Switches,
        doors: Doors,
        header_timeout: Duration,
        runtime: Handle,
    ) -> Arc<Self> {
        let seed = Seed(seed);
        let house = Arc::new(Self {
            clock: Clock::new(frozen_at),
            requests: RequestLog::default(),
            faults: Faults::default(),
            effects: Ledger::default(),
            outbox: Outbox::default(),
            doors,
            header_timeout,
            switches: Guarded::new(switches.clone()),
            first_switches: switches,
            runtime,
            tasks: Guarded::default(),
            storage: storage::Service::new(seed),
            soundslice: soundslice::Service::new(seed),
            soundstripe: soundstripe::Service::new(seed),
            soundcloud: soundcloud::Service::new(seed),
            musescore: musescore::Service::new(seed),
        });
        house.fill();
        house
    }

    /// Puts the seeded catalogue in place of whatever the services hold. Storage comes first: the others put objects there.
    fn fill(self: &Arc<Self>) {
        self.storage.fill(self);
        self.soundslice.fill(self);
        self.soundstripe.fill(self);
        self.soundcloud.fill(self);
        self.musescore.fill(self);
    }

    /// Everything as at the start.
    pub(crate) fn reset(self: &Arc<Self>) {
        self.tasks.lock().abort_all();
        self.faults.clear();
        self.open_doors();
        self.clock.reset();
        *self.switches.lock() = self.first_switches.clone();
        self.fill();
        self.outbox.clear();
        self.requests.reset();
        self.effects.reset();
    }

    /// `http://127.0.0.1:PORT` of a host, without a slash at the end.
    pub(crate) fn origin(&self, host: Host) -> String {
        format!("http://{}", self.doors.address(host))
    }

    /// Adds a fault; a port that is to be closed is closed now.
    pub(crate) fn add_fault(&self, fault: Fault) {
        match (&fault.kind, fault.host) {
            (FaultKind::Refuse { for_s: Some(for_s) }, Some(host)) => {
                self.doors.shut(host);
                self.clock.after(seconds(*for_s), move |house| house.open_door(host));
            }
            (FaultKind::Refuse { for_s: None }, Some(host)) => {
                self.faults.add(fault);
                self.doors.close_idle(host);
            }
            _ => self.faults.add(fault),
        }
    }

    fn open_door(&self, host: Host) {
        // A listener registers with the runtime it is made in.
        let _runtime = self.runtime.enter();
        self.doors.open(host);
    }

    fn open_doors(&self) {
        Host::ALL.iter().for_each(|host| self.open_door(*host));
    }

    /// Forgets all faults and opens closed ports.
    pub(crate) fn clear_faults(&self) {
        self.faults.clear();
        self.open_doors();
    }

    /// Runs a task that ends with the sandbox at the latest.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, &self.runtime);
    }

    /// Ends all tasks.
    pub(crate) fn abort_tasks(&self) {
        self.tasks.lock().abort_all();
    }
}
