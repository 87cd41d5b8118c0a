#!/usr/bin/env bash
# kill -9 of the backend after 6 of 15 s with 30 users: the run ends on time, exit 1, failures by class.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package tts-reader-load-test
cargo build --release --quiet --package tts-reader
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
RATE_LIMIT_REQUESTS_PER_HOUR=100000 target/release/tts-reader serve --dev --bind 127.0.0.1:5077 --data "$work/data" >"$work/backend.log" 2>&1 & backend=$!
sleep 2
target/release/tts-reader accounts create --count 30 --tier PRO --credits 1000 --out "$work/accounts.csv" --data "$work/data"
( sleep 6; kill -9 "$backend" ) &
start=$(date +%s.%N)
set +e
target/release/tts-load --headless -u 30 -r 30 -t 15s -H http://127.0.0.1:5077 --accounts "$work/accounts.csv" --csv "$work/x" --only-summary 2>&1 | cat
code=${PIPESTATUS[0]}
set -e
echo "exit $code after $(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN{printf "%.1f", b-a}') s"
wc -l "$work"/x*.csv
