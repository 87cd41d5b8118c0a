# The beginning of the shows that load test-target, to be sourced from the root of the repository. Sets $built (where cargo
# puts what it builds), $parts (this folder) and $work (a folder that lives as long as the script).
#   build PACKAGE [WORDS…]   with the profile `fast`; BUILT=1 builds nothing
#   start_target [CORE]      sets $url; pinned to a core, if one is named
#   free_port                prints one
# What is added to `others` by its pid ends with the script, as the target does.
built=${CARGO_TARGET_DIR:-target}/fast
parts=$(realpath xtask/shows/parts)
work=$(mktemp -d)
others=()
trap 'kill "${others[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

build() { [ -n "${BUILT:-}" ] || cargo build --quiet --profile fast --package "$@"; }
start_target() {
  build katydid-testkit --bin test-target
  ${1:+taskset -c "$1"} "$built/test-target" --bind 127.0.0.1:0 >"$work/url" & others+=($!)
  until [ -s "$work/url" ]; do sleep 0.05; done
  url=$(cat "$work/url")
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
