#!/usr/bin/env bash
# Pool too small: an embedded backend with two database connections; the diagnosis and the first screen of the report
# must name the pool. With a large pool they must not.
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
  DATABASE_POOL_SIZE=$size "$bin" --embedded --headless -u "$users" -r 10 -t "${seconds}s" --tags health,preferences --only-summary --seed 1 --html "$size.html" --md "$size.md" \
    >"$size.out" 2>&1 || true
  # The first screen of the page: what stands before its contents.
  sed -n '/<header>/,/<\/header>/p' "$size.html" >"$size.first"
  sed -n 's/^<li>\(.*\)<\/li>$/  \1/p' "$size.first"
  sed -n '/^  Slowest /p; /^Watched beside/,/^$/p; /^What moved with p95/,/^$/p; /^Diagnosis/,/^$/p' "$size.out"
done
grep -q 'db_pool_in_use{pool="read"} of monitor backend' 2.out || { echo "NOT NAMED"; tail -60 2.out; exit 1; }
grep -q 'db_pool_in_use{pool=&quot;read&quot;} of monitor backend: all 2 were in use' 2.first || { echo "the first screen does not name the pool"; exit 1; }
grep -q '^  Slowest .*db_pool_in_use{pool="read"} of monitor backend' 2.out || { echo "the bottleneck does not name the pool"; exit 1; }
grep -q '^Slowest: .*of monitor backend' 2.md || { echo "the Markdown does not name the pool"; exit 1; }
grep -q 'larger DATABASE_POOL_SIZE' 2.out || { echo "the setting is not named"; exit 1; }
if grep -q 'of monitor backend, since' 50.out || grep -q 'of monitor backend: all' 50.first; then echo "a large pool was blamed"; exit 1; fi
echo "the pool is named when it is too small, and only then"
