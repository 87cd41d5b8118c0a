"""The load test of crates/katydid/examples/peer.rs in Python, for Locust itself."""

from locust import HttpUser, constant, tag, task


class Alpha(HttpUser):
    weight = 3
    wait_time = constant(0.05)

    @tag("fast")
    @task(3)
    def hello(self):
        self.client.get("/ok")

    @tag("slow")
    @task
    def slow(self):
        self.client.get("/delay/120", name="/delay/[ms]")


class Beta(HttpUser):
    weight = 1
    wait_time = constant(0.05)

    @task
    def missing(self):
        self.client.get("/status/404")

    @task
    def broken(self):
        self.client.post("/status/500")

    @task
    def checked(self):
        with self.client.get("/ok", name="/checked", catch_response=True) as reply:
            reply.failure('Got wrong answer, "quoted"')

    @task
    def refused(self):
        self.client.get("http://127.0.0.1:1/refused", name="/refused")
