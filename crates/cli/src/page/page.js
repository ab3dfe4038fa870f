'use strict';
const audio = document.getElementById('audio'), play = document.getElementById('play');
const seek = document.getElementById('seek'), told = document.getElementById('told');
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
const [cropStart, cropEnd] = data.crop;
// The picture of the curve: its time axis in units of its own.
const LEFT = 56, RIGHT = 16;
let position = cropStart, shown = -1;

// Where there are no pages, a strip of the played bars.
const strip = document.getElementById('bars');
const cells = strip ? data.starts.map((_, played) => {
  const cell = document.createElement('button');
  cell.type = 'button';
  cell.textContent = data.numbers[played];
  cell.append(document.createElement('i'));
  cell.dataset.played = played;
  if (played > 0 && data.written[played] !== data.written[played - 1] + 1) cell.classList.add('jump');
  if (data.spread && data.spread[played] >= data.doubtful) {
    cell.classList.add('doubt');
    cell.title = 'known within ' + Math.round(data.spread[played] * 1000) + ' ms only';
  }
  strip.append(cell);
  return cell;
}) : [];
const boxes = [...document.querySelectorAll('.page rect')], lines = [...document.querySelectorAll('.page line')];
if (data.spread) {
  const worst = new Map();
  data.written.forEach((bar, played) => worst.set(bar, Math.max(worst.get(bar) || 0, data.spread[played])));
  boxes.forEach(box => box.classList.toggle('doubt', (worst.get(Number(box.dataset.bar)) || 0) >= data.doubtful));
}
const curve = document.querySelector('#curve svg'), width = curve ? curve.viewBox.baseVal.width : 0;
const head = document.createElementNS('http://www.w3.org/2000/svg', 'line');
if (curve) {
  head.setAttribute('class', 'playhead');
  head.setAttribute('y1', 40);
  head.setAttribute('y2', curve.viewBox.baseVal.height - 34);
  curve.append(head);
}

function barAt(time) {
  let low = 0, high = data.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (data.starts[middle] <= time + 0.0005) low = middle; else high = middle - 1;
  }
  return low;
}
function endOf(played) { return played + 1 < data.starts.length ? data.starts[played + 1] : data.last; }
function clock(time) {
  const minutes = Math.floor(time / 60), seconds = time - minutes * 60;
  return minutes + ':' + (seconds < 10 ? '0' : '') + seconds.toFixed(1);
}
function follow(element) {
  if (!element) return;
  const place = element.getBoundingClientRect(), top = document.querySelector('.player').offsetHeight;
  if (place.top < top || place.bottom > innerHeight) {
    element.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' });
  }
}
function show(time, moves) {
  position = Math.min(Math.max(time, 0), data.end);
  const played = barAt(position), start = data.starts[played], end = endOf(played);
  const share = end > start ? Math.min(1, Math.max(0, (position - start) / (end - start))) : 0;
  const bar = data.written[played];
  seek.value = position;
  const words = clock(position) + ', bar ' + data.numbers[played] + ' (' + (played + 1) + ' of ' + data.starts.length + ')';
  told.textContent = words;
  seek.setAttribute('aria-valuetext', words);
  const x = LEFT + (width - LEFT - RIGHT) * position / data.end;
  head.setAttribute('x1', x); head.setAttribute('x2', x);
  const place = data.boxes && data.boxes[bar];
  lines.forEach(line => {
    const here = place && line.dataset.page === String(place[0]);
    line.style.display = here ? '' : 'none';
    if (!here) return;
    const at = place[1] + share * place[3];
    line.setAttribute('x1', at); line.setAttribute('x2', at);
    line.setAttribute('y1', place[2]); line.setAttribute('y2', place[2] + place[4]);
  });
  if (cells[played]) cells[played].lastChild.style.left = share * 100 + '%';
  if (played !== shown) {
    if (cells[shown]) cells[shown].classList.remove('now');
    if (cells[played]) cells[played].classList.add('now');
    boxes.forEach(box => box.classList.toggle('now', box.dataset.bar === String(bar)));
    shown = played;
    if (moves) follow(cells[played] || boxes.find(box => box.classList.contains('now')));
  }
}
function go(time) {
  audio.currentTime = time;
  show(time, true);
}
function toggle() {
  if (audio.paused) {
    if (position >= cropEnd - 0.05) go(cropStart);
    audio.play().catch(error => { told.textContent = 'the recording cannot be played: ' + error.message; });
  } else audio.pause();
}
function tick() {
  if (audio.paused) return;
  if (audio.currentTime >= cropEnd) { audio.pause(); show(cropEnd, true); return; }
  show(audio.currentTime, true);
  requestAnimationFrame(tick);
}
audio.addEventListener('play', () => {
  play.innerHTML = '&#10073;&#10073;'; play.setAttribute('aria-label', 'Stop'); requestAnimationFrame(tick);
});
for (const end of ['pause', 'ended']) audio.addEventListener(end, () => {
  play.innerHTML = '&#9654;'; play.setAttribute('aria-label', 'Play');
});
audio.addEventListener('seeked', () => { if (audio.paused) show(audio.currentTime, false); });
audio.addEventListener('error', () => { told.textContent = 'the recording cannot be read'; });
play.addEventListener('click', toggle);
seek.addEventListener('input', () => go(Number(seek.value)));
if (curve) curve.addEventListener('click', event => {
  const frame = curve.getBoundingClientRect();
  const x = (event.clientX - frame.left) / frame.width * width;
  go(Math.min(data.end, Math.max(0, (x - LEFT) / (width - LEFT - RIGHT) * data.end)));
});
// A written bar that is played several times: the pass that comes next, as one looks on from the playhead.
boxes.forEach(box => box.addEventListener('click', () => {
  const bar = Number(box.dataset.bar), passes = [];
  data.written.forEach((written, played) => { if (written === bar) passes.push(played); });
  if (passes.length === 0) return;
  const next = passes.find(played => data.starts[played] > position + 0.05);
  go(data.starts[next === undefined ? passes[0] : next]);
}));
document.addEventListener('click', event => {
  const button = event.target.closest('button[data-played]');
  if (button) go(data.starts[Number(button.dataset.played)]);
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const played = barAt(position);
  if (event.key === ' ') toggle();
  else if (event.key === 'ArrowRight' || event.key === 'ArrowDown' && event.target === seek) go(endOf(played));
  else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp' && event.target === seek) {
    // Into the bar: to its start. At its start: to the bar before.
    go(position - data.starts[played] > 0.3 ? data.starts[played] : data.starts[Math.max(0, played - 1)]);
  } else if (event.key === 'Home') go(cropStart);
  else return;
  event.preventDefault();
});
// Space on a button is no second click.
document.addEventListener('keyup', event => { if (event.key === ' ') event.preventDefault(); });
show(cropStart, false);
