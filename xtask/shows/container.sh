#!/usr/bin/env bash
# Containers: services/tts-reader/Containerfile, built by buildah on a base that debootstrap makes, and the service in it used.
#
#   xtask/shows/container.sh [MIRROR]      PROFILE=release|fast|dev (fast)
#
# As root on Debian, with buildah and debootstrap. No registry is asked: the images that the file begins with
# (debian:bookworm-slim, rust:1.95-slim-bookworm) are made here, the first by debootstrap, the second of it with
# Debian's C compiler and the Rust toolchain of this machine. So every step of the file is executed, by the program
# that others build images with, but on bases that are not the published ones.
set -euo pipefail
mirror=${1:-} # otherwise debootstrap's own choice
profile=${PROFILE:-fast}
cd "$(dirname "$0")/../.."
for program in buildah debootstrap; do
  command -v "$program" >/dev/null || { echo "NOT CHECKED: $program is not installed (apt-get install $program)"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "NOT CHECKED: only root can make a base"; exit 77; }
target=$(realpath "${CARGO_TARGET_DIR:-target}")/container
mkdir -p "$target/build"
cargo=${CARGO_HOME:-$HOME/.cargo}
work=$(mktemp -d)
service=
# What runs in the container: the last of the processes that were started for it.
inner() {
  local process=$service child
  while child=$(pgrep --parent "$process" | head -1) && [ -n "$child" ]; do process=$child; done
  echo "$process"
}
end() {
  [ -z "$service" ] || kill "$(inner)" 2>/dev/null || true
  buildah unmount --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
export STORAGE_DRIVER=overlay BUILDAH_ISOLATION=chroot
buildah() { command buildah --root "$work/images" --runroot "$work/run" "$@"; }
trap end EXIT

echo "== bases"
root=$target/bookworm
[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} >"$work/debootstrap.log" || { tail -5 "$work/debootstrap.log"; exit 1; }
base=$(buildah from scratch)
buildah add --quiet "$base" "$root" / >/dev/null
buildah commit --quiet "$base" localhost/debian:bookworm-slim >/dev/null
buildah run "$base" -- sh -c 'apt-get update -qq && apt-get install -qq --yes --no-install-recommends gcc libc6-dev ca-certificates >/dev/null'
buildah config --env PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env "CARGO_HOME=$cargo" "$base"
buildah commit --quiet "$base" localhost/rust:1.95-slim-bookworm >/dev/null

echo "== images"
# The toolchain and the crates of this machine are lent; what is built is kept for the next time.
for image in tts-load tts-reader; do
  buildah bud --quiet --pull-never --format docker --build-arg "PROFILE=$profile" --file services/tts-reader/Containerfile \
    --volume "$(rustc --print sysroot):/opt/rust:ro" --volume "$cargo/registry:$cargo/registry" --volume "$target/build:/src/target" \
    --target "$image" --tag "localhost/$image" . >"$work/$image.log" 2>&1 || { tail -30 "$work/$image.log"; exit 1; }
  echo "ok $image is built"
done

inspect() { buildah inspect --type image --format "$2" "localhost/$1"; }
expect() { [ "$2" = "$3" ] || { echo "FAILED $1: $2 instead of $3"; exit 1; }; echo "ok $1"; }
for image in tts-load tts-reader; do
  expect "$image is nobody's who may do everything" "$(inspect "$image" '{{.Docker.Config.User}}')" 10001:10001
done
expect "a container asks the service how it is" "$(inspect tts-reader '{{.Docker.Config.Healthcheck.Test}}')" "[CMD tts-reader health]"
expect "it is told to end by" "$(inspect tts-reader '{{.Docker.Config.StopSignal}}')" SIGTERM

echo "== the service in its image"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
install -m 644 /dev/stdin "$work/jwt_secret" <<<"a secret for the show of containers only"
box=$(buildah from --pull-never localhost/tts-reader)
# The network of this machine, so no other than loopback; the command is the image's own.
run() { buildah run --user 10001:10001 --env HOST=127.0.0.1 --env "PORT=$port" --env JWT_SECRET_KEY_FILE=/run/secrets/jwt_secret \
  --volume "$work/jwt_secret:/run/secrets/jwt_secret:ro" "$box" -- "$@"; }
expect "the image's command" "$(inspect tts-reader '{{.Docker.Config.Entrypoint}} {{.Docker.Config.Cmd}}')" "[tts-reader] [serve]"
if run tts-reader health 2>"$work/health"; then echo "FAILED health without a service"; exit 1; fi
grep -q "no service answers" "$work/health" && echo "ok health says that there is no service"
run tts-reader serve >"$work/out" 2>"$work/err" &
service=$!
for _ in $(seq 100); do grep -q "listens on" "$work/out" && break; sleep 0.1; done
grep -q "listens on http://127.0.0.1:$port" "$work/out" || { cat "$work/err"; exit 1; }
run tts-reader health >/dev/null && echo "ok health says that it is well"
curl() { command curl --silent --show-error --noproxy '*' "$@"; }
expect "somebody registers" "$(curl -o /dev/null -w '%{http_code}' -H 'content-type: application/json' \
  -d '{"username":"ann","email":"ann@example.com","password":"secret-1"}' "http://127.0.0.1:$port/api/register")" 200
expect "who it runs as" "$(run id -u)" 10001
expect "the load test starts" "$(buildah run "$(buildah from --pull-never localhost/tts-load)" -- tts-load --version | cut -d' ' -f1)" tts-load
process=$(inner)
expect "it is the first and only process" "$(cat "/proc/$process/comm")" tts-reader
[ ! -e "/proc/$process/root/data/jwt_secret" ] || { echo "FAILED it made a secret of its own"; exit 1; }
echo "ok its secret is the one of the file"
kill -TERM "$process"
for _ in $(seq 300); do kill -0 "$service" 2>/dev/null || break; sleep 0.1; done
if kill -0 "$service" 2>/dev/null; then echo "FAILED it does not end"; exit 1; fi
service=
echo "ok it ends in order"
for image in tts-load tts-reader; do
  echo "$image: $(buildah images --format '{{.Size}}' "localhost/$image")"
done
