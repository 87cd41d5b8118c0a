"""The suite of lies for Locust: the same personas, the same load and, by LIE=NAME, the same mistake.

Without LIE it is correct in the way Locust wants it: every flow is left, every answer is checked.
"""
import os, random, time

from locust import HttpUser, SequentialTaskSet, TaskSet, between, constant, tag, task

LIE = os.environ.get("LIE", "")
RENEWED_AFTER = 0.5
numbers = iter(range(10**9))


def checked(reply, right):
    """An answer that is 200 and holds, or a failure that says so."""
    if reply.status_code != 200:
        reply.failure(f"HTTP {reply.status_code} instead of 200: {reply.text[:120]}")
    elif not right(reply.json()):
        reply.failure("check failed")


class Persona(HttpUser):
    abstract = True
    wait_time = constant(0) if LIE == "no-think-time" else between(0.02, 0.06)
    logs_in = True

    def on_start(self):
        self.number, self.since, self.registered = next(numbers), None, 0
        kind = "poor" if LIE in ("no-credits", "excused-errors") else "reader"
        self.account = f"{kind}-{0 if LIE == 'one-account' else self.number}"
        if self.logs_in and LIE not in ("token-thrown-away", "silent-return"):
            self.log_in()

    def log_in(self):
        reply = self.client.post("/api/login", json={"username": self.account, "password": "secret"})
        if reply.ok:
            self.client.headers["Authorization"] = "Bearer " + reply.json()["access_token"]
            self.since = time.monotonic()

    def is_ready(self):
        if self.since is None:
            return False
        if time.monotonic() - self.since >= RENEWED_AFTER and LIE != "token-never-renewed":
            self.log_in()
        return True

    def new_name(self):
        return f"locust-{os.getpid()}-{self.number}-{self.registered}"


class Leaving:
    """A flow is left after one task, unless that is the mistake."""

    def done(self):
        if LIE != "flows-never-left":
            self.interrupt(reschedule=False)


class Speech(Leaving, TaskSet):
    @tag("critical", "revenue")
    @task
    def synthesize(self):
        if self.user.is_ready():
            text = "word " * (5 if LIE == "one-text" else random.randint(1, 400))
            wrong = LIE == "wrong-fields" or (LIE == "third-fails" and random.random() < 0.35)
            body = {"text": text, "voice": "Joanna"} if wrong else {"text_to_speech": text, "voice_id": "Joanna"}
            with self.client.post("/api/synthesize", json=body, catch_response=True) as reply:
                if LIE == "excused-errors" and reply.status_code == 402:
                    reply.success()
                else:
                    checked(reply, lambda got: got["characters_used"] == len(text) and got["voice_used"] == "Joanna")
        self.done()


class Extraction(Leaving, TaskSet):
    @tag("critical")
    @task
    def basic(self):
        if self.user.is_ready():
            path = "/api/extract/" if LIE == "slash" else "/api/extract"
            with self.client.post(path, json={"url": page()}, catch_response=True) as reply:
                if LIE == "no-such-field":
                    reply.json().get("content", "")
                else:
                    checked(reply, lambda got: got["text"] and got["characters_used"] == len(got["text"]))
        self.done()

    @task
    def enhanced(self):
        if self.user.is_ready():
            ignored = LIE == "ignored-limit"
            body = {"url": page(), "maxLength" if ignored else "max_length": 50}
            with self.client.post("/api/extract/enhanced", json=body, catch_response=True) as reply:
                checked(reply, lambda got: ignored or len(got["text"]) <= 50)
        self.done()


def page():
    return f"https://example.org/{random.randint(1, 1000)}"


class Settings(Leaving, TaskSet):
    @task
    def preferences(self):
        if self.user.is_ready():
            voice, ignored = random.choice(["Ivy", "Justin", "Kendra"]), LIE == "ignored-preferences"
            body = ({"preferred_voice": voice, "preferred_engine": "neural"} if ignored
                    else {"voice_id": voice, "engine": "neural"})
            with self.client.post("/api/preferences", json=body, catch_response=True) as reply:
                checked(reply, lambda got: ignored or got == body)
        self.done()

    @task
    def balance(self):
        if self.user.is_ready():
            with self.client.get("/api/credit-balance", catch_response=True) as reply:
                checked(reply, lambda got: got["username"] == self.user.account)
        self.done()


class Reading(Leaving, TaskSet):
    @task
    def article(self):
        if self.user.is_ready():
            number = 7 if LIE == "one-article" else random.randint(1, 400)
            name = None if LIE == "name-for-each-id" else "/api/articles/{id}"
            with self.client.get(f"/api/articles/{number}", name=name, catch_response=True) as reply:
                checked(reply, lambda got: got["id"] == number)
        self.done()


def register(tasks):
    user = tasks.user
    if LIE != "wrong-order":
        user.registered += 1
    user.client.post("/api/register", json={"username": user.new_name(), "password": "new"})


def try_account(tasks):
    user = tasks.user
    user.client.post("/api/login", name="/api/login[new]", json={"username": user.new_name(), "password": "new"})


if LIE == "wrong-order":
    class Joining(Leaving, TaskSet):
        @tag("auth")
        @task
        def register(self):
            register(self)
            self.done()

        @tag("auth")
        @task
        def login(self):
            try_account(self)
            self.done()
else:
    class Joining(Leaving, SequentialTaskSet):
        @tag("auth")
        @task
        def register(self):
            register(self)

        @tag("auth")
        @task
        def login(self):
            try_account(self)
            self.done()


class Listener(Persona):
    weight = 3
    tasks = ({Speech: 4, Extraction: 3} if LIE == "silent-return"
             else {Speech: 4, Extraction: 3, Settings: 2, Reading: 2, Joining: 2})


class Visitor(Persona):
    weight = 0 if LIE == "silent-return" else 1
    logs_in = LIE != "token-in-one-persona"
    tasks = {Settings: 3, Reading: 3, Extraction: 2}
