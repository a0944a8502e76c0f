/*
 * Run the controller script in the fake host: `node drive.js SCRIPT SCENARIO.json`.
 *
 * The scenario has a track and what a musician does: settings, buttons, a tempo. What the host shows
 * in the end is written to stdout as JSON.
 */

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { Host } = require("./fake_host.js");

const [script, file] = process.argv.slice(2);
const scenario = JSON.parse(fs.readFileSync(file, "utf8"));
const host = new Host({ speed: 8, ...scenario.track, ports: scenario.ports });

const scope = vm.createContext({
  host,
  loadAPI: (version) => (host.defined.api = version),
  load: (name) => run(path.join(path.dirname(script), name)),
});

function run(name) {
  vm.runInContext(fs.readFileSync(name, "utf8"), scope, { filename: name });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isSo) {
  for (let left = 4000; !isSo() && left > 0; left -= 1) await pause(5);
}

/** Change a clip as a musician does: one of its notes, its loop, its name or its place. */
function edit(slot, { note, clip, to }) {
  if (note) Object.assign(slot.clip.notes[note.index], note);
  if (clip) Object.assign(slot.clip, clip);
  if (to !== undefined) [host.track.slots[to].clip, slot.clip] = [slot.clip, null];
}

async function act(action) {
  if (action.set) Object.entries(action.set).forEach(([name, value]) => host.settings[name].set(value));
  if (action.tempo) host.transport.tempo.set(action.tempo);
  if (action.play !== undefined) host.transport.isPlaying.set(action.play);
  if (action.metre) {
    host.transport.numerator.set(action.metre[0]);
    host.transport.denominator.set(action.metre[1]);
  }
  if (action.edit) edit(host.track.slots[action.edit.slot], action.edit);
  if (action.select !== undefined) host.track.selected = action.select;
  await pause(30);
  if (action.press) {
    const said = host.shown.length;
    host.settings[action.press].fire();
    if (action.meanwhile) await act(action.meanwhile);
    if (action.wait !== false) {
      await until(() => host.shown.slice(said).some((text) => !text.endsWith(" ...")));
      await pause(30); // the clip is selected again a little later
    }
  }
}

async function main() {
  run(script);
  host.isInit = true;
  scope.init();
  host.isInit = false;
  await pause(30);
  for (const action of scenario.actions) await act(action);
  await pause(30);
  const { shown, defined, inputs, track } = host;
  fs.writeSync(1, JSON.stringify({ shown, defined, inputs, track }));
  host.sockets.forEach((socket) => socket.close());
  process.exit(0);
}

main();
