/*
 * The selected clip of the launcher, as Bitwig shows clips to scripts: a grid of steps and keys, one
 * window at a time. A step is one tick here, so that nothing is rounded that lies on a tick; a window
 * is one beat, and a clip is read beat by beat.
 */

var GRID_STEPS = PPQ;
var GRID_KEYS = 128;
var SETTLE_MS = 40;
var MOST_SETTLES = 50;
var MOST_BEATS = 512;

function Grid(clip) {
  this.clip = clip;
  this.starts = {};
  this.changes = 0;
  this.slot = clip.clipLauncherSlot();
  this.slot.sceneIndex().markInterested();
  this.slot.name().markInterested();
  clip.exists().markInterested();
  clip.color().markInterested();
  clip.isLoopEnabled().markInterested();
  [clip.getLoopStart(), clip.getLoopLength(), clip.getPlayStart(), clip.getPlayStop()].forEach(
    function (value) {
      value.markInterested();
    }
  );
  clip.scrollToKey(0);
  clip.setStepSize(1 / PPQ);
  var self = this;
  clip.addNoteStepObserver(function (step) {
    self.note(step);
  });
}

/** Keep in mind where notes start in the window. */
Grid.prototype.note = function (step) {
  var name = step.channel() + ":" + step.x() + ":" + step.y();
  this.changes += 1;
  if (String(step.state()) === "NoteOn") {
    this.starts[name] = [step.channel(), step.x(), step.y()];
  } else {
    delete this.starts[name];
  }
};

/** Give everything of the clip: `done(source)` or `fail(message)` is called later. */
Grid.prototype.read = function (done, fail) {
  if (!this.clip.exists().get()) {
    fail("select a clip in the launcher first");
    return;
  }
  var source = this.about();
  if (source.length > MOST_BEATS) {
    fail("the clip lasts more than " + MOST_BEATS + " beats; shorten its loop");
    return;
  }
  this.readPage(source, 0, done, fail);
};

/** Give what the clip is, without its notes: its loop, or from start to stop where it has none. */
Grid.prototype.about = function () {
  var isLoop = this.clip.isLoopEnabled().get();
  var start = isLoop ? this.clip.getLoopStart().get() : this.clip.getPlayStart().get();
  var color = this.clip.color();
  return {
    name: String(this.slot.name().get()),
    place: this.slot.sceneIndex().get(),
    start: start,
    length: isLoop ? this.clip.getLoopLength().get() : this.clip.getPlayStop().get() - start,
    isLoop: isLoop,
    color: [color.red(), color.green(), color.blue()],
    notes: [],
  };
};

Grid.prototype.readPage = function (source, page, done, fail) {
  var self = this;
  if (this.slot.sceneIndex().get() !== source.place) {
    fail("another clip was selected meanwhile; select one and try again");
  } else if (page >= source.length) {
    finish(source, done, fail);
  } else {
    this.show(startTick(source) + page * GRID_STEPS, function () {
      self.collect(source, page * GRID_STEPS);
      self.readPage(source, page + 1, done, fail);
    });
  }
};

function startTick(source) {
  return Math.round(source.start * PPQ);
}

function finish(source, done, fail) {
  var sounding = source.notes.filter(sounds);
  if (sounding.length === 0) {
    fail("nothing sounds in the clip; play or draw some notes first");
  } else {
    done(source);
  }
}

/** Take over the notes that start in the window and before the end. */
Grid.prototype.collect = function (source, firstTick) {
  var lengthTicks = Math.round(source.length * PPQ);
  Object.keys(this.starts).forEach(function (name) {
    var cell = this.starts[name];
    if (firstTick + cell[1] < lengthTicks) {
      source.notes.push(readNote(this.clip.getStep(cell[0], cell[1], cell[2]), firstTick + cell[1]));
    }
  }, this);
};

/** Move the window, and go on when Bitwig has told all that is in it. */
Grid.prototype.show = function (tick, then) {
  this.clip.scrollToStep(tick);
  this.settle(then);
};

/** Go on when nothing has changed in the window for a while. */
Grid.prototype.settle = function (then) {
  var self = this;
  var left = MOST_SETTLES;
  var before = -1;
  function look() {
    if (self.changes === before || left === 0) {
      then();
    } else {
      before = self.changes;
      left -= 1;
      host.scheduleTask(look, SETTLE_MS);
    }
  }
  look();
};
