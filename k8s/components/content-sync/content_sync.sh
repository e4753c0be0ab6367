#!/bin/sh
# Copies CONTENT_SOURCE (an rclone remote, read only) to CONTENT_TARGET, which a web server shows.
#
# Exit 0: in step, or left alone because the source looks wrong. Anything else: look at the log.
set -eu
: "${CONTENT_SOURCE:?}" "${CONTENT_ENTRY:?}" "${CONTENT_TARGET:?}"

# rclone writes refreshed tokens into its configuration, and a Secret cannot be written to.
RCLONE_CONFIG=$(mktemp)
export RCLONE_CONFIG
listing=$(mktemp)
trap 'rm -f "$RCLONE_CONFIG" "$listing"' EXIT
cat "${CONTENT_RCLONE_CONF:-/config/rclone.conf}" > "$RCLONE_CONFIG"

# An expired token must be a failed Job that somebody sees, not an empty site.
if ! rclone lsf "$CONTENT_SOURCE" --files-only > "$listing"; then
  echo "FATAL: cannot list $CONTENT_SOURCE" >&2
  exit 1
fi
if [ ! -s "$listing" ]; then
  echo "GUARD: $CONTENT_SOURCE is empty, leaving $CONTENT_TARGET as it is"
  exit 0
fi
if ! grep -qxF -- "$CONTENT_ENTRY" "$listing"; then
  echo "GUARD: $CONTENT_SOURCE has no $CONTENT_ENTRY, leaving $CONTENT_TARGET as it is"
  exit 0
fi

# More deletions than that at once are a mistake at the other end: rclone stops with an error. It
# deletes last, so that what is new is there already.
rclone sync "$CONTENT_SOURCE" "$CONTENT_TARGET" \
  --exclude .DS_Store --fast-list --transfers 4 --delete-after --max-delete 25 -v
