// Drives npm's soundcloud-api-ts, unmodified, through the sandbox. Only the two hosts that it has built in are mapped.
//
//     npm install soundcloud-api-ts@1.13.4
//     cargo run -p segno-sandbox -- --port-base 8400 --json    (prints the description; give that line to this script)
//     node docs/interop/soundcloud_api_ts.mjs '{"control":…}'
//
// Exits with 1 at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// Found from where it was installed, which need not be here; by path, because 1.13.4 names a file for require that it lacks.
const require = createRequire(process.cwd() + "/");
const { SoundCloudClient, SoundCloudError, generateCodeVerifier, generateCodeChallenge } =
  require(process.cwd() + "/node_modules/soundcloud-api-ts/dist/index.js");

const description = JSON.parse(process.argv[2]);
const { base_url, auth_url, client_id, client_secret, redirect_uri } = description.soundcloud;
const hosts = new Map([
  ["https://api.soundcloud.com", base_url.replace(/\/$/, "")],
  ["https://secure.soundcloud.com", auth_url.replace(/\/$/, "")],
]);
const direct = globalThis.fetch;
const mapped = (url) => {
  let text = String(url?.url ?? url);
  for (const [from, to] of hosts) if (text.startsWith(from)) text = to + text.slice(from.length);
  return text;
};
globalThis.fetch = (url, init) => direct(mapped(url), init);

let requests = 0;
const client = (more = {}) =>
  new SoundCloudClient({ clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri, onRequest: () => requests++, ...more });
const control = (path, body) =>
  direct(description.control.base_url + path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) });

let steps = 0;
const step = async (name, work) => {
  await work();
  steps++;
  console.log(`ok  ${name}`);
};

await control("/reset", {});
const sc = client({
  onTokenRefresh: async (client) => {
    const pair = await client.auth.refreshUserToken(client.refreshToken);
    client.setToken(pair.access_token, pair.refresh_token);
    return pair;
  },
});

await step("client credentials read public things", async () => {
  const app = client();
  const { access_token } = await app.auth.getClientToken();
  app.setToken(access_token);
  const found = await app.search.tracks("minuet");
  assert.deepEqual(found.collection.map((track) => track.title), ["Minuet in G"]);
  await assert.rejects(app.me.getMe(), (error) => error instanceof SoundCloudError && error.isUnauthorized);
});

await step("authorization code with PKCE", async () => {
  const verifier = generateCodeVerifier();
  const url = sc.auth.getAuthorizationUrl({ state: "s1", codeChallenge: await generateCodeChallenge(verifier) });
  const answer = await direct(mapped(url) + "&auto=approve", { redirect: "manual" });
  const back = new URL(answer.headers.get("location"));
  assert.equal(back.searchParams.get("state"), "s1");
  const pair = await sc.auth.getUserToken(back.searchParams.get("code"), verifier);
  sc.setToken(pair.access_token, pair.refresh_token);
});

let minuet, theirs;
await step("me, search, tracks", async () => {
  assert.equal((await sc.me.getMe()).username, "Rosa O.");
  [minuet] = (await sc.search.tracks("minuet")).collection;
  [theirs] = (await sc.search.tracks("vous dirai")).collection;
  assert.equal((await sc.tracks.getTrack(minuet.urn)).title, "Minuet in G");
  assert.equal((await sc.search.users("reis")).collection[0].permalink, "reis");
  assert.equal((await sc.search.playlists("coast")).collection[0].title, "Coast Walks");
});

await step("paging through next_href", async () => {
  const titles = [];
  for await (const track of sc.paginateItems(() => sc.users.getTracks("soundcloud:users:5530", 1))) titles.push(track.title);
  assert.deepEqual(titles, ["Low Tide", "Joy (live)", "Ah ! vous dirai-je"]);
  assert.equal((await sc.fetchAll(() => sc.me.getActivities(1))).length, 6);
});

await step("streams", async () => {
  const streams = await sc.tracks.getStreams(theirs.urn);
  const link = await direct(streams.hls_aac_160_url, { redirect: "manual", headers: { Authorization: `OAuth ${sc.accessToken}` } });
  assert.equal(link.status, 302);
  const playlist = await (await direct(link.headers.get("location"))).text();
  assert.ok(playlist.startsWith("#EXTM3U"));
});

await step("likes, reposts, follows, comments", async () => {
  assert.equal(await sc.likes.likeTrack(minuet.urn), true);
  assert.ok((await sc.me.getLikesTracks(50)).collection.some((track) => track.urn === minuet.urn));
  assert.equal(await sc.likes.unlikeTrack(minuet.urn), true);
  assert.equal(await sc.reposts.repostTrack(theirs.urn), true);
  assert.equal(await sc.reposts.unrepostTrack(theirs.urn), true);
  await sc.me.follow("soundcloud:users:5547");
  await sc.me.unfollow("soundcloud:users:5547");
  assert.equal((await sc.tracks.createComment(theirs.urn, "from the outside", 1500)).timestamp, 1500);
});

await step("playlists", async () => {
  const made = await sc.playlists.create({ title: "From npm", sharing: "private", tracks: [{ urn: minuet.urn }] });
  assert.equal(made.track_count, 1);
  assert.equal((await sc.playlists.update(made.urn, { title: "From npm, again" })).title, "From npm, again");
  await sc.playlists.delete(made.urn);
  await assert.rejects(sc.playlists.getPlaylist(made.urn), (error) => error.isNotFound);
});

await step("resolve", async () => {
  assert.ok(String(await sc.resolve.resolveUrl("https://soundcloud.com/okafor/minuet-in-g")).includes("soundcloud:tracks:"));
});

await step("an expired token is refreshed on the way", async () => {
  const before = sc.accessToken;
  await control("/clock", { advance_s: 3600 });
  assert.equal((await sc.me.getMe()).permalink, "okafor");
  assert.notEqual(sc.accessToken, before);
});

await step("sign-out", async () => {
  await sc.auth.signOut(sc.accessToken);
  await assert.rejects(client().me.getMe({ token: sc.accessToken }), (error) => error.isUnauthorized);
});

const { soundcloud } = await (await control("/effects")).json();
assert.deepEqual(soundcloud.playlists, { created: 1, changed: 1, deleted: 1 });
assert.deepEqual(soundcloud.track_likes, { created: 1, changed: 0, deleted: 1 });
console.log(`${steps} steps, ${requests} requests of the library`);
