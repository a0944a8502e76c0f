/*
 * The panel: what is chosen, what is pressed, and how far it is.
 */

const { storage } = require("uxp");
const { Errand, SegueError } = require("./errand.js");
const memory = require("./memory.js");
const verbs = require("./verbs.js");

/** @type {Errand | null} */
let errand = null;

/**
 * @param {string} id
 * @returns {any}
 */
function thing(id) {
  return document.getElementById(id);
}

/** Show what was chosen last. */
function show() {
  const wishes = memory.wishes();
  for (const name of ["source", "style", "seconds", "versions", "music", "outline"]) {
    thing(name).value = String(wishes[/** @type {"source"} */ (name)]);
  }
  thing("keepSpeech").checked = wishes.keepSpeech;
}

/** Give what is chosen, and keep it. */
function chosen() {
  const wishes = {
    source: thing("source").value,
    style: thing("style").value,
    seconds: Number(thing("seconds").value),
    versions: Number(thing("versions").value),
    keepSpeech: Boolean(thing("keepSpeech").checked),
    music: thing("music").value.trim(),
    outline: thing("outline").value.trim(),
  };
  if (!(wishes.seconds >= 1 && wishes.seconds <= 14400)) {
    throw new SegueError("seconds must be 1 to 14400");
  }
  memory.keepWishes(wishes);
  return wishes;
}

/**
 * Do something, unless something is being done.
 * @param {(wishes: import("./fields.js").Wishes, errand: Errand) => Promise<string[]>} verb
 */
async function begin(verb) {
  if (errand) {
    return;
  }
  errand = new Errand(say);
  setBusy(true);
  say("", 0);
  tell([]);
  try {
    tell(await verb(chosen(), errand));
    say("done", 1);
  } catch (error) {
    const isOurs = error instanceof SegueError;
    say(isOurs ? error.message : `Premiere says: ${error instanceof Error ? error.message : error}`, 0);
  } finally {
    errand = null;
    setBusy(false);
  }
}

/**
 * @param {string} words
 * @param {number} [part] of 1; none: nobody knows
 */
function say(words, part) {
  thing("said").textContent = words;
  if (part !== undefined) {
    thing("far").value = part;
  }
}

/** @param {string[]} lines */
function tell(lines) {
  const report = thing("report");
  report.textContent = "";
  for (const line of lines) {
    const item = document.createElement("li");
    item.textContent = line;
    report.appendChild(item);
  }
}

/** @param {boolean} isBusy */
function setBusy(isBusy) {
  for (const name of ["cut", "learn"]) {
    thing(name).disabled = isBusy;
  }
  thing("stop").disabled = !isBusy;
}

function stop() {
  if (errand) {
    errand.stop();
    say("stopping");
  }
}

/** Let the person choose a piece of music. */
async function chooseMusic() {
  const types = ["wav", "mp3", "aif", "aiff", "m4a", "flac", "mid"];
  const file = await storage.localFileSystem.getFileForOpening({ types });
  if (file) {
    thing("music").value = file.nativePath;
  }
}

/** Wear the colours that Premiere wears: light, dark or darkest. */
function dress() {
  const theme = /** @type {any} */ (document).theme;
  if (!theme) {
    return;
  }
  const wear = () => {
    document.body.className = String(theme.getCurrent());
  };
  wear();
  theme.onUpdated.addListener(wear);
}

thing("cut").addEventListener("click", () => begin(verbs.cut));
thing("learn").addEventListener("click", () => begin(verbs.learn));
thing("stop").addEventListener("click", stop);
thing("choose").addEventListener("click", chooseMusic);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    stop();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    begin(verbs.cut);
  }
});
dress();
show();
