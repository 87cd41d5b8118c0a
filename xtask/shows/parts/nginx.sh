# The target of the speed shows, to be sourced: nginx with one worker on 127.0.0.1:8088, 24 bytes
# of text for everything. Sets $work (a directory that lives as long as the script) and ends nginx
# with it. `start_nginx CORE` pins it to a core, `start_nginx` does not.
work=$(mktemp -d)
trap 'kill "$(cat "$work/pid" 2>/dev/null)" 2>/dev/null; rm -rf "$work"' EXIT
# One descriptor per connection in every process; the hard limit is what there is.
ulimit -n "$(ulimit -Hn)"

start_nginx() {
  command -v nginx >/dev/null || { echo "nginx is missing" >&2; exit 2; }
  local files; files=$(ulimit -n)
  cat >"$work/nginx.conf" <<CONF
worker_processes 1; worker_rlimit_nofile $files; daemon on; pid $work/pid; error_log $work/error.log;
events { worker_connections $files; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300s;
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server {
    listen 127.0.0.1:8088 backlog=4096;
    location / { default_type text/plain; return 200 "hello from the target..\n"; }
  }
}
CONF
  ${1:+taskset -c "$1"} nginx -c "$work/nginx.conf"
  until curl -sf -o "$work/first" http://127.0.0.1:8088/; do sleep 0.05; done
}

# Where cargo puts what it builds.
built=${CARGO_TARGET_DIR:-target}/release
url=http://127.0.0.1:8088/
