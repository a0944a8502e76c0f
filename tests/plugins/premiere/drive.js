/*
 * Run the panel's verbs in a stand-in for Premiere: node drive.js PANEL SCENARIO.
 * Waits are `haste` times shorter than in Premiere.
 */

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const { premierepro, open } = require("./fake_premiere.js");
const { uxp, fetchTo, localStorageIn } = require("./fake_uxp.js");

const [panel, file] = process.argv.slice(2);
const scenario = JSON.parse(fs.readFileSync(file, "utf8"));
const manifest = JSON.parse(fs.readFileSync(path.join(panel, "manifest.json"), "utf8"));

const hosts = { premierepro, uxp: uxp(scenario) };
const load = Module._load;
Module._load = (name, ...rest) => hosts[name] || load(name, ...rest);
const wait = globalThis.setTimeout;
globalThis.setTimeout = (run, milliseconds) => wait(run, milliseconds / scenario.haste);
globalThis.fetch = fetchTo(scenario.server, manifest.requiredPermissions.network.domains);
globalThis.localStorage = localStorageIn(path.join(scenario.data, "local-storage.json"));

const { Errand } = require(path.join(panel, "errand.js"));
const { WISHES } = require(path.join(panel, "fields.js"));
const verbs = require(path.join(panel, "verbs.js"));

/** Do what a person does in the panel. */
async function press(verb, { wishes = {}, stopAfter }) {
  const said = [];
  const errand = new Errand((words) => {
    said.push(words);
    if (said.length === stopAfter) {
      errand.stop();
    }
  });
  try {
    return { said, lines: await verbs[verb]({ ...WISHES, ...wishes }, errand) };
  } catch (error) {
    return { said, error: error.message, kind: error.constructor.name };
  }
}

/** Do what an editor does in Premiere. */
function edit(project, { copyAs, dropLast, markAt }) {
  const sequence = project.active;
  if (copyAs) {
    const plain = JSON.parse(JSON.stringify(sequence.plain));
    plain.tracks.name = copyAs;
    const copy = new sequence.constructor(project, project.sequences.length + 1, plain);
    project.sequences.push(copy);
    project.active = copy;
  }
  if (dropLast) {
    sequence.tracks().forEach((track) => track.children.pop());
  }
  if (markAt !== undefined) {
    sequence.markers.push({ name: "mine", getStart: () => ({ ticks: String(markAt) }) });
  }
}

async function main() {
  const project = open(scenario.project);
  const done = [];
  for (const action of scenario.actions) {
    if (action.press) {
      done.push(await press(action.press, action));
    } else {
      edit(project, action);
    }
  }
  const sequences = project ? project.sequences : [];
  const seen = {
    done,
    sequences: sequences.map((one) => ({
      name: one.name,
      markers: one.markers.map(({ name, comments, colour, start }) => ({
        name,
        comments,
        colour,
        ticks: start && start.ticks,
      })),
    })),
    active: project && project.active ? project.active.name : null,
    steps: project ? project.steps : [],
  };
  process.stdout.write(JSON.stringify(seen));
}

main();
