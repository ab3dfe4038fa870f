// Opens a page of `segno sync --report` in a real browser and uses it: plays, clicks, presses keys, on a desk and on a telephone.
//
//     npm install puppeteer-core@24
//     cargo xtask demo
//     node docs/interop/segno_report_in_a_browser.mjs target/demo/report.html /usr/bin/chromium [FOLDER FOR PICTURES]
//
// Works with pages of the score and with the strip of bars. Exits with 1 at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

// Found from where it was installed, which need not be here.
const puppeteer = createRequire(process.cwd() + "/")("puppeteer-core");

const [file, executablePath, pictures] = process.argv.slice(2);
if (pictures) mkdirSync(pictures, { recursive: true });
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
});
let steps = 0;
const step = async (name, work) => {
  await work();
  console.log(`ok ${++steps} ${name}`);
};

/** A page at a size of window whose console stays silent and which asks nobody for anything. */
const open = async (width, height, scheme) => {
  const page = await browser.newPage();
  await page.setViewport({ width, height, hasTouch: width < 600 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const asked = [];
  page.on("request", (request) => asked.push(request.url().slice(0, 60)));
  page.on("console", (message) => assert.fail(`console: ${message.text()}`));
  page.on("pageerror", (error) => assert.fail(`page: ${error}`));
  await page.goto(`file://${resolve(file)}`, { waitUntil: "load" });
  await page.waitForFunction(() => document.getElementById("audio").readyState >= 1);
  return { page, asked };
};
const shot = async (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });
const state = (page) =>
  page.evaluate(() => {
    const audio = document.getElementById("audio");
    const now = document.querySelector(".now");
    const place = now?.getBoundingClientRect();
    return {
      time: audio.currentTime,
      seek: Number(document.getElementById("seek").value),
      told: document.getElementById("told").textContent,
      paused: audio.paused,
      visible: place ? place.top >= 0 && place.bottom <= innerHeight : false,
      overflow: document.documentElement.scrollWidth - innerWidth,
      data: { starts: data.starts, end: data.end, crop: data.crop, written: data.written, doubts: document.querySelectorAll(".doubtful button").length },
    };
  });
const near = (a, b, room, what) => assert.ok(Math.abs(a - b) <= room, `${what}: ${a}, not ${b}`);
const seeked = (page, time) =>
  page.waitForFunction((time) => Math.abs(document.getElementById("audio").currentTime - time) < 0.02, { timeout: 5000 }, time);

const { page, asked } = await open(1200, 900, "light");
const { starts, end, crop, doubts } = (await state(page)).data;

await step("asks nobody for anything", async () => {
  const outside = asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
  assert.deepEqual(outside, []);
});
await step("the recording is as long as the page says", async () => {
  const duration = await page.evaluate(() => document.getElementById("audio").duration);
  near(duration, end, 0.2, "seconds");
});
await step("Space plays and stops", async () => {
  await page.keyboard.press("Space");
  await page.waitForFunction((start) => !document.getElementById("audio").paused && document.getElementById("audio").currentTime > start + 0.3, {}, crop[0]);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.getElementById("audio").paused);
  const { time, seek } = await state(page);
  near(seek, time, 0.1, "playhead");
});
await step("the button plays and stops, and Space on it is one press", async () => {
  await page.click("#play");
  await page.waitForFunction(() => !document.getElementById("audio").paused);
  await page.focus("#play");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.getElementById("audio").paused);
});
await step("arrow keys step by bar", async () => {
  await page.keyboard.press("Home");
  await seeked(page, crop[0]);
  for (const played of [1, 2, 3]) {
    await page.keyboard.press("ArrowRight");
    await seeked(page, starts[played]);
  }
  await page.keyboard.press("ArrowLeft");
  await seeked(page, starts[2]);
  assert.match((await state(page)).told, /bar /);
});
await step("the slider steps by bar, too", async () => {
  await page.focus("#seek");
  await page.keyboard.press("ArrowRight");
  await seeked(page, starts[3]);
});
const bars = await page.$$(".page rect, #bars button");
await step("a click on a bar goes there", async () => {
  await page.keyboard.press("Home");
  const index = Math.min(6, bars.length - 1);
  await bars[index].click();
  const written = await bars[index].evaluate((box) => Number(box.dataset.bar ?? data.written[Number(box.dataset.played)]));
  const { time, data } = await state(page);
  const passes = data.starts.filter((_, played) => data.written[played] === written);
  assert.ok(passes.some((start) => Math.abs(start - time) < 0.02), `${time} is no pass of ${written}: ${passes}`);
});
await step("a click on the curve goes there", async () => {
  const curve = await page.$("#curve svg");
  await curve.evaluate((svg) => svg.scrollIntoView({ block: "center" }));
  const frame = await curve.boundingBox();
  const scale = frame.width / 960;
  const share = 0.5;
  await page.mouse.click(frame.x + (56 + (960 - 72) * share) * scale, frame.y + 200 * scale);
  await page.waitForFunction((time) => Math.abs(document.getElementById("audio").currentTime - time) < 0.5, {}, end * share);
});
await step("the page follows the playhead", async () => {
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.evaluate((time) => { document.getElementById("audio").currentTime = time; }, starts[starts.length - 2] - 0.2);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => {
    const place = document.querySelector(".now").getBoundingClientRect();
    return place.top >= 0 && place.bottom <= innerHeight;
  }, { timeout: 10000 });
  await page.keyboard.press("Space");
});
await step("playing ends where the crop ends", async () => {
  await page.evaluate((time) => { document.getElementById("audio").currentTime = time; }, crop[1] - 0.4);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.getElementById("audio").paused, { timeout: 10000 });
  near((await state(page)).seek, crop[1], 0.3, "end");
});
await step(`doubtful bars stand first (${doubts})`, async () => {
  if (doubts === 0) return;
  const order = await page.evaluate(() => {
    const list = document.querySelector(".doubtful").getBoundingClientRect().top + scrollY;
    const score = document.querySelector(".page, #bars").getBoundingClientRect().top + scrollY;
    return list < score;
  });
  assert.ok(order);
  const spreads = await page.$$eval(".doubtful button", (all) => all.map((button) => data.spread[Number(button.dataset.played)]));
  assert.deepEqual(spreads, [...spreads].sort((a, b) => b - a));
  const first = await page.$(".doubtful button");
  const played = await first.evaluate((button) => Number(button.dataset.played));
  await first.click();
  await seeked(page, starts[played]);
});
await page.evaluate(() => scrollTo(0, 0));
await shot(page, "desk-light");

await step("nothing overflows on a telephone, light and dark", async () => {
  for (const scheme of ["light", "dark"]) {
    const { page } = await open(390, 844, scheme);
    assert.ok((await state(page)).overflow <= 0, `${scheme}: ${(await state(page)).overflow} px`);
    const small = await page.$$eval("button, input", (all) =>
      all.map((one) => one.getBoundingClientRect()).filter((box) => box.width > 0 && box.height < 44).length);
    assert.equal(small, 0, "buttons too small for a finger");
    await page.tap(".page rect, #bars button");
    await shot(page, `telephone-${scheme}`);
    await page.close();
  }
});
await step("dark is dark", async () => {
  const { page } = await open(1200, 900, "dark");
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const sum = paper.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
  assert.ok(sum < 200, paper);
  await shot(page, "desk-dark");
});
await browser.close();
console.log(`all ${steps} hold`);
