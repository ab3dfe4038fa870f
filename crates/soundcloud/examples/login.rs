//! Logs in the user of this machine with a browser and keeps the tokens in a file.
//!
//! ```text
//! SOUNDCLOUD_CLIENT_ID=… SOUNDCLOUD_CLIENT_SECRET=… SOUNDCLOUD_TOKEN_FILE=tokens.json \
//!     cargo run -p segno-soundcloud --example login
//! ```
//!
//! `http://127.0.0.1:8765/callback` must be the redirect URI that is registered for the client id. Run again while the
//! file is there, it needs no browser.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use std::time::Duration;

use segno_soundcloud::core::Cause;
use segno_soundcloud::core::auth::AuthError;
use segno_soundcloud::{Client, me};

/// The port of the registered redirect URI.
const PORT: u16 = 8765;
/// How long the user may take.
const LIMIT: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> ExitCode {
    match log_in().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn log_in() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let me = match client.send(&me::Get::new()).await {
        Err(error) if matches!(error.cause(), Cause::Auth(AuthError::LoginNeeded(_))) => {
            client.login_in_browser(PORT, LIMIT, |url| println!("open {url}")).await?;
            client.send(&me::Get::new()).await?
        }
        outcome => outcome?,
    };
    println!("logged in as {}", me.username.as_deref().unwrap_or("a user without a name"));
    Ok(())
}
