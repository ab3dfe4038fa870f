//! Responses of the token server that are not as documented, with the sandbox, whose refresh tokens work once: who throws one
//! away is logged out.

use std::sync::Arc;
use std::time::Duration;

use segno_core::Cause;
use segno_core::auth::AuthError;
use segno_core::auth::store::MemoryStore;
use segno_sandbox::{Edit, Fault, FaultKind, Host, Sandbox};
use segno_soundcloud::{Client, me};

struct Scene {
    sandbox: Sandbox,
    store: Arc<MemoryStore>,
}

impl Scene {
    async fn logged_in() -> Self {
        let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
        let scene = Self { sandbox, store: Arc::default() };
        let client = scene.process();
        let access = scene.sandbox.description().soundcloud;
        let login = client.begin_login(&access.redirect_uri).unwrap();
        let redirect = crate::browser::decide(login.url(), "approve").await;
        login.finish(&redirect).await.unwrap();
        scene
    }

    /// A process that begins now and shares the store.
    fn process(&self) -> Client {
        let access = self.sandbox.description().soundcloud;
        let client = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
        let secret = Some(access.client_secret.into());
        client.user(&access.client_id, secret, Arc::clone(&self.store)).build().unwrap()
    }

    /// The access token is over on the other side.
    fn over(&self) {
        self.sandbox.advance(Duration::from_secs(4000));
    }

    fn token_requests(&self) -> usize {
        let requests = self.sandbox.requests();
        requests.iter().filter(|request| request.path.starts_with("/oauth/token")).count()
    }

    fn fault(&self, kind: FaultKind) {
        self.sandbox.fault(Fault::new(kind).on(Host::SOUNDCLOUD_AUTH).path("/oauth/token"));
    }
}

#[tokio::test]
async fn whatever_can_be_read_keeps_the_login() {
    let edit = |edit: Edit| FaultKind::Edit(edit);
    for kind in [
        edit(Edit::new().replace("/scope", r#"["*", "non-expiring"]"#)),
        edit(Edit::new().replace("/scope", r#""\ud83c""#).replace("/token_type", "null")),
        edit(Edit::new().replace("/expires_in", "\"3599.5\"")),
        edit(Edit::new().replace("/expires_in", "\"soon\"")),
        edit(Edit::new().replace("/expires_in", "-1").replace("/token_type", "\"OAuth\"")),
        edit(Edit::new().replace("/expires_in", "NaN")),
        edit(Edit::new().form_encoded()),
        edit(Edit::new().prepend("\u{feff}")),
        edit(Edit::new().prepend("<br />\n<b>Notice</b>: odd in <b>t.php</b> on line <b>1</b><br />\n")),
    ] {
        let scene = Scene::logged_in().await;
        scene.over();
        let before = scene.token_requests();
        scene.fault(kind.clone());
        let client = scene.process();
        client.send(&me::Get::new()).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(scene.token_requests(), before + 1, "{kind:?}");
        scene.over();
        scene.process().send(&me::Get::new()).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_used_does_not_cost_the_login() {
    for (edit, why) in [
        (Edit::new().replace("/token_type", "\"DPoP\""), "expected Bearer, found \"DPoP\""),
        (Edit::new().replace("/access_token", "\"a\\nb\""), "expected visible ASCII characters"),
        (Edit::new().remove("/access_token"), "missing field `access_token`"),
    ] {
        let scene = Scene::logged_in().await;
        scene.over();
        scene.fault(FaultKind::Edit(edit));
        let error = scene.process().send(&me::Get::new()).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Auth(AuthError::BadToken(_))), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        scene.process().send(&me::Get::new()).await.unwrap();
    }
}

/// The response is spoilt, so the new tokens are gone; the reason is told, and the old token is not sent again.
#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let scene = Scene::logged_in().await;
    scene.over();
    let (client, before) = (scene.process(), scene.token_requests());
    scene.fault(FaultKind::Edit(Edit::new().replace("", "{\"data\": {}}")));
    for _ in 0..2 {
        let error = client.send(&me::Get::new()).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Auth(AuthError::LoginNeeded(_))), "{error}");
        assert!(error.to_string().contains("cannot be read (missing field `access_token`)"), "{error}");
        assert!(!error.to_string().contains("lost"), "{error}");
    }
    assert_eq!(scene.token_requests(), before + 1);
}
