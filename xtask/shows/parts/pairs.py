# Judges rounds in which something was on and off in turns: pairs.py ROUNDS WHAT. A line of ROUNDS: its number; CPU µs per
# request of all, of the other threads, and the p99 lateness in ms, with it on; the same three with it off. Ends with 1
# when the median ratio of CPU is above 1.02, when the other threads do more than 2 % of it more with it on, or when the
# median p99 lateness with it on is above the band of the rounds without.
import statistics, sys
rounds = [[float(word) for word in line.split()[1:]] for line in open(sys.argv[1])]
ratios = sorted(on / off for on, _, _, off, _, _ in rounds)
median = statistics.median(ratios)
# Order statistics: the widest pair of ranks that leaves 2.5 % outside on each side (the sign test).
n, outside, rank = len(ratios), 0.5 ** len(ratios), 0
ways = 1
while outside <= 0.025 and rank < n // 2:
    rank += 1
    ways = ways * (n - rank + 1) // rank
    outside += ways * 0.5 ** n
limits = f"95 % limits {ratios[rank - 1]:.4f} to {ratios[n - rank]:.4f}" if rank else "too few pairs for limits"
all_off = statistics.median(row[3] for row in rounds)
own = statistics.median(row[1] - row[4] for row in rounds)
late = statistics.median(row[2] for row in rounds)
band = sorted(row[5] for row in rounds)
print(f"ratio of all CPU per request: median {median:.4f}, {limits} (limit 1.02)")
print(f"what the other threads do more: {own:.3f} µs per request, {own / all_off * 100:.2f} % of all (limit 2 %)")
print(f"p99 lateness: median with {sys.argv[2]} {late:.2f} ms; band without {band[0]:.2f} to {band[-1]:.2f} ms")
sys.exit(0 if median <= 1.02 and own <= 0.02 * all_off and late <= band[-1] else 1)
