# Many who ask at once.
import threading


def together(count, threads, work):
    """What `work(n)` returns for each n, so many at a time, all threads let go at the same moment. The first fault
    of any of them is a fault here."""
    results, faults, numbers, lock = [None] * count, [], iter(range(count)), threading.Lock()
    gate = threading.Barrier(threads)

    def body():
        gate.wait()
        while True:
            with lock:
                number = next(numbers, None)
            if number is None or faults:
                return
            try:
                results[number] = work(number)
            except BaseException as fault:
                faults.append(fault)

    all_ = [threading.Thread(target=body) for _ in range(threads)]
    for one in all_:
        one.start()
    for one in all_:
        one.join()
    if faults:
        raise faults[0]
    return results
