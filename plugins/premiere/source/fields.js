/*
 * What goes to Segue and comes back: the only lines that know its fields.
 */

/**
 * @typedef {{source: string, style: string, seconds: number, versions: number, keepSpeech: boolean,
 *   music: string, outline: string}} Wishes what a person chooses
 * @typedef {{frames: number, part: string, reason: string}} Piece one clip of a cut
 * @typedef {{path: string, intent: string, pieces: Piece[]}} Version one cut, as it was written
 */

/** What holds where nobody chose. @type {Wishes} */
const WISHES = {
  source: "selection",
  style: "documentary",
  seconds: 60,
  versions: 1,
  keepSpeech: false,
  music: "",
  outline: "",
};

/**
 * Give the request of `film.cut`.
 * @param {string[]} films paths
 * @param {Wishes} wishes
 * @param {string} output path of the timeline
 */
function cutRequest(films, wishes, output) {
  return {
    films,
    output,
    seconds: wishes.seconds,
    style: wishes.style,
    versions: wishes.versions,
    keep_speech: wishes.keepSpeech,
    music: wishes.music || null,
    outline: wishes.outline || null,
    host: "premiere",
    seed: Math.floor(Math.random() * 2 ** 31),
  };
}

/**
 * Give what `film.cut` made.
 * @param {any} answer
 * @returns {Version[]}
 */
function cutVersions(answer) {
  return answer.versions.map((/** @type {any} */ one) => ({
    path: one.written[0],
    intent: one.cut.intent,
    pieces: one.cut.pieces,
  }));
}

/**
 * Give the request of `film.learn`.
 * @param {string} proposed path of what Segue wrote
 * @param {string} final path of what became of it
 */
function learnRequest(proposed, final) {
  return { proposed, final };
}

/**
 * Give what `film.learn` says, for a person.
 * @param {any} answer
 * @returns {string[]}
 */
function learnLines(answer) {
  return [answer.summary, ...answer.habit_words];
}

/**
 * Say how far a job is: `120 of 3000 frames`.
 * @param {any} job
 */
function told(job) {
  if (job.state === "waiting") {
    return "waiting for its turn";
  }
  if (!job.what) {
    return "working";
  }
  return `${job.done}${job.total ? ` of ${job.total}` : ""} ${job.what}`;
}

module.exports = { WISHES, cutRequest, cutVersions, learnRequest, learnLines, told };
