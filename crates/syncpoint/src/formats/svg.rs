//! A map as a picture: one self-contained SVG text for a report or a page.
//!
//! Shows the bar/time curve with its points, the tempo of each bar, the written bars under the played ones, hidden stretches
//! and the crop. Colours follow the reader's light or dark scheme. No scripts, no fonts and nothing from elsewhere.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::crop::Crop;
use crate::float;
use crate::grid::PlayedGrid;
use crate::map::SyncMap;
use crate::tempo::BeatUnit;

/// The most marks of one kind that are drawn: a longer map is thinned evenly, so that the text stays below about a megabyte.
const MAX_MARKS: usize = 4000;
/// The most characters of a title or bar number that are shown.
const MAX_CHARS: usize = 120;

/// What to draw. Everything is optional but the map.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawing<'a> {
    /// A title, shown above and read out by screen readers.
    pub title: &'a str,
    /// Length and metre of the played bars, for the tempo and the strip of written bars. Without it the tempo is in bars per
    /// minute and there is no strip.
    pub grid: Option<&'a PlayedGrid>,
    /// What is printed over each written bar; without it, its index plus 1.
    pub numbers: &'a [&'a str],
    /// What is cropped away is drawn pale; `None` for the whole recording.
    pub crop: Option<Crop>,
    /// The length of the recording in seconds; the time axis reaches at least so far.
    pub duration: Option<f64>,
    /// Width in CSS pixels, kept within 320 and 4096; 0 for 960.
    pub width: u32,
    /// Put before each `id` and class, so that several pictures can stand in one page; letters, digits and `-` only, others
    /// are left out.
    pub prefix: &'a str,
}

/// The panels from top to bottom, in CSS pixels.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const CURVE_TOP: f64 = 40.0;
const CURVE_HEIGHT: f64 = 280.0;
const TEMPO_TOP: f64 = 348.0;
const TEMPO_HEIGHT: f64 = 110.0;
const STRIP_TOP: f64 = 486.0;
const STRIP_HEIGHT: f64 = 44.0;
const BOTTOM: f64 = 34.0;

struct Scale {
    from: f64,
    per_unit: f64,
    start: f64,
}

impl Scale {
    fn new(from: f64, to: f64, start: f64, end: f64) -> Self {
        let range = if to > from { to - from } else { 1.0 };
        Self { from, per_unit: (end - start) / range, start }
    }

    fn at(&self, value: f64) -> f64 {
        self.start + (value - self.from) * self.per_unit
    }
}

/// A number with at most two decimals.
struct Pixel(f64);

impl core::fmt::Display for Pixel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let value = if self.0.is_finite() { self.0.clamp(-1e6, 1e6) } else { 0.0 };
        write!(f, "{}", float::round(value * 100.0) / 100.0 + 0.0)
    }
}

/// Draws a map. Cost: O(points + bars).
#[must_use]
pub fn draw(map: &SyncMap, drawing: &Drawing<'_>) -> String {
    let width = if drawing.width == 0 { 960 } else { drawing.width.clamp(320, 4096) };
    let prefix: String =
        drawing.prefix.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    let end = drawing.duration.filter(|duration| duration.is_finite()).unwrap_or(0.0);
    let end = end.max(map.last().time).max(drawing.crop.and_then(Crop::end).unwrap_or(0.0));
    let height = if drawing.grid.is_some() {
        STRIP_TOP + STRIP_HEIGHT + BOTTOM
    } else {
        TEMPO_TOP + TEMPO_HEIGHT + BOTTOM
    };
    let picture = Picture {
        map,
        drawing,
        width: f64::from(width),
        height,
        time: Scale::new(0.0, end, LEFT, f64::from(width) - RIGHT),
        bars: Scale::new(
            map.first().position.bars(),
            map.last().position.bars(),
            CURVE_TOP + CURVE_HEIGHT,
            CURVE_TOP,
        ),
        end,
        prefix,
    };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = picture.write(&mut out);
    out
}

struct Picture<'a> {
    map: &'a SyncMap,
    drawing: &'a Drawing<'a>,
    width: f64,
    height: f64,
    time: Scale,
    bars: Scale,
    end: f64,
    prefix: String,
}

impl Picture<'_> {
    fn write(&self, out: &mut String) -> core::fmt::Result {
        let (prefix, title) = (&self.prefix, Text(self.drawing.title));
        let (width, height) = (self.width, self.height);
        write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-labelledby=\"{prefix}title {prefix}desc\" class=\"{prefix}map\">\n\
             <title id=\"{prefix}title\">{}</title>\n<desc id=\"{prefix}desc\">",
            if self.drawing.title.is_empty() {
                Text("Synchronisation of score and recording")
            } else {
                Text(self.drawing.title)
            }
        )?;
        let (first, last) = (self.map.first(), self.map.last());
        writeln!(
            out,
            "{} syncpoints from {} at {} s to {} at {} s</desc>",
            self.map.points().len(),
            first.position,
            Pixel(first.time),
            last.position,
            Pixel(last.time)
        )?;
        self.style(out)?;
        writeln!(out, "<rect class=\"{prefix}page\" width=\"{width}\" height=\"{height}\"/>")?;
        if !self.drawing.title.is_empty() {
            writeln!(out, "<text class=\"{prefix}head\" x=\"{LEFT}\" y=\"24\">{title}</text>")?;
        }
        self.spans(out)?;
        self.axes(out)?;
        self.tempo(out)?;
        self.strip(out)?;
        self.curve(out)?;
        out.write_str("</svg>\n")
    }

    fn style(&self, out: &mut String) -> core::fmt::Result {
        let p = &self.prefix;
        writeln!(
            out,
            "<style>.{p}map{{color-scheme:light dark;--ink:#1d2733;--soft:#5d6b7a;--line:#d5dce4;--paper:#fff;--curve:#1459b8;\
             --tempo:#8a4b00;--hide:#b0263f;--crop:#7d8894;--even:#e9eff7;--odd:#f7ecd9}}\
             @media (prefers-color-scheme:dark){{.{p}map{{--ink:#e8edf3;--soft:#9fadbb;--line:#34404d;--paper:#12181f;\
             --curve:#7db4ff;--tempo:#f0b266;--hide:#ff8fa3;--crop:#66727f;--even:#1f2c3c;--odd:#3a2f1d}}}}\
             .{p}map text{{font:11px system-ui,sans-serif;fill:var(--soft)}}.{p}map .{p}head{{font-size:15px;font-weight:600;fill:var(--ink)}}\
             .{p}page{{fill:var(--paper)}}.{p}line{{stroke:var(--line);fill:none}}.{p}curve{{stroke:var(--curve);stroke-width:2;fill:none;stroke-linejoin:round}}\
             .{p}point{{fill:var(--curve)}}.{p}tempo{{stroke:var(--tempo);stroke-width:1.5;fill:none}}.{p}hide{{fill:var(--hide);opacity:.16}}\
             .{p}crop{{fill:var(--crop);opacity:.28}}.{p}even{{fill:var(--even);stroke:var(--line)}}.{p}odd{{fill:var(--odd);stroke:var(--line)}}\
             .{p}map .{p}num{{text-anchor:middle;fill:var(--ink)}}.{p}map .{p}left{{text-anchor:end}}</style>"
        )
    }

    /// Hidden and cropped stretches behind the panels.
    fn spans(&self, out: &mut String) -> core::fmt::Result {
        let p = &self.prefix;
        let bottom = self.height - BOTTOM;
        let mut block = |class: &str, from: f64, to: f64, what: &str| {
            let (x, right) = (self.time.at(from.clamp(0.0, self.end)), self.time.at(to.clamp(0.0, self.end)));
            if right <= x {
                return Ok(());
            }
            writeln!(
                out,
                "<rect class=\"{p}{class}\" x=\"{}\" y=\"{CURVE_TOP}\" width=\"{}\" height=\"{}\"><title>{what} {} s to {} s</title></rect>",
                Pixel(x),
                Pixel(right - x),
                Pixel(bottom - CURVE_TOP),
                Pixel(from),
                Pixel(to)
            )
        };
        for span in self.map.hide_spans().take(MAX_MARKS) {
            block("hide", span.from.time, span.to.map_or(self.end, |to| to.time), "playhead hidden")?;
        }
        if let Some(crop) = self.drawing.crop {
            block("crop", 0.0, crop.start(), "cropped")?;
            block("crop", crop.end().unwrap_or(self.end), self.end, "cropped")?;
        }
        Ok(())
    }

    fn axes(&self, out: &mut String) -> core::fmt::Result {
        let p = &self.prefix;
        let bottom = CURVE_TOP + CURVE_HEIGHT;
        for bars in ticks(self.map.first().position.bars(), self.map.last().position.bars(), 8) {
            let y = Pixel(self.bars.at(bars));
            let right = Pixel(self.width - RIGHT);
            writeln!(out, "<path class=\"{p}line\" d=\"M{LEFT} {y}H{right}\"/>")?;
            writeln!(
                out,
                "<text class=\"{p}left\" x=\"{}\" y=\"{y}\" dy=\".35em\">{}</text>",
                LEFT - 6.0,
                Pixel(bars)
            )?;
        }
        for seconds in ticks(0.0, self.end, (self.width / 90.0) as usize) {
            let x = Pixel(self.time.at(seconds));
            writeln!(out, "<path class=\"{p}line\" d=\"M{x} {CURVE_TOP}V{}\"/>", self.height - BOTTOM)?;
            writeln!(
                out,
                "<text class=\"{p}num\" x=\"{x}\" y=\"{}\">{}</text>",
                self.height - BOTTOM + 16.0,
                Seconds(seconds)
            )?;
        }
        writeln!(out, "<text x=\"8\" y=\"{}\">played bar</text>", CURVE_TOP - 6.0)?;
        writeln!(
            out,
            "<text class=\"{p}left\" x=\"{}\" y=\"{}\">time</text>",
            self.width - RIGHT,
            bottom - 6.0
        )
    }

    fn curve(&self, out: &mut String) -> core::fmt::Result {
        let p = &self.prefix;
        let knots: Vec<(f64, f64)> = thinned(self.map.curve().knots().collect());
        write!(out, "<path class=\"{p}curve\" d=\"")?;
        for (index, (bars, time)) in knots.iter().enumerate() {
            write!(
                out,
                "{}{} {}",
                if index == 0 { 'M' } else { 'L' },
                Pixel(self.time.at(*time)),
                Pixel(self.bars.at(*bars))
            )?;
        }
        out.write_str("\"/>\n")?;
        for point in thinned(self.map.points().to_vec()) {
            writeln!(
                out,
                "<circle class=\"{p}point\" cx=\"{}\" cy=\"{}\" r=\"2.5\"><title>{} at {} s{}</title></circle>",
                Pixel(self.time.at(point.time)),
                Pixel(self.bars.at(point.position.bars())),
                point.position,
                Pixel(point.time),
                if point.hide { ", playhead hidden" } else { "" }
            )?;
        }
        Ok(())
    }

    /// The speed of each bar as a step line.
    fn tempo(&self, out: &mut String) -> core::fmt::Result {
        let p = &self.prefix;
        let steps: Vec<(f64, f64, f64)> = match self.drawing.grid {
            Some(grid) => {
                let bars = self.map.tempo_per_bar(grid, BeatUnit::Beat);
                bars.iter().map(|bar| (bar.time, bar.time + bar.seconds, bar.bpm)).collect()
            }
            None => {
                let segments = self.map.segments();
                segments
                    .map(|segment| (segment.from_time, segment.to_time, 60.0 / segment.seconds_per_bar()))
                    .collect()
            }
        };
        let steps: Vec<_> = thinned(steps).into_iter().filter(|(_, _, bpm)| bpm.is_finite()).collect();
        let top = steps.iter().map(|(_, _, bpm)| *bpm).fold(0.0, f64::max);
        let scale = Scale::new(0.0, top * 1.1, TEMPO_TOP + TEMPO_HEIGHT, TEMPO_TOP);
        for bpm in ticks(0.0, top * 1.1, 4) {
            let y = Pixel(scale.at(bpm));
            writeln!(out, "<path class=\"{p}line\" d=\"M{LEFT} {y}H{}\"/>", Pixel(self.width - RIGHT))?;
            writeln!(
                out,
                "<text class=\"{p}left\" x=\"{}\" y=\"{y}\" dy=\".35em\">{}</text>",
                LEFT - 6.0,
                Pixel(bpm)
            )?;
        }
        let unit = if self.drawing.grid.is_some() { "beats per minute" } else { "bars per minute" };
        writeln!(out, "<text x=\"8\" y=\"{}\">{unit}</text>", TEMPO_TOP - 8.0)?;
        let mut before: Option<f64> = None;
        write!(out, "<path class=\"{p}tempo\" d=\"")?;
        for (from, to, bpm) in steps {
            let joined = before.is_some_and(|before| (before - from).abs() < 1e-9);
            let (x, y) = (Pixel(self.time.at(from)), Pixel(scale.at(bpm)));
            if joined {
                write!(out, "V{y}")?;
            } else {
                write!(out, "M{x} {y}")?;
            }
            write!(out, "H{}", Pixel(self.time.at(to)))?;
            before = Some(to);
        }
        out.write_str("\"/>\n")
    }

    /// Which written bar is played when; a jump shows as a change of the shade.
    fn strip(&self, out: &mut String) -> core::fmt::Result {
        let p = &self.prefix;
        let Some(grid) = self.drawing.grid else { return Ok(()) };
        writeln!(out, "<text x=\"8\" y=\"{}\">written bar</text>", STRIP_TOP - 8.0)?;
        let mut odd = false;
        let mut before: Option<usize> = None;
        // Nothing may be left out here, or jumps would be invented: a strip that is too long to read is not drawn.
        if grid.len() > MAX_MARKS {
            return writeln!(out, "<text x=\"{LEFT}\" y=\"{}\">{} bars</text>", STRIP_TOP + 26.0, grid.len());
        }
        // The middle of each cell and its label.
        let mut labels: Vec<(f64, String)> = Vec::with_capacity(grid.len());
        for bar in 0..grid.len() {
            let Some(written) = grid.written(bar) else { continue };
            if before.is_some_and(|before| before + 1 != written) {
                odd = !odd;
            }
            before = Some(written);
            let from = f64::from(u32::try_from(bar).unwrap_or(u32::MAX));
            let (Ok(start), Ok(end)) = (self.map.time_at(from), self.map.time_at(from + 1.0)) else {
                continue;
            };
            let (x, width) = (self.time.at(start), self.time.at(end) - self.time.at(start));
            let number = match self.drawing.numbers.get(written) {
                Some(number) => String::from(*number),
                None => format!("{}", written + 1),
            };
            let class = if odd { "odd" } else { "even" };
            writeln!(
                out,
                "<rect class=\"{p}{class}\" x=\"{}\" y=\"{STRIP_TOP}\" width=\"{}\" height=\"{STRIP_HEIGHT}\"><title>played bar {bar}, written bar {}</title></rect>",
                Pixel(x),
                Pixel(width),
                Text(&number)
            )?;
            labels.push((x + width / 2.0, short(number)));
        }
        for (middle, number) in labels.iter().step_by(label_step(&labels)) {
            let y = STRIP_TOP + 26.0;
            writeln!(
                out,
                "<text class=\"{p}num\" x=\"{}\" y=\"{y}\">{}</text>",
                Pixel(*middle),
                Text(number)
            )?;
        }
        Ok(())
    }
}

/// A bar number that leaves room for others; the whole one is in the title of the cell.
fn short(number: String) -> String {
    if number.chars().count() <= 6 {
        return number;
    }
    number.chars().take(5).chain(['…']).collect()
}

/// How wide a label is at most, with some room, in CSS pixels.
fn label_width(label: &str) -> f64 {
    7.0 * label.chars().count() as f64 + 4.0
}

/// Every how many labels may be shown without two of them touching: 1, 2, 5, 10, 20 and so on.
fn label_step(labels: &[(f64, String)]) -> usize {
    let fits = |step: usize| {
        let mut shown = labels.iter().step_by(step);
        let mut before = shown.next();
        shown.all(|label| {
            let apart = before.is_none_or(|(middle, text)| {
                label.0 - middle >= (label_width(text) + label_width(&label.1)) / 2.0
            });
            before = Some(label);
            apart
        })
    };
    let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
    steps.into_iter().find(|step| fits(*step)).unwrap_or(MAX_MARKS)
}

/// Seconds as minutes and seconds.
struct Seconds(f64);

impl core::fmt::Display for Seconds {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let minutes = float::floor(self.0 / 60.0);
        let seconds = self.0 - 60.0 * minutes;
        let zero = if seconds < 10.0 { "0" } else { "" };
        write!(f, "{minutes}:{zero}{}", Pixel(seconds))
    }
}

/// Text of others, shortened and escaped.
struct Text<'a>(&'a str);

impl core::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (index, c) in self.0.chars().enumerate() {
            match c {
                _ if index >= MAX_CHARS => return f.write_char('…'),
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // XML has no other control characters, and no lone surrogates or U+FFFE, U+FFFF.
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                c if c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Round numbers between two: about `count` of them, never more than 64.
fn ticks(from: f64, to: f64, count: usize) -> impl Iterator<Item = f64> {
    let rough = (to - from) / count.clamp(1, 32) as f64;
    let mut step = 1e-3;
    let usable = rough.is_finite() && rough > 0.0 && rough < 1e15;
    while usable && step < rough {
        step *= if step * 2.0 >= rough {
            2.0
        } else if step * 5.0 >= rough {
            5.0
        } else {
            10.0
        };
    }
    let first = -float::floor(-from / step);
    let last = float::floor(to / step);
    let number = if usable { (last - first + 1.0).clamp(0.0, 64.0) as usize } else { 0 };
    (0..number).map(move |index| (first + index as f64) * step)
}

/// Every k-th item, and the last, so that there are no more than [`MAX_MARKS`].
fn thinned<T: Clone>(items: Vec<T>) -> Vec<T> {
    let step = items.len().div_ceil(MAX_MARKS).max(1);
    if step == 1 {
        return items;
    }
    let last = items.last().cloned();
    items.into_iter().step_by(step).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn round_ticks() {
        assert_eq!(
            ticks(0.0, 100.0, 10).collect::<Vec<_>>(),
            [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]
        );
        assert_eq!(ticks(3.0, 11.0, 4).collect::<Vec<_>>(), [4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(1.0, 1.0, 4).count(), 0);
        assert!(ticks(0.0, 1e12, 10).count() <= 64);
    }

    #[test]
    fn steps_of_ticks() {
        let step = |to: f64| {
            let ticks: Vec<f64> = ticks(0.0, to, 10).collect();
            (ticks[1], ticks.len())
        };
        for (to, expected) in [
            (10.0, (1.0, 11)),
            (11.0, (2.0, 6)),
            (20.0, (2.0, 11)),
            (21.0, (5.0, 5)),
            (50.0, (5.0, 11)),
            (51.0, (10.0, 6)),
        ] {
            assert_eq!(step(to), expected, "{to}");
        }
    }

    #[test]
    fn minutes_and_seconds() {
        for (seconds, text) in [
            (0.0, "0:00"),
            (9.5, "0:09.5"),
            (10.0, "0:10"),
            (59.0, "0:59"),
            (60.0, "1:00"),
            (125.25, "2:05.25"),
            (3_600.0, "60:00"),
        ] {
            assert_eq!(Seconds(seconds).to_string(), text);
        }
    }
}
