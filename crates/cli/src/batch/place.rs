//! Where the jobs are: the ledger, and whose jobs of it are meant.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::ledger::{Ledger, Shared, Sqlite};
use crate::accounts::Service;
use crate::arguments::To;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::places;
use crate::session::{Session, Settings};
use crate::sync::Target;

/// How long workers wait for a database that is away, and how long those who look wait.
const PATIENCE: Duration = Duration::from_secs(900);
const QUICK: Duration = Duration::from_secs(10);

/// Where the jobs are.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// The ledger: a file, or postgres://...; a file of this user if not given
    #[arg(long, value_name = "LEDGER", env = "SEGNO_LEDGER", hide_env = true)]
    ledger: Option<String>,
}

/// The account that pieces go to; its jobs are no other account's.
pub(super) struct Account {
    pub(super) settings: Settings,
    pub(super) target: Target,
}

impl Account {
    pub(super) async fn find(session: &Session) -> Result<Self, Failure> {
        let settings = session.settings(Service::Soundslice).await?;
        let target = Target::of(&settings)?;
        Ok(Self { settings, target })
    }

    /// What its jobs are called in the ledger.
    fn queue(&self) -> String {
        format!("{} {}", self.target.base, self.target.id)
    }
}

/// The jobs of one account, for those who look at them and do none.
pub(super) struct Looked {
    pub(super) ledger: Arc<dyn Ledger>,
    /// The base URL of the service that they go to.
    pub(super) base: String,
}

/// A ledger that can be opened.
enum Found<'a> {
    Server(&'a str),
    /// What is in a sandbox of this command ends with it.
    Memory,
    File(PathBuf),
}

/// Says that a ledger has jobs, and none of this account.
fn tell_others(mine: &String, all: &[String], session: &Session) {
    if !all.is_empty() && !all.contains(mine) {
        session.tell(format_args!("account    this ledger has no jobs of {mine}, but of {}", all.join(", ")));
    }
}

impl Place {
    /// The ledger, made if it is missing, for so many jobs side by side.
    pub(super) async fn make(
        &self,
        account: &Account,
        jobs: u16,
        session: &Session,
    ) -> Result<Arc<dyn Ledger>, Failure> {
        self.open(account.queue(), true, Some(jobs), session).await
    }

    /// The ledger that is there, for so many jobs side by side. Who `waits` for jobs in a database may be there before the first list
    /// is.
    pub(super) async fn workshop(
        &self,
        account: &Account,
        jobs: u16,
        waits: bool,
        session: &Session,
    ) -> Result<Arc<dyn Ledger>, Failure> {
        let make = waits && matches!(self.find(session)?, Found::Server(_));
        let ledger = self.open(account.queue(), make, Some(jobs), session).await?;
        tell_others(&account.queue(), &ledger.queues().await?, session);
        Ok(ledger)
    }

    /// The ledger that is there: the jobs of the account that is logged in; without one, those of the only account in it.
    pub(super) async fn look(&self, session: &Session) -> Result<Looked, Failure> {
        let settings = session.settings_if_any(Service::Soundslice).await?;
        let mine = match settings {
            Some(settings) => {
                let target = Target::of(&settings)?;
                Some(Account { settings, target }.queue())
            }
            None => None,
        };
        let ledger = self.open(mine.clone().unwrap_or_default(), false, None, session).await?;
        let all = ledger.queues().await?;
        let (queue, ledger) = match (mine, all.as_slice()) {
            (Some(mine), all) => {
                tell_others(&mine, all, session);
                (mine, ledger)
            }
            (None, [only]) => (only.clone(), self.open(only.clone(), false, None, session).await?),
            (None, []) => (String::new(), ledger),
            (None, several) => {
                return Err(Failure::usage(format!(
                    "this ledger has jobs of several accounts: {}; say which with --account NAME, or set SOUNDSLICE_APP_ID and \
                     SOUNDSLICE_PASSWORD",
                    several.join(", ")
                )));
            }
        };
        let base = queue.split(' ').next().unwrap_or_default().to_owned();
        Ok(Looked { ledger, base })
    }

    /// Refuses to write a result over the file of the ledger or those beside it.
    pub(super) fn is_not(&self, output: &Destination, session: &Session) -> Result<(), Failure> {
        let Found::File(file) = self.find(session)? else { return Ok(()) };
        for end in ["", "-wal", "-shm"] {
            let mut name = file.clone().into_os_string();
            name.push(end);
            let path = PathBuf::from(name);
            if output.is(&path) {
                return Err(Failure::file(&path, "this is the ledger; give another name to write to"));
            }
        }
        Ok(())
    }

    fn find(&self, session: &Session) -> Result<Found<'_>, Failure> {
        Ok(match self.ledger.as_deref() {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Found::Server(url)
            }
            Some("") => {
                return Err(Failure::usage(
                    "invalid --ledger: expected a file or postgres://..., found nothing",
                ));
            }
            Some(url) if url.contains("://") => {
                return Err(Failure::usage(
                    "invalid --ledger: expected a file or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
                ));
            }
            None if session.general().to == Some(To::Sandbox) => Found::Memory,
            Some(file) => Found::File(file.into()),
            None => Found::File(places::state()?.join("batch").join("ledger.sqlite")),
        })
    }

    async fn open(
        &self,
        queue: String,
        make: bool,
        jobs: Option<u16>,
        session: &Session,
    ) -> Result<Arc<dyn Ledger>, Failure> {
        match self.find(session)? {
            Found::Server(url) => {
                // Each job that is worked on writes by itself, and beside them the leases and counts.
                let (connections, patience) =
                    jobs.map_or((1, QUICK), |jobs| (usize::from(jobs) + 2, PATIENCE));
                let quiet = session.general().quiet;
                let tell = move |line: String| {
                    if !quiet {
                        // Nobody there to be told.
                        let _ = writeln!(std::io::stderr(), "{line}");
                    }
                };
                Ok(Arc::new(Shared::open(url, queue, make, connections, patience, tell).await?))
            }
            Found::Memory => Ok(Arc::new(Sqlite::in_memory(queue)?)),
            Found::File(file) if make => {
                if self.ledger.is_none() {
                    places::private_folder(file.parent().unwrap_or(Path::new(".")))?;
                }
                Ok(Arc::new(Sqlite::open(&file, queue)?))
            }
            Found::File(file) => Ok(Arc::new(Sqlite::existing(&file, queue)?)),
        }
    }
}
