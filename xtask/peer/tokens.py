"""Tokens and password hashes, read and made by other implementations: PyJWT, argon2-cffi, bcrypt.

    python tokens.py --service TTS_READER
"""
import argparse, sqlite3, time

import argon2, bcrypt, jwt

from backend import PASSWORD, Service, check, finish

SECRET = "a secret for the comparison only, 0123456789"


def refuses(name, call, kind):
    try:
        call()
    except kind:
        return check(name, True)
    except Exception as error:
        return check(name, False, repr(error))
    return check(name, False, "nothing was raised")


def tokens(service):
    _, pair = service.login()
    read = lambda name, **how: jwt.decode(
        pair[name], SECRET, algorithms=["HS256"], options={"require": ["exp", "iat", "sub", "jti"]}, **how)
    access, refresh = read("access_token"), read("refresh_token")
    check("PyJWT reads our access token", access["sub"] == "ann" and access["kind"] == "access", access)
    check("it lives for an hour", access["exp"] - access["iat"] == 3600, access)
    check("PyJWT reads our refresh token", refresh["kind"] == "refresh" and refresh["exp"] - refresh["iat"] == 7 * 86400, refresh)
    check("both are of one session", access["sid"] == refresh["sid"] and access["jti"] != refresh["jti"])
    head = jwt.get_unverified_header(pair["access_token"])
    check("the head is the documented one", head == {"alg": "HS256", "typ": "JWT"}, head)
    refuses("PyJWT refuses our token with another secret",
            lambda: jwt.decode(pair["access_token"], SECRET + "x", algorithms=["HS256"]), jwt.InvalidSignatureError)
    refuses("PyJWT refuses our token as one of HS512",
            lambda: jwt.decode(pair["access_token"], SECRET, algorithms=["HS512"]), jwt.InvalidAlgorithmError)

    now = int(time.time())
    opens = lambda token: service.ask("/api/user", token=token)[0]
    made = lambda how="HS256", secret=SECRET, **changes: jwt.encode({**access, **changes}, secret, algorithm=how)
    check("we read PyJWT's token", opens(made(exp=now + 60)) == 200)
    for name, token in [
        ("with another secret", made(secret=SECRET + "x")),
        ("that is over", made(exp=now - 1)),
        ("of HS384", made("HS384")),
        ("of HS512", made("HS512")),
        ("of nobody's signature", made("none", secret=None)),
        ("of the other kind", made(kind="refresh")),
        ("without an end", jwt.encode({key: value for key, value in access.items() if key != "exp"}, SECRET)),
        ("of a session that is not there", made(sid="0" * 32)),
        ("of somebody else", made(uid="00000000-0000-4000-8000-000000000000")),
    ]:
        check(f"we refuse PyJWT's token {name}", opens(token) == 401)


class Hashes:
    """The hash of an account, in the database beside the running service."""

    def __init__(self, service):
        self.file = service.data / "tts-reader.db"

    def run(self, sql, *values):
        with sqlite3.connect(self.file, timeout=20) as database:
            return database.execute(sql, values).fetchone()

    def get(self):
        return self.run("SELECT password_hash FROM users WHERE username = 'ann'")[0]

    def put(self, text):
        self.run("UPDATE users SET password_hash = ? WHERE username = 'ann'", text)


def hashes(service):
    stored = Hashes(service)
    ours = stored.get()
    theirs = argon2.PasswordHasher()
    check("argon2-cffi verifies our hash", theirs.verify(ours, PASSWORD))
    refuses("argon2-cffi refuses another password", lambda: theirs.verify(ours, "x"), argon2.exceptions.VerifyMismatchError)
    it = argon2.extract_parameters(ours)
    check("it is OWASP's argon2id", (it.type, it.memory_cost, it.time_cost, it.parallelism, it.hash_len, it.salt_len)
          == (argon2.Type.ID, 19456, 2, 1, 32, 16), it)

    signs_in = lambda password=PASSWORD: service.login(password=password)[0] == 200
    for name, hasher in [
        ("argon2-cffi's own parameters", theirs),
        ("four lanes", argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=4)),
        ("a short hash and a long salt", argon2.PasswordHasher(hash_len=16, salt_len=32)),
    ]:
        stored.put(hasher.hash(PASSWORD))
        check(f"we verify argon2-cffi's hash of {name}", signs_in())
        check("and refuse another password", not signs_in("wrong"))
    stored.put(argon2.PasswordHasher(type=argon2.Type.I).hash(PASSWORD))
    check("a hash of argon2i is not taken", not signs_in())

    for prefix in [b"2a", b"2b"]:
        stored.put(bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(12, prefix)).decode())
        check(f"a wrong password does not fit bcrypt's ${prefix.decode()}$12$", not signs_in("wrong"))
        check(f"we verify bcrypt's ${prefix.decode()}$12$", signs_in())
        check("and put argon2id in its place, which argon2-cffi verifies", theirs.verify(stored.get(), PASSWORD))
        check("with which one signs in again", signs_in())
    # As the original did: of the password the first 72 bytes count.
    long = "é" * 60
    stored.put(bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode())
    check("we verify bcrypt's hash of a password longer than it reads", signs_in(long))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--service", required=True)
    # Twenty wrong passwords are enough for an account, and here are some.
    with Service(parser.parse_args().service, JWT_SECRET_KEY=SECRET, LOGIN_FAILURES_PER_HOUR="1000") as service:
        status, answer = service.register()
        check("an account is made", status == 200, answer)
        tokens(service)
        hashes(service)
    finish()


main()
