//! `segno`: the job on people's own files, and the four services, from a shell.
//!
//! ```sh
//! segno sync minuet.mxl minuet.mp3 --new "Minuet in G"
//! segno score show minuet.mxl
//! segno points simplify bars.txt --tolerance 0.05
//! segno soundslice slice list
//! segno soundstripe song search --mood Hopeful --bpm-max 100 --limit 3
//! segno soundcloud track search --limit 3
//! segno musescore score search Minuet in G --phrase --limit 2
//! segno api soundslice GET slices/ -p /0/name
//! segno auth status --check
//! ```
//!
//! | module | holds |
//! | --- | --- |
//! | `arguments` | the tree of commands, and what holds for all of them |
//! | `session`, `accounts`, `places` | where requests go, with whose keys, and the folders of the command |
//! | `sync`, `batch`, `page` | a score and its recording onto Soundslice; many of them; the page that plays both |
//! | `score`, `points`, `media`, `files` | what is done with files alone |
//! | `soundslice`, `soundstripe`, `soundcloud`, `musescore`, `api` | the services |
//! | `auth`, `doctor`, `sandbox`, `completion` | logins, what works here, a sandbox, what a shell is told |
//! | `output`, `destination`, `progress` | tables, records and JSON; where files go; bars |
//! | `failure`, `doubt` | one line and an exit code; what may have been made although no response came |
//!
//! Each command is a function that takes its arguments and a session, and gives what is printed or a failure. Standard output has the
//! result alone; standard error what is said about it.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;

mod accounts;
mod api;
mod arguments;
mod auth;
mod batch;
mod completion;
mod destination;
mod doctor;
mod doubt;
mod failure;
mod files;
mod media;
mod musescore;
mod output;
mod page;
mod places;
mod points;
mod progress;
mod sandbox;
mod score;
mod session;
mod soundcloud;
mod soundslice;
mod soundstripe;
mod sync;

use arguments::{Arguments, Command};
use failure::Failure;
use output::{Form, Output};
use session::Session;

/// What a shell reports of a command that was ended by Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;
/// What a shell reports of a command that was asked to end, as `kill` and a system that shuts down do.
#[cfg(unix)]
const TERMINATED: u8 = 143;
/// How long a command that was interrupted may put away what it has begun.
const TO_END: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return ended(&Failure::new(format!("the runtime cannot be started: {error}"))),
    };
    let result = runtime.block_on(run(arguments));
    // What still runs in the background, such as a name look-up, is not waited for.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ended(&failure),
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { general, command } = arguments;
    let form = Form::choose(general.json);
    let goes_on = matches!(command, Command::Sync(_));
    let session = Arc::new(Session::new(general));
    let output = if matches!(command, Command::Sandbox(_) | Command::Batch(_)) {
        // They listen for the signals themselves, to close every connection and to bring jobs to an end.
        command.run(&session).await?
    } else {
        let mut signals = Signals::listen()?;
        let its = session.clone();
        // A task of its own: it may be reading from a pipe to which nobody writes, and signals are heard all the same.
        let mut work = tokio::spawn(async move { command.run(&its).await });
        tokio::select! {
            output = &mut work => {
                output.map_err(|error| Failure::new(format!("the command broke off: {error}")))??
            }
            code = signals.next() => {
                work.abort();
                let _ = tokio::time::timeout(TO_END, work).await;
                return Err(session.interrupted(goes_on).code(code));
            }
        }
    };
    let (output, failure) = output.failure();
    let result = output.print(form).and(failure.map_or(Ok(()), Err));
    if let Some(remark) = output.remark() {
        session.tell(remark);
    }
    if let Some(session) = Arc::into_inner(session) {
        session.end().await;
    }
    result
}

/// The signals that end a command.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on.
    fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::new(format!("signals cannot be listened for: {error}")))
        };
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Waits for one, and gives the exit code that a shell expects of it.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Result<Self, Failure> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        INTERRUPTED
    }
}

impl Command {
    async fn run(self, session: &Session) -> Result<Output, Failure> {
        match self {
            Self::Sync(arguments) => sync::run(arguments, session).await,
            Self::Batch(arguments) => batch::run(arguments, session).await,
            Self::Score(command) => score::run(command, session),
            Self::Points(command) => points::run(command, session),
            Self::Soundslice(command) => soundslice::run(command, session).await,
            Self::Soundstripe(command) => soundstripe::run(command, session).await,
            Self::Soundcloud(command) => soundcloud::run(command, session).await,
            Self::Musescore(command) => musescore::run(command, session).await,
            Self::Api(arguments) => api::run(arguments, session).await,
            Self::Auth(command) => auth::run(command, session).await,
            Self::Sandbox(arguments) => sandbox::run(arguments, session).await,
            Self::Doctor => doctor::run(session).await,
            Self::Completion(arguments) => completion::run(arguments),
            Self::Man(arguments) => completion::man(&arguments),
        }
    }
}

/// Help and version as they are; a mistake in the arguments as one line.
fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A reader that went away is no reason to fail.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(failure::USAGE);
    }
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let line = lines.collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    ended(&Failure::usage(format!("{line}; add --help to see what there is")))
}

fn ended(failure: &Failure) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "segno: {failure}");
    ExitCode::from(failure.exit_code())
}
