//! What all hosts of one sandbox share.

use std::sync::Arc;
use std::time::Duration;

use super::clock::Clock;
use super::coding::ResponseSwitches;
use super::effects::EffectCounters;
use super::faults::{Fault, FaultKind, Faults};
use super::host::Host;
use super::listeners::Listeners;
use super::outbox::Outbox;
use super::recording::Recording;
use super::request_log::RequestLog;
use super::seconds::seconds;
use super::switches::Switchboard;
use super::tasks::Tasks;

/// The clock, the listeners, and what is kept of the requests.
pub(crate) struct SandboxState {
    pub(crate) clock: Arc<Clock>,
    pub(crate) requests: RequestLog,
    pub(crate) recording: Recording,
    pub(crate) faults: Faults,
    pub(crate) effects: EffectCounters,
    pub(crate) outbox: Outbox,
    pub(crate) listeners: Arc<Listeners>,
    /// How a response is sent, whichever service gives it.
    pub(crate) responses: Switchboard<ResponseSwitches>,
    /// How long a connection may take for the head of a request, and may be idle.
    pub(crate) header_timeout: Duration,
    tasks: Arc<Tasks>,
}

impl SandboxState {
    pub(crate) fn new(
        clock: Clock,
        listeners: Listeners,
        responses: ResponseSwitches,
        header_timeout: Duration,
        tasks: Arc<Tasks>,
    ) -> Self {
        let clock = Arc::new(clock);
        Self {
            requests: RequestLog::default(),
            recording: Recording::default(),
            faults: Faults::default(),
            effects: EffectCounters::default(),
            outbox: Outbox::new(Arc::clone(&clock), Arc::clone(&tasks)),
            listeners: Arc::new(listeners),
            responses: Switchboard::new(responses),
            header_timeout,
            clock,
            tasks,
        }
    }

    /// `http://127.0.0.1:PORT` of a host, without a slash at the end.
    pub(crate) fn origin(&self, host: Host) -> String {
        format!("http://{}", self.listeners.authority(host))
    }

    /// Adds a fault; a port that is to be closed is closed now.
    pub(crate) fn add_fault(&self, fault: Fault) {
        match (&fault.kind, fault.host) {
            (FaultKind::Refuse { for_s: Some(for_s) }, Some(host)) => {
                self.listeners.close(host);
                let listeners = Arc::clone(&self.listeners);
                self.clock.after(seconds(*for_s), move || listeners.open(host));
            }
            (FaultKind::Refuse { for_s: None }, Some(host)) => {
                self.faults.add(fault);
                self.listeners.close_idle(host);
            }
            _ => self.faults.add(fault),
        }
    }

    /// Forgets all faults and opens closed ports.
    pub(crate) fn clear_faults(&self) {
        self.faults.clear();
        self.listeners.open_all();
    }

    /// Everything as at the start; the services are reset by the one who knows them, before this.
    pub(crate) fn reset(&self) {
        self.clear_faults();
        self.responses.reset();
        self.outbox.clear();
        self.requests.reset();
        self.effects.reset();
    }

    /// Ends what goes on in the background, now and by the clock.
    pub(crate) fn end_work(&self) {
        self.tasks.abort();
        self.clock.clear();
    }
}
