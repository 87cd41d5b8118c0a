# Whether two lots of times are of one kind: the tests of Mann and Whitney and of Kolmogorov and Smirnov.
import math, random


def mann_whitney(a, b):
    """How often a time of `a` is the later of a pair (0.5: as often as not), and p of both sides."""
    both = sorted([(time, 0) for time in a] + [(time, 1) for time in b])
    ranks, ties, at = 0.0, 0.0, 0
    while at < len(both):
        end = at
        while end < len(both) and both[end][0] == both[at][0]:
            end += 1
        # Equal times share the mean of their ranks.
        ranks += sum((at + 1 + end) / 2 for _, lot in both[at:end] if lot == 0)
        ties += (end - at) ** 3 - (end - at)
        at = end
    n, m = len(a), len(b)
    later = ranks - n * (n + 1) / 2
    spread = math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    z = (abs(later - n * m / 2) - 0.5) / spread
    return later / (n * m), math.erfc(max(z, 0) / math.sqrt(2))


def kolmogorov_smirnov(a, b):
    """The largest distance of the two curves, and p of it."""
    a, b = sorted(a), sorted(b)
    i = j = 0
    distance = 0.0
    while i < len(a) and j < len(b):
        time = min(a[i], b[j])
        while i < len(a) and a[i] == time:
            i += 1
        while j < len(b) and b[j] == time:
            j += 1
        distance = max(distance, abs(i / len(a) - j / len(b)))
    root = math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    x = (root + 0.12 + 0.11 / root) * distance
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101)) if x > 0.2 else 1.0
    return distance, min(max(p, 0.0), 1.0)


def smallest_seen(a, p=0.001):
    """The least shift, in the unit of `a`, of half of these times against the other half that would be found."""
    times = list(a)
    random.Random(1).shuffle(times)
    one, other = times[::2], times[1::2]
    shift = 0.001
    while mann_whitney([time + shift for time in one], other)[1] > p:
        shift *= 1.1
    return shift
