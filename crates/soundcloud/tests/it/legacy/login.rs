//! The login of the old API by OAuth 1.0a, against the sandbox: three legs, signed calls, a token in a store.

use std::sync::Arc;

use segno_core::auth::store::{MemoryStore, TokenStore as _};
use segno_core::{Retry, StatusCode};
use segno_sandbox::{Host, Sandbox};
use segno_soundcloud::legacy::{
    AccessToken, Callback, Client, Consumer, Credentials, LoginError, Owner, Pending, Verified, permissions,
    tracks, users,
};
use segno_soundcloud::tracks::Asset;

use crate::fixtures::silence;

struct Old {
    sandbox: Sandbox,
    consumer: Consumer,
    password: String,
}

impl Old {
    async fn start() -> Self {
        let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
        let access = sandbox.description().soundcloud;
        let consumer = Consumer::new(access.client_id, access.client_secret);
        Self { sandbox, consumer, password: access.password }
    }

    /// A client at one of the two hosts.
    fn client(&self, host: Host, credentials: Credentials) -> Client {
        let web_url = self.sandbox.origin(Host::SOUNDCLOUD_WEB) + "/";
        let builder = Client::builder(&(self.sandbox.origin(host) + "/")).web_url(&web_url);
        builder.credentials(credentials).settings(|core| core.retry(Retry::never())).build().unwrap()
    }

    fn application(&self, host: Host) -> Client {
        self.client(host, Credentials::Application(self.consumer.clone()))
    }
}

/// What a browser does: asks the page, and comes back with the URL that it redirects to.
async fn decide(client: &Client, pending: &Pending, decision: &str) -> String {
    let page = format!("{}&auto={decision}", client.authorize_url(pending));
    crate::embedding::redirected(&page).await
}

async fn log_in(client: &Client) -> AccessToken {
    let pending = client.begin_login(Callback::Url("https://app.example/back".into())).await.unwrap();
    assert!(pending.callback_confirmed());
    let back = decide(client, &pending, "approve&username=reis").await;
    let verified: Verified = pending.redirected(&back).unwrap();
    client.finish_login(&verified).await.unwrap()
}

#[tokio::test]
async fn a_user_logs_in_and_every_call_is_signed() {
    let old = Old::start().await;
    for host in [Host::SOUNDCLOUD, Host::SOUNDCLOUD_LEGACY] {
        let application = old.application(host);
        let token = log_in(&application).await;
        let client = application.with_credentials(Credentials::User(old.consumer.clone(), token)).unwrap();
        assert_eq!(client.send(&users::Me::new()).await.unwrap().permalink.as_deref(), Some("reis"));
        let upload = tracks::Upload::new("Harbour & é", Asset::bytes("harbour.wav", silence()));
        let made = client.send(&upload.sharing(segno_soundcloud::Sharing::Private)).await.unwrap();
        assert_eq!(made.track.title, "Harbour & é");
        let contacts = client.send(&users::Contacts::new(Owner::Me)).await.unwrap();
        let contacts: Vec<_> = contacts.iter().filter_map(|user| user.id).collect();
        client.send(&permissions::Set::new(made.id, contacts.clone())).await.unwrap();
        assert_eq!(client.send(&permissions::Get::new(made.id)).await.unwrap(), contacts);
        client.send(&tracks::Delete::new(made.id)).await.unwrap();
        // Signed without a token, an application reads what is public and writes nothing.
        assert!(!application.send(&tracks::List::new().q("minuet")).await.unwrap().is_empty());
        let refused = application.send(&users::Me::new()).await.unwrap_err();
        assert_eq!(refused.status(), Some(StatusCode::UNAUTHORIZED), "{refused}");
    }
}

#[tokio::test]
async fn the_live_host_takes_no_password() {
    let old = Old::start().await;
    let password = || Credentials::password("okafor", old.password.as_str());
    let live = old.client(Host::SOUNDCLOUD, password());
    let refused = live.send(&users::Me::new()).await.unwrap_err();
    assert_eq!(refused.status(), Some(StatusCode::UNAUTHORIZED));
    assert!(
        refused.to_string().ends_with("check user name and password, or the key and token that sign"),
        "{refused}"
    );
    let sandbox = old.client(Host::SOUNDCLOUD_LEGACY, password());
    assert_eq!(sandbox.send(&users::Me::new()).await.unwrap().permalink.as_deref(), Some("okafor"));
    assert!(matches!(sandbox.begin_login(Callback::OutOfBand).await, Err(LoginError::NoConsumer)));
    // Without credentials again, nothing is sent along.
    let anonymous = sandbox.with_credentials(Credentials::Anonymous).unwrap();
    assert!(anonymous.send(&users::Me::new()).await.is_err());
}

#[tokio::test]
async fn a_login_goes_into_the_store_and_is_used_from_there() {
    let old = Old::start().await;
    let store = Arc::new(MemoryStore::new());
    let stored = || Credentials::stored(old.consumer.clone(), Arc::clone(&store));
    let client = old.client(Host::SOUNDCLOUD, stored());
    let before = client.send(&users::Me::new()).await.unwrap_err().to_string();
    assert!(before.contains("login_in_browser"), "{before}");
    log_in(&client).await;
    assert_eq!(client.send(&users::Me::new()).await.unwrap().permalink.as_deref(), Some("reis"));
    assert!(store.load().await.unwrap().token.is_some());
    let later = old.client(Host::SOUNDCLOUD, stored());
    assert_eq!(later.send(&users::Me::new()).await.unwrap().permalink.as_deref(), Some("reis"));
}

#[tokio::test]
async fn a_login_is_refused_resumed_and_typed_in() {
    let old = Old::start().await;
    let client = old.application(Host::SOUNDCLOUD);
    let pending = client.begin_login(Callback::Url("https://app.example/back".into())).await.unwrap();
    let back = decide(&client, &pending, "deny").await;
    let refused = pending.redirected(&back).unwrap_err();
    assert_eq!(refused.to_string(), "access was not granted (permission_denied)");

    let pending = client.begin_login(Callback::Url("https://app.example/back".into())).await.unwrap();
    let record = pending.to_record();
    let back = decide(&client, &pending, "approve").await;
    let other = old.application(Host::SOUNDCLOUD);
    let verified = other.resume_login(&record).unwrap().redirected(&back).unwrap();
    let token = other.finish_login(&verified).await.unwrap();
    assert!(!format!("{token:?}").contains(token.secret.expose()));
    let again = client.finish_login(&verified).await.unwrap_err();
    assert!(
        matches!(&again, LoginError::Call(error) if error.status() == Some(StatusCode::UNAUTHORIZED)),
        "{again}"
    );

    let pending = client.begin_login(Callback::OutOfBand).await.unwrap();
    let wrong =
        client.finish_login(&pending.clone().verifier("wrong").unwrap()).await.unwrap_err().to_string();
    assert!(wrong.contains("401 Unauthorized"), "{wrong}");
    let page = crate::embedding::page(&format!("{}&auto=approve", client.authorize_url(&pending))).await;
    let verifier = page.split("id=\"verifier\">").nth(1).unwrap().split('<').next().unwrap();
    client.finish_login(&pending.verifier(verifier).unwrap()).await.unwrap();
}

/// The listener on this machine, and a browser that follows the redirect to it.
#[cfg(feature = "loopback")]
#[tokio::test]
async fn a_login_in_a_browser() {
    let old = Old::start().await;
    let client = old.application(Host::SOUNDCLOUD);
    let mut browser = None;
    let limit = std::time::Duration::from_secs(60);
    let token = client
        .login_in_browser(0, limit, |page| {
            let page = format!("{page}&auto=approve");
            browser = Some(tokio::spawn(async move {
                let back = crate::embedding::redirected(&page).await;
                crate::embedding::page(&back).await
            }));
        })
        .await
        .unwrap();
    let shown = browser.unwrap().await.unwrap();
    assert!(shown.starts_with("HTTP/1.1 200"), "{shown}");
    let client = client.with_credentials(Credentials::User(old.consumer.clone(), token)).unwrap();
    assert_eq!(client.send(&users::Me::new()).await.unwrap().permalink.as_deref(), Some("okafor"));
}
