"""Letters to a real mail server (aiosmtpd): TLS from the first byte and by STARTTLS, login, and all that
can be wrong with them.

    python mail.py --service TTS_READER
"""
import argparse, asyncio, email, email.policy, logging, pathlib, re, socket, ssl, tempfile, threading, time, warnings

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

from backend import Service, check, finish, until

# It tells of every handshake that fails, and here they shall; and of its own old names.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore")
NAME, SECRET = "post@example.com", "the-password-of-the-post"


class Server:
    """A mail server that keeps what it gets."""

    def __init__(self, certificate=None, implicit=False, password=SECRET, pause=0, port=0):
        self.letters, self.logins = [], []
        self.password, self.pause = password, pause
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
        tls = {} if not context or implicit else {"tls_context": context, "require_starttls": True}
        login = {"authenticator": self.login, "auth_required": True, 
                 # aiosmtpd knows of STARTTLS only; on the other door nobody gets in without TLS.
                 "auth_require_tls": not implicit} if context else {}
        self.loop = asyncio.new_event_loop()
        make = lambda: SMTP(self, loop=self.loop, **tls, **login)
        opened = self.loop.create_server(make, "127.0.0.1", port, ssl=context if implicit else None)
        self.socket = self.loop.run_until_complete(opened)
        self.port = self.socket.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.socket.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
                            data.login.decode(), data.password.decode()))
        return AuthResult(success=data.login.decode() == NAME and data.password.decode() == self.password, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        await asyncio.sleep(self.pause)
        envelope.mail_from = address
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.pause)
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def service(binary, port, authorities=None, **env):
    if authorities:
        env["SMTP_CERTIFICATES"] = str(authorities)
    return Service(binary, SMTP_HOST="localhost", SMTP_PORT=str(port), SMTP_USERNAME=NAME, SMTP_PASSWORD=SECRET, **env)


def no_secret(it, name):
    check(f"{name}: the log has no password", SECRET not in it.log.read_text(), it.log.read_text())


def good(binary, name, server, authorities, **env):
    with server, service(binary, server.port, authorities, **env) as it:
        it.register()
        arrived = until(lambda: server.letters)
        check(f"{name}: the letter arrives", arrived, it.log.read_text())
        if not arrived:
            return
        letter = server.letters[0]
        check(f"{name}: to whom it belongs", letter["to"] == "ann@example.com" and NAME in letter["from"], letter["to"])
        check(f"{name}: the login is told under TLS only", server.logins == [(True, NAME, SECRET)], server.logins)
        token = re.search(r"email-verification\?token=([\w-]+)", letter.get_content())
        status, answer = it.ask(f"/api/verify-email?token={token.group(1) if token else ''}")
        check(f"{name}: its link verifies the address", status == 200 and answer["username"] == "ann", answer)
        check(f"{name}: it is counted", until(lambda: it.metric("tts_reader_letters_sent_total") == 1))
        no_secret(it, name)


def bad(binary, name, server, authorities, words, logins=0, **env):
    """Three tries, no letter, a reason in the log, and a service that is well."""
    with server, service(binary, server.port, authorities, **env) as it:
        start = time.monotonic()
        status, _ = it.register()
        check(f"{name}: who registers does not wait", status == 200 and time.monotonic() - start < 5)
        opened = until(lambda: it.metric("tts_reader_mail_breaker_open") == 1)
        log = it.log.read_text()
        check(f"{name}: it is tried three times, then left alone", opened, log)
        check(f"{name}: the log says why", any(word in log.lower() for word in words), log)
        check(f"{name}: nothing arrives", not server.letters)
        check(f"{name}: name and password are told {logins} times", len(server.logins) == logins, server.logins)
        check(f"{name}: nothing is counted as sent", it.metric("tts_reader_letters_sent_total") == 0)
        status, health = it.ask("/api/health")
        check(f"{name}: health tells of it, and of nothing worse",
              status == 200 and health["services"]["email"] not in ("healthy", "off"), health)
        no_secret(it, name)


def silent(binary, authorities):
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as mute:
        with service(binary, mute.getsockname()[1], authorities) as it:
            start = time.monotonic()
            for number in range(5):
                it.register(f"user{number}")
            check("a silent server: five who register do not wait for it", time.monotonic() - start < 10)
            check("a silent server: letters wait", it.metric("tts_reader_letters_waiting") >= 4)
            check("a silent server: the service ends all the same", it.stop() < 30)


def back_again(binary, certificate, authorities):
    """A server that is away when the letter is written."""
    port = free_port()
    with service(binary, port, authorities) as it:
        it.register()
        until(lambda: "trying again" in it.log.read_text(), 10)
        with Server(certificate, port=port) as server:
            check("a server that comes back: the letter arrives", until(lambda: server.letters, 15), it.log.read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--service", required=True)
    binary = parser.parse_args().service
    with tempfile.TemporaryDirectory() as folder:
        ours, strangers = trustme.CA(), trustme.CA()
        authorities = pathlib.Path(folder) / "authority.pem"
        ours.cert_pem.write_to_path(str(authorities))
        here = ours.issue_cert("localhost", "127.0.0.1")
        elsewhere = ours.issue_cert("other.example")
        implicit = {"SMTP_USE_TLS": "implicit"}
        good(binary, "TLS from the first byte", Server(here, implicit=True), authorities, **implicit)
        good(binary, "STARTTLS", Server(here), authorities)
        good(binary, "a slow server", Server(here, pause=3), authorities)
        untrusted = ["certificate", "unknownissuer", "unknown issuer"]
        bad(binary, "a stranger's certificate", Server(strangers.issue_cert("localhost"), implicit=True), authorities,
            untrusted, **implicit)
        bad(binary, "a stranger's certificate after STARTTLS", Server(strangers.issue_cert("localhost")), authorities, untrusted)
        bad(binary, "an authority that is not told", Server(here), None, untrusted)
        bad(binary, "another host's certificate", Server(elsewhere, implicit=True), authorities,
            ["not valid for name", "notvalidforname", "certificate"], **implicit)
        bad(binary, "a server without STARTTLS", Server(), authorities, ["starttls"])
        bad(binary, "a wrong password", Server(here, password="another"), authorities, ["535", "authentication"], logins=3)
        silent(binary, authorities)
        back_again(binary, here, authorities)
    finish()


main()
