#!/usr/bin/env bash
# Resident memory of katydid with many users (10,000 unless told) who each hold an open connection.
#   memory.sh [USERS]      needs nginx and curl
set -euo pipefail
users=${1:-10000}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-cli --bin katydid
. xtask/shows/parts/nginx.sh
start_nginx
open() { awk 'END{print NR}' < <(ls "/proc/$1/fd"); }
resident() { # users -> KiB
  "$built/katydid" $url -u "$1" -r 1000 -t 22s --threads 1 >"$work/out" 2>&1 & local pid=$!
  sleep 18
  echo "$(awk '/VmRSS/{print $2}' "/proc/$pid/status") $(open $pid)"
  wait "$pid" || { tail -5 "$work/out" >&2; }
}
read -r few _ < <(resident 10); read -r many files < <(resident "$users")
awk -v f="$few" -v m="$many" -v u="$users" -v o="$files" \
  'BEGIN{printf "10 users %d KiB, %d users with %d open files %d KiB: %.1f KiB per user\n", f, u, o, m, (m-f)/(u-10)}'
