/*
 * Writing new clips into the next empty slots of the track, never over a full one.
 */

var MOST_WAITS = 50;

function Writer(slots, count, grid) {
  this.slots = slots;
  this.count = count;
  this.grid = grid;
  this.project = host.getProject();
  for (var place = 0; place < count; place++) {
    var slot = slots.getItemAt(place);
    slot.exists().markInterested();
    slot.hasContent().markInterested();
    slot.isRecordingQueued().markInterested();
    slot.isPlaybackQueued().markInterested();
  }
}

/** Write pieces, one after the other; `done(places)`, the scenes that they are in, or `fail(message)` is called later. */
Writer.prototype.write = function (source, pieces, done, fail) {
  var self = this;
  var places = [];
  function next(index, after) {
    if (index === pieces.length) {
      self.slots.select(source.place);
      done(places);
      return;
    }
    self.withEmptySlot(after, function (place) {
      places.push(place);
      self.writeClip(place, source, pieces[index], function () {
        next(index + 1, place);
      }, fail);
    }, fail);
  }
  next(0, source.place);
};

/** Find the next empty slot; where there is none, a scene is made. */
Writer.prototype.withEmptySlot = function (after, then, fail) {
  var place = this.emptyAfter(after);
  if (place >= 0) {
    then(place);
    return;
  }
  var self = this;
  this.project.createScene();
  this.wait(
    function () {
      return self.emptyAfter(after) >= 0;
    },
    function () {
      then(self.emptyAfter(after));
    },
    function () {
      fail("there is no empty slot below the clip, and Bitwig made none");
    }
  );
};

Writer.prototype.emptyAfter = function (after) {
  for (var place = after + 1; place < this.count; place++) {
    var slot = this.slots.getItemAt(place);
    var isQueued = slot.isRecordingQueued().get() || slot.isPlaybackQueued().get();
    if (slot.exists().get() && !slot.hasContent().get() && !isQueued) {
      return place;
    }
  }
  return -1;
};

/** Make a clip, go to it, and write beat by beat. */
Writer.prototype.writeClip = function (place, source, piece, done, fail) {
  var self = this;
  var grid = this.grid;
  this.slots.createEmptyClip(place, Math.max(1, Math.ceil(piece.length)));
  this.slots.select(place);
  this.wait(
    function () {
      return grid.clip.exists().get() && grid.slot.sceneIndex().get() === place;
    },
    function () {
      self.dress(source, piece);
      self.writePages(pagesOf(piece.notes), place, done, fail);
    },
    function () {
      fail("Bitwig did not show the new clip; is the track a track of notes?");
    }
  );
};

/** Make a clip look like the one that it was made of, and exactly as long as it should be. */
Writer.prototype.dress = function (source, piece) {
  var clip = this.grid.clip;
  clip.setName(piece.name);
  clip.color().set(source.color[0], source.color[1], source.color[2]);
  clip.getLoopLength().set(piece.length);
  clip.getPlayStop().set(piece.length);
  clip.isLoopEnabled().set(source.isLoop);
};

function pagesOf(notes) {
  var pages = {};
  notes.forEach(function (note) {
    var page = Math.floor(note.tick / GRID_STEPS);
    (pages[page] = pages[page] || []).push(note);
  });
  return Object.keys(pages).map(function (page) {
    return { first: Number(page) * GRID_STEPS, notes: pages[page] };
  });
}

Writer.prototype.writePages = function (pages, place, done, fail) {
  var self = this;
  var grid = this.grid;
  if (grid.slot.sceneIndex().get() !== place) {
    fail("another clip was selected while this was written; undo, and try again");
    return;
  }
  if (pages.length === 0) {
    done();
    return;
  }
  var page = pages[0];
  grid.show(page.first, function () {
    page.notes.forEach(function (note) {
      var velocity = within(note.kept.velocity * 127, 1, 127);
      var x = note.tick - page.first;
      grid.clip.setStep(note.channel, x, note.pitch, velocity, note.kept.duration);
    });
    grid.settle(function () {
      page.notes.forEach(function (note) {
        restoreNote(grid.clip.getStep(note.channel, note.tick - page.first, note.pitch), note);
      });
      self.writePages(pages.slice(1), place, done, fail);
    });
  });
};

/** Look now and then whether something is so. */
Writer.prototype.wait = function (isSo, then, fail) {
  var left = MOST_WAITS;
  function look() {
    if (isSo()) {
      then();
    } else if (left === 0) {
      fail();
    } else {
      left -= 1;
      host.scheduleTask(look, SETTLE_MS);
    }
  }
  look();
};
