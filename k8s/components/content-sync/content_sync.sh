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

# More deletions than that at once are a mistake at the other end. rclone's own limit stops after as many,
# so they are counted first.
max_delete=25
if [ -d "$CONTENT_TARGET" ]; then
  rclone lsf "$CONTENT_SOURCE" --recursive --files-only --fast-list | sort > "$listing"
  gone=$(rclone lsf "$CONTENT_TARGET" --recursive --files-only | sort | comm -13 "$listing" - | wc -l)
  if [ "$gone" -gt "$max_delete" ]; then
    echo "FATAL: $gone files of $CONTENT_TARGET are gone from $CONTENT_SOURCE, more than $max_delete" >&2
    exit 1
  fi
fi

# Deletes last, so that what is new is there already.
rclone sync "$CONTENT_SOURCE" "$CONTENT_TARGET" \
  --exclude .DS_Store --fast-list --transfers 4 --delete-after --max-delete "$max_delete" -v
