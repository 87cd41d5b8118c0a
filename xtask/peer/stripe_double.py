"""Stripe's own package against the double of Stripe: a shop as its makers would write it.

    python stripe_double.py --double STRIPE_DOUBLE

The package opens checkouts, retrieves, refunds and cancels, meets errors and idempotency keys, and
verifies the signatures of events that the double delivers to a receiver here.
"""
import argparse, http.server, json, subprocess, threading, urllib.error, urllib.request

import stripe

failed = []


def check(name, good, detail=""):
    print(f"{'ok' if good else 'FAILED'} {name}" + (f": {detail}" if detail and not good else ""), flush=True)
    if not good:
        failed.append(name)


class Keep(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, too."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Keep, urllib.request.ProxyHandler({}))


class Receiver(http.server.BaseHTTPRequestHandler):
    came = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.came.append((body, self.headers["stripe-signature"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def pay(session):
    """As the buyer's browser does; returns the status and where it goes on."""
    try:
        OPENER.open(urllib.request.Request(session.url, data=b"", method="POST"), timeout=30)
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers["location"]
    return None, None


def refused(call, kind):
    try:
        call()
    except kind as error:
        return error
    except stripe.StripeError as error:
        return check(f"{kind.__name__} is raised", False, repr(error))
    return check(f"{kind.__name__} is raised", False, "nothing was")


def credits(key, **changes):
    return stripe.checkout.Session.create(**{
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": {
            "currency": "usd", "unit_amount": 2400, "product_data": {"name": "2000 credits"}}}],
        "customer_creation": "always",
        "client_reference_id": "ann",
        "customer_email": "ann@example.com",
        "metadata": {"username": "ann", "credits": "2000", "purchase_type": "credits"},
        "success_url": "http://localhost:3000/pages/success.html?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost:3000/pricing",
        "idempotency_key": key,
        **changes,
    })


def buying():
    session = credits("order-1")
    check("a checkout is opened", session.id.startswith("cs_") and session.amount_total == 2400, session)
    check("it is unpaid", session.payment_status == "unpaid" and session.status == "open")
    check("its metadata are kept", session.metadata["credits"] == "2000", session.metadata)
    check("a key opens it once", credits("order-1").id == session.id)
    check("another key opens another", credits("order-2").id != session.id)
    error = refused(lambda: credits("order-1", client_reference_id="bob"), stripe.IdempotencyError)
    check("a key is for one request", error is not None)

    status, back = pay(session)
    check("the buyer comes back", status == 303 and back.endswith("session_id=" + session.id), (status, back))
    session = stripe.checkout.Session.retrieve(session.id, expand=["payment_intent"])
    check("it is paid", session.payment_status == "paid" and session.payment_intent.status == "succeeded")
    intent = stripe.PaymentIntent.retrieve(session.payment_intent.id)
    check("the payment is there", intent.amount_received == 2400, intent)
    portal = stripe.billing_portal.Session.create(customer=session.customer, return_url="http://localhost:3000/usage.html")
    check("the portal opens", portal.url.startswith("http://"), portal)

    refund = stripe.Refund.create(payment_intent=intent.id, amount=1000)
    check("a part goes back", refund.status == "succeeded" and refund.amount == 1000, refund)
    error = refused(lambda: stripe.Refund.create(payment_intent=intent.id, amount=2000), stripe.InvalidRequestError)
    check("no more than was paid goes back", error is not None and error.param == "amount")
    charge = stripe.Charge.retrieve(intent.latest_charge)
    check("the charge says how much", charge.amount_refunded == 1000 and not charge.refunded, charge)


def disputing(base):
    session = credits("order-3")
    pay(session)
    payment = stripe.checkout.Session.retrieve(session.id).payment_intent
    bank = urllib.request.Request(f"{base}/c/dispute/{payment}", data=b"", method="POST")
    begun = json.load(OPENER.open(bank, timeout=30))
    it = stripe.Dispute.retrieve(begun["id"])
    check("a dispute begins", it.status == "needs_response" and it.amount == 2400 and it.payment_intent == payment, it)
    check("its charge says so", stripe.Charge.retrieve(it.charge).disputed)
    check("it can be given up", stripe.Dispute.close(it.id).status == "lost")


def subscribing():
    session = stripe.checkout.Session.create(
        mode="subscription", line_items=[{"price": "price_pro", "quantity": 1}], client_reference_id="ann",
        metadata={"tier": "pro"}, subscription_data={"metadata": {"user_id": "7"}},
        success_url="http://localhost:3000/", cancel_url="http://localhost:3000/",
    )
    pay(session)
    session = stripe.checkout.Session.retrieve(session.id, expand=["subscription"])
    it = session.subscription
    check("a subscription begins", it.status == "active" and it["items"].data[0].price.id == "price_pro", it)
    check("it knows whose it is", it.metadata["user_id"] == "7", it.metadata)
    check("it ends", stripe.Subscription.cancel(it.id).status == "canceled")


def refusals():
    error = refused(lambda: credits("wrong-1", surprise="x"), stripe.InvalidRequestError)
    check("an unknown parameter is named", error is not None and error.param == "surprise")
    error = refused(lambda: stripe.checkout.Session.retrieve("cs_nothing"), stripe.InvalidRequestError)
    check("what is not there is missing", error is not None and error.code == "resource_missing")
    error = refused(lambda: stripe.PaymentIntent.retrieve("pi_1", api_key="sk_test_wrong"), stripe.AuthenticationError)
    check("a wrong key opens nothing", error is not None and error.http_status == 401)


def events(secret):
    kinds = []
    for body, signature in Receiver.came:
        event = stripe.Webhook.construct_event(body, signature, secret)
        kinds.append(event.type)
    check("every event's signature holds", len(kinds) == len(Receiver.came) > 0)
    check("buying is told in Stripe's order",
          kinds[:3] == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"], kinds)
    check("subscribing is told", kinds[3:5] == ["customer.subscription.created", "checkout.session.completed"], kinds)
    body, signature = Receiver.came[0]
    for name, wrong in [("a changed body", (body + b" ", signature, secret)),
                        ("another secret", (body, signature, "whsec_other"))]:
        try:
            stripe.Webhook.construct_event(*wrong)
            check(f"{name} is refused", False)
        except stripe.SignatureVerificationError:
            check(f"{name} is refused", True)
    listed = {event.type for event in stripe.Event.list().data}
    check("events can be listed", {"charge.refunded", "customer.subscription.deleted"} <= listed, listed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--double", required=True)
    double = parser.parse_args().double
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    to = f"http://127.0.0.1:{receiver.server_port}/hook"
    with subprocess.Popen([double, "--bind", "127.0.0.1:0", "--deliver-to", to], stdout=subprocess.PIPE, text=True) as process:
        try:
            stripe.api_base = process.stdout.readline().strip()
            stripe.api_key = process.stdout.readline().strip().split("=", 1)[1]
            secret = process.stdout.readline().strip().split("=", 1)[1]
            stripe.max_network_retries = 0
            buying()
            subscribing()
            refusals()
            events(secret)
            disputing(stripe.api_base)
            told = [stripe.Webhook.construct_event(body, it, secret).type for body, it in Receiver.came][-2:]
            check("disputing is told", told == ["charge.dispute.created", "charge.dispute.funds_withdrawn"], told)
        finally:
            process.kill()
    raise SystemExit(1 if failed else 0)


main()
