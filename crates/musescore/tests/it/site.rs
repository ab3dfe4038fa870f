//! The sandbox and clients for it.

use std::sync::Arc;

use segno_core::ClientBuilder as CoreBuilder;
use segno_musescore::{AccessToken, Client, Consumer, Credentials};
use segno_sandbox::{MusescoreAccess, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A sandbox and a client that knows it.
pub(crate) struct Site {
    pub(crate) sandbox: Arc<Sandbox>,
    access: MusescoreAccess,
    client: Client,
}

impl Site {
    /// A sandbox on wall time.
    pub(crate) async fn start() -> Self {
        Self::around(Sandbox::start().await.unwrap(), |core| core)
    }

    /// A client for this sandbox, with settings.
    pub(crate) fn around(
        sandbox: impl Into<Arc<Sandbox>>,
        settings: impl FnOnce(CoreBuilder) -> CoreBuilder,
    ) -> Self {
        let sandbox = sandbox.into();
        let access = sandbox.musescore();
        let client = Client::builder(Credentials::key(access.consumer_key.as_str()))
            .base_url(&access.base_url)
            .oauth_url(&access.oauth_url)
            .web_url(&access.web_url)
            .static_url(&access.static_url)
            .settings(settings)
            .build()
            .unwrap();
        Self { sandbox, access, client }
    }

    pub(crate) fn consumer(&self) -> Consumer {
        Consumer::new(self.access.consumer_key.as_str(), self.access.consumer_secret.as_str())
    }

    /// With the consumer key alone.
    pub(crate) fn key(&self) -> Client {
        self.client.clone()
    }

    /// Signing for the application.
    pub(crate) fn application(&self) -> Client {
        self.client.with_credentials(Credentials::Application(self.consumer()))
    }

    /// Signing for the first user.
    pub(crate) fn user(&self) -> Client {
        let token =
            AccessToken::new(self.access.access_token.as_str(), self.access.access_token_secret.as_str());
        self.client.with_credentials(Credentials::User(self.consumer(), token))
    }

    /// Signing for the second user, with the second application.
    pub(crate) fn other(&self) -> Client {
        let keys = self.sandbox.musescore_accounts().swap_remove(1).keys.unwrap();
        let consumer = Consumer::new(keys.consumer_key, keys.consumer_secret);
        let token = AccessToken::new(keys.access_token, keys.access_token_secret);
        self.client.with_credentials(Credentials::User(consumer, token))
    }
}

/// A browser's GET, redirects not followed.
pub(crate) async fn visit(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, target) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

/// Where a response redirects to.
pub(crate) fn location(response: &str) -> &str {
    let mut headers = response.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, value)| value).unwrap()
}

/// What the page of a login shows once the user agreed.
pub(crate) async fn verifier(page: &str) -> String {
    let response = visit(&format!("{page}&auto=approve")).await;
    let shown = response.split("<code id=\"verifier\">").nth(1).unwrap();
    shown.split('<').next().unwrap().to_owned()
}
