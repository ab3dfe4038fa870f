//! Work in the background that ends with the sandbox at the latest.

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::mutex::Mutex;

pub(crate) struct Tasks {
    runtime: Handle,
    running: Mutex<JoinSet<()>>,
}

impl Tasks {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self { runtime, running: Mutex::default() }
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.running.lock();
        while running.try_join_next().is_some() {}
        running.spawn_on(task, &self.runtime);
    }

    /// Ends all of it.
    pub(crate) fn abort(&self) {
        self.running.lock().abort_all();
    }
}
