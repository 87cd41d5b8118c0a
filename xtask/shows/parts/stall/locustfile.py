"""Locust on the stalling server: 100 users who each want one request per second."""
from locust import FastHttpUser, constant_throughput, task


class Visitor(FastHttpUser):
    wait_time = constant_throughput(1)

    @task
    def visit(self):
        self.client.get("/delay/1")
