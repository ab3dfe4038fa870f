//! The command lines of the five documents, run as they are printed: `documents/lines.txt`.
//!
//! Each line goes out twice: taken apart here and written to a socket as curl would, and through `curl` itself where it is
//! installed.

mod command;
mod response;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use segno_sandbox::{Host, Sandbox};

use crate::wire::Request;
use command::Line;
use response::{Expected, Given};

const LINES: &str = include_str!("documents/lines.txt");

/// A line of a document and what comes.
struct Case {
    name: String,
    line: String,
    replaced: Vec<(String, String)>,
    status: u16,
    expected: Vec<Expected>,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for text in LINES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if let Some(name) = text.strip_prefix("=== ") {
            let (name, line) = (name.to_owned(), String::new());
            cases.push(Case { name, line, replaced: Vec::new(), status: 0, expected: Vec::new() });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with ===");
        if let Some(line) = text.strip_prefix("$ ") {
            case.line = line.to_owned();
        } else if text.starts_with(' ') {
            let _ = write!(case.line, "\n{text}");
        } else if let Some(words) = text.strip_prefix("is ") {
            let (what, name) = words.rsplit_once(' ').expect("two words");
            case.replaced.push((what.to_owned(), name.to_owned()));
        } else if let Ok(status) = text.parse() {
            case.status = status;
        } else {
            case.expected.push(Expected::parse(text));
        }
    }
    cases
}

/// What stands in for the hosts, credentials and things of the documents.
struct Account {
    sandbox: Sandbox,
    track: String,
    song: String,
}

impl Account {
    async fn new() -> Self {
        let sandbox = Sandbox::builder().start().await.expect("starts");
        let mut account = Self { sandbox, track: String::new(), song: String::new() };
        account.song = account.first_song().await;
        account
    }

    async fn first_song(&self) -> String {
        let access = self.sandbox.description().soundstripe;
        let url = format!("{}songs?page[size]=1", access.base_url);
        let songs = Request::new("GET", &url)
            .header("Authorization", &format!("Token {}", access.token))
            .send()
            .await;
        songs.json()["data"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// A track of the first user's own, made for one line.
    async fn fresh_track(&mut self) {
        let access = self.sandbox.description().soundcloud;
        let body = crate::soundcloud::multipart(
            &[("track[title]", "Mine"), ("track[sharing]", "private")],
            &[("track[asset_data]", "a.wav", "audio/wav", &crate::soundcloud::wav())],
        );
        let made = Request::new("POST", &format!("{}tracks", access.base_url))
            .header("Authorization", &format!("OAuth {}", access.access_token))
            .header("Content-Type", crate::soundcloud::MULTIPART)
            .body(body)
            .send()
            .await
            .json();
        self.track = made["urn"].as_str().expect("a URN").rsplit(':').next().expect("a number").to_owned();
    }

    fn value(&self, name: &str) -> String {
        let description = self.sandbox.description();
        let accounts = &self.sandbox.musescore_accounts()[0];
        let score = accounts.scores.iter().find(|score| !score.private).expect("a public score");
        match name {
            "SOUNDSLICE_APP_ID" => description.soundslice.app_id,
            "SOUNDSLICE_PASSWORD" => description.soundslice.password,
            "SCOREHASH" => self.sandbox.soundslice_accounts()[0].slices[0].clone(),
            "SOUNDSTRIPE_SONGS" => "https://api.soundstripe.com/v1/songs".to_owned(),
            "SOUNDSTRIPE_API_KEY" => description.soundstripe.token,
            "SONG" => format!("songs/{}", self.song),
            "NO_SONG" => "99999999".to_owned(),
            "SOUNDCLOUD_PASSWORD" => {
                format!("{}:{}", description.soundcloud.username, description.soundcloud.password)
            }
            "SOUNDCLOUD_TOKEN" => description.soundcloud.access_token,
            "OWN_TRACK" | "PRIVATE_TRACK" => format!("tracks/{}", self.track),
            "CONTACT" => ">5530<".to_owned(),
            "MUSESCORE_KEY" => description.musescore.consumer_key,
            "SCORE" => format!("score/{}", score.id),
            "MEMBER" => format!("user/{}", accounts.user_id),
            "SCORE_PAGE" => format!("http://musescore.com/score/{}", score.id),
            _ => panic!("{name} is unknown"),
        }
    }

    /// The line with the sandbox's hosts, and this account's credentials and things.
    fn here(&self, case: &Case) -> String {
        let mut line = case.line.clone();
        for (what, name) in &case.replaced {
            assert!(line.contains(what), "{}: {what} is not in the line", case.name);
            line = line.replace(what, &self.value(name));
        }
        let hosts = [
            ("https://www.soundslice.com", Host::SOUNDSLICE),
            ("https://api.soundstripe.com", Host::SOUNDSTRIPE),
            ("http://api.soundcloud.com", Host::SOUNDCLOUD_LEGACY),
            ("http://api.sandbox-soundcloud.com", Host::SOUNDCLOUD_LEGACY),
            ("https://api.soundcloud.com", Host::SOUNDCLOUD),
            ("http://api.musescore.com", Host::MUSESCORE),
        ];
        for (there, host) in hosts {
            line = line.replace(there, &self.sandbox.origin(host));
        }
        // A page of the site may be the argument of another URL: only the beginning of one is its host.
        for (there, host) in [
            ("https://soundcloud.com/oembed", Host::SOUNDCLOUD_WEB),
            ("http://musescore.com/oembed", Host::MUSESCORE_WEB),
        ] {
            line = line.replace(there, &format!("{}/oembed", self.sandbox.origin(host)));
        }
        line
    }
}

/// What is wrong with a response, line by line.
fn faults(case: &Case, given: &Given) -> Vec<String> {
    let mut faults = Vec::new();
    if given.status != case.status {
        faults.push(format!("status {}, printed {}: {}", given.status, case.status, given.text()));
    }
    faults.extend(case.expected.iter().filter_map(|expected| expected.fault(given)));
    faults
}

#[tokio::test]
async fn every_line_of_the_documents_runs_as_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("audio.wav"), crate::soundcloud::wav()).expect("a file");
    let mut account = Account::new().await;
    let has_curl =
        Command::new("curl").arg("--version").output().is_ok_and(|version| version.status.success());
    if !has_curl {
        tell("skipped: curl is not installed; the lines were sent by the test alone");
    }
    let (mut wrong, mut runs) = (Vec::new(), 0);
    for case in cases() {
        account.fresh_track().await;
        let line = Line::parse(&account.here(&case));
        let given = Given::of(line.request(folder.path()).send().await);
        runs += 1;
        wrong.extend(faults(&case, &given).into_iter().map(|fault| format!("{}: {fault}", case.name)));
        if !has_curl {
            continue;
        }
        account.fresh_track().await;
        let line = Line::parse(&account.here(&case));
        let given = through_curl(&line, folder.path()).await;
        runs += 1;
        wrong.extend(faults(&case, &given).into_iter().map(|fault| format!("{} (curl): {fault}", case.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    tell(&format!("{runs} runs of {} lines", cases().len()));
}

/// A line for whoever looks at the test with `--nocapture`.
fn tell(line: &str) {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{line}\n"));
}

async fn through_curl(line: &Line, folder: &Path) -> Given {
    let (words, folder) = (line.words.clone(), folder.to_owned());
    let output = tokio::task::spawn_blocking(move || {
        let mut curl = Command::new("curl");
        // -g: a URL with brackets is one URL, as for every other client.
        curl.args(["-sS", "-i", "-g", "--noproxy", "*"]).args(&words[1..]).current_dir(folder).output()
    });
    let output = output.await.expect("a thread").expect("curl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Given::parse(&output.stdout)
}

#[test]
fn the_five_documents_are_there() {
    let cases = cases();
    for document in ["000", "001", "002", "003", "004"] {
        assert!(cases.iter().any(|case| case.name.starts_with(document)), "{document}");
    }
    assert!(cases.iter().all(|case| case.status > 0 && case.line.starts_with("curl ")));
}
