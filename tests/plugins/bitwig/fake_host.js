/*
 * A Bitwig Studio that runs without Bitwig: the calls of its controller API 18 that the script uses.
 *
 * Made after the API's own documentation (com.bitwig.extension.controller.api, as typed-bitwig-api
 * 17.0.1 and its version for API 19 print it). As there: objects are made during `init` alone; a value
 * is known only when somebody marked it or observes it; the grid of a clip is a window whose changes
 * are told later, step by step; a note off the grid shows in the step that it starts in; a selection,
 * a new clip and a new scene take effect later. OSC goes through real UDP sockets.
 */

"use strict";

const dgram = require("node:dgram");

const LATER_MS = 3;

class Value {
  constructor(host, value) {
    Object.assign(this, { host, value, observers: [], isInteresting: false });
  }
  markInterested() {
    this.host.duringInit("markInterested");
    this.isInteresting = true;
  }
  addValueObserver(callback) {
    this.host.duringInit("addValueObserver");
    this.isInteresting = true;
    this.observers.push(callback);
    this.host.later(() => callback(this.value));
  }
  addRawValueObserver(callback) {
    this.addValueObserver(callback);
  }
  get() {
    if (!this.isInteresting) throw new Error("nobody marked this value as interesting");
    return this.value;
  }
  set(value) {
    this.value = value;
    this.observers.forEach((callback) => this.host.later(() => callback(this.value)));
  }
}

/** A value that belongs to whatever is selected now. */
class Lens extends Value {
  constructor(host, read, write) {
    super(host, undefined);
    Object.assign(this, { read, write });
  }
  get() {
    if (!this.isInteresting) throw new Error("nobody marked this value as interesting");
    return this.read();
  }
  set(...values) {
    this.host.later(() => this.write(...values));
  }
  red() {
    return this.get()[0];
  }
  green() {
    return this.get()[1];
  }
  blue() {
    return this.get()[2];
  }
}

const FRESH = {
  velocitySpread: 0, pan: 0, timbre: 0, pressure: 0, gain: 0.5, transpose: 0, isMuted: false,
  isChanceEnabled: false, chance: 1, isOccurrenceEnabled: false, occurrence: "ALWAYS",
  isRepeatEnabled: false, repeatCount: 1, repeatCurve: 0, repeatVelocityEnd: 0,
  repeatVelocityCurve: 0, isRecurrenceEnabled: false, recurrenceLength: 1, recurrenceMask: 1,
  releaseVelocity: 64 / 127,
};

class NoteStep {
  constructor(clip, channel, x, y) {
    Object.assign(this, { clip, at: { channel, x, y } });
  }
  channel() {
    return this.at.channel;
  }
  x() {
    return this.at.x;
  }
  y() {
    return this.at.y;
  }
  state() {
    return { toString: () => this.clip.stateAt(this.at.channel, this.at.x, this.at.y) };
  }
  note() {
    return this.clip.startAt(this.at.channel, this.at.x, this.at.y);
  }
  setRecurrence(length, mask) {
    Object.assign(this.note() || {}, { recurrenceLength: length, recurrenceMask: mask });
  }
}

for (const field of [...Object.keys(FRESH), "velocity", "duration"]) {
  const setter = "set" + field[0].toUpperCase() + field.slice(1);
  NoteStep.prototype[field] = function () {
    const note = this.note();
    return note ? note[field] : FRESH[field] ?? 0;
  };
  NoteStep.prototype[setter] = function (value) {
    const note = this.note();
    if (note && typeof value !== typeof note[field]) throw new TypeError(`${setter}(${value})`);
    if (note) note[field] = value;
  };
}

/** The clip that is selected in the launcher, through a window of steps and keys. */
class CursorClip {
  constructor(host, width, height) {
    Object.assign(this, { host, width, height, stepSize: 0.25, first: 0, told: new Map() });
    this.observers = [];
    const of = (field) => new Lens(host, () => this.clip[field], (value) => (this.clip[field] = value));
    this.values = {
      exists: new Lens(host, () => this.content() !== null),
      loopStart: of("loopStart"), loopLength: of("loopLength"), playStart: of("playStart"),
      playStop: of("playStop"), isLoop: of("isLoop"),
      color: new Lens(host, () => this.clip.color, (...rgb) => (this.clip.color = rgb)),
      name: new Lens(host, () => this.clip.name),
      sceneIndex: new Lens(host, () => host.track.selected),
    };
    host.cursors.push(this);
  }
  content() {
    return host_clip(this.host);
  }
  get clip() {
    return this.content() || { name: "", loopStart: 0, loopLength: 0, color: [0, 0, 0], notes: [] };
  }
  exists() { return this.values.exists; }
  getLoopStart() { return this.values.loopStart; }
  getLoopLength() { return this.values.loopLength; }
  getPlayStart() { return this.values.playStart; }
  getPlayStop() { return this.values.playStop; }
  isLoopEnabled() { return this.values.isLoop; }
  color() { return this.values.color; }
  clipLauncherSlot() {
    return { sceneIndex: () => this.values.sceneIndex, name: () => this.values.name };
  }
  setName(name) {
    this.clip.name = name;
  }
  scrollToKey() {}
  setStepSize(beats) {
    this.stepSize = beats;
    this.tell();
  }
  scrollToStep(step) {
    if (!Number.isInteger(step)) throw new TypeError(`scrollToStep(${step})`);
    this.first = step;
    this.tell();
  }
  addNoteStepObserver(callback) {
    this.host.duringInit("addNoteStepObserver");
    this.observers.push(callback);
    this.tell();
  }
  getStep(channel, x, y) {
    this.check(channel, x, y);
    return new NoteStep(this, channel, x, y);
  }
  setStep(channel, x, y, velocity, duration) {
    this.check(channel, x, y);
    if (!Number.isInteger(velocity) || velocity < 1 || velocity > 127) throw new TypeError("velocity");
    const there = this.startAt(channel, x, y);
    const start = (this.first + x) * this.stepSize;
    this.clip.notes = this.clip.notes.filter((note) => note !== there);
    this.clip.notes.push({ ...FRESH, channel, key: y, start, duration, velocity: velocity / 127 });
    this.tell();
  }
  check(channel, x, y) {
    const inside = channel >= 0 && channel < 16 && x >= 0 && x < this.width && y >= 0 && y < this.height;
    if (!inside || !Number.isInteger(x)) throw new RangeError(`step ${channel} ${x} ${y}`);
  }
  /** The step of the window that a time falls into; a time within a billionth of a step is on it. */
  stepOf(beats) {
    return Math.floor(beats / this.stepSize + 1e-9) - this.first;
  }
  startAt(channel, x, y) {
    return this.clip.notes.find(
      (note) => note.channel === channel && note.key === y && this.stepOf(note.start) === x
    );
  }
  stateAt(channel, x, y) {
    return this.told.get(`${channel} ${x} ${y}`) || "Empty";
  }
  cells() {
    const cells = new Map();
    for (const note of this.clip.notes) {
      const start = this.stepOf(note.start);
      const end = this.stepOf(note.start + note.duration - 1e-9);
      for (let x = Math.max(0, start); x <= Math.min(this.width - 1, end); x++) {
        const name = `${note.channel} ${x} ${note.key}`;
        if (x === start) cells.set(name, "NoteOn");
        else if (!cells.has(name)) cells.set(name, "NoteSustain");
      }
    }
    return cells;
  }
  /** Tell what changed in the window, later. */
  tell() {
    this.host.later(() => {
      const cells = this.cells();
      const names = new Set([...cells.keys(), ...this.told.keys()]);
      const changed = [...names].filter((name) => cells.get(name) !== this.told.get(name));
      this.told = cells;
      for (const name of changed) {
        const step = new NoteStep(this, ...name.split(" ").map(Number));
        this.observers.forEach((callback) => callback(step));
      }
    });
  }
}

function host_clip(host) {
  const slot = host.track.slots[host.track.selected];
  return slot ? slot.clip : null;
}

/** The slots of the track that is selected. */
class SlotBank {
  constructor(host, size) {
    const value = (place, read) => new Lens(host, () => read(host.track.slots[place]));
    this.host = host;
    this.items = Array.from({ length: size }, (_, place) => {
      const values = {
        exists: value(place, (slot) => slot !== undefined),
        hasContent: value(place, (slot) => Boolean(slot && slot.clip)),
        isRecordingQueued: value(place, (slot) => Boolean(slot && slot.isQueued)),
        isPlaybackQueued: value(place, () => false),
      };
      return Object.fromEntries(Object.entries(values).map(([name, one]) => [name, () => one]));
    });
  }
  getItemAt(place) {
    return this.items[place];
  }
  select(place) {
    this.host.later(() => {
      this.host.track.selected = place;
      this.host.cursors.forEach((cursor) => cursor.tell());
    });
  }
  createEmptyClip(place, beats) {
    if (!Number.isInteger(beats) || beats < 1) throw new TypeError(`createEmptyClip ${beats}`);
    this.host.later(() => {
      const slot = this.host.track.slots[place];
      if (slot.clip) throw new Error("the slot is full");
      slot.clip = new_clip({ loopLength: beats, playStop: beats });
    });
  }
}

function new_clip(fields) {
  const empty = { name: "", color: [0.5, 0.5, 0.5], isLoop: true, loopStart: 0, playStart: 0 };
  const clip = { ...empty, notes: [], ...fields };
  clip.notes = clip.notes.map((note) => ({ ...FRESH, channel: 0, velocity: 100 / 127, ...note }));
  return clip;
}

class Host {
  constructor(track) {
    const slots = track.slots.map((slot) => ({ ...slot, clip: slot.clip ? new_clip(slot.clip) : null }));
    this.track = { selected: 0, mostSlots: 1000, ...track, slots };
    Object.assign(this, { cursors: [], shown: [], settings: {}, inputs: [], sockets: [] });
    this.isInit = false;
    this.defined = {};
    this.transport = {
      tempo: new Value(this, 120), numerator: new Value(this, 4), denominator: new Value(this, 4),
      isPlaying: new Value(this, false),
    };
  }
  duringInit(what) {
    if (!this.isInit) throw new Error(`${what} can only be called during init`);
  }
  later(task) {
    setTimeout(task, LATER_MS);
  }
  defineController(vendor, name, version, uuid) {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) throw new Error("uuid");
    this.defined.name = name;
  }
  defineMidiPorts(inputs, outputs) {
    this.defined.ports = [inputs, outputs];
  }
  addDeviceNameBasedDiscoveryPair(inputs, outputs) {
    this.defined.found_by = [inputs, outputs];
  }
  getMidiInPort() {
    return {
      createNoteInput: (name, ...masks) => {
        this.duringInit("createNoteInput");
        if (!masks.every((mask) => /^[0-9A-F?]{6}$/.test(mask))) throw new Error("mask");
        this.inputs.push(name);
        return {};
      },
    };
  }
  createTransport() {
    this.duringInit("createTransport");
    const { tempo, numerator, denominator, isPlaying } = this.transport;
    return {
      tempo: () => ({ value: () => tempo }),
      timeSignature: () => ({ numerator: () => numerator, denominator: () => denominator }),
      isPlaying: () => isPlaying,
    };
  }
  createCursorTrack(id, name, sends, scenes) {
    this.duringInit("createCursorTrack");
    const bank = new SlotBank(this, scenes);
    const named = new Value(this, "Keys");
    return {
      name: () => named,
      clipLauncherSlotBank: () => bank,
      createLauncherCursorClip: (clipId, clipName, width, height) =>
        new CursorClip(this, width, height),
    };
  }
  getProject() {
    return {
      createScene: () =>
        this.later(() => {
          if (this.track.slots.length < this.track.mostSlots) this.track.slots.push({ clip: null });
        }),
    };
  }
  getDocumentState() {
    const setting = (label, value) => {
      this.duringInit("a setting");
      if (this.settings[label]) throw new Error(`two settings are called ${label}`);
      return (this.settings[label] = value);
    };
    return {
      getNumberSetting: (label, category, lowest, highest, step, unit, start) =>
        setting(label, new Value(this, start)),
      getEnumSetting: (label, category, options, start) => setting(label, new Value(this, start)),
      getSignalSetting: (label) => {
        const observers = [];
        return setting(label, {
          addSignalObserver: (callback) => observers.push(callback),
          fire: () => observers.forEach((callback) => callback()),
        });
      },
    };
  }
  scheduleTask(callback, delay) {
    if (typeof callback !== "function" || typeof delay !== "number") throw new TypeError("task");
    setTimeout(callback, delay / this.track.speed).unref();
  }
  showPopupNotification(text) {
    this.shown.push(text);
  }
  println() {}
  errorln(text) {
    this.shown.push(text);
  }
  getOscModule() {
    return new (require("./fake_osc.js").OscModule)(this, dgram);
  }
}

module.exports = { Host };
