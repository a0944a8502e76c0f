/*
 * Segue's controller script for Bitwig Studio 5 (API 18): a note input of what Segue plays, buttons
 * that make something of the selected clip, and tempo, transport and key told to Segue.
 *
 * Plain ECMAScript 5, as every engine that Bitwig ever had can run it.
 */

loadAPI(18);
load("notes.js");
load("door.js");
load("grid.js");
load("writer.js");
load("memory.js");

host.defineController("Segue", "Segue", "1.0", "5b0e2c4e-7f2a-4f0b-9a43-3d9be1c2a7f1", "Segue");
host.defineMidiPorts(1, 0);
host.addDeviceNameBasedDiscoveryPair(["Segue"], []);

var SLOTS = 128;
/** How many slots of a track are seen. */

var TONICS = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
var SCALES = [
  "major",
  "minor",
  "harmonic-minor",
  "dorian",
  "phrygian",
  "lydian",
  "mixolydian",
  "major-pentatonic",
  "minor-pentatonic",
  "blues",
];
var MINOR_THIRDS = ["minor", "harmonic-minor", "dorian", "phrygian", "minor-pentatonic", "blues"];
var FROM_CLIP = "from the clip";

var segue = null;

function init() {
  host.getMidiInPort(0).createNoteInput("Segue", "8?????", "9?????", "A?????", "B?????", "D?????", "E?????");
  segue = new Segue();
}

function flush() {}

function exit() {}

/** What the script knows of Bitwig, and what it does when a button is pressed. */
function Segue() {
  this.wishes = { count: 1, amount: 40, bars: 0, tonic: FROM_CLIP, scale: FROM_CLIP };
  this.tempo = 0;
  this.isBusy = false;
  this.door = new Door(host.getOscModule());
  this.track = host.createCursorTrack("SEGUE_TRACK", "Segue", 0, SLOTS, true);
  this.track.name().markInterested();
  this.grid = new Grid(this.track.createLauncherCursorClip("SEGUE_CLIP", "Segue", GRID_STEPS, GRID_KEYS));
  this.writer = new Writer(this.track.clipLauncherSlotBank(), SLOTS, this.grid);
  this.memory = new Memory();
  this.watchTransport(host.createTransport());
  this.showSettings(host.getDocumentState());
}

Segue.prototype.watchTransport = function (transport) {
  var self = this;
  this.metre = transport.timeSignature();
  this.metre.numerator().markInterested();
  this.metre.denominator().markInterested();
  transport.tempo().value().addRawValueObserver(function (bpm) {
    self.tempo = bpm;
    if (bpm >= 20 && bpm <= 400) {
      self.door.tell("/segue/live/set", { tempo_bpm: bpm });
    }
  });
  transport.isPlaying().addValueObserver(function (isPlaying) {
    self.door.tell("/segue/live/perform", { verb: isPlaying ? "start" : "stop" });
  });
};

Segue.prototype.showSettings = function (settings) {
  var self = this;
  function number(label, field, lowest, highest, unit) {
    var start = self.wishes[field];
    settings
      .getNumberSetting(label, "Segue", lowest, highest, 1, unit, start)
      .addRawValueObserver(function (value) {
        self.wishes[field] = Math.round(value);
      });
  }
  function choice(label, field, options) {
    settings
      .getEnumSetting(label, "Segue", [FROM_CLIP].concat(options), FROM_CLIP)
      .addValueObserver(function (value) {
        self.wishes[field] = String(value);
        self.tellKey();
      });
  }
  function button(label, verb) {
    settings.getSignalSetting(label, "Segue", label).addSignalObserver(function () {
      self.press(verb);
    });
  }
  number("Clips", "count", 1, 16, "");
  number("Amount", "amount", 0, 100, "%");
  number("Bars (0: as the clip)", "bars", 0, 64, "");
  choice("Key", "tonic", TONICS);
  choice("Scale", "scale", SCALES);
  button("Vary", "vary");
  button("Continue", "continue");
  button("Harmony", "harmony");
  button("Drums", "drums");
  button("Learn from what I kept", "learn");
  button("Thumb up", "like");
  button("Thumb down", "dislike");
};

/** Give tonic, mode and scale as Segue's knobs have them; nothing where the clip decides. */
Segue.prototype.keyKnobs = function () {
  var knobs = {};
  if (this.wishes.tonic !== FROM_CLIP) {
    knobs.tonic_pitch_class = TONICS.indexOf(this.wishes.tonic);
  }
  if (this.wishes.scale !== FROM_CLIP) {
    knobs.scale = this.wishes.scale;
    knobs.mode = MINOR_THIRDS.indexOf(this.wishes.scale) >= 0 ? "minor" : "major";
  }
  return knobs;
};

/** Let what Segue plays live follow the key that is set here. */
Segue.prototype.tellKey = function () {
  var reset = ["knobs.tonic_pitch_class", "knobs.scale", "knobs.mode"];
  this.door.tell("/segue/live/set", { reset: reset, knobs: this.keyKnobs() });
};

Segue.prototype.press = function (verb) {
  var self = this;
  if (this.isBusy) {
    this.say("still at work");
    return;
  }
  this.isBusy = true;
  this.say(verb + " ...");
  function fail(message) {
    self.isBusy = false;
    self.say(message);
  }
  this.grid.read(function (source) {
    if (verb === "learn") {
      self.learn(source, fail);
    } else if (THUMBS[verb]) {
      self.rate(verb, source, fail);
    } else {
      self.makeAll(verb, source, [], fail);
    }
  }, fail);
};

/** Tell Segue what became of a clip that it wrote; the words that come back are shown. */
Segue.prototype.learn = function (source, say) {
  var kept = this.memory.of(this.trackName(), source);
  if (!kept) {
    say((source.name || "the clip") + " is none that Segue wrote since Bitwig was started");
    return;
  }
  this.door.ask("/segue/music/learn", this.memory.lesson(kept, source), function (answer) {
    say(source.name + ": " + wordsOf(answer));
  }, say);
};

/** Tell Segue whether a clip is liked, be it Segue's or not. */
Segue.prototype.rate = function (verb, source, say) {
  var kept = this.memory.of(this.trackName(), source);
  var head = this.head();
  var request = { thumb: THUMBS[verb], subject: "file", notes: musicOf(source.notes, source, head) };
  if (kept) {
    var lesson = this.memory.lesson(kept, source);
    request.notes = lesson.kept;
    request.subject = isSame(lesson.written, lesson.kept) ? kept.subject : "edit";
  }
  this.door.ask("/segue/feedback/rate", request, function (answer) {
    say(answer.words[0]);
  }, say);
};

Segue.prototype.trackName = function () {
  return String(this.track.name().get());
};

/** Give tempo and metre, as they go with every piece of music. */
Segue.prototype.head = function () {
  return { tempo: this.tempo, numerator: this.numerator(), denominator: this.denominator() };
};

/** Ask for one piece after the other, then write them all. */
Segue.prototype.makeAll = function (verb, source, pieces, fail) {
  var self = this;
  if (pieces.length === this.wishes.count) {
    var track = this.trackName();
    this.writer.write(source, pieces, function (places) {
      self.keepAll(verb, track, pieces, places);
      var made = pieces.length === 1 ? "1 clip" : pieces.length + " clips";
      fail(made + " made of " + (source.name || "the clip"));
    }, fail);
    return;
  }
  var manuscript = new Manuscript(source.notes, source.length);
  var asked = this.request(verb, source, manuscript);
  this.door.ask(asked.address, asked.request, function (answer) {
    pieces.push(self.piece(verb, source, manuscript.readBack(answer), pieces.length + 1));
    self.makeAll(verb, source, pieces, fail);
  }, fail);
};

/** Keep in mind what was written, and where. */
Segue.prototype.keepAll = function (verb, track, pieces, places) {
  var subject = verb === "vary" || verb === "continue" ? "music." + verb : "music.answer";
  var head = this.head();
  pieces.forEach(function (piece, index) {
    this.memory.keep(track, places[index], piece, subject, head);
  }, this);
};

/** Give an address and what is asked there; each piece has a seed of its own. */
Segue.prototype.request = function (verb, source, manuscript) {
  var notes = manuscript.sequence(source.name, this.tempo, this.numerator(), this.denominator());
  var request = { knobs: this.keyKnobs(), seed: Math.floor(Math.random() * 0x7fffffff) };
  if (verb === "vary") {
    request.notes = notes;
    request.amount = this.wishes.amount / 100;
    return { address: "/segue/music/vary", request: request };
  }
  if (verb === "continue") {
    request.notes = notes;
    request.bars = this.bars(source);
    request.answer_only = true;
    return { address: "/segue/music/continue", request: request };
  }
  request.call = notes;
  request.kind = verb;
  return { address: "/segue/music/answer", request: request };
};

Segue.prototype.piece = function (verb, source, notes, number) {
  var length = source.length;
  if (verb === "continue") {
    length = this.bars(source) * this.barBeats();
  } else if (verb === "vary") {
    notes = notes.concat(source.notes.filter(isSilent));
  }
  return { name: (source.name + " " + verb + " " + number).trim(), notes: notes, length: length };
};

Segue.prototype.bars = function (source) {
  return this.wishes.bars || Math.max(1, Math.min(64, Math.round(source.length / this.barBeats())));
};

Segue.prototype.barBeats = function () {
  return (4 * this.numerator()) / this.denominator();
};

Segue.prototype.numerator = function () {
  return this.metre.numerator().get();
};

Segue.prototype.denominator = function () {
  return this.metre.denominator().get();
};

Segue.prototype.say = function (message) {
  host.showPopupNotification("Segue: " + message);
};
