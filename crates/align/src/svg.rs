//! What was found as a picture: one self-contained SVG text for a report or a page.
//!
//! From top to bottom: the path of the written bars over the seconds, on which repeats step back and cuts step forward; the
//! loudness with the bar lines, coloured by how sure they are; fifteen seconds around the least sure bar, with the spread of
//! each line as a band; and the bars that somebody should listen to. What is not music of the score is grey. Colours follow the
//! reader's light or dark scheme. No scripts, no fonts and nothing from elsewhere.

use std::fmt::{self, Display, Write};
use std::ops::Range;

use crate::aligned::{Aligned, Bar};
use crate::features::{Features, QUICK};

/// The most marks of one kind that are drawn.
const MAX_MARKS: usize = 4000;
/// The most characters of a title or bar number that are shown.
const MAX_CHARS: usize = 120;

/// What to draw beside what was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawing<'a> {
    /// A title, shown above and read out by screen readers.
    pub title: &'a str,
    /// What is printed over each written bar; without it, its index plus 1.
    pub numbers: &'a [&'a str],
    /// Width in CSS pixels, kept within 320 and 4096; 0 for 960.
    pub width: u32,
    /// Put before each `id` and class, so that several pictures can stand in one page; letters, digits and `-` only, others
    /// are left out.
    pub prefix: &'a str,
}

/// Bars with a smaller spread are sure, those with a larger one than the second are not, in seconds.
pub const SURE: f64 = 0.05;
/// See [`SURE`].
pub const UNSURE: f64 = 0.1;

const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const PATH: Range<f64> = 40.0..300.0;
const WAVE: Range<f64> = 330.0..420.0;
const ZOOM: Range<f64> = 462.0..552.0;
const LIST: f64 = 600.0;
const LINE: f64 = 18.0;
/// The most bars in the list.
const LISTED: usize = 8;
/// Seconds of the detail.
const DETAIL: f64 = 15.0;

/// Draws what was found in a recording. Costs O(bars + frames).
#[must_use]
pub fn draw(aligned: &Aligned, features: &Features, drawing: &Drawing<'_>) -> String {
    let width = if drawing.width == 0 { 960 } else { drawing.width.clamp(320, 4096) };
    let prefix: String = drawing
        .prefix
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .take(40)
        .collect();
    let unsure = aligned.uncertain(SURE);
    let picture = Picture { aligned, features, drawing, prefix, width: f64::from(width), unsure };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = picture.write(&mut out);
    out
}

struct Picture<'a> {
    aligned: &'a Aligned,
    features: &'a Features,
    drawing: &'a Drawing<'a>,
    prefix: String,
    width: f64,
    /// The bars that are not sure, worst first.
    unsure: Vec<Bar>,
}

/// Seconds to pixels.
struct Axis {
    seconds: Range<f64>,
    width: f64,
}

impl Axis {
    fn at(&self, seconds: f64) -> f64 {
        let length = (self.seconds.end - self.seconds.start).max(1e-6);
        let share = ((seconds - self.seconds.start) / length).clamp(0.0, 1.0);
        LEFT + share * (self.width - LEFT - RIGHT)
    }

    fn shows(&self, seconds: f64) -> bool {
        seconds >= self.seconds.start && seconds <= self.seconds.end
    }

    /// Round seconds, about eight of them.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        let length = self.seconds.end - self.seconds.start;
        let step = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0]
            .into_iter()
            .find(|step| length / step <= 9.0)
            .unwrap_or(3600.0);
        let first = (self.seconds.start / step).ceil();
        let end = self.seconds.end;
        (0..40).map(move |n| (first + f64::from(n)) * step).take_while(move |tick| *tick <= end)
    }
}

impl Picture<'_> {
    fn write(&self, out: &mut String) -> fmt::Result {
        let (p, width) = (&self.prefix, self.width);
        let lines = self.unsure.len().min(LISTED) + usize::from(self.unsure.len() > LISTED);
        let height = LIST + LINE * lines as f64;
        let title =
            if self.drawing.title.is_empty() { "Bars found in a recording" } else { self.drawing.title };
        write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-labelledby=\"{p}title {p}desc\" class=\"{p}found\">\n<title id=\"{p}title\">{}</title>\n\
             <desc id=\"{p}desc\">{} bars in {:.1} s, {} of them not sure</desc>\n",
            Text(title),
            self.aligned.bars.len(),
            self.aligned.seconds,
            self.unsure.len()
        )?;
        self.style(out)?;
        writeln!(out, "<rect class=\"{p}page\" width=\"{width}\" height=\"{height}\"/>")?;
        writeln!(out, "<text class=\"{p}head\" x=\"{LEFT}\" y=\"24\">{}</text>", Text(title))?;
        let whole = Axis { seconds: 0.0..self.aligned.seconds.max(1e-3), width };
        for panel in [PATH, WAVE] {
            self.silence(out, &whole, &panel)?;
        }
        self.path(out, &whole)?;
        self.wave(out, &whole, &WAVE)?;
        self.lines(out, &whole, &WAVE)?;
        self.seconds(out, &whole, WAVE.end)?;
        let middle = self.unsure.first().or(self.aligned.bars.first()).map_or(0.0, |bar| bar.seconds);
        let begin = (middle - 0.5 * DETAIL).min(self.aligned.seconds - DETAIL).max(0.0);
        let detail =
            Axis { seconds: begin..(begin + DETAIL).min(self.aligned.seconds.max(begin + 1e-3)), width };
        self.silence(out, &detail, &ZOOM)?;
        self.bands(out, &detail)?;
        self.wave(out, &detail, &ZOOM)?;
        self.lines(out, &detail, &ZOOM)?;
        self.seconds(out, &detail, ZOOM.end)?;
        self.list(out)?;
        out.write_str("</svg>\n")
    }

    fn style(&self, out: &mut String) -> fmt::Result {
        let p = &self.prefix;
        writeln!(
            out,
            "<style>.{p}found{{color-scheme:light dark;--ink:#1d2733;--soft:#5d6b7a;--line:#d5dce4;--paper:#fff;--wave:#8fa3b8;\
             --sure:#1d7a3e;--fair:#a86400;--unsure:#b0263f;--grey:#7d8894}}\
             @media (prefers-color-scheme:dark){{.{p}found{{--ink:#e8edf3;--soft:#9fadbb;--line:#34404d;--paper:#12181f;--wave:#5a6b7d;\
             --sure:#6fd08c;--fair:#f0b266;--unsure:#ff8fa3;--grey:#66727f}}}}\
             .{p}found text{{font:11px system-ui,sans-serif;fill:var(--soft)}}.{p}found .{p}head{{font-size:15px;font-weight:600;fill:var(--ink)}}\
             .{p}page{{fill:var(--paper)}}.{p}line{{stroke:var(--line)}}.{p}wave{{fill:var(--wave)}}.{p}grey{{fill:var(--grey);opacity:.22}}\
             .{p}sure{{stroke:var(--sure);stroke-width:1.5}}.{p}fair{{stroke:var(--fair);stroke-width:1.5}}.{p}unsure{{stroke:var(--unsure);stroke-width:2}}\
             .{p}band{{fill:var(--fair);opacity:.25}}.{p}found .{p}num{{text-anchor:middle}}.{p}found .{p}left{{text-anchor:end}}</style>"
        )
    }

    /// What is printed over a written bar.
    fn number(&self, written: usize) -> String {
        self.drawing
            .numbers
            .get(written)
            .map_or_else(|| (written + 1).to_string(), |number| Text(number).to_string())
    }

    fn class(bar: &Bar) -> &'static str {
        if bar.spread < SURE {
            "sure"
        } else if bar.spread < UNSURE {
            "fair"
        } else {
            "unsure"
        }
    }

    /// Before, after and in breaks.
    fn silence(&self, out: &mut String, axis: &Axis, panel: &Range<f64>) -> fmt::Result {
        let end = self.aligned.seconds;
        let breaks = self.aligned.breaks.iter().map(|stop| stop.seconds.clone());
        let spans = [0.0..self.aligned.before, end - self.aligned.after..end]
            .into_iter()
            .chain(breaks.take(MAX_MARKS));
        for span in spans {
            let (from, to) = (axis.at(span.start), axis.at(span.end));
            if to > from {
                writeln!(
                    out,
                    "<rect class=\"{}grey\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                    self.prefix,
                    Pixel(from),
                    Pixel(panel.start),
                    Pixel(to - from),
                    Pixel(panel.end - panel.start)
                )?;
            }
        }
        Ok(())
    }

    /// Written bars over seconds.
    fn path(&self, out: &mut String, axis: &Axis) -> fmt::Result {
        let p = &self.prefix;
        let bars = &self.aligned.bars;
        let most = bars
            .iter()
            .map(|bar| bar.written + 1)
            .max()
            .unwrap_or(1)
            .max(self.aligned.playthrough.written_len());
        let height = |bar: f64| PATH.end - bar / most as f64 * (PATH.end - PATH.start);
        let step =
            [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|step| most / step <= 8).unwrap_or(1000);
        for bar in (0..most).step_by(step).take(40) {
            let y = Pixel(height(bar as f64));
            writeln!(
                out,
                "<line class=\"{p}line\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>\
                 <text class=\"{p}left\" x=\"{}\" y=\"{y}\">{}</text>",
                Pixel(self.width - RIGHT),
                Pixel(LEFT - 6.0),
                self.number(bar)
            )?;
        }
        let last = self.aligned.seconds - self.aligned.after;
        let ends = bars.iter().skip(1).map(|bar| bar.seconds).chain([last]);
        let thin = bars.len().div_ceil(MAX_MARKS).max(1);
        for (bar, end) in bars.iter().zip(ends).step_by(thin) {
            let stop = self.aligned.breaks.iter().find(|stop| stop.played == bar.played);
            let end = stop.map_or(end, |stop| stop.seconds.start.min(end).max(bar.seconds));
            writeln!(
                out,
                "<line class=\"{p}{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"><title>bar {} at {:.2} s ± {:.2}</title></line>",
                Self::class(bar),
                Pixel(axis.at(bar.seconds)),
                Pixel(height(bar.written as f64)),
                Pixel(axis.at(end)),
                Pixel(height(bar.written as f64 + 1.0)),
                self.number(bar.written),
                bar.seconds,
                bar.spread
            )?;
        }
        Ok(())
    }

    /// The loudness.
    fn wave(&self, out: &mut String, axis: &Axis, panel: &Range<f64>) -> fmt::Result {
        let loudness = self.features.loudness();
        let most = loudness.iter().copied().fold(1e-9, f32::max);
        let columns = (self.width - LEFT - RIGHT) as usize;
        let middle = 0.5 * (panel.start + panel.end);
        let mut up = String::new();
        let mut down: Vec<String> = Vec::new();
        for column in 0..columns {
            let place = |column: usize| {
                let share = column as f64 / columns as f64;
                (axis.seconds.start + share * (axis.seconds.end - axis.seconds.start)) * QUICK as f64
            };
            let (from, to) =
                (place(column) as usize, (place(column + 1) as usize).max(place(column) as usize + 1));
            let Some(frames) = loudness.get(from..to.min(loudness.len())) else { break };
            let level = frames.iter().copied().fold(0.0, f32::max) / most;
            let half = 0.5 * (panel.end - panel.start) * f64::from(level);
            let x = Pixel(LEFT + column as f64);
            write!(up, "{x},{} ", Pixel(middle - half))?;
            down.push(format!("{x},{}", Pixel(middle + half)));
        }
        down.reverse();
        writeln!(out, "<polygon class=\"{}wave\" points=\"{up}{}\"/>", self.prefix, down.join(" "))
    }

    /// Bar lines with numbers where there is room.
    fn lines(&self, out: &mut String, axis: &Axis, panel: &Range<f64>) -> fmt::Result {
        let p = &self.prefix;
        let shown: Vec<&Bar> = self.aligned.bars.iter().filter(|bar| axis.shows(bar.seconds)).collect();
        let thin = shown.len().div_ceil(MAX_MARKS).max(1);
        let mut free = LEFT;
        for bar in shown.into_iter().step_by(thin) {
            let x = axis.at(bar.seconds);
            writeln!(
                out,
                "<line class=\"{p}{}\" x1=\"{1}\" x2=\"{1}\" y1=\"{2}\" y2=\"{3}\"/>",
                Self::class(bar),
                Pixel(x),
                Pixel(panel.start),
                Pixel(panel.end)
            )?;
            if x >= free {
                let y = Pixel(panel.start - 4.0);
                writeln!(
                    out,
                    "<text class=\"{p}num\" x=\"{}\" y=\"{y}\">{}</text>",
                    Pixel(x),
                    self.number(bar.written)
                )?;
                free = x + 28.0;
            }
        }
        Ok(())
    }

    fn bands(&self, out: &mut String, axis: &Axis) -> fmt::Result {
        for bar in self.aligned.bars.iter().filter(|bar| axis.shows(bar.seconds)) {
            let (from, to) = (axis.at(bar.seconds - bar.spread), axis.at(bar.seconds + bar.spread));
            writeln!(
                out,
                "<rect class=\"{}band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                self.prefix,
                Pixel(from),
                Pixel(ZOOM.start),
                Pixel(to - from),
                Pixel(ZOOM.end - ZOOM.start)
            )?;
        }
        Ok(())
    }

    fn seconds(&self, out: &mut String, axis: &Axis, y: f64) -> fmt::Result {
        for tick in axis.ticks() {
            let minutes = (tick / 60.0).floor();
            writeln!(
                out,
                "<text class=\"{}num\" x=\"{}\" y=\"{}\">{minutes}:{:02}</text>",
                self.prefix,
                Pixel(axis.at(tick)),
                Pixel(y + 14.0),
                tick - 60.0 * minutes
            )?;
        }
        Ok(())
    }

    /// The bars to listen to.
    fn list(&self, out: &mut String) -> fmt::Result {
        let p = &self.prefix;
        let head = match self.unsure.len() {
            0 => "All bars are sure to 0.05 s.".to_owned(),
            1 => "Listen to this bar:".to_owned(),
            count => format!("Listen to these {count} bars, the least sure first:"),
        };
        let mut y = LIST - LINE;
        writeln!(out, "<text class=\"{p}head\" x=\"{LEFT}\" y=\"{y}\">{head}</text>")?;
        for bar in self.unsure.iter().take(LISTED) {
            y += LINE;
            let minutes = (bar.seconds / 60.0).floor();
            writeln!(
                out,
                "<text x=\"{LEFT}\" y=\"{y}\">bar {} at {minutes}:{:05.2}, ± {:.2} s</text>",
                self.number(bar.written),
                bar.seconds - 60.0 * minutes,
                bar.spread
            )?;
        }
        if self.unsure.len() > LISTED {
            writeln!(
                out,
                "<text x=\"{LEFT}\" y=\"{}\">and {} more</text>",
                y + LINE,
                self.unsure.len() - LISTED
            )?;
        }
        Ok(())
    }
}

/// A number with at most two decimals.
struct Pixel(f64);

impl Display for Pixel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.0.is_finite() { self.0.clamp(-1e6, 1e6) } else { 0.0 };
        write!(f, "{}", (value * 100.0).round() / 100.0 + 0.0)
    }
}

/// A text without what would be markup, or no text at all in XML.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars().take(MAX_CHARS) {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                    f.write_char(' ')?
                }
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
