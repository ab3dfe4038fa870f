//! Every command of the tree, once, against the sandbox.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::shell::{Scratch, done};

/// The commands that were run, by the name of their page in the manual.
struct Run<'a> {
    scratch: &'a Scratch,
    seen: BTreeSet<String>,
}

impl Run<'_> {
    /// Runs a command and gives what it prints as JSON; `null` if that is not JSON.
    #[track_caller]
    fn json(&mut self, arguments: &[&str]) -> Value {
        let out = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_default()
    }

    #[track_caller]
    fn text(&mut self, arguments: &[&str]) -> String {
        self.see(arguments);
        self.scratch.run(arguments).good().out
    }

    /// Counts a command that is run elsewhere, or in another way.
    fn see(&mut self, arguments: &[&str]) {
        for count in 1..=arguments.len().min(3) {
            self.seen.insert(format!("segno-{}", arguments[..count].join("-")));
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_does_what_it_says() {
    let scratch = Scratch::new().await;
    let mut run = Run { scratch: &scratch, seen: BTreeSet::new() };
    files(&mut run);
    soundslice(&mut run);
    soundstripe(&mut run);
    soundcloud(&mut run);
    musescore(&mut run);
    rest(&mut run);

    // The manual has a page for each command; a command without others below it does something.
    let pages: BTreeSet<String> = std::fs::read_dir(scratch.path("man"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let leaves =
        pages.iter().filter(|page| !pages.iter().any(|other| other.starts_with(&format!("{page}-"))));
    let missed: Vec<&String> = leaves.filter(|leaf| !run.seen.contains(*leaf)).collect();
    assert!(missed.is_empty(), "not run: {missed:?}");
    assert!(pages.len() > 120, "{}", pages.len());
}

fn files(run: &mut Run<'_>) {
    let (score, scratch) = ("minuet-in-g.mxl", run.scratch);
    assert!(run.text(&["score", "show", score]).contains("played bars   64"));
    assert_eq!(run.json(&["score", "show", score])["bars"], 32);
    assert_eq!(run.json(&["score", "order", score]).as_array().unwrap().len(), 64);
    scratch.write("points.json", run.text(&["score", "map", score]));
    assert!(!run.text(&["points", "check", "points.json", "--score", score]).contains("error"));
    scratch.write("broken.json", "[[4,9.6],[0,0],[8,5.5]]");
    let broken = scratch.run(&["points", "check", "broken.json"]);
    assert!(broken.out.contains("PositionNotIncreasing"), "{broken:?}");
    assert!(broken.failed(1).contains("segno points repair"));
    run.text(&["points", "repair", "broken.json", "-o", "mended.json"]);
    assert_eq!(scratch.run(&["points", "check", "mended.json"]).code, Some(0));
    assert!(run.text(&["points", "simplify", "points.json", "--tolerance", "0.5"]).starts_with("[[0,0"));
    run.text(&["points", "shift", "points.json", "--by", "1.5", "-o", "later.json"]);
    assert_eq!(run.json(&["points", "fit", "points.json", "--like", "later.json"])["offset_s"], 1.5);
    for format in [
        "times",
        "audacity",
        "sonic",
        "beats",
        "lrc",
        "srt",
        "vtt",
        "alphatab",
        "musescore",
        "timemap",
        "soundslice",
    ] {
        let name = format!("points.{format}");
        run.text(&["points", "convert", "points.json", "--score", score, "--as", format, "-o", &name]);
        let back =
            run.text(&["points", "convert", &name, "--score", score, "--from", format, "--as", "times"]);
        assert!(back.lines().count() >= 64, "{format}: {back}");
    }
}

fn soundslice(run: &mut Run<'_>) {
    let slices = run.json(&["soundslice", "slice", "list"]);
    let ode = text(&slices[0]["scorehash"]).to_owned();
    assert_eq!(run.json(&["soundslice", "slice", "get", &ode])["name"], "Ode to Joy");
    let new = run.json(&["soundslice", "slice", "new", "Étude", "--artist", "R. Okafor", "--secret-url"]);
    let slice = text(&new["scorehash"]).to_owned();
    let folder = text(&run.json(&["soundslice", "folder", "new", "Term"])["folder"]).to_owned();
    run.text(&["soundslice", "folder", "rename", &folder, "Autumn"]);
    run.text(&["soundslice", "slice", "move", &slice, &folder]);
    let inside = run.json(&["soundslice", "folder", "get", &folder]);
    assert_eq!(inside[0]["id"], slice.as_str());
    run.text(&["soundslice", "slice", "move", &slice]);
    run.text(&["soundslice", "folder", "delete", &folder]);
    assert!(!run.text(&["soundslice", "folder", "list"]).contains("Autumn"));

    run.text(&["soundslice", "notation", "upload", &slice, "ode-to-joy.musicxml"]);
    run.text(&["soundslice", "notation", "download", &slice, "-o", "back.musicxml"]);
    let bytes = |name| std::fs::read(run.scratch.path(name)).unwrap();
    assert_eq!(bytes("back.musicxml"), bytes("ode-to-joy.musicxml"));
    run.text(&["soundslice", "notation", "musicxml", &slice, "-o", "now.musicxml"]);

    let new = run.json(&[
        "soundslice",
        "recording",
        "new",
        &slice,
        "--file",
        "minuet-in-g.mp3",
        "--name",
        "Studio",
    ]);
    let first = text(&new["recording"]).to_owned();
    let new = run.json(&["soundslice", "recording", "new", &slice, "--youtube", "aB3-dE5_gH7"]);
    let second = text(&new["recording"]).to_owned();
    run.text(&["soundslice", "recording", "order", &slice, &second, &first]);
    run.text(&["soundslice", "recording", "change", &first, "--name", "Live"]);
    let listed = run.json(&["soundslice", "recording", "list", &slice]);
    assert_eq!((&listed[1]["name"], &listed[1]["status"]), (&"Live".into(), &"ready".into()));
    assert!(run.text(&["soundslice", "points", "missing"]).contains(&first));
    run.scratch.write("two.json", "[[0,1.5],[8,20.5]]");
    run.text(&["soundslice", "points", "set", &first, "two.json", "--crop-start", "1"]);
    assert_eq!(run.text(&["soundslice", "points", "get", &first]).trim(), "[[0,1.5],[8,20.5]]");
    run.text(&["soundslice", "recording", "delete", &second]);
    let copy = text(&run.json(&["soundslice", "slice", "duplicate", &slice])["scorehash"]).to_owned();
    // A recording that was made, and whose file comes later.
    let made =
        run.json(&["api", "soundslice", "POST", &format!("slices/{copy}/recordings/"), "-f", "source=2"]);
    let empty = made["id"].to_string();
    run.text(&["soundslice", "recording", "upload", &copy, &empty, "minuet-in-g.mp3"]);

    let list = text(&run.json(&["soundslice", "list", "new", "Recital"])["list"]).to_owned();
    run.text(&["soundslice", "list", "rename", &list, "Concert"]);
    run.text(&["soundslice", "list", "add", &list, &slice, &copy]);
    run.text(&["soundslice", "list", "remove", &list, &copy]);
    assert_eq!(run.json(&["soundslice", "slice", "delete", &copy])["deleted"], copy.as_str());
}

fn soundstripe(run: &mut Run<'_>) {
    let songs = run.json(&["soundstripe", "song", "search", "--mood", "Hopeful", "--limit", "2"]);
    let song = text(&songs[0]["song"]).to_owned();
    assert_eq!(run.json(&["soundstripe", "song", "get", &song])["song"], song.as_str());
    run.text(&["soundstripe", "song", "download", &song, "-o", "song.mp3"]);
    assert!(std::fs::metadata(run.scratch.path("song.mp3")).unwrap().len() > 1000);
    assert!(run.json(&["soundstripe", "song", "usage", &song])["youtube_code"].is_string());
    let effects = run.json(&["soundstripe", "effect", "search", "--limit", "1"]);
    let effect = text(&effects[0]["effect"]).to_owned();
    run.text(&["soundstripe", "effect", "get", &effect]);
    run.text(&["soundstripe", "effect", "download", &effect, "--as", "wav", "-o", "effect.wav"]);
    let categories = run.json(&["soundstripe", "effect", "categories"]);
    run.text(&["soundstripe", "effect", "category", text(&categories[0]["category"])]);
    assert!(run.text(&["soundstripe", "tags", "--category", "mood"]).contains("Hopeful"));
    let playlists = run.json(&["soundstripe", "playlist", "list", "--limit", "1"]);
    let playlist = text(&playlists[0]["playlist"]).to_owned();
    run.text(&["soundstripe", "playlist", "get", &playlist]);
    assert!(!run.text(&["soundstripe", "playlist", "songs", &playlist]).is_empty());
    run.text(&["soundstripe", "playlist", "categories"]);

    let mine = text(&run.json(&["soundstripe", "private", "new", "Mornings"])["playlist"]).to_owned();
    assert_eq!(run.json(&["soundstripe", "private", "add", &mine, "--songs", &song])["entries"], 1);
    assert_eq!(run.json(&["soundstripe", "private", "remove", &mine, "--songs", &song])["entries"], 0);
    assert_eq!(run.json(&["soundstripe", "private", "change", &mine, "--name", "Dawn"])["name"], "Dawn");
    assert_eq!(run.json(&["soundstripe", "private", "get", &mine])["name"], "Dawn");
    assert!(run.text(&["soundstripe", "private", "list"]).contains("Dawn"));
    run.text(&["soundstripe", "private", "delete", &mine]);

    // A delivery to the command itself, which ends with it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let url = format!("http://127.0.0.1:{port}/");
    run.see(&["soundstripe", "webhook", "listen"]);
    let mut listen =
        run.scratch.command(&["soundstripe", "webhook", "listen", "--port", &port, "--count", "1", "--json"]);
    let mut listen =
        listen.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut told = std::io::BufRead::lines(std::io::BufReader::new(listen.stderr.take().unwrap()));
    assert!(told.next().unwrap().unwrap().starts_with("listening at "));
    let search = run.json(&["soundstripe", "supe", "search", "slow", "piano", "--callback-url", &url]);
    let search = text(&search["search"]).to_owned();
    let heard = listen.wait_with_output().unwrap();
    let heard: Value = serde_json::from_slice(&heard.stdout).unwrap();
    assert_eq!((&heard["search"], &heard["status"]), (&search.as_str().into(), &"completed".into()));
    assert_eq!(run.json(&["soundstripe", "supe", "get", &search])["status"], "completed");
    run.text(&["soundstripe", "supe", "wait", &search]);
    let picture =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/assets/minuet-in-g-thumb.png");
    let asset = run.json(&["soundstripe", "supe", "upload", &picture.display().to_string()]);
    run.text(&["soundstripe", "supe", "asset", text(&asset["asset"])]);

    let delivery = run.scratch.sandbox.callbacks().into_iter().next().unwrap();
    let header = |name: &str| {
        let found = delivery.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (signature, timestamp) = (header("x-soundstripe-signature"), header("x-soundstripe-timestamp"));
    run.scratch.write("delivery.json", &delivery.body);
    let signed = ["--signature", &signature, "--timestamp", &timestamp];
    run.text(&[&["soundstripe", "webhook", "verify", "delivery.json"][..], &signed].concat());
    run.scratch.write("forged.json", delivery.body.replace("completed", "failed"));
    run.scratch.run(&[&["soundstripe", "webhook", "verify", "forged.json"][..], &signed].concat()).failed(1);
}

fn soundcloud(run: &mut Run<'_>) {
    let me = run.json(&["soundcloud", "me"]);
    let accounts = run.scratch.sandbox.soundcloud_accounts();
    let other =
        accounts.users.iter().find(|user| user.urn != text(&me["user"]) && !user.tracks.is_empty()).unwrap();
    let found = run.json(&["soundcloud", "track", "search", "--limit", "3"]);
    assert_eq!(found.as_array().unwrap().len(), 3);
    run.text(&["soundcloud", "track", "mine"]);
    let theirs = run.json(&["soundcloud", "track", "of", &other.urn]);
    let track = text(&theirs[0]["track"]).to_owned();
    let url = text(&theirs[0]["url"]).to_owned();
    assert_eq!(run.json(&["soundcloud", "track", "get", &track])["track"], track.as_str());
    run.text(&["soundcloud", "track", "related", &track]);
    assert!(text(&run.json(&["soundcloud", "track", "stream", &track])["url"]).starts_with("http"));
    let up = run.json(&[
        "soundcloud",
        "track",
        "upload",
        "minuet-in-g.mp3",
        "--title",
        "Minuet",
        "--sharing",
        "private",
    ]);
    let mine = text(&up[0]["track"]).to_owned();
    assert_eq!(run.json(&["soundcloud", "track", "change", &mine, "--title", "Menuet"])["title"], "Menuet");
    run.text(&["soundcloud", "track", "download", &mine, "-o", "heard.mp3"]);
    run.text(&[
        "soundcloud",
        "track",
        "storefront",
        &mine,
        "--product",
        "digital",
        "--title",
        "Buy",
        "--link",
        "https://example.com/",
    ]);
    run.text(&["soundcloud", "track", "comment", &track, "Lovely", "--at", "1.5"]);
    assert!(run.text(&["soundcloud", "track", "comments", &track]).contains("Lovely"));
    run.text(&["soundcloud", "track", "like", &track]);
    assert!(run.text(&["soundcloud", "track", "likes"]).contains(&track));
    run.text(&["soundcloud", "track", "likers", &track]);
    run.text(&["soundcloud", "track", "unlike", &track]);
    run.text(&["soundcloud", "track", "repost", &track]);
    run.text(&["soundcloud", "track", "reposters", &track]);
    run.text(&["soundcloud", "track", "unrepost", &track]);

    let list = text(&run.json(&["soundcloud", "playlist", "new", "Mornings", "--tracks", &mine])["playlist"])
        .to_owned();
    assert_eq!(run.json(&["soundcloud", "playlist", "get", &list])["title"], "Mornings");
    run.text(&["soundcloud", "playlist", "change", &list, "--title", "Dawn"]);
    run.text(&["soundcloud", "playlist", "add", &list, &track]);
    run.text(&["soundcloud", "playlist", "move", &list, &track, "1"]);
    assert_eq!(run.json(&["soundcloud", "playlist", "tracks", &list])[0]["track"], track.as_str());
    run.text(&["soundcloud", "playlist", "remove", &list, &track]);
    run.text(&["soundcloud", "playlist", "mine"]);
    run.text(&["soundcloud", "playlist", "search"]);
    let theirs = accounts
        .users
        .iter()
        .find(|user| user.urn != text(&me["user"]) && !user.playlists.is_empty())
        .unwrap();
    let listed = run.json(&["soundcloud", "playlist", "of", &theirs.urn]);
    let liked = text(&listed[0]["playlist"]).to_owned();
    for action in ["like", "unlike", "repost", "unrepost"] {
        run.text(&["soundcloud", "playlist", action, &liked]);
    }
    run.text(&["soundcloud", "playlist", "delete", &list]);
    run.text(&["soundcloud", "track", "delete", &mine]);

    run.text(&["soundcloud", "user", "search"]);
    run.text(&["soundcloud", "user", "get", &other.urn]);
    run.text(&["soundcloud", "user", "profiles", &other.urn]);
    run.text(&["soundcloud", "user", "follow", &other.urn]);
    run.text(&["soundcloud", "user", "followings"]);
    run.text(&["soundcloud", "user", "followers", &other.urn]);
    run.text(&["soundcloud", "user", "unfollow", &other.urn]);
    run.text(&["soundcloud", "feed", "--tracks"]);
    run.text(&["soundcloud", "activities"]);
    run.text(&["soundcloud", "history"]);
    assert_eq!(run.json(&["soundcloud", "resolve", &url])["urn"], track.as_str());
    assert!(text(&run.json(&["soundcloud", "oembed", &url])["html"]).contains("iframe"));
}

fn musescore(run: &mut Run<'_>) {
    run.text(&["musescore", "me"]);
    let found = run.json(&["musescore", "score", "search", "Minuet", "in", "G", "--phrase"]);
    let score = text(&found[0]["score"]).to_owned();
    let url = text(&found[0]["url"]).to_owned();
    run.text(&["musescore", "score", "get", &score]);
    run.text(&["musescore", "score", "download", &score, "-o", "found.mxl"]);
    run.text(&["musescore", "score", "download", &score, "--all", "piece"]);
    assert!(run.scratch.path("piece/boxes.json").exists() && run.scratch.path("piece/page-2.png").exists());
    assert_eq!(run.json(&["musescore", "time", &score]).as_array().unwrap().len(), 64);
    assert_eq!(run.json(&["musescore", "space", &score]).as_array().unwrap().len(), 32);
    let mscz = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/assets/minuet-in-g.mscz");
    let mscz = mscz.display().to_string();
    let up = run.json(&["musescore", "score", "upload", &mscz, "--title", "Mine", "--license", "cc-by-sa"]);
    let mine = text(&up["score"]).to_owned();
    assert_eq!(
        run.json(&["musescore", "score", "change", &mine, "--title", "Ours", "--file", &mscz])["title"],
        "Ours"
    );
    run.text(&["musescore", "score", "audio", &mine, "minuet-in-g.mp3"]);
    let account = &run.scratch.sandbox.musescore_accounts()[0];
    let user = account.user_id.to_string();
    run.text(&["musescore", "user", "get", &user]);
    assert!(run.text(&["musescore", "user", "scores", &user]).contains("Ours"));
    assert!(text(&run.json(&["musescore", "oembed", &url])["html"]).contains("iframe"));
    assert_eq!(run.json(&["musescore", "resolve", &url])["score"], score.as_str());
    run.text(&["musescore", "score", "delete", &mine]);
}

fn rest(run: &mut Run<'_>) {
    assert!(run.text(&["api", "soundslice", "GET", "slices/"]).starts_with('['));
    assert!(run.text(&["auth", "status", "--check"]).lines().all(|line| line.ends_with("accepted")));
    assert!(run.text(&["doctor"]).contains("sandbox\tworks"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run.text(&["completion", shell]).contains("soundslice"), "{shell}");
    }
    run.text(&["man", "man"]);
    run.text(&["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--guess"]);
    let piece = "{\"score\":\"minuet-in-g.mxl\",\"recording\":\"minuet-in-g.mp3\",\"name\":\"Of a list\"}";
    run.scratch.write("pieces.jsonl", piece);
    assert_eq!(run.json(&["batch", "pieces.jsonl", "--guess", "--only-add"])["waiting"], 1);
    assert_eq!(run.json(&["batch", "cancel", "--all"])["cancelled"], 1);
    assert_eq!(run.json(&["batch", "retry", "1"])["waiting"], 1);
    assert_eq!(run.json(&["batch", "work"])["done"], 1);
    assert_eq!(run.json(&["batch", "status"])["done"], 1);
    assert!(run.text(&["batch", "export"]).contains("Of a list"));
    // Logins and the sandbox have tests of their own; here, that they begin and end.
    let scratch = run.scratch;
    for service in ["soundcloud", "musescore"] {
        run.see(&[service, "login"]);
        run.see(&[service, "logout"]);
        assert!(done(&mut scratch.bare(&[service, "login"])).failed(2).contains("is missing"));
        assert!(done(&mut scratch.bare(&[service, "logout"])).failed(1).contains("there is no account"));
    }
    run.see(&["auth", "login"]);
    run.see(&["auth", "logout"]);
    run.see(&["sandbox"]);
    let mut child =
        scratch.bare(&["sandbox", "--json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let line = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()))
        .next()
        .unwrap()
        .unwrap();
    assert!(serde_json::from_str::<Value>(&line).unwrap()["soundslice"]["app_id"].is_string());
    child.kill().unwrap();
    child.wait().unwrap();
}
