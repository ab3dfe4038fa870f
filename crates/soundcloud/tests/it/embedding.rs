//! Embedding against the sandbox: oEmbed in its three formats, the widget's URL, and what is not for everybody.

use segno_core::StatusCode;
use segno_sandbox::{Host, Sandbox};
use segno_soundcloud::oembed::{self, Format, Player, Width};
use segno_soundcloud::widget::Widget;
use segno_soundcloud::{Client, Error, Sharing, TrackUrn, Urn, playlists, sdk, tracks};

const MINUET: &str = "https://soundcloud.com/okafor/minuet-in-g";

struct Site {
    // Ends with it.
    _sandbox: Sandbox,
    client: Client,
    web_url: String,
}

async fn site() -> Site {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let web_url = sandbox.origin(Host::SOUNDCLOUD_WEB) + "/";
    let client = Client::builder().base_url(&access.base_url).web_url(&web_url);
    let client = client.token(access.access_token).build().unwrap();
    Site { _sandbox: sandbox, client, web_url }
}

impl Site {
    async fn player(&self, page: &str) -> Result<Player, Error> {
        self.client.send(&oembed::Get::new(page)).await
    }

    async fn mine(&self, title: &str) -> tracks::Track {
        let mine = self.client.send(&tracks::Mine::new()).await.unwrap();
        mine.items.into_iter().find(|track| track.title.as_deref() == Some(title)).unwrap()
    }
}

#[tokio::test]
async fn the_three_formats_give_the_same_player() {
    let site = site().await;
    let json = site.player(MINUET).await.unwrap();
    assert_eq!((json.width, json.height), (Some(Width::Percent(100)), Some(166)));
    assert_eq!(
        (json.title.as_str(), json.author_name.as_deref()),
        ("Minuet in G by Rosa O.", Some("Rosa O."))
    );
    for format in [Format::Jsonp("on.player".parse().unwrap()), Format::Xml] {
        let other = site.client.send(&oembed::Get::new(MINUET).format(format)).await.unwrap();
        assert_eq!(other, json);
    }
    let minuet = site.mine("Minuet in G").await;
    assert_eq!(json.plays().unwrap().urn, Urn::Track(minuet.urn.unwrap()));
    let narrow = site.client.send(&oembed::Get::new(MINUET).max_width(320).max_height(81)).await.unwrap();
    assert_eq!((narrow.width, narrow.height), (Some(Width::Pixels(320)), Some(81)));
    let list = site.player("https://soundcloud.com/reis/sets/coast-walks").await.unwrap();
    assert!(matches!(list.plays().unwrap().urn, Urn::Playlist(_)) && list.height == Some(450));
    let user = site.player("https://soundcloud.com/reis").await.unwrap();
    assert!(matches!(user.plays().unwrap().urn, Urn::User(_)));
}

#[tokio::test]
async fn what_is_private_is_embedded_by_its_secret_link_alone() {
    let site = site().await;
    let sketch = site.mine("Sketch for a Tape").await;
    assert_eq!(sketch.sharing, Some(Sharing::Private));
    let link = sketch.permalink_url.clone().unwrap();
    let (page, token) = link.as_str().rsplit_once('/').unwrap();
    let refused = site.player(page).await.unwrap_err();
    assert_eq!(refused.status(), Some(StatusCode::NOT_FOUND), "{refused}");
    let player = site.player(link.as_str()).await.unwrap();
    let plays = player.plays().unwrap();
    assert_eq!((plays.urn, plays.secret_token.unwrap().expose()), (Urn::Track(sketch.urn.unwrap()), token));
    assert!(!format!("{player:?}").contains(token), "{player:?}");

    let fields = tracks::TrackFields::new().embeddable_by(segno_soundcloud::EmbeddableBy::None);
    let minuet = site.mine("Minuet in G").await.urn.unwrap();
    site.client.send(&tracks::Change::new(minuet, fields)).await.unwrap();
    assert_eq!(site.player(MINUET).await.unwrap_err().status(), Some(StatusCode::FORBIDDEN));
}

/// The page that the sandbox serves as the widget, asked for by the URL that the builder makes.
#[tokio::test]
async fn the_widget_of_a_track_is_that_of_the_track() {
    let site = site().await;
    let at = format!("{}player/", site.web_url);
    let (minuet, sketch) = (site.mine("Minuet in G").await, site.mine("Sketch for a Tape").await);
    let walks = site.client.send(&playlists::Search::new().q("coast")).await.unwrap().items.remove(0);
    let title = async |widget: Widget| {
        let url = widget.at(&at).url();
        let page = page(&url).await;
        let (_, after) =
            page.split_once("\"title\":\"").unwrap_or_else(|| panic!("{url} is not there: {page}"));
        after.split('"').next().unwrap().to_owned()
    };
    assert_eq!(title(Widget::track(&minuet).unwrap()).await, "Minuet in G");
    assert_eq!(title(Widget::track(&sketch).unwrap()).await, "Sketch for a Tape", "with its token");
    assert_eq!(title(Widget::playlist(&walks).unwrap().start_track(1)).await, "Low Tide");
    assert_eq!(title(Widget::new(MINUET).auto_play(true)).await, "Minuet in G");
    assert!(page(&Widget::new(TrackUrn::new(1)).at(&at).url()).await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn the_url_of_the_sketched_sdk_is_dead() {
    let site = site().await;
    let url =
        sdk::Initialize::new("app", "http://127.0.0.1:8765/callback").authorization_url_at(&site.web_url);
    assert!(page(&url).await.starts_with("HTTP/1.1 410"), "{url}");
}

/// Where a page redirects to.
pub(crate) async fn redirected(url: &str) -> String {
    let response = page(url).await;
    let location = response.lines().find_map(|line| line.strip_prefix("Location: "));
    location.unwrap_or_else(|| panic!("no redirect: {response}")).to_owned()
}

/// A response as it comes, head and body.
pub(crate) async fn page(url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}
