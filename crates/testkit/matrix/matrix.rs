//! Every endpoint of a client meets every fault of the sandbox, and what comes of it is what the laws of the client say. The tests
//! of each service have this file among theirs, as the testkit does not know the sandbox.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, thread};

use segno_core::{Endpoint, Replay, StatusCode};
use segno_sandbox::{Fault, Sandbox};
use segno_testkit::Recording;
use tokio::sync::Notify;

mod clock;
mod law;
mod seen;
mod table;
mod trial;

use trial::{Encounter, Matrix, Plan, Report, Trial, known, lock};

/// The variable that names the folder into which the whole matrix writes its figures; without it a sample is tried.
const FOLDER: &str = "SEGNO_FAULTS";

/// How often a fault strikes: a call with three attempts comes through the first, and not through the second.
const TIMES: [u32; 2] = [1, 3];

/// How many calls meet a fault in a sample at most, each one.
const SAMPLE: usize = 64;

/// When it happens, in seconds since the Unix epoch.
const THEN: u64 = 1_900_000_000;

/// What is known of an endpoint: what may happen to it, and which statuses it documents as a success.
#[derive(Clone, Copy)]
struct Known {
    replay: Replay,
    accepts: fn(StatusCode) -> bool,
}

/// The endpoints of a client.
#[derive(Default)]
pub(crate) struct Endpoints(BTreeMap<&'static str, Known>);

impl Endpoints {
    /// Adds an endpoint.
    pub(crate) fn add<E: Endpoint>(&mut self) {
        self.0.insert(E::NAME, Known { replay: E::REPLAY, accepts: E::accepts });
    }
}

/// Tries every call that `drive` keeps, as it does for fixtures, with every fault of the sandbox, once and thrice, by a clock that
/// nobody waits for. What the client says of it and what the sandbox says that it did must agree, and both with what follows from
/// the replay class of the endpoint: nothing that is reported done is lost, nothing happens twice that must not, an error says
/// whether it may have taken effect. A sample, if the environment does not ask for all.
///
/// `drive` gets a sandbox as it is at its start, and builds its clients with [`Recording::settings`].
///
/// # Panics
/// If something happened that no law allows, or one of the endpoints was not tried.
pub(crate) fn meets_every_fault(
    service: &str,
    endpoints: &Endpoints,
    drive: impl AsyncFn(&Arc<Sandbox>, &mut Recording) + Sync,
) {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    let Plan::Look(cases) = on_a_runtime(async |sandbox| walk(sandbox, &drive, Plan::Look(Vec::new())).await)
    else {
        unreachable!("a walk keeps its plan")
    };
    for name in endpoints.0.keys() {
        assert!(
            cases.iter().any(|case| case.endpoint == *name),
            "{name}: no call of it is kept: it meets no fault"
        );
    }
    let encounters = encounters();
    let (count, calls) = (encounters.len(), cases.len());
    // Which fault a call meets in a pass is up to its place.
    let (passes, step) = if folder.is_some() { (count, 1) } else { (1, calls.div_ceil(SAMPLE)) };
    let matrix = Arc::new(Matrix { known: known(&cases, endpoints), cases, encounters, step });
    let threads = if folder.is_some() { thread::available_parallelism().map_or(1, usize::from) } else { 1 };
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::<Report>::new());
    let work = async |sandbox: &Arc<Sandbox>| {
        loop {
            let pass = next.fetch_add(1, Ordering::Relaxed);
            if pass >= passes {
                return;
            }
            let plan = Plan::Try { next: 0, matrix: Arc::clone(&matrix), pass, reports: Vec::new() };
            if let Plan::Try { reports, .. } = walk(sandbox, &drive, plan).await {
                lock(&all).extend(reports);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| on_a_runtime(work));
        }
    });
    let reports: Vec<Report> = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let figures = table::table(service, &matrix, &reports);
    match folder {
        Some(folder) => {
            let file = folder.join(format!("{service}.json"));
            fs::write(&file, figures.to_string())
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
        None => {
            let deviations: Vec<String> = reports.into_iter().flat_map(|report| report.deviations).collect();
            assert!(deviations.is_empty(), "{}", deviations.join("\n"));
        }
    }
}

/// Every fault, once and thrice; those of one kind are not next to each other.
fn encounters() -> Vec<Encounter> {
    let all = TIMES.into_iter().flat_map(|times| {
        Fault::samples().into_iter().map(move |(name, fault)| Encounter { name, fault: fault.times(times) })
    });
    all.collect()
}

/// Does something with a sandbox of its own, on this thread alone.
fn on_a_runtime<T>(work: impl AsyncFnOnce(&Arc<Sandbox>) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sandbox = Sandbox::builder().seed(1).frozen_at(THEN).start().await.expect("a sandbox");
        work(&Arc::new(sandbox)).await
    })
}

/// Walks through all calls of a plan; from the beginning again whenever a fault left something else behind than usual.
async fn walk(
    sandbox: &Arc<Sandbox>,
    drive: impl AsyncFn(&Arc<Sandbox>, &mut Recording),
    plan: Plan,
) -> Plan {
    let plan = Arc::new(Mutex::new(plan));
    loop {
        sandbox.reset();
        let stopped = Arc::new(Notify::new());
        let mut recording = Recording::of(Trial::new(sandbox, &plan, &stopped));
        let is_through = tokio::select! {
            () = drive(sandbox, &mut recording) => true,
            () = stopped.notified() => false,
        };
        let mut plan = lock(&plan);
        match &*plan {
            Plan::Try { next, matrix, .. } if !is_through && *next < matrix.cases.len() => {}
            _ => return std::mem::replace(&mut plan, Plan::Look(Vec::new())),
        }
    }
}
