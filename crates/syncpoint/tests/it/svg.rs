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
