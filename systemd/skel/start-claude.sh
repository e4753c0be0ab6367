#!/bin/sh
# Starts Claude Code in ~/code: what a terminal of the dev box opens.
#
# A terminal is no login shell, so PATH is set here. Every start is a session of its own, by an
# explicit id: otherwise windows that are opened together end up in one conversation. When Claude ends
# well, so does the terminal; when it fails, a shell stays with what it said, and nothing starts again.
set -u

case ":$PATH:" in
  *":$HOME/.local/bin:"*) ;;
  *) export PATH="$HOME/.local/bin:$PATH" ;;
esac
cd "$HOME/code" 2>/dev/null || cd "$HOME" || exit 1

# Ends with a shell, where there is somebody to use it.
give_up() {
  printf 'start-claude: %s\n' "$1" >&2
  if [ -t 0 ]; then exec "${SHELL:-/bin/sh}"; fi
  exit "$2"
}

if ! command -v claude >/dev/null; then
  installer=${CLAUDE_INSTALLER:-https://claude.ai/install.sh}
  printf 'start-claude: installing Claude Code from %s\n' "$installer" >&2
  # Whole before it runs: half a script must not.
  script=$(curl -fsSL --max-time 60 "$installer") && printf '%s\n' "$script" | bash
  command -v claude >/dev/null || give_up "Claude Code could not be installed; try again later" 1
fi

# Somebody who names a conversation gets that one.
for argument in "$@"; do
  case $argument in
    -c | --continue | -r | --resume | --resume=* | --session-id | --session-id=* | -h | --help | -v | --version)
      own=yes ;;
  esac
done
if [ -z "${own-}" ]; then
  read -r session </proc/sys/kernel/random/uuid
  set -- --session-id "$session" "$@"
fi

claude "$@"
status=$?
if [ "$status" -ne 0 ]; then give_up "Claude ended with $status" "$status"; fi
