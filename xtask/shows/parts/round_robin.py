# A proxy before several services that gives each connection to the next of them.
import socket, threading

from service import Api


class RoundRobin(Api):
    def __init__(self, services):
        self.ports, self.given = [it.port for it in services], [0] * len(services)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            turn = sum(self.given) % len(self.ports)
            self.given[turn] += 1
            upstream = socket.create_connection(("127.0.0.1", self.ports[turn]))
            for source, sink in (client, upstream), (upstream, client):
                threading.Thread(target=pump, args=(source, sink), daemon=True).start()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # One end has gone: the other notices by itself.
