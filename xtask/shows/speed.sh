#!/usr/bin/env bash
# Requests per second on one core: katydid against wrk, same nginx, same minute, in turn (needs nginx and wrk).
set -euo pipefail
rounds=${1:-5}; seconds=${2:-5}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-cli --bin katydid
work=$(mktemp -d)
cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon on; pid $work/pid; error_log $work/error.log;
events { worker_connections 20000; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 300s;
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:8088 backlog=4096; location / { default_type text/plain; return 200 "hello from the target..\n"; } } }
CONF
taskset -c 1 nginx -c "$work/nginx.conf"
trap 'kill "$(cat "$work/pid")"; rm -rf "$work"' EXIT
echo "round  katydid req/s  wrk req/s  ratio"
for round in $(seq "$rounds"); do
  ours=$(taskset -c 0 target/release/katydid http://127.0.0.1:8088/ -u 50 -t "${seconds}s" --threads 1 --csv "$work/k" >/dev/null 2>&1; tail -1 "$work/k_stats.csv" | cut -d, -f10)
  theirs=$(taskset -c 0 wrk -t1 -c50 -d"${seconds}s" http://127.0.0.1:8088/ | awk '/Requests\/sec/{print $2}')
  awk -v r="$round" -v a="$ours" -v b="$theirs" 'BEGIN{printf "%5d  %13.0f  %9.0f  %.2f\n", r, a, b, a/b}'
done
