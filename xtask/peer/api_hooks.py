"""What schemathesis cannot know of the backend: accounts, pages on loopback, texts that can be spoken.

Only what is well-formed is replaced, and always by something as well-formed: an address by that of a page
on loopback (nothing may leave this machine), made-up credentials by real ones. What is malformed is sent
as it was made.
"""
import itertools
import os
import re

import requests
import schemathesis

BASE = os.environ["API_BASE"]
SITE = os.environ["API_SITE"]
PASSWORD = "a password for tests"
TURN = itertools.count()
ID = re.compile("[A-Za-z0-9_-]{1,64}")


def post(path, body, **how):
    answer = requests.post(BASE + path, json=body, timeout=30, **how)
    answer.raise_for_status()
    return answer.json()


class People:
    """An account for each purpose, made when it is needed, and again when it was deleted."""

    def __init__(self):
        self.tokens = {}

    def login(self, username):
        return post("/api/login", {"username": username, "password": PASSWORD})

    def account(self, who):
        name = "boss" if who == "boss" else f"{who}_{next(TURN)}"
        body = {"username": name, "password": PASSWORD, "tier": "PRO", "credits": 1_000_000_000}
        if who == "boss":
            # There is one administrator's address; the account outlives a deletion of others.
            requests.post(BASE + "/api/dev/accounts", json=body, timeout=30)
        else:
            post("/api/dev/accounts", body)
        return name

    def token(self, who):
        if who not in self.tokens:
            self.tokens[who] = self.login(self.account(who))["access_token"]
        return self.tokens[who]

    def forget(self, token):
        self.tokens = {who: kept for who, kept in self.tokens.items() if kept != token}


PEOPLE = People()

if os.environ["API_SIGNED_IN"] == "yes":
    @schemathesis.auth(refresh_interval=None)
    class SignedIn:
        def get(self, case, ctx):
            return PEOPLE.token("boss" if case.operation.path.startswith("/api/admin/") else "user")

        def set(self, case, data, ctx):
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {data}"


def fits(value, least, most):
    return isinstance(value, str) and least <= len(value) <= most


@schemathesis.hook
def before_call(ctx, case, kwargs):
    body, name = case.body, case.operation.definition.raw["operationId"]
    if isinstance(body, dict):
        known(name, body)
        if all(isinstance(one, str) and ID.fullmatch(one) for one in (body.get("extraction_id"), (case.headers or {}).get("X-Progress-Id"))):
            # Two names for one request are refused, which no schema can say.
            del body["extraction_id"]
    if name in ("admin_audit_user", "admin_credits") and next(TURN) % 2:
        case.path_parameters["username"] = reader()
    key = (case.headers or {}).get("Idempotency-Key")
    if fits(key, 1, 255) and re.fullmatch(r"[!-~]([ -~]*[!-~])?", key):
        # A key that was used for something else is refused, which is not what is asked here.
        case.headers["Idempotency-Key"] = f"{key[:200]}.{os.getpid()}.{next(TURN)}"


def known(name, body):
    url = body.get("url")
    if fits(url, 0, 2048) and re.match("https?://", url):
        body["url"] = f"{SITE}/article"
    text = body.get("text_to_speech")
    if fits(text, 1, 100_000) and (len(text) > 400 or not re.search("[A-Za-z]", text)):
        body["text_to_speech"] = "The river rose in the night."
    if name in ("login", "token") and fits(body.get("username"), 1, 50) and fits(body.get("password"), 1, 128):
        if next(TURN) % 2:
            PEOPLE.token("reader")
            body.update(username=reader(), password=PASSWORD)
    if name == "refresh" and fits(body.get("refresh_token"), 1, 4096) and next(TURN) % 4 == 0:
        body["refresh_token"] = PEOPLE.login(reader())["refresh_token"]
    if name == "delete_user" and fits(body.get("password"), 1, 128):
        body["password"] = PASSWORD
    if name == "subscribe" and fits(body.get("price_id"), 1, 255) and next(TURN) % 2:
        body["price_id"] = "price_premium_monthly"
    members(body if name == "dev_create_batch" else body.get("of") if name == "dev_change_batch" else None)


READER = []


def reader():
    """The name of an account that nothing here deletes."""
    if not READER:
        READER.append(PEOPLE.account("reader"))
    return READER[0]


def members(of):
    """Names that a batch can have, as many as were made up."""
    if isinstance(of, dict) and isinstance(of.get("usernames"), list) and isinstance(of.get("batch"), str):
        names = of["usernames"]
        if len(names) <= 500 and all(isinstance(one, str) for one in names):
            of["usernames"] = [f"{of['batch']}_{number:03}" for number in range(len(names))]


@schemathesis.hook
def after_call(ctx, case, response):
    sent = response.request.headers.get("Authorization", "")
    name = case.operation.definition.raw["operationId"]
    ended = name in ("delete_user", "logout") and response.status_code < 300
    if ended or response.status_code == 401:
        PEOPLE.forget(sent.removeprefix("Bearer "))
