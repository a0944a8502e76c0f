/*
 * What one may ask: a cut, and that it be learned from.
 */

const { storage } = require("uxp");
const { ask } = require("./doors.js");
const { cutRequest, cutVersions, learnRequest, learnLines } = require("./fields.js");
const host = require("./host.js");
const memory = require("./memory.js");

/**
 * Have a cut made, and bring it in as new sequences; gives lines for a person.
 * @param {import("./fields.js").Wishes} wishes
 * @param {import("./errand.js").Errand} errand
 */
async function cut(wishes, errand) {
  const project = await host.openProject();
  const films = await host.films(project, wishes.source);
  errand.say(`${films.length} films`);
  const folder = await cutsFolder();
  const output = below(folder, `Segue ${wishes.style} ${wishes.seconds} s.otio`);
  const answer = await ask("film.cut", cutRequest(films, wishes, output), errand);
  const lines = [];
  let first = null;
  for (const version of cutVersions(answer)) {
    errand.check();
    const sequence = await host.bringIn(project, version.path);
    memory.keepProposal(sequence, version.path);
    const count = await host.mark(project, sequence, version.pieces);
    first = first || sequence;
    lines.push(`new sequence: ${sequence.name}, with ${count} markers; ${version.intent}`);
    errand.say(lines[lines.length - 1]);
  }
  if (first) {
    await project.openSequence(first);
  }
  return [...lines, ...answer.notes];
}

/**
 * Let Segue learn from what became of a cut: the open sequence; gives lines for a person.
 * @param {import("./fields.js").Wishes} _wishes
 * @param {import("./errand.js").Errand} errand
 */
async function learn(_wishes, errand) {
  const project = await host.openProject();
  const sequence = await host.openSequence(project);
  const proposed = memory.proposalOf(sequence);
  const folder = await storage.localFileSystem.getTemporaryFolder();
  const name = `segue-${Date.now()}.otio`;
  try {
    await host.write(sequence, below(folder, name));
    const final = below(folder, name);
    return learnLines(await ask("film.learn", learnRequest(proposed, final), errand));
  } finally {
    for (const entry of await folder.getEntries()) {
      if (entry.name === name) {
        await entry.delete();
      }
    }
  }
}

/** Give the folder of what Segue proposes, and make it: it is needed to learn later. */
async function cutsFolder() {
  const own = await storage.localFileSystem.getDataFolder();
  const entries = await own.getEntries();
  return entries.find((/** @type {any} */ one) => one.name === "cuts") || own.createFolder("cuts");
}

/**
 * @param {any} folder
 * @param {string} name
 */
function below(folder, name) {
  const separator = folder.nativePath.includes("\\") ? "\\" : "/";
  return folder.nativePath.replace(/[\\/]$/, "") + separator + name;
}

module.exports = { cut, learn };
