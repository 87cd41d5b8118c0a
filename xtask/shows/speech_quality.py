#!/usr/bin/env python3
# The quality of the speech: what a recogniser understands, where an aligner hears the words, and what 100,000 characters take.
"""Usage: cargo xtask show speech_quality   (or: speech_quality.py SAY_EXAMPLE PYTHON_WITH_THE_RECOGNISER); about 3 minutes.

20 sentences are spoken by a voice of each preset and by two that are shades of one, and heard as MP3: word error rate by
whisper (tiny), begin and end of each word by pocketsphinx, which is told the text and finds where it lies. It hears in steps
of 10 ms, and its acoustic model knows grown men and women only. Then a text of 100,000 characters: time until the first part
and in all, largest memory, and the marks of its last minute against the aligner, in the file as a player decodes it.
Exit code 0 when all bounds hold."""
import collections, json, os, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "services/tts-reader/speech/tests"))
RATE = 16_000
VOICES = ["Brian", "Matthew", "Arthur", "Joanna", "Olivia", "Ivy", "Kendra", "Geraint"]
MOST_ERRORS, MOST_MEDIAN, MOST_P95, MOST_MEMORY = 0.15, 0.03, 0.08, 64
CHARACTERS = 100_000
failed = []


def bound(name, value, most, unit):
    failed.extend([name] if value > most else [])
    print(f"{'ok  ' if value <= most else 'FAIL'} {name}: {value:.3f}{unit} (at most {most}{unit})", flush=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


class Aligner:
    """Finds the words of a known text in audio. It needs silence at both ends to find an end at all: where there is
    less than a quarter of a second, the first word seems to begin with the audio. So it gets more."""

    SILENCE = 0.3

    def __init__(self):
        from pocketsphinx import Decoder

        self.decoder = Decoder(lm=None, loglevel="FATAL")

    def words(self, text, audio):
        """(word, begin, end) in seconds, or None if the text cannot be found in the audio."""
        import numpy

        # Nothing at all is nothing that it ever heard; this is as quiet as a quiet room.
        silence = numpy.random.default_rng(1).normal(0, 1e-4, int(self.SILENCE * RATE))
        audio = numpy.clip(numpy.concatenate([silence, audio, silence]), -1, 1)
        self.decoder.set_align_text(text)
        self.decoder.start_utt()
        self.decoder.process_raw((audio * 32767).astype("<i2").tobytes(), full_utt=True)
        self.decoder.end_utt()
        found = [(part.word.split("(")[0], part.start_frame / 100 - self.SILENCE, (part.end_frame + 1) / 100 - self.SILENCE)
                 for part in self.decoder.seg() or []]
        found = [part for part in found if not part[0].startswith("<")]
        return found if [word for word, _, _ in found] == text.split() else None


def differences(marks, aligned):
    """Seconds between the begins of both and between their ends."""
    pairs = [(mark, part) for mark, part in zip(marks, aligned)]
    return [part[1] - mark["time"] / 1e3 for mark, part in pairs], [part[2] - mark["end_time"] / 1e3 for mark, part in pairs]


def told(begins, ends):
    off = [abs(value) for value in begins + ends]
    return (f"begins {statistics.median(begins):+.3f} s, ends {statistics.median(ends):+.3f} s (medians); "
            f"|error| median {statistics.median(off):.3f} s, p95 {percentile(off, 0.95):.3f} s")


def sentences(speaker, listener, aligner, texts):
    from intelligibility import edits, plain

    begins, ends, wrong, total, lost = [], [], 0, 0, 0
    for voice in VOICES:
        of = collections.defaultdict(list)
        errors = words = 0
        for text in texts:
            file, marks = speaker.speak(voice, text)
            audio = listener.decode(str(file))
            said = plain(text)
            errors += edits(said, plain(" ".join(part.text for part in listener.hear(audio))))
            words += len(said)
            aligned = aligner.words(" ".join(said), audio)
            if aligned is None or len(aligned) != len(marks):
                lost += 1
                continue
            begin, end = differences(marks, aligned)
            of["begins"] += begin
            of["ends"] += end
        print(f"     {voice:<8} word errors {errors / words:6.1%}; {told(of['begins'], of['ends'])}", flush=True)
        begins, ends, wrong, total = begins + of["begins"], ends + of["ends"], wrong + errors, total + words
    print(f"     all      {total} words, {len(begins)} aligned; {told(begins, ends)}")
    bound("word error rate", wrong / total, MOST_ERRORS, "")
    bound("sentences that could not be aligned", lost / len(texts) / len(VOICES), 0.05, "")
    off = [abs(value) for value in begins + ends]
    bound("median error of word marks", statistics.median(off), MOST_MEDIAN, " s")
    bound("p95 error of word marks", percentile(off, 0.95), MOST_P95, " s")


def last_minute(file, seconds=60):
    """The end of an MP3 file as a player decodes it, and when that begins: never the whole file in memory."""
    import av, numpy

    kept, samples, total = collections.deque(), 0, 0
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            assert frame.sample_rate == RATE
            part = frame.to_ndarray().reshape(-1)
            part = part.astype("float32") / (32768 if part.dtype.kind == "i" else 1)
            kept.append(part)
            samples, total = samples + len(part), total + len(part)
            while samples - len(kept[0]) > seconds * RATE:
                samples -= len(kept.popleft())
    return numpy.concatenate(kept), (total - samples) / RATE, total / RATE


def resident(pid):
    """The most that a process had in memory so far, in MiB."""
    with open(f"/proc/{pid}/status") as status:
        return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0)


def long_text(say, folder, aligner, texts):
    from intelligibility import plain

    text, count = "", 0
    # The odd sentence counts differently in characters, bytes and UTF-16.
    pieces = [*texts, "Zoë’s naïve café 😀 is shut — e\u0301tude."]
    while len(text) < CHARACTERS:
        text += pieces[count % len(pieces)] + " "
        count += 1
    text = text[: text.rindex(".", 0, CHARACTERS - 1) + 1]
    file = os.path.join(folder, "long.mp3")
    start = time.monotonic()
    process = subprocess.Popen([say, "--voice", "Joanna", "--out", file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdin.write(text.encode())
    process.stdin.close()
    lines, first, memory = [], None, 0
    for line in process.stdout:
        first = first or time.monotonic() - start
        lines.append(line)
        # What the system tells of a child that ended has the memory of its parent in it.
        memory = max(memory, resident(process.pid)) if len(lines) % 100 == 1 else memory
    took = time.monotonic() - start
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    busy = usage.ru_utime + usage.ru_stime
    marks = [json.loads(line) for line in lines]
    audio, begin, length = last_minute(file)
    print(f"     {len(text):,} characters: {length / 60:.1f} min of MP3, {os.path.getsize(file) / 1e6:.1f} MB, in {took:.1f} s,"
          f" {busy:.1f} s of CPU ({length / busy:.0f} x real time), first marks after {first:.2f} s, largest memory {memory:.0f} MiB")
    data = text.encode()
    bad = [mark for mark in marks if text[mark["start"]:mark["end"]] != mark["value"]
           or data[mark["start_byte"]:mark["end_byte"]].decode() != mark["value"]]
    bound("marks that are not their part of the text", len(bad), 0, "")
    words = [mark for mark in marks if mark["type"] == "word"]
    bound("seconds of audio behind the last word", length - words[-1]["end_time"] / 1e3, 1.0, " s")
    bound("largest memory", memory, MOST_MEMORY, " MiB")
    begins, ends = [], []
    last = [mark for mark in marks if mark["type"] == "sentence" and mark["time"] / 1e3 > begin + 1]
    for sentence in last:
        within = [mark for mark in words if sentence["start"] <= mark["start"] < sentence["end"]]
        said = plain(" ".join(mark["value"] for mark in within))
        # A sentence with a bit of the pauses around it.
        edge = 0.1
        at = max(0, int((sentence["time"] / 1e3 - edge - begin) * RATE))
        part = audio[at: int((sentence["end_time"] / 1e3 + edge - begin) * RATE)]
        aligned = aligner.words(" ".join(said), part) if len(said) == len(within) else None
        if aligned:
            shift = begin + at / RATE
            begin_off, end_off = differences(within, [(word, a + shift, b + shift) for word, a, b in aligned])
            begins, ends = begins + begin_off, ends + end_off
    print(f"     the last minute: {len(last)} sentences, {len(begins)} words aligned; {told(begins, ends)}")
    off = [abs(value) for value in begins + ends]
    bound("median error of the last marks", statistics.median(off), MOST_MEDIAN, " s")
    bound("p95 error of the last marks", percentile(off, 0.95), MOST_P95, " s")


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    say, python = sys.argv[1:3]
    if os.path.realpath(sys.prefix) != os.path.realpath(os.path.join(os.path.dirname(python), "..")):
        os.execv(python, [python, *sys.argv])
    from pathlib import Path

    from intelligibility import EVERYDAY, HARVARD, Listener, Speaker

    texts = EVERYDAY + HARVARD[:10]
    aligner = Aligner()
    with tempfile.TemporaryDirectory() as folder:
        sentences(Speaker(Path(say).resolve(), Path(folder)), Listener(), aligner, texts)
        long_text(say, folder, aligner, texts)
    print("all bounds hold" if not failed else f"NOT within bounds: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
