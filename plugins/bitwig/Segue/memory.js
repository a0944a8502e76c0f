/*
 * What Segue wrote, as long as Bitwig runs: a script has no room of its own in a project, and a clip
 * no name that is its own. A clip is known by its track and its name; of two that are called alike,
 * the one in the scene where it was written.
 */

var THUMBS = { like: 1, dislike: -1 };

function Memory() {
  this.all = [];
}

/** Keep in mind a piece as it was written; its notes count from beat 0 of its clip. */
Memory.prototype.keep = function (track, place, piece, subject, head) {
  this.all.push({
    track: track,
    place: place,
    name: piece.name,
    notes: piece.notes.filter(sounds),
    subject: subject,
    head: head,
  });
};

/** Give what is known of a clip as it is read now, the latest first; null where Segue did not write it. */
Memory.prototype.of = function (track, source) {
  var called = this.all.filter(function (kept) {
    return kept.track === track && kept.name === source.name;
  });
  var here = called.filter(function (kept) {
    return kept.place === source.place;
  });
  return here.pop() || (called.length === 1 ? called[0] : null);
};

/** Give what was written and what it is now; what lies outside of the loop now is not judged. */
Memory.prototype.lesson = function (kept, source) {
  var first = startTick(source);
  var last = first + Math.round(source.length * PPQ);
  var written = kept.notes.filter(function (note) {
    return note.tick >= first && note.tick < last;
  });
  var now = source.notes.map(function (note) {
    return { channel: note.channel, pitch: note.pitch, tick: note.tick + first, kept: note.kept };
  });
  return {
    subject: kept.subject,
    written: musicOf(written, source, kept.head),
    kept: musicOf(now, source, kept.head),
  };
};

/** Give notes as Segue reads them. */
function musicOf(notes, source, head) {
  var manuscript = new Manuscript(notes, source.start + source.length);
  return manuscript.sequence("", head.tempo, head.numerator, head.denominator);
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Say what was changed, and towards what; or that it was kept. */
function wordsOf(answer) {
  var words = answer.changes.join(", ") || answer.noted.words[0];
  return words + (answer.towards.length ? "; more of: " + answer.towards.join(", ") : "");
}
