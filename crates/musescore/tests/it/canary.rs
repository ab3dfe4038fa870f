//! Nothing secret in logs, errors or `Debug`: every flow of this crate against the sandbox, with everything logged that can
//! be. The secrets are those of the sandbox, and what passed over the wire.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::oauth1::Callback;
use segno_core::auth::store::{FileStore, MemoryStore};
use segno_core::transport::hyper::Hyper;
use segno_core::{Body, Endpoint, Retry, Secret, Timeouts};
use segno_musescore::files::File;
use segno_musescore::resolve::Resolve;
use segno_musescore::scores::{Create, Delete, Filters, Score, Search, Update, Visibility};
use segno_musescore::{
    Client, Credentials, Format, ScoreId, UserId, files, oauth, oembed, scores, signed_url, space, time,
    users,
};
use segno_sandbox::{Fault, FaultKind, Host, Sandbox};
use segno_testkit::{Canary, Recorder};

use crate::site::{Site, location, verifier, visit};

struct Scene {
    site: Site,
    recorder: Recorder,
    canary: Canary,
    secrets: BTreeSet<String>,
}

impl Scene {
    async fn start() -> Self {
        let canary = Canary::listen();
        let recorder = Recorder::new(Hyper::new(Timeouts::default()), []);
        let transport = Arc::new(recorder.clone());
        let site = Site::around(Sandbox::builder().seed(1).start().await.unwrap(), move |core| {
            let retry = Retry::default().attempts(2).base(Duration::from_millis(1));
            core.transport(transport).retry(retry)
        });
        Self { site, recorder, canary, secrets: BTreeSet::new() }
    }

    /// Sends an endpoint and prints it, the outcome and the call.
    async fn send<E: Endpoint<Output: Debug, ApiError: Display> + Debug>(
        &self,
        client: &Client,
        endpoint: &E,
    ) -> Result<E::Output, segno_core::Error<E::ApiError>> {
        self.canary.print(endpoint);
        self.canary.print(&client.call(endpoint));
        self.canary.print(&client.core().prepare(endpoint));
        self.canary.outcome(client.send(endpoint).await)
    }

    fn as_user(&self, credentials: Credentials) -> Client {
        self.canary.print(&credentials);
        let client = self.site.key().with_credentials(credentials);
        self.canary.print(&client);
        client
    }

    /// The values that stand behind a name in what passed over the wire: in forms, queries, JSON and XML.
    fn learn(&mut self, wire: &str) {
        let marks = [
            "oauth_token=",
            "oauth_token_secret=",
            "x_auth_password=",
            "\"secret\":\"",
            "<secret>",
            "Signature=",
            "signature=",
        ];
        for mark in marks {
            let values = wire.split(mark).skip(1);
            let values =
                values.filter_map(|rest| rest.split(|letter: char| "&\"<>, \\\n".contains(letter)).next());
            self.secrets.extend(
                values.filter(|value| value.len() > 5 && !value.contains("redacted")).map(str::to_owned),
            );
        }
    }
}

/// Logging in, in all the ways in which it ends.
async fn logins(scene: &mut Scene) {
    let store = Arc::new(MemoryStore::new());
    let client = scene.as_user(Credentials::stored(scene.site.consumer(), Arc::clone(&store)));
    scene.send(&client, &users::Me::new()).await.unwrap_err();
    let pending = scene.canary.outcome(client.begin_login(Callback::OutOfBand).await).unwrap();
    scene.canary.print(&pending);
    let record = pending.to_record();
    scene.secrets.insert(record.expose().to_owned());
    let parts = record.expose().split('"').filter(|part| part.len() > 12 && !part.contains(':'));
    scene.secrets.extend(parts.map(str::to_owned));
    scene.canary.print(&record);
    let half = Secret::new(&record.expose()[..record.expose().len() / 2]);
    scene.canary.outcome(client.resume_login(&half)).unwrap_err();
    let pending = scene.canary.outcome(client.resume_login(&record)).unwrap();
    let typed = verifier(&client.authorize_url(&pending)).await;
    scene.secrets.insert(typed.clone());
    let wrong = pending.clone().verifier("CANARY-verifier").unwrap();
    scene.canary.print(&wrong);
    scene.canary.outcome(client.finish_login(&wrong).await).unwrap_err();
    let verified = pending.verifier(&typed).unwrap();
    scene.canary.print(&verified);
    let token = scene.canary.outcome(client.finish_login(&verified).await).unwrap();
    scene.canary.print(&token);
    scene.secrets.extend([token.token.expose().to_owned(), token.secret.expose().to_owned()]);
    scene.canary.outcome(client.finish_login(&verified).await).unwrap_err();
    scene.send(&client, &users::Me::new()).await.unwrap();
    scene.canary.print(&store);

    let folder = segno_testkit::Folder::new();
    let kept = FileStore::open(folder.file("token.json")).unwrap();
    scene.canary.print(&kept);
    let client = scene.as_user(Credentials::stored(scene.site.consumer(), kept));
    for decision in ["approve", "deny"] {
        let outcome = client
            .login_in_browser(0, Duration::from_secs(60), |page| {
                let page = format!("{page}&auto={decision}");
                tokio::spawn(async move { visit(location(&visit(&page).await)).await });
            })
            .await;
        let _ = scene.canary.outcome(outcome);
    }
    let accounts = scene.site.sandbox.musescore_accounts();
    for account in &accounts {
        let outcome = client.login_with_password(&account.name, account.password.as_str()).await;
        let _ = scene.canary.outcome(outcome);
        scene.canary.outcome(client.login_with_password(&account.name, "CANARY-password").await).unwrap_err();
    }
    let client = scene.site.application();
    scene.send(&client, &oauth::XAuth::new("ada", "CANARY-password")).await.unwrap_err();
}

/// A private score: published, read by all who may, changed, deleted.
async fn private_things(scene: &mut Scene) -> Score {
    let user = scene.site.user();
    let create = Create::new("Low Tide", "low-tide.mscz", Body::from("PK\u{3}\u{4}"), Visibility::Private);
    let score: Score = scene.send(&user, &create).await.unwrap();
    scene.send(&user, &Update::new(score.id).title("Tide").format(Format::Xml)).await.unwrap();
    for client in [scene.site.user(), scene.site.other(), scene.site.key(), scene.site.application()] {
        let get = scores::Get::new(score.id);
        let _ = scene.send(&client, &get).await;
        scene.send(&client, &get.secret(score.secret.clone())).await.unwrap();
        let _ = scene.send(&client, &time::Get::new(score.id).secret(score.secret.clone())).await;
        let _ = scene.send(&client, &space::Get::new(score.id).secret(score.secret.clone())).await;
        let _ = scene.send(&client, &files::Get::of(&score, File::MuseScore)).await;
    }
    scene.send(&user, &files::Get::new(score.id, "CANARY-secret", File::Pdf)).await.unwrap_err();
    let version = score.vid.unwrap();
    let url = scene.send(&user, &signed_url::Get::new(score.id, version)).await.unwrap();
    scene.secrets.insert(url.expose().split_once('?').unwrap().1.to_owned());
    scene.send(&user, &signed_url::Put::new(url, "ID3")).await.unwrap();
    scene.canary.outcome(user.upload_mp3(score.id, version, "ID3").await).unwrap();
    scene.site.sandbox.fault(Fault::status(403).on(Host::STORAGE).times(9));
    scene.canary.outcome(user.upload_mp3(score.id, version, "ID3").await).unwrap_err();
    score
}

/// What is public, and lists.
async fn public_things(scene: &mut Scene, score: &Score) {
    let own = UserId::new(scene.site.sandbox.musescore_accounts()[0].user_id);
    for client in [scene.site.key(), scene.site.user(), scene.as_user(Credentials::key("CANARY-key"))] {
        let _ = scene.send(&client, &Search::new(Filters::new().text("tide"))).await;
        let _ = scene.send(&client, &users::Me::new()).await;
        let _ = scene.send(&client, &Resolve::new("http://musescore.com/okafor")).await;
        let _ = scene.send(&client, &oembed::Get::new(&score.permalink)).await;
        let _ = scene.canary.outcome(client.resolve(&score.permalink).await);
        let mut pages = client.pages(users::Scores::new(own));
        scene.canary.print(&pages);
        while let Some(Ok(page)) = pages.next().await {
            scene.canary.print(&page);
        }
    }
}

/// What is lost or refused on the way.
async fn failures(scene: &mut Scene, score: &Score) {
    let user = scene.site.user();
    let faults = [
        Fault::status(401),
        Fault::status(429),
        Fault::status(500),
        Fault::new(FaultKind::html(200)),
        Fault::new(FaultKind::reset(10)),
        Fault::new(FaultKind::truncate(10)),
    ];
    for fault in faults {
        for host in [Host::MUSESCORE, Host::MUSESCORE_STATIC] {
            scene.site.sandbox.fault(fault.clone().on(host).times(2));
        }
        let _ = scene.send(&user, &scores::Get::new(score.id).secret(score.secret.clone())).await;
        let _ = scene.send(&user, &files::Get::of(score, File::MuseScore)).await;
        scene.site.sandbox.clear_faults();
    }
    scene.send(&user, &scores::Get::new(ScoreId::new(1)).secret("CANARY-secret")).await.unwrap_err();
    scene.send(&user, &Delete::new(score.id)).await.unwrap();
}

#[tokio::test]
async fn no_secret_in_logs_errors_or_debug() {
    let mut scene = Scene::start().await;
    logins(&mut scene).await;
    let score = private_things(&mut scene).await;
    public_things(&mut scene, &score).await;
    failures(&mut scene, &score).await;

    let wire = scene.recorder.take().join("\n");
    scene.learn(&wire);
    let access = scene.site.sandbox.musescore();
    scene.secrets.extend([
        "CANARY".into(),
        access.consumer_secret,
        access.access_token,
        access.access_token_secret,
    ]);
    for account in scene.site.sandbox.musescore_accounts() {
        scene.secrets.insert(account.password);
        scene.secrets.extend(account.scores.into_iter().map(|score| score.secret));
    }
    // Tokens of the logins, verifiers, passwords, the secrets of scores, signed URLs.
    assert!(scene.secrets.len() > 40, "{}", scene.secrets.len());
    for kind in ["oauth_token_secret=", "x_auth_password=", "\"secret\":"] {
        assert!(wire.contains(kind), "{kind} did not pass over the wire");
    }
    let Scene { mut canary, secrets, .. } = scene;
    for secret in &secrets {
        canary.secret("a secret of the wire", secret);
    }
    let text = canary.silent();
    assert!(text.contains("attempt=1 status=200"), "an event for each attempt was heard");
    assert!(!text.contains("oauth_signature="), "the header of a signed request was printed");
}
