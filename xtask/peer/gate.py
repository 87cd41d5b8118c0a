"""The gate of AWS: lets in whom botocore, AWS's own library, would have signed like that, and nobody else.

What is let in goes to moto (S3), or to the small stand-ins below (Polly, Textract). moto itself believes
everybody, and never refuses a link that has expired; the gate does both for it.
"""
import base64, datetime, hashlib, http.client, http.server, json, math, struct, threading, urllib.parse

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2VjEXAMPLE//+token==")
REGION = "eu-central-1"
# What S3 calls otherwise.
BY_NAME_IN_JSON = {
    "InvalidAccessKeyId": "UnrecognizedClientException", "InvalidToken": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException"}
HOP = {"connection", "transfer-encoding", "keep-alive", "server", "date", "content-length"}


class Refused(Exception):
    pass


def age(stamp):
    then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    return (datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()


def expected(auth, request, stamp):
    """The signature that botocore gives the request."""
    request.context["timestamp"] = stamp
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def by_header(method, url, headers, body, service):
    algorithm, _, rest = headers["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    stamp = headers["x-amz-date"]
    scope = f"{KEYS.access_key}/{stamp[:8]}/{REGION}/{service}/aws4_request"
    if algorithm != "AWS4-HMAC-SHA256" or parts["Credential"] != scope:
        raise Refused(f"InvalidAccessKeyId: {parts['Credential']}")
    if headers.get("x-amz-security-token") != KEYS.token:
        raise Refused("InvalidToken")
    if abs(age(stamp)) > 300:
        raise Refused("RequestTimeTooSkewed")
    told = headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    if told != "UNSIGNED-PAYLOAD" and told != hashlib.sha256(body).hexdigest():
        raise Refused("XAmzContentSHA256Mismatch")
    signed = parts["SignedHeaders"].split(";")
    if "host" not in signed or any(n.startswith("x-amz-") and n not in signed for n in headers):
        raise Refused(f"AccessDenied: there were headers present which were not signed: {signed}")
    request = AWSRequest(method, url, {name: headers[name] for name in signed}, body)
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(KEYS, service, REGION)
    if parts["Signature"] != expected(auth, request, stamp):
        raise Refused("SignatureDoesNotMatch")


def by_link(method, url, headers, _body, _service):
    split = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(split.query))
    stamp, life = query["X-Amz-Date"], int(query["X-Amz-Expires"])
    if age(stamp) > life:
        raise Refused("AccessDenied: Request has expired")
    rest = [pair for pair in split.query.split("&") if not pair.startswith("X-Amz-Signature=")]
    bare = urllib.parse.urlunsplit(split._replace(query="&".join(rest)))
    request = AWSRequest(method, bare, {name: headers[name] for name in query["X-Amz-SignedHeaders"].split(";")})
    if query["X-Amz-Signature"] != expected(S3SigV4QueryAuth(KEYS, "s3", REGION, life), request, stamp):
        raise Refused("SignatureDoesNotMatch")


class Gate(http.server.ThreadingHTTPServer):
    """A loopback port that is all of AWS."""

    def __init__(self, moto):
        super().__init__(("127.0.0.1", 0), Handler)
        self.moto = moto
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.fail = lambda method, path: None
        self.let_in, self.refused = [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Whoever hangs up may."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = self.server.url + self.path
        where = urllib.parse.urlsplit(self.path).path
        service = {"/": "textract", "/v1/speech": "polly", "/v1/voices": "polly"}.get(where, "s3")
        try:
            check = by_header if "authorization" in headers else by_link
            check(self.command, url, headers, body, service)
        except (Refused, KeyError, ValueError) as why:
            self.server.refused.append(f"{self.command} {where}: {why!r}")
            code = str(why).split(":")[0].strip("'")
            if service == "s3":
                text = f"<Error><Code>{code}</Code><Message>{why}</Message></Error>"
                return self.send(403, {"content-type": "application/xml"}, text.encode())
            code = BY_NAME_IN_JSON.get(code, code)
            return self.send(403, {"x-amzn-errortype": code}, json.dumps({"message": str(why)}).encode())
        self.server.let_in.append((self.command, self.path))
        if status := self.server.fail(self.command, self.path):
            return self.send(status, {}, b"<Error><Code>InternalError</Code><Message>told to</Message></Error>")
        if service != "s3":
            return self.send(*SERVICES[service](where, json.loads(body or b"{}")))
        peer = http.client.HTTPConnection(*self.server.moto, timeout=30)
        peer.request(self.command, self.path, body, headers)
        got = peer.getresponse()
        found = {name: value for name, value in got.getheaders() if name.lower() not in HOP}
        self.send(got.status, found, got.read(), got.getheader("content-length"))

    def send(self, status, headers, body, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", length if self.command == "HEAD" and length else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


# --- stand-ins -----------------------------------------------------------------------------------

RATE, PER_BYTE = 16000, 160
# As in Amazon's list, some voices are of one kind only.
voices = [{"Id": name, "Name": name, "Gender": "Female", "LanguageCode": "en-US", "LanguageName": "US English", "SupportedEngines": engines}
          for name, engines in [("Joanna", ["standard", "neural"]), ("Ruth", ["neural", "generative"]), ("Raveena", ["standard"])]]
throttle, denied = [], []


def polly(where, asked):
    if where == "/v1/voices":
        return 200, {"content-type": "application/json"}, json.dumps({"Voices": voices}).encode()
    if throttle:
        throttle.pop()
        return 400, {"x-amzn-errortype": "ThrottlingException"}, b'{"message":"Rate exceeded"}'
    if not any(it["Id"] == asked["VoiceId"] and asked["Engine"] in it["SupportedEngines"] for it in voices):
        told = f"This voice does not support the selected engine: {asked['Engine']}"
        return 400, {"x-amzn-errortype": "ValidationException"}, json.dumps({"message": told}).encode()
    text = asked["Text"]
    if len(text) > 3000:
        return 400, {"x-amzn-errortype": "TextLengthExceededException"}, b'{"message":"too long"}'
    if asked["OutputFormat"] == "pcm":
        # A tone as long as its text: 10 ms a byte.
        count = len(text.encode()) * PER_BYTE
        tone = [round(8000 * math.sin(at * 0.2)) for at in range(count)]
        return 200, {"content-type": "audio/pcm"}, struct.pack(f"<{count}h", *tone)
    lines, at = [mark("sentence", 0, text)], 0
    for word in text.split(" "):
        if word:
            lines.append(mark("word", at, word))
        at += len(word.encode()) + 1
    return 200, {"content-type": "application/x-json-stream"}, "\n".join(lines).encode()


def mark(kind, start, value):
    time = start * PER_BYTE * 1000 // RATE
    return json.dumps({"time": time, "type": kind, "start": start, "end": start + len(value.encode()), "value": value})


def textract(_where, asked):
    if denied:
        body = {"__type": "AccessDeniedException", "Message": denied.pop()}
        return 400, {"content-type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
    document = base64.b64decode(asked["Document"]["Bytes"])
    # What is "seen" in a picture is what its comments say.
    seen = [line[7:] for line in document.decode("latin-1").splitlines() if line.startswith("% seen ")]
    lines = [{"Id": str(n), "BlockType": "LINE", "Text": text, "Confidence": 99.0} for n, text in enumerate(seen)]
    if not seen:
        body = {"__type": "com.amazonaws.textract#UnsupportedDocumentException", "Message": "unsupported"}
        return 400, {"content-type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
    ids = [line["Id"] for line in lines]
    layout = [{"Id": "t", "BlockType": "LAYOUT_TEXT", "Relationships": [{"Type": "CHILD", "Ids": ids}]}]
    body = {"DocumentMetadata": {"Pages": 1}, "Blocks": layout + lines[::-1]}
    return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


SERVICES = {"polly": polly, "textract": textract}
