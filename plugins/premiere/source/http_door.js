/*
 * The HTTP door of `segue serve` on this machine. The manifest allows this one address.
 */

const { told } = require("./fields.js");
const { NobodyError, SegueError, StoppedError, pause } = require("./errand.js");

const ADDRESS = "http://127.0.0.1:5757";
const LOOK_MS = 400;

/**
 * Have an operation done.
 * @param {string} operation `film.cut`
 * @param {object} request
 * @param {import("./errand.js").Errand} errand
 * @returns {Promise<any>}
 */
async function ask(operation, request, errand) {
  const body = JSON.stringify(request);
  const { status, answer } = await send("POST", `/${operation.replace(".", "/")}`, body);
  if (status !== 202) {
    return answer;
  }
  let job = answer;
  const location = `/jobs/${job.id}`;
  try {
    while (job.state === "waiting" || job.state === "running") {
      errand.say(told(job), job.total ? job.done / job.total : undefined);
      await pause(LOOK_MS);
      errand.check();
      job = (await send("GET", location)).answer;
    }
  } catch (error) {
    if (error instanceof StoppedError) {
      await send("DELETE", location);
    }
    throw error;
  }
  if (job.error) {
    throw new SegueError(job.error.message);
  }
  return (await send("GET", `${location}/result`)).answer;
}

/**
 * Send one request.
 * @param {string} method
 * @param {string} path
 * @param {string} [body] JSON
 */
async function send(method, path, body) {
  const headers = { "Content-Type": "application/json", Prefer: "respond-async" };
  let response;
  try {
    response = await fetch(ADDRESS + path, { method, headers, body });
  } catch (error) {
    throw new NobodyError(`nobody answers at ${ADDRESS}`);
  }
  let answer;
  try {
    answer = await response.json();
  } catch (error) {
    throw new SegueError(`another program answers at ${ADDRESS}`);
  }
  if (response.status === 403) {
    throw new NobodyError(answer.message);
  }
  if (response.status >= 400) {
    throw new SegueError(answer.message || `Segue answered with status ${response.status}`);
  }
  return { status: response.status, answer };
}

module.exports = { ask, ADDRESS };
