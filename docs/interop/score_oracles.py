#!/usr/bin/env python3
"""What MuseScore 3 and verovio make of scores: the written bars, the order in which they are played, and when.

    python3 docs/interop/score_oracles.py CACHE < LIST

LIST holds a file a line; `cargo xtask corpus DIR` calls this for the scores of a folder. For each file and each
program CACHE/<program>/<SHA-256 of the file>.json says {"bars": n, "order": [...], "starts_s": [...]}, bars counted
from 0, or {"error": "..."}. What is there already is not asked again. A program that is not installed is passed over:
`musescore3` (in a virtual display if `xvfb-run` is there), and `verovio` from PyPI.
"""

import hashlib
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

MUSESCORE = os.environ.get("MUSESCORE", "musescore3")
BATCH = 10
SECONDS = 120


def main():
    cache = pathlib.Path(sys.argv[1])
    files = {}
    for name in sys.stdin.read().splitlines():
        digest = hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest()
        files.setdefault(digest, name)
    for program, ask in (("musescore", musescore), ("verovio", verovio)):
        folder = cache / program
        folder.mkdir(parents=True, exist_ok=True)
        missing = [(digest, name) for digest, name in files.items() if not (folder / f"{digest}.json").exists()]
        if missing:
            ask(missing, folder)


def keep(folder, digest, found):
    new = folder / f"{digest}.new"
    new.write_text(json.dumps(found))
    new.rename(folder / f"{digest}.json")


def musescore(files, cache):
    if not shutil.which(MUSESCORE):
        return sys.stderr.write("MuseScore is not installed\n")
    for at in range(0, len(files), BATCH):
        batch = files[at : at + BATCH]
        found = export(batch)
        for digest, name in batch:
            if digest not in found and len(batch) > 1:
                found.update(export([(digest, name)]))
            keep(cache, digest, found.get(digest) or {"error": "no export"})
        sys.stderr.write(f"MuseScore: {at + len(batch)} of {len(files)}\n")


def export(batch):
    """The places that MuseScore exports, by digest; a file that it cannot open ends the whole batch."""
    with tempfile.TemporaryDirectory() as folder:
        # MuseScore knows a format by the name of the file.
        job = []
        for digest, name in batch:
            kind = pathlib.Path(name).suffix.lower()
            copy = f"{folder}/{digest}{kind}"
            shutil.copyfile(name, copy)
            job.append({"in": copy, "out": f"{folder}/{digest}.mpos"})
        pathlib.Path(folder, "job.json").write_text(json.dumps(job))
        environment = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, XDG_DATA_HOME=folder, XDG_RUNTIME_DIR=folder)
        command = [MUSESCORE, "-s", "-m", "-j", f"{folder}/job.json"]
        if shutil.which("xvfb-run"):
            command = ["xvfb-run", "-a"] + command
        else:
            environment["QT_QPA_PLATFORM"] = "offscreen"
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(timeout=SECONDS + 15 * len(batch))
        except subprocess.TimeoutExpired:
            # The group that was started here, and no other.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return {
            digest: places(pathlib.Path(folder, f"{digest}.mpos"))
            for digest, _ in batch
            if pathlib.Path(folder, f"{digest}.mpos").exists()
        }


def places(file):
    try:
        root = tree.fromstring(file.read_bytes())
    except tree.ParseError as error:
        return {"error": str(error)}
    events = root.findall("./events/event")
    return {
        "bars": len(root.findall("./elements/element")),
        "order": [int(event.get("elid")) for event in events],
        "starts_s": [int(event.get("position")) / 1000 for event in events],
    }


def verovio(files, cache):
    try:
        import verovio as library
    except ImportError:
        return sys.stderr.write("verovio is not installed\n")
    library.enableLog(library.LOG_OFF)
    # A process for each file: one that crashes or hangs takes nothing with it.
    for at, (digest, name) in enumerate(files, 1):
        ours, theirs = multiprocessing.get_context("fork").Pipe()
        process = multiprocessing.get_context("fork").Process(target=timemap, args=(library, name, theirs))
        process.start()
        theirs.close()
        try:
            found = ours.recv() if ours.poll(SECONDS) else {"error": "took too long"}
        except EOFError:
            found = {"error": "crashed"}
        process.kill()
        process.join()
        keep(cache, digest, found)
        if at % 100 == 0 or at == len(files):
            sys.stderr.write(f"verovio: {at} of {len(files)}\n")


def timemap(library, name, out):
    try:
        toolkit = library.toolkit()
        if not toolkit.loadFile(name):
            return out.send({"error": "not read"})
        ids = re.findall(r'<measure [^>]*?xml:id="([^"]+)"', toolkit.getMEI())
        bars = {name: number for number, name in enumerate(ids)}
        entries = toolkit.renderToTimemap({"includeMeasures": True})
        entries = json.loads(entries) if isinstance(entries, str) else entries
        played = [(entry["measureOn"], entry["tstamp"]) for entry in entries if "measureOn" in entry]
        # A bar that is played again has a suffix to its name.
        order = [bars[re.sub(r"-rend\d+$", "", name)] for name, _ in played]
        out.send({"bars": len(ids), "order": order, "starts_s": [time / 1000 for _, time in played]})
    except Exception as error:
        out.send({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
