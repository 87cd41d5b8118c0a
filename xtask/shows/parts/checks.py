# Lines of what was seen, and whether all of it is right.


class Checks:
    def __init__(self):
        self.failed = 0

    def __call__(self, right, text):
        self.failed += not right
        print(("ok      " if right else "FAILED  ") + text, flush=True)

    def told(self, good):
        """The last line and the exit code: `good` when nothing failed."""
        print(good if self.failed == 0 else f"{self.failed} checks failed")
        return 1 if self.failed else 0
