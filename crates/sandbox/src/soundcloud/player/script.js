"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("data").textContent);
  const audio = element("audio");
  const listeners = new Map(); // the name of an event -> Map of window -> origin
  const others = new BroadcastChannel("soundcloud-widget");
  let index = Math.min(data.start_track, Math.max(data.sounds.length - 1, 0));
  let seekTo = null; // milliseconds, until the sound is loaded

  const sound = () => data.sounds[index] ?? null;
  const length = () => (Number.isFinite(audio.duration) ? audio.duration * 1000 : (sound()?.duration ?? 0));
  const place = () => (seekTo ?? audio.currentTime * 1000);
  const loaded = () => {
    const { buffered, duration } = audio;
    return buffered.length && duration > 0 ? Math.min(buffered.end(buffered.length - 1) / duration, 1) : 0;
  };
  const progress = () => ({
    soundId: sound()?.id ?? (Number(sound()?.urn?.split(":").pop()) || null),
    loadedProgress: loaded(),
    currentPosition: place(),
    relativePosition: length() ? place() / length() : 0,
  });

  // Pages without an origin of their own (a file, a sandboxed frame) are named "null", which nothing can be sent to.
  const send = (target, origin, method, value) =>
    target.postMessage(JSON.stringify({ method, value }), origin === "null" ? "*" : origin);
  const emit = (name, value) => {
    for (const [target, origin] of listeners.get(name) ?? []) send(target, origin, name, value);
  };

  const show = () => {
    element("title").textContent = sound()?.title ?? "There is nothing to play.";
    element("user").textContent = sound()?.user?.username ?? "";
    element("buy").hidden = data.hidden.includes("buying") || !sound()?.purchase_url;
    element("download").hidden = data.hidden.includes("download") || !sound()?.downloadable;
    element("share").hidden = data.hidden.includes("sharing");
    element("user").hidden = data.hidden.includes("show_user");
    element("sounds").hidden = data.sounds.length < 2;
    [...element("sounds").children].forEach((item, at) => item.toggleAttribute("aria-current", at === index));
  };
  const tick = () => {
    const seconds = Math.floor(place() / 1000);
    element("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    element("place").value = length() ? Math.round((place() / length()) * 1000) : 0;
  };

  const play = () => {
    if (!data.streams[index]) return emit("error");
    // A browser may refuse to play before the user has done something; that is no error of the sound.
    audio.play().catch(() => {});
  };
  const load = (at, playing) => {
    if (!(at >= 0 && at < data.sounds.length)) return;
    index = at;
    seekTo = null;
    audio.src = data.streams[index] ?? "";
    show();
    tick();
    if (!data.streams[index]) emit("error");
    else if (playing) play();
  };
  const seek = (ms) => {
    if (!Number.isFinite(ms)) return;
    const to = Math.max(0, Math.min(ms, length() || ms));
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) audio.currentTime = to / 1000;
    else seekTo = to;
  };

  const commands = {
    addEventListener(name, source, origin) {
      if (!listeners.has(name)) listeners.set(name, new Map());
      listeners.get(name).set(source, origin);
      if (name === "ready") send(source, origin, "ready");
    },
    removeEventListener: (name, source) => listeners.get(name)?.delete(source),
    play,
    pause: () => audio.pause(),
    toggle: () => (audio.paused ? play() : audio.pause()),
    seekTo: (ms) => seek(Number(ms)),
    setVolume: (percent) => {
      if (Number.isFinite(Number(percent))) audio.volume = Math.max(0, Math.min(Number(percent), 100)) / 100;
    },
    next: () => load(index + 1, true),
    prev: () => load(index - 1, true),
    skip: (at) => load(Number(at), true),
  };
  const getters = {
    getVolume: () => Math.round(audio.volume * 100),
    getDuration: length,
    getPosition: place,
    getSounds: () => data.sounds,
    getCurrentSound: sound,
    getCurrentSoundIndex: () => index,
    isPaused: () => audio.paused,
  };
  addEventListener("message", (event) => {
    if (!event.source || event.source === window || typeof event.data !== "string") return;
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    const { method, value } = message ?? {};
    if (Object.hasOwn(getters, method)) send(event.source, event.origin, method, getters[method]());
    else if (Object.hasOwn(commands, method)) commands[method](value, event.source, event.origin);
  });

  audio.addEventListener("loadedmetadata", () => {
    if (seekTo !== null) audio.currentTime = seekTo / 1000;
    seekTo = null;
  });
  audio.addEventListener("play", () => {
    element("toggle").textContent = "Pause";
    if (data.single_active) others.postMessage("playing");
    emit("play", progress());
  });
  audio.addEventListener("pause", () => {
    element("toggle").textContent = "Play";
    emit("pause", progress());
  });
  audio.addEventListener("seeked", () => {
    tick();
    emit("seek", progress());
  });
  audio.addEventListener("progress", () => emit("loadProgress", progress()));
  audio.addEventListener("timeupdate", () => {
    tick();
    if (!audio.paused) emit("playProgress", progress());
  });
  audio.addEventListener("ended", () => {
    emit("finish", progress());
    load(index + 1, true);
  });
  audio.addEventListener("error", () => emit("error"));
  others.addEventListener("message", () => data.single_active && audio.pause());

  element("toggle").addEventListener("click", commands.toggle);
  element("place").addEventListener("change", () => seek((element("place").value / 1000) * length()));
  element("download").addEventListener("click", () => emit("downloadClicked"));
  element("buy").addEventListener("click", () => emit("buyClicked"));
  element("share").addEventListener("click", () => emit("sharePanelOpened"));
  document.body.style.accentColor = `#${data.color}`;
  data.sounds.forEach((one, at) => {
    const item = document.createElement("li");
    item.textContent = one.title;
    item.addEventListener("click", () => load(at, true));
    element("sounds").append(item);
  });
  load(index, data.auto_play);
  show();
  if (parent !== window) send(parent, "*", "ready");
})();
