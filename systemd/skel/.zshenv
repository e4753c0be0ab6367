# Read by every zsh, login or not: Debian's zsh does not read /etc/profile.
if [ -r /etc/profile.d/10-local-bin.sh ]; then
  . /etc/profile.d/10-local-bin.sh
fi
