#!/bin/sh
# Sets up what a stage needs, on Debian 12 or Ubuntu 24.04 that has a shell and nothing else:
#
#   tools/setup.sh build          compiler, DuckDB's headers and libraries, simdjson, CRoaring
#   tools/setup.sh demo           build + test engines and the demo's data
#   tools/setup.sh test           the same, for the tests
#   tools/setup.sh spark          Spark and Delta's jars, for test/interop
#   tools/setup.sh bench          what the benchmarks compare with
#
# Several stages may be named. Everything but distribution packages lands in .deps, which git ignores and
# `make clean` keeps. A stage that is set up already costs a few milliseconds.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
deps=${MERGANSER_DEPS:-$here/../.deps}
[ $# -gt 0 ] || set -- build

# Every stage stands on `build`.
stages="build"
for stage in "$@"; do
	case $stage in
	build) ;;
	test | demo | bench | spark | format) stages="$stages $stage" ;;
	all) stages="$stages test demo bench spark format" ;;
	*)
		echo "setup.sh: unknown stage '$stage' (build, test, demo, bench, spark, format, all)" >&2
		exit 2
		;;
	esac
done

key=$(cat "$here/setup.sh" "$here/fetch.py" "$here/pins.toml" "$here"/apt/*.txt "$here"/requirements/*.txt \
	"$here/spark/pom.xml" | sha256sum | cut -c1-16)
missing=""
for stage in $stages; do
	[ -e "$deps/stamps/stage-$stage-$key" ] || missing="$missing $stage"
done
[ -n "$missing" ] || exit 0

# --- distribution packages -----------------------------------------------------------------------------------
packages=""
for stage in $missing; do
	[ -e "$here/apt/$stage.txt" ] || continue
	while read -r package command; do
		case $package in '' | '#'*) continue ;; esac
		if [ -n "$command" ] && command -v "${command#\?}" >/dev/null 2>&1; then
			continue
		fi
		if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
			packages="$packages $package"
		fi
	done <"$here/apt/$stage.txt"
done
if [ -n "$packages" ]; then
	echo "== distribution packages:$packages"
	as_root=""
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null 2>&1; then
			echo "setup.sh: please install as root, then run again:$packages" >&2
			exit 1
		fi
		as_root="sudo"
	fi
	$as_root apt-get update -q
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages
fi

# --- everything else -------------------------------------------------------------------------------------------
mkdir -p "$deps/stamps"
# shellcheck disable=SC2086
python3 "$here/fetch.py" $missing
for stage in $missing; do
	rm -f "$deps/stamps/stage-$stage"-*
	touch "$deps/stamps/stage-$stage-$key"
done
