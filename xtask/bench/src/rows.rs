//! The rows of the table: what is done, by whom, how often.

use crate::Outcome;

/// A row.
pub(crate) struct Row {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What is done.
    pub(crate) title: &'static str,
    /// Ours first, then whom it is compared with.
    pub(crate) subjects: &'static [&'static str],
    /// What the ratio that matters is taken to.
    pub(crate) limit: &'static str,
    /// The largest ratio in instructions that is aimed at.
    pub(crate) target: Option<f64>,
    /// Two lengths of a run under callgrind, whose difference is free of start-up.
    pub(crate) counted: [usize; 2],
    /// The length of a run by the clock.
    pub(crate) timed: usize,
    /// Of how many units the figure is that one turn of the work is divided by, and what a unit is.
    pub(crate) units: f64,
    pub(crate) unit: &'static str,
    /// Whether it takes long, so that `--quick` makes one round of it.
    pub(crate) slow: bool,
}

const CALL: Row = Row {
    name: "get",
    title: "small GET with JSON, one after the other",
    subjects: &["segno", "hyper", "reqwest", "ureq"],
    limit: "hyper",
    target: Some(1.15),
    counted: [500, 2_500],
    timed: 10_000,
    units: 1.0,
    unit: "call",
    slow: false,
};

const LOCAL: Row = Row {
    name: "",
    title: "",
    subjects: &[],
    limit: "",
    target: None,
    counted: [1, 3],
    timed: 20,
    units: 1.0,
    unit: "",
    slow: false,
};

const LOOKUP: Row =
    Row { units: crate::local::QUERIES as f64, unit: "lookup", timed: 400, counted: [2, 12], ..LOCAL };

pub(crate) const ROWS: &[Row] = &[
    CALL,
    Row {
        name: "get64",
        title: "small GET with JSON, 64 on the way",
        counted: [640, 3_200],
        timed: 12_800,
        ..CALL
    },
    Row {
        name: "list",
        title: "list of 200,000 slices over a connection, as a value",
        subjects: &["segno", "hyper", "reqwest"],
        limit: "hyper",
        target: Some(0.95),
        timed: 1,
        units: 200_000.0,
        unit: "slice",
        counted: [0, 1],
        slow: true,
        ..LOCAL
    },
    Row {
        name: "stream",
        title: "the same, member by member",
        subjects: &["segno, streamed", "hyper"],
        limit: "hyper",
        target: Some(1.05),
        timed: 1,
        units: 200_000.0,
        unit: "slice",
        counted: [0, 1],
        slow: true,
        ..LOCAL
    },
    Row {
        name: "slices",
        title: "1,000 slices read from memory",
        subjects: &["segno", "serde_json"],
        limit: "serde_json",
        units: 1_000.0,
        unit: "slice",
        counted: [2, 7],
        timed: 200,
        ..LOCAL
    },
    Row {
        name: "songs",
        title: "page of 100 songs from memory (JSON:API)",
        subjects: &["segno", "plain structs", "serde_json::Value"],
        limit: "plain structs",
        target: Some(1.5),
        unit: "page",
        counted: [2, 12],
        timed: 500,
        ..LOCAL
    },
    Row {
        name: "scores",
        title: "MuseScore's XML of 1,000 scores from memory",
        subjects: &["segno", "quick-xml's events"],
        limit: "quick-xml's events",
        target: Some(2.0),
        units: 1_000.0,
        unit: "score",
        ..LOCAL
    },
    Row {
        name: "put",
        title: "PUT of a file",
        subjects: &["segno", "hyper", "reqwest"],
        limit: "hyper",
        target: Some(1.1),
        unit: "MiB",
        counted: [16, 80],
        slow: true,
        ..LOCAL
    },
    Row {
        name: "sign",
        title: "OAuth 1.0a signature of a search",
        subjects: &["segno", "oauth1-request", "HMAC-SHA1"],
        limit: "HMAC-SHA1",
        target: Some(2.0),
        unit: "signature",
        counted: [100, 1_100],
        timed: 100_000,
        ..LOCAL
    },
    Row {
        name: "random",
        title: "lookups in no order, 1,024 points",
        subjects: &["segno", "partition_point", "alphaTab's walk"],
        limit: "partition_point",
        ..LOOKUP
    },
    Row {
        name: "random65536",
        title: "the same, 65,536 points",
        subjects: &["segno", "partition_point"],
        limit: "partition_point",
        ..LOOKUP
    },
    Row {
        name: "cursor",
        title: "cursor at 60 frames a second, 1,024 points",
        subjects: &["segno", "alphaTab's walk"],
        limit: "alphaTab's walk",
        ..LOOKUP
    },
    Row {
        name: "sorted",
        title: "sorted batch, 1,024 points",
        subjects: &["segno", "alphaTab's walk"],
        limit: "alphaTab's walk",
        ..LOOKUP
    },
    Row {
        name: "unsorted",
        title: "batch in no order, 1,024 points",
        subjects: &["segno", "segno, single", "partition_point"],
        limit: "segno, single",
        ..LOOKUP
    },
    Row {
        name: "position",
        title: "position_at in no order, 1,024 points",
        subjects: &["segno", "segno, single", "partition_point"],
        limit: "segno, single",
        ..LOOKUP
    },
    Row {
        name: "position65536",
        title: "the same, 65,536 points",
        subjects: &["segno", "segno, single", "partition_point"],
        limit: "segno, single",
        ..LOOKUP
    },
    Row {
        name: "musicxml",
        title: "MusicXML of 500 bars from memory",
        subjects: &["segno", "quick-xml's events"],
        limit: "quick-xml's events",
        target: Some(1.3),
        units: 500.0,
        unit: "bar",
        ..LOCAL
    },
    Row {
        name: "musicxml-onsets",
        title: "the same, with onsets",
        subjects: &["segno, onsets", "quick-xml's events"],
        limit: "quick-xml's events",
        units: 500.0,
        unit: "bar",
        ..LOCAL
    },
    Row {
        name: "musicxml-stream",
        title: "the same, from a stream",
        subjects: &["segno, streamed", "quick-xml's events"],
        limit: "quick-xml's events",
        target: Some(1.6),
        units: 500.0,
        unit: "bar",
        ..LOCAL
    },
    Row {
        name: "simplify",
        title: "points kept of a steady beat with jitter: 5,000, beside 10 times 500",
        subjects: &["5,000 points", "10 times 500 points"],
        limit: "10 times 500 points",
        units: 5_000.0,
        unit: "point",
        timed: 10,
        ..LOCAL
    },
    Row {
        name: "unroll",
        title: "unrolling: 8,000 bars, beside 10 times 800",
        subjects: &["8,000 bars", "10 times 800 bars"],
        limit: "10 times 800 bars",
        units: 8_000.0,
        unit: "bar",
        timed: 50,
        ..LOCAL
    },
];

/// Does the work of a subject of a row `count` times and gives the processor time of it.
pub(crate) fn run(row: &str, subject: &str, count: usize, address: &str) -> Outcome<f64> {
    use crate::{http, local};
    let size = |row: &str| if row.ends_with("65536") { 65_536 } else { 1_024 };
    let mut work = match row {
        "get" | "get64" | "list" | "stream" | "put" => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let began = cpu_time::ProcessTime::now();
            match row {
                "get" => runtime.block_on(http::get(subject, address, count, 1))?,
                "get64" => runtime.block_on(http::get(subject, address, count, 64))?,
                "put" => {
                    let file = crate::file(count)?;
                    runtime.block_on(http::put(subject, address, &file))?;
                }
                _ => {
                    for _ in 0..count {
                        runtime.block_on(http::list(subject, address))?;
                    }
                }
            }
            return Ok(began.elapsed().as_secs_f64());
        }
        "slices" => local::slices(subject)?,
        "songs" => local::songs(subject)?,
        "scores" => local::scores(subject)?,
        "sign" => local::sign(subject)?,
        "musicxml" | "musicxml-onsets" | "musicxml-stream" => local::music_xml(subject)?,
        "simplify" if subject.starts_with("10 ") => tenfold(local::simplify(500)?),
        "simplify" => local::simplify(5_000)?,
        "unroll" if subject.starts_with("10 ") => tenfold(local::unroll(100)?),
        "unroll" => local::unroll(1_000)?,
        _ => local::lookups(row.trim_end_matches("65536"), subject, size(row))?,
    };
    let began = cpu_time::ProcessTime::now();
    for _ in 0..count {
        work()?;
    }
    Ok(began.elapsed().as_secs_f64())
}

fn tenfold(mut work: crate::local::Work) -> crate::local::Work {
    Box::new(move || (0..10).try_for_each(|_| work()))
}
