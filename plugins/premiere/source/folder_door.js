/*
 * A folder in which questions are left and answers found, where no connection may be opened:
 * plugins/FOLDER.md of Segue describes it. It lies in the panel's own data folder.
 */

const { storage } = require("uxp");
const { told } = require("./fields.js");
const { NobodyError, SegueError, StoppedError, pause } = require("./errand.js");

const LOOK_MS = 400;
const PATIENCE_MS = 4000;

/** Give the folder, and make it where it is missing. */
async function letters() {
  const own = await storage.localFileSystem.getDataFolder();
  const found = await find(own, "letters");
  return found || own.createFolder("letters");
}

/** Say what to type in a terminal so that somebody looks into the folder. */
async function command() {
  const path = (await letters()).nativePath;
  return `segue serve --folder "${path}"`;
}

/**
 * Have an operation done.
 * @param {string} operation `film.cut`
 * @param {object} request
 * @param {import("./errand.js").Errand} errand
 * @returns {Promise<any>}
 */
async function ask(operation, request, errand) {
  const folder = await letters();
  await sweep(folder);
  const id = `panel-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e9).toString(36)}`;
  await leave(folder, `${id}.ask.json`, JSON.stringify({ operation, request }));
  try {
    await taken(folder, id, errand);
    return await answered(folder, id, errand);
  } catch (error) {
    if (error instanceof StoppedError) {
      await leave(folder, `${id}.cancel`, "");
    }
    throw error;
  } finally {
    await remove(folder, `${id}.ask.json`, `${id}.answer.json`);
  }
}

/** Wait until somebody has taken a letter. */
async function taken(/** @type {any} */ folder, /** @type {string} */ id, /** @type {any} */ errand) {
  for (let waited = 0; await find(folder, `${id}.ask.json`); waited += LOOK_MS) {
    if (waited >= PATIENCE_MS) {
      throw new NobodyError("nobody looks into the panel's folder");
    }
    await pause(LOOK_MS);
    errand.check();
  }
}

/** Wait for an answer. */
async function answered(/** @type {any} */ folder, /** @type {string} */ id, /** @type {any} */ errand) {
  for (;;) {
    const letter = await read(folder, `${id}.answer.json`);
    if (letter && letter.error) {
      throw new SegueError(letter.error.message);
    }
    if (letter) {
      return letter.answer;
    }
    const job = await read(folder, `${id}.job.json`);
    if (job) {
      errand.say(told(job), job.total ? job.done / job.total : undefined);
    }
    await pause(LOOK_MS);
    errand.check();
  }
}

/** Write a file under another name, and let it have its own when it is whole. */
async function leave(/** @type {any} */ folder, /** @type {string} */ name, /** @type {string} */ text) {
  const draft = await folder.createFile(`${name}.draft`, { overwrite: true });
  await draft.write(text);
  await folder.renameEntry(draft, name, { overwrite: false });
}

/** Read a file that may be written, replaced or gone at any time; null: it is not there yet. */
async function read(/** @type {any} */ folder, /** @type {string} */ name) {
  try {
    const entry = await find(folder, name);
    return entry ? JSON.parse(await entry.read()) : null;
  } catch (error) {
    return null;
  }
}

/** Give an entry; null: it is not there. */
async function find(/** @type {any} */ folder, /** @type {string} */ name) {
  const entries = await folder.getEntries();
  return entries.find((/** @type {any} */ entry) => entry.name === name) || null;
}

/** Remove what an earlier letter left behind: the panel asks one thing at a time. */
async function sweep(/** @type {any} */ folder) {
  for (const entry of await folder.getEntries()) {
    if (entry.name.startsWith("panel-")) {
      await entry.delete();
    }
  }
}

async function remove(/** @type {any} */ folder, /** @type {string[]} */ ...names) {
  for (const entry of await folder.getEntries()) {
    if (names.includes(entry.name)) {
      await entry.delete();
    }
  }
}

module.exports = { ask, command };
