#!/bin/sh
# A command of syncd by hand, as root, beside the service or without it: with the service's settings, its data directory
# and its user, so that nothing in the data directory ever belongs to root. Files are named from /var/lib/syncd.
# install.sh puts it in place as /usr/local/bin/syncd.
set -eu

unit="syncd-by-hand-$$.service"
set -- /opt/syncd/bin/syncd "$@"
# Before there are settings, 'syncd init' is run to make some.
if [ -e /etc/syncd/settings.env ]; then
	set -- --property=LoadCredential=settings.env:/etc/syncd/settings.env \
		--setenv=SYNCD_ENV_FILE="/run/credentials/$unit/settings.env" "$@"
fi
exec systemd-run --quiet --collect --wait --pipe --pty --unit="$unit" --service-type=exec \
	--property=DynamicUser=yes --property=User=syncd \
	--property=StateDirectory=syncd --property=StateDirectoryMode=0700 --property=UMask=0077 \
	--property=WorkingDirectory=/var/lib/syncd \
	--property=ProtectSystem=strict --property=ProtectHome=yes --property=PrivateDevices=yes \
	--property=CapabilityBoundingSet= --property=NoNewPrivileges=yes \
	--setenv=SYNCD_DATA_DIR=/var/lib/syncd \
	--setenv=TERM="${TERM:-dumb}" --setenv=NO_COLOR="${NO_COLOR:-}" \
	"$@"
