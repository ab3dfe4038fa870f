//! A login whose file stands in a place that is not an ordinary folder: on mounts of its own, where the machine lets anybody
//! make them (`unshare`). What the same places do to a store is tried without them beside the store.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::auth::oauth2::{App, TokenResponse, TokenServer, TokenSource};
use segno_core::auth::store::{FileStore, TokenStore};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::time::Clock;
use segno_core::{Bytes, Client, Response, Retry};

const FOLDER: &str = "SEGNO_TEST_PLACES";
/// Makes the places below the folder that is given, then runs the test again within.
const SCRIPT: &str = r#"
set -e
cd "$1"
mkdir host container sealed full plain read-only
touch host/one.json container/one.json host/two.json sealed/two.json
chmod 600 host/two.json
mount --bind host/one.json container/one.json
mount --bind sealed sealed
mount --bind host/two.json sealed/two.json
mount -o remount,bind,ro sealed
mount -t tmpfs -o size=256k tmpfs full
mount --bind plain read-only
mount -o remount,bind,ro read-only
exec "$2" --exact places::within --nocapture
"#;

#[test]
fn a_login_outlives_awkward_places() {
    let folder = segno_testkit::Folder::new();
    let folder = folder.path();
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]);
    let program = std::env::current_exe().unwrap();
    let text = match unshare.arg(folder).arg(program).env(FOLDER, folder).output() {
        Ok(output) => {
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
        }
        Err(error) => error.to_string(),
    };
    // The mounts are gone with the process.
    if text.contains("all places hold") {
        return;
    }
    assert!(!text.contains("places::within"), "{text}");
    // Not Linux, or a machine where nobody may mount.
    assert!(std::env::var_os("SEGNO_MAY_MOUNT").is_none(), "no mounts here: {text}");
    tell(&format!("no mounts here, so no places were tried: {text}"));
}

#[tokio::test]
async fn within() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    mounted_by_itself(&folder).await;
    mounted_by_itself_into_a_sealed_folder(&folder).await;
    replaced_outside(&folder).await;
    full(&folder.join("full")).await;
    read_only(&folder).await;
    tell("all places hold");
}

#[allow(clippy::print_stderr)] // It is how the parent hears of it.
fn tell(line: &str) {
    eprintln!("{line}");
}

/// A server whose refresh tokens work once, and processes that use it.
struct World {
    clock: Arc<ManualClock>,
    issued: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::stopped("2026-11-21T20:00:00Z".parse().unwrap());
        Self { clock, issued: Arc::default(), requests: Arc::default() }
    }

    /// A process that begins now.
    fn process(&self, path: &Path) -> TokenSource {
        let (issued, requests) = (Arc::clone(&self.issued), Arc::clone(&self.requests));
        let transport = FnTransport::new(move |request: http::Request<Bytes>| {
            let form = String::from_utf8_lossy(request.body()).into_owned();
            let given =
                form.split('&').find_map(|pair| pair.strip_prefix("refresh_token=")).unwrap().to_owned();
            requests.lock().unwrap().push(given.clone());
            let number = issued.load(Ordering::SeqCst);
            if given != format!("r{number}") {
                let spent = Bytes::from_static(br#"{"error":"invalid_grant"}"#);
                return Ok(Response::builder().status(400).body(spent).unwrap());
            }
            let next = issued.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(r#"{{"access_token":"a{next}","refresh_token":"r{next}","expires_in":3600}}"#);
            Ok(Response::new(body.into()))
        });
        let client = Client::builder("https://login.example/")
            .transport(transport)
            .clock(Arc::clone(&self.clock) as Arc<dyn Clock>)
            .retry(Retry::never())
            .build()
            .unwrap();
        let server = TokenServer::new(client, App { id: "app".into(), secret: None });
        TokenSource::user(server).build(FileStore::open(path).unwrap())
    }

    async fn log_in(&self, path: &Path) {
        let mut response = TokenResponse::new("a0");
        response.refresh_token = Some("r0".into());
        response.expires_in = Some(Duration::from_secs(3600));
        self.process(path).install(response).await.unwrap();
    }

    /// The token that a process gets that begins now, or why none.
    async fn token(&self, path: &Path) -> Result<String, AuthError> {
        let source = self.process(path);
        let token = source.token().await.map(|token| token.expose().to_owned());
        source.settle().await;
        token
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn mounted_by_itself(folder: &Path) {
    let (inside, outside) = (folder.join("container/one.json"), folder.join("host/one.json"));
    let world = World::new();
    assert!(matches!(world.token(&inside).await, Err(AuthError::LoginNeeded(_))), "made by touch: nobody");
    world.log_in(&inside).await;
    for round in 0..5 {
        assert_eq!(world.token(&inside).await.unwrap(), format!("a{round}"));
        assert_eq!(world.token(&outside).await.unwrap(), format!("a{round}"), "seen outside");
        world.pass(4000);
    }
    assert_eq!(world.requests(), 4);
}

async fn mounted_by_itself_into_a_sealed_folder(folder: &Path) {
    let inside = folder.join("sealed/two.json");
    let world = World::new();
    world.log_in(&inside).await;
    world.pass(4000);
    // Two processes at once have nothing but the file to keep apart by.
    let (one, two) = (world.process(&inside), world.process(&inside));
    let (one, two) = tokio::join!(one.token(), two.token());
    assert_eq!((one.unwrap().expose(), two.unwrap().expose()), ("a1", "a1"));
    assert_eq!(world.requests(), 1);
}

async fn replaced_outside(folder: &Path) {
    let (inside, outside) = (folder.join("container/one.json"), folder.join("host/one.json"));
    let world = World::new();
    world.log_in(&outside).await;
    // What the container still sees is an older login; it must not spend anything that it could not keep.
    let seen = FileStore::open(&inside).unwrap().load().await.unwrap().token.unwrap();
    assert_ne!(seen.access.expose(), "a0");
    world.pass(100_000);
    let error = world.token(&inside).await.unwrap_err();
    assert!(error.to_string().contains("was replaced outside of the container"), "{error}");
    assert_eq!(world.requests(), 0);
    assert_eq!(world.token(&outside).await.unwrap(), "a1");
}

async fn full(folder: &Path) {
    let path = folder.join("tokens.json");
    let world = World::new();
    world.log_in(&path).await;
    let filler = folder.join("filler");
    let mut fill = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write(&mut fill, &[0; 1024]).is_ok_and(|written| written > 0) {}
    assert_eq!(world.token(&path).await.unwrap(), "a0", "one that works needs no room");
    world.pass(4000);
    let error = world.token(&path).await.unwrap_err();
    assert!(matches!(error, AuthError::Store(_)), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("/full/tokens.json: ") && text.ends_with("; nothing was asked of the server"),
        "{text}"
    );
    assert_eq!(world.requests(), 0);
    drop(fill);
    std::fs::remove_file(&filler).unwrap();
    assert_eq!(world.token(&path).await.unwrap(), "a1");
}

async fn read_only(folder: &Path) {
    let (sealed, open) = (folder.join("read-only/tokens.json"), folder.join("plain/tokens.json"));
    let world = World::new();
    world.log_in(&open).await;
    for lock in ["tokens.json.lock", "tokens.json.lease"] {
        let _ = std::fs::remove_file(folder.join("plain").join(lock));
    }
    world.pass(3000);
    assert_eq!(world.token(&sealed).await.unwrap(), "a0");
    // Due, not over.
    world.pass(580);
    assert_eq!(world.token(&sealed).await.unwrap(), "a0");
    world.pass(100);
    let error = world.token(&sealed).await.unwrap_err();
    assert!(matches!(error, AuthError::Store(_)), "{error}");
    assert_eq!(world.requests(), 0);
    assert_eq!(world.token(&open).await.unwrap(), "a1");
    assert_eq!(world.token(&sealed).await.unwrap(), "a1", "what others renew is found");
}
