//! Every endpoint driven once: its exchange kept as a fixture, while a canary listens.

use std::fmt::Debug;
use std::future::{Future, pending};
use std::path::PathBuf;

use segno_core::transport::Transport;
use segno_core::{ApiError, BoxFuture, ClientBuilder, Error};

use crate::canary::Secrets;
use crate::{Canary, Fixtures, Recorder, Said};

/// Drives the endpoints of a service. Each exchange becomes a fixture; at the end [`finish`](Recording::finish) compares
/// or writes them, and fails if a secret stands in what was logged on the way or in a response or error when printed.
///
/// The same calls can be made for another purpose: see [`of`](Recording::of).
#[must_use = "nothing is compared until finish() is called"]
pub struct Recording(Kind);

enum Kind {
    Fixtures { recorder: Recorder, fixtures: Fixtures, canary: Canary },
    Other { keep: Box<dyn Keep>, secrets: Secrets },
}

/// What is done with calls that are not kept as fixtures.
pub trait Keep: Send {
    /// What a client needs so that its calls can be kept.
    fn settings(&self, core: ClientBuilder) -> ClientBuilder;

    /// A call is about to be made.
    fn before<'k>(&'k mut self, case: &'k str) -> BoxFuture<'k, ()>;

    /// What goes on while it is made; if it ends first, the call is given up.
    fn meanwhile(&self) -> BoxFuture<'_, ()>;

    /// What the client said of it; `None` if it was given up. Whether the call can be made once more is in `is_repeatable`.
    fn after(&mut self, said: Option<Said>, is_repeatable: bool) -> Next;
}

/// What follows a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next call.
    Other,
    /// The same call once more, in place of what came of it.
    Same,
    /// Nothing: the call does not return.
    Nothing,
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
        Self(Kind::Fixtures {
            recorder: Recorder::new(inner, names),
            fixtures: Fixtures::at(folder),
            canary: Canary::listen(),
        })
    }

    /// Makes the calls for another purpose than fixtures.
    pub fn of(keep: impl Keep + 'static) -> Self {
        Self(Kind::Other { keep: Box::new(keep), secrets: Secrets::default() })
    }

    /// Leaves the files of cases alone that are not recorded this time.
    pub fn others_stay(mut self) -> Self {
        if let Kind::Fixtures { fixtures, .. } = &mut self.0 {
            fixtures.others_stay();
        }
        self
    }

    /// Keeps what `clean` makes of an exchange: see [`Recorder::cleaned`].
    pub fn cleaned(mut self, clean: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        if let Kind::Fixtures { recorder, .. } = &mut self.0 {
            *recorder = recorder.clone().cleaned(clean);
        }
        self
    }

    /// What a client in the making needs so that its calls can be kept.
    pub fn settings(&self, core: ClientBuilder) -> ClientBuilder {
        match &self.0 {
            Kind::Fixtures { recorder, .. } => core.transport(recorder.clone()),
            Kind::Other { keep, .. } => keep.settings(core),
        }
    }

    /// A secret of the account: see [`Canary::secret`].
    pub fn secret(&mut self, name: &str, value: &str) {
        match &mut self.0 {
            Kind::Fixtures { canary, .. } => canary.secret(name, value),
            Kind::Other { secrets, .. } => secrets.add(name, value),
        }
    }

    /// Keeps the last exchange of a call as the case `resource/case`. It is made once for a fixture, and may be made again for
    /// another purpose.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Panics
    /// If the call sends nothing, or the case is kept already.
    pub async fn keep<T: Debug, A: ApiError>(
        &mut self,
        case: &str,
        call: impl AsyncFnMut() -> Result<T, Error<A>>,
    ) -> Result<T, Error<A>> {
        self.keep_call(case, call, true).await
    }

    /// The same for a call that can be made once only.
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Panics
    /// If the call sends nothing, or the case is kept already.
    pub async fn keep_once<T: Debug, A: ApiError>(
        &mut self,
        case: &str,
        call: impl Future<Output = Result<T, Error<A>>>,
    ) -> Result<T, Error<A>> {
        let mut call = Some(call);
        let once = async || match call.take() {
            Some(call) => call.await,
            None => pending().await,
        };
        self.keep_call(case, once, false).await
    }

    async fn keep_call<T: Debug, A: ApiError>(
        &mut self,
        case: &str,
        mut call: impl AsyncFnMut() -> Result<T, Error<A>>,
        is_repeatable: bool,
    ) -> Result<T, Error<A>> {
        let (recorder, fixtures, canary) = match &mut self.0 {
            Kind::Fixtures { recorder, fixtures, canary } => (recorder, fixtures, canary),
            Kind::Other { keep, secrets } => {
                keep.before(case).await;
                loop {
                    let outcome = tokio::select! {
                        outcome = call() => Some(outcome),
                        () = keep.meanwhile() => None,
                    };
                    let said = outcome.as_ref().map(|outcome| Said::of(outcome, secrets));
                    match (keep.after(said, is_repeatable), outcome) {
                        (Next::Other, Some(outcome)) => return outcome,
                        (Next::Same, _) => {}
                        _ => return pending().await,
                    }
                }
            }
        };
        let _ = recorder.take();
        let outcome = canary.outcome(call().await);
        let exchange = recorder.take().pop().unwrap_or_else(|| panic!("{case}: nothing was sent"));
        fixtures.keep(case, exchange);
        outcome
    }

    /// Compares the fixtures or writes them, and looks for secrets.
    ///
    /// # Panics
    /// If a fixture differs or a secret was printed.
    pub fn finish(self) {
        let Kind::Fixtures { fixtures, canary, .. } = self.0 else { return };
        let heard = canary.silent();
        assert!(heard.contains("endpoint="), "the calls were heard");
        if let Err(differences) = fixtures.finish() {
            panic!("{differences}");
        }
    }
}
