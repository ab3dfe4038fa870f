//! The picture: well formed whatever it is given, self-contained, bounded.

use proptest::prelude::*;
use segno_syncpoint::formats::svg::{Drawing, draw};
use segno_syncpoint::{BarGrid, Crop, SyncMap, Syncpoint, wire};

use crate::maps;

/// Tags balance, quotes close, and no bare ampersand or angle bracket is left: enough to be XML, with the few features used.
fn well_formed(svg: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        text(&rest[..at])?;
        let end = rest[at..].find('>').ok_or("a tag does not end")? + at;
        let tag = &rest[at + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
        } else {
            if !tag.matches('"').count().is_multiple_of(2) || tag.contains('<') {
                return Err(format!("bad tag {tag}"));
            }
            if !tag.ends_with('/') {
                open.push(tag.split([' ', '\n']).next().unwrap_or(""));
            }
        }
        rest = &rest[end + 1..];
    }
    text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} stay open")) }
}

fn text(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        if !["lt;", "gt;", "amp;", "quot;", "#39;"].iter().any(|name| part.starts_with(name)) {
            return Err(format!("bare & before {part:?}"));
        }
    }
    if text.contains('>') || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(format!("bad text {text:?}"));
    }
    Ok(())
}

proptest! {
    #[test]
    fn well_formed_whatever_is_drawn(map in maps::maps(), title in any::<String>(), number in any::<String>(), prefix in any::<String>(), width in any::<u32>(), start in 0.0_f64..500.0, duration in any::<f64>()) {
        let bars = map.last().position.bar() as usize + 1;
        let grid = BarGrid::uniform(bars, 6, 8).unwrap().play_straight().unwrap();
        let numbers = [number.as_str()];
        let drawing = Drawing {
            title: &title, grid: Some(&grid), numbers: &numbers, width, prefix: &prefix,
            crop: Some(Crop::new(start, Some(start + 5.0)).unwrap()), duration: Some(duration),
        };
        let svg = draw(&map, &drawing);
        prop_assert_eq!(well_formed(&svg), Ok(()));
        prop_assert!(svg.len() < 1_500_000);
        let bare = draw(&map, &Drawing::default());
        prop_assert_eq!(well_formed(&bare), Ok(()));
    }
}

#[test]
fn shows_what_it_promises() {
    let map = SyncMap::new(wire::read("[[0,1],[2,5,0,1],[4,9],[6,14]]").unwrap()).unwrap();
    let grid = BarGrid::uniform(4, 4, 4).unwrap().play(&[0, 1, 0, 1, 2, 3]).unwrap();
    let crop = Crop::new(0.5, Some(12.0)).unwrap();
    let drawing = Drawing {
        title: "Étude <no. 1> & \"more\"",
        grid: Some(&grid),
        numbers: &["1", "2", "3a", "3b"],
        crop: Some(crop),
        duration: Some(15.0),
        prefix: "a-",
        ..Drawing::default()
    };
    let svg = draw(&map, &drawing);
    assert!(svg.contains("Étude &lt;no. 1&gt; &amp; &quot;more&quot;"));
    assert!(svg.contains("prefers-color-scheme:dark"));
    assert_eq!(svg.matches("<circle ").count(), 4);
    assert_eq!(svg.matches("<title>played bar ").count(), 6);
    // The second time through is shaded otherwise: bars 2 to 5 follow one jump.
    assert_eq!((svg.matches("class=\"a-even\"").count(), svg.matches("class=\"a-odd\"").count()), (2, 4));
    assert!(
        svg.contains("playhead hidden 5 s to 9 s")
            && svg.contains("cropped 0 s to 0.5 s")
            && svg.contains("cropped 12 s to 15 s")
    );
    assert!(svg.contains("written bar 3b"));
    for outside in ["<script", "href", "url(", "@import", "<image", "<foreignObject"] {
        assert!(!svg.contains(outside), "{outside}");
    }
}

#[test]
fn long_maps_stay_small() {
    let points: Vec<_> = (0..200_000_u32).map(|bar| Syncpoint::bar_line(bar, f64::from(bar) * 1.5)).collect();
    let svg = draw(&SyncMap::new(points).unwrap(), &Drawing::default());
    assert!(svg.len() < 1_000_000, "{}", svg.len());
    assert_eq!(well_formed(&svg), Ok(()));
}

/// The numbers of the strip: text and middle.
fn numbers(svg: &str) -> Vec<(&str, f64)> {
    let texts = svg.lines().filter(|line| line.contains("class=\"num\"") && line.contains("y=\"512\""));
    texts
        .map(|line| {
            let x = line.split("x=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let text = line.split('>').nth(1).and_then(|rest| rest.split('<').next()).unwrap();
            (text, x.parse().unwrap())
        })
        .collect()
}

#[test]
fn bar_numbers_never_overlap_and_never_vanish() {
    for (bars, width, expected_step) in
        [(8_u32, 960, 1), (60, 960, 2), (120, 960, 5), (230, 960, 10), (500, 960, 20), (900, 320, 100)]
    {
        // Rubato: every third bar is a third longer.
        let time = |bar: u32| f64::from(bar) * 2.0 + f64::from(bar / 3);
        let points: Vec<_> = (0..=bars).map(|bar| Syncpoint::bar_line(bar, time(bar))).collect();
        let grid = BarGrid::uniform(bars as usize, 4, 4).unwrap().play_straight().unwrap();
        let drawing = Drawing { grid: Some(&grid), width, ..Drawing::default() };
        let svg = draw(&SyncMap::new(points).unwrap(), &drawing);
        let numbers = numbers(&svg);
        let shown: Vec<u32> = numbers.iter().map(|(number, _)| number.parse().unwrap()).collect();
        let expected: Vec<u32> = (1..=bars).step_by(expected_step).collect();
        assert_eq!(shown, expected, "{bars} bars");
        for pair in numbers.windows(2) {
            // A digit of 11 px type is less than 7 px wide.
            let half = |number: &str| 3.5 * number.len() as f64;
            assert!(pair[1].1 - pair[0].1 > half(pair[0].0) + half(pair[1].0), "{pair:?}");
        }
    }
}

#[test]
fn one_long_bar_number_does_not_drive_out_the_others() {
    let points: Vec<_> = (0..=8_u32).map(|bar| Syncpoint::bar_line(bar, f64::from(bar) * 2.0)).collect();
    let grid = BarGrid::uniform(8, 4, 4).unwrap().play_straight().unwrap();
    let printed = ["1", "2", "interminable", "4", "5", "6", "7", "8"];
    let drawing = Drawing { grid: Some(&grid), numbers: &printed, ..Drawing::default() };
    let svg = draw(&SyncMap::new(points).unwrap(), &drawing);
    let shown: Vec<&str> = numbers(&svg).into_iter().map(|(number, _)| number).collect();
    assert_eq!(shown, ["1", "2", "inter…", "4", "5", "6", "7", "8"]);
    assert!(svg.contains("written bar interminable"));
}

/// The value of an attribute of a line.
fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    let start = format!(" {name}=\"");
    line.split(start.as_str())
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("{name}: {line}"))
}

fn number_at(line: &str, name: &str) -> f64 {
    attribute(line, name).parse().unwrap()
}

fn content(line: &str) -> &str {
    line.split('>').nth(1).and_then(|rest| rest.split('<').next()).unwrap()
}

/// What an axis says: the line through its first and last label, with which any other place can be read off.
struct Axis {
    ticks: Vec<(f64, f64)>,
}

impl Axis {
    fn pixel(&self, value: f64) -> f64 {
        let ((low, from), (high, to)) = (self.ticks[0], self.ticks[self.ticks.len() - 1]);
        from + (value - low) / (high - low) * (to - from)
    }

    /// All labels lie on the line, at equal distances.
    fn is_even(&self) -> bool {
        self.ticks.len() > 1
            && self.ticks.iter().all(|(value, pixel)| (self.pixel(*value) - pixel).abs() < 0.02)
            && self.ticks.windows(3).all(|of| (of[2].0 - of[1].0 - of[1].0 + of[0].0).abs() < 1e-6)
    }
}

/// The time axis, that of the played bars and that of the tempo.
fn axes(svg: &str) -> [Axis; 3] {
    let seconds = |label: &str| {
        let (minutes, seconds) = label.split_once(':').unwrap();
        60.0 * minutes.parse::<f64>().unwrap() + seconds.parse::<f64>().unwrap()
    };
    let labels: Vec<&str> = svg.lines().filter(|line| line.starts_with("<text class=")).collect();
    let time = labels.iter().filter(|line| line.contains("class=\"num\"") && content(line).contains(':'));
    let time = time.map(|line| (seconds(content(line)), number_at(line, "x"))).collect();
    let left = |panel: std::ops::Range<f64>| {
        let lines =
            labels.iter().filter(|line| line.contains("dy=") && panel.contains(&number_at(line, "y")));
        lines.map(|line| (content(line).parse().unwrap(), number_at(line, "y"))).collect()
    };
    [Axis { ticks: time }, Axis { ticks: left(0.0..330.0) }, Axis { ticks: left(330.0..1e9) }]
}

/// Whoever reads the picture with a ruler finds the map.
#[test]
fn everything_stands_where_the_axes_say() {
    // 20 bars of 2 s, 4 s and 2.5 s.
    let map =
        SyncMap::new(wire::read("[[0,3],[8,19,0,1],[13,39],[13,40.25,240],[20,56.5]]").unwrap()).unwrap();
    let grid = BarGrid::uniform(20, 3, 4).unwrap().play_straight().unwrap();
    for (grid, width) in [(None, 0_u32), (Some(&grid), 0), (None, 500), (Some(&grid), 2000)] {
        let crop = Crop::new(2.0, Some(50.0)).unwrap();
        let drawing = Drawing { grid, width, crop: Some(crop), duration: Some(64.0), ..Drawing::default() };
        let svg = draw(&map, &drawing);
        let [time, bars, tempo] = axes(&svg);
        assert!(time.is_even() && bars.is_even() && tempo.is_even(), "{svg}");
        let right = f64::from(if width == 0 { 960 } else { width }) - 16.0;
        // The recording fills the picture from the left axis to the margin; the bars fill their panel, upwards.
        assert!((time.pixel(0.0) - 56.0).abs() < 0.1 && (time.pixel(64.0) - right).abs() < 0.1);
        assert!((bars.pixel(0.0) - 320.0).abs() < 0.1 && (bars.pixel(20.0) - 40.0).abs() < 0.1);
        assert!((tempo.pixel(0.0) - 458.0).abs() < 0.1);
        // Three panels, or two without a grid.
        let size = if grid.is_some() { "564" } else { "492" };
        assert!(
            svg.contains(&format!(" {size}\" width=\"")) && svg.contains(&format!("height=\"{size}\" role"))
        );
        let near = |a: f64, b: f64| (a - b).abs() < 0.05;
        let circles: Vec<&str> = svg.lines().filter(|line| line.starts_with("<circle")).collect();
        assert_eq!(circles.len(), map.points().len());
        let drawn = attribute(svg.lines().find(|line| line.contains("class=\"curve\"")).unwrap(), "d");
        for (circle, point) in circles.iter().zip(map.points()) {
            let (x, y) = (number_at(circle, "cx"), number_at(circle, "cy"));
            assert!(
                near(x, time.pixel(point.time)) && near(y, bars.pixel(point.position.bars())),
                "{circle}"
            );
            assert!(drawn.contains(&format!("{x} {y}")), "{drawn}");
        }
        // Shaded: hidden from 19 s to the next point, cropped before 2 s and after 50 s, all over the panels.
        let bottom =
            number_at(svg.lines().find(|line| line.contains("class=\"page\"")).unwrap(), "height") - 34.0;
        for (title, from, to) in [
            ("playhead hidden 19 s to 39 s", 19.0, 39.0),
            ("cropped 0 s to 2 s", 0.0, 2.0),
            ("cropped 50 s to 64 s", 50.0, 64.0),
        ] {
            let block =
                svg.lines().find(|line| line.contains(title)).unwrap_or_else(|| panic!("{title}: {svg}"));
            assert!(near(number_at(block, "x"), time.pixel(from)), "{block}");
            assert!(near(number_at(block, "width"), time.pixel(to) - time.pixel(from)), "{block}");
            assert!(near(number_at(block, "y") + number_at(block, "height"), bottom), "{block}");
        }
        // The first step of the tempo: bars of 2 s, so 30 bars or 90 beats a minute, from 3 s on.
        let steps = attribute(svg.lines().find(|line| line.contains("class=\"tempo\"")).unwrap(), "d");
        let mut numbers = steps.split(['M', 'H', 'V', ' ']).filter(|text| !text.is_empty());
        let mut next = || numbers.next().unwrap().parse::<f64>().unwrap();
        let (x, y, until) = (next(), next(), next());
        let speed = if grid.is_some() { 90.0 } else { 30.0 };
        assert!(near(x, time.pixel(3.0)) && near(y, tempo.pixel(speed)), "{steps}");
        assert!(near(until, time.pixel(if grid.is_some() { 5.0 } else { 19.0 })), "{steps}");
        assert_eq!(steps.matches('M').count(), 1, "one line without a gap: {steps}");
        let speeds = if grid.is_some() { "beats per minute" } else { "bars per minute" };
        assert!(svg.contains(speeds));
        assert!(svg.contains(&format!("{} syncpoints from", map.points().len())));
        // What a panel shows stands close above it, numbers beside or below their lines and inside of their cells.
        let texts: Vec<&str> = svg.lines().filter(|line| line.starts_with("<text")).collect();
        let above = |heading: &str, top: f64| {
            let line =
                texts.iter().find(|line| content(line) == heading).unwrap_or_else(|| panic!("{heading}"));
            (2.0..=12.0).contains(&(top - number_at(line, "y")))
        };
        assert!(above("played bar", 40.0) && above(speeds, 348.0) && above("time", 320.0), "{texts:?}");
        assert!(grid.is_none() || above("written bar", 486.0));
        for line in texts.iter().filter(|line| line.contains("dy=")) {
            assert!((2.0..=10.0).contains(&(56.0 - number_at(line, "x"))), "{line}");
        }
        for line in texts.iter().filter(|line| line.contains("class=\"num\"")) {
            let y = number_at(line, "y");
            if content(line).contains(':') {
                assert!((bottom + 8.0..bottom + 34.0).contains(&y), "{line}");
            } else {
                assert!((486.0 + 8.0..486.0 + 44.0).contains(&y), "{line}");
            }
        }
        // One cell for each played bar, as wide as it is long.
        let cells = svg.lines().filter(|line| line.contains("<title>played bar "));
        let mut count = 0;
        for (cell, bar) in cells.zip(0_u32..) {
            let bounds = |bar: u32| time.pixel(map.time_at(f64::from(bar)).unwrap());
            assert!(near(number_at(cell, "x"), bounds(bar)), "{cell}");
            assert!(near(number_at(cell, "width"), bounds(bar + 1) - bounds(bar)), "{cell}");
            count += 1;
        }
        assert_eq!(count, grid.map_or(0, |_| 20));
    }
}

#[test]
fn texts_are_shortened_and_cannot_break_out() {
    let map = SyncMap::new(wire::read("[[0,0],[4,9]]").unwrap()).unwrap();
    let titled = |title: &str| draw(&map, &Drawing { title, ..Drawing::default() });
    for (title, shown) in [
        ("a'b", "a&#39;b"),
        ("a\tb\nc\rd", "a b c d"),
        ("a\u{1}b\u{7f}c", "a\u{fffd}b\u{fffd}c"),
        ("a\u{fffe}b\u{ffff}c", "a\u{fffd}b\u{fffd}c"),
    ] {
        assert!(titled(title).contains(&format!("y=\"24\">{shown}</text>")), "{title:?}");
    }
    assert!(titled(&"x".repeat(120)).contains(&format!(">{}<", "x".repeat(120))));
    assert!(titled(&"x".repeat(121)).contains(&format!(">{}…<", "x".repeat(120))));
    assert!(titled("").contains("<title id=\"title\">Synchronisation of score and recording</title>"));
    let prefixed = draw(&map, &Drawing { prefix: "a b\"><c-1", ..Drawing::default() });
    assert!(prefixed.contains("class=\"abc-1map\""));
}
