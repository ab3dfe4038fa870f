//! `segno auth`: logging in and out, and what is logged in.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::{Args, Subcommand};
use segno_core::Secret;
use segno_core::environment::env_var_if_set;
use segno_soundslice::folders;
use segno_soundstripe::tags;

use crate::accounts::{Account, Accounts, Service};
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
    /// Print the URL of the consent page instead of opening a browser
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
fn key(service: Service) -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::new();
    for (name, title, secret) in questions(service) {
        let given = env_var_if_set(name).map_err(|error| Failure::usage(error.to_string()))?;
        let value = match given {
            Some(value) => value,
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
    Ok(values)
}

fn ask(service: Service, title: &str, secret: bool) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("the {title} cannot be read: {error}"));
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
    let known = accounts.read(&account)?.is_some();
    let values = key(service)?;
    let place = accounts.write(&account, &values)?;
    let values = values.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
    let settings = Settings::Given { values, account: Some(account.clone()) };
    let user = match service {
        Service::Soundcloud | Service::Musescore => !how.app_only,
        Service::Soundslice | Service::Soundstripe => false,
    };
    let result =
        if user { consent(&settings, service, how, session).await } else { check(&settings, service).await };
    if let Err(failure) = result {
        // What was never accepted is not kept.
        if !known {
            accounts.remove(&account)?;
        }
        return Err(failure.advice("nothing was kept"));
    }
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
        if how.no_browser || webbrowser::open(url).is_err() {
            session.tell(format_args!("open {url}"));
        } else {
            session.tell("a browser shows the page of consent");
        }
    };
    match service {
        Service::Musescore => {
            let client = session::musescore(settings, true)?;
            client.login_in_browser(how.port, CONSENT, open).await.map(|_| ()).map_err(refused)
        }
        _ => session::soundcloud(settings, true)?
            .login_in_browser(how.port, CONSENT, open)
            .await
            .map_err(refused),
    }
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("nobody was logged in: {error}"))
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
            let client = session::soundcloud(settings, false)?;
            match client.token_kind() {
                Some(segno_soundcloud::core::auth::oauth2::TokenKind::User) => {
                    client.send(&segno_soundcloud::me::Get::new()).await?;
                }
                _ => {
                    client.send(&segno_soundcloud::tracks::Search::new().limit(1)).await?;
                }
            }
        }
        Service::Musescore => {
            let client = session::musescore(settings, false)?;
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
    let Some(values) = accounts.read(&account)? else {
        return Err(Failure::new(format!("there is no account {:?} of {}", account.name(), service.title())));
    };
    if service == Service::Soundcloud && accounts.has_tokens(&account)? {
        let settings = Settings::Given { values, account: Some(account.clone()) };
        if let Err(error) = session::soundcloud(&settings, false)?.sign_out().await {
            session.tell(format_args!(
                "SoundCloud could not be told, so its token works until it expires: {error}"
            ));
        }
    }
    accounts.remove(&account)?;
    Ok(Record::new().text("service", service).with("account", account.name()).with("removed", true).into())
}

async fn show(status: Status, session: &Session) -> Result<Output, Failure> {
    let mut rows = Vec::new();
    let accounts = Accounts::open()?;
    let mut found: Vec<(Service, String, String, Settings)> = Vec::new();
    for service in Service::ALL {
        if service.in_environment()? {
            found.push((service, "(environment)".into(), "environment".into(), Settings::Environment));
        }
    }
    for (account, place) in accounts.all() {
        let values = accounts.read(&account)?.unwrap_or_default();
        let (service, name) = (account.service(), account.name().to_owned());
        found.push((service, name, place.to_string(), Settings::Given { values, account: Some(account) }));
    }
    for (service, name, place, settings) in found {
        let user = match &settings {
            Settings::Given { account: Some(account), .. } => accounts.has_tokens(account)?,
            _ => false,
        };
        let mut row = Record::new()
            .text("service", service)
            .with("account", name)
            .with("secrets_in", place)
            .with("user", user);
        if status.check {
            let state = match check(&settings, service).await {
                Ok(()) => "accepted".to_owned(),
                Err(failure) => failure.to_string(),
            };
            row = row.with("state", state);
        }
        rows.push(row);
    }
    if rows.is_empty() {
        session.tell(
            "nobody is logged in; `segno auth login SERVICE`, or set the variables of `segno sandbox --env`",
        );
    }
    Ok(rows.into())
}

/// Whether a service accepts these settings, for `segno doctor`.
pub(crate) async fn accepted(settings: &Settings, service: Service) -> Result<(), Failure> {
    check(settings, service).await
}
