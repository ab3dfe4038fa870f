//! The story that the old documentation tells, against the sandbox: an upload with a password, contacts, permissions, and
//! who can hear the track after that.

use segno_core::endpoint::PlainApiError;
use segno_core::http::{Request, Uri};
use segno_core::request::RequestBody;
use segno_core::transport::hyper::Hyper;
use segno_core::transport::{ResponseBody, Transport, TransportError};
use segno_core::{
    BoxFuture, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, SecretUrl,
    StatusCode, Timeouts,
};
use segno_sandbox::{Host, Sandbox};
use segno_soundcloud::Sharing;
use segno_soundcloud::legacy::{Client, Owner, UserId, permissions, tracks, users};
use segno_soundcloud::tracks::Asset;

use crate::fixtures::silence;

/// The audio at a URL: what a player does.
struct Hear(SecretUrl);

impl Endpoint for Hear {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "test.hear";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("the audio", self.0.clone());
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

/// The network as it would be if the old host's name led to the sandbox: the name stays in `Host`.
struct Here(Hyper, String);

impl Transport for Here {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let (mut parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        parts.uri = format!("{}{target}", self.1).parse::<Uri>().unwrap();
        self.0.send(Request::from_parts(parts, body))
    }
}

fn statuses<T, A>(outcome: Result<T, segno_core::Error<A>>) -> Option<StatusCode> {
    outcome.err().and_then(|error| error.status())
}

#[tokio::test]
async fn a_private_track_is_heard_by_those_whom_its_owner_permits() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let url = sandbox.origin(Host::SOUNDCLOUD_LEGACY) + "/";
    let client = |name: &str| Client::new(&url, name, access.password.as_str()).unwrap();
    let (okafor, reis, rui) = (client("okafor"), client("reis"), client("rui"));
    let anonymous = Client::anonymous(&url).unwrap();

    let upload = tracks::Upload::new("Harbour & <Sea>", Asset::bytes("harbour.wav", silence()))
        .description("by the sea")
        .sharing(Sharing::Private);
    let made = okafor.send(&upload).await.unwrap();
    assert_eq!(made.location.as_deref(), Some(format!("{url}tracks/{}", made.id).as_str()));
    assert_eq!((made.track.uri.as_deref(), made.track.id), (made.location.as_deref(), Some(made.id)));
    assert_eq!(made.track.title, "Harbour & <Sea>");
    assert_eq!(made.track.sharing, Some(Sharing::Private));

    let contacts = okafor.send(&users::Contacts::new(Owner::Me)).await.unwrap();
    let ana = contacts.iter().find(|user| user.username == "Ana R.").and_then(|user| user.id).unwrap();
    for stranger in [&reis, &rui, &anonymous] {
        assert_eq!(statuses(stranger.send(&tracks::Get::new(made.id)).await), Some(StatusCode::NOT_FOUND));
        assert_eq!(statuses(stranger.send(&tracks::Stream::new(made.id)).await), Some(StatusCode::NOT_FOUND));
    }
    okafor.send(&permissions::Set::new(made.id, [ana])).await.unwrap();
    assert_eq!(okafor.send(&permissions::Get::new(made.id)).await.unwrap(), [ana]);

    let seen = reis.send(&tracks::Get::new(made.id)).await.unwrap();
    assert_eq!((seen.title.as_str(), seen.description.as_deref()), ("Harbour & <Sea>", Some("by the sea")));
    let url = reis.send(&tracks::Stream::new(made.id)).await.unwrap();
    assert_eq!(reis.send(&Hear(url)).await.unwrap(), silence(), "a tenth of a second is heard whole");
    let listed = async |client: &Client| {
        let list = client.send(&tracks::List::new().filter(tracks::Filter::Private)).await.unwrap();
        list.iter().any(|track| track.id == Some(made.id))
    };
    assert!(listed(&reis).await && listed(&okafor).await);
    for stranger in [&rui, &anonymous] {
        assert!(!listed(stranger).await);
        assert_eq!(statuses(stranger.send(&tracks::Get::new(made.id)).await), Some(StatusCode::NOT_FOUND));
        assert_eq!(statuses(stranger.send(&tracks::Stream::new(made.id)).await), Some(StatusCode::NOT_FOUND));
    }

    let error = okafor.send(&permissions::Set::new(made.id, [UserId::new(1)])).await.unwrap_err();
    let line = "soundcloud.legacy.permissions.set: 422 Unprocessable Entity: there is no user 1";
    assert_eq!(error.to_string(), line);
    assert_eq!(
        statuses(reis.send(&permissions::Set::new(made.id, [ana])).await),
        Some(StatusCode::NOT_FOUND)
    );
    okafor.send(&permissions::Set::new(made.id, [])).await.unwrap();
    assert_eq!(statuses(reis.send(&tracks::Get::new(made.id)).await), Some(StatusCode::NOT_FOUND));
    assert_eq!(sandbox.effects().of("soundcloud", "tracks").created, 1);
    assert_eq!(sandbox.effects().of("soundcloud", "permissions").changed, 2);
}

/// What the printed example shows: `<id>` is not the number of the track.
#[tokio::test]
async fn a_track_whose_id_and_uri_disagree_is_called_by_its_uri() {
    let sandbox = Sandbox::builder()
        .switches(|switches| switches.soundcloud.legacy_ids_differ = true)
        .start()
        .await
        .unwrap();
    let access = sandbox.description().soundcloud;
    let base = sandbox.origin(Host::SOUNDCLOUD_LEGACY) + "/";
    let client = Client::new(&base, &access.username, access.password.as_str()).unwrap();
    let upload = tracks::Upload::new("Harbour", Asset::bytes("harbour.wav", silence()));
    let made = client.send(&upload).await.unwrap();
    assert_ne!(made.track.stated_id, Some(made.id));
    let found = client.send(&tracks::List::new().q("Harbour")).await.unwrap();
    let found = found[0].clone();
    assert_eq!((found.id, found.stated_id), (Some(made.id), made.track.stated_id));
    let stated = client.send(&tracks::Get::new(found.stated_id.unwrap())).await;
    assert_eq!(statuses(stated), Some(StatusCode::NOT_FOUND));
    client.send(&tracks::Delete::new(found.id.unwrap())).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_one_are_told() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let url = sandbox.origin(Host::SOUNDCLOUD_LEGACY) + "/";
    let wrong = Client::new(&url, "okafor", "hairspray").unwrap();
    let error = wrong.send(&users::Me::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "soundcloud.legacy.users.me: 401 Unauthorized: 401 - Unauthorized; check user name and password, or the key and token that sign"
    );
    let anonymous = Client::anonymous(&url).unwrap();
    assert_eq!(
        statuses(anonymous.send(&users::Contacts::new(Owner::Me)).await),
        Some(StatusCode::UNAUTHORIZED)
    );
    let upload = tracks::Upload::new("Harbour", Asset::bytes("harbour.wav", silence()));
    assert_eq!(statuses(anonymous.send(&upload).await), Some(StatusCode::UNAUTHORIZED));
    let noise = tracks::Upload::new("Noise", Asset::bytes("noise.wav", &b"no audio at all"[..]));
    let okafor = Client::new(&url, "okafor", access.password.as_str()).unwrap();
    let error = okafor.send(&noise).await.unwrap_err();
    let line =
        "soundcloud.legacy.tracks.upload: 422 Unprocessable Entity: unable to process provided asset_data";
    assert_eq!(error.to_string(), line);
    assert!(
        anonymous.send(&tracks::List::new()).await.unwrap().len() > 3,
        "what is public needs no password"
    );
}

#[tokio::test]
async fn what_is_changed_is_read_back() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let url = sandbox.origin(Host::SOUNDCLOUD_LEGACY) + "/";
    let okafor = Client::new(&url, "okafor", access.password.as_str()).unwrap();
    let ode = okafor.send(&tracks::List::new().q("ode to joy")).await.unwrap().remove(0).id.unwrap();
    let change = tracks::Change::new(ode)
        .title("Ode & <more>\r\n'x'")
        .bpm(90.25)
        .share_with(["a.user@example.com"])
        .track_type(tracks::TrackType::SoundEffect)
        .label_id(31)
        .release_year(2008)
        .release_month(2)
        .release_day(29)
        .video_url("http://video.example/?a=1&b=2")
        .tags(["sea", "field recording"])
        .downloadable(false);
    okafor.send(&change).await.unwrap();
    let track = okafor.send(&tracks::Get::new(ode)).await.unwrap();
    assert_eq!((track.title.as_str(), track.bpm), ("Ode & <more>\r\n'x'", Some(90.25)));
    assert_eq!((track.track_type, track.label_id), (Some(tracks::TrackType::SoundEffect), Some(31)));
    assert_eq!((track.release_year, track.release_month, track.release_day), (Some(2008), Some(2), Some(29)));
    assert_eq!(track.video_url.as_deref(), Some("http://video.example/?a=1&b=2"));
    assert_eq!(track.tag_list.as_deref(), Some("sea \"field recording\""));
    assert_eq!((track.downloadable, track.download_url), (Some(false), None));
    let types = tracks::List::new().types([tracks::TrackType::SoundEffect]);
    assert_eq!(okafor.send(&types).await.unwrap().len(), 1);

    okafor
        .send(&users::Change::new().full_name("Rosa M. Okafor").discogs_name("rosa").website(""))
        .await
        .unwrap();
    let me = okafor.send(&users::Me::new()).await.unwrap();
    assert_eq!((me.full_name.as_deref(), me.discogs_name.as_deref()), (Some("Rosa M. Okafor"), Some("rosa")));
    assert_eq!((me.website, me.username.as_str()), (None, "Rosa O."));
}

#[tokio::test]
async fn the_old_address_works_as_the_old_page_says() {
    const OLD: &str = "http://api.sandbox-soundcloud.com/";
    let sandbox = Sandbox::builder().start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let client = |name: Option<&str>| {
        let here = Here(Hyper::new(Timeouts::default()), sandbox.origin(Host::SOUNDCLOUD_LEGACY));
        let mut builder = Client::builder(OLD).allow_plain_http().settings(|core| core.transport(here));
        if let Some(name) = name {
            builder = builder.basic(name, access.password.as_str());
        }
        builder.build().unwrap()
    };
    let (okafor, reis, anonymous) = (client(Some("okafor")), client(Some("reis")), client(None));
    let public = anonymous.send(&tracks::List::new()).await.unwrap();
    assert!(public.iter().all(|track| track.uri.as_deref().is_some_and(|uri| uri.starts_with(OLD))));
    let upload =
        tracks::Upload::new("Harbour", Asset::bytes("harbour.wav", silence())).sharing(Sharing::Private);
    let made = okafor.send(&upload).await.unwrap();
    assert_eq!(made.location, Some(format!("{OLD}tracks/{}", made.id)));
    assert_eq!(
        made.track.permalink_url.as_ref().map(|url| url.as_str()),
        Some("http://sandbox-soundcloud.com/okafor/harbour")
    );
    let contacts = okafor.send(&users::Contacts::new(Owner::Me)).await.unwrap();
    okafor
        .send(&permissions::Set::new(made.id, contacts.iter().filter_map(|user| user.id).collect::<Vec<_>>()))
        .await
        .unwrap();
    assert_eq!(reis.send(&tracks::Get::new(made.id)).await.unwrap().title, "Harbour");
    assert_eq!(statuses(anonymous.send(&tracks::Get::new(made.id)).await), Some(StatusCode::NOT_FOUND));
    assert_eq!(statuses(anonymous.send(&users::Me::new()).await), Some(StatusCode::UNAUTHORIZED));
}
