/*
 * Something that takes its time: how far it is, and whether the person still wants it.
 */

/** What is wrong, in one line, and what to do. */
class SegueError extends Error {}

/** Nobody is at a door; another may be tried. */
class NobodyError extends SegueError {}

/** The person pressed Stop. */
class StoppedError extends SegueError {}

class Errand {
  /** @param {(words: string, part?: number) => void} say is told how far it is; a part of 1 */
  constructor(say) {
    this.say = say;
    this.isStopped = false;
  }

  /** Take note that it is no longer wanted. */
  stop() {
    this.isStopped = true;
  }

  /** End here if it is no longer wanted. */
  check() {
    if (this.isStopped) {
      throw new StoppedError("stopped");
    }
  }
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

module.exports = { Errand, SegueError, NobodyError, StoppedError, pause };
