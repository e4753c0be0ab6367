# Puts ~/.local/bin first in PATH, where Claude's own installer puts its program.
#
# Every login shell of sh and bash reads it, whatever the installer did to the user's own files.
# Other shells have it from ~/.zshenv, ~/start-claude.sh and the t3-serve@ unit.
if [ -n "${HOME-}" ]; then
  case ":${PATH-}:" in
    *":$HOME/.local/bin:"*) ;;
    *) export PATH="$HOME/.local/bin${PATH:+:$PATH}" ;;
  esac
fi
