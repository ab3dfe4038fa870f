"""numpy.interp on the inputs of cargo xtask bench (xtask/bench/src/data.rs): ns a query, median of 15 runs.

Needs numpy. Run right after cargo xtask bench random sorted, on the same machine.
"""

import time

import numpy as np

QUERIES = 100_000
MASK = (1 << 64) - 1


class Random:
    """The generator of the Rust benchmark."""

    def __init__(self, seed):
        self.state = seed

    def unit(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 11) / (1 << 53)


def times(size):
    random, now, out = Random(1), 0.0, []
    for _ in range(size):
        out.append(now)
        now += 1.5 + random.unit()
    return np.array(out)


def measure(call, count):
    runs = []
    for _ in range(15):
        start = time.perf_counter_ns()
        call()
        runs.append((time.perf_counter_ns() - start) / count)
    return sorted(runs)[len(runs) // 2]


print(f"numpy {np.__version__}, ns a query")
print(f"{'points':>7} {'random':>9} {'sorted':>9} {'one call each':>14}")
for size in (64, 1024, 65536):
    knots = times(size)
    bars = np.arange(size, dtype=float)
    random = Random(2)
    queries = np.array([random.unit() * knots[-1] for _ in range(QUERIES)])
    ordered = np.sort(queries)
    single = [float(query) for query in queries[:2000]]
    print(
        f"{size:>7}"
        f" {measure(lambda: np.interp(queries, knots, bars), QUERIES):>9.2f}"
        f" {measure(lambda: np.interp(ordered, knots, bars), QUERIES):>9.2f}"
        f" {measure(lambda: [np.interp(query, knots, bars) for query in single], len(single)):>14.1f}"
    )
