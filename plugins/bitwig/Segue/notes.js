/*
 * Notes as Bitwig keeps them, and as Segue reads them: in ticks, 480 to the beat. A note that comes
 * back as it was sent gets everything back that Bitwig knew of it.
 */

var PPQ = 480;

/** What a NoteStep has beside place, pitch, channel and length: its getter, and its setter. */
var PROPERTIES = [
  ["velocity", "setVelocity"],
  ["releaseVelocity", "setReleaseVelocity"],
  ["velocitySpread", "setVelocitySpread"],
  ["duration", "setDuration"],
  ["pan", "setPan"],
  ["timbre", "setTimbre"],
  ["pressure", "setPressure"],
  ["gain", "setGain"],
  ["transpose", "setTranspose"],
  ["isMuted", "setIsMuted"],
  ["isChanceEnabled", "setIsChanceEnabled"],
  ["chance", "setChance"],
  ["isOccurrenceEnabled", "setIsOccurrenceEnabled"],
  ["occurrence", "setOccurrence"],
  ["isRepeatEnabled", "setIsRepeatEnabled"],
  ["repeatCount", "setRepeatCount"],
  ["repeatCurve", "setRepeatCurve"],
  ["repeatVelocityEnd", "setRepeatVelocityEnd"],
  ["repeatVelocityCurve", "setRepeatVelocityCurve"],
];

/** Take a note over from a step of the grid; `tick` counts from the start of what is read. */
function readNote(step, tick) {
  var note = { channel: step.channel(), pitch: step.y(), tick: tick, kept: {} };
  PROPERTIES.forEach(function (property) {
    note.kept[property[0]] = step[property[0]]();
  });
  if (step.isRecurrenceEnabled()) {
    note.recurrence = [step.recurrenceLength(), step.recurrenceMask()];
  }
  return note;
}

/** Give a note back what Bitwig knew of it, as far as the step has it not. */
function restoreNote(step, note) {
  PROPERTIES.forEach(function (property) {
    var value = note.kept[property[0]];
    if (value !== undefined && step[property[0]]() !== value) {
      step[property[1]](value);
    }
  });
  if (note.recurrence) {
    step.setRecurrence(note.recurrence[0], note.recurrence[1]);
    step.setIsRecurrenceEnabled(true);
  }
}

/** The notes of a clip, written in ticks, that can be told again when they come back. */
function Manuscript(notes, length) {
  this.notes = notes;
  this.length = length;
}

Manuscript.prototype.sequence = function (name, tempo, numerator, denominator) {
  var channels = {};
  this.notes.filter(sounds).sort(inOrder).forEach(function (note) {
    var part = channels[note.channel] || { channel: note.channel, notes: [] };
    channels[note.channel] = part;
    part.notes.push(plainNote(note));
  });
  return {
    parts: Object.keys(channels).map(function (channel) {
      return channels[channel];
    }),
    tempos: [{ onset_ticks: 0, tempo_bpm: tempo }],
    time_signatures: [{ onset_ticks: 0, numerator: numerator, denominator: denominator }],
    ppq: PPQ,
    name: name,
    duration_ticks: Math.max(1, Math.round(this.length * PPQ)),
  };
};

/** Give the notes of an answer as Bitwig keeps them; muted ones were not sent, and stay. */
Manuscript.prototype.readBack = function (answer) {
  var known = {};
  this.notes.filter(sounds).forEach(function (note) {
    var name = nameOf(note.channel, plainNote(note));
    (known[name] = known[name] || []).push(note);
  });
  var found = [];
  answer.parts.forEach(function (part) {
    part.notes.forEach(function (plain) {
      var same = known[nameOf(part.channel, plain)];
      found.push(same && same.length ? same.pop() : newNote(part.channel, plain, answer.ppq || PPQ));
    });
  });
  return found;
};

function sounds(note) {
  return !note.kept.isMuted;
}

function isSilent(note) {
  return note.kept.isMuted;
}

function inOrder(one, other) {
  return one.tick - other.tick || one.pitch - other.pitch;
}

function plainNote(note) {
  return {
    pitch: note.pitch,
    onset_ticks: note.tick,
    duration_ticks: Math.max(1, Math.round(note.kept.duration * PPQ)),
    velocity: within(note.kept.velocity * 127, 1, 127),
    release_velocity: within(note.kept.releaseVelocity * 127, 0, 127),
  };
}

function newNote(channel, plain, ppq) {
  return {
    channel: channel,
    pitch: plain.pitch,
    tick: Math.round((plain.onset_ticks * PPQ) / ppq),
    kept: {
      duration: Math.max(1, plain.duration_ticks) / ppq,
      velocity: plain.velocity / 127,
      releaseVelocity: plain.release_velocity / 127,
    },
  };
}

function nameOf(channel, plain) {
  return [
    channel,
    plain.pitch,
    plain.onset_ticks,
    plain.duration_ticks,
    plain.velocity,
    plain.release_velocity,
  ].join(" ");
}

function within(number, lowest, highest) {
  return Math.max(lowest, Math.min(highest, Math.round(number)));
}
