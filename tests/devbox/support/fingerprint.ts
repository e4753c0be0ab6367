/**
 * What a box is like as far as its users can tell, as text: two boxes are compared by it.
 *
 * What is random by design is left out: tokens, the digests of them, and what agents write about
 * themselves.
 *
 * @module
 */
import type { Box } from "./box.ts";

/** Mode, owner and group of everything the provisioner makes, by path. */
const SCRIPT = `
cd /
getent passwd | awk -F: '$3 >= 1000 && $3 < 60000'
getent group | awk -F: '$4 != ""'
awk -F: '$2 ~ /^\\$|^[^!*]/ {print "UNLOCKED", $1}' etc/shadow
find etc/hearth etc/t3-serve etc/ttyd-user-map etc/ttyd-admins ! -name '.*' -printf '%p %m %u:%g %y\\n' | sort
find home -mindepth 1 -maxdepth 1 -printf '%p %m %u:%g %y\\n' | sort
find home -path '*/.config/playwright*' -printf '%p %m %u:%g %y\\n' | sort
find home -path '*/.local/bin/*' -printf '%p %l %u\\n' | sort
find etc/systemd/system -path '*.wants/*' -printf '%p %l\\n' | sort
cat etc/t3-serve/*.env etc/hearth/*.json etc/ttyd-user-map etc/ttyd-admins etc/t3-serve/dispatch.json
sed 's/sha256:.*/sha256:_/' etc/hearth/access.yaml
for token in etc/t3-serve/tokens/*; do
  user=\${token##*/}
  hash=$(tr -d '\\n' <"$token" | sha256sum | cut -d' ' -f1)
  grep -q "sha256:$hash" etc/hearth/access.yaml && echo "$user is known"
  cmp -s "$token" "home/$user/.config/playwright/token" && echo "$user has it"
done
for file in home/*/.claude.json; do
  echo "$file $(stat -c %a:%U "$file")"
  sed -n '/"mcpServers"/,/^  }/p' "$file"
done
ls -A home/*/.config/playwright etc/t3-serve etc/t3-serve/tokens | grep -v '^\\.' || true
`;

/** Takes a box's fingerprint. */
export function fingerprint(box: Box): Promise<string> {
  return box.sh(SCRIPT);
}
