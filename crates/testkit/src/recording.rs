//! Every endpoint driven once: its exchange kept as a fixture, while a canary listens.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::path::PathBuf;

use segno_core::transport::Transport;

use crate::{Canary, Fixtures, Recorder};

/// Drives the endpoints of a service. Each exchange becomes a fixture; at the end [`finish`](Recording::finish) compares
/// or writes them, and fails if a secret stands in what was logged on the way or in a response or error when printed.
#[must_use = "nothing is compared until finish() is called"]
pub struct Recording {
    recorder: Recorder,
    fixtures: Fixtures,
    canary: Canary,
}

impl Recording {
    /// Records what passes through `inner` for the fixtures below `folder`. `hosts` are origins such as
    /// `http://127.0.0.1:8401` and the names that stand for them in the files.
    pub fn new(
        inner: impl Transport,
        folder: impl Into<PathBuf>,
        hosts: impl IntoIterator<Item = (String, &'static str)>,
    ) -> Self {
        let bare = |origin: String| origin.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let names = hosts.into_iter().map(|(origin, name)| (bare(origin), name.to_owned()));
        Self {
            recorder: Recorder::new(inner, names),
            fixtures: Fixtures::at(folder),
            canary: Canary::listen(),
        }
    }

    /// Leaves the files of cases alone that are not recorded this time.
    pub fn others_stay(self) -> Self {
        Self { fixtures: self.fixtures.others_stay(), ..self }
    }

    /// Keeps what `clean` makes of an exchange: see [`Recorder::cleaned`].
    pub fn cleaned(self, clean: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self { recorder: self.recorder.cleaned(clean), ..self }
    }

    /// What the client under test sends through.
    #[must_use]
    pub fn transport(&self) -> Recorder {
        self.recorder.clone()
    }

    /// A secret of the account: see [`Canary::secret`].
    pub fn secret(&mut self, name: &str, value: &str) {
        self.canary.secret(name, value);
    }

    /// Keeps the last exchange of a call as the case `resource/case`.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Panics
    /// If the call sends nothing, or the case is kept already.
    pub async fn keep<T: Debug, E: Error>(
        &mut self,
        case: &str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let _ = self.recorder.take();
        let outcome = self.canary.outcome(call.await);
        let exchange = self.recorder.take().pop().unwrap_or_else(|| panic!("{case}: nothing was sent"));
        self.fixtures.keep(case, exchange);
        outcome
    }

    /// Compares the fixtures or writes them, and looks for secrets.
    ///
    /// # Panics
    /// If a fixture differs or a secret was printed.
    pub fn finish(self) {
        let heard = self.canary.silent();
        assert!(heard.contains("endpoint="), "the calls were heard");
        if let Err(differences) = self.fixtures.finish() {
            panic!("{differences}");
        }
    }
}
