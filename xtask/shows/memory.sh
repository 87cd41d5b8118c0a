#!/usr/bin/env bash
# Resident memory of katydid with many users (9,000 unless told) who each hold an open connection (needs nginx).
set -euo pipefail
users=${1:-9000}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-cli --bin katydid
work=$(mktemp -d)
cat >"$work/nginx.conf" <<CONF
worker_processes 1; worker_rlimit_nofile 65536; daemon on; pid $work/pid; error_log $work/error.log;
events { worker_connections 40000; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 300s;
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:8088 backlog=40000; location / { default_type text/plain; return 200 "hello from the target..\n"; } } }
CONF
nginx -c "$work/nginx.conf"
trap 'kill "$(cat "$work/pid")" 2>/dev/null; rm -rf "$work"' EXIT
resident() { # users -> KiB
  target/release/katydid http://127.0.0.1:8088/ -u "$1" -r 2000 -t 12s --threads 1 >"$work/out" 2>&1 & local pid=$!
  sleep 10
  awk '/VmRSS/{print $2}' "/proc/$pid/status"
  wait "$pid" || true
}
few=$(resident 10); many=$(resident "$users")
awk -v f="$few" -v m="$many" -v u="$users" 'BEGIN{printf "10 users %d KiB, %d users %d KiB: %.1f KiB per user\n", f, u, m, (m-f)/(u-10)}'
