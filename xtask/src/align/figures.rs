//! How near the found bars are to the known ones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cases::Case;

/// The error that a bar counts with that is not found.
const LOST: f64 = 9.0;

/// What was found of one recording.
pub(crate) struct Result {
    id: String,
    variant: String,
    half: &'static str,
    /// `None` if it was refused; whether the order is the right one.
    order: Option<bool>,
    /// The reason of a refusal.
    refusal: String,
    /// For each known bar the error and the spread, in seconds.
    bars: Vec<(f64, f64)>,
    seconds: f64,
    cpu: f64,
    peak: f64,
    about: String,
}

impl Result {
    pub(crate) fn of(case: &Case, value: &Value) -> std::result::Result<Self, String> {
        let figure = |key: &str| value[key].as_f64().unwrap_or(0.0);
        let found = &value["results"][0];
        let mut out = Self {
            id: case.id.clone(),
            variant: case.variant.clone(),
            half: case.half,
            order: None,
            refusal: found["error"].as_str().unwrap_or_default().to_owned(),
            bars: vec![(LOST, LOST); case.bars.len()],
            seconds: figure("seconds"),
            cpu: figure("cpu_s"),
            peak: figure("peak_mb"),
            about: String::new(),
        };
        let Some(bars) = found["bars"].as_array() else { return Ok(out) };
        let written: Vec<usize> =
            bars.iter().filter_map(|bar| bar[0].as_u64()).map(|bar| bar as usize).collect();
        out.order = Some(written == case.order);
        let places = common(&case.order, &written);
        for ((bar, seconds), out) in case.bars.iter().zip(&mut out.bars) {
            if let Some(found) = places.get(*bar).copied().flatten().and_then(|place| bars.get(place)) {
                let (at, spread) = (found[1].as_f64().unwrap_or(f64::MAX), found[2].as_f64().unwrap_or(LOST));
                *out = (at - seconds, spread);
            }
        }
        out.about = format!(
            "match {:.2} margin {:.1} tuning {:+.0} transposed {}",
            found["match"].as_f64().unwrap_or(f64::NAN),
            found["margin"].as_f64().unwrap_or(f64::INFINITY),
            figure("tuning_cents"),
            found["transposition"].as_i64().unwrap_or(0)
        );
        Ok(out)
    }

    /// From seconds that a rival gives for each known bar.
    pub(crate) fn of_rival(case: &Case, times: &[f64], seconds: f64, cpu: f64) -> Self {
        let bars = case.bars.iter().zip(times).map(|((_, truth), time)| (time - truth, LOST)).collect();
        Self {
            id: case.id.clone(),
            variant: case.variant.clone(),
            half: case.half,
            order: Some(true),
            refusal: String::new(),
            bars,
            seconds,
            cpu,
            peak: 0.0,
            about: String::new(),
        }
    }

    fn within(&self, seconds: f64) -> f64 {
        share(self.bars.iter().filter(|(error, _)| error.abs() <= seconds).count(), self.bars.len())
    }

    /// A line for people.
    pub(crate) fn line(&self) -> String {
        let order = match self.order {
            Some(true) => "order right".to_owned(),
            Some(false) => "ORDER WRONG".to_owned(),
            None => format!("REFUSED: {}", self.refusal),
        };
        format!(
            "{:<58} {:5.1} {:5.1} {:5.1} {:5.1} %  {order}  {}  {:.2} s for {:.0} s",
            self.id,
            self.within(0.02),
            self.within(0.05),
            self.within(0.1),
            self.within(0.2),
            self.about,
            self.cpu,
            self.seconds
        )
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// For each member of `truth` where it is in `found`, so that the places ascend and as many as possible are found.
fn common(truth: &[usize], found: &[usize]) -> Vec<Option<usize>> {
    let width = found.len() + 1;
    let mut longest = vec![0_u32; (truth.len() + 1) * width];
    for (i, a) in truth.iter().enumerate().rev() {
        for (j, b) in found.iter().enumerate().rev() {
            longest[i * width + j] = if a == b {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = vec![None; truth.len()];
    while i < truth.len() && j < found.len() {
        if truth[i] == found[j] {
            out[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

/// The results of all files.
#[derive(Default)]
pub(crate) struct Figures {
    results: Vec<Result>,
    /// The name of the program, if it is not ours.
    rival: Option<String>,
}

/// The figures of the files of one variant, or of all.
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) value: Value,
    /// The same for people.
    pub(crate) line: String,
}

impl Figures {
    pub(crate) fn of_rival(name: &str) -> Self {
        Self { rival: Some(name.to_owned()), ..Self::default() }
    }

    pub(crate) fn add(&mut self, result: Result) {
        self.results.push(result);
    }

    /// The plain files, each variant, and at last all files.
    pub(crate) fn sets(&self) -> Vec<Set> {
        let mut sets: BTreeMap<(usize, &str), Vec<&Result>> = BTreeMap::new();
        for result in &self.results {
            let plain = usize::from(result.variant != "plain");
            sets.entry((plain, &result.variant)).or_default().push(result);
            sets.entry((2, "all")).or_default().push(result);
        }
        sets.into_iter().map(|((_, name), results)| self.with_halves(name, &results)).collect()
    }

    /// The figures of a set, and apart those of either half of its pieces: what is chosen on one is judged on the other.
    fn with_halves(&self, name: &str, results: &[&Result]) -> Set {
        let mut set = self.set(name, results);
        if self.rival.is_some() {
            return set;
        }
        for half in ["a", "b"] {
            let part: Vec<&Result> = results.iter().filter(|result| result.half == half).copied().collect();
            if part.is_empty() || part.len() == results.len() {
                continue;
            }
            let part = self.set(&format!("{name}, half {half}"), &part);
            set.value["halves"][half] = part.value;
            set.line += &format!("\n{}", part.line);
        }
        set
    }

    fn set(&self, name: &str, results: &[&Result]) -> Set {
        let bars: Vec<(f64, f64)> = results.iter().flat_map(|result| result.bars.iter().copied()).collect();
        let within =
            |seconds: f64| share(bars.iter().filter(|bar| bar.0.abs() <= seconds).count(), bars.len());
        let middle = |mut values: Vec<f64>, share: f64| {
            values.sort_unstable_by(f64::total_cmp);
            let place = (share * values.len() as f64) as usize;
            1000.0 * values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
        };
        let at = |share: f64| middle(bars.iter().map(|bar| bar.0.abs()).collect(), share);
        let worst = results.iter().min_by(|a, b| a.within(0.1).total_cmp(&b.within(0.1)));
        let (worst, worst_id) = worst.map_or((0.0, ""), |result| (result.within(0.1), result.id.as_str()));
        let minutes: f64 = results.iter().map(|result| result.seconds / 60.0).sum();
        let cpu = results.iter().map(|result| result.cpu).sum::<f64>() / minutes.max(1e-9);
        let mut value = json!({
            "set": name,
            "files": results.len(),
            "bars": bars.len(),
            "minutes": round(minutes),
            "within_ms": {
                "20": round(within(0.02)),
                "50": round(within(0.05)),
                "100": round(within(0.1)),
                "200": round(within(0.2)),
            },
            "median_ms": round(at(0.5)),
            "p95_ms": round(at(0.95)),
            "bias_ms": round(middle(bars.iter().map(|bar| bar.0).collect(), 0.5)),
            "worst_piece": {"id": worst_id, "within_100_ms": round(worst)},
            "cpu_s_per_minute": round(cpu),
        });
        let mut line = format!(
            "{:<22} {:>3} files {:>5} bars  within 20/50/100/200 ms {:5.1} {:5.1} {:5.1} {:5.1} %  median {:4.1}  95th {:5.1} ms  worst {:5.1} %",
            self.rival.as_ref().map_or(name.to_owned(), |rival| format!("{rival} {name}")),
            results.len(),
            bars.len(),
            within(0.02),
            within(0.05),
            within(0.1),
            within(0.2),
            at(0.5),
            at(0.95),
            worst
        );
        if self.rival.is_some() {
            line += &format!("  {cpu:.2} s a minute");
            return Set { name: name.to_owned(), value, line };
        }
        let sure = |seconds: f64| {
            let of: Vec<&(f64, f64)> = bars.iter().filter(|bar| bar.1 < seconds).collect();
            let right = |limit: f64| share(of.iter().filter(|bar| bar.0.abs() <= limit).count(), of.len());
            (share(of.len(), bars.len()), right(0.1), right(0.2))
        };
        let ((sure_50, right_50, wide_50), (sure_100, right_100, wide_100)) = (sure(0.05), sure(0.1));
        let orders = results.iter().filter(|result| result.order == Some(true)).count();
        let refused = results.iter().filter(|result| result.order.is_none()).count();
        let peak = results.iter().map(|result| result.peak).fold(0.0, f64::max);
        value["orders_right"] = json!(orders);
        value["refused"] = json!(refused);
        value["sure_ms"] = json!({
            "50": {"share": round(sure_50), "within_100_ms": round(right_50), "within_200_ms": round(wide_50)},
            "100": {"share": round(sure_100), "within_100_ms": round(right_100), "within_200_ms": round(wide_100)},
        });
        value["peak_mb"] = json!(round(peak));
        line += &format!(
            "  orders {orders}/{}  refused {refused}  spread < 50 ms {sure_50:.1} % (of them {right_50:.1} within 100 ms), < 100 ms {sure_100:.1} % ({right_100:.1})  {cpu:.2} s a minute, {peak:.0} MB",
            results.len()
        );
        Set { name: name.to_owned(), value, line }
    }
}

pub(crate) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
