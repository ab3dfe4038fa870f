//! Paging, filters, search, feed, resolve: docs/services/soundcloud.md#lists, docs/services/soundcloud.md#resolve.

use serde_json::{Value, json};

use super::{Api, text, titles};

/// All pages from a path on; how many there were.
async fn walk(api: &Api, path: &str) -> (Vec<Value>, usize) {
    let (mut items, mut pages, mut path) = (Vec::new(), 0, path.to_owned());
    loop {
        let page = api.get(&path).await.json();
        pages += 1;
        items.extend(page["collection"].as_array().expect("a page").clone());
        let Some(next) = page["next_href"].as_str() else { return (items, pages) };
        let base = api.sandbox.description().soundcloud.base_url;
        path = format!("/{}", next.strip_prefix(&base).expect("a link on this base"));
        assert!(pages < 50, "{path}");
    }
}

#[tokio::test]
async fn all_four_kinds_of_cursors_lead_through_the_whole_list() {
    let api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    for (path, cursor) in [
        ("/me/tracks", "tracks%2C"),
        ("/me/playlists", "playlists%2C"),
        ("/users/5530/tracks", "tracks%2C"),
        ("/users/5530/playlists", ""),
        ("/me/likes/tracks", "cursor="),
        ("/me/followers", "cursor="),
        (&format!("/tracks/{minuet}/favoriters"), "cursor="),
        ("/tracks", "offset=1"),
        ("/users", "offset=1"),
        (&format!("/tracks/{minuet}/comments"), "offset=1"),
        (&format!("/tracks/{minuet}/related"), "offset=1"),
        ("/me/feed", "cursor="),
    ] {
        let (all, _) = walk(&api, &format!("{path}?linked_partitioning=true")).await;
        let (single, pages) =
            walk(&api, &format!("{path}?linked_partitioning=true&limit=1&access=playable,preview")).await;
        let urns = |items: &[Value]| -> Vec<Value> {
            items.iter().map(|item| item.get("origin").unwrap_or(item)["urn"].clone()).collect()
        };
        assert_eq!(urns(&all), urns(&single), "{path}");
        assert_eq!(pages, all.len(), "{path}");
        let first = api.get(&format!("{path}?linked_partitioning=true&limit=1&colour=red")).await.json();
        if !cursor.is_empty() {
            let next = text(&first, "next_href");
            assert!(next.contains(cursor) && next.contains("colour=red"), "{next}");
        }
    }
    let next = text(&api.get("/me/tracks?linked_partitioning=true&limit=1").await.json(), "next_href");
    assert!(next.contains("page_size=1&cursor=20") && next.contains("T"), "{next}");
}

#[tokio::test]
async fn page_parameters_are_checked_and_clamped() {
    let api = Api::start().await;
    for bad in
        ["limit=0", "limit=-1", "limit=x", "offset=-1", "linked_partitioning=maybe", "access=loud", "sort=up"]
    {
        let response = api.get(&format!("/me/tracks?{bad}")).await;
        assert_eq!(response.status, 400, "{bad}");
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    }
    assert_eq!(api.get("/me/tracks?limit=1000").await.status, 200);
    let bad = api.get("/me/feed?cursor=10").await;
    assert_eq!((bad.status, &bad.json()["message"]), (400, &json!("Cursor is not a valid UUID")));
    assert_eq!(api.get("/me/likes/tracks?cursor=x").await.status, 400);
    assert_eq!(api.get("/me/tracks?cursor=x,playlists,1").await.status, 400);
    let newest = titles(&api.get("/me/tracks").await.json());
    let mut oldest = titles(&api.get("/me/tracks?sort=asc").await.json());
    oldest.reverse();
    assert_eq!(newest, oldest);
    assert_eq!(newest, ["Sketch for a Tape", "Ode to Joy", "Minuet in G"]);
}

#[tokio::test]
async fn lists_can_be_wrong_in_every_known_way() {
    let api = Api::start().await;
    let path = "/tracks?linked_partitioning=true&limit=2&access=playable";
    api.switch(&json!({"pages": "repeated"}));
    let page = api.get(path).await.json();
    let next = text(&page, "next_href");
    let again = api.get(&next[next.find("/tracks").expect("a path")..]).await.json();
    assert_eq!(page, again);
    api.switch(&json!({"pages": "empty_first"}));
    for path in [path, "/me/tracks?linked_partitioning=true", "/me/feed", "/me/followers"] {
        assert_eq!(api.get(path).await.json()["collection"], json!([]), "{path}");
        let (items, _) = walk(&api, path).await;
        assert!(!items.is_empty(), "{path}");
    }
    // A list without links has nothing to be wrong about.
    assert_eq!(titles(&api.get("/me/followings/tracks").await.json()).len(), 3);
    api.switch(&json!({"pages": "foreign_host"}));
    assert!(
        text(&api.get(path).await.json(), "next_href").starts_with("http://api-internal.invalid/tracks?")
    );
    api.switch(&json!({"pages": "dropped_access"}));
    assert!(!text(&api.get(path).await.json(), "next_href").contains("access"));
    api.switch(&json!({"pages": "null_at_end"}));
    let last = api.get("/tracks?linked_partitioning=true").await.json();
    assert_eq!(last.get("next_href"), Some(&Value::Null));
    api.switch(&json!({"pages": "none"}));
    assert_eq!(api.get("/tracks?linked_partitioning=true").await.json().get("next_href"), None);
}

#[tokio::test]
async fn access_levels_hide_and_show_tracks() {
    let mut api = Api::start().await;
    let all = "?access=playable,preview,blocked";
    let shown = titles(&api.get("/users/5530/tracks").await.json());
    assert_eq!(shown, ["Low Tide", "Joy (live)", "Ah ! vous dirai-je"]);
    let every = api.get(&format!("/users/5530/tracks{all}")).await.json();
    assert_eq!(titles(&every)[0], "Only at Home");
    assert_eq!(every[0]["access"], "blocked");
    assert_eq!(titles(&api.get("/users/5530/tracks?access=preview").await.json()), ["Low Tide"]);
    let home = api.track("Only at Home").await;
    assert_eq!(api.get(&format!("/tracks/{home}")).await.json()["access"], "blocked");
    api.switch(&json!({"country": "GB"}));
    assert_eq!(api.get(&format!("/tracks/{home}")).await.json()["access"], "playable");
    // A playlist is listed, its blocked tracks are not.
    api.switch(&json!({"country": "PT"}));
    let walks = api.playlist("Coast Walks").await;
    assert_eq!(
        titles(&api.get(&format!("/playlists/{walks}/tracks")).await.json()),
        ["Low Tide", "Joy (live)"]
    );
    let whole = api.get(&format!("/playlists/{walks}/tracks{all}")).await.json();
    assert_eq!(titles(&whole), ["Low Tide", "Joy (live)", "Only at Home"]);
    let without = api.get(&format!("/playlists/{walks}?show_tracks=false")).await.json();
    assert_eq!((without.get("tracks"), &without["track_count"]), (None, &json!(3)));
    let joy = api.track("Joy (live)").await;
    assert_eq!(api.get(&format!("/tracks/{joy}")).await.json()["access"], "playable");
    api.as_app().await;
    assert_eq!(api.get(&format!("/tracks/{joy}")).await.json()["access"], "preview");
}

#[tokio::test]
async fn search_takes_the_intersection_of_its_filters() {
    let api = Api::start().await;
    let found = async |query: &str| titles(&api.get(&format!("/tracks?{query}")).await.json());
    assert_eq!(found("q=MINUET").await, ["Minuet in G"], "private ones are not found");
    assert_eq!(found("genres=ambient,jazz").await, ["Low Tide", "Joy (live)"]);
    assert_eq!(found("tags=field+recording").await, ["Low Tide"]);
    assert_eq!(found("bpm%5Bfrom%5D=100&bpm[to]=118.5").await, ["Ode to Joy", "Minuet in G"]);
    assert_eq!(found("bpm[from]=1&genres=classical&q=reis").await, Vec::<String>::new());
    assert_eq!(found("bpm[from]=1&genres=classical&q=ana").await, ["Ah ! vous dirai-je"]);
    let minuet = api.track("Minuet in G").await;
    assert_eq!(found(&format!("urns={minuet}")).await, ["Minuet in G"]);
    let number = minuet.rsplit(':').next().expect("a number");
    assert_eq!(found(&format!("ids={number}")).await, ["Minuet in G"]);
    assert_eq!(found("created_at[to]=2029-01-01+00:00:00").await, Vec::<String>::new());
    for bad in [
        format!("ids={number}&urns={minuet}"),
        "bpm[from]=x".into(),
        "created_at[from]=2029-01-01".into(),
        "urns=soundcloud:users:1".into(),
    ] {
        assert_eq!(api.get(&format!("/tracks?{bad}")).await.status, 400, "{bad}");
    }
    assert_eq!(titles(&api.get("/playlists?q=coast").await.json()), ["Coast Walks"]);
    let users = api.get("/users?q=okafor").await.json();
    assert_eq!(users["collection"][0]["urn"], "soundcloud:users:5512");
}

#[tokio::test]
async fn the_feed_names_reposters_and_its_future() {
    let api = Api::start().await;
    let feed = api.get("/me/feed").await.json();
    let types: Vec<String> =
        feed["collection"].as_array().expect("a feed").iter().map(|item| text(item, "type")).collect();
    assert_eq!(types, ["playlist:repost", "track:repost", "playlist", "track", "track", "track"]);
    assert_eq!(feed["collection"][0]["reposter"], "soundcloud:users:5530");
    assert_eq!(feed["collection"][3].get("reposter"), None);
    let future = text(&feed, "future_href");
    let later = &future[future.find("/me/feed").expect("a path")..];
    assert_eq!(api.get(later).await.json()["collection"], json!([]));
    let tracks = api.get("/me/feed/tracks").await.json();
    assert_eq!(tracks["collection"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn recently_played_is_newest_first_and_each_track_once() {
    let api = Api::start().await;
    let before = titles(&api.get("/me/recently-played/tracks").await.json());
    assert_eq!(before, ["Minuet in G", "Ah ! vous dirai-je", "Low Tide"]);
    let ah = api.track("Ah ! vous dirai-je").await;
    assert_eq!(api.get(&format!("/tracks/{ah}/stream")).await.status, 302);
    let after = titles(&api.get("/me/recently-played/tracks").await.json());
    assert_eq!(after, ["Ah ! vous dirai-je", "Minuet in G", "Low Tide"]);
}

#[tokio::test]
async fn resolve_understands_the_urls_of_the_site() {
    let api = Api::start().await;
    let minuet = api.track("Minuet in G").await;
    let walks = api.playlist("Coast Walks").await;
    let base = api.sandbox.description().soundcloud.base_url;
    for (url, place) in [
        ("https://soundcloud.com/okafor", "users/soundcloud:users:5512".to_owned()),
        ("https://m.soundcloud.com/okafor/minuet-in-g/?si=1", format!("tracks/{minuet}")),
        ("http://www.soundcloud.com/reis/sets/coast-walks", format!("playlists/{walks}")),
        ("https://on.soundcloud.com/mINu3t", format!("tracks/{minuet}")),
    ] {
        let query: String = url.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let response = api.get(&format!("/resolve?url={query}")).await;
        let location = format!("{base}{place}");
        assert_eq!((response.status, response.header("location")), (302, Some(location.as_str())), "{url}");
        assert_eq!(response.json(), json!({"status": "302 - Found", "location": location}));
    }
    for url in [
        "https://soundcloud.com/nobody",
        "https://example.com/okafor",
        "soundcloud.com/okafor",
        "https://soundcloud.com/reis/unreleased-minuet",
    ] {
        assert_eq!(api.get(&format!("/resolve?url={url}")).await.status, 404, "{url}");
    }
    assert_eq!(api.get("/resolve").await.status, 400);
}

#[tokio::test]
async fn the_old_activities_carry_the_data_of_the_feed() {
    let api = Api::start().await;
    let (feed, tracks) = (api.get("/me/feed").await.json(), api.get("/me/feed/tracks").await.json());
    for (old, new) in [("", &feed), ("/all/own", &feed), ("/tracks", &tracks)] {
        assert_eq!(
            api.get(&format!("/me/activities{old}")).await.json()["collection"],
            new["collection"],
            "{old}"
        );
    }
    let kinds = |feed: &Value| -> Vec<Value> {
        feed["collection"]
            .as_array()
            .expect("a feed")
            .iter()
            .map(|item| item["origin"]["kind"].clone())
            .collect()
    };
    assert!(kinds(&feed).contains(&json!("playlist")) && !kinds(&tracks).contains(&json!("playlist")));
}

#[tokio::test]
async fn the_future_of_the_feed_holds_what_came_later_only() {
    let mut api = Api::start().await;
    let page = api.get("/me/feed?limit=2").await.json();
    let future = text(&page, "future_href");
    let later = future[future.find("/me/feed").expect("a path")..].to_owned();
    api.log_in("reis").await;
    let ode = api.track("Ode to Joy").await;
    assert_eq!(api.send("DELETE", &format!("/reposts/tracks/{ode}")).await.status, 200);
    assert_eq!(api.send("POST", &format!("/reposts/tracks/{ode}")).await.status, 201);
    api.as_first();
    let news = api.get(&later).await.json();
    assert_eq!(news["collection"].as_array().map(Vec::len), Some(1), "{news}");
    assert_eq!(news["collection"][0]["origin"]["title"], "Ode to Joy");
    assert_eq!(news.get("next_href"), None);
}

#[tokio::test]
async fn playlists_know_no_sort_and_plays_no_pages() {
    let api = Api::start().await;
    let lists = api.get("/me/playlists").await.json();
    for query in ["sort=asc", "sort=sideways", "order=asc"] {
        assert_eq!(api.get(&format!("/me/playlists?{query}")).await.json(), lists, "{query}");
    }
    for query in ["direction=asc", "order=asc", "sort=ASC"] {
        let oldest = titles(&api.get(&format!("/users/5530/tracks?{query}")).await.json());
        assert_eq!(oldest, ["Ah ! vous dirai-je", "Joy (live)", "Low Tide"], "{query}");
    }
    let plays = api.get("/me/recently-played/tracks?linked_partitioning=true").await.json();
    assert_eq!((plays["collection"].as_array().map(Vec::len), plays.get("next_href")), (Some(3), None));
    for query in ["limit=1", "limit=0", "offset=2", "cursor=x"] {
        let path = format!("/me/recently-played/tracks?linked_partitioning=true&{query}");
        assert_eq!(api.get(&path).await.json(), plays, "{query}");
    }
    api.switch(&json!({"pages": "empty_first"}));
    assert_eq!(api.get("/me/recently-played/tracks?linked_partitioning=true").await.json(), plays);
}

#[tokio::test]
async fn of_a_parameter_that_comes_twice_the_last_counts() {
    let api = Api::start().await;
    assert_eq!(titles(&api.get("/tracks?q=nothing&q=minuet").await.json()), ["Minuet in G"]);
    assert_eq!(titles(&api.get("/tracks?limit=5&limit=1").await.json()).len(), 1);
    for flag in ["true", "1", "True"] {
        assert!(
            api.get(&format!("/tracks?linked_partitioning={flag}")).await.json()["collection"].is_array()
        );
    }
}

#[tokio::test]
async fn access_follows_rules_for_country_and_login() {
    let mut api = Api::start().await;
    let ah = api.track("Ah ! vous dirai-je").await;
    let path = format!("/tracks/{ah}");
    api.switch(&json!({"access_rules": [
        {"track": ah, "countries": ["PT", "DE"], "access": "blocked"},
        {"track": ah, "logged_in": false, "access": "preview"},
    ]}));
    assert_eq!(api.get(&path).await.json()["access"], "blocked");
    assert_eq!(api.get(&format!("{path}/streams")).await.status, 404);
    assert!(!titles(&api.get("/users/5530/tracks").await.json()).contains(&"Ah ! vous dirai-je".to_owned()));
    api.switch(&json!({"country": "GB"}));
    assert_eq!(api.get(&path).await.json()["access"], "playable");
    api.as_app().await;
    assert_eq!(api.get(&path).await.json()["access"], "preview");
    let streams = api.get(&format!("{path}/streams")).await.json();
    assert_eq!(streams.as_object().expect("links").len(), 1, "{streams}");
    // The owner hears everything, and a rule goes before the seeded one.
    api.switch(&json!({"country": "PT"}));
    api.log_in("reis").await;
    assert_eq!(api.get(&path).await.json()["access"], "playable");
    api.as_first();
    let home = api.track("Only at Home").await;
    api.switch(&json!({"access_rules": [{"track": home, "access": "playable"}]}));
    assert_eq!(api.get(&format!("/tracks/{home}")).await.json()["access"], "playable");
    let wrong =
        json!({"soundcloud": {"access_rules": [{"track": "soundcloud:users:1", "access": "preview"}]}});
    assert!(api.sandbox.set_switches(&wrong).is_err());
}

#[tokio::test]
async fn names_that_look_like_secrets_are_resolved() {
    let api = Api::start().await;
    let body = json!({"playlist": {"title": "s-bahn", "sharing": "private"}});
    let list = api.send_json("POST", "/playlists", &body).await.json();
    let secret = text(&list, "permalink_url");
    let secret = secret.rsplit('/').next().expect("a secret");
    let minuet = api.track("Minuet in G").await;
    let change = json!({"track": {"permalink": "s-minuet"}});
    assert_eq!(api.send_json("PUT", &format!("/tracks/{minuet}"), &change).await.status, 200);
    let urn = text(&list, "urn");
    for (page, place) in [
        ("sets/s-bahn".to_owned(), urn.clone()),
        (format!("sets/s-bahn/{secret}"), format!("{urn}?secret_token={secret}")),
        ("s-minuet".to_owned(), minuet),
    ] {
        let response = api.get(&format!("/resolve?url=https://soundcloud.com/okafor/{page}")).await;
        assert_eq!(response.status, 302, "{page}: {}", response.text());
        assert!(response.header("location").expect("a location").ends_with(&place), "{page}");
    }
}
