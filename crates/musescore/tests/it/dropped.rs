//! Calls, jobs and logins dropped at every point at which they wait: the client works on, and a login is whole or none.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::oauth1::Callback;
use segno_core::auth::store::{FileStore, TokenStore as _};
use segno_core::decode::Content;
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{Bytes, Endpoint, Timestamp};
use segno_musescore::resolve::Resource;
use segno_musescore::scores::{Create, Visibility};
use segno_musescore::{Client, Credentials, files, scores, users};
use segno_sandbox::Sandbox;
use segno_testkit::{
    Fixtures, Folder, Hesitant, after_downloads, drop_calls, drop_everywhere, recorded_response,
};

use crate::clients::user;
use crate::every::{FOLDER, Visit, every_endpoint};
use crate::site::{Site, location, verifier, visit};

#[test]
fn every_call() {
    #[derive(Default)]
    struct Dropped(usize);

    impl Visit for Dropped {
        fn visit<E: Endpoint>(&mut self, endpoint: &E)
        where
            E::Output: Debug,
        {
            let case = E::NAME.strip_prefix("musescore.").unwrap().replacen('.', "/", 1);
            let mut response = recorded_response(&Fixtures::read(FOLDER, &case));
            if E::CONTENT != Content::Document {
                // Fixtures keep the digests of files.
                *response.body_mut() = Bytes::from_static(b"PK\x03\x04");
            }
            let transport = Hesitant(FnTransport::new(move |_| Ok(response.clone())));
            let clock = ManualClock::new(Timestamp::from_unix_seconds(1_400_000_000).unwrap());
            let client = Client::builder(user())
                .settings(|core| core.transport(transport).clock(clock).connections(1))
                .build()
                .unwrap();
            let dropped = drop_calls(async || client.send(endpoint).await);
            assert!(dropped >= 3, "{}: {dropped}", E::NAME);
            self.0 += dropped;
        }
    }

    let mut dropped = Dropped::default();
    every_endpoint(&mut dropped);
    assert!(dropped.0 >= 18 * 3, "{}", dropped.0);
}

/// Over real connections to the sandbox, one at a time.
#[tokio::test]
async fn jobs() {
    let site = Site::around(Sandbox::start().await.unwrap(), |core| core.connections(1));
    let user = site.user();
    let file = include_bytes!("../../../sandbox/assets/ode-to-joy.mscz").to_vec();
    let create = Create::new("Ode", "ode.mscz", segno_core::Body::from(file.clone()), Visibility::Private);
    let score = user.send(&create).await.unwrap();
    let works = async || assert_eq!(user.send(&scores::Get::new(score.id)).await.unwrap().id, score.id);

    let mp3 = async || user.upload_mp3(score.id, score.vid.unwrap(), "ID3 some sound").await.unwrap();
    let mut counts = vec![drop_everywhere(mp3, async |_| works().await).await];
    let page = format!("http://musescore.com/okafor/scores/{}", score.id);
    let resolved = async || {
        let Resource::Score(found) = user.resolve(&page).await.unwrap() else { panic!("not a score") };
        assert_eq!(found.id, score.id);
    };
    counts.push(drop_everywhere(resolved, async |_| works().await).await);
    let folder = Folder::new();
    let path = folder.file("ode.mscz");
    let get = files::Get::of(&score, files::File::MusicXml);
    let saved = async || user.download_to(&get, &path).await.unwrap();
    let after = async |_| {
        works().await;
        after_downloads(&folder).await;
        let _ = std::fs::remove_file(&path);
    };
    counts.push(drop_everywhere(saved, after).await);
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
}

#[tokio::test]
async fn logins() {
    let site = Site::around(Sandbox::start().await.unwrap(), |core| core.connections(1));
    let folder = Folder::new();
    let store = Arc::new(FileStore::open(folder.file("login.json")).unwrap());
    let application = site.key().with_credentials(Credentials::stored(site.consumer(), Arc::clone(&store)));
    let begun = async || application.begin_login(Callback::OutOfBand).await.unwrap();
    let works = async || {
        drop(application.begin_login(Callback::OutOfBand).await.unwrap());
        // Whatever was begun is over when the lease is free.
        store.lease().await.unwrap().release().await;
        if store.load().await.unwrap().token.is_some() {
            application.send(&users::Me::new()).await.unwrap();
        }
    };
    let mut counts = vec![drop_everywhere(begun, async |_| works().await).await];
    let finished = async || {
        let pending = application.begin_login(Callback::OutOfBand).await.unwrap();
        let verified =
            pending.clone().verifier(&verifier(&application.authorize_url(&pending)).await).unwrap();
        application.finish_login(&verified).await.unwrap();
    };
    counts.push(drop_everywhere(finished, async |_| works().await).await);
    let in_browser = async || {
        let open = |page: &str| {
            let page = format!("{page}&auto=approve");
            // When the listener is gone, the task of the browser fails, and nobody waits for it.
            tokio::spawn(async move { visit(location(&visit(&page).await)).await });
        };
        application.login_in_browser(0, Duration::from_secs(60), open).await.unwrap();
    };
    counts.push(drop_everywhere(in_browser, async |_| works().await).await);
    let account = site.sandbox.musescore_accounts().swap_remove(0);
    let password = || account.password.clone();
    let by_password = async || application.login_with_password(&account.name, password()).await.unwrap();
    counts.push(drop_everywhere(by_password, async |_| works().await).await);
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
}
