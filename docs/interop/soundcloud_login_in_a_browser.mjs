// Logs in through the sandbox's consent page in a real browser, with the loopback listener of the `login` example waiting.
//
//     npm install puppeteer-core@24
//     cargo build -p segno-soundcloud --example login
//     cargo xtask sandbox --json    (prints the description; give that line to this script)
//     node docs/interop/soundcloud_login_in_a_browser.mjs '{"control":…}' target/debug/examples/login /usr/bin/chromium
//
// Exits with 1 at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

// Found from where it was installed, which need not be here.
const puppeteer = createRequire(process.cwd() + "/")("puppeteer-core");

const [line, program, executablePath] = process.argv.slice(2);
const { control, soundcloud } = JSON.parse(line);
const folder = mkdtempSync(join(tmpdir(), "login-"));
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

const running = new Set();
let steps = 0;
const step = async (name, work) => {
  await work();
  console.log(`ok ${++steps} ${name}`);
};

/** Starts the example; resolves with what it says line by line and with its end. */
const login = (file) => {
  const child = spawn(program, {
    env: {
      ...process.env,
      SOUNDCLOUD_CLIENT_ID: soundcloud.client_id,
      SOUNDCLOUD_CLIENT_SECRET: soundcloud.client_secret,
      SOUNDCLOUD_BASE_URL: soundcloud.base_url,
      SOUNDCLOUD_AUTH_URL: soundcloud.auth_url,
      SOUNDCLOUD_TOKEN_FILE: join(folder, file),
    },
  });
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const complaints = [];
  child.stderr.on("data", (data) => complaints.push(data.toString()));
  const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, complaint: complaints.join("") })));
  const next = async () => (await said.next()).value ?? assert.fail(`the example ended: ${(await ended).complaint}`);
  running.add(child);
  return { next, ended, stop: () => child.kill() };
};

/** A page whose console stays silent, but for the browser's own note that an answer was a refusal. */
const open = async (url) => {
  const page = await browser.newPage();
  page.on("console", (message) => assert.match(message.text(), /^Failed to load resource/));
  page.on("pageerror", (error) => assert.fail(`the page fails: ${error.message}`));
  await page.goto(url);
  return page;
};
const text = (page) => page.$eval("body", (body) => body.innerText);
const press = (page, decision) => Promise.all([page.waitForNavigation(), page.click(`button[value=${decision}]`)]);
/** Types as a user does: into the field that the label belongs to. */
const type = async (page, label, words) => {
  const field = await page.waitForSelector(`aria/${label}[role="textbox"]`);
  await field.click({ count: 3 });
  await field.type(words);
};

try {
  await step("the consent page opens, refuses a wrong password, and takes the right one", async () => {
    const run = login("tokens.json");
    const url = (await run.next()).replace(/^open /, "");
    assert.match(url, /code_challenge_method=S256/);
    const page = await open(url);
    assert.match(await text(page), /User name/);
    await type(page, "User name", soundcloud.username);
    await type(page, "Password", "wrong");
    await press(page, "approve");
    assert.match(await text(page), /do not match/);
    await type(page, "User name", soundcloud.username);
    await type(page, "Password", soundcloud.password);
    await press(page, "approve");
    assert.ok(page.url().startsWith("http://127.0.0.1:8765/callback?"), page.url());
    console.log(`   the browser ends at the listener's page: ${(await text(page)).replaceAll(/\s+/g, " ").trim()}`);
    console.log(`   the example: ${await run.next()}`);
    assert.deepEqual(await run.ended, { code: 0, complaint: "" });
    const file = join(folder, "tokens.json");
    assert.equal(statSync(file).mode & 0o077, 0, "the token file is for its owner alone");
    assert.match(readFileSync(file, "utf8"), /refresh/);
    await page.close();
  });

  await step("run again, the example needs no browser", async () => {
    const run = login("tokens.json");
    assert.match(await run.next(), /^logged in as/);
    assert.equal((await run.ended).code, 0);
  });

  await step("an hour later it refreshes and needs no browser either", async () => {
    await fetch(`${control.base_url}/clock`, { method: "POST", body: JSON.stringify({ advance_s: 7200 }) });
    const run = login("tokens.json");
    assert.match(await run.next(), /^logged in as/);
    assert.equal((await run.ended).code, 0);
  });

  await step("a user who says no", async () => {
    const run = login("none.json");
    const page = await open((await run.next()).replace(/^open /, ""));
    await press(page, "deny");
    console.log(`   the browser: ${(await text(page)).replaceAll(/\s+/g, " ").trim()}`);
    const { code, complaint } = await run.ended;
    assert.equal(code, 1);
    console.log(`   the example: ${complaint.trim()}`);
    assert.match(complaint, /denied/i);
    await page.close();
  });

  await step("a redirect that somebody made up does not end the login", async () => {
    const run = login("made-up.json");
    const url = (await run.next()).replace(/^open /, "");
    const forged = await open("http://127.0.0.1:8765/callback?code=stolen&state=guessed");
    console.log(`   the browser: ${(await text(forged)).replaceAll(/\s+/g, " ").trim()}`);
    const page = await open(url);
    await type(page, "User name", soundcloud.username);
    await type(page, "Password", soundcloud.password);
    await press(page, "approve");
    assert.match(await run.next(), /^logged in as/);
    assert.equal((await run.ended).code, 0);
  });

  await step("a wrong redirect URI ends in a page, not in a redirect", async () => {
    const run = login("wrong.json");
    const url = new URL((await run.next()).replace(/^open /, ""));
    url.searchParams.set("redirect_uri", "https://evil.example/");
    const page = await browser.newPage();
    await page.goto(url.href);
    assert.ok(page.url().startsWith(soundcloud.auth_url), page.url());
    assert.match(await text(page), /redirect_uri/);
    run.stop();
    await run.ended;
    assert.ok(!existsSync(join(folder, "wrong.json")) || !/access/.test(readFileSync(join(folder, "wrong.json"), "utf8")));
  });
  console.log(`${steps} steps ok`);
} finally {
  for (const child of running) child.kill();
  await browser.close();
}
