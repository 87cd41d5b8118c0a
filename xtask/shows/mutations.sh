#!/usr/bin/env bash
# Takes five rules of docs/REQUIREMENTS.md out of the code, one at a time: the named test of each must fail then.
#   mutations.sh      needs git; a copy of the last commit is built in a temporary folder
# The patches are in parts/mutations; a test checks that they apply. Each test is run without its mutation first and
# must pass. Fails when a test does not notice.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target} CARGO_INCREMENTAL=0
work=$(mktemp -d)
trap 'git worktree remove --force "$work/tree" 2>/dev/null || true; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/tree" HEAD
cd "$work/tree"
field() { sed -n "s/^$1: //p" "$2"; }
# What the named test says: passed, failed, or that it did not run at all.
try() {
  local package target name
  read -r package target <<<"$1"; name=${target##* }; target=${target% *}
  # shellcheck disable=SC2086 # `--test engine` is two words.
  cargo test --quiet --package "$package" $target -- --exact "$name" >"$work/out" 2>&1 || true
  if grep -q 'test result: ok. 1 passed' "$work/out"; then echo passed
  elif grep -q 'test result: FAILED. 0 passed; 1 failed' "$work/out"; then echo failed
  else echo "did not run"; tail -5 "$work/out" >&2; fi
}
wrong=0
printf '%-5s %-12s %-12s %s\n' rule without with mutation
for patch in "$root"/xtask/shows/parts/mutations/*.patch; do
  named=$(field test "$patch")
  git apply "$patch"; with=$(try "$named")
  git apply --reverse "$patch"; without=$(try "$named")
  printf '%-5s %-12s %-12s %s\n      by %s\n' "$(field rule "$patch")" "$without" "$with" "$(field mutation "$patch")" "${named##* }"
  [ "$without $with" = "passed failed" ] || wrong=1
done
[ $wrong = 0 ] && echo "ok: every test noticed" || { echo "FAIL: a test did not notice its mutation"; exit 1; }
