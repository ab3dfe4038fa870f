//! Every operation of the old API driven once against the sandbox, and its exchange kept as a file.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use segno_core::{Endpoint, Retry};
use segno_sandbox::Sandbox;
use segno_soundcloud::Sharing;
use segno_soundcloud::legacy::{Client, TrackId, UserId, comments, permissions, tracks, users};
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
        self.0.keep(&format!("{case}{tail}"), client.send(endpoint)).await
    }
}

/// Each operation once as it should go, and failures.
pub(crate) async fn drive(sandbox: &Sandbox, recording: &mut Recording) -> Result<(), Box<dyn Error>> {
    sandbox.reset();
    let access = sandbox.description().soundcloud;
    let client = |name: &str| {
        let transport = Arc::new(recording.transport());
        let builder = Client::builder(&access.base_url).basic(name, access.password.as_str());
        let settings = move |core: segno_core::ClientBuilder| {
            core.transport(Arc::clone(&transport)).clock(Arc::new(Unsurprising)).retry(Retry::never())
        };
        builder.settings(settings).build()
    };
    let (okafor, reis) = (client("okafor")?, client("reis")?);
    let seeded = async |words: &str| {
        let found =
            okafor.send(&tracks::List::new().q(words).filter(tracks::Filter::All)).await.expect("a list");
        found.into_iter().find_map(|track| track.id).expect("a seeded track")
    };
    let (minuet, ah, sketch) = (seeded("minuet").await, seeded("vous dirai").await, seeded("sketch").await);
    let (ana, rui) = (UserId(5530), UserId(5547));
    let r = &mut Run(recording);

    let list = tracks::List::new().filter(tracks::Filter::Public).order(tracks::Order::Hotness).bpm(100, 110);
    r.send(&okafor, &list, "").await?;
    r.send(&okafor, &tracks::Get(minuet), "").await?;
    r.send(&okafor, &tracks::Get(TrackId(1)), "-404").await.expect_err("no such track");
    let upload =
        tracks::Upload::new("Harbour", Asset::bytes("harbour.wav", silence())).sharing(Sharing::Private);
    let made = r.send(&okafor, &upload, "").await?.id;
    let change = tracks::Change::new(made).title("Harbour & <Sea>").bpm(118.5).release_year(2009);
    r.send(&okafor, &change, "").await?;
    r.send(&okafor, &tracks::Change::new(ah).title("x"), "-404").await.expect_err("somebody else's");
    r.send(&okafor, &tracks::Download(ah), "").await?;
    r.send(&okafor, &tracks::Delete(made), "").await?;

    r.send(&okafor, &permissions::Put::new(sketch, [ana, rui]), "").await?;
    r.send(&okafor, &permissions::Put::new(sketch, [UserId(1)]), "-422").await.expect_err("nobody");
    r.send(&okafor, &permissions::Get(sketch), "").await?;
    r.send(&reis, &tracks::Stream(sketch), "").await?;

    r.send(&okafor, &comments::OfTrack(minuet), "").await?;
    let made = r.send(&okafor, &comments::Create::new(ah, "nice & <slow>").at(42_000), "").await?;
    r.send(&okafor, &comments::Get(made.id.ok_or("no number")?), "").await?;
    r.send(&reis, &comments::OfPerson::mine(), "").await?;

    r.send(&okafor, &users::List::new().q("reis"), "").await?;
    r.send(&okafor, &users::Get(ana), "").await?;
    r.send(&okafor, &users::Me, "").await?;
    r.send(&okafor, &users::Change::new().city("Faro").website(""), "").await?;
    r.send(&okafor, &users::Contacts::mine(), "").await?;
    r.send(&okafor, &users::Fans::of(ana), "").await?;
    r.send(&okafor, &users::Followings::of(ana), "").await?;
    r.send(&okafor, &users::Followers::mine(), "").await?;
    r.send(&okafor, &users::Following::mine(ana), "").await?;
    r.send(&okafor, &users::Following::mine(rui), "-404").await.expect_err("not followed");
    r.send(&okafor, &users::Follow(rui), "").await?;
    r.send(&okafor, &users::Unfollow(rui), "").await?;
    r.send(&okafor, &users::Tracks::of(UserId(5512)), "").await?;
    r.send(&okafor, &users::TracksOfFollowings, "").await?;
    r.send(&reis, &users::AddFavorite(ah), "").await?;
    r.send(&reis, &users::Favorite::mine(ah), "").await?;
    r.send(&reis, &users::Favorites::mine(), "").await?;
    r.send(&reis, &users::RemoveFavorite(ah), "").await?;
    Ok(())
}
