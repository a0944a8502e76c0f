/*
 * What is kept between two days: what was chosen, and which sequence came from which proposal.
 */

const { WISHES } = require("./fields.js");
const { SegueError } = require("./errand.js");

const KEY = "segue";
const MOST_PROPOSALS = 500;

/** @returns {{wishes: object, proposals: {guid: string, name: string, path: string}[]}} */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "{}");
    return { wishes: found.wishes || {}, proposals: found.proposals || [] };
  } catch (error) {
    return { wishes: {}, proposals: [] };
  }
}

/** Give what was chosen last. @returns {import("./fields.js").Wishes} */
function wishes() {
  return { ...WISHES, ...kept().wishes };
}

/** @param {import("./fields.js").Wishes} chosen */
function keepWishes(chosen) {
  localStorage.setItem(KEY, JSON.stringify({ ...kept(), wishes: chosen }));
}

/**
 * Keep from which file a sequence came.
 * @param {import("@adobe/premierepro").Sequence} sequence
 * @param {string} path
 */
function keepProposal(sequence, path) {
  const { proposals } = kept();
  proposals.push({ guid: sequence.guid.toString(), name: sequence.name, path });
  const recent = proposals.slice(-MOST_PROPOSALS);
  localStorage.setItem(KEY, JSON.stringify({ ...kept(), proposals: recent }));
}

/**
 * Give the file that a sequence, or the one that it is a copy of, came from.
 * @param {import("@adobe/premierepro").Sequence} sequence
 */
function proposalOf(sequence) {
  const guid = sequence.guid.toString();
  const { proposals } = kept();
  const alike = proposals
    .filter((one) => one.guid === guid || sequence.name.startsWith(one.name))
    .sort((a, b) => Number(a.guid === guid) - Number(b.guid === guid) || a.name.length - b.name.length);
  const found = alike.pop();
  if (!found) {
    throw new SegueError(
      `${sequence.name} did not come from Segue; open a sequence that Segue made,` +
        " or a copy whose name begins with its name",
    );
  }
  return found.path;
}

module.exports = { wishes, keepWishes, keepProposal, proposalOf };
