/** Secrets that commands take without any option, told by their place after the program. */

const MARKER = "[redacted:option]";
const USER = String.raw`["']?[\w.@$-]{1,64}`;
const SECRET = String.raw`[^\s"'|]+`;
/** Programs that read a password from their input. */
const READS_PASSWORD = String
  .raw`(?:sudo )?(?:docker|podman|nerdctl|helm|oras|crane|buildah|skopeo|gh|az|aws)\b[^\n|]{0,128}(?:--password-stdin|--with-token)`;

type Position = readonly [hint: string, pattern: RegExp];

function position(hint: string, pattern: string): Position {
  return [hint, new RegExp(pattern, "g")];
}

// Taken from the programs' manuals; each is bounded before and after, so that none reads far.
const POSITIONS: readonly Position[] = [
  position(
    "chpasswd",
    String.raw`(?<=\becho (?:-e )?${USER}:)${SECRET}(?=["']? ?\| ?(?:sudo )?chpasswd)`,
  ),
  position("chpasswd", String.raw`(?<=\bchpasswd <<< ?${USER}:)${SECRET}`),
  position(
    "--password-stdin",
    String.raw`(?<=\b(?:echo|printf) (?:-n )?["']?)${SECRET}(?=["']? ?\| ?${READS_PASSWORD})`,
  ),
  position(
    "--with-token",
    String.raw`(?<=\b(?:echo|printf) (?:-n )?["']?)${SECRET}(?=["']? ?\| ?${READS_PASSWORD})`,
  ),
  position(
    "rabbitmqctl",
    String
      .raw`(?<=\brabbitmqctl (?:-\S{1,64} ){0,2}(?:add_user|change_password|authenticate_user) ${USER}["']? )(?!-)${SECRET}`,
  ),
  position(
    "AUTH ",
    String
      .raw`(?<=\bredis-cli (?:-\S{1,64} (?:[^\s-]\S{0,64} )?){0,4}AUTH (?:[\w.-]{1,64} )?)(?!-)${SECRET}(?=\s|$)`,
  ),
  position("vault login ", String.raw`(?<=\bvault login )(?!-)[^\s=]{8,}`),
  position(
    "npm ",
    String.raw`(?<=\bnpm (?:config )?set \S{0,128}_(?:auth|authToken|password)[ =])${SECRET}`,
  ),
  position(
    "/",
    String
      .raw`(?<=\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b[^\n/]{0,64}[ \t]${USER}\/)[^\s@"'/]+(?=["']?(?:@|\s|$))`,
  ),
];

/** Replaces the secrets in commands such as `rabbitmqctl add_user name password` by `[redacted:option]`. */
export function redactPositions(text: string): string {
  let result = text;
  for (const [hint, pattern] of POSITIONS) {
    if (result.includes(hint)) result = result.replace(pattern, MARKER);
  }
  return result;
}
