// Drives the Soundstripe host of the sandbox with kitsu, a JSON:API client that knows neither this project nor the
// service, as it comes from its registry.
//
//     cargo run -p segno-sandbox -- --port-base 8400 --json &     (or: cargo xtask sandbox --port-base 8400)
//     npm install kitsu
//     node docs/interop/kitsu_soundstripe.mjs 8400
//
// Listing, paging by the links, resolving included resources, curated playlists, the life of a private playlist,
// errors, and the sound behind a link. Strict headers are on: what kitsu sends is what the documentation asks for.
// Exits with 1 at the first thing that is not as it should be.

import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// kitsu is taken from where the script is run, not from beside it.
const { default: Kitsu } = await import(pathToFileURL(resolve('node_modules/kitsu/dist/index.mjs')).href)

const port = process.argv[2] ?? '8400'
const control = `http://127.0.0.1:${port}`
const call = async (path, init) => (await fetch(control + path, init)).json()
const accounts = (await call('/accounts')).soundstripe
const base = `http://127.0.0.1:${Number(port) + 3}/v1`
// kitsu keeps no rate; that the sandbox has one is shown elsewhere.
const switches = { strict_headers: true, rate_limit: null }
await call('/switches', { method: 'PUT', body: JSON.stringify({ soundstripe: switches }) })

const client = (account, folder = '') =>
  new Kitsu({
    baseURL: base + folder,
    headers: { Authorization: `Token ${accounts[account].key.token}` },
    pluralize: false,
    camelCaseTypes: false,
    resourceCase: 'none',
  })

const api = client(0)
const done = (text) => console.log(`ok  ${text}`)

// Listing and paging: the numbers of the next page come from the links.
const songs = new Map()
let params = { page: { size: 100, number: 1 }, filter: { include_alternate_audio_files: true } }
let pages = 0
while (params) {
  const { data, links, status } = await api.get('songs', { params })
  assert.equal(status, 200)
  pages += 1
  for (const song of data) {
    assert.ok(!songs.has(song.id), `song ${song.id} comes twice`)
    songs.set(song.id, song)
  }
  assert.equal(links.meta.total_count, 4500)
  if (pages === 1) assert.equal(links.first, null)
  const next = links.next && new URL(links.next).searchParams
  params = next && { ...params, page: { size: next.get('page[size]'), number: next.get('page[number]') } }
}
assert.equal(songs.size, 4500)
done(`${songs.size} songs, each once, in ${pages} pages`)

// Included resources: kitsu puts them where the relationships point.
let files = 0
for (const song of songs.values()) {
  assert.equal(typeof song.artists.data[0].name, 'string')
  for (const file of song.audio_files.data) {
    assert.ok(file.duration > 0 && file.versions.wav.startsWith('http'))
    files += 1
  }
  assert.match(song.audio_files.data[0].description, /\[Primary\]$/)
}
done(`artists and ${files} audio files resolved`)

// One song, a filter, tags.
const [first] = songs.values()
const one = (await api.get(`songs/${first.id}`)).data
assert.deepEqual(one.audio_files.data.map((file) => file.id), first.audio_files.data.map((file) => file.id))
const filter = { bpm: { min: 100, max: 110 }, tags: { mood: 'hopeful,-Dark' } }
const found = (await api.get('songs', { params: { filter, page: { size: 100 } } })).data
assert.ok(found.length > 0)
for (const song of found) {
  assert.ok(song.bpm >= 100 && song.bpm <= 110)
  assert.ok(song.tags.mood.includes('Hopeful') && !song.tags.mood.includes('Dark'))
}
const genres = await api.get('tags', { params: { filter: { category: 'genre' }, page: { size: 100 } } })
assert.equal(genres.data.find((tag) => tag.id === '8_bit').name, '8-bit')
done(`${found.length} songs by filter, ${genres.data.length} genres`)

// Included of included: songs of playlists, and their artists.
const include = 'songs,songs.artists,songs.audio_files,playlist_categories'
const playlists = (await api.get('playlists', { params: { include, page: { size: 5 } } })).data
for (const playlist of playlists) {
  assert.equal(typeof playlist.playlist_categories.data[0].name, 'string')
  for (const song of playlist.songs.data) {
    assert.equal(typeof song.artists.data[0].name, 'string')
    assert.ok(song.audio_files.data[0].versions.mp3)
  }
}
const categories = (await api.get('categories', { params: { include: 'subcategories' } })).data
assert.equal(categories[0].subcategories.data[0].parent_id, Number(categories[0].id))
done(`${playlists.length} curated playlists with songs, artists and categories; ${categories.length} categories`)

// The life of a private playlist.
const media = client(0, '/my_media')
const ids = [...songs.keys()].slice(0, 3).map(Number)
const made = await media.create('playlists', { name: 'Launch trailer', song_ids: ids.slice(0, 2) })
assert.equal(made.status, 201)
assert.deepEqual(made.data.song_ids, ids.slice(0, 2))
const { id } = made.data
const added = await media.create(`playlists/${id}/songs`, [{ type: 'songs', id: String(ids[2]) }])
assert.deepEqual(added.data.song_ids, ids)
const renamed = await media.update('playlists', { id, name: 'Trailer', shareable: true })
assert.deepEqual([renamed.data.name, renamed.data.shareable], ['Trailer', true])
const removed = await media.remove(`playlists/${id}/songs`, [String(ids[0])])
assert.equal(removed.status, 204)
assert.deepEqual((await media.get(`playlists/${id}`)).data.song_ids, ids.slice(1))
assert.equal((await media.get('playlists')).data[0].id, id)
await assert.rejects(client(1, '/my_media').get(`playlists/${id}`), (error) => error.response.status === 404)
assert.equal((await media.remove('playlists', id)).status, 204)
done('a private playlist made, filled, renamed, thinned out, hidden from the other account, deleted')

// Errors.
await assert.rejects(media.get(`playlists/${id}`), (error) => {
  assert.deepEqual(error.errors, [{ detail: `Couldn't find Playlist with 'id'=${id}`, status: 404 }])
  return true
})
const stranger = new Kitsu({ baseURL: base, headers: { Authorization: 'Token nobody' }, pluralize: false })
await assert.rejects(stranger.get('songs'), (error) => error.errors[0].code === 'invalid_token')
await assert.rejects(client(2).get('sound_effects'), (error) => error.errors[0].status === 403)
done('404, 401 and 403 as error documents')

// The sound itself, from another host, without the key.
const link = first.audio_files.data[0].versions.wav
const wav = Buffer.from(await (await fetch((await api.get(`songs/${first.id}`)).data.audio_files.data[0].versions.wav)).arrayBuffer())
assert.equal(wav.subarray(0, 4).toString(), 'RIFF')
assert.notEqual(new URL(link).origin, new URL(base).origin)
done(`${wav.length} bytes of WAV`)

const sent = (await call('/requests')).requests.filter((request) => request.host === 'soundstripe')
console.log(`ok  ${sent.length} requests, statuses ${[...new Set(sent.map((request) => request.status))].join(' ')}`)
