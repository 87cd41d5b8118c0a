"""Whether a row of figures is flat."""
import statistics

PARTS = 10
# Student's t for 95 % and PARTS - 2 degrees of freedom.
T = 2.306


def growth(times, values):
    """How much a straight line through the figures grows from first to last: (least, likely, most), the outer two with 95 %
    certainty between them. Figures that lie near each other in time are alike, so the limits come from the means of ten
    stretches, not from the figures. None for fewer figures than stretches."""
    if len(times) < PARTS:
        return None
    cut = [len(times) * k // PARTS for k in range(PARTS + 1)]
    x = [statistics.fmean(times[a:b]) for a, b in zip(cut, cut[1:])]
    y = [statistics.fmean(values[a:b]) for a, b in zip(cut, cut[1:])]
    mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
    spread = sum((a - mean_x) ** 2 for a in x)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / spread
    rest = sum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y))
    error = T * (rest / (PARTS - 2) / spread) ** 0.5
    length = times[-1] - times[0]
    return (slope - error) * length, slope * length, (slope + error) * length
