/*
 * The way to Segue: by HTTP, or where that is refused, as macOS does, through a folder.
 */

const http = require("./http_door.js");
const folder = require("./folder_door.js");
const { NobodyError, SegueError } = require("./errand.js");

/**
 * Have an operation done, by whichever door is open.
 * @param {string} operation
 * @param {object} request
 * @param {import("./errand.js").Errand} errand
 */
async function ask(operation, request, errand) {
  for (const door of [http, folder]) {
    try {
      return await door.ask(operation, request, errand);
    } catch (error) {
      if (!(error instanceof NobodyError)) {
        throw error;
      }
    }
    errand.check();
  }
  throw new SegueError(
    `Segue does not answer. In a terminal: segue serve. If that changes nothing: ${await folder.command()}`,
  );
}

module.exports = { ask };
