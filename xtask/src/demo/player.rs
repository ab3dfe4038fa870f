//! The pages of the score with a box around every measure and a playhead that a slider moves; needs no network.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::piece::Piece;

/// What the page needs of the style sheet.
pub(crate) const STYLE: &str = "
.page { position: relative; margin: 0 0 1rem; background: #fff; border: 1px solid var(--line); }
.page img, .page svg { display: block; width: 100%; height: auto; } .page svg { position: absolute; inset: 0; height: 100%; }
.page rect { fill: transparent; stroke: #1857b5; stroke-opacity: .25; } .page rect.now { fill: #1857b5; fill-opacity: .12; }
.page line { stroke: #c2410c; stroke-width: 3; } .seek { display: flex; gap: 1rem; align-items: center; position: sticky; top: 0;
  padding: .5rem 0; background: var(--paper); z-index: 1; } .seek input { flex: 1; } .seek output { min-width: 16ch;
  font-variant-numeric: tabular-nums; }
";

/// Moves the playhead: a straight line through the box of the bar that sounds.
const SCRIPT: &str = "
const slider = document.getElementById('seek'), told = document.getElementById('told');
function show() {
  const t = Number(slider.value);
  let bar = starts.length - 1;
  while (bar > 0 && starts[bar] > t) bar -= 1;
  const end = bar + 1 < starts.length ? starts[bar + 1] : finish;
  const share = Math.min(1, Math.max(0, (t - starts[bar]) / (end - starts[bar])));
  const box = boxes[order[bar]];
  document.querySelectorAll('.page rect').forEach(r => r.classList.toggle('now', r.dataset.bar === String(order[bar])));
  document.querySelectorAll('.page line').forEach(line => {
    const here = box && line.dataset.page === String(box[0]);
    line.style.display = here ? '' : 'none';
    if (!here) return;
    const x = box[1] + share * box[3];
    line.setAttribute('x1', x); line.setAttribute('x2', x);
    line.setAttribute('y1', box[2]); line.setAttribute('y2', box[2] + box[4]);
  });
  told.textContent = t.toFixed(2) + ' s, bar ' + (order[bar] + 1) + ' (' + (bar + 1) + ' played)';
}
slider.addEventListener('input', show);
show();
";

/// The slider, the pages and the script.
pub(crate) fn draw(piece: &Piece) -> Result<String, std::fmt::Error> {
    let finish = piece.map.last().time;
    let mut html = format!(
        "<div class=\"seek\"><label for=\"seek\">Playhead</label>\
         <input id=\"seek\" type=\"range\" min=\"0\" max=\"{finish:.3}\" step=\"0.01\" value=\"0\"><output id=\"told\"></output></div>"
    );
    for (page, image) in (0..).zip(&piece.pages) {
        let (width, height) = size(image).unwrap_or((827, 1169));
        write!(html, "<div class=\"page\"><img alt=\"Page {}\" src=\"data:image/png;base64,", page + 1)?;
        STANDARD.encode_string(image, &mut html);
        write!(html, "\"><svg viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">")?;
        for element in piece.boxes.on_page(page) {
            let (bar, at) = (element.measure, element.pixels());
            write!(
                html,
                "<rect data-bar=\"{bar}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                at.x, at.y, at.width, at.height
            )?;
        }
        write!(html, "<line data-page=\"{page}\" style=\"display:none\"/></svg></div>")?;
    }
    let times = piece.map.points().iter().map(|point| point.time);
    let starts: Vec<String> = times.take(piece.play.len()).map(|time| format!("{time:.3}")).collect();
    let order: Vec<String> = piece.play.order().map(|bar| bar.to_string()).collect();
    let boxes: Vec<String> = (0..piece.written())
        .map(|bar| {
            let found = u32::try_from(bar).ok().and_then(|bar| piece.boxes.of(bar));
            found.map_or_else(
                || "null".into(),
                |element| {
                    let at = element.pixels();
                    format!("[{},{:.1},{:.1},{:.1},{:.1}]", element.page, at.x, at.y, at.width, at.height)
                },
            )
        })
        .collect();
    write!(
        html,
        "<script>\nconst finish = {finish:.3}, starts = [{}], order = [{}], boxes = [{}];{SCRIPT}</script>",
        starts.join(","),
        order.join(","),
        boxes.join(",")
    )?;
    Ok(html)
}

/// Width and height of a PNG image, from its header.
fn size(image: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| image.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    image.starts_with(b"\x89PNG").then_some(())?;
    Some((number(16)?, number(20)?))
}
