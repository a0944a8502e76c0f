/*
 * What the panel needs of Premiere: films, sequences, markers. Every call is one of @adobe/premierepro.
 */

/** @typedef {import("@adobe/premierepro").Project} Project */
/** @typedef {import("@adobe/premierepro").Sequence} Sequence */
/** @typedef {import("@adobe/premierepro").ProjectItem} ProjectItem */
/** @typedef {import("@adobe/premierepro").TickTime} TickTime */

const { SegueError, pause } = require("./errand.js");

const ppro = require("premierepro");

const NO_FILM = /\.(aac|aif|aiff|bmp|dpx|exr|gif|jpe?g|m4a|mp3|png|psd|tga|tiff?|wav)$/i;
const IMPORT_MS = 10000;
const LOOK_MS = 200;

/** Give the project that is open. */
async function openProject() {
  const project = await ppro.Project.getActiveProject();
  if (!project) {
    throw new SegueError("no project is open; open one");
  }
  return project;
}

/**
 * Give the sequence that is open.
 * @param {Project} project
 */
async function openSequence(project) {
  const sequence = await project.getActiveSequence();
  if (!sequence) {
    throw new SegueError("no sequence is open; open the one that you have finished");
  }
  return sequence;
}

/**
 * Give the paths of the films to cut, each once.
 * @param {Project} project
 * @param {string} source `selection` or `sequence`
 */
async function films(project, source) {
  const isSequence = source === "sequence";
  const items = isSequence ? await shown(await openSequence(project)) : await selected(project);
  /** @type {string[]} */
  const paths = [];
  for (const item of items) {
    const path = await filmOf(item);
    if (path && !paths.includes(path)) {
      paths.push(path);
    }
  }
  if (!paths.length) {
    const where = isSequence ? "the open sequence" : "the selection";
    throw new SegueError(`no film is in ${where}; select clips or a bin in the Project panel`);
  }
  return paths;
}

/**
 * Give what is selected in the Project panel, with all that bins hold; where nothing is, all there is.
 * @param {Project} project
 */
async function selected(project) {
  const selection = await ppro.ProjectUtils.getSelection(project);
  const items = selection ? await selection.getItems() : [];
  return below(items.length ? items : await (await project.getRootItem()).getItems());
}

/**
 * @param {ProjectItem[]} items
 * @returns {Promise<ProjectItem[]>}
 */
async function below(items) {
  const found = [];
  for (const item of items) {
    const isBin = item.type === ppro.ProjectItem.TYPE_BIN;
    found.push(...(isBin ? await below(await ppro.FolderItem.cast(item).getItems()) : [item]));
  }
  return found;
}

/**
 * Give what a sequence shows.
 * @param {Sequence} sequence
 */
async function shown(sequence) {
  const items = [];
  for (let index = 0; index < (await sequence.getVideoTrackCount()); index++) {
    for (const clip of await clipsOf(sequence, index)) {
      items.push(await clip.getProjectItem());
    }
  }
  return items;
}

/**
 * @param {Sequence} sequence
 * @param {number} index of a video track
 */
async function clipsOf(sequence, index) {
  const track = await sequence.getVideoTrack(index);
  return track.getTrackItems(ppro.Constants.TrackItemType.CLIP, false);
}

/**
 * Give the path of a film; empty: it is none, or offline.
 * @param {ProjectItem} item
 */
async function filmOf(item) {
  const clip = item && ppro.ClipProjectItem.cast(item);
  if (!clip || (await clip.isSequence()) || (await clip.isOffline())) {
    return "";
  }
  const path = await clip.getMediaFilePath();
  return path && !NO_FILM.test(path) ? path : "";
}

/**
 * Import a timeline; gives the sequence that is new.
 * @param {Project} project
 * @param {string} path
 */
async function bringIn(project, path) {
  const before = (await project.getSequences()).map((one) => one.guid.toString());
  const bin = await project.getInsertionBin();
  const isTaken = await project.importFiles([path], true, bin, false);
  for (let waited = 0; isTaken && waited < IMPORT_MS; waited += LOOK_MS) {
    const sequences = await project.getSequences();
    const made = sequences.find((one) => !before.includes(one.guid.toString()));
    if (made) {
      return made;
    }
    await pause(LOOK_MS);
  }
  throw new SegueError(`Premiere did not take ${path}; why says: segue film check "${path}" --for premiere`);
}

/**
 * Put a coloured marker at each cut, unless one begins there; gives how many.
 * @param {Project} project
 * @param {Sequence} sequence
 * @param {import("./fields.js").Piece[]} pieces
 */
async function mark(project, sequence, pieces) {
  const markers = await ppro.Markers.getMarkers(sequence);
  const starts = await startsOf(sequence, pieces);
  const there = new Set(markers.getMarkers().map((one) => one.getStart().ticks));
  const wanted = pieces
    .map((piece, index) => ({ piece, start: starts[index], name: `${index + 1} ${piece.part}` }))
    .filter(({ start }) => !there.has(start.ticks));
  change(project, "Segue: markers", () =>
    wanted.map(({ piece, start, name }) =>
      markers.createAddMarkerAction(
        name,
        ppro.Marker.MARKER_TYPE_COMMENT,
        start,
        ppro.TickTime.TIME_ZERO,
        piece.reason,
      ),
    ),
  );
  const parts = new Map(wanted.map(({ piece, start }) => [start.ticks, piece.part]));
  change(project, "Segue: colours of markers", () =>
    markers
      .getMarkers()
      .filter((one) => parts.has(one.getStart().ticks))
      .map((one) => one.createSetColorByIndexAction(colourOf(parts.get(one.getStart().ticks)))),
  );
  return wanted.length;
}

/**
 * Give when each piece begins: where its clip does, or where it was meant to.
 * @param {Sequence} sequence
 * @param {import("./fields.js").Piece[]} pieces
 */
async function startsOf(sequence, pieces) {
  const clips = await clipsOf(sequence, 0);
  if (clips.length === pieces.length) {
    return Promise.all(clips.map((clip) => clip.getStartTime()));
  }
  const ticksPerFrame = Number(await sequence.getTimebase());
  let frames = 0;
  return pieces.map((piece) => {
    const start = ppro.TickTime.createWithTicks(String(frames * ticksPerFrame));
    frames += piece.frames;
    return start;
  });
}

/**
 * Give the colour of a part of the story, as the timeline file has it.
 * @param {string | undefined} part
 */
function colourOf(part) {
  const colours = ppro.Constants.MarkerColor;
  switch (part) {
    case "setup":
      return colours.GREEN;
    case "rise":
      return colours.YELLOW;
    case "climax":
      return colours.RED;
    default:
      return colours.BLUE;
  }
}

/**
 * Change the project in one step that can be undone. Actions are made while it is locked.
 * @param {Project} project
 * @param {string} name of the step
 * @param {() => import("@adobe/premierepro").Action[]} actions
 */
function change(project, name, actions) {
  let isDone = true;
  project.lockedAccess(() => {
    isDone = project.executeTransaction((compound) => {
      for (const action of actions()) {
        compound.addAction(action);
      }
    }, name);
  });
  if (!isDone) {
    throw new SegueError(`Premiere did not do: ${name}`);
  }
}

/**
 * Write a sequence as OpenTimelineIO.
 * @param {Sequence} sequence
 * @param {string} path
 */
async function write(sequence, path) {
  if (!(await ppro.ProjectConverter.exportAsOpenTimelineIO(sequence, path, true))) {
    throw new SegueError(`Premiere could not export ${sequence.name}`);
  }
}

module.exports = { openProject, openSequence, films, bringIn, mark, write };
