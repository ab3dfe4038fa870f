//! `segno auth`: logging in and out, and what is logged in.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use segno_core::Secret;
use segno_core::auth::oauth2;
use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_core::environment::env_var_if_set;
use segno_soundslice::folders;
use segno_soundstripe::tags;

use crate::accounts::{self, Account, Accounts, Service};
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::session::{self, Session, Settings};

/// How long a user may take in the browser.
const CONSENT: Duration = Duration::from_secs(300);

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The logins that this machine has, and where their secrets are
    Status(Status),
    /// Keep the key of a service, and log a user in where the service has users
    Login(Login),
    /// Forget a login, also at the service where it can be told
    Logout(Logout),
}

/// What is looked at.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Status {
    /// Ask the services whether the logins are accepted
    #[arg(long)]
    check: bool,
}

/// A login.
#[derive(Args, Clone, Debug)]
pub(crate) struct Login {
    /// The service
    service: Service,
    #[command(flatten)]
    how: How,
}

/// How one logs in.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct How {
    /// Keep the application's key alone; no user logs in
    #[arg(long)]
    app_only: bool,
    /// Open no browser; the URL of the page of consent is printed in any case
    #[arg(long)]
    no_browser: bool,
    /// The port of the registered redirect URI, http://127.0.0.1:PORT/callback
    #[arg(long, value_name = "PORT", default_value_t = 8765)]
    port: u16,
}

/// A logout.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Logout {
    /// The service
    service: Service,
}

pub(crate) async fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::Status(status) => show(status, session).await,
        Command::Login(login) => log_in(login.service, login.how, session).await,
        Command::Logout(logout) => log_out(logout.service, session).await,
    }
}

/// What each service is asked for; what is secret is not shown while it is typed.
fn questions(service: Service) -> &'static [(&'static str, &'static str, bool)] {
    match service {
        Service::Soundslice => {
            &[("SOUNDSLICE_APP_ID", "application ID", false), ("SOUNDSLICE_PASSWORD", "password", true)]
        }
        Service::Soundstripe => &[("SOUNDSTRIPE_API_KEY", "API key", true)],
        Service::Soundcloud => &[
            ("SOUNDCLOUD_CLIENT_ID", "client ID", false),
            ("SOUNDCLOUD_CLIENT_SECRET", "client secret", true),
        ],
        Service::Musescore => &[
            ("MUSESCORE_CONSUMER_KEY", "consumer key", false),
            ("MUSESCORE_CONSUMER_SECRET", "consumer secret", true),
        ],
    }
}

/// The key of a service: from the environment, from a terminal, or from standard input, a value a line.
fn key(service: Service, session: &Session) -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::new();
    let mut taken = Vec::new();
    for (name, title, secret) in questions(service) {
        let given = env_var_if_set(name).map_err(|error| Failure::usage(error.to_string()))?;
        let value = match given {
            Some(value) => {
                taken.push(*name);
                value
            }
            None => ask(service, title, *secret)?,
        };
        let value = value.trim().to_owned();
        if value.is_empty() {
            return Err(Failure::usage(format!(
                "the {title} of {} is missing: type it, set {name}, or give it on standard input, a value a line",
                service.title()
            )));
        }
        values.insert((*name).to_owned(), value);
    }
    if !taken.is_empty() {
        let are = if taken.len() == 1 { "is" } else { "are" };
        session.tell(format_args!("{} {are} taken from the environment", taken.join(" and ")));
    }
    Ok(values)
}

fn ask(service: Service, title: &str, secret: bool) -> Result<String, Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        // Ctrl-C where what is typed is not shown.
        std::io::ErrorKind::Interrupted => Failure::new("interrupted").code(crate::INTERRUPTED),
        _ => Failure::new(format!("the {title} cannot be read: {error}")),
    };
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let mut line = String::new();
        stdin.lock().read_line(&mut line).map_err(failed)?;
        return Ok(line);
    }
    let prompt = format!("{} {title}: ", service.title());
    if secret {
        return rpassword::prompt_password(prompt).map_err(failed);
    }
    let mut err = std::io::stderr();
    write!(err, "{prompt}").and_then(|()| err.flush()).map_err(failed)?;
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(failed)?;
    Ok(line)
}

pub(crate) async fn log_in(service: Service, how: How, session: &Session) -> Result<Output, Failure> {
    let account = Account::new(service, session.general().account.as_deref())?;
    let mut accounts = Accounts::open()?;
    let values = key(service, session)?;
    let place = accounts::keeper()?;
    let user = match service {
        Service::Soundcloud | Service::Musescore => !how.app_only,
        Service::Soundslice | Service::Soundstripe => false,
    };
    let tokens = Arc::new(MemoryStore::new());
    let settings = Settings::New {
        values: values.iter().map(|(name, value)| (name.clone(), Secret::new(value.clone()))).collect(),
        tokens: Arc::clone(&tokens),
        user,
    };
    let accepted =
        if user { consent(&settings, service, how, session).await } else { check(&settings, service).await };
    // Nothing was written so far, and a login that was kept before is as it was.
    accepted.map_err(|failure| {
        failure.advice(if accounts.knows(&account) {
            "nothing was kept of this, and the login from before is still there"
        } else {
            "nothing was kept"
        })
    })?;
    let tokens = tokens.load().await.map_err(|error| Failure::new(error.to_string()))?;
    accounts.keep(&account, place, &values, user, tokens).await?;
    Ok(Record::new()
        .text("service", service)
        .with("account", account.name())
        .text("secrets_in", place)
        .with("user", user)
        .into())
}

/// Has the user agree in a browser.
async fn consent(settings: &Settings, service: Service, how: How, session: &Session) -> Result<(), Failure> {
    let open = |url: &str| {
        // Also where nothing else is said: without it nobody can log in, and a browser may be there that shows nothing.
        let _ = writeln!(std::io::stderr(), "open {url}");
        if !how.no_browser && webbrowser::open(url).is_ok() {
            session.tell("a browser on this machine was asked to show it");
        }
    };
    let (line, is_refused) = match service {
        Service::Musescore => {
            let client = session::musescore(settings)?;
            match client.login_in_browser(how.port, CONSENT, open).await {
                Ok(_) => return Ok(()),
                Err(error) => {
                    let refused =
                        matches!(&error, segno_musescore::LoginError::Call(call) if !call.is_transient());
                    (error.to_string(), refused)
                }
            }
        }
        _ => {
            let client = session::soundcloud(settings)?;
            match client.login_in_browser(how.port, CONSENT, open).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    use segno_soundcloud::LoginError::Login;
                    let refused =
                        matches!(&error, Login(oauth2::LoginError::Exchange(call)) if !call.is_transient());
                    (error.to_string(), refused)
                }
            }
        }
    };
    let failure = Failure::new(format!("nobody was logged in: {line}"));
    Err(if is_refused { failure.code(crate::failure::LOGIN) } else { failure })
}

/// Asks the service whether a login is accepted, by a request that changes nothing.
async fn check(settings: &Settings, service: Service) -> Result<(), Failure> {
    match service {
        Service::Soundslice => {
            session::soundslice(settings)?.send(&folders::List::new()).await?;
        }
        Service::Soundstripe => {
            session::soundstripe(settings)?.send(&tags::List::new()).await?;
        }
        Service::Soundcloud => {
            let client = session::soundcloud(settings)?;
            match client.token_kind() {
                Some(oauth2::TokenKind::User) => {
                    client.send(&segno_soundcloud::me::Get::new()).await?;
                }
                _ => {
                    client.send(&segno_soundcloud::tracks::Search::new().limit(1)).await?;
                }
            }
        }
        Service::Musescore => {
            let client = session::musescore(settings)?;
            if matches!(
                client.credentials(),
                segno_musescore::Credentials::User(..) | segno_musescore::Credentials::Stored(_)
            ) {
                client.send(&segno_musescore::users::Me::new()).await?;
            } else {
                let filters = segno_musescore::scores::Filters::new();
                client.send(&segno_musescore::scores::Search::new(filters)).await?;
            }
        }
    }
    Ok(())
}

pub(crate) async fn log_out(service: Service, session: &Session) -> Result<Output, Failure> {
    let account = Account::new(service, session.general().account.as_deref())?;
    let mut accounts = Accounts::open()?;
    if !accounts.knows(&account) {
        return Err(Failure::new(format!("there is no account {:?} of {}", account.name(), service.title())));
    }
    if service == Service::Soundcloud
        && let Err(failure) = sign_out(&accounts, &account).await
    {
        session.tell(format_args!(
            "SoundCloud could not be told, so its token works until it expires: {failure}"
        ));
    }
    accounts.remove(&account)?;
    Ok(Record::new().text("service", service).with("account", account.name()).with("removed", true).into())
}

/// Tells SoundCloud that a user's login ends, if one is kept that can be read.
async fn sign_out(accounts: &Accounts, account: &Account) -> Result<(), Failure> {
    let Some(values) = accounts.read(account)? else { return Ok(()) };
    if accounts.has_tokens(account)? {
        let settings = Settings::Given { values, account: Some(account.clone()) };
        let client = session::soundcloud(&settings)?;
        client.sign_out().await.map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(())
}

async fn show(status: Status, session: &Session) -> Result<Output, Failure> {
    let mut rows = Vec::new();
    let accounts = Accounts::open()?;
    let mut found: Vec<(Service, String, String, Result<Settings, Failure>)> = Vec::new();
    for service in Service::ALL {
        if service.in_environment()? {
            found.push((service, "(environment)".into(), "environment".into(), Ok(Settings::Environment)));
        }
    }
    for (account, place) in accounts.all() {
        let (service, name) = (account.service(), account.name().to_owned());
        let settings = accounts.read(&account).and_then(|values| {
            let login = format!("{service} --account {name}");
            let values = values.ok_or_else(|| Failure::login(&login, "its key is gone"))?;
            Ok(Settings::Given { values, account: Some(account) })
        });
        found.push((service, name, place.to_string(), settings));
    }
    let mut failures = Vec::new();
    for (service, name, place, settings) in found {
        let mut failure = None;
        let user = match &settings {
            Ok(Settings::Given { account: Some(account), .. }) => {
                accounts.has_tokens(account).unwrap_or_else(|unreadable| {
                    failure = Some(unreadable);
                    false
                })
            }
            _ => false,
        };
        let about = format!("{service} {name}");
        let mut row = Record::new()
            .text("service", service)
            .with("account", name)
            .with("secrets_in", place)
            .with("user", user);
        match settings {
            Err(unreadable) => failure = Some(unreadable),
            Ok(settings) if status.check && failure.is_none() => {
                failure = check(&settings, service).await.err();
            }
            Ok(_) => {}
        }
        if status.check {
            let state = failure.as_ref().map_or_else(|| "accepted".to_owned(), Failure::to_string);
            row = row.with("state", state);
        }
        failures.extend(failure.map(|failure| (about, failure)));
        rows.push(row);
    }
    if rows.is_empty() {
        session.tell(
            "nobody is logged in; `segno auth login SERVICE`, or set the variables of `segno sandbox --env`",
        );
    }
    let count = rows.len();
    let output = Output::from(rows);
    let code = if failures.iter().any(|(_, failure)| failure.is_login()) { crate::failure::LOGIN } else { 1 };
    Ok(match failures.as_slice() {
        [] => output,
        [(about, failure)] => output.but(Failure::new(format!("{about}: {failure}")).code(code)),
        several => {
            let names: Vec<&str> = several.iter().map(|(about, _)| about.as_str()).collect();
            let line = format!("{} of {count} logins cannot be used: {}", several.len(), names.join(", "));
            let failure = Failure::new(line).code(code);
            let advice = "`segno auth status --check` says of each what to do";
            output.but(if status.check { failure } else { failure.advice(advice) })
        }
    })
}

/// Whether a service accepts these settings, for `segno doctor`.
pub(crate) async fn accepted(settings: &Settings, service: Service) -> Result<(), Failure> {
    check(settings, service).await
}
