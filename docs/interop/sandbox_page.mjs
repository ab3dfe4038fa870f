// Works with the sandbox's page in a real browser: requests, effects, callbacks, faults, switches, clock, reset.
//
//     npm install puppeteer-core@24
//     cargo build -p segno-sandbox
//     node docs/interop/sandbox_page.mjs target/debug/segno-sandbox /usr/bin/chromium [SCREENSHOT]
//
// Exits with 1 at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// Found from where it was installed, which need not be here.
const puppeteer = createRequire(process.cwd() + "/")("puppeteer-core");

const [program, executablePath, picture] = process.argv.slice(2);
const sandbox = spawn(program, ["--json", "--frozen-at", "1900000000"], { stdio: ["ignore", "pipe", "inherit"] });
const line = (await createInterface({ input: sandbox.stdout })[Symbol.asyncIterator]().next()).value;
const { control, soundslice } = JSON.parse(line);
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

let steps = 0;
const step = async (name, work) => {
  await work();
  console.log(`ok ${++steps} ${name}`);
};
const basic = "Basic " + Buffer.from(`${soundslice.app_id}:${soundslice.password}`).toString("base64");
const create = (name) =>
  fetch(soundslice.base_url + "slices/", { method: "POST", headers: { authorization: basic }, body: new URLSearchParams({ name }) });

try {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.setViewport({ width: 1200, height: 900 });
  await page.goto(control.base_url + "/");
  const shows = (selector, text) =>
    page.waitForFunction((selector, text) => document.querySelector(selector)?.textContent.includes(text), { timeout: 5000 }, selector, text);
  const problem = () => page.$eval("#problem", (it) => it.textContent);

  await step("the clock stands at what it was frozen at", () => shows("#date", "Sun, 17 Mar 2030 17:46:40 GMT"));
  await step("a request shows with its status, and what it did", async () => {
    assert.equal((await create("<b>bold</b>")).status, 201);
    await shows("#requests tr", "/api/v1/slices/");
    await shows("#requests tr", "201");
    await shows("#effects", "slices");
    assert.equal(await page.$("#requests b"), null, "nothing from outside becomes markup");
  });
  await step("the host chooses what is shown", async () => {
    await page.select("#host", "storage");
    await shows("#count", "0 of 1");
    await page.select("#host", "soundslice");
    await shows("#count", "1 of 1");
    await page.select("#host", "");
  });
  await step("a button moves the clock", async () => {
    await page.click('[data-advance="3600"]');
    await shows("#date", "18:46:40");
  });
  await step("a fault is added, hits, and is gone", async () => {
    await page.select("#kind", "status");
    await page.click("#fault button:not([type])");
    await shows("#faults", '"status":503');
    const hit = await create("Hit");
    assert.deepEqual([hit.status, hit.headers.get("retry-after")], [503, "3"]);
    await shows("#requests tr", "503");
    await page.waitForFunction(() => document.querySelector("#faults").textContent === "", { timeout: 5000 });
  });
  await step("every kind of fault that the page offers is taken", async () => {
    for (const kind of await page.$$eval("#kind option", (options) => options.map((it) => it.value))) {
      await page.select("#kind", kind);
      await page.click("#fault button:not([type])");
      await shows("#faults", `"kind":"${kind}"`);
      assert.equal(await problem(), "", kind);
      await page.click("#forget");
      await page.waitForFunction(() => document.querySelector("#faults").textContent === "", { timeout: 5000 });
    }
  });
  await step("a mistake is told in a sentence", async () => {
    await page.$eval("#fault-json", (it) => (it.value = '{"kind": "explode"}'));
    await page.click("#fault button:not([type])");
    await shows("#problem", "explode");
    said.length = 0; // The browser's own note about the 422.
    await page.click("#forget");
    await page.waitForFunction(() => document.querySelector("#problem").textContent === "", { timeout: 5000 });
  });
  await step("a switch is changed by its box and by its text", async () => {
    await page.click('[name="soundslice.notation_upload"]');
    const set = async (name, value) => {
      await page.$eval(`[name="${name}"]`, (it, value) => ((it.value = value), it.dispatchEvent(new Event("change"))), value);
      await page.waitForFunction((name, value) => document.querySelector(`[name="${name}"]`).value === value, { timeout: 5000 }, name, value);
    };
    await set("soundslice.bad_credentials", '"401"');
    const switches = await (await fetch(control.base_url + "/switches")).json();
    assert.deepEqual([switches.soundslice.notation_upload, switches.soundslice.bad_credentials], [false, "401"]);
    const wrong = await fetch(soundslice.base_url + "slices/", { headers: { authorization: "Basic eDp5" } });
    assert.equal(wrong.status, 401);
  });
  if (picture) await page.screenshot({ path: picture, fullPage: true });
  await step("reset puts everything back", async () => {
    await page.click("#reset");
    await shows("#count", "0 of 0");
    await shows("#date", "17:46:40");
    await page.waitForFunction(() => document.querySelector('[name="soundslice.notation_upload"]').checked, { timeout: 5000 });
  });
  await step("on a phone nothing is wider than the page", async () => {
    await page.setViewport({ width: 390, height: 800 });
    const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width <= window, `${width} > ${window}`);
  });
  await step("the page says when the sandbox has stopped", async () => {
    said.length = 0;
    sandbox.kill();
    await shows("#date", "has stopped");
  });
  assert.deepEqual(said.filter((it) => !it.includes("ERR_CONNECTION")), [], "nothing on the console");
} finally {
  sandbox.kill();
  await browser.close();
}
