#!/usr/bin/env bash
# Pool too small: an embedded backend with two database connections; the diagnosis must name the pool. With a large pool it must not.
set -euo pipefail
users=${1:-40}; seconds=${2:-40}
cd "$(dirname "$0")/../.."
profile=${PROFILE:-release}
[ -n "${BUILT:-}" ] || cargo build --quiet --profile "$profile" --package tts-reader-load-test --bin tts-load
bin=$(realpath "${CARGO_TARGET_DIR:-target}/${profile/#dev/debug}/tts-load")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# A local file answers in microseconds: 150 ms make it a database that has work to do.
export FAULT_DATABASE_DELAY_MS=150
for size in 2 50; do
  echo "== DATABASE_POOL_SIZE=$size"
  DATABASE_POOL_SIZE=$size "$bin" --embedded --headless -u "$users" -r 10 -t "${seconds}s" --tags health,preferences --only-summary --seed 1 \
    >"$size.out" 2>&1 || true
  sed -n '/^Watched beside/,/^$/p; /^What moved with p95/,/^$/p; /^Diagnosis/,/^$/p' "$size.out"
done
grep -q 'db_pool_in_use{pool="read"} of monitor backend' 2.out || { echo "NOT NAMED"; tail -60 2.out; exit 1; }
grep -q 'larger DATABASE_POOL_SIZE' 2.out || { echo "the setting is not named"; exit 1; }
if grep -q 'of monitor backend, since' 50.out; then echo "a large pool was blamed"; exit 1; fi
echo "the pool is named when it is too small, and only then"
