"""Aligns one recording with one score by synctoolbox or librosa, for `cargo xtask align --rivals`.

Reads {"audio": path, "notes": [[start, duration, key]...], "bars": [seconds of the score...]} from standard input, where times
are those of a metronome, and prints {"times": [seconds of the recording...], "seconds": length, "cpu_s": processor time}, or
{"missing": reason} if the library is not installed. The recipes are those that the libraries' own documentation recommends.
"""

import contextlib
import json
import subprocess
import sys
import time

RATE = 22050


def load(path):
    import numpy as np

    command = ["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", "1", "-ar", str(RATE), "-"]
    return np.frombuffer(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, "float32").copy()


def synctoolbox(sound, notes, bars):
    import numpy as np
    import pandas as pd
    from synctoolbox.dtw.mrmsdtw import sync_via_mrmsdtw
    from synctoolbox.dtw.utils import (compute_optimal_chroma_shift, make_path_strictly_monotonic,
                                       shift_chroma_vectors)
    from synctoolbox.feature.chroma import pitch_to_chroma, quantize_chroma, quantized_chroma_to_CENS
    from synctoolbox.feature.csv_tools import df_to_pitch_features, df_to_pitch_onset_features
    from synctoolbox.feature.dlnco import pitch_onset_features_to_DLNCO
    from synctoolbox.feature.pitch import audio_to_pitch_features
    from synctoolbox.feature.pitch_onset import audio_to_pitch_onset_features
    from synctoolbox.feature.utils import estimate_tuning

    rate = 50
    tuning = estimate_tuning(sound, RATE)

    def finished(pitch, onset):
        chroma = quantize_chroma(f_chroma=pitch_to_chroma(f_pitch=pitch))
        onsets = pitch_onset_features_to_DLNCO(
            f_peaks=onset, feature_rate=rate, feature_sequence_length=chroma.shape[1], visualize=False)
        return chroma, onsets

    chroma, onsets = finished(
        audio_to_pitch_features(f_audio=sound, Fs=RATE, tuning_offset=tuning, feature_rate=rate, verbose=False),
        audio_to_pitch_onset_features(f_audio=sound, Fs=RATE, tuning_offset=tuning, verbose=False))
    table = pd.DataFrame({"start": notes[:, 0], "duration": notes[:, 1], "pitch": notes[:, 2].astype(int),
                          "velocity": 0.6, "instrument": "piano"})
    table["end"] = table.start + table.duration
    score_chroma, score_onsets = finished(
        df_to_pitch_features(table, feature_rate=rate), df_to_pitch_onset_features(table))
    shift = compute_optimal_chroma_shift(
        quantized_chroma_to_CENS(chroma, 201, 50, rate)[0], quantized_chroma_to_CENS(score_chroma, 201, 50, rate)[0])
    path = sync_via_mrmsdtw(
        f_chroma1=chroma, f_onset1=onsets, f_chroma2=shift_chroma_vectors(score_chroma, shift),
        f_onset2=shift_chroma_vectors(score_onsets, shift), input_feature_rate=rate,
        step_weights=np.array([1.5, 1.5, 2.0]), threshold_rec=10**6, verbose=False)
    path = make_path_strictly_monotonic(path)
    return np.interp(bars, path[1] / rate, path[0] / rate)


def librosa(sound, notes, bars):
    import numpy as np
    import librosa as library

    hop = 1024
    chroma = library.feature.chroma_stft(y=sound, sr=RATE, hop_length=hop, n_fft=4096)
    frames = int((notes[:, 0] + notes[:, 1]).max() * RATE / hop) + 2
    score = np.zeros((12, frames))
    for start, duration, key in notes:
        first = int(start * RATE / hop)
        score[int(key) % 12, first:max(first + 1, int((start + duration) * RATE / hop))] += 1
    score = library.util.normalize(score + 1e-3, axis=0, norm=2)
    chroma = library.util.normalize(chroma + 1e-3, axis=0, norm=2)
    _, path = library.sequence.dtw(chroma, score, metric="cosine")
    first = np.zeros(frames)
    for sound_frame, score_frame in path:  # from the end to the beginning
        first[score_frame] = sound_frame
    return np.interp(np.array(bars) * RATE / hop, np.arange(frames), first) * hop / RATE


def main():
    question = json.load(sys.stdin)
    try:
        import numpy as np
        __import__(sys.argv[1])
        sound = load(question["audio"])
    except (ImportError, OSError, subprocess.CalledProcessError) as fault:
        print(json.dumps({"missing": str(fault)}))
        return
    align = {"synctoolbox": synctoolbox, "librosa": librosa}[sys.argv[1]]
    before = time.process_time()
    # The libraries print dots while they work.
    with contextlib.redirect_stdout(sys.stderr):
        times = align(sound, np.array(question["notes"]), np.array(question["bars"]))
    print(json.dumps({"times": [float(t) for t in times], "seconds": len(sound) / RATE,
                      "cpu_s": time.process_time() - before}))


main()
