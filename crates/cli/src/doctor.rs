//! `segno doctor`: what works here and what does not.

use crate::accounts::Service;
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::session::{Session, Settings};
use crate::{auth, places};

pub(crate) async fn run(session: &Session) -> Result<Output, Failure> {
    let mut rows =
        vec![row("segno", true, format!("{} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS))];
    for (name, folder) in [("settings", places::config()), ("state", places::state())] {
        rows.push(match folder {
            Ok(folder) => match places::writable(&folder) {
                Ok(()) => row(name, true, folder.display()),
                Err(failure) => row(name, false, failure),
            },
            Err(failure) => row(name, false, failure),
        });
    }
    let keyring = crate::accounts::keyring();
    rows.push(row(
        "keyring",
        keyring.then_some(true),
        if keyring { "secrets go there" } else { "none: secrets go to private files" },
    ));
    let listens =
        if cfg!(feature = "align") { "built in" } else { "not built in: sync needs --points or --beats" };
    rows.push(row("alignment", cfg!(feature = "align").then_some(true), listens));
    match session.sandbox().await {
        Ok(sandbox) => {
            let here = sandbox.description().control.base_url;
            rows.push(row("sandbox", true, format_args!("started at {here} and stopped")));
        }
        Err(failure) => rows.push(row("sandbox", false, failure)),
    }
    for service in Service::ALL {
        rows.push(match session.settings_if_any(service).await {
            Ok(None) => {
                row(service.name(), None, format_args!("no login; `segno auth login {service}` makes one"))
            }
            Ok(Some(settings)) => {
                let from = match &settings {
                    Settings::Environment => "the environment".to_owned(),
                    Settings::Given { account: Some(account), .. } => format!("account {}", account.name()),
                    _ => "the sandbox".to_owned(),
                };
                match auth::accepted(&settings, service).await {
                    Ok(()) => row(service.name(), true, format_args!("login of {from} is accepted")),
                    Err(failure) => row(service.name(), false, format_args!("login of {from}: {failure}")),
                }
            }
            Err(failure) => row(service.name(), false, failure),
        });
    }
    let fails = rows.iter().filter(|row| row.value("state") == Some(&"fails".into())).count();
    let output = Output::from(rows);
    Ok(match fails {
        0 => output,
        fails => output.but(Failure::new(format!(
            "{fails} of these do not work; what was told of each says what to do"
        ))),
    })
}

/// `works` is `None` of what was not set up, and so not tried.
fn row(what: &str, works: impl Into<Option<bool>>, told: impl std::fmt::Display) -> Record {
    let state = match works.into() {
        Some(true) => "works",
        Some(false) => "fails",
        None => "not set up",
    };
    Record::new().with("what", what).with("state", state).text("told", told)
}
