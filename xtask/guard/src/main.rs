//! The hot paths whose instructions `cargo xtask test` counts: `segno-guard PATH` does the work of one again and again.
//!
//! Only what `measured_work` does is counted, so that nothing of the start of the program is.

use std::error::Error;
use std::hint::black_box;

use segno_core::auth::oauth1::{AccessToken, Consumer, OAuth1};
use segno_core::endpoint::PlainApiError;
use segno_core::http::{Request, Uri};
use segno_core::lenient::{List, PassedOver};
use segno_core::request::RequestBody;
use segno_core::transport::{ResponseBody, Transport, TransportError};
use segno_core::{
    BoxFuture, BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response,
};
use segno_score::{Options, musicxml};
use segno_syncpoint::{Fraction, Policy, RepeatEnd, RepeatStart, Structure, SyncMap, Syncpoint, WrittenBar};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What is done again and again.
type Work = Box<dyn FnMut() -> Outcome>;

fn main() -> Outcome {
    let path = std::env::args().nth(1).unwrap_or_default();
    let mut work: Work = match path.as_str() {
        "prepare" => prepare()?,
        "call" => call()?,
        "sign" => sign()?,
        "decode" => decode(),
        "decode-odd" => decode_odd(),
        "lookup" => lookup()?,
        "unroll" => unroll()?,
        "read" => read(),
        other => return Err(format!("no path {other:?}").into()),
    };
    // What is made once is made here.
    work()?;
    measured_work(&mut work)
}

#[inline(never)]
fn measured_work(work: &mut Work) -> Outcome {
    for _ in 0..20 {
        work()?;
    }
    Ok(())
}

const SONG: &str = r#"{"id":"1010","title":"Corners of the Mirror","bpm":151.5,"explicit":false,"moods":["Hopeful","Angry"],"artist":{"id":"417","name":"Midnight \u00c9toile"},"new":[1]}"#;

/// A model as those of the services.
#[derive(serde::Deserialize)]
struct Song {
    id: String,
    title: Option<String>,
    bpm: Option<f64>,
    explicit: Option<bool>,
    #[serde(default, deserialize_with = "segno_core::lenient::list")]
    moods: Vec<String>,
    artist: Option<Artist>,
    #[serde(default)]
    passed_over: PassedOver,
    #[serde(default)]
    other: serde_json::Map<String, serde_json::Value>,
}

#[derive(serde::Deserialize)]
struct Artist {
    id: String,
    name: String,
}

impl Song {
    fn size(&self) -> usize {
        let texts = [self.title.as_ref(), self.artist.as_ref().map(|artist| &artist.name)];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let artist = self.artist.as_ref().map_or(0, |artist| artist.id.len());
        let flags = usize::from(self.bpm.is_some()) + usize::from(self.explicit.is_some());
        self.id.len() + texts + artist + flags + self.moods.len() + self.passed_over.len() + self.other.len()
    }
}

/// `GET /songs/{id}`
struct Get(u32);

impl Endpoint for Get {
    type Output = Song;
    type ApiError = PlainApiError;
    const NAME: &'static str = "guard.songs.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query("include", "artists");
        request.query("filter[mood]", "calm & hopeful");
        request.path("songs/{id}", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Song, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

/// Responds with the song at once.
struct Memory;

impl Transport for Memory {
    fn send(&self, _: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async { Ok(Response::new(ResponseBody::from_bytes(SONG))) })
    }
}

fn client() -> Outcome<Client> {
    let credentials = segno_core::auth::Basic::new("demoApp7", &"s3cret-pass".into())?;
    let client = Client::builder("https://api.example.com/v1/").authorize(credentials);
    Ok(client.transport(Memory).no_limit().build()?)
}

fn prepare() -> Outcome<Work> {
    let client = client()?;
    Ok(Box::new(move || {
        black_box(client.prepare(black_box(&Get(1010)))?);
        Ok(())
    }))
}

fn call() -> Outcome<Work> {
    let client = client()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    Ok(Box::new(move || {
        black_box(runtime.block_on(client.send(black_box(&Get(1010))))?);
        Ok(())
    }))
}

fn sign() -> Outcome<Work> {
    let credentials =
        OAuth1::new(&Consumer::new("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"))
            .token(&AccessToken::new(
                "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
                "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
            ));
    let uri: Uri = "https://api.example.com/score.json?text=%22silver%20lake%22%20Dvo%C5%99%C3%A1k&part=0%2C73&sort=view_count&page=3".parse()?;
    Ok(Box::new(move || {
        black_box(credentials.header(
            &Method::GET,
            black_box(&uri),
            [],
            "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgm",
            1_318_622_958,
        ));
        Ok(())
    }))
}

fn decode() -> Work {
    list(format!("[{}]", [SONG; 50].join(",")))
}

/// One member in another form than documented, so that the whole is read by the way for such.
fn decode_odd() -> Work {
    list(format!("[{},{}]", [SONG; 49].join(","), SONG.replace("151.5", "\"151.5\"")))
}

fn list(body: String) -> Work {
    Box::new(move || {
        let songs: List<Song> = segno_core::decode::from_json(black_box(body.as_bytes()))?;
        if songs.iter().map(Song::size).sum::<usize>() == 0 || songs.len() != 50 {
            return Err("not all songs were read".into());
        }
        Ok(())
    })
}

fn lookup() -> Outcome<Work> {
    let mut time = 0.0;
    let points = (0..1_024_u32).map(|bar| {
        time += 1.5 + f64::from(bar * 7_919 % 1_009) / 1_009.0;
        Syncpoint::bar_line(bar, time)
    });
    let map = SyncMap::new(points.collect::<Vec<_>>())?;
    let end = map.last().time;
    let times: Vec<f64> =
        (0..2_000_u32).map(|query| 2.6 + f64::from(query * 7_919 % 2_003) / 2_003.0 * (end - 3.0)).collect();
    let mut out = vec![0.0; times.len()];
    Ok(Box::new(move || {
        let mut cursor = map.cursor();
        let mut sum = 0.0;
        for (frame, time) in (0_u32..).zip(&times) {
            sum += map.bars_at(black_box(*time))? + cursor.bars_at(2.6 + f64::from(frame) / 60.0)?;
            black_box(map.position_at(*time)?);
        }
        map.bars_at_many(&times, &mut out);
        black_box((sum, &out));
        Ok(())
    }))
}

fn unroll() -> Outcome<Work> {
    let four = Fraction::new(4, 4).ok_or("no fraction")?;
    let mut structure = Structure::default();
    for bar in 0..800 {
        let mut written = WrittenBar::new((bar + 1).to_string(), four);
        if bar % 8 == 0 {
            written.repeat_start = Some(RepeatStart::Printed);
        }
        if bar % 8 == 7 {
            written.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        }
        structure.bars.push(written);
    }
    Ok(Box::new(move || {
        black_box(black_box(&structure).unroll(&Policy::CLASSICAL)?);
        Ok(())
    }))
}

fn read() -> Work {
    let note = "<note default-x=\"80.50\"><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice>\
        <type>eighth</type><stem>up</stem><beam number=\"1\">continue</beam></note>\n";
    let mut text = String::from(
        "<score-partwise version=\"4.0\"><part-list><score-part id=\"P1\"><part-name>Piano</part-name></score-part></part-list>\n<part id=\"P1\">\n",
    );
    for bar in 0..40 {
        let attributes = "<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>\n";
        let attributes = if bar == 0 { attributes } else { "" };
        text.push_str(&format!("<measure number=\"{}\">{attributes}{}</measure>\n", bar + 1, note.repeat(8)));
    }
    text.push_str("</part></score-partwise>");
    Box::new(move || {
        let score = musicxml::read_slice(black_box(text.as_bytes()), &Options::new())?;
        if score.structure.bars.len() == 40 { Ok(()) } else { Err("not all bars were read".into()) }
    })
}
