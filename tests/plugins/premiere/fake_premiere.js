/*
 * Premiere 25.6 as the typings of @adobe/premierepro describe it: only what Segue's panel may call.
 * Actions can be made and added only where Premiere lets them; what its importer refuses is refused.
 */

const fs = require("node:fs");

const TICKS_PER_SECOND = 254016000000n;
const COLOURS = { GREEN: 0, RED: 1, MAGNETA: 2, ORANGE: 3, YELLOW: 4, BLUE: 6, CYAN: 7 };

class TickTime {
  constructor(ticks) {
    this.ticks = String(ticks);
  }
  static createWithTicks(ticks) {
    if (typeof ticks !== "string" || !/^\d+$/.test(ticks)) {
      throw new Error("Illegal Parameter type");
    }
    return new TickTime(ticks);
  }
}
TickTime.TIME_ZERO = new TickTime(0);

class Guid {
  constructor(number) {
    this.number = number;
  }
  toString() {
    return `0000-${this.number}`;
  }
}

class Marker {
  constructor(name, type, start, comments) {
    Object.assign(this, { name, type, start, comments, colour: COLOURS.GREEN });
  }
  getStart() {
    return this.start;
  }
  createSetColorByIndexAction(index) {
    return action(this.project, () => (this.colour = index));
  }
}

class Markers {
  constructor(sequence) {
    this.sequence = sequence;
  }
  getMarkers() {
    return [...this.sequence.markers];
  }
  createAddMarkerAction(name, type, start, duration, comments) {
    if (!(start instanceof TickTime) || !(duration instanceof TickTime) || type !== "Comment") {
      throw new Error("Illegal Parameter type");
    }
    const marker = new Marker(name, type, start, comments);
    marker.project = this.sequence.project;
    return action(this.sequence.project, () => this.sequence.markers.push(marker));
  }
}

/** An action is made while the project is locked. */
function action(project, run) {
  if (!project.isLocked) {
    throw new Error("Invalid state: actions are created inside lockedAccess");
  }
  return { run };
}

class Sequence {
  constructor(project, number, plain) {
    this.project = project;
    this.guid = new Guid(number);
    this.name = plain.tracks.name || plain.name;
    this.plain = plain;
    this.markers = [];
  }
  async getVideoTrackCount() {
    return this.tracks().length;
  }
  async getVideoTrack(index) {
    const track = this.tracks()[index];
    const items = clipsOf(track).map(
      ({ clip, ticks }) => ({
        getStartTime: async () => new TickTime(ticks),
        getProjectItem: async () => new Item(this.project, mediaPath(clip)),
      }),
    );
    return {
      getTrackItems(kind, withEmpty) {
        if (kind !== premierepro.Constants.TrackItemType.CLIP || withEmpty !== false) {
          throw new Error("Illegal Parameter type");
        }
        return items;
      },
    };
  }
  async getTimebase() {
    const first = this.tracks()[0].children.find((one) => one.source_range);
    return String(TICKS_PER_SECOND / BigInt(first.source_range.duration.rate));
  }
  tracks() {
    return this.plain.tracks.children.filter((track) => track.kind === "Video");
  }
}

function clipsOf(track) {
  const found = [];
  let ticks = 0n;
  for (const child of track.children) {
    if (child.OTIO_SCHEMA.startsWith("Transition")) {
      continue;
    }
    const { value, rate } = child.source_range.duration;
    if (child.OTIO_SCHEMA.startsWith("Clip")) {
      found.push({ clip: child, ticks });
    }
    ticks += BigInt(Math.round((value / rate) * Number(TICKS_PER_SECOND)));
  }
  return found;
}

function mediaPath(clip) {
  const media = clip.media_references
    ? clip.media_references[clip.active_media_reference_key]
    : clip.media_reference;
  return media.target_url;
}

/** A clip of the project, or a bin where `items` are given. */
class Item {
  constructor(project, path, { items, isSequence = false, isOffline = false } = {}) {
    Object.assign(this, { project, path, items, sequence: isSequence, offline: isOffline });
    this.type = items ? premierepro.ProjectItem.TYPE_BIN : premierepro.ProjectItem.TYPE_CLIP;
  }
  async isSequence() {
    return this.sequence;
  }
  async isOffline() {
    return this.offline;
  }
  async getMediaFilePath() {
    return this.path;
  }
  async getItems() {
    return this.items;
  }
}

class Project {
  constructor(scenario) {
    const made = (plain) =>
      new Item(this, plain.path, { ...plain, items: plain.items && plain.items.map(made) });
    this.root = new Item(this, "", { items: scenario.items.map(made) });
    this.selection = (scenario.selected || []).map((index) => this.root.items[index]);
    this.sequences = [];
    this.active = null;
    this.isLocked = false;
    this.steps = [];
    this.refuses = Boolean(scenario.refuses);
  }
  async getActiveSequence() {
    return this.active;
  }
  async openSequence(sequence) {
    this.active = sequence;
    return true;
  }
  async getSequences() {
    return [...this.sequences];
  }
  async getRootItem() {
    return this.root;
  }
  async getInsertionBin() {
    return this.root;
  }
  async importFiles(paths, suppressUI, bin, asStills) {
    if (!(bin instanceof Item) || typeof suppressUI !== "boolean" || asStills !== false) {
      throw new Error("Illegal Parameter type");
    }
    if (this.refuses) {
      return false;
    }
    for (const path of paths) {
      const plain = JSON.parse(fs.readFileSync(path, "utf8"));
      const sequence = new Sequence(this, this.sequences.length + 1, plain);
      setTimeout(() => this.sequences.push(sequence), 100);
    }
    return true;
  }
  lockedAccess(callback) {
    this.isLocked = true;
    try {
      callback();
    } finally {
      this.isLocked = false;
    }
  }
  executeTransaction(callback, name) {
    const actions = [];
    callback({ addAction: (one) => Boolean(actions.push(one)) });
    actions.forEach((one) => one.run());
    this.steps.push({ name, actions: actions.length });
    return true;
  }
}

let current = null;

const premierepro = {
  Constants: { TrackItemType: { CLIP: 1 }, MarkerColor: COLOURS },
  ClipProjectItem: { cast: (item) => (item.items ? null : item) },
  FolderItem: { cast: (item) => (item.items ? item : null) },
  Marker: { MARKER_TYPE_COMMENT: "Comment" },
  Markers: { getMarkers: async (sequence) => new Markers(sequence) },
  Project: { getActiveProject: async () => current },
  ProjectConverter: {
    async exportAsOpenTimelineIO(sequence, path, suppressUI) {
      if (!(sequence instanceof Sequence) || suppressUI !== true) {
        throw new Error("Illegal Parameter type");
      }
      fs.writeFileSync(path, JSON.stringify(sequence.plain, (key, value) => (key === "Segue" ? undefined : value)));
      return true;
    },
  },
  ProjectItem: { TYPE_CLIP: 1, TYPE_BIN: 2 },
  ProjectUtils: { getSelection: async (project) => ({ getItems: async () => project.selection }) },
  TickTime,
};

/** Open a project. */
function open(scenario) {
  current = scenario ? new Project(scenario) : null;
  return current;
}

module.exports = { premierepro, open };
