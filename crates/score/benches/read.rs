//! How fast MusicXML is read, in MB/s, against quick-xml passing over the same events in the same run, and how much
//! memory a stream takes that is not held: `cargo bench -p segno-score`. Further files can be named as arguments.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::io::{BufReader, Read};
use std::time::{Duration, Instant};

use quick_xml::Reader;
use quick_xml::events::Event;
use segno_score::{Options, musicxml};

/// Bars of the made-up score: about 8 MB.
const BARS: usize = 2_500;
const ROUNDS: usize = 7;

fn main() {
    let text: Vec<u8> = pieces(BARS).flatten().collect();
    table(&format!("made up, {BARS} bars of 2 parts"), &text);
    let files = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    for file in files {
        match std::fs::read(&file) {
            Ok(bytes) => table(&file, &bytes),
            Err(error) => println!("{file}: {error}"),
        }
    }
    let before = peak();
    let bars = BARS * 8;
    let start = Instant::now();
    let input = Pieces { pieces: pieces(bars), rest: Vec::new(), at: 0 };
    let mut counted = Counted { input, bytes: 0 };
    let score = musicxml::read(BufReader::with_capacity(64 << 10, &mut counted), &Options::new());
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "stream of {:.1} MB, never held: {} bars in {seconds:.2} s; peak memory {before} kB before, {} kB after",
        counted.bytes as f64 / 1e6,
        score.map_or(0, |score| score.structure.bars.len()),
        peak()
    );
}

fn table(name: &str, text: &[u8]) {
    println!("{name}: {:.2} MB", text.len() as f64 / 1e6);
    let (plain, onsets) = (Options::new(), Options::new().with_onsets());
    let rows: [(&str, &dyn Fn()); 5] = [
        ("quick-xml, skipping, slice", &|| skip_slice(text)),
        ("quick-xml, skipping, stream", &|| skip_stream(text)),
        ("musicxml::read_slice", &|| drop(black_box(musicxml::read_slice(text, &plain)))),
        ("musicxml::read_slice, onsets", &|| drop(black_box(musicxml::read_slice(text, &onsets)))),
        ("musicxml::read (stream)", &|| drop(black_box(musicxml::read(text, &plain)))),
    ];
    // The rows take turns, so that a busy machine does not favour one of them.
    let mut best = [Duration::MAX; 5];
    for _ in 0..ROUNDS {
        for ((_, work), best) in rows.iter().zip(&mut best) {
            let start = Instant::now();
            work();
            *best = (*best).min(start.elapsed());
        }
    }
    for ((name, _), best) in rows.iter().zip(best) {
        println!("  {name:<30} {:>8.1} MB/s", text.len() as f64 / 1e6 / best.as_secs_f64());
    }
}

fn skip_slice(text: &[u8]) {
    let mut reader = Reader::from_reader(text);
    reader.config_mut().expand_empty_elements = true;
    while !matches!(black_box(reader.read_event()), Ok(Event::Eof) | Err(_)) {}
}

fn skip_stream(text: &[u8]) {
    let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, text));
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    while !matches!(black_box(reader.read_event_into(&mut buffer)), Ok(Event::Eof) | Err(_)) {
        buffer.clear();
    }
}

/// A score as notation programs write it: two parts of eighths with stems, beams and articulation.
fn pieces(bars: usize) -> impl Iterator<Item = Vec<u8>> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score-partwise version=\"4.0\">\n  <part-list>\n    \
        <score-part id=\"P1\"><part-name>Piano</part-name></score-part>\n    \
        <score-part id=\"P2\"><part-name>Bass</part-name></score-part>\n  </part-list>\n";
    let part = move |id: &'static str| {
        let open = format!("  <part id=\"{id}\">\n").into_bytes();
        std::iter::once(open).chain((0..bars).map(bar)).chain([b"  </part>\n".to_vec()])
    };
    std::iter::once(head.as_bytes().to_vec())
        .chain(part("P1"))
        .chain(part("P2"))
        .chain([b"</score-partwise>\n".to_vec()])
}

fn bar(index: usize) -> Vec<u8> {
    let mut text = format!("    <measure number=\"{}\" width=\"210.37\">\n", index + 1);
    if index == 0 {
        text += "      <attributes><divisions>2</divisions><key><fifths>0</fifths></key>\
                 <time><beats>4</beats><beat-type>4</beat-type></time></attributes>\n";
    }
    for note in 0..8 {
        let step = ["C", "D", "E", "F", "G", "A", "B"][(index + note) % 7];
        text += &format!(
            "      <note default-x=\"{}.50\" default-y=\"-15.00\">\n        <pitch>\n          <step>{step}</step>\n          \
             <octave>4</octave>\n          </pitch>\n        <duration>1</duration>\n        <voice>1</voice>\n        \
             <type>eighth</type>\n        <stem>up</stem>\n        <staff>1</staff>\n        <beam number=\"1\">continue</beam>\n        \
             <notations>\n          <articulations>\n            <staccato/>\n            </articulations>\n          \
             </notations>\n        </note>\n",
            80 + note * 20
        );
    }
    text += "      </measure>\n";
    text.into_bytes()
}

/// A stream that makes its text as it goes.
struct Pieces<I> {
    pieces: I,
    rest: Vec<u8>,
    at: usize,
}

impl<I: Iterator<Item = Vec<u8>>> Read for Pieces<I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.rest.len() {
            self.rest = self.pieces.next().unwrap_or_default();
            self.at = 0;
        }
        let mut rest = &self.rest[self.at..];
        let count = rest.read(out)?;
        self.at += count;
        Ok(count)
    }
}

/// Counts what goes through.
struct Counted<R> {
    input: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(out)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

/// The peak memory of this process in kB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
