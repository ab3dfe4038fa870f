//! Nothing secret in logs, errors or `Debug`: every flow of this crate against the sandbox, with everything logged that can
//! be. The secrets are not made up but taken from what passed over the wire.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::store::{FileStore, MemoryStore, Record, TokenStore};
use segno_core::transport::hyper::Hyper;
use segno_core::{Endpoint, Retry, Secret, Timeouts};
use segno_sandbox::{Fault, Host, Sandbox, SoundcloudAccess};
use segno_soundcloud::streams::StreamKind;
use segno_soundcloud::tracks::{Artwork, Asset, TrackFields, Upload};
use segno_soundcloud::{
    Access, Client, ClientBuilder, Diagnosable, PlaylistUrn, Sharing, TrackUrn, UserUrn, comments, feed, me,
    playlists, resolve, session, streams, tracks, users,
};
use segno_testkit::{Canary, Recorder};

use crate::browser::decide;

struct Scene {
    sandbox: Sandbox,
    access: SoundcloudAccess,
    recorder: Recorder,
    canary: Canary,
    secrets: BTreeSet<String>,
}

impl Scene {
    fn builder(&self) -> ClientBuilder {
        let transport = Arc::new(self.recorder.clone());
        let builder = Client::builder().base_url(&self.access.base_url).auth_url(&self.access.auth_url);
        builder.settings(move |core| {
            let retry = Retry::default().attempts(2).base(Duration::from_millis(1));
            core.transport(Arc::clone(&transport)).retry(retry)
        })
    }

    fn user_client(&self, store: impl TokenStore) -> Client {
        let secret = Secret::new(self.access.client_secret.as_str());
        let builder = self.builder().user(&self.access.client_id, Some(secret), store);
        self.canary.print(&builder);
        let client = builder.build().unwrap();
        self.canary.print(&client);
        client
    }

    /// Sends an endpoint and prints it, the outcome and the call.
    async fn send<E: Endpoint + Debug>(
        &self,
        client: &Client,
        endpoint: &E,
    ) -> Result<E::Output, segno_core::Error<E::ApiError>>
    where
        E::Output: Debug,
        E::ApiError: Diagnosable + Display,
    {
        self.canary.print(endpoint);
        self.canary.print(&client.call(endpoint));
        self.canary.print(&client.core().prepare(endpoint));
        self.canary.outcome(client.send(endpoint).await)
    }

    /// The values that stand behind a name in what passed over the wire, in forms, queries and JSON.
    fn learn(&mut self, exchanges: &[String]) {
        let names =
            ["access_token", "refresh_token", "client_secret", "code", "code_verifier", "secret_token"];
        for text in exchanges {
            for name in names {
                for mark in [format!("{name}="), format!("\"{name}\":\"")] {
                    let values = text.split(&mark).skip(1);
                    let ends = |letter: char| "&\"<> \n".contains(letter);
                    self.secrets.extend(
                        values
                            .filter_map(|rest| rest.split(ends).next())
                            .filter(|value| value.len() > 5)
                            .map(str::to_owned),
                    );
                }
            }
        }
    }
}

/// Logging in, in all the ways in which it ends, and renewing.
async fn logins(scene: &mut Scene) -> Client {
    let store = Arc::new(MemoryStore::new());
    let client = scene.user_client(Arc::clone(&store));
    let begin = || client.begin_login(&scene.access.redirect_uri).unwrap();
    for redirect in ["?code=CANARY-code&state=CANARY-state", "?error=CANARY"] {
        let login = begin();
        scene.canary.print(&login);
        let _ = scene.canary.outcome(login.finish(redirect).await);
    }
    // What another process would finish it with.
    let login = begin();
    let record = login.to_record();
    scene.secrets.extend([record.expose().to_owned(), login.state().expose().to_owned()]);
    scene.canary.print(&record);
    let resumed = scene.canary.outcome(client.resume_login(&record)).unwrap();
    let half = Secret::new(&record.expose()[..record.expose().len() / 2]);
    scene.canary.outcome(client.resume_login(&half)).unwrap_err();
    scene.canary.print(&resumed);
    scene.canary.print(&client.token_source().unwrap().status());
    let login = begin();
    let denied = decide(login.url(), "deny").await;
    scene.canary.outcome(login.finish(&denied).await).unwrap_err();
    let login = begin();
    let wrong = format!("?code=CANARY-code&state={}", login.state().expose());
    scene.canary.outcome(login.finish(&wrong).await).unwrap_err();
    let login = begin();
    let redirect = decide(login.url(), "approve").await;
    scene.canary.outcome(login.finish(&redirect).await).unwrap();

    scene.send(&client, &me::Get::new()).await.unwrap();
    // The token is over on the other side: one refresh, also through a file.
    scene.sandbox.advance(Duration::from_secs(4000));
    scene.send(&client, &me::Get::new()).await.unwrap();
    let folder = segno_testkit::Folder::new();
    let kept = FileStore::open(folder.file("token.json")).unwrap();
    let copy = Record::default().with(store.load().await.unwrap().token);
    scene.canary.print(&kept.swap(copy).await);
    scene.canary.print(&kept);
    scene.canary.print(&kept.load().await);
    let second = scene.user_client(kept);
    scene.send(&second, &me::Get::new()).await.unwrap();
    scene.canary.print(&client.token_source());
    scene.canary.print(&store.load().await);
    // The refresh token is spent elsewhere.
    let refresh = store.load().await.unwrap().token.unwrap().refresh.unwrap();
    let server = client.token_source().unwrap().server().clone();
    scene.canary.print(&server);
    let response = scene.canary.outcome(server.refresh(&refresh).await).unwrap();
    scene.sandbox.advance(Duration::from_secs(4000));
    scene.send(&client, &me::Get::new()).await.unwrap_err();
    scene.canary.outcome(server.refresh(&refresh).await).unwrap_err();
    client.token_source().unwrap().install(response).await.unwrap();
    scene.sandbox.advance(Duration::from_secs(4000));
    scene.send(&client, &me::Get::new()).await.unwrap();
    client
}

/// A private track: uploaded, read, shared, resolved, heard.
async fn private_things(scene: &mut Scene, client: &Client) {
    let fields = TrackFields::new().sharing(Sharing::Private);
    let asset = || {
        Asset::bytes(
            "low-tide.wav",
            &b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0"
                [..],
        )
    };
    let upload = || Upload::new("Low Tide", asset()).fields(fields.clone());
    let upload = upload().artwork(Artwork::new(&b"\x89PNG\r\n\x1a\n"[..]).unwrap());
    let job = client.upload(upload.clone()).progress(|_| {});
    scene.canary.print(&job);
    scene.canary.print(&upload);
    let track: tracks::Track = scene.canary.outcome(job.send().await).unwrap().track;
    let urn = track.urn.unwrap();
    let token = track.secret_uri.as_ref().unwrap().expose();
    let token = Secret::new(token.split("secret_token=").nth(1).unwrap());
    let link = format!("https://soundcloud.com/okafor/low-tide/{}", token.expose());
    scene.secrets.insert(token.expose().to_owned());

    let app =
        scene.builder().app(&scene.access.client_id, scene.access.client_secret.as_str(), MemoryStore::new());
    scene.canary.print(&app);
    let app = app.build().unwrap();
    scene.send(&app, &tracks::Get::new(urn).secret_token(&token)).await.unwrap();
    scene.send(&app, &tracks::Get::new(urn)).await.unwrap_err();
    scene.send(&app, &streams::Get::new(urn).secret_token(&token)).await.unwrap();
    scene.send(&app, &streams::Preview::new(urn).secret_token(&token)).await.unwrap();
    scene.send(&app, &me::Get::new()).await.unwrap_err();
    scene.send(&app, &resolve::Resolve::new(link.clone())).await.unwrap();
    scene.canary.outcome(app.resolve_track(&link).await).unwrap();
    scene.canary.outcome(app.resolve_user(&link).await).unwrap_err();
    for kinds in [StreamKind::WHOLE, &[StreamKind::Preview]] {
        let location = scene.canary.outcome(client.stream(urn, kinds, Some(&token)).await).unwrap();
        let url = location.url.expose();
        scene.secrets.insert(url.split_once('?').unwrap().1.to_owned());
        scene.secrets.extend(
            url.split(['?', '&']).filter_map(|pair| pair.strip_prefix("Signature=")).map(str::to_owned),
        );
    }
    let lists = playlists::Tracks::new(PlaylistUrn::new(1)).secret_token(&token).access(Access::ALL);
    scene.canary.print(&lists);
    let mut pages = client.pages(lists);
    scene.canary.print(&pages);
    if let Some(page) = pages.next().await {
        let _ = scene.canary.outcome(page);
    }
    let mut mine = client.pages(tracks::Mine::new().limit(1));
    while let Some(page) = mine.next().await {
        scene.canary.outcome(page).unwrap();
    }
    scene.canary.outcome(client.wait_until_ready(urn, Duration::ZERO).await).ok();
    scene.send(client, &feed::Feed::new()).await.unwrap();
}

/// What the service refuses and what breaks.
async fn failures(scene: &mut Scene, client: &Client) {
    let say = comments::Create::new(TrackUrn::new(1), "x");
    scene.sandbox.fault(Fault::status(401).on(Host::SOUNDCLOUD).method("POST"));
    scene.send(client, &say).await.unwrap_err();
    for status in [429, 500, 503] {
        scene.sandbox.fault(Fault::status(status).on(Host::SOUNDCLOUD).times(2));
        scene.send(client, &users::Get::new(UserUrn::new(5512))).await.unwrap_err();
    }
    let stranger = scene.builder().token("CANARY-token");
    scene.canary.print(&stranger);
    let stranger = stranger.build().unwrap();
    scene.send(&stranger, &me::Get::new()).await.unwrap_err();
    scene.send(&stranger, &say).await.unwrap_err();
    scene.sandbox.fault(Fault::status(502).on(Host::SOUNDCLOUD).method("POST"));
    let upload = Upload::new("Lost", Asset::bytes("lost.wav", &b"RIFF\0\0\0\0WAVE"[..]));
    scene.canary.outcome(stranger.upload(upload).send().await).unwrap_err();
    scene.send(&stranger, &session::SignOut::new("CANARY-token")).await.unwrap_err();
    scene.canary.outcome(client.sign_out().await).unwrap();
    scene.send(client, &me::Get::new()).await.unwrap_err();
}

#[tokio::test]
async fn no_secret_in_logs_errors_or_debug() {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let recorder = Recorder::new(Hyper::new(Timeouts::default()), []);
    let canary = Canary::listen();
    let mut scene = Scene { sandbox, access, recorder, canary, secrets: BTreeSet::new() };

    let client = logins(&mut scene).await;
    private_things(&mut scene, &client).await;
    failures(&mut scene, &client).await;

    let wire = scene.recorder.take();
    scene.learn(&wire);
    scene.secrets.insert("CANARY".into());
    scene.secrets.insert(scene.access.client_secret.clone());
    scene.secrets.insert(scene.access.password.clone());
    let wire = wire.join("\n");
    // Tokens of five logins and refreshes and of the application, codes, verifiers, the private track's, two signed URLs.
    assert!(scene.secrets.len() > 20, "{:?}", scene.secrets);
    for kind in ["access_token", "refresh_token", "code=", "code_verifier=", "secret_token="] {
        assert!(wire.contains(kind), "{kind} did not pass over the wire");
    }
    let Scene { mut canary, secrets, .. } = scene;
    for secret in &secrets {
        canary.secret("a secret of the wire", secret);
    }
    let text = canary.silent();
    assert!(text.contains("attempt=1 status=200"), "an event for each attempt was heard");
    assert!(text.contains("the token could not be refreshed"));
    assert!(text.contains("/s-[redacted]"), "the URL of a private track was printed");
}
