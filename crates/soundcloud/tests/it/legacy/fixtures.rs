//! Every operation of the old API driven once against the sandbox, and its exchange kept as a file.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use segno_core::{ClientBuilder, Endpoint, Retry};
use segno_sandbox::{Host, Sandbox};
use segno_soundcloud::Sharing;
use segno_soundcloud::legacy::{
    Callback, Client, Consumer, Credentials, LoginError, Owner, TrackId, UserId, comments, permissions,
    tracks, users,
};
use segno_soundcloud::tracks::Asset;
use segno_testkit::Recording;

use crate::fixtures::{Unsurprising, silence};

struct Run<'a>(&'a mut Recording);

impl Run<'_> {
    /// Sends an endpoint and keeps the exchange under its name with `tail` behind it.
    async fn send<E>(
        &mut self,
        client: &Client,
        endpoint: &E,
        tail: &str,
    ) -> Result<E::Output, segno_core::Error<E::ApiError>>
    where
        E: Endpoint<Output: Debug, ApiError: Debug>,
    {
        let case = E::NAME.trim_start_matches("soundcloud.").replacen('.', "/", 1);
        self.0.keep(&format!("{case}{tail}"), async || client.send(endpoint).await).await
    }
}

fn settings(recording: &Recording, core: ClientBuilder) -> ClientBuilder {
    recording.settings(core.clock(Arc::new(Unsurprising)).retry(Retry::never()))
}

/// What a call of a login came to.
async fn called<T>(call: impl Future<Output = Result<T, LoginError>>) -> Result<T, segno_soundcloud::Error> {
    call.await.map_err(|error| match error {
        LoginError::Call(error) => error,
        other => panic!("no error of a call: {other}"),
    })
}

/// Each operation once as it should go, and failures.
pub(crate) async fn drive(sandbox: &Sandbox, recording: &mut Recording) -> Result<(), Box<dyn Error>> {
    sandbox.reset();
    let access = sandbox.description().soundcloud;
    let client = |name: &str| {
        let builder = Client::builder(&(sandbox.origin(Host::SOUNDCLOUD_LEGACY) + "/"))
            .basic(name, access.password.as_str());
        builder.settings(|core| settings(recording, core)).build()
    };
    let (okafor, reis) = (client("okafor")?, client("reis")?);
    let seeded = async |text: &str| {
        let found =
            okafor.send(&tracks::List::new().q(text).filter(tracks::Filter::All)).await.expect("a list");
        found.into_iter().find_map(|track| track.id).expect("a seeded track")
    };
    let (minuet, ah, sketch) = (seeded("minuet").await, seeded("vous dirai").await, seeded("sketch").await);
    let (ana, rui) = (UserId::new(5530), UserId::new(5547));
    let r = &mut Run(recording);

    let list = tracks::List::new().filter(tracks::Filter::Public).order(tracks::Order::Hotness).bpm(100, 110);
    r.send(&okafor, &list, "").await?;
    r.send(&okafor, &tracks::Get::new(minuet), "").await?;
    r.send(&okafor, &tracks::Get::new(TrackId::new(1)), "-404").await.expect_err("no such track");
    let upload =
        tracks::Upload::new("Harbour", Asset::bytes("harbour.wav", silence())).sharing(Sharing::Private);
    let made = r.send(&okafor, &upload, "").await?.id;
    let change = tracks::Change::new(made).title("Harbour & <Sea>").bpm(118.5).release_year(2009);
    r.send(&okafor, &change, "").await?;
    r.send(&okafor, &tracks::Change::new(ah).title("x"), "-404").await.expect_err("somebody else's");
    r.send(&okafor, &tracks::Download::new(ah), "").await?;
    r.send(&okafor, &tracks::Delete::new(made), "").await?;

    r.send(&okafor, &permissions::Set::new(sketch, [ana, rui]), "").await?;
    r.send(&okafor, &permissions::Set::new(sketch, [UserId::new(1)]), "-422").await.expect_err("nobody");
    r.send(&okafor, &permissions::Get::new(sketch), "").await?;
    r.send(&reis, &tracks::Stream::new(sketch), "").await?;

    r.send(&okafor, &comments::OfTrack::new(minuet), "").await?;
    let made = r.send(&okafor, &comments::Create::new(ah, "nice & <slow>").at(42_000), "").await?;
    r.send(&okafor, &comments::Get::new(made.id.ok_or("no number")?), "").await?;
    r.send(&reis, &comments::OfUser::new(Owner::Me), "").await?;

    r.send(&okafor, &users::List::new().q("reis"), "").await?;
    r.send(&okafor, &users::Get::new(ana), "").await?;
    r.send(&okafor, &users::Me::new(), "").await?;
    r.send(&okafor, &users::Change::new().city("Faro").website(""), "").await?;
    r.send(&okafor, &users::Contacts::new(Owner::Me), "").await?;
    r.send(&okafor, &users::Fans::new(ana), "").await?;
    r.send(&okafor, &users::Followings::new(ana), "").await?;
    r.send(&okafor, &users::Followers::new(Owner::Me), "").await?;
    r.send(&okafor, &users::Following::new(Owner::Me, ana), "").await?;
    r.send(&okafor, &users::Following::new(Owner::Me, rui), "-404").await.expect_err("not followed");
    r.send(&okafor, &users::Follow::new(rui), "").await?;
    r.send(&okafor, &users::Unfollow::new(rui), "").await?;
    r.send(&okafor, &users::Tracks::new(UserId::new(5512)), "").await?;
    r.send(&okafor, &users::TracksOfFollowings::new(), "").await?;
    r.send(&reis, &users::AddFavorite::new(ah), "").await?;
    r.send(&reis, &users::Favorite::new(Owner::Me, ah), "").await?;
    r.send(&reis, &users::Favorites::new(Owner::Me), "").await?;
    r.send(&reis, &users::RemoveFavorite::new(ah), "").await?;

    // The client's clock is the real one.
    sandbox.switches(|switches| switches.soundcloud.oauth1_window_s = f64::MAX);
    let consumer = Consumer::new(access.client_id.as_str(), access.client_secret.as_str());
    let application = Client::builder(&(sandbox.origin(Host::SOUNDCLOUD) + "/"))
        .web_url(&(sandbox.origin(Host::SOUNDCLOUD_WEB) + "/"))
        .credentials(Credentials::Application(consumer))
        .settings(|core| settings(r.0, core))
        .build()?;
    let pending =
        r.0.keep_once("legacy/oauth.request_token", called(application.begin_login(Callback::OutOfBand)))
            .await?;
    let page = crate::embedding::page(&format!("{}&auto=approve", application.authorize_url(&pending))).await;
    let verifier = page.split("id=\"verifier\">").nth(1).and_then(|rest| rest.split('<').next());
    let verified = pending.verifier(verifier.ok_or("no verifier")?)?;
    r.0.keep_once("legacy/oauth.access_token", called(application.finish_login(&verified))).await?;
    let spent =
        r.0.keep_once("legacy/oauth.access_token-401", called(application.finish_login(&verified))).await;
    spent.expect_err("a request token is good once");
    Ok(())
}
