"""Drives the official Python client, unmodified, against a running sandbox.

    pip install soundsliceapi==1.2
    cargo run -p segno-sandbox -- --json > description.json &
    python3 docs/interop/soundslice_official.py description.json

Prints one line a step. What the client cannot do (its known defects) is a step as well: it must fail the known way.
"""

import json
import os
import sys
import tempfile
import urllib.request

import soundsliceapi
from soundsliceapi import Client, Constants, PermissionDenied, RateLimited, ValidationError

with open(sys.argv[1]) as description:
    sandbox = json.load(description)
access = sandbox["soundslice"]
Client.API_PREFIX = access["base_url"].rstrip("/")
client = Client(access["app_id"], access["password"])

SCORE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<score-partwise version="4.0"><part-list><score-part id="P1">'
    b'<part-name>Cello</part-name></score-part></part-list><part id="P1"><measure number="1"/></part></score-partwise>'
)


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sandbox["control"]["base_url"] + path, data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")


def step(name, got, expected):
    verdict = "ok  " if got == expected else "FAIL"
    print(f"{verdict} {name}: {got!r}" + ("" if got == expected else f", expected {expected!r}"))
    if got != expected:
        sys.exit(1)


def failure(call, *arguments, **named):
    try:
        return ("returned", call(*arguments, **named))
    except Exception as error:  # the kind of the exception is what is looked at
        return type(error).__name__


print("soundsliceapi", soundsliceapi.__version__)
created = client.create_slice(
    name="Morning Étude", artist="R. Okafor", has_shareable_url=True, embed_status=Constants.EMBED_STATUS_ON_ALLOWLIST
)
slice_ = created["scorehash"]
step("create_slice keys", list(created), ["scorehash", "slug", "url", "embed_url"])
listed = client.list_slices()
step("list_slices has it", [it["name"] for it in listed if it["scorehash"] == slice_], ["Morning Étude"])
step("get_slice", client.get_slice(slice_)["has_notation"], False)
step("get_original_slice_notation_file, none yet (D10: a string)", client.get_original_slice_notation_file(slice_), "")
step("get_slice_musicxml, none yet (D10: None)", client.get_slice_musicxml(slice_), None)

with tempfile.TemporaryFile() as file:
    file.write(SCORE)
    file.seek(0)
    step("upload_slice_notation (D9: nothing returned)", client.upload_slice_notation(slice_, file), None)
step("get_slice after the upload", client.get_slice(slice_)["has_notation"], True)
with urllib.request.urlopen(client.get_original_slice_notation_file(slice_)) as original:
    step("the original file", original.read() == SCORE, True)
step("get_slice_musicxml", client.get_slice_musicxml(slice_).startswith('<?xml version="1.0" encoding="UTF-8"?>\n<score-partwise'), True)
copy = client.duplicate_slice(slice_)["scorehash"]
step("duplicate_slice", client.get_slice(copy)["name"], "Morning Étude")

video = client.create_recording(slice_, Constants.SOURCE_YOUTUBE, source_data="https://youtu.be/aB3-dE5_gH7")["id"]
vimeo = client.create_recording(slice_, Constants.SOURCE_VIMEO, source_data="76979871", name="Camera B")["id"]
client.create_recording(slice_, Constants.SOURCE_WISTIA, source_data="abcde12345")
audio = client.create_recording(slice_, Constants.SOURCE_MP3_URL, source_data="https://media.example.net/a.mp3")["id"]
got = [(it["source"], it["name"], it["source_data"]) for it in client.get_slice_recordings(slice_)]
step("create_recording 1, 6, 7, 8", got, [
    (1, "Video", "aB3-dE5_gH7"), (6, "Camera B", "76979871"), (7, "Video", "abcde12345"),
    (8, "Audio", "https://media.example.net/a.mp3"),
])
for source in (Constants.SOURCE_MP3_UPLOAD, Constants.SOURCE_VIDEO_URL, Constants.SOURCE_VIDEO_UPLOAD):
    step(f"create_recording {source} (D1)", failure(client.create_recording, slice_, source, filename=os.devnull), "NameError")
step("create_recording 1 without data (D11)", failure(client.create_recording, slice_, 1), "ValidationError")

order = [str(it["id"]) for it in client.get_slice_recordings(slice_)][::-1]
step("reorder_slice_recordings", client.reorder_slice_recordings(slice_, ",".join(order)), {})
step("the order", [str(it["id"]) for it in client.get_slice_recordings(slice_)], order)
step("change_recording", client.change_recording(vimeo, name="Camera C")["name"], "Camera C")
changed = client.change_recording(audio, source_data="")
step("change_recording with '' (D5: not sent)", changed["source_data"], "https://media.example.net/a.mp3")

points = [[0, 0], [4, 9.6], [4, 11.25, 240], [8, 20.5, 0, 1]]
step("put_recording_syncpoints as JSON text", client.put_recording_syncpoints(video, json.dumps(points)), {"id": video})
step("get_recording_syncpoints", client.get_recording_syncpoints(video), points)
step("put_recording_syncpoints as a list (D2)", failure(client.put_recording_syncpoints, video, points), "ValidationError")


def duration(recording):
    return next(it["cropped_duration"] for it in client.get_slice_recordings(slice_) if it["id"] == recording)


client.put_recording_syncpoints(video, "[]", crop_start=10, crop_end=20)
step("crop_end is sent as crop_start (D3)", duration(video), 160.0)
client.put_recording_syncpoints(video, "[]", crop_start=0)
step("crop_start=0 is not sent (D4)", duration(video), 160.0)
step("delete_recording", client.delete_recording(vimeo), {"name": "Camera C"})

list_ = client.create_list("Autumn term")["id"]
step("create_list inside", list(client.create_list("Week 1", parent_id=list_)), ["id"])
step("rename_list", client.rename_list(list_, "Winter term"), {"id": list_})
step("add_slices_to_list", client.add_slices_to_list(list_, [slice_, copy]), {})
step("remove_slice_from_list", client.remove_slice_from_list(list_, copy), {})

step("delete_slice", client.delete_slice(slice_), {"name": "Morning Étude", "artist": "R. Okafor"})
step("get_slice after that", failure(client.get_slice, slice_), PermissionDenied.__name__)
step("a name that is too long", failure(client.create_slice, name="a" * 256), ValidationError.__name__)
step("wrong password", failure(Client(access["app_id"], "wrong").list_slices), PermissionDenied.__name__)
control("PUT", "/switches", {"soundslice": {"rate_limit": {"calls": 0, "window_s": 60}}})
step("rate limit", failure(client.list_slices), RateLimited.__name__)
control("PUT", "/switches", {"soundslice": {"rate_limit": None, "bad_credentials": "401"}})
step("401 (D8: a decoded body instead of an exception)", failure(Client(access["app_id"], "wrong").list_slices), ("returned", {}))
control("POST", "/faults", {"kind": "html", "status": 502})
step("502 (D8: fails in JSON)", failure(client.list_slices), "JSONDecodeError")
client.delete_slice(copy)
print("effects", json.dumps(control("GET", "/effects")))
control("POST", "/reset")
print("official client: ok")
