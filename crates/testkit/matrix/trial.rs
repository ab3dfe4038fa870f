//! A walk through the kept calls of a client, on which some of them meet a fault.

use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use segno_core::client::{Event, EventKind};
use segno_core::{BoxFuture, ClientBuilder, Replay, Retry};
use segno_sandbox::{Fault, FaultKind, LoggedRequest, Sandbox};
use segno_testkit::{Class, Keep, Next, Said};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::clock::TrialClock;
use super::law::{alters, outcomes};
use super::seen::{Case, Effects, effects, has, since, times};
use super::{Endpoints, Known};

/// How long a call may take for real.
const GUARD: Duration = Duration::from_secs(1800);

/// After so long the walk begins anew: what was made on it may have expired, such as the URLs of uploads.
const LONG: Duration = Duration::from_secs(200);

/// A fault and how often it strikes.
#[derive(Clone, Debug)]
pub(super) struct Encounter {
    pub(super) name: &'static str,
    pub(super) fault: Fault,
}

/// What came of an encounter.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) class: Class,
    /// What no law allows.
    pub(super) deviations: Vec<String>,
}

/// What a walk is for.
pub(super) enum Plan {
    /// To see every call as it is without a fault.
    Look(Vec<Case>),
    /// To let each call from this one on meet the fault that is chosen for it.
    Try { next: usize, matrix: Arc<Matrix>, pass: usize, reports: Vec<Report> },
}

/// Cases and the faults that they meet.
pub(super) struct Matrix {
    pub(super) cases: Vec<Case>,
    pub(super) known: Vec<Known>,
    pub(super) encounters: Vec<Encounter>,
    /// Every how many-th call meets a fault.
    pub(super) step: usize,
}

/// One walk.
pub(super) struct Trial {
    sandbox: Arc<Sandbox>,
    clock: Arc<TrialClock>,
    /// The endpoint of the call at hand.
    endpoint: Arc<Mutex<Option<&'static str>>>,
    /// Which call it is.
    at: usize,
    /// Whether it is made once more.
    is_again: bool,
    /// Whether one met a fault: later things may have other names than on the walk without a fault.
    has_met: bool,
    name: String,
    plan: Arc<Mutex<Plan>>,
    fault: Option<Armed>,
    /// What the sandbox had counted before the call.
    before: Effects,
    /// Told when the walk cannot go on.
    stopped: Arc<Notify>,
}

/// The fault of the call at hand.
struct Armed {
    case: Case,
    known: Known,
    encounter: Encounter,
}

impl Trial {
    pub(super) fn new(sandbox: &Arc<Sandbox>, plan: &Arc<Mutex<Plan>>, stopped: &Arc<Notify>) -> Self {
        Self {
            sandbox: Arc::clone(sandbox),
            clock: TrialClock::new(Arc::clone(sandbox)),
            endpoint: Arc::default(),
            at: 0,
            is_again: false,
            has_met: false,
            name: String::new(),
            plan: Arc::clone(plan),
            fault: None,
            before: Effects::new(),
            stopped: Arc::clone(stopped),
        }
    }

    /// What the call at hand is to meet.
    fn choose(&self) -> Option<Armed> {
        let Plan::Try { next, matrix, pass, .. } = &mut *lock(&self.plan) else { return None };
        let case = &matrix.cases[self.at];
        assert_eq!(case.name, self.name, "the calls are others than before");
        if self.at < *next || !self.at.is_multiple_of(matrix.step) {
            return None;
        }
        *next = self.at + 1;
        let encounter = matrix.encounters[(self.at + *pass) % matrix.encounters.len()].clone();
        Some(Armed { case: case.clone(), known: matrix.known[self.at], encounter })
    }

    /// Sets a fault for the request of a case.
    async fn arm(&self, armed: &Armed) {
        let mut fault = armed.encounter.fault.clone().on(armed.case.host);
        if !matches!(fault.kind, FaultKind::Refuse { .. }) {
            fault = fault.method(&armed.case.method).path(&armed.case.path);
        }
        self.sandbox.fault(fault);
        // A connection that is closed is closed before the request goes out.
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets time pass for calls whose response is late, and gives up what does not end.
    async fn watch(&self) {
        let step = match self.fault.as_ref().map(|armed| &armed.encounter.fault.kind) {
            Some(FaultKind::Drip { every_s, .. }) => Duration::from_secs_f64(*every_s),
            Some(FaultKind::Stall { .. }) => Duration::from_secs(5),
            _ => return timeout(GUARD, pending()).await.unwrap_or_default(),
        };
        let late = || {
            let requests = self.sandbox.requests();
            requests.last().is_some_and(|request| request.fault.is_some() && request.status.is_some())
        };
        timeout(GUARD, self.clock.pass(step, late)).await.unwrap_or_default()
    }

    /// Judges what came of a fault. The next call is made as if there had been none: after what is as ever, or after the same call
    /// once more if it had no effect or may be repeated.
    fn report(&self, armed: &Armed, said: Option<&Said>, is_repeatable: bool) -> Next {
        self.sandbox.clear_faults();
        let more = since(&self.before, &effects(&self.sandbox));
        let Armed { case, known, encounter } = armed;
        let requests = self.requests(case);
        let is_elsewhere = requests == 0 && !self.sandbox.requests().is_empty();
        let is_other = said.is_some_and(|said| said.class == Class::Done && said.value != case.value);
        if self.has_met && (is_elsewhere || is_other) {
            // Of a thing with another name nothing can be said: another walk comes to it without a fault before.
            if let Plan::Try { next, .. } = &mut *lock(&self.plan) {
                *next = self.at;
            }
            return Next::Nothing;
        }
        let mut report = Report { class: Class::Other, deviations: vec!["does not end".to_owned()] };
        if let Some(said) = said {
            report = judge(case, *known, &encounter.fault, said, &more, requests);
        }
        let times = if encounter.fault.times == 1 { "once" } else { "thrice" };
        for deviation in &mut report.deviations {
            *deviation =
                format!("{} ({}), {} {times}: {deviation}", case.endpoint, case.name, encounter.name);
        }
        let is_as_ever = said.is_some_and(|said| said.class == case.class)
            && more == case.effects
            && !alters(&encounter.fault);
        if let Plan::Try { reports, .. } = &mut *lock(&self.plan) {
            reports.push(report);
        }
        let is_long = self.clock.passed() >= LONG;
        match said {
            Some(_) if is_as_ever && !is_long => Next::Other,
            Some(_) if is_repeatable && (more.is_empty() || may_repeat(known.replay)) && !is_long => {
                Next::Same
            }
            _ => Next::Nothing,
        }
    }

    /// Whether a call that is made once more comes to what it does without a fault.
    fn is_as_ever(&self, said: &Said) -> bool {
        match &*lock(&self.plan) {
            Plan::Try { matrix, .. } if self.is_again => said.class == matrix.cases[self.at].class,
            _ => true,
        }
    }

    /// Notes a call as it is without a fault.
    fn look(&self, said: Said) {
        let name = &self.name;
        assert_eq!(said.faults, [""; 0], "{name}");
        let endpoint = lock(&self.endpoint).unwrap_or_else(|| panic!("{name}: no call was observed"));
        let requests = self.sandbox.requests();
        let first = requests.first().unwrap_or_else(|| panic!("{name}: nothing arrived"));
        let Plan::Look(cases) = &mut *lock(&self.plan) else { return };
        cases.push(Case {
            name: name.clone(),
            endpoint,
            class: said.class,
            effects: since(&self.before, &effects(&self.sandbox)),
            value: said.value,
            host: first.host,
            method: first.method.clone(),
            path: path(first).to_owned(),
        });
    }

    /// How many requests of a case arrived.
    fn requests(&self, case: &Case) -> u32 {
        let requests = self.sandbox.requests();
        let own =
            requests.iter().filter(|request| request.method == case.method && path(request) == case.path);
        u32::try_from(own.count()).unwrap_or(u32::MAX)
    }
}

impl Keep for Trial {
    fn settings(&self, core: ClientBuilder) -> ClientBuilder {
        let endpoint = Arc::clone(&self.endpoint);
        let observer = move |event: &Event<'_>| {
            if event.kind == EventKind::Started {
                lock(&endpoint).get_or_insert(event.endpoint);
            }
        };
        let retry = Retry::default().budget(u32::MAX);
        core.clock(Arc::clone(&self.clock) as _).observer(observer).retry(retry).no_limit()
    }

    fn before<'k>(&'k mut self, case: &'k str) -> BoxFuture<'k, ()> {
        Box::pin(async move {
            self.name = case.to_owned();
            self.sandbox.clear_requests();
            *lock(&self.endpoint) = None;
            self.before = effects(&self.sandbox);
            self.fault = self.choose();
            if let Some(armed) = &self.fault {
                self.arm(armed).await;
            }
        })
    }

    fn meanwhile(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.watch())
    }

    fn after(&mut self, said: Option<Said>, is_repeatable: bool) -> Next {
        let next = match (self.fault.take(), said) {
            (Some(armed), said) => {
                let next = self.report(&armed, said.as_ref(), is_repeatable);
                self.has_met = true;
                next
            }
            (None, Some(said)) if self.is_as_ever(&said) => {
                self.look(said);
                Next::Other
            }
            (None, Some(_)) => Next::Nothing,
            (None, None) => panic!("{}: does not end", self.name),
        };
        match next {
            Next::Other => (self.at, self.is_again) = (self.at + 1, false),
            Next::Same => self.is_again = true,
            Next::Nothing => self.stopped.notify_one(),
        }
        next
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn may_repeat(replay: Replay) -> bool {
    matches!(replay, Replay::Safe | Replay::Idempotent)
}

fn path(request: &LoggedRequest) -> &str {
    request.path.split('?').next().unwrap_or_default()
}

/// What no law allows in what came of a call.
fn judge(case: &Case, known: Known, fault: &Fault, said: &Said, more: &Effects, requests: u32) -> Report {
    let mut deviations = said.faults.clone();
    let is_twice = fault.kind == FaultKind::Duplicate;
    let is_done = said.class == Class::Done;
    let outcomes = outcomes(case, known, fault);
    let allowed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.allows(said.class, requests, said.may_have_taken_effect))
        .collect();
    if allowed.is_empty() {
        let what = if is_done { "done" } else { &said.line };
        let may = if said.may_have_taken_effect { "may" } else { "cannot" };
        deviations.push(format!(
            "{what:?} after {requests} requests, and it {may} have taken effect; expected one of {}",
            outcomes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ));
    }
    if is_done && case.class == Class::Done && !has(more, &case.effects) {
        deviations.push(format!("is reported done and is not: {more:?} instead of {:?}", case.effects));
    }
    // Who may repeat a request may repeat its effects, of which each is the same.
    let mut most = if may_repeat(known.replay) { u64::from(requests.max(1)) } else { 1 };
    if is_twice {
        most += u64::from(requests.max(1));
    }
    if !has(&times(&case.effects, most), more) {
        deviations.push(format!("happened more than {most} times: {more:?} instead of {:?}", case.effects));
    }
    // Of what the network delivers twice the client sees the second response.
    if !is_done && !more.is_empty() && !said.may_have_taken_effect && !is_twice {
        deviations.push(format!("is said to have had no effect, and had {more:?}: {}", said.line));
    }
    if is_done
        && !allowed.is_empty()
        && allowed.iter().all(|it| it.has_usual_value)
        && said.value != case.value
    {
        deviations.push(format!("gives another value: {:.300} instead of {:.300}", said.value, case.value));
    }
    Report { class: said.class, deviations }
}

/// What is known of the endpoints of cases.
pub(super) fn known(cases: &[Case], endpoints: &Endpoints) -> Vec<Known> {
    let known =
        |case: &Case| {
            endpoints.0.get(case.endpoint).copied().unwrap_or_else(|| {
                panic!("{}: the client's list of endpoints does not have it", case.endpoint)
            })
        };
    cases.iter().map(known).collect()
}
