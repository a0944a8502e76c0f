"""Segue in DaVinci Resolve Studio: cut what is in a bin, and learn from what became of the cut.

Resolve runs this from Workspace > Scripts > Edit > Segue. It talks to `segue serve` on this
machine and to nobody else. No timeline that is there already is touched: what comes back is new.
Written for Python 3.6, the oldest that Resolve takes.
"""

import contextlib
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

STYLES = ("calm", "documentary", "trailer", "vlog", "interview")
SOURCES = ("The selected clips, or else the bin", "The current timeline")
TICK_SECONDS = 0.5
PATIENCE_SECONDS = 20.0
COLOURS = {"setup": "Green", "rise": "Yellow", "climax": "Red", "release": "Blue"}
"""Of markers, by where in its story a piece stands; as the timeline file has them."""
WISHES = {
    "source": 0,
    "style": "documentary",
    "seconds": 60,
    "versions": 1,
    "keep_speech": False,
    "music": "",
    "outline": "",
    "folder": "",
    "port": 5757,
    "token": "",
}
"""What a person chooses, with what holds where they did not."""
STILLS = {".bmp", ".dpx", ".exr", ".gif", ".jpeg", ".jpg", ".png", ".psd", ".tga", ".tif", ".tiff"}
"""Endings of pictures, which are no films."""


class SegueError(Exception):
    """Say in one line what is wrong, and what to do."""


# --- What goes to Segue and comes back: the only lines that know its fields.


def cut_request(films, wishes, output):
    """Give the request of `film.cut`."""
    return {
        "films": films,
        "output": str(output),
        "seconds": float(wishes["seconds"]),
        "style": wishes["style"],
        "versions": int(wishes["versions"]),
        "keep_speech": bool(wishes["keep_speech"]),
        "music": wishes["music"] or None,
        "outline": wishes["outline"] or None,
        "host": "resolve",
        "seed": random.randrange(2**31),
    }


def cut_versions(answer):
    """Give what `film.cut` made: the file, the intent and the pieces of each version."""
    return [
        (Path(one["written"][0]), one["cut"]["intent"], one["cut"]["pieces"])
        for one in answer["versions"]
    ]


def learn_request(proposed, final):
    """Give the request of `film.learn`."""
    return {"proposed": str(proposed), "final": str(final)}


def learn_lines(answer):
    """Give what `film.learn` says, for a person."""
    return [answer["summary"], *answer["habit_words"]]


class Door:
    """The HTTP door of `segue serve` on this machine."""

    def __init__(self, wishes):
        self.port = int(wishes["port"])
        self._token = wishes["token"]
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def ask(self, operation, request):
        """Have something done: a generator that says how far it is, and returns the answer.

        Whoever closes it gives the job up.
        """
        path = "/" + operation.replace(".", "/")
        status, headers, answer = self._send("POST", path, request)
        if status != 202:
            return answer
        job = headers["Location"]
        try:
            while answer["state"] in ("waiting", "running"):
                yield told(answer)
                _, _, answer = self._send("GET", job)
        except GeneratorExit:
            self._send("DELETE", job)
            raise
        if answer["error"]:
            raise SegueError(answer["error"]["message"])
        return self._send("GET", job + "/result")[2]

    def _send(self, method, path, request=None):
        """Send one request; gives status, headers and answer."""
        body = None if request is None else json.dumps(request).encode("utf-8")
        headers = {"Content-Type": "application/json", "Prefer": "respond-async"}
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        url = f"http://127.0.0.1:{self.port}{path}"
        asked = urllib.request.Request(url, body, headers, method=method)
        try:
            with self._open(asked, timeout=PATIENCE_SECONDS) as answer:
                return answer.getcode(), answer.headers, json.loads(answer.read().decode("utf-8"))
        except urllib.error.HTTPError as refusal:
            raise SegueError(refused(refusal.read(), refusal.code)) from refusal
        except (OSError, ValueError) as error:
            raise SegueError(
                f"nobody answers on port {self.port}; start `segue serve` in a terminal"
            ) from error


def told(job):
    """Say how far a job is: `watching: 120 of 3000 frames`."""
    if job["state"] == "waiting":
        return "waiting for its turn"
    if not job["what"]:
        return "working"
    of = f" of {job['total']}" if job["total"] else ""
    return f"{job['done']}{of} {job['what']}"


def refused(content, status):
    """Give Segue's own words for what is wrong."""
    try:
        return json.loads(content.decode("utf-8"))["message"]
    except (ValueError, KeyError, TypeError):
        return f"another program answers on the port of Segue (status {status})"


# --- Resolve


class Host:
    """What the script needs of Resolve: clips, timelines, markers."""

    def __init__(self, resolve):
        self._resolve = resolve
        self._project = resolve.GetProjectManager().GetCurrentProject()
        if self._project is None:
            raise SegueError("no project is open; open one")
        self._pool = self._project.GetMediaPool()

    def films(self, source):
        """Give the paths of the films to cut, each once."""
        clips = self._timeline_clips() if source == 1 else self._bin_clips()
        paths = []
        for clip in clips:
            path = clip.GetClipProperty("File Path") if clip else ""
            if path and path not in paths and is_film(clip, path):
                paths.append(path)
        if not paths:
            where = "the current timeline" if source == 1 else "the selected bin"
            raise SegueError(f"no film is in {where}; choose another, or import clips")
        return paths

    def free_name(self, name):
        """Give a name that no timeline has: Resolve refuses one that is taken."""
        count = self._project.GetTimelineCount()
        taken = {self._project.GetTimelineByIndex(n).GetName() for n in range(1, count + 1)}
        found, number = name, 2
        while found in taken:
            found, number = f"{name} {number}", number + 1
        return found

    def bring_in(self, path, name):
        """Import a timeline as a new one, with its media; gives it."""
        name = self.free_name(name)
        options = {"timelineName": name, "importSourceClips": True}
        timeline = self._pool.ImportTimelineFromFile(str(path), options)
        if not timeline:
            raise SegueError(
                f"Resolve did not take {path.name}; why says"
                f" `segue film check '{path}' --for resolve`"
            )
        return timeline

    def mark(self, timeline, pieces):
        """Put a coloured marker at each cut, unless one is there; gives how many."""
        items = timeline.GetItemListInTrack("video", 1) or []
        starts = [item.GetStart() - timeline.GetStartFrame() for item in items]
        if len(starts) != len(pieces):
            starts = [sum(one["frames"] for one in pieces[:n]) for n in range(len(pieces))]
        count = 0
        for number, (frame, piece) in enumerate(zip(starts, pieces), 1):
            name = f"{number} {piece['part']}"
            colour = COLOURS.get(piece["part"], "Cream")
            count += bool(timeline.AddMarker(frame, colour, name, piece["reason"], 1))
        return count

    def show(self, timeline):
        """Let a timeline be the one that is seen."""
        self._project.SetCurrentTimeline(timeline)

    def current(self):
        """Give the timeline that is seen."""
        timeline = self._project.GetCurrentTimeline()
        if not timeline:
            raise SegueError("no timeline is open; open the one that you have finished")
        return timeline

    def write(self, timeline, path):
        """Write a timeline as OpenTimelineIO."""
        resolve = self._resolve
        if not timeline.Export(str(path), resolve.EXPORT_OTIO, resolve.EXPORT_NONE):
            raise SegueError(f"Resolve could not export {timeline.GetName()}")

    def _bin_clips(self):
        """Give the selected clips; where none is, those of the bin and of the bins below."""
        chosen = []
        if hasattr(self._pool, "GetSelectedClips"):
            chosen = self._pool.GetSelectedClips() or []
        return list(chosen) or self._below(self._pool.GetCurrentFolder())

    def _below(self, folder):
        clips = list(folder.GetClipList() or [])
        for inner in folder.GetSubFolderList() or []:
            clips += self._below(inner)
        return clips

    def _timeline_clips(self):
        timeline = self.current()
        clips = []
        for track in range(1, timeline.GetTrackCount("video") + 1):
            items = timeline.GetItemListInTrack("video", track) or []
            clips += [item.GetMediaPoolItem() for item in items]
        return clips


def is_film(clip, path):
    """Say whether a clip has pictures that move; words would be in the user's own language."""
    return bool(clip.GetClipProperty("Resolution")) and Path(path).suffix.lower() not in STILLS


# --- What one may ask: generators that say how far they are, and return lines for a person.


def cut(host, wishes, memory):
    """Have a cut made, and bring it in as new timelines."""
    films = host.films(wishes["source"])
    yield f"{len(films)} films"
    name = host.free_name(f"Segue {wishes['style']} {wishes['seconds']} s")
    output = cuts_folder(wishes) / f"{name}.otio"
    answer = yield from Door(wishes).ask("film.cut", cut_request(films, wishes, output))
    lines, first = [], None
    for path, intent, pieces in cut_versions(answer):
        timeline = host.bring_in(path, path.stem)
        memory.keep(timeline, path)
        count = host.mark(timeline, pieces)
        first = first or timeline
        lines.append(f"new timeline: {timeline.GetName()}, with {count} markers; {intent}")
        yield lines[-1]
    host.show(first)
    return lines + answer["notes"]


def learn(host, wishes, memory):
    """Let Segue learn from what became of a cut: the timeline that is seen."""
    timeline = host.current()
    proposed = memory.proposed(timeline)
    folder = Path(tempfile.mkdtemp(prefix="segue-"))
    try:
        final = folder / "final.otio"
        host.write(timeline, final)
        answer = yield from Door(wishes).ask("film.learn", learn_request(proposed, final))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return learn_lines(answer)


def cuts_folder(wishes):
    """Give the folder of what Segue proposes, and make it: it is needed to learn later."""
    films = "Movies" if sys.platform == "darwin" else "Videos"
    folder = Path(wishes["folder"] or Path("~", films, "Segue")).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SegueError(f"no folder can be made at {folder}; choose another") from error
    return folder


# --- What is kept between two runs


class Memory:
    """Wishes, and which timeline came from which proposal, in one small file."""

    def __init__(self, path=None):
        self._path = Path(path or own_folder() / "resolve.json")
        self._kept = {"wishes": {}, "proposals": {}}
        with contextlib.suppress(OSError, ValueError):  # the first time, or not ours: begin anew
            self._kept.update(json.loads(self._path.read_text("utf-8")))

    def wishes(self):
        """Give what was chosen last."""
        port = os.environ.get("SEGUE_HTTP_PORT", "")
        found = dict(WISHES, **self._kept["wishes"])
        found = {key: found[key] for key in WISHES}
        return dict(found, port=int(port)) if port.isdigit() else found

    def keep_wishes(self, wishes):
        """Keep what was chosen."""
        self._kept["wishes"] = dict(wishes)
        self._write()

    def keep(self, timeline, path):
        """Keep from which file a timeline came."""
        name, known = timeline.GetName(), self._kept["proposals"]
        known[timeline.GetUniqueId()] = {"path": str(path), "name": name}
        self._write()

    def proposed(self, timeline):
        """Give the file that a timeline, or the one that it is a copy of, came from."""
        known, name = self._kept["proposals"], timeline.GetName()
        found = known.get(timeline.GetUniqueId())
        if found is None:
            alike = [one for one in known.values() if is_copy(name, one["name"])]
            found = max(alike, key=lambda one: len(one["name"])) if alike else None
        if found is None or not Path(found["path"]).exists():
            raise SegueError(
                f"{name} did not come from Segue, or its proposal is gone; open a timeline that"
                " Segue made, or a copy whose name begins with its name"
            )
        return found["path"]

    def _write(self):
        draft = self._path.with_suffix(".part")
        draft.write_text(json.dumps(self._kept, indent=1), "utf-8")
        draft.replace(self._path)


def is_copy(name, original):
    """Say whether a timeline's name is that of another with something added: `Cut copy`."""
    return re.match(re.escape(original) + r"\b", name) is not None


def own_folder():
    """Give the folder of what this script keeps."""
    if sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support" / "Segue"
    elif os.name == "nt":
        folder = Path(os.environ.get("APPDATA") or Path.home()) / "Segue"
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "segue"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# --- The window


class Window:
    """A small window of Fusion's UI Manager; a timer goes on with what was begun."""

    def __init__(self, fusion, bmd, resolve, memory):
        self._ui = fusion.UIManager
        self._loop = bmd.UIDispatcher(self._ui)
        self._resolve, self._memory = resolve, memory
        self._errand = None
        self._timer = self._ui.Timer({"ID": "Tick", "Interval": int(1000 * TICK_SECONDS)})
        self._window = self._loop.AddWindow(
            {"ID": "Segue", "WindowTitle": "Segue", "Geometry": [200, 200, 460, 480]},
            [self._ui.VGroup({"Spacing": 6}, self._rows())],
        )
        self._items = self._window.GetItems()
        self._fill(memory.wishes())
        self._listen()

    def run(self):
        """Stay open until a person closes it."""
        self._window.Show()
        self._loop.RunLoop()
        self._window.Hide()

    def _rows(self):
        ui = self._ui

        def row(label, make, name, **more):
            thing = make(dict(more, ID=name, Weight=3))
            return ui.HGroup({"Weight": 0}, [ui.Label({"Text": label, "Weight": 1}), thing])

        buttons = [
            ui.Button({"ID": "Cut", "Text": "Cut"}),
            ui.Button({"ID": "Learn", "Text": "Learn from this timeline"}),
            ui.Button({"ID": "Stop", "Text": "Stop", "Enabled": False}),
        ]
        return [
            row("Cut", ui.ComboBox, "source"),
            row("Style", ui.ComboBox, "style"),
            row("Seconds", ui.SpinBox, "seconds", Minimum=5, Maximum=14400),
            row("Versions", ui.SpinBox, "versions", Minimum=1, Maximum=3),
            row("Music", ui.LineEdit, "music", PlaceholderText="path of a recording or MIDI file"),
            row("Story", ui.TextEdit, "outline", PlaceholderText="30% the harbour at night"),
            ui.CheckBox({"ID": "keep_speech", "Text": "Cut nobody off who speaks", "Weight": 0}),
            ui.HGroup({"Weight": 0}, buttons),
            ui.Label({"ID": "Said", "Text": "", "WordWrap": True, "Weight": 0}),
            ui.TextEdit({"ID": "Report", "ReadOnly": True, "Weight": 1}),
        ]

    def _fill(self, wishes):
        items = self._items
        for source in SOURCES:
            items["source"].AddItem(source)
        for style in STYLES:
            items["style"].AddItem(style)
        items["source"].CurrentIndex = wishes["source"]
        items["style"].CurrentIndex = STYLES.index(wishes["style"])
        for name in ("seconds", "versions"):
            items[name].Value = wishes[name]
        items["music"].Text = wishes["music"]
        items["outline"].PlainText = wishes["outline"]
        items["keep_speech"].Checked = wishes["keep_speech"]

    def _chosen(self):
        """Give what is chosen in the window, and keep it."""
        items, wishes = self._items, self._memory.wishes()
        wishes.update(
            source=items["source"].CurrentIndex,
            style=STYLES[items["style"].CurrentIndex],
            keep_speech=bool(items["keep_speech"].Checked),
            music=items["music"].Text.strip(),
            outline=items["outline"].PlainText.strip(),
        )
        wishes.update((name, int(items[name].Value)) for name in ("seconds", "versions"))
        self._memory.keep_wishes(wishes)
        return wishes

    def _listen(self):
        on = self._window.On
        on.Segue.Close = lambda event: self._close()
        on.Cut.Clicked = lambda event: self._begin(cut)
        on.Learn.Clicked = lambda event: self._begin(learn)
        on.Stop.Clicked = lambda event: self._stop("stopped")
        self._loop.On.Timeout = lambda event: self._go_on()

    def _begin(self, verb):
        if self._errand is None:
            self._errand = begun(verb, self._resolve, self._chosen(), self._memory)
            self._items["Report"].PlainText = ""
            self._show_busy(is_busy=True)
            self._timer.Start()
            self._go_on()

    def _go_on(self):
        """Do the next bit of what was begun."""
        if self._errand is None:
            return
        try:
            self._items["Said"].Text = next(self._errand)
        except StopIteration as end:
            self._items["Report"].PlainText = "\n".join(end.value)
            self._stop("done")
        except SegueError as error:
            self._stop(str(error))
        except BaseException:
            self._stop("this is a bug; Workspace > Console says more")
            raise

    def _stop(self, words):
        errand, self._errand = self._errand, None
        self._timer.Stop()
        self._show_busy(is_busy=False)
        self._items["Said"].Text = words
        if errand is not None:
            give_up(errand)

    def _show_busy(self, *, is_busy):
        for name in ("Cut", "Learn"):
            self._items[name].Enabled = not is_busy
        self._items["Stop"].Enabled = is_busy

    def _close(self):
        self._stop("")
        self._loop.ExitLoop()


def begun(verb, resolve, wishes, memory):
    """Begin something with the project that is open now: it may be another than before."""
    return (yield from verb(Host(resolve), wishes, memory))


def give_up(errand):
    """End what was begun; that Segue may be gone by now changes nothing."""
    with contextlib.suppress(SegueError):
        errand.close()


def without_window(resolve, memory, say):
    """Cut with what was chosen last: for a Resolve that has no UI Manager."""
    wishes = memory.wishes()
    memory.keep_wishes(wishes)
    errand = begun(cut, resolve, wishes, memory)
    while True:
        try:
            say("Segue: " + next(errand))
        except StopIteration as end:
            say("Segue: " + "; ".join(end.value))
            return
        time.sleep(TICK_SECONDS)


def main(names, say=print):
    """Begin, with what Resolve gives its scripts: `resolve`, `fusion` and `bmd`."""
    resolve, fusion, bmd = (names.get(name) for name in ("resolve", "fusion", "bmd"))
    try:
        if resolve is None:
            raise SegueError(
                "run it in DaVinci Resolve Studio: Workspace > Scripts > Edit > Segue; the free"
                " edition takes files: plugins/resolve/FREE.md"
            )
        memory = Memory()
        if getattr(fusion, "UIManager", None) and bmd:
            Window(fusion, bmd, resolve, memory).run()
        else:
            without_window(resolve, memory, say)
    except SegueError as error:
        say(f"Segue: {error}")


if __name__ == "__main__":
    main(globals())
