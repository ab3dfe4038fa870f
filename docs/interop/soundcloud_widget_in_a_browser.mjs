// Plays the sandbox's widget in a real browser, from a page around it that has another origin: once with the messages as
// segno_soundcloud::widget writes them, once with the service's own script for pages, unmodified.
//
//     npm install puppeteer-core@24 soundcloud-widget@0.2.1
//     cargo xtask sandbox --json    (prints the description; give that line to this script)
//     node docs/interop/soundcloud_widget_in_a_browser.mjs '{"control":…}' /usr/bin/chromium
//
// Exits with 1 at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

// Found from where they were installed, which need not be here.
const require = createRequire(process.cwd() + "/");
const puppeteer = require("puppeteer-core");
const script = readFileSync(require.resolve("soundcloud-widget/vendor/soundcloud-widget.js"), "utf8");

const [line, executablePath] = process.argv.slice(2);
const { control } = JSON.parse(line);
const { soundcloud_web: site } = await (await fetch(`${control.base_url}/hosts`)).json();

const oembed = async (url, more = "") => {
  const response = await fetch(`${site}/oembed?url=${encodeURIComponent(url)}${more}`);
  assert.equal(response.status, 200, url);
  return response.json();
};
/** A page with a frame in it, as somebody's web site would have it: nothing of it comes from the sandbox. */
const pages = new Map();
const server = createServer((request, response) => {
  const body = pages.get(request.url);
  response.writeHead(body ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
  response.end(body ?? "");
});
await new Promise((resolve) => server.listen(0, "localhost", resolve));
const publish = (path, html) => {
  pages.set(path, `<!doctype html><link rel="icon" href="data:,"><title>Around</title>${html}`);
  return `http://localhost:${server.address().port}${path}`;
};

const browser = await puppeteer.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const open = async (url) => {
  const page = await browser.newPage();
  page.on("console", (message) => assert.fail(`the page says: ${message.text()}`));
  page.on("pageerror", (error) => assert.fail(`the page fails: ${error.message}`));
  await page.goto(url);
  return page;
};

let steps = 0;
const step = async (name, work) => {
  const told = await work();
  console.log(`ok ${++steps} ${name}${told ? `: ${told}` : ""}`);
};

/** What a page needs to talk to a widget by messages alone. */
const bare = (origin) => `<script>
  const frame = document.querySelector("iframe");
  window.got = [];
  addEventListener("message", (event) => {
    if (event.origin !== ${JSON.stringify(origin)} || event.source !== frame.contentWindow) return;
    got.push({ at: performance.now(), ...JSON.parse(event.data) });
  });
  window.tell = (method, value = null) => frame.contentWindow.postMessage(JSON.stringify({ method, value }), ${JSON.stringify(origin)});
  window.next = async (method, where = () => true) => {
    const from = got.length;
    for (let i = 0; i < 600; i++) {
      const found = got.slice(from).find((message) => message.method === method && where(message.value));
      if (found) return found.value ?? null;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("no " + method + " came; but " + JSON.stringify(got.slice(-5)));
  };
  window.ask = (method) => { const came = next(method); tell(method); return came; };
</script>`;

try {
  const minuet = await oembed("https://soundcloud.com/okafor/minuet-in-g");
  const page = await open(publish("/bare", minuet.html + bare(site)));
  const ask = (method) => page.evaluate((method) => window.ask(method), method);
  /** Tells the widget something and waits for an event. */
  const then = (event, method, value = null) =>
    page.evaluate(
      ([event, method, value]) => {
        const came = window.next(event);
        window.tell(method, value);
        return came;
      },
      [event, method, value],
    );

  await step("the frame of oEmbed loads, and the widget says that it is ready", async () => {
    await page.waitForFunction(() => got.some((message) => message.method === "ready"));
    assert.equal(await page.evaluate(() => document.querySelector("iframe").height), "166");
  });

  await step("the getters", async () => {
    assert.equal(await ask("isPaused"), true);
    assert.equal(await ask("getCurrentSoundIndex"), 0);
    assert.equal(await ask("getPosition"), 0);
    assert.equal(await ask("getVolume"), 100);
    const sound = await ask("getCurrentSound");
    assert.equal(sound.title, "Minuet in G");
    assert.deepEqual((await ask("getSounds")).map((sound) => sound.urn), [sound.urn]);
    const duration = await ask("getDuration");
    assert.ok(Math.abs(duration - sound.duration) < 1000, `${duration} of ${sound.duration}`);
    return `"${sound.title}", ${Math.round(duration / 1000)} s`;
  });

  await step("play, and progress", async () => {
    for (const name of ["play", "pause", "seek", "finish", "playProgress", "loadProgress", "error"])
      await page.evaluate((name) => window.tell("addEventListener", name), name);
    const started = await then("play", "play");
    assert.equal(typeof started.currentPosition, "number");
    const progress = await page.evaluate(() => window.next("playProgress", (value) => value.currentPosition > 700));
    assert.ok(progress.relativePosition > 0 && progress.relativePosition < 1);
    assert.ok(progress.loadedProgress > 0 && progress.loadedProgress <= 1);
    assert.ok(Number.isInteger(progress.soundId));
    assert.equal(await ask("isPaused"), false);
    const [one, two] = [await ask("getPosition"), await page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(window.ask("getPosition")), 500)))];
    assert.ok(two > one + 300 && two < one + 2000, `${one}, ${two}`);
    return `at ${Math.round(two)} ms`;
  });

  await step("seek while it plays, and while it does not", async () => {
    const there = await then("seek", "seekTo", 30_000);
    assert.ok(Math.abs(there.currentPosition - 30_000) < 500, JSON.stringify(there));
    const paused = await then("pause", "pause");
    assert.ok(paused.currentPosition >= 30_000);
    await then("seek", "seekTo", 12_000);
    assert.ok(Math.abs((await ask("getPosition")) - 12_000) < 50);
    assert.equal(await ask("isPaused"), true);
    await then("play", "toggle");
    await then("pause", "toggle");
  });

  await step("volume", async () => {
    await page.evaluate(() => window.tell("setVolume", 40));
    assert.equal(await ask("getVolume"), 40);
    await page.evaluate(() => window.tell("setVolume", 1000));
    assert.equal(await ask("getVolume"), 100);
  });

  await step("an event that is not listened for does not come", async () => {
    await page.evaluate(() => window.tell("removeEventListener", "seek"));
    const before = await page.evaluate(() => got.filter((message) => message.method === "seek").length);
    await page.evaluate(() => window.tell("seekTo", 20_000));
    await page.waitForFunction(async () => Math.abs((await window.ask("getPosition")) - 20_000) < 50);
    await then("play", "play");
    assert.equal(await page.evaluate(() => got.filter((message) => message.method === "seek").length), before);
  });

  await step("to the end", async () => {
    const duration = await ask("getDuration");
    const finished = await then("finish", "seekTo", duration - 700);
    assert.ok(finished.relativePosition > 0.99, JSON.stringify(finished));
    assert.equal(await ask("isPaused"), true, "one track has no next");
  });

  await step("what is no message of the widget changes nothing", async () => {
    for (const data of ["", "{", "[]", "null", '"play"', '{"method":"__proto__"}', '{"method":"constructor"}', '{"method":"getLyrics"}'])
      await page.evaluate((data) => frame.contentWindow.postMessage(data, "*"), data);
    await page.evaluate(() => frame.contentWindow.postMessage({ method: "play" }, "*"));
    assert.equal(await ask("isPaused"), true);
  });
  await page.close();

  // The service's own script, as a page would load it.
  const walks = await oembed("https://soundcloud.com/reis/sets/coast-walks", "&auto_play=false");
  const other = await open(publish("/own", `${walks.html}<script>${script.replace("module.exports = SC.Widget", "")}</script>`));
  const call = (method, ...values) =>
    other.evaluate(([method, values]) => new Promise((resolve) => {
      if (method.startsWith("get") || method === "isPaused") widget[method](resolve);
      else resolve(void widget[method](...values));
    }), [method, values]);
  const event = (name) => other.evaluate((name) => new Promise((resolve) => {
    widget.bind(name, (value) => { widget.unbind(name); resolve(value ?? null); });
  }), name);

  await step("the service's own script: ready, sounds, play, next", async () => {
    await other.evaluate(() => new Promise((resolve) => {
      window.widget = SC.Widget(document.querySelector("iframe"));
      widget.bind(SC.Widget.Events.READY, resolve);
    }));
    const sounds = await call("getSounds");
    assert.deepEqual(sounds.map((sound) => sound.title), ["Low Tide", "Joy (live)", "Only at Home"]);
    const played = event("play");
    await call("play");
    const { currentPosition } = await played;
    assert.equal(typeof currentPosition, "number");
    const next = event("playProgress");
    await call("next");
    await next;
    assert.equal(await call("getCurrentSoundIndex"), 1);
    assert.equal((await call("getCurrentSound")).title, "Joy (live)");
    await call("prev");
    assert.equal(await call("getCurrentSoundIndex"), 0);
    await call("skip", 1);
    assert.equal(await call("getCurrentSoundIndex"), 1);
  });

  await step("the service's own script: seek, volume, pause", async () => {
    const sought = event("seek");
    await call("seekTo", 9_000);
    assert.ok(Math.abs((await sought).currentPosition - 9_000) < 500);
    await call("setVolume", 25);
    assert.equal(await call("getVolume"), 25);
    const paused = event("pause");
    await call("pause");
    await paused;
    assert.equal(await call("isPaused"), true);
  });

  await step("a track that cannot be heard is an error", async () => {
    const error = event("error");
    await call("skip", 2);
    await error;
  });

  await step("the service's own script: another sound in the same frame", async () => {
    await other.evaluate(() => new Promise((resolve) =>
      widget.load("https://soundcloud.com/okafor/ode-to-joy", { auto_play: true, callback: resolve })));
    assert.equal((await call("getCurrentSound")).title, "Ode to Joy");
    await event("playProgress");
    assert.equal(await call("isPaused"), false);
  });

  await step("of two widgets on a page one plays", async () => {
    const both = publish("/two", `<iframe id="a" allow="autoplay" src="${site}/player/?url=https://soundcloud.com/okafor/ode-to-joy"></iframe>
      <iframe id="b" allow="autoplay" src="${site}/player/?url=https://soundcloud.com/okafor/minuet-in-g"></iframe><script>${script.replace("module.exports = SC.Widget", "")}</script>`);
    await other.close();
    const page = await open(both);
    const state = await page.evaluate(async () => {
      const [a, b] = ["a", "b"].map((id) => SC.Widget(document.getElementById(id)));
      const ready = (widget) => new Promise((resolve) => widget.bind("ready", resolve));
      await Promise.all([ready(a), ready(b)]);
      const played = (widget) => new Promise((resolve) => widget.bind("playProgress", resolve));
      a.play();
      await played(a);
      const paused = new Promise((resolve) => a.bind("pause", resolve));
      b.play();
      await Promise.all([played(b), paused]);
      const ask = (widget) => new Promise((resolve) => widget.isPaused(resolve));
      return [await ask(a), await ask(b)];
    });
    assert.deepEqual(state, [true, false]);
    await page.close();
  });

  await step("the buttons of the widget itself", async () => {
    const page = await open(publish("/buttons", minuet.html + bare(site)));
    await page.waitForFunction(() => got.some((message) => message.method === "ready"));
    await page.evaluate(() => window.tell("addEventListener", "sharePanelOpened"));
    await page.evaluate(() => window.tell("addEventListener", "pause"));
    const frame = page.frames().find((frame) => frame.url().startsWith(`${site}/player/`));
    await frame.click("#share");
    await page.waitForFunction(() => got.some((message) => message.method === "sharePanelOpened"));
    await frame.click("#toggle");
    await page.waitForFunction(async () => !(await window.ask("isPaused")));
    assert.equal(await frame.$eval("#toggle", (button) => button.textContent), "Pause");
    await frame.click("#toggle");
    await page.waitForFunction(() => got.some((message) => message.method === "pause"));
    assert.equal(await frame.$eval("h1", (title) => title.textContent), "Minuet in G");
    await page.close();
  });
  console.log(`${steps} steps ok`);
} finally {
  await browser.close();
  server.close();
}
