"""S3 by moto behind a gate that botocore keeps, before our bucket and before the service with its features.

    python aws.py --service TTS_READER --bucket S3_PEER
"""
import argparse, contextlib, http.server, json, logging, os, subprocess, threading, time, urllib.error, urllib.request

import boto3
from moto.server import ThreadedMotoServer

from backend import OPENER, Service, check, finish, until
from gate import KEYS, REGION, Gate, denied, throttle

BUCKET = "tts-audio"


class Peer:
    """Our bucket, by hand."""

    def __init__(self, binary, env):
        self.process = subprocess.Popen(
            [binary, BUCKET], env={"PATH": os.environ["PATH"], **env}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def fetch(url, **headers):
    try:
        with OPENER.open(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def content(length):
    row = bytes(range(251))
    return (row * (length // 251 + 1))[:length]


def keys(s3):
    return sorted(it["Key"] for it in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))


def short_files(peer, s3):
    check("the bucket is there", peer("probe") is None)
    check("a file that is not there", peer("get", "users/a/x.mp3", 99) is None and peer("age", "users/a/x.mp3") is None)
    check("a file is put", peer("put", "users/a/x.mp3", 70000) is None)
    there = s3.get_object(Bucket=BUCKET, Key="users/a/x.mp3")
    check("it is the same by boto3", there["Body"].read() == content(70000))
    check("it says what it is", there["ContentType"] == "audio/mpeg", there["ContentType"])
    got = peer("get", "users/a/x.mp3", 99999)
    check("it is got again", got["right"] and got["bytes"] == 70000 and 0 <= got["age"] < 60, got)
    check("what is too long is not read", "more than 69999" in peer("get", "users/a/x.mp3", 69999)["error"])
    check("an empty file is one", peer("put", "users/a/empty.json", 0) is None and peer("get", "users/a/empty.json", 9)["bytes"] == 0)
    check("a file is removed", peer("remove", "users/a/empty.json") is None and keys(s3) == ["users/a/x.mp3"])
    check("also one that is not there", peer("remove", "users/a/empty.json") is None)


def links(peer, gate):
    link = peer("link", "users/a/x.mp3", 60)
    status, headers, body = fetch(link)
    check("a link opens it from outside", status == 200 and body == content(70000), (status, body[:200]))
    check("as audio", headers.get("Content-Type") == "audio/mpeg", headers)
    status, headers, body = fetch(link, Range="bytes=1000-1999")
    check("in ranges, too", status == 206 and body == content(2000)[1000:], (status, headers))
    check("another file's name does not", fetch(link.replace("x.mp3", "y.mp3"))[0] == 403)
    check("nor a longer life", fetch(link.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))[0] == 403)
    check("nor another signature", fetch(link[:-4] + "0000")[0] == 403)
    brief = peer("link", "users/a/x.mp3", 1)
    check("a link of a second works", fetch(brief)[0] == 200)
    check("and then it does not", until(lambda: fetch(brief)[0] == 403, 10) and b"has expired" in fetch(brief)[2])
    gate.refused.clear()


def long_files(peer, s3, gate):
    size = 40 << 20
    gate.let_in.clear()
    check("a long file is put", peer("put", "users/a/long.mp3", size) is None)
    parts = [path for method, path in gate.let_in if method == "PUT"]
    check("in parts", len(parts) == 5 and all("partNumber=" in path for path in parts), parts)
    there = s3.get_object(Bucket=BUCKET, Key="users/a/long.mp3")
    check("it is the same by boto3", there["Body"].read() == content(size))
    check("it says what it is", there["ContentType"] == "audio/mpeg", there["ContentType"])

    gate.fail = lambda method, path: 503 if "partNumber=3" in path else None
    told = peer("put", "users/a/broken.mp3", size)
    check("a part that fails for good fails the file", "InternalError" in told["error"], told)
    gate.fail = lambda method, path: 503 if method == "POST" and "uploadId=" in path else None
    told = peer("put", "users/a/broken.mp3", size)
    check("so does an end that fails", "error" in (told or {}), told)
    gate.fail = lambda method, path: None
    check("nothing of it is served", peer("age", "users/a/broken.mp3") is None)
    left = s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    check("nothing of it is left", left == [], left)

    once = {"left": 2}

    def twice(method, path):
        if "partNumber=2" in path and once["left"]:
            once["left"] -= 1
            return 503
        return None

    gate.fail = twice
    check("a part that fails twice is sent again", peer("put", "users/a/twice.mp3", size) is None and once["left"] == 0)
    gate.fail = lambda method, path: None
    check("and the file is whole", peer("get", "users/a/twice.mp3", size)["right"])


def retention(peer, s3):
    peer("put", "other/a/x.mp3", 10)
    time.sleep(2.1)
    for name in ["users/a/young.mp3", "users/b/young.mp3"]:
        peer("put", name, 10)
    check("what is old goes", peer("remove-older", "users", 2) == 3, keys(s3))
    left = ["other/a/x.mp3", "users/a/young.mp3", "users/b/young.mp3"]
    check("what is young stays, and what is not ours", keys(s3) == left, keys(s3))
    check("all of an account goes", peer("remove-all", "users/a") == 1 and keys(s3) == [left[0], left[2]], keys(s3))
    check("also when there is nothing", peer("remove-all", "users/a") == 0)
    for number in range(1203):
        s3.put_object(Bucket=BUCKET, Key=f"users/many/{number}.mp3", Body=b"x")
    check("more than one page of them goes", peer("remove-all", "users/many") == 1203 and len(keys(s3)) == 2)


def strangers(binary, env, gate):
    for name, value, code in [
        ("AWS_SECRET_ACCESS_KEY", "another", "SignatureDoesNotMatch"),
        ("AWS_ACCESS_KEY_ID", "AKIDSTRANGER", "InvalidAccessKeyId"),
        ("AWS_SESSION_TOKEN", "another", "InvalidToken"),
        ("AWS_REGION", "us-west-2", "InvalidAccessKeyId"),
    ]:
        peer = Peer(binary, {**env, name: value})
        told = peer("put", "users/a/x.mp3", 10)
        peer.close()
        check(f"{name} of somebody else is refused", code in told.get("error", ""), told)
    check("the gate refused them", len(gate.refused) == 4, gate.refused)
    gate.refused.clear()


def service(binary, env, s3, gate):
    env = {**env, "STORAGE": "s3", "S3_BUCKET_NAME": BUCKET, "LOAD_TEST_MODE": "true", "AUDIO_LINK_EXPIRE_SECONDS": "300"}
    before = keys(s3)
    with Service(binary, **env) as app:
        account = {"username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100}
        check("an account is made", app.ask("/api/dev/accounts", account)[0] == 200)
        token = app.ask("/api/login", {"username": "ann", "password": "secret-1"})[1]["access_token"]
        status, spoken = app.ask("/api/synthesize", {"text_to_speech": "The mill stood still."}, token)
        check("the service speaks into the bucket", status == 200, spoken)
        link = spoken["audio_url"]
        check("its link leads to the bucket", link.startswith(f"{gate.url}/{BUCKET}/users/"), link)
        check("for as long as is set", "X-Amz-Expires=300" in link, link)
        status, headers, body = fetch(link)
        check("and opens the audio", status == 200 and body[:1] == b"\xff" and headers["Content-Type"] == "audio/mpeg", status)
        new = [key for key in keys(s3) if key not in before]
        check("audio is in the bucket and nowhere else",
              any(key.endswith(".mp3") for key in new) and not list(app.data.glob("users/**/*.mp3")), new)
        check("the service is well", app.ask("/api/health")[0] == 200)

        gate.fail = lambda method, path: 503
        check("a bucket that is away is seen", until(lambda: app.ask("/api/health")[0] == 503, 60))
        balance = app.ask("/api/credit-balance", token=token)[1]["credit_balance"]
        status, told = app.ask("/api/synthesize", {"text_to_speech": "The mill stood still again."}, token)
        check("it fails the synthesis", status == 500 and told == {"detail": "An error occurred during text synthesis"}, (status, told))
        check("which costs nothing", until(
            lambda: app.ask("/api/credit-balance", token=token)[1]["credit_balance"] == balance, 20))
        gate.fail = lambda method, path: None
        check("and then it is well again", until(lambda: app.ask("/api/health")[0] == 200, 60))

        log = app.log.read_text()
        check("no secret is in the log", not any(secret in log for secret in [KEYS.secret_key, KEYS.token]), log)
        request = urllib.request.Request(app.url + "/api/user", method="DELETE", headers={"authorization": f"Bearer {token}"})
        with OPENER.open(request, timeout=30) as gone:
            check("the account goes", gone.status == 204, gone.status)
        check("and its audio with it", keys(s3) == before, keys(s3))
    check("every request was signed as botocore signs", gate.refused == [], gate.refused)


def speech(binary, env, gate):
    env = {**env, "LOAD_TEST_MODE": "true", "SPEECH_ENGINE": "polly"}
    with Service(binary, **env) as app:
        app.ask("/api/dev/accounts", {"username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100})
        token = app.ask("/api/login", {"username": "ann", "password": "secret-1"})[1]["access_token"]
        text = "Das Mühlrad stand 😀 still. " * 250
        gate.let_in.clear()
        status, spoken = app.ask("/api/synthesize", {"text_to_speech": text}, token)
        check("Polly speaks a long text", status == 200, spoken)
        calls = [path for _, path in gate.let_in if path == "/v1/speech"]
        check("in calls for sound and marks of three parts", len(calls) == 6, len(calls))
        marks = spoken["speech_marks"]
        words = [mark for mark in marks if mark["type"] == "word"]
        check("each mark is its text", all(text[m["start"]:m["end"]] == m["value"] for m in marks), marks[:3])
        check("each word has one", len(words) == len(text.split()), len(words))
        check("in order of time", all(a["time"] < b["time"] for a, b in zip(words, words[1:])))
        # 10 ms a byte of all that was sent; white space between parts was not.
        length = spoken["duration_seconds"]
        check("it lasts as long as its parts", abs(length - (len(text.encode()) - 3) / 100) < 0.005, length)
        last = (len(text.encode()) - len("still. ") - 2) * 10
        check("the last mark is where its part and the parts before put it", abs(words[-1]["time"] - last) <= 10, (words[-1], last))
        status, headers, body = fetch(spoken["audio_url"])
        check("it is one MP3 of that length", status == 200 and abs(len(body) * 8 / 48000 - length) < 0.5, (status, len(body)))
        throttle.extend([None] * 2)
        status, told = app.ask("/api/synthesize", {"text_to_speech": "Ruhig."}, token)
        check("throttled twice it still speaks", status == 200 and not throttle, (status, told))
        before = app.ask("/api/credit-balance", token=token)[1]["credit_balance"]
        throttle.extend([None] * 100)
        status, told = app.ask("/api/synthesize", {"text_to_speech": "Unruhig."}, token)
        check("throttled for good it answers 503", status == 503, (status, told))
        check("in a few tries", len(throttle) >= 90, len(throttle))
        throttle.clear()
        check("which costs nothing", until(
            lambda: app.ask("/api/credit-balance", token=token)[1]["credit_balance"] == before, 20))
        log = app.log.read_text()
        check("no secret is in the log", not any(secret in log for secret in [KEYS.secret_key, KEYS.token]), log)
    check("every request was signed as botocore signs", gate.refused == [], gate.refused)


def voices(binary, env, gate):
    env = {**env, "LOAD_TEST_MODE": "true", "SPEECH_ENGINE": "polly", "NEURAL_VOICES_ENABLED": "true"}

    def started():
        app.ask("/api/dev/accounts", {"username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100})
        return app.ask("/api/login", {"username": "ann", "password": "secret-1"})[1]["access_token"]

    def speak(voice, engine):
        body = {"text_to_speech": f"{voice} {engine}.", "voice_id": voice, "engine": engine}
        return app.ask("/api/synthesize", body, token)

    def asked():
        return sum(path == "/v1/speech" for _, path in gate.let_in)

    def balance():
        return app.ask("/api/credit-balance", token=token)[1]["credit_balance"]

    def listed():
        return [it["id"] for it in app.ask("/api/voices", token=token)[1]]

    def is_refused(answer, voice, engine):
        return answer[0] == 400 and f"has no {engine} voice `{voice}`" in str(answer[1])

    with Service(binary, **env) as app:
        token = started()
        # The service asks when it starts, and nobody waits for that.
        check("the list is Polly's, of the standard engine", until(lambda: listed() == ["Raveena", "Joanna"], 20), listed())
        before = asked()
        for voice, engine in [("Ruth", "standard"), ("Raveena", "neural"), ("Amy", "standard"), ("Amy", "neural")]:
            told = speak(voice, engine)
            check(f"{voice} {engine}, which Polly has not, is refused", is_refused(told, voice, engine), told)
        check("without asking Polly, and for nothing", asked() == before and balance() == 100, (asked(), balance()))
        for voice, engine in [("Ruth", "neural"), ("Joanna", "neural"), ("Raveena", "standard")]:
            status, told = speak(voice, engine)
            check(f"{voice} {engine} speaks", status == 200 and (told["voice_used"], told["engine_used"]) == (voice, engine), told)
        status, told = app.ask("/api/extract/textract/verify", token=token)
        check("three voices are told of", told["polly"]["voice_count"] == 3, told)
    # A list that cannot be had keeps nobody from speaking, and Polly's own word is passed on.
    gate.fail = lambda method, path: 500 if path == "/v1/voices" else None
    with Service(binary, **env) as app:
        token = started()
        told = speak("Ruth", "standard")
        check("without a list Polly itself is believed", is_refused(told, "Ruth", "standard"), told)
        check("which costs nothing", until(lambda: balance() == 100, 20), balance())
        check("and others speak", speak("Joanna", "standard")[0] == 200)
        check("the list is the catalogue then", len(listed()) == 23, listed())
    gate.fail = lambda method, path: None
    check("every request was signed as botocore signs", gate.refused == [], gate.refused)


SEEN = ["The mill by the river", "stood still for a hundred years, and nobody knew why; then one night", "the river rose, and the wheel turned."]


def scanned(seen):
    """A PDF of one page with a drawing and no text; what is seen there stands in comments."""
    draw = b"0 0 m 100 100 l S"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw)]
    pdf, places = b"%PDF-1.4\n" + b"".join(b"%% seen %s\n" % line.encode() for line in seen), []
    for number, body in enumerate(objects, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(pdf)
    pdf += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return pdf + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = scanned([] if self.path == "/blank.pdf" else SEEN)
        self.send_response(200)
        self.send_header("content-type", "application/pdf")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def pages():
    """The address of a site with scanned documents."""
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}"
    site.shutdown()


def reading(binary, env, gate):
    with pages() as page, Service(binary, **{**env, "LOAD_TEST_MODE": "true"}) as app:
        app.ask("/api/dev/accounts", {"username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100})
        token = app.ask("/api/login", {"username": "ann", "password": "secret-1"})[1]["access_token"]
        status, read = app.ask("/api/extract", {"url": f"{page}/scan.pdf"}, token)
        check("a scanned document is read by Textract", status == 200 and read["extraction_method"] == "textract", (status, read))
        check("all that is seen on it", " ".join(SEEN) == read.get("text"), read)
        status, told = app.ask("/api/extract", {"url": f"{page}/blank.pdf"}, token)
        check("what Textract does not read is refused", status == 422 and "pictures" in str(told), (status, told))
        status, told = app.ask("/api/extract/textract/status", token=token)
        check("the status says that it is there", told["textract_available"] and told["aws_configured"], told)
        gate.fail = lambda method, path: 500 if path == "/" else None
        status, told = app.ask("/api/extract", {"url": f"{page}/another.pdf"}, token)
        gate.fail = lambda method, path: None
        check("a Textract that is away is told as such", status == 503, (status, told))
    check("every request was signed as botocore signs", gate.refused == [], gate.refused)


def refused_keys(binary, env, gate):
    """The service's keys, not its callers' doing: 500, for nothing, and the log says where to look and keeps the keys."""
    user = "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: textract:AnalyzeDocument"
    for what, changed, code in [
        ("a key that nobody has", {"AWS_ACCESS_KEY_ID": "AKIDSTRANGER"}, "UnrecognizedClientException"),
        ("a secret of another key", {"AWS_SECRET_ACCESS_KEY": "another-secret"}, "InvalidSignatureException"),
        ("keys that may not read", {}, "AccessDeniedException"),
    ]:
        denied[:] = [] if changed else [user]
        given = {**env, **changed}
        with pages() as page, Service(binary, **{**given, "LOAD_TEST_MODE": "true"}) as app:
            app.ask("/api/dev/accounts", {"username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100})
            token = app.ask("/api/login", {"username": "ann", "password": "secret-1"})[1]["access_token"]
            answer = app.ask("/api/extract", {"url": f"{page}/scan.pdf"}, token)
            wanted = (500, {"detail": "Internal server error", "error_code": "INTERNAL_ERROR"})
            check(f"Textract refuses {what}: 500, and no word why", answer == wanted, answer)
            answer = app.ask("/api/extract-and-synthesize", {"url": f"{page}/scan.pdf"}, token)
            check("also where it would be spoken" if changed else "with the right it is read and spoken",
                  answer[0] == (500 if changed else 200), answer)
            credits = app.ask("/api/credit-balance", token=token)[1]["credit_balance"]
            done = app.ask("/api/extract/analytics", token=token)[1]["total_extractions"]
            check("what is not read costs nothing", (credits, done) == ((100, 0) if changed else (99, 1)), (credits, done))
            log = app.log.read_text()
            check("the log says so and names the settings", code in log and "check AWS_ACCESS_KEY_ID" in log, log)
            kept = [given[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
            audit = (app.data / "tts_api_audit.log").read_text()
            check("and never a key", not any(key in log + audit for key in kept), log)
    # The strangers, twice each, and nobody else.
    check("the gate refused the strangers alone", len(gate.refused) == 4, gate.refused)
    gate.refused.clear()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--service", required=True)
    parser.add_argument("--bucket", required=True)
    args = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # Past the gate: what is really there.
    s3 = boto3.client("s3", REGION, endpoint_url=f"http://{host}:{port}", aws_access_key_id="a", aws_secret_access_key="b")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    gate = Gate((host, port))
    env = {"AWS_ACCESS_KEY_ID": KEYS.access_key, "AWS_SECRET_ACCESS_KEY": KEYS.secret_key, "AWS_REGION": REGION,
           "AWS_SESSION_TOKEN": KEYS.token, "AWS_ENDPOINT_URL": gate.url}
    peer = Peer(args.bucket, env)
    check("the bucket's place is told", peer("place") == f"{BUCKET} at {gate.url}")
    short_files(peer, s3)
    links(peer, gate)
    long_files(peer, s3, gate)
    retention(peer, s3)
    check("every request was signed as botocore signs", gate.refused == [], gate.refused)
    peer.close()
    strangers(args.bucket, env, gate)
    service(args.service, env, s3, gate)
    speech(args.service, env, gate)
    voices(args.service, env, gate)
    reading(args.service, env, gate)
    refused_keys(args.service, env, gate)
    gate.shutdown()
    server.stop()
    finish()


main()
