#!/usr/bin/env python3
"""Makes the seeded scores of the sandbox: MusicXML from the notes below, everything else from MuseScore 3.

Needs the packages musescore3 and ffmpeg. Usage: make.py OUT. For each piece it writes NAME.musicxml, .mxl, .mscz,
.mid, .mp3 (32 kbit/s, mono), .mpos (time and place of every measure) and the pages as NAME-1.png, NAME-2.png, ...
The compositions are in the public domain; the notes were written down for this project.
"""
import os, re, subprocess, sys, tempfile

QUARTER = 12  # divisions
TYPES = {48: ("whole", 0), 36: ("half", 1), 24: ("half", 0), 18: ("quarter", 1), 12: ("quarter", 0), 9: ("eighth", 1),
         6: ("eighth", 0), 3: ("16th", 0)}


def note(word, chord=False, lyric=None, voice=1, staff=None):
    """`C#5:12` is a C sharp in octave 5 of 12 divisions, `r:12` a rest."""
    pitch, length = word.split(":")
    length = int(length)
    kind, dots = TYPES[length]
    xml = "<note>" + ("<chord/>" if chord else "")
    if pitch == "r":
        xml += "<rest/>"
    else:
        step, alter, octave = re.fullmatch(r"([A-G])([#b]?)(\d)", pitch).groups()
        xml += f"<pitch><step>{step}</step>"
        if alter:
            xml += f"<alter>{1 if alter == '#' else -1}</alter>"
        xml += f"<octave>{octave}</octave></pitch>"
    xml += f"<duration>{length}</duration><voice>{voice}</voice><type>{kind}</type>" + "<dot/>" * dots
    if staff:
        xml += f"<staff>{staff}</staff>"
    if lyric:
        xml += f"<lyric><syllabic>single</syllabic><text>{lyric}</text></lyric>"
    return xml + "</note>"


def harmony(name):
    root, rest = name[0], name[1:]
    kind = {"": "major", "m": "minor", "7": "dominant"}[rest]
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind></harmony>"


def tempo(bpm):
    return f'<direction><sound tempo="{bpm}"/></direction>'


def bars(text):
    return [bar.split() for bar in text.split("|")]


def expand(bar, table):
    """Letters behind the pitch give the length: q quarter, e eighth, h half, d dotted half, p dotted quarter."""
    return [re.sub(r"([qehdpws])$", lambda m: ":" + str(table[m.group(1)]), word) for word in bar]


LENGTHS = {"q": 12, "e": 6, "h": 24, "d": 36, "p": 18, "w": 48, "s": 3}

MINUET = dict(
    name="minuet-in-g", title="Minuet in G major", composer="Christian Petzold", subtitle="BWV Anh. 114",
    key=1, time=(3, 4), page=(1200, 1697), staves=2, parts=[("Harpsichord", 7)],
    # Slower at the ends of the halves, a little faster at the start of the second.
    tempo={0: 120, 6: 116, 7: 104, 8: 120, 14: 112, 15: 96, 16: 126, 22: 118, 23: 108, 24: 120, 30: 108, 31: 84},
    start=[0, 16], end=[15, 31], turn=16,
    right=bars("D5q G4e A4e B4e C5e|D5q G4q G4q|E5q C5e D5e E5e F#5e|G5q G4q G4q|C5q D5e C5e B4e A4e|B4q C5e B4e A4e G4e|"
               "F#4q G4e A4e B4e G4e|A4d|D5q G4e A4e B4e C5e|D5q G4q G4q|E5q C5e D5e E5e F#5e|G5q G4q G4q|"
               "C5q D5e C5e B4e A4e|B4q C5e B4e A4e G4e|A4q B4e A4e G4e F#4e|G4d|"
               "B5q G5e A5e B5e G5e|A5q D5e E5e F#5e D5e|G5q E5e F#5e G5e D5e|C#5q B4e C#5e A4q|A4e B4e C#5e D5e E5e F#5e|"
               "G5q F#5q E5q|F#5q A4q C#5q|D5d|D5q G4e F#4e G4q|E5q G4e F#4e G4q|D5q C5q B4q|A4e G4e F#4e G4e A4q|"
               "D4e E4e F#4e G4e A4e B4e|C5q B4q A4q|B4e D5e G4q F#4q|G4d"),
    left=bars("G3h A3q|B3d|C4d|B3d|A3d|G3d|D4q B3q G3q|D4q D3e C4e B3e A3e|B3h A3q|G3q B3q G3q|C4d|B3q C4e B3e A3e G3e|"
              "A3h F#3q|G3h B3q|C4q D4q D3q|G3h G2q|G3d|F#3d|E3q G3q E3q|A3h A2q|A3d|B3q D4q C#4q|D4q F#3q A3q|D4q D3q C4q|"
              "B3h B3q|C4h C4q|B3q A3q G3q|D4d|D3h F#3q|E3q G3q F#3q|G3q B2q D3q|G3q D3q G2q"))

ODE = dict(
    name="ode-to-joy", title="Ode to Joy", composer="Ludwig van Beethoven", subtitle="Theme", poet="Friedrich Schiller",
    key=2, time=(4, 4), page=(1000, 1414), staves=1, parts=[("Voice", 53)],
    tempo={0: 132, 12: 120, 14: 108},
    start=[0], end=[3], endings={3: (1, "stop"), 4: (2, "discontinue")},
    chords={0: "D", 1: "A", 2: "D", 3: "A7", 4: "D", 5: "A7", 6: "D", 7: "A7", 8: "A", 9: "D", 10: "A", 11: "D", 12: "D"},
    right=bars("F#4q F#4q G4q A4q|A4q G4q F#4q E4q|D4q D4q E4q F#4q|F#4p E4e E4h|E4p D4e D4h|"
               "E4q E4q F#4q D4q|E4q F#4e G4e F#4q D4q|E4q F#4e G4e F#4q E4q|D4q E4q A3h|"
               "F#4q F#4q G4q A4q|A4q G4q F#4q E4q|D4q D4q E4q F#4q|E4p D4e D4h"),
    lyrics="Freu de schö ner Göt ter fun ken Toch ter aus E ly si um")

AH = dict(
    name="ah-vous-dirai-je", title="Ah ! vous dirai-je, maman", composer="Traditional", subtitle="Duet for flute and oboe",
    key=0, time=(2, 4), page=(1400, 990), staves=1, parts=[("Flute", 74), ("Oboe", 69)],
    tempo={0: 108, 7: 96, 8: 112, 15: 100}, fine=7, dacapo=15,
    right=bars("C5q C5q|G5q G5q|A5q A5q|G5h|F5q F5q|E5q E5q|D5q D5q|C5h|"
               "G5q G5q|F5q F5q|E5q E5q|D5h|G5q G5q|F5q F5q|E5q E5q|D5h"),
    second=bars("C4q E4q|E4q C5q|F4q C5q|E4h|D4q B4q|C4q C5q|F4q B4q|E4h|"
                "E4q C5q|D4q B4q|C4q C5q|B4h|E4q C5q|D4q B4q|C4q C5q|B4h"))


def musicxml(piece):
    beats, unit = piece["time"]
    full = QUARTER * 4 * beats // unit
    width, height = piece["page"]
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n<score-partwise version="3.1">'
    xml += f"<work><work-title>{piece['title']}</work-title></work><identification>"
    xml += f'<creator type="composer">{piece["composer"]}</creator>'
    if "poet" in piece:
        xml += f'<creator type="lyricist">{piece["poet"]}</creator>'
    xml += "<rights>Public domain</rights></identification><defaults><scaling><millimeters>7</millimeters><tenths>40</tenths></scaling>"
    margins = "<left-margin>70</left-margin><right-margin>70</right-margin><top-margin>70</top-margin><bottom-margin>70</bottom-margin>"
    xml += f"<page-layout><page-height>{height}</page-height><page-width>{width}</page-width>"
    xml += f'<page-margins type="both">{margins}</page-margins></page-layout></defaults>'
    for text, size, align, top in [(piece["title"], 22, "center", 0), (piece["subtitle"], 14, "center", 60), (piece["composer"], 11, "right", 90)]:
        x = width // 2 if align == "center" else width - 70
        kind = {22: "title", 14: "subtitle", 11: "composer"}[size]
        xml += (f'<credit page="1"><credit-type>{kind}</credit-type><credit-words default-x="{x}" default-y="{height - 70 - top}" '
                f'font-size="{size}" justify="{align}" valign="top">{text}</credit-words></credit>')
    xml += "<part-list>"
    for index, (name, program) in enumerate(piece["parts"], 1):
        xml += (f'<score-part id="P{index}"><part-name>{name}</part-name><score-instrument id="P{index}-I1"><instrument-name>{name}'
                f'</instrument-name></score-instrument><midi-instrument id="P{index}-I1"><midi-channel>{index}</midi-channel>'
                f"<midi-program>{program}</midi-program></midi-instrument></score-part>")
    xml += "</part-list>"
    lyrics = iter(piece.get("lyrics", "").split())
    for index in range(len(piece["parts"])):
        voices = [piece["right"], piece.get("left")] if index == 0 else [piece["second"], None]
        xml += f'\n<part id="P{index + 1}">'
        for number, right in enumerate(voices[0]):
            xml += f'\n<measure number="{number + 1}">'
            if number == piece.get("turn"):
                xml += '<print new-page="yes"/>'
            if number in piece.get("start", []) or number in piece.get("endings", {}):
                xml += '<barline location="left">'
                if number in piece.get("endings", {}):
                    ending = piece["endings"][number]
                    xml += f'<ending number="{ending[0]}" type="start"/>'
                if number in piece.get("start", []) and number > 0:
                    xml += '<repeat direction="forward"/>'
                xml += "</barline>"
            if number == 0:
                xml += f"<attributes><divisions>{QUARTER}</divisions><key><fifths>{piece['key']}</fifths></key>"
                xml += f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
                if piece["staves"] == 2:
                    xml += "<staves>2</staves>"
                xml += '<clef number="1"><sign>G</sign><line>2</line></clef>'
                if piece["staves"] == 2:
                    xml += '<clef number="2"><sign>F</sign><line>4</line></clef>'
                xml += "</attributes>"
            if number in piece["tempo"] and index == 0:
                xml += tempo(piece["tempo"][number])
            if number in piece.get("chords", {}):
                xml += harmony(piece["chords"][number])
            words = expand(right, LENGTHS)
            assert sum(int(word.split(":")[1]) for word in words) == full, (piece["name"], number)
            for word in words:
                xml += note(word, lyric=next(lyrics, None) if "lyrics" in piece and number < 4 else None,
                            staff=1 if piece["staves"] == 2 else None)
            if voices[1]:
                words = expand(voices[1][number], LENGTHS)
                assert sum(int(word.split(":")[1]) for word in words) == full, (piece["name"], number, "left")
                xml += f"<backup><duration>{full}</duration></backup>"
                for word in words:
                    xml += note(word, voice=5, staff=2)
            if index == 0 and number == piece.get("fine"):
                xml += '<direction placement="above"><direction-type><words>Fine</words></direction-type><sound fine="yes"/></direction>'
            if index == 0 and number == piece.get("dacapo"):
                xml += '<direction placement="above"><direction-type><words>D.C. al Fine</words></direction-type><sound dacapo="yes"/></direction>'
            last = number == len(voices[0]) - 1
            if number in piece.get("end", []) or number in piece.get("endings", {}) or last:
                xml += '<barline location="right">'
                if last or number in piece.get("end", []):
                    xml += "<bar-style>light-heavy</bar-style>"
                if number in piece.get("endings", {}):
                    ending = piece["endings"][number]
                    xml += f'<ending number="{ending[0]}" type="{ending[1]}"/>'
                if number in piece.get("end", []):
                    xml += '<repeat direction="backward"/>'
                xml += "</barline>"
            xml += "</measure>"
        xml += "</part>"
    return xml + "\n</score-partwise>\n"


def main(out):
    os.makedirs(out, exist_ok=True)
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    run = lambda *words: subprocess.run(words, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for piece in [MINUET, ODE, AH]:
        path = lambda ending: os.path.join(out, piece["name"] + ending)
        with open(path(".musicxml"), "w", encoding="utf-8") as file:
            file.write(musicxml(piece))
        run("mscore3", path(".musicxml"), "-o", path(".mscz"))
        for ending in [".mxl", ".mid", ".pdf"]:
            run("mscore3", path(".mscz"), "-o", path(ending))
        # The boxes are in twelfths of a pixel of the pages, so both need the same resolution.
        for ending in [".mpos", ".png"]:
            run("mscore3", path(".mscz"), "-r", "100", "-o", path(ending))
        with tempfile.TemporaryDirectory() as folder:
            sound = os.path.join(folder, "sound.wav")
            run("mscore3", path(".mscz"), "-o", sound)
            run("ffmpeg", "-y", "-i", sound, "-ac", "1", "-ar", "22050", "-b:a", "32k", "-map_metadata", "-1", path(".mp3"))


if __name__ == "__main__":
    main(sys.argv[1])
