#!/usr/bin/env python3
"""Times segno-score, partitura, music21 and verovio reading the same scores, with the peak memory of each.

    python3 docs/benchmarks/score_readers.py FILE...

Makes a virtual environment beside the build output, installs the three Python packages there and builds the
example `read_file`. Every measurement is a process of its own: the time is that of reading alone, taken inside the
process after the imports; the peak is that of the whole process, given with what it was before reading. The programs
take turns file by file, and of several rounds the fastest counts. They do not do the same work: partitura and music21
build object models of all notation, verovio also prepares it for engraving; segno-score collects bars, jumps, tempos
and notes.
"""

import json
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "target" / "score-readers"
PACKAGES = ["partitura==1.9.0", "music21==10.5.1", "verovio==6.4.1"]
ROUNDS = 3
LIMIT = 600

READERS = {
    "partitura": "import partitura\ndef read(f): partitura.load_score(f)",
    "music21": "from music21 import converter\ndef read(f): converter.parse(f, forceSource=True)",
    "verovio": "import verovio\nverovio.enableLog(verovio.LOG_OFF)\ntk = verovio.toolkit()\n"
    "def read(f):\n    assert tk.loadFile(f)",
}

INSIDE = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
{reader}
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
start = time.perf_counter()
read(sys.argv[1])
print("\\n" + json.dumps([time.perf_counter() - start, before, peak()]))
"""


def run(command):
    """Standard output and peak memory in kB of a command, or why it failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return None, f"longer than {LIMIT} s"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["failed"])[-1][:60]
    return done.stdout, None


def segno(binary, file):
    out, fault = run([binary, file])
    if fault:
        return None, fault
    seconds, _, _, peak = out.split()
    return json.dumps([float(seconds), 0, int(peak)]), None


def main():
    files = sys.argv[1:]
    if not files:
        sys.exit(__doc__)
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    subprocess.run(
        ["cargo", "build", "--quiet", "--release", "-p", "segno-score", "--example", "read_file"], cwd=ROOT, check=True
    )
    binary = str(ROOT / "target" / "release" / "examples" / "read_file")
    print(f"{'file':<34} {'program':<12} {'seconds':>9} {'MB/s':>8} {'peak MB':>8} {'before':>7}")
    for file in files:
        size = pathlib.Path(file).stat().st_size
        best = {}
        for _ in range(ROUNDS):
            for name in ["segno-score", *READERS]:
                if name == "segno-score":
                    out, fault = segno(binary, file)
                else:
                    out, fault = run([python, "-c", INSIDE.format(reader=READERS[name]), file])
                if fault:
                    best[name] = fault
                    continue
                figures = json.loads(out.strip().splitlines()[-1])
                if name not in best or figures < best[name]:
                    best[name] = figures
        label = pathlib.Path(file).name[-34:]
        for name, figures in best.items():
            if isinstance(figures, str):
                print(f"{label:<34} {name:<12} {figures}")
                continue
            seconds, before, peak = figures
            speed = size / 1e6 / seconds
            print(f"{label:<34} {name:<12} {seconds:>9.4f} {speed:>8.2f} {peak / 1024:>8.1f} {before / 1024:>7.1f}")


if __name__ == "__main__":
    main()
