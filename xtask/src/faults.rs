//! `cargo xtask faults`: every endpoint of every client meets every fault of the sandbox. The tests of the services do it, a sample
//! of it whenever they run; this has them do all of it and shows their figures.

use std::fs;
use std::process::ExitCode;

use serde_json::Value;

use crate::rules::SERVICES;
use crate::say;
use crate::shell::{cargo, root, step};

/// The variable that asks the tests for all of it, and names the folder for their figures.
const FOLDER: &str = "SEGNO_FAULTS";

const TEST: &str = "every_endpoint_meets_every_fault";

const USAGE: &str = "usage: cargo xtask faults [--service NAME]... [--json]";

pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let (mut services, mut as_json, mut rest) = (Vec::new(), false, arguments);
    while let [first, more @ ..] = rest {
        rest = match (*first, more) {
            ("--json", _) => {
                as_json = true;
                more
            }
            ("--service", [name, more @ ..]) if SERVICES.contains(name) => {
                services.push(*name);
                more
            }
            _ => return Err(USAGE.into()),
        };
    }
    if services.is_empty() {
        services.extend(SERVICES);
    }
    let folder = root().join("target/faults");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let packages: String = services.iter().map(|service| format!(" -p segno-{service}")).collect();
    let mut test = cargo(&format!("test --quiet{packages} --test it {TEST}"));
    step("every endpoint meets every fault", test.env(FOLDER, &folder))?;
    let mut all = Vec::new();
    for service in services {
        let file = folder.join(format!("{service}.json"));
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        all.push(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?);
    }
    let deviations = all.iter().map(|figures: &Value| list(figures).len()).sum::<usize>();
    if as_json {
        say(Value::Array(all));
    } else {
        table(&all);
    }
    Ok(if deviations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How a run ends: what the figures call it, and a column of the table.
const OUTCOMES: [(&str, &str); 9] = [
    ("done", "done"),
    ("4xx", "4xx"),
    ("5xx", "5xx"),
    ("lost", "lost"),
    ("not sent", "unsent"),
    ("unreadable", "unread"),
    ("redirected", "redir"),
    ("3xx", "3xx"),
    ("other", "other"),
];

fn table(all: &[Value]) {
    let mut head = format!("{:12} {:>9} {:>6} {:>6} {:>7}", "", "endpoints", "calls", "faults", "runs");
    for (_, title) in OUTCOMES {
        head.push_str(&format!(" {title:>6}"));
    }
    say(format_args!("{head} {:>10}", "deviations"));
    for figures in all {
        let number = |name: &str| figures[name].as_u64().unwrap_or(0);
        let mut line = format!(
            "{:12} {:>9} {:>6} {:>6} {:>7}",
            figures["service"].as_str().unwrap_or_default(),
            number("endpoints"),
            number("cases"),
            number("faults"),
            number("runs")
        );
        for (name, _) in OUTCOMES {
            line.push_str(&format!(" {:>6}", figures["outcomes"][name].as_u64().unwrap_or(0)));
        }
        say(format_args!("{line} {:>10}", list(figures).len()));
    }
    for deviation in all.iter().flat_map(list) {
        say(deviation.as_str().unwrap_or_default());
    }
}

fn list(figures: &Value) -> &[Value] {
    figures["deviations"].as_array().map_or(&[], Vec::as_slice)
}
