#!/usr/bin/env bash
# The open model at 2,000/s and 20,000/s over sockets, one thread on a core of its own, the target on another; then
# 50,000/s and 10^8 samples in virtual time.
#   rates.sh [SECONDS [SAMPLES]]      120 s and 100,000,000 unless told; BUILT=1 builds nothing; needs taskset
# Prints what was sent in each whole second against the plan, by due time and by the moment sent, lateness and CPU.
# Fails when a start is missing, a second is off by more than one by due time, percentiles or memory are wrong.
set -euo pipefail
seconds=${1:-120}; samples=${2:-100000000}
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/fast
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
if [ -z "${BUILT:-}" ]; then
  cargo build --quiet --profile fast --package katydid-testkit --bin test-target
  cargo build --quiet --profile fast --package katydid-core --example many_samples
  cargo build --quiet --profile fast --package katydid-engine --example rates
fi
taskset -c 1 "$built/test-target" --bind 127.0.0.1:0 >"$work/url" & server=$!
until [ -s "$work/url" ]; do sleep 0.05; done
failed=0
for rate in 2000 20000; do
  taskset -c 0 "$built/examples/rates" "$(cat "$work/url")/ok" "$rate" "$seconds" || failed=1
done
"$built/examples/many_samples" "$samples" || failed=1
exit $failed
