//! A run of the command: where requests go, and clients with the credentials for it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use segno_core::Secret;
use segno_core::auth::store::{FileStore, MemoryStore, TokenStore};
use segno_core::environment::env_var_if_set;
use segno_musescore::{AccessToken, Consumer, Credentials};
use segno_sandbox::Sandbox;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::accounts::{self, Account, Accounts, Service};
use crate::arguments::{General, To};
use crate::doubt;
use crate::failure::Failure;

/// A run of the command.
pub(crate) struct Session {
    general: General,
    sandbox: OnceCell<Sandbox>,
    /// What was made so far, for the case that the command is interrupted.
    made: Mutex<Vec<String>>,
}

/// The settings of one service, by the names of the environment variables that the clients read.
pub(crate) enum Settings {
    /// Those of the environment of the process.
    Environment,
    /// Of a sandbox, or of an account that was logged in.
    Given { values: BTreeMap<String, Secret>, account: Option<Account> },
    /// Of a login that is not accepted yet, and not kept: that of a user, or that of the application alone.
    New { values: BTreeMap<String, Secret>, tokens: Arc<MemoryStore>, user: bool },
}

impl Settings {
    /// What a sandbox says of itself.
    pub(crate) fn of(environment: Vec<(&'static str, String)>) -> Self {
        let values = environment.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Self::Given { values: values.collect(), account: None }
    }

    /// A setting; `None` if it is not there.
    pub(crate) fn get(&self, name: &'static str) -> Result<Option<String>, Failure> {
        match self {
            Self::Environment => env_var_if_set(name)
                .map_err(|error| Failure::new(error.to_string()).code(crate::failure::USAGE)),
            Self::Given { values, .. } | Self::New { values, .. } => match values.get(name) {
                Some(value) => Ok(Some(value.expose().to_owned())),
                // URLs may come from the environment with any account.
                None if name.ends_with("_URL") => Ok(env_var_if_set(name).unwrap_or_default()),
                None => Ok(None),
            },
        }
    }

    /// Where the tokens of a user are: in a file that is named, or with the account; `None` if nobody is logged in.
    fn tokens(&self, file: &'static str) -> Result<Option<Arc<dyn TokenStore>>, Failure> {
        if let Self::New { tokens, user, .. } = self {
            return Ok(if *user { Some(Arc::<MemoryStore>::clone(tokens)) } else { None });
        }
        if let Some(file) = self.get(file)? {
            let store = FileStore::open(&file).map_err(|error| Failure::new(error.to_string()))?;
            return Ok(if Path::new(&file).exists() { Some(Arc::new(store)) } else { None });
        }
        let Self::Given { account: Some(account), .. } = self else { return Ok(None) };
        let accounts = Accounts::open()?;
        Ok(if accounts.has_tokens(account)? { Some(accounts.tokens(account)?) } else { None })
    }

    /// Where the tokens are that the application `id` has for itself: the service gives a few a day, so they are kept from call to
    /// call, but for those of a sandbox that ends with the command.
    fn app_tokens(&self, id: &str) -> Result<Arc<dyn TokenStore>, Failure> {
        match self {
            Self::New { tokens, .. } => Ok(Arc::<MemoryStore>::clone(tokens)),
            Self::Given { account: Some(account), .. } => Accounts::open()?.app_tokens(account),
            Self::Given { account: None, .. } => Ok(Arc::new(MemoryStore::new())),
            Self::Environment => {
                // On a machine where nothing can be kept, each command asks for one.
                let nowhere = || Arc::new(MemoryStore::new()) as Arc<dyn TokenStore>;
                let auth = self.get("SOUNDCLOUD_AUTH_URL")?.unwrap_or_default();
                let key = Sha256::digest(format!("{auth} {id}"));
                let key: String = key.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                Ok(accounts::app_tokens(&key).unwrap_or_else(|_| nowhere()))
            }
        }
    }

    fn need(&self, name: &'static str) -> Result<String, Failure> {
        self.get(name)?.ok_or_else(|| Failure::new(format!("{name} is not set")).code(crate::failure::USAGE))
    }
}

impl Session {
    pub(crate) fn new(general: General) -> Self {
        Self { general, sandbox: OnceCell::new(), made: Mutex::default() }
    }

    /// Remembers what was made, such as `the slice Qm4Zt`.
    pub(crate) fn made(&self, what: impl Display) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_string());
    }

    /// What is said of a command that a signal ends: what is there now, and how to go on if it can.
    pub(crate) fn interrupted(&self, goes_on: bool) -> Failure {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).join(", ");
        let mut failure = Failure::new("interrupted");
        if self.sandbox.initialized() {
            return failure.advice("the sandbox inside of this command is gone with what was in it");
        }
        if !made.is_empty() {
            failure = failure.advice(format_args!("made so far: {made}"));
        }
        if goes_on {
            return failure.last("run the same command again to go on where it stopped");
        }
        match doubt::of_what_is_under_way() {
            Some(look) => failure.advice(look),
            None => failure,
        }
    }

    /// Says something beside the result, on standard error.
    pub(crate) fn tell(&self, line: impl Display) {
        if !self.general.quiet {
            // Nobody there to be told.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    /// Whether progress is shown: on a terminal that somebody looks at.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.general.quiet && std::io::stderr().is_terminal()
    }

    pub(crate) fn general(&self) -> &General {
        &self.general
    }

    /// Ends the sandbox, if there is one.
    pub(crate) async fn end(self) {
        if let Some(sandbox) = self.sandbox.into_inner() {
            sandbox.stop().await;
        }
    }

    /// The sandbox inside of this command.
    pub(crate) async fn sandbox(&self) -> Result<&Sandbox, Failure> {
        let start = || async {
            Sandbox::start()
                .await
                .map_err(|error| Failure::new(format!("the sandbox did not start: {error}")))
        };
        self.sandbox.get_or_try_init(start).await
    }

    /// The settings of a service; `None` if it has no credentials anywhere.
    pub(crate) async fn settings_if_any(&self, service: Service) -> Result<Option<Settings>, Failure> {
        if self.general.to == Some(To::Sandbox) {
            return Ok(Some(Settings::of(self.sandbox().await?.environment())));
        }
        if self.general.account.is_none() && service.in_environment()? {
            return Ok(Some(Settings::Environment));
        }
        let account = Account::new(service, self.general.account.as_deref())?;
        let Some(values) = Accounts::open()?.read(&account)? else {
            return match &self.general.account {
                Some(_) => Err(Failure::login(
                    &format!("{service} --account {}", account.name()),
                    format_args!("there is no account {:?} of {}", account.name(), service.title()),
                )),
                None => Ok(None),
            };
        };
        Ok(Some(Settings::Given { values, account: Some(account) }))
    }

    /// The settings of a service.
    pub(crate) async fn settings(&self, service: Service) -> Result<Settings, Failure> {
        self.settings_if_any(service).await?.ok_or_else(|| {
            let variables = service.needed().join(" and ");
            Failure::login(
                service.name(),
                format_args!(
                    "there are no credentials for {}: set {variables}, or use --to sandbox",
                    service.title()
                ),
            )
        })
    }

    pub(crate) async fn soundslice(&self) -> Result<segno_soundslice::Client, Failure> {
        soundslice(&self.settings(Service::Soundslice).await?)
    }

    pub(crate) async fn soundstripe(&self) -> Result<segno_soundstripe::Client, Failure> {
        soundstripe(&self.settings(Service::Soundstripe).await?)
    }

    pub(crate) async fn soundcloud(&self) -> Result<segno_soundcloud::Client, Failure> {
        soundcloud(&self.settings(Service::Soundcloud).await?)
    }

    pub(crate) async fn musescore(&self) -> Result<segno_musescore::Client, Failure> {
        musescore(&self.settings(Service::Musescore).await?)
    }
}

pub(crate) fn soundslice(settings: &Settings) -> Result<segno_soundslice::Client, Failure> {
    let (id, password) = (settings.need("SOUNDSLICE_APP_ID")?, settings.need("SOUNDSLICE_PASSWORD")?);
    let mut builder = segno_soundslice::Client::builder(&id, password);
    if let Some(url) = settings.get("SOUNDSLICE_BASE_URL")? {
        builder = builder.base_url(&url);
    }
    Ok(builder.settings(watched).build()?)
}

/// So that it can be told what was under way when a signal ends the command.
fn watched(core: segno_core::ClientBuilder) -> segno_core::ClientBuilder {
    core.observer(doubt::watch)
}

pub(crate) fn soundstripe(settings: &Settings) -> Result<segno_soundstripe::Client, Failure> {
    let mut builder = segno_soundstripe::Client::builder(settings.need("SOUNDSTRIPE_API_KEY")?);
    if let Some(url) = settings.get("SOUNDSTRIPE_BASE_URL")? {
        builder = builder.base_url(&url);
    }
    Ok(builder.settings(watched).build()?)
}

/// With the rights of a user where somebody is logged in, or is about to, else with those of the application.
pub(crate) fn soundcloud(settings: &Settings) -> Result<segno_soundcloud::Client, Failure> {
    let mut builder = segno_soundcloud::Client::builder().settings(watched);
    if let Some(url) = settings.get("SOUNDCLOUD_BASE_URL")? {
        builder = builder.base_url(&url);
    }
    if let Some(url) = settings.get("SOUNDCLOUD_AUTH_URL")? {
        builder = builder.auth_url(&url);
    }
    if let Some(url) = settings.get("SOUNDCLOUD_WEB_URL")? {
        builder = builder.web_url(&url);
    }
    if let Some(token) = settings.get("SOUNDCLOUD_ACCESS_TOKEN")? {
        return Ok(builder.token(token).build()?);
    }
    let (id, secret) = (settings.need("SOUNDCLOUD_CLIENT_ID")?, settings.need("SOUNDCLOUD_CLIENT_SECRET")?);
    let builder = match settings.tokens("SOUNDCLOUD_TOKEN_FILE")? {
        Some(store) => builder.user(&id, Some(secret.into()), store),
        None => builder.app(&id, secret, settings.app_tokens(&id)?),
    };
    Ok(builder.build()?)
}

/// With the rights of a user where somebody is logged in, or is about to, else with those of the application or the key alone.
pub(crate) fn musescore(settings: &Settings) -> Result<segno_musescore::Client, Failure> {
    let key = settings.need("MUSESCORE_CONSUMER_KEY")?;
    let tokens = (settings.get("MUSESCORE_ACCESS_TOKEN")?, settings.get("MUSESCORE_ACCESS_TOKEN_SECRET")?);
    let credentials = match (settings.get("MUSESCORE_CONSUMER_SECRET")?, tokens) {
        (None, _) => Credentials::key(key),
        (Some(secret), (Some(token), Some(token_secret))) => {
            Credentials::User(Consumer::new(key, secret), AccessToken::new(token, token_secret))
        }
        (Some(secret), _) => match settings.tokens("MUSESCORE_TOKEN_FILE")? {
            Some(store) => Credentials::stored(Consumer::new(key, secret), store),
            None => Credentials::Application(Consumer::new(key, secret)),
        },
    };
    let mut builder = segno_musescore::Client::builder(credentials).settings(watched);
    if let Some(url) = settings.get("MUSESCORE_BASE_URL")? {
        builder = builder.base_url(&url);
    }
    if let Some(url) = settings.get("MUSESCORE_OAUTH_URL")? {
        builder = builder.oauth_url(&url);
    }
    if let Some(url) = settings.get("MUSESCORE_WEB_URL")? {
        builder = builder.web_url(&url);
    }
    if let Some(url) = settings.get("MUSESCORE_STATIC_URL")? {
        builder = builder.static_url(&url);
    }
    Ok(builder.build()?)
}
