#!/bin/sh
# Installs syncd as a systemd service, or takes it away again.
#
#   sudo deploy/systemd/install.sh              the service that runs for ever
#   sudo deploy/systemd/install.sh --timer      a run every five minutes instead
#   sudo deploy/systemd/install.sh --uninstall  takes both away; settings and data stay
#
# Running it again upgrades: the locked packages and the program are put in anew, the settings stay as they are.
# DESTDIR=/some/folder installs below that folder and starts nothing; PYTHON names another Python than python3.
set -eu

DESTDIR="${DESTDIR:-}"
PYTHON="${PYTHON:-python3}"
HERE=$(cd "$(dirname "$0")" && pwd)
SOURCE=$(cd "$HERE/../.." && pwd)
PROGRAM="$DESTDIR/opt/syncd"
UNITS="$DESTDIR/etc/systemd/system"
SETTINGS="$DESTDIR/etc/syncd"
COMMAND="$DESTDIR/usr/local/bin/syncd"

fail() {
	echo "install.sh: $*" >&2
	exit 1
}

# Nothing to tell to the systemd of this machine when the files go somewhere else.
manager() {
	[ -n "$DESTDIR" ] || systemctl "$@"
}

is_enabled() {
	[ -z "$DESTDIR" ] && systemctl --quiet is-enabled "$1" 2>/dev/null
}

check() {
	[ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] || fail "this needs root: run it with sudo"
	[ -n "$DESTDIR" ] || command -v systemctl >/dev/null || fail "this machine has no systemd"
}

# Everything is made beside the program that may be running; only when all went well does it take its place.
build_program() {
	command -v "$PYTHON" >/dev/null || fail "$PYTHON was not found: install Python 3.11 or later, or set PYTHON"
	"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
		fail "syncd needs Python 3.11 or later, and $PYTHON is older: set PYTHON to another one"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	(cd "$SOURCE" && "$PYTHON" -m tools.lock syncd) >"$work/runtime.txt"
	(cd "$SOURCE" && "$PYTHON" -m tools.lock setuptools wheel) >"$work/build.txt"
	# Built in a copy: a build leaves folders behind, and the checkout may belong to somebody else.
	mkdir "$work/source"
	(cd "$SOURCE" && cp -R syncd pyproject.toml LICENSE "$work/source/")
	"$PYTHON" -m venv "$work/build"
	"$work/build/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$work/build.txt"
	"$work/build/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--wheel-dir "$work" "$work/source"
	"$PYTHON" -m venv --clear "$PROGRAM.new"
	"$PROGRAM.new/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$work/runtime.txt"
	"$PROGRAM.new/bin/pip" install --quiet --disable-pip-version-check --no-deps "$work"/syncd-*.whl
	sed "s|$PROGRAM.new/|/opt/syncd/|g" "$PROGRAM.new/bin/syncd" >"$work/syncd"
	cp "$work/syncd" "$PROGRAM.new/bin/syncd"
}

exchange_program() {
	rm -rf "$PROGRAM"
	mv "$PROGRAM.new" "$PROGRAM"
}

install_files() {
	install -d -m 0755 "$UNITS" "$(dirname "$COMMAND")"
	install -d -m 0700 "$SETTINGS"
	for unit in syncd.service syncd-once.service syncd-once.timer; do
		install -m 0644 "$HERE/$unit" "$UNITS/$unit"
	done
	install -m 0755 "$HERE/by-hand.sh" "$COMMAND"
}

install_all() {
	wanted="$1"
	other="$2"
	check
	build_program
	manager stop syncd.service syncd-once.timer syncd-once.service 2>/dev/null || true
	exchange_program
	install_files
	manager daemon-reload
	if is_enabled "$other"; then
		manager disable "$other"
	fi
	manager enable "$wanted"
	if [ -e "$SETTINGS/settings.env" ]; then
		manager restart "$wanted"
		echo "$wanted is installed. Look: systemctl status $wanted, syncd status"
	else
		echo "$wanted is installed and waits for its settings. Next:"
		echo "  syncd init"
		echo "  mv /var/lib/syncd/syncd.env /etc/syncd/settings.env && chown root: /etc/syncd/settings.env"
		echo "  syncd doctor"
		echo "  systemctl start $wanted"
	fi
}

uninstall_all() {
	check
	manager disable --now syncd.service syncd-once.timer 2>/dev/null || true
	manager stop syncd-once.service 2>/dev/null || true
	rm -f "$UNITS/syncd.service" "$UNITS/syncd-once.service" "$UNITS/syncd-once.timer" "$COMMAND"
	rm -rf "$PROGRAM" "$PROGRAM.new"
	manager daemon-reload
	echo "syncd is removed. Its settings and its memory of what was synced stay; to forget them as well:"
	echo "  rm -r /etc/syncd /var/lib/syncd /var/lib/private/syncd"
}

case "${1:-}" in
"") install_all syncd.service syncd-once.timer ;;
--timer) install_all syncd-once.timer syncd.service ;;
--uninstall) uninstall_all ;;
*)
	sed -n 's/^# \{0,1\}//; 2,9p' "$0" >&2
	exit 2
	;;
esac
